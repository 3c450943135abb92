"""Opinions: written down once, found again, counted. What is said and a contact stand encrypted; nothing is deleted.

The words of a resident who is erased are the business of erasure, which has to look here too.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing
from outreach.reach.opinions import queries
from outreach.reach.opinions.schemas import (
    CONTACT,
    KINDS,
    LONGEST,
    SOURCES,
    TEXT,
    Asked,
    Move,
    NewOpinion,
    OpinionView,
    Origin,
    Waiting,
    WeekCount,
)
from outreach.reach.opinions.waiting import overdue_before
from outreach.vault import Vault

_LONGEST_CONTACT = 60
_TOWN, _VILLAGE = 9, 12
_EVERY = Asked()


def say(connection: Connection, vault: Vault, new: NewOpinion) -> int:
    """Write an opinion down; its number. One with the same key is there already: the number of that one.

    Invalid opinions.empty, opinions.too_long, opinions.contact, opinions.source, opinions.kind; Missing
    policies.unknown. Whether `by` may do it there is looked at by the caller.
    """
    said, contact = words_of(new.text), plain(new.contact)
    if new.source not in SOURCES:
        raise Invalid("opinions.source", value=new.source, known="、".join(SOURCES))
    if new.kind not in KINDS:
        raise Invalid("opinions.kind", value=new.kind, known="、".join(KINDS))
    if len(contact) > _LONGEST_CONTACT:
        raise Invalid("opinions.contact", most=_LONGEST_CONTACT)
    values = {
        "key": new.key, "source": new.source, "kind": new.kind, "policy_id": _policy(connection, new.policy),
        "campaign_id": new.campaign_id, "survey_id": new.survey_id, "region": new.region,
        "said": vault.encrypt(TEXT, said), "contact": vault.encrypt(CONTACT, contact), "by": new.by, "at": clock.now(),
    }  # fmt: skip
    key = queries.put(connection, values)
    if key is None:
        return queries.by_key(connection, str(new.key))
    queries.add_move(connection, key, {"state": "new", "by": new.by, "at": values["at"]})
    if new.by:
        audit.record(
            connection, new.by, Action.OPINIONS_SAY, f"opinion:{key}", {"source": new.source}
        )
    return key


def take_text(
    connection: Connection, vault: Vault, text: NewOpinion, address_key: bytes | None
) -> int | None:
    """A text message from a phone that is no wish about messages, kept; None when there are no words in it.

    Its place is where everybody who has the number lives, at most a village; else the place that is given.
    """
    if not plain(text.text):
        return None
    inside = _shared(connection, address_key, text.region) if address_key else text.region
    cut = NewOpinion(
        "sms", text.text[:LONGEST], region=inside, contact=text.contact[:_LONGEST_CONTACT], key=text.key
    )  # fmt: skip
    return say(connection, vault, cut)


def _shared(connection: Connection, address_key: bytes, around: str) -> str:
    """The village, else the town, in which everybody lives who has a number; else `around`."""
    homes = queries.regions_of_number(connection, address_key)
    for length in (_VILLAGE, _TOWN):
        places = {home[:length] for home in homes}
        if len(places) == 1 and (place := places.pop()).startswith(around):
            return place
    return around


def _policy(connection: Connection, ref: str) -> int | None:
    if not ref:
        return None
    key = queries.policy_id(connection, ref)
    if key is None:
        raise Missing("policies.unknown", policy=ref)
    return key


def plain(text: str) -> str:
    """Without what no keyboard writes: half characters and control characters other than a new line."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(_seen(one) for one in whole).strip()


def _seen(one: str) -> str:
    """A character as it is kept: a space of another width is a space still, and parts two words."""
    if one == "\n" or one.isprintable():
        return one
    return " " if one.isspace() else ""


def words_of(text: str) -> str:
    """What is written, cleaned; Invalid opinions.empty, opinions.too_long."""
    words = plain(text.replace("\r\n", "\n"))
    if not words:
        raise Invalid("opinions.empty")
    if len(words) > LONGEST:
        raise Invalid("opinions.too_long", most=LONGEST, length=len(words))
    return words


def origin(connection: Connection, scope: Scope, delivery: int) -> Origin:
    """Where a delivery went that was talked about: its village, never its household; nothing outside the scope."""
    found = queries.campaign_of(connection, delivery)
    if found is None or not scope.covers(found[1]):
        return Origin()
    campaign, village = found
    refs = queries.policies_of(connection, campaign)
    return Origin(village, refs[0] if len(refs) == 1 else "", campaign)


# -- looking ---------------------------------------------------------------------------------------------


def inbox(connection: Connection, scope: Scope, asked: Asked = _EVERY) -> list[OpinionView]:
    """Opinions of a scope: whoever waits the longest first, then what was dealt with, the newest first."""
    return queries.some(connection, scope, asked)


def written_by(connection: Connection, user: str, limit: int = 50) -> list[OpinionView]:
    """What a user has written down, with what became of it; wherever that was."""
    return queries.some(connection, Scope(), Asked(by=user, limit=limit)) if user else []


def one(connection: Connection, scope: Scope, opinion: int) -> OpinionView:
    """One opinion; Missing opinions.unknown."""
    return queries.one(connection, scope, opinion)


def history(connection: Connection, opinion: int) -> list[Move]:
    """What was done with it, oldest first."""
    return queries.moves(connection, opinion)


def counts(
    connection: Connection, scope: Scope, since: date, zone: ZoneInfo | None = None
) -> list[WeekCount]:
    """Opinions by policy and week (Monday) from a day on, by policy and then week; no words, no names.

    zone: where days begin; the installation's when not given.
    """
    begin = datetime.combine(since, time.min, tzinfo=zone or clock.here(clock.now()).tzinfo)
    found: dict[tuple[str, date], list[tuple[str, str]]] = {}
    for policy, at, source, state in queries.since(connection, scope, begin):
        day = (at.astimezone(zone) if zone else clock.here(at)).date()
        monday = day - timedelta(days=day.weekday())
        found.setdefault((policy, monday), []).append((source, state))
    return [
        WeekCount(policy, week, len(rows), Counter(row[0] for row in rows), Counter(row[1] for row in rows))
        for (policy, week), rows in sorted(found.items())
    ]  # fmt: skip


def standing(connection: Connection, scope: Scope, policy: str = "") -> dict[str, int]:
    """State → how many, about one policy where it is named."""
    return queries.standing(connection, scope, policy)


def overdue(
    connection: Connection, scope: Scope, on: date, days: int, zone: ZoneInfo
) -> list[Waiting]:
    """By town: opinions that nobody has answered within so many working days, as of a day."""
    before = overdue_before(on, days, zone)
    rows = queries.waiting(connection, scope, before, _TOWN)
    return [Waiting(*row) for row in rows]
