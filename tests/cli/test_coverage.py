"""Who gets which text, from the command line: words for an officer, one object for a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, update

from outreach.models.people import Person
from outreach.store import open_store
from tests.cli.conftest import Call


def speaks(data: Path, language: str) -> None:
    """The first of the three residents speaks it."""
    store = open_store(f"sqlite:///{data / 'outreach.db'}")
    with store.begin() as connection:
        first = connection.scalars(select(Person.id).order_by(Person.id)).first()
        connection.execute(update(Person).where(Person.id == first).values(language=language))
    store.close()


def test_a_gap_is_said_with_what_to_do(call: Call, data: Path, order: Callable[..., Path]) -> None:
    speaks(data, "ug-Arab")
    steps = [{"channel": "sms"}, {"channel": "flyer", "after": 1, "when": "unreached"}]
    call("campaign", "create", order(steps=steps), "--as", "gan")
    told = call("campaign", "coverage", "winter", "--json")
    assert told.status == 0
    sms, sheets = told.data["steps"]
    assert (sms["readers"], sms["gaps"], sheets["at_most"]) == (3, 1, True)
    gap = sms["shares"][0]
    assert (gap["language"], gap["name"], gap["answer"], gap["count"]) == (
        "ug",
        "维吾尔语",
        "gap",
        1,
    )
    assert told.data["gaps"] == 2
    assert told.data["findings"][0]["gap"]
    said = call("campaign", "coverage", "winter").out
    assert "第 1 步 短信：3 人" in said
    assert "第 2 步 纸质单：最多 3 户" in said
    assert "！第 1 步（短信）：1 人没有维吾尔语文字" in said
    assert "templates/sms/ug/phys-65.j2" in said


def test_what_was_signed_stays_and_a_gap_is_said_at_the_submission(
    call: Call, data: Path, order: Callable[..., Path], signed: str
) -> None:
    before = call("campaign", "coverage", signed, "--json").data
    assert (before["status"], before["gaps"]) == ("approved", 0)
    assert "没有缺文字的" in call("campaign", "coverage", signed).out
    speaks(data, "bo-Tibt")
    assert call("campaign", "coverage", signed, "--json").data == before
    call("campaign", "create", order(id="second"), "--as", "gan")
    told = call("campaign", "submit", "second", "--as", "gan", "--json")
    assert (told.status, told.data["gaps"]) == (0, 2)
    assert call("campaign", "coverage", "nothing", "--json").code == "campaigns.unknown"
