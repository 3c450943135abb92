"""Towns in office order, each beside the rest of the county. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from outreach.surveys.comparing.schemas import TownFigure, Verdict
from outreach.surveys.comparison import DomainDifference, groups_against_rest
from outreach.surveys.errors import BadDesign
from outreach.surveys.estimation import use_of
from outreach.surveys.results.measure import Measure
from outreach.surveys.results.shares import Share

TOWN, VILLAGE = "town", "village"
"""The traits that name a place. Below the village there is no figure for anybody."""


def place_figures(
    measured: Measure, knows: Sequence[bool], codes: Iterable[str], trait: str = TOWN
) -> tuple[TownFigure, ...]:
    """Every place by its code (office order). With n_eff under 30 it has no figure, under 100 it is not compared.

    The difference is place − all other people asked; interval and p are corrected for the number of places that are
    compared (Holm 1979), see `surveys.comparison`. Places that are too small to be compared are part of the others'
    rest all the same.
    """
    labels = [one.trait(trait) for one in measured.asked]
    shares = {
        code: measured.share(knows, [label == code for label in labels])
        for code in sorted(set(codes))
    }
    compared = _compared(measured, knows, labels, shares)
    return tuple(_figure(code, here, compared.get(code)) for code, here in shares.items())


def _compared(
    measured: Measure, knows: Sequence[bool], labels: list[str], shares: Mapping[str, Share]
) -> dict[str, DomainDifference]:
    groups = {
        code: [row for row, label in enumerate(labels) if label == code]
        for code, here in shares.items()
        if here.use == "compare" and use_of(len(labels) - here.n) == "compare"
    }
    if measured.sample is None or not groups:
        return {}
    try:
        sample = measured.answered(measured.sample, knows)
        found = groups_against_rest(sample, measured.design, groups)
    except BadDesign:  # one village: nothing is known about how villages differ
        return {}
    return {one.value: one for one in found}


def _figure(code: str, here: Share, beside: DomainDifference | None) -> TownFigure:
    verdict: Verdict = "few" if beside is None else beside.verdict
    told = beside if verdict != "few" else None
    return TownFigure(
        code=code,
        n=here.n,
        aware=here.aware,
        n_eff=here.n_eff,
        use=here.use,
        rate=here.rate if here.shown else None,
        low=here.low if here.shown else None,
        high=here.high if here.shown else None,
        difference=told.difference if told else None,
        diff_low=told.low if told else None,
        diff_high=told.high if told else None,
        p=told.p if told else None,
        p_holm=told.p_holm if told else None,
        verdict=verdict,
    )
