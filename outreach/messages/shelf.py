"""All texts of some policies: what stands where, what is wrong with it, who has it in use, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection

from outreach.messages import facts, languages, measure, queries
from outreach.messages.drafts import draft_of
from outreach.messages.findings import Finding, stops
from outreach.messages.lint import Draft, lint
from outreach.messages.schemas import Place, Text
from outreach.messages.variants import CHANNELS, VariantFile
from outreach.models.messages import BUNDLE
from outreach.policies.schemas import PolicyView

State = Literal["missing", "faulty", "unread", "ready"]
"""没有 · 草稿有错 · 等审读 · 可用"""

ORDER: tuple[State, ...] = ("missing", "faulty", "unread", "ready")
"""The most urgent first."""

UNREAD = "messages.no_reviewer"
"""The one error that no rewriting mends: somebody has to read the text."""

BUNDLED = tuple(channel for channel in CHANNELS if channel != "flyer")
"""Channels in which several policies go out as one text; paper has a block for each of them."""
_MOST_BUNDLED = 2


@dataclass(frozen=True)
class Frame:
    """What stands around a text when it is shown: the office, its phone, the tail, and where and how it is sent."""

    office: str
    valid_until: date
    phone: str = "12345"
    opt_out: str = facts.OPT_OUT
    region: str = ""
    billing: measure.Billing = "china"


@dataclass(frozen=True)
class Use:
    """A campaign at work that has signed a version of a text; it keeps that version whatever is written since."""

    campaign: str
    title: str
    version: int


@dataclass(frozen=True)
class Standing:
    """One place: its newest text (None = missing), what the checks say, who wrote it when, which campaigns use it."""

    place: Place
    state: State
    text: Text | None = None
    findings: tuple[Finding, ...] = ()
    by: str = ""
    at: datetime | None = None
    used: tuple[Use, ...] = ()

    @property
    def errors(self) -> int:
        """Errors that the writer mends; that nobody has read it is another matter."""
        return sum(one.severity == "error" and one.code != UNREAD for one in self.findings)


def standings(
    connection: Connection, views: Sequence[PolicyView], frame: Frame, *, bundle: bool = True
) -> list[Standing]:
    """Every text of these policies (and those for several at once), and for each channel the one that is missing."""
    refs = [view.ref for view in views] + ([BUNDLE] if bundle else [])
    return _standings(connection, views, frame, refs, queries.newest(connection, refs))


def everything(connection: Connection, views: Sequence[PolicyView], frame: Frame) -> list[Standing]:
    """The same for the whole installation: also texts of policies that are withdrawn, or were never loaded."""
    live = [view.ref for view in views if view.status != "withdrawn"] + [BUNDLE]
    return _standings(connection, views, frame, live, queries.newest(connection))


def _standings(
    connection: Connection,
    views: Sequence[PolicyView],
    frame: Frame,
    wanted: Sequence[str],
    rows: Sequence[Any],
) -> list[Standing]:
    texts = [Text.of(row) for row in rows]
    known_uses = uses(connection, {text.policy for text in texts})
    known = {view.ref: view for view in views}
    general = {text.place for text in texts if text.announce == "general"}
    found = [
        judged(text, known, frame, general, known_uses.get(text.place, ()), (row["by"], row["created_at"]))
        for text, row in zip(texts, rows, strict=True)
    ]  # fmt: skip
    return sorted(found + missing(wanted, general), key=lambda one: _sorted(one.place))


def judged(
    text: Text,
    views: Mapping[str, PolicyView],
    frame: Frame,
    general: Iterable[Place] = (),
    used: tuple[Use, ...] = (),
    written: tuple[str, datetime | None] = ("", None),
) -> Standing:
    """One text with its findings. general: the places at which a general text stands."""
    findings = _checked(text, views, frame, frozenset(general))
    return Standing(text.place, state_of(text, findings), text, findings, *written, used)


_REMEMBERED: dict[tuple[object, ...], tuple[Finding, ...]] = {}
_MOST_REMEMBERED = 5_000


def _checked(
    text: Text, views: Mapping[str, PolicyView], frame: Frame, general: frozenset[Place]
) -> tuple[Finding, ...]:
    """What the checks say of a version, which says the same until the version, the facts or the frame are others."""
    about = bundled(views) if text.policy == BUNDLE else (views.get(text.policy),)
    beside = text.place._replace(announce="general") in general
    key = (text, tuple(map(_facts_of, about)), frame, beside)
    found = _REMEMBERED.get(key)
    if found is None:
        if len(_REMEMBERED) >= _MOST_REMEMBERED:
            _REMEMBERED.clear()
        found = _REMEMBERED[key] = tuple(lint(draft(text, views, frame, general)))
    return found


def _facts_of(view: PolicyView | None) -> object:
    """What tells apart two states of a policy: its version says the facts and the rule, regions fill in the rest."""
    if view is None:
        return None
    return (
        view.ref,
        view.version_id,
        view.hash,
        view.valid_to,
        view.withdrawn_on,
        repr(view.locals),
    )


def state_of(text: Text, findings: Sequence[Finding]) -> State:
    """Whether it may be sent, or what comes first."""
    if stops(one for one in findings if one.code != UNREAD):
        return "faulty"
    return "ready" if text.ready else "unread"


def draft(
    text: Text | VariantFile,
    views: Mapping[str, PolicyView],
    frame: Frame,
    general: Iterable[Place] = (),
) -> Draft:
    """What the checks must know of a text; one for several policies is shown with two of those that are live."""
    beside = text.place._replace(announce="general")
    return draft_of(
        text,
        views.get(text.policy),
        office=frame.office,
        phone=frame.phone,
        opt_out=frame.opt_out,
        valid_until=frame.valid_until,
        region=frame.region,
        billing=frame.billing,
        general_exists=beside in set(general),
        others=bundled(views) if text.policy == BUNDLE else (),
    )


def bundled(views: Mapping[str, PolicyView]) -> tuple[PolicyView, ...]:
    """Two policies that a text for several is shown with."""
    live = [view for _, view in sorted(views.items()) if view.status == "live"]
    return tuple(live[:_MOST_BUNDLED])


def missing(refs: Iterable[str], there: Iterable[Place]) -> list[Standing]:
    """The general text in the common language that each channel should have and has not."""
    standing = set(there)
    wanted = [
        Place(ref, channel, languages.DEFAULT, channel, "general")
        for ref in refs
        for channel in (BUNDLED if ref == BUNDLE else CHANNELS)
    ]
    return [Standing(place, "missing") for place in wanted if place not in standing]


def uses(connection: Connection, refs: Iterable[str]) -> dict[Place, tuple[Use, ...]]:
    """Place → the campaigns at work that have signed a text there."""
    found: dict[Place, tuple[Use, ...]] = {}
    for row in queries.signed(connection, refs):
        place = Place(*(row[name] for name in Place._fields))
        found[place] = (*found.get(place, ()), Use(row["ref"], row["title"], row["version"]))
    return found


def in_order(texts: Iterable[Text]) -> list[Text]:
    """Texts as pages list them."""
    return sorted(texts, key=lambda text: _sorted(text.place))


def _sorted(place: Place) -> tuple[object, ...]:
    """By policy and channel; in each the common language and the channel's own form first."""
    policy, channel, language, form, announce = place
    return (
        policy, CHANNELS.index(channel), form != channel, form, language != languages.DEFAULT, language, announce,
    )  # fmt: skip
