"""`outreach campaign resend` and `correct`: once more to those who were not reached, and right to those told wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.office import Here, acting_on
from outreach.cli.options import As, CampaignId, MustAs
from outreach.cli.output import Answer, command

if TYPE_CHECKING:
    from outreach.bootstrap import Installation

StepOption = Annotated[
    int | None, typer.Option("--step", min=1, metavar="N", help="哪一步 · of which step")
]
OnlyOption = Annotated[
    str,
    typer.Option(
        "--only",
        metavar="REASON,…",
        help="只补发因为这些没收到的 · those who were missed for these",
    ),
]
ConfirmOption = Annotated[
    int | None,
    typer.Option("--confirm", min=1, metavar="N", help="确认这一步 · say yes to a proposed step"),
]
WithdrawOption = Annotated[
    int | None,
    typer.Option("--withdraw", min=1, metavar="N", help="撤回这一步 · take a proposal back"),
]


def resend(
    here: Here,
    ref: CampaignId,
    step: StepOption = None,
    only: OnlyOption = "",
    confirm: ConfirmOption = None,
    withdraw: WithdrawOption = None,
    user: As = None,
) -> Answer:
    """只补发这些人 · A step once more for those whom it did not reach: one person proposes, another confirms."""
    named = [one for one in (step, confirm, withdraw) if one is not None]
    if len(named) != 1 or (only and step is None):
        raise typer.BadParameter("--step N [--only REASON,…] | --confirm N | --withdraw N")
    with here.installation() as office:
        if step is not None and not only:
            return _offers(office, ref, step)
        if user is None:
            raise typer.BadParameter("--as USER")
        if step is not None:
            return _propose(office, ref, step, only, user)
        if confirm is not None:
            return _confirm(office, ref, confirm, user)
        return _withdraw(office, ref, withdraw or 0, user)


def _offers(office: Installation, ref: str, step: int) -> Answer:
    from outreach.campaigns import resending

    with office.store.read() as connection:
        found = resending.offers(connection, ref, step)
    rows = [{"reason": one.reason, "people": one.people, "at_most": one.at_most} for one in found]
    lines = [f"{one.reason:<20} {'最多 ' * one.at_most}{one.people} 人" for one in found]
    hint = f"补发：outreach campaign resend {ref} --step {step} --only REASON --as USER"
    return Answer(
        {"campaign": ref, "step": step, "reasons": rows},
        [*lines, hint] if lines else ["没有可以补发的人。"],
    )


def _propose(office: Installation, ref: str, step: int, only: str, user: str) -> Answer:
    from outreach.access.roles import Action
    from outreach.campaigns import resending

    by = acting_on(office, ref, user, Action.CAMPAIGNS_SUBMIT)
    with office.store.begin() as connection:
        found = resending.propose(connection, ref, step, only.split(","), by)
    data = {
        "campaign": ref, "step": found.number, "of": step, "people": found.people, "hash": found.hash, "by": by,
        "confirmed": False,
    }  # fmt: skip
    said = f"第 {found.number} 步已写好：第 {step} 步没发成的 {found.people} 人再发一次，内容号 {found.hash[:12]}"
    hint = f"请另一个人确认：outreach campaign resend {ref} --confirm {found.number} --as USER"
    return Answer(data, [said, hint])


def _confirm(office: Installation, ref: str, number: int, user: str) -> Answer:
    from outreach.access.roles import Action
    from outreach.campaigns import resending

    by = acting_on(office, ref, user, Action.CAMPAIGNS_APPROVE)
    with office.store.begin() as connection:
        found = resending.confirm(connection, ref, number, by)
    data = {
        "campaign": ref, "step": number, "people": found.people, "hash": found.hash, "by": by, "confirmed": True,
    }  # fmt: skip
    return Answer(data, [f"第 {number} 步已由 {by} 确认：{found.people} 人"])


def _withdraw(office: Installation, ref: str, number: int, user: str) -> Answer:
    from outreach.access.roles import Action
    from outreach.campaigns import resending

    by = acting_on(office, ref, user, Action.CAMPAIGNS_SUBMIT)
    with office.store.begin() as connection:
        resending.withdraw(connection, ref, number, by)
    return Answer({"campaign": ref, "step": number, "withdrawn": True}, [f"第 {number} 步已撤回"])


def correct(
    here: Here,
    ref: CampaignId,
    user: MustAs,
    variant: Annotated[
        list[str],
        typer.Option("--variant", metavar="PLACE", help="错了的文字 · which text was wrong"),
    ],
    version: Annotated[
        int | None, typer.Option("--version", min=1, metavar="N", help="第几版 · which version")
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="DRAFT", help="草稿叫什么 · name of the draft")
    ] = "",
) -> Answer:
    """更正 · A draft for exactly those who got a wrong text, by the way on which they got it."""
    from outreach.access.roles import Action
    from outreach.campaigns import correcting

    today = here.today()
    with here.installation() as office:
        by = acting_on(office, ref, user, Action.CAMPAIGNS_EDIT)
        with office.store.begin() as connection:
            name = correcting.draft(
                connection, ref, variant, by, today, version=version, name=out, home=office.settings.region
            )  # fmt: skip
            found = correcting.ways(connection, ref, variant)
    data = {
        "campaign": name, "corrects": ref, "status": "draft",
        "steps": [{"of": one.step, "channel": one.channel, "people": one.people} for one in found],
    }  # fmt: skip
    lines = [f"更正已建为草稿 {name}"]
    lines += [f"  第 {one.step} 步（{one.channel}）收到过的 {one.people} 人" for one in found]
    return Answer(data, [*lines, f"下一步：outreach campaign preview {name}"])


def add_to(app: typer.Typer) -> None:
    """Hang the commands on `outreach campaign`."""
    command(app, "resend")(resend)
    command(app, "correct")(correct)
