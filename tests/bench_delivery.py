"""The delivery engine beside what one would write first: planning, draining through a null channel, memory.

Planning is held against SQLAlchemy's `add_all`, draining against what the store can do at all (read the chunk, mark the
lease, commit) and against one job for each delivery in Procrastinate on the same PostgreSQL.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from channels.base import Message, Outcome
from outreach import clock
from outreach.campaigns import schemas, service
from outreach.deliveries import leases, orders, plan
from outreach.deliveries.outgoing import Line
from outreach.deliveries.send import Sender
from outreach.messages import service as messages
from outreach.models.campaigns import Firing, Step
from outreach.models.deliveries import Delivery, DeliveryBatch, DeliverySubject
from outreach.models.deliveries import Outcome as Kept
from outreach.store import Store, open_store, refresh_statistics
from outreach.upkeep.migrate import migrate
from outreach.vault import Vault, new_key
from tests import postgres
from tests.bench_growth import memory
from tests.bench_report import Ratio, timed
from tests.factories import ELDER, VILLAGE, ZONE, add_account, add_policies, add_region
from tests.faults.people import approve

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ADDED = 50_000
"""Deliveries that `add_all` writes; its rate does not depend on how many come after them."""

JOBS = 1_000
"""Jobs of one delivery each; a second for two hundred of them."""

FLOOR = 20_000
"""Deliveries that are only read and marked."""

CHUNK = 100


class Null:
    """A carrier that takes everything at once and keeps nothing."""

    name = "null"
    can_look_up = False

    def __init__(self) -> None:
        self.taken = 0

    async def send(self, message: Message) -> Outcome:
        """Taken."""
        self.taken += 1
        return Outcome("accepted", f"NL{self.taken:032d}")

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass
class Town:
    """A register of so many people with a number each, and a campaign to all of them that is signed and released."""

    store: Store
    vault: Vault
    people: int
    campaign: int = 0
    step: int = 0
    account: int = 0

    def build(self) -> None:
        """People are written by the database itself: only what is measured is made as the product makes it."""
        with self.store.begin() as connection:
            add_region(connection)
            add_policies(connection)
            messages.load_files(connection)
            self.account = add_account(connection, per_second=1e9)
            _add_people(connection, self.vault, self.people)
            refresh_statistics(connection)
        with self.store.begin() as connection:
            self.sign(connection, "c1")

    def sign(self, connection: Connection, ref: str) -> None:
        """A campaign, signed and released."""
        document = {
            "id": ref, "title": "冬季", "policies": [ELDER], "office": "东城区", "valid_until": "2099-12-31",
            "steps": [{"channel": "sms"}], "ignore_quiet_hours": {"reason": "测试"},
        }  # fmt: skip
        self.campaign = service.create(connection, schemas.parse(document, ZONE, "c.yaml"), "gan")
        service.submit(connection, ref, "gan", TODAY)
        approve(connection, ref)
        service.release(connection, ref, "gan")
        self.step = connection.scalar(select(Step.id).where(Step.campaign_id == self.campaign)) or 0

    def order(self) -> plan.Plan:
        """The plan of the campaign's only step, fired."""
        with self.store.begin() as connection:
            policy = connection.scalar(text("SELECT id FROM policy WHERE ref = 'phys-65'"))
            firing = connection.scalar(
                insert(Firing).values(step_id=self.step, due_at=MORNING, wave=0, planned=False, fired_at=MORNING)
                .returning(Firing.id)
            )  # fmt: skip
        return plan.Plan(
            self.campaign, self.step, 1, firing or 0, "sms", "", (int(policy or 0),), self.account, TODAY, MORNING,
        )  # fmt: skip

    def sender(self, channel: Any) -> Sender:
        """The sender of the account."""
        with self.store.read() as connection:
            view = orders.account(connection, self.account)
        line = Line(15.0, 17.0, ZONE, "http://127.0.0.1:1", loopback=True)
        return Sender(self.store, self.vault, view, channel, line)

    def drain(self, sender: Sender, upto: int) -> None:
        """Chunks until so many are with the carrier, or nothing is left."""
        asyncio.run(self._drain(sender, upto))

    async def _drain(self, sender: Sender, upto: int) -> None:
        while sender.channel.taken < upto:  # type: ignore[attr-defined]
            pause = await sender.step()
            if pause is None:
                return


def _add_people(connection: Connection, vault: Vault, people: int) -> None:
    sqlite = connection.dialect.name == "sqlite"
    numbers = (
        "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < :people) "
        if sqlite
        else "WITH g AS (SELECT generate_series(1, :people) AS n) "
    )
    key = "randomblob(16)" if sqlite else "decode(md5(g.n::text), 'hex')"
    no = "0" if sqlite else "FALSE"
    names = (
        "id, relation, region, hukou_region, hukou_type, birth, sex, circumstances, circumstances_known, job_kind, "
        "language, status, synthetic, needs, name, phone, phone_kind, phone_closed, id_last4, phone_key, created_at, "
        "updated_at"
    )
    values = (
        f"g.n, '', '{VILLAGE}', '{VILLAGE}', '', '1950-01-01', 'F', 0, 0, '', '', 'active', {no}, '', :name, :phone, "
        f"'own', {no}, '', {key}, '2026-11-23 02:00:00.000000', '2026-11-23 02:00:00.000000'"
    )
    statement = f"INSERT INTO person ({names}) {numbers} SELECT {values} FROM g"  # noqa: S608
    connection.execute(
        text(statement),
        {
            "people": people,
            "name": vault.encrypt("name", "张三"),
            "phone": vault.encrypt("phone", "+8619900000001"),
        },
    )


class Cut(Exception):
    """The planner was killed."""


def _planned_ranges(town: Town, order: plan.Plan) -> Callable[[], None]:
    """A planner that is killed when all ranges are written and nobody sees them yet."""
    ranges = -(-town.people // plan.CHUNK)

    def work() -> None:
        begun = 0

        def begin() -> AbstractContextManager[Connection]:
            nonlocal begun
            begun += 1
            if begun > ranges + 1:
                raise Cut
            return town.store.begin()

        try:
            plan.write(begin, order)
        except Cut:
            return
        raise AssertionError("the planner was not cut")

    return work


def _count(store: Store, table: Any) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def planning(town: Town, added: float) -> Iterator[Ratio]:
    """What the plan of everybody costs, once and again."""
    kind = "SQLite" if town.store.dialect == "sqlite" else "PostgreSQL"
    order = town.order()
    first = timed(_planned_ranges(town, order))
    assert _count(town.store, Delivery) == town.people == _count(town.store, DeliverySubject)
    again = timed(_planned_ranges(town, order))
    assert _count(town.store, Delivery) == town.people
    whole = first - again + timed(lambda: plan.write(town.store.begin, order))
    size = f"{town.people:,} deliveries with subjects"
    yield Ratio(
        f"planned, {kind}", size, "ranges, batches, counts", whole, f"add_all, rate of {ADDED:,}",
        added * town.people / ADDED, 40 if kind == "SQLite" else 12,
    )  # fmt: skip
    yield Ratio(
        f"planned again after a kill, {kind}", size, "0 rows written", again, "the first time", first,
        1.2 if kind == "SQLite" else 0.3, at_most=True,
    )  # fmt: skip


def add_all(town: Town) -> float:
    """Seconds for so many deliveries with a subject each, as objects of a session; nothing is left of them."""
    with town.store.begin() as connection:
        firing = connection.scalar(
            insert(Firing).values(step_id=town.step, due_at=datetime(2020, 1, 1, tzinfo=UTC), fired_at=MORNING)
            .returning(Firing.id)
        )  # fmt: skip
        policy = connection.scalar(text("SELECT id FROM policy WHERE ref = 'phys-65'")) or 0

    def work() -> None:
        with Session(town.store.writer) as session:
            made = [
                Delivery(
                    campaign_id=town.campaign, step_id=town.step, firing_id=firing, kind="person", addressee=row,
                    address_key=row.to_bytes(16, "big"), language="zh-Hans", village=VILLAGE, age_band="60-79",
                )
                for row in range(1, ADDED + 1)
            ]  # fmt: skip
            session.add_all(made)
            session.flush()
            session.add_all(
                DeliverySubject(
                    delivery_id=one.id, person_id=row % town.people + 1, policy_id=policy
                )
                for row, one in enumerate(made)
            )
            session.commit()

    seconds = timed(work)
    with town.store.begin() as connection:
        connection.execute(delete(DeliverySubject))
        connection.execute(delete(Delivery))
    return seconds


def floor(town: Town, n: int) -> float:
    """Seconds to read so many in chunks of a hundred and mark the lease of each chunk; put back afterwards."""
    before = MORNING

    def work() -> None:
        with town.store.begin() as connection:
            lease = leases.claim_batch(connection, town.account)
        assert lease is not None
        batches, done = [lease], 0
        while done < n:
            with town.store.read() as connection:
                ids = leases.upcoming(connection, lease, CHUNK)
            done += len(ids)
            with town.store.begin() as connection:
                onward = lease.advance(connection, ids[-1])
                if onward is None or not onward.more:
                    onward = leases.claim_batch(connection, town.account)
                    assert onward is not None
                    batches.append(onward)
            lease = onward

    seconds = timed(work)
    with town.store.begin() as connection:
        connection.execute(
            update(DeliveryBatch).values(
                next=DeliveryBatch.lo, state="open", lease_until=None, due_at=before
            )
        )
    return seconds


def draining(town: Town, n: int, said: list[str]) -> Iterator[Ratio]:
    """From plan to outcome: dropped, rendered, sealed, counted, written, handed over, settled."""
    kind = "SQLite" if town.store.dialect == "sqlite" else "PostgreSQL"
    bare = floor(town, min(n, FLOOR)) * n / min(n, FLOOR)
    channel = Null()
    sender = town.sender(channel)
    gc.collect()
    held = memory()
    first = timed(lambda: town.drain(sender, n // 2))
    half = channel.taken
    middle = memory()
    second = timed(lambda: town.drain(sender, n)) * half / max(1, channel.taken - half)
    end = memory()
    assert _count(town.store, Kept) == channel.taken
    size = f"{channel.taken:,} deliveries"
    whole = first + second
    yield Ratio(
        f"plan to outcome, {kind}", size, "null channel, all books kept", whole,
        f"the store's floor: chunks of {CHUNK} read, lease marked", bare, 0.3,
    )  # fmt: skip
    yield Ratio(
        f"second half of a drain, {kind}",
        size,
        "second half",
        second,
        "first half",
        first,
        1.2,
        at_most=True,
    )
    if kind == "PostgreSQL":
        jobs = one_job_each(town) * channel.taken / JOBS
        yield Ratio(
            "plan to outcome, PostgreSQL", size, "null channel, all books kept", whole,
            f"one Procrastinate job for each, rate of {JOBS:,}", jobs, 60,
        )  # fmt: skip
    said.append(
        f"{kind}: {channel.taken / whole:,.0f} deliveries in a second; the process held {held:.0f} MB before, "
        f"{middle:.0f} MB after the first half and {end:.0f} MB after the second."
    )


def one_job_each(town: Town) -> float:
    """Seconds for so many jobs that hand one delivery to the null channel and write its outcome; nothing else."""
    url = postgres.plain(town.store.writer.url.render_as_string(hide_password=False))
    with town.store.read() as connection:
        last = connection.scalar(select(func.max(Delivery.id))) or 0
    return asyncio.run(_jobs(url, range(last - JOBS + 1, last + 1)))


async def _jobs(url: str, ids: range) -> float:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    channel = Null()
    books = await psycopg.AsyncConnection.connect(url, autocommit=True)

    @app.task(queue="bench", name="send_one")
    async def send_one(delivery: int) -> None:
        answer = await channel.send(Message("+8619900000001", "x", "r"))
        await books.execute(
            "INSERT INTO outcome (delivery_id, no, state, rank, at, provider_id, error, reason) "
            "VALUES (%s, 99, %s, 40, now(), %s, '', '')",
            (delivery, answer.state, f"JOB{answer.provider_id}"),
        )

    async with app.open_async():
        for delivery in ids:
            await send_one.defer_async(delivery=delivery)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await app.run_worker_async(
            queues=["bench"], wait=False, concurrency=1, install_signal_handlers=False
        )
        seconds = loop.time() - begun
    assert channel.taken == len(ids)
    await books.execute("DELETE FROM outcome WHERE no = 99")
    await books.close()
    return seconds


def run(folder: Path, people: int, said: list[str]) -> Iterator[Ratio]:
    """Everything on SQLite, then on PostgreSQL; four of ten are drained."""
    key = new_key()
    vault = Vault.from_settings(key, f"b1:{key}")
    for kind in ("sqlite", "postgresql"):
        with ExitStack() as open_things, clock.fixed(MORNING):
            if kind == "sqlite":
                url = f"sqlite:///{folder / 'delivery.db'}"
            else:
                name = f"t_bench_delivery_{os.getpid()}"
                url = postgres.create_database(name)
                open_things.callback(postgres.drop_database, name)
            store = open_store(url)
            open_things.callback(store.close)
            migrate(store)
            town = Town(store, vault, people)
            town.build()
            yield from planning(town, add_all(town))
            yield from draining(town, people * 4 // 10, said)
