"""What exactly one person would get on each step, by which way, in which language; or why nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, or_, select

from outreach.audiences import service as audiences
from outreach.audiences.facts import facts_of
from outreach.audiences.predicates import child
from outreach.audiences.reaching import own_number, recipient_of, usable_number
from outreach.campaigns import queries
from outreach.campaigns.preview.counting import Writing
from outreach.campaigns.preview.looking import Look, writing
from outreach.deliveries import readers
from outreach.deliveries.expected import Expected, expected
from outreach.deliveries.planning.orders import Plan
from outreach.deliveries.states import Reason
from outreach.messages.cost import size
from outreach.messages.schemas import Composed, Request
from outreach.models.campaigns import AudienceMember
from outreach.models.people import Person
from outreach.people.masking import mask_name

NOT_IN_AUDIENCE = "not_in_audience"
"""Not one of those whom the campaign, or this step of it, is about."""


@dataclass(frozen=True)
class Way:
    """By whom and at which number somebody is reached. kind: own family clerk unknown landline, '' without a number.

    alone: the number is confirmed to be the reader's own. through: '' themselves, guardian, contact.
    """

    reader: int
    through: str
    kind: str
    closed: bool
    usable: bool
    alone: bool

    @property
    def code(self) -> str:
        """The code of the words for how far the number may be trusted."""
        if not self.kind or self.closed:
            return "previewing.way_closed" if self.kind else "previewing.way_none"
        shared = "_shared" if self.kind == "own" and not self.alone else ""
        return f"previewing.way_{self.kind}{shared}"

    @property
    def through_code(self) -> str:
        """The code of the words for who gets it."""
        return f"previewing.through_{self.through or 'self'}"


@dataclass(frozen=True)
class Got:
    """What a person gets on a step, word for word. `shown` has the name masked, and is as long as `text` where it can be.

    place and version: which text made it. reason: '' or why nothing comes (deliveries.states.Reason, or NOT_IN_AUDIENCE).
    """

    number: int
    channel: str
    request: Request | None = None
    text: str = ""
    shown: str = ""
    language: str = ""
    variant: int = 0
    place: str = ""
    version: int = 0
    parts: int = 0
    billing: str = ""
    reason: str = ""
    kind: str = ""

    @property
    def reason_code(self) -> str:
        """The code of the reason's words, '' without one."""
        if self.reason == NOT_IN_AUDIENCE:
            return f"previewing.{self.reason}"
        return f"reason.{self.reason}" if self.reason else ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON; the text with the name masked."""
        names = (
            "number",
            "channel",
            "shown",
            "language",
            "variant",
            "place",
            "version",
            "parts",
            "billing",
            "reason",
            "kind",
        )
        told = list(self.request.policies) if self.request else []
        asked = self.request.language if self.request else ""
        found = {name: getattr(self, name) for name in names}
        return {**found, "characters": len(self.text), "policies": told, "asked": asked}


@dataclass(frozen=True)
class Fit:
    """How a policy of the campaign stands to the person. certainty: yes, unknown, or '' = not in the audience."""

    policy: str
    certainty: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class PersonPreview:
    """One person of a campaign before anything is sent."""

    person: int
    fits: Sequence[Fit]
    way: Way | None
    steps: Sequence[Got]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "policies": [vars(fit) for fit in self.fits],
            "address": vars(self.way) if self.way else None,
            "steps": [got.as_dict() for got in self.steps],
        }


def person_preview(connection: Connection, look: Look, person: int) -> PersonPreview:
    """What one person would get today. The person is known to exist; who may look is decided before."""
    around = _around(connection, look, person)
    steps = [
        _got(connection, look, step, person, around)
        for step in queries.steps(connection, look.campaign["id"])
    ]
    fits = _fits(connection, look, person)
    return PersonPreview(person, fits, _way(connection, look, person), steps)


def _around(connection: Connection, look: Look, person: int) -> tuple[int, ...]:
    """Everybody whose message or sheet may be this person's too: same number, same household."""
    me = connection.execute(
        select(Person.household_id, recipient_of(Person, look.on)).where(Person.id == person)
    ).one()
    key = select(Person.phone_key).where(Person.id == (me[1] or person)).scalar_subquery()
    readers_of = select(Person.id).where(
        or_(Person.id == (me[1] or person), Person.phone_key == key)
    )
    served = or_(
        Person.id.in_(readers_of), Person.guardian_id.in_(readers_of), Person.contact_id.in_(readers_of),
        Person.household_id == me[0] if me[0] is not None else Person.id == person,
    )  # fmt: skip
    return tuple(sorted({person, *connection.scalars(select(Person.id).where(served))}))


def _got(
    connection: Connection,
    look: Look,
    step: Mapping[str, Any],
    person: int,
    around: tuple[int, ...],
) -> Got:
    plan = look.plan(step)
    at_place = plan.channel not in (*readers.BY_NUMBER, *readers.BY_DOOR)
    asked = plan if at_place else replace(plan, only=around)
    nothing = Got(step["number"], step["channel"])
    if not _in_audience(connection, plan, person):
        return replace(nothing, reason=NOT_IN_AUDIENCE)
    region = connection.scalar(select(Person.region).where(Person.id == person)) or ""
    mine = [
        one
        for one in expected(connection, asked, look.terms(step))
        if (region.startswith(one.request.region) if at_place else person in one.people)
    ]
    if not mine:
        return replace(nothing, reason=_unreachable(connection, look, person, at_place=at_place))
    one = max(mine, key=lambda found: len(found.request.region))  # the nearest group of several
    if one.reason:
        return replace(nothing, request=one.request, reason=one.reason, kind=one.kind)
    return _written(connection, look, step, one, nothing)


def _in_audience(connection: Connection, plan: Plan, person: int) -> bool:
    statement = select(AudienceMember.person_id).where(
        AudienceMember.campaign_id == plan.campaign_id,
        AudienceMember.policy_id.in_(plan.policy_ids),
        AudienceMember.person_id == person,
    )
    return connection.execute(statement.limit(1)).first() is not None


def _unreachable(connection: Connection, look: Look, person: int, *, at_place: bool) -> str:
    """Why no message or post is planned: no group there, a child without guardian, no usable number."""
    if at_place:
        return Reason.NO_ADDRESS.value
    unguarded = select(Person.id).where(
        Person.id == person, child(look.on, Person.birth), Person.guardian_id.is_(None)
    )
    found = connection.execute(unguarded).first()
    return Reason.NO_ADDRESS.value if found is None else Reason.NO_GUARDIAN.value


def _written(
    connection: Connection, look: Look, step: Mapping[str, Any], one: Expected, nothing: Got
) -> Got:
    how = writing(connection, look, step)
    if how.facts_only:
        return replace(nothing, request=one.request, kind=one.kind)
    name = ""
    if one.kind == "person":
        name = look.names(connection, [one.id]).get(one.id, "")
    text = _composed(how, replace(one.request, name=name))
    chosen = how.composer.choose(how.channel, one.request, how.form)
    if text is None:
        reason = Reason.NO_TEXT.value
        return replace(nothing, request=one.request, reason=reason, kind=one.kind)
    hidden = mask_name(name).ljust(
        len(name), "*"
    )  # as long as the name: it is cut where the text is
    shown = _composed(how, replace(one.request, name=hidden))
    return replace(
        nothing,
        request=one.request,
        text=text.text,
        shown=shown.text if shown else "",
        language=text.language,
        variant=text.variant_id,
        place=str(chosen.place) if chosen else "",
        version=chosen.version if chosen else 0,
        parts=size(text.text, how.billing).parts if how.billing else 0,
        billing=how.billing or "",
        kind=one.kind,
    )


def _composed(how: Writing, request: Request) -> Composed | None:
    (found,) = how.composer.compose(how.channel, [request], how.form)
    return found


def _way(connection: Connection, look: Look, person: int) -> Way | None:
    """The number by which a person is reached; None for a child whose guardian nobody has recorded."""
    me = connection.execute(
        select(Person.guardian_id, Person.contact_id, recipient_of(Person, look.on)).where(
            Person.id == person
        )
    ).one()
    if me[2] is None:
        return None
    reader: Any = connection.execute(
        select(
            Person.phone_kind, Person.phone_closed, Person.phone_key, usable_number(Person), own_number(Person, look.on)
        ).where(Person.id == me[2])
    ).one()  # fmt: skip
    through = "" if me[2] == person else ("guardian" if me[2] == me[0] else "contact")
    kind = reader[0] if reader[2] is not None else ""
    return Way(me[2], through, kind, bool(reader[1]), bool(reader[3]), bool(reader[4]))


def _fits(connection: Connection, look: Look, person: int) -> list[Fit]:
    """Each policy with its answer in the audience; for one that is not in it, what stands against it today."""
    rows = connection.execute(
        select(AudienceMember.policy_id, AudienceMember.certainty).where(
            AudienceMember.campaign_id == look.campaign["id"], AudienceMember.person_id == person
        )
    )
    taken = {row.policy_id: row.certainty for row in rows}
    facts = facts_of(connection, [person])[person]
    found = []
    for view in look.views:
        why: tuple[str, ...] = ()
        if view.id not in taken:
            match = audiences.explain(
                view, facts, look.on, look.campaign["options"].get("home", "")
            )
            why = tuple(one.text for one in (*match.failed, *match.missing))
        found.append(Fit(view.ref, taken.get(view.id, ""), why))
    return found
