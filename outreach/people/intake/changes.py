"""What stood in a row before an import: written down so that it can be read by anybody, and put back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, Table

from outreach.models.base import UtcDateTime
from outreach.models.people import Household, Person
from outreach.people.queries.imports import SPOKEN

TABLES: dict[str, Table] = {"person": Person.__table__, "household": Household.__table__}  # type: ignore[dict-item]


def written_down(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dates and moments as ISO text, keys as hex; what is encrypted stays encrypted."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else value


def read_back(kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the columns, as the table of `kind` (person, household) has them."""
    columns = TABLES[kind].c
    return {
        name: _value(columns[name].type, value) for name, value in before.items() if name != SPOKEN
    }


def put_back(before: Mapping[str, Any], now: Row[Any]) -> dict[str, Any]:
    """The columns of a person as they were; of the circumstances only the bits of which the import spoke, because
    lists that came or ended since have said what they know of the others.
    """
    values = read_back("person", before)
    if spoken := before.get(SPOKEN):
        for name in ("circumstances", "circumstances_known"):
            values[name] = (getattr(now, name) & ~spoken) | (values[name] & spoken)
    return values


def _value(column_type: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column_type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column_type, Date):
        return date.fromisoformat(value)
    return bytes.fromhex(value) if column_type.python_type is bytes else value
