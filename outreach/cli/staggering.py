"""`outreach campaign answer`: somebody who waits for their turn asked, and is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here, acting
from outreach.cli.options import CampaignId, MustAs
from outreach.cli.output import Answer, command
from outreach.cli.register import number_of

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.campaigns.staggering.service import Answered

Person = Annotated[
    str, typer.Option("--person", metavar="REF", help="登记号 · number in the register")
]


def answer(here: Here, ref: CampaignId, person: Person, user: MustAs) -> Answer:
    """马上告知 · Somebody whose wave has not come asked: told now, with their household; the comparison knows it."""
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.campaigns.staggering.service import answer as answered

    number = number_of(person)
    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD, _region(office, number))
        with office.store.begin() as connection:
            campaign = service.get(connection, ref)
            found = answered(connection, campaign, number, by, here.today())
    data = {
        "campaign": campaign["ref"], "person": number, "wave": found.wave, "people": list(found.people),
        "due_at": found.due_at, "by_hand": found.by_hand,
    }  # fmt: skip
    return Answer(data, [_line(office, campaign["ref"], found)])


def _region(office: Installation, person: int) -> str:
    """Where somebody lives, for whoever asks whether they are theirs; Missing when there is no such person."""
    from outreach.access.scope import Scope
    from outreach.people import service as people

    with office.store.read() as connection:
        return str(people.get_person(connection, Scope(), person).region)


def _line(office: Installation, ref: str, found: Answered) -> str:
    from outreach.wording import say
    from outreach.wording.figures import exact_moment

    if found.by_hand:
        return say("staggering.answered_by_hand", campaign=ref)
    if not found.people:
        when = exact_moment(found.due_at, office.settings.zone)
        return say("staggering.answered_before", campaign=ref, when=when)
    return say("staggering.answered", campaign=ref, people=len(found.people))


def add_to(app: typer.Typer) -> None:
    """Make it a command of `outreach campaign`."""
    command(app, "answer")(answer)
