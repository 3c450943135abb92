"""What may not be concluded: the sentences that keep figures from saying more than they do. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from channels.flyer.single.brief import BriefSection
from outreach.reports.brief.facts import Facts
from outreach.wording import say


def section(facts: Facts) -> BriefSection:
    """In a frame, because it is read last and quoted first."""
    return BriefSection(title=say("brief.title.limits"), lines=tuple(limits(facts)), frame=True)


def limits(facts: Facts) -> Iterator[str]:
    """Only those that belong to these figures."""
    lead = facts.lead
    surveyed = lead is not None and lead.awareness is not None
    yield say("brief.limit.told_is_not_known")
    if surveyed and lead is not None:
        if lead.compared is None or not lead.compared.before:
            yield say("brief.limit.no_baseline")
        if not lead.verdicts:
            yield say("brief.limit.no_towns")
        yield say("brief.limit.heard")
    if any(each.word == "estimate" for one in facts.policies for each in one.lists):
        yield say("brief.limit.estimate")
    yield say("brief.limit.published")
    yield say("brief.limit.no_ranking")
