"""What a person does not want: each refusal with who said so, and the form for another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.people import refusing
from outreach.people.consent import REFUSABLE
from outreach.people.refusing import KINDS, Standing
from outreach.web.views.common import Choice
from outreach.web.views.refusals import RefusalLine, RefusalsView
from outreach.wording import say

_KIND = {classes[0]: kind for kind, classes in KINDS.items() if len(classes) == 1}
"""The class of one refusal → the word that its form sends."""


def view(connection: Connection, actor: Actor, row: Row[Any]) -> RefusalsView:
    """The section of a person's page."""
    sharing = refusing.sharing_number(connection, row)
    inside = all(actor.scope.covers(one.region) for one in sharing)
    may = actor.may(Action.PEOPLE_REFUSE)
    standing = refusing.standing(connection, row)
    return RefusalsView(
        lines=tuple(_line(one, may=may and (inside or not one.of_number)) for one in standing),
        channels=tuple(Choice(one, say(f"refusals.channel.{one}")) for one in REFUSABLE),
        kinds=tuple(
            Choice(kind, "和".join(say(f"refusals.class.{one}") for one in classes))
            for kind, classes in KINDS.items()
        ),
        sharing=len(sharing),
        may_write=may,
    )


def _line(one: Standing, *, may: bool) -> RefusalLine:
    kind = _KIND.get(one.message_class, "")
    whose = "按号码" if one.of_number else "按本人"
    return RefusalLine(
        words=f"不要{say(f'refusals.channel.{one.channel}')}：{say(f'refusals.class.{one.message_class}')}",
        note=f"{whose}，{say(f'refusals.source.{one.source}')}",
        at=one.at,
        channel=one.channel,
        kind=kind,
        of_number=one.of_number,
        may_end=may and bool(kind),
    )
