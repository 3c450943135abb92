"""What a policy's facts become on paper, the same on every sheet: the sum, whether it costs something, the hotline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from outreach.messages import facts

HOTLINE, HOTLINE_HOURS = "12345", "政务服务 便民热线"
"""Stands where an office says when it is open: the hotline is no office, and is answered at any hour."""


class Sum(NamedTuple):
    """A sum of money: 交 / 400 / 元 / 每人每年. All "" where the amount is no money, or has no number."""

    prefix: str = ""
    number: str = ""
    money: str = ""
    each: str = ""


def sum_of(here: Mapping[str, Any]) -> Sum:
    """The sum of money in a policy's facts at a region; only money is set as a large number.

    免费体检 1 次/年 is better said in words: a large 1 tells nobody anything.
    """
    amount = here.get("amount")
    value = amount.get("value") if isinstance(amount, Mapping) else None
    if not isinstance(amount, Mapping) or value is None:
        return Sum()
    money, *each = str(amount.get("unit", "")).split("/")
    if not money.endswith("元"):
        return Sum()
    number = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
    return Sum(str(amount.get("prefix", "")), number, money, "".join(f"每{one}" for one in each))


def said_amount(here: Mapping[str, Any]) -> str:
    """The amount in words (每年免费体检一次)."""
    return facts.words(here.get("amount"))


def asks_money(here: Mapping[str, Any]) -> bool:
    """Whether people pay for it (a premium): of such a policy 不收费 would be untrue."""
    amount = here.get("amount")
    return isinstance(amount, Mapping) and "交" in str(amount.get("prefix", ""))
