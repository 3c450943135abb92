"""`outreach move`: from SQLite to PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here, log_to_stderr, require_tables
from outreach.cli.output import Answer, command
from outreach.errors import Misconfigured, Refused

if TYPE_CHECKING:
    from outreach.store import Store
    from outreach.upkeep.moving import Moved


def move(
    here: Here,
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="新库 · postgresql://user@host/database")
    ],
) -> Answer:
    """搬家 · Copy everything from SQLite to PostgreSQL, compared table by table; the old file is kept and closed."""
    from outreach.bootstrap import sole_sender
    from outreach.store import open_store
    from outreach.upkeep.migrate import migrate
    from outreach.upkeep.moving import move as moving

    log_to_stderr()
    settings = here.settings()
    if not settings.url.startswith("sqlite"):
        raise Refused("upkeep.move_same")
    if not settings.database_url and not (settings.data_dir / "outreach.db").exists():
        raise Misconfigured("cli.not_migrated", place=settings.data_dir / "outreach.db")
    with sole_sender(settings):
        source = open_store(settings.url)
        target = open_store(to.replace("postgresql://", "postgresql+psycopg://", 1))
        try:
            require_tables(source)
            _reachable(target)
            if target.dialect == "postgresql":
                migrate(target)
            done = moving(source, target, settings.data_dir, lambda one: here.tell(_line(one)))
        finally:
            source.close()
            target.close()
    rows = sum(one.sum.rows for one in done)
    lines = [
        f"搬完了：{len(done)} 张表，{rows} 行，两边逐表核对一致。",
        "下一步：设 OUTREACH_DATABASE_URL 为新库，再启动。原来的文件留着备查，系统不会再打开它。",
    ]
    tables = {one.table: {"rows": one.sum.rows, "sum": one.sum.short} for one in done}
    return Answer({"tables": tables, "rows": rows, "verified": True}, lines)


def _line(one: Moved) -> str:
    return f"  {one.table:<24} {one.sum.rows:>10} 行  {one.sum.short}"


def _reachable(store: Store) -> None:
    """Misconfigured with the server's own words when nobody answers there."""
    from sqlalchemy.exc import OperationalError

    try:
        with store.read():
            pass
    except OperationalError as error:
        raise Misconfigured("cli.database", reason=str(error.orig).strip()) from error


def add_to(app: typer.Typer) -> None:
    """Stands at the root."""
    command(app, "move")(move)
