"""一户一单 in bulk: every household on its own sheet, or named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from channels.flyer.data import household_data, meta_data
from channels.flyer.layouts import Row, household_layout
from channels.flyer.piles import Group, PrintedPart
from channels.flyer.runs import Run
from channels.flyer.serials import Serial
from channels.flyer.sheets import (
    MOST_POLICIES,
    MOST_STEPS,
    Edition,
    HouseholdSheet,
    HouseholdSize,
    PolicyBlock,
    Press,
    Printed,
    SheetMeta,
)

_PROBE = HouseholdSheet(
    serial=str(Serial(0, 0, 0)),
    householder="",
    address="",
    policies=(PolicyBlock(name="政策"),),
)


def iter_households(
    groups: Sequence[Group],
    meta: SheetMeta,
    press: Press,
    *,
    edition: Edition = "normal",
    size: HouseholdSize = "a4",
    sealed: bool = False,
) -> Iterator[PrintedPart]:
    """Print each group (grid) on its own, in order, one part as soon as it is done.

    For jobs of any size: nothing but the groups and the parts not yet taken is held, each process sets
    at most batch.CHUNK_PAGES pages, and a group gives the same bytes whatever is printed beside it, so that
    a job can write a file per part and, after a kill, ask only for the groups that have none. Leaving the
    loop, or `press.cancelled`, ends the processes; parts that were given stay good.

    Layout, cancelling and errors as in `render_households`. A part without a sheet has `pdf` b"".
    """
    run = Run(
        household_layout(edition, size, sealed, press),
        meta_data(meta),
        press,
        household_data,
        _wrong,
        _PROBE,
    )
    return run.parts(groups)


def render_households(
    sheets: Sequence[HouseholdSheet],
    meta: SheetMeta,
    press: Press,
    *,
    edition: Edition = "normal",
    size: HouseholdSize = "a4",
    sealed: bool = False,
) -> Printed:
    """Print a sheet for each household into one PDF, in the order given; whoever cannot be printed is named.

    `edition` "large" is 18–22 pt on two sides (flip on the long edge); `size` "a5x2" is two on an A4,
    first half of the pile left, second half right, so that both stacks stay in order after the cut;
    `sealed` adds the address on the outside (normal edition: back of the sheet).

    Raises FlyerError when the job as a whole cannot be printed: an impossible layout, an empty field
    or unprintable character in `meta`, a sheet that cannot be set or does not come out as it must whoever
    it is for, or `flyer.cancelled`.
    """
    group = Group(grid="", sheets=sheets)
    (part,) = iter_households([group], meta, press, edition=edition, size=size, sealed=sealed)
    return Printed(part.pdf, part.pages, part.sheets + part.spare, part.problems)


def _wrong(hh: Row) -> tuple[str, dict[str, object]] | None:
    """Why a household cannot go to the press."""
    count = len(hh["policies"])
    if not count:
        return "flyer.nothing_to_say", {}
    if count > MOST_POLICIES:
        return "flyer.too_many_policies", {"count": count, "most": MOST_POLICIES}
    if any(len(policy["steps"]) > MOST_STEPS for policy in hh["policies"]):
        return "flyer.too_many_steps", {"most": MOST_STEPS}
    return None
