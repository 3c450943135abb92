"""What the preview pages show: texts as a phone, a group, a sheet and a reader have them, counts and money."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SmsPart:
    """One billed part of a text. `force` is the first character that costs one part more, '' elsewhere."""

    before: str
    force: str = ""
    after: str = ""


@dataclass(frozen=True)
class Phone:
    """An SMS as the phone splits and bills it, and the sentence under it."""

    parts: tuple[SmsPart, ...]
    note: str
    forced_at: int = 0  # 1-based place of the forcing character, 0 when there is none

    @property
    def text(self) -> str:
        """All of it, as it leaves."""
        return "".join(part.before + part.force + part.after for part in self.parts)

    @property
    def dear(self) -> bool:
        """Whether it costs more than one part."""
        return len(self.parts) > 1
