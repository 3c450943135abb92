"""The words of offices inside a cell: yes and no, sexes, kinds of hukou, dates, circumstances. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache

from outreach.errors import Invalid
from segments import vocabulary

NOTHING = frozenset({"", "无", "/", "-", "—", "--", "空", "N/A", "NULL", "未知", "不详"})
YES_NO = {
    **dict.fromkeys(("是", "有", "√", "✓", "1", "Y", "YES", "TRUE", "享受"), True),
    **dict.fromkeys(("否", "无", "×", "0", "N", "NO", "FALSE", "不是", "没有"), False),
}
SEXES = {"男": "M", "男性": "M", "1": "M", "M": "M", "女": "F", "女性": "F", "2": "F", "F": "F"}
SEX_WORDS = {"M": "男", "F": "女"}
HUKOU_TYPES = {
    **dict.fromkeys(
        ("农业", "农业户口", "农业家庭户", "农业家庭户口", "农村", "农村户口", "农户", "rural"),
        "rural",
    ),
    **dict.fromkeys(
        (
            "非农",
            "非农业",
            "非农业户口",
            "非农业家庭户",
            "非农业家庭户口",
            "城镇",
            "城镇户口",
            "城市",
            "非农户",
            "urban",
        ),
        "urban",
    ),
    **dict.fromkeys(
        ("居民", "居民户口", "居民家庭户", "居民家庭户口", "家庭户", "resident"), "resident"
    ),
}
JOB_KINDS = {
    **dict.fromkeys(
        ("工人", "工人岗", "工人岗位", "工勤", "工勤岗", "工勤岗位", "操作岗", "生产岗", "非管理技术岗", "worker"),
        "worker",
    ),
    **dict.fromkeys(
        ("干部", "干部岗", "干部岗位", "管理岗", "管理岗位", "技术岗", "专业技术岗", "专业技术岗位", "管理技术岗",
         "管理技术岗位", "cadre"),
        "cadre",
    ),
}  # fmt: skip
"""Kind of job, by which women retire at different ages."""

NEEDS = {
    **dict.fromkeys(("不识字", "文盲", "半文盲", "看不懂字", "read"), "read"),
    **dict.fromkeys(("视障", "视力障碍", "盲", "盲人", "失明", "看不清", "低视力", "see"), "see"),
    **dict.fromkeys(("听障", "听力障碍", "聋", "聋人", "耳聋", "听不清", "重听", "hear"), "hear"),
}
"""What somebody cannot do without help: read, see, hear."""

STATUSES = {
    **dict.fromkeys(("正常", "健在", "在世", "active"), "active"),
    **dict.fromkeys(("死亡", "已故", "去世", "死亡注销", "deceased"), "deceased"),
    **dict.fromkeys(("迁出", "已迁出", "搬走", "已搬走", "moved"), "moved"),
}
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00(:00)?)?|(\d{4})(\d{2})(\d{2})"
)
_SERIAL = re.compile(r"[1-9]\d{3,4}")
EPOCH_1900 = date(1899, 12, 30)
"""The day before day 1 of date numbers, counted as if 1900 had a February 29."""

EPOCH_1904 = date(1904, 1, 1)
"""Day 0 in workbooks from old Macintosh computers."""

_EARLIEST = date(1880, 1, 1)
_LIST_MARKS = re.compile(r"[、,，;；/|\n]+")


def parse_date(text: str, today: date) -> date:
    """A birth date as offices write it: 1990-1-2, 1990/1/2, 1990.1.2, 19900102, 1990年1月2日, or a serial number.

    Raises Invalid: people.birth_incomplete, _impossible, _future.
    """
    value = unicodedata.normalize("NFKC", text).strip()
    written = _DATE.fullmatch(value)
    if written:
        year, month, day = (
            int(part) for part in (written.group(1, 2, 3) if written[1] else written.group(6, 7, 8))
        )
        try:
            found = date(year, month, day)
        except ValueError:
            raise Invalid("people.birth_impossible", value=value) from None
    elif _SERIAL.fullmatch(value) and not 1880 <= int(value) <= 2100:
        found = EPOCH_1900 + timedelta(days=int(value))
    else:
        raise Invalid("people.birth_incomplete", value=value)
    if found > today:
        raise Invalid("people.birth_future", value=value)
    if found < _EARLIEST:
        raise Invalid("people.birth_impossible", value=value)
    return found


@cache
def circumstance_codes(text: str) -> tuple[str, ...]:
    """The circumstances of a cell such as 低保、一级残疾; raises Invalid for a word that is not in the vocabulary."""
    whole = vocabulary.find(text)
    if whole is not None:
        return (whole.code,)
    found = []
    for word in filter(None, (part.strip() for part in _LIST_MARKS.split(text))):
        circumstance = vocabulary.find(word)
        if circumstance is None:
            if word in _ORDINARY:
                continue
            raise Invalid("people.circumstance_unknown", value=word)
        found.append(circumstance.code)
    return tuple(found)


_ORDINARY = frozenset(
    {
        "一般户",
        "普通户",
        "一般居民",
        "普通居民",
        "一般群众",
        "普通群众",
        "普通",
        "一般",
        "群众",
        "其他",
        "非困难",
    }
)
