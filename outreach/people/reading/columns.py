"""Which column is which: the words that offices write into the header row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outreach.errors import Invalid
from segments import vocabulary

SYNONYMS: dict[str, str] = {
    "name": "姓名 名字 人员姓名 居民姓名 成员姓名 对象姓名 本人姓名 name",
    "id_card": "身份证号 身份证号码 公民身份号码 公民身份证号码 居民身份证号码 身份证 身份号码 证件号码 证件号 身份证件号码 本人身份证号 id_card",
    "phone": "手机 手机号 手机号码 联系电话 电话 电话号码 联系方式 本人电话 移动电话 联系手机 固定电话 座机 phone",
    "sex": "性别 sex",
    "birth": "出生日期 出生年月日 生日 出生时间 birth",
    "address": "住址 家庭住址 详细地址 地址 现住址 居住地址 家庭地址 现居住地址 常住地址 通讯地址 门牌地址 address",
    "region": "现住地区 行政区划代码 行政区划 区划代码 所在村 所在村社区 村社区 村居 所在社区 所属村 所属社区 村 社区 居住地区 常住地区 现住地区代码 居住地 region",
    "hukou_region": "户籍地 户籍所在地 户籍地区 户籍地代码 户籍地区代码 户口所在地 户籍 hukou_region",
    "hukou_type": "户口性质 户籍性质 户口类型 户口类别 户籍类型 hukou_type",
    "household": "户号 户编号 家庭编号 户口簿号 户口本号 户籍编号 household",
    "relation": "与户主关系 与户主的关系 家庭关系 户主关系 relation",
    "head_id": "户主身份证号 户主身份证号码 户主公民身份号码 户主身份证 head_id",
    "head_name": "户主姓名 户主 head_name",
    "guardian": "监护人 监护人姓名 监护人身份证号 监护人身份证号码 guardian",
    "language": "语言 方言 常用语言 语种 语言方言 language",
    "circumstances": "人员类别 困难类别 身份类别 人员类型 困难类型 对象类别 困难身份类别 救助类别 享受政策类别 类别 circumstances",
    "household_size": "家庭人口数 家庭人口 家庭人数 户人口数 人口数 户内人口 household_size",
    "income_month": "人均月收入 家庭人均月收入 月人均收入 家庭月人均收入 income_month",
    "status": "人员状态 状态 生存状态 status",
    "synthetic": "演示 合成 演示标记 合成标记 演示数据 合成数据 synthetic",
    "ignored": "备注 序号 编号 说明 错误 ignored",
}
"""Field → words that mean it. The field's own name is always one of them."""

FIELDS = frozenset(SYNONYMS)
SEVERAL = frozenset({"phone", "circumstances", "guardian", "ignored"})
"""Fields that several columns of a sheet may give."""

SENSITIVE_PREFIX = "has:"
"""`has:<code>`: a column headed by a circumstance, filled with 是 or 否."""

_FIELD_OF = {word: name for name, words in SYNONYMS.items() for word in words.split()}
_IN_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
_MARKS = re.compile(r"[\s*:：/、,，.。_]+")


def field_of(header: str) -> str | None:
    """The field that a column header means; None when it means nothing to us."""
    folded = unicodedata.normalize("NFKC", header).strip().lower()
    if folded in _FIELD_OF:
        return _FIELD_OF[folded]
    word = _MARKS.sub("", _IN_BRACKETS.sub("", folded))
    if word in _FIELD_OF:
        return _FIELD_OF[word]
    circumstance = vocabulary.find(word.removeprefix("是否").removeprefix("为")) if word else None
    return f"{SENSITIVE_PREFIX}{circumstance.code}" if circumstance else None


@dataclass(frozen=True)
class Columns:
    """The columns of one sheet: field → their indexes from 0, their headers, and the headers that nobody reads."""

    header_row: int
    headers: tuple[str, ...]
    of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The header of a field's first column, '' when the sheet has none."""
        return self.headers[self.of[name][0]] if name in self.of else ""

    def fields(self) -> tuple[str, ...]:
        """For each column its field, '' when it is not read."""
        by_index = {index: name for name, indexes in self.of.items() for index in indexes}
        return tuple(by_index.get(index, "") for index in range(len(self.headers)))


def find_header(
    rows: Sequence[Sequence[str]], mapping: Mapping[str, str] | None = None
) -> Columns | None:
    """The first of the first 20 rows in which at least two cells are column headers; None when there is none.

    `mapping` says for headers of this file which field they are ('' = not read). Raises Invalid
    (people.duplicate_header, people.mapping_field, people.missing_column).
    """
    chosen = dict(mapping or {})
    for header, name in chosen.items():
        if name and name not in FIELDS and not name.startswith(SENSITIVE_PREFIX):
            raise Invalid(
                "people.mapping_field", header=header, field=name, fields="、".join(sorted(FIELDS))
            )
    for index, row in enumerate(rows[:20]):
        cells = [cell.strip() for cell in row]
        fields = [chosen.get(cell, field_of(cell)) if cell else None for cell in cells]
        if len({name for name in fields if name}) >= 2:
            return _required(_columns(index + 1, cells, fields))
    return None


def _columns(row: int, cells: Sequence[str], fields: Sequence[str | None]) -> Columns:
    found: dict[str, list[int]] = {}
    for index, name in enumerate(fields):
        if name:
            found.setdefault(name, []).append(index)
    for name, indexes in found.items():
        texts = [cells[index] for index in indexes]
        if len(indexes) > 1 and (name not in SEVERAL or len(set(texts)) < len(texts)):
            letters = "、".join(f"{column_letter(index)} {cells[index]}" for index in indexes)
            raise Invalid("people.duplicate_header", columns=letters, row=row)
    _heads_are_people(found)
    unread = tuple(
        cell
        for cell, name in zip(cells, fields, strict=True)
        if cell and name in (None, "", "ignored")
    )
    return Columns(
        row, tuple(cells), {name: tuple(indexes) for name, indexes in found.items()}, unread
    )


def _heads_are_people(found: dict[str, list[int]]) -> None:
    """A list with one row per household names only the heads: then they are the people of the list."""
    for head, own in (("head_name", "name"), ("head_id", "id_card")):
        if head in found and own not in found:
            found[own] = found.pop(head)


def _required(columns: Columns) -> Columns:
    if "name" not in columns.of:
        raise Invalid("people.missing_column", column="姓名", row=columns.header_row)
    if "id_card" not in columns.of and "birth" not in columns.of:
        raise Invalid("people.missing_column", column="身份证号 / 出生日期", row=columns.header_row)
    return columns


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as a spreadsheet names its columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
