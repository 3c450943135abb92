"""新建宣传任务, 怎么发: steps as they are filled in, and the ready-made lines of steps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from outreach import content
from outreach.campaigns import schemas
from outreach.campaigns.sketches import problems
from outreach.deliveries import orders
from outreach.deliveries.hours import QUIET
from outreach.messages.variants import read_catalogue
from outreach.web.presenters.names import CHANNEL
from outreach.web.presenters.wizard import Sheet
from outreach.web.presenters.wizard_forms import MOST_STEPS, Row, row, stagger_form
from outreach.web.views.common import Choice
from outreach.web.views.wizard import ReadyPlan, StepForm, StepsPage
from outreach.wording import say


def plans(sheet: Sheet) -> list[Mapping[str, Any]]:
    """The ready-made lines of steps that work here: each of their channels has an account."""
    settings = sheet.desk.services.settings
    file = content.find("plans.toml", settings.content_dir)
    every: list[Mapping[str, Any]] = tomllib.loads(file.read_text("utf-8"))["plan"]
    there = {one.channel for one in orders.accounts(sheet.desk.connection)}
    return [
        one
        for one in every
        if {step["channel"] for step in one["steps"]} <= there
        and not problems({"steps": one["steps"]}, settings.zone, ("steps",))
    ]


def steps_page(sheet: Sheet, rows: Sequence[Row] | None = None) -> StepsPage:
    """The page; `rows` are those that were typed, else those that are kept."""
    zone = sheet.desk.services.settings.zone
    if rows is None:
        rows = [row(step, zone) for step in sheet.document.get("steps") or ()]
    accounts = orders.accounts(sheet.desk.connection)
    channels = [
        one for one in schemas.CHANNELS if any(one == account.channel for account in accounts)
    ]
    written = sheet.document
    budget = written.get("budget")
    return StepsPage(
        shell=sheet.shell(),
        steps=tuple(_step(sheet, number, one, accounts) for number, one in enumerate(rows, 1)),
        plans=tuple(ReadyPlan(one["id"], one["name"], one["about"]) for one in plans(sheet)),
        channels=tuple(Choice(one, CHANNEL[one]) for one in channels),
        conditions=tuple(Choice(one, _condition(one)) for one in conditions()),
        policies=tuple(Choice(view.ref, view.plain_name) for view in sheet.views()),
        budget="" if budget is None else str(budget),
        any_hour=str((written.get("ignore_quiet_hours") or {}).get("reason", "")),
        may_add=len(rows) < MOST_STEPS,
        stagger=stagger_form(
            written.get("stagger"), sheet.said, zone, int(f"{sheet.desk.on:%Y%m%d}")
        ),
    )


def conditions() -> tuple[str, ...]:
    """For whom of the audience a step may be, as the document names it."""
    return tuple(schemas.CONDITIONS)


def _condition(code: str) -> str:
    return say(f"step.condition.{code}") if code else "名单里的每个人"


def _step(sheet: Sheet, number: int, one: Row, accounts: Sequence[orders.AccountView]) -> StepForm:
    mine = [account.name for account in accounts if account.channel == one.channel]
    forms = [form for form in read_catalogue().forms if one.channel in form.channels]
    filled = StepForm(
        number, one.channel, one.timing, one.at, one.after, one.wait, one.when, one.account, one.form, one.late,
        one.policies, one.kept,
    )  # fmt: skip
    return replace(
        filled,
        more=_more(one.kept),
        quiet=quiet_words(one.channel),
        said=tuple(
            words for key, words in sheet.said.items() if key.split(".")[0] == f"steps[{number}]"
        ),
        accounts=tuple(Choice(name, name) for name in mine),
        forms=tuple(Choice("" if form.id == one.channel else form.id, form.name) for form in forms),
        earlier=tuple(Choice(str(n), f"第 {n} 步") for n in range(1, number)),
    )


def _more(kept: str) -> str:
    """What a step says besides, as the document says it."""
    return kept.strip("{}").replace('"', "") if kept else ""


def quiet_words(channel: str) -> str:
    """When a channel keeps silent: 21:00–8:00、12:00–14:00; '' = never."""
    return "、".join(f"{_clock(start)}–{_clock(end)}" for start, end in QUIET.get(channel, ()))


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"
