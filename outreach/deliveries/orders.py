"""What a chunk needs to know: the campaign's orders as they were signed, and whom the chunk is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from outreach.audiences import moments
from outreach.deliveries import answering
from outreach.deliveries.accounts import AccountView, account, accounts
from outreach.deliveries.drop import Terms
from outreach.messages import service as messages
from outreach.messages.composer import Composer, Manner
from outreach.messages.schemas import Text
from outreach.models.campaigns import Campaign, CampaignPolicy, Step
from outreach.models.messages import BUNDLE
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import service as reach

__all__ = [
    "AccountView", "Addressee", "Orders", "account", "accounts", "composer", "list_date", "read",
]  # fmt: skip

URGENT_HOURS = 4
"""After how many hours an urgent message is not worth delivering any more."""


@dataclass(frozen=True)
class Orders:
    """What was signed for one step of one campaign. form: of the texts that it carries; '' is the channel's own.

    ceiling: people and fen that were signed for one firing. once: 'household' where one message for a home is enough.
    ahead, whoever: see `drop.Terms`. untold: only for those whom no other step has reached.
    """

    campaign_id: int
    step_id: int
    status: str
    channel: str
    message_class: str
    general: bool
    urgent: bool
    budget_fen: int | None
    home: str
    policies: Sequence[PolicyView]
    composer: Composer
    form: str = ""
    late_hours: int = 24
    region: str = ""
    ceiling: Mapping[str, Any] = field(default_factory=dict)
    once: str = ""
    ahead: int = 0
    whoever: bool = False
    untold: bool = False

    @property
    def valid_for(self) -> int:
        """Seconds after which the carrier should give up: later it would mislead. By the step's late rule, and an urgent
        message is worth nothing after a few hours.
        """
        hours = (
            min(self.late_hours, URGENT_HOURS)
            if self.message_class == "urgent"
            else self.late_hours
        )
        return hours * 3600

    def terms(self, on: date) -> Terms:
        """What decides today whether somebody still gets it."""
        return Terms(
            self.policies, self.channel, self.message_class, self.general, on, self.home, self.ahead, self.whoever,
            (self.campaign_id, self.step_id) if self.untold else None,
        )  # fmt: skip


@dataclass(frozen=True)
class Addressee:
    """One delivery's way: encrypted address, language, place; how often it was tried."""

    delivery_id: int
    address: str
    name: str
    language: str
    region: str
    village: str
    synthetic: bool
    attempts: int


def composer(
    connection: Connection, campaign: Mapping[str, Any], views: Sequence[PolicyView]
) -> Composer:
    """The texts of a campaign: those it signed, or the newest while it is a draft."""
    refs = [view.ref for view in views]
    texts = messages.frozen(connection, campaign["id"]) if campaign["frozen_hash"] else []
    texts = texts or messages.newest(connection, [*refs, BUNDLE])
    options = campaign["options"]
    return Composer(
        texts,
        views,
        office=options["office"],
        phone=options.get("phone", "12345"),
        opt_out=answering.opt_out(connection, campaign),
        valid_until=date.fromisoformat(options["valid_until"]),
        manner=Manner(
            written_dialects=bool(options.get("written_dialects")),
            personal=campaign["announce"] == "personal",
            region=campaign["region"],
            list_date=list_date(connection, texts, refs, campaign["region"]),
        ),
    )


def list_date(
    connection: Connection, texts: Sequence[Text], refs: Sequence[str], region: str
) -> date | None:
    """Up to which day it is known who has applied; asked only when one of the texts says so."""
    if not any("list_date" in text.body for text in texts):
        return None
    return reach.list_date(connection, refs, region)


def read(
    connection: Connection, campaign_id: int, step_id: int, composer_: Composer | None = None
) -> Orders:
    """The orders for a step. composer_: of orders that were read a moment ago, for whoever writes no text any more."""
    campaign = (
        connection.execute(select(Campaign).where(Campaign.id == campaign_id)).mappings().one()
    )
    step = connection.execute(select(Step).where(Step.id == step_id)).mappings().one()
    versions = connection.scalars(
        select(CampaignPolicy.version_id).where(CampaignPolicy.campaign_id == campaign_id)
    )
    views = policies.by_versions(
        connection, [version for version in versions if version is not None]
    )
    return Orders(
        campaign_id=campaign_id,
        step_id=step_id,
        status=campaign["status"],
        channel=step["channel"],
        message_class=campaign["message_class"],
        general=campaign["announce"] == "general",
        urgent=campaign["message_class"] == "urgent" or "ignore_quiet_hours" in campaign["options"],
        budget_fen=campaign["budget_fen"],
        home=campaign["options"].get("home", ""),
        policies=views,
        composer=composer_ or composer(connection, dict(campaign), views),
        form=step["options"].get("form", ""),
        late_hours=step["late_hours"],
        region=campaign["region"],
        ceiling=step["options"].get("ceiling") or {},
        once=step["options"].get("once", ""),
        ahead=_ahead(connection, dict(step)),
        whoever="correction" in campaign["options"],
        untold=step["condition"] == "untold",
    )


def _ahead(connection: Connection, step: Mapping[str, Any]) -> int:
    """How many days before something begins a step speaks: its own, or that of the step which it goes back to: which it
    follows, or sends once more."""
    while (number := step["options"].get("resend", {}).get("of", step["after_step"])) is not None:
        before = (Step.campaign_id == step["campaign_id"]) & (Step.number == number)
        step = dict(connection.execute(select(Step).where(before)).mappings().one())
    return moments.days_ahead(step["options"].get("relative"))
