"""Several alerts as one message: for a mailbox whole, for a group as long as its robot takes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from outreach.reports.alerts.schemas import KINDS, AlertView
from outreach.reports.alerts.words import words
from outreach.wording import say


def subject(alerts: Sequence[AlertView], place: str) -> str:
    """The subject of a mail."""
    said = say("alerts.mail_subject", n=len(alerts), place=place or "–")
    return " ".join(said.split())  # a header has one line


def text(
    alerts: Sequence[AlertView], place: str, public_url: str, most_bytes: int | None = None
) -> str:
    """One message, the most pressing first. What does not fit is counted, and the page is named."""
    ordered = sorted(alerts, key=lambda one: (KINDS.index(one.kind), one.id))
    lines = [_line(number, one) for number, one in enumerate(ordered, 1)]
    head = say("alerts.digest_head", place=place, n=len(lines))
    link = say("alerts.digest_link", url=f"{public_url.rstrip('/')}/alerts")
    for shown in range(len(lines), -1, -1):
        left = len(lines) - shown
        more = say("alerts.digest_more", n=left) if left else ""
        whole = "\n".join((head, *lines[:shown], f"{more}{link}"))
        if most_bytes is None or _weight(whole) <= most_bytes:
            return whole
    return link


def _line(number: int, one: AlertView) -> str:
    said = words(one)
    text = " ".join(said.text.split())  # a title of several lines forges no entries
    return say("alerts.digest_line", no=number, title=said.title, text=text, fix=said.fix)


def _weight(text: str) -> int:
    """Bytes inside the JSON of a robot, where a new line is two."""
    return len(json.dumps(text, ensure_ascii=False).encode())
