"""The yearly look: when it is due, what it finds, and the case of a policy that was changed after three years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from sqlalchemy import Connection, and_, not_, select

from outreach import clock
from outreach.audiences.predicates import eligible
from outreach.campaigns import service as campaigns
from outreach.errors import Conflict, Invalid, Refused
from outreach.models.people import Person
from outreach.policies import leaving, reviews, service, signing, versions
from outreach.policies.leaving import Exit
from outreach.policies.reviews import Finding
from outreach.store import Store
from outreach.vault import Vault
from segments import vocabulary
from tests import town
from tests.town import CHECK, COUNTY, MORNING, TODAY


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with clock.fixed(MORNING), store.begin() as connection:
        town.build(connection, vault)
    return store


def due(connection: Connection, ref: str = "check") -> date | None:
    return reviews.due_on(service.get(connection, ref))


def test_it_is_due_a_year_after_the_verification_or_when_the_document_says(store: Store) -> None:
    with clock.fixed(MORNING), store.begin() as connection:
        service.load(connection, CHECK)
        assert due(connection) is None
        service.verify(connection, "check", "甲")
        assert due(connection) == date(2027, 11, 23)
        service.load(connection, {**CHECK, "review_due": "2027-03-31"})
        assert due(connection) == date(2027, 3, 31)


def test_a_year_after_the_leap_day() -> None:
    assert reviews.a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert reviews.a_year_after(date(2027, 2, 28)) == date(2028, 2, 28)


def test_the_list_of_what_is_due(home: Store) -> None:
    with home.begin() as connection:
        town.load(connection, {**CHECK, "review_due": "2026-12-20"})
        town.load(connection, {**town.INSURE, "review_due": "2026-11-01"})
        found = reviews.due(connection, TODAY)
        assert [(view.ref, when) for view, when in found] == [
            ("insure", date(2026, 11, 1)),
            ("check", date(2026, 12, 20)),
        ]
        assert [view.ref for view, _ in reviews.due(connection, TODAY, 0)] == ["insure"]
        leaving.withdraw(connection, "insure", Exit(TODAY), "甲", TODAY)
        assert [view.ref for view, _ in reviews.due(connection, TODAY)] == ["check"]


@pytest.mark.parametrize(
    ("finding", "by", "code"),
    [
        (Finding("keep", TODAY), " ", "policies.reviewer_needed"),
        (Finding("fine", TODAY), "甲", "policies.bad_outcome"),
        (Finding("change", TODAY), "甲", "policies.note_needed"),
        (Finding("withdraw", TODAY, "  "), "甲", "policies.note_needed"),
        (Finding("keep", TODAY, next_due=TODAY), "甲", "policies.next_review_past"),
    ],
    ids=["nobody", "no such outcome", "a change without reason", "an end without reason", "the next one is past"],
)  # fmt: skip
def test_a_review_that_cannot_be_written_down(
    home: Store, finding: Finding, by: str, code: str
) -> None:
    with home.begin() as connection:
        with pytest.raises(Invalid) as caught:
            reviews.record(connection, "check", finding, by)
        assert caught.value.code == code
        view = service.get(connection, "check")
        assert (view.status, list(reviews.made(connection, view))) == ("live", [])


@pytest.mark.parametrize(
    ("outcome", "status"), [("keep", "live"), ("change", "revising"), ("withdraw", "revising")]
)
def test_what_follows_a_review(home: Store, outcome: str, status: str) -> None:
    figures = {"领取人数": 1200, "覆盖面": 0.7}
    with clock.fixed(MORNING), home.begin() as connection:
        finding = Finding(outcome, TODAY, "三年评估", figures)
        view = reviews.record(connection, "check", finding, "甲")
        (made,) = reviews.made(connection, view)
        assert (view.status, reviews.due_on(view)) == (status, date(2027, 11, 23))
        assert (made["by"], made["note"], made["figures"]) == ("甲", "三年评估", figures)
        assert (made["outcome"], made["number"], made["on"]) == (outcome, 1, TODAY)
        later = reviews.record(
            connection, "check", Finding("keep", TODAY, next_due=date(2027, 5, 1)), "乙"
        )
        assert (later.status, reviews.due_on(later)) == ("live", date(2027, 5, 1))


def test_verifying_the_same_again_does_not_end_a_revision(home: Store) -> None:
    with home.begin() as connection:
        reviews.record(connection, "check", Finding("change", TODAY, "条件要改"), "甲")
        assert service.verify(connection, "check", "甲").status == "revising"
        town.load(connection, {**CHECK, "where": "新卫生院"})
        assert service.get(connection, "check").status == "live"


def test_a_withdrawn_policy_is_not_reviewed(home: Store) -> None:
    with home.begin() as connection:
        leaving.withdraw(connection, "check", Exit(TODAY), "甲", TODAY)
        with pytest.raises(Conflict, match="already_withdrawn"):
            reviews.record(connection, "check", Finding("keep", TODAY), "甲")


# -- 农村危房改造: three years, an evaluation, a changed version, and people who may claim since --------------


def _shipped() -> dict[str, Any]:
    (path,) = [one for one in service.starter_catalogue() if one.stem == "rural-house"]
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return document


def _as_it_was(document: Mapping[str, Any]) -> dict[str, Any]:
    """The first version: three kinds of poor households, and a house that is found dangerous."""
    rule = {
        **document["rule"],
        "all": [{"field": "circumstances", "op": "has", "value": "house.cd"}],
        "any": document["rule"]["any"][:3],
    }
    return {**{key: one for key, one in document.items() if key != "history"}, "rule": rule}


def _bits(*codes: str) -> int:
    found = 0
    for code in codes:
        found |= vocabulary.by_code(code).mask
    return found


def _ready(connection: Connection, document: Mapping[str, Any]) -> None:
    """Loaded, filled in by the county, verified, signed by every department."""
    service.load(connection, service.check_document(dict(document), "rural-house.yaml"))
    facts = {"amount": {"status": "local", "text": "每户24000元（示例）", "value": 24000}}
    if not service.get(connection, "rural-house").locals:
        service.fill_in(connection, "rural-house", COUNTY, facts=facts, by="甲", on=TODAY)
    view = service.verify(connection, "rural-house", "甲")
    for department in signing.missing_sign_offs(view, COUNTY):
        signing.sign(connection, "rural-house", department, "甲")


def test_evaluation_then_a_changed_version_then_those_who_may_claim_since(
    home: Store, vault: Vault
) -> None:
    document = _shipped()
    known = (1 << 63) - 1
    with clock.fixed(datetime(2023, 11, 1, 2, tzinfo=UTC)), home.begin() as connection:
        _ready(connection, _as_it_was(document))
        who = {
            name: town.add_person(
                connection, vault, hukou_region=town.EAST, circumstances=bits, circumstances_known=known
            )
            for name, bits in {
                "低保户": _bits("income.dibao", "house.cd"),
                "低保边缘户": _bits("income.edge", "house.cd"),
                "低保户，没有房": _bits("income.dibao", "house.none"),
                "不困难的": _bits("house.cd"),
            }.items()
        }  # fmt: skip
    order = {
        "id": "houses", "policies": ["rural-house"], "steps": [{"channel": "flyer"}], "announce": "personal",
        "valid_until": "2027-06-30",
    }  # fmt: skip
    with clock.fixed(MORNING), home.begin() as connection:
        campaigns.create(connection, town.order(**order), "gan", COUNTY)
        overdue = reviews.due(connection, TODAY)
        assert [view.ref for view, _ in overdue] == ["rural-house"]
        with pytest.raises(Refused, match="review_overdue"):
            campaigns.submit(connection, "houses", "gan", TODAY)

        figures = {"改造户数": 310, "指标": "70%→90%"}
        finding = Finding("change", TODAY, "边缘户和无房户没有覆盖到", figures)
        assert reviews.record(connection, "rural-house", finding, "甲").status == "revising"
        with pytest.raises(Refused, match="in_revision"):
            campaigns.submit(connection, "houses", "gan", TODAY)

        service.load(connection, service.check_document(document, "rural-house.yaml"))
        with pytest.raises(Refused, match="in_revision"):
            campaigns.submit(connection, "houses", "gan", TODAY)
        _ready(connection, document)
        now = service.get(connection, "rural-house")
        before = versions.previous_version(connection, "rural-house")
        assert before is not None
        assert (now.status, now.number, before.number) == ("live", 2, 1)
        assert now.facts_at(COUNTY)["amount"]["value"] == 24000  # carried

        change = versions.difference(before, now)
        assert [line for line in change.come if "低保边缘" in line]
        assert [one.key for one in change.facts] == ["history"]

        (certain, _), (_, possible_before) = (
            eligible(view, TODAY, COUNTY) for view in (now, before)
        )
        since = select(Person.id).where(and_(certain, not_(possible_before)))
        assert set(connection.scalars(since)) == {who["低保边缘户"], who["低保户，没有房"]}
        assert campaigns.submit(connection, "houses", "gan", TODAY)
        assert campaigns.get(connection, "houses")["frozen"]["audience"]["people"] == 3
        (made,) = reviews.made(connection, now)
        assert (made["figures"], made["number"]) == (figures, 1)
