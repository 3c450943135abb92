"""发群: what waits to be copied into an ordinary group, what was posted, and robots' posts that nobody is sure of."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import Connection

from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns import queries as campaigns
from outreach.deliveries.outgoing import BODY_FIELD
from outreach.deliveries.states import State
from outreach.deliveries.telling import lists
from outreach.deliveries.telling.lists import Post
from outreach.policies import service as policies
from outreach.web.presenters.telling import kept_words, ticks, work_links
from outreach.web.presenters.visits import Shown
from outreach.web.services import Services
from outreach.web.views.carrying import PostsView, PostView
from outreach.web.views.common import Link
from outreach.web.views.visits import Tick


def view(services: Services, actor: Actor, connection: Connection, shown: Shown) -> PostsView:
    """The page of a scope."""
    every = lists.posts(connection, actor.scope)
    said = ticks(connection, actor, [one.delivery_id for one in every if one.by_hand])
    pictures = {
        key: _pictures(connection, key)
        for key in {one.campaign_id for one in every if one.by_hand and one.state == State.ACCEPTED}
    }

    def line(one: Post) -> PostView:
        tick = said.get(one.delivery_id)
        return PostView(
            delivery_id=one.delivery_id,
            group=one.group,
            place=one.place,
            title=one.title,
            text=services.vault.decrypt(BODY_FIELD, one.body),
            at=one.at,
            pictures=tuple(
                Link(name, f"/messages/{ref}/picture.png?{urlencode({'region': one.region})}", "down")
                for ref, name in pictures.get(one.campaign_id, ())
            ),
            tick=tick,
            note=_note(shown, tick) if shown.ticked == one.delivery_id else "",
            alert=shown.said == "same" or bool(shown.kept),
            unknown=f"/campaigns/{one.campaign}/unknown" if one.state == State.UNKNOWN else "",
        )  # fmt: skip

    return PostsView(
        waiting=tuple(line(one) for one in every if one.by_hand and one.state == State.ACCEPTED),
        done=tuple(
            line(one) for one in every if one.by_hand and one.state != State.ACCEPTED
        ),
        unsure=tuple(line(one) for one in every if one.state == State.UNKNOWN),
        links=work_links(actor, "/posts"),
        may_settle=actor.may(Action.DELIVERIES_SETTLE),
    )  # fmt: skip


def waiting_count(connection: Connection, actor: Actor) -> int:
    """Posts that somebody has to copy into a group."""
    every = lists.posts(connection, actor.scope)
    return sum(one.by_hand and one.state == State.ACCEPTED for one in every)


def _pictures(connection: Connection, campaign: int) -> list[tuple[str, str]]:
    """(policy, what the button says)."""
    every = policies.all_policies(connection, campaigns.policy_refs(connection, campaign))
    one = len(every) == 1
    return [(view.ref, "下载配图" if one else f"配图：{view.plain_name}") for view in every]


def _note(shown: Shown, tick: Tick | None) -> str:
    stands = tick.label if tick else "别的结果"
    return {
        "saved": "记好了。",
        "same": f"没有改动。这里已经记为“{stands}”。",
        "undone": "撤销了。" + kept_words(shown.kept),
    }.get(shown.said, "")
