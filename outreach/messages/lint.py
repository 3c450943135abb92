"""Checks of one text before anybody gets it. An error stops the sign-off, a warning is shown to who signs.

The text is checked as rendered from example facts, because a policy's facts bring jargon and length too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from outreach.errors import Invalid
from outreach.messages import languages, measure
from outreach.messages.findings import Finding, found
from outreach.messages.glossary import glossary
from outreach.messages.render import Context, render
from outreach.messages.syntax import check_source, variables_used

POLICY_FACTS = (
    "plain_name", "official_name", "one_line", "amount_text", "where", "bring", "window_text", "phone", "valid_until",
)  # fmt: skip
VARIABLES = frozenset(
    ["office", "signature", "phone", "opt_out", "village", "name", "list_date"]
    + [f"policy.{fact}" for fact in POLICY_FACTS]
    + [f"policies[].{fact}" for fact in POLICY_FACTS]
)
"""Every fact that a text may read. `name` stands in personal texts only, `list_date` in follow-ups."""

FACE_TO_FACE = frozenset(["visit"])
PUBLIC = frozenset(["group", "broadcast"])

LONGEST_CLAUSE = 25
"""Characters between two marks: what is understood on first hearing."""
LONGEST_SENTENCE = 60
GROUP_BYTES = 2_048
"""Limit of a WeCom robot's text (rendering-and-sending.md §4.1)."""

_LINK = re.compile(
    r"(https?://|www\.)[^\s，。；）]+|\b[a-z0-9][a-z0-9.-]*\.(com|cn|net|org|cc|top|xyz|vip|link|ly|me)\b",
    re.I,
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|加(我|个)?(微信|QQ)", re.I)
_GAP = re.compile(r"[：:][，。；、]|[，、；（“][，。；、）”]|^[，。；、）]|[，、]$", re.M)
_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_CLAUSE = re.compile(r"[，。！？；：、（）“”!?;,:\n]+")
_TO_PERSON = re.compile(
    r"[您你](家|本人)?(里)?(是|有|属于|为|被认定为|享受|被列为)?(的|了)?.{0,4}$"
)
_CONDITION = re.compile(r"如果|如[您你]|若|是否|的话")
_MONEY = re.compile(r"\d[\d.,]*元")


@dataclass(frozen=True)
class Draft:
    """A text with what the checks must know about it; `examples` are facts as in render.Context."""

    channel: str
    language: str
    source: str
    announce: Literal["general", "personal"] = "general"
    sensitive: bool = False
    follow_up: bool = False
    needs_review: bool = False
    reviewed_by: str = ""
    examples: tuple[Context, ...] = ()
    billing: measure.Billing = "3gpp"
    most_parts: int = 2


@dataclass(frozen=True)
class _Text:
    """One rendered example, what went into it, and which facts the template reads."""

    draft: Draft
    text: str
    context: Context
    uses: frozenset[str]

    def fact(self, path: str) -> str:
        value: object = self.context
        for key in path.split("."):
            value = value.get(key, "") if isinstance(value, Mapping) else ""
        return str(value)

    @property
    def bundle(self) -> bool:
        return any(path.startswith("policies[]") for path in self.uses)

    @property
    def personal(self) -> bool:
        return self.draft.announce == "personal" or "name" in self.uses


def lint(draft: Draft, allowed_variables: Collection[str] = VARIABLES) -> list[Finding]:
    """Every finding for a text, errors first, each once. Without examples only the template is checked."""
    broken = check_source(draft.source, allowed_variables)
    findings = broken + list(_reviewer(draft))
    for context in () if broken else draft.examples:
        findings += _example(draft, context)
    once = {(finding.code, finding.line, repr(finding.params)): finding for finding in findings}
    return sorted(once.values(), key=lambda finding: finding.severity)


def _example(draft: Draft, context: Context) -> list[Finding]:
    try:
        text = _Text(draft, render(draft.source, context), context, variables_used(draft.source))
    except Invalid as problem:
        detail = ", ".join(f"{key}: {value}" for key, value in problem.params.items())
        return [found("messages.example_failed", reason=problem.code, detail=detail)]
    return [finding for rule in RULES for finding in rule(text)]


def _reviewer(draft: Draft) -> Iterator[Finding]:
    if (
        draft.needs_review or languages.needs_reviewer(draft.language)
    ) and not draft.reviewed_by.strip():
        yield found("messages.no_reviewer", language=languages.name(draft.language))


def _frame(text: _Text) -> Iterator[Finding]:
    """Signature in front, way out behind: both come from the office's settings, never typed."""
    if text.draft.channel != "sms":
        return
    if "signature" not in text.uses or not text.text.startswith(text.fact("signature")):
        yield found("messages.missing_signature")
    if text.text.count("【") > text.fact("signature").count("【"):
        yield found("messages.second_signature")
    if "opt_out" not in text.uses or not text.text.endswith(text.fact("opt_out")):
        yield found("messages.missing_opt_out")


def _length(text: _Text) -> Iterator[Finding]:
    if text.draft.channel == "group" and (size := measure.utf8_bytes(text.text)) > GROUP_BYTES:
        yield found("messages.group_too_long", bytes=size, limit=GROUP_BYTES)
    if text.draft.channel != "sms":
        return
    billing = text.draft.billing
    if (parts := measure.count_parts(text.text, billing)) > text.draft.most_parts:
        at = measure.last_part_begins(text.text, billing)
        yield found(
            "messages.too_many_parts",
            parts=parts,
            limit=text.draft.most_parts,
            character=text.text[at],
            place=at + 1,
            cut=len(text.text) - at,
        )
    if forcing := measure.forcing_characters(text.text, billing):
        yield found(
            "messages.forcing_character",
            characters=" ".join(forcing),
            place=text.text.index(forcing[0]) + 1,
        )


def _gaps(text: _Text) -> Iterator[Finding]:
    if match := _GAP.search(text.text):
        yield found(
            "messages.gap_in_text", words=text.text[max(0, match.start() - 8) : match.end() + 4]
        )


def _follow_up(text: _Text) -> Iterator[Finding]:
    known = glossary()
    if not (text.draft.follow_up or known.follow_up.search(text.text)):
        return
    if "list_date" not in text.uses and not known.follow_up_date.search(text.text):
        yield found("messages.follow_up_without_date")
    if not known.follow_up_ignore.search(text.text):
        yield found("messages.follow_up_without_ignore")


def _disclosure(text: _Text) -> Iterator[Finding]:
    """A circumstance joined to a person, where a neighbour or a family member may read or hear it."""
    if text.draft.channel in FACE_TO_FACE:
        return
    if text.draft.channel in PUBLIC and "name" in text.uses:
        yield found("messages.name_in_public")
    for match in glossary().disclosure.finditer(text.text):
        sentence = _SENTENCE.split(text.text[: match.start()])[-1]
        told = _TO_PERSON.search(sentence) and not _CONDITION.search(sentence)
        if told or (text.personal and text.draft.sensitive):
            yield found("messages.disclosure", word=match[0])


def _promise(text: _Text) -> Iterator[Finding]:
    known = glossary()
    for match in known.promise_always.finditer(text.text):
        yield found("messages.over_promise", word=match[0])
    if text.personal or text.bundle:
        return
    for sentence in _SENTENCE.split(text.text):
        bare = known.promise_bare.search(sentence)
        if bare and not known.condition.search(sentence):
            yield found("messages.over_promise", word=bare[0])


def _voice(text: _Text) -> Iterator[Finding]:
    known = glossary()
    for match in known.absolute.finditer(text.text):
        yield found("messages.absolute_word", word=match[0])
    if official := known.red_letter.search(text.text):
        yield found("messages.red_letter", word=official[0])


def _links(text: _Text) -> Iterator[Finding]:
    for match in _LINK.finditer(text.text):
        host = re.sub(r"^https?://", "", match[0]).split("/")[0].lower()
        yield found(
            "messages.government_link" if host.endswith(".gov.cn") else "messages.link",
            link=match[0],
        )
    if private := _MOBILE.search(text.text):
        yield found("messages.private_number", words=private[0])


def _plain_words(text: _Text) -> Iterator[Finding]:
    # The official name stands once beside the plain one, and there it is meant.
    named = text.text.replace(text.fact("policy.official_name") or "\0", "")
    for word in dict.fromkeys(match[0] for match in glossary().jargon.finditer(named)):
        yield found("messages.jargon", word=word, plain=glossary().plain[word])


def _sentences(text: _Text) -> Iterator[Finding]:
    for pattern, limit in ((_CLAUSE, LONGEST_CLAUSE), (_SENTENCE, LONGEST_SENTENCE)):
        for piece in pattern.split(text.text):
            if len(piece) > limit:
                yield found(
                    "messages.long_sentence", words=f"{piece[:12]}…", length=len(piece), limit=limit
                )


def _questions(text: _Text) -> Iterator[Finding]:
    asked = [
        question for question in glossary().questions if not text.bundle or question.name == "问谁"
    ]
    squeezed = "".join(text.text.split())
    still_open = [q.name for q in asked if not q.facts & text.uses and not q.words.search(squeezed)]
    if still_open:
        yield found("messages.questions_open", questions="、".join(still_open))


def _trust(text: _Text) -> Iterator[Finding]:
    if not glossary().trust.search(text.text):
        yield found("messages.no_trust_line")


def _common_language(text: _Text) -> Iterator[Finding]:
    """Money and the official name also in the common language, in every other language and dialect."""
    if not languages.needs_reviewer(text.draft.language):
        return
    absent = [
        money for money in _MONEY.findall(text.fact("policy.amount_text")) if money not in text.text
    ]
    if absent:
        yield found("messages.common_amount_missing", amounts="、".join(absent))
    official = text.fact("policy.official_name")
    if official and official not in text.text:
        yield found("messages.common_name_missing", name=official)


Rule = Callable[[_Text], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    _frame, _length, _gaps, _follow_up, _disclosure, _promise, _voice, _links, _plain_words, _sentences,
    _questions, _trust, _common_language,
)  # fmt: skip
