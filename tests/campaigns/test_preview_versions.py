"""How a campaign's texts differ from another version of them."""

from __future__ import annotations

import pytest

from outreach.campaigns import service
from outreach.campaigns.preview.versions import against
from outreach.errors import Missing
from outreach.store import Store
from outreach.vault import Vault
from tests import town

PLACE = "sms/zh-Hans/check"


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """The town with a second version of one text, and a draft."""
    with store.begin() as connection:
        town.build(connection, vault)
        town.write_text(connection, PLACE, town.SMS.replace("。", "，不收费。", 1), version=2)
        service.create(connection, town.order(), "gan")
    return store


def said(store: Store, other: str = "") -> list[tuple[str, int | None, int | None, str]]:
    with store.read() as connection:
        found = against(connection, service.get(connection, "winter"), other)
    marks = {"same": "", "gone": "-", "new": "+"}
    return [
        (
            str(one.place),
            one.before.version if one.before else None,
            one.after.version if one.after else None,
            "".join(marks[run.kind] + run.text for run in one.runs if run.kind != "same"),
        )
        for one in found
    ]


def test_a_draft_is_compared_with_the_version_before(home: Store) -> None:
    assert said(home) == [(PLACE, 1, 2, "+，不收费")]


def test_a_named_version_is_the_older_one(home: Store) -> None:
    assert said(home, "1") == [(PLACE, 1, 2, "+，不收费")]
    assert said(home, "2") == []


def test_what_was_signed_is_compared_with_what_stands_there_now(home: Store) -> None:
    with home.begin() as connection:
        service.submit(connection, "winter", "gan", town.TODAY)
    assert said(home) == []
    with home.begin() as connection:
        town.write_text(connection, PLACE, town.SMS, version=3)
    assert said(home) == [(PLACE, 2, 3, "-，不收费")]


def test_another_campaign_is_compared_by_the_place_of_each_text(home: Store) -> None:
    with home.begin() as connection:
        service.create(connection, town.order(id="other", policies=["check"]), "gan")
        service.submit(connection, "other", "gan", town.TODAY)
        town.write_text(connection, PLACE, town.SMS, version=3)
    changed = {place: (before, after) for place, before, after, _ in said(home, "other")}
    assert changed == {PLACE: (2, 3), "sms/zh-Hans/insure": (None, 1)}


@pytest.mark.parametrize("other", ["9", "nothing-of-the-kind"])
def test_what_cannot_be_compared_says_so(home: Store, other: str) -> None:
    with pytest.raises(Missing, match=r"previewing\.unknown_version"):
        said(home, other)
