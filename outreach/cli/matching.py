"""`outreach match` and `outreach explain`: whom a policy fits, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.catalogue import document
from outreach.cli.documents import read_json
from outreach.cli.office import Here
from outreach.cli.options import Day
from outreach.cli.output import Answer, command
from outreach.errors import Missing

if TYPE_CHECKING:
    from outreach.audiences.service import Answer as Counts
    from segments.match import Match

PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="ID", help="政策 · name of the policy")
]
_ANSWERS = {"yes": "可能符合，请核实", "no": "不符合", "unknown": "资料不全，不能判断"}


class By(StrEnum):
    """How `match` divides its counts."""

    REGION = "region"
    AGE_BAND = "age_band"
    LANGUAGE = "language"


def match(
    here: Here,
    policy: PolicyOption,
    on: Day = None,
    by: Annotated[By | None, typer.Option(help="按什么分 · divide by")] = None,
    segment: Annotated[
        str | None,
        typer.Option(metavar="ID", help="只在这些对象里 · only among people of a segment"),
    ] = None,
) -> Answer:
    """匹配 · How many people of the register a policy fits.

    With --segment in scope is whoever may belong to it; likely are those who certainly belong and certainly fit.
    """
    from outreach.audiences import service as audiences
    from outreach.audiences.segments import service as segments
    from outreach.audiences.segments.schemas import Asked
    from outreach.policies import service as policies

    day = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        view = policies.get(connection, policy)
        home = office.settings.region
        part_by = by.value if by else ""
        if segment is None:
            total, parts = audiences.answers(connection, view, day, home=home, by=part_by)
        else:
            rule = segments.get(connection, segment).rule
            total, parts = segments.answers(connection, view, rule, Asked(day, home, by=part_by))
    counts = {key: value for key, value in total.as_dict().items() if key != "group"}
    data = {"policy": policy, "on": day, **counts, "by": [part.as_dict() for part in parts]}
    data |= {"segment": segment} if segment else {}
    return Answer(data, [f"{view.plain_name} · {day}", *lines_of(parts, total)])


def lines_of(parts: Sequence[Counts], total: Counts) -> list[str]:
    """Counts in words, part by part and together."""
    return [*(_counts(part, part.group or "不详") for part in parts), _counts(total, "合计")]


def _counts(part: Counts, name: str) -> str:
    return (
        f"  {name:<12} 很可能 {part.likely}，资料不全 {part.unknown}，"
        f"不符合 {part.not_}，不联系 {part.blocked}"
    )


def explain(
    here: Here,
    policy: PolicyOption,
    person: Annotated[
        str | None, typer.Option(metavar="REF", help="登记号 · number in the register")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="情况 · facts as JSON")
    ] = None,
    on: Day = None,
) -> Answer:
    """说明 · Whether a policy fits one person, with reasons. With --facts nothing else is needed."""
    if (person is None) == (facts is None):
        raise typer.BadParameter("--person REF | --facts FILE.json")
    day = on or here.today()
    found = (
        _explain_facts(policy, facts, day)
        if facts
        else _explain_person(here, policy, str(person), day)
    )
    # what somebody wrote into a file is borne out by no list
    sure = person is not None and found.answer == "yes" and not found.check
    lines = ["符合条件，可以申请" if sure else _ANSWERS[found.answer]]
    for mark, findings in (("✓", found.met), ("✗", found.failed), ("?", found.missing)):
        lines += [f"  {mark} {finding.text}" for finding in findings]
    lines += [f"  请人工核对：{text}" for text in found.check]
    lines += [f"  {found.becomes_true_on} 起符合"] if found.becomes_true_on else []
    lines += [f"  {found.ends_on} 后不再符合"] if found.ends_on else []
    return Answer(found.as_json(), lines)


def _explain_facts(policy: str, file: Path, on: date) -> Match:
    from outreach.policies.schemas import parameter_names
    from outreach.policies.timing import in_force
    from segments.match import match as compare
    from segments.parse import parse_rule
    from segments.person import Person

    told = document(policy)
    rule = in_force(parse_rule(told["rule"]), told)
    names = parameter_names(told)
    return compare(rule, Person.from_facts(read_json(file)), on, names)


def _explain_person(here: Here, policy: str, ref: str, on: date) -> Match:
    from outreach.access.scope import Scope
    from outreach.audiences import service as audiences
    from outreach.audiences.facts import facts_of
    from outreach.people import service as people
    from outreach.policies import service as policies

    if not ref.isdecimal():
        raise Missing("people.person", person=ref)
    with here.installation() as office, office.store.read() as connection:
        view = policies.get(connection, policy)
        number = people.get_person(connection, Scope(), int(ref)).id
        facts = facts_of(connection, [number])[number]
        return audiences.explain(view, facts, on, office.settings.region)


def add_to(app: typer.Typer) -> None:
    """Both stand at the root."""
    command(app, "match")(match)
    command(app, "explain")(explain)
