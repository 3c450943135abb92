"""From kept counts to findings: each part reads its figures and asks its rules. Nothing is written.

A part that cannot be read says nothing, and the alerts of its kinds stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import structlog
from sqlalchemy import Connection

from outreach.errors import OutreachError
from outreach.reports.alerts import of_campaigns, of_office
from outreach.reports.alerts.looking import Looked, Terms
from outreach.reports.alerts.schemas import Finding
from segments.errors import SegmentsError


def look(connection: Connection, terms: Terms) -> Looked:
    """All parts, one after the other."""
    looked = Looked()
    for kinds, part in _PARTS:
        try:
            looked.findings += list(part(connection, terms, looked))
        except (OutreachError, SegmentsError) as error:
            structlog.get_logger().warning("alerts.part", part=kinds[0], code=error.code)
        else:
            looked.kinds |= set(kinds)
    return looked


_Part = Callable[[Connection, Terms, Looked], Iterator[Finding]]
_PARTS: tuple[tuple[tuple[str, ...], _Part], ...] = (
    (("zero_delivered", "delivery_low", "opt_out", "bounce_spike"), of_campaigns.of_steps),
    (("finished_empty", "unknown_waiting", "budget"), of_campaigns.of_campaigns),
    (("quota",), of_campaigns.of_accounts),
    (
        ("no_channel", "policy_old", "policy_over", "policy_ending", "window_ending"),
        of_office.of_policies,
    ),
    (("list_estimate", "list_expired"), of_office.of_lists),
    (("survey_small",), of_office.of_surveys),
    (("opinions_overdue",), of_office.of_opinions),
    (("hotline_spike",), of_office.of_hotline),
)
"""Kinds → the part that finds them."""
