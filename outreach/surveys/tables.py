"""An estimate straight from a table of answers: `outreach estimate FILE.csv …`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from outreach.errors import Invalid, Missing
from outreach.people.reading.spreadsheet import open_sheets
from outreach.surveys.design import Design, Method, Targets
from outreach.surveys.errors import BadDesign
from outreach.surveys.estimation import estimate, estimate_groups

_METHODS: dict[str | None, Method | None] = {None: None, "wilson": "wilson", "logit": "logit"}


def estimate_file(  # noqa: PLR0913 - one argument per option of the command
    path: Path,
    *,
    outcome: str,
    weight: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    fpc: str | None = None,
    by: str | None = None,
    method: str | None = None,
    level: float = 0.95,
    rake: Path | Targets | None = None,
) -> dict[str, object]:
    """The estimate of a CSV file or workbook (its first sheet) with a header row, ready for JSON.

    Options name columns (see Design); `rake` is a JSON file {column: {value: population count}} or its content. Gives
    {"rate","se","low","high","deff","n","n_eff","df","method","use"}, and with `by` also {"groups":[{"value",…}]}.
    Raises Missing for a file that is not there and Invalid for all else, naming row (as an office worker counts it)
    and column.
    """
    if method not in _METHODS:
        raise Invalid("surveys.unknown_method", method=method)
    design = Design(
        outcome=outcome,
        weight=weight,
        stratum=stratum,
        cluster=cluster,
        fpc=fpc,
        rake=read_targets(rake) if isinstance(rake, Path) else rake,
        method=_METHODS[method],
        level=level,
    )
    numbered = _read_rows(path, [*design.columns, *([by] if by is not None else [])])
    rows = list(numbered.values())
    try:
        summary: dict[str, object] = asdict(estimate(rows, design))
        if by is not None:
            groups = estimate_groups(rows, design, by)
            summary["groups"] = [{"value": value, **asdict(group)} for value, group in groups]
    except BadDesign as problem:
        raise _in_file(problem, list(numbered)) from None
    return summary


def _in_file(problem: BadDesign, numbers: list[int]) -> Invalid:
    """The same problem with the row number of the file."""
    params = dict(problem.params)
    row = params.get("row")
    if isinstance(row, int):
        params["row"] = numbers[row - 1]
    return Invalid(problem.code, **params)


def _read_rows(path: Path, columns: list[str]) -> dict[int, Mapping[str, str]]:
    """Row number in the file → cells of these columns; empty rows are left out."""
    with open_sheets(path) as book:
        filled = (
            (number, row)
            for number, row in enumerate(book.sheets[0].rows, 1)
            if any(cell.strip() for cell in row)
        )
        _, first = next(filled, (0, []))
        header = [cell.strip() for cell in first]
        if not header:
            raise Invalid("surveys.no_rows")
        _check_header(header, columns)
        places = {column: header.index(column) for column in columns}
        rows = {number: _cells(header, places, row, number) for number, row in filled}
    if not rows:
        raise Invalid("surveys.no_rows")
    return rows


def _check_header(header: list[str], columns: list[str]) -> None:
    for column in columns:
        if column not in header:
            present = "、".join(name for name in header if name)
            raise Invalid("surveys.column_missing", column=column, columns=present)
        if header.count(column) > 1:
            raise Invalid("surveys.column_twice", column=column)


def _cells(
    header: list[str], places: Mapping[str, int], row: list[str], number: int
) -> Mapping[str, str]:
    if any(cell.strip() for cell in row[len(header) :]):
        raise Invalid("surveys.row_too_long", row=number, cells=len(row), columns=len(header))
    width = len(row)
    return {column: row[at].strip() if at < width else "" for column, at in places.items()}


def read_targets(path: Path) -> Targets:
    """Population counts per column and value from a JSON file.

    Raises Missing when the file is not there, Invalid when it is not JSON of this shape.
    """
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise Missing("surveys.targets_missing", file=path.name) from None
    except (OSError, ValueError):
        raise Invalid("surveys.targets_unreadable", file=path.name) from None
    if not isinstance(data, dict) or not data:
        raise Invalid("surveys.targets_shape", file=path.name)
    return {str(column): _counts(path, column, counts) for column, counts in data.items()}


def _counts(path: Path, column: str, counts: object) -> Mapping[str, float]:
    if not isinstance(counts, dict) or not counts:
        raise Invalid("surveys.targets_shape", file=path.name)
    for value, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int | float):
            raise Invalid("surveys.bad_target", column=column, value=value, count=count)
    return {str(value).strip(): float(count) for value, count in counts.items()}
