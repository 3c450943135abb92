"""Surveys that were taken before samples had strata and reserves keep every row on the way there and back."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, insert, select, text, update

from outreach import clock
from outreach.models.surveys import Answer, Respondent, Survey
from outreach.store import Store, open_store
from outreach.surveys import service
from outreach.upkeep.migrate import downgrade, migrate
from outreach.vault import Vault
from tests.surveys.county import DOCUMENT, TODAY, add_elders, add_regions, load_policies

REF = DOCUMENT["id"]


def _rows(connection: Connection) -> list[tuple[object, ...]]:
    statement = text(
        "SELECT s.ref, s.policy_id, r.number, r.weight, r.disposition, a.question, a.value FROM survey s "
        "JOIN respondent r ON r.survey_id = s.id JOIN answer a ON a.respondent_id = r.id ORDER BY r.number"
    )
    return [tuple(row) for row in connection.execute(statement)]


def _ask(connection: Connection, vault: Vault) -> None:
    """Two people drawn and asked."""
    load_policies(connection, DOCUMENT["policy"])
    add_regions(connection)
    add_elders(connection, vault, 3)
    service.create(connection, {**DOCUMENT, "size": 2}, "gan")
    service.draw(connection, REF, TODAY)
    for row in service.sampled(connection, REF):
        connection.execute(
            insert(Answer).values(
                respondent_id=row["id"], question="prompted", value="aware", at=clock.now()
            )
        )


def test_respondents_and_answers_survive_the_change_of_their_survey(
    blank_engine: Engine, vault: Vault
) -> None:
    strict = open_store(blank_engine.url.render_as_string(hide_password=False))
    migrate(strict)
    with strict.begin() as connection:
        _ask(connection, vault)
        before = _rows(connection)
    assert len(before) == 2
    downgrade(strict, "0005")
    with strict.begin() as connection:
        assert _rows(connection) == before
    migrate(strict)
    with strict.begin() as connection:
        assert _rows(connection) == before
        assert connection.execute(select(Survey.kind, Survey.panel)).one() == ("awareness", False)
        assert connection.scalar(select(func.count()).select_from(Respondent)) == 2
    strict.close()


def test_a_survey_about_no_policy_goes_with_the_way_back(
    blank_engine: Engine, vault: Vault
) -> None:
    store = Store(blank_engine, blank_engine)
    migrate(store)
    with store.begin() as connection:
        _ask(connection, vault)
        connection.execute(update(Survey).values(policy_id=None, kind="needs"))
    downgrade(store, "0005")
    with store.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM survey")) == 0
