"""`outreach deliveries handover` and `settle`: messages for an operator's console, and its results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.deliveries import app
from outreach.cli.office import Here, acting
from outreach.cli.options import As, CampaignId, Out
from outreach.cli.output import Answer, command, words
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.deliveries.gateway.batches import Ordered
    from outreach.deliveries.gateway.handover import Desk, Handed

_SHOWN = 20


@command(app, "handover")
def handover(
    here: Here,
    ref: CampaignId,
    out: Out,
    again: Annotated[
        int | None,
        typer.Option("--again", min=1, metavar="BATCH", help="重写第几批 · write this batch again"),
    ] = None,
    user: As = None,
) -> Answer:
    """交接给短信平台 · Write what is due for consoles without an API into a workbook; the file is the attempt."""
    from outreach.access.roles import Action
    from outreach.deliveries.gateway import handover as gateway

    if again is not None and user is None:
        raise Invalid("gateway.again_needs_person", batch=again)
    with here.installation() as office:
        ordered, region = _ordered(office, ref)
        by = acting(office, user, Action.CAMPAIGNS_RUN, region)
        desk = gateway.Desk(office.store, office.vault, office.demo)
        if again is not None:
            handed = gateway.write_again(desk, ordered, again, out, by)
        else:
            handed = _due(office, desk, ordered, out, by)
        return _handed(office, ordered, handed, out)


def _due(office: Installation, desk: Desk, ordered: Ordered, out: Path, by: str) -> Handed:
    from outreach.deliveries import funnel
    from outreach.deliveries.gateway import handover as gateway
    from outreach.runtime import embedded
    from outreach.runtime.adapters import line_of

    embedded.fire(office.store, office.settings)
    with office.store.read() as connection:
        lines = [(one, line_of(one, office.settings)) for one in gateway.accounts(connection)]
    handed = gateway.hand_over(desk, lines, ordered, out, by)
    with office.store.begin() as connection:
        funnel.fold(connection)
    return handed


def _ordered(office: Installation, ref: str) -> tuple[Ordered, str]:
    """The campaign as its files name it, and its region."""
    from outreach.campaigns import service
    from outreach.deliveries.gateway.batches import Ordered

    with office.store.read() as connection:
        campaign = service.get(connection, ref)
    return Ordered(campaign["id"], campaign["ref"], campaign["options"]["office"]), campaign[
        "region"
    ]


def _handed(office: Installation, ordered: Ordered, handed: Handed, out: Path) -> Answer:
    from outreach import wording
    from outreach.deliveries.gateway import batches
    from outreach.deliveries.gateway.handover import next_due

    with office.store.read() as connection:
        known = batches.summary(connection, ordered.campaign_id)
        due = next_due(connection, ordered.campaign_id)
    data = {
        "campaign": ordered.ref, "batch": handed.batch or None, "rows": handed.rows, "hash": handed.digest or None,
        "file": out if handed.batch else None, "skipped": dict(handed.skipped), "more": handed.more,
        "without_template": handed.without_template, "free_at": handed.free_at, "next_due": due,
        "batches": [vars(one) for one in known],
    }  # fmt: skip
    zone = office.settings.zone
    lines = (
        [f"第 {handed.batch} 批，{handed.rows} 条，写到 {out}"]
        if handed.batch
        else ["没有要交接的短信，没有写文件。"]
    )
    if handed.batch:
        lines.append(f"校验 {handed.digest[:16]}；发完后用 outreach deliveries settle 导回结果。")
    if handed.without_template:
        lines.append(f"其中 {handed.without_template} 条和报备的模板都对不上，“模板编号”是空的。")
    lines += [
        f"  未发：{wording.say(f'reason.{code}')} {n}" for code, n in handed.skipped.most_common()
    ]
    if handed.more:
        lines.append("文件已写满，还有的下次再交接。")
    if handed.free_at is not None:
        lines.append(
            f"平台还在发上一批，{handed.free_at.astimezone(zone):%m-%d %H:%M} 以后再交接。"
        )
    elif due is not None:
        lines.append(f"还有的 {due.astimezone(zone):%m-%d %H:%M} 以后可以交接。")
    lines += [f"  第 {one.number} 批：{one.rows} 条，{one.unknown} 条等结果" for one in known]
    return Answer(data, lines)


@command(app, "settle")
def settle(
    here: Here,
    ref: CampaignId,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="平台的结果文件 · the console's results")
    ],
    batch: Annotated[
        int | None, typer.Option("--batch", min=1, help="只看第几批 · only this batch")
    ] = None,
    user: As = None,
) -> Answer:
    """导回平台结果 · Read a console's result file; what it does not say stays unknown."""
    from outreach.access.roles import Action
    from outreach.deliveries import funnel
    from outreach.deliveries.gateway.settling import settle_file

    with here.installation() as office:
        ordered, region = _ordered(office, ref)
        by = acting(office, user, Action.DELIVERIES_SETTLE, region)
        done = settle_file(office.store, office.vault, ordered, file, by, batch=batch)
        with office.store.begin() as connection:
            funnel.fold(connection)
    data = {
        "campaign": ordered.ref, "batches": list(done.batches), "rows": done.rows, "raised": dict(done.raised),
        "repeated": done.repeated, "waiting": done.waiting, "absent": done.absent, "unknown": done.unknown,
        "listed": [words(one.code, one.params) for one in done.listed],
    }  # fmt: skip
    said = {
        "accepted": "平台已收",
        "delivered": "送达",
        "undelivered": "未送达",
        "refused": "平台未收",
    }
    lines = [
        f"{file.name}：{done.rows} 行",
        *(f"  {said[state]} {n}" for state, n in done.raised.items()),
        f"  没有新情况 {done.repeated}，平台还没有结果 {done.waiting}",
        f"  文件里没有的 {done.absent} 条；仍不明 {done.unknown} 条，不会自动重发",
        *(f"  {words(one.code, one.params)['message']}" for one in done.listed[:_SHOWN]),
    ]
    if len(done.listed) > _SHOWN:
        lines.append(f"  另有 {len(done.listed) - _SHOWN} 行没有用上，--json 列出全部。")
    return Answer(data, lines, failed=bool(done.listed))
