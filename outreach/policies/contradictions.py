"""Live policies that say different things about the same matter, and who must settle it.

Two policies are about the same benefit when they share their official or plain name. What one leaves to be filled in
contradicts nothing yet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from outreach.errors import Invalid, Missing
from outreach.policies import names, service, signing
from outreach.policies.queries import life
from outreach.policies.schemas import PolicyView

ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "amount": "领多少",
        "window": "什么时候办",
        "where": "到哪里办",
        "phone": "电话",
        "excludes": "能不能同时享受",
        "successor": "新旧政策同时执行",
    }
)
"""What a contradiction is about, in words."""

_SAME = ("amount", "window", "where", "phone")


@dataclass(frozen=True)
class Contradiction:
    """Two live policies, what they say differently, and where ('' = everywhere). `settled` holds somebody's words."""

    one: PolicyView
    other: PolicyView
    about: str
    one_says: str
    other_says: str
    region: str = ""
    settled: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def matter(self) -> str:
        """What it is about, in words."""
        return ABOUT[self.about]

    @property
    def offices(self) -> tuple[str, ...]:
        """Who must settle it: the owning departments of both."""
        both = (signing.departments(view, self.region)[:1] for view in (self.one, self.other))
        return tuple(dict.fromkeys(office for found in both for office in found))

    @property
    def key(self) -> str:
        """Its name among those of the two versions."""
        return f"{self.about}@{self.region}" if self.region else self.about

    @property
    def said(self) -> str:
        """A hash of what both say: settled is only what was said then."""
        text = json.dumps([self.one_says, self.other_says], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def names(self, ref: str) -> bool:
        """Whether a policy takes part in it."""
        return ref in (self.one.ref, self.other.ref)

    def between(self, policy: PolicyView) -> PolicyView:
        """The other one of the two."""
        return self.other if policy.ref == self.one.ref else self.one


def find(connection: Connection, home: str = "") -> list[Contradiction]:
    """Every contradiction between live policies at `home` and below, with what was settled, by name."""
    views = [one for one in service.all_policies(connection) if one.status != "withdrawn"]
    found = among(views, home)
    if not found:
        return []
    rows = {
        (row["one_id"], row["other_id"], row["about"]): row for row in life.settlements(connection)
    }
    return [_with_settlement(one, rows) for one in found]


def _with_settlement(
    one: Contradiction, rows: Mapping[tuple[int, int, str], Mapping[str, Any]]
) -> Contradiction:
    row = rows.get((one.one.version_id, one.other.version_id, one.key))
    if row is None or row["said"] != one.said:
        return one
    return replace(one, settled=row["settled"], by=row["by"], at=row["at"])


def among(views: Sequence[PolicyView], home: str = "") -> list[Contradiction]:
    """The contradictions among some policies, by name; nothing is asked of the database."""
    ordered = sorted(views, key=lambda view: view.ref)
    found: list[Contradiction] = []
    for one, other in combinations(ordered, 2):
        found += _one_sided(one, other)
        found += _successor(one, other)
        if _same_benefit(one, other):
            found += _different_facts(one, other, home)
    return found


def _same_benefit(one: PolicyView, other: PolicyView) -> bool:
    return any(
        _bare(one.facts.get(key)) == _bare(other.facts.get(key)) != ""
        for key in ("official_name", "plain_name")
    )


def _bare(name: object) -> str:
    return "".join(letter for letter in str(name or "") if letter.isalnum())


def _different_facts(one: PolicyView, other: PolicyView, home: str) -> Iterator[Contradiction]:
    """At home, and wherever a region below it says something else than home does."""
    below = {local.region for view in (one, other) for local in view.locals}
    deeper = sorted(code for code in below if code != home and code.startswith(home))
    at_home = {key: _said_at(one, other, key, home) for key in _SAME}
    for key, both in at_home.items():
        if both:
            yield Contradiction(one, other, key, *both)
    for region in deeper:
        for key in _SAME:
            both = _said_at(one, other, key, region)
            if both and both != at_home[key]:
                yield Contradiction(one, other, key, *both, region=region)


def _said_at(one: PolicyView, other: PolicyView, key: str, region: str) -> tuple[str, str] | None:
    """What both say at a region, when it is not the same and neither leaves it open."""
    if key == "amount" and not (one.amount_filled(region) and other.amount_filled(region)):
        return None
    first, second = (view.facts_at(region).get(key) for view in (one, other))
    says = names.said(key, first), names.said(key, second)
    if not all(says) or _core(key, first) == _core(key, second):
        return None
    if says[0] == says[1]:
        says = names.in_full(key, first), names.in_full(key, second)
    return says


def _core(key: str, fact: object) -> object:
    """What decides whether two facts are the same: figure and unit, days, else the words."""
    if isinstance(fact, Mapping) and key == "amount" and fact.get("value") is not None:
        return fact["value"], fact.get("unit", "")
    if isinstance(fact, Mapping) and key == "window":
        days = tuple(str(fact.get(one) or "") for one in ("from", "to", "yearly"))
        if any(days):
            return days
    return _bare(names.said(key, fact))


def _one_sided(one: PolicyView, other: PolicyView) -> Iterator[Contradiction]:
    first, second = _excluded(one).get(other.ref), _excluded(other).get(one.ref)
    if (first is None) is not (second is None):
        yield Contradiction(
            one, other, "excludes", _says_excludes(first, other), _says_excludes(second, one)
        )


def _says_excludes(text: str | None, other: PolicyView) -> str:
    if text is None:
        return f"没有写与“{other.plain_name}”不能同时享受"
    return text or f"与“{other.plain_name}”不能同时享受"


def _excluded(view: PolicyView) -> dict[str, str]:
    """Policy → what this one says about having both."""
    listed = view.facts.get("excludes") or []
    return {
        str(one.get("policy")): str(one.get("text") or "")
        for one in (each if isinstance(each, Mapping) else {"policy": each} for each in listed)
    }


def _successor(one: PolicyView, other: PolicyView) -> Iterator[Contradiction]:
    """Both in force for some days although one replaces the other."""
    for old, new in ((one, other), (other, one)):
        if old.successor != new.ref or not _overlap(old, new):
            continue
        ends = f"到 {old.withdrawn_on} 停办" if old.withdrawn_on else "没有写哪天停办"
        begins = f"从 {new.valid_from} 起执行" if new.valid_from else "已经执行"
        says = (ends, begins) if old is one else (begins, ends)
        yield Contradiction(one, other, "successor", *says)


def _overlap(old: PolicyView, new: PolicyView) -> bool:
    if old.withdrawn_on is None or new.valid_from is None:
        return True
    return new.valid_from < old.withdrawn_on


def settle(
    connection: Connection,
    pair: tuple[str, str],
    words: str,
    by: str,
    *,
    about: str = "",
    home: str = "",
) -> list[Contradiction]:
    """A named user says how two policies go together; one matter (`about`: its key), or all that are open.

    Bound to both versions and to what they say. Invalid without words or name; Missing when nothing is open.
    """
    if not (words.strip() and by.strip()):
        raise Invalid("policies.settlement_needs_words", one=pair[0], other=pair[1])
    open_ = [
        one
        for one in find(connection, home)
        if not one.settled and {one.one.ref, one.other.ref} == set(pair) and about in ("", one.key)
    ]
    if not open_:
        raise Missing("policies.nothing_to_settle", one=pair[0], other=pair[1])
    for one in open_:
        life.settle(
            connection,
            {
                "one_id": one.one.version_id, "other_id": one.other.version_id, "about": one.key,
                "said": one.said, "settled": words.strip(), "by": by,
            },
        )  # fmt: skip
    return open_
