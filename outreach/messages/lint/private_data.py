"""Data of one person that no text carries, and data that no text asks for."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.glossary import glossary
from outreach.messages.lint.draft import Example
from outreach.messages.lint.marks import sentence_around


def _numbers(text: Example) -> Iterator[Finding]:
    """Identity and bank card numbers: never in a text, whatever the channel."""
    for name in ("identity", "card"):
        for match in glossary()[f"private.{name}"].finditer(text.narrow):
            yield text.at("messages.identity_data", match.span(), words=f"{match[0][:4]}…")
            return


def _child(text: Example) -> Iterator[Finding]:
    """A child's age or birth date joined to who reads it; a condition (3岁以下) says nothing about anyone."""
    if text.draft.channel == "visit" or text.draft.private:
        return
    known = glossary()
    for match in known["private.child"].finditer(text.text):
        begun, _ = sentence_around(text.text, *match.span())
        if not known["disclosure.if"].search(text.text[begun : match.end()]):
            yield text.at("messages.child_data", match.span(), words=match[0])


def _asks(text: Example) -> Iterator[Finding]:
    """Who asks for a card number or a code looks like a thief."""
    known = glossary()
    for match in known["private.secret"].finditer(text.text):
        begun, _ = sentence_around(text.text, *match.span())
        if not known["private.secret_not"].search(text.text[begun : match.end()]):
            yield text.at("messages.asks_secret", match.span(), words=match[0])


def _money(text: Example) -> Iterator[Finding]:
    """Nothing has to be paid to get a benefit; what a policy itself costs (居民医保) is no fee."""
    known = glossary()
    for match in known["private.money"].finditer(text.text):
        begun, ended = sentence_around(text.text, *match.span())
        warned = known["rumour.told"].search(text.text, begun, ended)
        if not warned and not known["private.money_not"].search(text.text, begun, ended):
            yield text.at("messages.asks_money", match.span(), words=match[0])


RULES = (_numbers, _child, _asks, _money)
