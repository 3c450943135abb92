"""From the weights of the drawing to those of the people who answered: classes of non-response, trimming. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from outreach.surveys.errors import BadDesign
from outreach.surveys.results.frames import Frame
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.merging import merged, together
from outreach.surveys.results.notes import Note


@dataclass(frozen=True)
class Adjusted:
    """Weights of those who were asked, in their order; `changed`: they are no longer those of the drawing."""

    weights: list[float]
    notes: tuple[Note, ...]
    changed: bool


def adjusted(interviews: Sequence[Interview], frame: Frame) -> Adjusted:
    """What each answer stands for: those who answered also stand for those of their class who did not.

    A class in which nobody answered joins the one beside it, and that is said.
    """
    belonging = [one for one in interviews if one.belongs]
    weights = [one.weight for one in belonging]
    responded = [one.asked for one in belonging]
    notes: list[Note] = []
    if frame.classes and any(responded) and not all(responded):
        weights, notes = _for_the_silent(belonging, weights, responded, frame)
    kept = [weight for weight, answered in zip(weights, responded, strict=True) if answered]
    if frame.trim and kept:
        from outreach.surveys import adjusting

        trimmed = adjusting.trim(kept, frame.trim)
        cut = sum(after < before * (1 - 1e-9) for before, after in zip(kept, trimmed, strict=True))
        if cut:
            notes.append(Note("results.trimmed", {"people": cut, "times": f"{frame.trim:g}"}))
            kept = trimmed
    first = [one.weight for one in belonging if one.asked]
    return Adjusted(kept, tuple(notes), changed=kept != first)


def _for_the_silent(
    belonging: Sequence[Interview], weights: list[float], responded: list[bool], frame: Frame
) -> tuple[list[float], list[Note]]:
    labels = ["/".join(one.trait(name) for name in frame.classes) for one in belonging]
    answered = Counter(label for label, answer in zip(labels, responded, strict=True) if answer)
    under = merged({label: answered[label] for label in labels}, 1)
    notes = [Note("results.classes_joined", {"classes": joined}) for joined in together(under)]
    classes = [under[label] for label in labels]
    from outreach.surveys import adjusting

    try:
        return list(adjusting.response_classes(weights, classes, responded)), notes
    except BadDesign as problem:
        return weights, [Note("results.no_classes", because=problem)]
