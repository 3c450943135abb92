"""Towns in office order, each beside the rest of the county. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outreach.surveys.comparing.differences import between, holm, holm_levels, p_value
from outreach.surveys.comparing.schemas import TownFigure, Verdict
from outreach.surveys.results.measure import Measure
from outreach.surveys.results.shares import Share

TOWN, VILLAGE = "town", "village"
"""The traits that name a place. Below the village there is no figure for anybody."""


@dataclass(frozen=True)
class _Place:
    code: str
    here: Share
    rest: Share

    @property
    def compared(self) -> bool:
        return self.here.shown and self.rest.shown


def place_figures(
    measured: Measure, knows: Sequence[bool], codes: Iterable[str], trait: str = TOWN
) -> tuple[TownFigure, ...]:
    """Every place by its code (office order), with n_eff under 30 as 样本不足.

    The difference is place − all other people asked; its interval and p are corrected for the number of places that
    can be compared at all (Holm 1979). A place and the rest share nobody; strata and villages belong to one of both.
    """
    labels = [one.trait(trait) for one in measured.asked]
    places = [_place(measured, knows, labels, code) for code in sorted(set(codes))]
    compared = [place for place in places if place.compared]
    p_values = [p_value(place.here, place.rest) for place in compared]
    corrected = dict(
        zip(
            (place.code for place in compared),
            zip(p_values, holm(p_values), holm_levels(p_values, measured.level), strict=True),
            strict=True,
        )
    )
    return tuple(
        _figure(place, *corrected[place.code]) if place.compared else _alone(place)
        for place in places
    )


def _place(measured: Measure, knows: Sequence[bool], labels: list[str], code: str) -> _Place:
    inside = [label == code for label in labels]
    outside = [label != code for label in labels]
    return _Place(code, measured.share(knows, inside), measured.share(knows, outside))


def _figure(place: _Place, p: float, p_holm: float, level: float) -> TownFigure:
    difference, low, high = between(place.here, place.rest, level)
    verdict: Verdict = "behind" if high < 0 else "ahead" if low > 0 else "same"
    here = place.here
    return TownFigure(
        place.code, here.n, here.aware, here.n_eff, here.use, here.rate, here.low, here.high,
        difference, low, high, p, p_holm, verdict,
    )  # fmt: skip


def _alone(place: _Place) -> TownFigure:
    """Too few people here (no figure), or nobody to compare with."""
    here = place.here
    shown = (here.rate, here.low, here.high) if here.shown else (None, None, None)
    verdict: Verdict = "same" if here.shown else "few"
    return TownFigure(
        place.code, here.n, here.aware, here.n_eff, here.use, *shown, None, None, None, None, None, verdict,
    )  # fmt: skip
