"""Region scope: which part of the register somebody may see.

A region's code is its parent's code and more, so a region with everything below it is one range of
codes. Every query that returns people takes a Scope first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, true

from outreach.errors import Refused
from segments.regions import next_code


def under(column: SQLColumnExpression[Any], region: str) -> ColumnElement[bool]:
    """Rows whose region code lies in the subtree of `region`; '' is everywhere."""
    if not region:
        return true()
    return and_(column >= region, column < next_code(region))


@dataclass(frozen=True)
class Scope:
    """The region with everything below it; '' is the whole installation."""

    region: str = ""

    def covers(self, code: str) -> bool:
        """Whether a region lies inside; a place that is not known ('') lies only in the whole."""
        return code.startswith(self.region)

    def condition(self, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
        """The same as a condition on a column of region codes (`COLLATE "C"`, so that an index serves it)."""
        return under(column, self.region)

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
