"""Media and events of a campaign: published where, held where, with a head count. Shown, and never added to reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.campaigns import service
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.work import PublicRecord

KINDS = ("media", "event")
"""媒体报道 · 现场活动."""


@dataclass(frozen=True)
class NewRecord:
    """What was published or held. where: paper, station, square, market; headcount: of an event, None = not counted."""

    kind: str
    title: str
    on: date
    where: str = ""
    region: str = ""
    headcount: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Record:
    """A record as it stands; undone ones stay, crossed out."""

    id: int
    kind: Literal["media", "event"]
    title: str
    where: str
    region: str
    on: date
    headcount: int | None
    note: str
    by: str
    undone_by: str


def add(
    connection: Connection, scope: Scope, campaign: str, new: NewRecord, by: str, today: date
) -> int:
    """Write it down; its number. It changes no delivery, no count and nobody's reach.

    Invalid records.kind, records.title, records.headcount, records.not_yet; Missing for an unknown campaign; Refused
    outside the region.
    """
    there = service.get(connection, campaign)
    scope.require(new.region or there["region"])
    if new.kind not in KINDS:
        raise Invalid("records.kind", value=new.kind, known="、".join(KINDS))
    if not new.title.strip():
        raise Invalid("records.title")
    if new.headcount is not None and (new.kind != "event" or new.headcount < 0):
        raise Invalid("records.headcount", value=new.headcount)
    if new.on > today:
        raise Invalid("records.not_yet", on=new.on)
    values = {
        "campaign_id": there["id"], "kind": new.kind, "title": new.title.strip(), "where": new.where.strip(),
        "region": new.region, "on": new.on, "headcount": new.headcount, "note": new.note.strip(), "by": by,
        "at": clock.now(),
    }  # fmt: skip
    statement = insert(PublicRecord).values(**values).returning(PublicRecord.id)
    key = int(connection.execute(statement).scalar_one())
    _note(connection, by, there["ref"], {"record": key, "kind": new.kind})
    return key


def undo(connection: Connection, scope: Scope, record: int, by: str) -> str:
    """It was written down by mistake; the campaign's name. Missing records.unknown; Conflict records.undone."""
    row = connection.execute(
        select(PublicRecord.campaign_id, PublicRecord.region).where(PublicRecord.id == record)
    ).one_or_none()
    if row is None:
        raise Missing("records.unknown", record=record)
    there = service.get(connection, str(row.campaign_id))
    scope.require(row.region or there["region"])
    standing = (PublicRecord.id == record) & PublicRecord.undone_at.is_(None)
    values = {"undone_by": by, "undone_at": clock.now()}
    if not connection.execute(update(PublicRecord).where(standing).values(**values)).rowcount:
        raise Conflict("records.undone", record=record)
    _note(connection, by, there["ref"], {"record": record, "undone": True})
    return str(there["ref"])


def listed(connection: Connection, campaign: int, *, undone: bool = False) -> list[Record]:
    """Records of a campaign by its row number, the newest first; undone ones only when they are asked for."""
    columns = [getattr(PublicRecord, name) for name in Record.__dataclass_fields__]
    statement = select(*columns).where(PublicRecord.campaign_id == campaign)
    if not undone:
        statement = statement.where(PublicRecord.undone_at.is_(None))
    rows = connection.execute(statement.order_by(PublicRecord.on.desc(), PublicRecord.id.desc()))
    return [Record(**row._mapping) for row in rows]


def _note(connection: Connection, by: str, campaign: str, detail: dict[str, object]) -> None:
    audit.record(connection, by, Action.VISITS_RECORD, f"campaign:{campaign}", detail)
