"""Why somebody was never told, and the next sensible way to this very person. Pure, and the only place that decides it.

The order of ways: what is under way is waited for; what is printed is carried; then what the person can still get
(text message, call), then the door, then the family, then a letter, then a number that works.
"""

from __future__ import annotations

from channels.base import Verdict
from channels.twilio_codes import verdict_of
from outreach.reports.reaching.schemas import Advice, Situation

HOMES = 2
"""Visits to an empty home after which nobody is sent there a third time."""

_FAULTS = {
    Verdict.PERMANENT: "permanent",
    Verdict.OPTED_OUT: "opted_out",
    Verdict.LATER: "later",
    Verdict.STOP: "stop",
}
_NUMBERS = {"none": "no_number", "closed": "closed", "not_personal": "not_personal"}
_ON_THE_WAY = {"printed": "hand", "accepted": "receipt", "pending": "wait", "unknown": "look"}
"""Stage of something that is still under way → what to do about it."""


def advise(one: Situation) -> Advice | None:
    """Why, and what next; None for whom nothing is to be done: stopped by a worker, or on a list already."""
    if one.stopped or one.done:
        return None
    if one.number == "no_guardian":
        return Advice("no_guardian", "guardian")
    if one.stage in ("failed", "skipped"):
        return _failed(one) if one.stage == "failed" else _skipped(one)
    return _under_way(one) or Advice(
        "published_only" if one.published else "never_planned", _best(one)
    )


def _under_way(one: Situation) -> Advice | None:
    """Somebody or something has it in hand already."""
    if one.stage == "accepted" and one.channel in ("visit", "call"):
        return Advice(f"in_hand.{one.channel}", one.channel)
    return Advice(one.stage, _ON_THE_WAY[one.stage]) if one.stage in _ON_THE_WAY else None


def _failed(one: Situation) -> Advice:
    """It was handed over, and did not arrive."""
    if one.word == "not_home":
        return Advice("not_home", _without_phone(one), str(max(one.homes, 1)))
    if one.word:
        return Advice(f"word.{one.word}", _after_word(one))
    fault = _FAULTS.get(verdict_of(one.error), "other") if one.error else "other"  # type: ignore[arg-type]
    if fault == "permanent" or one.number != "ok":
        return Advice("fault.permanent", _without_phone(one))
    if fault == "opted_out":
        return Advice("fault.opted_out", "call" if _may_call(one) else _without_phone(one))
    return Advice(f"fault.{fault}", _spoken(one), one.error if fault == "other" else "")


def _after_word(one: Situation) -> str:
    """What comes after a word that was no success."""
    if one.word == "declined":  # at a door only this visit was declined, on the phone the phone
        return "letter" if one.channel != "call" and one.door else _without_phone(one)
    if one.word == "wrong_number":
        return _without_phone(one)
    if one.word == "not_understood":
        return "interpreter"
    return "visit" if one.door else _not_by_door(one)


def _skipped(one: Situation) -> Advice:
    """It was planned, and left out for a reason."""
    if one.reason == "no_address":
        return Advice(_NUMBERS.get(one.number, "no_number"), _best(one))
    if one.reason == "refused_channel":
        return Advice("refused", _spoken(one))
    return Advice(f"skipped.{one.reason}", _best(one))


def _best(one: Situation) -> str:
    """The cheapest way that can work."""
    if one.number == "ok" and not one.no_sms:
        return "sms"
    return _spoken(one)


def _spoken(one: Situation) -> str:
    return "call" if _may_call(one) else _without_phone(one)


def _may_call(one: Situation) -> bool:
    return one.number == "ok" and not one.no_call


def _without_phone(one: Situation) -> str:
    if one.door and one.homes < HOMES:
        return "visit"
    return _not_by_door(one)


def _not_by_door(one: Situation) -> str:
    """Nobody opens, or there is no door: the family, a letter, or a number that works."""
    if one.relative:
        return "family"
    return "letter" if one.door else "number"
