"""From facts to the words of a brief: assembled once, then set on paper or written into a document. Pure.

Order: the conclusion as the title; what was done; how many were told, in grades; how many know, with all that stands
beside a rate; the places in the order of the office; who was never told and what comes next; signals; what may not be
concluded; what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from channels.flyer.single.brief import BriefSection, BriefSheet, BriefTable
from outreach.reports.brief import knowing, limits, reaching
from outreach.reports.brief.conclusion import conclusion
from outreach.reports.brief.facts import Done, Facts
from outreach.reports.brief.figures import NONE
from outreach.wording import say
from outreach.wording.figures import exact_yuan, long_day, thousands

Brief = BriefSheet


@dataclass(frozen=True)
class Trim:
    """How much of the long parts two pages get: places, policies, campaigns, reasons, lines of what it rests on."""

    places: int = 60
    policies: int = 12
    campaigns: int = 6
    reasons: int = 10
    lines: int = 12
    details: bool = True


def compose(facts: Facts, trim: Trim | None = None) -> Brief:
    """The whole brief. What has no figures has no section; what does not fit is counted and stands in the workbook."""
    trim = trim or Trim()
    sections = [
        *_done(facts, trim),
        *reaching.levels(facts, trim.policies),
        *knowing.sections(facts, trim.policies, details=trim.details),
        *reaching.places(facts, trim.places),
        *reaching.missed(facts, trim.reasons),
        *_signals(facts, trim),
        limits.section(facts),
        *_basis(facts, trim),
    ]
    numbered = tuple(_numbered(at, one) for at, one in enumerate(sections))
    return BriefSheet(
        title=conclusion(facts),
        about=say(
            "brief.about",
            place=facts.place, on=long_day(facts.on), title=facts.title, kind=say(f"brief.kind.{facts.kind}"),
        ),
        marks=tuple(_marks(facts)),
        marking=_marking(facts),
        sections=numbered,
    )  # fmt: skip


def _numbered(at: int, section: BriefSection) -> BriefSection:
    return replace(section, title=f"{'一二三四五六七八九十'[at]}、{section.title}")


def _marks(facts: Facts) -> Iterator[str]:
    if facts.demo:
        yield say("brief.mark.demo")
    if facts.generated:
        yield say("brief.mark.generated")


def _marking(facts: Facts) -> str:
    """The line of the survey behind the figures; without a survey the same caution."""
    said = [one.awareness["notice"] for one in facts.policies if one.awareness]
    return said[0] if said else say("surveys.marking.internal")


def _done(facts: Facts, trim: Trim) -> Iterator[BriefSection]:
    if not facts.campaigns:
        return
    shown = facts.campaigns[: trim.campaigns]
    rows = [row for one in shown for row in _steps(one)]
    table = BriefTable(
        head=tuple(say(f"brief.head.{name}") for name in ("campaign", "step", "planned", "handed", "delivered")),
        rows=tuple(rows), widths=(34, 24, 14, 14, 14), texts=(0, 1), note=say("brief.steps_note"),
    )  # fmt: skip
    after = [line for one in shown for line in _money_and_names(one)]
    if len(facts.campaigns) > len(shown):
        after.append(say("brief.more_campaigns", n=len(facts.campaigns) - len(shown)))
    policies = "、".join(one.name for one in facts.policies[: trim.policies])
    lines = (say("brief.policies", n=len(facts.policies), names=policies, people=thousands(facts.people)),)  # fmt: skip
    yield BriefSection(
        title=say("brief.title.done"),
        lines=lines,
        table=table if rows else None,
        after=tuple(after),
    )


def _steps(one: Done) -> Iterator[tuple[str, ...]]:
    """A row for each step; of two with one name each says which it is."""
    names = [step.name for step in one.steps]
    for at, step in enumerate(one.steps):
        named = one.title if not at else ""
        counts = (step.planned, step.handed, step.delivered)
        name = step.name
        if names.count(name) > 1:
            name = say("brief.step", number=at + 1, name=name)
        yield (named, name, *(thousands(n) for n in counts))


def _money_and_names(one: Done) -> Iterator[str]:
    names = "；".join(
        f"{each.level} {each.name} {each.on}"
        if each.name
        else say("brief.unsigned", level=each.level)
        for each in one.signed
    )
    yield say(
        "brief.money",
        title=one.title, status=say(f"brief.status.{one.status}"), parts=thousands(one.parts), cost=exact_yuan(one.cost_fen),
    )  # fmt: skip
    if names:
        yield say("brief.signatures", names=names, fingerprint=one.fingerprint or NONE)


def _signals(facts: Facts, trim: Trim) -> Iterator[BriefSection]:
    if facts.signals:
        yield BriefSection(title=say("brief.title.signals"), lines=facts.signals[: trim.lines])


def _basis(facts: Facts, trim: Trim) -> Iterator[BriefSection]:
    shown = facts.basis[: trim.lines]
    more = len(facts.basis) - len(shown)
    lines = (*shown, say("brief.more_lines", n=more)) if more else shown
    if lines:
        yield BriefSection(title=say("brief.title.basis"), lines=tuple(lines))
