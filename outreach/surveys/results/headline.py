"""From the answers of sampled people to the figure that is shown, never without its uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from outreach.surveys.dispositions import Disposition, Response, response
from outreach.surveys.estimation import Use, use_of
from outreach.surveys.instrument import Instrument
from outreach.surveys.intervals import Interval, wilson
from outreach.surveys.questions import Kind
from outreach.wording import Lang, say


@dataclass(frozen=True)
class Interview:
    """What became of one sampled person, and the answers (question → option) if there was an interview."""

    disposition: Disposition
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Share:
    """`aware` of `n` people with Wilson's interval; rate and limits are None when n = 0."""

    aware: int
    n: int
    rate: float | None
    low: float | None
    high: float | None
    use: Use

    def word(self, lang: Lang = "zh") -> str:
        """样本不足, 仅供参考 or 可比较. With the first, pages show no percentage."""
        return say(f"surveys.use.{self.use}", lang)


@dataclass(frozen=True)
class Headline:
    """The awareness of a simple random sample.

    `share` is the headline: all interviewed people, 说不清/拒答 and no answer as not aware. `decided` leaves those out
    (the other base). `heard` counts 听说过 in the same base as the headline and is no part of it. `fictional` is the
    same share for the policy that does not exist, or None where it was not asked. `worst_case` is the range of the
    rate when all who were missed are unaware, or all aware; only given when fewer than half answered.
    """

    share: Share
    decided: Share
    heard: int
    fictional: Share | None
    response: Response
    worst_case: Interval | None


def share(aware: int, n: int, level: float = 0.95) -> Share:
    """A share with its interval and what it is good for. Raises ValueError when aware > n."""
    if aware == n == 0:
        return Share(0, 0, None, None, None, "none")
    low, high = wilson(aware, n, level)
    return Share(aware, n, aware / n, low, high, use_of(n))


def headline(
    instrument: Instrument, interviews: Iterable[Interview], level: float = 0.95
) -> Headline:
    """The figure to show for a simple random sample: one Interview for each sampled person.

    Answers count only where the interview was completed. Raises Invalid for an answer that is no option.
    """
    sampled = list(interviews)
    asked = [each.answers for each in sampled if each.disposition == Disposition.COMPLETED]
    told = response(each.disposition for each in sampled)
    code = instrument.headline
    whole = _share_of(instrument, code, asked, level)
    return Headline(
        share=whole,
        decided=_share_of(instrument, code, _decided(instrument, asked), level),
        heard=sum(any(o.heard_of for o in instrument.answer(a, code)) for a in asked),
        fictional=_fictional(instrument, asked, level),
        response=told,
        worst_case=worst_case(whole.aware, told) if told.low else None,
    )


def worst_case(aware: int, told: Response) -> Interval:
    """The rate if all missed people were unaware, and if all were aware (Manski 1989); no sampling error in it.

    Raises ValueError when nobody belongs to the population.
    """
    if told.eligible == 0:
        raise ValueError("nobody of the sample belongs to the population")
    return aware / told.eligible, (aware + told.missed) / told.eligible


def _share_of(
    instrument: Instrument, code: str, asked: list[Mapping[str, str]], level: float
) -> Share:
    aware = sum(any(o.counts_as_aware for o in instrument.answer(each, code)) for each in asked)
    return share(aware, len(asked), level)


def _decided(instrument: Instrument, asked: list[Mapping[str, str]]) -> list[Mapping[str, str]]:
    chosen = [(each, instrument.answer(each, instrument.headline)) for each in asked]
    return [each for each, options in chosen if options and not any(o.no_opinion for o in options)]


def _fictional(
    instrument: Instrument, asked: list[Mapping[str, str]], level: float
) -> Share | None:
    invented = instrument.of_kind(Kind.FICTIONAL)
    return _share_of(instrument, invented[0].code, asked, level) if invented else None
