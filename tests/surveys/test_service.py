"""A survey from the document to the figure, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, func, insert, select, update

from outreach import clock
from outreach.errors import Conflict, Invalid, Missing, OutreachError
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.policies import Reach
from outreach.models.surveys import Answer, Respondent, Survey
from outreach.people.reading.spreadsheet import read_sheets
from outreach.store import Store
from outreach.surveys import sampling, service
from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork import service as fieldwork
from outreach.surveys.intervals import wilson
from outreach.surveys.results import service as results
from outreach.surveys.schemas import Line, RecordReport
from outreach.vault import Vault
from outreach.wording import catalogue
from tests.surveys.county import (
    CHILD,
    DOCUMENT,
    TODAY,
    add_elders,
    add_person,
    add_regions,
    answered,
    interviews,
    load_policies,
)

REF = "wave-1"


@pytest.fixture
def elders(store: Store, vault: Vault) -> list[int]:
    """Fifty people who fit, and the policies."""
    with store.begin() as connection:
        load_policies(connection, "phys-65", "childcare-2025")
        add_regions(connection)
        return add_elders(connection, vault, 50)


@pytest.fixture
def drawn(store: Store, elders: list[int]) -> list[int]:
    """Forty of them, drawn: persons in the order of drawing."""
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator")
        assert service.draw(connection, REF, TODAY) == 40
        return [row["person_id"] for row in service.sampled(connection, REF)]


@pytest.fixture
def record(store: Store, drawn: list[int], tmp_path: Path) -> Callable[..., RecordReport]:
    """Record lines (through a workbook), or a file."""

    def run(lines: Sequence[Line] | Path, today: Any = TODAY) -> RecordReport:
        path = lines if isinstance(lines, Path) else tmp_path / "filled.xlsx"
        if not isinstance(lines, Path):
            with store.read() as connection:
                fieldwork.write_answers(connection, REF, path, lines)
        return fieldwork.record(store.begin, REF, path, "interviewer", today)

    return run


def estimated(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        figure = results.estimate(connection, REF)
    assert json.loads(json.dumps(figure)) == figure
    return figure


# -- writing it down --------------------------------------------------------------------------------------


def test_a_survey_gets_the_standard_questionnaire_locked_by_its_hash(
    store: Store, elders: list[int]
) -> None:
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator")
        survey = service.get(connection, REF)
        instrument = service.instrument_of(connection, REF)
        assert [one["ref"] for one in service.list_surveys(connection)] == [REF]
    assert "体检" in instrument.question("prompted").text
    assert survey["instrument_hash"] == instrument.hash
    assert (survey["wave"], survey["generated"], survey["campaign"]) == (1, False, "")
    assert (survey["policy"], survey["drawn"], survey["answered"]) == ("phys-65", 0, 0)


def test_a_changed_questionnaire_is_not_used(store: Store, drawn: list[int]) -> None:
    with store.begin() as connection:
        changed = dict(service.get(connection, REF)["instrument"])
        changed["headline"] = "unprompted"
        connection.execute(update(Survey).values(instrument=changed))
        with pytest.raises(Conflict) as problem:
            results.estimate(connection, REF)
    assert problem.value.code == "fieldwork.instrument_changed"


@pytest.mark.parametrize(
    ("change", "error", "code", "key"),
    [
        ({"id": ""}, Invalid, "fieldwork.missing_key", "id"),
        ({"policy": None}, Invalid, "fieldwork.missing_key", "policy"),
        ({"seed": None}, Invalid, "fieldwork.missing_key", "seed"),
        ({"id": "第一次"}, Invalid, "fieldwork.bad_value", "id"),
        ({"size": 0}, Invalid, "fieldwork.bad_value", "size"),
        ({"size": "40"}, Invalid, "fieldwork.bad_value", "size"),
        ({"size": True}, Invalid, "fieldwork.bad_value", "size"),
        ({"seed": 1.5}, Invalid, "fieldwork.bad_value", "seed"),
        ({"title": ["a"]}, Invalid, "fieldwork.bad_value", "title"),
        ({"mode": "  "}, Invalid, "fieldwork.bad_value", "mode"),
        ({"wave": -1}, Invalid, "fieldwork.bad_value", "wave"),
        ({"base": "reached"}, Invalid, "planning.one_of", "base"),
        ({"generated": "yes"}, Invalid, "fieldwork.bad_value", "generated"),
        ({"sample": 40}, Invalid, "fieldwork.unknown_key", "sample"),
        ({"instrument": {"ref": "x"}}, Invalid, "surveys.missing_key", "version"),
        ({"policy": "no-such"}, Missing, "policies.unknown", None),
        ({"campaign": "no-such"}, Missing, "fieldwork.no_campaign", None),
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "",
)
def test_a_wrong_document_is_refused_by_its_key(
    store: Store, elders: list[int], change: Any, error: Any, code: str, key: str | None
) -> None:
    with store.begin() as connection:
        with pytest.raises(error) as problem:
            service.create(connection, {**DOCUMENT, **change}, "evaluator", "survey.yaml")
        assert service.list_surveys(connection) == []
    assert problem.value.code == code
    assert code in catalogue()
    assert problem.value.params.get("key") == key


def test_the_same_id_is_a_conflict_and_no_document_is_invalid(
    store: Store, elders: list[int]
) -> None:
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator")
        with pytest.raises(Conflict):
            service.create(connection, dict(DOCUMENT), "evaluator")
        with pytest.raises(Invalid):
            service.create(connection, ["wave-1"], "evaluator")


def test_a_survey_belongs_to_a_campaign(store: Store, elders: list[int]) -> None:
    with store.begin() as connection:
        values = {"ref": "winter", "title": "冬", "created_by": "o", "created_at": clock.now()}
        connection.execute(insert(Campaign).values(**values))
        service.create(connection, {**DOCUMENT, "campaign": "winter", "seed": 7}, "evaluator")
        survey = service.get(connection, REF)
    assert (survey["campaign"], survey["seed"]) == ("winter", "7")


# -- drawing ------------------------------------------------------------------------------------------------


def test_the_sample_is_the_one_that_anybody_draws_from_frame_and_seed(
    store: Store, elders: list[int], drawn: list[int]
) -> None:
    assert drawn == sampling.draw(elders, 40, "2026-7")
    with store.read() as connection:
        survey = service.get(connection, REF)
        rows = service.sampled(connection, REF)
    assert survey["frame_hash"] == sampling.frame_hash(elders)
    assert survey["frame_size"] == 50
    assert "50 人" in survey["base"]
    assert "2026-11-23" in survey["base"]
    assert [row["number"] for row in rows] == list(range(1, 41))
    assert {row["weight"] for row in rows} == {50 / 40}


def test_a_second_drawing_changes_nothing(store: Store, vault: Vault, drawn: list[int]) -> None:
    with store.begin() as connection:
        before = service.get(connection, REF)
        add_elders(connection, vault, 0)
        add_person(connection, vault, "新来的老人")
        assert service.draw(connection, REF, TODAY) == 40
        assert service.get(connection, REF) == before
        assert [row["person_id"] for row in service.sampled(connection, REF)] == drawn


def test_the_frame_is_everybody_likely_told_or_not_and_nobody_else(
    store: Store, vault: Vault, elders: list[int]
) -> None:
    with store.begin() as connection:
        add_person(connection, vault, "已故", status="deceased")
        add_person(connection, vault, "搬走", status="moved")
        add_person(connection, vault, "年轻", birth=CHILD)
        add_person(connection, vault, "不知年龄", birth=None)
        service.create(connection, {**DOCUMENT, "size": 1000}, "evaluator")
        policy = service.get(connection, REF)["policy_id"]
        told = {"policy_id": policy, "person_id": elders[0], "fact": "delivered", "on": TODAY}
        connection.execute(insert(Reach).values(**told))
        assert service.draw(connection, REF, TODAY) == 50
        rows = service.sampled(connection, REF)
    assert {row["person_id"] for row in rows} == set(elders)
    assert {row["weight"] for row in rows} == {1.0}


def test_nobody_to_draw_is_said(store: Store) -> None:
    with store.begin() as connection:
        load_policies(connection, "phys-65")
        service.create(connection, dict(DOCUMENT), "evaluator")
        with pytest.raises(Invalid) as problem:
            service.draw(connection, REF, TODAY)
        assert service.get(connection, REF)["drawn_at"] is None
    assert problem.value.code == "fieldwork.empty_frame"


def test_somebody_registered_elsewhere_is_not_drawn_for_a_benefit_of_this_place(
    store: Store, vault: Vault
) -> None:
    with store.begin() as connection:
        load_policies(connection, "childcare-2025")
        here = add_person(connection, vault, "本地", birth=CHILD)
        add_person(connection, vault, "外地", birth=CHILD, hukou_region="440103")
        service.create(connection, {**DOCUMENT, "policy": "childcare-2025"}, "evaluator")
        assert service.draw(connection, REF, TODAY, home="990101") == 1
        assert service.sampled(connection, REF)[0]["person_id"] == here


@pytest.mark.parametrize("call", ["write_sample", "record", "estimate", "sampled"])
def test_before_the_drawing_there_is_nothing_to_do(
    store: Store, vault: Vault, elders: list[int], tmp_path: Path, call: str
) -> None:
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator")
    path = tmp_path / "x.xlsx"
    calls: dict[str, Callable[[Connection], object]] = {
        "write_sample": lambda connection: fieldwork.write_sample(connection, vault, REF, path),
        "estimate": lambda connection: results.estimate(connection, REF),
        "sampled": lambda connection: service.sampled(connection, REF),
    }

    def run() -> None:
        if call == "record":
            fieldwork.record(store.begin, REF, path, "interviewer", TODAY)
            return
        with store.begin() as connection:
            calls[call](connection)

    with pytest.raises(Conflict) as problem:
        run()
    assert problem.value.code == "fieldwork.not_drawn"
    assert not path.exists()


def test_an_unknown_survey_is_missing(store: Store) -> None:
    with store.read() as connection, pytest.raises(Missing):
        service.get(connection, "none")


# -- the sheet ----------------------------------------------------------------------------------------------


def test_interviewers_find_people_and_guardians_and_the_reading_is_logged(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / "sample.xlsx"
    with store.begin() as connection:
        load_policies(connection, "childcare-2025")
        add_regions(connection)
        mother = add_person(connection, vault, "王芳", phone="+8613800138000")
        add_person(
            connection, vault, "=HYPERLINK(1)", birth=CHILD, guardian_id=mother, address="5栋"
        )
        document = {**DOCUMENT, "policy": "childcare-2025", "generated": True}
        service.create(connection, document, "evaluator")
        service.draw(connection, REF, TODAY)
        assert fieldwork.write_sample(connection, vault, REF, path, "evaluator") == 1
        actions = list(connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        details = json.dumps(list(connection.scalars(select(AuditEntry.detail))))
    assert actions == ["surveys.design", "surveys.design", "people.reveal"]
    assert "王芳" not in details
    title, header, row = read_sheets(path)[0].rows
    assert title[0].startswith("演示数据　工作评估，未经统计部门审批，不得作为统计数据发布")
    assert header[:9] == [
        "编号", "姓名", "地区", "地址", "电话", "备注", "结果", "访问日期", "访问员",
    ]  # fmt: skip
    assert header[10].startswith("2. 请问您知道“养娃补贴”吗")
    assert row == ["1", "=HYPERLINK(1)", "柳溪镇永安村", "5栋", "13800138000", "由监护人王芳回答"]  # fmt: skip
    with CalamineWorkbook.from_path(str(path)) as book:
        formulas = [sheet for name in book.sheet_names for sheet in [book.get_sheet_by_name(name)]]
        assert {type(cell) for sheet in formulas for line in sheet.to_python() for cell in line} == {str}  # fmt: skip


# -- recording ----------------------------------------------------------------------------------------------


def test_an_untouched_sheet_is_all_pending(
    store: Store, vault: Vault, drawn: list[int], record: Any, tmp_path: Path
) -> None:
    path = tmp_path / "sample.xlsx"
    with store.begin() as connection:
        fieldwork.write_sample(connection, vault, REF, path)
    report = record(path)
    assert report.as_dict() == {
        "rows": 40, "recorded": 0, "rejected": 0, "pending": 40, "changed": 0, "errors": [],
    }  # fmt: skip


def test_the_same_file_twice_changes_nothing(store: Store, record: Any, drawn: list[int]) -> None:
    lines = [*interviews(["aware", "heard", "unaware"]), Line(4, disposition=Disposition.REFUSED)]
    first = record(lines)

    def everything() -> list[Any]:
        with store.read() as connection:
            tables = (Respondent, Answer, Reach)
            return [connection.execute(select(table)).all() for table in tables]

    before = everything()
    again = record(lines, today=TODAY.replace(day=28))
    assert (first.recorded, first.changed) == (4, 4)
    assert (again.recorded, again.changed) == (4, 0)
    assert everything() == before
    assert [(row.person_id, row.fact, row.on, row.channel) for row in before[2]] == [
        (drawn[0], "aware", TODAY, "survey")
    ]


def test_a_corrected_sheet_replaces_what_was_recorded(store: Store, record: Any) -> None:
    record([answered(1, answers={"channel": "sms,group", "who": "right"}, interviewer="甲")])
    assert record([answered(1, "heard", answers={"channel": "sms"})]).changed == 1
    with store.read() as connection:
        stored = connection.execute(select(Answer.question, Answer.value).order_by(Answer.question))
        assert [tuple(row) for row in stored] == [("channel", "sms"), ("prompted", "heard")]
        assert connection.scalar(select(func.count()).select_from(Reach)) == 0
        assert service.sampled(connection, REF)[0]["interviewer"] == "甲"


def test_an_earlier_fact_of_awareness_stays(store: Store, record: Any) -> None:
    record([answered(1)])
    later = Line(1, disposition=Disposition.COMPLETED, answers={"prompted": "知道"}, asked_on=TODAY.replace(day=1))  # fmt: skip
    record([later])
    with store.read() as connection:
        assert connection.scalar(select(Reach.on)) == TODAY


def csv(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    path = folder / "filled.csv"
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return path


HEAD = [
    "编号", "结果", "访问日期", "unprompted", "prompted", "fictional", "who", "what", "where", "applied", "channel",
    "satisfaction",
]  # fmt: skip


def filled(number: str, result: str, on: str = "", prompted: str = "", channel: str = "") -> list[str]:  # fmt: skip
    return [number, result, on, "", prompted, "", "", "", "", "", channel, ""]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (filled("41", "完成", "", "知道"), "fieldwork.not_sampled", "编号"),
        (filled("", "完成", "", "知道"), "fieldwork.not_sampled", "编号"),
        (filled("1.5", "完成", "", "知道"), "fieldwork.not_sampled", "编号"),
        (filled("1", "完成", "", "知道"), "fieldwork.number_twice", "编号"),
        (filled("2", "问完了", "", "知道"), "surveys.unknown_disposition", "结果"),
        (filled("2", "", "", "知道"), "fieldwork.no_result", "结果"),
        (filled("2", "", "2026-11-20"), "fieldwork.no_result", "结果"),
        (filled("2", "拒访", "", "知道"), "fieldwork.answers_without_interview", "结果"),
        (filled("2", "完成"), "fieldwork.no_headline_answer", "prompted"),
        (filled("2", "完成", "", "也许"), "surveys.unknown_option", "prompted"),
        (filled("2", "完成", "", "知道", "短信、飞鸽"), "surveys.unknown_option", "channel"),
        (filled("2", "完成", "2026-13-01", "知道"), "fieldwork.bad_date", "访问日期"),
        (filled("2", "完成", "昨天", "知道"), "fieldwork.bad_date", "访问日期"),
        (filled("2", "完成", "2026-11-24", "知道"), "fieldwork.future_date", "访问日期"),
    ],
    ids=str,
)
def test_a_wrong_row_is_reported_and_the_good_ones_are_written(
    store: Store, record: Any, tmp_path: Path, row: list[str], code: str, column: str
) -> None:
    good = filled("1", "完成", "2026年11月20日", "知道", "短信、电视、报纸、网络")
    report = record(csv(tmp_path, [HEAD, good, row]))
    assert (report.rows, report.recorded, report.rejected, report.failed) == (2, 1, 1, False)
    assert [(each.row, each.column, each.code) for each in report.errors] == [(3, column, code)]
    assert code in catalogue()
    assert "{" not in report.errors[0].message
    with store.read() as connection:
        assert service.get(connection, REF)["answered"] == 1
        assert service.sampled(connection, REF)[0]["asked_on"].isoformat() == "2026-11-20"
        where = Answer.question == "channel"
        assert connection.scalar(select(Answer.value).where(where)) == "sms,media"


def test_a_row_with_several_mistakes_names_them_all(record: Any, tmp_path: Path) -> None:
    report = record(csv(tmp_path, [HEAD, filled("99", "x", "y", "z")]))
    assert [error.column for error in report.errors] == ["编号", "结果", "prompted", "访问日期"]
    assert (report.rejected, report.failed) == (1, True)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["姓名", "结果"], ["张三", "完成"]], "fieldwork.no_header"),
        ([HEAD[:4], ["1", "完成", "", ""]], "fieldwork.column_missing"),
        ([[*HEAD, "编号"], ["1", "完成"]], "fieldwork.column_twice"),
        ([["调查编号：wave-0"], HEAD, filled("1", "完成", "", "知道")], "fieldwork.other_survey"),
        ([[""]], "people.file_empty"),
    ],
    ids=["no names of columns", "no question", "a column twice", "another survey", "empty"],
)
def test_a_file_that_is_no_sheet_of_this_survey_is_refused(
    store: Store, record: Any, tmp_path: Path, rows: list[list[str]], code: str
) -> None:
    with pytest.raises(OutreachError) as problem:
        record(csv(tmp_path, rows))
    assert problem.value.code == code
    assert code in catalogue()
    with store.read() as connection:
        assert service.get(connection, REF)["answered"] == 0


# -- the figure ---------------------------------------------------------------------------------------------


def test_the_figure_counts_only_those_who_know_and_shows_the_rest_beside_it(
    store: Store, record: Any
) -> None:
    answers = ["aware"] * 18 + ["heard"] * 5 + ["unaware"] * 7 + ["unsure"] * 2
    missed = [Line(33, disposition=Disposition.NOT_HOME), Line(34, disposition=Disposition.DECEASED)]  # fmt: skip
    record([*interviews(answers), *missed])
    figure = estimated(store)
    assert (figure["drawn"], figure["answered"], figure["aware"], figure["n"]) == (40, 32, 18, 32)
    assert (figure["low"], figure["high"]) == wilson(18, 32)
    assert (figure["method"], figure["use"], figure["word"]) == ("wilson", "indicative", "仅供参考")
    assert (figure["other_base"]["aware"], figure["other_base"]["n"]) == (18, 30)
    heard = figure["heard_of"]
    assert (heard["heard"], heard["n"], heard["rate"], heard["use"]) == (
        5,
        32,
        5 / 32,
        "indicative",
    )
    assert figure["fictional"]["aware"] == 0
    told = figure["response"]
    assert (told["completed"], told["not_home"], told["pending"]) == (32, 1, 6)
    assert told["rate"] == 32 / 39
    assert figure["worst_case"] is None
    assert (figure["survey"], figure["policy"], figure["date"]) == (REF, "phys-65", "2026-11-23")
    assert figure["notice"] == "工作评估，未经统计部门审批，不得作为统计数据发布"
    assert (figure["frame_size"], figure["seed"], figure["mode"]) == (50, "2026-7", "入户")


@pytest.mark.parametrize(
    ("answers", "rate"), [(["aware"] * 10, 1.0), ([], None)], ids=["ten answers", "no answer"]
)
def test_few_answers_give_no_word_but_insufficient(
    store: Store, record: Any, answers: list[str], rate: float | None
) -> None:
    record(interviews(answers))
    figure = estimated(store)
    assert (figure["rate"], figure["use"], figure["word"]) == (rate, "none", "样本不足")
    assert figure["worst_case"] == {"low": len(answers) / 40, "high": 1.0}
    assert figure["date"] == ("2026-11-23" if answers else "")


def test_an_approved_survey_bears_its_permit(store: Store, elders: list[int]) -> None:
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator")
        instrument = service.instrument_of(connection, REF).as_data()
        instrument["permit"] = {"table": "甲1", "approval": "2026-3号", "valid_until": "2030-01-01"}
        service.create(connection, {**DOCUMENT, "id": "w2", "instrument": instrument}, "evaluator")
        service.draw(connection, "w2", TODAY)
        assert "甲1" in results.estimate(connection, "w2")["notice"]
