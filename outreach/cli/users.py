"""`outreach users …`: accounts of the people who work with it."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach.cli.office import Here, machine_user
from outreach.cli.output import Answer, command

app = typer.Typer(name="users", help="账号 · users")


@command(app, "add")
def add(
    here: Here,
    name: Annotated[str, typer.Argument(metavar="NAME", help="账号名 · name to log in with")],
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE",
            help="officer | worker | manager | admin | evaluator | interviewer | observer | department",
        ),
    ],
    region: Annotated[
        str, typer.Option(metavar="CODE", help="只管这个地区 · sees only this region")
    ] = "",
    display: Annotated[str, typer.Option(help="页面上的名字 · name on pages")] = "",
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list", help="科室能交的名单 · income.dibao, applied:POLICY, received:POLICY"
        ),
    ] = None,
) -> Answer:
    """添加账号 · Add a user; the password is shown once."""
    from outreach.access import service
    from outreach.access.schemas import NewUser

    user = NewUser(name, role, region, display, lists=tuple(lists or ()))
    with here.installation() as office:
        password, hashed = service.prepare(user)
        with office.store.begin() as connection:
            service.add_user(connection, user, hashed, by=machine_user())
    data = {"user": name, "role": role, "region": region, "lists": user.lists, "password": password}
    lines = [f"账号 {name}（{role}）已添加。密码只显示这一次：{password}"]
    return Answer(data, lines)


@command(app, "list")
def everything(here: Here) -> Answer:
    """账号一览 · List the users."""
    from outreach.access import queries

    with here.installation() as office, office.store.read() as connection:
        found = queries.users(connection)
    rows = [
        {
            "user": one.name,
            "display": one.display,
            "role": one.role,
            "region": one.region,
            "lists": one.lists,
            "active": one.active,
        }
        for one in found
    ]
    lines = [f"{row['user']:<20} {row['role']:<12} {row['region']}" for row in rows]
    return Answer({"users": rows}, lines or ["还没有账号。"])
