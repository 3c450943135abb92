"""What would go out: every distinct text with its count, its parts and its price. The same code that sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from channels.parts import count_parts
from outreach import clock
from outreach.campaigns import queries
from outreach.deliveries import orders
from outreach.deliveries.plan import Plan, writable
from outreach.messages import languages
from outreach.messages.composer import Composer
from outreach.messages.schemas import Request

SOMEBODY = "某某某"
"""Stands for the reader's name, so that a text that greets by name is one text and has its usual length."""


@dataclass(frozen=True)
class Distinct:
    """One text, how many get it, and what one costs in parts."""

    text: str
    language: str
    count: int
    parts: int


@dataclass(frozen=True)
class StepPreview:
    """One step before anything is sent. `gaps`: language → people who would get nothing."""

    number: int
    channel: str
    recipients: int
    texts: Sequence[Distinct] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    cost_fen: int = 0
    gaps: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> StepPreview:
        """The preview behind `as_dict`."""
        return cls(
            number=data["step"],
            channel=data["channel"],
            recipients=data["recipients"],
            texts=[Distinct(**text) for text in data["texts"]],
            parts=data["parts"],
            cost_fen=round(data["cost"] * 100),
            gaps=data["gaps"],
        )

    def as_dict(self) -> dict[str, Any]:
        """For the page, the command line and the frozen document."""
        return {
            "step": self.number,
            "channel": self.channel,
            "recipients": self.recipients,
            "texts": [vars(text) for text in self.texts],
            "parts": dict(self.parts),
            "cost": self.cost_fen / 100,
            "gaps": dict(self.gaps),
        }


def message_step(
    connection: Connection,
    plan: Plan,
    composer: Composer,
    account: orders.AccountView,
    names: Mapping[int, str],
) -> StepPreview:
    """Preview of a step that writes to people: rendered for everybody who has a usable number."""
    by_address: dict[bytes, tuple[str, str, set[str]]] = {}
    for address, language, region, policy in writable(connection, plan):
        known = by_address.setdefault(address, (language, region, set()))
        known[2].add(names[policy])
    villages = queries.village_names(connection)
    requests = [
        Request(
            language,
            tuple(sorted(refs, key=_order(names))),
            region,
            villages.get(region[:12], ""),
            SOMEBODY,
        )
        for language, region, refs in by_address.values()
    ]
    gaps: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for request, composed in zip(requests, composer.compose(plan.channel, requests), strict=True):
        if composed is None:
            gaps[languages.name(request.language)] += 1
        else:
            found[composed.text, composed.language] += 1
    texts = [
        Distinct(text, language, count, count_parts(text, billing=account.rule).parts)
        for (text, language), count in found.most_common()
    ]
    total = sum(text.parts * text.count for text in texts)
    sizes = sorted(text.parts for text in texts for _ in range(text.count))
    parts = (
        {"min": sizes[0], "median": sizes[len(sizes) // 2], "max": sizes[-1], "total": total}
        if sizes
        else {}
    )
    return StepPreview(
        plan.step_number,
        plan.channel,
        len(requests),
        texts,
        parts,
        total * account.part_fen,
        dict(gaps),
    )


def _order(names: Mapping[int, str]) -> Any:
    place = {ref: key for key, ref in names.items()}
    return lambda ref: place[ref]


def draft_plan(
    campaign: Mapping[str, Any], step: Mapping[str, Any], policy_ids: Sequence[int], on: date
) -> Plan:
    """A plan that is only looked at: no firing, no account."""
    return Plan(
        campaign_id=campaign["id"],
        step_id=step["id"],
        step_number=step["number"],
        firing_id=0,
        channel=step["channel"],
        condition="",
        policy_ids=tuple(policy_ids),
        account_id=0,
        on=on,
        due_at=clock.now(),
    )
