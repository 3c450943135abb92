"""The six answers of a policy at one place, and where they stand: what everybody may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from outreach.policies import names, readiness, versions
from outreach.policies.schemas import PolicyView
from outreach.web.formats import long_day
from outreach.web.views.policies import Answers, Mark, Source
from segments.reading import read_clause

_BASIS = {"hukou": "看户籍：户籍在本地的人", "residence": "看居住地：住在本地的人"}
_MARKS = {
    "[K]": "（待核实）",
    "[?]": "（待核实）",
    "[W]": "（摘自网页）",
    "[M]": "（推算）",
    "[S]": "",
}
"""Marks of who collected the facts → words; K and ? must not be printed before somebody has checked them."""


def answers(view: PolicyView, place: str, region_names: Mapping[str, str]) -> Answers:
    """谁能领、领多少、怎么领、带什么、什么时候、问谁."""
    facts = view.facts_at(place)
    bring, spared = _documents(facts)
    who, ways, never = _who(view, place, region_names)
    steps = tuple(str(one) for one in facts.get("steps") or ())
    return Answers(
        who=who,
        ways=ways,
        never=never,
        basis=_BASIS.get(str(facts.get("region_basis")), ""),
        check=view.rule.check,
        amount=names.said("amount", facts.get("amount")),
        amount_open="" if view.amount_filled(place) else "本地金额还没有填写",
        how=tuple(str(one) for one in facts.get("how_to_apply") or ()),
        steps=steps,
        days=names.said("processing_days", facts.get("processing_days")),
        automatic=_automatic(facts.get("no_application")),
        online=names.plainly(facts.get("deep_link")),
        bring=bring,
        spared=spared,
        when=tuple(_when(view, facts)),
        where=names.plainly(facts.get("where")),
        phone=names.plainly(facts.get("phone")) or "12345",
        office=str(facts.get("office") or ""),
        excludes=tuple(_excludes(facts)),
    )


def _who(
    view: PolicyView, place: str, region_names: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(all of these, one of these, none of these): the reading of what the machine does."""
    words = {**versions.parameters(view), **region_names}
    rule = view.rule_at(place)
    every = tuple(read_clause(one, words) for one in rule.all)
    ways = tuple(
        f"{way.label}：{'，'.join(read_clause(one, words) for one in way.all)}" for way in rule.any
    )
    never = tuple(read_clause(one, words) for one in rule.none)
    return every if every or ways else ("所有人",), ways, never


def _documents(facts: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to bring, and what the offices look up for themselves."""
    bring: list[str] = []
    spared: list[str] = []
    for one in facts.get("documents") or ():
        (bring if one.get("who", "applicant") == "applicant" else spared).append(str(one["name"]))
    return tuple(bring), tuple(spared)


def _automatic(fact: object) -> str:
    if fact is True:
        return "免申即享：不用申请，符合条件的直接发。"
    return names.plainly(fact) if fact else ""


def _when(view: PolicyView, facts: Mapping[str, Any]) -> Iterator[str]:
    window = facts.get("window")
    text = names.plainly(window) if isinstance(window, str) or _text(window) else ""
    if text:
        yield text
    if isinstance(window, Mapping):
        if window.get("yearly"):
            first, last = (_month_day(str(one)) for one in window["yearly"])
            yield f"每年 {first} 到 {last} 办理"
        elif window.get("from") or window.get("to"):
            yield f"办理时间：{_span(_day(window.get('from')), _day(window.get('to')))}"
    begins, ends = _day(facts.get("valid_from")), _day(facts.get("valid_to"))
    if view.withdrawn_on:
        ends = min(filter(None, (ends, view.valid_to)), default=None)
    if begins or ends:
        yield f"政策有效：{_span(begins, ends)}"


def _text(window: object) -> bool:
    return isinstance(window, Mapping) and bool(window.get("text"))


def _span(first: date | None, last: date | None) -> str:
    if first and last:
        return f"{long_day(first)}到{long_day(last)}"
    return f"{long_day(first)}起" if first else f"到{long_day(last)}为止" if last else "长期"


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def _month_day(text: str) -> str:
    month, day = text.split("-")
    return f"{int(month)}月{int(day)}日"


def _excludes(facts: Mapping[str, Any]) -> Iterator[str]:
    for one in facts.get("excludes") or ():
        if isinstance(one, Mapping):
            yield marked(str(one.get("text") or f"不能和 {one.get('policy')} 同时享受"))
        else:
            yield f"不能和 {one} 同时享受"


def marked(text: str) -> str:
    """The words of who collected the facts, with marks as words."""
    for mark, words in _MARKS.items():
        text = text.replace(mark, words)
    return text


def source(view: PolicyView, place: str) -> Source:
    """Where it stands, and what is still to be checked about that."""
    written = view.facts_at(place).get("source")
    facts: Mapping[str, Any] = written if isinstance(written, Mapping) else {"title": written}
    number = "，".join(str(facts[key]) for key in ("no", "date") if facts.get(key))
    found = []
    if str(facts.get("mark", "")) in ("K", "?"):
        found.append(Mark("ask", "来源待核实"))
    elif facts.get("mark") == "W" and not view.verified_by:
        found.append(Mark("ask", "摘自网页，待核对原文"))
    if not number:
        found.append(Mark("ask", "文号和日期待核实"))
    return Source(
        str(facts.get("title") or ""), number, tuple(found), marked(str(facts.get("note") or ""))
    )


def open_facts(view: PolicyView, place: str) -> tuple[str, ...]:
    """What a region has still to fill in, in words."""
    amount = () if view.amount_filled(place) else ("领多少",)
    return (*amount, *readiness.open_parameters(view, place))
