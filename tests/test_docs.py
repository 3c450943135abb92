"""What the documents name is there: commands, pages, files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import typer.main
from fastapi.routing import APIRoute
from typer.core import TyperGroup as Group

from outreach import cli
from outreach.web import routes

HOME = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*HOME.glob("*.md"), *HOME.glob("docs/**/*.md"), HOME / "templates/README.md"])
COMMAND = re.compile(r"`outreach ([a-z ]+?(?:-[a-z]+)?)(?= [^a-z ]|`)")
LINK = re.compile(r"\]\(([^)#:]+?)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`]+)`")


@cache
def commands() -> frozenset[str]:
    """`migrate`, `people import`, …: everything that the command line knows."""
    found = set()

    def walk(group: Group, before: tuple[str, ...]) -> None:
        for name, one in group.commands.items():
            found.add(" ".join((*before, name)))
            if isinstance(one, Group):
                walk(one, (*before, name))

    root = typer.main.get_command(cli.app)
    assert isinstance(root, Group)
    walk(root, ())
    return frozenset(found)


@cache
def pages() -> frozenset[str]:
    """The addresses of all pages."""
    return frozenset(
        route.path
        for router in routes.ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
    )


def is_known(words: str) -> bool:
    """A command, or a command and a word of its own behind it."""
    parts = words.split()
    return any(" ".join(parts[:length]) in commands() for length in (2, 1))


def test_the_command_line_is_read() -> None:
    assert {"migrate", "people import", "campaign approve", "survey estimate"} <= commands()
    assert {"/login", "/print"} <= pages()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(HOME).as_posix())
def test_commands_and_links_of_a_document_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.name != "open.md":  # it lists what does not exist
        unknown = {words for words in COMMAND.findall(text) if not is_known(words)}
        assert unknown == set()
    dead = {link for link in LINK.findall(text) if not (path.parent / link).exists()}
    assert dead == set()


def test_every_command_is_described() -> None:
    text = (HOME / "docs/commands.md").read_text("utf-8")
    described = {" ".join(words.split()) for words in COMMAND.findall(text)}
    leaves = {
        one for one in commands() if not any(other.startswith(f"{one} ") for other in commands())
    }
    missing = {
        one for one in leaves if not any(f"{words} ".startswith(f"{one} ") for words in described)
    }
    assert missing == set()


SOURCE = (HOME / "docs/source-document.md").read_text("utf-8")
ROWS = [line.split("|") for line in SOURCE.splitlines() if re.match(r"\| \d", line)]


def test_all_46_points_of_the_source_document_are_answered() -> None:
    assert [int(row[1]) for row in ROWS] == list(range(1, 47))
    assert {row[3].strip() for row in ROWS} == {"有", "部分", "以后", "不做"}
    built = [row for row in ROWS if row[3].strip() in ("有", "部分")]
    assert all(CODE.search(row[4]) for row in built)


@pytest.mark.parametrize("name", sorted(set(CODE.findall(SOURCE))))
def test_what_the_table_names_exists(name: str) -> None:
    if name.startswith("outreach "):
        assert name.removeprefix("outreach ") in commands()
    elif name.startswith("/"):
        assert name in pages()
    else:
        assert (HOME / name).is_file()
