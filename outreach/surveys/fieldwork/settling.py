"""What becomes of a report about somebody of whom another one stands already. Pure.

Entries come late: a phone that had no signal yesterday sends yesterday's "not at home" after today's interview. So an
interview is never overwritten by a report without one, and the second of two interviews is set aside for a person to
look at; whatever else comes is kept as a try.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from outreach.surveys.dispositions import INTERVIEWED, OUTSIDE, Disposition


class Verdict(StrEnum):
    """What is done with a report."""

    STANDS = "stands"  # the person is now as it says
    TRY = "try"  # kept beside the others, nothing changes
    ASIDE = "set_aside"  # contradicts what stands; listed


@dataclass(frozen=True)
class Report:
    """What somebody says became of a person on a day."""

    disposition: Disposition
    asked_on: date
    answers: Mapping[str, str] = field(default_factory=dict)


def settle(standing: Report | None, new: Report) -> Verdict:
    """Hold a new report against the one that stands (None: nobody has reported yet)."""
    if standing is None or standing.disposition == Disposition.PENDING:
        return Verdict.STANDS
    before, now = _strength(standing.disposition), _strength(new.disposition)
    if now > before:
        return Verdict.STANDS
    if now < before:
        earlier = new.asked_on <= standing.asked_on
        return Verdict.TRY if now == 0 and earlier else Verdict.ASIDE
    if new.disposition in INTERVIEWED:
        return Verdict.TRY if _same(standing, new) else Verdict.ASIDE
    return Verdict.STANDS if new.asked_on >= standing.asked_on else Verdict.TRY


def _strength(disposition: Disposition) -> int:
    """An interview counts more than a part of one, that more than that somebody does not belong, that more than a try."""
    if disposition == Disposition.COMPLETED:
        return 3
    if disposition == Disposition.PARTIAL:
        return 2
    return 1 if disposition in OUTSIDE else 0


def _same(standing: Report, new: Report) -> bool:
    return standing.disposition == new.disposition and dict(standing.answers) == dict(new.answers)
