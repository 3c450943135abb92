"""调查: the list, and one survey with its frame, strata, coverage and what can be done next."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import moving
from outreach.errors import Conflict, Missing
from outreach.policies import service as policies
from outreach.surveys import service, standing
from outreach.surveys.design_order import DesignOrder
from outreach.surveys.drawing import reserve
from outreach.surveys.kinds import SAMPLED, SurveyKind
from outreach.web.formats import long_day, thousands
from outreach.web.presenters import survey_words as words
from outreach.web.presenters.names import people_at_work, places
from outreach.web.services import Services
from outreach.web.views.common import Link
from outreach.web.views.surveys import (
    BatchShown,
    StratumShown,
    SurveyLine,
    SurveysView,
    SurveyView,
)
from outreach.wording import say

BASE = "/surveys"


@dataclass(frozen=True)
class Desk:
    """Who looks, at what; `paths` are the pages that exist."""

    services: Services
    actor: Actor
    connection: Connection
    paths: Set[str] = frozenset()

    @property
    def home(self) -> str:
        """The installation's region."""
        return self.services.settings.region

    def names(self) -> dict[str, str]:
        """Policy → its plain name here."""
        return {
            one.ref: str(one.facts_at(self.home)["plain_name"])
            for one in policies.all_policies(self.connection)
        }

    def find(self, ref: str) -> Mapping[str, Any]:
        """A survey that the actor may see. Missing for any other."""
        survey = service.get(self.connection, ref)
        if not standing.visible(survey, self.actor.scope, self.home):
            raise Missing("fieldwork.unknown", survey=ref)
        return survey

    def require(self, survey: Mapping[str, Any]) -> None:
        """Refused unless the survey asks inside the actor's region."""
        self.actor.scope.require(survey["region"] or self.home)


def listing(desk: Desk) -> SurveysView:
    """All surveys that the actor may see, newest first."""
    found = [
        one
        for one in service.list_surveys(desk.connection)
        if standing.visible(one, desk.actor.scope, desk.home)
    ]
    names, shown = desk.names(), people_at_work(desk.connection)
    lines = [
        SurveyLine(
            href=f"{BASE}/{one['ref']}",
            title=one["title"],
            about=words.about(one, names),
            mark=words.mark(one),
            size=one["size"],
            drawn=one["drawn"],
            answered=one["answered"],
            closes=one["closes_on"],
            by=_by(shown, one["created_by"]),
            generated=one["generated"],
        )
        for one in found
    ]
    return SurveysView(tuple(lines), (Link("建一次调查", f"{BASE}/new", "ear"),))


def _by(shown: Mapping[str, str], name: str) -> str:
    """Somebody by name; whoever used a command on the machine has none here."""
    return "命令行" if name.startswith("cli:") else shown.get(name, name)


def opened(desk: Desk, ref: str, problem: str = "") -> SurveyView:
    """One survey. What was changed after it was locked is said instead of its questions."""
    survey = desk.find(ref)
    try:
        service.locked_design(survey)
        instrument = service.locked_instrument(survey)
        questions = words.questions(instrument)
        marking = instrument.marking(service.moment_of(survey))
    except Conflict as error:
        questions, marking, problem = (), "", say(error.code, **error.params)
    frame = survey["frame"] or {}
    drawn = survey["drawn_at"] is not None
    return SurveyView(
        title=survey["title"],
        about=words.about(survey, desk.names()),
        mark=words.mark(survey),
        facts=tuple(_facts(desk, survey)),
        next=() if problem else _next(desk, survey),
        links=_links(desk, survey),
        sealed=standing.sealed(survey),
        generated=survey["generated"],
        hashes=tuple(_hashes(survey)),
        questions=questions,
        marking=marking,
        coverage=tuple((frame.get("coverage") or {}).get("words", ())),
        strata=_strata(desk, frame),
        reserve=_reserve(desk, survey) if drawn and survey["kind"] in SAMPLED else (),
        repeat=_repeat(survey) if drawn else "",
        problem=problem,
        warnings=tuple(_warnings(survey, frame)),
    )


def _facts(desk: Desk, survey: Mapping[str, Any]) -> list[tuple[str, str]]:
    design = DesignOrder.of(survey["design"])
    region = survey["region"]
    drawn = survey["drawn_at"] is not None
    found = [
        ("在哪里", places(desk.connection, [region])[region] if region else desk.services.place or "全部地区"),
        ("问谁", survey["base"] if drawn else words.BASES[design.base]),
    ]  # fmt: skip
    if survey["kind"] in SAMPLED:
        found.append(("抽多少", f"{thousands(survey['size'])} 人"))
        found.append(("怎么抽", words.how(design, panel=survey["panel"])))
        found.append(("种子", survey["seed"]))
    else:
        found.append(("怎么参加", "自愿参加，不抽样，不代表其他人"))
    if survey["follows"]:
        again = "再问同一批人" if survey["panel"] else "另抽一批人"
        found.append(("接着", f"{_title(desk, survey['follows'])}（{again}）"))
    if survey["campaign"]:
        found.append(("宣传任务", _campaign(desk, survey["campaign"])))
    days = [long_day(one) if one else "" for one in (survey["opens_on"], survey["closes_on"])]
    if any(days):
        found.append(("访问时间", "至".join(days)))
    shown = people_at_work(desk.connection)
    found.append(("谁建的", _by(shown, survey["created_by"])))
    return found


def _title(desk: Desk, ref: str) -> str:
    return str(service.get(desk.connection, ref)["title"])


def _campaign(desk: Desk, ref: str) -> str:
    return str(moving.get(desk.connection, ref)["title"])


def _hashes(survey: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [("问卷和主要指标", survey["instrument_hash"])]
    if survey["design_hash"]:
        found.append(("人数、种子、对象和抽样办法", survey["design_hash"]))
    if survey["frame_hash"]:
        found.append((f"抽样框（{thousands(survey['frame_size'])} 人）", survey["frame_hash"]))
    return found


def _next(desk: Desk, survey: Mapping[str, Any]) -> tuple[Link, ...]:
    here = f"{BASE}/{survey['ref']}"
    if not desk.actor.scope.covers(survey["region"] or desk.home):
        return ()
    state = standing.state(survey)
    if state == "planned" and survey["kind"] != SurveyKind.QUIZ:
        return (Link("抽样并封存", f"{here}/draw", "people"),)
    return (Link("结束访问", f"{here}/close", "stop"),) if state == "drawn" else ()


def _links(desk: Desk, survey: Mapping[str, Any]) -> tuple[Link, ...]:
    """Pages about the same survey that exist and that the actor may open."""
    found = []
    ref = survey["ref"]
    checks = desk.actor.may(Action.SURVEYS_RECORD) or desk.actor.may(Action.SURVEYS_CHECK)
    if survey["drawn_at"] is not None and checks:
        progress = "/fieldwork/{ref}/progress"
        if progress in desk.paths:
            found.append(Link("访问进度", progress.format(ref=ref), "door"))
        elif "/fieldwork" in desk.paths:
            found.append(Link("访问", "/fieldwork", "door"))
    if survey["drawn_at"] is not None and f"{BASE}/{{ref}}/results" in desk.paths:
        found.append(Link("看结果", f"{BASE}/{ref}/results", "chart"))
    return tuple(found)


def _strata(desk: Desk, frame: Mapping[str, Any]) -> tuple[StratumShown, ...]:
    strata: Mapping[str, Mapping[str, Any]] = frame.get("strata") or {}
    names = words.strata_names(desk.connection, strata)
    return tuple(
        StratumShown(
            name=names[name],
            population=one["population"],
            clusters=f"{one['drawn_clusters']} / {one['clusters']}" if one["clusters"] else "",
            drawn=one["drawn"],
            weight=f"{one['population'] / one['drawn']:.1f}" if one["drawn"] else "–",
        )
        for name, one in sorted(strata.items())
    )


def _reserve(desk: Desk, survey: Mapping[str, Any]) -> tuple[BatchShown, ...]:
    spare = reserve.spare(desk.connection, survey["ref"])
    names = words.strata_names(desk.connection, {one.stratum for one in spare})
    may = survey["closed_at"] is None and desk.actor.scope.covers(survey["region"] or desk.home)
    shown, waiting = [], set[str]()
    for one in spare:
        first = not one.released and one.stratum not in waiting
        if not one.released:
            waiting.add(one.stratum)
        href = f"{BASE}/{survey['ref']}/release?batch={one.batch}&stratum={one.stratum}"
        state = "已启用" if one.released else "备用"
        shown.append(
            BatchShown(
                names[one.stratum], one.batch, one.people, state, href if may and first else ""
            )
        )
    return tuple(shown)


def _repeat(survey: Mapping[str, Any]) -> str:
    """How anybody draws again."""
    if survey["kind"] not in SAMPLED:
        return ""
    design = DesignOrder.of(survey["design"])
    if design.clustered or design.within != "people" or survey["panel"]:
        return "谁都可以用种子和抽样框重抽一遍：村、户、人都按“种子:编号”的 SHA-256 值排序（办法见抽样说明）。"
    return (
        "谁都可以用种子和抽样框重抽一遍：每层按“种子:人员编号”的 SHA-256 值从小到大，取前面的人。"
    )


def _warnings(survey: Mapping[str, Any], frame: Mapping[str, Any]) -> list[str]:
    found = []
    if survey["kind"] == SurveyKind.EXPERIENCE:
        found.append("体验官是自愿参加的，结果不能推算其他人，不算误差范围。")
    if survey["kind"] == SurveyKind.QUIZ:
        found.append("有奖问答谁愿意谁来答，答对多少不算知晓率。")
    strata: Mapping[str, Mapping[str, Any]] = frame.get("strata") or {}
    if len(strata) > 1 and any((one["drawn"] or 0) < 30 for one in strata.values()):
        found.append("有的层抽到不足30人，这些层不能单独出数，只能合在一起看。")
    return found
