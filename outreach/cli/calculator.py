"""`outreach calculate`: every policy for one person or a household, and what to ask next. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.documents import read_json
from outreach.cli.office import Here
from outreach.cli.options import Day
from outreach.cli.output import Answer, command
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.audiences.calculator import Benefit, Family, Place, Question, Result
    from outreach.policies.schemas import PolicyView


def calculate(
    here: Here,
    facts: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="一个人的情况 · facts of one person")
    ] = None,
    household: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="一家人的情况 · facts of a household")
    ] = None,
    on: Day = None,
    place: Annotated[
        str, typer.Option(metavar="CODE", help="在哪里（默认本单位的地区） · region it is asked in")
    ] = "",
) -> Answer:
    """查政策 · What a person or a household may claim, and the question that settles most."""
    if (facts is None) == (household is None):
        raise typer.BadParameter("--facts FILE.json | --household FILE.json")
    day = on or here.today()
    policies, where = _catalogue(here, place)
    if facts is not None:
        return _person(read_json(facts), policies, day, where)
    return _household(read_json(household or Path()), policies, day, where)


def _catalogue(here: Here, place: str) -> tuple[list[PolicyView], Place]:
    """The installation's live policies, or where there is none the shipped ones."""
    from outreach.audiences.calculator import Place
    from outreach.audiences.calculator.shipped import shipped
    from outreach.policies import service

    asked = _region(place)
    settings = here.settings()
    if not settings.database_url and not (settings.data_dir / "outreach.db").exists():
        return shipped(), Place(asked, asked)
    with here.installation() as office, office.store.read() as connection:
        home = office.settings.region
        if not asked.startswith(home) and asked:
            raise Invalid("calculator.place_outside", place=asked, home=home)
        live = [one for one in service.all_policies(connection) if one.status == "live"]
        return live, Place(asked or home, home)


def _region(code: str) -> str:
    from segments.regions import cut

    try:
        return cut(code)
    except ValueError as error:
        raise Invalid("calculator.bad_place", place=code) from error


def _person(data: object, policies: Sequence[PolicyView], on: date, place: Place) -> Answer:
    from outreach.audiences import calculator

    told = calculator.told_of(data, on, place.here)
    family = calculator.Family((calculator.Member("", told),))
    results = calculator.answers(policies, told, on, place)
    asked = calculator.ask(family, policies, on, place, calculator.YEAR)
    answer = {
        "on": on,
        "place": place.here,
        "results": [one.as_json() for one in results],
        "next": _next(asked),
    }
    return Answer(answer, [*_lines(results), *_next_lines(asked, family)])


def _household(data: object, policies: Sequence[PolicyView], on: date, place: Place) -> Answer:
    from outreach.audiences import calculator

    family = calculator.family_of(data, on, place.here)
    each = calculator.family_answers(family, policies, on, place)
    together = calculator.benefits(each, calculator.TIERS[:4])
    asked = calculator.ask(family, policies, on, place, calculator.YEAR)
    members = zip(family.members, each, strict=True)
    answer = {
        "on": on,
        "place": place.here,
        "complete": family.complete,
        "members": [
            {"relation": one.relation, "results": [result.as_json() for result in results]}
            for one, results in members
        ],
        "together": [_together(one) for one in together],
        "next": _next(asked),
    }
    return Answer(answer, [*_family_lines(together, family), *_next_lines(asked, family)])


def _together(one: Benefit) -> dict[str, Any]:
    return {
        "policy": one.policy.ref,
        "name": one.policy.plain_name,
        "tier": one.tier,
        "members": [{"member": number, "tier": result.tier} for number, result in one.members],
    }


def _next(asked: Question | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    from outreach.audiences.calculator import question_words

    return {
        "question": asked.key,
        "words": question_words(asked.key),
        "member": asked.member,
        "settles": round(asked.settles, 3),
        "touches": asked.touches,
    }


def _lines(results: Sequence[Result]) -> Iterator[str]:
    for one in results:
        if one.tier != "no" and not one.unlikely:
            yield f"{one.words}  {one.policy.plain_name}（{one.policy.ref}）  {one.amount.text}"
            yield from (f"    ✓ {finding.text}" for finding in one.match.met)
            yield from (f"    ? {finding.text}" for finding in one.match.missing)
            yield from (f"    请人工核对：{text}" for text in one.match.check)
            yield from _days(one)
            yield f"    带：{'、'.join(one.bring)}；到：{one.word('where')}；问：{one.phone}"


def _days(one: Result) -> Iterator[str]:
    begins = one.match.becomes_true_on or one.opens
    if begins:
        yield f"    {begins} 起"
    if one.match.ends_on:
        yield f"    到 {one.match.ends_on} 为止"


def _family_lines(together: Sequence[Benefit], family: Family) -> Iterator[str]:
    for one in together:
        names = "、".join(_name(family, number) for number, _ in one.members)
        yield f"{one.members[0][1].words}  {one.policy.plain_name}（{one.policy.ref}）  {names}"


def _name(family: Family, number: int) -> str:
    return family.members[number].relation or f"第{number + 1}位"


def _next_lines(asked: Question | None, family: Family) -> Iterator[str]:
    if asked is None:
        yield "没有要再问的了。"
        return
    from outreach.audiences.calculator import question_words

    many = len(family.members) > 1
    of = "全家" if asked.member is None else _name(family, asked.member)
    yield f"再问一句最管用：{f'（{of}）' if many else ''}{question_words(asked.key)}"


def add_to(app: typer.Typer) -> None:
    """It stands at the root."""
    command(app, "calculate")(calculate)
