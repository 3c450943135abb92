"""Which words there are for which channel, and what each means: the one table, and what several of them say together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Follow = Literal["", "status", "number", "refusal", "assist", "visit"]
"""What follows a word besides the delivery's state: the register says moved or dead · the number is closed for this
person · the channel is refused · a task 上门代办 · a task to go there."""

Fact = Literal["", "in_person", "relayed"]
"""What a word proves about the people told, where it is more than the delivery's state says."""

TRIES = 3
"""Calls that nobody answered after which somebody goes there."""


@dataclass(frozen=True)
class Meaning:
    """What a word does. strength: a word takes the place of one that is not stronger. tries: it only counts when it
    was said so often.
    """

    state: Literal["delivered", "undelivered"]
    strength: int
    fact: Fact = ""
    follow: Follow = ""
    tries: int = 1


_DOOR: Mapping[str, Meaning] = MappingProxyType(
    {
        "told": Meaning("delivered", 4, "in_person"),  # 已告知本人
        "relayed": Meaning("delivered", 3, "relayed"),  # 家人转告
        "not_understood": Meaning("undelivered", 2),  # 听不懂
        "not_home": Meaning("undelivered", 1),  # 不在家
        "needs_help": Meaning("delivered", 4, "in_person", "assist"),  # 需代办: told, and a task stays open
        "declined": Meaning("undelivered", 2),  # 拒绝: a visit cannot be refused for good, only this one
        "moved": Meaning("undelivered", 2, "", "status"),  # 已搬
        "deceased": Meaning("undelivered", 2, "", "status"),  # 已故
    }
)  # fmt: skip

_CALL: Mapping[str, Meaning] = MappingProxyType(
    {
        "told": Meaning("delivered", 4, "in_person"),  # 已告知本人
        "relayed": Meaning("delivered", 3, "relayed"),  # 家人转告
        "no_answer": Meaning("undelivered", 1, "", "visit", TRIES),  # 没接
        "wrong_number": Meaning("undelivered", 2, "", "number"),  # 空号
        "asks_visit": Meaning("undelivered", 2, "", "visit"),  # 要求上门
        "declined": Meaning("undelivered", 2, "", "refusal"),  # 拒绝
    }
)

_GROUP: Mapping[str, Meaning] = MappingProxyType(
    {
        "posted": Meaning("delivered", 4),  # 已发
        "not_posted": Meaning("undelivered", 1),  # 没发
    }
)

_BROADCAST: Mapping[str, Meaning] = MappingProxyType(
    {
        "played": Meaning("delivered", 4),  # 已播
        "not_played": Meaning("undelivered", 1),  # 未播
    }
)

WORDS: Mapping[str, Mapping[str, Meaning]] = MappingProxyType(
    {"visit": _DOOR, "flyer": _DOOR, "call": _CALL, "group": _GROUP, "broadcast": _BROADCAST}
)
"""Channel → word → what it means. A sheet of paper that is handed over at a door is a visit."""

SLOTS = ("loudspeaker", "van", "market")
"""How a broadcast is played: 大喇叭, 宣传车, 赶集日. The same text may be played several times."""


@dataclass(frozen=True)
class Stands:
    """What the words of a delivery say together; word '' = nothing yet. facts: what was proved, each once."""

    word: str = ""
    state: str = ""
    facts: frozenset[str] = frozenset()


def standing(channel: str, said: Sequence[str]) -> Stands:
    """What words say together, in the order in which they were said."""
    table = WORDS[channel]
    counted = [word for word in said if said.count(word) >= table[word].tries]
    word = ""
    for one in counted:
        if overrules(channel, one, word):
            word = one
    facts = frozenset(fact for one in counted if (fact := table[one].fact))
    return Stands(word, table[word].state if word else "", facts)


def overrules(channel: str, word: str, earlier: str) -> bool:
    """Whether a later word takes the place of an earlier one ('' = none): another one that says at least as much."""
    table = WORDS[channel]
    if not earlier:
        return True
    return word != earlier and table[word].strength >= table[earlier].strength


def wanted(said: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Kinds of tasks that (channel, word) pairs ask for: 上门代办, somebody goes there."""
    every = list(said)
    found = set()
    for channel, word in every:
        meaning = WORDS[channel][word]
        if meaning.follow in ("assist", "visit") and every.count((channel, word)) >= meaning.tries:
            found.add(meaning.follow)
    return frozenset(found)
