"""Which stretch of a step's answers is compared with those before it. Pure; what it keeps, somebody else writes."""

from __future__ import annotations

from outreach.reports.alerts.schemas import Bounces

_HOUR = 3_600


def begin(answered: int, failed: int, at: int) -> Bounces:
    """The first look at a step: all so far is one stretch, with nothing before it."""
    return Bounces(0, 0, answered, failed, at)


def advance(kept: Bounces, answered: int, failed: int, at: int, hours: float, least: float) -> Bounces:  # fmt: skip
    """What is kept from now on: a new stretch begins when the old one is long and full enough."""
    if at - kept.at < hours * _HOUR or answered - kept.answered < least:
        return kept
    return Bounces(kept.answered, kept.failed, answered, failed, at)


def judged(kept: Bounces, answered: int, failed: int, at: int, least: float) -> Bounces:
    """What is judged now: the stretch that grows as soon as it is full enough, else the last whole one."""
    if answered - kept.answered < least:
        return kept
    return Bounces(kept.answered, kept.failed, answered, failed, at)
