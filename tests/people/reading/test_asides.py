"""Rows below the header that are nobody, and rows that look like it and are somebody."""

from __future__ import annotations

import pytest

from outreach.people.reading.asides import aside
from outreach.people.reading.columns import find_header
from tests.people.office import id_number

TITLE = ["某镇低保人员名单"]
HEADER = ["序号", "姓名", "身份证号", "手机", "备注"]
COLUMNS = find_header([TITLE, HEADER])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["合计", "", "", "", ""], "people.totals_row"),
        (["", "合 计", "35人", "", "1,200元"], "people.totals_row"),
        (["总计：35人", "", "", "", ""], "people.totals_row"),
        (["", "小计", "", "", ""], "people.totals_row"),
        (["", "", "", "", "共计:12户,35人"], "people.totals_row"),
        (["本页小计", "", "12", "", ""], "people.totals_row"),
        (["合\u3000计", "35", "", "", ""], "people.totals_row"),
        (HEADER, "people.header_repeated"),
        (["序号", " 姓名", "身份证号码", "联系电话", ""], "people.header_repeated"),
        (TITLE, "people.header_repeated"),
        (["填表人：李四", "", "审核人：王五", "", "填报日期：2026-01-05"], "people.signature_row"),
        (["", "", "填报日期：2026年1月5日", "", ""], "people.signature_row"),
        (["单位负责人（签字）：", "", "", "", ""], "people.signature_row"),
        (["村委会（盖章）", "", "", "", ""], "people.signature_row"),
        (["注：本表一式两份。", "", "", "", ""], "people.signature_row"),
        (["17", "", "", "", ""], "people.number_only"),
        (["1", "张三", id_number(), "", ""], None),
        (["1", "张三", id_number(), "", "合计"], None),
        (["1", "合计", "", "13800138000", ""], None),
        (["合计", "35人", "", "", ""], "people.totals_row"),
        (["1", "张三", "", "", ""], None),
        (["1", "张三", "", "", "联系人：李四"], None),
        (["1", "张三", "", "", "合计"], None),
        (["", "", "", "", "备注里有话"], None),
        (["1", "张三", "110105********002X", "", ""], None),
    ],
)
def test_a_row_below_the_header(cells: list[str], code: str | None) -> None:
    assert COLUMNS is not None
    found = aside(COLUMNS, cells)
    assert (found.code if found else None) == code


def test_both_rows_of_a_header_are_known_when_they_come_again() -> None:
    rows = [["姓名", "身份证号", "家庭情况", ""], ["", "", "户主姓名", "户号"]]
    columns = find_header(rows)
    assert columns is not None
    assert [aside(columns, row) is not None for row in rows] == [True, True]
