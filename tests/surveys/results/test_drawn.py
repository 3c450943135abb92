"""Samples that were really drawn are estimated by what the drawing wrote down, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach.models.people import Person
from outreach.models.surveys import Answer, Respondent
from outreach.store import Store
from outreach.surveys import service
from outreach.surveys.comparing import service as comparing
from outreach.surveys.drawing import reserve
from outreach.surveys.results import service as results
from outreach.vault import Vault
from tests.surveys.county import DOCUMENT, OLD, TODAY, add_regions, load_policies
from tests.surveys.results.built import MOMENT

HOME = "990101"
SIZES = {f"990101{100 + town}{200 + village}": 20 + 7 * village for town in range(1, 4) for village in range(6)}  # fmt: skip


@pytest.fixture
def county(store: Store, vault: Vault) -> int:
    """Elders of eighteen villages in three towns."""
    rows = []
    for code, size in SIZES.items():
        rows += [
            {
                "region": code, "hukou_region": code, "birth": OLD - timedelta(days=400 * (at % 9)),
                "sex": ("F", "F", "M", "")[at % 4], "created_at": MOMENT, "updated_at": MOMENT,
            }
            for at in range(size)
        ]  # fmt: skip
    with store.begin() as connection:
        load_policies(connection, "phys-65")
        add_regions(connection)
        connection.execute(insert(Person), rows)
    return len(rows)


def drawn(store: Store, **more: Any) -> None:
    document = {**DOCUMENT, **more}
    with store.begin() as connection:
        service.create(connection, document, "evaluator", "survey.yaml", HOME)
        service.draw(connection, document["id"], TODAY, HOME, "evaluator")


def answer(store: Store, ref: str, *, silent: int = 0, seed: int = 0) -> int:
    """Everybody in the sample answers; women know, men of the first town do not; every `silent`-th was not met."""
    with store.begin() as connection:
        survey = service.get(connection, ref)["id"]
        people = connection.execute(
            select(Respondent.id, Respondent.number, Respondent.traits)
            .where(Respondent.survey_id == survey, Respondent.reserve == 0)
            .order_by(Respondent.number)
        ).all()
        met = [one for one in people if not silent or (one.number + seed) % silent]
        for one in people:
            ended = "completed" if one in met else "refused"
            connection.execute(
                update(Respondent)
                .where(Respondent.id == one.id)
                .values(disposition=ended, asked_on=TODAY)
            )
        said = [
            {"respondent_id": one.id, "question": "prompted", "value": _says(one.traits), "at": MOMENT}
            for one in met
        ]  # fmt: skip
        connection.execute(insert(Answer), said)
        return len(met)


def _says(traits: dict[str, Any]) -> str:
    return "aware" if traits["sex"] == "F" else "unaware"


def estimated(store: Store, ref: str = "wave-1") -> dict[str, Any]:
    with store.read() as connection:
        return results.estimate(connection, ref)


def test_a_sample_that_is_not_divided_is_a_simple_one(store: Store, county: int) -> None:
    drawn(store, size=200)
    answer(store, "wave-1")
    found = estimated(store)
    assert (found["method"], found["n"], found["n_eff"], found["notes"]) == ("wilson", 200, 200, [])


def test_towns_as_strata_with_non_response_and_weights_to_the_register(
    store: Store, county: int
) -> None:
    drawn(store, size=240, strata=["town"], rake=["sex", "town"], classes=["town", "band"], trim=5)
    met = answer(store, "wave-1", silent=4)
    found = estimated(store)
    assert found["n"] == met
    assert found["notes"] == []
    assert found["method"] == "logit"
    with store.read() as connection:
        survey = service.get(connection, "wave-1")
        weights = results.read(connection, "wave-1").measured.weights
    women = survey["frame"]["margins"]["sex"]["F"]
    assert found["rate"] == pytest.approx(
        women / county
    )  # who knows follows from sex, and that is weighted to
    assert sum(weights) == pytest.approx(county)


def test_villages_are_drawn_and_estimated_as_units(store: Store, county: int) -> None:
    drawn(store, size=None, strata=["town"], villages=12, per_village=10)
    answer(store, "wave-1")
    found = estimated(store)
    with store.read() as connection:
        read = results.read(connection, "wave-1")
    units = len(set(read.measured.sample.units)) if read.measured.sample else 0
    strata = len(set(read.measured.sample.strata)) if read.measured.sample else 0
    assert found["df"] == units - strata
    assert found["method"] == "logit"
    assert sum(read.measured.weights) == pytest.approx(county, rel=0.01)


def test_a_reserve_that_is_taken_up_counts_with_its_new_weight(store: Store, county: int) -> None:
    drawn(store, size=100, reserve=0.5, batches=1)
    answer(store, "wave-1")
    assert estimated(store)["drawn"] == 100
    with store.begin() as connection:
        reserve.release(connection, "wave-1", "all", 1, "evaluator")
    found = estimated(store)
    assert (found["drawn"], found["n"], found["response"]["pending"]) == (150, 100, 50)


def test_a_panel_with_new_people_is_compared_person_by_person(store: Store, county: int) -> None:
    drawn(store, size=160)
    answer(store, "wave-1")
    drawn(store, id="wave-2", wave=2, size=None, follows="wave-1", panel=True, fresh=0.3, seed="9")
    answer(store, "wave-2")
    with store.read() as connection:
        found = comparing.between(connection, "wave-2", "wave-1")
    assert found.kind == "panel"
    assert found.pairs is not None
    assert sum(found.pairs) == 160
    assert found.difference == pytest.approx(0.0)
    assert any("看不出是被问出来的" in one for one in found.warnings())
