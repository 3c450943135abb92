"""A survey's document: what may stand in it, and how a wrong one is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outreach.errors import Invalid
from outreach.surveys.design_order import DesignOrder
from outreach.surveys.instrument import standard_instrument
from outreach.surveys.orders import parse
from outreach.wording import Lang, say
from tests.surveys.county import DOCUMENT

FULL: dict[str, Any] = {
    "id": "w2", "title": "第二次", "kind": "awareness", "policy": "phys-65", "campaign": "c", "region": 990101,
    "wave": 2, "mode": "入户", "margin": 0.05, "expected": 0.7, "deff": 1.5, "response": 0.8, "seed": 2026,
    "base": "eligible_or_unknown", "strata": ["town"], "per_village": 10, "within": "next_birthday", "reserve": 0.2,
    "batches": 3, "rake": ["sex", "band"], "classes": ["band"], "trim": 5, "opens_on": date(2026, 12, 1),
    "closes_on": "2026-12-20", "generated": True,
    "permit": {"table": "示调01表", "approval": "示统制2026年第1号", "valid_until": date(2027, 6, 30)},
}  # fmt: skip
LANGS: tuple[Lang, ...] = ("zh", "en")
SMALL = {key: DOCUMENT[key] for key in ("id", "title", "mode")}


def test_a_whole_document_is_read() -> None:
    order = parse(FULL, "w2.yaml")
    assert (order.region, order.seed, order.size, order.opens_on, order.closes_on) == (
        "990101", "2026", 0, date(2026, 12, 1), date(2026, 12, 20),
    )  # fmt: skip
    design = order.design
    assert (design.base, design.strata, design.per_village, design.trim) == (
        "eligible_or_unknown", ("town",), 10, 5.0,
    )  # fmt: skip
    assert design.clustered
    assert DesignOrder.of(design.as_data()) == design


def test_a_document_of_before_means_what_it_meant() -> None:
    order = parse(dict(DOCUMENT))
    assert (order.kind, order.size, order.panel, order.design) == (
        "awareness",
        40,
        False,
        DesignOrder(),
    )
    assert DesignOrder.of({}) == DesignOrder()


@pytest.mark.parametrize(
    ("change", "code", "key"),
    [
        ({"kind": "poll"}, "planning.one_of", "kind"),
        ({"region": "示范县"}, "fieldwork.bad_value", "region"),
        ({"strata": ["town", "job"]}, "planning.one_of", "strata"),
        ({"strata": ["town", "town"]}, "fieldwork.bad_value", "strata"),
        ({"strata": "town"}, "fieldwork.bad_value", "strata"),
        ({"allocation": "equal"}, "planning.needs_other", "allocation"),
        ({"strata": ["town"], "allocation": "neyman"}, "planning.needs_other", "allocation"),
        ({"strata": ["town"], "rates": {"a": 0.5}}, "planning.needs_other", "rates"),
        ({"strata": ["town"], "allocation": "neyman", "rates": {"a": 1.0}}, "planning.bad_rate", "rates"),
        ({"strata": ["town"], "per_stratum": 30}, "planning.two_sizes", "per_stratum"),
        ({"margin": 0.05}, "planning.two_sizes", "margin"),
        ({"deff": 2.0}, "planning.needs_other", "deff"),
        ({"size": None, "per_stratum": 30}, "planning.needs_other", "per_stratum"),
        ({"size": None, "margin": 5}, "fieldwork.bad_value", "margin"),
        ({"size": None, "villages": 20}, "fieldwork.missing_key", "per_village"),
        ({"per_village": 10, "strata": ["band"]}, "planning.strata_of_places", "strata"),
        ({"within": "random", "strata": ["sex"]}, "planning.strata_of_places", "strata"),
        ({"per_village": 10, "strata": ["village"]}, "planning.villages_twice", "strata"),
        ({"per_village": 10, "strata": ["town"], "allocation": "neyman", "rates": {"a": 0.5}}, "planning.villages_proportional", "allocation"),
        ({"within": "oldest"}, "planning.one_of", "within"),
        ({"reserve": -1}, "fieldwork.bad_value", "reserve"),
        ({"trim": 1}, "fieldwork.bad_value", "trim"),
        ({"batches": 11}, "fieldwork.bad_value", "batches"),
        ({"opens_on": "明天"}, "fieldwork.bad_value", "opens_on"),
        ({"opens_on": "2026-12-02", "closes_on": "2026-12-01"}, "planning.closes_before", "closes_on"),
        ({"panel": True, "size": None}, "fieldwork.missing_key", "follows"),
        ({"panel": True, "follows": "w1"}, "planning.panel_keeps", "size"),
        ({"fresh": 0.2}, "planning.needs_other", "fresh"),
        ({"group": "体验"}, "planning.only_for_kind", "group"),
        ({"kind": "experience"}, "fieldwork.missing_key", "group"),
        ({"kind": "quiz"}, "planning.nobody_is_drawn", "size"),
        ({"permit": "有"}, "fieldwork.bad_value", "permit"),
        ({"kind": "satisfaction", "base": "likely", "policy": None}, "fieldwork.missing_key", "policy"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_document_names_file_and_key(change: Any, code: str, key: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse({**DOCUMENT, **change}, "w.yaml")
    assert (raised.value.code, raised.value.params["key"]) == (code, key)
    for lang in LANGS:
        words = say(code, lang, **raised.value.params)
        assert "w.yaml" in words
        assert "{" not in words


def test_who_comes_by_themselves_needs_no_size() -> None:
    assert parse({**SMALL, "kind": "quiz", "policy": "phys-65"}).size == 0
    order = parse({**SMALL, "kind": "experience", "group": "体验", "policy": "phys-65"})
    assert (order.design.group, order.seed) == ("体验", "")


def test_a_survey_about_no_policy_asks_adults() -> None:
    order = parse({**SMALL, "kind": "needs", "size": 100, "seed": 1})
    assert (order.policy, order.design.base) == ("", "adults")


def _quiz(**more: Any) -> dict[str, Any]:
    return {**standard_instrument("quiz", "体检").as_data(), **more}


@pytest.mark.parametrize(
    ("kind", "instrument", "code"),
    [
        ("quiz", _quiz(headline="transfer"), "planning.no_headline_here"),
        ("quiz", _quiz(questions=[{"code": "q", "kind": "quiz", "text": "？", "options": [{"code": "a", "label": "甲"}]}]), "planning.no_right_answer"),
        ("quiz", {**standard_instrument("awareness", "体检").as_data(), "kind": "quiz", "headline": ""}, "planning.question_needed"),
        ("awareness", _quiz(), "planning.other_kind"),
        ("awareness", {**standard_instrument("awareness", "体检").as_data(), "headline": "fictional"}, "planning.headline_kind"),
        ("satisfaction", {**standard_instrument("satisfaction", "体检").as_data(), "headline": ""}, "planning.headline_needed"),
        ("satisfaction", {**standard_instrument("satisfaction", "体检").as_data(), "headline": "burden"}, "planning.headline_kind"),
    ],
)  # fmt: skip
def test_a_questionnaire_must_be_one_of_its_kind(kind: str, instrument: Any, code: str) -> None:
    size = {"size": 40, "seed": "1"} if kind in ("awareness", "satisfaction") else {}
    document = {**SMALL, "policy": "phys-65", "kind": kind, "instrument": instrument, **size}
    with pytest.raises(Invalid) as raised:
        parse(document, "w.yaml")
    assert raised.value.code == code


def test_an_answer_of_a_quiz_that_counts_as_aware_is_refused() -> None:
    data = _quiz()
    data["questions"].append({
        "code": "p", "kind": "prompted", "text": "知道吗？", "options": [{"code": "a", "label": "知道", "counts_as_aware": True}],
    })  # fmt: skip
    with pytest.raises(Invalid, match="awareness_in_quiz"):
        parse({**SMALL, "policy": "phys-65", "kind": "quiz", "instrument": data})
