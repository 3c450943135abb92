"""signing.toml: what is shipped can be used, and what is wrong in a site's own is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from outreach.access.roles import Action
from outreach.campaigns.signing import rules
from outreach.campaigns.signing.rules import Chain, Level
from outreach.errors import Invalid

CHAIN = """
[[chain]]
id = "two-people"
zh = "签发"
en = "signed"
[[chain.level]]
id = "sign"
zh = "签发"
en = "Signature"
"""
GOOD = f'default = "two-people"\nurgent = "two-people"\n{CHAIN}'


def campaign(message_class: str = "publicity", **options: Any) -> dict[str, Any]:
    return {"ref": "winter", "message_class": message_class, "options": options}


def test_what_is_shipped_has_two_people_four_levels_and_an_urgent_path() -> None:
    found = rules.read()
    assert [one.id for one in found.chain_for(campaign()).of_size(5).levels] == ["sign"]
    four = found.chain_for(campaign(chain="four-levels")).of_size(5)
    assert [one.zh for one in four.levels] == ["科室核实", "宣传审核", "分管领导签发"]
    urgent = found.chain_for(campaign("urgent")).of_size(5)
    assert [one.afterwards for one in urgent.levels] == [False, True, True]
    assert urgent.levels[0].action == Action.CAMPAIGNS_APPROVE


@pytest.mark.parametrize(
    ("people", "levels"),
    [(1, 1), (99_999, 1), (100_000, 2)],
    ids=["one", "just below", "from there"],
)
def test_a_larger_audience_adds_a_level(people: int, levels: int) -> None:
    assert len(rules.read().chain_for(campaign()).of_size(people).levels) == levels


def test_a_chain_comes_back_out_of_a_document() -> None:
    chain = Chain("a", "甲", "A", (Level("sign", "签发", "Signature", within_hours=3),))
    assert Chain.from_dict(chain.as_dict()) == chain


def test_a_sites_own_file_hides_what_is_shipped(tmp_path: Path) -> None:
    (tmp_path / rules.FILE).write_text(GOOD + "\n[limits]\nregister_days = 10\n", "utf-8")
    found = rules.read(tmp_path)
    assert list(found.chains) == ["two-people"]
    assert (found.limits.register_days, found.limits.applied_days) == (10, 62)


LATER = CHAIN + "within_hours = 5\n"
WRONG: list[Any] = [
    pytest.param("default = ", "signing.unreadable", "", id="no TOML"),
    pytest.param(GOOD.replace('default = "two', 'default = "three'), "signing.bad_value", "default", id="a default that is not there"),
    pytest.param(GOOD + "[speed]\n", "signing.bad_value", "speed", id="an unknown key"),
    pytest.param(GOOD + "[limits]\nregister_days = 0\n", "signing.bad_value", "limits.register_days", id="no days at all"),
    pytest.param(GOOD + "[limits]\nregister_days = true\n", "signing.bad_value", "limits.register_days", id="a word for days"),
    pytest.param(GOOD + 'action = "people.view"\n', "signing.bad_value", "level[sign].action", id="a right that signs nothing"),
    pytest.param(GOOD + "from_people = 5\n", "signing.bad_value", "chain[two-people].level", id="small audiences signed by nobody"),
    pytest.param(GOOD + "within_hours = 5\n", "signing.bad_value", "chain[two-people].level", id="everybody signs afterwards"),
    pytest.param(GOOD + '[[chain.level]]\nid = "sign"\nzh = "签"\nen = "x"\n', "signing.bad_value", "chain[two-people].level", id="a level twice"),
    pytest.param(GOOD.replace('zh = "签发"', 'zh = " "'), "signing.bad_value", "chain[two-people]", id="no name"),
    pytest.param(GOOD.replace("[[chain.level]]", "[[chain.levels]]"), "signing.bad_value", "chain[two-people].levels", id="no levels"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "key"), WRONG)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, code: str, key: str) -> None:
    (tmp_path / rules.FILE).write_text(text, "utf-8")
    with pytest.raises(Invalid) as caught:
        rules.read(tmp_path)
    assert caught.value.code == code
    assert caught.value.params["file"] == str(tmp_path / rules.FILE)
    assert key in str(caught.value.params.get("key", ""))


def test_an_unknown_chain_names_those_that_there_are() -> None:
    with pytest.raises(Invalid) as caught:
        rules.read().chain_for(campaign(chain="five"))
    assert caught.value.code == "signing.no_chain"
    assert "four-levels（" in str(caught.value.params["known"])


def test_only_what_is_urgent_is_signed_afterwards() -> None:
    with pytest.raises(Invalid) as caught:
        rules.read().chain_for(campaign(chain="urgent"))
    assert caught.value.code == "signing.afterwards"
