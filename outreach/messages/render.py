"""Text out of a template and facts. Facts are data for ever: nothing in them is read as a template.

The same code makes the preview and what is sent. Equal facts give equal text, so `render_groups`
renders each distinct text once, however many people get it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.errors import Invalid
from outreach.messages.syntax import check_source, readable, variables_used

LONGEST_TEXT = 4_000
"""Characters of one rendered text."""
LONGEST_LIST = 50
"""Elements of one list that a text may walk."""

Context = Mapping[str, object]
"""Facts by name: text or whole numbers, mappings of them, lists of such mappings. Absent is absent or None;
what may be left out of a text is "" and asked for with {% if %}."""


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
def _compiled(source: str) -> tuple[Template, tuple[_Root, ...]]:
    by_root: dict[str, list[str]] = {}
    for path in readable(source).paths:
        by_root.setdefault(re.split(r"[.\[]", path)[0], []).append(path)
    roots = tuple(
        _Root(name, name in paths, tuple(map(_picker, paths))) for name, paths in by_root.items()
    )
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
    looks = [_Look(root) for root in roots]
    texts: dict[tuple[object, ...], str] = {}
    rows: dict[str, list[int]] = {}
    for row, context in enumerate(contexts):
        key = tuple([look(context) for look in looks])
        text = texts.get(key)
        if text is None:
            text = texts[key] = _write(template, context)
        rows.setdefault(text, []).append(row)
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


_Pick = Callable[[Context], object]


@dataclass(frozen=True)
class _Root:
    """A name at the top of a context with all that the text reads under it. `plain`: it is itself a text."""

    name: str
    plain: bool
    picks: tuple[_Pick, ...]

    def values(self, context: Context) -> tuple[object, ...]:
        return tuple(pick(context) for pick in self.picks)


class _Look:
    """The values under one root for many contexts; a shared object is looked into once.

    Objects are remembered by identity and held, so that an identity cannot come to mean another one.
    """

    def __init__(self, root: _Root) -> None:
        self._root = root
        self._seen: dict[int, tuple[object, tuple[object, ...]]] = {}

    def __call__(self, context: Context) -> object:
        value = context.get(self._root.name)
        if self._root.plain and type(value) is str and len(self._root.picks) == 1:
            return value
        seen = self._seen.get(id(value))
        if seen is None:
            seen = self._seen[id(value)] = (value, self._root.values(context))
        return seen[1]


def _picker(path: str) -> _Pick:
    """How to take one fact out of a context, checked, as something that can be a key."""
    head, listed, rest = path.partition("[]")
    walk = _walker(head.split("."), path)
    if not listed:
        return lambda context: _text(walk(context), path)
    if not rest:
        return lambda context: len(_elements(walk(context), path))
    inner = _walker(rest.removeprefix(".").split("."), path)
    return lambda context: tuple(
        _text(inner(item), path) for item in _elements(walk(context), path)
    )


def _walker(names: list[str], path: str) -> Callable[[object], object]:
    def walk(value: object) -> object:
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
            if value is None:
                raise Invalid("messages.missing_value", variable=path)
        return value

    return walk


def _text(value: object, path: str) -> object:
    if type(value) is str:
        return value
    # A flag may be asked with {% if %}; True and 1 are equal as keys but not as text.
    if isinstance(value, str | int):
        return type(value), value
    raise Invalid("messages.value_not_text", variable=path, kind=type(value).__name__)


def _elements(value: object, path: str) -> list[object] | tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise Invalid("messages.value_not_list", variable=path, kind=type(value).__name__)
    if len(value) > LONGEST_LIST:
        raise Invalid("messages.list_long", variable=path, limit=LONGEST_LIST)
    return value


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
