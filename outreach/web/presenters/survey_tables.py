"""The tables of results as files. Counts under 10 do not leave the office, nor what would give them away."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.reports.suppression import SMALL, Suppressed, suppress, with_total
from outreach.surveys.results import service as results
from outreach.surveys.results.schemas import QuestionFigure, SurveyResults
from outreach.surveys.results.shares import Share
from outreach.web.presenters.awareness import asked_about
from outreach.web.presenters.surveys import Desk
from outreach.wording import say

Row = tuple[object, ...]

_FIGURE = ("比率", "区间下限", "区间上限", "有效样本", "设计效应", "区间算法", "可用程度")
_N = "n"


def survey_table(desk: Desk, ref: str) -> Iterator[Row]:
    """Every answer of every question. Missing for a survey that the actor may not see."""
    survey = desk.find(ref)
    found = results.everything(desk.connection, ref)
    yield ("调查", survey["ref"], survey["title"])
    for note in (*found.said(), found.notice, say("results.hidden")):
        yield ("说明", note)
    yield ("题号", "题目", "题型", "答案", "是否算数", "人数", "基数", *_FIGURE)
    for question in found.questions:
        yield from _question(found, question)


def _question(found: SurveyResults, question: QuestionFigure) -> Iterator[Row]:
    said = (question.code, question.text, say(f"results.kind.{question.kind}"))
    if not question.options:
        yield (*said, "写了话的人", "", _count(question.texts), question.n)
        return
    printed = _suppressed(question)
    for option in question.options:
        counts = "是" if option.label in question.counted_labels else ""
        shown = printed.shown(option.code, _N)
        figure = _figure(option.share) if shown is not None and found.representative else ()
        n = printed.text(option.code, _N) if shown is None else shown
        yield (*said, option.label, counts, n, question.n, *figure)


def _suppressed(question: QuestionFigure) -> Suppressed:
    """One table per question; where one answer is ticked the rows and the blank ones sum to the base."""
    rows = {one.code: {_N: one.share.aware} for one in question.options}
    if question.several:
        return suppress(rows)
    table, parents = with_total({**rows, "": {_N: question.blank}})
    return suppress(table, parents)


def _count(n: int) -> object:
    return SMALL if 0 < n < 10 else n


def _figure(share: Share) -> Row:
    if not share.shown:
        return ("", "", "", round(share.n_eff, 1), "", share.method, share.word())
    numbers = (share.rate, share.low, share.high)
    return (
        *(round(one, 6) if one is not None else "" for one in numbers),
        round(share.n_eff, 1),
        round(share.deff or 1.0, 3),
        share.method,
        share.word(),
    )


def awareness_table(desk: Desk) -> Iterator[Row]:
    """Every survey about every policy."""
    yield (
        "政策",
        "调查",
        "名称",
        "第几次",
        "最后访问日",
        "方式",
        "知道",
        "n",
        *_FIGURE,
        "问法同最近一次",
        "演示回答",
    )
    for one in asked_about(desk):
        for point in one.waves:
            share = point.share
            yield (
                one.name, point.ref, point.title, point.wave, point.on.isoformat(), point.mode, _count(share.aware),
                share.n, *_figure(share), "是" if point.comparable else "否", "是" if point.generated else "",
            )  # fmt: skip
