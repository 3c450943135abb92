"""What an officer should know or do about the languages of a campaign, in words; gaps first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreach import wording
from outreach.messages import languages
from outreach.messages.coverage import SHEET, Coverage, Share, StepCoverage
from outreach.messages.schemas import WITHOUT_SCRIPT
from outreach.models.messages import BUNDLE


@dataclass(frozen=True)
class Remark:
    """A finding: its code in the catalogue, what it names, and whether somebody would get nothing.

    params: step, channel, tags (of the readers' languages), count, policy, and what else the words ask for.
    """

    code: str
    params: Mapping[str, Any]
    gap: bool = False

    def message(self, lang: wording.Lang = "zh") -> str:
        """What is so, and what to do."""
        channel, tags = self.params["channel"], self.params["tags"]
        named = dict.fromkeys(languages.name(tag) for tag in tags) if lang == "zh" else tags
        words = {
            "channel": wording.say(f"coverage.channel.{channel}", lang),
            "unit": wording.say(f"coverage.unit.{channel}", lang),
            "language": ("、" if lang == "zh" else ", ").join(named),
            "tag": tags[0],
        }
        return wording.say(self.code, lang, **{**self.params, **words})

    def as_dict(self) -> dict[str, Any]:
        """For the page, the command line and the frozen document."""
        return {
            "code": self.code, "gap": self.gap, "params": dict(self.params),
            "message": self.message(), "message_en": self.message("en"),
        }  # fmt: skip


def remarks(coverage: Coverage) -> list[Remark]:
    """All findings of a campaign: gaps of all steps, then the rest by step.

    What is the same for readers of several languages is said once.
    """
    together: dict[tuple[object, ...], Remark] = {}
    for step in coverage.steps:
        for share in step.shares:
            for remark in _of(step, share):
                rest = {
                    key: value
                    for key, value in remark.params.items()
                    if key not in ("tags", "count")
                }
                key = (remark.code, *rest.items())
                together[key] = _added(together[key], remark) if key in together else remark
    return sorted(together.values(), key=lambda remark: not remark.gap)


def facts(said: Iterable[Remark], names: Mapping[str, str]) -> list[tuple[bool, str]]:
    """(whether it is a gap, what is so) for whoever signs: what to do about it is the writer's.

    What is the same for several policies is said once, but of sheets: there a household counts for each of them.
    names: policy → its plain name.
    """
    together: dict[tuple[object, ...], list[Remark]] = {}
    for one in said:
        params = one.params
        rest = (params["policy"],) if params["channel"] == SHEET else ()
        key = (one.code, params["step"], *params["tags"], params.get("text"), *rest)
        together.setdefault(key, []).append(one)
    return [(some[0].gap, _fact(some, names)) for some in together.values()]


def _fact(some: Sequence[Remark], names: Mapping[str, str]) -> str:
    """The first sentence of the words says what is so."""
    refs = [one.params["policy"] for one in some]
    policies = [wording.say("remark.several") if ref == BUNDLE else names.get(ref, ref) for ref in refs]  # fmt: skip
    count = sum(one.params["count"] for one in some)
    params = {**some[0].params, "count": count, "policy": "、".join(dict.fromkeys(policies))}
    return replace(some[0], params=params).message().partition("。")[0] + "。"


def _added(one: Remark, other: Remark) -> Remark:
    tags = list(dict.fromkeys([*one.params["tags"], *other.params["tags"]]))
    count = one.params["count"] + other.params["count"]
    return replace(one, params={**one.params, "tags": tags, "count": count})


def _of(step: StepCoverage, share: Share) -> Iterator[Remark]:
    if share.answer == "gap":
        yield _remark(_kind_of_gap(step, share), step, share, place=_wanted(step, share))
    if share.answer == "bilingual" and share.step:
        yield _remark("bilingual", step, share, sheet=share.step)
    if share.answer == "converted":
        yield _remark("converted", step, share, text=share.text)
    if share.waiting:
        yield _remark("waiting", step, share, text=share.waiting)
    if share.switched_off:
        unread = "_unread" if share.switched_off_unread else ""
        yield _remark(f"switched_off{unread}", step, share, text=share.switched_off)
    if share.kept_back:
        yield _remark(f"kept_back.{share.kept_back}", step, share)


def _kind_of_gap(step: StepCoverage, share: Share) -> str:
    """What is missing, by what somebody would do about it."""
    if languages.falls_back(share.language):
        return "gap_common"
    if step.channel == SHEET and not step.form:
        return "gap_sheet"
    return "gap_visit" if step.channel in WITHOUT_SCRIPT else "gap"


def _wanted(step: StepCoverage, share: Share) -> str:
    """The text that would close a gap, as its file is called."""
    stem = ".".join([share.policy, *([step.form] if step.form else [])])
    common = languages.falls_back(share.language)
    return f"{step.channel}/{languages.DEFAULT if common else share.language}/{stem}"


def _remark(code: str, step: StepCoverage, share: Share, **more: Any) -> Remark:
    params = {
        "step": step.number, "channel": step.channel, "tags": [share.language], "count": share.count,
        "policy": share.policy, **more,
    }  # fmt: skip
    return Remark(f"coverage.{code}", params, gap=share.answer == "gap" and code.startswith("gap"))
