"""A campaign written back as its document: the command line and the page agree."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from outreach.campaigns import queries, schemas, schemas_steps, service, writing
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import ZONE

BASE: dict[str, Any] = {
    "id": "winter", "title": "冬季告知", "policies": ["check", "insure"], "region": town.COUNTY, "office": "演示县政务办",
    "valid_until": "2027-02-28", "steps": [{"channel": "sms"}],
}  # fmt: skip
SMS = {"channel": "sms"}
EACH = {"channel": "sms", "ceiling": {"people": 50, "yuan": 12.5}}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "the least that is a campaign": {},
    "everything around the texts": {
        "phone": "0700-1234567", "opt_out": "回复R退订", "written_dialects": {"reason": "当地老人只看得懂"},
        "ignore_quiet_hours": {"reason": "试"}, "announce": "personal", "budget": 120.5,
    },
    "an urgent one": {"class": "urgent", "urgent": {"reason": "台风"}, "chain": "urgent"},
    "a text, paper for whom it does not reach, a door for what comes back": {
        "steps": [
            SMS,
            {"channel": "flyer", "after": 1, "when": "unconfirmed", "wait": "36h"},
            {"channel": "visit", "after": 2, "when": "returned", "wait": "14d"},
        ]
    },
    "at a time, for one policy, of a form, by an account": {
        "steps": [
            {"channel": "sms", "at": "2026-12-01T09:00", "late_hours": 2, "account": "sms", "policies": ["check"],
             "form": "clarification"}
        ]
    },
    "every week": {"steps": [{**EACH, "every": "0 9 * * 1", "until": "2027-01-31", "again": True}]},
    "before the window closes": {"steps": [{**EACH, "relative": {"to": "window_to", "days": -10, "at": "10:30"}}]},
}  # fmt: skip


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
        town.add_account(connection, "visit")
    return store


@pytest.mark.parametrize("changes", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_what_is_written_back_is_read_to_the_same_order(
    home: Store, changes: dict[str, Any]
) -> None:
    order = schemas.parse({**BASE, **changes}, ZONE, "campaign.yaml")
    with home.begin() as connection:
        key = service.create(connection, order, "gan", town.COUNTY)
        document = writing.document(connection, queries.by_id(connection, key), ZONE)
    text = writing.as_yaml(document)
    assert schemas.parse(yaml.safe_load(text), ZONE, "again.yaml") == order


def test_every_key_of_a_document_is_tried_above() -> None:
    """Whoever gives the document a new key is told here that the page must carry it too."""
    tried = {key for one in DOCUMENTS.values() for key in one} | set(BASE)
    elsewhere = {"segment", "proposal"}  # need rows of their own; plain values in the options
    assert schemas._KEYS - tried - elsewhere <= {"stagger", "correction", "corrects"}
    steps = {key for one in DOCUMENTS.values() for step in one.get("steps", ()) for key in step}
    assert schemas_steps._KEYS - steps <= {"once"}


@given(st.integers(0, 99_999), st.sampled_from([1, 60, 3600, 86_400]))
def test_any_wait_that_can_be_written_is_written_back(count: int, unit: int) -> None:
    seconds = count * unit
    step = {"channel": "flyer", "after": 1, "wait": writing._wait(seconds)}
    document = {**BASE, "steps": [SMS, step]}
    assert schemas.parse(document, ZONE, "a.yaml").steps[1].options["wait"] == seconds
