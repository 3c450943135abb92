"""A campaign as an officer writes it down: a checked YAML document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach.errors import Invalid
from outreach.messages.variants import read_catalogue
from segments import regions

CHANNELS = ("sms", "group", "flyer", "broadcast", "visit", "call")
CLASSES = ("publicity", "own-benefit", "urgent")
_KEYS = {
    "id", "title", "policies", "region", "announce", "class", "office", "phone", "opt_out", "valid_until", "budget",
    "written_dialects", "ignore_quiet_hours", "steps", "segment", "proposal",
}  # fmt: skip
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_STEP_KEYS = {
    "channel",
    "at",
    "after",
    "when",
    "policies",
    "account",
    "late_hours",
    "wait",
    "form",
}


@dataclass(frozen=True)
class StepOrder:
    """One step of the document. `after` is the number of the step that must have nothing left in flight."""

    number: int
    channel: str
    due_at: datetime | None
    after: int | None
    condition: str
    late_hours: int
    options: Mapping[str, Any]


@dataclass(frozen=True)
class CampaignOrder:
    """The whole document."""

    ref: str
    title: str
    policies: tuple[str, ...]
    region: str
    announce: str
    message_class: str
    budget_fen: int | None
    options: Mapping[str, Any]
    steps: tuple[StepOrder, ...] = field(default=())


def parse(document: object, zone: ZoneInfo, file: str) -> CampaignOrder:
    """Check a document. Invalid names the file and the key; nothing is guessed."""
    if not isinstance(document, dict):
        raise Invalid("campaigns.not_a_mapping", file=file)
    for key in document:
        if key not in _KEYS:
            raise Invalid("campaigns.unknown_key", file=file, key=key)
    for key in ("id", "title", "policies", "office", "valid_until", "steps"):
        if not document.get(key):
            raise Invalid("campaigns.missing_key", file=file, key=key)
    ref = str(document["id"])
    if not re.fullmatch(_NAME, ref):
        raise Invalid("campaigns.bad_value", file=file, key="id", value=ref)
    return CampaignOrder(
        ref=ref,
        title=str(document["title"]),
        policies=_names(document["policies"], file, "policies"),
        region=_region(document.get("region"), file),
        announce=_one_of(
            document.get("announce", "general"), ("general", "personal"), file, "announce"
        ),
        message_class=_one_of(document.get("class", "publicity"), CLASSES, file, "class"),
        budget_fen=_fen(document.get("budget"), file),
        options=_options(document, file),
        steps=tuple(
            _step(number, step, zone, file)
            for number, step in enumerate(_list(document["steps"], file), 1)
        ),
    )


def _list(value: object, file: str) -> list[object]:
    if not isinstance(value, list):
        raise Invalid("campaigns.bad_value", file=file, key="steps", value=value)
    return value


def _names(value: object, file: str, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    if len(set(value)) < len(value):
        raise Invalid("campaigns.named_twice", file=file, key=key, value="、".join(value))
    return tuple(value)


def _region(value: object, file: str) -> str:
    """A code cut to its level, so that it is a subtree; '' is the installation's own region."""
    try:
        return regions.cut(str(value)) if value else ""
    except ValueError as error:
        raise Invalid("campaigns.bad_value", file=file, key="region", value=value) from error


def _one_of(value: object, allowed: tuple[str, ...], file: str, key: str) -> str:
    if value not in allowed:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    return str(value)


def _fen(value: object, file: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 20_000_000:
        raise Invalid("campaigns.bad_value", file=file, key="budget", value=value)
    return round(value * 100)


def _options(document: Mapping[str, Any], file: str) -> dict[str, Any]:
    try:
        valid_until = date.fromisoformat(str(document["valid_until"]))
    except ValueError as error:
        raise Invalid(
            "campaigns.bad_value", file=file, key="valid_until", value=document["valid_until"]
        ) from error
    options: dict[str, Any] = {
        "office": str(document["office"]),
        "valid_until": valid_until.isoformat(),
    }
    options |= {key: str(document[key]) for key in ("phone", "opt_out") if key in document}
    options |= _among(document, file)
    for key in ("written_dialects", "ignore_quiet_hours"):
        switch = document.get(key)
        if switch is None:
            continue
        if not isinstance(switch, dict) or not str(switch.get("reason") or "").strip():
            raise Invalid("campaigns.switch_needs_reason", file=file, key=key)
        options[key] = str(switch["reason"])
    return options


def _among(document: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Only some people: `segment` names a saved segment, `proposal` is the number of a proposal."""
    found: dict[str, Any] = {}
    segment, proposal = document.get("segment"), document.get("proposal")
    if segment is not None:
        if not isinstance(segment, str) or not re.fullmatch(_NAME, segment):
            raise Invalid("campaigns.bad_value", file=file, key="segment", value=segment)
        found["segment"] = segment
    if proposal is not None:
        if type(proposal) is not int or proposal < 1:
            raise Invalid("campaigns.bad_value", file=file, key="proposal", value=proposal)
        found["proposal"] = proposal
    return found


def _step(number: int, step: object, zone: ZoneInfo, file: str) -> StepOrder:
    place = f"steps[{number}]"
    if not isinstance(step, dict):
        raise Invalid("campaigns.bad_value", file=file, key=place, value=step)
    for key in step:
        if key not in _STEP_KEYS:
            raise Invalid("campaigns.unknown_key", file=file, key=f"{place}.{key}")
    after = step.get("after")
    if after is not None and (type(after) is not int or not 1 <= after < number):
        raise Invalid("campaigns.bad_value", file=file, key=f"{place}.after", value=after)
    late = step.get("late_hours", 24)
    if isinstance(late, bool) or not isinstance(late, int) or not 1 <= late <= 24 * 60:
        raise Invalid("campaigns.bad_value", file=file, key=f"{place}.late_hours", value=late)
    return StepOrder(
        number=number,
        channel=_one_of(step.get("channel"), CHANNELS, file, f"{place}.channel"),
        due_at=_moment(step.get("at"), zone, file, f"{place}.at"),
        after=after,
        condition=_one_of(step.get("when", ""), ("", "unreached"), file, f"{place}.when"),
        late_hours=late,
        options=_step_options(step, file, place),
    )


def _step_options(step: Mapping[str, Any], file: str, place: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "account" in step:
        options["account"] = str(step["account"])
    if step.get("form") is not None:
        options |= _form(step, file, f"{place}.form")
    if "policies" in step:
        options["policies"] = list(_names(step["policies"], file, f"{place}.policies"))
    if step.get("after") is not None:
        unreached = step.get("when") == "unreached"
        wait = step.get("wait", "72h" if unreached else "0s")
        options["wait"] = _seconds(wait, file, f"{place}.wait")
    elif "wait" in step:
        raise Invalid("campaigns.wait_without_after", file=file, key=place)
    return options


def _form(step: Mapping[str, Any], file: str, key: str) -> dict[str, Any]:
    """What kind of text a step carries; its channel's own needs no word."""
    channel, form = step["channel"], step["form"]
    known = [one for one in read_catalogue().forms if channel in one.channels]
    if form not in [one.id for one in known]:
        names = "、".join(f"{one.id}（{one.name}）" for one in known)
        raise Invalid(
            "campaigns.form_not_of_channel", file=file, key=key, form=form, channel=channel, known=names
        )  # fmt: skip
    return {} if form == channel else {"form": str(form)}


def _seconds(value: object, file: str, key: str) -> int:
    """`72h`, `30m` or `10s` after the step before is settled; receipts of text messages take up to three days."""
    match = re.fullmatch(r"(\d{1,5})([hms])", str(value))
    if match is None:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    return int(match[1]) * {"h": 3600, "m": 60, "s": 1}[match[2]]


def _moment(value: object, zone: ZoneInfo, file: str, key: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value) from error
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
