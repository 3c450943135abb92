"""For how many a segment holds, where they are, and what would settle the unknown ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.audiences import preview, settling, snapshot
from outreach.audiences.segments import service
from outreach.audiences.segments.schemas import Asked
from outreach.audiences.service import Answer
from outreach.people.languages import language_name
from outreach.people.queries.regions import all_regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import service as reach
from outreach.reports.counted import service as counted
from outreach.web.presenters.names import places
from outreach.web.presenters.segment_form import Names
from outreach.web.services import Services
from outreach.web.views.segments import Counts, Part
from segments.rules import Rule

WORTH_A_SNAPSHOT = 50_000
"""People; below that the database answers at once."""

_MOST_GAPS = 3


@dataclass(frozen=True)
class Desk:
    """What all parts of these pages read from."""

    services: Services
    actor: Actor
    connection: Connection

    @property
    def on(self) -> date:
        """Today in the business zone."""
        return clock.today(self.services.settings.zone)

    @property
    def home(self) -> str:
        """The installation's region."""
        return self.services.settings.region

    def names(self) -> Names:
        """What policies and places are called."""
        live = policies.all_policies(self.connection)
        places = all_regions(self.connection, self.home)
        return Names(
            {one.ref: one.plain_name for one in live}, {row.code: row.name for row in places}
        )


def counts_of(desk: Desk, rule: Rule, policy: str) -> Counts:
    """Of the segment itself, or of a policy among the people who may belong to it."""
    asked = Asked(desk.on, desk.home, desk.actor.scope.region)
    if not policy:
        total, _ = service.count(desk.connection, rule, asked)
        warning = _unlisted(desk, rule)
        return Counts(total.likely, total.unknown, total.not_, total.blocked, "", warning=warning)
    view: PolicyView = policies.get(desk.connection, policy)
    total = preview.totals(desk.connection, view, asked, rule)
    gaps = settling.settle(desk.connection, view, asked, rule) if total.unknown else []
    told = tuple(one.says for one in gaps if one.alone)[:_MOST_GAPS]
    parts = _parts(desk, preview.breakdowns(desk.connection, view, asked, rule))
    return Counts(
        total.likely, total.unknown, total.not_, total.blocked, view.plain_name, told, _unlisted(desk, rule), parts
    )  # fmt: skip


def _parts(desk: Desk, by: Mapping[str, list[Answer]]) -> tuple[Part, ...]:
    """Where, how old and of which language those are whom a policy fits, or may fit."""
    named = places(desk.connection, [one.group for one in by["region"]])
    name: dict[str, Callable[[str], str]] = {
        "region": lambda code: named[code],
        "age_band": lambda band: f"{band}周岁" if band else "年龄不详",
        "language": lambda tag: language_name(tag) if tag else "随当地",
    }
    return tuple(
        Part(title, tuple(
            (name[kind](one.group), one.likely, one.unknown) for one in by[kind] if one.likely or one.unknown
        ))
        for kind, title in _PARTS
    )  # fmt: skip


_PARTS = (("region", "在哪里"), ("age_band", "多大年纪"), ("language", "说什么话"))


def is_large(connection: Connection) -> bool:
    """Whether the database needs so long that a question waits for the snapshot."""
    return counted.people(connection, Scope()) >= WORTH_A_SNAPSHOT


def warm(services: Services) -> None:
    """Load the snapshot beside this request where the register is so large that the next question would wait."""
    with services.store.read() as connection:
        if not is_large(connection):
            return
        if snapshot.current(connection, load=False) is not None:
            return
    snapshot.warm(services.store)


def _unlisted(desk: Desk, rule: Rule) -> str:
    """A rule that asks who applied or received says what its lists carry, because without one everybody is unknown."""
    asked = {
        (clause.field, ref)
        for clause in rule.clauses()
        if clause.field in ("applied", "received")
        for ref in clause.operands or ()
    }
    names = desk.names().policies
    said = []
    for fact, ref in sorted(asked):
        standing = {
            one.fact: one.word for one in reach.standing(desk.connection, ref, desk.on, desk.home)
        }
        word = _STANDING.get(standing.get(fact, "none"), "")
        if word:
            said.append(
                f"《{names.get(ref, ref)}》{'申请' if fact == 'applied' else '领取'}名单{word}"
            )
    return f"{'；'.join(said)}，办了没有谁也不能确定，都算待核实。" if said else ""


_STANDING = {"none": "还没有导入过", "old": "太旧了", "estimate": "对不上的超过5%"}
