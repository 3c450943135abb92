"""The change detector: look at a policy, propose, decide.

Right if it runs never, late or twice: each look compares with the day of the last one, and who stands in a proposal
of that time already is not proposed again. Reading is long and takes no lock; writing is short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, literal, not_

from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.audiences.changes.service import Newly, Span, newly_eligible
from outreach.audiences.predicates import eligible
from outreach.audiences.proposals import looks, queries
from outreach.audiences.proposals.schemas import AHEAD_DAYS, Looked, ProposalView
from outreach.errors import Conflict, Invalid, Missing
from outreach.models.base import HIGHEST_ID
from outreach.models.people import Person
from outreach.policies import leaving
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import service as reach
from outreach.store import Store

_LONGEST_DAYS = 366
"""A look never reaches further back."""


@dataclass(frozen=True)
class Terms:
    """The day of the look, the business zone, the installation's region; `since` instead of the day of the last look."""

    on: date
    zone: ZoneInfo
    home: str = ""
    since: date | None = None


def find(store: Store, terms: Terms, refs: list[str] | None = None) -> list[int]:
    """Look at policies (None: all in force) and write proposals, one transaction each; numbers of those that grew."""
    with store.read() as connection:
        wanted = [
            view.ref
            for view in policies.all_policies(connection, refs)
            if view.status == "live" or (view.status == "withdrawn" and view.withdrawn_on)
        ]
    grown: list[int] = []
    for ref in wanted:
        with store.read() as connection:
            looked = look(connection, policies.get(connection, ref), terms)
        with store.begin() as connection:
            grown += write(connection, looked)
    return grown


def due(connection: Connection, on: date) -> list[str]:
    """Policies that were not looked at today; those that ended, once after their end."""
    return looks.due(connection, on)


def look(connection: Connection, view: PolicyView, terms: Terms) -> Looked:
    """What has changed under a policy; nothing is written."""
    since = terms.since or _since(connection, view, terms)
    found: dict[str, list[tuple[int, str]]] = {}
    if view.status == "withdrawn":
        told = Person.id.in_(leaving.told_of(view.id))
        found["ended"] = queries.people(connection, told, literal("told"))
    else:
        if since is not None and since < terms.on:
            span = Span.between(since, terms.on, terms.zone, terms.home)
            found.update(_newly(connection, view, newly_eligible(connection, view, span), span))
        found["ending"] = _ending(connection, view, terms)
    ended = view.status == "withdrawn"
    return Looked(view.id, view.ref, view.version_id, since, terms.on, found, ended)


def _since(connection: Connection, view: PolicyView, terms: Terms) -> date | None:
    """The last look; before the first one, the day on which the first campaign was submitted."""
    last = looks.looked_on(connection, view.id)
    if last is None:
        first = queries.first_submitted(connection, view.id)
        last = first and first.astimezone(terms.zone).date()
    return last and max(last, terms.on - timedelta(days=_LONGEST_DAYS))


def _newly(
    connection: Connection, view: PolicyView, people: list[Newly], span: Span
) -> dict[str, list[tuple[int, str]]]:
    """New entries of the register are followed up only where a campaign is out, and who is on its list is not new:
    the first campaign takes everybody anyway. Whoever else certainly stands on a list that was closed in the span is
    told by that campaign already."""
    new = {one.person for one in people if one.why == "new"}
    if queries.first_submitted(connection, view.id) is not None:
        new = queries.on_a_list(connection, view.id, new)
    rest = {one.person for one in people} - new
    told = new | queries.on_a_list(connection, view.id, rest, span.moment)
    kept = [(one.person, one.why) for one in people if one.person not in told]
    return {
        "rule": [one for one in kept if one[1] == "rule"],
        "eligible": [one for one in kept if one[1] != "rule"],
    }


def _ending(connection: Connection, view: PolicyView, terms: Terms) -> list[tuple[int, str]]:
    """Certainly fits today, cannot fit any more in 31 days, and is not known to have applied."""
    today = eligible(view, terms.on, terms.home)[0]
    later = eligible(view, terms.on + timedelta(days=AHEAD_DAYS + 1), terms.home)[1]
    has, may_have = reach.about(connection)("applied", view.ref, terms.on)
    why = case((not_(may_have), "ending"), else_="ending-unlisted")
    return queries.people(connection, and_(today, not_(later), not_(has)), why)


def write(connection: Connection, looked: Looked) -> list[int]:
    """Make or extend the open proposal of each kind; returns the numbers of those that grew."""
    grown = []
    queries.lock(connection, looked.policy_id)
    for kind, rows in looked.found.items():
        before = queries.proposed(connection, looked.policy_id, *_earlier(kind, looked))
        fresh = [one for one in rows if one[0] not in before]
        if not fresh:
            continue
        proposal = queries.open_one(connection, looked.policy_id, kind)
        if proposal is None:
            proposal = queries.add(connection, looked, kind)
        queries.put_people(connection, proposal, fresh, looked)
        grown.append(proposal)
    looks.note_look(connection, looked.policy_id, looked.on, ended=looked.ended)
    return grown


def _earlier(kind: str, looked: Looked) -> tuple[tuple[str, ...], date | None]:
    """Which earlier proposals hold the same news: those whose span overlaps."""
    if kind == "ended":
        return ("ended",), None
    if kind == "ending":
        return ("ending",), looked.on - timedelta(days=AHEAD_DAYS + 1)
    return ("eligible", "rule"), looked.since


def skip(connection: Connection, ref: str, on: date) -> None:
    """Note that a policy could not be looked at on a day."""
    number, ended = looks.policy_of(connection, ref)
    looks.note_look(connection, number, on, ended=ended)


# -- deciding --------------------------------------------------------------------------------------


def everything(connection: Connection, scope: Scope, state: str = "") -> list[ProposalView]:
    """Proposals that concern people inside a scope, newest first; `state`: open, accepted, dismissed, '' all."""
    return queries.views(connection, scope, state)


def get(connection: Connection, number: int, scope: Scope | None = None) -> ProposalView:
    """One proposal; Missing when there is none, or nobody of it lies inside the scope."""
    found = queries.views(connection, scope or Scope(), proposal=min(number, HIGHEST_ID))
    if not found:
        raise Missing("audiences.unknown_proposal", proposal=number)
    return found[0]


def condition(number: int) -> ColumnElement[bool]:
    """The people of a proposal."""
    return Person.id.in_(queries.members(number))


def places(connection: Connection, number: int, scope: Scope, depth: int) -> list[tuple[str, int]]:
    """(code, people) of a proposal by region."""
    return queries.by_place(connection, scope, number, depth)


def campaigns_out(connection: Connection, view: ProposalView) -> list[tuple[str, str]]:
    """(ref, title) of campaigns about the policy whose list is closed: the people of a proposal are not on it."""
    return queries.submitted(connection, view.policy_id)


def dismiss(connection: Connection, number: int, by: str, note: str) -> None:
    """An officer says no, and why. Invalid without a note, Conflict when it was decided already."""
    if not note.strip():
        raise Invalid("audiences.note_needed", proposal=number)
    _decide(connection, number, by, {"state": "dismissed", "note": note.strip()})


def accepted(connection: Connection, number: int, by: str, campaign: int | None) -> None:
    """An officer says yes; `campaign` is the draft that was made of it. Conflict when it was decided already."""
    _decide(connection, number, by, {"state": "accepted", "campaign_id": campaign})


def _decide(connection: Connection, number: int, by: str, values: Mapping[str, object]) -> None:
    view = get(connection, number)
    if not queries.decide(connection, number, {**values, "by": by}):
        raise Conflict("audiences.proposal_decided", proposal=number, state=view.state)
    detail = {**values, "policy": view.policy, "people": view.people}
    audit.record(connection, by, Action.SEGMENTS_EDIT, f"proposal:{number}", detail)
