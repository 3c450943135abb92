"""Saved segments: what is written down, how it reads, for whom it holds; ready-made ones on the days that matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences.segments import ready, service
from outreach.audiences.segments.about import about_for, people_for, predicate
from outreach.audiences.segments.schemas import Asked, parse
from outreach.campaigns import service as campaigns
from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.models.campaigns import Campaign
from outreach.models.people import Household
from outreach.models.people import Person as Row
from outreach.models.policies import Policy, PolicyList, Reach
from outreach.policies import service as policies
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments.errors import RuleError
from segments.parse import parse_rule
from segments.person import Person
from segments.rules import Rule
from segments.truth import answer_on
from tests import town
from tests.audiences.test_matching import put
from tests.segments import strategies
from tests.segments.strategies import DAYS, POLICIES, clauses, people
from tests.town import EAST, TODAY, WEST

ELDERS = {"all": [{"field": "age", "op": ">=", "value": 65}]}


def document(**changes: Any) -> dict[str, Any]:
    return {"id": "elders", "name": "老人", "rule": ELDERS, **changes}


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def save(store: Store, scope: str = "", **changes: Any) -> bool:
    with store.begin() as connection:
        return service.save(connection, parse(document(**changes)), "zhou", Scope(scope))


# -- writing down ----------------------------------------------------------------------------------


def test_a_segment_is_saved_read_changed_and_deleted(home: Store) -> None:
    assert save(home)
    assert not save(home, name="65岁以上老人")
    with home.begin() as connection:
        view = service.get(connection, "elders")
        assert (view.name, view.by, service.read(connection, view.rule)) == (
            "65岁以上老人",
            "zhou",
            "年满65周岁",
        )
        assert service.get(connection, str(view.id)) == view
        assert service.everything(connection) == [view]
        service.delete(connection, "elders", "zhou", Scope())
        assert service.everything(connection) == []
        with pytest.raises(Missing):
            service.get(connection, "elders")


def test_the_reading_names_places_and_policies(home: Store) -> None:
    rule = parse_rule(
        {
            "all": [
                {"field": "region", "op": "within", "value": EAST},
                {"field": "eligible", "op": "has", "value": "check"},
            ],
            "none": [{"field": "applied", "op": "has", "value": "check"}],
        },
        segment=True,
    )
    with home.read() as connection:
        said = service.read(connection, rule)
    assert said == "居住在东村；符合“免费体检”；不包括：已申请“免费体检”"


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"id": None}, "audiences.missing_key", "id"),
        ({"rule": {}}, "audiences.missing_key", "rule"),
        ({"sql": "x"}, "audiences.unknown_key", "sql"),
        ({"id": "a b"}, "audiences.bad_ref", "a b"),
        ({"id": "x' OR 1=1 --"}, "audiences.bad_ref", "x' OR 1=1 --"),
        ({"id": 7}, "audiences.bad_ref", 7),
        ({"name": "长" * 61}, "audiences.bad_name", 60),
        ({"rule": {"all": [{"field": "age", "op": ">=", "value": {"param": "x"}}]}}, "audiences.open_parameter", "x"),
        ({"rule": {"all": [{"field": "age", "op": ">=", "value": "80"}]}}, "segments.bad_number", "all[0].value"),
        ({"rule": {"all": [{"field": "__class__", "op": ">=", "value": 80}]}}, "segments.unknown_field", "all[0].field"),
        ({"rule": {"any": [{"label": "甲", "all": [{"field": "age", "op": "; DROP", "value": 1}]}]}}, "segments.unknown_op", "any[0].all[0].op"),
        ({"rule": {"none": [{"field": "circumstances", "op": "has", "value": "1 OR 1=1"}]}}, "segments.unknown_circumstance", "none[0].value"),
        ({"rule": {"all": [{"field": "region", "op": "within", "value": "60' --"}]}}, "segments.bad_region", "all[0].value"),
        ({"rule": {"none": [{"field": "told", "op": "has", "value": "{{7*7}}"}]}}, "segments.bad_policy", "none[0].value"),
        ({"rule": "all"}, "segments.not_mapping", "rule"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(changes: dict[str, Any], code: str, place: Any) -> None:
    with pytest.raises((OutreachError, RuleError)) as caught:
        parse({key: value for key, value in document(**changes).items() if value is not None})
    error = caught.value
    assert isinstance(error, OutreachError | RuleError)
    assert error.code == code
    assert place in error.params.values()


def test_a_policy_that_nobody_knows_is_named_with_its_path(home: Store) -> None:
    rule = {
        "all": [{"field": "age", "op": ">=", "value": 60}],
        "any": [{"label": "甲", "all": [{"field": "told", "op": "has", "value": ["check", "gone"]}]}],
    }  # fmt: skip
    with pytest.raises(Invalid) as caught:
        save(home, rule=rule)
    assert caught.value.code == "audiences.unknown_policy"
    assert caught.value.params == {"path": "any[0].all[0].value[1]", "policy": "gone"}


HOSTILE = (
    "'; DROP TABLE person; --",
    '" OR ""="',
    "{{ 7*7 }}",
    "%s %(x)s :x",
    "__import__('os')",
    "\u0000",
    "🙂",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_words_of_users_stay_words(home: Store, name: str) -> None:
    text = name.replace("\u0000", "")
    if not text:
        return
    rule = {"all": [{"field": "age", "op": ">=", "value": 65, "text": text, "source": text}]}
    assert save(home, name=text, rule=rule)
    with home.read() as connection:
        view = service.get(connection, "elders")
        total, _ = service.count(connection, view.rule, Asked(TODAY))
        assert view.name == text
        assert (total.likely, total.not_) == (3, 1)
        with pytest.raises(Missing):
            service.get(connection, text)


def test_who_stands_lower_does_not_change_what_the_county_wrote(home: Store) -> None:
    save(home, town.COUNTY)
    with pytest.raises(Refused):
        save(home, EAST, name="东村的")
    with home.begin() as connection, pytest.raises(Refused):
        service.delete(connection, "elders", "dong", Scope(EAST))
    with pytest.raises(Conflict), home.begin() as connection:
        service.save(connection, parse(document()), "zhou", Scope(town.COUNTY), new=True)


def test_what_a_campaign_uses_is_not_deleted(home: Store) -> None:
    save(home)
    with home.begin() as connection:
        campaigns.create(connection, town.order(segment="elders"), "gan")
        with pytest.raises(Conflict) as caught:
            service.delete(connection, "elders", "zhou", Scope())
        assert caught.value.params == {"segment": "elders", "campaign": "winter"}
        connection.execute(update(Campaign).values(status="cancelled"))
        service.delete(connection, "elders", "zhou", Scope())


# -- counting --------------------------------------------------------------------------------------


def test_a_policy_inside_a_segment_counts_who_may_belong(home: Store, vault: Vault) -> None:
    """Likely where both are certain, unknown where one is open, and nobody who certainly does not belong."""
    rule = parse_rule({"all": [{"field": "sex", "op": "=", "value": "F"}]}, segment=True)
    with home.begin() as connection:
        connection.execute(delete(Row))
        for sex in ("F", "M", ""):
            for birth in (date(1950, 1, 1), None, town.THIRTY):
                town.add_person(connection, vault, sex=sex, birth=birth)
        town.add_person(connection, vault, sex="F", status="deceased")
        view = policies.get(connection, "check")
        total, _ = service.answers(connection, view, rule, Asked(TODAY))
        assert (total.likely, total.unknown, total.not_, total.blocked) == (1, 3, 2, 1)
        inside, _ = service.count(connection, rule, Asked(TODAY))
        assert (inside.likely, inside.unknown, inside.not_, inside.blocked) == (3, 3, 3, 1)
        _, parts = service.answers(connection, view, rule, Asked(TODAY, by="region", depth=12))
        assert [part.group for part in parts] == [EAST]
        nobody, _ = service.answers(connection, view, rule, Asked(TODAY, scope=WEST))
        assert (nobody.likely, nobody.unknown, nobody.not_, nobody.blocked) == (0, 0, 0, 0)


# -- ready-made ------------------------------------------------------------------------------------


def test_every_ready_made_segment_is_whole_and_reads(home: Store) -> None:
    found = ready.everything()
    assert len({one.ref for one in found}) == len(found) >= 15
    assert {"一老", "一小", "时限", "申领", "资料"} == {one.family for one in found}
    with home.begin() as connection:
        for one in found:
            order = one.filled("check" if one.policy else "")
            assert service.save(connection, order, "zhou", Scope())
            assert service.read(connection, order.rule)
            assert one.about.endswith("。")


def test_a_policy_is_put_in_as_a_value_and_nothing_else() -> None:
    with pytest.raises(Invalid):
        ready.get("not-applied").filled("x', op: exists}")
    filled = ready.get("last-30-days").filled("check")
    assert filled.data["none"][0] == {
        "field": "eligible", "op": "has", "value": "check", "in_days": 31,
    }  # fmt: skip
    with pytest.raises(Invalid):
        ready.get("not-applied").filled()
    with pytest.raises(Invalid):
        ready.get("old-60").filled("check")
    with pytest.raises(Missing):
        ready.get("nothing")


LEAP, PLAIN = date(2028, 2, 29), date(2027, 2, 28)


@pytest.mark.parametrize(
    ("ref", "on", "birth", "answer"),
    [
        ("old-80", TODAY, date(1946, 11, 23), "yes"),
        ("old-80", TODAY, date(1946, 11, 24), "no"),
        ("turning-80", TODAY, date(1946, 11, 23), "no"),
        ("turning-80", TODAY, date(1946, 11, 24), "yes"),
        ("turning-80", TODAY, date(1946, 12, 23), "yes"),
        ("turning-80", TODAY, date(1946, 12, 24), "no"),
        ("turning-80", TODAY, None, "unknown"),
        ("turning-80", date(2028, 1, 30), date(1948, 2, 29), "yes"),  # on the 29th itself
        ("turning-80", date(2028, 1, 29), date(1948, 2, 29), "no"),  # 31 days away
        ("turning-80", LEAP, date(1948, 2, 29), "no"),  # today it is complete
        ("turning-3", date(2027, 1, 30), date(2024, 2, 29), "yes"),  # 1 March 2027 is 30 days away
        ("turning-3", date(2027, 1, 29), date(2024, 2, 29), "no"),
        ("turning-3", PLAIN, date(2024, 2, 29), "yes"),
        ("turning-3", date(2027, 3, 1), date(2024, 2, 29), "no"),
        ("young-0-3", PLAIN, date(2024, 2, 29), "yes"),
        ("young-0-3", date(2027, 3, 1), date(2024, 2, 29), "no"),
        ("young-3-6", date(2027, 3, 1), date(2024, 2, 29), "yes"),
        ("young-3-6", date(2027, 3, 1), date(2020, 3, 1), "no"),
        ("no-birth", TODAY, None, "yes"),
        ("no-birth", TODAY, date(1990, 1, 1), "no"),
    ],
)  # fmt: skip
def test_ready_made_segments_turn_on_the_birthday(
    store: Store, vault: Vault, ref: str, on: date, birth: date | None, answer: str
) -> None:
    rule = ready.get(ref).filled().rule
    with store.begin() as connection:
        town.add_person(connection, vault, birth=birth)
        assert answer_on(rule, Person(birth=birth), on) == answer
        certain, possible = predicate(connection, rule, on)
        assert connection.execute(select(certain, possible).select_from(Row)).one() == (
            answer == "yes",
            answer != "no",
        )


ENDING = {
    **town.CHECK, "id": "baby", "official_name": "育儿补贴", "plain_name": "育儿补贴",
    "rule": {"all": [{"field": "age", "op": "<", "value": 3}]},
}  # fmt: skip


def of_segment(connection: Connection, ref: str, policy: str, on: date = TODAY) -> dict[str, str]:
    """Language of a person (their name in these tests) → yes, unknown or no."""
    certain, possible = predicate(connection, ready.get(ref).filled(policy).rule, on)
    rows = connection.execute(select(Row.language, certain, possible)).all()
    return {row[0]: "yes" if row[1] else "unknown" if row[2] else "no" for row in rows}


@pytest.fixture
def babies(home: Store, vault: Vault) -> Store:
    """Named by language: two whose right ends within 30 days, one whose does on the 31st, one long after."""
    births = {
        "last-day": date(2023, 11, 24), "day-30": date(2023, 12, 24), "day-31": date(2023, 12, 25), "later": date(2025, 1, 1),
        "leap": date(2024, 2, 29), "old": date(1950, 1, 1),
    }  # fmt: skip
    with home.begin() as connection:
        connection.execute(delete(Row))
        town.load(connection, ENDING)
        for name, birth in births.items():
            town.add_person(connection, vault, birth=birth, language=name)
    return home


def apply(connection: Connection, name: str, on: date = TODAY) -> None:
    person = connection.scalars(select(Row.id).where(Row.language == name)).one()
    policy = connection.scalars(select(Policy.id).where(Policy.ref == "baby")).one()
    connection.execute(
        insert(Reach).values(policy_id=policy, person_id=person, fact="applied", on=on)
    )


def listed(connection: Connection, cut_off: date = TODAY, unmatched: int = 0) -> None:
    policy = connection.scalars(select(Policy.id).where(Policy.ref == "baby")).one()
    connection.execute(
        insert(PolicyList).values(
            policy_id=policy, fact="applied", region="", cut_off=cut_off, rows=100, unmatched=unmatched,
            source="卫健局", at=clock.now(),
        )
    )  # fmt: skip


def test_last_30_days_and_not_applied(babies: Store) -> None:
    with babies.begin() as connection:
        assert of_segment(connection, "last-30-days", "baby") == {
            "last-day": "unknown", "day-30": "unknown", "day-31": "no", "later": "no", "leap": "no", "old": "no",
        }  # fmt: skip
        listed(connection)
        apply(connection, "day-30")
        found = of_segment(connection, "last-30-days", "baby")
        assert (found["last-day"], found["day-30"], found["day-31"]) == ("yes", "no", "no")
        # born on 29 February, three on 1 March 2027: the last day is the 28th
        first = date(2027, 2, 28) - timedelta(days=30)
        listed(connection, cut_off=first)
        assert of_segment(connection, "last-30-days", "baby", first)["leap"] == "yes"
        assert of_segment(connection, "last-30-days", "baby", first - timedelta(days=1))["leap"] == "no"  # fmt: skip


def test_who_did_not_apply_is_unknown_without_a_list(babies: Store) -> None:
    with babies.begin() as connection:
        apply(connection, "later")
        found = of_segment(connection, "not-applied", "baby")
        assert (found["later"], found["day-31"], found["old"]) == ("no", "unknown", "no")
        listed(connection, unmatched=6)  # too many of its rows fit nobody
        assert of_segment(connection, "not-applied", "baby")["day-31"] == "unknown"
        listed(connection)
        assert of_segment(connection, "not-applied", "baby")["day-31"] == "yes"
        late = TODAY + timedelta(days=40)  # the list is too old by then
        assert of_segment(connection, "not-applied", "baby", late)["later"] == "no"
        assert of_segment(connection, "not-applied", "baby", late)["leap"] == "unknown"


def test_gaps_of_the_register(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        connection.execute(delete(Row))
        house = insert(Household).values(id=1, key=b"1" * 16, complete=True)
        connection.execute(house)
        town.add_person(connection, vault, "+8613800000001", household_id=1, language="whole")
        town.add_person(connection, vault, language="bare")
        found = {
            ref: set(connection.scalars(select(Row.language).where(_certain(connection, ref))))
            for ref in ("no-phone", "household-incomplete", "no-hukou", "no-birth")
        }
    assert found == {
        "no-phone": {"bare"}, "household-incomplete": {"bare"}, "no-hukou": {"bare", "whole"}, "no-birth": set(),
    }  # fmt: skip


def _certain(connection: Connection, ref: str) -> ColumnElement[bool]:
    return predicate(connection, ready.get(ref).filled().rule, TODAY)[0]


# -- the two evaluations agree ---------------------------------------------------------------------


_PLAIN = st.one_of(
    strategies._numbers(), strategies._births(), strategies._choices(), strategies._PLACES, strategies._OPEN,
    strategies._days(),
)  # fmt: skip


@st.composite
def _policy(draw: st.DrawFn) -> dict[str, Any]:
    """A policy as the catalogue has it: a rule that reads no policy, a basis, maybe a region that fills in."""
    listed = draw(st.lists(_PLAIN, max_size=2))
    return {
        "rule": {"all": listed},
        "basis": draw(st.sampled_from(("hukou", "residence", None))),
        "start": draw(st.none() | st.sampled_from((0, 18, 60))),
    }  # fmt: skip


_REACH = st.fixed_dictionaries(
    {
        "person": st.integers(0, 5), "policy": st.integers(0, 1), "on": st.sampled_from(DAYS),
        "fact": st.sampled_from(("in_person", "delivered", "published", "relayed", "aware", "applied", "received")),
    }
)  # fmt: skip
_LISTS = st.fixed_dictionaries(
    {
        "policy": st.integers(0, 1), "fact": st.sampled_from(("applied", "received")),
        "region": st.sampled_from(("", "43", "4312", "431226")), "cut_off": st.sampled_from(DAYS),
        "unmatched": st.sampled_from((0, 5, 6)), "late": st.booleans(),
    }
)  # fmt: skip
_ABOUT = strategies._POLICIES
_PHONES = st.sampled_from(
    (
        {"field": "phone_kind", "op": "in", "value": ["own", "family"]},
        {"field": "phone_kind", "op": "exists", "value": False},
    )
)


@st.composite
def _segment(draw: st.DrawFn) -> Rule:
    """A rule in which facts about policies are sure to stand."""
    mixed = st.lists(_ABOUT | _PHONES | clauses(), max_size=2)
    ways = st.lists(st.builds(lambda each: {"label": "一项", "all": each}, mixed), max_size=2)
    data = {"all": [draw(_ABOUT), *draw(mixed)], "any": draw(ways), "none": draw(mixed)}
    return parse_rule(data, segment=True)


def views(ids: list[int], given_: list[dict[str, Any]]) -> list[PolicyView]:
    return [
        PolicyView(
            ids[n], ref, "live", ids[n], 1, "", {"plain_name": ref, **({"region_basis": one["basis"]} if one["basis"] else {})},
            parse_rule(one["rule"]), None, None, "",
            (LocalFacts("431226", {"start": one["start"]}, {}),) if one["start"] is not None else (),
        )
        for n, (ref, one) in enumerate(zip(POLICIES, given_, strict=True))
    ]  # fmt: skip


def known(connection: Connection, given_: list[dict[str, Any]]) -> list[int]:
    """The two policies in the catalogue, with their basis, so that reach knows how their lists are cut."""
    ids = []
    for ref, one in zip(POLICIES, given_, strict=True):
        basis = {"region_basis": one["basis"]} if one["basis"] else {}
        town.load(
            connection, {**town.CHECK, "id": ref, "official_name": ref, "plain_name": ref, **basis}
        )
        ids.append(connection.scalars(select(Policy.id).where(Policy.ref == ref)).one())
    return ids


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rule=_segment(), listed_=st.lists(people(), min_size=1, max_size=6), on=st.sampled_from(DAYS),
    given_=st.lists(_policy(), min_size=2, max_size=2), reach=st.lists(_REACH, max_size=6),
    lists=st.lists(_LISTS, max_size=3), phones=st.lists(st.sampled_from(("", "own", "clerk")), min_size=6, max_size=6),
    home=st.sampled_from(("", "4312")), homes=st.lists(st.sampled_from((None, 1, 2)), min_size=6, max_size=6),
    complete=st.booleans(),
)  # fmt: skip
def test_everybody_in_sql_and_each_one_alone_get_the_same_answer(
    store: Store, rule: Rule, listed_: list[Person], on: date, given_: list[dict[str, Any]], reach: list[dict[str, Any]],
    lists: list[dict[str, Any]], phones: list[str], home: str, homes: list[int | None], complete: bool,
) -> None:  # fmt: skip
    with store.begin() as connection:
        for table in (Reach, PolicyList):
            connection.execute(delete(table))
        mine = [replace(one, phone_kind=kind) for one, kind in zip(listed_, phones, strict=False)]
        put(connection, mine, homes, complete)
        ids = list(connection.scalars(select(Row.id).order_by(Row.id)))
        policies_ = known(connection, given_)
        for row in {(r["person"], r["policy"], r["fact"]): r for r in reach}.values():
            if row["person"] < len(ids):
                values = {"person_id": ids[row["person"]], "policy_id": policies_[row["policy"]]}
                connection.execute(insert(Reach).values(**values, fact=row["fact"], on=row["on"]))
        for row in lists:
            at = town.MORNING + timedelta(days=1 if row["late"] else -1)
            values = {key: row[key] for key in ("fact", "region", "cut_off", "unmatched")}
            connection.execute(
                insert(PolicyList).values(
                    policy_id=policies_[row["policy"]], rows=100, source="", at=at, **values
                )
            )
        shown = views(policies_, given_)
        from outreach.audiences.predicates import members
        from segments.compile import compile_rule

        certain, possible = compile_rule(
            rule, Row, on, about=about_for(connection, shown, home), members=members
        )
        rows = connection.execute(select(Row.id, certain, possible).order_by(Row.id)).all()
        facts = people_for(connection, ids, shown, home)
        expected = {n: answer_on(rule, facts[n], on) for n in ids}
        for table in (Reach, PolicyList):
            connection.execute(delete(table))
        put(connection, [], homes, complete)
    assert all(possible or not certain for _, certain, possible in rows)
    assert {
        n: "yes" if sure else "unknown" if maybe else "no" for n, sure, maybe in rows
    } == expected
