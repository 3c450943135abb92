"""Who does not want a channel: written down for a person or a number, taken back exactly, with a trail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from outreach.access.scope import Scope
from outreach.errors import Invalid, Missing, OutreachError, Refused
from outreach.models.access import AuditEntry
from outreach.models.people import Person, Refusal
from outreach.people import merging, refusing
from outreach.people.consent import Subject, refusals, refuse
from outreach.people.keys import phone_key
from outreach.people.opt_out import Wish
from outreach.people.refusing import Asked, Hand
from outreach.store import Store
from outreach.vault import Vault
from tests.people.registered import register

AT = datetime(2026, 11, 26, 8, tzinfo=UTC)
LATER = AT + timedelta(days=1)
EAST, WEST = "430102001", "430102002"
PHONE = "13800138000"


def hand(region: str = "", at: datetime = AT) -> Hand:
    return Hand("wu", Scope(region), "本人来电话说的", at)


def add(store: Store, vault: Vault, name: str, region: str = EAST, phone: str = PHONE) -> int:
    born = date(1950, 1, len(name))
    return register(store, vault, name, birth=born, phone=phone, region=region)


def what(store: Store, person: int, key: bytes | None = None) -> set[tuple[str, str]]:
    """(channel, class) that this person, or the number, refuses."""
    with store.read() as connection:
        found = refusals(connection, [person], [key] if key else [])
    return {
        (channel, one)
        for channel in ("sms", "call")
        for one in ("publicity", "own-benefit", "urgent")
        if found.refuses(person, key, channel, one)
    }


def log(store: Store) -> list[tuple[str, str, Any]]:
    with store.read() as connection:
        rows = connection.execute(
            select(AuditEntry.by, AuditEntry.thing, AuditEntry.detail)
            .where(AuditEntry.action == "people.refuse")
            .order_by(AuditEntry.id)
        )
        return [(row.by, row.thing, row.detail) for row in rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked("sms", "publicity"), {("sms", "publicity")}),
        (Asked("sms", "own"), {("sms", "own-benefit")}),
        (Asked("sms", "all"), {("sms", "publicity"), ("sms", "own-benefit")}),
        (Asked("call", "publicity"), {("call", "publicity")}),
    ],
    ids=["publicity", "own benefit", "both and never what is urgent", "calls"],
)
def test_a_refusal_stops_one_channel_for_the_classes_that_were_said(
    store: Store, vault: Vault, asked: Asked, expected: set[tuple[str, str]]
) -> None:
    person, other = add(store, vault, "张三"), add(store, vault, "李四四")
    with store.begin() as connection:
        done = refusing.refuse(connection, person, asked, hand())
        again = refusing.refuse(connection, person, asked, hand(at=LATER))
    assert what(store, person) == expected
    assert what(store, other, phone_key(vault, f"+86{PHONE}")) == set()
    assert (len(done.changed), again.changed, done.sharing) == (len(expected), (), 2)
    [(by, thing, detail)] = log(store)
    assert (by, thing, detail["reason"]) == ("wu", f"person:{person}", "本人来电话说的")
    assert detail["refusals"] == list(done.changed)


def test_a_refusal_of_a_number_is_everybody_s_who_has_it_and_outlives_them(
    store: Store, vault: Vault
) -> None:
    key = phone_key(vault, f"+86{PHONE}")
    first, second = add(store, vault, "张三"), add(store, vault, "李四四")
    with store.begin() as connection:
        refusing.obey(connection, key, Wish.STOP_PUBLICITY, AT)
    assert what(store, first, key) == what(store, second, key) == {("sms", "publicity")}
    with store.begin() as connection:
        connection.execute(delete(Person).where(Person.id.in_([first, second])))
    third = add(store, vault, "王五五五")
    assert what(store, third, key) == {("sms", "publicity")}


def test_who_comes_back_ends_their_own_refusal_and_nobody_else_s(
    store: Store, vault: Vault
) -> None:
    key = phone_key(vault, f"+86{PHONE}")
    mother, son = add(store, vault, "张三"), add(store, vault, "李四四")
    with store.begin() as connection:
        refusing.refuse(connection, mother, Asked("sms", "all"), hand())
        refusing.refuse(connection, mother, Asked("call", "publicity"), hand())
        refusing.obey(connection, key, Wish.STOP_SMS, AT)
        ended = refusing.obey(connection, key, Wish.RESUBSCRIBE, LATER)
        assert refusing.obey(connection, key, Wish.RESUBSCRIBE, LATER) == ()
    assert len(ended) == 2
    assert what(store, son, key) == set()  # the number is free again
    assert len(what(store, mother, key)) == 3  # what she said herself stands
    with store.begin() as connection:
        refusing.resubscribe(connection, mother, Asked("sms", "own"), hand(at=LATER))
    assert what(store, mother, key) == {("sms", "publicity"), ("call", "publicity")}
    with store.read() as connection:
        ends = connection.execute(select(Refusal.at, Refusal.ended_at)).all()
    assert [row for row in ends if row.ended_at] == [(AT, LATER)] * 3  # nothing is deleted
    said = [detail["said"] for _, _, detail in log(store)]
    assert said == ["refuse"] * 4 + ["resubscribe"] * 3


def test_what_a_reply_changes_is_logged_without_the_number(store: Store, vault: Vault) -> None:
    add(store, vault, "张三")
    key = phone_key(vault, f"+86{PHONE}")
    with store.begin() as connection:
        [refusal] = refusing.obey(connection, key, Wish.STOP_PUBLICITY, AT)
        assert refusing.obey(connection, key, Wish.NONE, AT) == ()
    [(by, thing, detail)] = log(store)
    assert (by, thing, detail["people"]) == ("system", f"refusal:{refusal}", 1)
    assert PHONE not in str(detail)


def test_the_number_is_given_back_only_by_who_may_speak_for_everybody_on_it(
    store: Store, vault: Vault
) -> None:
    east = add(store, vault, "张三", EAST)
    add(store, vault, "李四四", WEST)
    asked = Asked("sms", "publicity", of_number=True)
    with store.begin() as connection:
        assert refusing.refuse(connection, east, asked, hand(EAST)).sharing == 2
        with pytest.raises(Refused, match=r"refusals\.shared_outside"):
            refusing.resubscribe(connection, east, asked, hand(EAST))
        assert len(refusing.resubscribe(connection, east, asked, hand(EAST[:6])).changed) == 1


WRONG: list[tuple[Asked, Hand, type[OutreachError], str]] = [
    (Asked("visit", "publicity"), hand(), Invalid, "refusals.channel"),
    (Asked("sms", "urgent"), hand(), Invalid, "refusals.kind"),
    (Asked("sms", "publicity"), Hand("wu", Scope(), " ", AT), Invalid, "refusals.reason"),
    (Asked("sms", "publicity", of_number=True), hand(), Invalid, "refusals.no_number"),
    (Asked("sms", "publicity"), hand(WEST), Missing, "people.person"),
]


@pytest.mark.parametrize(("asked", "by", "kind", "code"), WRONG, ids=[one[3] for one in WRONG])
def test_what_cannot_be_written_down_is_said_and_changes_nothing(
    store: Store, vault: Vault, asked: Asked, by: Hand, kind: type[OutreachError], code: str
) -> None:
    person = add(store, vault, "张三", phone="")
    with store.begin() as connection, pytest.raises(kind) as caught:
        refusing.refuse(connection, person, asked, by)
    assert caught.value.code == code
    assert what(store, person) == set()
    assert log(store) == []


def test_a_record_that_was_merged_leads_to_the_one_that_was_kept(
    store: Store, vault: Vault
) -> None:
    kept, gone = add(store, vault, "张三"), add(store, vault, "张三", phone="13800138001")
    with store.begin() as connection:
        merging.merge(connection, Scope(), kept, gone, by="wu", reason="同一个人")
        done = refusing.refuse(connection, gone, Asked("sms", "publicity"), hand())
    assert done.person == kept
    assert what(store, kept) == {("sms", "publicity")}


def test_what_stands_says_whose_it_is(store: Store, vault: Vault) -> None:
    person = add(store, vault, "张三")
    with store.begin() as connection:
        refuse(
            connection, Subject(address_key=phone_key(vault, f"+86{PHONE}")), channel="sms",
            message_class="publicity", source="carrier", at=AT,
        )  # fmt: skip
        done = refusing.refuse(connection, person, Asked("call", "own"), hand(at=LATER))
    assert [(one.channel, one.message_class, one.of_number, one.source) for one in done.open] == [
        ("call", "own-benefit", False, "worker"),
        ("sms", "publicity", True, "carrier"),
    ]
