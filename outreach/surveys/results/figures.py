"""A survey's figure as plain data for JSON, pages and reports. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from outreach.surveys.dispositions import Disposition, Response
from outreach.surveys.results.headline import Headline
from outreach.surveys.results.shares import Share

_MADE = (
    "kind", "wave", "mode", "base", "size", "seed", "frame_size", "frame_hash", "instrument_hash", "generated",
)  # fmt: skip


def summary(
    survey: Mapping[str, Any], figure: Headline, notice: str, asked: Sequence[date]
) -> dict[str, Any]:
    """The headline and all that must stand beside it.

    rate, low, high (None when n = 0) are shares of n interviewed people; `use` none, indicative or compare and `word`
    the same in Chinese: with none (n_eff < 30) no percentage may be shown; n_eff, deff, se, df and method say how sure
    it is and by which interval. `other_base` leaves 说不清/拒答 out; `eligible` is the rate among those who certainly
    fit, None where nobody else was drawn; `heard_of` counts 听说过 beside the headline; `fictional` is the rate for the
    policy that does not exist, None where it was not asked; `worst_case` {low, high} only when fewer than half
    answered. `notes` are sentences about the weights. `date` is the last day of asking, '' before.
    """
    share = figure.share
    heard = figure.heard_share
    return {
        "survey": survey["ref"],
        "title": survey["title"],
        "policy": survey["policy"],
        "campaign": survey["campaign"],
        "drawn": figure.response.drawn,
        "answered": figure.response.interviewed,
        **plain(share),
        "response": _response(figure.response),
        "other_base": plain(figure.decided),
        "eligible": None if figure.eligible is None else plain(figure.eligible),
        "heard_of": {
            "heard": figure.heard,
            "n": share.n,
            "rate": heard.rate if heard is not None else None,
        },
        "fictional": None if figure.fictional is None else plain(figure.fictional),
        "worst_case": None
        if figure.worst_case is None
        else dict(zip(("low", "high"), figure.worst_case, strict=True)),
        "date": max(asked).isoformat() if asked else "",
        **{name: survey[name] for name in _MADE},
        "notes": [note.say() for note in figure.notes],
        "notice": notice,
    }


def plain(share: Share) -> dict[str, Any]:
    """A share with the word for what it is good for."""
    return {**asdict(share), "word": share.word()}


def _response(response: Response) -> dict[str, Any]:
    """Counts per disposition (those not reported yet as `pending`), and AAPOR's response rate 1."""
    counts = {each.value or "pending": response.counts[each] for each in Disposition}
    return {
        **counts,
        "eligible": response.eligible,
        "missed": response.missed,
        "rate": response.rate,
        "low": response.low,
    }
