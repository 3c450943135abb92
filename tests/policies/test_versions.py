"""A changed document is a new version: what regions filled in goes with it, and what changed is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.campaigns import service as campaigns
from outreach.errors import Invalid, Missing
from outreach.policies import carrying, service, versions
from outreach.policies.schemas import PolicyView
from outreach.store import Store
from outreach.vault import Vault
from segments.parse import parse_rule
from tests import town
from tests.town import CHECK, COUNTY, EAST, TODAY

PARAMETERS = {
    "start": {"zh": "起始年龄", "type": "number"},
    "also": {"zh": "扩大的类别", "type": "circumstances"},
    "extra": {"zh": "另外增发（元）", "type": "number"},
}
FIRST: Mapping[str, Any] = {
    **CHECK, "id": "aged", "parameters": PARAMETERS,
    "rule": {
        "all": [{"field": "age", "op": ">=", "value": {"param": "start"}}],
        "none": [{"field": "circumstances", "op": "has_any", "value": {"param": "also"}}],
    },
}  # fmt: skip
FILLED = {"start": 70, "also": ["income.dibao"], "extra": 20}


def after(store: Store, **changes: Any) -> tuple[PolicyView, PolicyView]:
    """Version 1, filled in by the county and a village, and version 2 with `changes`."""
    with store.begin() as connection:
        service.load(connection, FIRST)
        service.fill_in(
            connection,
            "aged",
            COUNTY,
            parameters=FILLED,
            facts={"where": "县医院"},
            by="甲",
            on=TODAY,
        )
        service.fill_in(connection, "aged", EAST, facts={"phone": "110"}, by="乙")
        document = service.check_document({**FIRST, **changes}, "p.yaml")
        assert service.load(connection, document) == ("aged", True)
        before = versions.previous_version(connection, "aged")
        assert before is not None
        return before, service.get(connection, "aged")


def test_local_facts_go_with_the_new_version(store: Store) -> None:
    before, now = after(store, one_line="满70岁")
    county, village = now.local_chain(COUNTY)[0], now.local_chain(EAST)[0]
    assert (now.number, now.verified_by, now.sign_offs) == (2, "", ())
    assert (county.parameters, county.facts) == (FILLED, {"where": "县医院"})
    assert (county.verified_by, county.verified_on) == ("甲", TODAY)
    assert (village.facts, village.verified_by) == ({"phone": "110"}, "乙")
    assert {one.fate for one in carrying.kept(before, now)} == {"carried"}


FATES: list[Any] = [
    pytest.param({"parameters": {**PARAMETERS, "extra": ...}}, "extra", "gone", id="a parameter that is gone"),
    pytest.param(
        {"parameters": {**PARAMETERS, "extra": {"zh": "从哪天起", "type": "date"}}}, "extra", "unfit",
        id="a number that should now be a day",
    ),
    pytest.param(
        {"rule": {"all": [{"field": "sex", "op": "in", "value": {"param": "start"}}]}}, "start", "unfit",
        id="an age where the rule now asks for a sex",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "fate"), FATES)
def test_what_cannot_be_carried_is_listed_and_stays_in_the_old_version(
    store: Store, changes: dict[str, Any], key: str, fate: str
) -> None:
    declared = changes.get("parameters")
    if declared:
        changes = {"parameters": {name: one for name, one in declared.items() if one is not ...}}
    before, now = after(store, **changes)
    lost = [one for one in carrying.kept(before, now) if one.fate != "carried"]
    assert [(one.region, one.key, one.value, one.fate) for one in lost] == [
        (COUNTY, key, FILLED[key], fate)
    ]
    assert now.local_chain(COUNTY)[0].parameters == {
        name: value for name, value in FILLED.items() if name != key
    }
    assert before.local_chain(COUNTY)[0].parameters == FILLED


def test_what_the_document_now_says_differently_beneath_a_region_is_pointed_out(
    store: Store,
) -> None:
    before, now = after(store, where="乡镇卫生院")
    beneath = [(one.region, one.key) for one in carrying.kept(before, now) if one.beneath]
    assert beneath == [(COUNTY, "where")]
    assert now.facts_at(COUNTY)["where"] == "县医院"


def test_a_campaign_keeps_the_version_that_it_froze(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        town.build(connection, vault)
        town.released(connection)
        signed = service.get(connection, "check").version_id
        town.load(connection, {**CHECK, "where": "新卫生院"}, verified=False)
        frozen = campaigns.get(connection, "winter")["frozen"]
        (kept,) = service.by_versions(connection, [signed])
    assert (kept.number, kept.facts["where"]) == (1, "卫生院")
    assert set(frozen["policies"]) == {"check", "insure"}


def test_a_value_of_the_wrong_type_names_the_parameter(store: Store) -> None:
    with store.begin() as connection:
        service.load(connection, FIRST)
        for value in ("二十", -1, True, [1]):
            with pytest.raises(Invalid, match="bad_parameter") as caught:
                service.fill_in(connection, "aged", COUNTY, parameters={"extra": value})
            assert caught.value.params["parameter"] == "extra"
        service.fill_in(connection, "aged", COUNTY, parameters={"extra": None, "also": []})


# -- what changed ---------------------------------------------------------------------------------------


def test_the_difference_is_read_line_by_line_and_fact_by_fact(store: Store) -> None:
    rule = {
        "all": [{"field": "age", "op": ">=", "value": 65}],
        "any": [{"label": "女性", "all": [{"field": "sex", "op": "=", "value": "F"}]}],
        "none": FIRST["rule"]["none"], "check": ["常住本地"],
    }  # fmt: skip
    before, now = after(
        store, rule=rule, amount={**town.AMOUNT, "value": 2}, where="中医院", phone="120"
    )
    found = versions.difference(before, now)
    assert found.gone == ("年满【起始年龄】周岁",)
    assert found.come == ("年满65周岁", "或者女性：女性", "要核实：常住本地")
    said = {one.key: (one.name, one.before, one.after) for one in found.facts}
    assert said["where"] == ("到哪里办", "卫生院", "中医院")
    assert said["phone"] == ("电话", "", "120")
    assert said["amount"][1] != said["amount"][2]
    assert "value=2" in said["amount"][2]
    assert set(said) == {"where", "phone", "amount"}


def test_versions_are_found_by_number(store: Store) -> None:
    after(store, one_line="满70岁")
    with store.read() as connection:
        assert [one.number for one in versions.history(connection, "aged")] == [2, 1]
        assert versions.version(connection, "aged", 1).facts["one_line"] == CHECK["one_line"]
        with pytest.raises(Missing, match="no_version"):
            versions.version(connection, "aged", 3)
        with pytest.raises(Missing, match="unknown"):
            versions.history(connection, "hpv")


def test_the_first_version_has_none_before_it(store: Store) -> None:
    with store.begin() as connection:
        service.load(connection, FIRST)
        assert versions.previous_version(connection, "aged") is None


def test_continuous_months_become_months_in_all(store: Store) -> None:
    """连续6个月 → 累计6个月, the change that the flexible workers' subsidy is known for."""

    def paid(field: str) -> dict[str, Any]:
        return {**CHECK, "rule": {"all": [{"field": field, "op": ">=", "value": 6}]}}

    with store.begin() as connection:
        service.load(connection, paid("paid_months_running"))
        service.load(connection, paid("paid_months"))
        before, now = (
            versions.previous_version(connection, "check"),
            service.get(connection, "check"),
        )
    assert before is not None
    found = versions.difference(before, now)
    assert (len(found.gone), len(found.come), found.facts) == (1, 1, ())
    assert ("连续" in found.gone[0], "累计" in found.come[0]) == (True, True)


_FACT = st.one_of(
    st.none(), st.text(max_size=5), st.booleans(), st.integers(0, 9), st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.sampled_from(["text", "value", "from"]), st.text(max_size=3), max_size=2),
)  # fmt: skip
_FACTS = st.dictionaries(
    st.sampled_from(["amount", "where", "window", "notes", "co_offices", "new_key"]),
    _FACT,
    max_size=4,
)


@given(_FACTS, _FACTS)
def test_a_fact_is_listed_exactly_when_it_differs(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    rule = parse_rule(CHECK["rule"])
    views = [
        PolicyView(1, "check", "live", n, n, "", {"plain_name": "x", **facts}, rule, None, None, "")
        for n, facts in enumerate((one, other), 1)
    ]
    found = versions.difference(*views)
    differing = {key for key in {*one, *other} if one.get(key) != other.get(key)}
    assert {change.key for change in found.facts} == differing
    assert all(change.before != change.after for change in found.facts)
