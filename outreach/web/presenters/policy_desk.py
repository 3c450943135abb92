"""What all parts of a policy's card read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.policies.schemas import PolicyView
from outreach.web.formats import long_day
from outreach.web.services import Services


@dataclass(frozen=True)
class Desk:
    """What all parts of the card read from."""

    services: Services
    actor: Actor
    connection: Connection
    policy: PolicyView
    place: str
    on: date
    people: Mapping[str, str]

    @property
    def home(self) -> str:
        """The installation's region."""
        return self.services.settings.region

    @property
    def responsible(self) -> bool:
        """Whether what concerns the whole installation is this user's."""
        return self.actor.scope.covers(self.home)

    def may(self, action: Action) -> bool:
        """Whether this user may do something to the policy as a whole."""
        return self.responsible and self.actor.may(action)

    def name(self, user: str) -> str:
        """A user's name on pages."""
        return self.people.get(user, user)

    def moment(self, at: datetime) -> str:
        """The day of a moment."""
        return long_day(at.astimezone(self.services.settings.zone).date())
