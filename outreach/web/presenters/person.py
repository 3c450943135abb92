"""One person: what is known and who says so, the household, who answers for them, and which policies may fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.access.scope import Scope
from outreach.audiences import service as audiences
from outreach.audiences.facts import facts_of
from outreach.people import lists, merging
from outreach.people import service as people
from outreach.people.ages import ADULT_FROM, GUARDED_UNDER
from outreach.people.languages import language_name
from outreach.people.queries import people as queries
from outreach.people.regions import dialect_of
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import queries as reach
from outreach.web.formats import long_day
from outreach.web.presenters import refusals
from outreach.web.presenters.names import places
from outreach.web.presenters.people import about, lines, marks
from outreach.web.services import Services
from outreach.web.views.common import Choice
from outreach.web.views.people import (
    Allowed,
    FactLine,
    FitLine,
    HomeView,
    Mark,
    NotedLine,
    Pair,
    PersonLine,
    PersonView,
)
from segments import vocabulary
from segments.person import age_on

_CONFIDENCE = {"list": "名单", "worker": "工作人员核实", "self": "本人说的"}
_PHONE = {
    "own": "本人",
    "family": "家里共用",
    "clerk": "代办人的",
    "unknown": "不知道是谁的",
    "landline": "座机",
}
_HUKOU = {"rural": "农业", "urban": "非农业", "resident": "居民"}
_NEEDS = {"read": "看字吃力", "see": "看不清", "hear": "听不清"}
_NOTED = {
    "in_person": "当面告知", "delivered": "已送达", "relayed": "家人转告", "published": "已发布", "aware": "知晓",
    "applied": "已申请", "received": "已领取",
}  # fmt: skip
_ANSWERS = {"yes": Mark("yes", "很可能符合"), "unknown": Mark("ask", "待核实")}
_WHY = {"birth": "姓名、出生日期相同", "phone": "姓名、电话相同"}


@dataclass(frozen=True)
class Desk:
    """Who looks at whom: `revealed` after a reason was given."""

    services: Services
    actor: Actor
    connection: Connection
    revealed: bool = False

    @property
    def today(self) -> date:
        """The date at the installation."""
        return clock.today(self.services.settings.zone)

    @property
    def sees_sensitive(self) -> bool:
        """Officers work with lists of circumstances; a worker gives a reason first."""
        return self.revealed or self.actor.may(Action.SEGMENTS_EDIT)


def view(
    desk: Desk, row: Row[Any], notices: Sequence[str] = (), problem: str = "", reason: str = ""
) -> PersonView:
    """The page of a person who is no record of somebody else."""
    shown = people.show(row, desk.services.vault, masked=not desk.revealed)
    facts, noes, hidden = _facts(desk, row)
    fits, unseen = _fits(desk, row)
    may = desk.actor.may
    return PersonView(
        id=row.id,
        name=shown.name or "姓名不详",
        revealed=desk.revealed,
        marks=marks(row),
        basics=_basics(desk, row, shown),
        facts=facts,
        noes=noes,
        hidden=hidden + unseen,
        home=_home(desk, row, shown.address),
        guardian=_related(desk, row.guardian_id),
        contact=_related(desk, row.contact_id),
        needs_guardian=row.birth is not None
        and age_on(row.birth, desk.today) < GUARDED_UNDER,
        choices=_choices(desk, row),
        fits=fits,
        noted=_noted(desk, row),
        pairs=_pairs(desk, row) if may(Action.PEOPLE_MERGE) else (),
        allowed=Allowed(
            may(Action.PEOPLE_REVEAL), may(Action.PEOPLE_STOP), may(Action.PEOPLE_EDIT),
            may(Action.PEOPLE_MERGE),
        ),
        status=row.status,
        refusals=refusals.view(desk.connection, desk.actor, row),
        notices=tuple(notices),
        problem=problem,
        reason=reason,
    )  # fmt: skip


def _basics(desk: Desk, row: Row[Any], shown: people.Shown) -> tuple[tuple[str, str], ...]:
    place = places(desk.connection, {row.region, row.hukou_region})
    spoken = row.language or dialect_of(desk.connection, row.region)
    needs = "、".join(_NEEDS.get(word, word) for word in row.needs.split())
    number = shown.phone.removeprefix("+86")
    phone = f"{number}（{_PHONE.get(row.phone_kind, '不知道是谁的')}）" if shown.phone else ""
    every = (
        ("登记号", str(row.id)),
        ("手机", phone or "没有"),
        ("证件尾号", row.id_last4 or "没有登记证件"),
        ("出生", (f"{long_day(row.birth)}，" if row.birth and desk.revealed else "") + about(row, desk.today)),
        ("现住", place[row.region]),
        ("户籍", place[row.hukou_region] if row.hukou_region else "不详"),
        ("户口性质", _HUKOU.get(row.hukou_type, "不详")),
        ("说", language_name(spoken) + ("" if row.language else "（当地一般）")),
        ("沟通", needs),
        ("住址", shown.address),
    )  # fmt: skip
    return tuple((label, text) for label, text in every if text)


def _facts(desk: Desk, row: Row[Any]) -> tuple[tuple[FactLine, ...], tuple[FactLine, ...], int]:
    """(what is so, what is known not to be, how many are not shown)."""
    history = queries.circumstance_history(desk.connection, desk.actor.scope, row.id)
    complete = [
        one for one in lists.lists_of(desk.connection, Scope()) if row.region.startswith(one.region)
    ]
    facts: list[FactLine] = []
    noes: list[FactLine] = []
    hidden = 0
    for one in vocabulary.CIRCUMSTANCES:
        if not row.circumstances_known & one.mask:
            continue
        holds = bool(row.circumstances & one.mask)
        if one.sensitive and not desk.sees_sensitive:
            hidden += holds
            continue
        mark = Mark("yes", "是") if holds else Mark("no", "不是")
        line = FactLine(one.zh, mark, _source(one, holds, history, complete), one.sensitive)
        (facts if holds else noes).append(line)
    return tuple(facts), tuple(noes), hidden


def _source(
    one: vocabulary.Circumstance,
    holds: bool,
    history: Sequence[Row[Any]],
    complete: Sequence[Row[Any]],
) -> str:
    """Which list of which date says so; what follows from another fact says that."""
    said = next((r for r in history if r.code == one.code and r.value is holds), None)
    if said is not None:
        on = f"{long_day(said.listed_on)}，" if said.listed_on else ""
        until = f"，有效至 {long_day(said.valid_to)}" if said.valid_to else ""
        return f"{said.source}（{on}{_CONFIDENCE.get(said.confidence, said.confidence)}{until}）"
    if not holds:
        closed = next((r for r in complete if r.circumstance == one.code), None)
        if closed is not None:
            return f"不在{closed.source}上（{long_day(closed.on)}，完整名单）"
    return "由别的情况推出"


def _home(desk: Desk, row: Row[Any], address: str) -> HomeView | None:
    if row.household_id is None:
        return None
    rows = queries.household_members(desk.connection, desk.actor.scope, row.household_id)
    roles = {one.id: "户主" if one.id == one.head_id else one.relation for one in rows}
    members = lines(desk.services, desk.connection, rows, roles)
    return HomeView(row.household_id, tuple(members), bool(row.stopped), address)


def _related(desk: Desk, person: int | None) -> PersonLine | None:
    if person is None:
        return None
    row = queries.person(desk.connection, desk.actor.scope, person)
    if row is None:
        return PersonLine("", "不在您管的地方", "", "", "")
    return lines(desk.services, desk.connection, [row])[0]


def _choices(desk: Desk, row: Row[Any]) -> tuple[Choice, ...]:
    if row.household_id is None:
        return (Choice("", "没有"),)
    rows = queries.household_members(desk.connection, desk.actor.scope, row.household_id)
    grown = [
        one
        for one in rows
        if one.id != row.id
        and one.status == "active"
        and (one.birth is None or age_on(one.birth, desk.today) >= ADULT_FROM)
    ]
    shown = lines(desk.services, desk.connection, grown)
    named = (
        Choice(str(one.id), f"{line.name}（{line.about}）")
        for one, line in zip(grown, shown, strict=True)
    )
    return (Choice("", "没有"), *named)


def _fits(desk: Desk, row: Row[Any]) -> tuple[tuple[FitLine, ...], int]:
    """Live policies whose answer is yes or unknown; a sensitive one would say what a worker may not see yet."""
    facts = facts_of(desk.connection, [row.id]).get(row.id)
    if facts is None or row.status != "active":
        return (), 0
    found, hidden = [], 0
    for policy in policies.all_policies(desk.connection):
        if policy.status != "live":
            continue
        match = audiences.explain(policy, facts, desk.today, desk.services.settings.region)
        if match.answer == "no":
            continue
        if not desk.sees_sensitive and policy.sensitivity(row.region) == "sensitive":
            hidden += match.answer == "yes"
            continue
        why = match.missing[0].text if match.answer == "unknown" and match.missing else ""
        found.append(FitLine(policy.plain_name, _ANSWERS[match.answer], why))
    return tuple(sorted(found, key=lambda one: one.mark.kind != "yes")), hidden


def _noted(desk: Desk, row: Row[Any]) -> tuple[NotedLine, ...]:
    noted = reach.noted(desk.connection, row.id)
    known: dict[int, PolicyView] = {
        one.id: one for one in policies.all_policies(desk.connection) if noted
    }
    return tuple(
        NotedLine(known[policy].plain_name, _NOTED[fact], on)
        for policy, fact, on, _ in noted
        if policy in known
        and (desk.sees_sensitive or known[policy].sensitivity(row.region) != "sensitive")
    )


def _pairs(desk: Desk, row: Row[Any]) -> tuple[Pair, ...]:
    scope = desk.actor.scope
    found = []
    for one in merging.likely_duplicates(desk.connection, scope, [row.id], limit=10):
        other = one.gone if one.keep == row.id else one.keep
        its = queries.person(desk.connection, scope, other)
        if its is not None:
            line = lines(desk.services, desk.connection, [its])[0]
            why = "；".join(_WHY[word] for word in one.why)
            found.append(Pair(other, line, why, one.keep == row.id))
    return tuple(found)
