"""Region scope: which part of the register somebody may see.

A region's code is its parent's code and more, so a region with everything below it is one range of
codes. Every query that returns people takes a Scope first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, true

from outreach.errors import Refused


@dataclass(frozen=True)
class Scope:
    """The region with everything below it; '' is the whole installation."""

    region: str = ""

    def covers(self, code: str) -> bool:
        """Whether a region lies inside; a place that is not known ('') lies only in the whole."""
        return code.startswith(self.region)

    def condition(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """The same as a condition on a column of region codes (`COLLATE "C"`, so that an index serves it)."""
        if not self.region:
            return true()
        return and_(column >= self.region, column < _after(self.region))

    def require(self, code: str) -> None:
        """Refused(access.outside_region) unless the region lies inside."""
        if not self.covers(code):
            raise Refused("access.outside_region")

    def narrowed(self, code: str) -> Scope:
        """The scope for a chosen region ('' = no choice); Refused when it lies outside this one."""
        if not code:
            return self
        self.require(code)
        return Scope(code)


def _after(region: str) -> str:
    """The first code that sorts behind everything which begins with `region`."""
    return region[:-1] + chr(ord(region[-1]) + 1)
