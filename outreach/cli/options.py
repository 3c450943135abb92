"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def day(text: str) -> date:
    """A day from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: 2026-01-31") from error


Day = Annotated[
    date | None,
    typer.Option("--on", parser=day, metavar="DATE", help="哪一天（默认今天） · on which day"),
]
MustDay = Annotated[
    date,
    typer.Option(
        "--on", parser=day, metavar="DATE", help="名单截至哪一天 · up to which day it is true"
    ),
]
Expires = Annotated[
    date | None,
    typer.Option(
        "--expires", parser=day, metavar="DATE", help="哪一天起失效 · from when it holds no more"
    ),
]
KeepUntil = Annotated[
    date | None,
    typer.Option("--keep-until", parser=day, metavar="DATE", help="保存到哪一天 · kept until"),
]
As = Annotated[
    str | None, typer.Option("--as", metavar="USER", help="以谁的名义 · act as this user")
]
MustAs = Annotated[str, typer.Option("--as", metavar="USER", help="以谁的名义 · act as this user")]
Out = Annotated[Path, typer.Option("--out", help="写到哪里 · where to write")]
CampaignId = Annotated[
    str, typer.Argument(metavar="ID", help="任务 · name or number of the campaign")
]
