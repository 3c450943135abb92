"""A survey in the field: ten people of two villages drawn, two of them in reserve, three accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from outreach import clock
from outreach.access import service as access
from outreach.access.schemas import NewUser
from outreach.models.people import Person, Region
from outreach.models.policies import Policy
from outreach.models.surveys import Respondent, Survey, SurveyEntry
from outreach.surveys.fieldwork.taking import Entry
from outreach.surveys.instrument import awareness_instrument
from outreach.vault import Vault
from tests.surveys.county import TODAY, TOWN, VILLAGE, add_person, add_regions, load_policies

REF = "wave-1"
OTHER_VILLAGE = "990101101002"
QIAN, SUN, LI = "qian", "sun", "li"
"""Two interviewers, and an officer who may interview too."""

COUNT, RESERVE = 8, 2


def build(connection: Connection, vault: Vault, password: str = "", **survey: Any) -> None:
    """Numbers 1–4 live in the one village, 5–8 in the other; 9 and 10 are the reserve."""
    load_policies(connection, "phys-65")
    add_regions(connection)
    connection.execute(
        insert(Region).values(code=OTHER_VILLAGE, name="上河村", level="village", parent=TOWN)
    )
    for name, role in ((QIAN, "interviewer"), (SUN, "interviewer"), (LI, "officer"), ("wei", "worker")):  # fmt: skip
        access.add_user(connection, NewUser(name, role, "", f"{name}某"), password, by="test")
    draw(connection, vault, REF, **survey)


def draw(connection: Connection, vault: Vault, ref: str, **survey: Any) -> int:
    """A survey with its sample sealed."""
    instrument = awareness_instrument("老年人免费体检")
    values = {
        "ref": ref, "title": "老年人体检知晓调查", "kind": "awareness", "mode": "入户", "size": COUNT, "seed": "2026-7",
        "policy_id": connection.scalars(select(Policy.id)).first(), "instrument": instrument.as_data(),
        "instrument_hash": instrument.hash, "frame_size": 100, "frame_hash": "f", "base": "全体", "created_by": "he",
        "created_at": clock.now(), "drawn_at": clock.now(), **survey,
    }  # fmt: skip
    key = connection.execute(insert(Survey).values(**values).returning(Survey.id)).scalar_one()
    for number in range(1, COUNT + RESERVE + 1):
        village = VILLAGE if number <= COUNT // 2 else OTHER_VILLAGE
        person = add_person(
            connection, vault, f"{ref}老人{number}", phone=f"+8613800000{number:03d}", address=f"{20 - number}号"
        )  # fmt: skip
        connection.execute(update(Person).where(Person.id == person).values(region=village))
        row = {
            "survey_id": key, "person_id": person, "number": number, "weight": 10.0,
            "stratum": "近" if number % 2 else "远", "reserve": 1 if number > COUNT else 0,
        }  # fmt: skip
        connection.execute(insert(Respondent).values(**row))
    return int(key)


def entry(number: int, disposition: str = "completed", answer: str = "aware", **more: Any) -> Entry:
    """What somebody typed: a complete interview whose headline answer is `answer`, unless another result is named."""
    answers = {"prompted": answer} if disposition in ("completed", "partial") else {}
    given = {
        "key": f"{number:08d}-{disposition}-{answer}".replace("_", "-"),
        "asked_on": TODAY,
        "answers": answers,
        **more,
    }
    return Entry(number=number, disposition=disposition, **given)


def rows(connection: Connection, ref: str = REF) -> dict[int, Mapping[str, Any]]:
    """Number → the row of the respondent."""
    statement = (
        select(*Respondent.__table__.c)
        .join(Survey, Survey.id == Respondent.survey_id)
        .where(Survey.ref == ref)
    )
    return {row["number"]: dict(row) for row in connection.execute(statement).mappings()}


def kept(connection: Connection) -> list[tuple[str, str, date]]:
    """(result, state, day) of every entry, in the order in which they came."""
    columns = (SurveyEntry.disposition, SurveyEntry.state, SurveyEntry.asked_on)
    found = connection.execute(select(*columns).order_by(SurveyEntry.id))
    return [(row[0], row[1], row[2]) for row in found]


def states(found: Iterable[Any]) -> list[str]:
    """What became of each entry, with the code of a refusal."""
    return [one.error.code if one.error else one.state for one in found]
