"""The sheet to send to a town or a department: the columns that are needed, as text, with lists to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import xlsxwriter

from segments import vocabulary

SHEET = "名单"
ROWS = 5_000
"""Rows that are prepared: text cells, lists to choose from."""

_ALWAYS = ("name", "id_card", "phone", "household", "relation", "address", "region")
_COLUMNS: Mapping[str, tuple[str, str]] = {
    "name": ("姓名", "必填。"),
    "id_card": (
        "身份证号",
        "18 位，末位 X 大小写都可以；没有身份证的填出生日期和性别。本列已设为文本，请“只粘贴值”。",
    ),
    "birth": ("出生日期", "写成 2020-01-31。填了身份证号可不填。"),
    "sex": ("性别", "男或女。填了身份证号可不填。"),
    "phone": ("手机号码", "本人的手机号码，11 位；没有就留空。"),
    "household": ("户号", "同一户写同一个号，例如户口簿上的户号。"),
    "relation": ("与户主关系", "户主、配偶、子、女、父亲、母亲……"),
    "address": ("住址", "到栋、单元、室，或者到组、门牌号。"),
    "region": ("现住地区", "村（社区）名称，或 12 位区划代码。"),
    "hukou_region": ("户籍地", "户籍所在的县（区）、村名称或代码。与现住地区相同也请填写。"),
    "hukou_type": ("户口性质", "农业、非农业或居民。"),
    "circumstances": ("人员类别", "有几类就用顿号隔开，例如：低保、一级残疾。没有就留空。"),
    "household_size": ("家庭人口数", "共同生活的人数，写数字。"),
    "income_month": ("人均月收入", "家庭成员平均每人每月的元数，写数字。"),
    "paid_months": ("累计缴费月数", "社会保险累计缴了多少个月，写数字。"),
    "paid_months_running": ("连续缴费月数", "到上个月为止连续缴了多少个月，写数字。"),
    "job_kind": ("岗位", "工人或干部（管理、专业技术岗位写干部）。只影响女职工的退休年龄。"),
    "needs": ("沟通需要", "不识字、视障、听障，有几样就用顿号隔开。没有就留空。"),
    "guardian": ("监护人身份证号", "14 岁以下的儿童填写；也可以写同户监护人的姓名。"),
    "disability_card": ("残疾人证号", "身份证号后再加 1 位类别和 1 位等级，共 20 位；没有就留空。"),
    "language": ("语言", "本人听得最习惯的话，例如：普通话、四川话、粤语。"),
}
_CHOICES = {
    "sex": ["男", "女"],
    "relation": ["户主", "配偶", "子", "女", "父亲", "母亲", "孙子", "孙女", "其他"],
    "hukou_type": ["农业", "非农业", "居民"],
    "job_kind": ["工人", "干部"],
}
_OF_FACT = {
    "age": "birth", "birth": "birth", "sex": "sex", "region": "region", "hukou_region": "hukou_region",
    "hukou_type": "hukou_type", "income_month": "income_month", "household_size": "household_size",
    "members": "household_size", "birth_date": "birth", "circumstances": "circumstances", "guardian": "guardian", "language": "language",
    "paid_months": "paid_months", "paid_months_running": "paid_months_running", "job_kind": "job_kind",
    "retires_in": "job_kind",
}  # fmt: skip


def template_columns(facts: Collection[str] | None) -> list[str]:
    """The fields of the sheet for the facts that some rules read; all of them when no rule is chosen (None).

    A fact is a field of a rule (age, income_month, circumstances, …); a circumstance code counts as circumstances.
    """
    if facts is None:
        return list(_COLUMNS)
    wanted = {
        _OF_FACT.get(fact, "circumstances" if _is_circumstance(fact) else "") for fact in facts
    }
    wanted |= {"birth"} if "retires_in" in facts else set()
    wanted |= {"sex"} if "birth" in wanted else set()
    wanted |= {"disability_card"} if any(fact.startswith("dis.") for fact in facts) else set()
    return [name for name in _COLUMNS if name in wanted or name in _ALWAYS]


def _is_circumstance(fact: str) -> bool:
    return vocabulary.find(fact) is not None


def write_template(path: Path, facts: Collection[str] | None = None) -> None:
    """Write the workbook: the sheet 名单 to fill in, and 填写说明 with what each column means and which words count."""
    names = template_columns(facts)
    with xlsxwriter.Workbook(str(path)) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format(
            {"bold": True, "num_format": "@", "bg_color": "#EEF3F8", "border": 1}
        )
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(SHEET)
        for column, name in enumerate(names):
            sheet.set_column(
                column, column, 24 if name in ("id_card", "address", "region") else 14, text
            )
            sheet.write_string(0, column, _COLUMNS[name][0], head)
            if name in _CHOICES:
                choices = {"validate": "list", "source": _CHOICES[name], "error_type": "warning"}
                sheet.data_validation(1, column, ROWS, column, choices)
        sheet.freeze_panes(1, 0)
        help_sheet = book.add_worksheet("填写说明")
        help_sheet.set_column(0, 0, 16)
        help_sheet.set_column(1, 1, 90)
        lines = [_COLUMNS[name] for name in names]
        if "circumstances" in names:
            words = "、".join(one.zh for one in vocabulary.CIRCUMSTANCES)
            lines.append(("可以写的类别", words))
        for row, (title, words) in enumerate(lines):
            # One cell, so that this sheet is never taken for a list of people.
            help_sheet.write_string(row, 1, f"{title}：{words}", wrap)
