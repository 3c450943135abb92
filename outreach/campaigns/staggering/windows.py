"""Until when somebody must have been told: ten days before the first window that closes where the campaign goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from outreach.policies.schemas import PolicyView

LEAD = timedelta(days=10)
"""Everybody is sent to at latest so long before the window closes (product.md §6)."""

SHORTEST = 30
"""Days: a shorter window leaves no time to let anybody wait."""


@dataclass(frozen=True)
class Window:
    """When a policy can be claimed: both days included; opens None = it is open, as far as anybody has said."""

    opens: date | None
    closes: date

    def days(self, since: date) -> int:
        """How long it is; since a day, where nobody said when it opened."""
        return (self.closes - (self.opens or since)).days + 1


def window_of(view: PolicyView, region: str, on: date) -> Window | None:
    """The window that closes first at a region or anywhere below it, as of a day; None = none of them closes."""
    places = [region, *(one.region for one in view.locals if one.region.startswith(region))]
    found = [
        window
        for place in places
        if (window := _at(view.facts_at(place), view.last_day(place), on))
    ]
    if view.withdrawn_on is not None:
        found.append(Window(None, view.withdrawn_on - timedelta(days=1)))
    return min(found, key=lambda one: one.closes, default=None)


def _at(facts: Mapping[str, Any], last: date | None, on: date) -> Window | None:
    """The window of one place: of the application, cut off by the end of the policy."""
    window = facts.get("window")
    written = window if isinstance(window, Mapping) else {}
    opens, closes = _day(written.get("from")), _day(written.get("to"))
    if written.get("yearly"):
        first, end = (str(one) for one in written["yearly"])
        opens, closes = _season(first, end, on)
    if last is not None and (closes is None or last < closes):
        opens, closes = opens or _day(facts.get("valid_from")), last
    return None if closes is None else Window(opens, closes)


def _season(first: str, last: str, on: date) -> tuple[date, date]:
    """The season that holds a day, else the next one; it may go over the end of a year."""
    for year in range(on.year - 1, on.year + 3):
        opens = _in_year(first, year)
        closes = _in_year(last, year if last >= first else year + 1)
        if closes >= on:
            return opens, closes
    raise ValueError("a season comes every year")


def _in_year(text: str, year: int) -> date:
    month, day = (int(part) for part in text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:  # the 29th of February
        return date(year, month, day - 1)


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None
