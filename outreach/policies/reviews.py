"""The yearly look at a policy: is it kept, changed or withdrawn, and when is the next look due."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.errors import Conflict, Invalid
from outreach.policies import service
from outreach.policies.names import OUTCOMES
from outreach.policies.queries import life
from outreach.policies.schemas import PolicyView

_WIDE_EQUALS = "\uff1d"
AHEAD = 30
"""Days before it is due that a review is put before people."""


@dataclass(frozen=True)
class Finding:
    """What a review found. outcome: keep | change | withdraw. `figures` are what the reviewer counted."""

    outcome: str
    on: date
    note: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    next_due: date | None = None


def figures(lines: Iterable[str]) -> dict[str, int | float | str]:
    """`name=value`, one a line; Invalid names the line that is not."""
    found: dict[str, int | float | str] = {}
    for line in lines:
        name, equals, value = line.replace(_WIDE_EQUALS, "=").partition("=")
        if not (name.strip() and equals and value.strip()):
            raise Invalid("policies.bad_figure", value=line.strip())
        found[name.strip()] = figure(value.strip())
    return found


def figure(text: str) -> int | float | str:
    """A figure as people write it (1,200 or 0.7); what is none stays text."""
    bare = text.replace(",", "").replace("，", "")
    if re.fullmatch(r"\d{1,15}", bare, re.ASCII):
        return int(bare)
    return float(bare) if re.fullmatch(r"\d{1,15}\.\d{1,9}", bare, re.ASCII) else text


def a_year_after(on: date) -> date:
    """The same day of the next year; 29 February becomes 28 February."""
    try:
        return on.replace(year=on.year + 1)
    except ValueError:
        return on.replace(year=on.year + 1, day=28)


def due_on(view: PolicyView) -> date | None:
    """When the next review is due: what the last one set, else what the document says, else a year after
    somebody verified it; None while nobody has."""
    if view.review_due is not None:
        return view.review_due
    written = view.facts.get("review_due")
    if written:
        return date.fromisoformat(str(written))
    return a_year_after(clock.here(view.verified_at).date()) if view.verified_at else None


def overdue(view: PolicyView, on: date) -> bool:
    """Whether the review should have been made by now; a withdrawn policy needs none."""
    due = due_on(view)
    return view.status != "withdrawn" and due is not None and due < on


def due(connection: Connection, on: date, within: int = AHEAD) -> list[tuple[PolicyView, date]]:
    """Policies whose review is overdue or due within some days, the oldest first."""
    last = on + timedelta(days=within)
    found = []
    for view in service.all_policies(connection):
        when = due_on(view)
        if view.status != "withdrawn" and when is not None and when <= last:
            found.append((view, when))
    return sorted(found, key=lambda one: (one[1], one[0].ref))


def made(connection: Connection, view: PolicyView) -> list[Mapping[str, Any]]:
    """The reviews of a policy, newest first: on, by, outcome, note, figures, number."""
    return life.reviews(connection, view.id)


def record(connection: Connection, ref: str, finding: Finding, by: str) -> PolicyView:
    """Write what a review of the newest version found.

    keep sets the next date (a year later unless said otherwise); change and withdraw put the policy in revision: no
    new campaign until a changed version is verified, or it is withdrawn, or a later review keeps it. Invalid when
    something is missing; Conflict when the policy is withdrawn.
    """
    _check(ref, finding, by)
    view = service.get(connection, ref)
    if view.status == "withdrawn":
        raise Conflict("policies.already_withdrawn", policy=ref, on=view.withdrawn_on or "")
    life.add_review(
        connection,
        {
            "policy_id": view.id, "version_id": view.version_id, "on": finding.on, "by": by,
            "outcome": finding.outcome, "note": finding.note.strip(), "figures": dict(finding.figures),
        },
    )  # fmt: skip
    status = "live" if finding.outcome == "keep" else "revising"
    following = finding.next_due or a_year_after(finding.on)
    life.set_policy(connection, view.id, status=status, review_due=following)
    return service.get(connection, ref)


def _check(ref: str, finding: Finding, by: str) -> None:
    if not by.strip():
        raise Invalid("policies.reviewer_needed", policy=ref)
    if finding.outcome not in OUTCOMES:
        known = " ".join(OUTCOMES)
        raise Invalid("policies.bad_outcome", policy=ref, value=finding.outcome, known=known)
    if finding.outcome != "keep" and not finding.note.strip():
        raise Invalid("policies.note_needed", policy=ref)
    if finding.next_due is not None and finding.next_due <= finding.on:
        raise Invalid("policies.next_review_past", policy=ref, value=finding.next_due)
