"""A survey's figure as plain data for JSON, pages and reports. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from outreach.surveys.dispositions import Disposition, Response
from outreach.surveys.fieldwork.agreement import Agreement
from outreach.surveys.results.headline import Headline
from outreach.surveys.results.schemas import QuestionFigure, SurveyResults, VolunteerFigure
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
    answered. `wording` is the headline question, word for word. `notes` are sentences about the weights. `date` is the last day of asking, '' before.
    """
    share = figure.share
    heard = figure.heard_share
    return {
        "survey": survey["ref"],
        "title": survey["title"],
        "policy": survey["policy"],
        "campaign": survey["campaign"],
        "wording": _wording(survey),
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
            "low": heard.low if heard is not None else None,
            "high": heard.high if heard is not None else None,
            "use": heard.use if heard is not None else "none",
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


def _wording(survey: Mapping[str, Any]) -> str:
    """'' where there is no headline."""
    locked = survey["instrument"]
    return next(
        (str(q["text"]) for q in locked["questions"] if q["code"] == locked.get("headline")), ""
    )


def whole(found: SurveyResults) -> dict[str, Any]:
    """Everything that a survey found: the summary, and per question its rate, its distribution and its base.

    `counting` is the rate of the answers that count (`counted`), None where none does; `blank` people of the base gave
    no answer; `texts` counts open answers. Volunteers and call-backs are counts. `representative` is False for a quiz
    and for volunteers: then no rate stands anywhere.
    """
    days = [day for day in (found.first, found.last) if day is not None]
    return {
        **summary(found.survey, found.headline, found.notice, days),
        "representative": found.representative,
        "modes": dict(found.modes),
        "questions": [_question(one) for one in found.questions],
        "all_right": None if found.all_right is None else plain(found.all_right),
        "volunteers": None if found.volunteers is None else _volunteers(found.volunteers),
        "call_backs": None if found.call_backs is None else _call_backs(found.call_backs),
        "notes": list(found.said()),
        "notes_en": list(found.said("en")),
    }


def _question(found: QuestionFigure) -> dict[str, Any]:
    return {
        "question": found.code,
        "kind": found.kind.value,
        "text": found.text,
        "several": found.several,
        "n": found.n,
        "counting": None if found.counting is None else plain(found.counting),
        "counted": list(found.counted_labels),
        "options": [
            {"option": one.code, "label": one.label, **plain(one.share)} for one in found.options
        ],
        "blank": found.blank,
        "texts": found.texts,
    }


def _volunteers(found: VolunteerFigure) -> dict[str, Any]:
    return {
        "n": found.n,
        "aware": found.aware,
        "sources": dict(found.sources),
        "options": {code: dict(counts) for code, counts in found.options.items()},
        "last": found.last.isoformat() if found.last else "",
    }


def _call_backs(found: Agreement) -> dict[str, Any]:
    return {
        "drawn": found.drawn,
        "asked": found.asked,
        "confirmed": found.confirmed,
        "not_reached": found.not_reached,
        "refused": found.refused,
        "not_interviewed": len(found.not_interviewed),
        "questions": [
            {"question": one.code, "n": one.n, "equal": one.equal, "kappa": one.kappa}
            for one in found.questions
        ],
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
