"""What a campaign rests on when it is submitted: register, lists with their dates, policies, and what the checks noted.

It stands in the frozen document, so that whoever signs later, on the page or on paper, reads what was true that day.
Days and moments are ISO text there; '' = there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.audiences import gaps
from outreach.audiences.segments import service as segments
from outreach.campaigns import queries
from outreach.campaigns.texts import checked_texts
from outreach.people import lists
from outreach.people.queries.people import count_people
from outreach.policies import signing
from outreach.policies.schemas import PolicyView
from outreach.reach import service as reach
from segments.rules import Rule


@dataclass(frozen=True)
class Register:
    """The register in the campaign's region: people on it, and the last file that was taken into it."""

    people: int
    imported_at: str = ""
    rows: int = 0
    accepted: int = 0


@dataclass(frozen=True)
class ListsOf:
    """The complete lists of a circumstance that held there; `lists` 0: nobody handed one in, who is not known to have
    it stays 待核实. The days are those of the oldest and of the newest; region, source and end those of the oldest."""

    circumstance: str
    lists: int
    oldest: str = ""
    newest: str = ""
    region: str = ""
    source: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Told:
    """The newest list of who applied for or received a policy. word: none old estimate good (reach.Standing)."""

    policy: str
    fact: str
    word: str
    cut_off: str = ""
    rows: int = 0
    unmatched: int = 0


@dataclass(frozen=True)
class Policy:
    """A policy as it was signed: version, source, who verified it when, who signed for it: (department, moment)."""

    ref: str
    name: str
    version: int
    title: str
    number: str
    dated: str
    verified_by: str
    verified_at: str
    signed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Warned:
    """A warning about a text that a step could send. variant: the version of a text that it is about."""

    variant: int
    title: str
    code: str
    said: str


@dataclass(frozen=True)
class Grounds:
    """Everything together."""

    register: Register
    lists: tuple[ListsOf, ...]
    told: tuple[Told, ...]
    policies: tuple[Policy, ...]
    warned: tuple[Warned, ...]

    def as_dict(self) -> dict[str, Any]:
        """For the frozen document."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Grounds:
        """The grounds behind `as_dict`, also when they come back out of the database."""
        return cls(
            Register(**data["register"]),
            tuple(ListsOf(**one) for one in data["lists"]),
            tuple(Told(**one) for one in data["told"]),
            tuple(
                Policy(**{**one, "signed": tuple((name, at) for name, at in one["signed"])})
                for one in data["policies"]
            ),
            tuple(Warned(**one) for one in data["warned"]),
        )


def read(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView], on: date
) -> Grounds:
    """As things stand on a day."""
    region = campaign["region"]
    codes = dict.fromkeys(
        fact.name
        for rule in _rules(connection, campaign, views)
        for fact, _ in gaps.missing(rule)
        if fact.kind == "list"
    )
    return Grounds(
        _register(connection, region),
        tuple(_lists(connection, codes, region, on)),
        tuple(
            _told(connection, view, fact, on, region)
            for view in views
            for fact in ("applied", "received")
        ),
        tuple(_policy(view, region) for view in views),
        tuple(_warned(connection, campaign, views)),
    )


def _rules(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView]
) -> Iterator[Rule]:
    """Every rule that decides who is in it: of the policies, there and where a place below says otherwise; a segment's."""
    for view in views:
        for place in (campaign["region"], *view.ruled_below(campaign["region"])):
            yield view.rule_at(place)
    if "segment" in campaign["options"]:
        yield segments.get(connection, campaign["options"]["segment"]).rule


def _register(connection: Connection, region: str) -> Register:
    people = count_people(connection, Scope(region))
    run = queries.newest_register(connection)
    if run is None:
        return Register(people)
    return Register(people, run.finished_at.isoformat(), run.rows, run.accepted)


def _lists(
    connection: Connection, codes: Iterable[str], region: str, on: date
) -> Iterator[ListsOf]:
    """One line for each circumstance: the newest list of each place above or inside the region."""
    every = [
        one
        for one in lists.lists_of(connection, Scope())
        if (one.region.startswith(region) or region.startswith(one.region))
        and one.on <= on
        and (one.expires_on is None or one.expires_on > on)
    ]
    for code in codes:
        newest = {one.region: one for one in reversed(every) if one.circumstance == code}
        if not newest:
            yield ListsOf(code, 0)
            continue
        first = min(newest.values(), key=lambda one: (one.on, one.region))
        last = max(one.on for one in newest.values())
        yield ListsOf(
            code, len(newest), first.on.isoformat(), last.isoformat(), first.region, first.source, _iso(first.expires_on)
        )  # fmt: skip


def _told(connection: Connection, view: PolicyView, fact: str, on: date, region: str) -> Told:
    (standing,) = [
        one for one in reach.standing(connection, view.ref, on, region) if one.fact == fact
    ]
    newest = standing.newest
    if newest is None:
        return Told(view.ref, fact, "none")
    return Told(
        view.ref, fact, standing.word, newest.cut_off.isoformat(), newest.rows, newest.unmatched
    )


def _policy(view: PolicyView, region: str) -> Policy:
    source = view.facts.get("source") or {}
    now = signing.digest(view)
    stand = signing.departments(view, region)
    signed = {one.department: one.at for one in view.sign_offs if one.digest == now}
    return Policy(
        ref=view.ref,
        name=view.plain_name,
        version=view.number,
        title=str(source.get("title") or ""),
        number=str(source.get("number") or ""),
        dated=str(source.get("date") or ""),
        verified_by=view.verified_by,
        verified_at=_iso(view.verified_at),
        signed=tuple((one, signed[one].isoformat()) for one in stand if one in signed),
    )


def _warned(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView]
) -> Iterator[Warned]:
    steps = queries.steps(connection, campaign["id"])
    for text, findings in checked_texts(connection, campaign, steps, views):
        for one in findings:
            if one.severity == "warning":
                yield Warned(text.id, text.title, one.code, one.message())


def _iso(day: date | datetime | None) -> str:
    return day.isoformat() if day else ""
