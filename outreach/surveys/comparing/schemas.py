"""Comparisons as pages, briefs and files take them: never without the sentence that says what may be concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from outreach.surveys.estimation import Use
from outreach.surveys.results.notes import Note
from outreach.surveys.results.shares import Share
from outreach.wording import Lang, say

Verdict = Literal["behind", "ahead", "same", "few"]
"""behind, ahead: the corrected interval of the difference lies wholly on one side of zero; same: 不能区分; few: not
compared, because here or elsewhere there are under 100 effective people."""

ComparisonKind = Literal["none", "repeated", "panel", "staggered", "differences"]


@dataclass(frozen=True)
class TownFigure:
    """One town (or village) beside the rest of the county.

    rate, low, high are None where n_eff is under 30: then there is no figure. `difference` is the place minus the rest;
    diff_low and diff_high are its interval at the level that Holm's correction leaves for it; `p_holm` the corrected p.
    """

    code: str
    n: int
    aware: int
    n_eff: float
    use: Use
    rate: float | None
    low: float | None
    high: float | None
    difference: float | None
    diff_low: float | None
    diff_high: float | None
    p: float | None
    p_holm: float | None
    verdict: Verdict

    def word(self, lang: Lang = "zh") -> str:
        """落后, 没有落后 (surely above: no place is praised, and none is ranked), 不能区分, 仅供参考 (a figure that is not compared) or 样本不足 (no figure)."""
        if self.verdict == "few" and self.use != "none":
            alone = "alone" if self.use == "compare" else "not_compared"
            return say(f"comparing.verdict.{alone}", lang)
        return say(f"comparing.verdict.{self.verdict}", lang)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**asdict(self), "word": self.word()}


@dataclass(frozen=True)
class Side:
    """One side of a comparison: who was asked, when, how, and the rate."""

    label: str
    survey: str
    share: Share
    first: date | None
    last: date | None
    mode: str

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "label": self.label, "survey": self.survey, "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "", "mode": self.mode, **asdict(self.share),
        }  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Two figures, their difference (later − earlier, told − waiting; −1 … 1), and what may be concluded.

    `difference`, `low`, `high` are None where nothing can be compared. `may_claim`: whether it may be said that
    something changed (the interval lies wholly on one side of zero); `by_campaign`: whether that may be ascribed to the
    campaign. `conclusion` is the sentence to print; `cautions` must stand beside it. `sides` are the rates compared;
    `pairs` the counts (both, first only, second only, neither) of a panel.
    """

    kind: ComparisonKind
    sides: tuple[Side, ...]
    difference: float | None
    low: float | None
    high: float | None
    conclusion: Note
    may_claim: bool = False
    by_campaign: bool = False
    cautions: tuple[Note, ...] = ()
    pairs: tuple[int, int, int, int] | None = None
    method: str = ""

    @property
    def rose(self) -> bool:
        """Whether it may be said that more people know: the whole interval lies above zero."""
        return self.may_claim and self.low is not None and self.low > 0

    def sentence(self, lang: Lang = "zh") -> str:
        """What may and what may not be concluded."""
        return self.conclusion.say(lang)

    def warnings(self, lang: Lang = "zh") -> tuple[str, ...]:
        """What has to be known beside it."""
        return tuple(note.say(lang) for note in self.cautions)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, with the sentences in both languages."""
        return {
            "kind": self.kind,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "method": self.method,
            "may_claim": self.may_claim,
            "by_campaign": self.by_campaign,
            "sentence": self.sentence(),
            "sentence_en": self.sentence("en"),
            "warnings": list(self.warnings()),
            "sides": [side.as_dict() for side in self.sides],
            "pairs": list(self.pairs) if self.pairs else None,
        }


@dataclass(frozen=True)
class WavePoint:
    """One survey of a policy in a row of surveys. `comparable`: the same headline question as the newest one."""

    ref: str
    title: str
    wave: int
    on: date
    mode: str
    share: Share
    comparable: bool
    generated: bool
    panel: bool
    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "survey": self.ref, "title": self.title, "wave": self.wave, "date": self.on.isoformat(), "mode": self.mode,
            "comparable": self.comparable, "generated": self.generated, "panel": self.panel, **asdict(self.share),
        }  # fmt: skip
