"""What a campaign rests on, in lines: whom it is for, the register, every list with its date, the policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach.campaigns.grounds import ListsOf, Policy, Told
from outreach.reports.slip.signed import Signed
from outreach.wording import say
from outreach.wording.figures import thousands
from segments import vocabulary

Day = Callable[[str], str]
"""ISO text of a moment → the day at the installation."""


def basis(signed: Signed, day: Day) -> Iterator[str]:
    """Whom it is for, the register, the lists, who has it already, the policies."""
    yield from _whom(signed)
    yield _register(signed, day)
    for one in signed.grounds.lists:
        yield _list(signed, one)
    yield from _told(signed)
    for policy in signed.grounds.policies:
        yield _policy(signed, policy, day)


def _whom(signed: Signed) -> Iterator[str]:
    campaign = signed.campaign
    yield say(
        "slip.whom",
        place=signed.places[campaign["region"]] if campaign["region"] else say("slip.everywhere"),
        announce=say(f"slip.announce.{campaign['announce']}"),
        message_class=say(f"slip.class.{campaign['message_class']}"),
    )
    segment: dict[str, Any] | None = campaign["frozen"]["audience"].get("segment")
    if segment:
        yield say("slip.segment", name=segment["name"], reading=segment["reading"])
    if "proposal" in campaign["options"]:
        yield say("slip.proposal", number=campaign["options"]["proposal"])


def _register(signed: Signed, day: Day) -> str:
    found = signed.grounds.register
    people = thousands(found.people)
    if not found.imported_at:
        return say("slip.register_none", people=people)
    return say(
        "slip.register",
        people=people, on=day(found.imported_at), rows=thousands(found.rows), accepted=thousands(found.accepted),
    )  # fmt: skip


def _list(signed: Signed, one: ListsOf) -> str:
    name = vocabulary.by_code(one.circumstance).zh.removesuffix("人员")
    if not one.lists:
        return say("slip.list_none", list=name)
    if one.lists > 1:
        days = {"oldest": one.oldest, "newest": one.newest}
        return say("slip.lists", list=name, count=one.lists, **days)
    ends = say("slip.list_ends", on=one.ends) if one.ends else ""
    place = signed.places[one.region] if one.region else say("slip.everywhere")
    return say("slip.list", list=name, on=one.oldest, place=place, source=one.source, ends=ends)  # fmt: skip


def _told(signed: Signed) -> Iterator[str]:
    """One line for each list of who applied or received, and one for all policies that have neither."""
    names = signed.policy_names
    there = [one for one in signed.grounds.told if one.word != "none"]
    yield from (_told_line(one, names[one.policy]) for one in there)
    known = {one.policy for one in there}
    unknown = [name for ref, name in names.items() if ref not in known]
    if unknown:
        yield say("slip.told_none", policies="、".join(unknown))


def _told_line(one: Told, policy: str) -> str:
    return say(
        f"slip.told.{one.fact}",
        policy=policy, on=one.cut_off, rows=thousands(one.rows), unmatched=thousands(one.unmatched),
        word=say(f"slip.told_word.{one.word}"),
    )  # fmt: skip


def _policy(signed: Signed, one: Policy, day: Day) -> str:
    said = say(
        "slip.policy",
        policy=one.name, version=one.version, by=signed.who(one.verified_by), on=day(one.verified_at) if one.verified_at else "",
    )  # fmt: skip
    if one.signed:
        said += say("slip.policy_signed", departments="、".join(_department(who, day(at)) for who, at in one.signed))  # fmt: skip
    source = "，".join(part for part in (one.title, one.number, one.dated) if part)
    return said + (say("slip.policy_source", source=source) if source else "")


def _department(name: str, on: str) -> str:
    return say("slip.department", name=name, on=on)


def day_there(zone: ZoneInfo) -> Day:
    """The days of moments in a zone."""
    return lambda text: datetime.fromisoformat(text).astimezone(zone).date().isoformat()
