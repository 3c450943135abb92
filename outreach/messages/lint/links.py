"""Links and numbers that carriers block and that people have learnt to distrust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example


def _links(text: Example) -> Iterator[Finding]:
    known = glossary()
    for match in known["link.any"].finditer(text.narrow):
        # Whatever stands before the first / must be the name of a government's host and nothing else: no user@, no ?.
        host = re.sub(r"^https?://", "", match[0], flags=re.I).split("/")[0].lower()
        code = "government_link" if known["link.government"].fullmatch(host) else "link"
        yield text.at(f"messages.{code}", match.span(), link=text.text[slice(*match.span())])


def _numbers(text: Example) -> Iterator[Finding]:
    known = glossary()
    for name, code in (
        ("mobile", "private_number"),
        ("contact", "private_number"),
        ("paid", "paid_number"),
    ):
        if match := known[f"link.{name}"].search(text.narrow):
            yield text.at(f"messages.{code}", match.span(), words=match[0])


def _lures(text: Example) -> Iterator[Finding]:
    """What thieves ask for too: to tap, to scan what is not there, to pass on. A picture or a sheet may hold a code."""
    known = glossary()
    names = (
        ("tap", "forward")
        if text.draft.channel in ("flyer", "group")
        else ("tap", "forward", "scan")
    )
    for name in names:
        if match := known[f"link.{name}"].search(text.narrow):
            yield text.at("messages.lure", match.span(), words=match[0])


RULES = (_links, _numbers, _lures)
