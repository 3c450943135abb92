"""Texts, reviews and signatures written before the forms came keep their meaning, there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.store import Store, open_store
from outreach.upkeep.migrate import downgrade, migrate
from tests import postgres

_ROWS = (
    "INSERT INTO campaign (id, ref, title, status, region, message_class, announce, options, created_by, created_at, "
    "submitted_by, frozen_hash, released) VALUES (7, 'c', 't', 'draft', '', 'publicity', 'general', '{}', 'gan', "
    "'2026-11-26 00:00:00', '', '', false)",
    "INSERT INTO variant (id, policy, channel, language, version, form, title, announce, body, hash, needs_review, "
    "created_at) VALUES (5, 'p', 'sms', 'yue-Hans', 1, 'sms', '题', 'general', '文', 'h', true, '2026-11-26 00:00:00'), "
    "(6, 'p', 'group', 'zh-Hans', 1, '', '题', 'general', '文', 'h', false, '2026-11-26 00:00:00')",
    "INSERT INTO variant_review (variant_id, \"by\", \"on\", note) VALUES (5, '审校员', '2026-11-26', '')",
    "INSERT INTO campaign_variant (campaign_id, policy, channel, language, variant_id) VALUES "
    "(7, 'p', 'sms', 'yue-Hans', 5), (7, 'p', 'group', 'zh-Hans', 6)",
)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_what_was_written_before_stands_after(dialect: str, tmp_path: Path) -> None:
    url = (
        f"sqlite:///{tmp_path / 'texts.db'}"
        if dialect == "sqlite"
        else postgres.create_database("t_texts_move")
    )
    store = open_store(url)
    migrate(store, "0002")
    with store.begin() as connection:
        for statement in _ROWS:
            connection.execute(text(statement))
    migrate(store)
    assert _signed(store, "form, announce, variant_id") == [
        ("group", "general", 6),
        ("sms", "general", 5),
    ]
    with store.read() as connection:
        assert connection.scalar(text("SELECT form FROM variant WHERE id = 6")) == "group"
        assert connection.scalar(text('SELECT "by" FROM variant_review')) == "审校员"
    downgrade(store, "0002")
    assert _signed(store, "channel, variant_id") == [("group", 6), ("sms", 5)]
    store.close()


def _signed(store: Store, columns: str) -> list[tuple[object, ...]]:
    with store.read() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM campaign_variant ORDER BY channel"))  # noqa: S608
        return [tuple(row) for row in rows]
