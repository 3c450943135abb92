"""新建宣传任务, page by page: which policies, for whom, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from outreach import clock
from outreach.audiences import preview, settling
from outreach.audiences.segments import service as segments
from outreach.audiences.segments.schemas import Asked
from outreach.campaigns.signing import rules
from outreach.campaigns.sketches import SketchView
from outreach.campaigns.usual import usual
from outreach.messages import facts
from outreach.people.queries.regions import all_regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.web.presenters.names import places
from outreach.web.presenters.policies import DOMAINS, inner_marks
from outreach.web.presenters.segment_counts import Desk
from outreach.web.views.common import Choice
from outreach.web.views.policies import Mark
from outreach.web.views.wizard import (
    Count,
    PeoplePage,
    PoliciesPage,
    PolicyTick,
    Shell,
    Stage,
)
from outreach.wording import say

PAGES: Mapping[str, str] = {
    "policies": "选政策", "people": "给谁", "steps": "怎么发", "words": "写什么",
}  # fmt: skip
"""Page → its name, in their order."""

CHECK = "看一遍，送审"
_MOST_PLACES = 600
_LEVELS = (12, 9, 6)
"""Lengths of codes: down to the village where that many can be read, else to the town, else to the county."""


@dataclass(frozen=True)
class Sheet:
    """One sketch on one page: who looks at it, what is written, and what was wrong with what was typed."""

    desk: Desk
    sketch: SketchView
    page: str
    said: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def document(self) -> Mapping[str, Any]:
        """What is written so far."""
        return self.sketch.document

    @property
    def place(self) -> str:
        """Where the campaign goes: the document's region, else the user's."""
        written = str(self.document.get("region") or "")
        return written if self.desk.actor.scope.covers(written) else place_of(self.desk)

    def views(self) -> list[PolicyView]:
        """The policies that are named so far and are there."""
        return policies.all_policies(
            self.desk.connection, list(self.document.get("policies") or ())
        )

    def shell(self) -> Shell:
        """What stands around the page."""
        return Shell(
            number=self.sketch.id,
            title=self.sketch.title or "新的宣传任务",
            page=self.page,
            stages=stages(self.sketch, self.page),
            revision=self.sketch.revision,
            campaign=self.sketch.campaign,
            said=self.said,
            problem=self.problem,
        )


def place_of(desk: Desk) -> str:
    """The user's own region, or the installation's when that lies deeper."""
    own = desk.actor.scope.region
    return own if own.startswith(desk.home) else desk.home


def stages(sketch: SketchView, here: str) -> tuple[Stage, ...]:
    """The line of pages; those behind are done when their keys are there."""
    written, href = sketch.document, f"/campaigns/new/{sketch.id}"
    done = {
        "policies": bool(written.get("policies")),
        "people": "announce" in written,
        "steps": bool(written.get("steps")),
        "words": bool(written.get("office")),
    }
    found = [
        Stage(label, f"{href}/{page}", "cur" if page == here else "done" if done[page] else "todo")
        for page, label in PAGES.items()
    ]
    return (*found, Stage(CHECK, "", "todo"))


def policies_page(sheet: Sheet) -> PoliciesPage:
    """选政策: every policy that has not ended, by domain, with what it still lacks."""
    desk, chosen = sheet.desk, set(sheet.document.get("policies") or ())
    groups: dict[str, list[PolicyTick]] = {}
    for view in policies.all_policies(desk.connection):
        if view.ended(desk.on) and view.ref not in chosen:
            continue
        groups.setdefault(str(view.facts["domain"]), []).append(_tick(sheet, view, chosen))
    order = {name: number for number, name in enumerate(DOMAINS)}
    named = sorted(groups.items(), key=lambda pair: order.get(pair[0], len(order)))
    known = {one.ref for _, ticks in named for one in ticks}
    bundles = tuple(Choice(ref, name) for ref, name, refs in _bundles() if known & set(refs))
    return PoliciesPage(
        sheet.shell(), sheet.sketch.title, tuple((name, tuple(ticks)) for name, ticks in named), bundles
    )  # fmt: skip


def _tick(sheet: Sheet, view: PolicyView, chosen: set[str]) -> PolicyTick:
    place = sheet.place
    here = view.facts_at(place)
    window = facts.words(here.get("window"))
    about = "，".join(part for part in (str(here.get("office") or ""), window) if part)
    marks = inner_marks(view, place, sheet.desk.on) or (Mark("no", "已停办"),)
    return PolicyTick(
        view.ref, view.plain_name, about, marks, view.ref in chosen, f"/policies/{view.ref}"
    )


def bundle(ref: str) -> tuple[str, ...]:
    """The policies of a ready-made bundle; () for one that is not there."""
    return next((refs for one, _, refs in _bundles() if one == ref), ())


@cache
def _bundles() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(ref, name, policies) of the bundles that come with the catalogue: 一老, 一小."""
    folder = resources.files("segments").joinpath("policies", "bundles")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    read = [
        yaml.safe_load(file.read_text("utf-8")) for file in files if file.name.endswith(".yaml")
    ]
    return tuple((one["id"], one["official_name"], tuple(one["policies"])) for one in read)


def people_page(sheet: Sheet) -> PeoplePage:
    """给谁: where, by which answer, of which class; how many that would be as the register stands."""
    desk, written = sheet.desk, sheet.document
    places_, typed = _places(sheet)
    return PeoplePage(
        shell=sheet.shell(),
        regions=places_,
        region=str(written.get("region") or place_of(desk)),
        announce=str(written.get("announce") or "general"),
        message_class=str(written.get("class") or "publicity"),
        segments=(
            Choice("", "所有符合的人"),
            *(Choice(one.ref, one.name) for one in segments.everything(desk.connection)),
        ),
        segment=str(written.get("segment") or ""),
        counts=tuple(_count(sheet, view) for view in sheet.views()),
        proposal=str(written.get("proposal") or ""),
        chains=_chains(sheet),
        chain=str(written.get("chain") or ""),
        urgent_reason=str((written.get("urgent") or {}).get("reason", "")),
        typed_region=typed,
    )


def _chains(sheet: Sheet) -> tuple[Choice, ...]:
    """Who may be asked to sign; what stands first is what the house asks for anyway."""
    known = rules.read(sheet.desk.services.settings.content_dir)
    usual_one = known.chains[known.default].name()
    return (
        Choice("", f"按规定（{usual_one}）"),
        *(Choice(one.id, one.name()) for one in known.chains.values() if one.id != known.default),
    )


def _places(sheet: Sheet) -> tuple[tuple[Choice, ...], bool]:
    """The user's region and those below it, as deep as a list can be read; where even that is too long, a code is typed."""
    desk = sheet.desk
    top = place_of(desk)
    below = all_regions(desk.connection, top)
    levels = [[row.code for row in below if len(row.code) <= length] for length in _LEVELS]
    codes = next((one for one in levels if len(one) <= _MOST_PLACES), levels[-1])
    here = str(sheet.document.get("region") or top)
    listed = codes if here in codes else [here, *codes]
    named = places(desk.connection, listed)
    choices = tuple(Choice(code, named[code]) for code in sorted(set(listed)))
    return choices, len(codes) > _MOST_PLACES


def _count(sheet: Sheet, view: PolicyView) -> Count:
    desk = sheet.desk
    asked = Asked(desk.on, desk.home, sheet.place)
    ref = sheet.document.get("segment")
    rule = segments.get(desk.connection, str(ref)).rule if ref else None
    total = preview.totals(desk.connection, view, asked, rule)
    gaps = settling.settle(desk.connection, view, asked, rule) if total.unknown else []
    settles = next((one.says for one in gaps if one.alone), "")
    return Count(view.plain_name, total.likely, total.unknown, settles)


def frame(sheet: Sheet) -> dict[str, str]:
    """office, phone, valid_until and opt_out before anybody has written them: as in the newest campaign."""
    desk = sheet.desk
    found = usual(desk.connection, desk.services.place, sheet.place, desk.on).frame
    until = min(
        (day for view in sheet.views() if (day := view.last_day(sheet.place))), default=None
    )
    if until is not None and desk.on <= until < found.valid_until:
        return _frame(found.office, found.phone, until, found.opt_out)
    return _frame(found.office, found.phone, found.valid_until, found.opt_out)


def _frame(office: str, phone: str, until: date, opt_out: str) -> dict[str, str]:
    return {"office": office, "phone": phone, "valid_until": until.isoformat(), "opt_out": opt_out}


def usual_title(sheet: Sheet) -> str:
    """What a campaign is called when nobody says so."""
    named = [view.plain_name for view in sheet.views()]
    month = f"{clock.today(sheet.desk.services.settings.zone).month}月"
    more = f"等{len(named)}项" if len(named) > 2 else ""
    return say("wizard.title", month=month, policies="、".join(named[:2]) + more)
