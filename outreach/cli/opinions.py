"""`outreach opinions …`: what residents said, who deals with it, what was answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.reach.opinions.schemas import Asked, Hand, OpinionView

app = typer.Typer(name="opinions", help="意见 · opinions")

OpinionId = Annotated[
    int, typer.Argument(metavar="OPINION", help="意见编号 · number of the opinion")
]
_STATES = {"open": ("new", "taken"), "all": ("new", "taken", "answered", "closed")}


def _hand(office: Installation, user: str | None) -> Hand:
    from outreach.reach.opinions.schemas import Hand

    return Hand(acting(office, user, Action.OPINIONS_HANDLE), scope_of(office, user))


@command(app, "list")
def list_opinions(
    here: Here,
    state: Annotated[str, typer.Option(help="open all new taken answered closed")] = "open",
    source: Annotated[str, typer.Option(help="qr door phone observer survey sms hotline")] = "",
    policy: Annotated[str, typer.Option(metavar="ID", help="哪项政策 · policy")] = "",
    region: Annotated[str, typer.Option(metavar="CODE", help="地区 · region")] = "",
    late: Annotated[bool, typer.Option("--late", help="答复超时的 · not answered in time")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="导出，没有联系方式 · export")
    ] = None,
) -> Answer:
    """意见清单 · Opinions, whoever waits the longest first; `--out` writes them without contacts."""
    from outreach.access.scope import Scope
    from outreach.reach.opinions import service, sheets

    asked = _asked(here, state, source, policy, region, late=late)
    with here.installation() as office, office.store.read() as connection:
        found = service.inbox(connection, Scope(region), asked)
        lines = [_line(office, one) for one in found]
        data: dict[str, Any] = {"opinions": [_data(office, one) for one in found]}
        if out is not None:
            data["out"], data["rows"] = str(out), sheets.write(connection, office.vault, found, out)
            lines = [f"{len(found)} 条 → {out}"]
    return Answer(data, lines or ["没有意见"])


def _asked(here: Here, state: str, source: str, policy: str, region: str, *, late: bool) -> Asked:
    from outreach.reach.opinions.schemas import OPEN, SOURCES, STATES, Asked
    from outreach.reach.opinions.waiting import overdue_before
    from outreach.reports.alerts import limits

    states = _STATES.get(state, (state,))
    if not set(states) <= set(STATES):
        raise Invalid("opinions.state", value=state, known="open all " + " ".join(STATES))
    if source and source not in SOURCES:
        raise Invalid("opinions.source", value=source, known=" ".join(SOURCES))
    settings = here.settings()
    days = limits.read(settings.content_dir).working_days
    before = overdue_before(here.today(), days, settings.zone) if late else None
    return Asked(OPEN if late else states, source, policy, region, before=before, limit=5_000)


@command(app, "show")
def show(here: Here, opinion: OpinionId, user: As = None) -> Answer:
    """看一条 · One opinion with its answer and what was done; the contact is masked."""
    from outreach.people.masking import mask_phone
    from outreach.reach.opinions import service
    from outreach.reach.opinions.schemas import CONTACT, NOTE
    from outreach.wording import say

    with here.installation() as office, office.store.read() as connection:
        one = service.one(connection, scope_of(office, user), opinion)
        history = service.history(connection, opinion)
        decrypt = office.vault.decrypt
        contact = mask_phone(decrypt(CONTACT, one.contact))
        moves = [
            {"at": move.at, "state": move.state, "by": move.by, "note": decrypt(NOTE, move.note)}
            for move in history
        ]
        data = {**_data(office, one), "contact": contact, "history": moves}
    lines = [_line(office, one), str(data["text"]), *([f"答复：{data['answer']}"] if data["answer"] else [])]  # fmt: skip
    lines += [f"  {say('opinions.state.' + move.state)}  {move.by}" for move in history]
    return Answer(data, [*lines, f"联系方式：{contact or '没有留'}"])


@command(app, "take")
def take(
    here: Here,
    opinion: OpinionId,
    to: Annotated[str, typer.Option(metavar="USER", help="转给谁（默认自己办） · to whom")] = "",
    user: As = None,
) -> Answer:
    """我来办，或转给别人 · Whoever acts deals with it, or somebody else does."""
    from outreach.reach.opinions import moving

    with here.installation() as office:
        hand = _hand(office, user)
        with office.store.begin() as connection:
            if to:
                one = moving.give(connection, office.vault, opinion, to, hand)
            else:
                one = moving.take(connection, office.vault, opinion, hand)
        return Answer(_data(office, one), [_line(office, one)])


@command(app, "answer")
def answer(
    here: Here,
    opinion: OpinionId,
    text: Annotated[str, typer.Argument(help="怎么答复的 · the answer")],
    user: As = None,
) -> Answer:
    """记下答复 · It was answered in these words; nothing is sent."""
    from outreach.reach.opinions import moving

    with here.installation() as office:
        hand = _hand(office, user)
        with office.store.begin() as connection:
            one = moving.answer(connection, office.vault, opinion, text, hand)
        return Answer(_data(office, one), [_line(office, one)])


@command(app, "close")
def close(
    here: Here,
    opinion: OpinionId,
    note: Annotated[str, typer.Option(help="备注，没答复就办结时必填 · why")] = "",
    reopen: Annotated[bool, typer.Option("--undo", help="没办完 · open it again")] = False,
    user: As = None,
) -> Answer:
    """办结 · It is closed; `--undo` opens it again."""
    from outreach.reach.opinions import moving

    with here.installation() as office:
        hand, move = _hand(office, user), moving.reopen if reopen else moving.close
        with office.store.begin() as connection:
            one = move(connection, office.vault, opinion, hand, note=note)
        return Answer(_data(office, one), [_line(office, one)])


@command(app, "import")
def import_sheet(
    here: Here,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="内容、来源、政策… · a sheet")],
    source: Annotated[str, typer.Option(help="没写来源的行算哪里 · source")] = "hotline",
    region: Annotated[str, typer.Option(metavar="CODE", help="没写地区的行算哪里 · region")] = "",
    user: As = None,
) -> Answer:
    """导入意见 · Opinions from a sheet, all rows or none; the same row again is the same opinion."""
    from outreach.reach.opinions import sheets
    from outreach.reach.opinions.schemas import SOURCES, Hand

    if source not in SOURCES:
        raise Invalid("opinions.source", value=source, known=" ".join(SOURCES))
    with here.installation() as office:
        by = acting(office, user, Action.OPINIONS_SAY)
        place = region or office.settings.region
        terms = sheets.Terms(source, place, Hand(by, scope_of(office, user)))
        lines = sheets.read(file)
        with office.store.begin() as connection:
            done, errors = sheets.take(connection, office.vault, lines, terms)
            if errors:  # raised inside, so that nothing of the sheet is kept
                said = "；".join(f"第 {row} 行：{text}" for row, text in errors)
                raise Invalid("opinions.rows", file=file.name, rows=said)
    return Answer({"rows": len(lines), "opinions": done}, [f"{len(done)} 条意见"])


def _data(office: Installation, one: OpinionView) -> dict[str, Any]:
    from outreach.reach.opinions.schemas import ANSWER, TEXT

    decrypt = office.vault.decrypt
    return {
        "id": one.id, "source": one.source, "kind": one.kind, "policy": one.policy, "region": one.region, "at": one.at,
        "state": one.state, "assigned": one.assigned, "by": one.by, "text": decrypt(TEXT, one.said),
        "answer": decrypt(ANSWER, one.answer),
    }  # fmt: skip


def _line(office: Installation, one: OpinionView) -> str:
    from outreach import clock
    from outreach.reach.opinions.schemas import TEXT
    from outreach.wording import say

    words = office.vault.decrypt(TEXT, one.said).replace("\n", " ")
    cut = words if len(words) <= 40 else f"{words[:39]}…"
    what = f"{say(f'opinions.source.{one.source}')}  {say(f'opinions.state.{one.state}')}"
    whose = f"  {one.assigned}" if one.assigned else ""
    return f"{one.id:>5}  {clock.here(one.at):%Y-%m-%d}  {what}  {one.region}{whose}  {cut}"
