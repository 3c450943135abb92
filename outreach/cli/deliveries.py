"""`outreach deliveries …`: the export, and asking carriers about what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from outreach import clock
from outreach.cli.office import Here, acting, machine_user
from outreach.cli.options import As, CampaignId, Out
from outreach.cli.output import Answer, command
from outreach.cli.register import scope_of
from outreach.cli.sending import reconciled
from outreach.cli.standing import standing, standing_lines

if TYPE_CHECKING:
    from outreach.access.roles import Action
    from outreach.bootstrap import Installation

app = typer.Typer(name="deliveries", help="发送记录 · deliveries")


@command(app, "export")
def export(
    here: Here,
    ref: CampaignId,
    out: Out,
    people: Annotated[
        bool, typer.Option("--people", help="一人一行 · one line for each person of the audience")
    ] = False,
) -> Answer:
    """导出 · Every delivery of a campaign with its state, or with --people where each person ended, as CSV; no names,
    numbers or addresses."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.campaigns import service
    from outreach.deliveries import ending
    from outreach.deliveries.service import write_export, write_people

    with here.installation() as office:
        with office.store.read() as connection:
            campaign = service.get(connection, ref)
            rows = (write_people if people else write_export)(connection, campaign["id"], out)
            ended = ending.counts(connection, campaign["id"]) if people else {}
        with office.store.begin() as connection:
            thing = f"campaign:{campaign['ref']}"
            audit.record(
                connection, machine_user(), Action.DELIVERIES_EXPORT, thing, {"rows": rows}
            )
    data = {"campaign": campaign["ref"], "file": out, "rows": rows}
    lines = [f"{rows} 行写到 {out}"]
    if people:
        data["endings"] = ended
        lines += [f"  {ending.said(code)}：{count}" for code, count in ended.items()]
    return Answer(data, lines)


@command(app, "reconcile")
def reconcile(here: Here, ref: CampaignId) -> Answer:
    """核对结果不明的 · Ask the carriers that can be asked; sends nothing."""
    from outreach.campaigns import service

    with here.installation() as office:
        with office.store.read() as connection:
            key = service.get(connection, ref)["id"]
        asked = reconciled(office, key)
        with office.store.read() as connection:
            found = standing(connection, ref)
    left = found["deliveries"]["unknown"]
    lines = [f"问了 {asked} 次，还有 {left} 条结果不明", *standing_lines(found)]
    return Answer({**found, "asked": asked, "unknown": left}, lines)


@command(app, "tick")
def tick(
    here: Here,
    delivery: Annotated[
        int, typer.Argument(metavar="DELIVERY", help="发送记录编号 · number of a delivery")
    ],
    outcome: Annotated[
        str,
        typer.Argument(metavar="OUTCOME", help="told relayed not_home no_answer posted … played"),
    ],
    slot: Annotated[
        str, typer.Option(metavar="loudspeaker|van|market", help="怎么播的 · how it was played")
    ] = "",
    user: As = None,
) -> Answer:
    """登记入户、电话、发群或播出的结果 · What a person did: one of the words of the delivery's channel."""
    from outreach.access.roles import Action
    from outreach.deliveries import service
    from outreach.deliveries.telling import service as telling
    from outreach.deliveries.telling.follow import Hand

    with here.installation() as office:
        with office.store.read() as connection:
            village = service.village_of(connection, delivery)
        by = acting(office, user, Action.VISITS_RECORD, village)
        with office.store.begin() as connection:
            hand = Hand(by, scope_of(office, user), here.today())
            said = telling.tell(connection, [delivery], outcome, hand, slot=slot)
            state = service.state_of(connection, delivery)
    data = {"delivery": delivery, "outcome": outcome, "state": state, "word": said.word, "tasks": said.tasks}  # fmt: skip
    opened = [f"开了待办 {one}" for one in said.tasks]
    return Answer(data, [f"{delivery}：{state}（第 {said.word} 条登记）", *opened])


@command(app, "untick")
def untick(
    here: Here,
    word: Annotated[int, typer.Argument(metavar="WORD", help="登记编号 · number of the word")],
    user: As = None,
) -> Answer:
    """撤销登记 · Take one word back, with what followed from it as far as that can go back."""
    from outreach.access.roles import Action
    from outreach.deliveries.telling import service as telling
    from outreach.deliveries.telling.follow import Hand
    from outreach.wording import say

    with here.installation() as office:
        by = acting(office, user, Action.VISITS_RECORD)
        hand = Hand(by, scope_of(office, user), here.today())
        with office.store.begin() as connection:
            officer = may(office, user, Action.DELIVERIES_SETTLE)
            done = telling.undo(connection, word, hand, any_time=officer)
    data = {"word": word, "outcome": done.word, "deliveries": done.deliveries, "remarks": done.remarks}  # fmt: skip
    return Answer(data, ["撤销了", *map(say, done.remarks)])


def may(office: Installation, user: str | None, action: Action) -> bool:
    """Whether the user's role allows an action; whoever is logged in on the machine may do everything."""
    from outreach.access.queries import actor_by_name

    if user is None:
        return True
    with office.store.read() as connection:
        actor = actor_by_name(connection, user)
    return actor is not None and actor.may(action)


@command(app, "words")
def words(
    here: Here,
    delivery: Annotated[
        int, typer.Argument(metavar="DELIVERY", help="发送记录编号 · number of a delivery")
    ],
) -> Answer:
    """登记过什么 · Everything that was said of a delivery, undone words too."""
    from outreach.deliveries.telling import queries

    with here.installation() as office, office.store.read() as connection:
        found = queries.words(connection, [delivery])
    rows = [
        {"word": one.id, "outcome": one.word, "slot": one.slot, "by": one.by, "at": one.at, "undone_at": one.undone_at}
        for one in found
    ]  # fmt: skip
    lines = [
        f"{one.id:>5}  {one.word} {one.by} {clock.here(one.at):%Y-%m-%d %H:%M}{'（已撤销）' if one.undone_at else ''}"
        for one in found
    ]
    return Answer({"delivery": delivery, "words": rows}, lines or ["还没有登记"])
