"""Which sheet is set how: its file, its sides, and what the press wants of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.flyer.errors import FlyerError
from channels.flyer.sheets import Edition, HouseholdSize, Press

Row = dict[str, Any]
"""One sheet as the templates read it: `serial`, `householder`, and its own fields."""

Unit = tuple[Row, ...]
"""What stands on the same paper: one sheet, or two side by side."""


@dataclass(frozen=True)
class Layout:
    """`main`: a file of templates/flyer; `sides`: pages that one unit takes; `across`: sheets side by side.

    `receipt`: each sheet carries a receipt strip with a code of its own.
    """

    main: str
    sides: int
    across: int = 1
    inputs: dict[str, str] = field(default_factory=dict)
    receipt: bool = True

    def units(self, rows: Sequence[Row]) -> list[Unit]:
        """`rows` as they lie on paper. Two-up: first half of the pile left, second half right,
        so that both stacks stay in order after the cut."""
        each = -(-len(rows) // self.across)
        stacks = [rows[start : start + each] for start in range(0, len(rows), each or 1)]
        return [tuple(stack[i] for stack in stacks if i < len(stack)) for i in range(each)]


def _pressed(layout: Layout, press: Press) -> Layout:
    """The same with what the press wants: blank backs, crop marks."""
    blank = press.duplex and layout.sides % 2 == 1
    inputs = {
        **layout.inputs,
        "padded": "1" if blank else "",
        "marks": "1" if press.crop_marks else "",
    }
    return Layout(layout.main, layout.sides + blank, layout.across, inputs, layout.receipt)


def household_layout(edition: Edition, size: HouseholdSize, sealed: bool, press: Press) -> Layout:
    """FlyerError `flyer.layout` for what does not exist: large type or an address outside on half a page."""
    elder = Layout("household-elder.typ", 2, 1, {"apart": "1" if press.two_sheets else ""})
    if press.two_sheets and press.duplex:  # a blank back behind each of the two
        elder = Layout(elder.main, 4, 1, elder.inputs)
    known = {
        ("normal", "a4", False): Layout("household.typ", 1),
        ("normal", "a4", True): Layout("household.typ", 2, 1, {"sealed": "1"}),
        ("large", "a4", False): elder,
        ("large", "a4", True): Layout(elder.main, elder.sides, 1, {**elder.inputs, "sealed": "1"}),
        ("normal", "a5x2", False): Layout("household-a5.typ", 1, 2),
    }
    layout = known.get((edition, size, sealed))
    if layout is None:
        raise FlyerError("flyer.layout", edition=edition, size=size, sealed=sealed)
    made = _pressed(layout, press)
    if layout.sides == 4:
        made.inputs["padded"] = "1"
    return made


def letter_layout(receipt: bool, press: Press) -> Layout:
    """One side, with or without a receipt strip."""
    inputs = {"receipt": "1" if receipt else ""}
    return _pressed(Layout("letter.typ", 1, 1, inputs, receipt), press)
