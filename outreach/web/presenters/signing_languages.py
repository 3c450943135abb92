"""Who gets which language, as a campaign was signed: to whoever writes with what to do, to whoever signs as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.messages.coverage import Coverage
from outreach.messages.remarks import Remark, facts, remarks
from outreach.policies.schemas import PolicyView

Tagged = tuple[tuple[str, str], ...]
"""Tag (bad: somebody would get nothing, else ask) and sentence."""


def signed_remarks(frozen: Mapping[str, Any]) -> tuple[Remark, ...]:
    """What the coverage report that was signed says; an earlier release froze none."""
    found = frozen.get("coverage")
    return tuple(remarks(Coverage.from_dict(found))) if found else ()


def tagged(said: Iterable[Remark]) -> Tagged:
    """Each with what to do about it."""
    return tuple((_tag(one.gap), one.message()) for one in said)


def for_reader(actor: Actor, said: Sequence[Remark], views: Sequence[PolicyView]) -> Tagged:
    """As this user can use it: who does not write campaigns reads only what is so."""
    if actor.may(Action.CAMPAIGNS_SUBMIT):
        return tagged(said)
    names = {view.ref: view.plain_name for view in views}
    return tuple((_tag(gap), text) for gap, text in facts(said, names))


def _tag(gap: bool) -> str:
    return "bad" if gap else "ask"
