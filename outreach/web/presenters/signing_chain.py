"""The chain of signatures on a page: who has signed, whose turn it is, what is owed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries
from outreach.campaigns.signing import approving, rules
from outreach.campaigns.signing.places import Place, signer
from outreach.campaigns.signing.rules import Level
from outreach.errors import Invalid, Refused
from outreach.web.formats import thousands, when
from outreach.web.presenters.names import people_at_work
from outreach.web.services import Services
from outreach.web.views.signing import OwedLine, PaperForm, Signature
from outreach.wording import say

_PEN = "，纸上签的"


def chain(
    services: Services, connection: Connection, campaign: Mapping[str, Any]
) -> tuple[Signature, ...]:
    """What happened before, then the levels of the present version: signed, whose turn, to come."""
    desk = _Desk(services, people_at_work(connection), campaign)
    rows = queries.signatures(connection, campaign["id"])
    begun = max((at for at, one in enumerate(rows) if one["decision"] == "submitted"), default=0)
    if campaign["frozen"] is None:
        return (*desk.before(rows), *desk.draft())
    turn = approving.next_level(connection, campaign)
    places = approving.standing(connection, campaign)
    return (*desk.before(rows[: begun + 1]), *(desk.place(one, turn) for one in places))


class _Desk:
    """What every line is written from."""

    def __init__(
        self, services: Services, named: Mapping[str, str], campaign: Mapping[str, Any]
    ) -> None:
        self._services, self._named, self._campaign = services, named, campaign

    def _who(self, name: str) -> str:
        return self._named.get(name, name)

    def _when(self, at: Any) -> str:
        zone = self._services.settings.zone
        return when(at, zone, clock.today(zone))

    def before(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Signature]:
        """Submitted, signed and sent back."""
        labels = {"submitted": "起草、送审", "approved": "签发", "returned": "退回"}
        for one in rows:
            who = self._who(signer(one))
            yield Signature(
                labels[one["decision"]], who, self._when(one["at"]), "done", one["note"]
            )

    def draft(self) -> Iterator[Signature]:
        """A draft waits for its writer."""
        writer = self._who(self._campaign["created_by"])
        yield Signature("起草", f"{writer}，还没送审", "", "cur")
        for level in self._levels():
            later = "，发了再补" if level.afterwards else ""
            many = f"，名单到 {thousands(level.from_people)} 人才要" if level.from_people else ""
            yield Signature(level.zh, f"由另一个人{later}{many}", "", "todo")

    def _levels(self) -> tuple[Level, ...]:
        """Whom it will have to pass; what cannot be read is said when it is submitted."""
        try:
            office = rules.read(self._services.settings.content_dir)
            return office.chain_for(self._campaign).levels
        except Invalid:
            return rules.EARLIER.levels

    def place(self, place: Place, turn: Level | None) -> Signature:
        """One level."""
        one, name = place.signature, place.level.zh
        if one is not None:
            on_paper = one["paper_id"] is not None
            who = self._who(signer(one)) + (
                f"{_PEN}，{self._who(one['by'])}登记" if on_paper else ""
            )
            paper = (
                f"/campaigns/{self._campaign['ref']}/papers/{one['paper_id']}" if on_paper else ""
            )
            return Signature(name, who, self._when(one["at"]), "done", one["note"], paper)
        if place.level == turn:
            return Signature(name, f"等另一个人看过、签名{self._until(place)}", "", "cur")
        return Signature(name, f"由另一个人{self._until(place)}", "", "todo")

    def _until(self, place: Place) -> str:
        if place.due is None:
            return "，发了再补" if place.level.afterwards else ""
        late = "，已经过了" if place.overdue(clock.now()) else ""
        return f"，最迟 {self._when(place.due)}{late}"


def may_sign(actor: Actor, level: Level | None) -> bool:
    """Whether a level may be signed by this user's role."""
    return level is not None and actor.may(Action(level.action))


def not_me(connection: Connection, actor: Actor, campaign: Mapping[str, Any]) -> str:
    """Why this very person may not sign, '' when they may."""
    try:
        approving.refuse_same_person(connection, campaign, actor.name, actor.name)
    except Refused as error:
        return say(error.code, **{**error.params, "campaign": campaign["title"], "by": actor.shown})
    return ""


def paper_form(
    services: Services, actor: Actor, campaign: Mapping[str, Any], level: Level | None
) -> PaperForm | None:
    """Where a scan is handed in; not by who wrote or submitted the campaign."""
    own = actor.name in (campaign["submitted_by"], campaign["created_by"])
    if level is None or own or not actor.may(Action.CAMPAIGNS_REVIEW):
        return None
    return PaperForm(
        action=f"/approvals/{campaign['ref']}/paper",
        level=level.id,
        name=level.zh,
        first=approving.submitted_on(campaign).isoformat(),
        today=clock.today(services.settings.zone).isoformat(),
    )


def owed(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaigns: Sequence[Mapping[str, Any]],
) -> tuple[OwedLine, ...]:
    """Signatures that were to follow the sending, the overdue ones first."""
    zone, now = services.settings.zone, clock.now()
    found = []
    for campaign, place in approving.owed(connection, campaigns):
        if place.due is not None:
            found.append(
                OwedLine(
                    campaign["title"],
                    f"/campaigns/{campaign['ref']}",
                    place.level.zh,
                    when(place.due, zone, clock.today(zone)),
                    place.overdue(now),
                    may_sign(actor, place.level) and not not_me(connection, actor, campaign),
                )
            )
    return tuple(found)
