"""What people do to deliveries, and what they read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.manual import ManualChannel
from outreach.deliveries import queries, service
from outreach.errors import Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.policies import Reach
from outreach.wording import say
from tests.factories import Office, add_account


@pytest.fixture
def visit(office: Office) -> int:
    """A visit that stands on a worker's list."""
    with office.store.begin() as connection:
        account = add_account(connection, "visit", provider="manual")
    office.person()
    office.plan(steps=[{"channel": "visit"}])
    office.send(office.sender(channel=ManualChannel("visit"), account=account))
    [delivery] = office.deliveries()
    return delivery


def record(office: Office, delivery: int, outcome: str) -> None:
    with office.store.begin() as connection:
        service.record_visit(connection, delivery, outcome, "wang")


def test_each_outcome_of_a_visit_says_what_became_of_it(office: Office, visit: int) -> None:
    record(office, visit, "not_home")
    assert office.states() == {"undelivered": 1}
    assert office.count(Reach) == 0
    record(office, visit, "told")
    assert office.states() == {"delivered": 1}
    record(office, visit, "not_home")
    assert office.states() == {"delivered": 1}
    with office.store.read() as connection:
        assert list(connection.scalars(select(Reach.fact))) == ["in_person"]
    assert office.count(AuditEntry, AuditEntry.by == "wang") == 3


def test_a_visit_without_one_of_the_eight_outcomes_is_refused_in_two_languages(
    office: Office, visit: int
) -> None:
    with pytest.raises(Invalid, match="visit_outcome") as caught:
        record(office, visit, "下雨了")
    for language in ("zh", "en"):
        assert "下雨了" in say(caught.value.code, language, **caught.value.params)


def test_a_delivery_that_nobody_planned_is_missing(office: Office) -> None:
    with office.store.read() as connection, pytest.raises(Missing, match=r"deliveries\.unknown"):
        service.state_of(connection, 12345)


def test_the_export_says_what_became_of_everybody(office: Office, tmp_path: Path) -> None:
    reached, unreachable = office.person(), office.person(phone=None)
    office.plan()
    office.send()
    path = tmp_path / "out.csv"
    with office.store.read() as connection:
        assert service.write_export(connection, office.campaign, path) == 2
        channels = queries.by_channel(connection, office.campaign)
    with path.open(encoding="utf-8-sig") as file:
        rows = {int(row["addressee_ref"]): row for row in csv.DictReader(file)}
    assert tuple(next(iter(rows.values()))) == service.COLUMNS
    assert (rows[reached]["state"], rows[reached]["provider_id"]) == ("accepted", "FK00000001")
    assert rows[reached]["subjects"] == f"{reached}:phys-65"
    assert (rows[unreachable]["state"], rows[unreachable]["reason"]) == ("skipped", "no_address")
    assert channels == {"sms": {"planned": 2, "handed_over": 1}}
