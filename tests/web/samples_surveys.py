"""View-models of the pages of surveys with something in every place: invented figures."""

from __future__ import annotations

from datetime import date

from outreach.web.views.common import Choice, Link
from outreach.web.views.people import Mark
from outreach.web.views.surveys import (
    BatchShown,
    QuestionShown,
    SizeShown,
    StratumShown,
    SurveyForm,
    SurveyLine,
    SurveysView,
    SurveyView,
)

_LINK = Link("建一次调查", "/surveys/new", "ear")
_LINE = SurveyLine(
    "/surveys/w1", "医保知晓率", "知晓率调查 · 居民医保", Mark("run", "访问中"), 400, 400, 312, date(2026, 12, 20), "何静",
    generated=True,
)  # fmt: skip
_QUESTION = QuestionShown(
    1, "请问您知道“居民医保”吗？", (("知道", True), ("听说过", False)), several=True, headline=True, note="主要看这一题。"
)  # fmt: skip
_CHOICE = (Choice("", "第一次做"), Choice("w1", "医保知晓率"))
_FORM = SurveyForm(
    given={"kind": "awareness", "title": "医保知晓率"}, kinds=_CHOICE, policies=_CHOICE, regions=_CHOICE, bases=_CHOICE,
    strata=_CHOICE, allocations=_CHOICE, withins=_CHOICE, asks=_CHOICE, modes=_CHOICE, earlier=_CHOICE,
    groups=_CHOICE, title="知晓率调查", marking="工作评估", questions=(_QUESTION,), hash="ab12", people=8214,
    size=SizeShown("抽 385 人", ("误差约 ±5.0 个百分点",), 385), problem="“种子”没有填。",
)  # fmt: skip
_SURVEY = SurveyView(
    title="医保知晓率", about="知晓率调查 · 居民医保", mark=Mark("run", "访问中"), facts=(("问谁", "确定符合条件的人"),),
    next=(Link("结束访问", "/surveys/w1/close", "stop"),), links=(Link("看结果", "/surveys/w1/results", "chart"),),
    sealed=True, generated=True, hashes=(("抽样框（8,214 人）", "6eb2"),), questions=(_QUESTION,), marking="工作评估",
    coverage=("没有登记进台账的人抽不到",), strata=(StratumShown("城关镇", 5210, "4 / 12", 40, "130.3"),),
    reserve=(BatchShown("城关镇", 1, 10, "备用", "/surveys/w1/release?batch=1"),), repeat="谁都可以重抽一遍。",
    problem="和锁定时不一样了。", warnings=("有的层抽到不足30人。",),
)  # fmt: skip

VIEWS: dict[str, tuple[str, object]] = {
    "surveys": ("surveys.html", SurveysView((_LINE,), (_LINK,))),
    "surveys-empty": ("surveys.html", SurveysView((), (_LINK,))),
    "survey": ("survey.html", _SURVEY),
    "survey-new": ("survey_new.html", _FORM),
}
