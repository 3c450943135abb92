"""Two records that are one person: what the kept one gains, what moves, what stays findable, what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.people import CircumstanceRecord, Household, Person, PersonMerge, Refusal
from outreach.models.policies import Policy, Reach
from outreach.people import keys, merging, service
from outreach.people.consent import refusals
from outreach.people.handed_in.matching import match_rows
from outreach.people.handed_in.rows import ListRow
from outreach.people.queries import merging as rows
from outreach.people.queries import people as queries
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests import town
from tests.people.office import id_number
from tests.people.registered import AT, columns, household, register

COUNTY, A, B = "430102", "430102001201", "430102002201"
ONE, TWO = id_number(), id_number(order=3)


def merge(
    store: Store, keep: int, gone: int, scope: str = COUNTY, reason: str = "本人核对"
) -> merging.Merged:
    with clock.fixed(town.MORNING), store.begin() as connection:
        return merging.merge(connection, Scope(scope), keep, gone, by="zhou", reason=reason)


@pytest.fixture
def pair(store: Store, vault: Vault) -> tuple[int, int]:
    """The same person with a card, and from another list without one, born a day later by a slip."""
    kept = register(
        store,
        vault,
        "张三",
        ONE,
        phone="13800138001",
        region=A[:9],
        circumstances=("income.dibao",),
    )
    gone = register(
        store, vault, "张三", birth=date(1980, 5, 7), phone="13800138002", region=A, hukou_type="rural",
        language="hsn-Hans", needs="read hear", circumstances=("dis.any",),
    )  # fmt: skip
    return kept, gone


def test_the_kept_one_gains_what_it_lacks_and_nothing_of_its_own_is_overwritten(
    store: Store, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    report = merge(store, kept, gone)
    assert report.gained == (
        "circumstances",
        "circumstances_known",
        "hukou_type",
        "language",
        "needs",
        "region",
    )
    said = columns(
        store, kept, "birth", "region", "hukou_type", "language", "needs", "status", "circumstances"
    )
    both = vocabulary.mask(["income.dibao", "dis.any"])
    assert said == (date(1980, 5, 6), A, "rural", "hsn-Hans", "read hear", "active", both)
    assert columns(store, gone, "status", "merged_into", "household_id") == ("moved", kept, None)


def test_a_record_with_the_document_gives_it_and_its_birth_date(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    carded, plain = pair
    merge(store, plain, carded)
    assert columns(store, plain, "id_key", "id_last4", "birth") == (
        keys.id_key(vault, ONE), ONE[-4:], date(1980, 5, 6),
    )  # fmt: skip
    assert columns(store, carded, "id_key")[0] is not None


def test_both_keys_lead_to_the_kept_one_and_nothing_counts_the_gone_one(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    merge(store, kept, gone)
    with store.read() as connection:
        assert queries.count_people(connection, Scope(COUNTY)) == 1
        for text in ("张三", ONE, "13800138001", "13800138002"):
            found = queries.people_of(
                connection, Scope(COUNTY), keys=service.search_keys(vault, text)
            )
            assert [row.id for row in found] == [kept], text
        row = ListRow(
            0, 1, None, None, keys.name_key(vault, "张三"), keys.phone_key(vault, "+8613800138002"),
            date(1980, 5, 7),
        )  # fmt: skip
        assert [person.id for _, person in match_rows(connection, Scope(COUNTY), [row]).found] == [
            kept
        ]
        row_of_gone = service.get_person(connection, Scope(COUNTY), gone)
        assert row_of_gone.merged_into == kept
    with store.begin() as connection, pytest.raises(Missing):
        service.mark_status(connection, Scope(COUNTY), gone, "active", AT)


def test_reach_refusals_history_and_relations_move(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    child = register(
        store, vault, "小", birth=date(2020, 1, 1), phone="13800138009", region=A, guardian_id=gone
    )
    elder = register(
        store, vault, "老", birth=date(1940, 1, 1), phone="13800138008", region=A, contact_id=gone
    )
    with store.begin() as connection:
        town.load(connection, town.CHECK)
        town.load(connection, town.INSURE)
        check, insure = connection.scalars(select(Policy.id).order_by(Policy.ref))
        for policy, person, fact, on in (
            (check, kept, "delivered", date(2026, 5, 1)), (check, gone, "delivered", date(2026, 3, 1)),
            (check, gone, "applied", date(2026, 4, 1)), (insure, kept, "in_person", date(2026, 1, 1)),
            (insure, gone, "in_person", date(2026, 2, 1)),
        ):  # fmt: skip
            connection.execute(
                insert(Reach).values(policy_id=policy, person_id=person, fact=fact, on=on)
            )
        for person, channel, ended in (
            (kept, "sms", AT),
            (gone, "sms", None),
            (gone, "call", None),
        ):
            values = {
                "person_id": person,
                "channel": channel,
                "message_class": "publicity",
                "source": "x",
            }
            connection.execute(insert(Refusal).values(**values, at=AT, ended_at=ended))
    report = merge(store, kept, gone)
    assert (report.reach, report.refusals) == (3, 2)
    with store.read() as connection:
        noted = connection.execute(
            select(Reach.policy_id, Reach.person_id, Reach.fact, Reach.on).order_by(
                Reach.policy_id, Reach.fact
            )
        )
        assert [tuple(row) for row in noted] == [
            (check, kept, "applied", date(2026, 4, 1)), (check, kept, "delivered", date(2026, 3, 1)),
            (insure, kept, "in_person", date(2026, 1, 1)),
        ]  # fmt: skip
        refused = refusals(connection, [kept, gone])
        assert refused.of_people == {(kept, "sms", "publicity"), (kept, "call", "publicity")}
        history = connection.scalars(select(CircumstanceRecord.person_id).distinct()).all()
        assert history == [kept]
    assert columns(store, child, "guardian_id") == (kept,)
    assert columns(store, elder, "contact_id") == (kept,)


@pytest.mark.parametrize("together", [True, False], ids=["in one household", "in two households"])
def test_the_head_of_a_household_stays_its_head_if_they_live_there(
    store: Store, vault: Vault, pair: tuple[int, int], together: bool
) -> None:
    kept, gone = pair
    home, other = household(store, A), household(store, B, 2)
    with store.begin() as connection:
        rows.change(connection, gone, {"household_id": home})
        rows.change(connection, kept, {"household_id": None if together else other})
        connection.execute(update(Household).where(Household.id == home).values(head_id=gone))
    merge(store, kept, gone)
    with store.read() as connection:
        head = connection.scalar(select(Household.head_id).where(Household.id == home))
    assert head == (kept if together else None)
    assert columns(store, kept, "household_id") == (home if together else other,)
    with store.read() as connection:
        members = queries.household_members(connection, Scope(COUNTY), home)
    assert [row.id for row in members] == ([kept] if together else [])


def test_the_trail_holds_what_both_said_and_the_log_says_who_and_why(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    merge(store, kept, gone)
    with store.read() as connection:
        trail = connection.execute(select(PersonMerge)).one()
        entry = connection.execute(select(AuditEntry)).one()
    assert (trail.kept_id, trail.gone_id, trail.by, trail.reason) == (
        kept,
        gone,
        "zhou",
        "本人核对",
    )
    assert trail.before["gone"]["birth"] == "1980-05-07"
    assert trail.before["kept"]["id_key"] == keys.id_key(vault, ONE).hex()
    assert len(trail.before["pointed_to_gone"]["records"]) == 1
    assert "张三" not in str(trail.before)
    assert (entry.action, entry.thing, entry.detail["gone"]) == (
        "people.merge",
        f"person:{kept}",
        gone,
    )


def test_a_third_record_follows_the_chain(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    third = register(store, vault, "张三", birth=date(1980, 5, 6), phone="13800138003", region=A)
    merge(store, gone, third)
    merge(store, kept, gone)
    assert columns(store, third, "merged_into") == (kept,)


def test_whoever_is_noted_as_dead_stays_dead(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    with store.begin() as connection:
        rows.change(connection, gone, {"status": "deceased"})
    merge(store, kept, gone)
    assert columns(store, kept, "status") == ("deceased",)


def test_what_cannot_be_one_person_is_refused_and_nothing_changes(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    other = register(store, vault, "张三", TWO, region=A)
    invented = register(
        store, vault, "张三", birth=date(1980, 5, 6), phone="13800138007", region=A, synthetic=True
    )
    cases: list[tuple[tuple[Any, ...], type[Exception], str]] = [
        ((kept, other), Invalid, "people.merge_two_documents"),
        ((kept, kept), Invalid, "people.merge_same"),
        ((kept, invented), Invalid, "people.merge_synthetic"),
        ((kept, 999_999), Missing, "people.person"),
        ((kept, gone, B), Missing, "people.person"),
        ((kept, gone, COUNTY, " "), Invalid, "people.merge_reason"),
    ]
    for arguments, kind, code in cases:
        with pytest.raises(kind) as error:
            merge(store, *arguments)
        assert getattr(error.value, "code", "") == code
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(PersonMerge)) == 0
        assert connection.scalars(select(Person.merged_into).distinct()).all() == [None]
    merge(store, kept, gone)
    with pytest.raises(Conflict):
        merge(store, other, gone)


def test_likely_pairs_are_suggested_and_two_documents_never(
    store: Store, vault: Vault, pair: tuple[int, int]
) -> None:
    kept, gone = pair
    register(store, vault, "张三", TWO, phone="13800138001", region=A)
    same_birth = register(
        store, vault, "张三", birth=date(1980, 5, 6), phone="13800138004", region=A
    )
    same_phone = register(
        store, vault, "张三", birth=date(1980, 6, 5), phone="13800138001", region=A
    )
    register(store, vault, "李四", birth=date(1980, 5, 6), phone="13800138001", region=A)
    with store.read() as connection:
        found = merging.likely_duplicates(connection, Scope(COUNTY))
        mine = merging.likely_duplicates(connection, Scope(COUNTY), [gone])
        outside = merging.likely_duplicates(connection, Scope(B))
    pairs = {(one.keep, one.gone): one.why for one in found}
    assert pairs[kept, same_birth] == ("birth",)
    assert pairs[kept, same_phone] == ("phone",)
    assert all(gone not in pair for pair in pairs)
    assert mine == outside == []


def test_a_number_of_both_records_is_one_person_s_and_is_closed_if_either_was(
    store: Store, vault: Vault
) -> None:
    phone = "13800138009"
    kept = register(store, vault, "张三", ONE, phone=phone, region=A, phone_kind="unknown")
    gone = register(
        store, vault, "张三", birth=date(1980, 5, 7), phone=phone, region=A, phone_kind="unknown",
        phone_closed=True,
    )  # fmt: skip
    merge(store, kept, gone)
    assert columns(store, kept, "phone_kind", "phone_closed") == ("own", True)


def test_a_number_gained_is_classed_anew(store: Store, vault: Vault) -> None:
    phone = "13800138009"
    kept = register(store, vault, "张三", ONE, region=A)
    gone = register(
        store, vault, "张三", birth=date(1980, 5, 7), phone=phone, region=A, phone_kind="unknown"
    )
    merge(store, kept, gone)
    assert columns(store, kept, "phone_kind")[0] == "own"
