"""政策: the list with the state of each, filtered by domain, state and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Role
from outreach.access.schemas import Actor
from outreach.errors import Missing
from outreach.policies import contradictions, readiness, reviews, service, signing, versions
from outreach.policies.schemas import PolicyView as Policy
from outreach.web.services import Services
from outreach.web.views.common import Choice
from outreach.web.views.policies import Mark, PoliciesView, PolicyLine

DOMAINS = (
    "教育", "医疗", "养老", "住房", "就业", "社会保障", "生育托育", "残疾人", "退役军人", "社会救助", "三农",
)  # fmt: skip
_STATES = {"todo": "还差手续的", "live": "执行中", "revising": "调整中", "withdrawn": "已停办"}


def outside(actor: Actor) -> bool:
    """Whether a user sees public texts only."""
    return actor.role == Role.OBSERVER


def visible(actor: Actor, views: Sequence[Policy]) -> list[Policy]:
    """What a user may see at all: an observer only what somebody has checked and is not being rewritten."""
    if not outside(actor):
        return list(views)
    return [one for one in views if one.verified_by and one.status != "revising"]


def named(actor: Actor, connection: Connection, ref: str) -> Policy:
    """One policy that the user may see; Missing otherwise."""
    found = visible(actor, [service.get(connection, ref)])
    if not found:
        raise Missing("policies.unknown", policy=ref)
    return found[0]


def place_of(services: Services, actor: Actor) -> str:
    """Where the user's policies hold: the own region, or the installation's when that lies deeper."""
    home = services.settings.region
    return actor.region if actor.region.startswith(home) else home


def policies(
    services: Services,
    actor: Actor,
    connection: Connection,
    asked: tuple[str, str, str] = ("", "", ""),
) -> PoliciesView:
    """The list; `asked` is (domain, state, words)."""
    domain, state, words = asked[0], asked[1], asked[2].strip()
    on, place = clock.today(services.settings.zone), place_of(services, actor)
    every = visible(actor, service.all_policies(connection))
    disputed = _disputed(connection, services.settings.region)
    known = [one for one in DOMAINS if any(one == view.facts["domain"] for view in every)]
    others = sorted({str(view.facts["domain"]) for view in every} - set(known))
    rows = [
        view
        for view in every
        if domain in ("", view.facts["domain"])
        and _in_state(view, state, place, on, disputed)
        and _says(view, words)
    ]
    rows.sort(key=lambda view: _order(view, known))
    return PoliciesView(
        rows=tuple(_line(actor, view, place, on, disputed) for view in rows),
        total=len(every),
        domains=(Choice("", "所有领域"), *(Choice(one, one) for one in (*known, *others))),
        domain=domain,
        words=words,
        states=() if outside(actor) else (Choice("", "所有状态"), *(Choice(key, one) for key, one in _STATES.items())),
        state=state,
    )  # fmt: skip


def _order(view: Policy, known: Sequence[str]) -> tuple[int, int, str]:
    domain = str(view.facts["domain"])
    place = known.index(domain) if domain in known else len(known)
    return (view.status == "withdrawn", place, view.ref)


def _disputed(connection: Connection, home: str) -> frozenset[str]:
    found = [one for one in contradictions.find(connection, home) if not one.settled]
    return frozenset(view.ref for one in found for view in (one.one, one.other))


def _in_state(view: Policy, state: str, place: str, on: date, disputed: frozenset[str]) -> bool:
    if state == "todo":
        faulty = view.ref in disputed or bool(readiness.policy_faults(view, place, on))
        return faulty and view.status != "withdrawn"
    return state in ("", view.status)


def _says(view: Policy, words: str) -> bool:
    """Whether every word of a search stands in names, sentence, office, domain or the reading of the rule."""
    facts = view.facts
    keys = ("plain_name", "official_name", "one_line", "office", "domain")
    text = " ".join(str(facts.get(key) or "") for key in keys)
    text += " ".join(versions.lines(view.rule, versions.parameters(view)))
    return all(word in text for word in words.split())


def _line(actor: Actor, view: Policy, place: str, on: date, disputed: frozenset[str]) -> PolicyLine:
    facts = view.facts_at(place)
    inside = () if outside(actor) else inner_marks(view, place, on, disputed=view.ref in disputed)
    return PolicyLine(
        name=view.plain_name,
        official=str(facts["official_name"]),
        href=f"/policies/{view.ref}",
        domain=str(facts["domain"]),
        office=str(facts.get("office") or ""),
        marks=(*outer_marks(view), *inside),
    )


def outer_marks(view: Policy) -> tuple[Mark, ...]:
    """What everybody may know of its state."""
    if view.status == "withdrawn":
        return (Mark("no", "已停办"),)
    if view.withdrawn_on:
        return (Mark("ask", f"{view.withdrawn_on.month}月{view.withdrawn_on.day}日起停办"),)
    return ()


def inner_marks(view: Policy, place: str, on: date, *, disputed: bool = False) -> tuple[Mark, ...]:
    """What people who work here see of its state: what is missing first, how sensitive it is last."""
    if view.status == "withdrawn":
        return ()
    found = list(_open_marks(view, place, on))
    if disputed:
        found.append(Mark("bad", "和别的政策有矛盾"))
    if not found:
        found.append(Mark("yes", "手续齐了"))
    if view.sensitivity(place) == "sensitive":
        found.append(Mark("no", "敏感，不公开到人"))
    return tuple(found)


def _open_marks(view: Policy, place: str, on: date) -> Iterator[Mark]:
    if view.status == "revising":
        yield Mark("run", "调整中")
    if not view.verified_by:
        yield Mark("ask", "待核验")
    missing = signing.missing_sign_offs(view, place)
    if missing:
        yield Mark("ask", f"差 {len(missing)} 个部门确认")
    if not view.amount_filled(place) or readiness.open_parameters(view, place):
        yield Mark("ask", "待本地填写")
    if reviews.overdue(view, on):
        yield Mark("bad", "复核过期")
