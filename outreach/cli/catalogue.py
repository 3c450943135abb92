"""A policy by name without an installation: the starter catalogue, or a file of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from outreach.cli.office import Here
from outreach.errors import Missing

if TYPE_CHECKING:
    from segments.rules import Rule


def document(ref: str) -> dict[str, Any]:
    """The policy that comes with the product under this name, or that a YAML file holds; Missing otherwise."""
    from outreach.policies import service

    files = {path.stem: path for path in service.starter_catalogue()}
    path = files.get(ref, Path(ref))
    if not path.is_file():
        raise Missing("policies.unknown", policy=ref)
    return service.read_file(path)


def any_rule(here: Here, ref: str) -> Rule:
    """The rule of a policy: shipped, in a file, or loaded into the installation."""
    from outreach.policies import service
    from segments.parse import parse_rule

    try:
        return parse_rule(document(ref)["rule"])
    except Missing:
        with here.installation() as office, office.store.read() as connection:
            return service.get(connection, ref).rule
