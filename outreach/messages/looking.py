"""What a text reads out of the facts of one reader, checked; and how to see at a glance that two readers are told the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from outreach.errors import Invalid

LONGEST_LIST = 50
"""Elements of one list that a text may walk."""

Context = Mapping[str, object]
"""Facts by name: text or whole numbers, mappings of them, lists of such mappings. Absent is absent or None;
what may be left out of a text is "" and asked for with {% if %}."""

MOST_REMEMBERED = 5_000
"""Looks of readers: where everybody gets another text, remembering more would only cost."""

_Pick = Callable[[Context], object]


@dataclass(frozen=True)
class Root:
    """A name at the top of a context with all that the text reads under it. `plain`: it is itself a text."""

    name: str
    plain: bool
    picks: tuple[_Pick, ...]

    def values(self, context: Context) -> tuple[object, ...]:
        """Every fact under it; Invalid names one that is missing or no text."""
        return tuple(pick(context) for pick in self.picks)


class Glance:
    """Which group a context belongs to, if one that looks the very same has been looked into before.

    The very same: equal words under the names that are themselves texts, and under the others the same objects.
    They are held, so that an identity cannot come to mean another one. Only words are remembered: True and 1 are
    equal as keys but not as text.
    """

    def __init__(self, roots: tuple[Root, ...]) -> None:
        words = [root.name for root in roots if root.plain and len(root.picks) == 1]
        others = [root.name for root in roots if root.name not in words]
        self._words, self._others = _taken(words), _taken(others)
        self._seen: dict[tuple[object, ...], list[int]] = {}
        self._held: list[tuple[object, ...]] = []

    def __call__(self, context: Context) -> list[int] | None:
        """The members of its group so far, or None when it has to be looked into."""
        try:
            return self._seen.get((self._words(context), *map(id, self._others(context))))
        except (KeyError, TypeError):  # something is missing or no text: looking closer says what
            return None

    def remember(self, context: Context, members: list[int]) -> None:
        """Whoever looks like `context` belongs to `members`."""
        words, others = self._words(context), self._others(context)
        if len(self._seen) < MOST_REMEMBERED and all(type(word) is str for word in words):
            self._held.append(others)
            self._seen[(words, *map(id, others))] = members


def _taken(names: list[str]) -> Callable[[Context], tuple[object, ...]]:
    """What stands under some names, as a tuple: itemgetter gives none for a single name."""
    if not names:
        return lambda _context: ()
    return itemgetter(*names) if len(names) > 1 else itemgetter(names[0], names[0])


class Look:
    """The values under one root for many contexts; a shared object is looked into once.

    Objects are remembered by identity and held, so that an identity cannot come to mean another one.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._seen: dict[int, tuple[object, tuple[object, ...]]] = {}

    def __call__(self, context: Context) -> object:
        """What can be a key: equal for readers who are told the same."""
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


def roots_of(paths: Iterable[str]) -> tuple[Root, ...]:
    """The names at the top of a context under which some facts lie, each with its facts."""
    by_root: dict[str, list[str]] = {}
    for path in paths:
        by_root.setdefault(re.split(r"[.\[]", path)[0], []).append(path)
    return tuple(
        Root(name, name in under, tuple(map(_picker, under))) for name, under in by_root.items()
    )
