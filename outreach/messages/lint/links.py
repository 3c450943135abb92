"""Links and numbers that carriers block and that people have learnt to distrust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example


def _links(text: Example) -> Iterator[Finding]:
    for match in re.finditer(glossary()["link.any"], text.text):
        host = re.sub(r"^https?://", "", match[0], flags=re.I).split("/")[0].split(":")[0].lower()
        code = "government_link" if host.endswith(".gov.cn") else "link"
        yield text.at(f"messages.{code}", match.span(), link=match[0])


def _numbers(text: Example) -> Iterator[Finding]:
    known = glossary()
    for name, code in (
        ("mobile", "private_number"),
        ("contact", "private_number"),
        ("paid", "paid_number"),
    ):
        if match := known[f"link.{name}"].search(text.text):
            yield text.at(f"messages.{code}", match.span(), words=match[0])


RULES = (_links, _numbers)
