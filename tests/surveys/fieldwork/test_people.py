"""Addresses of sampled people as they stand on paper."""

from __future__ import annotations

import pytest

from outreach.surveys.fieldwork.people import _within

NAMES = ["城关镇", "前进社区", "第2网格"]


@pytest.mark.parametrize(
    ("address", "door"),
    [
        ("城关镇前进社区2栋2单元402室", "2栋2单元402室"),
        ("前进社区2栋402室", "2栋402室"),
        ("城关镇前进社区第2网格2栋", "2栋"),
        ("前进路5号", "前进路5号"),
        ("城关镇前进社区", "城关镇前进社区"),
        ("", ""),
    ],
    ids=["town and village", "village", "down to the grid", "a street", "nothing more", "none"],
)
def test_a_door_does_not_say_again_what_stands_before_it(address: str, door: str) -> None:
    assert _within(NAMES, address) == door
