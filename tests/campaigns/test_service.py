"""From a draft to the hand-over: what stops it, what a signature is bound to, what changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from outreach.audiences import queries as audiences
from outreach.campaigns import queries, schedule, service
from outreach.errors import Conflict, Missing, OutreachError, Refused
from outreach.messages import service as messages
from outreach.messages.schemas import Place
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign, Step
from outreach.models.deliveries import Account
from outreach.models.messages import Variant
from outreach.models.people import Person
from outreach.models.policies import Policy
from outreach.policies import service as policies
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import TODAY


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    with store.begin() as connection:
        town.build(connection, vault)
    return store


def create(store: Store, **changes: Any) -> int:
    with store.begin() as connection:
        return service.create(connection, town.order(**changes), "gan")


def submit(store: Store) -> str:
    with store.begin() as connection:
        return service.submit(connection, "winter", "gan", TODAY)


def campaign(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        return dict(service.get(connection, "winter"))


# -- what keeps it a draft -------------------------------------------------------------------------


def _withdraw(connection: Connection) -> None:
    connection.execute(update(Policy).where(Policy.ref == "check").values(status="withdrawn"))


def _new_version(connection: Connection) -> None:
    town.load(connection, {**town.CHECK, "where": "新卫生院"}, verified=False)


def _local_amount(connection: Connection) -> None:
    town.load(connection, {**town.CHECK, "amount": {"status": "local", "text": "按本地标准"}})


def _everybody_gone(connection: Connection) -> None:
    connection.execute(update(Person).values(status="moved"))


STOPS: list[Any] = [
    pytest.param(_withdraw, {}, "campaigns.policy_not_live", id="a withdrawn policy"),
    pytest.param(_new_version, {}, "campaigns.policy_unverified", id="a version that nobody checked"),
    pytest.param(_local_amount, {}, "campaigns.amount_missing", id="an amount that the county sets"),
    pytest.param(_everybody_gone, {}, "campaigns.nobody", id="nobody is left"),
    pytest.param(None, {"region": "600199"}, "campaigns.nobody", id="nobody lives there"),
    pytest.param(None, {"valid_until": "2026-11-22"}, "campaigns.texts_expired", id="yesterday's texts"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "order", "code"), STOPS)
def test_what_keeps_it_a_draft(
    home: Store, change: Callable[[Connection], None] | None, order: dict[str, Any], code: str
) -> None:
    create(home, **order)
    if change is not None:
        with home.begin() as connection:
            change(connection)
    with pytest.raises(Refused) as caught:
        submit(home)
    assert caught.value.code == code
    found = campaign(home)
    assert (found["status"], found["frozen"], found["frozen_hash"]) == ("draft", None, "")


@pytest.mark.parametrize(
    ("missing", "steps", "named"),
    [
        ("sms/zh-Hans/check", [{"channel": "sms"}], "check"),
        ("sms/zh-Hans/bundle", [{"channel": "sms"}], "bundle"),
        ("group/zh-Hans/bundle", [{"channel": "group"}], "bundle"),
        ("group/zh-Hans/check", [{"channel": "group", "policies": ["check"]}], "check"),
    ],
    ids=["one policy", "several for one reader", "one post for all", "a post about one policy"],
)
def test_a_step_that_writes_needs_its_text(
    home: Store, missing: str, steps: list[Any], named: str
) -> None:
    channel, language, policy = missing.split("/")
    create(home, steps=steps)
    with home.begin() as connection:
        connection.execute(
            delete(Variant).where(
                Variant.channel == channel, Variant.language == language, Variant.policy == policy
            )
        )
    with pytest.raises(Refused) as caught:
        submit(home)
    assert (caught.value.code, caught.value.params["policy"]) == ("campaigns.no_text", named)


def test_paper_needs_no_text_of_its_own(home: Store) -> None:
    create(home, steps=[{"channel": "flyer"}])
    assert len(submit(home)) == 64


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"policies": ["check", "unheard-of"]}, "policies.unknown"),
        ({"steps": [{"channel": "sms", "policies": ["hpv"]}]}, "campaigns.step_policy"),
        ({"steps": [{"channel": "broadcast"}]}, "deliveries.no_account"),
        ({"steps": [{"channel": "sms", "account": "another"}]}, "deliveries.no_account"),
    ],
    ids=["an unknown policy", "a step about another policy", "no account", "no such account"],
)
def test_what_cannot_be_written_down(home: Store, order: dict[str, Any], code: str) -> None:
    with pytest.raises(OutreachError) as caught:
        create(home, **order)
    assert caught.value.code == code
    with pytest.raises(Missing):
        campaign(home)


def test_a_name_is_taken_once(home: Store) -> None:
    create(home)
    with pytest.raises(Conflict, match="exists"):
        create(home, title="另一个")


# -- the signature ------------------------------------------------------------------------------------


@pytest.mark.parametrize("author", ["gan", "li"], ids=["who wrote it", "who submitted it"])
def test_who_wrote_or_submitted_it_never_signs(home: Store, author: str) -> None:
    create(home)
    with home.begin() as connection:
        service.submit(connection, "winter", "li", TODAY)
    with pytest.raises(Refused) as caught, home.begin() as connection:
        service.approve(connection, "winter", author)
    assert caught.value.code == "campaigns.same_person"
    assert campaign(home)["status"] == "submitted"


def test_a_signature_is_bound_to_the_hash(home: Store) -> None:
    key = create(home)
    digest = submit(home)
    with home.begin() as connection:
        service.approve(connection, "winter", "zhang", "同意")
        (_, signed) = queries.signatures(connection, key)
    assert (signed["hash"], signed["by"], signed["note"]) == (digest, "zhang", "同意")
    with home.begin() as connection:
        connection.execute(update(Campaign).values(frozen_hash="0" * 64))
    with pytest.raises(Refused) as caught, home.begin() as connection:
        service.release(connection, "winter", "gan")
    assert caught.value.code == "campaigns.not_signed"


def test_nothing_is_released_before_the_signature(home: Store) -> None:
    create(home)
    submit(home)
    with pytest.raises(Refused, match="not_signed"), home.begin() as connection:
        service.release(connection, "winter", "gan")


def test_releasing_twice_changes_nothing(home: Store) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    lines = len(audit_lines(home))
    with home.begin() as connection:
        service.release(connection, "winter", "gan")
        assert queries.by_id(connection, key)["status"] == "running"
    assert len(audit_lines(home)) == lines


def test_what_was_sent_back_is_frozen_and_signed_anew(home: Store, vault: Vault) -> None:
    key = create(home)
    first = submit(home)
    with home.begin() as connection:
        service.approve(connection, "winter", "zhang")
        service.send_back(connection, "winter", "zhang", "漏了一户")
    found = campaign(home)
    assert (found["status"], found["frozen"], found["submitted_by"]) == ("draft", None, "")
    with home.begin() as connection:
        town.add_person(connection, vault, "+8613800000105")
    second = submit(home)
    assert second != first
    with pytest.raises(Refused, match="not_signed"), home.begin() as connection:
        service.release(connection, "winter", "gan")  # the old signature is for the old hash
    with home.begin() as connection:
        service.approve(connection, "winter", "zhang")
        service.release(connection, "winter", "gan")
        decisions = [one["decision"] for one in queries.signatures(connection, key)]
    assert decisions == ["submitted", "approved", "returned", "submitted", "approved"]


def audit_lines(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as connection:
        rows = connection.execute(
            select(AuditEntry.by, AuditEntry.action, AuditEntry.detail)
            .where(AuditEntry.thing == "campaign:winter")
            .order_by(AuditEntry.id)
        )
        return [(row.by, row.action, row.detail["move"]) for row in rows]


def test_every_move_leaves_a_line_in_the_audit_log(home: Store) -> None:
    with home.begin() as connection:
        town.released(connection)
        service.pause(connection, "winter", "li")
        service.resume(connection, "winter", "gan")
        service.cancel(connection, "winter", "gan")
    assert audit_lines(home) == [
        ("gan", "campaigns.edit", "create"),
        ("gan", "campaigns.submit", "submit"),
        ("zhang", "campaigns.approve", "approve"),
        ("gan", "campaigns.run", "release"),
        ("li", "campaigns.run", "pause"),
        ("gan", "campaigns.run", "resume"),
        ("gan", "campaigns.run", "cancel"),
    ]


# -- the hash -----------------------------------------------------------------------------------------


def _text(connection: Connection) -> None:
    town.write_text(connection, "sms/zh-Hans/check", town.SMS.replace("。", "！", 1), version=2)


def _policy(connection: Connection) -> None:
    town.load(connection, {**town.CHECK, "one_line": "满65岁免费体检"})


def _local_fact(connection: Connection) -> None:
    policies.fill_in(connection, "check", town.COUNTY, facts={"where": "县医院"}, by="li")


def _step(connection: Connection) -> None:
    connection.execute(update(Step).values(late_hours=48))


def _moment(connection: Connection) -> None:
    connection.execute(update(Step).values(due_at=town.MORNING))


def _person(connection: Connection) -> None:
    newest = select(Person.id).order_by(Person.id.desc()).limit(1).scalar_subquery()
    connection.execute(update(Person).where(Person.id == newest).values(status="deceased"))


def _budget(connection: Connection) -> None:
    connection.execute(update(Campaign).values(budget_fen=9999))


def _price(connection: Connection) -> None:
    connection.execute(update(Account).where(Account.channel == "sms").values(part_fen=8))


def _carrier(connection: Connection) -> None:
    connection.execute(update(Account).where(Account.channel == "sms").values(provider="twilio"))


def _options(connection: Connection) -> None:
    options = connection.scalars(select(Campaign.options)).one()
    values = {**options, "office": "另一个办公室"}
    connection.execute(update(Campaign).values(options=values))


SIGNED: list[Callable[[Connection], None]] = [
    _text, _policy, _local_fact, _step, _moment, _person, _budget, _price, _carrier, _options,
]  # fmt: skip


@pytest.mark.parametrize("change", SIGNED, ids=lambda change: change.__name__.lstrip("_"))
def test_whatever_is_signed_changes_the_hash(
    home: Store, change: Callable[[Connection], None]
) -> None:
    create(home)
    first = submit(home)
    with home.begin() as connection:
        service.send_back(connection, "winter", "zhang", "")
    assert submit(home) == first  # nothing changed: the same hash
    with home.begin() as connection:
        service.send_back(connection, "winter", "zhang", "")
        change(connection)
    assert submit(home) != first


def test_the_text_of_another_policy_is_not_ours(home: Store) -> None:
    create(home, policies=["check"])
    first = submit(home)
    with home.begin() as connection:
        service.send_back(connection, "winter", "zhang", "")
        town.write_text(connection, "sms/zh-Hans/insure", "{{ signature }}别的", version=2)
    assert submit(home) == first


# -- after the signature --------------------------------------------------------------------------------


def test_what_was_signed_is_what_is_sent(home: Store, vault: Vault) -> None:
    """A text, a policy and a local fact that change after the signature do not reach anybody by it."""
    with home.begin() as connection:
        town.released(connection)
    with home.begin() as connection:
        _text(connection)
        _policy(connection)
        _local_fact(connection)
    schedule.tick(home.begin, town.ZONE)
    sent = town.carrier(home, vault, "sms").send_all()
    assert len(sent) == 4
    assert not any("县医院" in text or "！" in text or "满65岁免费" in text for text in sent)
    with home.read() as connection:
        assert policies.get(connection, "check").facts_at(town.COUNTY)["where"] == "县医院"


def test_later_lists_only_take_people_out(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        key = town.released(connection)
    with home.begin() as connection:
        town.add_person(connection, vault, "+8613800000105")
        connection.execute(
            update(Person)
            .where(Person.birth > date(1980, 1, 1))
            .values(circumstances=town.EMPLOYEE)
        )
    schedule.tick(home.begin, town.ZONE)
    carrier = town.carrier(home, vault, "sms")
    carrier.send_all()
    told = {message.to for message in carrier.channel.sent}
    assert told == {"+8613800000101", "+8613800000102", "+8613800000104"}
    with home.read() as connection:
        people, _ = audiences.sizes(connection, key)
    assert people == 4


def test_a_dialect_needs_its_reader_and_its_switch(home: Store, vault: Vault) -> None:
    with home.begin() as connection:
        town.write_text(
            connection, "sms/yue-Hans/check", "{{ signature }}免费验身", needs_review=True
        )
        connection.execute(
            update(Person).where(Person.region == town.WEST).values(language="yue-Hans")
        )
        connection.execute(
            update(Person).values(circumstances=town.EMPLOYEE, circumstances_known=town.EMPLOYEE)
        )

    def texts(**changes: Any) -> set[str]:
        with home.begin() as connection:
            order = town.order(id=f"c{len(changes)}{reviewed}", policies=["check"], **changes)
            service.create(connection, order, "gan")
            (step,) = service.look(connection, service.get(connection, order.ref), TODAY).steps
            return {text.language for text in step.texts}

    switched = {"written_dialects": {"reason": "老人习惯"}}
    reviewed = 0
    assert texts(**switched) == {"zh-Hans"}
    with home.begin() as connection:
        messages.review(
            connection, Place("check", "sms", "yue-Hans", "sms", "general"), "审校员", TODAY
        )
    reviewed = 1
    assert texts() == {"zh-Hans"}
    assert texts(**switched) == {"zh-Hans", "yue-Hans"}


def test_general_takes_those_of_whom_a_fact_is_missing_and_personal_does_not(
    home: Store, vault: Vault
) -> None:
    with home.begin() as connection:
        town.add_person(connection, vault, "+8613800000105", birth=None, circumstances_known=0)
    sizes = {}
    for announce in ("general", "personal"):
        with home.begin() as connection:
            service.create(connection, town.order(id=announce, announce=announce), "gan")
            looked = service.look(connection, service.get(connection, announce), TODAY)
        sizes[announce] = (looked.people, looked.by_policy)
    assert sizes["general"] == (
        5, {"check": {"yes": 3, "unknown": 1}, "insure": {"yes": 3, "unknown": 1}},
    )  # fmt: skip
    assert sizes["personal"] == (4, {"check": {"yes": 3}, "insure": {"yes": 3}})


def test_a_second_account_does_not_take_the_place_of_the_first(home: Store) -> None:
    create(home)
    first = submit(home)
    with home.begin() as connection:
        service.send_back(connection, "winter", "zhang", "")
        connection.execute(
            insert(Account).values(
                name="later", channel="sms", provider="fake", per_second=1.0, part_fen=1, billing="china", options={}
            )
        )  # fmt: skip
    assert submit(home) == first
