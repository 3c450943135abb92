"""`outreach boards …`: where notices hang, what hangs there, what must come down."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Day, day
from outreach.cli.output import Answer, command

if TYPE_CHECKING:
    from outreach.reach.boards.schemas import Board, Posting

app = typer.Typer(name="boards", help="公告栏 · notice boards")

BoardId = Annotated[int, typer.Argument(metavar="BOARD", help="公告栏编号 · number of the board")]
PostingId = Annotated[
    int, typer.Argument(metavar="POSTING", help="张贴编号 · number of the posting")
]
Region = Annotated[str, typer.Option(metavar="CODE", help="地区 · region")]


@command(app, "add")
def add(
    here: Here,
    name: Annotated[str, typer.Argument(help="在哪里 · where: 村口公告栏, 3栋1单元电梯间")],
    region: Annotated[str, typer.Option(metavar="CODE", help="村或网格 · village or grid")],
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    user: As = None,
) -> Answer:
    """登记公告栏 · A place where notices hang."""
    from outreach.access.scope import Scope
    from outreach.reach.boards import service

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD, region)
        with office.store.begin() as connection:
            key = service.add(connection, Scope(), region, name, note=note, by=by)
    return Answer({"board": key, "name": name, "region": region}, [f"{key}  {name}"])


@command(app, "remove")
def remove(here: Here, board: BoardId, user: As = None) -> Answer:
    """公告栏拆了 · The board itself is no more; what hangs there must come down first."""
    from outreach.access.scope import Scope
    from outreach.reach.boards import service

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        with office.store.begin() as connection:
            service.remove(connection, Scope(), board, by)
    return Answer({"board": board}, ["已登记为拆除"])


@command(app, "list")
def list_boards(here: Here, region: Region = "", on: Day = None) -> Answer:
    """公告栏清单 · Every board with what hangs there."""
    from outreach.access.scope import Scope
    from outreach.reach.boards import service

    with here.installation() as office, office.store.read() as connection:
        found = service.boards(connection, Scope(region), on or here.today())
    lines = [line for one in found for line in _board_lines(one)]
    return Answer({"boards": [_board(one) for one in found]}, lines or ["还没有登记公告栏"])


@command(app, "post")
def post(  # noqa: PLR0913 - one parameter per option
    here: Here,
    board: BoardId,
    policy: Annotated[str, typer.Option(metavar="ID", help="哪项政策 · which policy")],
    until: Annotated[
        date,
        typer.Option("--until", parser=day, metavar="DATE", help="上面写的有效期 · valid until"),
    ],
    title: Annotated[str, typer.Option(help="公告标题（默认政策名） · its title")] = "",
    version: Annotated[str, typer.Option(help="页脚的版本 · version in the footer")] = "",
    campaign: Annotated[str, typer.Option(metavar="ID", help="哪次宣传 · which campaign")] = "",
    on: Day = None,
    user: As = None,
) -> Answer:
    """已贴 · A notice was hung on a board."""
    from outreach.access.scope import Scope
    from outreach.policies import service as policies
    from outreach.reach.boards import service
    from outreach.reach.boards.schemas import Notice

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        with office.store.begin() as connection:
            named = title or policies.get(connection, policy).plain_name
            notice = Notice(policy, named, until, on or here.today(), version, campaign)
            key = service.post(connection, Scope(), board, notice, by)
    data = {"posting": key, "board": board, "policy": policy, "title": named, "until": until}
    return Answer(data, [f"{key}  {named}，有效至 {until}"])


@command(app, "down")
def down(
    here: Here,
    posting: PostingId,
    why: Annotated[
        str, typer.Option(help="expired replaced withdrawn damaged（默认自己判断） · why")
    ] = "",
    undo: Annotated[bool, typer.Option("--undo", help="没撤，记错了 · it still hangs")] = False,
    on: Day = None,
    user: As = None,
) -> Answer:
    """已撤 · A notice came down; `--undo` takes that back."""
    from outreach.access.scope import Scope
    from outreach.reach.boards import service

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        with office.store.begin() as connection:
            if undo:
                news = service.hang_again(connection, Scope(), posting, by)
            else:
                day_ = on or here.today()
                news = service.take_down(connection, Scope(), posting, day_, by, why)
    said = ("恢复为张贴中" if undo else "已记为撤下") if news else "没有变化"
    return Answer({"posting": posting, "changed": news}, [said])


@command(app, "due")
def due(here: Here, region: Region = "", on: Day = None) -> Answer:
    """该撤的 · Notices that should come down: expired, replaced, of a policy that has ended."""
    from outreach.access.scope import Scope
    from outreach.reach.boards import service

    today = on or here.today()
    with here.installation() as office, office.store.read() as connection:
        found = service.due(connection, Scope(region), today)
    lines = [_posting_line(one) for one in found]
    data = {"on": today, "due": [_posting(one) for one in found]}
    return Answer(data, lines or ["没有该撤的公告"])


def _board(one: Board) -> dict[str, Any]:
    postings = [_posting(posting) for posting in one.postings]
    return {
        "id": one.id,
        "region": one.region,
        "name": one.name,
        "note": one.note,
        "postings": postings,
    }


def _posting(one: Posting) -> dict[str, Any]:
    return {
        "id": one.id, "board": one.board_id, "board_name": one.board, "region": one.region, "policy": one.policy,
        "title": one.title, "version": one.version, "posted_on": one.posted_on, "valid_until": one.valid_until,
        "due": one.due,
    }  # fmt: skip


def _board_lines(one: Board) -> list[str]:
    note = f"（{one.note}）" if one.note else ""
    return [f"{one.id:>4}  {one.region}  {one.name}{note}", *map(_posting_line, one.postings)]


def _posting_line(one: Posting) -> str:
    from outreach.reach.boards.service import WHY

    due_ = f"，要撤：{WHY[one.due]}" if one.due else ""
    version = f"，{one.version}" if one.version else ""
    return f"      {one.id:>4}  {one.board}  {one.title}{version}，有效至 {one.valid_until}{due_}"
