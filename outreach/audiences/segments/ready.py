"""Ready-made segments: 一老, 一小, dates that come near, who has not applied, and gaps in the register.

One YAML file each in segments/ready. `{policy}` stands for the policy that the user chooses; it is put in as a value
of the data, never as text of a file or a statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from outreach.audiences.segments.schemas import SegmentOrder, parse
from outreach.errors import Invalid, Missing

PLACEHOLDER = "{policy}"


@dataclass(frozen=True)
class Ready:
    """One of them. `family`: 一老, 一小, 时限, 申领, 资料. `policy`: whether a policy has to be chosen."""

    ref: str
    name: str
    family: str
    about: str
    policy: bool
    data: Mapping[str, Any]

    def filled(self, policy: str = "") -> SegmentOrder:
        """As a segment of one's own. Invalid when it needs a policy and none is named, or the other way round."""
        if self.policy and not policy:
            raise Invalid("audiences.policy_needed", segment=self.ref)
        if policy and not self.policy:
            raise Invalid("audiences.no_policy_needed", segment=self.ref, policy=policy)
        name = f"{self.name}·{policy}" if policy else self.name
        ref = f"{self.ref}-{policy}" if policy else self.ref
        return parse({"id": ref, "name": name, "rule": _put(self.data, policy)}, self.ref)


def _put(data: Any, policy: str) -> Any:
    """The same data with the policy in place of every value that is exactly the placeholder."""
    if isinstance(data, Mapping):
        return {key: _put(value, policy) for key, value in data.items()}
    if isinstance(data, list):
        return [_put(one, policy) for one in data]
    return policy if data == PLACEHOLDER else data


@cache
def everything() -> tuple[Ready, ...]:
    """All that come with the product, in the order of their files."""
    folder = Path(str(resources.files("segments").joinpath("ready")))
    return tuple(_read(path) for path in sorted(folder.glob("*.yaml")))


def _read(path: Path) -> Ready:
    read = yaml.safe_load(path.read_text("utf-8"))
    needs = PLACEHOLDER in path.read_text("utf-8")
    return Ready(read["id"], read["name"], read["family"], read["about"], needs, read["rule"])


def get(ref: str) -> Ready:
    """One of them by name; Missing otherwise."""
    for one in everything():
        if one.ref == ref:
            return one
    raise Missing("audiences.unknown_ready", segment=ref)
