"""The six questions (谁能领, 领多少, 怎么领, 带什么, 什么时候, 问谁), and until when an answer holds."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example

ASKS_ALL = frozenset(["sms", "group", "broadcast", "visit", "call", "flyer", "letter", "qa"])
"""Forms that tell a policy from the beginning; a rhyme, a story or a correction at least says whom to ask."""
_LAST = "问谁"


def _questions(text: Example) -> Iterator[Finding]:
    if not text.draft.chinese:
        return
    brief = text.bundle or text.draft.kind not in ASKS_ALL
    asked = [one for one in glossary().questions if one.name == _LAST or not brief]
    squeezed = "".join(text.text.split())
    still_open = [q.name for q in asked if not q.facts & text.uses and not q.words.search(squeezed)]
    if still_open:
        yield text.whole("messages.questions_open", questions="、".join(still_open))


def _valid_until(text: Example) -> Iterator[Finding]:
    """What stands in a group is scrolled to and passed on for years."""
    if text.draft.channel != "group" or text.uses & {
        "policy.valid_until",
        "policies[].valid_until",
    }:
        return
    if not glossary()["valid.until"].search(text.text):
        yield text.whole("messages.no_valid_until")


RULES = (_questions, _valid_until)
