"""访问: what an interviewer's phone shows. Names stand on the page and nowhere in the browser's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.surveys.dispositions import INTERVIEWED, OUTSIDE, Disposition, label
from outreach.surveys.fieldwork import asking
from outreach.surveys.fieldwork.asking import Asked, MySurvey
from outreach.surveys.fieldwork.calling_back import RESULTS
from outreach.surveys.fieldwork.people import Sampled
from outreach.surveys.questions import Kind
from outreach.surveys.service import list_surveys, locked_instrument
from outreach.web.presenters.fieldwork_form import Filled, form
from outreach.web.views.common import Bar, Choice, Link, Part
from outreach.web.views.fieldwork import (
    AgainView,
    HomeView,
    ListView,
    MySurveyView,
    OnePersonView,
    PersonView,
    TryView,
    VillageView,
)
from outreach.wording import say
from outreach.wording.figures import day


def home(connection: Any, actor: Actor, today: date) -> HomeView:
    """My surveys, and for those who watch over the fieldwork all of them."""
    mine = asking.surveys(connection, actor.name, today)
    watch = actor.may(Action.SURVEYS_CHECK)
    every = (
        [one for one in list_surveys(connection) if one["drawn_at"] is not None] if watch else []
    )
    return HomeView(
        account=actor.name,
        mine=tuple(_my_survey(one, today) for one in mine),
        all_=tuple(Link(one["title"], f"/fieldwork/{one['ref']}/progress") for one in every),
        sends=tuple(f"/fieldwork/{one.survey['ref']}/entries" for one in mine),
    )


def _my_survey(one: MySurvey, today: date) -> MySurveyView:
    survey = one.survey
    return MySurveyView(
        ref=survey["ref"],
        title=survey["title"],
        people=one.people,
        interviewed=one.interviewed,
        left=one.left,
        again=one.again,
        until=_until(survey),
        why="" if one.open else _why(survey, today),
    )


def _until(survey: Mapping[str, Any]) -> str:
    return f"访问到 {day(survey['closes_on'])} 为止" if survey["closes_on"] else ""


def _why(survey: Mapping[str, Any], today: date) -> str:
    if survey["closed_at"] is not None:
        return "已经截止"
    if survey["opens_on"] is not None and today < survey["opens_on"]:
        return f"{day(survey['opens_on'])}开始"
    return "访问期已过，名单收起来了"


def my_list(
    survey: Mapping[str, Any],
    actor: Actor,
    people: Sequence[Asked],
    again: Sequence[Sampled],
    today: date,
) -> ListView:
    """我的名单, village by village."""
    instrument = locked_instrument(survey)
    shown = [person(one) for one in people]
    interviewed = sum(one.done for one in shown)
    left = sum(one.left for one in shown)
    villages = groupby(zip(people, shown, strict=True), key=lambda pair: pair[0].person.place)
    return ListView(
        ref=survey["ref"],
        title=survey["title"],
        account=actor.name,
        marking=instrument.marking(today),
        until=_until(survey),
        villages=tuple(
            VillageView(place or "地方不详", tuple(view for _, view in pairs))
            for place, pairs in villages
        ),
        bar=_bar(len(shown), interviewed, left),
        interviewed=interviewed,
        left=left,
        again=tuple(_to_ask_again(one) for one in again),
        form=form(survey, today),
        saved="",
        alert="",
    )


def _bar(people: int, interviewed: int, left: int) -> Bar:
    parts = (
        Part("interviewed", "问到了", interviewed, "yes"),
        Part("ended", "问不到了", people - interviewed - left, "no"),
        Part("left", "还要去", left, "todo"),
    )
    return Bar(parts, people)


def person(one: Asked) -> PersonView:
    """One person with what has become of them."""
    done = one.disposition in INTERVIEWED
    word = label(one.disposition) if one.disposition else "还没去"
    if one.tries and not done and one.disposition not in OUTSIDE:
        word = f"{word}（去过 {one.tries} 天）"
    shade = "yes" if done else "run" if one.left else "no"
    return _person(one.person, word, shade, left=one.left, done=done)


def _to_ask_again(one: Sampled) -> PersonView:
    return _person(one, "复核", "ask", left=True, done=False)


def _person(one: Sampled, word: str, shade: str, *, left: bool, done: bool) -> PersonView:
    return PersonView(
        number=one.number,
        name=one.name or "姓名不详",
        place=one.place,
        address=one.address or "没有地址",
        phone=one.phone,
        note=one.note,
        word=word,
        shade=shade,
        left=left,
        done=done,
    )


def one_person(
    survey: Mapping[str, Any],
    actor: Actor,
    found: tuple[Asked, Sequence[Mapping[str, Any]]],
    today: date,
    filled: Filled,
) -> OnePersonView:
    """One person per screen."""
    asked, entries = found
    return OnePersonView(
        ref=survey["ref"],
        title=survey["title"],
        account=actor.name,
        marking=locked_instrument(survey).marking(today),
        person=person(asked),
        tries=tuple(_tries(entries)),
        form=form(survey, today, filled),
    )


def _tries(entries: Iterable[Mapping[str, Any]]) -> Iterable[TryView]:
    for one in entries:
        state = (
            ""
            if one["state"] == "taken"
            else "已改正，作废"
            if one["note"]
            else "和前面的不一样，留着待核"
        )
        yield TryView(day(one["asked_on"]), label(Disposition(one["disposition"])), state)


def again(
    survey: Mapping[str, Any], actor: Actor, one: Sampled, today: date, filled: Filled
) -> AgainView:
    """复核 of one person: the same questions, asked by somebody else."""
    choices = tuple(Choice(code, say(f"fieldwork.call_back.{code}")) for code in RESULTS)
    return AgainView(
        ref=survey["ref"],
        title=survey["title"],
        account=actor.name,
        person=_to_ask_again(one),
        results=choices,
        form=form(survey, today, filled, frozenset(Kind) - {Kind.OPEN}),
        note="",
    )


_SAVED = {
    "taken": "{number} 号记好了。",
    "again": "{number} 号记好了。",
    "set_aside": "{number} 号以前已经有一份答卷，这一份不一样，先留着，办公室会来问您。",
}


def with_word(view: ListView, number: int, state: str) -> ListView:
    """The list with what became of the form that was sent."""
    words = _SAVED.get(state, "").format(number=number) if number > 0 else ""
    return replace(view, alert=words) if state == "set_aside" else replace(view, saved=words)
