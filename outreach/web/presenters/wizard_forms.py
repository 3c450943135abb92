"""What was typed on a page of 新建宣传任务 ↔ the keys of the campaign's document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from outreach.errors import Invalid
from outreach.web.views.wizard import StaggerForm
from outreach.wording import catalogue, say

MOST_STEPS = 12

PAGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "policies": ("title", "policies"),
    "people": ("region", "announce", "class", "segment", "proposal", "urgent", "chain"),
    "steps": ("steps", "budget", "ignore_quiet_hours", "stagger"),
    "words": ("office", "phone", "valid_until", "opt_out", "written_dialects"),
}
"""Page → the keys of the document that it asks for."""

SHOWN = ("channel", "at", "after", "wait", "when", "account", "form", "late_hours", "policies")
"""Keys of a step that the form shows; the others are carried along as they are."""


@dataclass(frozen=True)
class Row:
    """One step as it was filled in; everything is text."""

    channel: str = "sms"
    timing: str = "now"
    at: str = ""
    after: str = ""
    wait: str = ""
    when: str = ""
    account: str = ""
    form: str = ""
    late: str = ""
    policies: tuple[str, ...] = ()
    kept: str = ""


_COLUMNS = ("channel", "timing", "at", "after", "wait", "when", "account", "form", "late", "kept")


def text(form: FormData, name: str) -> str:
    """One field, without the blanks around it."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> list[str]:
    """A field that stands there several times."""
    return [value.strip() for value in form.getlist(name) if isinstance(value, str)]


def number(typed: str) -> Any:
    """A number if it is one, else the text as it stands, for `parse` to say what is wrong with it."""
    plain = typed.replace(",", "").replace("，", "").removesuffix("元").strip()
    if re.fullmatch(r"\d{1,9}", plain):
        return int(plain)
    return float(plain) if re.fullmatch(r"\d{1,9}\.\d{1,2}", plain) else typed


def rows(form: FormData) -> list[Row]:
    """The steps of the form. Invalid when its columns are not equally long."""
    columns = [texts(form, name) for name in _COLUMNS]
    if len({len(one) for one in columns}) != 1 or len(columns[0]) > MOST_STEPS:
        raise Invalid("web.bad_form", fields=", ".join(_COLUMNS))
    found = []
    for place, cells in enumerate(zip(*columns, strict=True), 1):
        named = dict(zip(_COLUMNS, cells, strict=True))
        found.append(Row(**named, policies=tuple(texts(form, f"only{place}"))))
    return found


def step(row: Row, every: Sequence[str]) -> dict[str, Any]:
    """A row as a step of the document. every: the policies of the campaign; naming all of them names none."""
    found: dict[str, Any] = {"channel": row.channel}
    if row.timing == "at":
        found["at"] = row.at
    if row.timing == "after":
        found["after"] = number(row.after)
        if row.wait:
            found["wait"] = f"{row.wait}h" if row.wait.isdecimal() else row.wait
    if row.when:
        found["when"] = row.when
    found |= {key: value for key, value in (("account", row.account), ("form", row.form)) if value}
    if row.late:
        found["late_hours"] = number(row.late)
    if row.policies and set(row.policies) != set(every):
        found["policies"] = list(row.policies)
    return found | _carried(row.kept)


def _carried(kept: str) -> dict[str, Any]:
    """What the form carries along; a broken one is left out, `parse` judges the rest."""
    try:
        found = json.loads(kept) if kept else {}
    except ValueError:
        return {}
    return (
        {key: value for key, value in found.items() if key not in SHOWN}
        if isinstance(found, dict)
        else {}
    )


def row(written: Mapping[str, Any], zone: ZoneInfo) -> Row:
    """A step of the document as a row of the form."""
    timing = "after" if "after" in written else "at" if "at" in written else "now"
    wait = str(written.get("wait") or "")
    carried = {key: value for key, value in written.items() if key not in SHOWN}
    return Row(
        channel=str(written.get("channel", "")),
        timing=timing,
        at=_local(str(written.get("at") or ""), zone),
        after=str(written.get("after") or ""),
        wait=wait.removesuffix("h") if wait.removesuffix("h").isdecimal() else wait,
        when=str(written.get("when") or ""),
        account=str(written.get("account") or ""),
        form=str(written.get("form") or ""),
        late=str(written.get("late_hours") or ""),
        policies=tuple(written.get("policies") or ()),
        kept=json.dumps(carried, ensure_ascii=False, default=str) if carried else "",
    )


def _local(at: str, zone: ZoneInfo) -> str:
    """A moment as the browser's field wants it: 2026-11-25T10:00."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return at
    local = moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def stagger(form: FormData) -> dict[str, Any] | None:
    """分批推送 as the document has it; None = everybody at once."""
    if text(form, "stagger") != "on":
        return None
    found: dict[str, Any] = {"unit": text(form, "stagger_unit")}
    for name in ("waves", "days", "hold", "seed"):
        typed = text(form, f"stagger_{name}")
        found |= {name: number(typed)} if typed else {}
    start = text(form, "stagger_start")
    return found | ({"start": start} if start else {})


def stagger_form(
    written: Mapping[str, Any] | None, said: Mapping[str, str], zone: ZoneInfo, seed: int
) -> StaggerForm:
    """The same as the form shows it; `seed` stands there until somebody writes another one."""
    wrong = tuple(words for key, words in said.items() if key.split(".")[0] == "stagger")
    if not written:
        return StaggerForm(waves="3", days="7", hold="14", seed=str(seed), said=wrong)
    plain = {name: str(written.get(name, "")) for name in ("unit", "waves", "days", "hold", "seed")}
    start = _local(str(written.get("start") or ""), zone)
    return StaggerForm(on=True, start=start, said=wrong, **plain)


def reason(typed: str) -> dict[str, str] | None:
    """A switch with its reason; nothing typed leaves it off."""
    return {"reason": typed} if typed else None


def said(problems: Mapping[str, Invalid]) -> dict[str, str]:
    """Key → the sentence beside its field: one written for the page where there is one."""
    return {key: _sentence(key, error) for key, error in problems.items()}


def _sentence(key: str, error: Invalid) -> str:
    place = re.sub(r"\[\d+\]", "", key)
    kind = error.code.rsplit(".", 1)[-1]
    for code in (f"wizard.{kind}.{place}", f"wizard.bad_value.{place}"):
        if code in catalogue() and (kind in ("missing_key", "bad_value") or kind in code):
            return say(code, **error.params)
    return say(error.code, **error.params)
