"""What a page of 新建宣传任务 changes in the document, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData

from outreach.campaigns import sketches
from outreach.web.presenters import wizard_forms as forms
from outreach.web.presenters.wizard import Sheet, bundle, place_of, usual_title
from outreach.web.presenters.wizard_steps import plans
from outreach.wording import say


def changed(sheet: Sheet, form: FormData, do: str) -> dict[str, Any]:
    """The keys of the page as they were filled in; None takes a key away."""
    if sheet.page == "policies":
        return _policies(sheet, form, do)
    if sheet.page == "people":
        return _people(form)
    if sheet.page == "steps":
        return _steps(sheet, form)
    return _words(form)


def _policies(sheet: Sheet, form: FormData, do: str) -> dict[str, Any]:
    chosen = forms.texts(form, "policy")
    if do.startswith("bundle-"):
        more = set(forms.texts(form, "known")) & set(bundle(do.removeprefix("bundle-")))
        chosen += sorted(more - set(chosen))
    changes: dict[str, Any] = {
        "policies": chosen or None,
        "title": forms.text(form, "title") or None,
    }
    if chosen and changes["title"] is None:
        changes["title"] = usual_title(replace(sheet, sketch=sheet.sketch.typed(changes)))
    return changes


def _people(form: FormData) -> dict[str, Any]:
    urgent = forms.text(form, "class") == "urgent"
    return {
        "region": forms.text(form, "region") or None,
        "announce": forms.text(form, "announce") or None,
        "class": forms.text(form, "class") or None,
        "chain": forms.text(form, "chain") or None,
        "segment": forms.text(form, "segment") or None,
        "urgent": forms.reason(forms.text(form, "urgent")) if urgent else None,
    }


def _steps(sheet: Sheet, form: FormData) -> dict[str, Any]:
    every = list(sheet.document.get("policies") or ())
    budget = forms.text(form, "budget")
    return {
        "steps": [forms.step(row, every) for row in forms.rows(form)] or None,
        "budget": forms.number(budget) if budget else None,
        "ignore_quiet_hours": forms.reason(forms.text(form, "any_hour")),
        "stagger": forms.stagger(form),
    }


def _words(form: FormData) -> dict[str, Any]:
    plain = ("office", "phone", "valid_until", "opt_out")
    found: dict[str, Any] = {name: forms.text(form, name) or None for name in plain}
    return found | {"written_dialects": forms.reason(forms.text(form, "dialects"))}


def rearranged(sheet: Sheet, rows: Sequence[forms.Row], do: str) -> list[forms.Row]:
    """The steps after a button: one more, one fewer, or a ready-made line of them."""
    if do.startswith("plan-"):
        zone = sheet.desk.services.settings.zone
        chosen = [one for one in plans(sheet) if one["id"] == do.removeprefix("plan-")]
        return [forms.row(step, zone) for one in chosen for step in one["steps"]] or list(rows)
    if do.startswith("drop-") and do[5:].isdecimal():
        return _without(rows, int(do[5:]))
    if do == "add" and len(rows) < forms.MOST_STEPS:
        fresh = forms.Row(timing="after", after=str(len(rows))) if rows else forms.Row()
        return [*rows, fresh]
    return list(rows)


def _without(rows: Sequence[forms.Row], gone: int) -> list[forms.Row]:
    """The steps without one; what came after a later one still does, what came after it begins at once."""
    found = []
    for number, row in enumerate(rows, 1):
        if number == gone:
            continue
        after = int(row.after) if row.after.isdecimal() else 0
        if row.timing == "after" and after == gone:
            found.append(replace(row, timing="now", after="", wait=""))
        else:
            found.append(replace(row, after=str(after - 1)) if after > gone else row)
    return found


def problems(sheet: Sheet, changes: Mapping[str, Any]) -> dict[str, str]:
    """Key → what is wrong with what was typed, in words."""
    desk = sheet.desk
    document = sketches.merged(sheet.document, changes)
    keys = forms.PAGE_KEYS[sheet.page]
    said = forms.said(sketches.problems(document, desk.services.settings.zone, keys))
    region = str(document.get("region") or place_of(desk))
    if sheet.page == "people" and not desk.actor.scope.covers(region):
        said.setdefault("region", say("access.outside_region"))
    return said


def first_wrong(sheet: Sheet) -> Sheet:
    """The first page that something is wrong with, with what it is; the same sheet when everything is sound."""
    for page in forms.PAGE_KEYS:
        said = problems(replace(sheet, page=page), {})
        if said:
            return replace(sheet, page=page, said=said)
    return sheet
