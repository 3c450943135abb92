"""A step in words: what it is called, when it begins and for whom, the same on pages and on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from outreach.deliveries.requests import form_of
from outreach.messages.variants import read_catalogue
from outreach.wording import say


def due_words(step: Mapping[str, Any], moment: Callable[[datetime], str]) -> str:
    """When a step begins. moment: how a moment is said there."""
    if step["due_at"] is not None:
        return moment(step["due_at"])
    if step["after_step"]:
        return say("step.after", step=step["after_step"])
    return say("step.at_once")


def condition_words(step: Mapping[str, Any]) -> str:
    """For whom of the audience; '' = for everybody."""
    return say(f"step.condition.{step['condition']}") if step["condition"] else ""


def step_name(step: Mapping[str, Any]) -> str:
    """短信, 一封信, 一户一单: a form that has a name of its own is called by it."""
    form = form_of(step)
    if form:
        return _forms().get(form, form)
    return say("step.sheet") if step["channel"] == "flyer" else say(f"coverage.channel.{step['channel']}")  # fmt: skip


@cache
def _forms() -> dict[str, str]:
    return {form.id: form.name for form in read_catalogue().forms}
