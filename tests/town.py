"""A small invented town for tests: two villages, a few people, two policies with texts, an account per channel."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from channels.fake import FakeChannel
from outreach.campaigns import schemas, service
from outreach.deliveries import orders
from outreach.deliveries.outgoing import Line
from outreach.deliveries.send import Sender
from outreach.messages import queries as texts
from outreach.models.deliveries import Account, GroupChat
from outreach.models.people import Person, Region
from outreach.policies import service as policies
from outreach.policies import signing
from outreach.store import Store
from outreach.vault import Vault

TODAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten o'clock in Shanghai
ZONE = ZoneInfo("Asia/Shanghai")
THIRTY, CHILD = date(1990, 5, 1), date(2020, 5, 1)
COUNTY, TOWN = "600101", "600101101"
EAST, WEST = "600101101001", "600101101002"
AMOUNT = {"status": "national", "text": "每年一次", "value": 1}
CHECK: Mapping[str, Any] = {
    "id": "check", "official_name": "老年人健康体检", "plain_name": "免费体检", "domain": "医疗", "office": "卫健局",
    "source": {"title": "规范"}, "amount": AMOUNT, "one_line": "满65岁可以免费体检", "where": "卫生院",
    "rule": {"all": [{"field": "age", "op": ">=", "value": 65}]},
}  # fmt: skip
INSURE: Mapping[str, Any] = {
    **CHECK, "id": "insure", "official_name": "居民医保参保", "plain_name": "交医保", "one_line": "没有职工医保的交医保",
    "rule": {"none": [{"field": "circumstances", "op": "has", "value": "ins.employee"}]},
}  # fmt: skip
EMPLOYEE = 1 << 62
SMS = "{{ signature }}{{ policy.one_line }}，到{{ policy.where }}。{{ opt_out }}"
UNTIL = "本条有效至{{ policy.valid_until }}。"
BUNDLE = "{{ signature }}{% for p in policies %}{{ loop.index }}.{{ p.one_line }}；{% endfor %}{{ opt_out }}"


def load(connection: Connection, document: Mapping[str, Any], *, verified: bool = True) -> None:
    """A policy into the catalogue, verified and signed by its departments unless said otherwise."""
    policies.load(connection, policies.check_document(dict(document), "test.yaml"))
    if verified:
        ref = str(document["id"])
        for department in signing.departments(policies.verify(connection, ref, "核验员")):
            signing.sign(connection, ref, department, "核验员")


def write_text(
    connection: Connection,
    place: str,
    body: str,
    *,
    version: int = 1,
    needs_review: bool = False,
    form: str = "",
) -> int:
    """A text at `channel/language/policy`, of the channel's own form unless another is named."""
    channel, language, policy = place.split("/")
    return texts.add(
        connection,
        {
            "policy": policy, "channel": channel, "language": language, "form": form or channel, "title": place, "body": body,
            "announce": "general", "hash": hashlib.sha256(body.encode()).hexdigest(), "version": version,
            "needs_review": needs_review,
        },
    )  # fmt: skip


def add_person(connection: Connection, vault: Vault, phone: str = "", **facts: Any) -> int:
    """A resident with a number of their own, 70 years old and nobody's employee unless said otherwise."""
    values = {
        "region": EAST, "birth": date(1956, 1, 1), "circumstances": 0, "circumstances_known": EMPLOYEE,
        "name": vault.encrypt("name", "张三"), "created_at": MORNING, "updated_at": MORNING, **facts,
    }  # fmt: skip
    if phone:
        values |= {
            "phone": vault.encrypt("phone", phone), "phone_key": vault.keyed_hash("phone", phone), "phone_kind": "own",
        }  # fmt: skip
    return int(
        connection.execute(insert(Person).values(**values).returning(Person.id)).scalar_one()
    )


def add_account(connection: Connection, channel: str, **values: Any) -> int:
    """An account of the rehearsal carrier."""
    row = {
        "name": channel, "channel": channel, "provider": "fake", "per_second": 1e9, "part_fen": 7, "billing": "china",
        "options": {}, **values,
    }  # fmt: skip
    return int(connection.execute(insert(Account).values(**row).returning(Account.id)).scalar_one())


def build(connection: Connection, vault: Vault) -> None:
    """The town: places, accounts, one group per village, both policies with their texts, four people."""
    for code, name, level in (
        ("60", "演示省", "province"), ("6001", "演示市", "prefecture"), (COUNTY, "演示县", "county"),
        (TOWN, "城关镇", "town"), (EAST, "东村", "village"), (WEST, "西村", "village"),
    ):  # fmt: skip
        parent = {2: "", 4: "60", 6: "6001", 9: COUNTY, 12: TOWN}[len(code)]
        row = {"code": code, "name": name, "level": level, "parent": parent, "dialect": ""}
        connection.execute(insert(Region).values(**row))
    for channel in ("sms", "group", "flyer"):
        add_account(connection, channel, part_fen=7 if channel == "sms" else 0)
    group = connection.scalars(select(Account.id).where(Account.channel == "group")).one()
    for code in (EAST, WEST):
        chat: dict[str, Any] = {"region": code, "name": f"{code}群", "account_id": group}
        connection.execute(
            insert(GroupChat).values(**chat, address=vault.encrypt("group", f"robot{code}"))
        )
    for document in (CHECK, INSURE):
        load(connection, document)
    for policy in ("check", "insure"):
        write_text(connection, f"sms/zh-Hans/{policy}", SMS)
        write_text(
            connection, f"group/zh-Hans/{policy}", "{{ village }}：{{ policy.one_line }}。" + UNTIL
        )
    write_text(connection, "sms/zh-Hans/bundle", BUNDLE)
    write_text(connection, "group/zh-Hans/bundle", "{{ village }}：" + BUNDLE + UNTIL)
    add_person(connection, vault, "+8613800000101")  # both policies
    add_person(connection, vault, "+8613800000102", region=WEST)  # both policies
    add_person(connection, vault, "+8613800000103", birth=THIRTY)  # insurance only
    add_person(
        connection, vault, "+8613800000104", circumstances=EMPLOYEE, circumstances_known=EMPLOYEE
    )  # health check only


def order(**changes: Any) -> schemas.CampaignOrder:
    """A campaign with one text message about both policies; keywords replace keys of the document."""
    document = {
        "id": "winter", "title": "冬季告知", "policies": ["check", "insure"], "office": "演示县政务办", "region": COUNTY,
        "valid_until": "2027-02-28", "budget": 100, "ignore_quiet_hours": {"reason": "测试"},
        "steps": [{"channel": "sms"}], **changes,
    }  # fmt: skip
    return schemas.parse(document, ZONE, "campaign.yaml")


def released(connection: Connection, **changes: Any) -> int:
    """A campaign that gan wrote and submitted and zhang signed, handed to the senders; its row number."""
    wanted = order(**changes)
    key = service.create(connection, wanted, "gan")
    service.submit(connection, wanted.ref, "gan", TODAY)
    service.approve(connection, wanted.ref, "zhang")
    service.release(connection, wanted.ref, "gan")
    return key


@dataclass(frozen=True)
class Carrier:
    """The rehearsal carrier of one account."""

    store: Store
    vault: Vault
    account: orders.AccountView
    channel: FakeChannel

    def send_all(self) -> list[str]:
        """Send whatever is due; the texts that the carrier has by now."""
        line = Line(5.0, 2.0, ZONE, "http://127.0.0.1", loopback=True)
        sender = Sender(self.store, self.vault, self.account, self.channel, line)

        async def go() -> None:
            for _ in range(200):
                pause = await sender.step()
                if pause is None:
                    return
                await asyncio.sleep(min(pause, 0.01))
            raise AssertionError("the sender never came to an end")

        asyncio.run(go())
        return [message.text for message in self.channel.sent]


def carrier(store: Store, vault: Vault, channel: str) -> Carrier:
    """The carrier of a channel's account."""
    with store.read() as connection:
        (account,) = [one for one in orders.accounts(connection) if one.channel == channel]
    return Carrier(store, vault, account, FakeChannel())
