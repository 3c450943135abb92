"""Samples from the register, on both databases: what is frozen, locked, sealed, and taken up later."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Refused
from outreach.models.access import AuditEntry
from outreach.models.campaigns import (
    AudienceMember,
    Campaign,
    CampaignPolicy,
    CampaignWave,
    Firing,
    Step,
    WaveMove,
)
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.models.surveys import Respondent, Survey
from outreach.policies import service as policies
from outreach.store import Store
from outreach.surveys import queries, service, standing
from outreach.surveys.drawing import reserve
from outreach.surveys.panels import service as panels
from outreach.vault import Vault
from tests.surveys.county import DOCUMENT, TODAY, VILLAGE, add_person, add_regions, load_policies

REF = "wave-1"
HOME = "990101"
VILLAGES = (VILLAGE, "990101101002", "990101102001", "990101102002", "990101103001")


@pytest.fixture
def county(store: Store, vault: Vault) -> list[int]:
    """Sixty elders, twelve of each village; every third is a man."""
    with store.begin() as connection:
        load_policies(connection, "phys-65")
        add_regions(connection)
        return [
            add_person(
                connection, vault, f"老人{number:03d}", region=VILLAGES[number % 5], sex="FFM"[number % 3],
                hukou_type="rural",
            )
            for number in range(60)
        ]  # fmt: skip


def planned(store: Store, on: Any = TODAY, **more: Any) -> dict[str, Any]:
    """A survey written down and drawn."""
    document = {**DOCUMENT, **more}
    document = {key: value for key, value in document.items() if value is not None}
    with store.begin() as connection:
        service.create(connection, document, "evaluator", "survey.yaml", HOME)
        service.draw(connection, document["id"], on, HOME, "evaluator")
        return dict(service.get(connection, document["id"]))


def people(store: Store, ref: str = REF) -> list[Any]:
    with store.read() as connection:
        survey = service.get(connection, ref)["id"]
        statement = select(Respondent).where(Respondent.survey_id == survey)
        return list(connection.execute(statement.order_by(Respondent.number)))


def test_strata_traits_and_margins_are_frozen(store: Store, county: list[int]) -> None:
    survey = planned(store, size=20, strata=["town"], rake=["hukou_type"], trim=5, classes=["band"])
    frame, design = survey["frame"], survey["design"]
    assert frame["strata"] == {
        "990101101": {"population": 24, "clusters": None, "drawn": 8, "drawn_clusters": None},
        "990101102": {"population": 24, "clusters": None, "drawn": 8, "drawn_clusters": None},
        "990101103": {"population": 12, "clusters": None, "drawn": 4, "drawn_clusters": None},
    }
    assert frame["margins"]["sex"] == {"F": 40, "M": 20}
    assert frame["margins"]["band"] == {"60+": 60}
    assert frame["margins"]["hukou_type"] == {"rural": 60}
    assert (design["strata"], design["trim"], design["classes"]) == (["town"], 5.0, ["band"])
    one = people(store)[0]
    assert one.traits == {
        "town": one.traits["village"][:9], "village": one.traits["village"], "sex": one.traits["sex"], "age": 76,
        "band": "60+", "hukou_type": "rural", "eligible": "yes", "wave": None,
    }  # fmt: skip
    assert one.stratum == one.traits["town"]
    assert json.loads(json.dumps(standing.shown(survey), default=str))["sealed"] is True


def test_skipped_and_unreached_people_are_drawn_whatever_the_ledger_says(
    store: Store, county: list[int]
) -> None:
    before = planned(store, size=20)
    with store.begin() as connection:
        rows = [
            {"policy_id": before["policy_id"], "person_id": one, "fact": "delivered", "on": TODAY}
            for one in county[:30]
        ]
        connection.execute(insert(Reach), rows)
    first = [one.person_id for one in people(store)]
    planned(store, id="wave-2", size=20)
    assert [one.person_id for one in people(store, "wave-2")] == first


def test_coverage_counts_whom_the_frame_lacks(
    store: Store, vault: Vault, county: list[int]
) -> None:
    with store.begin() as connection:
        add_person(connection, vault, "已故", status="deceased")
        add_person(connection, vault, "不知年龄", birth=None)
        add_person(connection, vault, "不知哪村", region="990101101")
    survey = planned(store, size=None, villages=4, per_village=3)
    coverage = survey["frame"]["coverage"]
    wanted = {"registered": 62, "blocked": 1, "frame": 60, "left_out": 1, "no_village": 1, "unknown": 1, "no_birth": 1}  # fmt: skip
    assert {name: coverage[name] for name in wanted} == wanted
    assert any("1 人抽不到" in line for line in coverage["words"])
    assert survey["frame_size"] == 60
    assert {one.cluster for one in people(store)} <= set(VILLAGES)


def test_a_base_of_maybe_and_a_base_of_adults(
    store: Store, vault: Vault, county: list[int]
) -> None:
    with store.begin() as connection:
        add_person(connection, vault, "不知年龄", birth=None)
        add_person(connection, vault, "中年", birth=TODAY.replace(year=1980))
        add_person(connection, vault, "少年", birth=TODAY.replace(year=2010))
    survey = planned(store, size=1000, base="eligible_or_unknown")
    assert survey["frame_size"] == 61
    assert sum(one.traits["eligible"] == "unknown" for one in people(store)) == 1
    assert "可能符合" in survey["base"]
    survey = planned(store, id="wave-2", size=1000, base="adults", strata=["eligible"])
    assert survey["frame_size"] == 61
    assert {name: one["population"] for name, one in survey["frame"]["strata"].items()} == {"no": 1, "yes": 60}  # fmt: skip
    assert "18岁以上" in survey["base"]


def test_a_survey_of_one_town_draws_there(store: Store, county: list[int]) -> None:
    survey = planned(store, size=100, region="990101102")
    assert {one.traits["town"] for one in people(store)} == {"990101102"}
    assert survey["frame_size"] == 24
    assert survey["base"].startswith("地区 990101102：")


def test_a_size_that_follows_from_a_margin_is_locked(store: Store, county: list[int]) -> None:
    more = {"size": None, "margin": 0.1, "deff": 1.2, "response": 0.9}
    survey = planned(store, **more)
    assert survey["size"] == 45  # ceil(ceil(115.25 / (1 + 114.25 / 60)) / 0.9)
    assert survey["drawn"] == 45
    survey = planned(store, id="wave-2", size=None, per_stratum=7, strata=["town"])
    assert (survey["size"], survey["drawn"]) == (21, 21)
    survey = planned(store, id="wave-3", size=11, per_village=3)
    assert (survey["size"], survey["design"]["villages"]) == (12, 4)


# -- locks and the seal ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"size": 30},
        {"seed": "8"},
        {"mode": "电话"},
        {"design": {"base": "adults"}},
        {"region": "990101101"},
        {"policy_id": None},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_was_locked_cannot_be_changed_before_the_drawing(
    store: Store, county: list[int], change: dict[str, Any]
) -> None:
    with store.begin() as connection:
        service.create(connection, {**DOCUMENT, "strata": ["town"]}, "evaluator", "", HOME)
        connection.execute(update(Survey).values(**change))
        with pytest.raises(Conflict) as raised:
            service.draw(connection, REF, TODAY, HOME)
    assert raised.value.code == "planning.design_changed"


def test_a_survey_from_before_designs_were_locked_is_still_drawn(
    store: Store, county: list[int]
) -> None:
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator", "", HOME)
        connection.execute(update(Survey).values(design={}, design_hash=""))
        assert service.draw(connection, REF, TODAY, HOME) == 40


def test_fieldwork_ends_once_and_then_the_seal_is_off(store: Store, county: list[int]) -> None:
    with store.begin() as connection:
        service.create(connection, dict(DOCUMENT), "evaluator", "", HOME)
        with pytest.raises(Conflict) as early:
            service.close(connection, REF, "evaluator")
        assert not standing.sealed(service.get(connection, REF))
        service.draw(connection, REF, TODAY, HOME)
        assert standing.sealed(service.get(connection, REF))
        service.close(connection, REF, "evaluator")
        survey = service.get(connection, REF)
        with pytest.raises(Conflict) as twice:
            service.close(connection, REF, "officer")
    assert early.value.code == "fieldwork.not_drawn"
    assert twice.value.code == "planning.closed_already"
    assert (standing.state(survey), standing.sealed(survey), survey["closed_by"]) == (
        "closed", False, "evaluator",
    )  # fmt: skip


# -- reserve -----------------------------------------------------------------------------------------------------


def test_a_batch_taken_up_joins_the_sample_and_weights_are_shared_anew(
    store: Store, county: list[int]
) -> None:
    planned(store, size=20, strata=["town"], reserve=0.5, batches=2)
    town = "990101101"
    with store.begin() as connection:
        survey = service.get(connection, REF)
        assert (survey["drawn"], survey["spare"]) == (20, 10)
        assert len(queries.respondents(connection, survey["id"])) == 20
        spare = [(one.stratum, one.batch, one.people) for one in reserve.spare(connection, REF)]
        assert spare[:2] == [(town, 1, 2), (town, 2, 2)]
        with pytest.raises(Conflict, match="batch_order"):
            reserve.release(connection, REF, town, 2, "evaluator")
        with pytest.raises(Invalid, match="no_batch"):
            reserve.release(connection, REF, town, 3, "evaluator")
        assert reserve.release(connection, REF, town, 1, "evaluator") == 2
        with pytest.raises(Conflict, match="batch_taken"):
            reserve.release(connection, REF, town, 1, "evaluator")
        survey = service.get(connection, REF)
        rows = queries.respondents(connection, survey["id"])
        lines = connection.execute(select(AuditEntry.detail)).scalars().all()
    assert survey["drawn"] == 22
    assert survey["frame"]["strata"][town]["drawn"] == 10
    assert all(row["weight"] == pytest.approx(2.4) for row in rows if row["stratum"] == town)
    assert sum(row["weight"] for row in rows) == pytest.approx(60)
    assert {"do": "release", "stratum": town, "batch": 1, "people": 2} in lines
    with store.begin() as connection:
        service.close(connection, REF, "evaluator")
        with pytest.raises(Conflict, match="closed_already"):
            reserve.release(connection, REF, town, 2, "evaluator")


def test_a_batch_of_villages_keeps_each_village_its_weight(store: Store, county: list[int]) -> None:
    survey = planned(store, size=None, villages=3, per_village=4, reserve=0.5, batches=1)
    (stratum,) = {one.stratum for one in people(store)}
    with store.begin() as connection:
        assert reserve.release(connection, REF, stratum, 1, "evaluator") == 6
        found = service.get(connection, REF)
        rows = queries.respondents(connection, survey["id"])
    assert [row["weight"] for row in rows] == pytest.approx([60 / 18] * 18)
    assert {one["drawn"] for one in found["frame"]["villages"].values()} == {6}


# -- the same people again, waves, volunteers -----------------------------------------------------------------


def test_a_panel_asks_the_same_people_and_new_ones(store: Store, county: list[int]) -> None:
    first = planned(store, size=21, strata=["town"])
    again = planned(
        store, id="wave-2", wave=2, size=None, follows=REF, panel=True, fresh=0.25, seed="b"
    )
    before, after = ({one.person_id for one in people(store, ref)} for ref in (REF, "wave-2"))
    same = {one.person_id for one in people(store, "wave-2") if one.traits["panel"] == "same"}
    assert same == before
    assert len(after - before) == 7
    assert again["follows_id"] == first["id"]
    assert again["instrument_hash"] == first["instrument_hash"]
    assert sum(one.weight for one in people(store, "wave-2")) == pytest.approx(60)
    third = planned(
        store, id="wave-3", size=None, follows="wave-2", panel=True, fresh=0.2, seed="c"
    )
    fresh = {one.person_id for one in people(store, "wave-3") if one.traits["panel"] == "fresh"}
    assert third["drawn"] == 35
    assert not fresh & (before | after)


def test_a_wave_follows_only_its_own_kind(store: Store, county: list[int]) -> None:
    planned(store)
    with store.begin() as connection:
        load_policies(connection, "childcare-2025")
        document = {**DOCUMENT, "id": "x", "policy": "childcare-2025", "follows": REF}
        with pytest.raises(Conflict) as raised:
            service.create(connection, document, "evaluator")
    assert raised.value.code == "planning.other_survey"


def _campaign(connection: Any, policy: int, **more: Any) -> int:
    values = {"ref": "winter", "title": "冬", "created_by": "o", "created_at": clock.now(), **more}
    key = connection.execute(insert(Campaign).values(**values).returning(Campaign.id)).scalar_one()
    connection.execute(insert(CampaignPolicy).values(campaign_id=key, policy_id=policy))
    return int(key)


def test_the_waves_of_a_campaign_are_frozen_as_they_were_drawn(
    store: Store, county: list[int]
) -> None:
    with store.begin() as connection:
        policy = policies.get(connection, "phys-65").id
        campaign = _campaign(connection, policy)
        members = [
            {"campaign_id": campaign, "person_id": one, "policy_id": policy, "certainty": "yes", "wave": 1 + at % 2}
            for at, one in enumerate(county[:40])
        ]  # fmt: skip
        connection.execute(insert(AudienceMember), members)
        for number in (1, 2):
            wave = {"campaign_id": campaign, "number": number, "due_at": clock.now()}
            connection.execute(insert(CampaignWave).values(**wave))
        moved = {
            "campaign_id": campaign,
            "person_id": county[1],
            "drawn": 2,
            "wave": 1,
            "why": "asked",
        }
        connection.execute(insert(WaveMove).values(**moved, by="o", at=clock.now()))
    planned(store, size=60, campaign="winter")
    waves = {one.person_id: one.traits["wave"] for one in people(store)}
    assert [waves[one] for one in county[:4]] == [1, 2, 1, 2]
    assert {waves[one] for one in county[40:]} == {None}


def test_volunteers_are_a_list_and_not_a_sample(
    store: Store, vault: Vault, county: list[int]
) -> None:
    with store.begin() as connection:
        for one in county[:3]:
            panels.add(connection, "办事体验", one, TODAY, "officer", Scope())
        panels.add(connection, "办事体验", county[0], TODAY - timedelta(days=9), "again", Scope())
        panels.end(connection, "办事体验", county[2], TODAY - timedelta(days=1), "officer", Scope())
        gone = add_person(connection, vault, "搬走", status="moved")
        with pytest.raises(Conflict, match="gone"):
            panels.add(connection, "办事体验", gone, TODAY, "officer", Scope())
        with pytest.raises(Refused):
            panels.add(connection, "办事体验", county[4], TODAY, "officer", Scope("110101"))
        assert panels.panels(connection, Scope(), TODAY) == [("办事体验", 2)]
        listed = panels.members(connection, Scope(), "办事体验")
        assert [(row["person_id"], row["by"]) for row in listed] == [
            (one, "officer") for one in county[:3]
        ]
    document = {"kind": "experience", "group": "办事体验", "size": None, "seed": None}
    survey = planned(store, **document)
    assert {one.person_id for one in people(store)} == set(county[:2])
    assert {one.weight for one in people(store)} == {1.0}
    assert survey["frame"]["coverage"]["representative"] is False
    assert "不代表" in survey["base"]


def test_a_quiz_draws_nobody(store: Store, county: list[int]) -> None:
    with pytest.raises(Conflict) as raised:
        planned(store, kind="quiz", size=None, seed=None)
    assert raised.value.code == "planning.quiz_draws_nobody"


def test_a_needs_survey_needs_no_policy(store: Store, vault: Vault, county: list[int]) -> None:
    survey = planned(
        store, kind="needs", policy=None, size=30, within="next_birthday", strata=["town"]
    )
    assert (survey["policy"], survey["drawn"], survey["design"]["base"]) == ("", 30, "adults")
    assert service.locked_instrument(survey).kind == "needs"


# -- the baseline ------------------------------------------------------------------------------------------------


def test_a_baseline_was_asked_before_the_first_send(store: Store, county: list[int]) -> None:
    def baseline() -> str | None:
        with store.read() as connection:
            found = service.baseline_of(connection, "phys-65", HOME)
        return None if found is None else str(found["ref"])

    survey = planned(store)
    assert baseline() is None
    with store.begin() as connection:
        connection.execute(
            update(Respondent)
            .where(Respondent.number == 1)
            .values(disposition="completed", asked_on=TODAY)
        )
    assert baseline() == REF
    with store.begin() as connection:
        campaign = _campaign(connection, survey["policy_id"], region="990101102")
        step = connection.execute(
            insert(Step).values(campaign_id=campaign, number=1, channel="sms").returning(Step.id)
        ).scalar_one()
        firing = connection.execute(
            insert(Firing)
            .values(step_id=step, due_at=clock.now(), fired_at=clock.now())
            .returning(Firing.id)
        ).scalar_one()
        connection.execute(update(Firing).values(fired_at=_at(TODAY + timedelta(days=2))))
    assert baseline() == REF
    with store.begin() as connection:
        connection.execute(update(Firing).where(Firing.id == firing).values(fired_at=_at(TODAY)))
    assert baseline() is None


def _at(day: Any) -> Any:
    from datetime import UTC, datetime, time

    return datetime.combine(day, time(4), UTC)


def test_a_region_outside_the_scope_is_refused(store: Store, county: list[int]) -> None:
    with store.begin() as connection:
        with pytest.raises(Refused):
            service.create(connection, dict(DOCUMENT), "officer", "", HOME, Scope("990101101"))
        document = {**DOCUMENT, "region": "990101101"}
        service.create(connection, document, "officer", "", HOME, Scope("990101101"))
        survey = service.get(connection, REF)
    assert standing.visible(survey, Scope("990101"), HOME)
    assert standing.visible(survey, Scope("990101101001"), HOME)
    assert not standing.visible(survey, Scope("990101102"), HOME)


def test_somebody_whose_record_was_given_up_is_not_drawn(store: Store, county: list[int]) -> None:
    with store.begin() as connection:
        connection.execute(
            update(Person)
            .where(Person.id == county[0])
            .values(status="moved", merged_into=county[1])
        )
    assert planned(store, size=100)["frame_size"] == 59
