"""How much one person may claim at a place: national formulas with what the regions filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.errors import Invalid
from outreach.policies import service
from outreach.policies.schemas import PolicyView
from outreach.store import Store
from segments.person import Person
from tests.segments.catalogue import FOLDER
from tests.town import COUNTY, EAST, TODAY

BANDS = {"amount_80": 50, "amount_90": 100, "amount_100": 300}
LOCAL = {"status": "local", "text": "按年龄分三档，每月50元起", "unit": "元/月"}


def filled(store: Store, name: str, region: str = COUNTY, **local: Any) -> PolicyView:
    with store.begin() as connection:
        service.load(connection, service.read_file(FOLDER / f"{name}.yaml"), f"{name}.yaml")
        if local:
            service.fill_in(connection, name, region, **local, by="核验员", on=TODAY)
        return service.get(connection, name)


def test_a_region_fills_in_its_bands_and_writes_its_own_words(store: Store) -> None:
    view = filled(store, "elder-80", parameters=BANDS, facts={"amount": LOCAL})
    found = view.amount_of(Person(birth=date(1935, 1, 1)), COUNTY, TODAY)
    assert found is not None
    assert (found.yuan, found.text) == (100, "每月100元")
    assert view.facts_at(COUNTY)["amount"]["text"] == "按年龄分三档，每月50元起"
    assert view.amount_of(Person(birth=date(1935, 1, 1)), "", TODAY) is None


def test_a_deeper_region_wins_band_by_band(store: Store) -> None:
    filled(store, "elder-80", parameters=BANDS)
    view = filled(store, "elder-80", EAST, parameters={"amount_90": 120})
    yuan = [
        found.yuan if (found := view.amount_of(Person(birth=birth), EAST, TODAY)) else None
        for birth in (date(1945, 1, 1), date(1935, 1, 1), date(1950, 1, 1))
    ]
    assert yuan == [50, 120, None]


def test_a_national_figure_ends_where_a_region_writes_its_own(store: Store) -> None:
    child = Person(birth=date(2023, 12, 5))
    view = filled(store, "childcare-2025")
    found = view.amount_of(child, COUNTY, TODAY)
    assert found is not None
    assert found.text == "您家孩子可领7200元（按24个月折算）"
    view = filled(store, "childcare-2025", facts={"amount": {**LOCAL, "text": "每年5000元"}})
    assert view.amount_of(child, COUNTY, TODAY) is None


@pytest.mark.parametrize(
    ("amount", "key"),
    [
        ({"formula": "by-heart"}, "amount.formula"),
        ({"formula": ["age-bands"]}, "amount.formula"),
        ({"formula": "age-bands"}, "amount.bands"),
        ({"formula": "age-bands", "bands": [{"age": 80}]}, "amount.bands"),
    ],
)
def test_a_formula_that_is_none_is_refused(store: Store, amount: dict[str, Any], key: str) -> None:
    with pytest.raises(Invalid, match="bad_value") as caught:
        filled(store, "elder-80", facts={"amount": {**LOCAL, **amount}})
    assert caught.value.params["key"] == key


@pytest.mark.parametrize(
    ("amount", "filled_in"),
    [
        ({}, False),
        ({"status": "local"}, False),
        ({"status": "local", "text": "  "}, False),
        ({"status": "unverified", "text": "每月60元"}, False),
        ({"status": "local", "text": "每月60元"}, True),
        ({"status": "none", "text": "不发钱，上门服务"}, True),
        ({"text": "每月60元"}, True),
    ],
)
def test_only_words_that_somebody_stands_for_fill_an_amount_in(
    store: Store, amount: dict[str, Any], filled_in: bool
) -> None:
    view = filled(store, "orphan", facts={"amount": amount})
    assert view.amount_filled(COUNTY) is filled_in
    deeper = filled(
        store, "orphan", EAST, facts={"amount": {"status": "local", "text": "每月80元"}}
    )
    assert deeper.amount_filled(EAST)
    assert deeper.amount_filled(COUNTY) is filled_in
