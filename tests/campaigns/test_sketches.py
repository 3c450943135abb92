"""A campaign while it is written on pages, and a draft that is changed: one validation, nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences import queries as audiences
from outreach.campaigns import editing, queries, schemas, service, sketches, writing
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign, Sketch, Step, StepTarget
from outreach.models.people import Person
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.campaigns.test_writing import BASE
from tests.town import TODAY, ZONE

EVERYWHERE = Scope("")


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def begun(store: Store, by: str = "gan", region: str = town.COUNTY, **document: Any) -> int:
    with store.begin() as connection:
        return sketches.begin(connection, by, region, TODAY, document)


def kept(store: Store, number: int, by: str, seen: int, **changes: Any) -> None:
    with store.begin() as connection:
        sketch = sketches.get(connection, EVERYWHERE, number)
        sketches.keep(connection, sketch, changes, by, seen)


def test_pages_are_kept_one_by_one_and_become_a_draft(home: Store) -> None:
    number = begun(home)
    kept(home, number, "gan", 0, title="冬季告知", policies=["check"])
    kept(home, number, "gan", 1, office="政务办", valid_until="2027-01-31")
    with home.read() as connection:
        assert queries.everything(connection) == []
        sketch = sketches.get(connection, EVERYWHERE, number)
        assert set(sketches.problems(sketch.document, ZONE)) == {"steps"}
    kept(home, number, "gan", 2, steps=[{"channel": "sms"}])
    with home.begin() as connection:
        sketch = sketches.get(connection, EVERYWHERE, number)
        ref = sketches.finish(connection, sketch, ZONE, "gan", town.COUNTY)
    with home.read() as connection:
        assert service.get(connection, ref)["status"] == "draft"
        assert service.get(connection, ref)["region"] == town.COUNTY
        assert connection.scalar(select(func.count()).select_from(Sketch)) == 0


def test_a_document_that_cannot_be_used_leaves_no_draft_and_keeps_what_was_written(
    home: Store,
) -> None:
    number = begun(home, **{**BASE, "policies": ["nothing"]})
    with home.begin() as connection:
        sketch = sketches.get(connection, EVERYWHERE, number)
        with pytest.raises(Missing):
            sketches.finish(connection, sketch, ZONE, "gan", town.COUNTY)
    with home.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Campaign)) == 0
        assert sketches.get(connection, EVERYWHERE, number).title == "冬季告知"


def test_somebody_elses_newer_page_is_not_overwritten_but_ones_own_is(home: Store) -> None:
    number = begun(home)
    kept(home, number, "gan", 0, title="一")
    kept(home, number, "gan", 0, title="二")  # the browser's back button
    with pytest.raises(Conflict):
        kept(home, number, "zhou", 1, title="三")
    kept(home, number, "zhou", 2, title="三")
    with home.read() as connection:
        assert sketches.get(connection, EVERYWHERE, number).title == "三"


def test_only_whoever_covers_the_place_sees_it(home: Store) -> None:
    number = begun(home, region=town.EAST)
    with home.read() as connection:
        assert sketches.get(connection, Scope(town.COUNTY), number).id == number
        assert len(sketches.everything(connection, Scope(town.COUNTY))) == 1
        for other in (Scope(town.WEST), Scope("61")):
            assert sketches.everything(connection, other) == []
            with pytest.raises(Missing):
                sketches.get(connection, other, number)


PROBLEMS = [
    pytest.param({}, set(sketches.REQUIRED), id="nothing written yet"),
    pytest.param({**BASE, "budget": "many", "valid_until": "soon"}, {"budget", "valid_until"}, id="two at once"),
    pytest.param({**BASE, "class": "urgent"}, {"urgent"}, id="urgent without a reason"),
    pytest.param(
        {**BASE, "steps": [{"channel": "sms", "at": "soon"}, {"channel": "flyer", "after": 5, "late_hours": "x"}]},
        {"steps[1].at", "steps[2].after", "steps[2].late_hours"}, id="each field of each step",
    ),
    pytest.param(
        {**BASE, "steps": [{"channel": "pigeon"}, {"channel": "sms", "wait": "1h"}]}, {"steps[1].channel", "steps[2]"},
        id="a channel that is none, and a wait for nothing",
    ),
    pytest.param({**BASE, "polcies": 1}, {"polcies"}, id="a key that nobody knows"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "keys"), PROBLEMS)
def test_everything_that_is_wrong_is_said_at_once(document: dict[str, Any], keys: set[str]) -> None:
    found = sketches.problems(document, ZONE, {*sketches.REQUIRED, *document})
    assert set(found) == keys


def test_a_page_is_judged_without_the_others() -> None:
    assert sketches.problems({"budget": 5}, ZONE, ("budget",)) == {}
    assert set(sketches.problems({"budget": -5}, ZONE, ("budget",))) == {"budget"}


def test_an_old_campaign_is_copied_without_its_dates_and_people() -> None:
    old = {**BASE, "proposal": 3, "steps": [{"channel": "sms", "at": "2026-01-01T09:00"}]}
    copy = sketches.copied(old)
    assert "proposal" not in copy
    assert "valid_until" not in copy
    assert copy["steps"] == [{"channel": "sms"}]
    assert copy["policies"] == BASE["policies"]


def drafted(store: Store, **changes: Any) -> int:
    with store.begin() as connection:
        return service.create(connection, town.order(**changes), "gan", town.COUNTY)


def test_a_draft_is_changed_as_a_whole_and_the_log_says_so(home: Store) -> None:
    key = drafted(home, steps=[{"channel": "sms"}, {"channel": "flyer", "after": 1}])
    with home.begin() as connection:
        chosen = connection.scalars(select(Step.id).order_by(Step.number)).all()
        person = connection.scalars(select(Person.id)).first()
        connection.execute(
            insert(StepTarget), [{"step_id": one, "person_id": person} for one in chosen]
        )
        number = sketches.reopen(connection, service.get(connection, "winter"), "zhou", ZONE)
        again = sketches.reopen(connection, service.get(connection, "winter"), "zhou", ZONE)
    assert again == number
    kept(
        home,
        number,
        "zhou",
        0,
        title="春季告知",
        policies=["check"],
        steps=[{"channel": "group"}],
        budget=None,
    )
    with home.begin() as connection:
        sketch = sketches.get(connection, EVERYWHERE, number)
        assert sketches.finish(connection, sketch, ZONE, "zhou", town.COUNTY) == "winter"
    with home.read() as connection:
        after = queries.by_id(connection, key)
        assert (after["title"], after["budget_fen"], after["created_by"]) == (
            "春季告知",
            None,
            "gan",
        )
        assert after["options"]["home"] == town.COUNTY
        assert queries.policy_refs(connection, key) == ["check"]
        steps = queries.steps(connection, key)
        assert [(one["id"], one["channel"]) for one in steps] == [(chosen[0], "group")]
        assert connection.scalars(select(StepTarget.step_id)).all() == [chosen[0]]
        line = (
            connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).mappings().first()
        )
        assert line is not None
        assert (line["by"], line["detail"]["move"], line["detail"]["steps"]) == (
            "zhou",
            "change",
            1,
        )


def test_what_was_submitted_is_not_changed(home: Store) -> None:
    drafted(home)
    with home.begin() as connection:
        number = sketches.reopen(connection, service.get(connection, "winter"), "gan", ZONE)
        with clock.fixed(town.MORNING):
            service.submit(connection, "winter", "gan", TODAY)
    with home.begin() as connection:
        before = service.get(connection, "winter")
        sketch = sketches.get(connection, EVERYWHERE, number)
        with pytest.raises(Conflict):
            sketches.finish(connection, sketch, ZONE, "gan", town.COUNTY)
    with home.begin() as connection:
        assert service.get(connection, "winter") == before
        with pytest.raises(Conflict):
            sketches.reopen(connection, before, "gan", ZONE)


def test_a_draft_keeps_its_name(home: Store) -> None:
    drafted(home)
    with home.begin() as connection, pytest.raises(Invalid):
        editing.change(connection, "winter", town.order(id="summer"), "gan", town.COUNTY)


def test_a_changed_draft_is_looked_at_and_submitted_like_a_new_one(home: Store) -> None:
    drafted(home, policies=["check", "insure"])
    with home.begin() as connection, clock.fixed(town.MORNING):
        order = schemas.parse({**BASE, "policies": ["check"]}, ZONE, "a.yaml")
        key = editing.change(connection, "winter", order, "gan", town.COUNTY)
        service.submit(connection, "winter", "gan", TODAY)
        people, pairs = audiences.sizes(connection, key)
        assert (people, sum(pairs.values())) == (3, 3)
        document = writing.document(connection, service.get(connection, "winter"), ZONE)
    assert document["policies"] == ["check"]


def test_names_of_campaigns_written_on_pages_count_up(home: Store) -> None:
    with home.begin() as connection:
        assert editing.free_ref(connection, TODAY) == "20261123-1"
        service.create(connection, town.order(id="20261123-1"), "gan")
        assert editing.free_ref(connection, TODAY) == "20261123-2"
