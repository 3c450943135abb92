"""The editor of one text: what is typed, what is known about it, its way until now, and another text beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from outreach.audiences import preview, snapshot
from outreach.audiences.segments.schemas import Asked
from outreach.errors import Invalid, Missing
from outreach.messages import editing, languages, service, shelf, trial
from outreach.messages.differences import differences
from outreach.messages.editing import Edit, Version
from outreach.messages.findings import Finding
from outreach.messages.lint import Draft, lint
from outreach.messages.schemas import Place, Text
from outreach.messages.variants import Catalogue
from outreach.policies.schemas import PolicyView
from outreach.web.formats import when
from outreach.web.presenters import messages as lists
from outreach.web.presenters import messages_shown as says
from outreach.web.presenters.messages_variables import offered
from outreach.web.presenters.names import people_at_work
from outreach.web.presenters.segment_counts import Desk, is_large
from outreach.web.views.common import Choice, Link
from outreach.web.views.messages import (
    Beside,
    Compared,
    EditorView,
    Look,
    ReviewBox,
    VersionLine,
)
from outreach.web.views.policies import Mark
from outreach.wording import say


@dataclass(frozen=True)
class Typed:
    """What the form holds, and how it is looked at. likely: people whom the policy certainly fits; -1 = not counted."""

    edit: Edit
    region: str = ""
    beside: str = ""
    likely: int = -1


@dataclass(frozen=True)
class Told:
    """What is said above the form: something went wrong, something was done, two versions are compared."""

    problem: str = ""
    said: str = ""
    against: int = 0
    theirs: bool = False


@dataclass(frozen=True)
class Table:
    """Everything that one page reads once."""

    desk: Desk
    place: Place
    views: Mapping[str, PolicyView]
    policy: PolicyView | None
    names: Catalogue
    texts: tuple[Text, ...]
    versions: tuple[Version, ...] = field(default=())

    @property
    def newest(self) -> Version | None:
        """The last version that is not retired."""
        return self.versions[0] if self.versions and not self.versions[0].retired else None

    @property
    def general(self) -> set[Place]:
        """Where a text of the policy stands."""
        return {text.place for text in self.texts}


def table(desk: Desk, place: Place) -> Table:
    """Look everything up. Missing for an unknown policy."""
    every, policy = lists.about(desk, place.policy)
    try:
        versions = tuple(editing.history(desk.connection, place))
    except Missing:
        versions = ()
    known = {view.ref: view for view in every}
    texts = tuple(shelf.in_order(service.newest(desk.connection, [place.policy])))
    return Table(desk, place, known, policy, lists.catalogue(desk), texts, versions)


def opened(t: Table, start: str = "") -> Edit:
    """The newest version as a form, or one to begin with: empty, or another text's words."""
    if t.newest is not None:
        text = t.newest.text
        return Edit(t.place, text.title, text.body, text.version, text.follow_up, text.notes)
    source = next((text for text in t.texts if str(text.place) == start), None)
    name = lists.BUNDLE_NAME if t.policy is None else t.policy.plain_name
    title = f"{name}·{t.names.form_name(t.place.form)}"
    if t.place.language != languages.DEFAULT:
        title += f"·{languages.name(t.place.language)}"
    return editing.started(source, t.place, title)


def looked(t: Table, typed: Typed) -> Look:
    """What is known about the words as they are typed."""
    frame, fen = _frame(t, typed.region)
    edit = typed.edit.tidied()
    same = t.newest is not None and t.newest.text.body == edit.body
    reader = t.newest.text.reviewed_by if t.newest is not None and same else ""
    file = replace(edit.file(), reviewed_by=reader)
    draft = shelf.draft(file, t.views, frame, t.general)
    if not same:
        # What nobody has saved yet is made into text in a process that can be ended, never in this one.
        try:
            draft = replace(draft, make=trial.Tried(draft.source, draft.examples))
        except Invalid as problem:
            return Look(Mark("bad", say(problem.code, **problem.params)), (), (), (), ())
    findings = lint(draft)
    return _look(draft, findings, reader, max(typed.likely, 0), fen)


def _frame(t: Table, region: str) -> tuple[shelf.Frame, int]:
    found = lists.framed(t.desk, region)
    return found.frame, found.part_fen


def _look(draft: Draft, findings: list[Finding], reader: str, likely: int, fen: int) -> Look:
    unread = draft.needs_review and not reader
    plain, plain_parts = says.plainly(draft)
    state: shelf.State = "unread" if unread else "ready"
    return Look(
        verdict=says.verdict(findings, state),
        findings=says.finding_lines(draft, findings),
        ticks=says.ticks(draft, findings),
        measures=says.measures(draft, likely, fen),
        previews=says.previews(draft),
        plain=plain,
        plain_parts=plain_parts,
    )


def editor(t: Table, typed: Typed, told: Told = Told()) -> EditorView:
    """The whole page."""
    place, edit = t.place, typed.edit
    typed = replace(typed, likely=likely(t, typed)) if typed.likely < 0 else typed
    region = _frame(t, typed.region)[0].region
    may = lists.may_edit(t.desk)
    here = lists.href(place)
    path, _, query = here.partition("?")
    standing = _standing(t, region)
    return EditorView(
        title=f"{says.CHANNELS[place.channel]}·{lists.called(place, t.names)}",
        policy_name=lists.BUNDLE_NAME if t.policy is None else t.policy.plain_name,
        back=Link("所有文字", f"/messages/{place.policy}"),
        action=here,
        look_action=_under(path, "look", query),
        here=here,
        edit=may,
        base=edit.base,
        name=edit.title,
        body=edit.body,
        notes=edit.notes,
        follow_up=edit.follow_up,
        why=edit.why,
        form=edit.place.form,
        forms=tuple(Choice(one.id, one.name) for one in t.names.forms_of(place.channel)),
        announce=edit.place.announce,
        region=region,
        regions=lists.region_choices(t.desk),
        language=languages.name(place.language),
        lang="" if place.language == languages.DEFAULT else place.language,
        likely=typed.likely,
        look=looked(t, typed),
        variables=offered(edit, shelf.draft(edit.file(), t.views, _frame(t, region)[0])),
        versions=_versions(t),
        compared=_compared(t, edit, told),
        beside=_beside(t, typed),
        besides=_besides(t),
        beside_tag=_beside_tag(t, typed),
        review=_review(t, path, query, may=may),
        copies=_copies(t),
        mark=says.mark_of(standing) if standing else Mark(*says.STATES["missing"]),
        used=tuple(f"{one.title}（第 {one.version} 版）" for one in standing.used) if standing else (),
        problem=told.problem,
        said=told.said,
        retire=_under(path, "retire", query) if may and t.newest is not None else "",
        restore=_under(path, "restore", query) if may else "",
        picture=_picture(t, region),
    )  # fmt: skip


def _standing(t: Table, region: str) -> shelf.Standing | None:
    """What is said of the text as it is saved."""
    if t.newest is None:
        return None
    used = shelf.uses(t.desk.connection, [t.place.policy]).get(t.place, ())
    return shelf.judged(t.newest.text, t.views, _frame(t, region)[0], t.general, used)


def _picture(t: Table, region: str) -> str:
    """Where the policy's notice is as a picture: it goes out beside a group text, and has the words of the leaflet."""
    chinese = t.place.language.split("-")[0] in languages.CHINESE
    if t.policy is None or not chinese or t.place.channel not in ("group", "flyer"):
        return ""
    asked = urlencode({"language": t.place.language, "region": region})
    return f"/messages/{t.place.policy}/picture.png?{asked}"


def _under(path: str, name: str, query: str) -> str:
    return f"{path}/{name}?{query}" if query else f"{path}/{name}"


def likely(t: Table, typed: Typed) -> int:
    """People whom the policy certainly fits in the region that is shown; 0 where that is not asked, or not known yet."""
    desk = t.desk
    if t.policy is None or t.place.channel != "sms":
        return 0
    if is_large(desk.connection) and snapshot.current(desk.connection, load=False) is None:
        return 0
    region = typed.region or _frame(t, "")[0].region
    return preview.totals(desk.connection, t.policy, Asked(desk.on, desk.home, region)).likely


# -- beside the form -----------------------------------------------------------------------------------


def _versions(t: Table) -> tuple[VersionLine, ...]:
    at_work = people_at_work(t.desk.connection)
    zone = t.desk.services.settings.zone
    lines = []
    for number, one in enumerate(t.versions):
        target = f"{lists.href(t.place)}{'&' if '?' in lists.href(t.place) else '?'}"
        read = f"{one.text.reviewed_by} 读过" if one.text.reviewed_by else ""
        read += f"：{one.review_note}" if read and one.review_note else ""
        lines.append(
            VersionLine(
                one.text.version, at_work.get(one.by, one.by) or "随程序来的文稿",
                when(one.at, zone, t.desk.on), one.why, read, one.retired, number == 0,
                f"{target}{urlencode({'version': one.text.version})}#diff",
            )
        )  # fmt: skip
    return tuple(lines)


def _compared(t: Table, edit: Edit, told: Told) -> Compared | None:
    """An old version and what is typed; in a conflict somebody else's newest and what is typed."""
    number = t.versions[0].text.version if told.theirs and t.versions else told.against
    old = next((one for one in t.versions if one.text.version == number), None)
    if old is None:
        return None
    title = "对方保存的 → 您写的" if told.theirs else f"第 {number} 版 → 现在这样"
    return Compared(title, differences(old.text.body, edit.tidied().body))


def _others(t: Table) -> list[Text]:
    """Other texts that may be looked at while writing: the same channel first."""
    found = [text for text in t.texts if text.place != t.place]
    return sorted(found, key=lambda text: text.channel != t.place.channel)


def _besides(t: Table) -> tuple[Choice, ...]:
    return tuple(Choice(str(text.place), _labelled(t, text.place)) for text in _others(t))


def _labelled(t: Table, place: Place) -> str:
    return f"{says.CHANNELS[place.channel]}·{lists.called(place, t.names)}"


def _beside_tag(t: Table, typed: Typed) -> str:
    """The text chosen; for a dialect the one in the common language."""
    if typed.beside:
        return typed.beside
    plain = t.place._replace(language=languages.DEFAULT)
    return str(plain) if plain != t.place else "-"


def _beside(t: Table, typed: Typed) -> Beside | None:
    tag = _beside_tag(t, typed)
    text = next((one for one in _others(t) if str(one.place) == tag), None)
    if text is None:
        return None
    draft = shelf.draft(text, t.views, _frame(t, typed.region)[0], t.general)
    lang = "" if text.language == languages.DEFAULT else text.language
    return Beside(_labelled(t, text.place), lang, text.body, says.shown(draft))


def _copies(t: Table) -> tuple[Choice, ...]:
    """Texts from which an empty place may be begun."""
    return _besides(t) if t.newest is None else ()


def _review(t: Table, path: str, query: str, *, may: bool) -> ReviewBox:
    if t.newest is None or not t.newest.text.needs_review:
        return ReviewBox(needed=languages.needs_reviewer(t.place.language))
    language = languages.name(t.place.language)
    if t.newest.text.reviewed_by:
        on = f"，{t.newest.reviewed_on}" if t.newest.reviewed_on else ""
        return ReviewBox(needed=True, by=f"{t.newest.text.reviewed_by}{on}", language=language)
    refused = "" if may else "要由管全部地区的宣传干事登记。"
    if t.newest.by and t.newest.by == t.desk.actor.name:
        refused = "这一版是您写的，审读要由另一位同事登记。"
    return ReviewBox(True, refused=refused, action=_under(path, "review", query), language=language)
