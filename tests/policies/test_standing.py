"""Who stands for a policy, how sensitive it is, and every reason that keeps a campaign in draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from outreach import clock
from outreach.campaigns import service as campaigns
from outreach.errors import Invalid, Refused
from outreach.policies import leaving, readiness, reviews, service, signing
from outreach.policies.leaving import Exit
from outreach.policies.reviews import Finding
from outreach.store import Store
from outreach.vault import Vault
from outreach.wording import say
from segments import vocabulary
from tests import town
from tests.town import CHECK, COUNTY, EAST, MORNING, TODAY, TOWN

JOINT: Mapping[str, Any] = {**CHECK, "co_offices": ["财政局", "医保局", "卫健局"]}
ALL = ("卫健局", "财政局", "医保局")
GRADES: Mapping[str, Any] = {
    **JOINT, "id": "grades",
    "parameters": {"also": {"zh": "本地扩大的类别", "type": "circumstances"}},
    "rule": {"all": [
        {"field": "age", "op": ">=", "value": 65},
        {"field": "circumstances", "op": "has_any", "value": {"param": "also"}},
    ]},
}  # fmt: skip


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with clock.fixed(MORNING), store.begin() as connection:
        town.build(connection, vault)
    return store


def missing(connection: Connection, ref: str = "check", region: str = COUNTY) -> tuple[str, ...]:
    return signing.missing_sign_offs(service.get(connection, ref), region)


# -- departments sign ------------------------------------------------------------------------------------


def test_each_department_signs_once_the_owning_one_first(store: Store) -> None:
    with store.begin() as connection:
        service.load(connection, JOINT)
        assert missing(connection) == ALL
        for left, department in enumerate(ALL, 1):
            signing.sign(connection, "check", department, "甲")
            signing.sign(connection, "check", department, "乙")
            assert missing(connection) == ALL[left:]
        signed = service.get(connection, "check").sign_offs
    assert {(one.department, one.by) for one in signed} == {(name, "甲") for name in ALL}


@pytest.mark.parametrize(
    ("department", "by", "code"),
    [
        ("教育局", "甲", "policies.not_its_department"),
        ("", "甲", "policies.not_its_department"),
        ("财政局", " ", "policies.signer_needed"),
    ],
)
def test_who_cannot_sign(store: Store, department: str, by: str, code: str) -> None:
    with store.begin() as connection:
        service.load(connection, JOINT)
        with pytest.raises(Invalid) as caught:
            signing.sign(connection, "check", department, by)
        assert caught.value.code == code
        assert missing(connection) == ALL
    if department:
        assert department in say(code, "zh", **caught.value.params) or by == " "


CHANGES: list[Any] = [
    pytest.param({"facts": {"amount": {"status": "local", "text": "每年两次", "value": 2}}}, True, id="the amount"),
    pytest.param({"facts": {"window": {"text": "只在春天"}}}, True, id="the window"),
    pytest.param({"facts": {"where": "县医院"}}, False, id="only the place"),
    pytest.param({"facts": {"phone": "110", "notes": "周末不办"}}, False, id="only phone and notes"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "again"), CHANGES)
def test_who_signed_signs_again_when_what_it_stood_for_changes(
    store: Store, change: dict[str, Any], again: bool
) -> None:
    with store.begin() as connection:
        town.load(connection, JOINT)
        assert missing(connection) == ()
        service.fill_in(connection, "check", EAST, by="乙", **change)
        view = service.get(connection, "check")
        assert missing(connection) == (ALL if again else ())
        assert set(signing.lapsed(view)) == (set(ALL) if again else set())
        for department in ALL:
            signing.sign(connection, "check", department, "丙")
        assert missing(connection) == ()


def test_a_region_may_name_its_own_department(store: Store) -> None:
    with store.begin() as connection:
        town.load(connection, JOINT)
        service.fill_in(connection, "check", TOWN, facts={"office": "镇卫健办"})
        assert missing(connection, region=COUNTY) == ALL
        assert missing(connection, region=EAST) == ("镇卫健办", "财政局", "医保局", "卫健局")
        signing.sign(connection, "check", "镇卫健办", "甲")
        assert missing(connection, region=EAST)[0] == "财政局"


def test_a_new_version_is_signed_anew_and_a_copy_keeps_its_signatures(home: Store) -> None:
    with home.begin() as connection:
        town.released(connection)
        service.fill_in(connection, "check", COUNTY, facts={"where": "县医院"})
        assert (service.get(connection, "check").number, missing(connection)) == (2, ())
        town.load(connection, {**CHECK, "where": "中医院"}, verified=False)
        assert (service.get(connection, "check").number, missing(connection)) == (3, ("卫健局",))


# -- how sensitive ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fills", "region", "found"),
    [
        pytest.param([], COUNTY, "sensitive", id="a list that nobody has filled in"),
        pytest.param([(COUNTY, ["emp.flex"])], COUNTY, "open", id="filled in with what everybody may know"),
        pytest.param([(COUNTY, [])], COUNTY, "open", id="filled in with nothing"),
        pytest.param([(COUNTY, ["income.dibao"])], COUNTY, "sensitive", id="filled in with a hardship"),
        pytest.param([(COUNTY, ["emp.flex"])], "600102", "sensitive", id="still open in the county beside it"),
        pytest.param(
            [(COUNTY, ["emp.flex"]), (EAST, ["dis.severe"])], COUNTY, "sensitive", id="a village adds a disability",
        ),
        pytest.param(
            [(COUNTY, ["emp.flex"]), (EAST, ["dis.severe"])], TOWN[:-1] + "9", "open", id="elsewhere in the county",
        ),
    ],
)  # fmt: skip
def test_sensitivity_follows_what_the_rule_reads_at_a_place(
    store: Store, fills: list[tuple[str, list[str]]], region: str, found: str
) -> None:
    assert not vocabulary.by_code("emp.flex").sensitive
    with store.begin() as connection:
        service.load(connection, GRADES)
        for place, codes in fills:
            service.fill_in(connection, "grades", place, parameters={"also": codes})
        assert service.get(connection, "grades").sensitivity(region) == found


# -- what keeps a campaign a draft -------------------------------------------------------------------------


def _unsigned(connection: Connection) -> None:
    town.load(connection, JOINT, verified=False)
    service.verify(connection, "check", "核验员")
    signing.sign(connection, "check", "卫健局", "核验员")
    signing.sign(connection, "check", "医保局", "核验员")


def _open_parameter(connection: Connection) -> None:
    town.load(connection, {**GRADES, "id": "check", "co_offices": []})


def _overdue(connection: Connection) -> None:
    town.load(connection, {**CHECK, "review_due": str(TODAY - timedelta(days=1))})


def _revising(connection: Connection) -> None:
    reviews.record(connection, "check", Finding("change", TODAY, "条件要改"), "甲")


def _withdrawn(connection: Connection) -> None:
    leaving.withdraw(connection, "check", Exit(TODAY), "甲", TODAY)


def _contradicting(connection: Connection) -> None:
    town.load(connection, {**CHECK, "id": "other", "plain_name": "体检", "where": "县医院"})


def _unverified(connection: Connection) -> None:
    town.load(connection, {**CHECK, "phone": "110"}, verified=False)
    signing.sign(connection, "check", "卫健局", "甲")


REASONS: list[Any] = [
    pytest.param(_unverified, "campaigns.policy_unverified", "免费体检", id="nobody verified it"),
    pytest.param(_unsigned, "policies.sign_off_missing", "财政局", id="a co-department has not signed"),
    pytest.param(_open_parameter, "policies.parameter_open", "本地扩大的类别", id="a parameter is open"),
    pytest.param(_overdue, "policies.review_overdue", "2026-11-22", id="the review is overdue"),
    pytest.param(_revising, "policies.in_revision", "免费体检", id="it is being revised"),
    pytest.param(_withdrawn, "campaigns.policy_not_live", "2026-11-23", id="it is withdrawn"),
    pytest.param(_contradicting, "policies.contradiction_open", "卫健局", id="another one says something else"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "named"), REASONS)
def test_each_reason_keeps_a_campaign_in_draft_and_is_said(
    home: Store, change: Callable[[Connection], None], code: str, named: str
) -> None:
    with home.begin() as connection:
        campaigns.create(connection, town.order(), "gan", COUNTY)
        views = service.all_policies(connection, ["check", "insure"])
        assert readiness.faults(connection, views, COUNTY, TODAY, COUNTY) == []
        change(connection)
        views = service.all_policies(connection, ["check", "insure"])
        assert [one for one, _ in readiness.faults(connection, views, COUNTY, TODAY, COUNTY)] == [
            code
        ]
        with pytest.raises(Refused) as caught:
            campaigns.submit(connection, "winter", "gan", TODAY)
        assert campaigns.get(connection, "winter")["status"] == "draft"
    assert caught.value.code == code
    for lang in ("zh", "en"):
        said = say(code, lang, **caught.value.params)
        assert (named in said, "{" in said) == (True, False)


def test_what_concerns_other_policies_or_other_places_keeps_nothing_back(home: Store) -> None:
    with home.begin() as connection:
        campaigns.create(connection, town.order(policies=["insure"]), "gan", COUNTY)
        for change in (_contradicting, _revising):
            change(connection)
        assert campaigns.submit(connection, "winter", "gan", TODAY)


def test_a_review_is_due_from_the_day_after(home: Store) -> None:
    with home.begin() as connection:
        town.load(connection, {**CHECK, "review_due": str(TODAY)})
        view = service.get(connection, "check")
    assert [reviews.overdue(view, TODAY + timedelta(days=n)) for n in (0, 1)] == [False, True]
    assert reviews.due_on(view) == date(2026, 11, 23)
