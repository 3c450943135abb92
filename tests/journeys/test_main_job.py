"""The whole loop: an office's sheet, people, policies, a signed campaign, sending, receipts, paper, a rate."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import func, select

from outreach.campaigns import service as campaigns
from outreach.demo import command, county
from outreach.demo.people import MANAGER, OFFICER
from outreach.models.campaigns import SignOff
from outreach.models.people import Person
from outreach.models.surveys import Survey
from outreach.policies.service import starter_catalogue
from outreach.settings import load
from outreach.store import Store, open_store
from tests import postgres
from tests.journeys import running

KEYS = {
    "people", "policies", "matches", "campaign", "deliveries", "resent", "channels", "flyer_pages", "flyer_pdf", "parts",
    "cost", "reached", "survey", "awareness", "seconds",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's settings, short waits, and towns so small that few people live in several of them."""
    for name in [name for name in os.environ if name.startswith("OUTREACH_")]:
        if name != "OUTREACH_TEST_DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("OUTREACH_SEND_TIMEOUT", "2")
    monkeypatch.setattr(county, "VILLAGES_PER_TOWN", 1)
    monkeypatch.setattr(county, "GRIDS_PER_VILLAGE", 1)


def run(data: Path, people: int, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The demonstration in this process; its summary."""
    status = command.run(people=people, data=data, exit_when_done=True, as_json=True)
    assert status == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return summary


def check(summary: dict[str, Any], people: int) -> None:
    assert set(summary) == KEYS
    assert summary["people"] == people
    assert summary["policies"] == len(starter_catalogue())
    assert summary["matches"]["likely"] > people / 2
    running.check_sums(summary)
    assert summary["channels"]["sms"]["planned"] >= people / 3
    assert summary["channels"]["group"]["handed_over"] >= 1
    assert summary["parts"] > summary["channels"]["sms"]["handed_over"] > 0
    assert summary["cost"] > 0
    assert 0 < summary["reached"] <= people
    survey, rate = summary["survey"], summary["awareness"]
    assert survey["drawn"] >= survey["answered"] >= survey["aware"] > 0
    assert rate["n"] == survey["answered"]
    assert rate["rate"] == pytest.approx(survey["aware"] / survey["answered"])
    assert 0 < rate["low"] < rate["rate"] < rate["high"] < 1


def check_the_books(store: Store, people: int) -> None:
    with store.read() as connection:
        invented = connection.scalar(select(func.count()).where(Person.synthetic))
        in_clear = connection.scalar(
            select(func.count()).where((Person.name == "") | Person.name.regexp_match("^[一-龥]"))
        )
        signed = connection.execute(select(SignOff.decision, SignOff.by, SignOff.hash)).all()
        frozen = campaigns.get(connection, "demo-2026-winter")["frozen_hash"]
        generated = connection.scalars(select(Survey.generated)).all()
    assert (invented, in_clear) == (people, 0)
    assert [tuple(one) for one in signed] == [
        ("submitted", OFFICER.name, frozen), ("approved", MANAGER.name, frozen),
    ]  # fmt: skip
    assert set(generated) == {
        True
    }  # every survey of the demonstration says that its answers are made up


def test_from_the_offices_sheet_to_a_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = run(tmp_path, 250, capsys)
    check(summary, 250)
    running.check_nobody_got_it_twice(
        tmp_path / "sandbox.db", summary["channels"]["sms"]["handed_over"]
    )
    assert set(running.states_per_delivery(tmp_path / "outreach.db")) == {1}
    store = open_store(load(tmp_path).url)
    check_the_books(store, 250)
    store.close()

    bodies = {body for _, body in running.carried(tmp_path / "sandbox.db")}
    posts = {text for _, text in running.posted(tmp_path / "sandbox.db")}
    for texts in (bodies, posts):
        assert any("屋头有3岁以下娃儿" in text for text in texts)  # Sichuanese
        assert any("屋企有3岁以下细路" in text for text in texts)  # Cantonese
    assert all(body.startswith("【示范县政务办】") for body in bodies)

    document = pypdfium2.PdfDocument(summary["flyer_pdf"])
    assert len(document) == summary["flyer_pages"] == summary["channels"]["flyer"]["handed_over"]
    for number in range(len(document)):
        assert "演示" in document[number].get_textpage().get_text_bounded()
    document.close()

    again = run(tmp_path, 250, capsys)
    assert running.without_seconds(again) == running.without_seconds(summary)
    assert len(running.carried(tmp_path / "sandbox.db")) == len(
        set(running.carried(tmp_path / "sandbox.db"))
    )


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"t_journey_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = postgres.create_database(name)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", postgres.plain(url))
    yield url
    postgres.drop_database(name)


def test_the_same_on_postgresql(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = run(tmp_path, 150, capsys)
    check(summary, 150)
    assert not (tmp_path / "outreach.db").exists()
    running.check_nobody_got_it_twice(
        tmp_path / "sandbox.db", summary["channels"]["sms"]["handed_over"]
    )
    store = open_store(database)
    check_the_books(store, 150)
    store.close()
    again = run(tmp_path, 150, capsys)
    assert running.without_seconds(again) == running.without_seconds(summary)
