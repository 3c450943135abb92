"""Who gets which text, and where the gaps are: before anybody signs, for every step and every language.

People are counted by what decides their text (language, policies, certainty, privacy); nothing is rendered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from outreach.messages import languages
from outreach.messages.choosing import KeptBack, Why
from outreach.messages.composer import Composer
from outreach.messages.schemas import Request, Text
from outreach.models.messages import BUNDLE

Answer = Literal["exact", "fallback", "converted", "sheet", "bilingual", "gap"]
"""exact: a text in the reader's language. fallback: another one by the chain. converted: characters changed for the
reader. sheet: paper made of the policy's facts, in the common language. bilingual: a sheet in the reader's language
and the common one. gap: nothing."""

ANSWERS: tuple[Answer, ...] = ("gap", "bilingual", "converted", "fallback", "sheet", "exact")
"""The one that asks most of an officer first."""

SHEET = "flyer"


@dataclass(frozen=True)
class StepAsked:
    """A step and what is asked of its texts: how many readers ask for the same.

    at_most: it goes to those of them whom nothing has reached by then.
    """

    number: int
    channel: str
    form: str
    asked: Sequence[tuple[Request, int]]
    at_most: bool = False

    @property
    def facts_only(self) -> bool:
        """Paper of the channel's own form is made of the policies' facts and needs no text."""
        return self.channel == SHEET and not self.form


@dataclass(frozen=True)
class Share:
    """Readers of one language who get the same. Texts are named as their files are (sms/yue-Hans/phys-65).

    count: people, households, groups or villages (of a sheet: once for each of its policies). given: the tag of what
    they get. waiting: a text that would be given if a named reader had signed it; switched_off: one that would be if
    written dialect were on (and, `switched_off_unread`, somebody had signed it). kept_back: why a personal text is not used. step: a bilingual sheet of that other step.
    """

    language: str
    policy: str
    count: int
    answer: Answer
    given: str = ""
    text: str = ""
    personal: bool = False
    waiting: str = ""
    switched_off: str = ""
    switched_off_unread: bool = False
    kept_back: KeptBack = ""
    step: int = 0

    @property
    def name(self) -> str:
        """The language in Chinese."""
        return languages.name(self.language)


@dataclass(frozen=True)
class StepCoverage:
    """One step: how many things it will hand over (or at most), and who gets what."""

    number: int
    channel: str
    form: str
    readers: int
    shares: Sequence[Share] = ()
    at_most: bool = False

    @property
    def gaps(self) -> int:
        """How many get nothing of what they should."""
        return sum(share.count for share in self.shares if share.answer == "gap")


@dataclass(frozen=True)
class Coverage:
    """A campaign's report."""

    steps: Sequence[StepCoverage] = field(default=())

    @property
    def gaps(self) -> int:
        """How many things are handed over to nobody for want of a text."""
        return sum(step.gaps for step in self.steps)

    def as_dict(self) -> dict[str, Any]:
        """For the page, the command line and the frozen document."""
        return {
            "gaps": self.gaps,
            "steps": [
                {
                    "step": step.number, "channel": step.channel, "form": step.form, "readers": step.readers,
                    "at_most": step.at_most, "gaps": step.gaps,
                    "shares": [{**asdict(share), "name": share.name} for share in step.shares],
                }
                for step in self.steps
            ],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Coverage:
        """The report behind `as_dict`."""
        return cls(
            [
                StepCoverage(
                    step["step"], step["channel"], step["form"], step["readers"],
                    [Share(**{key: value for key, value in share.items() if key != "name"}) for share in step["shares"]],
                    step["at_most"],
                )
                for step in data["steps"]
            ]
        )  # fmt: skip


def cover(composer: Composer, steps: Iterable[StepAsked]) -> Coverage:
    """The report of a campaign from what is asked of its steps."""
    listed = list(steps)
    paper = next((step.number for step in listed if step.facts_only), 0)
    return Coverage([_step(composer, step, paper) for step in listed])


def _step(composer: Composer, step: StepAsked, paper: int) -> StepCoverage:
    counts: Counter[Share] = Counter()
    for request, count in step.asked:
        for one in _single(request) if step.facts_only else [request]:
            counts[_share(composer, step, one, paper)] += count
    shares = [replace(share, count=count) for share, count in counts.items()]
    shares.sort(
        key=lambda one: (ANSWERS.index(one.answer), -one.count, one.language, one.policy, one.text)
    )
    readers = sum(count for _, count in step.asked)
    return StepCoverage(step.number, step.channel, step.form, readers, shares, step.at_most)


def _share(composer: Composer, step: StepAsked, request: Request, paper: int) -> Share:
    """What one kind of reader gets; its count comes later."""
    why = composer.why(step.channel, request, step.form)
    tag = languages.normalise(request.language or languages.DEFAULT)
    policy = request.policies[0] if len(request.policies) == 1 else BUNDLE
    off = why.switched_off
    bare = Share(
        tag, policy, 0, "gap", waiting=_place(why.waiting), switched_off=_place(off),
        switched_off_unread=off is not None and not off.ready,
    )  # fmt: skip
    if step.facts_only:
        return _sheet(bare, why)
    if why.pick.text is None:
        sheet = paper if _has_sheet(composer, request) else 0
        return replace(bare, answer="bilingual", step=sheet) if sheet else bare
    return replace(
        bare,
        answer=_answer(why),
        given=why.pick.language,
        text=_place(why.pick.text),
        personal=why.pick.text.announce == "personal",
        kept_back=why.kept_back,
    )


def _answer(why: Why) -> Answer:
    if why.pick.choice.converted:
        return "converted"
    return "exact" if why.pick.choice.exact else "fallback"


def _sheet(bare: Share, why: Why) -> Share:
    """A household's sheet: in the common language for readers of Chinese, for others only beside their own text."""
    if languages.falls_back(bare.language):
        return replace(
            bare,
            answer="sheet",
            given=languages.DEFAULT,
            waiting="",
            switched_off="",
            switched_off_unread=False,
        )
    if why.pick.text is None:
        return bare
    return replace(bare, answer="bilingual", given=why.pick.language, text=_place(why.pick.text))


def _has_sheet(composer: Composer, request: Request) -> bool:
    """Whether a bilingual sheet tells this reader about every one of these policies."""
    if languages.falls_back(request.language or languages.DEFAULT):
        return False
    return all(composer.choose(SHEET, one) is not None for one in _single(request))


def _single(request: Request) -> list[Request]:
    return [replace(request, policies=(ref,)) for ref in request.policies]


def _place(text: Text | None) -> str:
    return "" if text is None else str(text.place)
