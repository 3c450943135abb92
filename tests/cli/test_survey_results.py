"""What a survey found, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from outreach.models.people import Region
from outreach.models.policies import Policy
from outreach.store import open_store
from tests.cli.conftest import Call
from tests.surveys.results.built import Group, build

TOWNS = ["110101001", "110101002", "110101003"]
Build = Callable[..., None]


@pytest.fixture
def survey(data: Path) -> Iterator[Build]:
    """Writes a survey with exactly these counts into the folder."""
    store = open_store(f"sqlite:///{data / 'outreach.db'}")

    def write(ref: str, *groups: Group, **columns: Any) -> None:
        with store.begin() as connection:
            key = connection.scalar(select(Policy.id).where(Policy.ref == "phys-65"))
            build(connection, ref, groups, policy_id=key, **columns)

    with store.begin() as connection:
        _add_towns(connection)
    yield write
    store.close()


def _add_towns(connection: Connection) -> None:
    rows = [
        {"code": code, "name": name, "level": "town", "parent": "110101"}
        for code, name in zip(TOWNS[1:], ("景山街道", "交道口街道"), strict=True)
    ]
    connection.execute(insert(Region), rows)


def test_results_show_every_question_and_never_a_bare_rate(call: Call, survey: Build) -> None:
    more = {"satisfaction": "very", "who": "right"}
    survey("s1", Group(90, 120, town=TOWNS[0], more=more), Group(10, 20, missed=5, town=TOWNS[1]))
    told = call("survey", "results", "s1", "--json")
    assert told.status == 0
    assert (told.data["aware"], told.data["n"], told.data["method"]) == (100, 140, "wilson")
    satisfied = next(one for one in told.data["questions"] if one["question"] == "satisfaction")
    assert (satisfied["counting"]["aware"], satisfied["blank"]) == (120, 20)
    said = call("survey", "results", "s1").out
    for line in said.splitlines():
        assert "%" not in line or "n = " in line or "全不知道" in line, line
    assert "71.4%（63.5%–78.3%，n = 140）" in said


def test_few_answers_show_no_percentage(call: Call, survey: Build) -> None:
    survey("s1", Group(20, 29, town=TOWNS[0]))
    for words in (("results", "s1"), ("towns", "s1"), ("estimate", "s1"), ("trend", "phys-65")):
        told = call("survey", *words)
        assert told.status == 0
        assert "样本不足" in told.out
        assert "%" not in told.out


def test_towns_are_in_office_order_and_behind_only_for_sure(call: Call, survey: Build) -> None:
    survey(
        "s1",
        Group(95, 120, town=TOWNS[1]),
        Group(60, 120, town=TOWNS[0]),
        Group(100, 120, town=TOWNS[2]),
    )
    told = call("survey", "towns", "s1", "--json")
    assert [one["code"] for one in told.data["towns"]] == TOWNS
    assert [one["name"] for one in told.data["towns"]] == ["东华门街道", "景山街道", "交道口街道"]
    assert told.data["towns"][0]["verdict"] == "behind"
    said = call("survey", "towns", "s1").out
    assert "东华门街道：50.0%（41.2%–58.8%，n = 120），和其他地方差 -31.2 个百分点" in said
    assert "这次调查没有按地方分的数" in call("survey", "towns", "s1", "--villages").out


def test_a_comparison_says_what_may_be_concluded(call: Call, survey: Build) -> None:
    survey("s1", Group(140, 200, asked_on=date(2026, 10, 1)))
    survey("s2", Group(190, 200), wave=2)
    told = call("survey", "compare", "s2", "--json")
    (one,) = told.data["comparisons"]
    assert one["difference"] == pytest.approx(0.25)
    assert (one["may_claim"], one["by_campaign"]) == (True, False)
    assert "同期其他原因也可能" in call("survey", "compare", "s2").out
    assert "other causes" in one["sentence_en"]
    assert "无基线，不能说提高" in call("survey", "compare", "s1").out
    assert call("survey", "compare", "s2", "--with", "s2", "--json").code == "comparing.same_survey"
    assert call("survey", "compare", "s1", "--with", "s2", "--json").code == "comparing.wrong_order"


def test_a_trend_has_every_wave(call: Call, survey: Build) -> None:
    survey("s1", Group(140, 200, asked_on=date(2026, 10, 1)))
    survey("s2", Group(190, 200), wave=2)
    told = call("survey", "trend", "phys-65", "--json")
    assert [one["survey"] for one in told.data["waves"]] == ["s1", "s2"]
    assert call("survey", "trend", "elder-80").out.strip() == "这项政策还没有调查过"
    assert call("survey", "trend", "nothing", "--json").code == "policies.unknown"


def test_an_estimate_never_hides_response_base_wording_or_made_up_answers(
    call: Call, survey: Build
) -> None:
    more = {"fictional": "aware"}
    survey("s1", Group(30, 60, missed=90, town=TOWNS[0], more=more), generated=True)
    told = call("survey", "estimate", "s1")
    for words in ("回答率 40.0%", "全不知道是 20.0%，全知道是 80.0%", "虚构政策", "问法：请问您知道", "范围：全县", "入户", "不是真的"):  # fmt: skip
        assert words in told.out, words


def test_towns_bear_the_mark_of_made_up_answers_and_say_how_they_were_compared(
    call: Call, survey: Build
) -> None:
    survey("s1", Group(60, 120, town=TOWNS[0]), Group(95, 120, town=TOWNS[1]), generated=True)
    said = call("survey", "towns", "s1")
    assert "不是真的" in said.out
    assert "Holm" in said.out
    assert call("survey", "towns", "s1", "--json").data["generated"] is True


def test_satisfaction_is_not_called_awareness(call: Call, survey: Build) -> None:
    survey("s1", Group(60, 120), kind="satisfaction")
    assert "知晓率" not in call("survey", "estimate", "s1").out.split("\n")[0]


def test_people_who_came_by_themselves_are_not_called_too_few(call: Call, survey: Build) -> None:
    survey("s1", Group(60, 120), kind="experience")
    assert call("survey", "estimate", "s1").out.startswith("只数人数，不推算")
