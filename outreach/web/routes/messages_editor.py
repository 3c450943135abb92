"""The editor of one text: look, save, take an old version back, have it read, give it up.

Works without a script: 检查 sends the form and shows what the script would have fetched while typing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach import clock
from outreach.access.roles import Action
from outreach.errors import Invalid, OutreachError
from outreach.messages import editing, languages, service, trial
from outreach.messages.editing import Edit
from outreach.messages.schemas import Place
from outreach.messages.variants import CHANNELS, check_form
from outreach.web.errors import status_of
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.messages import catalogue, href
from outreach.web.presenters.messages_editor import Told, Typed, editor, looked, opened, table
from outreach.web.presenters.segment_counts import Desk
from outreach.web.render import page
from outreach.wording import say

router = guarded_router()

Word = Annotated[str, Query(max_length=200)]
Line = Annotated[str, Form(max_length=500)]
Body = Annotated[
    str, Form(max_length=500_000)
]  # the checks say how long a text may be; what was pasted stays
Number = Annotated[int, Form(ge=-1, le=2_000_000_000)]


def _place(
    policy: str, channel: str, language: str, form: Word = "", announce: Word = "general"
) -> Place:
    """The place in an address; Invalid for a channel or a language that there is not."""
    if channel not in CHANNELS:
        raise Invalid("messages.unknown_channel", channel=channel, channels="、".join(CHANNELS))
    announced = "personal" if announce == "personal" else "general"
    return Place(policy, channel, languages.normalise(language), form or channel, announced)


@dataclass
class Sheet:
    """The fields of the form."""

    title: Line = ""
    body: Body = ""
    notes: Annotated[str, Form(max_length=2_000)] = ""
    why: Line = ""
    follow_up: Line = ""
    to_form: Line = ""
    to_announce: Line = ""
    base: Number = 0
    region: Line = ""
    beside: Line = ""
    likely: Number = -1
    do: Line = "check"

    def typed(self, place: Place) -> Typed:
        """What was typed, at the place that it shall have."""
        announce = (
            self.to_announce if self.to_announce in ("general", "personal") else place.announce
        )
        target = place._replace(form=self.to_form or place.form, announce=announce)
        edit = Edit(
            target, self.title, self.body, self.base, self.follow_up == "1", self.notes, self.why
        )
        return Typed(edit, self.region, self.beside, self.likely)


ThePlace = Annotated[Place, Depends(_place)]
TheSheet = Annotated[Sheet, Depends(Sheet)]


@router.get("/messages/{policy}/{channel}/{language}")
@needs(Action.MESSAGES_VIEW)
def editor_page(  # noqa: PLR0913 - one argument per part of the address
    place: ThePlace,
    request: Request,
    services: TheServices,
    actor: TheActor,
    region: Word = "",
    beside: Word = "",
    start: Word = "",
    version: int = 0,
    said: Word = "",
) -> Response:
    """The newest version, or a place that has none yet."""
    actor.scope.require(region or actor.region)
    if actor.may(Action.MESSAGES_EDIT):
        trial.warm_up()  # the first look while somebody types would wait for it
    with services.store.read() as connection:
        found = table(Desk(services, actor, connection), place)
        if not found.versions:
            check_form(place, found.names)
        typed = Typed(opened(found, start), region, beside)
        view = editor(found, typed, Told(said=said, against=version))
    return page(request, "messages_editor.html", view)


@router.post("/messages/{policy}/{channel}/{language}/look")
@needs(Action.MESSAGES_EDIT)
def look(
    place: ThePlace, request: Request, services: TheServices, actor: TheActor, sheet: TheSheet
) -> Response:
    """What the script asks for while somebody types: findings, figures and previews, nothing else."""
    actor.scope.require(sheet.region or actor.region)
    with services.store.read() as connection:
        found = table(Desk(services, actor, connection), place)
        view = looked(found, sheet.typed(place))
    return page(request, "messages_look.html", view)


@router.post("/messages/{policy}/{channel}/{language}")
@needs(Action.MESSAGES_EDIT)
def check_or_save(
    place: ThePlace, request: Request, services: TheServices, actor: TheActor, sheet: TheSheet
) -> Response:
    """检查 shows the same page with what was typed; 保存 writes a version. Whatever is wrong, the words stay."""
    actor.scope.require(sheet.region or actor.region)
    typed = sheet.typed(place)
    if sheet.do != "save":
        return _shown(request, services, actor, place, typed)
    try:
        saved = _save(services, actor, place, typed)
    except OutreachError as error:
        return _shown(request, services, actor, place, typed, error)
    said = "saved" if saved.new else "same"
    return _to(saved.text.place, said, sheet.region)


def _save(services: TheServices, actor: TheActor, place: Place, typed: Typed) -> editing.Saved:
    actor.scope.require(services.settings.region)
    with services.store.begin() as connection:
        check_form(typed.edit.place, catalogue(Desk(services, actor, connection)))
        return editing.move(connection, typed.edit, place, actor.name)


def _shown(
    request: Request,
    services: TheServices,
    actor: TheActor,
    place: Place,
    typed: Typed,
    error: OutreachError | None = None,
) -> Response:
    with services.store.read() as connection:
        found = table(Desk(services, actor, connection), place)
        theirs = error is not None and error.code == "messages.changed_since"
        if theirs:  # whoever saves again has seen what the other one wrote
            typed = replace(typed, edit=replace(typed.edit, base=found.versions[0].text.version))
        problem = "" if error is None else say(error.code, **error.params)
        view = editor(found, typed, Told(problem=problem, theirs=theirs))
    return page(request, "messages_editor.html", view, 200 if error is None else status_of(error))


@router.post("/messages/{policy}/{channel}/{language}/restore")
@needs(Action.MESSAGES_EDIT)
def restore(
    place: ThePlace, services: TheServices, actor: TheActor, version: Number = 0, base: Number = 0
) -> Response:
    """An old version as a new one."""
    actor.scope.require(services.settings.region)
    with services.store.begin() as connection:
        editing.restore(connection, place, version, base, actor.name)
    return _to(place, "restored")


@router.post("/messages/{policy}/{channel}/{language}/retire")
@needs(Action.MESSAGES_EDIT)
def retire(
    place: ThePlace, services: TheServices, actor: TheActor, why: Line = "", base: Number = 0
) -> Response:
    """Give the text up; it stays in the history."""
    actor.scope.require(services.settings.region)
    with services.store.begin() as connection:
        editing.retire(connection, place, actor.name, why, base)
    return RedirectResponse(f"/messages/{place.policy}?said=retired", 303)


@router.post("/messages/{policy}/{channel}/{language}/review")
@needs(Action.MESSAGES_REVIEW)
def review(
    place: ThePlace,
    services: TheServices,
    actor: TheActor,
    reader: Annotated[str, Form(max_length=40)] = "",
    note: Line = "",
    base: Number = 0,
) -> Response:
    """Write down who has read this version and stands for it."""
    actor.scope.require(services.settings.region)
    today = clock.today(services.settings.zone)
    with services.store.begin() as connection:
        service.review(connection, place, reader, today, note, entered_by=actor.name, seen=base)
    return _to(place, "reviewed")


def _to(place: Place, said: str, region: str = "") -> Response:
    target = href(place)
    joined = "&" if "?" in target else "?"
    more = f"&region={region}" if region else ""
    return RedirectResponse(f"{target}{joined}said={said}{more}", 303)
