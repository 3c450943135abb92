"""Invented frames: towns, villages and households of uneven size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from outreach.surveys.design_order import DesignOrder
from outreach.surveys.drawing.frame import Frame, Unit, build
from outreach.surveys.drawing.making import Asked, Drawn, draw

ON = date(2026, 11, 23)


def county(villages: dict[str, int], *, per_home: int = 3) -> list[Unit]:
    """People of villages (code → how many), in households of 1, 2, … `per_home` members in turn."""
    return list(_people(villages, per_home))


def _people(villages: dict[str, int], per_home: int) -> Iterator[Unit]:
    number = home = left = 0
    for code, count in villages.items():
        left = 0
        for _ in range(count):
            if left == 0:
                home += 1
                left = 1 + home % per_home
            number += 1
            left -= 1
            birth = date(1930 + number * 7 % 80, 1 + number % 12, 1 + number % 28)
            yield Unit(number, code, home, "FM"[number % 2], birth, "rural")


def town(name: int, sizes: list[int]) -> dict[str, int]:
    """Villages of one town by their sizes."""
    return {f"990101{100 + name}{200 + at}": size for at, size in enumerate(sizes)}


def frame_of(people: list[Unit], **design: object) -> Frame:
    return build(people, DesignOrder(**design), ON)  # type: ignore[arg-type]


def drawn(people: list[Unit], size: int, seed: object = 1, **design: object) -> Drawn:
    order = DesignOrder(**design)  # type: ignore[arg-type]
    return draw(build(people, order, ON), Asked(order, size, str(seed), ON))
