"""What a chunk needs to know: the campaign's orders as they were signed, and whom the chunk is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

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
    ahead, whoever: see `drop.Terms`. untold: only for those whom no other step has reached. basis: what was read.
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
    basis: _Basis | None = field(default=None, repr=False)
    _terms: dict[date, Terms] = field(default_factory=dict, repr=False, compare=False)

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
        if on not in self._terms:
            self._terms[on] = Terms(
                self.policies, self.channel, self.message_class, self.general, on, self.home, self.ahead, self.whoever,
                (self.campaign_id, self.step_id) if self.untold else None,
            )  # fmt: skip
        return self._terms[on]


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
    return _composer(campaign, views, _words(connection, campaign, [view.ref for view in views]))


class _Words(NamedTuple):
    """What a campaign's texts are made from, besides its policies."""

    texts: Sequence[Text]
    opt_out: str
    list_date: date | None


def _words(connection: Connection, campaign: Mapping[str, Any], refs: Sequence[str]) -> _Words:
    texts = messages.frozen(connection, campaign["id"]) if campaign["frozen_hash"] else []
    texts = texts or messages.newest(connection, [*refs, BUNDLE])
    on = list_date(connection, texts, refs, campaign["region"])
    return _Words(texts, answering.opt_out(connection, campaign), on)


def _composer(campaign: Mapping[str, Any], views: Sequence[PolicyView], words: _Words) -> Composer:
    options = campaign["options"]
    return Composer(
        words.texts,
        views,
        office=options["office"],
        phone=options.get("phone", "12345"),
        opt_out=words.opt_out,
        valid_until=date.fromisoformat(options["valid_until"]),
        manner=Manner(
            written_dialects=bool(options.get("written_dialects")),
            personal=campaign["announce"] == "personal",
            region=campaign["region"],
            list_date=words.list_date,
        ),
    )


def list_date(
    connection: Connection, texts: Sequence[Text], refs: Sequence[str], region: str
) -> date | None:
    """Up to which day it is known who has applied; asked only when one of the texts says so."""
    if not any("list_date" in text.body for text in texts):
        return None
    return reach.list_date(connection, refs, region)


class _Basis(NamedTuple):
    """All that orders are made from, as it stands: equal as long as nothing of it has changed."""

    campaign: Mapping[str, Any]
    step: Mapping[str, Any]
    ahead: int
    policies: policies.Read
    words: _Words


def read(
    connection: Connection, campaign_id: int, step_id: int, before: Orders | None = None
) -> Orders:
    """The orders for a step. before: such as were read earlier; the very same are given while nothing has changed, with
    what was made of them since (texts that were found, statements)."""
    campaign = dict(connection.execute(_CAMPAIGN, {"key": campaign_id}).mappings().one())
    step = dict(connection.execute(_STEP, {"key": step_id}).mappings().one())
    versions = connection.scalars(_VERSIONS, {"key": campaign_id})
    read_ = policies.read_versions(connection, [one for one in versions if one is not None])
    words = _words(connection, campaign, [row["ref"] for row in read_.versions])
    basis = _Basis(campaign, step, _ahead(connection, step), read_, words)
    return before if before is not None and before.basis == basis else _orders(basis)


_CAMPAIGN = select(Campaign).where(Campaign.id == bindparam("key"))
_STEP = select(Step).where(Step.id == bindparam("key"))
_VERSIONS = select(CampaignPolicy.version_id).where(CampaignPolicy.campaign_id == bindparam("key"))


def _orders(basis: _Basis) -> Orders:
    campaign, step = basis.campaign, basis.step
    views = policies.views(basis.policies)
    return Orders(
        campaign_id=campaign["id"],
        step_id=step["id"],
        status=campaign["status"],
        channel=step["channel"],
        message_class=campaign["message_class"],
        general=campaign["announce"] == "general",
        urgent=campaign["message_class"] == "urgent" or "ignore_quiet_hours" in campaign["options"],
        budget_fen=campaign["budget_fen"],
        home=campaign["options"].get("home", ""),
        policies=views,
        composer=_composer(campaign, views, basis.words),
        form=step["options"].get("form", ""),
        late_hours=step["late_hours"],
        region=campaign["region"],
        ceiling=step["options"].get("ceiling") or {},
        once=step["options"].get("once", ""),
        ahead=basis.ahead,
        whoever="correction" in campaign["options"],
        untold=step["condition"] == "untold",
        basis=basis,
    )


def _ahead(connection: Connection, step: Mapping[str, Any]) -> int:
    """How many days before something begins a step speaks: its own, or that of the step which it goes back to: which it
    follows, or sends once more."""
    while (number := step["options"].get("resend", {}).get("of", step["after_step"])) is not None:
        before = (Step.campaign_id == step["campaign_id"]) & (Step.number == number)
        step = dict(connection.execute(select(Step).where(before)).mappings().one())
    return moments.days_ahead(step["options"].get("relative"))
