"""A table of a page as a file that a spreadsheet opens: UTF-8 with its mark, and no cell that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from fastapi import Response

_RUNS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """The rows under a Chinese file name. Text that a spreadsheet would take for a formula gets an apostrophe."""
    made = io.StringIO()
    csv.writer(made).writerows([_cell(one) for one in row] for row in rows)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(
        made.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers=headers,
    )


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_RUNS):
        return f"'{value}"
    return "" if value is None else value
