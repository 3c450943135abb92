"""Text out of a template and facts. Facts are data for ever: nothing in them is read as a template.

The same code makes the preview and what is sent. Equal facts give equal text, so `render_groups`
renders each distinct text once, however many people get it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.errors import Invalid
from outreach.messages.looking import LONGEST_LIST, Context, Glance, Look, Root, roots_of
from outreach.messages.syntax import check_source, readable, variables_used

LONGEST_TEXT = 4_000
"""Characters of one rendered text."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Looks into mappings and into `loop`, nowhere else: no method and no attribute of any object."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)


def _printable(value: object) -> object:
    if isinstance(value, str | int | Undefined) and not isinstance(value, bool):
        return value
    raise Invalid("messages.value_not_text", variable="", kind=type(value).__name__)


_SANDBOX = _Sandbox(
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
    undefined=StrictUndefined,
    finalize=_printable,
)
# `range` and its kin are not facts; the walk would refuse their calls, and they shall not shadow a name.
_SANDBOX.globals.clear()


@lru_cache(maxsize=1024)
def _compiled(source: str) -> tuple[Template, tuple[Root, ...]]:
    roots = roots_of(readable(source).paths)
    try:
        return _SANDBOX.from_string(source), roots
    except (TemplateError, SyntaxError, RecursionError, ValueError) as problem:
        raise Invalid("messages.render_failed", reason=str(problem)) from problem


def render(source: str, context: Context) -> str:
    """The text for one set of facts, without leading or trailing blanks.

    Raises Invalid: `messages.missing_value` names a fact that the template reads and `context` does
    not hold (even in a branch that is not taken), `messages.value_not_text` one that is no text or
    number, `messages.text_long` a text past LONGEST_TEXT, and the codes of `syntax.readable`.
    """
    template, roots = _compiled(source)
    for root in roots:
        root.values(context)
    return _write(template, context)


@dataclass(frozen=True)
class Group:
    """One distinct text and the positions (from 0) of the contexts that get it."""

    text: str
    rows: tuple[int, ...]


def render_groups(source: str, contexts: Sequence[Context]) -> list[Group]:
    """Every distinct text with who gets it, in the order of first appearance. Raises what render raises.

    Contexts that share one mapping (a policy's facts) are the fast case: it is looked into once.
    """
    template, roots = _compiled(source)
    looks = [Look(root) for root in roots]
    texts: dict[tuple[object, ...], str] = {}
    rows: dict[str, list[int]] = {}
    glance = Glance(roots)
    for row, context in enumerate(contexts):
        members = glance(context)
        if members is None:
            key = tuple([look(context) for look in looks])
            text = texts.get(key)
            if text is None:
                text = texts[key] = _write(template, context)
            members = rows.setdefault(text, [])
            glance.remember(context, members)
        members.append(row)
    return [Group(text, tuple(members)) for text, members in rows.items()]


def _write(template: Template, context: Context) -> str:
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate(context):
            pieces.append(piece)
            length += len(piece)
            if length > LONGEST_TEXT:
                raise Invalid("messages.text_long", limit=LONGEST_TEXT)
    except (TemplateError, TypeError, ValueError, RecursionError) as problem:
        raise Invalid("messages.render_failed", reason=str(problem)) from problem
    return "".join(pieces).strip()


__all__ = [
    "LONGEST_LIST",
    "LONGEST_TEXT",
    "Context",
    "Group",
    "check_source",
    "render",
    "render_groups",
    "variables_used",
]
