"""What somebody says in their own words reaches the inbox and names nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.models.signals import Opinion
from outreach.models.surveys import Answer, SurveyEntry
from outreach.store import Store
from outreach.surveys.fieldwork import service
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.taking import take
from outreach.surveys.fieldwork.words import SAID
from outreach.surveys.instrument import awareness_instrument, parse_instrument
from outreach.vault import Vault
from tests.surveys.county import TODAY, TOWN, VILLAGE, answered
from tests.surveys.fieldwork.field import QIAN, REF, build, entry, states

WORDS = "听说要到镇上办，老人走不动"


@pytest.fixture
def field(store: Store, vault: Vault) -> Store:
    """The standard questionnaire with an open question at its end."""
    data = awareness_instrument("老年人免费体检").as_data()
    data["questions"].append({"code": "more", "kind": "open", "text": "您还有什么想说的？"})
    instrument = parse_instrument(data)
    with store.begin() as connection:
        build(connection, vault, instrument=instrument.as_data(), instrument_hash=instrument.hash)
        assign(connection, REF, QIAN, [VILLAGE])
    return store


def inbox(store: Store, vault: Vault) -> list[tuple[str, str, str, str]]:
    with store.read() as connection:
        rows = connection.execute(select(Opinion)).all()
    return [(vault.decrypt("opinion", one.said), one.source, one.region, one.by) for one in rows]


def in_clear(store: Store) -> str:
    with store.read() as connection:
        answers = connection.execute(select(Answer.value)).all()
        entries = connection.execute(select(SurveyEntry.answers)).all()
    return f"{answers}{entries}"


def test_words_from_a_phone_are_kept_encrypted_and_without_the_person(
    field: Store, vault: Vault
) -> None:
    given = entry(1, answers={"prompted": "aware", "more": WORDS})
    for key in ("aaaaaaaa", "aaaaaaaa", "bbbbbbbb"):  # twice, and typed again
        again = entry(1, answers={**given.answers}, key=key)
        with field.begin() as connection:
            assert states(take(connection, REF, [again], QIAN, TODAY, vault))[0] != "refused"
    assert inbox(field, vault) == [(WORDS, "survey", TOWN, "")]
    assert WORDS not in in_clear(field)
    assert SAID in in_clear(field)


def test_words_on_a_sheet_too(field: Store, vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    with field.read() as connection:
        service.write_answers(connection, REF, path, [answered(1, answers={"more": WORDS})])
    reports = [service.record(field.begin, REF, path, "zhou", TODAY, vault) for _ in range(2)]
    assert [(one.errors, one.changed) for one in reports] == [([], 1), ([], 0)]
    assert inbox(field, vault) == [(WORDS, "survey", TOWN, "")]
    assert WORDS not in in_clear(field)


def test_words_are_never_kept_in_clear_for_want_of_a_key(field: Store) -> None:
    with field.begin() as connection, pytest.raises(ValueError, match="vault"):
        take(connection, REF, [entry(1, answers={"prompted": "aware", "more": WORDS})], QIAN, TODAY)
