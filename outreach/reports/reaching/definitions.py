"""统计口径: what each number means, in words of the catalogue; and the words for reasons, ways and lists."""

from __future__ import annotations

from outreach.reports.reaching.schemas import Advice, ListState
from outreach.wording import Lang, catalogue, say
from outreach.wording.figures import percent

DEFINITIONS: tuple[str, ...] = (
    "due", "unknown", "told", "in_person", "delivered", "relayed", "published", "rate", "household", "aware", "applied",
    "received", "cut_off", "unmatched", "coverage", "conversion", "cost", "cost_aware", "never", "channel", "language",
    "outcome", "plays", "hotline", "suppressed",
)  # fmt: skip
"""Codes `definition.CODE`: every page shows a number with its definition from here."""


def define(code: str, lang: Lang = "zh") -> str:
    """What a number means."""
    return say(f"definition.{code}", lang)


def why_words(advice: Advice, lang: Lang = "zh") -> str:
    """Why somebody was never told."""
    if advice.why.startswith("skipped."):
        code = f"reason.{advice.why.removeprefix('skipped.')}"
        reason = say(code, lang) if code in catalogue() else advice.why.removeprefix("skipped.")
        return say("why.skipped", lang, reason=reason)
    return say(f"why.{advice.why}", lang, detail=advice.detail)


def next_words(advice: Advice, lang: Lang = "zh") -> str:
    """What comes next for them."""
    return say(f"next.{advice.next}", lang)


def list_words(state: ListState, n: int = 0, lang: Lang = "zh") -> str:
    """A list's date, its unmatched rows, and whether it is only an estimate. n: people found on lists all the same."""
    name = say(f"reaching.list.{state.fact}", lang)
    if state.cut_off is None:
        return say("reaching.list.partial" if n else "reaching.list.none", lang, name=name)
    params = {"cut_off": state.cut_off, "unmatched": state.unmatched, "share": percent(state.share)}
    return say(f"reaching.list.{state.word}", lang, name=name, **params)
