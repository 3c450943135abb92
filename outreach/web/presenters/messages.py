"""宣传内容: which texts there are, policy by policy, and all texts of one policy side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from outreach.access.roles import Action
from outreach.campaigns.usual import Usual, usual
from outreach.messages import languages, shelf
from outreach.messages.lint import Draft
from outreach.messages.schemas import Place
from outreach.messages.variants import CHANNELS, Catalogue, read_catalogue
from outreach.models.messages import BUNDLE
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.web.formats import when
from outreach.web.presenters.messages_shown import ANNOUNCE, STATES, mark_of, shown
from outreach.web.presenters.messages_shown import CHANNELS as LABELS
from outreach.web.presenters.names import people_at_work
from outreach.web.presenters.policies import DOMAINS, place_of
from outreach.web.presenters.segment_counts import Desk
from outreach.web.views.common import Choice, Link
from outreach.web.views.messages import (
    Cell,
    ChannelTexts,
    MessagesView,
    PolicyRow,
    PolicyTextsView,
    TextCard,
)
from outreach.web.views.policies import Mark

BUNDLE_NAME = "几项政策合成一条"
_MOST_PLACES = 300
_FILTERS = {"missing": "缺文字的", "faulty": "有错的", "unread": "等审读的", "ready": "都能用的"}


@dataclass(frozen=True)
class Asked:
    """The filter of the list."""

    domain: str = ""
    state: str = ""
    words: str = ""


def href(place: Place) -> str:
    """The editor of a place."""
    asked = []
    if place.form != place.channel:
        asked.append(f"form={place.form}")
    if place.announce != "general":
        asked.append(f"announce={place.announce}")
    path = f"/messages/{place.policy}/{place.channel}/{place.language}"
    return f"{path}?{'&'.join(asked)}" if asked else path


def catalogue(desk: Desk) -> Catalogue:
    """The forms and languages of the installation."""
    return read_catalogue(desk.services.settings.content_dir)


def framed(desk: Desk, region: str = "") -> Usual:
    """What stands around a text, with the facts of a region (default: the user's own)."""
    place = region or place_of(desk.services, desk.actor)
    return usual(desk.connection, desk.services.place.partition("（")[0], place, desk.on)


def may_edit(desk: Desk) -> bool:
    """Texts hold for the whole installation: whoever changes one has to be in charge of all of it."""
    return desk.actor.may(Action.MESSAGES_EDIT) and desk.actor.scope.covers(desk.home)


# -- the list ------------------------------------------------------------------------------------------


def listing(desk: Desk, asked: Asked) -> MessagesView:
    """Policies × channels; what is missing or wrong stands first."""
    views = [one for one in policies.all_policies(desk.connection) if one.status != "withdrawn"]
    names = catalogue(desk)
    every = shelf.standings(desk.connection, views, framed(desk).frame)
    by_policy = {ref: list(found) for ref, found in groupby(every, lambda one: one.place.policy)}
    rows = [_row(view, by_policy.get(view.ref, []), names) for view in views]
    rows.append(_row(None, by_policy.get(BUNDLE, []), names))
    order = {ref: _urgency(found) for ref, found in by_policy.items()}
    chosen = [row for row in rows if _wanted(row, by_policy.get(row.ref, []), asked)]
    known = {str(view.facts["domain"]) for view in views}
    return MessagesView(
        rows=tuple(sorted(chosen, key=lambda row: (order.get(row.ref, ()), row.ref))),
        channels=tuple(LABELS[channel] for channel in CHANNELS),
        counts=tuple((STATES[state][0], STATES[state][1], _count(every, state)) for state in shelf.ORDER),
        domains=(Choice("", "所有领域"), *(Choice(one, one) for one in DOMAINS if one in known)),
        domain=asked.domain,
        states=(Choice("", "不限"), *(Choice(*one) for one in _FILTERS.items())),
        state=asked.state,
        words=asked.words,
        total=len(rows),
    )  # fmt: skip


def _count(every: Iterable[shelf.Standing], state: shelf.State) -> int:
    return sum(one.state == state for one in every)


def _urgency(found: Sequence[shelf.Standing]) -> tuple[int, int, int]:
    return (-_count(found, "faulty"), -_count(found, "missing"), -_count(found, "unread"))


def _wanted(row: PolicyRow, found: Sequence[shelf.Standing], asked: Asked) -> bool:
    if asked.domain not in ("", row.domain) or asked.words.strip() not in row.name + row.ref:
        return False
    states = {one.state for one in found}
    return (
        asked.state in states if asked.state != "ready" else states == {"ready"}
    ) or not asked.state


def _row(view: PolicyView | None, found: Sequence[shelf.Standing], names: Catalogue) -> PolicyRow:
    ref = BUNDLE if view is None else view.ref
    channels = {one.place.channel for one in found}
    cells = tuple(
        _cell([one for one in found if one.place.channel == channel], names)
        if channel in channels
        else Cell(LABELS[channel], "", Mark("", "不用"))
        for channel in CHANNELS
    )
    return PolicyRow(
        ref,
        BUNDLE_NAME if view is None else view.plain_name,
        f"/messages/{ref}",
        "" if view is None else str(view.facts["domain"]),
        cells,
        _todo(found),
        "" if any(one.text for one in found) else href(found[0].place),
    )


def _todo(found: Sequence[shelf.Standing]) -> str:
    counts = ((_count(found, "faulty"), "份有错"), (_count(found, "missing"), "份没写"), (_count(found, "unread"), "份等审读"))  # fmt: skip
    return "，".join(f"{number} {word}" for number, word in counts if number)


def _cell(found: Sequence[shelf.Standing], names: Catalogue) -> Cell:
    """The channel's own text in the common language leads; where none is expected, all stand among the others."""
    main, *others = found
    channel = main.place.channel
    target = href(main.place) if main.text is None else f"/messages/{main.place.policy}#{channel}"
    if main.place == Place(main.place.policy, channel, languages.DEFAULT, channel, "general"):
        return Cell(LABELS[channel], target, mark_of(main), _others(others, names))
    return Cell(LABELS[channel], target, Mark("", "另有"), _others(found, names))


def _others(found: Sequence[shelf.Standing], names: Catalogue) -> tuple[str, ...]:
    """粤语、四川话 等审读; 顺口溜 可用."""
    by_word: dict[str, list[str]] = {}
    for one in found:
        by_word.setdefault(mark_of(one).words, []).append(called(one.place, names))
    return tuple(f"{'、'.join(dict.fromkeys(said))} {word}" for word, said in by_word.items())


def called(place: Place, names: Catalogue) -> str:
    """粤语, 顺口溜, 粤语·顺口溜, 普通话·写给本人."""
    parts = [] if place.language == languages.DEFAULT else [languages.name(place.language)]
    parts += [] if place.form == place.channel else [names.form_name(place.form)]
    parts += [] if place.announce == "general" else [ANNOUNCE[place.announce]]
    return "·".join(parts) or languages.name(place.language)


# -- one policy ----------------------------------------------------------------------------------------


def policy_texts(desk: Desk, ref: str, region: str = "", said: str = "") -> PolicyTextsView:
    """Every text of a policy, side by side, as it looks with the facts of a region."""
    views, policy = about(desk, ref)
    frame = framed(desk, region).frame
    names = catalogue(desk)
    known = {view.ref: view for view in views}
    found = shelf.standings(
        desk.connection, [] if policy is None else [policy], frame, bundle=policy is None
    )
    at_work = people_at_work(desk.connection)
    general = {one.place for one in found if one.text is not None}
    channels = tuple(
        ChannelTexts(channel, LABELS[channel], tuple(
            _card(desk, one, shelf_draft(one, known, frame, general), names, at_work) for one in group
        ))
        for channel, group in groupby(found, lambda one: one.place.channel)
    )  # fmt: skip
    return PolicyTextsView(
        ref=ref,
        name=BUNDLE_NAME if policy is None else policy.plain_name,
        policy=None if policy is None else Link("看政策", f"/policies/{ref}"),
        regions=region_choices(desk),
        region=frame.region,
        channels=channels,
        said=said,
        edit=may_edit(desk),
        new_channels=tuple(Choice(one, LABELS[one]) for one in CHANNELS),
        new_languages=language_choices(names),
        new_forms=tuple(Choice(one.id, f"{one.name}（{'、'.join(LABELS[c] for c in one.channels)}）") for one in names.forms),
    )  # fmt: skip


def about(desk: Desk, ref: str) -> tuple[list[PolicyView], PolicyView | None]:
    """All policies, and the one that a text is about (None: several at once). Missing for an unknown one."""
    views = policies.all_policies(desk.connection)
    if ref == BUNDLE:
        return views, None
    return views, policies.get(desk.connection, ref)


def shelf_draft(
    one: shelf.Standing, known: dict[str, PolicyView], frame: shelf.Frame, general: set[Place]
) -> Draft | None:
    """The draft of what stands at a place; None where nothing does."""
    return None if one.text is None else shelf.draft(one.text, known, frame, general)


def _card(
    desk: Desk,
    one: shelf.Standing,
    draft: Draft | None,
    names: Catalogue,
    at_work: dict[str, str],
) -> TextCard:
    errors = [finding.message() for finding in one.findings if finding.severity == "error"]
    by = at_work.get(one.by, one.by) or "随程序来的文稿"
    zone = desk.services.settings.zone
    written = f"{by}，{when(one.at, zone, desk.on)}" if one.at else ""
    return TextCard(
        language=called(one.place, names),
        form=names.form_name(one.place.form),
        href=href(one.place),
        mark=mark_of(one),
        title=one.text.title if one.text else "",
        shown=shown(draft) if draft else None,
        problems=tuple(errors),
        written=f"第 {one.text.version} 版·{written}" if one.text else "",
        used=tuple(f"{use.title}（用第 {use.version} 版）" for use in one.used),
    )


def language_choices(names: Catalogue) -> tuple[Choice, ...]:
    """Every language of the catalogue by its name."""
    return tuple(Choice(tag, name) for tag, name in names.languages.items())


def region_choices(desk: Desk) -> tuple[Choice, ...]:
    """Places whose facts a text can be shown with: the user's region and what lies below it, down to the village."""
    top = place_of(desk.services, desk.actor)
    rows = [row for row in regions.all_regions(desk.connection, top) if len(row.code) <= 12]
    rows = rows if len(rows) <= _MOST_PLACES else [row for row in rows if len(row.code) <= 9]
    return tuple(
        Choice(row.code, ("　" if len(row.code) > 9 else "") + row.name) for row in rows
    ) or (Choice(top, "本地"),)
