"""Texts as files again, so that an office can carry them to another installation, or edit them where it likes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from outreach.errors import Conflict
from outreach.messages.schemas import Text
from outreach.messages.variants import VariantFile, write_variant


def as_file(text: Text) -> VariantFile:
    """A version as it would lie in a file. Its reader goes with it: the words are those that were read."""
    return VariantFile(
        text.channel, text.language, text.policy, text.form, text.title, text.body,
        "personal" if text.announce == "personal" else "general",
        text.needs_review, text.reviewed_by, text.follow_up, text.notes,
    )  # fmt: skip


def export(texts: Iterable[Text], out: Path) -> list[Path]:
    """Write texts below `out` as `templates/` has them; Conflict when something lies there already."""
    if out.exists() and any(out.iterdir()):
        raise Conflict("messages.export_occupied", place=str(out))
    written = []
    for text in texts:
        path = out / f"{text.place}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_variant(as_file(text)), "utf-8", newline="\n")
        written.append(path)
    return written
