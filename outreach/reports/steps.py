"""A step in words: what it is called, when it begins and for whom, the same on pages and on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from outreach.audiences import moments
from outreach.campaigns.occasions import recurs
from outreach.deliveries.requests import form_of
from outreach.messages.variants import read_catalogue
from outreach.wording import figures, say


def due_words(
    step: Mapping[str, Any],
    moment: Callable[[datetime], str],
    steps: Mapping[int, Mapping[str, Any]],
    *,
    staggered: bool = False,
) -> str:
    """When a step begins and how long it waits, or how often. moment: how a moment is said there; steps: by number."""
    if recurs(step):
        return recurring_words(step["options"])
    if step["due_at"] is not None:
        return moment(step["due_at"])
    if step["after_step"]:
        after = say("step.after", step=step["after_step"])
        return "，".join(filter(None, (after, _wait_words(step, steps))))
    return say("step.in_turn" if staggered else "step.at_once")


def _wait_words(step: Mapping[str, Any], steps: Mapping[int, Mapping[str, Any]]) -> str:
    """How long it waits after the step before, whose receipts may all be in sooner; '' = not at all."""
    seconds = step["options"].get("wait")
    if not seconds:
        return ""
    before = steps.get(step["after_step"])
    early = before is not None and before["channel"] == "sms" and step["condition"] != "returned"
    return say("step.wait_receipts" if early else "step.wait", wait=_long(seconds))


def _long(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    return say("step.days", days=days) if days and not rest else figures.duration(seconds)


def recurring_words(options: Mapping[str, Any]) -> str:
    """每周一 09:00，每次最多 500 人、60 元: how often, and the ceiling that was signed."""
    how = _relative_words(options["relative"]) if "relative" in options else _cron_words(options["every"])  # fmt: skip
    ceiling = options.get("ceiling")
    if ceiling is None:
        return how
    fen = ceiling.get("fen")
    most = say("step.ceiling.yuan" if fen else "step.ceiling", people=ceiling["people"], yuan=figures.whole_yuan(fen or 0))  # fmt: skip
    return say("step.recurring", how=how, most=most)


def _cron_words(line: str) -> str:
    minute, hour, day, month, weekday = line.split()
    at = f"{int(hour):02d}:{int(minute):02d}" if hour.isdecimal() else ""
    if not at or month != "*":
        return say("step.every.other", every=line)
    if weekday == day == "*":
        return say("step.every.day", at=at)
    listed = (day if weekday == "*" else weekday).split(",")
    if not all(one.isdecimal() for one in listed):
        return say("step.every.other", every=line)
    if weekday == "*":
        return say("step.every.month", days="、".join(listed), at=at)
    days = "、".join(say(f"step.weekday.{one}") for one in listed)
    return say("step.every.week", days=days, at=at)


def _relative_words(relative: Mapping[str, Any]) -> str:
    age = moments.birthday_of(relative["to"])
    day = say("step.date.birthday", age=age) if age else say(f"step.date.{relative['to']}")
    days, at = relative["days"], relative["at"]
    code = "on" if days == 0 else "before" if days < 0 else "after"
    return say(f"step.relative.{code}", date=day, days=abs(days), at=at)


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
