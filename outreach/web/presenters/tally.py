"""录纸单: the rows of one sheet of a printed list, and what was typed beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from outreach.access.schemas import Actor
from outreach.deliveries import carrying
from outreach.deliveries.telling import lists
from outreach.people.masking import mask_name
from outreach.web.presenters import calls, visits
from outreach.web.presenters.names import places
from outreach.web.presenters.telling import ticks, work_links
from outreach.web.services import Services
from outreach.web.views.carrying import TallyRow, TallyView
from outreach.web.views.common import Choice
from outreach.wording import say

ROWS = 20
"""As many as on a printed sheet."""

KINDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "visits": ("入户名单", frozenset({"flyer", "visit"})),
    "calls": ("电话名单", frozenset({"call"})),
}
_BUTTONS = {"visits": visits.BUTTONS, "calls": calls.BUTTONS}


class Sheet(BaseModel):
    """Which sheet of which list."""

    model_config = ConfigDict(frozen=True)

    campaign: str = ""
    kind: Literal["visits", "calls"] = "visits"
    grid: str = ""
    page: int = Field(1, ge=1, le=1_000_000)
    saved: int = Field(0, ge=0)


@dataclass(frozen=True)
class Row:
    """One row: everything that goes to the door, what stands in it on paper."""

    ids: tuple[int, ...]
    region: str
    number: str
    name: str
    place: str


def codes(kind: str) -> tuple[Choice, ...]:
    """1 已告知本人, 2 家人转告 …: what is typed → what it means, in the order of the printed columns."""
    buttons = _BUTTONS[kind]
    return tuple(Choice(str(at), one.label) for at, one in enumerate(buttons, 1))


def meant(kind: str, typed: str) -> str | None:
    """The word of a digit or of its label; None when it is neither."""
    for at, one in enumerate(_BUTTONS[kind], 1):
        if typed.strip() in (str(at), one.label):
            return one.value
    return None


def view(services: Services, actor: Actor, connection: Connection, sheet: Sheet) -> TallyView:
    """The sheet with nothing typed yet. Refused for a grid outside the scope."""
    channels = KINDS[sheet.kind][1]
    known = calls.with_channel(connection, actor, set(channels))
    links = work_links(actor, "/tally")
    kinds = tuple(Choice(key, label) for key, (label, _) in KINDS.items())
    if not known:
        return TallyView((), "", kinds, sheet.kind, (), "", (), codes(sheet.kind), 1, 1, links)
    campaign = calls.chosen(known, sheet.campaign)
    sheet, choice = _placed(actor, connection, campaign, sheet)
    every = rows(services, actor, connection, replace_campaign(sheet, campaign["ref"]))
    grids = sorted({*choice, *(one.region for one in every)})
    named = places(connection, {*grids, sheet.grid})
    here = [one for one in every if one.region.startswith(sheet.grid)]
    pages = max(1, -(-len(here) // ROWS))
    page = min(sheet.page, pages)
    shown = here[(page - 1) * ROWS : page * ROWS]
    said = ticks(connection, actor, [one.ids[0] for one in shown])
    return TallyView(
        campaigns=tuple(Choice(one["ref"], one["title"]) for one in known),
        campaign=campaign["ref"],
        kinds=kinds,
        kind=sheet.kind,
        grids=(Choice("", "全部"), *(Choice(code, named[code]) for code in grids)),
        grid=sheet.grid,
        rows=tuple(
            TallyRow(one.ids[0], one.number, one.name, one.place, said[one.ids[0]].label if one.ids[0] in said else "")
            for one in shown
        ),
        codes=codes(sheet.kind),
        page=page,
        pages=pages,
        links=links,
        saved=sheet.saved,
    )  # fmt: skip


def _placed(
    actor: Actor, connection: Connection, campaign: Mapping[str, Any], sheet: Sheet
) -> tuple[Sheet, tuple[str, ...]]:
    """(the sheet, the villages to choose from): of a long list of doors one village at a time, as it is carried."""
    actor.scope.narrowed(sheet.grid)
    if sheet.kind != "visits":
        return sheet, ()
    grid, _, every = visits.one_village(connection, actor, campaign["id"], sheet.grid)
    return sheet.model_copy(update={"grid": grid}), every


def replace_campaign(sheet: Sheet, ref: str) -> Sheet:
    """The same sheet of a campaign that is named."""
    return sheet.model_copy(update={"campaign": ref})


def rows(services: Services, actor: Actor, connection: Connection, sheet: Sheet) -> list[Row]:
    """Every row of a list inside the scope, in the order of the paper; of a long one those of one village."""
    actor.scope.narrowed(sheet.grid)
    known = calls.with_channel(connection, actor, set(KINDS[sheet.kind][1]))
    campaign = calls.chosen(known, sheet.campaign)
    if sheet.kind == "calls":
        return _called(services, actor, connection, campaign["id"])
    _, scope, _ = visits.one_village(connection, actor, campaign["id"], sheet.grid)
    every = carrying.carried(connection, campaign=campaign["id"], scope=scope)
    mine = [one for one in every if one.channel != "broadcast"]
    numbers = visits.sheet_numbers(services, connection, campaign, scope.region)
    vault = services.vault
    made = []
    for at, group in enumerate(visits.walk(services, mine), 1):
        first = group[0]
        number = next((numbers[o.delivery_id] for o in group if o.delivery_id in numbers), str(at))
        name = mask_name(vault.decrypt("name", first.name)) if first.name else "户主不详"
        ids = tuple(one.delivery_id for one in group)
        made.append(Row(ids, first.region, number, name, vault.decrypt("address", first.address)))
    return made


def _called(services: Services, actor: Actor, connection: Connection, campaign: int) -> list[Row]:
    vault = services.vault
    every = calls.walk(services, lists.calls(connection, actor.scope, campaign))
    return [
        Row((one.delivery_id,), one.region, str(at), mask_name(vault.decrypt("name", one.name)),
            vault.decrypt("address", one.address))
        for at, one in enumerate(every, 1)
    ]  # fmt: skip


def typed(
    shown: TallyView, kind: str, answers: Mapping[int, str]
) -> tuple[TallyView, dict[int, str]]:
    """The sheet with what was typed and what is wrong with it, and delivery → word where nothing is wrong."""
    known = "、".join(f"{one.value} {one.label}" for one in codes(kind))
    lines: list[TallyRow] = []
    words: dict[int, str] = {}
    for row in shown.rows:
        value = answers.get(row.delivery_id, "").strip()
        word = meant(kind, value) if value else None
        problem = ""
        if value and word is None:
            problem = say("telling.tally_word", row=row.number, value=value, known=known)
        elif word is not None:
            words[row.delivery_id] = word
        lines.append(replace(row, value=value, problem=problem))
    bad = any(row.problem for row in lines)
    problem = "" if words or bad else say("telling.tally_empty")
    if bad:
        problem = "有填错的，改好再存。现在一行也没有存。"
    return replace(shown, rows=tuple(lines), problem=problem), {} if bad else words


def groups(found: Sequence[Row]) -> dict[int, tuple[int, ...]]:
    """First delivery of a row → all of them."""
    return {one.ids[0]: one.ids for one in found}
