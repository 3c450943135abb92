"""The sheet that is sent out comes back as a list that can be taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.people.reading.columns import field_of, find_header
from outreach.people.reading.spreadsheet import read_sheets
from outreach.people.template import template_columns, write_template


def test_every_column_of_the_sheet_is_understood_when_it_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path)
    sheet, instructions = read_sheets(path)
    columns = find_header(sheet.rows)
    assert columns is not None
    assert columns.unread == ()
    assert list(columns.of) == template_columns(None)
    assert find_header(instructions.rows) is None
    assert "低保对象" in instructions.rows[-1][1]


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        (set(), set()),
        ({"age"}, {"birth", "sex"}),
        ({"income_month", "dis.severe"}, {"income_month", "circumstances", "disability_card"}),
        ({"birth_date"}, {"birth", "sex"}),
        ({"retires_in", "paid_months"}, {"birth", "sex", "job_kind", "paid_months"}),
        ({"hukou_region", "unheard-of"}, {"hukou_region"}),
    ],
)
def test_only_the_columns_that_the_rules_need(facts: set[str], more: set[str]) -> None:
    always = {"name", "id_card", "phone", "household", "relation", "address", "region"}
    assert set(template_columns(facts)) == always | more


def test_headers_are_words_of_the_header_row(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_template(path, {"age"})
    assert [field_of(cell) for cell in read_sheets(path)[0].rows[0]] == template_columns({"age"})
