"""Surveys with exactly these counts, written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, func, insert, select

from outreach.models.people import Person, Region
from outreach.models.policies import Policy
from outreach.models.surveys import Answer, Respondent, Survey
from outreach.surveys.instrument import Instrument, awareness_instrument

STANDARD = awareness_instrument("免费体检")
MOMENT = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAY = date(2026, 11, 22)
COUNTY = "990101"
_DRAWINGS = count(1)  # no two surveys have the same list
TOWNS = {f"990101{number}": f"{name}镇" for number, name in enumerate("青柳石东南云白梅", 101)}


@dataclass(frozen=True)
class Group:
    """`n` people who were asked in one place, `aware` of them know; `missed` were not met."""

    aware: int
    n: int
    missed: int = 0
    weight: float = 1.0
    stratum: str = ""
    cluster: str = ""
    town: str = ""
    village: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)  # further answers of all of them
    disposition: str = "completed"
    asked_on: date = DAY
    first: int = 0  # the register number of the first of them; 0 = new people
    reserve: int = 0
    mode: str = ""

    def respondents(self) -> Iterator[tuple[bool, bool]]:
        """(met, aware) of each."""
        yield from [(True, True)] * self.aware
        yield from [(True, False)] * (self.n - self.aware)
        yield from [(False, False)] * self.missed


def add_towns(connection: Connection, number: int = 8) -> list[str]:
    """A county with towns; their codes in office order."""
    if connection.scalar(select(func.count()).select_from(Region)) == 0:
        rows = [{"code": COUNTY, "name": "示范县", "level": "county", "parent": ""}]
        rows += [
            {"code": code, "name": name, "level": "town", "parent": COUNTY}
            for code, name in TOWNS.items()
        ]
        connection.execute(insert(Region), rows)
    return list(TOWNS)[:number]


def policy_id(connection: Connection, ref: str = "check") -> int:
    """A bare policy."""
    found = connection.scalar(select(Policy.id).where(Policy.ref == ref))
    if found is None:
        found = connection.execute(
            insert(Policy).values(ref=ref, status="live").returning(Policy.id)
        ).scalar_one()
    return int(found)


def build(
    connection: Connection,
    ref: str,
    groups: Sequence[Group],
    instrument: Instrument = STANDARD,
    **columns: Any,
) -> int:
    """A drawn survey; its row number. Keywords are columns of the table."""
    values: dict[str, Any] = {
        "ref": ref, "title": f"调查 {ref}", "mode": "入户", "size": 1, "seed": "7", "instrument": instrument.as_data(),
        "instrument_hash": instrument.hash, "frame_hash": f"{next(_DRAWINGS):064x}", "frame_size": 1000, "base": "全县该知道的人",
        "drawn_at": MOMENT, "created_at": MOMENT, "kind": instrument.kind, **columns,
    }  # fmt: skip
    if "policy_id" not in values:
        values["policy_id"] = policy_id(connection)
    survey = connection.execute(insert(Survey).values(**values).returning(Survey.id)).scalar_one()
    add_groups(connection, int(survey), groups, instrument.headline)
    return int(survey)


def add_groups(
    connection: Connection, survey: int, groups: Sequence[Group], headline: str = "prompted"
) -> None:
    """Respondents with their answers."""
    number = connection.scalar(
        select(func.coalesce(func.max(Respondent.number), 0)).where(Respondent.survey_id == survey)
    )
    key = connection.scalar(select(func.coalesce(func.max(Respondent.id), 0))) or 0
    people = _Register(connection)
    rows, answers = [], []
    for group in groups:
        for at, (met, aware) in enumerate(group.respondents()):
            number, key = (number or 0) + 1, key + 1
            rows.append(_row(group, survey, key, number, people.take(group.first, at), met=met))
            if met:
                said = {headline: "aware" if aware else "unaware", **group.more}
                answers += [
                    {"respondent_id": key, "question": code, "value": value, "at": MOMENT}
                    for code, value in said.items()
                    if code and value
                ]
    people.write()
    if rows:
        connection.execute(insert(Respondent), rows)
    if answers:
        connection.execute(insert(Answer), answers)


def _row(
    group: Group, survey: int, key: int, number: int, person: int, *, met: bool
) -> dict[str, Any]:
    traits = {"town": group.town, "village": group.village, "eligible": "yes", **group.traits}
    return {
        "id": key, "survey_id": survey, "person_id": person, "number": number, "weight": group.weight,
        "stratum": group.stratum, "cluster": group.cluster, "traits": traits, "reserve": group.reserve,
        "disposition": group.disposition if met else "refused", "mode": group.mode,
        "asked_on": group.asked_on, "interviewer": "fang",
    }  # fmt: skip


class _Register:
    """Hands out people, and writes those who are new."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.last = connection.scalar(select(func.coalesce(func.max(Person.id), 0))) or 0
        self.known = self.last
        self.next = self.last

    def take(self, first: int, at: int) -> int:
        if first:
            self.last = max(self.last, first + at)
            return first + at
        self.next = max(self.next, self.last) + 1
        self.last = self.next
        return self.next

    def write(self) -> None:
        rows = [
            {"id": number, "region": "990101101001", "created_at": MOMENT, "updated_at": MOMENT}
            for number in range(self.known + 1, self.last + 1)
        ]
        if rows:
            self.connection.execute(insert(Person), rows)
