"""`outreach messages …`: which texts there are, what the checks say, and how one looks and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.office import Here
from outreach.cli.output import Answer, command
from outreach.cli.preview import RegionOption
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.messages.findings import Finding
    from outreach.messages.schemas import Place, Text
    from outreach.messages.shelf import Frame, Standing
    from outreach.messages.variants import Catalogue, VariantFile
    from outreach.policies.schemas import PolicyView

app = typer.Typer(name="messages", help="宣传内容 · texts")

PlaceName = Annotated[
    str, typer.Argument(metavar="PLACE", help="渠道/语言/政策 · sms/zh-Hans/childcare-2025")
]
STATES = ("missing", "faulty", "unread", "ready")
_WORDS = {"missing": "没有", "faulty": "有错", "unread": "等审读", "ready": "可用"}


@dataclass(frozen=True)
class Desk:
    """What the checks need: the policies by name, what stands around a text, the catalogue, the price of a part."""

    views: dict[str, PolicyView]
    frame: Frame
    catalogue: Catalogue
    part_fen: int = 0
    general: frozenset[Place] = frozenset()


@command(app, "list")
def everything(
    here: Here,
    policy: Annotated[str, typer.Option(metavar="ID", help="哪项政策 · of a policy")] = "",
    channel: Annotated[
        str, typer.Option(help="哪个渠道 · sms group broadcast visit call flyer")
    ] = "",
    language: Annotated[str, typer.Option(help="哪种语言 · zh-Hans yue-Hans …")] = "",
    state: Annotated[str, typer.Option(help=" | ".join(STATES))] = "",
) -> Answer:
    """一览 · Every text with its state, and the ones that are missing."""
    from outreach.messages import shelf

    if state and state not in STATES:
        raise typer.BadParameter(" | ".join(STATES), param_hint="--state")
    with here.installation() as office, office.store.read() as connection:
        desk = desk_of(here, office, connection)
        found = shelf.everything(connection, list(desk.views.values()), desk.frame)
    wanted = [
        one for one in found
        if policy in ("", one.place.policy) and channel in ("", one.place.channel)
        and language in ("", one.place.language) and state in ("", one.state)
    ]  # fmt: skip
    counts = {name: sum(one.state == name for one in wanted) for name in STATES}
    lines = [_line(one) for one in wanted]
    total = "，".join(f"{_WORDS[name]} {count}" for name, count in counts.items())
    return Answer({"texts": [_row(one) for one in wanted], "counts": counts}, [*lines, total])


def _row(one: Standing) -> dict[str, Any]:
    from outreach.messages.findings import summary

    told = summary(one.findings)
    return {
        "place": str(one.place), **one.place._asdict(), "state": one.state,
        "version": one.text.version if one.text else 0, "title": one.text.title if one.text else "",
        "errors": told.errors, "warnings": told.warnings, "reviewed_by": one.text.reviewed_by if one.text else "",
        "by": one.by, "at": one.at, "campaigns": [use.campaign for use in one.used],
    }  # fmt: skip


def _line(one: Standing) -> str:
    said = f"有 {one.errors} 处错" if one.state == "faulty" else _WORDS[one.state]
    version = f"第 {one.text.version} 版" if one.text else ""
    used = f"；任务 {'、'.join(use.campaign for use in one.used)} 在用" if one.used else ""
    return f"{one.place!s:<48} {said:<8} {version}{used}"


@command(app, "show")
def show(here: Here, place: PlaceName) -> Answer:
    """查看 · One text as it is written, with its state and what the checks say."""
    from outreach.messages import editing, service, shelf

    with here.installation() as office, office.store.read() as connection:
        desk = desk_of(here, office, connection)
        text = service.get(connection, place_named(place, desk.catalogue))
        newest = editing.history(connection, text.place)[0]
        written = (newest.by, newest.at)
        standing = shelf.judged(text, desk.views, desk.frame, desk.general, written=written)
    data = {
        **_row(standing), "body": text.body, "notes": text.notes, "follow_up": text.follow_up,
        "needs_review": text.needs_review, "findings": [finding_row(one) for one in standing.findings],
    }  # fmt: skip
    head = f"{text.place} · {text.title}（第 {text.version} 版，{_WORDS[standing.state]}）"
    return Answer(data, [head, "", text.body, "", *map(finding_line, standing.findings)])


@command(app, "check")
def check(
    here: Here,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|PLACE]…", help="默认全部 · default: every text"),
    ] = None,
) -> Answer:
    """检查 · What the checks say of texts, in files or in use; exit status 1 when one has an error.

    Files alone need no installation.
    """
    from outreach.messages import shelf
    from outreach.messages.findings import summary
    from outreach.messages.lint import lint

    texts: list[Text | VariantFile]
    desk, texts = _asked(here, names or [])
    found = [
        (one.place, lint(shelf.draft(one, desk.views, desk.frame, desk.general))) for one in texts
    ]
    rows = [
        {"place": str(place), "errors": summary(findings).errors, "findings": [finding_row(one) for one in findings]}
        for place, findings in found
    ]  # fmt: skip
    lines = []
    for place, findings in found:
        lines += [str(place), *(f"  {finding_line(one)}" for one in findings)] if findings else []
    bad = sum(bool(row["errors"]) for row in rows)
    lines.append(f"{len(rows)} 份，{bad} 份有错")
    return Answer({"texts": rows, "faulty": bad}, lines, failed=bool(bad))


def _asked(here: Here, names: Sequence[str]) -> tuple[Desk, list[Text | VariantFile]]:
    """What is to be checked; the installation is opened only for texts that lie in it, or when there is one."""
    from outreach.messages import service, variants

    files = [Path(name) for name in names if name.endswith(".j2") and Path(name).is_file()]
    settings = here.settings()
    if len(files) == len(names) and files and not _opened(settings):
        desk = _without(here)
        return desk, [variants.read_file(path, desk.catalogue) for path in files]
    with here.installation() as office, office.store.read() as connection:
        desk = desk_of(here, office, connection)
        if not names:
            return desk, list(service.newest(connection))
        return desk, [
            variants.read_file(Path(name), desk.catalogue)
            if Path(name) in files
            else service.get(connection, place_named(name, desk.catalogue))
            for name in names
        ]


def _opened(settings: Any) -> bool:
    return bool(settings.database_url) or (settings.data_dir / "outreach.db").exists()


def _without(here: Here) -> Desk:
    """The shipped policies and a usual office."""
    from outreach.audiences.calculator.shipped import shipped
    from outreach.messages.shelf import Frame
    from outreach.messages.variants import read_catalogue

    frame = Frame("县政务服务办", here.today() + timedelta(days=90))
    return Desk(
        {view.ref: view for view in shipped()}, frame, read_catalogue(here.settings().content_dir)
    )


@command(app, "render")
def render(
    here: Here,
    place: PlaceName,
    region: RegionOption = "",
    policy: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="合成一条的几项 · those of a bundle")
    ] = None,
) -> Answer:
    """样子和费用 · One text as its readers have it, with the facts of a region: parts and money."""
    from outreach.messages import cost, service, shelf
    from outreach.messages.render import render as rendered
    from outreach.policies import service as policies

    with here.installation() as office, office.store.read() as connection:
        desk = desk_of(here, office, connection, region)
        text = service.get(connection, place_named(place, desk.catalogue))
        chosen = [policies.get(connection, ref) for ref in policy or ()]
    views = {view.ref: view for view in chosen} if chosen else desk.views
    draft = shelf.draft(text, views, desk.frame, desk.general)
    said = list(dict.fromkeys(rendered(draft.source, context) for context in draft.examples[:2]))
    rows = [_rendered(one, cost.size(one, draft.billing).parts, text, desk) for one in said]
    lines = [line for row in rows for line in (row["text"], row["says"], "")]
    shown = [{key: value for key, value in row.items() if key != "says"} for row in rows]
    return Answer({"place": str(text.place), "version": text.version, "texts": shown}, lines)


def _rendered(said: str, parts: int, text: Text, desk: Desk) -> dict[str, Any]:
    from outreach.messages.spoken import spoken_seconds, stretches

    row: dict[str, Any] = {"text": said, "characters": len(said), "bytes": len(said.encode())}
    words = f"—— {len(said)} 字"
    if text.channel == "sms":
        row |= {"parts": parts, "cost": parts * desk.part_fen / 100, "billing": desk.frame.billing}
        words += f"，{parts} 条，每人 {parts * desk.part_fen / 100:.2f} 元"
    elif text.channel in ("broadcast", "visit", "call"):
        row["seconds"] = spoken_seconds(stretches(said))
        words += f"，念一遍约 {row['seconds']} 秒"
    return {**row, "says": words}


# -- what several commands need --------------------------------------------------------------------------


def desk_of(here: Here, office: Any, connection: Any, region: str = "") -> Desk:
    """The installation's policies, frame and price, with the facts of a region (default: its own)."""
    from outreach.campaigns.usual import usual
    from outreach.messages import service
    from outreach.messages.variants import read_catalogue
    from outreach.policies import service as policies

    home = office.settings.region
    if region and not region.startswith(home):
        raise Invalid("messages.region_outside", region=region, home=home)
    found = usual(connection, office.place.partition("（")[0], region or home, here.today())
    return Desk(
        {view.ref: view for view in policies.all_policies(connection)},
        found.frame,
        read_catalogue(office.settings.content_dir),
        found.part_fen,
        frozenset(text.place for text in service.newest(connection)),
    )


def place_named(name: str, catalogue: Catalogue) -> Place:
    """A place from the command line."""
    from outreach.messages.variants import parse_place

    return parse_place(name, catalogue)


def finding_row(one: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    return {
        "code": one.code, "severity": one.severity, "line": one.line, "start": one.start, "end": one.end,
        "message": one.message(), "message_en": one.message("en"), "fix": one.hint(), "fix_en": one.hint("en"),
    }  # fmt: skip


def finding_line(one: Finding) -> str:
    """The same in words."""
    kind = "要改" if one.severity == "error" else "建议"
    return f"{kind}　{one.message()}{'　' + one.hint() if one.hint() else ''}"
