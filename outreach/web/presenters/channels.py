"""发送渠道: every account with where its data goes, and what keeps it from sending."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from channels.providers import is_abroad
from outreach.deliveries import accounts, answering, filing, transfer
from outreach.deliveries.accounts import AccountView
from outreach.deliveries.filing.service import STATUSES, Standing, newest_texts
from outreach.runtime.adapters import place_of
from outreach.web.presenters.names import CHANNEL, people_at_work
from outreach.web.services import Services
from outreach.web.views.carriers import (
    AccountLine,
    AccountPage,
    BasisLine,
    ChannelsView,
    FilingLine,
    Mark,
)
from outreach.web.views.common import Choice
from outreach.wording import say

STATUS_MARK = {"none": "no", "pending": "ask", "filed": "yes", "rejected": "bad"}
"""Status of a filing → the shape of its tag."""


def every(services: Services, connection: Connection) -> ChannelsView:
    """The list."""
    found = accounts.accounts(connection)
    return ChannelsView(tuple(_line(services, connection, one) for one in found))


def _line(services: Services, connection: Connection, one: AccountView) -> AccountLine:
    place = place_of(one, services.settings)
    marks = []
    if not transfer.may_go(connection, one.id, place):
        marks.append(Mark("bad", "没有出境依据，不能给真实居民发"))
    if needed := filing.needed(one):
        filed = [row for row in filing.listed(connection, one.id) if row.current]
        open_ = [kind for kind in needed if not _any_filed(filed, kind)]
        words = "、".join(say(f"filing.kind.{kind}") for kind in open_)
        marks.append(Mark("ask", f"{words}还没报备") if open_ else Mark("yes", "已有报备"))
    return AccountLine(
        one.name, f"/channels/{one.id}", CHANNEL[one.channel], one.provider, _pace(one),
        transfer.place_words(place), tuple(marks),
    )  # fmt: skip


def _any_filed(found: list[Standing], kind: str) -> bool:
    return any(row.kind == kind and row.status == "filed" for row in found)


def _pace(one: AccountView) -> str:
    price = f"，每条 {one.part_fen / 100:g} 元" if one.part_fen else ""
    return f"每秒 {one.per_second:g} 条{price}"


def one_account(
    services: Services,
    connection: Connection,
    one: AccountView,
    problem: str = "",
    given: Mapping[str, str] | None = None,
) -> AccountPage:
    """The page of an account; problem, given: a form that could not be taken, as it was filled in."""
    place = place_of(one, services.settings)
    named = people_at_work(connection)
    needs = [say(f"filing.kind.{kind}") for kind in filing.needed(one)]
    href = f"/channels/{one.id}"
    return AccountPage(
        name=one.name,
        href=href,
        channel=CHANNEL[one.channel],
        provider=one.provider,
        pace=_pace(one),
        goes=transfer.place_words(place),
        abroad=is_abroad(place),
        may_go=transfer.may_go(connection, one.id, place),
        two_way=answering.comes_back(one),
        opt_out=answering.line(one),
        needs="、".join(needs),
        rehearsal=str(one.options.get("rehearsal") or "shown"),
        is_sms=one.channel == "sms",
        filings=tuple(_filing(row, named) for row in filing.listed(connection, one.id)),
        bases=tuple(
            BasisLine(
                row.basis, row.document, named.get(row.by, row.by), row.at, row.ended_at,
                "" if row.ended_at else f"{href}/basis/{row.id}/end",
            )
            for row in transfer.recorded(connection, one.id)
        ),
        texts=tuple(Choice(name, name) for name in sorted(newest_texts(connection))),
        statuses=tuple(Choice(status, say(f"filing.status.{status}")) for status in STATUSES),
        problem=problem,
        given=given or {},
    )  # fmt: skip


def _filing(row: Standing, named: Mapping[str, str]) -> FilingLine:
    words = say(f"filing.status.{row.status}")
    mark = Mark(STATUS_MARK[row.status], words) if row.current else Mark("no", f"旧文字，{words}")
    return FilingLine(
        say(f"filing.kind.{row.kind}"), row.name, mark, row.number, "、".join(row.parameters),
        named.get(row.by, row.by), row.at, row.note,
    )  # fmt: skip
