"""The changed policies of the source document, as versions in the register of policies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.policies import service
from outreach.store import Store
from segments.match import match
from segments.person import Person
from tests.segments.catalogue import FILLED, FOLDER
from tests.town import COUNTY

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "flex-si",
            {"birth": "1980-05-01", "sex": "M", "circumstances": ["4050", "灵活就业"], "paid_months": 6, "paid_months_running": 3},
        ),
        ("rural-house", {"circumstances": ["低保边缘", "危房"], "not": ["低保", "特困", "脱贫户"]}),
    ],
)  # fmt: skip
def test_the_earlier_and_the_shipped_file_are_two_versions_with_somebody_newly_eligible(
    store: Store, name: str, facts: dict[str, Any]
) -> None:
    person, answers = Person.from_facts(facts), []
    for path in (FOLDER / "history" / f"{name}-v1.yaml", FOLDER / f"{name}.yaml"):
        with store.begin() as connection:
            assert service.load(connection, service.read_file(path), path.name) == (name, True)
            service.fill_in(
                connection, name, COUNTY, parameters=FILLED.get(name, {}), by="核验员", on=TODAY
            )
            view = service.get(connection, name)
        answers.append((view.number, match(view.rule_at(COUNTY), person, TODAY).answer))
    assert answers == [(1, "no"), (2, "yes")]
