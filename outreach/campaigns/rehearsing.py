"""三网测试: the exact texts of a campaign to a test phone of each operator network, and what the carrier says of them.

A rehearsal is of what was signed: each row keeps the hash, so another version of a text or another list of people is
rehearsed anew. It reaches test phones only; no resident, no delivery, no reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from channels.base import Channel, Message, Outcome, Receipt
from channels.networks import THREE, Network
from outreach import clock
from outreach.access.roles import Action
from outreach.campaigns import moving, queries
from outreach.campaigns.preview.schemas import SOMEBODY, Distinct, Preview
from outreach.deliveries import filing, transfer
from outreach.deliveries.accounts import AccountView
from outreach.deliveries.outgoing import BODY_FIELD, PHONE_FIELD, Line
from outreach.deliveries.states import RANK
from outreach.errors import Invalid, Missing, Refused
from outreach.models.campaigns import Rehearsal
from outreach.store import Store
from outreach.vault import Vault
from outreach.wording import say

SIGNED = ("submitted", "approved", "scheduled", "running", "paused")
"""States in which a campaign is frozen and not over: then there is something to rehearse."""

_PURPOSE = "rehearsal"
_MARK = "t"
MOST = 60
"""Messages of one rehearsal: each text once to each phone."""


@dataclass(frozen=True)
class Phone:
    """A test phone. network: as its holder says, because numbers are ported; number: +8613…"""

    network: Network
    number: str


@dataclass(frozen=True)
class Rig:
    """What a rehearsal is sent with: the campaign's own account, opened as a sender opens it."""

    store: Store
    vault: Vault
    account: AccountView
    channel: Channel
    line: Line


@dataclass(frozen=True)
class Word:
    """The last word about one text on one network. state: '' = on its way, else as of an outcome."""

    id: int
    variant: int
    network: str
    state: str
    error: str
    by: str
    at: datetime
    told_at: datetime | None


@dataclass(frozen=True)
class State:
    """How far the texts of a step are rehearsed, by (version, network); of several words the best counts."""

    texts: Sequence[Distinct]
    words: Mapping[tuple[int, str], Word]

    def delivered(self, variant: int, network: str) -> bool:
        """Whether a handset on this network has had this text."""
        word = self.words.get((variant, network))
        return word is not None and word.state == "delivered"

    @property
    def missing(self) -> list[Network]:
        """Networks of the three that still lack a receipt for one of the texts."""
        return [
            network
            for network in THREE
            if not all(self.delivered(text.variant, network) for text in self.texts)
        ]

    @property
    def passed(self) -> bool:
        """Each of the three networks has delivered every text."""
        return bool(self.texts) and not self.missing

    def missing_words(self) -> str:
        """移动、联通."""
        return "、".join(say(f"rehearsal.network.{network}") for network in self.missing)


def signed_texts(campaign: Mapping[str, Any], step: int) -> list[Distinct]:
    """The texts that a step sends as they were signed, one for each version, the one with most readers first."""
    frozen = campaign["frozen"] or {}
    if "preview" not in frozen:
        return []
    steps = [one for one in Preview.from_dict(frozen["preview"]).steps if one.number == step]
    found: dict[int, Distinct] = {}
    for text in (text for one in steps for text in one.texts):
        if text.variant not in found or text.count > found[text.variant].count:
            found[text.variant] = text
    return sorted(found.values(), key=lambda text: (-text.count, text.variant))


def state(connection: Connection, campaign: Mapping[str, Any], step: Mapping[str, Any]) -> State:
    """What the carriers have said about the texts of a step, as it was signed last."""
    table = Rehearsal
    rows = connection.execute(
        select(
            table.id, table.variant_id, table.network, table.state, table.error, table.by, table.at, table.told_at
        )
        .where(table.step_id == step["id"], table.hash == campaign["frozen_hash"])
        .order_by(table.id)
    )  # fmt: skip
    best: dict[tuple[int, str], Word] = {}
    for word in (Word(*row) for row in rows):
        key = (word.variant, word.network)
        # a later rehearsal overrules an earlier one, unless that had arrived
        if key not in best or best[key].state != "delivered":
            best[key] = word
    return State(signed_texts(campaign, step["number"]), best)


def step_to_rehearse(
    connection: Connection, campaign: Mapping[str, Any], number: int | None
) -> Mapping[str, Any]:
    """The step of a number, or the first that sends text messages. Missing rehearsal.no_step."""
    for step in queries.steps(connection, campaign["id"]):
        if step["channel"] == "sms" and number in (None, step["number"]):
            return step
    raise Missing("rehearsal.no_step", campaign=campaign["ref"], step=number or "")


def rehearse(
    rig: Rig,
    campaign: Mapping[str, Any],
    step: Mapping[str, Any],
    phones: Sequence[Phone],
    by: str,
    name: str = "测试",
) -> State:
    """Send what still lacks a receipt to the test phones, once each; returns how far it is now.

    name: stands where a text calls its reader by name. Refused for a draft, for an account without receipts and for
    data that may not go where the account takes it; Invalid without phones, or for too many messages.
    """
    with rig.store.begin() as connection:
        shots = _write(connection, rig, campaign, step, phones, by, name)
    answers = asyncio.run(_send(rig, shots))
    with rig.store.begin() as connection:
        for (key, _), answer in zip(shots, answers, strict=True):
            _raise(connection, key, answer.state, answer.provider_id, answer.error_code or "")
    with rig.store.read() as connection:
        return state(connection, campaign, step)


def _write(
    connection: Connection,
    rig: Rig,
    campaign: Mapping[str, Any],
    step: Mapping[str, Any],
    phones: Sequence[Phone],
    by: str,
    name: str,
) -> list[tuple[int, Message]]:
    """The rows, before anything leaves: (row, message)."""
    _may(connection, rig, campaign, phones)
    now = state(connection, campaign, step)
    wanted = [
        (text, phone)
        for text in now.texts
        for phone in phones
        if not now.delivered(text.variant, phone.network)
    ]
    if len(wanted) > MOST:
        raise Invalid("rehearsal.too_many", messages=len(wanted), most=MOST)
    filed = filing.carried(connection, rig.account.id, {text.variant for text, _ in wanted})
    shots = []
    for text, phone in wanted:
        body = text.text.replace(SOMEBODY, name)
        values = {
            "campaign_id": campaign["id"], "step_id": step["id"], "account_id": rig.account.id,
            "network": phone.network, "address": rig.vault.encrypt(PHONE_FIELD, phone.number),
            "body": rig.vault.encrypt(BODY_FIELD, body), "variant_id": text.variant, "hash": campaign["frozen_hash"],
            "by": by, "at": clock.now(), "state": "", "error": "",
        }  # fmt: skip
        key = connection.scalar(insert(Rehearsal).values(**values).returning(Rehearsal.id)) or 0
        known = filed.get(text.variant)
        template, params = (known.says(body) if known else None) or (None, ())
        mark = token(rig.vault, key)
        url = f"{rig.line.public_url.rstrip('/')}/callbacks/twilio/status/{mark}"
        shots.append((key, Message(phone.number, body, mark, url, template, params)))
    detail = {
        "move": "rehearse", "step": step["number"], "messages": len(shots), "hash": campaign["frozen_hash"],
        "networks": sorted({phone.network for phone in phones}),
    }  # fmt: skip
    moving.note(connection, campaign, by, Action.CAMPAIGNS_RUN, detail)
    return shots


def _may(
    connection: Connection, rig: Rig, campaign: Mapping[str, Any], phones: Sequence[Phone]
) -> None:
    ref = campaign["ref"]
    if campaign["status"] not in SIGNED or not campaign["frozen_hash"]:
        raise Refused("rehearsal.not_submitted", campaign=ref)
    if rig.account.provider == "gateway":
        raise Refused("rehearsal.no_receipts", account=rig.account.name)
    if not phones:
        raise Invalid("rehearsal.no_phones")
    if not transfer.may_go(connection, rig.account.id, rig.line.place):
        raise Refused(transfer.NO_BASIS)


async def _send(rig: Rig, shots: Sequence[tuple[int, Message]]) -> list[Outcome]:
    """One after the other, no faster than the account may; what is unknown stays so and is never sent again by itself."""
    answers = []
    try:
        for number, (_, message) in enumerate(shots):
            if number:
                await asyncio.sleep(1 / rig.account.per_second)
            answers.append(await rig.channel.send(message))
    finally:
        await rig.channel.aclose()
    return answers


# -- what comes back -------------------------------------------------------------------------------------


def token(vault: Vault, key: int) -> str:
    """The path of a rehearsal's receipts: `t12.mark`, of another kind than that of a delivery."""
    return f"{_MARK}{key}.{vault.token(_PURPOSE, str(key))}"


def is_token(text: str) -> bool:
    """Whether a callback path is a rehearsal's."""
    return text.startswith(_MARK)


def read_token(vault: Vault, text: str) -> int:
    """The rehearsal that a callback path names; Refused when we did not make it."""
    key, _, mark = text.removeprefix(_MARK).partition(".")
    if not (key.isdecimal() and key.isascii() and mark.isascii()) or not vault.token_matches(
        _PURPOSE, key, mark
    ):
        raise Refused("deliveries.bad_receipt_token")
    return int(key)


def record(connection: Connection, key: int, said: Receipt) -> None:
    """A receipt of a rehearsal, in whatever order it comes."""
    _raise(connection, key, said.state, said.provider_id, said.error_code or "")


def _raise(
    connection: Connection, key: int, state: str, provider_id: str | None, error: str
) -> None:
    """Write a word that says more than what stands there."""
    weaker = ["", *(one for one, rank in RANK.items() if rank < RANK[state])]
    values: dict[str, object] = {"state": state, "error": error, "told_at": clock.now()}
    mine = (Rehearsal.id == key) & Rehearsal.state.in_(weaker)
    connection.execute(update(Rehearsal).where(mine).values(**values))
    if provider_id is not None:
        mine = (Rehearsal.id == key) & Rehearsal.provider_id.is_(None)
        connection.execute(update(Rehearsal).where(mine).values(provider_id=provider_id))
