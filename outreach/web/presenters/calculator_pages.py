"""The pages of 查政策 from what was told: the next question, the results, and the form with everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from outreach.audiences.calculator import YEAR, Place, Question, ask, family_answers, question_words
from outreach.audiences.calculator.results import AHEAD
from outreach.policies.schemas import PolicyView
from outreach.web.presenters import calculator_screens as screens
from outreach.web.presenters.calculator import RELATIONS, State, another
from outreach.web.presenters.calculator_answers import for_residents, for_workers
from outreach.web.views.calculator import CalculatorView
from segments import vocabulary
from segments.person import Person as Facts


@dataclass(frozen=True)
class Desk:
    """One request: the day, the place and its name, and the policies that may be shown."""

    on: date
    place: Place
    name: str
    live: Sequence[PolicyView]


@dataclass(frozen=True)
class Register:
    """Whom of the register a form is about (masked); `reveal`: where a reason is sent to see what is sensitive."""

    named: str = ""
    reveal: str = ""


_SENSITIVE = vocabulary.mask(one.code for one in vocabulary.CIRCUMSTANCES if one.sensitive)
_NOBODY = Register()


def without_sensitive(facts: Facts) -> Facts:
    """The facts that a worker sees without giving a reason: the rest counts as not known."""
    return replace(
        facts,
        circumstances=facts.circumstances & ~_SENSITIVE,
        circumstances_known=facts.circumstances_known & ~_SENSITIVE,
        income_month=None,
    )


def next_view(desk: Desk, state: State, problem: str = "") -> CalculatorView:
    """The next question for the member who is asked, or the results when nothing is left."""
    alone = State((state.person,)).family(desk.on, desk.place.here)
    question = ask(alone, desk.live, desk.on, desk.place, AHEAD)
    if question is None:
        return results_view(desk, state, problem)
    shown = screens.screen(
        question,
        alone.members[0].told,
        family_answers(alone, desk.live, desk.on, desk.place)[0],
        desk.on,
        step=len(state.person.steps) + 1,
        whose=state.person.relation if len(state.people) > 1 else "",
        place=desk.name,
    )
    return CalculatorView(desk.name, state.dumps(), screen=shown, problem=problem)


def results_view(desk: Desk, state: State, problem: str = "") -> CalculatorView:
    """What may be claimed, member by member, as residents may read it."""
    family = state.family(desk.on, desk.place.here)
    each = family_answers(family, desk.live, desk.on, desk.place)
    alone = State((state.person,)).family(desk.on, desk.place.here)
    question = ask(alone, desk.live, desk.on, desk.place, AHEAD)
    return CalculatorView(
        desk.name,
        state.dumps(),
        answers=tuple(
            for_residents(member.relation, results, desk.on)
            for member, results in zip(family.members, each, strict=True)
        ),
        members=tuple(one.relation for one in state.people),
        complete=state.complete,
        more=question_words(question.key) if question else "",
        relations=RELATIONS[1:],
        problem=problem,
    )


def form_view(
    desk: Desk,
    state: State,
    *,
    answers: bool = True,
    register: Register = _NOBODY,
    problem: str = "",
) -> CalculatorView:
    """Every fact of one member on a form, and what it means for all members."""
    family = state.family(desk.on, desk.place.here)
    question = ask(family, desk.live, desk.on, desk.place, YEAR) if answers else None
    each = family_answers(family, desk.live, desk.on, desk.place) if answers else []
    return CalculatorView(
        desk.name,
        state.dumps(),
        form=screens.form(state.person, family.members[state.now].told, desk.live, question),
        answers=tuple(
            for_workers(member.relation, results, desk.on)
            for member, results in zip(family.members, each, strict=False)
        ),
        members=tuple(one.relation for one in state.people),
        now=state.now,
        complete=state.complete,
        more=_more(state, question) if question else "",
        problem=problem,
        relations=RELATIONS,
        from_register=register.named,
        reveal=register.reveal,
    )


def _more(state: State, question: Question) -> str:
    words = question_words(question.key)
    if len(state.people) == 1 or question.member is None:
        return words
    return f"{state.people[question.member].relation}：{words}"


def moved(state: State, go: str) -> State:
    """To another member (member:N), to a new one (add), or one less (remove)."""
    word, _, number = go.partition(":")
    if word == "member" and number.isdecimal() and int(number) < len(state.people):
        return replace(state, now=int(number))
    if word == "add":
        return another(state, RELATIONS[-1])
    if word == "remove" and len(state.people) > 1:
        people = tuple(one for number, one in enumerate(state.people) if number != state.now)
        return replace(state, people=people, now=0)
    return state
