"""Whether the accounts of a campaign may carry it: signature and texts filed, the phones of every network rehearsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from channels.providers import provider
from outreach.campaigns import queries, rehearsing
from outreach.campaigns.preflight.schemas import Step, Stop
from outreach.campaigns.preview.looking import account_of
from outreach.campaigns.preview.schemas import Distinct
from outreach.deliveries import filing
from outreach.deliveries.accounts import AccountView
from outreach.deliveries.answering import COUNTRY
from outreach.deliveries.filing import Wanted
from outreach.messages import languages
from outreach.messages import service as messages
from outreach.wording import say

_Row = Mapping[str, Any]


def stops(connection: Connection, campaign: _Row, step: Step, _: date) -> Iterator[Stop]:
    """What the account of a step needs and has not. Nothing before a campaign is signed: filing goes on meanwhile, and
    what is rehearsed is what was signed.
    """
    if step is None or step["channel"] != "sms":
        return
    step = queries.origin(connection, step)
    account = account_of(connection, step)
    office = campaign["options"]["office"]
    for wanted in filing.lacking(
        connection, account, office, _variants(connection, campaign, step)
    ):
        yield _unfiled(account.name, wanted)
    if account.options.get("rehearsal") == "required":
        state = rehearsing.state(connection, campaign, step)
        if not state.passed:
            yield Stop(
                "rehearsal.not_passed", f"step:{step['number']}", campaign["frozen_hash"],
                {"step": step["number"], "account": account.name, "networks": state.missing_words()},
            )  # fmt: skip


def _unfiled(account: str, wanted: Wanted) -> Stop:
    code = f"filing.{wanted.kind}_{wanted.status}"
    params = {"account": account, "name": wanted.name}
    # nobody may let it pass: the operators would throw every message away
    return Stop(code, f"account:{account}:{wanted.name}", wanted.status, params, passable=False)


def _variants(connection: Connection, campaign: _Row, step: _Row) -> set[int]:
    """The versions that a step sends: those of the signed preview; of one that finds its people later all that it may."""
    signed = rehearsing.signed_texts(campaign, step["number"])
    if signed:
        return {one.variant for one in signed if one.variant}
    form = step["options"].get("form") or step["channel"]
    return {
        text.id
        for text in messages.frozen(connection, campaign["id"])
        if (text.channel, text.form) == (step["channel"], form)
        and (text.announce == "general" or campaign["announce"] == "personal")
        and (
            campaign["options"].get("written_dialects") or not languages.needs_switch(text.language)
        )
    }


def advice(account: AccountView, texts: Sequence[Distinct]) -> list[str]:
    """What a provider advises against, in words, of texts to numbers of the mainland; nothing is stopped for it."""
    most = provider(account.provider).advised.get(COUNTRY)
    if most is None:
        return []
    long = [one for one in texts if len(one.text) > most.characters or one.parts > most.parts]
    return [
        say("rehearsal.long", characters=len(one.text), parts=one.parts, most=most.characters, most_parts=most.parts)
        for one in long
    ]  # fmt: skip


def lacking_words(
    connection: Connection, campaign: _Row, step: _Row, account: AccountView
) -> list[str]:
    """What is not filed yet of a step's signature and texts, in words."""
    office = campaign["options"]["office"]
    found = filing.lacking(connection, account, office, _variants(connection, campaign, step))
    return [_unfiled(account.name, one).message() for one in found]
