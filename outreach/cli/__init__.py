"""The command `outreach`: one file per group of commands; words, JSON and exit status in `output`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli import (
    account_settings,  # noqa: F401 - adds its commands to those of accounts
    accounts,
    alerts,
    boards,
    calculator,
    campaigns,
    deliveries,
    estimation,
    fieldwork,  # noqa: F401 - adds its commands to those of surveys
    flyers,
    funnel,
    gateway,  # noqa: F401 - adds its commands to those of deliveries
    helpers,
    imports,  # noqa: F401 - adds its commands to those of people
    matching,
    message_files,  # noqa: F401 - adds its commands to those of messages
    message_versions,  # noqa: F401
    messages,
    moving,
    notices,  # noqa: F401 - adds its commands to those of flyers
    opinions,
    people,
    policies,
    policy_life,  # noqa: F401 - adds its commands to those of policies
    policy_versions,  # noqa: F401
    preview,
    proposals,
    reach,
    records,
    refusals,  # noqa: F401 - adds its commands to those of people
    regions,
    register,  # noqa: F401
    rehearsal,  # noqa: F401 - adds its command to those of campaigns
    reporting,
    segments,
    serving,
    signals,
    survey_results,  # noqa: F401 - adds its commands to those of surveys
    surveys,
    system,
    tasks,
    users,
    work,
)
from outreach.cli.output import show_usage_error

app = typer.Typer(
    name="outreach",
    help="惠民宣传 · Make benefit policies known to every person who can claim them.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for group in (
    people, regions, policies, messages, segments, proposals, campaigns, deliveries, flyers, surveys, accounts, users,
    funnel, boards, tasks, helpers, records,
    reach, signals, opinions, alerts,
):  # fmt: skip
    app.add_typer(group.app)
for commands in (
    system,
    serving,
    work,
    moving,
    matching,
    preview,
    calculator,
    estimation,
    reporting,
):
    commands.add_to(app)


@app.callback()
def root(
    ctx: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="数据目录 · data folder (OUTREACH_DATA_DIR)"),
    ] = None,
) -> None:
    """惠民宣传 · Make benefit policies known to every person who can claim them."""
    ctx.obj = data


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status: 0 done, 1 a problem was found, 2 wrong usage or settings."""
    try:
        status = app(args=list(argv), prog_name="outreach", standalone_mode=False)
    except typer.TyperException as error:
        return show_usage_error(error.format_message(), as_json="--json" in argv)
    except typer.Abort:
        return 1
    return status if isinstance(status, int) else 0


def main() -> None:
    """The entry point `outreach`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # Chinese comes out whole, whatever the terminal says it speaks
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))
