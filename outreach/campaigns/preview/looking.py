"""Looks at every step of a campaign as it would go out today."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from outreach import clock
from outreach.audiences.snapshot.keeping import version_of
from outreach.campaigns import queries
from outreach.campaigns.occasions import named, recurs
from outreach.campaigns.preview.counting import Tally, Writing
from outreach.campaigns.preview.schemas import StepPreview
from outreach.deliveries import orders
from outreach.deliveries.drop import Terms
from outreach.deliveries.expected import expected, unaddressed
from outreach.deliveries.planning.orders import Plan
from outreach.deliveries.requests import form_of
from outreach.errors import Missing
from outreach.messages.composer import Composer
from outreach.messages.cost import Cost
from outreach.models.messages import Variant, VariantReview
from outreach.models.people import Person, Refusal
from outreach.policies.schemas import PolicyView
from outreach.store import chunks
from outreach.vault import Vault

_BILLED = ("sms",)
"""Channels whose carrier bills parts."""


def step_policies(step: Mapping[str, Any], views: Sequence[PolicyView]) -> list[PolicyView]:
    """The policies that a step tells about: all of the campaign, or those that it names."""
    wanted = step["options"].get("policies")
    return [view for view in views if wanted is None or view.ref in wanted]


def _nobody(step: int, more: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Look:
    """A campaign to be looked at: its document, policies and texts, on a day.

    vault: deciphers names where a text greets by name; without it every name is taken to be SOMEBODY.
    watch: is told the step's number and how many more were looked at.
    """

    campaign: Mapping[str, Any]
    views: Sequence[PolicyView]
    composer: Composer
    on: date
    vault: Vault | None = None
    watch: Callable[[int, int], None] = _nobody

    def told(self, step: Mapping[str, Any]) -> list[PolicyView]:
        """The policies that a step tells about."""
        return step_policies(step, self.views)

    def plan(self, step: Mapping[str, Any]) -> Plan:
        """A plan that is only looked at: no firing, no account, and nobody was reached yet."""
        return Plan(
            campaign_id=self.campaign["id"],
            step_id=step["id"],
            step_number=step["number"],
            firing_id=0,
            channel=step["channel"],
            condition="",
            policy_ids=tuple(view.id for view in self.told(step)),
            account_id=0,
            on=self.on,
            due_at=clock.now(),
            form=form_of(step),
            targeted=named(step),
            places=tuple(step["options"].get("places", ())),
        )

    def watched(self, watch: Callable[[int, int], None]) -> Look:
        """The same, telling somebody how far it is."""
        return replace(self, watch=watch)

    def terms(self, step: Mapping[str, Any]) -> Terms:
        """What decides today whether somebody gets a step."""
        return Terms(
            self.told(step), step["channel"], self.campaign["message_class"], self.campaign["announce"] == "general",
            self.on, self.campaign["options"].get("home", ""),
        )  # fmt: skip

    def names(self, connection: Connection, people: Sequence[int]) -> dict[int, str]:
        """Names in clear, as a sender reads them."""
        if self.vault is None:
            return {}
        found: dict[int, str] = {}
        for part in chunks(people):
            rows = connection.execute(select(Person.id, Person.name).where(Person.id.in_(part)))
            found |= {row.id: self.vault.decrypt("name", row.name) for row in rows}
        return found


def state_of(connection: Connection, look: Look) -> str:
    """What the register, the texts and the policies are now: a preview of another state may be of yesterday."""
    newest = connection.execute(
        select(
            func.max(Variant.id), select(func.count()).select_from(VariantReview).scalar_subquery()
        )
    ).one()
    refused = connection.scalar(select(func.max(Refusal.id)))
    policies = [(view.ref, view.hash, repr(view.locals)) for view in look.views]
    said = repr((look.on, version_of(connection), tuple(newest), refused, policies))
    return hashlib.sha256(said.encode()).hexdigest()


def account_of(connection: Connection, step: Mapping[str, Any]) -> orders.AccountView:
    """The account that carries a step; Missing when there is none."""
    key = queries.account_for(connection, step["channel"], step["options"].get("account"))
    if key is None:
        raise Missing("deliveries.no_account", channel=step["channel"])
    return orders.account(connection, key)


def writing(connection: Connection, look: Look, step: Mapping[str, Any]) -> Writing:
    """How a step writes."""
    billing = account_of(connection, step).rule if step["channel"] in _BILLED else None
    return Writing(look.composer, step["channel"], form_of(step), billing)


def step_preview(connection: Connection, look: Look, step: Mapping[str, Any]) -> StepPreview:
    """Everything that a step would hand over today."""
    plan = look.plan(step)
    how = writing(connection, look, step)
    part_fen = account_of(connection, step).part_fen if how.billing else 0
    tally = Tally(how, lambda people: look.names(connection, people))
    tally.take(
        expected(connection, plan, look.terms(step)), lambda more: look.watch(step["number"], more)
    )
    cost = Cost.of(tally.sizes, part_fen)
    return StepPreview(
        number=step["number"],
        channel=step["channel"],
        recipients=tally.recipients,
        texts=tally.distinct(),
        parts=cost.summary(),
        cost_fen=cost.fen,
        gaps=dict(tally.gaps),
        skipped=dict(tally.skipped + Counter(unaddressed(connection, plan))),
        asked=dict(tally.asked),
        cost=cost,
        billing=how.billing or "",
        form=how.form,
        at_most=bool(step["condition"]) or recurs(step),
    )
