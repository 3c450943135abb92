"""The texts on a slip, word for word, in the order of the preview; which of them first, where not all have room."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from channels.flyer.fonts import missing, with_geta
from channels.flyer.single.approval import FullText
from outreach.campaigns.preview.schemas import Distinct, StepPreview
from outreach.messages import languages
from outreach.reports.slip.signed import Signed
from outreach.reports.steps import step_name
from outreach.wording import say
from outreach.wording.figures import thousands


@dataclass(frozen=True)
class Numbered:
    """One distinct text: its number in the preview and in the workbook, its step, and what stands on the slip.

    shown: False for a script that this sheet has no letters for; it is in the workbook.
    """

    number: int
    step: StepPreview
    text: Distinct
    printed: FullText
    shown: bool


def numbered(signed: Signed) -> list[Numbered]:
    """Every distinct text of the campaign."""
    every = [(step, text) for step in signed.preview.steps for text in step.texts]
    return [_one(signed, number, step, text) for number, (step, text) in enumerate(every, 1)]


def _one(signed: Signed, number: int, step: StepPreview, text: Distinct) -> Numbered:
    lost = missing(text.text)
    shown = not any(unicodedata.category(character).startswith("L") for character in lost)
    words = with_geta(text.text) if shown else say("slip.no_letters", number=number)
    head = "".join([
        say("slip.text_head", number=number, step=step.number, name=step_name(signed.step_of(step)), language=languages.name(text.language)),
        _version(signed, text),
        say("slip.text_count", count=thousands(text.count), unit=say(f"coverage.unit.{step.channel}")),
        _size(step, text),
        say("slip.text_lost") if lost and shown else "",
    ])  # fmt: skip
    return Numbered(number, step, text, FullText(head=with_geta(head), text=words), shown)


def _version(signed: Signed, text: Distinct) -> str:
    version = signed.versions.get(text.variant)
    return say("slip.text_version", version=version) if version else ""


def _size(step: StepPreview, text: Distinct) -> str:
    if step.billing:
        least = f"{text.least}–" if 0 < text.least < text.parts else ""
        return say("slip.text_billed", characters=text.characters, parts=f"{least}{text.parts}")
    if text.seconds:
        return say("slip.text_spoken", characters=text.characters, seconds=text.seconds)
    return say("slip.text_length", characters=text.characters)


def telling(every: Sequence[Numbered]) -> list[Numbered]:
    """Those that say most, the weightiest first: of each step the longest, then the most frequent of each version."""
    ordered = [*_longest(every), *_most_frequent(every)]
    return list({one.number: one for one in ordered}.values())


def _longest(every: Iterable[Numbered]) -> Iterator[Numbered]:
    steps: dict[int, Numbered] = {}
    for one in every:
        before = steps.setdefault(one.step.number, one)
        if one.text.characters > before.text.characters:
            steps[one.step.number] = one
    yield from steps.values()


def _most_frequent(every: Iterable[Numbered]) -> Iterator[Numbered]:
    """A preview lists the most frequent first."""
    kinds: dict[tuple[int, str, int], Numbered] = {}
    for one in every:
        kinds.setdefault((one.step.number, one.text.language, one.text.variant), one)
    yield from kinds.values()


def what_is_missing(signed: Signed, every: Sequence[Numbered], there: Sequence[Numbered]) -> str:
    """One line under the texts: all are here, or where the others stand; and what has no text of its own."""
    return "".join([_rest(signed, every, there), *_without_text(signed)])


def _rest(signed: Signed, every: Sequence[Numbered], there: Sequence[Numbered]) -> str:
    printed = {one.number for one in there if one.shown}
    rest = [one.number for one in every if one.number not in printed]
    if not every:
        return ""
    if not rest:
        return say("slip.texts_all", count=thousands(len(every)))
    whole = {one.number for one in _longest(every)} <= printed
    return say(
        "slip.texts_some_longest" if whole else "slip.texts_some",
        count=thousands(len(every)), shown=thousands(len(printed)), rest=thousands(len(rest)),
        numbers=stretches(rest), file=f"{signed.campaign['ref']}-文字.xlsx",
    )  # fmt: skip


def _without_text(signed: Signed) -> Iterator[str]:
    for step in signed.preview.steps:
        if step.texts:
            continue
        kind = "sheet" if step.channel == "flyer" and not step.form else "none"
        name = step_name(signed.step_of(step))
        yield say(f"slip.without_text_{kind}", step=step.number, name=name)


def stretches(numbers: Sequence[int]) -> str:
    """1, 3, 4, 5 → 1、3–5. In ascending order."""
    runs: list[list[int]] = []
    for one in numbers:
        if runs and runs[-1][-1] == one - 1:
            runs[-1][1:] = [one]
        else:
            runs.append([one])
    return "、".join("–".join(str(end) for end in run) for run in runs)
