"""A survey's figure as plain data for JSON, pages and reports. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from outreach.surveys.dispositions import Disposition, Response
from outreach.surveys.results.headline import Headline, Share

_MADE = (
    "wave", "mode", "base", "size", "seed", "frame_size", "frame_hash", "instrument_hash", "generated",
)  # fmt: skip


def summary(
    survey: Mapping[str, Any], figure: Headline, notice: str, asked: Sequence[date]
) -> dict[str, Any]:
    """The headline and all that must stand beside it.

    rate, low, high (None when n = 0) are shares of n interviewed people; `use` none, indicative or compare and `word`
    the same in Chinese: with none (n < 30) no percentage may be shown. `other_base` leaves 说不清/拒答 out; `heard_of`
    counts 听说过 beside the headline; `fictional` is the rate for the policy that does not exist, None where it was not
    asked; `worst_case` {low, high} only when fewer than half answered. `date` is the last day of asking, '' before.
    """
    share = figure.share
    return {
        "survey": survey["ref"],
        "title": survey["title"],
        "policy": survey["policy"],
        "campaign": survey["campaign"],
        "drawn": figure.response.drawn,
        "answered": figure.response.completed,
        **asdict(share),
        "method": "wilson",
        "word": share.word(),
        "response": _response(figure.response),
        "other_base": _share(figure.decided),
        "heard_of": {
            "heard": figure.heard,
            "n": share.n,
            "rate": figure.heard / share.n if share.n else None,
        },
        "fictional": None if figure.fictional is None else _share(figure.fictional),
        "worst_case": None
        if figure.worst_case is None
        else dict(zip(("low", "high"), figure.worst_case, strict=True)),
        "date": max(asked).isoformat() if asked else "",
        **{name: survey[name] for name in _MADE},
        "notice": notice,
    }


def _share(share: Share) -> dict[str, Any]:
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
