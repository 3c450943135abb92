"""From the answers of sampled people to the figure that is shown, never without its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outreach.surveys.dispositions import Response, response
from outreach.surveys.instrument import Instrument
from outreach.surveys.intervals import Interval
from outreach.surveys.questions import Kind, Question
from outreach.surveys.results.frames import Frame
from outreach.surveys.results.interviews import Chosen, Interview, chosen
from outreach.surveys.results.measure import Measure, measure
from outreach.surveys.results.notes import Note
from outreach.surveys.results.shares import Share, counted, share

__all__ = ["Headline", "Interview", "Share", "headline", "headline_of", "share", "worst_case"]


@dataclass(frozen=True)
class Headline:
    """The awareness of a sample.

    `share` is the headline: all interviewed people, 说不清/拒答 and no answer as not aware. `decided` leaves those out
    (the other base). `eligible` is the same among those who certainly fit the policy, where others were drawn too.
    `heard` counts 听说过 in the same base as the headline and is no part of it. `fictional` is the share for the policy
    that does not exist, or None where it was not asked. `worst_case` is the range of the rate when all who were missed
    are unaware, or all aware; only given when fewer than half answered. `notes` say how the weights came about.
    """

    share: Share
    decided: Share
    heard: int
    fictional: Share | None
    response: Response
    worst_case: Interval | None
    eligible: Share | None = None
    heard_share: Share | None = None
    notes: tuple[Note, ...] = ()


def headline(
    instrument: Instrument,
    interviews: Iterable[Interview],
    level: float = 0.95,
    frame: Frame | None = None,
) -> Headline:
    """The figure to show: one Interview for each sampled person, `frame` as it was sealed at the drawing.

    Answers count only where there was an interview. Raises Invalid for an answer that is no option.
    """
    sampled = list(interviews)
    return headline_of(instrument, sampled, measure(sampled, frame, level=level))


def headline_of(
    instrument: Instrument, sampled: Sequence[Interview], measured: Measure
) -> Headline:
    """The same of a sample whose weights stand already."""
    told = response(one.disposition for one in sampled)
    question = instrument.headline_question
    if question is None:
        nobody = counted(0, len(measured.asked))
        return Headline(nobody, nobody, 0, None, told, None, notes=measured.notes)
    ticked = chosen(question, measured.asked)
    knows = counting(question, ticked)
    heard = [any(option.heard_of for option in options) for options in ticked]
    return Headline(
        share=measured.share(knows),
        decided=measured.share(knows, decided(ticked)),
        heard=sum(heard),
        fictional=_fictional(instrument, measured),
        response=told,
        worst_case=_worst_case(sampled, measured, knows) if told.low else None,
        eligible=_eligible(measured, knows),
        heard_share=measured.share(heard) if any(o.heard_of for o in question.options) else None,
        notes=measured.notes,
    )


def counting(question: Question, ticked: Chosen) -> list[bool]:
    """Whether each answer adds to the rate of its question."""
    counts = {option.code for option in question.counting}
    return [any(option.code in counts for option in options) for options in ticked]


def decided(ticked: Chosen) -> list[bool]:
    """Whether each gave an answer that is neither 说不清 nor 拒答."""
    return [bool(options) and not any(o.no_opinion for o in options) for options in ticked]


def worst_case(aware: float, told: Response) -> Interval:
    """The rate if all missed people were unaware, and if all were aware (Manski 1989); no sampling error in it.

    Raises ValueError when nobody belongs to the population.
    """
    return _range(aware, told.missed, told.eligible)


def _range(aware: float, missed: float, eligible: float) -> Interval:
    if eligible <= 0:
        raise ValueError("nobody of the sample belongs to the population")
    return aware / eligible, (aware + missed) / eligible


def _worst_case(
    sampled: Sequence[Interview], measured: Measure, knows: Sequence[bool]
) -> Interval | None:
    """By the weights of the drawing: those for non-response would already suppose what the silent think."""
    if not measured.representative:
        return None
    eligible = math.fsum(one.weight for one in sampled if one.belongs)
    missed = math.fsum(one.weight for one in sampled if one.belongs and not one.asked)
    aware = math.fsum(one.weight for one, yes in zip(measured.asked, knows, strict=True) if yes)
    return _range(aware, missed, eligible)


def _eligible(measured: Measure, knows: Sequence[bool]) -> Share | None:
    """Only where somebody was drawn who does not certainly fit."""
    fits = [one.trait("eligible") in ("", "yes") for one in measured.asked]
    return None if all(fits) else measured.share(knows, fits)


def _fictional(instrument: Instrument, measured: Measure) -> Share | None:
    invented = instrument.of_kind(Kind.FICTIONAL)
    if not invented:
        return None
    claims = counting(invented[0], chosen(invented[0], measured.asked))
    return measured.share(claims, came_to(invented[0], measured))


def came_to(question: Question, measured: Measure) -> list[bool]:
    """Who is in the base of a question."""
    return [one.came_to(question.code) for one in measured.asked]
