"""The words of the segment form: fields, comparisons, places in the rule, and what may be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from outreach.web.views.common import Choice
from segments.fields import FIELDS, MOVING, Kind
from segments.person import HUKOU_TYPES, PHONE_KINDS, SEXES
from segments.reading import CHOICES, FIELD_NAMES
from segments.retirement import JOB_KINDS

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("本人", ("age", "birth_date", "sex", "phone_kind")),
    ("地方", ("region", "hukou_region", "hukou_type")),
    ("类别", ("circumstances",)),
    ("家庭和收入", ("income_month", "household_size", "members")),
    ("就业和缴费", ("paid_months", "paid_months_running", "retires_in", "job_kind")),
    ("和某项政策", ("eligible", "told", "aware", "applied", "received")),
)
"""What the form offers, in groups; `today` and spans of ages are written in a file only."""

_POLICY_NAMES = {
    "eligible": "符合政策",
    "told": "已告知政策",
    "aware": "知晓政策",
    "applied": "已申请政策",
    "received": "已领取政策",
}
KNOWN, UNKNOWN = "known", "unknown"
"""How the form says `exists`."""

_EXISTS = ((KNOWN, "有记录"), (UNKNOWN, "没有记录"))
_OPS: Mapping[Kind, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "number": (
            (">=", "不低于"), ("<", "低于"), (">", "高于"), ("<=", "不高于"), ("=", "正好"), ("between", "介于"), *_EXISTS,
        ),
        "date": (
            (">=", "这天及以后"), ("<=", "这天及以前"), (">", "这天以后"), ("<", "这天以前"), ("=", "就是这天"),
            ("between", "介于"), *_EXISTS,
        ),
        "choice": (("=", "是"), *_EXISTS),
        "region": (("within", "在"), *_EXISTS),
        "flags": (("has_any", "属于"), ("has_all", "同时属于"), (KNOWN, "查过名单的")),
        "policy": (("has", "是"),),
    }
)  # fmt: skip
_AGE = {">=": "满", "<": "未满", ">": "超过", "<=": "不超过"}

CHOICES_OF: Mapping[str, tuple[str, ...]] = {
    "sex": SEXES,
    "hukou_type": HUKOU_TYPES,
    "job_kind": JOB_KINDS,
    "phone_kind": PHONE_KINDS,
}
HINTS: Mapping[str, str] = {
    "circumstances": "例如 低保对象；几种用顿号分开",
    "region": "乡镇、村的名字或代码",
    "hukou_region": "乡镇、村的名字或代码",
    "income_month": "每人每月多少元",
    "paid_months": "几个月",
    "paid_months_running": "几个月",
    "retires_in": "几个月",
}
SUGGESTED = {"circumstances": "l-circumstances", "region": "l-regions", "hukou_region": "l-regions"}
"""Field → the list of words that a browser offers."""

ALL, NONE, ANY = "all", "none", "any:"
_WAYS = ("甲", "乙", "丙", "丁")


def fields() -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Groups of fields for the select."""
    return tuple(
        (group, tuple(Choice(one, name(one)) for one in listed)) for group, listed in GROUPS
    )


def name(field: str) -> str:
    """A field as the form says it."""
    return _POLICY_NAMES.get(field, FIELD_NAMES.get(field, field))


def offered(field: str) -> bool:
    """Whether the form has this field."""
    return any(field in listed for _, listed in GROUPS)


def ops(field: str) -> tuple[Choice, ...]:
    """The comparisons of a field; of household members only whether they are known."""
    if not offered(field):
        return ()
    listed = _EXISTS if field == "members" else _OPS[FIELDS[field]]
    words = _AGE if field == "age" else {}
    return tuple(Choice(op, words.get(op, said)) for op, said in listed)


def control(field: str, op: str) -> str:
    """How a value is filled in: none, select, date, number or text."""
    if op == UNKNOWN or (op == KNOWN and FIELDS[field] != "flags"):
        return "none"
    kind = FIELDS[field]
    if kind in ("choice", "policy"):
        return "select"
    if op == "between":
        return "text"
    return {"number": "number", "date": "date"}.get(kind, "text")


def choices(field: str) -> tuple[Choice, ...]:
    """The values of a field with few of them."""
    return tuple(Choice(one, CHOICES[one]) for one in CHOICES_OF.get(field, ()))


def moves(field: str) -> bool:
    """Whether a condition may look some days ahead."""
    return field in MOVING


def parts(labels: tuple[str, ...]) -> tuple[Choice, ...]:
    """Where a condition may stand; the ways that are there already, and the next one."""
    free = next((way for way in _WAYS if way not in labels), None)
    ways = (*labels, free) if free else labels
    return (
        Choice(ALL, "要满足"),
        Choice(NONE, "不包括"),
        *(Choice(f"{ANY}{way}", f"其中一项·{way}") for way in ways),
    )
