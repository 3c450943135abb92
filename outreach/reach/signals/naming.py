"""Which policy and which place a cell means. Names are compared as they look, and what fits two is nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from outreach.access.scope import Scope
from outreach.errors import Invalid
from outreach.people.plain import tidy
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView

_END = re.compile(r"(街道办事处|人民政府|办事处|街道|社区|村委会|居委会|镇|乡|村|县|区|市)$")


def folded(text: str) -> str:
    """A name as it is compared: half width, without spaces, quotes and 书名号."""
    value = unicodedata.normalize("NFKC", tidy(text)).lower()
    return re.sub(r"[\s《》“”\"'（）()、，。:：]", "", value)


@dataclass(frozen=True)
class Names:
    """Policies and places by what they may be called; a name that several have leads to all of them."""

    policies: dict[str, set[int]]
    shown: dict[int, str]
    places: dict[str, set[str]]
    scope: Scope

    @classmethod
    def read(cls, connection: Connection, scope: Scope) -> Names:
        """All policies, and the regions of a scope."""
        every = policies.all_policies(connection)
        called: dict[str, set[int]] = {}
        for one in every:
            for name in _names(one):
                called.setdefault(folded(name), set()).add(one.id)
        places: dict[str, set[str]] = {}
        for row in regions.all_regions(connection, scope.region):
            if not row.successor:
                for name in {row.code, row.name, _END.sub("", row.name) or row.name}:
                    places.setdefault(folded(name), set()).add(row.code)
        return cls(called, {one.id: one.plain_name for one in every}, places, scope)

    def policy(self, text: str) -> int | None:
        """The policy that a cell names; None when it names none of ours. Invalid signals.policy_ambiguous."""
        found = self.policies.get(folded(text), set())
        if len(found) > 1:
            names = "、".join(sorted(self.shown[one] for one in found))
            raise Invalid("signals.policy_ambiguous", value=text, names=names)
        return next(iter(found), None)

    def region(self, text: str, usual: str) -> str:
        """The place that a cell names, `usual` for an empty one.

        Invalid signals.region_unknown, signals.region_ambiguous; Refused outside the scope.
        """
        if not tidy(text):
            self.scope.require(usual)
            return usual
        found = self.places.get(folded(text), set()) or self.places.get(
            _END.sub("", folded(text)), set()
        )
        found = set(_shallowest(found))
        if not found:
            raise Invalid("signals.region_unknown", value=text)
        if len(found) > 1:
            raise Invalid("signals.region_ambiguous", value=text, codes="、".join(sorted(found)))
        return found.pop()


def _names(one: PolicyView) -> Iterable[str]:
    return {one.ref, one.plain_name, str(one.facts["official_name"])}


def outermost(regions: Iterable[str]) -> set[str]:
    """Those that lie in none of the others: what a town counted is in its county's count already."""
    kept: list[str] = []
    for code in sorted(set(regions), key=len):
        if not any(code.startswith(around) for around in kept):
            kept.append(code)
    return set(kept)


def _shallowest(codes: Iterable[str]) -> list[str]:
    """Of 城关镇 and its 城关村 the town: shorter codes first, and only those of one length."""
    ordered = sorted(codes, key=lambda code: (len(code), code))
    return [one for one in ordered if len(one) == len(ordered[0])]
