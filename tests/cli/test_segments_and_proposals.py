"""Segments and proposals by command, as an officer uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach.access.roles import Action
from tests.cli.conftest import Call, sign

pytestmark = pytest.mark.usefixtures("data")
MEN = {
    "id": "men",
    "name": "男性老人",
    "rule": {"all": [{"field": "sex", "op": "=", "value": "M"}]},
}


def write(folder: Path, document: object) -> Path:
    path = folder / "segment.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def test_a_segment_by_command(call: Call, tmp_path: Path) -> None:
    told = call("segments", "save", write(tmp_path, MEN), "--as", "gan", "--json")
    assert told.status == 0, told.err
    assert (told.data["new"], told.data["reading"], told.data["by"]) == (True, "男性", "gan")
    again = call("segments", "save", write(tmp_path, {**MEN, "name": "男性"}), "--json")
    assert again.data["new"] is False
    listed = call("segments", "list", "--json").data
    assert [one["name"] for one in listed["segments"]] == ["男性"]
    assert {"old-80", "not-applied"} <= {one["segment"] for one in listed["ready"]}
    shown = call("segments", "show", "men", "--json").data
    assert (shown["rule"], shown["campaigns"]) == (MEN["rule"], [])
    counts = call("segments", "count", "men", "--json").data
    assert (counts["likely"], counts["unknown"], counts["not"], counts["blocked"]) == (3, 0, 0, 0)
    assert call("segments", "delete", "men", "--as", "gan").status == 0
    assert call("segments", "show", "men", "--json").code == "audiences.unknown_segment"


def test_a_ready_made_one_and_match_inside_it(call: Call) -> None:
    told = call("segments", "use", "not-applied", "--policy", "phys-65", "--as", "gan", "--json")
    assert told.data["segment"] == "not-applied-phys-65"
    assert told.data["reading"].startswith("符合“")
    assert "phys-65" not in told.data["reading"]
    match = call(
        "match",
        "--policy",
        "phys-65",
        "--segment",
        "not-applied-phys-65",
        "--on",
        "2026-11-23",
        "--json",
    )
    assert match.data["segment"] == "not-applied-phys-65"
    assert match.data["likely"] == 0  # no list says who applied
    assert match.data["unknown"] > 0
    assert call("segments", "use", "not-applied", "--json").code == "audiences.policy_needed"
    assert (
        call("segments", "use", "not-applied", "--policy", "gone", "--json").code
        == "audiences.unknown_policy"
    )
    assert (
        call("match", "--policy", "phys-65", "--segment", "none", "--json").code
        == "audiences.unknown_segment"
    )


def test_a_mistake_names_its_path(call: Call, tmp_path: Path) -> None:
    bad = {
        **MEN,
        "rule": {"any": [{"label": "甲", "all": [{"field": "age", "op": "~", "value": 3}]}]},
    }
    told = call("segments", "save", write(tmp_path, bad), "--json")
    assert told.code == "segments.unknown_op"
    assert told.data["error"]["params"]["path"] == "any[0].all[0].op"
    path = tmp_path / "bad.yaml"
    path.write_text("{", "utf-8")
    assert call("segments", "save", path, "--json").code == "audiences.not_yaml"


def test_who_may_write_segments(call: Call, tmp_path: Path) -> None:
    file = write(tmp_path, MEN)
    assert call("segments", "save", file, "--as", "zhang", "--json").code == "access.not_allowed"
    assert call("segments", "save", file, "--as", "wai", "--json").code == "access.outside_region"
    assert Action.SEGMENTS_EDIT.value == "segments.edit"


def test_a_campaign_for_a_segment(call: Call, order, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rule = {"all": [{"field": "birth_date", "op": "<", "value": "1949-01-01"}]}
    call("segments", "save", write(tmp_path, {**MEN, "rule": rule}))
    assert (
        call("campaign", "create", order(segment="none"), "--json").code
        == "audiences.unknown_segment"
    )
    sign(call, lambda **more: order(segment="men", **more), tmp_path)
    preview = call("campaign", "preview", "winter", "--json").data
    assert preview["people"] == 2  # of 1940 and 1948, and not of 1950
    assert call("segments", "delete", "men", "--json").code == "audiences.segment_in_use"


def test_proposals_by_command(call: Call) -> None:
    assert call("proposals", "find", "--json").data == {"proposals": []}
    told = call("proposals", "newly", "--policy", "phys-65", "--since", "2026-01-01", "--json").data
    assert (told["people"], told["why"]) == (3, {"new": 3})
    found = call("proposals", "find", "--since", "2012-12-31", "--json").data["proposals"]
    mine = [(one["kind"], one["people"], one["why"]) for one in found if one["policy"] == "phys-65"]
    # who was 65 before that day is new to the register, and no campaign is out
    assert mine == [("eligible", 2, {"birthday": 2})]
    assert call("proposals", "show", "99", "--json").code == "audiences.unknown_proposal"
    assert (
        call("proposals", "dismiss", "99", "--note", "x", "--as", "gan", "--json").code
        == "audiences.unknown_proposal"
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "--policy", "phys-65", "--person"), "people.person"),
        (("proposals", "show"), "audiences.unknown_proposal"),
        (("campaign", "status"), "campaigns.unknown"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else one,
)
def test_a_number_that_no_row_can_have(call: Call, words: tuple[str, ...], code: str) -> None:
    for number in ("9223372036854775808", "9" * 30):
        told = call(*words, number, "--json")
        assert (told.status, told.code) == (1, code)


def test_a_day_before_all_registers(call: Call) -> None:
    told = call("proposals", "newly", "--policy", "phys-65", "--since", "0001-01-01", "--json")
    assert (told.status, told.data["since"]) == (0, "0001-01-01")
    assert call("proposals", "find", "--since", "0001-01-01", "--json").status == 0


def test_a_proposal_is_shown_and_accepted(call: Call) -> None:
    """Somebody of 1948 turned 65 in 2013; compared with the day before, that is news."""
    found = call("proposals", "find", "--since", "2012-12-31", "--json").data["proposals"]
    mine = next(one for one in found if one["policy"] == "phys-65")
    shown = call("proposals", "show", mine["proposal"], "--json").data
    assert sum(one["people"] for one in shown["places"]) == shown["people"] == mine["people"]
    assert (
        call("proposals", "accept", mine["proposal"], "--as", "zhang", "--json").code
        == "access.not_allowed"
    )
    done = call("proposals", "accept", mine["proposal"], "--as", "gan", "--json").data
    assert (done["state"], done["campaign"]) == ("accepted", f"proposal-{mine['proposal']}")
    listed = call("campaign", "list", "--json").data["campaigns"]
    assert done["campaign"] in [one["campaign"] for one in listed]
    again = call("proposals", "dismiss", mine["proposal"], "--note", "x", "--as", "gan", "--json")
    assert again.code == "audiences.proposal_decided"
    assert len(call("proposals", "list", "--state", "accepted", "--json").data["proposals"]) == 1
