"""The spreadsheet way: what is refused, what is kept, and what comes back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from outreach import clock
from outreach.errors import Conflict, Invalid
from outreach.models.surveys import Survey
from outreach.people.reading.spreadsheet import read_sheets
from outreach.store import Store
from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork import queries, service
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.taking import take
from outreach.surveys.schemas import Line, RecordReport
from outreach.vault import Vault
from tests.surveys.county import TODAY, VILLAGE, answered
from tests.surveys.fieldwork.field import QIAN, REF, build, draw, entry, kept, rows

Filled = Callable[..., Path]


@pytest.fixture
def field(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        build(connection, vault)
        assign(connection, REF, QIAN, [VILLAGE])
    return store


@pytest.fixture
def filled(field: Store, tmp_path: Path) -> Filled:
    """A sheet with these lines."""

    def write(*lines: Line, ref: str = REF) -> Path:
        path = tmp_path / f"{ref}.xlsx"
        with field.read() as connection:
            service.write_answers(connection, ref, path, lines)
        return path

    return write


def record(store: Store, path: Path, wrong: Path | None = None) -> RecordReport:
    return service.record_sheet(store.begin, REF, path, service.Typist("zhou", TODAY), wrong)


def codes(report: RecordReport) -> list[tuple[str, str]]:
    return [(one.column, one.code) for one in report.errors]


def test_the_reserve_is_on_no_sheet_and_cannot_be_recorded(
    field: Store, vault: Vault, filled: Filled, tmp_path: Path
) -> None:
    out = tmp_path / "out.xlsx"
    with field.begin() as connection:
        assert service.write_sample(connection, vault, REF, out) == 8
    assert [row[0] for row in read_sheets(out)[0].rows[2:]] == [str(n) for n in range(1, 9)]
    report = record(field, filled(answered(1), answered(9)))
    assert (report.recorded, codes(report)) == (1, [("编号", "fieldwork.not_sampled")])


def test_rows_are_kept_as_tries_once(field: Store, filled: Filled) -> None:
    path = filled(answered(1), Line(2, disposition=Disposition.NOT_HOME, asked_on=TODAY))
    record(field, path)
    record(field, path)
    record(field, filled(answered(2)))
    with field.read() as connection:
        assert sorted(kept(connection)) == [
            ("completed", "taken", TODAY),
            ("completed", "taken", TODAY),
            ("not_home", "taken", TODAY),
        ]
        assert rows(connection)[2]["disposition"] == "completed"


def test_numbers_from_the_paper_are_read(field: Store, filled: Filled) -> None:
    path = filled(Line(1), Line(2))
    (title, header, *lines) = read_sheets(path)[0].rows
    channel = next(k for k, name in enumerate(header) if "从哪里知道" in name)
    result, asked = header.index("结果"), header.index("访问日期")
    prompted = next(k for k, name in enumerate(header) if name.startswith("2."))
    one = [*lines[0], *[""] * (len(header) - len(lines[0]))]
    one[result], one[asked], one[prompted], one[channel] = "1", "2026/11/23", "2", "1、3"
    two = [*lines[1], *[""] * (len(header) - len(lines[1]))]
    two[result] = "5"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([title, header, one, two])
    path = path.with_suffix(".csv")
    path.write_bytes(text.getvalue().encode("gb18030"))
    report = record(field, path)
    assert (report.recorded, report.errors) == (2, [])
    with field.read() as connection:
        assert rows(connection)[2]["disposition"] == "not_home"
        stored = queries.answers_of(connection, rows(connection)[1]["id"])
    assert stored == {"prompted": "heard", "channel": "sms,broadcast"}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param(answered(1, "unaware"), [("结果", "fieldwork.answered_by_phone")], id="another answer"),
        pytest.param(Line(1, disposition=Disposition.NOT_HOME, asked_on=TODAY), [("结果", "fieldwork.answered_by_phone")], id="not at home"),
        pytest.param(answered(1), [], id="the same answer"),
        pytest.param(answered(2), [], id="somebody else"),
    ],
)  # fmt: skip
def test_a_sheet_does_not_overwrite_an_interview_from_a_phone(
    field: Store, filled: Filled, line: Line, wrong: list[tuple[str, str]]
) -> None:
    with field.begin() as connection:
        take(connection, REF, [entry(1)], QIAN, TODAY)
    assert codes(record(field, filled(line))) == wrong
    with field.read() as connection:
        assert rows(connection)[1]["disposition"] == "completed"


def test_wrong_rows_come_back_with_the_reason_and_can_be_handed_in_again(
    field: Store, filled: Filled, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.xlsx"
    bad = Line(2, disposition=Disposition.REFUSED, answers={"prompted": "aware"}, asked_on=TODAY)
    report = record(field, filled(answered(1), bad), wrong)
    assert (report.recorded, report.rejected) == (1, 1)
    title, header, row = read_sheets(wrong)[0].rows
    assert title[0].endswith(f"调查编号：{REF}")
    assert header[-1] == "错误"
    assert row[0] == "2"
    assert row[-1].startswith("结果：结果是“拒访”，却填了回答")
    again = record(field, wrong)
    assert codes(again) == [("结果", "fieldwork.answers_without_interview")]
    table = [list(cells) for cells in (title, header, row)]
    table[2][header.index("结果")] = "完成"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    mended = tmp_path / "mended.csv"
    mended.write_text(text.getvalue(), "utf-8-sig")
    assert record(field, mended).recorded == 1


@pytest.mark.parametrize("day", [TODAY - timedelta(10), TODAY + timedelta(1)])
def test_a_day_outside_the_fieldwork_is_said(field: Store, filled: Filled, day: object) -> None:
    with field.begin() as connection:
        connection.execute(update(Survey).values(opens_on=TODAY - timedelta(3)))
    path = filled(Line(1, disposition=Disposition.REFUSED, asked_on=day))  # type: ignore[arg-type]
    ((column, code),) = codes(record(field, path))
    assert column == "访问日期"
    assert code in ("fieldwork.outside_fieldwork", "fieldwork.future_date")


def test_a_closed_survey_takes_nothing(field: Store, filled: Filled) -> None:
    path = filled(answered(1))
    with field.begin() as connection:
        connection.execute(update(Survey).values(closed_at=clock.now()))
    with pytest.raises(Conflict) as problem:
        record(field, path)
    assert problem.value.code == "fieldwork.closed"
    with field.read() as connection:
        assert kept(connection) == []


def test_the_sheet_of_another_survey_is_refused(field: Store, vault: Vault, filled: Filled) -> None:
    with field.begin() as connection:
        draw(connection, vault, "wave-2")
    with pytest.raises(Invalid) as problem:
        record(field, filled(answered(1), ref="wave-2"))
    assert problem.value.code == "fieldwork.other_survey"


def test_a_partial_interview_needs_its_headline(field: Store, filled: Filled) -> None:
    part = Line(1, disposition=Disposition.PARTIAL, answers={"prompted": "aware"}, asked_on=TODAY)
    none = Line(2, disposition=Disposition.PARTIAL, answers={"unprompted": "none"}, asked_on=TODAY)
    report = record(field, filled(part, none))
    assert report.recorded == 1
    assert [code for _, code in codes(report)] == ["fieldwork.partial_without_headline"]
