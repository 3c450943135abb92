"""What has to be said beside a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach.errors import OutreachError
from outreach.wording import Lang, say


@dataclass(frozen=True)
class Note:
    """A sentence by its code, with what fills it; `because` is a problem whose own words follow."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    because: OutreachError | None = None

    def say(self, lang: Lang = "zh") -> str:
        """The sentence in a language."""
        words = say(self.code, lang, **self.params)
        if self.because is None:
            return words
        reason = say(self.because.code, lang, **self.because.params)
        return f"{words}{reason}" if lang == "zh" else f"{words} {reason}"
