"""Small builders of an office: a place, people, two policies, an account, a signed campaign."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select, update

from channels.base import Channel
from channels.fake import FakeChannel
from outreach import clock
from outreach.campaigns import schedule, schemas
from outreach.campaigns import service as campaigns
from outreach.deliveries import funnel, orders, queries, receipts
from outreach.deliveries.outgoing import Line
from outreach.deliveries.send import Sender
from outreach.messages import service as messages
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import (
    Account,
    Attempt,
    Delivery,
    DeliveryAgain,
    DeliveryBatch,
    DeliverySubject,
    GroupChat,
    Outcome,
    delivery_state,
)
from outreach.models.people import Household, Person, Region
from outreach.people.keys import phone_key
from outreach.policies import service as policies
from outreach.policies import signing
from outreach.store import Store
from outreach.vault import Vault

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai: nobody has to be quiet."""

VILLAGE = "110101001001"
ELDER, CHILD = "phys-65", "childcare-2025"
"""Two policies with a text each and a common one: from 65 on, and under three."""

_RULES = {
    ELDER: {"all": [{"field": "age", "op": ">=", "value": 65}]},
    CHILD: {"all": [{"field": "age", "op": "<", "value": 3}]},
}
_numbers = itertools.count(1)


def add_region(
    connection: Connection, code: str = VILLAGE, name: str = "多福巷", **more: Any
) -> int:
    level = {6: "county", 9: "town", 12: "village"}.get(len(code), "grid")
    values = {"code": code, "name": name, "level": level, "parent": "", **more}
    return int(connection.scalar(insert(Region).values(values).returning(Region.id)) or 0)


def add_household(connection: Connection, *, stopped: bool = False, region: str = VILLAGE) -> int:
    values = {"key": next(_numbers).to_bytes(16, "big"), "region": region, "stopped": stopped}
    return int(connection.scalar(insert(Household).values(values).returning(Household.id)) or 0)


def add_person(
    connection: Connection,
    vault: Vault,
    *,
    phone: str | None = "",
    birth: date | None = date(1950, 1, 1),
    **more: Any,
) -> int:
    """Somebody of 76 with a phone of their own; phone=None: without one."""
    number = f"+86138{next(_numbers):08d}" if phone == "" else phone
    values = {
        "name": vault.encrypt("name", "张三"), "region": VILLAGE, "birth": birth, "synthetic": False,
        "phone": vault.encrypt("phone", number or ""), "phone_kind": "own" if number else "",
        "phone_key": phone_key(vault, number) if number else None, "created_at": NOON, "updated_at": NOON,
        **more,
    }  # fmt: skip
    return int(connection.scalar(insert(Person).values(values).returning(Person.id)) or 0)


def add_policies(connection: Connection) -> None:
    for ref, rule in _RULES.items():
        document = {
            "id": ref, "official_name": ref, "plain_name": ref, "domain": "医疗", "office": "卫健局",
            "source": {"title": "规范"}, "amount": {"status": "none", "text": "免费"}, "one_line": ref,
            "where": "卫生院", "window": {"text": "全年"}, "announce": "general", "rule": rule,
        }  # fmt: skip
        policies.load(connection, policies.check_document(document, ref))
        policies.verify(connection, ref, "核验")
        signing.sign(connection, ref, str(document["office"]), "核验")


def add_account(connection: Connection, channel: str = "sms", **more: Any) -> int:
    values = {
        "name": f"{channel}-{next(_numbers)}", "channel": channel, "provider": "fake", "per_second": 500.0,
        "part_fen": 5, "billing": "china", "options": {}, **more,
    }  # fmt: skip
    return int(connection.scalar(insert(Account).values(values).returning(Account.id)) or 0)


def add_group(connection: Connection, vault: Vault, account: int, key: str = "robot-1") -> int:
    values = {
        "region": VILLAGE, "name": "村群", "account_id": account, "address": vault.encrypt("group", key),
    }  # fmt: skip
    return int(connection.scalar(insert(GroupChat).values(values).returning(GroupChat.id)) or 0)


@dataclass
class Office:
    """An installation with one account for text messages and one campaign at a time."""

    store: Store
    vault: Vault
    channel: FakeChannel = field(default_factory=lambda: FakeChannel(now=clock.now))
    account: int = 0
    campaign: int = 0

    def __post_init__(self) -> None:
        with self.store.begin() as connection:
            add_region(connection)
            add_policies(connection)
            messages.load_files(connection)
            self.account = add_account(connection)

    def person(self, **facts: Any) -> int:
        with self.store.begin() as connection:
            return add_person(connection, self.vault, **facts)

    def change(self, table: Any, where: Any, **values: Any) -> None:
        with self.store.begin() as connection:
            connection.execute(update(table).where(where).values(**values))

    def sign(self, steps: list[dict[str, Any]] | None = None, **document: Any) -> int:
        """A campaign that one person wrote and submitted, another signed, and somebody released."""
        ref = f"c{next(_numbers)}"
        written = {
            "id": ref, "title": "冬季", "policies": [ELDER, CHILD], "office": "东城区", "valid_until": "2027-02-28",
            "steps": steps or [{"channel": "sms"}], **document,
        }  # fmt: skip
        with self.store.begin() as connection:
            self.campaign = campaigns.create(
                connection, schemas.parse(written, ZONE, "c.yaml"), "gan"
            )
            campaigns.submit(connection, ref, "gan", clock.today(ZONE))
            campaigns.approve(connection, ref, "zhang")
            campaigns.release(connection, ref, "gan")
        return self.campaign

    def plan(self, **document: Any) -> int:
        """Sign a campaign and fire what is due."""
        key = self.sign(**document)
        schedule.tick(self.store.begin, ZONE)
        return key

    def line(self, **more: Any) -> Line:
        usual: dict[str, Any] = {
            "send_timeout": 2.0, "reconcile_after": 4.0, "zone": ZONE, "public_url": "http://127.0.0.1:1",
            "loopback": True,
        }  # fmt: skip
        return Line(**usual | more)

    def sender(
        self, *, channel: Channel | None = None, account: int | None = None, **line: Any
    ) -> Sender:
        with self.store.read() as connection:
            view = orders.account(connection, account or self.account)
        return Sender(self.store, self.vault, view, channel or self.channel, self.line(**line))

    def send(self, sender: Sender | None = None, steps: int = 200) -> None:
        """Chunks until nothing is due; the held clock moves on by what the pace asks for."""
        asyncio.run(self._send(sender or self.sender(), steps))

    async def _send(self, sender: Sender, steps: int) -> None:
        for _ in range(steps):
            pause = await sender.step()
            if pause is None:
                return
            if pause:
                await asyncio.sleep(0)
                free_pace(self.store, sender.account.id)
        raise AssertionError("the sender never comes to rest")

    # -- what became of it ---------------------------------------------------------------------------

    def states(self) -> dict[str, int]:
        """Deliveries by state, after checking that everything that counts agrees."""
        check_counts(self.store, self.campaign)
        with self.store.read() as connection:
            counts = queries.state_counts(connection, self.campaign)
        return {state: n for state, n in counts.items() if n and state != "planned"}

    def one(self, delivery: int | None = None) -> dict[str, Any]:
        """A row of `delivery_state`; of the only delivery, when none is named."""
        view = delivery_state.c
        statement = select(delivery_state).where(view.campaign_id == self.campaign)
        if delivery is not None:
            statement = statement.where(view.delivery_id == delivery)
        with self.store.read() as connection:
            return dict(connection.execute(statement).mappings().one())

    def reasons(self) -> dict[str, int]:
        """Skips by reason."""
        with self.store.read() as connection:
            rows = queries.reasons(connection, self.campaign)
        skipped = [row for row in rows if row["state"] == "skipped"]
        assert len({row["reason"] for row in skipped}) == len(skipped)
        return {row["reason"]: row["count"] for row in skipped}

    def deliveries(self) -> list[int]:
        with self.store.read() as connection:
            mine = select(Delivery.id).where(Delivery.campaign_id == self.campaign)
            return list(connection.scalars(mine.order_by(Delivery.id)))

    def subjects(self, delivery: int) -> set[int]:
        with self.store.read() as connection:
            mine = DeliverySubject.delivery_id == delivery
            return set(connection.scalars(select(DeliverySubject.person_id).where(mine)))

    def again(self, delivery: int | None = None) -> str:
        """Why a delivery is to be taken up again; '' = it is settled."""
        statement = select(DeliveryAgain.reason).join(
            Delivery, Delivery.id == DeliveryAgain.delivery_id
        )
        mine = Delivery.campaign_id == self.campaign
        statement = statement.where(mine if delivery is None else Delivery.id == delivery)
        with self.store.read() as connection:
            return connection.execute(statement).scalar_one_or_none() or ""

    def count(self, table: Any, *where: Any) -> int:
        with self.store.read() as connection:
            statement = select(func.count()).select_from(table).where(*where)
            return connection.scalar(statement) or 0

    def outcomes(self, delivery: int) -> list[tuple[int, str, str | None]]:
        columns = (Outcome.no, Outcome.state, Outcome.provider_id)
        with self.store.read() as connection:
            rows = connection.execute(
                select(*columns).where(Outcome.delivery_id == delivery).order_by(Outcome.no)
            )
            return [(row[0], row[1], row[2]) for row in rows]

    def attempts(self) -> int:
        return self.count(Attempt, Attempt.campaign_id == self.campaign)

    def receive(self, *events: receipts.Event) -> int:
        """Receipts, as the callback writes them."""
        with self.store.begin() as connection:
            return receipts.record(connection, events)

    def set_status(self, status: str) -> None:
        self.change(Campaign, Campaign.id == self.campaign, status=status)

    def due_at(self) -> datetime:
        """When the only open batch is due."""
        with self.store.read() as connection:
            mine = DeliveryBatch.campaign_id == self.campaign
            return connection.execute(
                select(DeliveryBatch.due_at).where(mine, DeliveryBatch.state == "open")
            ).scalar_one()


def free_pace(store: Store, account: int) -> None:
    """As if the account's next slot had come."""
    from outreach.models.deliveries import AccountPace

    with store.begin() as connection:
        connection.execute(
            update(AccountPace)
            .where(AccountPace.account_id == account)
            .values(next_free_at=clock.now())
        )


def check_counts(store: Store, campaign: int) -> None:
    """The funnel says what the view says, as it is, folded, and rebuilt; and the states sum to what was planned."""
    view = delivery_state.c
    with store.read() as connection:
        rows = connection.execute(
            select(view.village, view.age_band, view.language, view.state, func.count())
            .where(view.campaign_id == campaign)
            .group_by(view.village, view.age_band, view.language, view.state)
        )
        truth = {tuple(row[:4]): row[4] for row in rows}
        counts = queries.state_counts(connection, campaign)
    assert sum(n for state, n in counts.items() if state != "planned") == counts["planned"]
    assert counts["planned"] == sum(truth.values())
    assert _funnel(store, campaign) == truth
    with store.begin() as connection:
        funnel.fold(connection)
    assert _funnel(store, campaign) == truth
    with store.begin() as connection:
        funnel.rebuild(connection, campaign)
    assert _funnel(store, campaign) == truth


def _funnel(store: Store, campaign: int) -> dict[tuple[str, ...], int]:
    with store.read() as connection:
        return funnel.counts(connection, campaign, "village", "age_band", "language", "state")
