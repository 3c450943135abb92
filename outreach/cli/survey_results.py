"""`outreach survey …`: what a survey found, towns beside each other, waves beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here
from outreach.cli.output import Answer, command
from outreach.cli.surveys import SurveyId, app
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.surveys.comparing.schemas import Comparison, TownFigure, WavePoint
    from outreach.surveys.results.schemas import QuestionFigure, SurveyResults
    from outreach.surveys.results.shares import Share

Earlier = Annotated[
    str,
    typer.Option(
        "--with",
        metavar="ID",
        help="和哪一次比；不写就和它接着的、或者上一次 · the earlier survey; default: the one it follows",
    ),
]


@command(app, "results")
def results(here: Here, ref: SurveyId) -> Answer:
    """全部结果 · Every question with interval and base, how the sample answered, and what must be said beside it."""
    from outreach.surveys.results import figures, service

    with here.installation() as office, office.store.read() as connection:
        found = service.everything(connection, ref)
    return Answer(figures.whole(found), _results(found))


def _results(found: SurveyResults) -> list[str]:
    head = found.headline
    lines = [
        f"{found.survey['title']}：抽出 {head.response.drawn} 人，答 {head.response.interviewed} 人"
    ]
    if found.headline_code:
        lines.append(f"主要指标 {rate_words(head.share)}")
        lines += [f"  只看说得清的人 {rate_words(head.decided)}"]
        lines += [f"  只看符合条件的人 {rate_words(head.eligible)}"] if head.eligible else []
        lines += [f"  虚构政策也说知道的 {rate_words(head.fictional)}"] if head.fictional else []
    if head.worst_case is not None:
        low, high = head.worst_case
        lines.append(f"  回答不到一半：没答的人全不知道是 {low:.1%}，全知道是 {high:.1%}")
    for question in found.questions:
        lines += _question(question)
    if found.all_right is not None:
        lines.append(f"知识题全对 {rate_words(found.all_right)}")
    if found.volunteers is not None:
        lines.append(f"自愿填答（不能推算全县）{found.volunteers.n} 人，不计入上面的数")
    return [*lines, *found.said(), found.notice]


def _question(question: QuestionFigure) -> list[str]:
    lines = [f"{question.text}（n = {question.n}）"]
    if question.counting is not None and len(question.counted_labels) > 1:
        lines.append(f"  {'、'.join(question.counted_labels)}：{rate_words(question.counting)}")
    lines += [f"    {option.label} {rate_words(option.share)}" for option in question.options]
    if not question.options:
        lines.append(f"    写了话的 {question.texts} 人，内容在意见里看")
    return lines


def rate_words(share: Share) -> str:
    """A rate as a command says it: never without interval and n; people who were only counted as a number."""
    if share.rate is None or share.low is None or share.high is None:
        return f"{share.aware} 人（n = {share.n}，不推算）"
    if share.use == "none":
        return f"样本不足（n = {share.n}）"
    span = f"{share.low:.1%}–{share.high:.1%}"
    doubt = "，仅供参考" if share.use == "indicative" else ""
    return f"{share.rate:.1%}（{span}，n = {share.n}{doubt}）"


@command(app, "towns")
def towns(
    here: Here,
    ref: SurveyId,
    villages: Annotated[
        bool, typer.Option("--villages", help="按村（社区） · villages instead of towns")
    ] = False,
) -> Answer:
    """各乡镇 · Towns in office order beside the rest of the county; behind only for sure."""
    from outreach.people.queries import regions
    from outreach.surveys.comparing import service
    from outreach.surveys.results import service as results

    with here.installation() as office, office.store.read() as connection:
        found = (service.villages if villages else service.towns)(connection, ref)
        names = regions.full_names(connection, [one.code for one in found])
        about = results.everything(connection, ref)
    rows = [{"name": names[one.code], **one.as_dict()} for one in found]
    lines = [_town(names[one.code], one) for one in found] or ["这次调查没有按地方分的数"]
    notes = list(about.said())
    data = {
        "survey": ref, "towns": rows, "generated": about.survey["generated"], "notes": notes, "notice": about.notice,
    }  # fmt: skip
    return Answer(data, [*lines, *_corrected(found, villages=villages), *notes, about.notice])


def _corrected(found: tuple[TownFigure, ...], *, villages: bool) -> list[str]:
    """How the places were compared: what is behind only for their number is not behind."""
    compared = sum(one.difference is not None for one in found)
    if not found:
        return []
    level = "村（社区）" if villages else "乡镇"
    if not compared:
        return [say("results.places_few", level=level)]
    return [say("results.places", level=level, n=compared)]


def _town(name: str, one: TownFigure) -> str:
    if one.rate is None or one.low is None or one.high is None:
        return f"{name}：样本不足（n = {one.n}）"
    rate = f"{one.rate:.1%}（{one.low:.1%}–{one.high:.1%}，n = {one.n}）"
    if one.difference is None or one.diff_low is None or one.diff_high is None:
        return f"{name}：{rate}，{one.word()}"
    span = f"{one.diff_low * 100:+.1f}–{one.diff_high * 100:+.1f}"
    return (
        f"{name}：{rate}，和其他地方差 {one.difference * 100:+.1f} 个百分点（{span}），{one.word()}"
    )


@command(app, "compare")
def compare(here: Here, ref: SurveyId, earlier: Earlier = "") -> Answer:
    """和上一次比 · Beside an earlier wave, and those told beside those who wait; with what may be concluded."""
    from outreach.surveys.comparing import service

    with here.installation() as office, office.store.read() as connection:
        found = service.comparisons(connection, ref, earlier)
    lines = [line for one in found for line in _comparison(one)]
    return Answer({"survey": ref, "comparisons": [one.as_dict() for one in found]}, lines)


def _comparison(one: Comparison) -> list[str]:
    sides = [f"  {side.label}（{side.survey}）{rate_words(side.share)}" for side in one.sides]
    return [one.sentence(), *sides, *(f"  注意：{words}" for words in one.warnings())]


@command(app, "trend")
def trend(
    here: Here,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="政策 · name of the policy")],
) -> Answer:
    """历次调查 · Every survey about a policy, the oldest first, with intervals."""
    from outreach.policies import service as policies
    from outreach.surveys.comparing import service

    with here.installation() as office, office.store.read() as connection:
        policies.get(connection, policy)
        found = service.trend(connection, policy)
    lines = [_wave(one) for one in found] or ["这项政策还没有调查过"]
    return Answer({"policy": policy, "waves": [one.as_dict() for one in found]}, lines)


def _wave(one: WavePoint) -> str:
    doubt = "" if one.comparable else "，问法和最近一次不同，不能比较"
    doubt += "，演示回答" if one.generated else ""
    return f"{one.on:%Y-%m-%d} {one.mode} {one.ref}：{rate_words(one.share)}{doubt}"
