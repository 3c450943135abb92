"""The words of offices inside a cell: yes and no, sexes, kinds of hukou, circumstances. Pure."""

from __future__ import annotations

import re
from functools import cache

from outreach.errors import Invalid
from outreach.people.reading.dates import EPOCH_1900 as EPOCH_1900
from outreach.people.reading.dates import EPOCH_1904 as EPOCH_1904
from outreach.people.reading.dates import parse_date as parse_date
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
_LIST_MARKS = re.compile(r"[、,，;；/|\n]+")


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
