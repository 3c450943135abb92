"""The steps of a campaign's document: what, when, again and again or once, and for whom of the audience."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach.audiences import moments
from outreach.campaigns.occasions import cron
from outreach.campaigns.schemas_values import moment, names, one_of, seconds, whole
from outreach.deliveries.planning.orders import BY_NUMBER, BY_PLACE
from outreach.errors import Invalid
from outreach.messages.variants import read_catalogue

CHANNELS = ("sms", "group", "flyer", "broadcast", "visit", "call")
CONDITIONS = ("", "unreached", "unconfirmed", "returned", "no_phone")
"""For whom of the audience a step is; '' is everybody. What each means: outreach/deliveries/planning/conditions.py."""

_WAITS = {"unreached": "72h", "unconfirmed": "72h", "returned": "14d"}
"""How long a condition is waited for when nobody says: for receipts three days, for what comes back on paper two weeks."""
_LOOKING_BACK = ("unconfirmed", "returned")
_KEYS = {
    "channel", "at", "after", "when", "policies", "account", "late_hours", "wait", "form",
    "every", "until", "ceiling", "again", "relative", "once",
}  # fmt: skip


@dataclass(frozen=True)
class StepOrder:
    """One step of the document. `after` is the number of the step that must have nothing left in flight.

    due_at: of a recurring step, from when on it recurs.
    """

    number: int
    channel: str
    due_at: datetime | None
    after: int | None
    condition: str
    late_hours: int
    options: Mapping[str, Any]


def read_steps(document: object, zone: ZoneInfo, file: str, until: date) -> tuple[StepOrder, ...]:
    """Check the steps of a document whose texts hold until a day. Invalid names the file and the key."""
    if not isinstance(document, list):
        raise Invalid("campaigns.bad_value", file=file, key="steps", value=document)
    steps = tuple(_step(number, step, zone, file) for number, step in enumerate(document, 1))
    for step in steps:
        place = f"steps[{step.number}]"
        _check_condition(step, steps, file, place)
        last = step.options.get("until")
        if last and date.fromisoformat(last) > until:
            raise Invalid("steps.until_too_late", file=file, key=f"{place}.until", value=last, until=until)  # fmt: skip
    return steps


def _step(number: int, step: object, zone: ZoneInfo, file: str) -> StepOrder:
    place = f"steps[{number}]"
    if not isinstance(step, dict):
        raise Invalid("campaigns.bad_value", file=file, key=place, value=step)
    for key in step:
        if key not in _KEYS:
            raise Invalid("campaigns.unknown_key", file=file, key=f"{place}.{key}")
    after = step.get("after")
    if after is not None:
        whole(after, 1, number - 1, file, f"{place}.after")
    channel = one_of(step.get("channel"), CHANNELS, file, f"{place}.channel")
    return StepOrder(
        number=number,
        channel=channel,
        due_at=moment(step.get("at"), zone, file, f"{place}.at"),
        after=after,
        condition=one_of(step.get("when", ""), CONDITIONS, file, f"{place}.when"),
        late_hours=whole(step.get("late_hours", 24), 1, 24 * 60, file, f"{place}.late_hours"),
        options={**_options(step, file, place), **_recurring(step, zone, file, place)},
    )


def _check_condition(step: StepOrder, steps: Sequence[StepOrder], file: str, place: str) -> None:
    said = {"file": file, "key": f"{place}.when", "when": step.condition, "channel": step.channel}
    if step.condition and step.channel in BY_PLACE:
        raise Invalid("steps.condition_of_place", **said)
    if step.condition == "no_phone" and step.channel in BY_NUMBER:
        raise Invalid("steps.condition_without_phone", **said)
    if step.condition in _LOOKING_BACK and step.after is None:
        raise Invalid("steps.condition_without_after", **said)
    sheets = [one for one in steps[: step.number - 1] if one.channel == "flyer"]
    if step.condition == "returned" and not sheets:
        raise Invalid("steps.returned_without_sheet", **said)


def _options(step: Mapping[str, Any], file: str, place: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "account" in step:
        options["account"] = str(step["account"])
    if step.get("form") is not None:
        options |= _form(step, file, f"{place}.form")
    if step.get("once") is not None:
        options["once"] = one_of(step["once"], ("household",), file, f"{place}.once")
    if "policies" in step:
        options["policies"] = list(names(step["policies"], file, f"{place}.policies"))
    if step.get("after") is not None:
        wait = step.get("wait", _WAITS.get(step.get("when", ""), "0s"))
        options["wait"] = seconds(wait, file, f"{place}.wait")
    elif "wait" in step:
        raise Invalid("campaigns.wait_without_after", file=file, key=place)
    return options


def _form(step: Mapping[str, Any], file: str, key: str) -> dict[str, Any]:
    """What kind of text a step carries; its channel's own needs no word."""
    channel, form = step["channel"], step["form"]
    known = [one for one in read_catalogue().forms if channel in one.channels]
    if form not in [one.id for one in known]:
        said = "、".join(f"{one.id}（{one.name}）" for one in known)
        raise Invalid(
            "campaigns.form_not_of_channel", file=file, key=key, form=form, channel=channel, known=said
        )  # fmt: skip
    return {} if form == channel else {"form": str(form)}


# -- again and again -----------------------------------------------------------------------------------


def _recurring(step: Mapping[str, Any], zone: ZoneInfo, file: str, place: str) -> dict[str, Any]:
    """`every` or `relative`, until when, at most for how many and how much each time, and whether people are told again."""
    ways = [key for key in ("every", "relative") if step.get(key) is not None]
    if not ways:
        stray = next((key for key in ("until", "ceiling", "again") if key in step), None)
        if stray:
            raise Invalid("steps.only_recurring", file=file, key=f"{place}.{stray}")
        return {}
    if len(ways) > 1 or step.get("after") is not None:
        raise Invalid("steps.one_time_only", file=file, key=place)
    options: dict[str, Any] = {
        "ceiling": _ceiling(step.get("ceiling"), step["channel"], file, f"{place}.ceiling")
    }
    if "every" in ways:
        options["every"] = _every(step["every"], zone, file, f"{place}.every")
    else:
        options["relative"] = _relative(step, file, f"{place}.relative")
    if step.get("until") is not None:
        options["until"] = _day(step["until"], file, f"{place}.until")
    again = step.get("again", False)
    if not isinstance(again, bool):
        raise Invalid("campaigns.bad_value", file=file, key=f"{place}.again", value=again)
    if again:
        options["again"] = True
    return options


def _every(value: object, zone: ZoneInfo, file: str, key: str) -> str:
    text = " ".join(str(value).split())
    try:
        cron(text, zone)
    except ValueError as error:
        raise Invalid("steps.bad_cron", file=file, key=key, value=value) from error
    return text


def _day(value: object, file: str, key: str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value) from error


def _ceiling(value: object, channel: str, file: str, key: str) -> dict[str, Any]:
    """What is signed for each time instead of a list of people; a text message also costs money."""
    if value is None:
        raise Invalid("steps.no_ceiling", file=file, key=key)
    if not isinstance(value, dict) or not {"people"} <= set(value) <= {"people", "yuan"}:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    found: dict[str, Any] = {
        "people": whole(value["people"], 1, 100_000_000, file, f"{key}.people")
    }
    yuan = value.get("yuan")
    if yuan is None:
        if channel == "sms":
            raise Invalid("steps.no_ceiling", file=file, key=f"{key}.yuan")
        return found
    if isinstance(yuan, bool) or not isinstance(yuan, int | float) or not 0 < yuan < 20_000_000:
        raise Invalid("campaigns.bad_value", file=file, key=f"{key}.yuan", value=yuan)
    return {**found, "fen": round(yuan * 100)}


def _relative(step: Mapping[str, Any], file: str, key: str) -> dict[str, Any]:
    """So many days before (below 0) or after a date of each person, or of the policy's window where they live."""
    value = step["relative"]
    if not isinstance(value, dict) or not {"to"} <= set(value) <= {"to", "days", "at"}:
        raise Invalid("campaigns.bad_value", file=file, key=key, value=value)
    to = str(value["to"])
    if not moments.known(to):
        raise Invalid("steps.bad_date", file=file, key=f"{key}.to", value=to)
    days = whole(value.get("days", 0), -366, 366, file, f"{key}.days")
    if days > 0 and to in moments.ENDS:
        raise Invalid("steps.after_the_end", file=file, key=f"{key}.days", value=days)
    if step["channel"] in BY_PLACE and not to.startswith("window"):
        raise Invalid("steps.place_has_no_date", file=file, key=f"{key}.to", channel=step["channel"])  # fmt: skip
    at = str(value.get("at", "09:00"))
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise Invalid("campaigns.bad_value", file=file, key=f"{key}.at", value=value["at"])
    return {"to": to, "days": days, "at": at}
