"""提意见, 记意见: the form of whoever writes one down, with what it already knows, and what became of the earlier ones."""

from __future__ import annotations

import secrets
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from outreach.access.roles import Action, Role
from outreach.policies import service as policies
from outreach.reach.opinions import service
from outreach.reach.opinions.schemas import KINDS, LONGEST, NewOpinion, Origin
from outreach.reach.tasks import queries as tasks
from outreach.web.presenters.names import places
from outreach.web.presenters.opinions import Desk, lines, region_choices
from outreach.web.services import Services
from outreach.web.views.common import Choice
from outreach.web.views.opinions import SayView
from outreach.wording import say

_VILLAGE = 12
_ASKED_AT: dict[Role, tuple[str, ...]] = {
    Role.OBSERVER: ("observer",),
    Role.WORKER: ("door", "phone"),
    Role.OFFICER: ("door", "phone", "hotline"),
}
"""Role → where somebody of that role hears opinions; the first is taken when nothing is chosen."""


class Form(BaseModel):
    """What the form sends."""

    model_config = ConfigDict(frozen=True)

    text: str = Field("", max_length=10_000)
    kind: str = "other"
    source: str = ""
    policy: str = Field("", max_length=100)
    region: str = Field("", max_length=40)
    contact: str = Field("", max_length=200)
    once: str = Field("", max_length=60)


class Begun(BaseModel):
    """From where somebody came: a door, a call, a task; and what was just done."""

    model_config = ConfigDict(frozen=True)

    delivery: int = Field(0, ge=0, lt=2**62)
    task: int = Field(0, ge=0, lt=2**62)
    source: Literal["", "door", "phone", "hotline"] = ""
    said: Literal["", "say"] = ""


def begin(desk: Desk, begun: Begun) -> SayView:
    """An empty form, with place and policy filled in where they are known."""
    known = _origin(desk, begun)
    given = {"region": known.region, "policy": known.policy, "source": begun.source}
    return view(
        desk, given, said="记下了。办的人会看，有了答复会显示在下面。" if begun.said else ""
    )


def _origin(desk: Desk, begun: Begun) -> Origin:
    if begun.delivery:
        return service.origin(desk.connection, desk.actor.scope, begun.delivery)
    if begun.task and desk.actor.may(Action.VISITS_RECORD):
        task = tasks.one(desk.connection, desk.actor.scope, begun.task)
        return Origin(task.region[:_VILLAGE], task.policy)
    return Origin()


def view(desk: Desk, given: dict[str, Any], *, said: str = "", problem: str = "") -> SayView:
    """The form as it was filled in."""
    observer = desk.actor.role is Role.OBSERVER
    live = [one for one in policies.all_policies(desk.connection) if one.status == "live"]
    return SayView(
        title="提意见" if observer else "记意见",
        lede="政策哪里看不懂、哪里难办，直接写。办的人会看，答复显示在这一页。"
        if observer
        else "群众当面或电话里说的，一句一句记下来。只记到村，不记是哪一户。",
        kinds=tuple(Choice(one, say(f"opinions.kind.{one}")) for one in KINDS),
        sources=tuple(Choice(one, say(f"opinions.source.{one}")) for one in sources(desk)),
        policies=(Choice("", "不是某一项政策"), *(Choice(one.ref, one.plain_name) for one in live)),
        regions=_places(desk, str(given.get("region", ""))),
        given={"kind": "other", **{name: str(value) for name, value in given.items()}},
        once=secrets.token_urlsafe(12),
        asks_contact=not observer,
        mine=lines(desk, service.written_by(desk.connection, desk.actor.name)),
        most=LONGEST,
        said=said,
        problem=problem,
        inbox=desk.actor.may(Action.OPINIONS_VIEW),
    )


def _places(desk: Desk, known: str) -> tuple[Choice, ...]:
    """Where it was said: the place that is known already, else one's own region and what lies in it."""
    choices = region_choices(desk, "我管的地方")
    if known and known not in {one.value for one in choices}:
        return (Choice(known, places(desk.connection, [known])[known]), *choices)
    return choices


def sources(desk: Desk) -> tuple[str, ...]:
    """What this user may say of where they heard it."""
    return _ASKED_AT.get(desk.actor.role, ("door",))


def opinion(desk: Desk, form: Form) -> NewOpinion:
    """What is written down. Refused for a place outside the actor's region."""
    allowed = sources(desk)
    region = (form.region or desk.actor.region or desk.services.settings.region)[:_VILLAGE]
    desk.actor.scope.require(region or desk.actor.region)
    return NewOpinion(
        source=form.source if form.source in allowed else allowed[0],
        text=form.text,
        kind=form.kind,
        policy=form.policy,
        region=region,
        contact="" if desk.actor.role is Role.OBSERVER else form.contact,
        by=desk.actor.name,
        key=once_key(desk.services, desk.actor.name, form.once, form.text),
    )


def once_key(services: Services, *parts: str) -> str:
    """Equal for a form that is sent twice: who sent it, the mark of the form, and what stands in it."""
    return f"form:{services.vault.keyed_hash('opinion', chr(31).join(parts)).hex()}"
