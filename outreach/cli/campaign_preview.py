"""`outreach campaign preview`: everything that will go out, before anybody receives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.office import Here
from outreach.cli.options import CampaignId
from outreach.cli.output import Answer, command, words
from outreach.errors import Missing
from outreach.wording import say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from outreach.bootstrap import Installation
    from outreach.campaigns.preview.persons import Got, PersonPreview
    from outreach.campaigns.preview.schemas import Distinct, Preview, StepPreview
    from outreach.campaigns.preview.versions import Changed

_SHOWN = 20
"""Texts of a step that are written out unless --limit says another number."""


def preview(
    here: Here,
    ref: CampaignId,
    person: Annotated[
        int | None,
        typer.Option(metavar="REF", min=1, help="这个人会收到什么 · what this person would get"),
    ] = None,
    text: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="只看第几种文字 · only this text, part by part"),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="VERSION|CAMPAIGN", help="和哪一版比 · compared with which version"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="每步最多列几种 · at most so many texts of a step")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.xlsx", help="另存成表格 · the texts as a workbook")
    ] = None,
) -> Answer:
    """预览 · Every distinct text with its count, parts and cost, who would get nothing, and what is missing."""
    with here.installation() as office:
        if person is not None:
            return _person(here, office, ref, person)
        if against is not None:
            return _against(office, ref, against)
        return _everything(here, office, ref, text=text, limit=limit, out=out)


def _everything(
    here: Here,
    office: Installation,
    ref: str,
    *,
    text: int | None,
    limit: int | None,
    out: Path | None,
) -> Answer:
    from outreach.campaigns import queries, service
    from outreach.campaigns.preview.schemas import Preview
    from outreach.campaigns.staggering import seeing as staggering
    from outreach.policies.service import all_policies

    today = here.today()
    with office.store.begin() as connection:  # only as long as the audience is matched
        campaign = service.get(connection, ref)
        look = service.looking(connection, campaign, today, office.vault)
    with office.store.read() as connection:
        frozen = campaign["frozen"]
        seen = Preview.from_dict(frozen["preview"]) if frozen else service.looked(connection, look)
        views = all_policies(connection, queries.policy_refs(connection, campaign["id"]))
        draft = campaign["status"] == "draft"
        faults = service.faults(connection, campaign, views, today) if draft else []
        steps = queries.steps(connection, campaign["id"])
        waves, against = staggering.seen(connection, campaign, views, steps, today)
        waiting = _waiting(connection, campaign)
    missing = [words(code, {"campaign": ref, **params}) for code, params in [*faults, *against]]
    data: dict[str, Any] = {"campaign": ref, "status": campaign["status"], **seen.as_dict()}
    data |= {"missing": missing, "waiting": waiting, "waves": [one.as_dict() for one in waves]}
    if text is not None:
        return _one_text(seen, text, {"campaign": ref})
    if limit is not None:
        data["steps"] = [{**step, "texts": step["texts"][:limit]} for step in data["steps"]]
    lines = [*_lines(seen, _SHOWN if limit is None else limit)]
    lines += staggering.lines(waves, campaign["options"], office.settings.zone)
    lines += [f"等人审读：{place}" for place in waiting]
    lines += [f"还不能送审：{fault['message']} / {fault['message_en']}" for fault in missing]
    if out is not None:
        data["out"], rows = out, _written(seen, out)
        lines.append(f"{out}：{rows} 种文字")
    return Answer(data, lines)


def _waiting(connection: Connection, campaign: Mapping[str, Any]) -> list[str]:
    """Texts of the campaign's channels that no named reader has signed yet."""
    from outreach.campaigns.preview.versions import texts_of

    texts = texts_of(connection, campaign)
    return [str(place) for place, text in sorted(texts.items()) if not text.ready]


def _written(seen: Preview, out: Path) -> int:
    from outreach.campaigns.preview.workbook import workbook
    from outreach.web.presenters.names import CHANNEL

    out.write_bytes(workbook(seen, CHANNEL))
    return sum(len(step.texts) for step in seen.steps)


def _lines(seen: Preview, most: int) -> Iterator[str]:
    yield f"{seen.people} 人"
    for policy, counts in seen.by_policy.items():
        yield f"  {policy}：很可能 {counts.get('yes', 0)}，资料不全 {counts.get('unknown', 0)}"
    number = 1
    for step in seen.steps:
        yield from _step_lines(step, number, most)
        number += len(step.texts)
    if len(seen.steps) > 1 and seen.cost.lines:
        yield from _cost_lines("全部", seen)
    yield f"最多花费 {_yuan(seen.cost_fen)}"


def _step_lines(step: StepPreview, first: int, most: int) -> Iterator[str]:
    to = f"{step.recipients} 个" if step.recipients else "到时候还没告知到的户"
    upto = "至多 " if step.at_most and step.recipients else ""
    yield f"第 {step.number} 步 {step.channel}：{upto}{to}"
    for place, text in enumerate(step.texts[:most], first):
        yield f"  [{place}] × {text.count}（{text.language}{_size(step, text)}）"
        yield f"    {text.text}"
    if len(step.texts) > most:
        yield f"  还有 {len(step.texts) - most} 种文字；--limit {len(step.texts)} 全部列出"
    if step.longest and step.shortest and len(step.texts) > 1:
        yield f"  最长 {step.longest.characters} 字，最短 {step.shortest.characters} 字"
    if step.cost.lines:
        yield from _cost_lines("  共", step)
    yield from (f"  没有内容可发：{language} {count} 人" for language, count in step.gaps.items())
    yield from (f"  不发：{say(f'reason.{code}')} {count}" for code, count in step.skipped.items())


def _size(step: StepPreview, text: Distinct) -> str:
    if step.billing:
        least = f"{text.least}–" if 0 < text.least < text.parts else ""
        return f"，{text.characters} 字，每条计费 {least}{text.parts} 条"
    return f"，念 {text.seconds} 秒" if text.seconds else f"，{text.characters} 字"


def _cost_lines(label: str, seen: StepPreview | Preview) -> Iterator[str]:
    cost = seen.cost
    spread = "，".join(f"{parts} 条的 {count} 个" for parts, count in cost.histogram.items())
    yield (
        f"{label}计费 {cost.total} 条，{_yuan(seen.cost_fen)}；每条最少 {cost.minimum}、中位 {cost.median}、"
        f"最多 {cost.maximum} 条（{spread}）"
    )
    for saving in cost.savings[:3]:
        yield f"    每条少写 {saving.characters} 个字，省 {saving.parts} 条、{_yuan(saving.fen)}"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02} 元"


def _one_text(seen: Preview, number: int, data: dict[str, Any]) -> Answer:
    """One text in full, as the phone splits it."""
    from channels.parts import split

    every = [(step, text) for step in seen.steps for text in step.texts]
    if number > len(every):
        raise Missing("previewing.no_such_text", number=number, count=len(every))
    step, text = every[number - 1]
    parts = split(text.text, "3gpp" if step.billing == "3gpp" else "china") if step.billing else []
    data |= {"step": step.number, "channel": step.channel, "number": number}
    data |= {"text": vars(text), "characters": text.characters, "split": parts}
    lines = [
        f"[{number}] 第 {step.number} 步 {step.channel} × {text.count}（{text.language}{_size(step, text)}）"
    ]
    numbered = [f"  第 {place} 条 {part}" for place, part in enumerate(parts, 1)]
    lines += numbered or [text.text]
    return Answer(data, lines)


def _person(here: Here, office: Installation, ref: str, person: int) -> Answer:
    from outreach.access.scope import Scope
    from outreach.campaigns import service
    from outreach.campaigns.preview.persons import person_preview
    from outreach.people import service as people

    with office.store.begin() as connection:
        campaign = service.get(connection, ref)
        row = people.get_person(connection, Scope(), person)
        name = people.show(row, office.vault).name
        look = service.looking(connection, campaign, here.today(), office.vault)
        found = person_preview(connection, look, row.id)
    data = {"campaign": ref, "person": row.id, "name": name, **found.as_dict()}
    return Answer(data, [f"{row.id} {name}", *_person_lines(found)])


def _person_lines(found: PersonPreview) -> Iterator[str]:
    for fit in found.fits:
        stands = {"yes": "很可能", "unknown": "资料不全", "": "不在名单里"}[fit.certainty]
        yield f"  {fit.policy}：{stands}{'（' + '；'.join(fit.why) + '）' if fit.why else ''}"
    way = found.way
    words_of_way = [way.through_code, way.code] if way else ["previewing.way_unguarded"]
    yield "  " + "，".join(say(code) for code in words_of_way)
    for got in found.steps:
        yield f"第 {got.number} 步 {got.channel}：{_got(got)}"
        if got.shown:
            yield f"    {got.shown}"


def _got(got: Got) -> str:
    if got.reason:
        return f"不发，{say(got.reason_code)}"
    if not got.text:
        return "一张一户一单"
    billed = f"，计费 {got.parts} 条" if got.billing else ""
    return f"{got.language}，{got.place} 第 {got.version} 版，{len(got.text)} 字{billed}"


def _against(office: Installation, ref: str, other: str) -> Answer:
    from outreach.campaigns import service
    from outreach.campaigns.preview.versions import against

    with office.store.read() as connection:
        campaign = service.get(connection, ref)
        found = against(connection, campaign, other)
    data = {"campaign": ref, "against": other, "changed": [one.as_dict() for one in found]}
    return Answer(data, [*_changed(found)] or ["文字没有变。"])


def _changed(found: Sequence[Changed]) -> Iterator[str]:
    for one in found:
        was = f"第 {one.before.version} 版" if one.before else "没有"
        now = f"第 {one.after.version} 版" if one.after else "没有"
        yield f"{one.place}：{was} → {now}"
        marks = {"same": ("", ""), "gone": ("[删：", "]"), "new": ("[增：", "]")}
        yield "    " + "".join(run.text.join(marks[run.kind]) for run in one.runs)


def add_to(app: typer.Typer) -> None:
    """It stands among the commands of a campaign."""
    command(app, "preview")(preview)
