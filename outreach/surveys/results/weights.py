"""From the weights of the drawing to those of the people who answered, with what has to be said about it. Pure.

The steps and their order stand in `surveys.adjusting`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from outreach.surveys import adjusting
from outreach.surveys.errors import BadDesign
from outreach.surveys.results.frames import UNKNOWN, Frame
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.merging import merged, together
from outreach.surveys.results.notes import Note
from outreach.surveys.weighting import Margin


@dataclass(frozen=True)
class Weighed:
    """Weights before the last raking of those who were asked, in their order.

    `raked`: whether they can be raked to the frame's margins; `changed`: they are no longer those of the drawing.
    """

    weights: list[float]
    notes: tuple[Note, ...]
    raked: bool
    changed: bool


def weighed(interviews: Sequence[Interview], frame: Frame) -> Weighed:
    """What each answer stands for. Where a step cannot be made it is left out, and the reason is said.

    A class of non-response in which nobody answered joins the one beside it.
    """
    belonging = [one for one in interviews if one.belongs]
    first = [one.weight for one in belonging if one.asked]
    classes, notes = _classes(belonging, frame)
    try:
        found = _adjust(belonging, classes, frame, raked=True)
    except BadDesign as problem:
        if not frame.margins or not first:
            return Weighed(first, _because("results.no_classes", problem, first), False, False)
        return _unraked(
            belonging, classes, frame, [*notes, Note("results.unraked", because=problem)]
        )
    return _weighed(found, first, frame, notes, raked=bool(frame.margins))


def _because(code: str, problem: BadDesign, first: list[float]) -> tuple[Note, ...]:
    return (Note(code, because=problem),) if first else ()


def _unraked(
    belonging: Sequence[Interview], classes: list[str] | None, frame: Frame, notes: list[Note]
) -> Weighed:
    first = [one.weight for one in belonging if one.asked]
    try:
        found = _adjust(belonging, classes, frame, raked=False)
    except BadDesign as problem:
        return Weighed(first, (*notes, Note("results.no_classes", because=problem)), False, False)
    return _weighed(found, first, frame, notes, raked=False)


def _weighed(
    found: adjusting.Adjusted, first: list[float], frame: Frame, notes: list[Note], *, raked: bool
) -> Weighed:
    if found.trimmed:
        said = {"people": found.trimmed, "times": f"{frame.trim:g}"}
        notes = [*notes, Note("results.trimmed", said)]
    return Weighed(found.base, tuple(notes), raked, found.base != first)


def _adjust(
    belonging: Sequence[Interview], classes: list[str] | None, frame: Frame, *, raked: bool
) -> adjusting.Adjusted:
    margins: dict[str, Margin] = {}
    for trait, totals in (frame.margins if raked else {}).items():
        margins[trait] = (
            [one.trait(trait) or UNKNOWN for one in belonging],
            dict[Hashable, float](totals.items()),
        )
    return adjusting.adjust(
        [one.weight for one in belonging],
        [one.asked for one in belonging],
        classes=classes,
        trim_at=frame.trim,
        margins=margins,
    )


def _classes(belonging: Sequence[Interview], frame: Frame) -> tuple[list[str] | None, list[Note]]:
    """The class of each; None where there are none or nobody is silent."""
    if not frame.classes or all(one.asked for one in belonging):
        return None, []
    labels = ["/".join(one.trait(name) for name in frame.classes) for one in belonging]
    answered = Counter(label for label, one in zip(labels, belonging, strict=True) if one.asked)
    under = merged({label: answered[label] for label in labels}, 1)
    notes = [Note("results.classes_joined", {"classes": joined}) for joined in together(under)]
    return [under[label] for label in labels], notes
