"""A campaign while it is being written on pages: the keys so far, kept page by page, until it is a draft.

Nothing of it is in force: no command and no sender knows a sketch. Its document has the keys of the file that
`campaign create` reads, and the same `parse` judges both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update

from outreach import clock
from outreach.access.scope import Scope
from outreach.campaigns import editing, queries, schemas, service, writing
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.campaigns import Campaign, Sketch

REQUIRED = ("id", "title", "policies", "office", "valid_until", "steps")
"""Keys without which no document is one."""

FILE = "page"
"""Stands where the name of a file would, in what is said about a document."""

_STAND_IN: Mapping[str, Any] = {
    "id": "x", "title": "x", "policies": ["x"], "office": "x", "valid_until": "9999-12-31", "steps": [{"channel": "visit"}],
}  # fmt: skip
_KEYLESS = {"signing.urgent_reason": "urgent", "signing.urgent_class": "urgent"}
"""Problems that name no key because two of them do not go together → the one whose field says so."""
_PLACE = re.compile(r"steps\[(\d+)\](?:\.(\w+))?")


@dataclass(frozen=True)
class SketchView:
    """A sketch as it was kept last. `campaign`: the draft that it changes, '' for a new one."""

    id: int
    campaign: str
    region: str
    document: Mapping[str, Any]
    revision: int
    created_by: str
    changed_by: str
    changed_at: datetime

    @property
    def title(self) -> str:
        """What it is called, '' as long as nobody has said so."""
        return str(self.document.get("title") or "")

    def typed(self, changes: Mapping[str, Any]) -> SketchView:
        """The same with other keys, not kept yet; a key that is None goes."""
        return replace(self, document=merged(self.document, changes))


def merged(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A document in which `changes` replaces keys; a key that is None goes."""
    found = {**document, **changes}
    return {key: value for key, value in found.items() if value is not None}


def _select() -> Any:
    named = [
        getattr(Sketch, name) for name in SketchView.__dataclass_fields__ if name != "campaign"
    ]
    return select(*named, Campaign.ref.label("campaign")).outerjoin(
        Campaign, Campaign.id == Sketch.campaign_id
    )


def _view(row: Mapping[str, Any]) -> SketchView:
    return SketchView(**{**row, "campaign": row["campaign"] or ""})


def get(connection: Connection, scope: Scope, number: int) -> SketchView:
    """One of them; Missing for one that is not there, or was begun above or beside this scope."""
    row = connection.execute(_select().where(Sketch.id == number)).mappings().first()
    if row is None or not scope.covers(row["region"]):
        raise Missing("wizard.unknown", number=number)
    return _view(dict(row))


def everything(connection: Connection, scope: Scope) -> list[SketchView]:
    """What is being written in a scope, the newest change first."""
    inside = scope.condition(Sketch.region)
    rows = connection.execute(_select().where(inside).order_by(Sketch.changed_at.desc()))
    return [_view(dict(row)) for row in rows.mappings()]


def begin(
    connection: Connection,
    by: str,
    region: str,
    on: date,
    document: Mapping[str, Any] | None = None,
) -> int:
    """Begin a new campaign, empty or as a copy of a document; returns the sketch's number."""
    written = {**(document or {}), "id": editing.free_ref(connection, on)}
    return _insert(connection, written, by, region, None)


def copied(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of an old campaign holds for a new one: not its dates, and not the people of its proposal."""
    found = {
        key: value for key, value in document.items() if key not in ("proposal", "valid_until")
    }
    found["title"] = f"{document['title']}（再来一次）"
    found["steps"] = [
        {key: value for key, value in step.items() if key != "at"} for step in document["steps"]
    ]
    return found


def reopen(connection: Connection, campaign: Mapping[str, Any], by: str, zone: ZoneInfo) -> int:
    """Change a draft: the sketch of it that is there already, else a new one. Conflict when it is no draft."""
    if campaign["status"] != "draft":
        raise Conflict(
            "campaigns.wrong_state", campaign=campaign["ref"], move="change", status=campaign["status"]
        )  # fmt: skip
    found = connection.scalar(select(Sketch.id).where(Sketch.campaign_id == campaign["id"]))
    if found is not None:
        return int(found)
    written = writing.document(connection, campaign, zone)
    return _insert(connection, written, by, campaign["region"], campaign["id"])


def _insert(
    connection: Connection, document: Mapping[str, Any], by: str, region: str, campaign: int | None
) -> int:
    values = {
        "document": dict(document), "created_by": by, "changed_by": by, "changed_at": clock.now(), "region": region,
        "campaign_id": campaign, "revision": 0,
    }  # fmt: skip
    statement = insert(Sketch).values(**values).returning(Sketch.id)
    return int(connection.execute(statement).scalar_one())


def keep(
    connection: Connection, sketch: SketchView, changes: Mapping[str, Any], by: str, seen: int
) -> None:
    """Keep a page: `changes` replaces its keys, a key that is None goes.

    seen: the revision that the page showed. Conflict when somebody else kept another one meanwhile; one's own older
    page (the browser's back button) is taken.
    """
    document = merged(sketch.document, changes)
    if seen != sketch.revision and sketch.changed_by != by:
        raise Conflict("wizard.changed_meanwhile", by=sketch.changed_by)
    same = (Sketch.id == sketch.id) & (Sketch.revision == sketch.revision)
    values = {
        "document": document, "revision": sketch.revision + 1, "changed_by": by, "changed_at": clock.now()
    }  # fmt: skip
    if connection.execute(update(Sketch).where(same).values(**values)).rowcount == 0:
        raise Conflict("wizard.changed_meanwhile", by=sketch.changed_by)


def drop(connection: Connection, number: int) -> None:
    """Throw it away; the draft that it was to change stays as it was."""
    connection.execute(delete(Sketch).where(Sketch.id == number))


def finish(connection: Connection, sketch: SketchView, zone: ZoneInfo, by: str, home: str) -> str:
    """Make it a draft, or change the draft it belongs to; returns the campaign's name. Invalid as `parse` says."""
    document = dict(sketch.document)
    if not sketch.campaign and queries.by_ref(connection, str(document["id"])) is not None:
        document["id"] = editing.free_ref(connection, clock.today(zone))  # taken meanwhile
    order = schemas.parse(document, zone, FILE)
    if sketch.campaign:
        editing.change(connection, sketch.campaign, order, by, home)
    else:
        service.create(connection, order, by, home)
    drop(connection, sketch.id)
    return order.ref


def problems(
    document: Mapping[str, Any], zone: ZoneInfo, keys: Collection[str] = REQUIRED
) -> dict[str, Invalid]:
    """Key → what is wrong with it, all at once; only those of `keys` and of the steps inside them.

    A document of which only some pages are filled in is judged as if the others were sound.
    """
    given = {key: document[key] for key in keys if document.get(key) not in (None, "", [], {})}
    found = {
        key: Invalid("campaigns.missing_key", file=FILE, key=key)
        for key in REQUIRED
        if key in keys and key not in given
    }
    tried: dict[str, Any] = {**_STAND_IN, **given}
    while (wrong := _first_problem(tried, zone)) is not None:
        key = str(wrong.params.get("key") or _KEYLESS.get(wrong.code, ""))
        if key in found:
            raise wrong  # taking it out did not help: not a matter of one key
        found[key] = wrong
        _take_out(tried, key)
    return found


def _first_problem(document: Mapping[str, Any], zone: ZoneInfo) -> Invalid | None:
    try:
        schemas.parse(document, zone, FILE)
    except Invalid as error:
        return error
    return None


def _take_out(tried: dict[str, Any], key: str) -> None:
    """Put something sound where a problem was."""
    place = _PLACE.fullmatch(key)
    if place is None:
        top = key.split(".")[0].split("[")[0]
        tried.pop(top, None)
        if top == "urgent":
            tried.pop("class", None)
        if top in _STAND_IN:
            tried[top] = _STAND_IN[top]
        return
    steps = list(tried["steps"])
    step = dict(steps[int(place[1]) - 1])
    # without the key alone the step may be wrong for another reason, which then is found under its own name
    steps[int(place[1]) - 1] = (
        {name: value for name, value in step.items() if name != place[2]}
        if place[2] in step and place[2] != "channel"
        else {"channel": "visit"}
    )
    tried["steps"] = steps
