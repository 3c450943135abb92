"""What SQL says of everybody and what is said of one person are the same, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import case, delete, insert, select

from outreach.models.people import Person
from outreach.models.policies import Policy, PolicyList, Reach
from outreach.reach import service
from outreach.store import Store
from tests import town

REFS = ("check", "insure")
PLACES = ("", "60", "600101", "600101101", town.EAST, town.WEST, "61")
DAYS = st.dates(date(2026, 9, 1), date(2026, 12, 31))
MOMENTS = st.builds(
    lambda day, hour: datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
    DAYS,
    st.integers(0, 23),
)
PEOPLE = st.fixed_dictionaries(
    {
        "region": st.sampled_from(PLACES),
        "hukou_region": st.sampled_from(PLACES),
        "birth": st.none() | DAYS,
        "created_at": MOMENTS,
    }
)
ROWS = st.tuples(
    st.integers(0, 4),
    st.sampled_from(REFS),
    st.sampled_from(("in_person", "delivered", "published", "relayed", "aware", "applied", "received")),
    DAYS,
)  # fmt: skip
LISTS = st.fixed_dictionaries(
    {
        "ref": st.sampled_from(REFS),
        "fact": st.sampled_from(("applied", "received")),
        "region": st.sampled_from(PLACES),
        "cut_off": DAYS,
        "rows": st.integers(1, 100),
        "unmatched": st.integers(0, 8),
        "at": MOMENTS,
    }
)


def _build(store: Store, people: list[Any], rows: list[Any], lists: list[Any]) -> list[int]:
    """Fill the tables anew; returns the people's numbers."""
    with store.begin() as connection:
        for table in (Reach, PolicyList, Person):
            connection.execute(delete(table))
        if not connection.scalar(select(Policy.id).limit(1)):
            town.load(connection, {**town.CHECK, "region_basis": "hukou"})
            town.load(connection, town.INSURE)
        policies = {row.ref: row.id for row in connection.execute(select(Policy.ref, Policy.id))}
        ids = [
            int(
                connection.scalar(
                    insert(Person).values(**one, updated_at=one["created_at"]).returning(Person.id)
                )
                or 0
            )
            for one in people
        ]
        seen = {(policies[ref], ids[index % len(ids)], fact): on for index, ref, fact, on in rows}
        for (policy, person, fact), on in seen.items():
            connection.execute(
                insert(Reach).values(policy_id=policy, person_id=person, fact=fact, on=on)
            )
        for one in lists:
            values = {name: value for name, value in one.items() if name != "ref"}
            connection.execute(
                insert(PolicyList).values(policy_id=policies[one["ref"]], source="x", **values)
            )
    return ids  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(PEOPLE, min_size=1, max_size=5),
    rows=st.lists(ROWS, max_size=8),
    lists=st.lists(LISTS, max_size=5),
    on=DAYS,
)
def test_sql_and_the_look_at_one_person_agree(
    store: Store, people: list[Any], rows: list[Any], lists: list[Any], on: date
) -> None:
    ids = _build(store, people, rows, lists)
    with store.read() as connection:
        about = service.about(connection)
        known = {one: service.known_about(connection, one) for one in ids}
        for fact in service.FACTS:
            for ref in REFS:
                certain, possible = about(fact, ref, on)
                answer = case((certain, "yes"), (possible, "unknown"), else_="no")
                for person, said in connection.execute(select(Person.id, answer)):
                    one = {True: "yes", None: "unknown", False: "no"}[known[person](fact, ref, on)]
                    assert one == said, (fact, ref, person)
                wrong = select(Person.id).where(certain, ~possible)
                assert connection.execute(wrong).all() == []


def test_what_is_known_only_grows_by_a_list(store: Store) -> None:
    """A list turns unknown into no, and nothing else; a row turns anything into yes."""
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    (person,) = _build(
        store, [{"region": town.EAST, "hukou_region": "", "birth": None, "created_at": moment}], [], []
    )  # fmt: skip
    day = date(2026, 11, 20)

    def said() -> bool | None:
        with store.read() as connection:
            return service.known_about(connection, person)("applied", "insure", day)

    assert said() is None
    with store.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "insure")).one()
        values = {
            "policy_id": policy,
            "fact": "applied",
            "region": town.COUNTY,
            "source": "x",
            "rows": 20,
        }
        at = moment + timedelta(days=40)
        connection.execute(
            insert(PolicyList).values(**values, cut_off=date(2026, 11, 1), unmatched=1, at=at)
        )
    assert said() is False
    with store.begin() as connection:
        connection.execute(
            insert(Reach).values(policy_id=policy, person_id=person, fact="received", on=day)
        )
    assert said() is True
