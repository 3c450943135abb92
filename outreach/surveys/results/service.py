"""From recorded answers to figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.surveys.fieldwork.agreement import agreement
from outreach.surveys.fieldwork.messengers import messengers
from outreach.surveys.instrument import Instrument
from outreach.surveys.kinds import SAMPLED
from outreach.surveys.results import answers, figures, queries
from outreach.surveys.results.frames import Frame
from outreach.surveys.results.headline import Headline, headline_of
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.kept import kept
from outreach.surveys.results.measure import Measure, measure
from outreach.surveys.results.notes import Note
from outreach.surveys.results.schemas import SurveyResults
from outreach.surveys.service import get_drawn, locked_instrument, moment_of


@dataclass(frozen=True)
class Read:
    """A survey with what was recorded of it, weighted and ready to be counted."""

    survey: Mapping[str, Any]
    instrument: Instrument
    interviews: tuple[Interview, ...]
    measured: Measure

    @property
    def headline(self) -> Headline:
        """The figure of the headline question with its bases."""
        return headline_of(self.instrument, self.interviews, self.measured)

    @property
    def days(self) -> list[date]:
        """The days on which people were asked, in order."""
        return sorted({one.asked_on for one in self.interviews if one.asked_on is not None})

    @property
    def notice(self) -> str:
        """表号/批准文号/有效期 if it held on the last day of asking, else the line of an internal evaluation."""
        return self.instrument.marking(max(self.days, default=moment_of(self.survey)))


def read(connection: Connection, ref: str, level: float = 0.95) -> Read:
    """A drawn survey. Raises Missing, Conflict before the sample is drawn or when its questions were changed."""
    survey = get_drawn(connection, ref)
    return _read(connection, survey, locked_instrument(survey), level)


def _read(
    connection: Connection, survey: Mapping[str, Any], instrument: Instrument, level: float = 0.95
) -> Read:
    interviews = tuple(queries.interviews(connection, survey["id"]))
    measured = measure(
        interviews,
        Frame.of(survey),
        representative=survey["kind"] in SAMPLED,
        level=level,
    )
    return Read(survey, instrument, interviews, measured)


def estimate(connection: Connection, ref: str) -> dict[str, Any]:
    """The awareness with its interval, its bases and how it was made, ready for JSON: see `surveys.results.figures`.

    Raises Missing, and Conflict before the sample is drawn.
    """
    survey = get_drawn(connection, ref)
    instrument = locked_instrument(survey)

    def make() -> dict[str, Any]:
        found = _read(connection, survey, instrument)
        return figures.summary(found.survey, found.headline, found.notice, found.days)

    return deepcopy(kept(connection, "estimate", [survey], make))


def everything(connection: Connection, ref: str) -> SurveyResults:
    """All that a survey found, question by question, with all that must stand beside it. Raises as `estimate` does."""
    survey = get_drawn(connection, ref)
    instrument = locked_instrument(survey)
    return kept(
        connection,
        "everything",
        [survey],
        lambda: results_of(connection, _read(connection, survey, instrument)),
    )


def results_of(connection: Connection, found: Read) -> SurveyResults:
    """The same of a survey that was read already."""
    survey, instrument, measured = found.survey, found.instrument, found.measured
    headline = found.headline
    again = None
    if queries.asked_again(connection, survey["id"]):
        again = agreement(connection, survey["ref"])
    return SurveyResults(
        survey=survey,
        headline=headline,
        headline_code=instrument.headline,
        questions=answers.question_figures(instrument, measured),
        all_right=answers.all_right(instrument, measured),
        volunteers=answers.volunteer_figure(
            instrument, queries.volunteers(connection, survey["id"])
        ),
        call_backs=again,
        representative=measured.representative,
        first=min(found.days, default=None),
        last=max(found.days, default=None),
        modes=_modes(found),
        notes=(*_about(found), *_messengers(connection, found), *headline.notes),
        notice=found.notice,
    )


def _modes(found: Read) -> dict[str, int]:
    """How those who answered were asked, with how many."""
    asked: Iterable[Interview] = found.measured.asked
    return dict(Counter(one.mode or str(found.survey["mode"]) for one in asked))


def _about(found: Read) -> list[Note]:
    """What whoever reads a figure of this survey must know."""
    notes = []
    if found.survey["generated"]:
        notes.append(Note("results.generated"))
    if not found.measured.representative:
        notes.append(Note(f"results.apart.{found.survey['kind']}"))
    if found.survey["closed_at"] is None:
        notes.append(Note("results.open"))
    modes = _modes(found)
    if len(modes) > 1:
        said = "、".join(f"{mode} {n}" for mode, n in modes.items())
        notes.append(Note("results.modes", {"modes": said}))
    return notes


def _messengers(connection: Connection, found: Read) -> list[Note]:
    """Interviews by those who had also brought the message."""
    people = sum(len(one.interviewed) for one in messengers(connection, found.survey["ref"]))
    said = {"people": people, "all": len(found.measured.asked)}
    return [Note("results.messenger", said)] if people else []
