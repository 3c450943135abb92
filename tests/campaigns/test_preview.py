"""What is shown before the signature is what is sent after it: texts, parts and money."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Literal

import pytest
from sqlalchemy import Connection, insert, select, update

from channels.parts import count_parts
from outreach.campaigns import schedule, service
from outreach.campaigns.preview.schemas import SOMEBODY, Preview
from outreach.deliveries import queries as deliveries
from outreach.messages.cost import cost_of
from outreach.models.deliveries import Account
from outreach.models.people import Household, Person, Region
from outreach.models.policies import Policy, Reach
from outreach.people import consent
from outreach.store import Store
from outreach.vault import Vault
from tests import town

RULES: tuple[Literal["china", "3gpp"], ...] = ("china", "3gpp")


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """The town, a shared number, a child with a guardian, one without, somebody without a number, a dialect."""
    with store.begin() as connection:
        town.build(connection, vault)
        mother = town.add_person(connection, vault, "+8613800000110", birth=town.THIRTY)
        town.add_person(connection, vault, birth=town.CHILD, guardian_id=mother, region=town.WEST)
        town.add_person(connection, vault, birth=town.CHILD)
        town.add_person(connection, vault)
        first = select(Person.phone, Person.phone_key).order_by(Person.id).limit(1)
        shared = dict(connection.execute(first).mappings().one())
        town.add_person(connection, vault, phone_kind="family", **shared)
        row = {"code": f"{town.WEST}01", "name": "一组", "level": "grid", "parent": town.WEST}
        connection.execute(insert(Region).values(**row, dialect="yue-Hans"))
        west = Person.region == town.WEST
        connection.execute(update(Person).where(west).values(region=f"{town.WEST}01"))
        for policy in ("check", "insure"):
            town.write_text(
                connection,
                f"sms/yue-Hans/{policy}",
                "{{ signature }}去{{ policy.where }}啦。{{ opt_out }}",
            )
        town.write_text(
            connection,
            "sms/yue-Hans/bundle",
            "{{ signature }}" + "唔好唔记得" * 14 + "。{{ opt_out }}",
        )
    return store


Sent = tuple[Preview, list[str], tuple[int, int, int]]


def looked_and_sent(store: Store, vault: Vault, channel: str = "sms", **changes: Any) -> Sent:
    """What the preview said, what the carrier got, and (parts, fen, resent) as the books have it."""
    with store.begin() as connection:
        order = town.order(**changes)
        service.create(connection, order, "gan")
        looked = service.look(connection, service.get(connection, order.ref), town.TODAY, vault)
        service.submit(connection, order.ref, "gan", town.TODAY, vault)
        service.approve(connection, order.ref, "zhang")
        service.release(connection, order.ref, "gan")
        key = service.get(connection, order.ref)["id"]
    schedule.tick(store.begin, town.ZONE)
    sent = town.carrier(store, vault, channel).send_all()
    with store.read() as connection:
        return looked, sent, deliveries.spent(connection, key)


@pytest.mark.parametrize("billing", RULES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"written_dialects": {"reason": "老人习惯"}},
        {"policies": ["check"], "announce": "personal"},
        {"steps": [{"channel": "sms", "policies": ["insure"]}]},
    ],
    ids=[
        "two policies",
        "with a dialect",
        "one policy, only who certainly may",
        "a step about one of two",
    ],
)
def test_the_preview_is_what_is_sent(
    home: Store, vault: Vault, changes: dict[str, Any], billing: Literal["china", "3gpp"]
) -> None:
    with home.begin() as connection:
        connection.execute(update(Account).values(billing=billing))
    looked, sent, (parts, fen, resent) = looked_and_sent(home, vault, **changes)
    (step,) = looked.steps
    assert Counter({text.text: text.count for text in step.texts}) == Counter(sent)
    assert step.recipients == len(sent) > 2
    assert step.gaps == {}
    assert step.parts["total"] == sum(count_parts(text, billing=billing).parts for text in sent)
    assert (parts, fen, resent) == (step.parts["total"], looked.cost_fen, 0)
    if "written_dialects" in changes:
        assert any("唔记得" in text for text in sent)
        assert {text.language for text in step.texts} == {"zh-Hans", "yue-Hans"}


BODY = "{{ signature }}{{ village }}的{{ name }}：惠。{{ opt_out }}"
NAMES = ("王五", "欧阳小明", "阿依古丽·买买提", "李𬭛𬭛", "张", "Anna Li")


@pytest.mark.parametrize("billing", RULES)
@pytest.mark.parametrize("room", range(42, 52, 3))
def test_names_count_with_their_own_length(
    home: Store, vault: Vault, room: int, billing: Literal["china", "3gpp"]
) -> None:
    """The list shows one stand-in; parts and money are those of each name, also where they straddle a part."""
    with home.begin() as connection:
        connection.execute(update(Account).values(billing=billing))
        for number, name in enumerate(NAMES):
            sealed = vault.encrypt("name", name)
            town.add_person(connection, vault, f"+86138000002{number:02}", name=sealed)
        town.write_text(connection, "sms/zh-Hans/check", BODY.replace("惠", "惠" * room), version=2)
    looked, sent, (parts, fen, _) = looked_and_sent(home, vault, policies=["check"])
    (step,) = looked.steps
    shown = Counter({text.text: text.count for text in step.texts})
    greeted = re.compile(f"的(?:{'|'.join((*NAMES, '张三'))})：")
    assert shown == Counter(greeted.sub(f"的{SOMEBODY}：", text) for text in sent)
    assert any("欧阳小明" in text for text in sent)
    assert (step.cost.total, step.cost_fen) == (parts, fen)
    assert sum(text.total for text in step.texts) == parts
    assert step.parts == step.cost.summary()
    assert all(text.least <= text.parts for text in step.texts)


def test_every_part_is_counted_as_composed_one_by_one(home: Store, vault: Vault) -> None:
    looked, sent, _ = looked_and_sent(home, vault, written_dialects={"reason": "老人习惯"})
    (step,) = looked.steps
    one_by_one = cost_of(sent, "china", 7)
    assert step.cost.histogram == one_by_one.histogram
    assert (step.cost.fen, step.cost.savings) == (one_by_one.fen, one_by_one.savings)
    assert looked.cost == step.cost
    assert step.longest
    assert step.longest.characters == max(map(len, sent))
    assert step.shortest
    assert step.shortest.characters == min(map(len, sent))


def test_a_post_to_every_group_is_what_is_posted(home: Store, vault: Vault) -> None:
    looked, sent, _ = looked_and_sent(home, vault, "group", steps=[{"channel": "group"}])
    (step,) = looked.steps
    assert Counter({text.text: text.count for text in step.texts}) == Counter(sent)
    assert step.recipients == len(sent) == 2
    assert (step.cost_fen, step.parts, step.billing) == (0, {}, "")


SPOKEN = {
    "broadcast": (
        "{{ village }}的乡亲们，{{ policy.one_line }}。问{{ policy.phone }}，不收费。",
        2,
    ),
    "call": ("您好，{{ name }}，{{ policy.one_line }}。不收费。", 5),
    "visit": ("您好，{{ policy.one_line }}，到{{ policy.where }}。不收费。", 6),
}


@pytest.mark.parametrize("channel", SPOKEN)
def test_what_is_said_is_what_is_on_the_list(home: Store, vault: Vault, channel: str) -> None:
    body, most = SPOKEN[channel]
    with home.begin() as connection:
        town.add_account(connection, channel)
        town.write_text(connection, f"{channel}/zh-Hans/check", body)
    wanted = {"steps": [{"channel": channel}], "policies": ["check"]}
    looked, sent, _ = looked_and_sent(home, vault, channel, **wanted)
    (step,) = looked.steps
    shown = Counter({text.text: text.count for text in step.texts})
    assert shown == Counter(text.replace("张三", SOMEBODY) for text in sent)
    assert 0 < step.recipients == len(sent) <= most
    assert all(text.seconds > 0 for text in step.texts)
    assert step.cost_fen == 0


def test_what_an_earlier_release_froze_can_still_be_read() -> None:
    """It said less of each text, and its money in yuan."""
    old = {
        "people": 3, "by_policy": {"check": {"yes": 3}}, "cost": 0.35,
        "steps": [{
            "step": 1, "channel": "sms", "recipients": 3, "cost": 0.35, "gaps": {"粤语": 1},
            "texts": [{"text": "一句", "language": "zh-Hans", "count": 2, "parts": 1}],
            "parts": {"min": 1, "median": 1, "max": 1, "total": 5},
        }],
    }  # fmt: skip
    read = Preview.from_dict(old)
    assert (read.cost_fen, read.steps[0].cost_fen, read.steps[0].texts[0].count) == (35, 35, 2)
    again = Preview.from_dict(read.as_dict())
    assert again.as_dict() == read.as_dict()


def refuse(connection: Connection, vault: Vault, phone: str) -> None:
    subject = consent.Subject(address_key=vault.keyed_hash("phone", phone))
    consent.refuse(
        connection, subject, channel="sms", message_class="publicity", source="reply", at=town.MORNING
    )  # fmt: skip


def test_who_refuses_or_has_it_is_not_counted_and_named_with_the_reason(
    home: Store, vault: Vault
) -> None:
    """One refuses, one has one policy of two already, a household was stopped."""
    with home.begin() as connection:
        refuse(connection, vault, "+8613800000102")
        has = town.add_person(connection, vault, "+8613800000301")
        check = connection.scalars(select(Policy.id).where(Policy.ref == "check")).one()
        values = {"policy_id": check, "person_id": has, "fact": "applied", "on": town.TODAY}
        connection.execute(insert(Reach).values(values))
        stopped = (
            insert(Household)
            .values(key=b"h", region=town.EAST, stopped=True)
            .returning(Household.id)
        )
        family = connection.execute(stopped).scalar_one()
        town.add_person(connection, vault, "+8613800000302", household_id=family)
    looked, sent, (parts, fen, _) = looked_and_sent(home, vault)
    (step,) = looked.steps
    assert Counter({text.text: text.count for text in step.texts}) == Counter(sent)
    assert (step.recipients, step.cost.total, step.cost_fen) == (len(sent), parts, fen)
    assert step.skipped == {
        "refused_channel": 1, "stopped": 1, "no_guardian": 1, "no_address": 1,
    }  # fmt: skip
    with home.read() as connection:
        key = service.get(connection, "winter")["id"]
        states = deliveries.state_counts(connection, key)
        why = {row["reason"]: row["count"] for row in deliveries.reasons(connection, key)}
    assert states["skipped"] == sum(step.skipped.values())
    assert why == step.skipped


def test_who_would_get_nothing_is_counted(home: Store) -> None:
    with home.begin() as connection:
        connection.execute(update(Region).values(dialect=""))
        connection.execute(
            update(Person).where(Person.region == town.EAST).values(language="ug-Arab")
        )
        service.create(connection, town.order(), "gan")
        (step,) = service.look(connection, service.get(connection, "winter"), town.TODAY).steps
    texts = sum(text.count for text in step.texts)
    assert texts + sum(step.gaps.values()) == step.recipients


def test_looking_writes_no_delivery_and_moves_nothing(home: Store) -> None:
    with home.begin() as connection:
        key = service.create(connection, town.order(), "gan")
        service.look(connection, service.get(connection, "winter"), town.TODAY)
        looked = service.look(connection, service.get(connection, "winter"), town.TODAY)
        assert service.get(connection, "winter")["status"] == "draft"
        assert deliveries.state_counts(connection, key)["planned"] == 0
    assert looked.as_dict()["cost"] == looked.cost_fen / 100 > 0
