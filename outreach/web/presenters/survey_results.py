"""调查结果: one survey, question by question, with all that must stand beside a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from outreach.access.roles import Action
from outreach.surveys.comparing import service as comparing
from outreach.surveys.dispositions import Disposition, label
from outreach.surveys.questions import Kind
from outreach.surveys.results import service as results
from outreach.surveys.results.schemas import QuestionFigure, SurveyResults
from outreach.web.presenters import survey_figures as figures
from outreach.web.presenters import survey_words as words
from outreach.web.presenters.names import places
from outreach.web.presenters.surveys import BASE, Desk
from outreach.web.views.common import Link
from outreach.web.views.survey_results import (
    Line,
    PlacesShown,
    QuestionShown,
    SurveyResultsView,
    VolunteersShown,
)
from outreach.wording import say
from outreach.wording.figures import percent, thousands


def shown(desk: Desk, ref: str) -> SurveyResultsView:
    """The page. Missing for a survey that the actor may not see, Conflict before its sample is drawn."""
    survey = desk.find(ref)
    found = results.everything(desk.connection, ref)
    rate = figures.rate_of(found.headline.share, found.last, _mode(found))
    lines = _headline(found)
    return SurveyResultsView(
        title=sentence(found),
        name=survey["title"],
        about=words.about(survey, desk.names()),
        above=_above(desk, survey),
        rate=rate,
        lines=lines,
        generated=survey["generated"],
        notes=tuple(note.say() for note in found.notes if note.code != "results.generated"),
        beside=tuple(_beside(found)),
        response=_response(found),
        response_rate=percent(found.headline.response.rate)
        if found.representative and found.headline.response.rate is not None
        else "",
        places=tuple(_places(desk, found, ref)),
        comparisons=tuple(
            figures.comparison_shown(one)
            for one in comparing.comparisons(desk.connection, ref)
            if found.headline_code and len_asked(found)
        ),
        questions=_questions(found),
        volunteers=_volunteers(found),
        call_backs=tuple(_call_backs(found)),
        made=tuple(_made(survey)),
        notice=found.notice,
        links=_links(desk, found),
        representative=found.representative,
        asked=len_asked(found),
    )


def sentence(found: SurveyResults) -> str:
    """The conclusion that stands over the page, as far as the figures carry one."""
    share = found.headline.share
    if not found.representative:
        return say("results.sentence.apart", n=thousands(len_asked(found)))
    if not found.headline_code or not len_asked(found):
        return say("results.sentence.asked", title=found.survey["title"], n=len_asked(found))
    if not share.shown or share.rate is None:
        return say("results.sentence.few", n=share.n)
    base = str((found.survey["design"] or {}).get("base", "likely"))
    named = say(f"results.who.{base}")
    if found.survey["kind"] == "awareness":
        return say("results.sentence.aware", who=named, n=f"{share.rate * 100:.0f}")
    answer = _counted(found, "或")
    return say("results.sentence.other", n=f"{share.rate * 100:.0f}", answer=answer)


def _counted(found: SurveyResults, word: str) -> str:
    """The answers that add to the rate of the headline."""
    headline = next(one for one in found.questions if one.code == found.headline_code)
    return word.join(headline.counted_labels)


def len_asked(found: SurveyResults) -> int:
    """How many were asked."""
    return found.headline.response.interviewed


def _mode(found: SurveyResults) -> str:
    return "、".join(found.modes) or str(found.survey["mode"])


def _line(found: SurveyResults, name: str, share: Any, note: str = "") -> Line:
    return figures.line(name, share, found.last, _mode(found), note)


def _headline(found: SurveyResults) -> tuple[Line, ...]:
    head = found.headline
    if not found.headline_code or not found.representative or not len_asked(found):
        return ()
    if found.survey["kind"] == "awareness":
        lines = [_line(found, "知道", head.share, say("results.base.all"))]
    else:
        lines = [_line(found, _counted(found, " + "), head.share, say("results.base.whole"))]
    lines.append(_line(found, "只看说得清的人", head.decided, say("results.base.decided")))
    if head.eligible is not None:
        lines.append(_line(found, "只看符合条件的人", head.eligible, say("results.base.eligible")))
    if head.fictional is not None:
        lines.append(
            _line(found, "虚构政策也说知道", head.fictional, say("results.base.fictional"))
        )
    return tuple(lines)


def _beside(found: SurveyResults) -> Iterable[str]:
    head = found.headline
    if head.heard:
        yield say("results.heard", n=thousands(head.heard))
    if head.worst_case is not None:
        low, high = head.worst_case
        yield say("results.worst", low=percent(low), high=percent(high))
    share = head.share
    if share.shown and share.method != "wilson":
        yield say(
            "results.sure", n=share.n, n_eff=f"{share.n_eff:.0f}", deff=f"{share.deff or 1:.2f}"
        )


def _response(found: SurveyResults) -> tuple[tuple[str, int], ...]:
    counts = found.headline.response.counts
    return (
        ("抽中" if found.representative else "名单上", found.headline.response.drawn),
        *((label(each), counts[each]) for each in Disposition if counts[each]),
    )


def _places(desk: Desk, found: SurveyResults, ref: str) -> Iterable[PlacesShown]:
    """Towns, and villages where at least one has a figure; nothing below the village, only the actor's own places."""
    whole = figures.rate_of(found.headline.share, found.last, _mode(found))
    for level, rows in (
        ("乡镇", comparing.towns(desk.connection, ref)),
        ("村（社区）", comparing.villages(desk.connection, ref)),
    ):
        own = [one for one in rows if _concerns(desk, one.code)]
        if level != "乡镇" and not any(one.rate is not None for one in own):
            continue
        named = places(desk.connection, [one.code for one in own])
        drawn = whole if level == "乡镇" else None
        found_places = figures.places_shown(level, own, named, drawn)
        if found_places is not None:
            yield found_places


def _concerns(desk: Desk, code: str) -> bool:
    region = desk.actor.region
    return desk.actor.scope.covers(code) or region.startswith(code)


def _questions(found: SurveyResults) -> tuple[QuestionShown, ...]:
    if not len_asked(found):
        return ()
    return (*(_question(found, one) for one in found.questions), *_together(found))


def _question(found: SurveyResults, one: QuestionFigure) -> QuestionShown:
    kind = say(f"results.kind.{one.kind}")
    if one.options and one.blank == one.n:
        return QuestionShown(one.text, kind, one.n, (), say("results.unanswered"))
    lines = []
    if one.counting is not None and len(one.counted_labels) > 1:
        lines.append(_line(found, " + ".join(one.counted_labels), one.counting))
    lines += [_line(found, option.label, option.share) for option in one.options]
    note = say("results.blank", n=thousands(one.blank)) if one.blank else ""
    if one.kind == Kind.OPEN:
        note = say("results.open_answers", n=thousands(one.texts))
    return QuestionShown(one.text, kind, one.n, tuple(lines), note)


def _together(found: SurveyResults) -> tuple[QuestionShown, ...]:
    """Who knew everything that was asked."""
    knowledge = found.of_kind(Kind.KNOWLEDGE)
    if found.all_right is None or all(one.blank == one.n for one in knowledge):
        return ()
    shown_ = _line(found, say("results.all_right"), found.all_right)
    kind = say("results.kind.knowledge")
    return (QuestionShown(say("results.all_right_about"), kind, found.all_right.n, (shown_,)),)


def _volunteers(found: SurveyResults) -> VolunteersShown | None:
    own = found.volunteers
    if own is None:
        return None
    source = "、".join(say(f"results.source.{one}") for one in own.sources)
    lines = []
    for question in found.questions:
        for option in question.options:
            n = own.options.get(question.code, {}).get(option.code, 0)
            if n and question.code == (found.headline_code or question.code):
                lines.append(Line(option.label, None, n, own.n, counted=True))
    return VolunteersShown(own.n, source, tuple(lines))


def _call_backs(found: SurveyResults) -> Iterable[str]:
    again = found.call_backs
    if again is None:
        return
    yield say(
        "results.called_back", asked=again.asked, confirmed=again.confirmed, refused=again.refused,
        not_reached=again.not_reached, not_interviewed=len(again.not_interviewed),
    )  # fmt: skip
    for one in again.questions:
        if one.code == found.headline_code and one.n:
            yield say("results.agreed", n=one.n, equal=one.equal, word=one.word)


def _made(survey: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "能抽到谁", str(survey["base"])
    if survey["frame_size"]:
        yield "名单", f"{thousands(survey['frame_size'])} 人，编号 {survey['frame_hash'][:8]}"
    if survey["seed"]:
        yield "抽样种子", str(survey["seed"])
    yield "问卷编号", survey["instrument_hash"][:8]
    for one in ((survey["frame"] or {}).get("coverage") or {}).get("words", ()):
        yield "名单的范围", str(one)


def _above(desk: Desk, survey: Mapping[str, Any]) -> Link:
    """The page of the survey for whoever plans surveys; for others the page that leads here."""
    if desk.actor.may(Action.SURVEYS_DESIGN):
        return Link(survey["title"], f"{BASE}/{survey['ref']}")
    return Link("知晓率", "/awareness")


def _links(desk: Desk, found: SurveyResults) -> tuple[Link, ...]:
    survey = found.survey
    links = [Link("下载表格", f"{BASE}/{survey['ref']}/results.csv", "file")]
    trend = survey["policy"] and survey["kind"] == "awareness" and len_asked(found)
    if trend and desk.actor.may(Action.AWARENESS_VIEW):
        links.append(Link("看历次", f"/awareness?policy={survey['policy']}", "chart"))
    return tuple(links)
