"""`outreach people refuse`, `resubscribe`, `refusals`: what somebody does not want, written down for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from outreach import clock
from outreach.access.roles import Action
from outreach.cli import deliveries, people
from outreach.cli.office import Here, acting
from outreach.cli.options import MustAs
from outreach.cli.output import Answer, command
from outreach.cli.register import Ref, number_of, scope_of

if TYPE_CHECKING:
    from outreach.people.refusing import Change, Standing

Channel = Annotated[str, typer.Option(metavar="sms|call", help="不要短信还是电话 · which channel")]
Kind = Annotated[
    str,
    typer.Option(
        "--class",
        metavar="publicity|own|all",
        help="宣传、本人权益还是两类 · which class of messages",
    ),
]
OfNumber = Annotated[
    bool,
    typer.Option("--number", help="同号的人都算 · for the number, whoever has it"),
]
Reason = Annotated[str, typer.Option(help="怎么知道的 · how this is known")]


@command(people.app, "refuse")
def refuse(
    here: Here,
    person: Ref,
    user: MustAs,
    reason: Reason,
    channel: Channel = "sms",
    kind: Kind = "publicity",
    number: OfNumber = False,
) -> Answer:
    """不要了 · A resident does not want text messages or calls any more; paper and visits take their place."""
    return _done(here, "refuse", person, user, reason, (channel, kind, number))


@command(people.app, "resubscribe")
def resubscribe(
    here: Here,
    person: Ref,
    user: MustAs,
    reason: Reason,
    channel: Channel = "sms",
    kind: Kind = "publicity",
    number: OfNumber = False,
) -> Answer:
    """又要了 · Ends exactly this refusal of a resident, or with --number of the number."""
    return _done(here, "resubscribe", person, user, reason, (channel, kind, number))


def _done(
    here: Here,
    said: Literal["refuse", "resubscribe"],
    person: str,
    user: str,
    reason: str,
    asked: tuple[str, str, bool],
) -> Answer:
    from outreach import clock
    from outreach.people import refusing

    act = refusing.refuse if said == "refuse" else refusing.resubscribe
    with here.installation() as office:
        by = acting(office, user, Action.PEOPLE_REFUSE)
        hand = refusing.Hand(by, scope_of(office, user), reason, clock.now())
        with office.store.begin() as connection:
            done = act(connection, number_of(person), refusing.Asked(*asked), hand)
    return Answer(_data(done), _lines(done, number=asked[2]))


def _data(done: Change) -> dict[str, object]:
    return {
        "person": done.person,
        "changed": done.changed,
        "sharing": done.sharing,
        "refusals": [vars(one) for one in done.open],
    }


def _lines(done: Change, *, number: bool) -> list[str]:
    first = "已写入。" if done.changed else "原来就是这样，没有变化。"
    shared = [f"这个号码有 {done.sharing} 人共用，都算。"] if number and done.sharing > 1 else []
    return [first, *shared, *_open(done.open)]


def _open(found: tuple[Standing, ...]) -> list[str]:
    from outreach.wording import say

    lines = [
        f"  不要{say(f'refusals.channel.{one.channel}')}：{say(f'refusals.class.{one.message_class}')}"
        f"（{'按号码' if one.of_number else '按本人'}，{clock.here(one.at):%Y-%m-%d}，{say(f'refusals.source.{one.source}')}）"
        for one in found
    ]
    return lines or ["  现在没有不要的。"]


@command(people.app, "refusals")
def refusals(here: Here, person: Ref, user: MustAs) -> Answer:
    """不要什么 · What a resident refuses now, and what the number that they have refuses."""
    from outreach.people import refusing
    from outreach.people.service import get_person

    with here.installation() as office:
        acting(office, user, Action.PEOPLE_VIEW)
        scope = scope_of(office, user)
        with office.store.read() as connection:
            row = get_person(connection, scope, number_of(person))
            found = refusing.standing(connection, row)
    data = {"person": row.id, "refusals": [vars(one) for one in found]}
    return Answer(data, _open(found))


@command(deliveries.app, "replies")
def replies(here: Here) -> Answer:
    """收到的短信 · How many texts came from phones: opt-outs, wishes to come back, and others, which are opinions."""
    from outreach.deliveries.replies import counts
    from outreach.wording import say

    with here.installation() as office, office.store.read() as connection:
        found = counts(connection)
    lines = [f"{say(f'refusals.wish.{wish}')} {n}" for wish, n in found.items()]
    return Answer({"replies": found}, lines)
