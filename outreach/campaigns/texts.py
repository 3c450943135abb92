"""Whether the texts that a campaign's steps would send pass their checks: an error keeps it in draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.deliveries import answering, orders, requests
from outreach.messages import facts, languages, shelf
from outreach.messages import service as messages
from outreach.messages.findings import Finding
from outreach.messages.lint import Draft, lint
from outreach.messages.schemas import Text
from outreach.models.messages import BUNDLE
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView


def faulty_texts(
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    views: Sequence[PolicyView],
) -> list[Fault]:
    """The first error of each text that a step could send, with the facts that hold where the campaign goes.

    Only texts that are ready: one that waits for its reader is not sent. A text about one person is looked at only in
    a campaign that is announced to persons.
    """
    going = list(_going(connection, campaign, steps, views))
    listed = _listed(connection, campaign, [text for text, _ in going], views)
    found = (_fault(text, draft, listed) for text, draft in going)
    return [fault for fault in found if fault is not None]


def checked_texts(
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    views: Sequence[PolicyView],
) -> Iterator[tuple[Text, Sequence[Finding]]]:
    """The same texts with everything that the checks say about them, warnings too."""
    going = list(_going(connection, campaign, steps, views))
    listed = _listed(connection, campaign, [text for text, _ in going], views)
    for text, draft in going:
        yield text, lint(_dated(draft, listed) if _needs_day(text) and listed else draft)


def _going(
    connection: Connection,
    campaign: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    views: Sequence[PolicyView],
) -> Iterator[tuple[Text, Draft]]:
    """The texts that a step could send, each with what the checks must know of it."""
    newest = messages.newest(connection, [*(view.ref for view in views), BUNDLE])
    ready = [text for text in newest if text.ready]
    frame = _frame(campaign, answering.opt_out(connection, campaign))
    known = {view.ref: view for view in views}
    general = {text.place for text in ready if text.announce == "general"}
    wanted = {(step["channel"], requests.form_of(step) or step["channel"]) for step in steps}
    for text in ready:
        if (text.channel, text.form) in wanted and _goes_out(text, campaign, views):
            yield text, shelf.draft(text, known, frame, general)


def _listed(
    connection: Connection,
    campaign: Mapping[str, Any],
    texts: Sequence[Text],
    views: Sequence[PolicyView],
) -> date | None:
    refs = [view.ref for view in views]
    return orders.list_date(connection, texts, refs, campaign["region"])


def _needs_day(text: Text) -> bool:
    return "list_date" in text.body


def _goes_out(text: Text, campaign: Mapping[str, Any], views: Sequence[PolicyView]) -> bool:
    """Not a text for several policies of a campaign that has one, nor a written dialect that is switched off."""
    if text.policy == BUNDLE and len(views) < 2:
        return False
    if text.announce == "personal" and campaign["announce"] != "personal":
        return False
    spoken = text.channel not in ("sms", "group", "flyer")
    switched_on = bool(campaign["options"].get("written_dialects"))
    return spoken or switched_on or not languages.needs_switch(text.language)


def _fault(text: Text, draft: Draft, listed: date | None) -> Fault | None:
    named = {"text": str(text.place), "title": text.title}
    if _needs_day(text):
        if listed is None:
            return "campaigns.no_applied_list", named
        draft = _dated(draft, listed)
    for one in lint(draft):
        if one.severity == "error" and one.code != shelf.UNREAD:
            said = f"{one.message()}{one.hint()}"
            return "campaigns.text_faulty", {**named, "code": one.code, "said": said}
    return None


def _dated(draft: Draft, listed: date) -> Draft:
    """With the day of the list that will really be named."""
    day = {"list_date": facts.list_day(listed)}
    return replace(draft, examples=tuple({**one, **day} for one in draft.examples))


def _frame(campaign: Mapping[str, Any], opt_out: str) -> shelf.Frame:
    options = campaign["options"]
    return shelf.Frame(
        office=options["office"],
        valid_until=date.fromisoformat(options["valid_until"]),
        phone=options.get("phone", "12345"),
        opt_out=opt_out,
        region=campaign["region"],
    )
