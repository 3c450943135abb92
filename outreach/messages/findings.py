"""What a check has to say about a text: a stable code, how bad, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from outreach import wording

Severity = Literal["error", "warning"]

SEVERITY: dict[str, Severity] = {
    # The template itself: it cannot be saved.
    "messages.template_syntax": "error",
    "messages.template_long": "error",
    "messages.template_deep": "error",
    "messages.template_character": "error",
    "messages.forbidden": "error",
    "messages.unknown_variable": "error",
    # The text: an error stops the sign-off, a warning is shown to whoever signs.
    "messages.gap_in_text": "error",
    "messages.brings_nothing": "error",
    "messages.braces_left": "error",
    "messages.typed_amount": "warning",
    "messages.no_reviewer": "error",
    # A short message: what carriers ask for, and what it costs.
    "messages.missing_signature": "error",
    "messages.signature_length": "error",
    "messages.second_signature": "error",
    "messages.missing_opt_out": "error",
    "messages.too_many_parts": "warning",
    "messages.sms_too_long": "error",
    "messages.forcing_character": "warning",
    "messages.link": "error",
    "messages.government_link": "warning",
    "messages.private_number": "warning",
    "messages.paid_number": "warning",
    "messages.lure": "warning",
    "messages.pictograph": "warning",
    # A group's robot, paper, loudspeaker.
    "messages.group_too_long": "error",
    "messages.no_valid_until": "error",
    "messages.missing_glyph": "error",
    "messages.unassigned_character": "error",
    "messages.reading_time": "warning",
    "messages.not_read_aloud": "warning",
    # Whom it tells what about whom.
    "messages.disclosure": "error",
    "messages.disclosure_no_general": "error",
    "messages.disclosure_confirmed": "warning",
    "messages.disclosure_sealed": "warning",
    "messages.personal_in_public": "error",
    "messages.name_in_public": "error",
    "messages.name_in_general": "error",
    "messages.identity_data": "error",
    "messages.child_data": "error",
    "messages.asks_secret": "error",
    "messages.asks_money": "error",
    # What it promises, and in which voice.
    "messages.over_promise": "error",
    "messages.no_proviso": "error",
    "messages.told_not_eligible": "error",
    "messages.follow_up_without_date": "error",
    "messages.follow_up_without_ignore": "error",
    "messages.absolute_word": "warning",
    "messages.red_letter": "error",
    "messages.threat": "error",
    # Whether it is understood and believed.
    "messages.jargon": "warning",
    "messages.long_sentence": "warning",
    "messages.questions_open": "warning",
    "messages.no_trust_line": "warning",
    "messages.no_password_line": "warning",
    "messages.no_office": "warning",
    "messages.no_name_said": "warning",
    # What a form asks for.
    "messages.leaflet_rows": "warning",
    "messages.letter_without_office": "error",
    "messages.qa_count": "warning",
    "messages.qa_answer_long": "warning",
    "messages.rhyme_uneven": "warning",
    "messages.correction_incomplete": "error",
    "messages.rumour_first": "warning",
    # The common language beside another one.
    "messages.common_amount_missing": "error",
    "messages.common_date_missing": "error",
    "messages.common_name_missing": "warning",
}
"""Code → severity. The words are `code`, the advice is `code` + ".fix", both in the catalogue."""


@dataclass(frozen=True)
class Finding:
    """One remark. `line` counts from 1 in the template; 0: the words do not stand in the template as they are.

    `start` and `end` mark the words in the text as rendered from the draft's example number `example` (from 0);
    start == end marks nothing: something is missing, or the remark is about the template or the text as a whole.
    """

    code: str
    severity: Severity
    line: int = 0
    params: dict[str, object] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    example: int = 0

    def message(self, lang: wording.Lang = "zh") -> str:
        """What is wrong, in one sentence."""
        return wording.say(self.code, lang, **self.params)

    def hint(self, lang: wording.Lang = "zh") -> str:
        """What to do about it; '' where the sentence of `message` says that too."""
        fix = f"{self.code}.fix"
        return wording.say(fix, lang, **self.params) if fix in wording.catalogue() else ""


def found(code: str, line: int = 0, **params: object) -> Finding:
    """A finding with the severity that its code has."""
    return Finding(code, SEVERITY[code], line, params)


def stops(findings: Iterable[Finding]) -> bool:
    """Whether the text can be neither submitted nor signed: an error is among the findings."""
    return any(finding.severity == "error" for finding in findings)


@dataclass(frozen=True)
class Summary:
    """How many errors and warnings, and each code with how often it was found, errors first."""

    errors: int
    warnings: int
    codes: dict[str, int]


def summary(findings: Sequence[Finding]) -> Summary:
    """The findings of a text in figures, for a list of many texts."""
    ordered = sorted(findings, key=lambda finding: finding.severity)
    codes: dict[str, int] = {}
    for finding in ordered:
        codes[finding.code] = codes.get(finding.code, 0) + 1
    errors = sum(finding.severity == "error" for finding in findings)
    return Summary(errors, len(findings) - errors, codes)
