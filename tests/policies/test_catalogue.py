"""The catalogue: files in, versions, who verified, and what each region fills in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from outreach.campaigns import service as campaigns
from outreach.errors import Invalid, Missing
from outreach.models.policies import PolicyVersion
from outreach.policies import service
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.store import Store
from outreach.vault import Vault
from outreach.wording import say
from segments.parse import parse_rule
from tests import town
from tests.town import CHECK, COUNTY, EAST, TODAY, TOWN

AGED: Mapping[str, Any] = {
    **CHECK, "id": "aged", "parameters": {"start": {"zh": "起始年龄", "type": "number"}},
    "rule": {"all": [{"field": "age", "op": ">=", "value": {"param": "start"}}]},
}  # fmt: skip


def written(folder: Path, document: object) -> Path:
    path = folder / "p.yaml"
    text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True)
    path.write_text(text, "utf-8")
    return path


def changed(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**CHECK, **changes}.items() if value is not ...}


BAD = [
    pytest.param("a: [", "policies.not_yaml", "reason", id="broken YAML"),
    pytest.param("valid_from: 2026-02-30", "policies.not_yaml", "reason", id="a day that YAML refuses"),
    pytest.param("- a\n- b", "policies.not_a_mapping", "file", id="a list"),
    pytest.param("", "policies.not_a_mapping", "file", id="nothing"),
    pytest.param(changed(verified_by="我"), "policies.claims_verification", "file", id="claims a verification"),
    pytest.param(changed(verified_on="2026-01-01"), "policies.claims_verification", "file", id="claims its day"),
    pytest.param(changed(offce="民政局"), "policies.unknown_key", "offce", id="a slip of the pen"),
    pytest.param(changed(id=...), "policies.missing_key", "id", id="no id"),
    pytest.param(changed(official_name=""), "policies.missing_key", "official_name", id="an empty name"),
    pytest.param(changed(source=...), "policies.missing_key", "source", id="no source"),
    pytest.param(changed(rule=...), "policies.missing_key", "rule", id="no rule"),
    pytest.param(changed(valid_to="next year"), "policies.bad_date", "valid_to", id="a date in words"),
    pytest.param(changed(amount=3600), "policies.bad_value", "amount", id="an amount without its status"),
    pytest.param(changed(parameters=["start"]), "policies.bad_value", "parameters", id="parameters that are a list"),
    pytest.param(changed(documents="身份证"), "policies.bad_value", "documents", id="documents that are a word"),
    pytest.param(changed(documents=[{"who": "applicant"}]), "policies.bad_value", "documents[1]", id="a nameless document"),
    pytest.param(
        changed(rule={"all": [{"field": "age", "op": ">=", "value": {"param": "start"}}]}),
        "policies.undeclared_parameter", "start", id="a parameter that nobody can fill in",
    ),
    pytest.param(
        changed(rule={"all": [{"field": "hight", "op": ">=", "value": 1}]}),
        "segments.unknown_field", "all[0].field", id="an unknown field of the rule",
    ),
    pytest.param(
        changed(rule={"all": [{"field": "age", "op": "~", "value": 1}]}),
        "segments.unknown_op", "all[0].op", id="an unknown operator",
    ),
    pytest.param(
        changed(rule={"none": [{"field": "circumstances", "op": "has", "value": "rich"}]}),
        "segments.unknown_circumstance", "none[0].value", id="an unknown circumstance",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("document", "code", "named"), BAD)
def test_a_bad_file_is_refused_with_its_place(
    tmp_path: Path, document: object, code: str, named: str
) -> None:
    with pytest.raises(Invalid) as caught:
        service.read_file(written(tmp_path, document))
    assert caught.value.code == code
    assert caught.value.params["file"] == "p.yaml"
    assert named in str(caught.value.params)
    for lang in ("zh", "en"):
        assert "p.yaml" in say(code, lang, **caught.value.params)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", "编号".encode("gb18030")], ids=["bytes", "GB18030"]
)
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.yaml").write_bytes(content)
    with pytest.raises(Invalid, match="unreadable"):
        service.read_file(tmp_path / "p.yaml")
    with pytest.raises(Invalid, match="unreadable"):
        service.read_file(tmp_path / "nowhere.yaml")


def versions(store: Store) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(PolicyVersion)) or 0


def test_loading_again_makes_no_version_and_a_change_makes_one(store: Store) -> None:
    with store.begin() as connection:
        assert service.load(connection, CHECK) == ("check", True)
        assert service.load(connection, dict(sorted(CHECK.items()))) == ("check", False)
        service.verify(connection, "check", "核验员")
        first = service.get(connection, "check")
        assert service.load(connection, {**CHECK, "where": "县医院"}) == ("check", True)
        second = service.get(connection, "check")
        old = service.by_versions(connection, [first.version_id])
    assert (first.number, second.number) == (1, 2)
    assert (first.verified_by, second.verified_by) == ("核验员", "")
    assert (old[0].facts["where"], old[0].verified_by) == ("卫生院", "核验员")
    assert versions(store) == 2


def test_the_shipped_catalogue_loads_whole_and_twice(store: Store) -> None:
    paths = service.starter_catalogue()
    for fresh in (True, False):
        with store.begin() as connection:
            told = [service.load(connection, service.read_file(path), path.name) for path in paths]
        assert [ref for ref, _ in told] == [path.stem for path in paths]
        assert {new for _, new in told} == {fresh}
    with store.read() as connection:
        views = service.all_policies(connection)
    assert len(views) == len(paths) >= 25
    assert not any(view.verified_by for view in views)


def test_a_verification_has_a_name_and_the_first_one_stays(store: Store) -> None:
    with store.begin() as connection:
        service.load(connection, CHECK)
        with pytest.raises(Invalid, match="verifier_needed"):
            service.verify(connection, "check", "  ")
        assert service.verify(connection, "check", "甲").verified_by == "甲"
        assert service.verify(connection, "check", "乙").verified_by == "甲"
        with pytest.raises(Missing, match="unknown"):
            service.verify(connection, "hpv", "甲")


# -- what a region fills in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"parameters": {"begin": 70}}, "policies.unknown_parameter"),
        ({"parameters": {"start": "七十"}}, "segments.bad_number"),
        ({"parameters": {"start": -1}}, "segments.bad_number"),
        ({"parameters": {"start": True}}, "segments.bad_number"),
        ({"facts": {"hours": "9-5"}}, "policies.unknown_key"),
        ({"facts": {"rule": {}}}, "policies.unknown_key"),
        ({"facts": {"id": "other"}}, "policies.unknown_key"),
        ({"facts": {"amount": 100}}, "policies.bad_value"),
        ({"facts": {"documents": ["身份证"]}}, "policies.bad_value"),
        ({"region": "abc", "facts": {}}, "policies.bad_region"),
        ({"region": "600101000000", "facts": {}}, "policies.bad_region"),
    ],
    ids=[
        "a parameter that is not there", "a word for a number", "a negative age", "true for a number", "an unknown fact",
        "a rule", "a name", "an amount without its status", "documents without names", "no region",
        "a code that is not cut to its level",
    ],
)  # fmt: skip
def test_what_cannot_be_filled_in(store: Store, given: dict[str, Any], code: str) -> None:
    with store.begin() as connection:
        service.load(connection, AGED)
        with pytest.raises(Invalid) as caught:
            service.fill_in(connection, "aged", **{"region": COUNTY, **given})
        assert caught.value.code == code
        assert service.get(connection, "aged").locals == ()
    assert "{" not in say(code, "zh", **caught.value.params)


def test_a_second_filling_in_replaces_the_first(store: Store) -> None:
    with store.begin() as connection:
        service.load(connection, AGED)
        service.fill_in(connection, "aged", COUNTY, parameters={"start": 70}, by="甲", on=TODAY)
        service.fill_in(connection, "aged", COUNTY, facts={"where": "县医院"}, by="乙", on=TODAY)
        (local,) = service.get(connection, "aged").locals
    assert (local.parameters, local.facts, local.verified_by) == ({}, {"where": "县医院"}, "乙")
    assert versions(store) == 1


def test_what_a_campaign_signed_stays_as_it_was_signed(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        town.build(connection, vault)
        service.fill_in(connection, "check", COUNTY, facts={"where": "县医院"})
        town.released(connection)
        signed = service.get(connection, "check")
        campaigns.create(connection, town.order(id="draft"), "gan")
        service.fill_in(connection, "check", COUNTY, facts={"where": "县医院"}, by="乙")
        assert service.get(connection, "check").number == 1  # it says the same
        service.fill_in(connection, "check", COUNTY, facts={"where": "中医院"})
        service.fill_in(connection, "check", EAST, facts={"phone": "110"})
        now = service.get(connection, "check")
        (before,) = service.by_versions(connection, [signed.version_id])
    assert (now.number, now.verified_by, now.hash) == (2, "核验员", signed.hash)
    assert before.facts_at(EAST)["where"] == "县医院"
    assert "phone" not in before.facts_at(EAST)
    assert (now.facts_at(EAST)["where"], now.facts_at(EAST)["phone"]) == ("中医院", "110")


# -- what holds at a place ---------------------------------------------------------------------------------


def view(amount: Mapping[str, Any] | None, *locals_: LocalFacts) -> PolicyView:
    facts = {"plain_name": "津贴", "where": "镇上", "phone": "12345", "amount": amount}
    rule = parse_rule(AGED["rule"])
    return PolicyView(
        1, "aged", "live", 1, 1, "", facts, rule, None, date(2026, 12, 31), "", locals_
    )


def test_the_deepest_region_wins_fact_by_fact() -> None:
    policy = view(
        None,
        LocalFacts(EAST, {"start": 60}, {"where": "村里"}),
        LocalFacts(COUNTY, {"start": 70}, {"where": "县里", "phone": "8888"}),
    )
    assert [local.region for local in policy.local_chain(EAST)] == [EAST, COUNTY]
    east, elsewhere = policy.facts_at(EAST), policy.facts_at(TOWN)
    assert (east["where"], east["phone"]) == ("村里", "8888")
    assert (elsewhere["where"], elsewhere["phone"]) == ("县里", "8888")
    assert policy.facts_at("430101")["where"] == "镇上"
    starts = [
        policy.rule_at(region).all[0].operands for region in (EAST, f"{EAST}01", TOWN, "430101")
    ]
    assert starts == [(60,), (60,), (70,), None]


@pytest.mark.parametrize(
    ("amount", "local", "filled"),
    [
        ({"status": "national"}, None, True),
        ({"status": "none"}, None, True),
        ({"status": "local"}, None, False),
        ({"status": "unverified"}, None, False),
        (None, None, False),
        ({"status": "local"}, LocalFacts(COUNTY, {}, {"amount": {"status": "local", "text": "80元"}}), True),
        ({"status": "unverified"}, LocalFacts(COUNTY, {}, {"amount": {"status": "local", "text": "80元"}}), True),
        ({"status": "local"}, LocalFacts(EAST, {}, {"amount": {"status": "local"}}), False),
        ({"status": "local"}, LocalFacts(COUNTY, {}, {"where": "县里"}), False),
    ],
    ids=[
        "national", "nothing is paid", "left to the region", "nobody is sure", "not a word", "the county filled it in",
        "the county is sure", "only one village filled it in", "something else was filled in",
    ],
)  # fmt: skip
def test_an_amount_is_filled_in_when_somebody_stands_for_it(
    amount: Mapping[str, Any] | None, local: LocalFacts | None, filled: bool
) -> None:
    assert view(amount, *([local] if local else [])).amount_filled(COUNTY) is filled
