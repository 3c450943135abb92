"""A rule in one line of Chinese, and how sensitive it is.

The line is made from what the machine will do, not from the texts of the clauses, so that a text that says
something else than its clause is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from segments import vocabulary
from segments.fields import FIELDS, Parameter
from segments.rules import Clause, Rule

FIELD_NAMES = {
    "age": "年龄",
    "birth_date": "出生日期",
    "sex": "性别",
    "region": "居住地",
    "hukou_region": "户籍地",
    "hukou_type": "户口性质",
    "circumstances": "困难或身份类别",
    "income_month": "家庭人均月收入",
    "household_size": "家庭人口",
    "members": "家庭成员",
    "paid_months": "累计缴费月数",
    "paid_months_running": "连续缴费月数",
    "job_kind": "退休岗位类别",
    "retires_in": "距法定退休年龄的月数",
    "phone_kind": "手机号",
    "today": "日期",
    "eligible": "符合",
    "told": "已告知",
    "aware": "知晓",
    "applied": "已申请",
    "received": "已领取",
}
CHOICES = {
    "M": "男性",
    "F": "女性",
    "rural": "农业户口",
    "urban": "非农业户口",
    "resident": "居民户口",
    "worker": "工人岗位",
    "cadre": "管理或技术岗位",
    "own": "本人手机号",
    "family": "家里人的手机号",
    "clerk": "经办人的手机号",
    "unknown": "不知道是谁的手机号",
    "landline": "座机",
}
_AGE = {
    ">=": "年满{}周岁",
    ">": "超过{}周岁",
    "<": "未满{}周岁",
    "<=": "不超过{}周岁",
    "=": "{}周岁",
    "in": "{}周岁",
}
_BIRTH = {
    ">=": "{}及以后出生",
    ">": "{}之后出生",
    "<": "{}之前出生",
    "<=": "{}及以前出生",
    "=": "{}出生",
    "in": "{}出生",
}
_AMOUNT = {
    ">=": "不低于{}",
    ">": "高于{}",
    "<": "低于{}",
    "<=": "不高于{}",
    "=": "为{}",
    "in": "为{}",
}
_TODAY = {
    ">=": "{}起",
    ">": "{}之后",
    "<": "{}之前",
    "<=": "{}截止",
    "=": "{}当天",
    "in": "{}当天",
}
UNITS = {
    "income_month": "元",
    "household_size": "人",
    "members": "人",
    "paid_months": "个月",
    "paid_months_running": "个月",
    "retires_in": "个月",
}
_NO_NAMES: Mapping[str, str] = {}


def read(rule: Rule, names: Mapping[str, str] = _NO_NAMES) -> str:
    """One line of Chinese; `names` gives words for region codes and parameters, which otherwise say themselves."""
    parts = [read_clause(clause, names) for clause in rule.all]
    if rule.any:
        ways = (f"{one.label}（{_joined(one.all, names)}）" for one in rule.any)
        parts.append("符合其中一项：" + "、".join(ways))
    if rule.none:
        parts.append("不包括：" + "、".join(read_clause(clause, names) for clause in rule.none))
    line = "；".join(parts) or "所有人"
    return f"{line}；须人工核实：{'、'.join(rule.check)}" if rule.check else line


def read_clause(clause: Clause, names: Mapping[str, str] = _NO_NAMES) -> str:
    """One condition in Chinese."""
    if clause.op == "exists":
        return _read_exists(clause)
    words = _words(clause, names)
    return _ahead(clause) + _read_compared(clause, words)


def _ahead(clause: Clause) -> str:
    """30天后, 30天前: the day that the clause asks about, when it is another one."""
    if not clause.in_days:
        return ""
    return f"{abs(clause.in_days)}天{'后' if clause.in_days > 0 else '前'}"


def _read_compared(clause: Clause, words: list[str]) -> str:
    if clause.field == "today":
        return _read_today(clause, words)
    if FIELDS[clause.field] == "policy":
        either = "或".join(f"“{word}”" for word in words)
        return f"{FIELD_NAMES[clause.field]}{either}"
    if clause.field == "age":
        return (
            f"{words[0]}至{words[1]}周岁"
            if _is_pair(clause)
            else _AGE[_op(clause)].format("或".join(words))
        )
    if clause.field == "birth_date":
        pair = f"{words[0]}至{words[-1]}出生"
        return pair if _is_pair(clause) else _BIRTH[_op(clause)].format("或".join(words))
    return _read_other(clause, words)


def _read_today(clause: Clause, words: list[str]) -> str:
    if clause.op == "yearly":
        return f"每年{words[0]}至{words[1]}"
    if _is_pair(clause):
        return f"{words[0]}至{words[-1]}"
    return _TODAY[_op(clause)].format("或".join(words))


def sensitive_circumstances(rule: Rule) -> tuple[vocabulary.Circumstance, ...]:
    """The sensitive circumstances that a rule reads, in the order of the vocabulary."""
    read_codes = {
        one
        for clause in rule.clauses()
        if FIELDS[clause.field] == "flags" and not isinstance(clause.value, Parameter)
        for one in clause.value
    }
    return tuple(
        one for one in vocabulary.CIRCUMSTANCES if one.sensitive and one.code in read_codes
    )


def sensitivity(rule: Rule) -> Literal["open", "sensitive"]:
    """A rule is as sensitive as the most sensitive fact it reads.

    Income per head counts as sensitive, and so does a list of circumstances that a region has still to fill in.
    """
    open_list = any(FIELDS[one.field] == "flags" and one.parameters for one in rule.clauses())
    income = any(one.field == "income_month" for one in rule.clauses())
    return "sensitive" if open_list or income or sensitive_circumstances(rule) else "open"


def _op(clause: Clause) -> str:
    """`between` with one open parameter for both ends reads like a list."""
    return "in" if clause.op == "between" else clause.op


def _is_pair(clause: Clause) -> bool:
    return clause.op == "between" and not isinstance(clause.value, Parameter)


def _joined(clauses: tuple[Clause, ...], names: Mapping[str, str]) -> str:
    return "，".join(read_clause(clause, names) for clause in clauses) or "所有人"


def _words(clause: Clause, names: Mapping[str, str]) -> list[str]:
    listed = (clause.value,) if isinstance(clause.value, Parameter) else clause.value
    return [_word(clause.field, one, names) for one in listed] or ["空名单"]


def _word(field: str, value: object, names: Mapping[str, str]) -> str:
    if isinstance(value, Parameter):
        return f"【{names.get(value.name, value.name)}】"
    if isinstance(value, date):
        return read_date(value)
    if field == "today":
        return f"{int(str(value)[:2])}月{int(str(value)[3:])}日"
    if field == "circumstances":
        return vocabulary.by_code(str(value)).zh
    return CHOICES.get(str(value)) or names.get(str(value), str(value))


def read_date(day: date) -> str:
    """2026年11月26日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _read_other(clause: Clause, words: list[str]) -> str:
    either = "或".join(words)
    if clause.field in UNITS:
        name, unit = FIELD_NAMES[clause.field], UNITS[clause.field]
        if clause.field == "members":
            name = f"家里{clause.aged[0]}至{clause.aged[1]}周岁的人数"
        if _is_pair(clause):
            return f"{name}{words[0]}至{words[1]}{unit}"
        return f"{name}{_AMOUNT[_op(clause)].format(either)}{unit}"
    if clause.field == "circumstances":
        return (
            f"同时属于{'和'.join(words)}"
            if clause.op == "has_all" and len(words) > 1
            else f"属于{either}"
        )
    return {"region": f"居住在{either}", "hukou_region": f"户籍在{either}"}.get(
        clause.field, either
    )


def _read_exists(clause: Clause) -> str:
    if FIELDS[clause.field] == "flags":
        return f"已知是否属于{'、'.join(_words(clause, _NO_NAMES))}"
    return f"{FIELD_NAMES[clause.field]}{'已知' if clause.value == (True,) else '未知'}"
