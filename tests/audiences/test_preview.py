"""Totals, their parts and what would settle most: from SQL and from the snapshot, held against each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from outreach.access.scope import under
from outreach.audiences import preview, service, settling, snapshot
from outreach.audiences.facts import facts_of
from outreach.audiences.gaps import Fact
from outreach.audiences.segments import service as segments
from outreach.audiences.segments.schemas import Asked
from outreach.audiences.snapshot import keeping
from outreach.models.people import Household
from outreach.models.people import Person as Row
from outreach.policies import service as policies
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from segments.fields import FIELDS
from segments.parse import parse_rule
from segments.person import Person
from segments.regions import ancestors
from segments.rules import Clause, Rule
from segments.truth import either, opposite, truth_of, way_holds
from tests import town
from tests.segments.strategies import DAYS, people, rules

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
COLUMNS = [name for name in Person.__dataclass_fields__ if name not in ("members", "about")]


def view(rule: Rule, locals_: tuple[LocalFacts, ...] = (), basis: str = "") -> PolicyView:
    said = {"plain_name": "某项政策", **({"region_basis": basis} if basis else {})}
    return PolicyView(1, "p", "live", 1, 1, "", said, rule, None, None, "", locals_)


LOCALS = st.lists(
    st.builds(
        lambda region, start: LocalFacts(region, {"start": start}, {}),
        st.sampled_from(("43", "431226", "431226101001")),
        st.sampled_from((18, 80)),
    ),
    max_size=2,
    unique_by=lambda local: local.region,
).map(tuple)


def of_clause(clause: Clause, one: Person) -> set[Fact]:
    """The plain oracle: what an undecided clause lacks of a person."""
    if clause.parameters:
        return {Fact("parameter", name) for name in clause.parameters}
    if FIELDS[clause.field] == "flags":
        lacks = vocabulary.mask(clause.operands or ()) & ~one.circumstances_known
        return {Fact("list", code) for code in vocabulary.codes(lacks)}
    if clause.field == "retires_in":
        lacking = {"birth_date"} if one.birth is None else set()
        lacking |= {"sex"} if not one.sex else set()
        lacking |= {"job_kind"} if not one.job_kind and one.sex != "M" else set()
        return {Fact("field", name) for name in lacking}
    return {Fact("field", "birth_date" if clause.field == "age" else clause.field)}


def of_rule(rule: Rule, one: Person, on: date) -> Iterator[Fact]:
    undecided = [clause for clause in rule.all if truth_of(clause, one, on) is None]
    undecided += [clause for clause in rule.none if opposite(truth_of(clause, one, on)) is None]
    if rule.any and either(way_holds(way, one, on) for way in rule.any) is None:
        for way in rule.any:
            if way_holds(way, one, on) is None:
                undecided += [clause for clause in way.all if truth_of(clause, one, on) is None]
    for clause in undecided:
        yield from of_clause(clause, one)


def lacks(policy: PolicyView, one: Person, on: date, home: str) -> set[Fact]:
    field = "hukou_region" if policy.facts.get("region_basis") == "hukou" else "region"
    place = getattr(one, field)
    found = set(of_rule(policy.rule_for(place, home), one, on))
    for deeper in policy.ruled_below(place):
        assert place in ancestors(deeper)
        found |= {Fact("field", field), *of_rule(policy.rule_for(deeper, home), one, on)}
    return found


@FEW
@given(
    rule=rules(), listed=st.lists(people(), max_size=10), on=st.sampled_from(DAYS), locals_=LOCALS,
    basis=st.sampled_from(("", "hukou")), home=st.sampled_from(("", "4312")), scope=st.sampled_from(("", "4312")),
)  # fmt: skip
def test_what_is_missing_is_what_each_person_lacks(
    store: Store, rule: Rule, listed: list[Person], on: date, locals_: Any, basis: str, home: str, scope: str
) -> None:  # fmt: skip
    policy, asked = view(rule, locals_, basis), Asked(on, home, scope)
    with store.begin() as connection:
        connection.execute(delete(Row))
        moment = {"created_at": town.MORNING, "updated_at": town.MORNING}
        for one in listed:
            facts = {name: getattr(one, name) for name in COLUMNS}
            connection.execute(insert(Row).values({**facts, **moment}))
    keeping.forget()
    alone: Counter[Fact] = Counter()
    among: Counter[Fact] = Counter()
    with store.read() as connection:
        inside = connection.scalars(select(Row.id).where(under(Row.region, scope)))
        for one in facts_of(connection, list(inside)).values():
            if service.answer(policy, one, on, home) == "unknown":
                found = lacks(policy, one, on, home)
                assert found
                among.update(found)
                alone.update(found if len(found) == 1 else ())
        in_sql = settling.settle(connection, policy, asked)
        assert snapshot.current(connection) is not None
        assert settling.settle(connection, policy, asked) == in_sql
    assert {gap.fact: (gap.alone, gap.among) for gap in in_sql} == {
        fact: (alone[fact], number) for fact, number in among.items()
    }


@settings(max_examples=150, deadline=None)
@given(clauses=rules(), one=people(), known=people(), on=st.sampled_from(DAYS))
def test_who_lacks_one_fact_alone_is_decided_by_it(
    clauses: Rule, one: Person, known: Person, on: date
) -> None:
    policy = view(clauses)
    if service.answer(policy, one, on) != "unknown":
        return
    found = lacks(policy, one, on, "")
    for fact in found if len(found) == 1 else ():
        if fact.kind == "list":
            bit = vocabulary.mask([fact.name])
            for has in (0, bit):
                told = replace(
                    one, circumstances=one.circumstances | has, circumstances_known=one.circumstances_known | bit
                )  # fmt: skip
                assert service.answer(policy, told, on) != "unknown"
        elif fact.kind == "field" and fact.name in Person.__dataclass_fields__:
            value = getattr(known, fact.name)
            whole = (
                not isinstance(value, tuple) or None not in value
            )  # a member of unknown age is not knowing
            if value not in (None, "") and whole and FIELDS[fact.name] != "region":
                told = replace(one, **{fact.name: value})
                assert service.answer(policy, told, on) != "unknown"


INSURED = {"field": "circumstances", "op": "has", "value": "ins.employee"}
RULE = {
    "all": [{"field": "age", "op": ">=", "value": 60}, {"field": "income_month", "op": "<=", "value": {"param": "x"}}],
    "none": [INSURED],
}  # fmt: skip


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """Of nine people over 60 nobody knows whether five are insured; of two of these not when they were born."""
    with store.begin() as connection:
        town.build(connection, vault)
        connection.execute(delete(Row))
        for number in range(9):
            known = 0 if number < 5 else town.EMPLOYEE
            town.add_person(
                connection,
                vault,
                circumstances_known=known,
                birth=None if number < 2 else date(1950, 1, 1),
                region=town.WEST if number % 2 else town.EAST,
                language="" if number else "ug",
                income_month=100,
            )
        town.load(
            connection,
            {**town.CHECK, "id": "gap", "parameters": {"x": {"zh": "收入线", "type": "number"}}, "rule": RULE},
        )  # fmt: skip
    return store


def test_it_says_which_list_would_settle_how_many(home: Store) -> None:
    asked = Asked(town.TODAY)
    with home.begin() as connection:
        policy = policies.get(connection, "gap")
        assert settling.settle(connection, policy, asked)[0].says == "本地填写“收入线”，可确认 4 人"
        policies.fill_in(connection, "gap", town.COUNTY, parameters={"x": 500})
    with home.read() as connection:
        policy = policies.get(connection, "gap")
        gaps = [gap.as_dict() for gap in settling.settle(connection, policy, asked)]
    assert gaps == [
        {"kind": "list", "name": "ins.employee", "alone": 3, "among": 5, "text": "导入职工医保参保名单，可确认 3 人"},
        {"kind": "field", "name": "birth_date", "alone": 0, "among": 2, "text": "补齐出生日期，可确认 0 人"},
    ]  # fmt: skip


def test_over_several_policies_the_list_that_settles_most_comes_first(home: Store) -> None:
    with home.read() as connection:
        views = policies.all_policies(connection)
        asked = Asked(town.TODAY)
        found = settling.most_helpful(
            connection, [*views, policies.get(connection, "insure")], asked
        )
        once = settling.most_helpful(connection, views, asked)
        gaps = [one for view in views for one in settling.settle(connection, view, asked)]
    alone = sum(one.alone for one in gaps if one.fact == Fact("list", "ins.employee"))
    assert alone > 0
    assert (once[0].circumstance, once[0].answers) == ("ins.employee", alone)
    assert found[0].answers > alone  # the policy that was named twice counts twice
    assert all(one.answers for one in found)


@pytest.mark.parametrize("segment", [None, {"all": [INSURED]}, {"none": [INSURED]}])
def test_totals_and_parts_are_the_same_both_ways(home: Store, segment: Any) -> None:
    wanted = None if segment is None else parse_rule(segment, segment=True)
    for scope in ("", town.WEST, "600199"):
        asked = Asked(town.TODAY, town.COUNTY, scope)
        keeping.forget()
        with home.read() as connection:
            policy = policies.get(connection, "gap")
            slow = preview.totals(connection, policy, asked, wanted)
            parts = preview.breakdowns(connection, policy, asked, wanted)
            gaps = settling.settle(connection, policy, asked, wanted)
            snapshot.current(connection)
            assert preview.totals(connection, policy, asked, wanted) == slow
            assert preview.breakdowns(connection, policy, asked, wanted) == parts
            assert settling.settle(connection, policy, asked, wanted) == gaps
            for by, some in parts.items():
                assert service.summed(some) == slow
                one_by_one = (
                    service.answers(
                        connection, policy, town.TODAY, scope=scope, home=town.COUNTY, by=by
                    )
                    if wanted is None
                    else segments.answers(connection, policy, wanted, replace(asked, by=by))
                )
                assert one_by_one == (slow, some)


def test_a_snapshot_is_made_in_a_thread_of_its_own(home: Store) -> None:
    keeping.forget()
    with home.read() as connection:
        assert snapshot.current(connection, load=False) is None
    snapshot.warm(home).join()
    with home.read() as connection:
        assert snapshot.current(connection, load=False) is not None


def test_households_and_their_members_are_a_gap_of_their_own(store: Store, vault: Vault) -> None:
    rule = {"all": [{"field": "members", "op": ">=", "value": 2, "aged": [0, 17]}]}
    with store.begin() as connection:
        connection.execute(insert(Household).values(id=1, key=b"1" * 16))
        town.add_person(connection, vault, household_id=1)
    with store.read() as connection:
        (gap,) = settling.settle(connection, view(parse_rule(rule)), Asked(town.TODAY))
    assert (gap.fact.name, gap.says) == ("members", "把家庭成员登记齐全，可确认 1 人")
