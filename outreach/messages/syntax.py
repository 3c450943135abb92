"""The small part of Jinja2 that a message may use, and which facts a text reads.

Allowed: text, {{ names }}, {% if %}, comparisons, one {% for %} over a given list, `length`, `trim`.
Calls, arithmetic, set, macros, includes and nested loops are not: they are where a template could
run away or reach out, and no message needs them (rendering-and-sending.md §2.1). What is left cannot
run away: at most MOST_LOOPS loops, none within another, over lists of at most render.LONGEST_LIST.

A fact is written as a path: "village", "policy.amount_text", and "policies[].one_line" for a field of
each element of a list; "policies[]" is the list itself, of which a text may know only the length.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from outreach.errors import Invalid
from outreach.messages.findings import Finding, found

LONGEST_SOURCE = 8_000
"""Characters of a template."""
DEEPEST = 24
"""Constructs within constructs ({% if %} in {% if %}, not not …): far more than a message needs."""
MOST_LOOPS = 20
LARGEST_NUMBER = 10**9

_LOOP = {"index", "first", "last", "length"}
_FILTERS = {"length", "trim"}
_PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If)
_LOGIC = (nodes.And, nodes.Or, nodes.Not)
_OPERATORS = {"eq", "ne", "lt", "lteq", "gt", "gteq"}


_UNSEEN = frozenset(
    "\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Blanks without width, and marks that turn the order of the letters round, so that a text is not what it looks like.
Joiners (U+200C, U+200D) and marks of direction (U+200E, U+200F) belong to some scripts.
"""


@dataclass(frozen=True)
class Use:
    """A fact that the text reads, and where."""

    path: str
    line: int


@dataclass
class Reading:
    """What one pass over a template found."""

    uses: list[Use] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every fact that the text reads, once each, sorted."""
        return tuple(sorted({use.path for use in self.uses}))


def parser() -> Environment:
    """The environment that decides what is a tag and what is text; render.py builds on the same options."""
    return Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701 - plain text, not HTML


@lru_cache(maxsize=1024)
def read(source: str) -> Reading:
    """Walk a template. Problems are findings, never exceptions."""
    if len(source) > LONGEST_SOURCE:
        return Reading(
            findings=[found("messages.template_long", length=len(source), limit=LONGEST_SOURCE)]
        )
    if hidden := unseen(source):
        line, code_point = hidden
        reason = found("messages.template_character", line, place=line, code_point=code_point)
        return Reading(findings=[reason])
    try:
        tree = parser().parse(source)
    except TemplateSyntaxError as problem:
        reason = found(
            "messages.template_syntax", problem.lineno, place=problem.lineno, reason=problem.message
        )
        return Reading(findings=[reason])
    except RecursionError:
        return Reading(findings=[found("messages.template_deep", limit=DEEPEST)])
    except ValueError as problem:  # a number with more digits than Python reads
        reason = found("messages.template_syntax", 1, place=1, reason=str(problem))
        return Reading(findings=[reason])
    walk = _Walk()
    walk.visit(tree)
    return walk.reading


def unseen(text: str) -> tuple[int, str] | None:
    """Line and code point (U+200B) of the first character that nobody sees and no text needs; None where there is none.

    Control characters, halves of a surrogate pair, and what comes along from a web page. A database refuses some.
    """
    for place, character in enumerate(text):
        hidden = unicodedata.category(character) in ("Cc", "Cs") or character in _UNSEEN
        if hidden and character not in "\n\r\t":
            return text.count("\n", 0, place) + 1, f"U+{ord(character):04X}"
    return None


def refuse_unseen(**typed: str) -> None:
    """Invalid `messages.unseen_character` for a line beside a text (title, notes, why, reader) that holds one."""
    for name, words in typed.items():
        if hidden := unseen(words):
            raise Invalid("messages.unseen_character", field=name, code_point=hidden[1])


def check_source(source: str, allowed_variables: Collection[str]) -> list[Finding]:
    """Everything that keeps a template from being saved: bad syntax, forbidden constructs, unknown facts.

    `allowed_variables` holds paths as in this module's docstring. A list that may be walked is named
    by the fields of its elements alone.
    """
    reading = read(source)
    known = set(allowed_variables) | {
        path.partition("[]")[0] + "[]" for path in allowed_variables if "[]" in path
    }
    unknown = {
        (use.path, use.line): found(
            "messages.unknown_variable", use.line, variable=use.path, place=use.line
        )
        for use in reading.uses
        if use.path not in known
    }
    return sorted([*reading.findings, *unknown.values()], key=lambda finding: finding.line)


def variables_used(source: str) -> frozenset[str]:
    """The paths of the facts that a template reads. Raises Invalid when it cannot be read at all."""
    return frozenset(readable(source).paths)


def readable(source: str) -> Reading:
    """The reading of a template that keeps the rules; Invalid names the first one that it breaks."""
    reading = read(source)
    if reading.findings:
        first = reading.findings[0]
        raise Invalid(first.code, **first.params)
    return reading


class _Walk:
    """One pass over the tree; `scope` maps a loop's name to the path of the list's elements."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.scope: dict[str, str] = {}
        self.depth = 0
        self.loops = 0

    def visit(self, node: nodes.Node) -> None:
        """Walk a node unless it lies too deep."""
        if self.depth > DEEPEST:
            if not any(one.code == "messages.template_deep" for one in self.reading.findings):
                self.reading.findings.append(
                    found("messages.template_deep", node.lineno, limit=DEEPEST)
                )
            return
        self.depth += 1
        self.dispatch(node)
        self.depth -= 1

    def dispatch(self, node: nodes.Node) -> None:
        """By the kind of node; what is not named here is forbidden."""
        match node:
            case nodes.Name() | nodes.Getattr():
                self.fact(node)
            case nodes.For():
                self.loop(node)
            case nodes.Filter():
                self.filter(node)
            case nodes.Const():
                self.constant(node)
            case nodes.CondExpr() if node.expr2 is not None:
                self.children(node)
            case nodes.Compare():
                self.comparison(node)
            case _ if isinstance(node, _PLAIN + _LOGIC):
                self.children(node)
            case _:
                self.forbid(node, type(node).__name__)

    def children(self, node: nodes.Node) -> None:
        for child in node.iter_child_nodes():
            self.visit(child)

    def forbid(self, node: nodes.Node, construct: str) -> None:
        self.reading.findings.append(
            found("messages.forbidden", node.lineno, construct=construct, place=node.lineno)
        )

    def constant(self, node: nodes.Const) -> None:
        if not isinstance(node.value, str | int):
            self.forbid(node, type(node.value).__name__)
        elif isinstance(node.value, int) and abs(node.value) > LARGEST_NUMBER:
            self.forbid(node, "int")

    def comparison(self, node: nodes.Compare) -> None:
        self.visit(node.expr)
        for operand in node.ops:
            if operand.op not in _OPERATORS:
                self.forbid(node, operand.op)
            self.visit(operand.expr)

    def fact(self, node: nodes.Node, suffix: str = "") -> None:
        path = self.path(node)
        if path is None:
            self.forbid(node, "Getattr")
        elif not path.startswith("loop."):
            self.reading.uses.append(Use(path + suffix, node.lineno))
        elif not self.scope or path.removeprefix("loop.") not in _LOOP:
            self.forbid(node, path)

    def path(self, node: nodes.Node) -> str | None:
        if isinstance(node, nodes.Name):
            return self.scope.get(node.name, node.name)
        if isinstance(node, nodes.Getattr) and (base := self.path(node.node)) is not None:
            return f"{base}.{node.attr}"
        return None

    def loop(self, node: nodes.For) -> None:
        over = self.path(node.iter)
        named = isinstance(node.target, nodes.Name) and node.target.name != "loop"
        self.loops += 1
        if over is None or self.scope or node.recursive or not named or self.loops > MOST_LOOPS:
            self.forbid(node, "For")
            return
        assert isinstance(node.target, nodes.Name)  # noqa: S101 - `named`
        self.reading.uses.append(Use(f"{over}[]", node.lineno))
        for unlooped in node.else_:
            self.visit(unlooped)
        self.scope = {node.target.name: f"{over}[]"}
        for inside in ([node.test] if node.test is not None else []) + node.body:
            self.visit(inside)
        self.scope = {}

    def filter(self, node: nodes.Filter) -> None:
        if node.name not in _FILTERS or node.args or node.kwargs or node.node is None:
            self.forbid(node, node.name)
        elif node.name == "length":
            self.fact(node.node, "[]")
        else:
            self.visit(node.node)
