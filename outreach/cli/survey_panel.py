"""`outreach survey panel …`: 政策体验官, who take part by their own choice."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach.access.roles import Action
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Day
from outreach.cli.output import Answer, command
from outreach.cli.register import number_of, scope_of

panel = typer.Typer(name="panel", help="政策体验官 · volunteers who test a policy")

Name = Annotated[str, typer.Argument(metavar="PANEL", help="名单 · name of the panel")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="台账编号 · number in the register")]
VOLUNTARY = "自愿参加，不代表其他人，不算误差范围"


def add_to(app: typer.Typer) -> None:
    """Put the commands under `survey`."""
    app.add_typer(panel)


@command(panel, "add")
def add(here: Here, name: Name, person: Person, on: Day = None, user: As = None) -> Answer:
    """加人 · Somebody of the register takes part from a day on."""
    from outreach.surveys.panels import service

    with here.installation() as office:
        by, scope = acting(office, user, Action.SURVEYS_DESIGN), scope_of(office, user)
        since = on or here.today()
        with office.store.begin() as connection:
            service.add(connection, name, number_of(person), since, by, scope)
    data = {"panel": name, "person": person, "since": since.isoformat()}
    return Answer(data, [f"编号 {person} 的人从 {since} 起是体验官“{name}”（{VOLUNTARY}）"])


@command(panel, "end")
def end(here: Here, name: Name, person: Person, on: Day = None, user: As = None) -> Answer:
    """结束 · The last day of somebody."""
    from outreach.surveys.panels import service

    with here.installation() as office:
        by, scope = acting(office, user, Action.SURVEYS_DESIGN), scope_of(office, user)
        until = on or here.today()
        with office.store.begin() as connection:
            service.end(connection, name, number_of(person), until, by, scope)
    data = {"panel": name, "person": person, "until": until.isoformat()}
    return Answer(data, [f"编号 {person} 的人到 {until} 为止是体验官“{name}”"])


@command(panel, "list")
def list_panel(
    here: Here,
    name: Annotated[str, typer.Argument(metavar="PANEL", help="不写列出全部 · all without")] = "",
    user: As = None,
) -> Answer:
    """名单 · The panels with their numbers, or who takes or took part in one (masked)."""
    from outreach.people.masking import mask_name
    from outreach.surveys.panels import service

    with here.installation() as office:
        acting(office, user, Action.SURVEYS_DESIGN)
        scope = scope_of(office, user)
        with office.store.read() as connection:
            if not name:
                found = [
                    {"panel": one, "people": count}
                    for one, count in service.panels(connection, scope, here.today())
                ]
                lines = [f"{one['panel']}　{one['people']} 人" for one in found]
                return Answer({"panels": found}, lines or ["还没有体验官"])
            rows = service.members(connection, scope, name)
        members = [
            {
                "person": row["person_id"],
                "name": mask_name(office.vault.decrypt("name", row["name"])),
                "region": row["region"],
                "since": row["since"].isoformat(),
                "until": row["until"] and row["until"].isoformat(),
            }
            for row in rows
        ]
    lines = [
        f"{one['person']}　{one['name']}　{one['since']}—{one['until'] or ''}" for one in members
    ]
    return Answer(
        {"panel": name, "members": members, "representative": False},
        [*lines, f"{len(members)} 人，{VOLUNTARY}"],
    )
