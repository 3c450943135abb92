"""`outreach reach …` and `outreach signals …`: what they answer, who may, what is written."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from outreach import clock
from outreach.models.access import AuditEntry
from outreach.people.reading.spreadsheet import read_sheets
from outreach.store import open_store
from tests.cli.conftest import Call

DAY = ("--on", "2026-11-24")


def audited(data: Path, thing: str) -> list[dict[str, object]]:
    store = open_store(f"sqlite:///{data / 'outreach.db'}")
    with store.read() as connection:
        found = connection.scalars(select(AuditEntry.detail).where(AuditEntry.thing == thing))
        lines = [dict(one) for one in found]
    store.close()
    return lines


def test_from_who_fits_to_the_list_of_the_never_reached(
    call: Call, data: Path, tmp_path: Path
) -> None:
    shown = call("reach", "show", "--policy", "phys-65", *DAY, "--json")
    assert shown.status == 0
    assert (shown.data["eligible"], shown.data["told"], shown.data["untold"]) == (3, 0, 3)
    assert shown.data["households"] == {"eligible": 3, "reached": 0, "relayed": 0, "unreached": 3}
    assert set(shown.data["definitions"]) == {"due", "told", "relayed", "published", "household"}
    found = call("reach", "untold", "--policy", "phys-65", *DAY, "--json")
    assert (found.data["to_find"], found.data["next"]) == (3, {"sms": 3})
    assert found.data["places"][0]["rows"][0]["why"] == "never_planned"
    out = tmp_path / "list.xlsx"
    listed = call("reach", "untold", "--policy", "phys-65", *DAY, "--out", out, "--json")
    assert listed.data["listed"] == 3
    (sheet,) = read_sheets(out)
    assert [row[3] for row in sheet.rows[4:]] == ["张*", "李*", "王*"]
    assert [one["people"] for one in audited(data, "untold:phys-65")] == [3]
    none = call("reach", "untold", "--policy", "phys-65", *DAY, "--next", "visit", "--out", out, "--json")  # fmt: skip
    assert none.data["listed"] == 0


def test_one_person_coverage_costs_and_what_is_not_there(call: Call, data: Path) -> None:
    told = call("reach", "told", "--policy", "phys-65", "--person", "1", "--json")
    assert (told.data["told"], told.data["marks"]) == (False, [])
    assert (
        call("reach", "told", "--policy", "nothing", "--person", "1", "--json").code
        == "policies.unknown"
    )
    assert (
        call("reach", "told", "--policy", "phys-65", "--person", "99", "--json").code
        == "people.person"
    )
    coverage = call("reach", "coverage", "--policy", "phys-65", *DAY, "--json")
    assert (coverage.data["rate_after"], coverage.data["list"]["word"]) == (None, "none")
    costs = call("reach", "costs", "--policy", "phys-65", *DAY, "--json")
    assert (costs.data["per_person"], costs.data["per_aware"]) == (None, None)
    assert "没有前后或分批的比较" in costs.data["why_not"]  # fmt: skip


def test_counts_of_offices_are_taken_in_looked_at_and_corrected(
    call: Call, data: Path, tmp_path: Path
) -> None:
    week = clock.business_day() - timedelta(days=14)  # a week that is over, whatever day it is
    file = tmp_path / "周报.csv"
    file.write_text(f"周,事项,件数\n{week},phys-65,12\n{week},噪音,9\n", "gb18030")
    dry = call("signals", "import-hotline", file, "--dry-run", "--json")
    assert (dry.status, dry.data["written"], dry.data["new"], dry.data["others"]) == (
        0,
        False,
        1,
        {"噪音": 1},
    )
    assert call("signals", "import-hotline", file, "--json").data["written"]
    file.write_text(f"周,事项,件数\n{week},phys-65,14\n", "utf-8")
    again = call("signals", "import-hotline", file)
    assert "12 → 14" in again.out
    file.write_text(f"周,事项,件数\n{week},phys-65,许多\n", "utf-8")
    wrong = call("signals", "import-hotline", file, "--json")
    assert (wrong.status, wrong.data["errors"][0]["row"]) == (1, 2)
    counts = tmp_path / "办理.csv"
    counts.write_text(f"截至{week}\n应办数,已办数\n100,85\n", "utf-8")
    taken = call(
        "signals", "import-counts", counts, "--policy", "phys-65", "--measure", "体检率", "--json"
    )
    assert taken.data["new"] == 1
    shown = call("signals", "show", "--policy", "phys-65", "--json")
    assert [one["calls"] for one in shown.data["series"][0]["weeks"]] == [14]
    assert json.dumps(shown.data["outcomes"][0]["rate"]) == "0.85"
    assert "不能证明知晓" in shown.data["note"]  # fmt: skip
