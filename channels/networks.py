"""Which operator's network a mainland number began on. A guess by its first digits: numbers are ported."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal, get_args

Network = Literal["mobile", "unicom", "telecom", "broadcast"]
"""移动 联通 电信 广电."""

NETWORKS: tuple[Network, ...] = get_args(Network)
THREE: tuple[Network, ...] = ("mobile", "unicom", "telecom")
"""三网: whose receipts a rehearsal needs. 广电 rides on 移动's."""


def guess(number: str) -> Network | None:
    """The network of +8613912345678 by its first digits; None for anything that the table does not have."""
    if not number.startswith("+86"):
        return None
    table = _table()
    digits = number[3:]
    return next((table[digits[:n]] for n in (4, 3) if digits[:n] in table), None)


@cache
def _table() -> dict[str, Network]:
    file = resources.files(__package__ or __name__).joinpath("networks.toml")
    rows = tomllib.loads(file.read_text("utf-8"))
    return {start: network for network in NETWORKS for start in rows[network]}
