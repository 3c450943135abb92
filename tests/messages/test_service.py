"""Texts as versions, and their reviewers."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.errors import Invalid, Missing
from outreach.messages import queries, service
from outreach.messages.schemas import Place
from outreach.store import Store
from tests.town import TODAY


def place_of(policy: str, channel: str, language: str) -> Place:
    return Place(policy, channel, language, channel, "general")


def site(folder: Path, body: str) -> Path:
    path = folder / "sms/zh-Hans/phys-65.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = 'form = "sms"\ntitle = "体检"\nannounce = "general"'
    path.write_text(f"+++\n{head}\n+++\n{body}\n", "utf-8")
    return folder


def test_loading_again_makes_no_version_and_a_change_makes_one(
    store: Store, tmp_path: Path
) -> None:
    with store.begin() as connection:
        everything = service.load_files(connection)
        assert everything == len(service.newest(connection)) > 10
        assert service.load_files(connection) == 0
        assert service.load_files(connection, site(tmp_path, "{{ signature }}去体检")) == 1
        assert service.load_files(connection, tmp_path) == 0
        (changed,) = [
            found
            for found in service.newest(connection, ["phys-65"])
            if (found.channel, found.language) == ("sms", "zh-Hans")
        ]
    assert (changed.version, changed.body) == (2, "{{ signature }}去体检")


def test_a_dialect_is_not_ready_before_a_named_reader_signs(store: Store) -> None:
    with store.begin() as connection:
        service.load_files(connection)
        by_language: dict[str, set[bool]] = {}
        for found in service.newest(connection):
            by_language.setdefault(found.language, set()).add(found.ready)
        assert by_language.pop("zh-Hans") == {True}
        assert set(map(frozenset, by_language.values())) == {frozenset({False})}
        place = place_of("childcare-2025", "sms", "yue-Hans")
        with pytest.raises(Invalid, match="reviewer_needed"):
            service.review(connection, place, " ", TODAY)
        with pytest.raises(Missing, match="no_variant"):
            service.review(
                connection, place_of("childcare-2025", "sms", "nan-Hans"), "审校员", TODAY
            )
        service.review(connection, place, "审校员", TODAY)
        service.review(connection, place, "另一位", TODAY)
        (signed,) = [found for found in service.newest(connection) if found.reviewed_by]
    assert (signed.ready, signed.reviewed_by, signed.language) == (True, "审校员", "yue-Hans")


def test_a_new_version_needs_its_reader_again(store: Store) -> None:
    values = {
        "policy": "a", "channel": "sms", "language": "yue-Hans", "form": "sms", "title": "", "announce": "general",
        "body": "一", "hash": "1", "needs_review": True,
    }  # fmt: skip
    with store.begin() as connection:
        queries.add(connection, {**values, "version": 1})
        service.review(connection, place_of("a", "sms", "yue-Hans"), "审校员", TODAY)
        queries.add(connection, {**values, "version": 2, "body": "二"})
        (newest,) = service.newest(connection, ["a"])
    assert (newest.version, newest.body, newest.ready) == (2, "二", False)
