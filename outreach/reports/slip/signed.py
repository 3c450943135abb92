"""Everything that a slip is made of, read at once: the frozen document, the chain, the names that stand for codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access.queries import users
from outreach.campaigns import preflight, queries, service
from outreach.campaigns.grounds import Grounds
from outreach.campaigns.preflight import Passed
from outreach.campaigns.preview.schemas import Preview, StepPreview
from outreach.campaigns.signing.places import Place, places
from outreach.campaigns.staggering import seeing as staggering
from outreach.campaigns.staggering.schemas import WaveCount
from outreach.errors import Refused
from outreach.messages import service as messages
from outreach.messages.coverage import Coverage
from outreach.people.queries import regions


@dataclass(frozen=True)
class Signed:
    """A campaign as it was submitted.

    steps: rows by number. versions: version of a text → its number. at_work: user name → name. places: code → name.
    levels: the chain, one after the other; passed: what somebody let pass, with their reason; returned: how often it had been
    sent back before it was last submitted.
    waves: 分批推送, as they were signed. noted_then: whether lists and warnings were frozen with it; an earlier release did not, then they are of today.
    """

    campaign: Mapping[str, Any]
    preview: Preview
    coverage: Coverage
    grounds: Grounds
    steps: Mapping[int, Mapping[str, Any]]
    versions: Mapping[int, int]
    at_work: Mapping[str, str]
    places: Mapping[str, str]
    levels: Sequence[Place]
    passed: Sequence[Passed]
    returned: int
    noted_then: bool
    waves: Sequence[WaveCount] = ()

    @property
    def used(self) -> set[int]:
        """The versions of texts that somebody gets."""
        return {text.variant for step in self.preview.steps for text in step.texts}

    @property
    def policy_names(self) -> dict[str, str]:
        """Policy → its plain name as it was signed."""
        return {one.ref: one.name for one in self.grounds.policies}

    def who(self, name: str) -> str:
        """The name of somebody who works here; who is no user stands as they were written down."""
        return self.at_work.get(name, name)

    def step_of(self, seen: StepPreview) -> Mapping[str, Any]:
        """The row of a step."""
        return self.steps[seen.number]


def read(connection: Connection, campaign: Mapping[str, Any], on: date) -> Signed:
    """Refused `slip.draft` for a campaign that was not submitted: paper without a fingerprint would bind nobody."""
    frozen = campaign["frozen"]
    if frozen is None:
        raise Refused("slip.draft", campaign=campaign["ref"], title=campaign["title"])
    grounds = service.rests_on(connection, campaign, on)
    codes = {campaign["region"], *(one.region for one in grounds.lists)}
    every = queries.signatures(connection, campaign["id"])
    begun = max(at for at, one in enumerate(every) if one["decision"] == "submitted")
    return Signed(
        campaign=campaign,
        preview=Preview.from_dict(frozen["preview"]),
        coverage=service.covered(connection, campaign, on),
        grounds=grounds,
        steps={step["number"]: step for step in queries.steps(connection, campaign["id"])},
        versions={text.id: text.version for text in messages.frozen(connection, campaign["id"])},
        at_work={user.name: user.display or user.name for user in users(connection)},
        places=regions.full_names(connection, codes),
        levels=places(campaign, every),
        passed=preflight.passed(connection, campaign),
        returned=sum(one["decision"] == "returned" for one in every[:begun]),
        noted_then="grounds" in frozen,
        waves=staggering.signed(frozen),
    )
