"""`outreach campaign approve`, `return`, `paper`, `preflight`, `pass`: who signs, on screen or on paper, and what stops."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here, acting_on
from outreach.cli.options import CampaignId, MustAs, day
from outreach.cli.output import Answer, command
from outreach.errors import Invalid

if TYPE_CHECKING:
    from outreach.bootstrap import Installation
    from outreach.campaigns.preflight import Stop
    from outreach.campaigns.signing.rules import Level

NoteOption = Annotated[str, typer.Option("--note", help="批注 · remark")]


def approve(here: Here, ref: CampaignId, user: MustAs, note: NoteOption = "") -> Answer:
    """签发 · Sign the level whose turn it is; never by who wrote or submitted it, or has signed another level."""
    from outreach.campaigns import service

    today = here.today()
    with here.installation() as office:
        by, turn = _whose_turn(office, ref, user)
        with office.store.begin() as connection:
            level = service.approve(connection, ref, by, note, level=turn, on=today)
        return _signed(office, ref, level, by)


def _whose_turn(office: Installation, ref: str, user: str) -> tuple[str, str]:
    """Who acts and for which level: may sign the one whose turn it is. '' where nobody's is: signing says why."""
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.campaigns.signing import approving

    with office.store.read() as connection:
        turn = approving.next_level(connection, service.get(connection, ref))
    action = Action(turn.action) if turn else Action.CAMPAIGNS_APPROVE
    return acting_on(office, ref, user, action), turn.id if turn else ""


def _signed(office: Installation, ref: str, level: Level, by: str) -> Answer:
    from outreach.campaigns import service
    from outreach.campaigns.signing import approving, places

    with office.store.read() as connection:
        campaign = service.get(connection, ref)
        standing = approving.standing(connection, campaign)
    missing = [one.level for one in places.missing(standing)]
    digest = campaign["frozen_hash"]
    data = {
        "campaign": campaign["ref"], "status": campaign["status"], "by": by, "hash": digest, "level": level.id,
        "missing": [one.id for one in missing],
    }  # fmt: skip
    told = [f"任务 {campaign['ref']}“{level.zh}”已由 {by} 签好，内容号 {digest[:12]}"]
    if missing:
        told.append("还要签：" + "、".join(one.zh for one in missing))
    return Answer(data, told)


def send_back(
    here: Here,
    ref: CampaignId,
    user: MustAs,
    note: Annotated[str, typer.Option("--note", help="为什么退回 · why")],
) -> Answer:
    """退回 · Back to its writer, with the reason: it is a draft again, and everybody signs anew."""
    from outreach.access.roles import Action
    from outreach.campaigns import service

    if not note.strip():
        raise Invalid("web.note_needed")
    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_REVIEW)
        with office.store.begin() as connection:
            service.send_back(connection, ref, by, note.strip())
    data = {"campaign": ref, "status": "draft", "by": by, "note": note.strip()}
    return Answer(data, [f"任务 {ref} 已由 {by} 退回：{note.strip()}"])


def paper(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    ref: CampaignId,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="扫描件（PDF、JPG、PNG） · the scan")
    ],
    level: Annotated[str, typer.Option("--level", help="哪一级 · which level")],
    signer: Annotated[str, typer.Option("--signer", metavar="NAME", help="谁签的 · who signed")],
    on: Annotated[
        date, typer.Option("--on", parser=day, metavar="DATE", help="哪天签的 · signed on")
    ],
    user: MustAs,
    fingerprint: Annotated[
        str,
        typer.Option(
            "--fingerprint", help="纸上的内容指纹，二维码读不出时填 · where no code is read"
        ),
    ] = "",
) -> Answer:
    """登记签字扫描件 · A scan of the signed slip stands for a level; recorded by a second person, for this very version."""
    from outreach.access.roles import Action
    from outreach.campaigns.signing import papers

    today = here.today()
    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_REVIEW)
        kept = papers.keep(office.settings.data_dir, file.name, _read(file))
        with office.store.begin() as connection:
            wanted = papers.Paper(kept, level, signer, on, fingerprint)
            signed = papers.record(connection, ref, wanted, by, today)
        answer = _signed(office, ref, signed, by)
    return Answer({**answer.data, "signer": signer, "digest": kept.digest.hex()}, answer.lines)


def _read(file: Path) -> bytes:
    from outreach.campaigns.signing.scan import MOST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Invalid(
            "signing.paper_broken", file=file.name, reason=error.strerror or str(error)
        ) from error


StepOption = Annotated[
    int | None, typer.Option("--step", min=1, help="只看这一步 · only before this step")
]


def preflight(here: Here, ref: CampaignId, step: StepOption = None) -> Answer:
    """发前检查 · What stops a campaign or a step today: dates of lists, what was changed since it was signed."""
    from outreach.campaigns import preflight as checks
    from outreach.campaigns import service

    today = here.today()
    with here.installation() as office, office.store.read() as connection:
        campaign = checks.judged(service.get(connection, ref), office.settings.content_dir)
        row = checks.step_of(connection, campaign, step) if step else None
        stops = checks.stops(connection, campaign, row, today)
        passed = checks.passed(connection, campaign)
    data = {
        "campaign": ref, "step": step, "stops": [_stop(one) for one in stops],
        "passed": [one.as_dict() for one in passed],
    }  # fmt: skip
    lines = [f"× {one.code} {one.subject}：{one.message()}" for one in stops]
    lines += [f"{one.by} 放行：{one.said}（{one.reason}）" for one in passed]
    return Answer(data, lines or ["检查都通过。"], failed=bool(stops))


def _stop(one: Stop) -> dict[str, object]:
    return {
        "code": one.code, "subject": one.subject, "state": one.state, "passable": one.passable,
        "message": one.message(), "message_en": one.message("en"),
    }  # fmt: skip


def let_pass(
    here: Here,
    ref: CampaignId,
    code: Annotated[str, typer.Option("--check", help="哪一项，如 preflight.register_old · which")],
    reason: Annotated[str, typer.Option("--reason", help="理由 · why")],
    user: MustAs,
    subject: Annotated[
        str, typer.Option("--subject", help="哪份名单，如 register · which list")
    ] = "",
) -> Answer:
    """放行 · A named person lets a stop pass, for the state in which the list is now; a newer or older one is asked anew."""
    from outreach.access.roles import Action
    from outreach.campaigns import preflight as checks
    from outreach.campaigns import service

    today = here.today()
    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_REVIEW)
        with office.store.begin() as connection:
            campaign = checks.judged(service.get(connection, ref), office.settings.content_dir)
            stop = checks.let_pass(connection, campaign, (code, subject), reason, by, today)
    data = {"campaign": ref, "by": by, "reason": reason, **_stop(stop)}
    return Answer(data, [f"任务 {ref}：{by} 已放行 {code} {subject}（{stop.state}）"])


def add_to(app: typer.Typer) -> None:
    """They stand among the commands of a campaign."""
    command(app, "approve")(approve)
    command(app, "return")(send_back)
    command(app, "paper")(paper)
    command(app, "preflight")(preflight)
    command(app, "pass")(let_pass)
