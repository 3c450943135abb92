"""One bad sheet never stops a batch: a run that failed is parted until the bad one stands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from channels.flyer.errors import FlyerError
from channels.flyer.gates import Fault
from channels.flyer.worker import Done

Item = TypeVar("Item")


def failure(done: Done) -> FlyerError | None:
    """What makes the whole result worthless: an error, or a fault that belongs to no single sheet."""
    if done.error is not None:
        return done.error
    whole = next((fault for fault in done.faults if fault.unit is None), None)
    return FlyerError(whole.code, **whole.params) if whole else None


def parted(
    items: Sequence[Item],
    done: Done,
    again: Callable[[Sequence[Item]], Done],
    blame: Callable[[Item, FlyerError], None],
    sound: Callable[[], bool],
) -> Iterator[tuple[Sequence[Item], Done]]:
    """The parts of `items` that went well, with their results, in order; each other item is blamed.

    `done` is what became of all of them, `again(items)` does some once more. When not even the plainest
    sheet can be made (`sound()` is False) nobody is to blame: the error is raised.
    """
    error = failure(done)
    if error is None:
        yield items, done
        return
    if error.code == "flyer.cancelled" or not sound():
        raise error
    if len(items) == 1:
        blame(items[0], error)
        return
    half = len(items) // 2
    for part in (items[:half], items[half:]):
        yield from parted(part, again(part), again, blame, sound)


def settled(
    items: Sequence[Item],
    done: Done,
    again: Callable[[Sequence[Item]], Done],
    blame: Callable[[Item, str, dict[str, Any]], None],
    sound: Callable[[], bool],
) -> Iterator[tuple[Sequence[Item], Done]]:
    """The same, and without the items in which a fault was found: what comes out may be given away.

    Each item that is left out is blamed with a code and its params, once.
    """

    def failed(item: Item, error: FlyerError) -> None:
        blame(item, "flyer.sheet_failed", {"reason": error.code})

    for part, made in parted(items, done, again, failed, sound):
        if not made.faults:
            yield part, made
        elif kept := _without_faults(part, made.faults, blame, sound):
            yield from settled(kept, again(kept), again, blame, sound)


def _without_faults(
    items: Sequence[Item],
    faults: Sequence[Fault],
    blame: Callable[[Item, str, dict[str, Any]], None],
    sound: Callable[[], bool],
) -> list[Item]:
    if not sound():
        raise FlyerError(faults[0].code, **faults[0].params)
    bad = {fault.unit: fault for fault in reversed(faults)}
    for number, item in enumerate(items):
        if number in bad:
            blame(item, bad[number].code, bad[number].params)
    return [item for number, item in enumerate(items) if number not in bad]
