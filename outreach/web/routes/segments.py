"""对象条件: saved segments, the ready-made ones, and the builder. Works without a script: each button sends the form."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from outreach.access.roles import Action
from outreach.audiences.segments import queries, service
from outreach.audiences.segments.schemas import parse
from outreach.errors import Conflict, Invalid, OutreachError, Refused
from outreach.web.guard import TheActor, TheServices, guarded_router, needs
from outreach.web.presenters.segment_counts import Desk, warm
from outreach.web.presenters.segment_form import MOST_ROWS, Row, data, read
from outreach.web.presenters.segments import Filled, builder, listing, opened, started
from outreach.web.render import page
from outreach.web.views.signing import SureView
from outreach.wording import say

router = guarded_router()

Cells = Annotated[list[str] | None, Form()]
Text = Annotated[str, Form(max_length=200)]


@router.get("/segments")
@needs(Action.SEGMENTS_EDIT)
def segments_page(request: Request, services: TheServices, actor: TheActor) -> Response:
    """What is saved, and what is ready-made."""
    warm(services)
    with services.store.read() as connection:
        view = listing(Desk(services, actor, connection))
    return page(request, "segments.html", view)


@router.get("/segments/new")
@needs(Action.SEGMENTS_EDIT)
def new_page(
    request: Request,
    services: TheServices,
    actor: TheActor,
    ready: Annotated[str, Query(max_length=64)] = "",
    policy: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """An empty form, or one filled in from a ready-made segment."""
    with services.store.read() as connection:
        view = started(Desk(services, actor, connection), ready, policy)
    return page(request, "segment.html", view)


@router.get("/segments/{ref}")
@needs(Action.SEGMENTS_EDIT)
def segment_page(
    ref: str,
    request: Request,
    services: TheServices,
    actor: TheActor,
    saved: bool = False,
    policy: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """One of them, with its counts."""
    with services.store.read() as connection:
        segment = service.get(connection, ref)
        view = opened(Desk(services, actor, connection), segment, saved=saved, policy=policy)
    return page(request, "segment.html", view)


@router.post("/segments/try")
@needs(Action.SEGMENTS_EDIT)
def try_out(  # noqa: PLR0913 - one argument per field of the form
    request: Request,
    services: TheServices,
    actor: TheActor,
    part: Cells = None,
    field: Cells = None,
    op: Cells = None,
    value: Cells = None,
    in_days: Cells = None,
    ref: Text = "",
    name: Text = "",
    new: Text = "",
    policy: Text = "",
    do: Text = "count",
) -> Response:
    """Add a row, take one away, count, or save; whatever is wrong is shown beside its row and nothing is written."""
    rows = read([part or [], field or [], op or [], value or [], in_days or []])
    filled = Filled(ref.strip(), name.strip(), new == "1", policy, _changed(rows, do))
    if do == "save":
        return _save(request, services, actor, filled)
    with services.store.read() as connection:
        view = builder(Desk(services, actor, connection), filled, count=True)
    return page(request, "segment.html", view, 422 if view.problem and do == "count" else 200)


def _changed(rows: list[Row], do: str) -> list[Row]:
    """The rows after a button: one more, or one fewer."""
    if do == "add" and len(rows) < MOST_ROWS:
        return [*rows, Row(rows[-1].part if rows else "all")]
    if do.startswith("drop-") and do[5:].isdecimal():
        return [row for number, row in enumerate(rows, 1) if number != int(do[5:])]
    return rows


def _save(request: Request, services: TheServices, actor: TheActor, filled: Filled) -> Response:
    try:
        ref = _written(services, actor, filled)
    except (Invalid, Conflict, Refused) as error:
        with services.store.read() as connection:
            view = builder(
                Desk(services, actor, connection), filled, count=True, problem=_said(error)
            )
        return page(request, "segment.html", view, 422)
    return RedirectResponse(f"/segments/{ref}?saved=1", 303)


def _said(error: OutreachError) -> str:
    return say(error.code, **error.params)


def _written(services: TheServices, actor: TheActor, filled: Filled) -> str:
    with services.store.begin() as connection:
        rule, problems = data(filled.rows, Desk(services, actor, connection).names())
        if problems:
            number = min(problems)
            raise Invalid("audiences.bad_row", row=number, problem=problems[number])
        if not filled.name:
            raise Invalid("audiences.name_needed")
        if not rule:
            raise Invalid("audiences.empty_rule")
        ref = filled.ref or queries.free_ref(connection)
        order = parse({"id": ref, "name": filled.name, "rule": rule}, filled.name)
        service.save(connection, order, actor.name, actor.scope, new=filled.new)
    return ref


@router.get("/segments/{ref}/delete")
@needs(Action.SEGMENTS_EDIT)
def sure_to_delete(ref: str, request: Request, services: TheServices) -> Response:
    """Ask once more."""
    with services.store.read() as connection:
        segment = service.get(connection, ref)
    view = SureView(
        f"删除“{segment.name}”？", "删掉以后要重新写。已经送审的任务不受影响，名单早已封存。",
        f"/segments/{segment.ref}/delete", "确定删除", f"/segments/{segment.ref}",
    )  # fmt: skip
    return page(request, "sure.html", view)


@router.post("/segments/{ref}/delete")
@needs(Action.SEGMENTS_EDIT)
def delete(ref: str, services: TheServices, actor: TheActor) -> Response:
    """Take it away; refused while a campaign uses it."""
    with services.store.begin() as connection:
        service.delete(connection, ref, actor.name, actor.scope)
    return RedirectResponse("/segments", 303)
