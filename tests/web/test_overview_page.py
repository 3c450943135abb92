"""总览: what a manager reads before a meeting: which policies, where, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from outreach.models.people import Person, Region
from outreach.models.surveys import Survey
from tests import town
from tests.surveys.results.built import DAY, Group, build
from tests.web.conftest import Installation
from tests.web.office import Office, open_office

TOWNS = {"600101201": "青禾镇", "600101202": "柳溪镇", "600101203": "石桥镇", "600101204": "梅坞乡"}
KNOW = {
    "600101201": (80, 110),
    "600101202": (40, 110),
    "600101203": (82, 110),
    "600101204": (12, 20),
}


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def plain(html: str) -> str:
    return re.sub(r"[ \n\u202f]+", " ", re.sub(r"<[^>]+>", " ", html))


def ask(
    connection: Connection,
    ref: str,
    known: dict[str, tuple[int, int]],
    on: date = DAY,
    **columns: Any,
) -> None:
    """A survey by town with exactly these answers; whoever was only drawn for it fits nothing."""
    groups = [
        Group(aware, n, stratum=code, town=code, weight=100.0, asked_on=on)
        for code, (aware, n) in known.items()
    ]
    strata = {code: {"population": 100 * n, "clusters": None, "drawn": n} for code, (_, n) in known.items()}  # fmt: skip
    frame = {
        "strata": strata,
        "margins": {"town": {code: 100 * n for code, (_, n) in known.items()}},
    }
    build(connection, ref, groups, frame=frame, region=town.COUNTY, **columns)
    connection.execute(update(Person).where(Person.birth.is_(None)).values(status="moved"))


@pytest.fixture
def asked(office: Office) -> Office:
    with office.store.begin() as connection:
        for code, name in TOWNS.items():
            row = {"code": code, "name": name, "level": "town", "parent": town.COUNTY}
            connection.execute(insert(Region).values(**row))
        ask(connection, "s1", KNOW)
    return office


def test_before_anything_was_told_or_asked_the_page_says_what_belongs_there(office: Office) -> None:
    page = plain(office.enter("zhou").get("/overview").text)
    assert "还没有宣传过政策" in page
    assert "还没有数字" in page


def test_towns_stand_in_office_order_and_only_a_sure_one_is_behind(asked: Office) -> None:
    html = asked.enter("zhou").get("/overview").text
    page = plain(html)
    assert "<h1>1 个乡镇确实落后，其余没有落后或不能区分</h1>" in html
    table = plain(html[html.index("<caption") : html.index("</table>")])
    places = [table.index(name) for name in TOWNS.values()]
    assert places == sorted(places)
    row = table[table.index("柳溪镇") : table.index("石桥镇")]
    assert row.rstrip().endswith("落后")
    assert "样本不足" in table[table.index("梅坞乡") :]
    assert (
        "12" not in table[table.index("梅坞乡") :]
    )  # no figure, not even the count of those who know
    assert "按参加比较的 3 个乡镇校正" in page
    assert "无基线，不能说提高" in page


def test_a_rate_never_stands_alone(asked: Office) -> None:
    page = plain(asked.enter("zhou").get("/overview").text)
    for found in re.finditer(r"知晓率|全县 (\d+\.\d %)", page):
        if found[1]:
            assert re.match(
                r" ?（ ?\d+\.\d–\d+\.\d % ?， ?n = 350 ?， ?2026-11 入户 ?）", page[found.end() :]
            )
    assert re.search(
        r"全县 \d+\.\d % ?（ ?\d+\.\d–\d+\.\d % ?， ?n = 350 ?， ?2026-11 入户 ?）", page
    )


def test_the_charts_run_no_script_and_name_no_style(asked: Office) -> None:
    html = asked.enter("zhou").get("/overview").text
    charts = re.findall(r"<svg[^>]* class=\"chart\".*?</svg>", html, re.DOTALL)
    assert len(charts) >= 2
    assert all("style=" not in one and "<script" not in one for one in charts)


@pytest.mark.parametrize(
    ("more", "said", "unsaid"),
    [
        pytest.param(25, "知道的人确实多了", "不能说有变化", id="wholly above zero"),
        pytest.param(2, "不能说有变化", "确实多了", id="zero is inside"),
    ],
)
def test_a_rise_is_called_one_only_with_an_interval_above_zero(
    asked: Office, more: int, said: str, unsaid: str
) -> None:
    later = {code: (min(aware + more, n), n) for code, (aware, n) in KNOW.items()}
    with asked.store.begin() as connection:
        before = connection.scalar(select(Survey.id).where(Survey.ref == "s1"))
        ask(connection, "s2", later, DAY + timedelta(days=1), follows_id=before)
    page = plain(asked.enter("zhou").get("/overview").text)
    assert said in page
    assert unsaid not in page
    assert "无基线" not in page
    assert "2026-11-22" in page  # both waves stand in the chart
    assert "2026-11-23" in page


def test_a_village_officer_gets_no_figure_of_the_county(asked: Office) -> None:
    page = asked.enter("dong").get("/overview")
    assert page.status_code == 200
    assert "柳溪镇" not in page.text
    assert "乡镇确实落后" not in page.text


def test_an_unknown_policy_is_not_found(asked: Office) -> None:
    assert asked.enter("zhou").get("/overview?policy=nothing").status_code == 404


def test_a_worker_does_not_read_the_page(asked: Office) -> None:
    assert asked.enter("wu").get("/overview").status_code == 403


def test_who_was_never_told_is_counted_as_on_the_page_of_reach(asked: Office) -> None:
    """The same people with the same reasons and the same next steps on both pages."""
    browser = asked.enter("chen")
    overview, reach = (
        plain(browser.get(f"{path}?policy=check").text).replace("→ ", "")
        for path in ("/overview", "/results")
    )
    count, rest = re.split(r"从没告知到的 (\d+) 人", reach)[1:3]
    assert f"从没告知到的 {count} 人" in overview
    line = re.search(r"没有列入过任何宣传任务 \d+ \S+", rest)
    assert line is not None
    assert line[0] in overview
