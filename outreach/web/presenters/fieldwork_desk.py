"""进度: how far fieldwork is, for those who hand it out. Nobody is ranked; packs stand by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.surveys.dispositions import Disposition, Response, label
from outreach.surveys.fieldwork import queries
from outreach.surveys.fieldwork.agreement import Agreement, QuestionAgreement, agreement
from outreach.surveys.fieldwork.assigning import interviewers
from outreach.surveys.fieldwork.progress import Progress, Stretch, progress
from outreach.surveys.schemas import RecordReport
from outreach.surveys.service import get_drawn
from outreach.web.presenters.names import places
from outreach.web.presenters.survey_words import strata_names
from outreach.web.services import Services
from outreach.web.views.common import Bar, Choice, Part
from outreach.web.views.fieldwork_desk import (
    AgreementView,
    AsideView,
    CallBacksView,
    DeskView,
    RateView,
    RowProblem,
    StretchView,
    UploadView,
)
from outreach.wording import say
from outreach.wording.figures import day, percent

SHOWN = 50
"""Problems of a sheet that stand on the page; the workbook has all."""


def view(
    services: Services,
    actor: Actor,
    connection: Connection,
    ref: str,
    said: str = "",
    alert: str = "",
) -> DeskView:
    """The page; what lies outside the actor's region is not counted."""
    survey = get_drawn(connection, ref)
    found = progress(connection, ref, actor.scope)
    names = interviewers(connection)
    known = places(connection, [one.key for one in found.villages if one.key])
    layers = strata_names(connection, [one.key for one in found.strata])
    options = queries.campaign_options(connection, survey["campaign_id"])
    return DeskView(
        ref=ref,
        title=survey["title"],
        until=f"访问到 {day(survey['closes_on'])} 为止" if survey["closes_on"] else "",
        closed=survey["closed_at"] is not None,
        whole=_stretch(found.whole, "合计"),
        bar=_bar(found.whole),
        packs=tuple(_stretch(one, names.get(one.key, one.key)) for one in found.packs if one.key),
        villages=tuple(_stretch(one, known.get(one.key, "地方不详")) for one in found.villages),
        strata=tuple(_stretch(one, layers[one.key] or "不分层") for one in found.strata),
        unassigned=sum(one.people for one in found.packs if not one.key),
        interviewers=tuple(Choice(account, name) for account, name in names.items()),
        warnings=tuple(one.sentence() for one in found.messengers),
        rates=tuple(_rates(found.response)),
        outcomes=tuple(_outcomes(found.response)),
        reserve=say("fieldwork.reserve", people=found.reserve) if found.reserve else "",
        aside=tuple(_aside(found, names)),
        call_backs=_call_backs(agreement(connection, ref), names),
        prints=actor.may(Action.PEOPLE_REVEAL),
        office=options.get("office", services.place),
        phone=options.get("phone", ""),
        said=said,
        alert=alert,
    )


def _stretch(one: Stretch, name: str) -> StretchView:
    return StretchView(
        key=one.key,
        name=name,
        people=one.people,
        interviewed=one.interviewed,
        ended=one.ended,
        left=one.left,
        reserve=one.reserve,
        pack=str(one.pack) if one.pack else "",
    )


def _bar(whole: Stretch) -> Bar:
    parts = (
        Part("interviewed", "问到了", whole.interviewed, "yes"),
        Part("ended", "问不到了", whole.ended, "no"),
        Part("left", "还要去", whole.left, "todo"),
    )
    return Bar(parts, whole.people)


def _rates(told: Response) -> Iterable[RateView]:
    """AAPOR's rates, each with its formula in words."""
    for code, value in (
        ("rr1", told.rate), ("rr2", told.rr2), ("rr3", told.rr3()), ("coop1", told.cooperation), ("ref1", told.refusal),
        ("con1", told.contact),
    ):  # fmt: skip
        shown = "—" if value is None else percent(value)
        yield RateView(say(f"fieldwork.rate.{code}"), shown, say(f"fieldwork.rate.{code}.meaning"))


def _outcomes(told: Response) -> Iterable[tuple[str, int]]:
    return ((label(each), count) for each, count in told.counts.items() if count)


def _aside(found: Progress, names: Mapping[str, str]) -> Iterable[AsideView]:
    for one in found.aside:
        yield AsideView(one.number, label(Disposition(one.disposition)), names.get(one.by, one.by))


def _call_backs(found: Agreement, names: Mapping[str, str]) -> CallBacksView:
    return CallBacksView(
        drawn=found.drawn,
        asked=found.asked,
        confirmed=found.confirmed,
        not_reached=found.not_reached,
        refused=found.refused,
        missing=tuple(
            f"{one.number} 号，访问员 {names.get(one.interviewer, one.interviewer) or '不详'}"
            for one in found.not_interviewed
        ),
        questions=tuple(_agreed(one) for one in found.questions if one.n),
    )


def _agreed(one: QuestionAgreement) -> AgreementView:
    return AgreementView(
        text=one.text,
        n=one.n,
        percent="—" if one.percent is None else percent(one.percent / 100),
        kappa="—" if one.kappa is None else f"{one.kappa:.2f}",
        word=one.word,
    )


def upload(
    survey: Mapping[str, Any],
    report: RecordReport | None = None,
    problem: str = "",
    rejected: str = "",
) -> UploadView:
    """The form, or what became of a sheet."""
    counts: tuple[tuple[str, int], ...] = ()
    problems: tuple[RowProblem, ...] = ()
    if report is not None:
        counts = (
            ("登记", report.recorded), ("其中有变动", report.changed), ("有错，没有登记", report.rejected),
            ("还没有结果", report.pending),
        )  # fmt: skip
        problems = tuple(RowProblem(one.row, one.column, one.message) for one in report.errors)
    return UploadView(
        ref=survey["ref"],
        title=survey["title"],
        problem=problem,
        counts=counts,
        problems=problems[:SHOWN],
        more=max(0, len(problems) - SHOWN),
        rejected=rejected,
    )
