"""Two records that are one person: one is kept and gains what it lacks, the other leads to it from then on.

The gone record stays, with its keys, so that a list which names it by them finds the kept one; it is no resident any
more, and nothing counts it. What both said before is written down whole. Audiences and deliveries that were signed or
sent keep the number that they were signed with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.people.queries import merging as queries
from outreach.people.queries import register

_IF_EMPTY = (
    "relation", "hukou_type", "sex", "income_month", "household_size", "paid_months", "paid_months_running", "job_kind",
    "language", "household_id", "guardian_id", "contact_id", "masked_key",
)  # fmt: skip
_PHONE = ("phone", "phone_key", "phone_kind", "phone_closed")
_EMPTY = (None, "", b"")


@dataclass(frozen=True)
class Merged:
    """What a merge did: the columns that the kept one gained, and how much moved to it."""

    kept: int
    gone: int
    gained: tuple[str, ...]
    reach: int
    refusals: int


@dataclass(frozen=True)
class Likely:
    """Two records that may be one person. `keep` is the better known one; `why`: birth, phone, or both."""

    keep: int
    gone: int
    why: tuple[str, ...]


def merge(
    connection: Connection, scope: Scope, keep: int, gone: int, *, by: str, reason: str
) -> Merged:
    """Merge `gone` into `keep`, both inside the scope.

    Raises Missing people.person; Invalid people.merge_reason, _same, _two_documents, _synthetic; Conflict
    people.merge_done when one of them was given up before.
    """
    if not reason.strip():
        raise Invalid("people.merge_reason")
    kept, other = _both(connection, scope, keep, gone)
    gained = _gained(kept, other)
    trail = {"kept": _plain(kept), "gone": _plain(other)}
    trail["pointed_to_gone"] = _jsonable(queries.what_points_to(connection, gone))
    _move_keys(connection, kept, other)
    queries.change(connection, keep, {**gained, "updated_at": clock.now()})
    moved = (
        queries.move_reach(connection, keep, gone),
        queries.move_refusals(connection, keep, gone),
    )
    queries.move_references(connection, keep, gone)
    queries.move_heads(connection, keep, gone)
    given_up = {"guardian_id": None, "contact_id": None, "household_id": None}
    queries.change(
        connection,
        gone,
        {**given_up, "status": "moved", "merged_into": keep, "updated_at": clock.now()},
    )
    homes = {home for home in (kept.household_id, other.household_id) if home}
    register.set_complete(connection, homes)
    register.class_phones(connection, {key for key in (kept.phone_key, other.phone_key) if key})
    queries.add_merge(
        connection,
        {"kept_id": keep, "gone_id": gone, "by": by, "at": clock.now(), "reason": reason.strip(), "before": trail},
    )  # fmt: skip
    detail = {"gone": gone, "reason": reason.strip(), "gained": sorted(gained)}
    audit.record(connection, by, Action.PEOPLE_MERGE, f"person:{keep}", detail)
    return Merged(keep, gone, tuple(sorted(gained)), *moved)


def _both(connection: Connection, scope: Scope, keep: int, gone: int) -> tuple[Row[Any], Row[Any]]:
    if keep == gone:
        raise Invalid("people.merge_same", person=keep)
    found = []
    for person in (keep, gone):
        row = queries.whole(connection, scope, person)
        if row is None:
            raise Missing("people.person", person=person)
        if row.merged_into is not None:
            raise Conflict("people.merge_done", person=person, kept=row.merged_into)
        found.append(row)
    kept, other = found
    if kept.id_last4 and other.id_last4:
        raise Invalid("people.merge_two_documents", keep=keep, gone=gone)
    if kept.synthetic != other.synthetic:
        raise Invalid("people.merge_synthetic", keep=keep, gone=gone)
    return kept, other


def _gained(kept: Row[Any], gone: Row[Any]) -> dict[str, Any]:
    """The columns of the kept one that change; what it says itself stays, except where a document says otherwise."""
    values = {
        name: getattr(gone, name)
        for name in _IF_EMPTY
        if getattr(kept, name) in _EMPTY and getattr(gone, name) not in _EMPTY
    }
    for name in ("region", "hukou_region"):
        mine, its = getattr(kept, name), getattr(gone, name)
        if its != mine and its.startswith(mine):
            values[name] = its  # the more exact place
    if gone.id_last4 or (kept.birth is None and gone.birth):
        values |= {
            name: getattr(gone, name)
            for name in ("birth", "sex", "id_last4", "masked_key")
            if getattr(gone, name) not in _EMPTY and getattr(gone, name) != getattr(kept, name)
        }
    if gone.phone_key and (not kept.phone_key or (kept.phone_closed and not gone.phone_closed)):
        values |= {name: getattr(gone, name) for name in _PHONE}
    elif gone.phone_key == kept.phone_key and gone.phone_closed and not kept.phone_closed:
        values["phone_closed"] = True  # whoever found the number wrong found it of this person
    values |= _needs(kept, gone) | _circumstances(kept, gone)
    if gone.status == "deceased" and kept.status != "deceased":
        values["status"] = "deceased"
    itself = {kept.id, gone.id}
    return {
        name: value
        for name, value in values.items()
        if not (name in ("guardian_id", "contact_id") and value in itself)
    }


def _needs(kept: Row[Any], gone: Row[Any]) -> dict[str, Any]:
    both = " ".join(dict.fromkeys((*kept.needs.split(), *gone.needs.split())))
    return {"needs": both} if both != kept.needs else {}


def _circumstances(kept: Row[Any], gone: Row[Any]) -> dict[str, Any]:
    """Bits of which only the gone one knew something; where both knew, the kept one's word stands."""
    true = kept.circumstances | (gone.circumstances & ~kept.circumstances_known)
    known = kept.circumstances_known | gone.circumstances_known
    if (true, known) == (kept.circumstances, kept.circumstances_known):
        return {}
    return {"circumstances": true, "circumstances_known": known}


def _move_keys(connection: Connection, kept: Row[Any], gone: Row[Any]) -> None:
    """The kept one carries the document; the other key stays on the gone record and leads to the kept one."""
    if gone.id_last4 or kept.id_key is None:
        for person, key in ((gone.id, None), (kept.id, gone.id_key), (gone.id, kept.id_key)):
            queries.change(connection, person, {"id_key": key})


def _plain(row: Row[Any]) -> dict[str, Any]:
    """A record as JSON: dates as ISO text, keys as hex, what is encrypted stays encrypted."""
    found: dict[str, Any] = _jsonable(dict(row._mapping))
    return found


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _jsonable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_jsonable(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def likely_duplicates(
    connection: Connection, scope: Scope, of: Collection[int] | None = None, limit: int = 200
) -> list[Likely]:
    """Pairs that a person should look at: the same name, and the same birth date or phone; never two documents.

    `of`: only pairs in which one of these people is.
    """
    found: dict[tuple[int, int], Likely] = {}
    for row in queries.likely(connection, scope, of, limit):
        why = tuple(
            word for word, same in (("birth", row.same_birth), ("phone", row.same_phone)) if same
        )
        found[row.one, row.other] = Likely(row.one, row.other, why)
    return list(found.values())
