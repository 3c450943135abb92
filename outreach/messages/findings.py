"""What a check has to say about a text: a stable code, how bad, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from outreach import wording

Severity = Literal["error", "warning"]

SEVERITY: dict[str, Severity] = {
    # The template itself: it cannot be saved.
    "messages.template_syntax": "error",
    "messages.template_long": "error",
    "messages.forbidden": "error",
    "messages.unknown_variable": "error",
    # The text: an error stops the sign-off, a warning is shown to whoever signs.
    "messages.example_failed": "error",
    "messages.gap_in_text": "error",
    "messages.missing_signature": "error",
    "messages.second_signature": "error",
    "messages.missing_opt_out": "error",
    "messages.too_many_parts": "warning",
    "messages.forcing_character": "warning",
    "messages.group_too_long": "error",
    "messages.follow_up_without_date": "error",
    "messages.follow_up_without_ignore": "error",
    "messages.disclosure": "error",
    "messages.name_in_public": "error",
    "messages.over_promise": "error",
    "messages.absolute_word": "warning",
    "messages.red_letter": "error",
    "messages.link": "error",
    "messages.government_link": "warning",
    "messages.private_number": "warning",
    "messages.jargon": "warning",
    "messages.long_sentence": "warning",
    "messages.questions_open": "warning",
    "messages.no_trust_line": "warning",
    "messages.no_reviewer": "error",
    "messages.common_amount_missing": "error",
    "messages.common_name_missing": "warning",
}
"""Code → severity. The words are `code`, the advice is `code` + ".fix", both in the catalogue."""


@dataclass(frozen=True)
class Finding:
    """One remark. `line` counts from 1 in the template; 0 means the text as a whole."""

    code: str
    severity: Severity
    line: int = 0
    params: dict[str, object] = field(default_factory=dict)

    def message(self, lang: wording.Lang = "zh") -> str:
        """What is wrong, in one sentence."""
        return wording.say(self.code, lang, **self.params)

    def hint(self, lang: wording.Lang = "zh") -> str:
        """What to do about it."""
        return wording.say(f"{self.code}.fix", lang, **self.params)


def found(code: str, line: int = 0, **params: object) -> Finding:
    """A finding with the severity that its code has."""
    return Finding(code, SEVERITY[code], line, params)
