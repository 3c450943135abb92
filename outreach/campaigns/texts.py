"""Whether the texts that a campaign's steps would send pass their checks: an error keeps it in draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.deliveries import requests
from outreach.messages import facts, languages, shelf
from outreach.messages import service as messages
from outreach.messages.findings import Finding
from outreach.messages.lint import lint
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
    newest = messages.newest(connection, [*(view.ref for view in views), BUNDLE])
    ready = [text for text in newest if text.ready]
    frame = _frame(campaign)
    known = {view.ref: view for view in views}
    general = {text.place for text in ready if text.announce == "general"}
    wanted = {(step["channel"], requests.form_of(step) or step["channel"]) for step in steps}
    found: list[Fault] = []
    for text in ready:
        if (text.channel, text.form) in wanted and _goes_out(text, campaign, views):
            errors = _errors(lint(shelf.draft(text, known, frame, general)))
            found += [_fault(text, errors[0])] if errors else []
    return found


def _goes_out(text: Text, campaign: Mapping[str, Any], views: Sequence[PolicyView]) -> bool:
    """Not a text for several policies of a campaign that has one, nor a written dialect that is switched off."""
    if text.policy == BUNDLE and len(views) < 2:
        return False
    if text.announce == "personal" and campaign["announce"] != "personal":
        return False
    spoken = text.channel not in ("sms", "group", "flyer")
    switched_on = bool(campaign["options"].get("written_dialects"))
    return spoken or switched_on or not languages.needs_switch(text.language)


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.severity == "error" and one.code != shelf.UNREAD]


def _fault(text: Text, finding: Finding) -> Fault:
    return "campaigns.text_faulty", {
        "text": str(text.place), "title": text.title, "code": finding.code,
        "said": f"{finding.message()}{finding.hint()}",
    }  # fmt: skip


def _frame(campaign: Mapping[str, Any]) -> shelf.Frame:
    options = campaign["options"]
    return shelf.Frame(
        office=options["office"],
        valid_until=date.fromisoformat(options["valid_until"]),
        phone=options.get("phone", "12345"),
        opt_out=options.get("opt_out", facts.OPT_OUT),
        region=campaign["region"],
    )
