"""Refusals of people and of numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from outreach.errors import Invalid
from outreach.models.people import Refusal
from outreach.people.consent import (
    Subject,
    refusals,
    refuse,
    withdraw,
)
from outreach.people.intake.importer import import_file
from outreach.store import Store
from outreach.vault import Vault
from tests.people.office import TODAY, csv_file, id_number, people

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOW: dict[str, Any] = {"channel": "sms", "message_class": "publicity"}


@pytest.fixture
def person(store: Store, vault: Vault, tmp_path: Path) -> Any:
    rows = [["姓名", "身份证号", "手机"], ["张三", id_number(), "13800138000"]]
    import_file(csv_file(tmp_path, rows), begin=store.begin, vault=vault, today=TODAY)
    return people(store)[0]


def test_a_person_refuses_and_takes_it_back(store: Store, person: Any) -> None:
    subject = Subject(person_id=person.id)
    with store.begin() as connection:
        refuse(connection, subject, source="visit", at=AT, **HOW)
        refuse(connection, subject, source="call", at=AT + timedelta(days=1), **HOW)
        (row,) = connection.execute(select(Refusal)).all()
        assert (row.source, row.at) == ("visit", AT)
        found = refusals(connection, [person.id])
        assert found.refuses(person.id, None, "sms", "publicity")
        assert not found.refuses(person.id, None, "visit", "publicity")
        assert not found.refuses(person.id, None, "sms", "own-benefit")
        assert withdraw(connection, subject, at=AT, **HOW)
        assert not withdraw(connection, subject, at=AT, **HOW)
        assert not refusals(connection, [person.id]).refuses(person.id, None, "sms", "publicity")
        refuse(connection, subject, source="call", at=AT + timedelta(days=2), **HOW)
        (row,) = connection.execute(select(Refusal)).all()
        assert (row.source, row.ended_at) == ("call", None)


def test_a_refusal_is_of_a_person_or_of_a_number() -> None:
    with pytest.raises(ValueError, match="person or of a number"):
        Subject()
    with pytest.raises(ValueError, match="person or of a number"):
        Subject(1, b"x")


def test_an_unknown_class_of_messages_is_named(store: Store, person: Any) -> None:
    with store.begin() as connection, pytest.raises(Invalid, match=r"people\.message_class"):
        refuse(
            connection, Subject(person.id), channel="sms", message_class="spam", source="x", at=AT
        )
