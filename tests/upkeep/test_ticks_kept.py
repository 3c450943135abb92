"""What was ticked before words were kept is a word afterwards, and can be taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text

from outreach.store import Store
from outreach.upkeep.migrate import downgrade, migrate

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


def before(connection: Connection) -> None:
    """A visit that was ticked, and a text message, as the revision before left them."""
    at = {"at": AT if connection.dialect.name == "postgresql" else "2026-11-20 02:00:00.000000"}
    for statement in (
        "INSERT INTO campaign (id, ref, title, status, region, message_class, announce, options, created_by, created_at, submitted_by, frozen_hash, released) VALUES (1, 'w', 'w', 'running', '', 'publicity', 'general', '{}', 'gan', :at, '', '', TRUE)",
        "INSERT INTO step (id, campaign_id, number, channel, condition, late_hours, options) VALUES (1, 1, 1, 'visit', '', 24, '{}'), (2, 1, 2, 'sms', '', 24, '{}')",
        "INSERT INTO firing (id, step_id, due_at, fired_at, planned) VALUES (1, 1, :at, :at, TRUE), (2, 2, :at, :at, TRUE)",
        "INSERT INTO delivery (id, campaign_id, step_id, firing_id, kind, addressee, language, village, age_band) VALUES (1, 1, 1, 1, 'household', 1, '', '', ''), (2, 1, 2, 2, 'person', 1, '', '', '')",
        "INSERT INTO outcome (delivery_id, no, state, rank, at, error, reason) VALUES (1, 1, 'delivered', 60, :at, '', 'told'), (2, 1, 'delivered', 60, :at, '', 'told')",
        "INSERT INTO audit_entry (at, \"by\", action, thing, detail) VALUES (:at, 'wu', 'visits.record', 'delivery:1', '{}')",
    ):  # fmt: skip
        connection.execute(text(statement), at if ":at" in statement else {})


def test_a_tick_becomes_a_word_with_who_said_it(blank_engine: Engine) -> None:
    store = Store(blank_engine, blank_engine)
    migrate(store)
    downgrade(store, "0003")
    with store.begin() as connection:
        before(connection)
    migrate(store)
    with store.read() as connection:
        rows = connection.execute(text('SELECT delivery_id, word, "by", did FROM word')).all()
    [word] = rows
    assert (word.delivery_id, word.word, word.by) == (1, "told", "wu")
    did = json.loads(word.did) if isinstance(word.did, str) else word.did
    assert did == {"before": {"state": "accepted", "reason": ""}}
