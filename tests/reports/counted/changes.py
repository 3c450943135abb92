"""Everything that may change a count, at random: what writes is the product's own way where it has one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from outreach.campaigns import schedule
from outreach.deliveries import funnel, proofs, served, settle
from outreach.errors import Refused
from outreach.models.campaigns import AudienceMember
from outreach.models.deliveries import Account, Attempt, DeliverySubject, Outcome, delivery_state
from outreach.models.people import Household, Person
from outreach.models.policies import Policy, Reach
from outreach.people.queries import merging
from outreach.policies import service as policies
from outreach.policies import signing
from outreach.reports.counted import service as counted
from outreach.reports.counted.service import Terms
from outreach.store import Store
from outreach.vault import Vault
from tests import town

FAMILY: dict[str, Any] = {
    **town.CHECK, "id": "family", "plain_name": "育儿补贴", "official_name": "育儿补贴",
    "rule": {"all": [{"field": "members", "op": ">=", "value": 1, "aged": [0, 6]}]},
}  # fmt: skip
PLACES = (town.EAST, town.WEST, f"{town.EAST}01", town.TOWN, "600101102001", "")
BIRTHS = (None, date(1956, 1, 1), date(1961, 11, 24), date(1961, 12, 1), date(1990, 5, 1), date(2024, 1, 1))  # fmt: skip
FACTS = ("in_person", "delivered", "relayed", "published", "applied", "received")
ENDS = ("delivered", "undelivered", "refused", "accepted", "unknown", "deferred")


@dataclass
class Office:
    """A town, a dice, and the day."""

    store: Store
    vault: Vault
    dice: random.Random
    terms: Terms = field(default_factory=lambda: Terms(town.TODAY, town.COUNTY))
    campaigns: int = 0

    def __post_init__(self) -> None:
        with self.store.begin() as connection:
            town.build(connection, self.vault)
            town.load(connection, FAMILY)

    def act(self) -> str:
        """Something happens; its name."""
        names = sorted(name for name in dir(self) if name.startswith("do_"))
        name = self.dice.choice(names)
        action: Callable[[Connection], None] = getattr(self, name)
        try:
            with self.store.begin() as connection:
                action(connection)
        except Refused:  # nobody fits any more
            return "refused"
        if name == "do_plan":
            schedule.tick(self.store.begin, town.ZONE)
        return name

    def some(self, connection: Connection, column: Any, most: int = 3) -> list[int]:
        every = list(connection.scalars(select(column).distinct().order_by(column)))
        return self.dice.sample(every, min(len(every), most))

    def facts(self, connection: Connection) -> dict[str, Any]:
        homes = [None, *self.some(connection, Household.id)]
        return {
            "region": self.dice.choice(PLACES), "birth": self.dice.choice(BIRTHS),
            "household_id": self.dice.choice(homes), "language": self.dice.choice(("", "yue")),
            "status": self.dice.choice(("active", "active", "moved", "deceased")),
            "circumstances_known": self.dice.choice((0, town.EMPLOYEE)), "circumstances": 0,
        }  # fmt: skip

    # -- people ----------------------------------------------------------------------------------------

    def do_add(self, connection: Connection) -> None:
        for _ in range(self.dice.randint(1, 3)):
            town.add_person(connection, self.vault, **self.facts(connection))

    def do_change(self, connection: Connection) -> None:
        drawn = self.facts(connection)
        names = self.dice.sample(sorted(set(drawn) - {"circumstances"}), 2)
        values = {name: drawn[name] for name in names}
        if "circumstances_known" in values:
            values["circumstances"] = 0
        mine = Person.id.in_(self.some(connection, Person.id))
        connection.execute(update(Person).where(mine).values(values))

    def do_phone(self, connection: Connection) -> None:
        mine = Person.id.in_(self.some(connection, Person.id))
        closed = self.dice.choice((True, False))
        connection.execute(update(Person).where(mine).values(phone_closed=closed, phone_kind="own"))

    def do_household(self, connection: Connection) -> None:
        number = (connection.scalar(select(func.max(Household.id))) or 0) + 1
        row = {"key": number.to_bytes(16, "big"), "region": town.EAST, "complete": True}
        connection.execute(insert(Household).values(**row))

    def do_complete(self, connection: Connection) -> None:
        mine = Household.id.in_(self.some(connection, Household.id))
        connection.execute(update(Household).where(mine).values(complete=~Household.complete))

    def do_delete(self, connection: Connection) -> None:
        """Only somebody of whom nothing is known but that they live."""
        for one in self.some(connection, Person.id, 6):
            known = [
                connection.scalar(select(func.count()).where(column == one))
                for column in (Reach.person_id, DeliverySubject.person_id, Person.merged_into)
            ]
            named = select(func.count()).where(AudienceMember.person_id == one)
            if not any(known) and not connection.scalar(named):
                connection.execute(delete(Person).where(Person.id == one))
                return

    def do_merge(self, connection: Connection) -> None:
        pair = self.some(connection, Person.id, 2)
        if len(pair) == 2:
            kept, gone = pair
            merging.move_reach(connection, kept, gone)
            values = {"status": "moved", "merged_into": kept}
            connection.execute(update(Person).where(Person.id == gone).values(values))

    # -- what is known about them ----------------------------------------------------------------------

    def do_reach(self, connection: Connection) -> None:
        policy = self.dice.choice(list(connection.scalars(select(Policy.id).order_by(Policy.id))))
        fact = self.dice.choice(FACTS)
        people = self.some(connection, Person.id, 4)
        there = set(
            connection.scalars(
                select(Reach.person_id).where(Reach.policy_id == policy, Reach.fact == fact)
            )
        )
        rows = [
            {
                "policy_id": policy, "person_id": one, "fact": fact, "on": town.TODAY,
                "channel": self.dice.choice(("sms", "call", "")),
            }
            for one in people
            if one not in there
        ]  # fmt: skip
        if rows:
            connection.execute(insert(Reach), rows)

    def do_undo_reach(self, connection: Connection) -> None:
        mine = Reach.person_id.in_(self.some(connection, Reach.person_id, 2))
        connection.execute(delete(Reach).where(mine, Reach.fact == self.dice.choice(FACTS)))

    # -- deliveries ------------------------------------------------------------------------------------

    def do_plan(self, connection: Connection) -> None:
        if self.campaigns >= 3:
            return
        self.campaigns += 1
        channel = self.dice.choice(("sms", "sms", "flyer"))
        changes = {"id": f"c{self.campaigns}", "steps": [{"channel": channel}], "budget": 100}
        town.released(connection, **changes)

    def do_attempt(self, connection: Connection) -> None:
        view = delivery_state.c
        open_ones = connection.execute(
            select(view.delivery_id, view.attempts, view.campaign_id)
            .where(view.state.in_(("planned", "waiting", "unknown")))
            .order_by(view.delivery_id)
        ).all()
        account = connection.scalar(select(func.min(Account.id)))
        rows: list[dict[str, object]] = [
            {
                "delivery_id": row[0], "no": row[1] + 1, "campaign_id": row[2], "account_id": account,
                "at": town.MORNING, "deadline": town.MORNING, "address": "", "body": "", "parts": 2, "cost_fen": 14,
                "resent": row[1] > 0,
            }
            for row in self.dice.sample(open_ones, min(3, len(open_ones)))
        ]  # fmt: skip
        if rows:
            settle.record_attempts(connection, rows, town.MORNING)

    def do_settle(self, connection: Connection) -> None:
        tried = connection.execute(
            select(Attempt.delivery_id, Attempt.no).order_by(Attempt.delivery_id, Attempt.no)
        ).all()
        changes = [
            settle.Change(*row, self.dice.choice(ENDS), error=self.dice.choice(("", "30005")))
            for row in self.dice.sample(tried, min(3, len(tried)))
        ]
        settle.apply(connection, changes)

    def do_skip(self, connection: Connection) -> None:
        view = delivery_state.c
        ids = connection.scalars(select(view.delivery_id).order_by(view.delivery_id)).all()
        some = self.dice.sample(list(ids), min(2, len(ids)))
        settle.skip(connection, {one: self.dice.choice(("cancelled", "capped")) for one in some})

    def do_leave_out(self, connection: Connection) -> None:
        """A message goes without one of those whom it was for; the next try has them in it again."""
        rows = connection.execute(
            select(DeliverySubject.delivery_id, DeliverySubject.person_id, DeliverySubject.policy_id)
            .order_by(DeliverySubject.delivery_id, DeliverySubject.person_id, DeliverySubject.policy_id)
        ).all()  # fmt: skip
        some = self.dice.sample(rows, min(2, len(rows)))
        again = [row[0] for row in self.dice.sample(rows, min(1, len(rows)))]
        reason = self.dice.choice(("refused_channel", "already_has"))
        served.note(connection, [(*row, reason) for row in some], again)

    def do_restate(self, connection: Connection) -> None:
        """A tap, and one that is taken back."""
        said = connection.execute(
            select(Outcome.delivery_id, Outcome.no)
            .where(Outcome.provider_id.is_(None))
            .order_by(Outcome.delivery_id, Outcome.no)
        ).all()
        for row in self.dice.sample(said, min(2, len(said))):
            state = self.dice.choice(("delivered", "undelivered", "accepted"))
            settle.restate(connection, [settle.Word(*row, state, "tap")])
            proofs.withdraw(connection, [row[0]])

    def do_fold(self, connection: Connection) -> None:
        funnel.fold(connection)

    # -- days and rules --------------------------------------------------------------------------------

    def do_wait(self, _connection: Connection) -> None:
        self.terms = Terms(self.terms.on + timedelta(days=self.dice.choice((1, 9))), town.COUNTY)

    def do_version(self, connection: Connection) -> None:
        age = self.dice.choice((60, 65, 70))
        rule = {"all": [{"field": "age", "op": ">=", "value": age}]}
        line = f"满{age}岁可以免费体检"
        town.load(connection, {**town.CHECK, "rule": rule, "one_line": line})

    def do_local(self, connection: Connection) -> None:
        until = self.dice.choice(("2026-11-20", "2027-12-31"))
        policies.fill_in(connection, "insure", town.EAST, facts={"valid_to": until})
        for department in signing.departments(policies.verify(connection, "insure", "核验员")):
            signing.sign(connection, "insure", department, "核验员")

    def do_sweep(self, _connection: Connection) -> None:
        """Now and then the sweep runs in between (after this transaction)."""

    def sweep(self) -> None:
        """Until nothing is old any more."""
        while counted.sweep(self.store, self.terms):
            pass
