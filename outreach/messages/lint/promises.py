"""Only the office that decides may say yes. A general text states the condition; a personal one says that it was
found by lists and that the office decides. Nobody is told in writing that they are not eligible.
"""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.marks import sentence_around, sentences

WRITTEN = frozenset(["sms", "group", "flyer"])


def _always(text: Example) -> Iterator[Finding]:
    known = glossary()
    for match in known["promise.always"].finditer(text.text):
        begun, ended = sentence_around(text.text, *match.span())
        if (
            known["promise.denied"].search(text.text, begun, ended)
            or "吗" in text.text[match.end() : ended]
        ):
            continue
        yield text.at("messages.over_promise", match.span(), word=match[0])


def _bare(text: Example) -> Iterator[Finding]:
    """可以领 without a condition in the sentence; 符合条件，可以申请 only to somebody of whom that is known."""
    known = glossary()
    if text.bundle:
        return
    for begun, ended in sentences(text.text):
        if known["promise.condition"].search(text.text, begun, ended):
            continue
        claim = known["promise.bare"].search(_spoken_for(text.text), begun, ended)
        if claim is None and not text.personal:
            claim = known["promise.certain"].search(text.text, begun, ended)
        if claim:
            yield text.at("messages.over_promise", claim.span(), word=claim[0])


def _spoken_for(text: str) -> str:
    """The text without the promises that are wrong whatever stands beside them."""
    return glossary()["promise.always"].sub(lambda match: "\0" * len(match[0]), text)


def _proviso(text: Example) -> Iterator[Finding]:
    if text.draft.announce == "personal" and not glossary()["promise.proviso"].search(text.text):
        yield text.whole("messages.no_proviso")


def _refused(text: Example) -> Iterator[Finding]:
    known = glossary()
    if text.draft.channel not in WRITTEN:
        return
    for match in known["promise.not_eligible"].finditer(text.text):
        if not known["disclosure.if"].search(text.text[max(0, match.start() - 6) : match.start()]):
            yield text.at("messages.told_not_eligible", match.span(), words=match[0])


RULES = (_always, _bare, _proviso, _refused)
