"""A sample that cannot be estimated as it was described."""

from __future__ import annotations

from outreach.errors import Invalid


class BadDesign(Invalid, ValueError):
    """Rows and design do not fit; `code` is worded in the catalogue, `params` name row, column or stratum.

    It is a ValueError too, because the pure functions promise one. `row` counts the rows from 1.
    """
