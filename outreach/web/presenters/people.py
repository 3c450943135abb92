"""对象: people in the order of their registration, or those whom a search found. Masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people import regions, relations
from outreach.people import service as people
from outreach.people.queries import people as queries
from outreach.people.queries import regions as region_queries
from outreach.reports.counted import service as counted
from outreach.web.presenters.names import places
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link
from outreach.web.views.people import Mark, PeopleView, PersonLine
from segments import vocabulary
from segments.person import age_on

ROWS = 20
FOUND_MOST = 50
_STATUS = {"deceased": Mark("no", "已故"), "moved": Mark("no", "已搬")}
_SEX = {"M": "男", "F": "女"}


class Asked(BaseModel):
    """Which part of the register: a region, a circumstance, children without guardian, or what a search found."""

    model_config = ConfigDict(frozen=True)

    region: str = ""
    circumstance: str = ""
    only: str = Field("", pattern="^(unguarded)?$")
    after: int = Field(0, ge=0, lt=2**62)
    ids: str = Field("", pattern=r"^[0-9,]{0,600}$")
    searched: bool = False


def view(services: Services, actor: Actor, connection: Connection, asked: Asked) -> PeopleView:
    """A page of the list. Refused for a region outside the scope."""
    scope = actor.scope.narrowed(asked.region)
    may_filter = actor.may(Action.SEGMENTS_EDIT)
    circumstance = asked.circumstance if may_filter else ""
    rows, found = _rows(services, actor, connection, asked, circumstance)
    shown = rows[:ROWS] if not asked.searched else rows
    plain = not (circumstance or asked.only or asked.searched)
    place = {"region": asked.region, "circumstance": circumstance, "only": asked.only}
    kept = {name: value for name, value in place.items() if value}
    more = len(rows) > len(shown)
    return PeopleView(
        rows=tuple(lines(services, connection, shown)),
        total=counted.people(connection, scope) if plain else None,
        regions=_regions(services, actor, connection),
        region=asked.region,
        circumstances=_circumstances() if may_filter else (),
        circumstance=circumstance,
        found=found,
        searched=asked.searched,
        before=f"/people?{urlencode(kept)}" if asked.after else "",
        after=f"/people?{urlencode({**kept, 'after': shown[-1].id})}" if more else "",
        links=_links(actor),
    )


def _rows(
    services: Services, actor: Actor, connection: Connection, asked: Asked, circumstance: str
) -> tuple[Sequence[Row[Any]], str]:
    today = clock.today(services.settings.zone)
    if asked.searched:
        ids = [int(one) for one in asked.ids.split(",") if one][:FOUND_MOST]
        found = queries.people_by_id(connection, actor.scope, ids)
        return (
            found,
            f"找到 {len(found)} 人" if found else "没有找到。姓名、手机号、身份证号要写全。",
        )
    scope = actor.scope.narrowed(asked.region)
    if asked.only == "unguarded":
        rows = relations.children_without_guardian(
            connection, scope, today, after=asked.after, limit=ROWS + 1
        )
        return rows, "14 岁以下、没有监护人或监护人已故已搬的孩子：消息发不到家里。"
    bits = vocabulary.mask([circumstance]) if vocabulary.find(circumstance) else 0
    rows = queries.people_of(connection, scope, after=asked.after, limit=ROWS + 1, having=bits)
    return rows, f"只看{vocabulary.by_code(circumstance).zh}" if bits else ""


def lines(
    services: Services,
    connection: Connection,
    rows: Sequence[Row[Any]],
    roles: Mapping[int, str] | None = None,
) -> list[PersonLine]:
    """People as lines of a list, masked."""
    today = clock.today(services.settings.zone)
    named = places(connection, {row.region for row in rows})
    return [_line(services, row, today, named, (roles or {}).get(row.id, "")) for row in rows]


def _line(
    services: Services, row: Row[Any], today: date, named: Mapping[str, str], role: str
) -> PersonLine:
    shown = people.show(row, services.vault)
    return PersonLine(
        href=f"/people/{row.id}",
        name=shown.name or "姓名不详",
        phone=shown.phone,
        about=about(row, today),
        place=named[row.region],
        marks=marks(row),
        role=role,
    )


def about(row: Row[Any], today: date) -> str:
    """76 岁，女."""
    age = f"{age_on(row.birth, today)} 岁" if row.birth else "年龄不详"
    return "，".join(filter(None, (age, _SEX.get(row.sex, ""))))


def marks(row: Row[Any]) -> tuple[Mark, ...]:
    """What keeps messages away from a person."""
    found = [_STATUS[row.status]] if row.status in _STATUS else []
    if row.stopped:
        found.append(Mark("bad", "本户已停发"))
    if row.phone_closed:
        found.append(Mark("ask", "号码不对"))
    return tuple(found)


def _regions(services: Services, actor: Actor, connection: Connection) -> tuple[Choice, ...]:
    home = actor.region or services.settings.region
    line = region_queries.line(connection, home) if home else []
    here = Choice("", f"{line[-1].name}（全部）" if line else "全部")
    today = clock.today(services.settings.zone)
    below = regions.tree(connection, home) if home else {}
    return (here, *_choices(below, home, today, 0))


def _choices(
    below: Mapping[str, Sequence[Row[Any]]], code: str, today: date, depth: int
) -> Iterable[Choice]:
    """Down to the village; the names of what lies below stand further in."""
    for row in below.get(code, ()):
        if row.valid_to is None or row.valid_to > today:
            yield Choice(row.code, "\u3000" * depth + row.name)
            if row.level not in ("village", "grid"):
                yield from _choices(below, row.code, today, depth + 1)


def _circumstances() -> tuple[Choice, ...]:
    every = (Choice(one.code, one.zh) for one in vocabulary.CIRCUMSTANCES)
    return (Choice("", "不限"), *every)


def _links(actor: Actor) -> tuple[Link, ...]:
    links = [
        (Action.PEOPLE_IMPORT, Link("导入台账", "/people/import", "file")),
        (Action.SEGMENTS_EDIT, Link("对象条件", "/segments", "people")),
        (Action.SEGMENTS_EDIT, Link("变化建议", "/proposals", "clock")),
        (Action.LISTS_VIEW, Link("部门名单", "/lists", "check")),
        (Action.PEOPLE_EDIT, Link("没有监护人的孩子", "/people?only=unguarded", "family")),
    ]
    return tuple(link for action, link in links if actor.may(action))
