"""Words of surveys on pages: kinds, bases, strata, and what counts in a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from outreach.surveys import standing
from outreach.surveys.design_order import DesignOrder
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind
from outreach.web.formats import percent
from outreach.web.presenters.names import places
from outreach.web.views.people import Mark
from outreach.web.views.surveys import QuestionShown

KINDS: Mapping[str, str] = {
    "awareness": "知晓率调查",
    "needs": "入户摸底",
    "satisfaction": "满意度调查",
    "experience": "政策体验官",
    "quiz": "有奖问答",
}

BASES: Mapping[str, str] = {
    "likely": "确定符合条件的人",
    "eligible_or_unknown": "符合和可能符合的人",
    "adults": "全部18岁以上的人",
}

TRAITS: Mapping[str, str] = {
    "town": "乡镇（街道）",
    "village": "村（社区）",
    "sex": "性别",
    "band": "年龄段",
    "hukou_type": "户口性质",
    "eligible": "是否符合",
}

_VALUES: Mapping[str, str] = {
    "all": "全部", "": "不详", "F": "女", "M": "男", "<18": "18岁以下", "18-44": "18–44岁", "45-59": "45–59岁",
    "60+": "60岁以上", "yes": "符合", "unknown": "待核实", "no": "不符合", "rural": "农业户口",
    "urban": "非农业户口", "resident": "居民户口",
}  # fmt: skip

_SHAPES = {"planned": "ask", "drawn": "run", "closed": "yes"}
_SHORTEST = 6  # digits of a county


def mark(survey: Mapping[str, Any]) -> Mark:
    """Where a survey stands, as a tag."""
    return Mark(_SHAPES[standing.state(survey)], standing.state_words(survey))


def about(survey: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Kind, policy, which time, how: 知晓率调查 · 养娃补贴 · 第1次 · 入户."""
    policy = names.get(survey["policy"], survey["policy"])
    parts = (KINDS[survey["kind"]], policy, f"第{survey['wave']}次", survey["mode"])
    return " · ".join(part for part in parts if part)


def strata_names(connection: Connection, strata: Iterable[str]) -> dict[str, str]:
    """Stratum → its words: 柳溪镇 · 60岁以上."""
    listed = list(strata)
    codes = {part for one in listed for part in one.split("/") if _is_place(part)}
    known = places(connection, codes)
    return {
        one: " · ".join(known.get(part, _VALUES.get(part, part)) for part in _parts(one))
        for one in listed
    }


def _parts(stratum: str) -> list[str]:
    """The values of a stratum's traits; a town whose village follows is named with the village."""
    parts = stratum.split("/")
    around = {part[:9] for part in parts if len(part) > 9 and _is_place(part)}
    return [part for part in parts if part not in around]


def _is_place(part: str) -> bool:
    return len(part) >= _SHORTEST and part.isdigit()


def questions(instrument: Instrument) -> tuple[QuestionShown, ...]:
    """The questionnaire as it is asked, with what counts."""
    return tuple(
        QuestionShown(
            number=number,
            text=question.text,
            options=tuple(
                (option.label, option in question.counting) for option in question.options
            ),
            several=question.several,
            headline=question.code == instrument.headline,
            note=_note(question.kind),
        )
        for number, question in enumerate(instrument.questions, 1)
    )


def _note(kind: Kind) -> str:
    notes = {
        Kind.FICTIONAL: "没有这项政策：说知道的人，什么都会说知道。这个比例写在知晓率旁边。",
        Kind.OPEN: "记原话，进意见箱，不算比例。",
        Kind.GAIN: "这一题单独报告，不和别的题相加。",
        Kind.QUIZ: "有正确答案，不算知晓率。",
    }
    return notes.get(kind, "")


def how(design: DesignOrder, *, panel: bool) -> str:
    """The design in words."""
    parts = []
    if panel:
        parts.append("上一次的人都再问一遍")
        if design.fresh:
            parts.append(f"另加 {percent(design.fresh, 0)}没问过的人作对照")
    elif design.clustered:
        parts.append(
            f"先按人数抽 {design.villages} 个村（社区），每村抽 {design.per_village} {_unit(design)}"
        )
    elif design.within != "people":
        parts.append("先抽户")
    if design.within != "people" and not panel:
        parts.append(
            "每户问一人，" + ("生日最近的" if design.within == "next_birthday" else "随机选")
        )
    if design.strata:
        divided = "和".join(TRAITS[one] for one in design.strata)
        shares = {"proportional": "按人数分配", "equal": "各层一样多", "neyman": "按预计差异分配"}
        share = f"每层 {design.per_stratum} 人" if design.per_stratum else shares[design.allocation]
        parts.append(f"按{divided}分层，{share}")
    if design.reserve:
        parts.append(f"另备 {percent(design.reserve, 0)}")
    return "；".join(parts) or "在全部名单里逐人随机抽"


def _unit(design: DesignOrder) -> str:
    return "人" if design.within == "people" else "户"
