"""How old a list may be before something is signed or sent, and who let it pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from outreach import clock, content
from outreach.campaigns import preflight, queries, schedule, service
from outreach.campaigns.preflight.schemas import Stop
from outreach.campaigns.signing import rules
from outreach.errors import Invalid, Missing, OutreachError, Refused
from outreach.models.access import AuditEntry
from outreach.models.deliveries import Account
from outreach.models.people import ImportRun
from outreach.models.policies import Policy, PolicyList
from outreach.store import Store
from outreach.vault import Vault
from tests import town

TODAY = town.TODAY
REGISTER = ("preflight.register_old", "register")
APPLIED = ("preflight.applied_old", "applied:check")


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
        service.create(connection, town.order(), "gan")
    return store


def register(connection: Connection, days: int, region: str = "", **values: Any) -> None:
    """A file of people that was taken in some days ago."""
    at = datetime.combine(TODAY - timedelta(days=days), datetime.min.time(), UTC)
    row = {
        "file_name": "台账.xlsx",
        "file_hash": "",
        "at": at,
        "finished_at": at,
        "options": {"region": region},
    }
    connection.execute(insert(ImportRun).values(**{**row, **values}))


def told(connection: Connection, days: int, fact: str = "applied", ref: str = "check") -> None:
    """A list of who applied or received, up to some days ago."""
    policy = connection.scalars(select(Policy.id).where(Policy.ref == ref)).one()
    row = {
        "policy_id": policy, "fact": fact, "region": town.COUNTY, "cut_off": TODAY - timedelta(days=days), "rows": 9,
        "unmatched": 0, "source": "名单", "by": "li", "at": town.MORNING,
    }  # fmt: skip
    connection.execute(insert(PolicyList).values(**row))


def found(store: Store, on: date = TODAY) -> list[tuple[str, str]]:
    with store.read() as connection:
        campaign = service.get(connection, "winter")
        return [(one.code, one.subject) for one in preflight.stops(connection, campaign, None, on)]


Change = Callable[[Connection], None]
AGES: dict[str, tuple[list[Change], list[tuple[str, str]]]] = {
    "nothing was handed in": ([], []),
    "a register of yesterday": ([lambda c: register(c, 1)], []),
    "a register on its last day": ([lambda c: register(c, 92)], []),
    "a register one day too old": ([lambda c: register(c, 93)], [REGISTER]),
    "a newer one makes up for it": ([lambda c: register(c, 200), lambda c: register(c, 9)], []),
    "one that was undone does not": ([lambda c: register(c, 200), lambda c: register(c, 9, undone_at=town.MORNING)], [REGISTER]),
    "an office's own list is no register": ([lambda c: register(c, 200), lambda c: register(c, 9, list_ref="applied:check")], [REGISTER]),
    "another county's does not count": ([lambda c: register(c, 200), lambda c: register(c, 9, "310101")], [REGISTER]),
    "a village that was left behind": ([lambda c: register(c, 200, town.WEST), lambda c: register(c, 9, town.EAST)], [REGISTER]),
    "the county's file speaks for its villages": ([lambda c: register(c, 200, town.WEST), lambda c: register(c, 9, town.COUNTY)], []),
    "a list of applications on its last day": ([lambda c: told(c, 62)], []),
    "a list of applications one day too old": ([lambda c: told(c, 63)], [APPLIED]),
    "a fresh list of who received it instead": ([lambda c: told(c, 63), lambda c: told(c, 9, "received")], []),
    "of another policy": ([lambda c: told(c, 63, ref="insure")], [("preflight.applied_old", "applied:insure")]),
    "both": ([lambda c: register(c, 93), lambda c: told(c, 63)], [REGISTER, APPLIED]),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "stops"), AGES.values(), ids=AGES.keys())
def test_how_old_a_list_may_be(
    home: Store, changes: list[Change], stops: list[tuple[str, str]]
) -> None:
    with home.begin() as connection:
        for change in changes:
            change(connection)
    assert found(home) == stops


def test_only_the_policies_of_a_step_are_asked_about(home: Store) -> None:
    with home.begin() as connection:
        told(connection, 63)
        step = {"options": {"policies": ["insure"]}, "number": 1, "channel": "group"}
        campaign = service.get(connection, "winter")
        assert preflight.stops(connection, campaign, step, TODAY) == []


def let_pass(store: Store, what: tuple[str, str] = REGISTER, reason: str = "下周才给") -> Stop:
    with store.begin() as connection:
        campaign = service.get(connection, "winter")
        return preflight.let_pass(connection, campaign, what, reason, "li", TODAY)


def submit(store: Store, on: date = TODAY) -> None:
    with store.begin() as connection:
        service.submit(connection, "winter", "gan", on)


def test_nothing_is_submitted_over_an_old_register_until_somebody_says_why(home: Store) -> None:
    with home.begin() as connection:
        register(connection, 93)
    with pytest.raises(Refused) as caught:
        submit(home)
    assert (caught.value.code, caught.value.params["days"]) == (REGISTER[0], 93)
    let_pass(home)
    submit(home)
    with home.begin() as connection:
        frozen = service.get(connection, "winter")["frozen"]
        assert [(one["by"], one["reason"]) for one in frozen["passed"]] == [("li", "下周才给")]
        service.approve(connection, "winter", "zhang", on=TODAY)
        line = connection.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "campaigns.review")
        ).one()
    assert (line["move"], line["subject"], line["reason"]) == ("let_pass", "register", "下周才给")


def test_whoever_signs_later_is_asked_again_about_a_list_that_became_too_old(home: Store) -> None:
    with home.begin() as connection:
        told(connection, 60)
    submit(home)
    with pytest.raises(Refused) as caught, home.begin() as connection:
        service.approve(connection, "winter", "zhang", on=TODAY + timedelta(days=3))
    assert caught.value.code == APPLIED[0]


def test_what_was_let_pass_is_this_list_and_no_other(home: Store) -> None:
    with home.begin() as connection:
        register(connection, 150)
    assert let_pass(home).state == (TODAY - timedelta(days=150)).isoformat()
    assert found(home) == []
    with home.begin() as connection:
        register(connection, 100)  # newer, and still too old
    assert found(home) == [REGISTER]
    let_pass(home)
    assert found(home) == []
    with (
        home.begin() as connection
    ):  # the newer one is taken back: the older one is another state than the last
        connection.execute(
            update(ImportRun).values(undone_at=town.MORNING).where(ImportRun.id == 2)
        )
    assert found(home) == []  # that very state was let pass before


REFUSED: list[Any] = [
    pytest.param(REGISTER, " ", Invalid, "preflight.reason_needed", id="without a reason"),
    pytest.param(APPLIED, "x", Missing, "preflight.no_such_stop", id="what does not stop it"),
]


@pytest.mark.parametrize(("what", "reason", "kind", "code"), REFUSED)
def test_what_is_not_let_pass(
    home: Store, what: tuple[str, str], reason: str, kind: type[OutreachError], code: str
) -> None:
    with home.begin() as connection:
        register(connection, 93)
    with pytest.raises(kind) as caught:
        let_pass(home, what, reason)
    assert caught.value.code == code


def test_nobody_lets_another_price_pass(home: Store) -> None:
    submit(home)
    with home.begin() as connection:
        connection.execute(update(Account).where(Account.channel == "sms").values(part_fen=9))
    with pytest.raises(Refused) as caught:
        let_pass(home, ("preflight.account_changed", "account:sms"))
    assert caught.value.code == "preflight.never_passes"


def test_the_limits_are_those_that_were_signed(home: Store, tmp_path: Path) -> None:
    shipped = (content.find(rules.FILE)).read_text("utf-8")
    (tmp_path / rules.FILE).write_text(
        shipped.replace("register_days = 92", "register_days = 5"), "utf-8"
    )
    with home.begin() as connection:
        register(connection, 4)
        draft = service.get(connection, "winter")
        later = TODAY + timedelta(days=2)
        assert preflight.stops(connection, preflight.judged(draft, None), None, later) == []
        (stop,) = preflight.stops(connection, preflight.judged(draft, tmp_path), None, later)
        assert stop.params["most"] == 5
        service.submit(connection, "winter", "gan", TODAY, site=tmp_path)
        signed = preflight.judged(service.get(connection, "winter"), None)
        assert len(preflight.stops(connection, signed, None, later)) == 1


# -- before a step ------------------------------------------------------------------------------------


def tick(store: Store) -> str:
    schedule.tick(store.begin, town.ZONE)
    with store.read() as connection:
        return str(service.get(connection, "winter")["status"])


def planned(store: Store) -> int:
    with store.read() as connection:
        campaign = service.get(connection, "winter")["id"]
        return sum(bool(one["planned"]) for one in queries.firings(connection, campaign))


def test_a_step_that_is_stopped_pauses_the_campaign_and_says_why(
    store: Store, vault: Vault
) -> None:
    later = {"channel": "group", "at": "2026-11-30 10:00"}
    with clock.fixed(town.MORNING) as now:
        with store.begin() as connection:
            town.build(connection, vault)
            told(connection, 60)
            town.released(connection, steps=[{"channel": "sms"}, later])
        assert (tick(store), planned(store)) == ("running", 1)
        now.advance(days=7)
        assert (tick(store), planned(store)) == ("paused", 1)
        assert _why(store)["code"] == "preflight.stopped"
        assert "免费体检" in str(_why(store)["said"])
        with store.begin() as connection:
            service.resume(connection, "winter", "gan")
        assert (tick(store), planned(store)) == ("paused", 1)  # resuming alone is no answer
        with store.begin() as connection:
            campaign = service.get(connection, "winter")
            on = clock.today(town.ZONE)
            preflight.let_pass(connection, campaign, APPLIED, "医院下月才报", "li", on)
            service.resume(connection, "winter", "gan")
        assert (tick(store), planned(store)) == ("running", 2)


def _why(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        details = connection.scalars(select(AuditEntry.detail).order_by(AuditEntry.id)).all()
    return [dict(one) for one in details if one.get("move") == "pause"][-1]
