"""What is shown before the signature is what is sent after it: texts, parts and money."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import pytest
from sqlalchemy import insert, select, update

from channels.parts import count_parts
from outreach.campaigns import schedule, service
from outreach.campaigns.preview.schemas import Preview
from outreach.deliveries import queries as deliveries
from outreach.models.deliveries import Account
from outreach.models.people import Person, Region
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
                connection, f"sms/yue-Hans/{policy}", "{{ signature }}去{{ policy.where }}啦"
            )
        town.write_text(connection, "sms/yue-Hans/bundle", "{{ signature }}" + "唔好唔记得" * 15)
    return store


def looked_and_sent(
    store: Store, vault: Vault, **changes: Any
) -> tuple[Preview, list[str], tuple[int, int, int]]:
    """What the preview said, what the carrier got, and (parts, fen, resent) as the books have it."""
    with store.begin() as connection:
        order = town.order(**changes)
        service.create(connection, order, "gan")
        looked = service.look(connection, service.get(connection, order.ref), town.TODAY)
        service.submit(connection, order.ref, "gan", town.TODAY)
        service.approve(connection, order.ref, "zhang")
        service.release(connection, order.ref, "gan")
        key = service.get(connection, order.ref)["id"]
    schedule.tick(store.begin, town.ZONE)
    sent = town.carrier(store, vault, "sms").send_all()
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


def test_a_text_that_names_the_village_and_the_reader(home: Store, vault: Vault) -> None:
    """Names are encrypted, so the preview shows one stand-in of the usual length; villages are real."""
    with home.begin() as connection:
        body = "{{ signature }}{{ village }}的{{ name }}：免费体检"
        town.write_text(connection, "sms/zh-Hans/check", body, version=2)
    looked, sent, _ = looked_and_sent(home, vault, policies=["check"])
    (step,) = looked.steps
    shown = Counter({text.text.replace("某某某", "张三"): text.count for text in step.texts})
    assert shown == Counter(sent)
    assert any("西村的张三" in text for text in sent)


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
