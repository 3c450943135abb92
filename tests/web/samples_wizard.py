"""Filled-in view-models of 新建宣传任务 and of 待核实的发送."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from outreach.web.views.common import Choice, Link
from outreach.web.views.policies import Mark
from outreach.web.views.unknowns import DoubtGroup, DoubtLine, UnknownsView
from outreach.web.views.wizard import (
    Count,
    PeoplePage,
    PoliciesPage,
    PolicyTick,
    ReadyPlan,
    Shell,
    Stage,
    StepForm,
    StepsPage,
    TextLine,
    WordsPage,
)

AT = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
STAGES = (Stage("选政策", "/campaigns/new/7/policies", "done"), Stage("给谁", "/campaigns/new/7/people", "cur"))  # fmt: skip


def _shell(page: str, **said: str) -> Shell:
    return Shell(7, "冬季告知", page, STAGES, 3, "20261123-1", said, "董某改过这个任务。")


VIEWS: Mapping[str, tuple[str, object]] = {
    "unknown": (
        "unknown.html",
        UnknownsView(
            groups=(
                DoubtGroup(
                    "居民医保", "/campaigns/2026-04", "短信", "正交给运营商时断了线", "问本人收到没有。",
                    (DoubtLine(7, "张* 138****1234", "清泉社区", AT, "25 分", "【示范县】医保", "/unknown/7", "查过 2 次", open=True),),
                ),
            ),
            total=12, asking=3, shown=1, back=Link("居民医保", "/campaigns/2026-04"),
        ),
    ),
    "wizard-policies": (
        "wizard_policies.html",
        PoliciesPage(
            _shell("policies", policies="至少选一项政策。"), "冬季告知",
            (("医疗", (PolicyTick("check", "免费体检", "卫健局", (Mark("yes", "手续齐了"),), True, "/policies/check"),)),),
            (Choice("old", "一老"),),
        ),
    ),
    "wizard-people": (
        "wizard_people.html",
        PeoplePage(
            _shell("people", urgent="写明为什么紧急。"), (Choice("600101", "演示县"),), "600101", "general", "urgent",
            (Choice("", "所有符合的人"),), "", (Count("免费体检", 412, 31, "导入名单，可确认 31 人"),), "3",
            (Choice("", "按规定"),), "", "台风",
        ),
    ),
    "wizard-people-typed": (
        "wizard_people.html",
        PeoplePage(_shell("people"), (), "60", "general", "publicity", (), "", (), typed_region=True),
    ),
    "wizard-steps": (
        "wizard_steps.html",
        StepsPage(
            _shell("steps", steps="至少要有一步。", budget="不是金额。"),
            (
                StepForm(1, "sms", quiet="21:00–8:00", accounts=(Choice("a", "a"), Choice("b", "b")), forms=(Choice("", "短信"), Choice("x", "释疑"))),
                StepForm(2, "flyer", "after", "", "1", "72", "unreached", more="every: 0 9 * * 1", kept='{"every": 1}',
                         policies=("check",), said=("选前面的一步。",), earlier=(Choice("1", "第 1 步"),)),
            ),
            (ReadyPlan("paper", "只印明白纸", "每户一张"),), (Choice("sms", "短信"),), (Choice("", "每个人"),),
            (Choice("check", "免费体检"), Choice("insure", "交医保")), "abc", "台风",
        ),
    ),
    "wizard-words": (
        "wizard_words.html",
        WordsPage(
            _shell("words", valid_until="不是日子。"), "演示县政务办", "12345", "2027-02-28", "回复R退订", "",
            (("第 1 步·短信", (TextLine("免费体检", True, "体检短信", "粤语", Link("看", "/messages/check")),
                           TextLine("交医保", False, "还没有写", "", Link("去写", "/messages/insure")))),),
        ),
    ),
}  # fmt: skip
