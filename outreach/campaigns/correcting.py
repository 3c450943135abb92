"""更正: a campaign for exactly those who got a wrong text, by the way on which they got it.

The draft is completed, signed and sent like any other. Whether somebody still fits, has applied or receives it does not
matter: who was told something wrong is told so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.campaigns import corrected, moving, queries, schemas, service
from outreach.campaigns.corrected import Way
from outreach.campaigns.states import Status
from outreach.errors import Conflict, Invalid, Refused
from outreach.messages import service as messages
from outreach.messages.schemas import Text
from outreach.messages.variants import read_catalogue

__all__ = ["Way", "draft", "ways"]

FORM = "correction"
_VALID_DAYS = 30
_TAKEN_OVER = ("office", "phone", "opt_out", "chain")
_REASONED = ("written_dialects", "urgent")


def ways(connection: Connection, ref: str, texts: Sequence[str]) -> list[Way]:
    """By which step how many got the wrong texts, or may have. texts: places of signed texts (see `draft`)."""
    campaign = moving.get(connection, ref)
    found = [one.id for one in _texts(connection, campaign, texts, None)]
    return corrected.ways(connection, campaign["id"], found)


def draft(  # noqa: PLR0913 - whose correction, of what, by whom, called what
    connection: Connection,
    ref: str,
    texts: Sequence[str],
    by: str,
    on: date,
    *,
    version: int | None = None,
    name: str = "",
    home: str = "",
) -> str:
    """Write the draft; returns its name.

    texts: places of texts that the campaign signed (`sms/zh-Hans/elder-80`); version: which one is meant, to make sure.
    name: what the draft is called, '' = the campaign's name with -correction. Conflict while the campaign still sends;
    Refused when nobody got these texts.
    """
    campaign = moving.get(connection, ref)
    if campaign["status"] in (Status.RUNNING, Status.SCHEDULED):
        raise Conflict("correcting.still_sending", campaign=ref)
    wrong = _texts(connection, campaign, texts, version)
    found = corrected.ways(connection, campaign["id"], [one.id for one in wrong])
    if not found:
        raise Refused("correcting.nobody", campaign=ref, texts="、".join(texts))
    called = name or _free_name(connection, campaign["ref"])
    document = _document(connection, campaign, called, wrong, found, on)
    order = schemas.parse(document, ZoneInfo("UTC"), called)
    service.create(connection, order, by, campaign["options"].get("home", "") or home)
    service.looking(connection, moving.get(connection, called), on)  # writes down who it is for
    return called


def _texts(
    connection: Connection, campaign: Mapping[str, Any], places: Sequence[str], version: int | None
) -> list[Text]:
    """The texts that a campaign signed at some places; Invalid for one that it did not."""
    signed = {str(one.place): one for one in messages.frozen(connection, campaign["id"])}
    known = "、".join(f"{place} 第{one.version}版" for place, one in sorted(signed.items())) or "—"
    found = []
    for place in dict.fromkeys(places):
        text = signed.get(place.removesuffix(".j2"))
        if text is None or version not in (None, text.version):
            raise Invalid("correcting.not_signed", campaign=campaign["ref"], text=place, known=known)  # fmt: skip
        found.append(text)
    if not found:
        raise Invalid("correcting.not_signed", campaign=campaign["ref"], text="—", known=known)
    return found


def _free_name(connection: Connection, ref: str) -> str:
    stem = f"{ref[:50]}-correction"
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, 1_000))
    return next(name for name in names if queries.by_ref(connection, name) is None)


def _document(
    connection: Connection,
    campaign: Mapping[str, Any],
    name: str,
    wrong: Sequence[Text],
    found: Sequence[Way],
    on: date,
) -> dict[str, Any]:
    options = campaign["options"]
    until = max(date.fromisoformat(options["valid_until"]), on + timedelta(days=_VALID_DAYS))
    document: dict[str, Any] = {
        "id": name,
        "title": f"更正：{campaign['title']}",
        "policies": _policies(connection, campaign, found),
        "region": campaign["region"],
        "class": campaign["message_class"],
        "valid_until": until.isoformat(),
        "correction": {"campaign": campaign["ref"], "texts": [one.id for one in wrong]},
        "steps": [_step(connection, campaign, one) for one in _one_a_channel(found)],
    }
    document |= {key: options[key] for key in _TAKEN_OVER if key in options}
    document |= {key: {"reason": options[key]} for key in _REASONED if key in options}
    return document


def _policies(
    connection: Connection, campaign: Mapping[str, Any], found: Sequence[Way]
) -> list[str]:
    told = {policy for way in found for policy in way.policies}
    return [ref for ref in queries.policy_refs(connection, campaign["id"]) if ref in told]


def _one_a_channel(found: Sequence[Way]) -> list[Way]:
    """The first step of each channel: whoever got a text twice by it, or by a step that was sent once more, is in there,
    and is corrected once."""
    return list({way.channel: way for way in reversed(found)}.values())[::-1]


def _step(connection: Connection, campaign: Mapping[str, Any], way: Way) -> dict[str, Any]:
    """The same channel and account; where there is a form for corrections, in that."""
    steps = queries.steps(connection, campaign["id"])
    before = next(one for one in steps if one["number"] == way.step)
    forms = [one.id for one in read_catalogue().forms if way.channel in one.channels]
    step: dict[str, Any] = {"channel": way.channel}
    if FORM in forms:
        step["form"] = FORM
    if "account" in before["options"]:
        step["account"] = before["options"]["account"]
    return step
