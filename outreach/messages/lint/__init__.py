"""Checks of one text before anybody gets it. An error stops the sign-off, a warning is shown to who signs.

The text is checked as rendered from example facts, because a policy's facts bring jargon and length too. One module
for what a rule is about; the words that rules look for stand in glossary.toml, the figures in limits.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from outreach.errors import Invalid
from outreach.messages import languages
from outreach.messages.findings import Finding, Summary, found, stops, summary
from outreach.messages.lint import (
    disclosure,
    follow_up,
    forms,
    glyphs,
    length,
    links,
    plain,
    private_data,
    promises,
    questions,
    second_language,
    short_message,
    source,
    spoken,
    trust,
    voice,
)
from outreach.messages.lint.draft import POLICY_FACTS, VARIABLES, Draft, Example
from outreach.messages.lint.limits import LONGEST_CLAUSE, LONGEST_SENTENCE
from outreach.messages.render import Context
from outreach.messages.syntax import check_source, variables_used

Rule = Callable[[Example], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    *short_message.RULES, *length.RULES, *source.RULES, *glyphs.RULES, *follow_up.RULES, *disclosure.RULES,
    *private_data.RULES, *promises.RULES, *voice.RULES, *links.RULES, *plain.RULES, *questions.RULES, *trust.RULES,
    *spoken.RULES, *forms.RULES, *second_language.RULES,
)  # fmt: skip


def lint(draft: Draft, allowed_variables: Collection[str] = VARIABLES) -> list[Finding]:
    """Every finding for a text, errors first, each once. Without examples only the template is checked.

    A code that several examples have is marked in the first of them that has it.
    """
    broken = check_source(draft.source, allowed_variables)
    findings = broken + list(_reviewer(draft))
    for number, context in () if broken else enumerate(draft.examples):
        known = {finding.code for finding in findings}
        findings += [one for one in _example(draft, number, context) if one.code not in known]
    once: dict[tuple[str, int, str], Finding] = {}
    for finding in findings:
        once.setdefault((finding.code, finding.line, repr(finding.params)), finding)
    return sorted(once.values(), key=lambda finding: finding.severity)


def _example(draft: Draft, number: int, context: Context) -> Iterator[Finding]:
    try:
        text = draft.text(number)
    except Invalid as problem:
        yield _failed(problem, number)
        return
    example = Example(draft, number, text, context, variables_used(draft.source))
    for rule in RULES:
        yield from rule(example)


def _failed(problem: Invalid, number: int) -> Finding:
    """What keeps the text from being made is said in its own words, which also say what to do."""
    return Finding(problem.code, "error", params=dict(problem.params), example=number)


def _reviewer(draft: Draft) -> Iterator[Finding]:
    needed = draft.needs_review or languages.needs_reviewer(draft.language)
    if needed and not draft.reviewed_by.strip():
        yield found("messages.no_reviewer", language=languages.name(draft.language))


__all__ = [
    "LONGEST_CLAUSE",
    "LONGEST_SENTENCE",
    "POLICY_FACTS",
    "RULES",
    "VARIABLES",
    "Draft",
    "Finding",
    "Summary",
    "found",
    "lint",
    "stops",
    "summary",
]
