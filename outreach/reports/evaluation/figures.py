"""Every figure that the report prints, as a list that the script counts again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from outreach.surveys.comparing.schemas import TownFigure
from outreach.surveys.results import answers
from outreach.surveys.results.headline import Headline
from outreach.surveys.results.service import Read
from outreach.surveys.results.shares import Share, counted

HEAD = (
    "figure", "question", "option", "place", "n", "rate", "se", "low", "high", "n_eff", "df", "method", "p", "p_holm",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """figure: headline, decided, heard, eligible, fictional, all_right, counting, option, place, difference."""

    figure: str
    question: str = ""
    option: str = ""
    place: str = ""
    share: Share | None = None
    town: TownFigure | None = None

    def row(self) -> tuple[str, ...]:
        """One line of figures.csv."""
        named = (self.figure, self.question, self.option, self.place)
        if self.town is not None:
            town = self.town
            return (
                *named, str(town.n), _number(town.difference), "", _number(town.diff_low), _number(town.diff_high),
                "", "", "mover", _number(town.p), _number(town.p_holm),
            )  # fmt: skip
        share = self.share or _NOBODY
        return (
            *named, str(share.n), _number(share.rate), _number(share.se), _number(share.low), _number(share.high),
            _number(share.n_eff), str(share.df), share.method, "", "",
        )  # fmt: skip


_NOBODY = counted(0, 0)


def figures(found: Read, towns: Sequence[TownFigure]) -> list[Figure]:
    """Only those with a rate: people who were counted and stand for nobody have none."""
    every = [*_headline(found, found.headline), *_questions(found), *_places(towns)]
    return [
        one
        for one in every
        if (one.share is not None and one.share.rate is not None)
        or (one.town is not None and one.town.difference is not None)
    ]


def _headline(found: Read, headline: Headline) -> Iterator[Figure]:
    question = found.instrument.headline
    if question:
        yield Figure("headline", question, share=headline.share)
        yield Figure("decided", question, share=headline.decided)
        yield Figure("heard", question, share=headline.heard_share)
        yield Figure("eligible", question, share=headline.eligible)
    yield Figure("all_right", share=answers.all_right(found.instrument, found.measured))


def _questions(found: Read) -> Iterator[Figure]:
    for one in answers.question_figures(found.instrument, found.measured):
        yield Figure("counting", one.code, share=one.counting)
        for option in one.options:
            yield Figure("option", one.code, option.code, share=option.share)


def _places(towns: Sequence[TownFigure]) -> Iterator[Figure]:
    for town in towns:
        if town.rate is not None:
            yield Figure("place", place=town.code, share=_share(town))
        yield Figure("difference", place=town.code, town=town)


def _share(town: TownFigure) -> Share:
    return Share(town.aware, town.n, town.rate, town.low, town.high, town.use, town.n_eff)


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))
