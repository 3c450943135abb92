"""Out of the console's result file: what it says raises what we know, and nothing it does not say is guessed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from outreach.deliveries.gateway.settling import Settled
from outreach.errors import Invalid, Missing
from outreach.models.deliveries import Counter, DeliveryAgain
from outreach.models.people import Person
from tests.deliveries.gateway.console import Console
from tests.factories import Office

PHONES = [f"+86139{number:08d}" for number in range(5)]


@pytest.fixture
def console(office: Office, tmp_path: Path) -> Console:
    return Console(office, tmp_path)


@pytest.fixture
def handed(console: Console, office: Office) -> list[dict[str, str]]:
    """Five rows in the console's hands."""
    for phone in PHONES:
        office.person(phone=phone)
    office.plan()
    console.hand_over()
    return console.rows()


def codes(done: Settled) -> list[str]:
    return [one.code.removeprefix("gateway.") for one in done.listed]


@pytest.mark.parametrize(
    ("column", "word", "state"),
    [
        ("状态", "已提交", "accepted"),
        ("状态", "成功", "accepted"),
        ("发送结果", "发送成功", "accepted"),
        ("状态报告", "成功", "delivered"),
        ("状态码", "DELIVRD", "delivered"),
        ("状态码", " delivrd ", "delivered"),
        ("回执状态", "已送达", "delivered"),
        ("状态码", "UNDELIV", "undelivered"),
        ("状态", "失败", "undelivered"),
        ("提交状态", "失败", "refused"),
        ("状态", "提交失败", "refused"),
        ("状态码", "REJECTD", "refused"),
        ("状态", "等待回执", "unknown"),
        ("状态", "", "unknown"),
    ],
)
def test_a_word_of_the_console_means(
    column: str,
    word: str,
    state: str,
    console: Console,
    office: Office,
    handed: list[dict[str, str]],
) -> None:
    done = console.settle({"单号": handed[0]["单号"], column: word})
    assert done.listed == []
    assert office.one(office.deliveries()[0])["state"] == state
    assert (done.absent, done.unknown) == (4, 4 + (state == "unknown"))
    assert done.waiting == (state == "unknown")


def test_a_file_of_all_kinds_settles_each_row_and_the_absent_stay_unknown(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    said = [
        ("成功", "DELIVRD", ""),
        ("失败", "MK:0001", "空号"),
        ("提交失败", "", "内容不合规"),
        ("已提交", "0", ""),
    ]
    rows = [
        {"手机号码": row["手机号"], "发送状态": state, "状态码": code, "失败原因": why, "提交时间": "2026-11-23 10:00:05", "单号": row["单号"]}
        for row, (state, code, why) in zip(handed, said, strict=False)
    ]  # fmt: skip
    done = console.settle(*rows)
    assert dict(done.raised) == {"delivered": 1, "undelivered": 1, "refused": 1, "accepted": 1}
    assert (done.absent, done.unknown, done.listed) == (1, 1, [])
    assert office.states() == {
        "delivered": 1, "undelivered": 1, "refused": 1, "accepted": 1, "unknown": 1,
    }  # fmt: skip
    assert office.count(DeliveryAgain) == 1
    assert office.one(office.deliveries()[1])["error"] == "MK:0001"
    closed = Person.phone_closed.is_(True)
    assert office.count(Person, closed) == 1, "空号 can never work"
    with office.store.read() as connection:
        name = Counter.name == f"cost:{office.campaign}"
        assert connection.scalar(select(Counter.n).where(name)) == 4 * 5, "refused costs nothing"


def test_the_same_file_again_changes_nothing(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    rows = [{"单号": row["单号"], "状态": "提交失败"} for row in handed]
    first = console.settle(*rows)
    outcomes = [office.outcomes(key) for key in office.deliveries()]
    second = console.settle(*rows)
    assert (dict(first.raised), first.repeated) == ({"refused": 5}, 0)
    assert (dict(second.raised), second.repeated) == ({}, 5)
    assert [office.outcomes(key) for key in office.deliveries()] == outcomes
    with office.store.read() as connection:
        name = Counter.name == f"cost:{office.campaign}"
        assert connection.scalar(select(Counter.n).where(name)) == 0, "given back once"


def test_a_later_file_never_says_less(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    mark = handed[0]["单号"]
    console.settle({"单号": mark, "状态": "送达"})
    for word in ("失败", "已提交", "提交失败", "等待"):
        console.settle({"单号": mark, "状态": word})
    assert office.one(office.deliveries()[0])["state"] == "delivered"


def test_a_part_now_and_the_rest_later(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    console.settle(*[{"单号": row["单号"], "状态": "已提交"} for row in handed[:2]])
    assert office.states() == {"accepted": 2, "unknown": 3}
    done = console.settle(*[{"单号": row["单号"], "状态码": "DELIVRD"} for row in handed])
    assert (done.absent, done.unknown) == (0, 0)
    assert office.states() == {"delivered": 5}
    assert office.count(DeliveryAgain) == 0


def test_without_the_mark_a_number_is_enough_where_it_stands_once(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    rows = [{"手机号": f"86{row['手机号']}", "状态": "送达"} for row in handed]
    assert dict(console.settle(*rows).raised) == {"delivered": 5}


def test_a_number_of_two_messages_is_listed_and_not_guessed(
    console: Console, office: Office
) -> None:
    office.person(phone=PHONES[0])
    office.plan(steps=[{"channel": "sms"}, {"channel": "sms"}])
    handed = console.hand_over()
    rows = console.rows()
    assert handed.rows == 2
    assert {row["手机号"] for row in rows} == {PHONES[0][3:]}
    done = console.settle({"手机号": PHONES[0], "状态": "送达"})
    assert codes(done) == ["phone_ambiguous"]
    assert office.states() == {"unknown": 2}
    console.settle({"手机号": PHONES[0], "状态": "送达", "单号": rows[1]["单号"]})
    assert office.states() == {"unknown": 1, "delivered": 1}


def test_two_who_share_a_phone_are_one_row_and_both_are_told(
    console: Console, office: Office
) -> None:
    people = {office.person(phone=PHONES[0]) for _ in range(2)}
    office.plan()
    assert console.hand_over().rows == 1
    console.settle({"手机号": PHONES[0], "状态": "送达"})
    assert office.subjects(office.deliveries()[0]) == people
    assert office.states() == {"delivered": 1}


def test_rows_of_another_batch_or_campaign_are_listed(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    office.plan()
    second = console.hand_over("2.xlsx")
    mine = console.rows("2.xlsx")
    done = console.settle({"单号": handed[0]["单号"], "状态": "送达"})
    assert codes(done) == ["other_batch"]
    assert done.batches == ()
    done = console.settle({"单号": mine[0]["单号"], "状态": "送达"}, batch=second.batch)
    assert done.batches == (second.batch,)
    with pytest.raises(Missing):
        console.settle({"单号": mine[0]["单号"], "状态": "送达"}, batch=second.batch - 1)
    assert office.states() == {"delivered": 1, "unknown": 4}


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ({"状态": "送达"}, "row_without_number", None),
        ({"手机号": "139****0000", "状态": "送达"}, "phone_unreadable", None),
        ({"手机号": "13811112222", "状态": "送达"}, "phone_unknown", None),
        ({"单号": "1.1.xxxxxxxxxxxxxxxx", "状态": "送达"}, "reference_unknown", None),
        ({"手机号": PHONES[0], "状态": "挺好"}, "word_unknown", "C（状态）"),
        ({"手机号": PHONES[0], "状态码": "MK:0005"}, "code_unknown", "D（状态码）"),
        ({"手机号": PHONES[0], "状态": "送达", "状态码": "UNDELIV"}, "says_both", "D（状态码）"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_others_are(
    row: dict[str, str], code: str, column: str | None, console: Console, office: Office,
    handed: list[dict[str, str]],
) -> None:  # fmt: skip
    blank = dict.fromkeys(("单号", "手机号", "状态", "状态码"), "")
    good = {**blank, "单号": handed[4]["单号"], "状态": "送达"}
    done = console.settle({**blank, "状态码": "", **row, "状态": row.get("状态", "")}, good)
    [listed] = done.listed
    assert listed.code == f"gateway.{code}"
    assert listed.params["row"] == 2
    assert listed.params.get("column") == column
    assert office.states() == {"unknown": 4, "delivered": 1}


def test_a_column_that_was_sorted_alone_is_noticed(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    row = {"单号": handed[0]["单号"], "手机号": handed[1]["手机号"], "状态": "送达"}
    assert codes(console.settle(row)) == ["phone_differs"]
    assert office.states() == {"unknown": 5}


def test_a_phone_that_was_off_goes_into_a_later_file(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    console.settle({"单号": handed[0]["单号"], "状态": "失败", "失败原因": "用户关机"})
    key = office.deliveries()[0]
    assert (office.one(key)["state"], office.again(key)) == ("undelivered", "temporary")


def test_a_workbook_with_a_title_above_its_table_is_read(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["短信发送明细"])
    sheet.append([])
    sheet.append(["接收号码", "发送结果", "状态码", "单 号"])
    for row in handed:
        sheet.append([int(row["手机号"]), "成功", "DELIVRD", row["单号"]])
    path = console.folder / "明细.xlsx"
    book.save(path)
    done = console.settle_file(path)
    assert (dict(done.raised), done.listed) == ({"delivered": 5}, [])


def test_the_file_that_was_handed_over_is_no_result(
    console: Console, office: Office, handed: list[dict[str, str]]
) -> None:
    with pytest.raises(Invalid) as raised:
        console.settle_file(console.folder / "1.xlsx")
    assert raised.value.code == "gateway.no_result_columns"
    assert office.states() == {"unknown": 5}


def test_where_nothing_was_handed_over_there_is_nothing_to_settle(
    console: Console, office: Office
) -> None:
    office.person()
    office.plan()
    with pytest.raises(Missing) as raised:
        console.settle({"单号": "1.1.x", "状态": "送达"})
    assert raised.value.code == "gateway.nothing_to_settle"
