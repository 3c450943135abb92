"""A group post from plan to outcome, through each provider's robot and over real HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from outreach import clock
from outreach.access import audit
from outreach.deliveries import groups, queries
from outreach.deliveries.groups import NewGroup
from outreach.models.deliveries import Account
from outreach.runtime.embedded import drain
from outreach.web.sandbox import SandboxAccount
from outreach.web.sandbox.store import Store as Carrier
from tests.factories import CHILD, VILLAGE
from tests.runtime.conftest import Connect, Line

SECRETS = {
    "wecom": "",
    "dingtalk": SandboxAccount().robot_secret,
    "feishu": SandboxAccount().robot_secret,
}


def give_robot(line: Line, provider: str, pasted: str) -> None:
    """The village's group gets this provider's robot."""
    with line.store.begin() as connection:
        mine = Account.channel == "group"
        connection.execute(update(Account).where(mine).values(provider=provider))
        name = connection.scalars(select(Account.name).where(mine)).one()
        new = NewGroup(name, VILLAGE, "村群", pasted)
        groups.keep(connection, line.vault, new, audit.SYSTEM)


def plan(line: Line) -> None:
    line.office.person(birth=clock.now().date(), phone=None)
    options = {"ignore_quiet_hours": {"reason": "测试"}}
    line.office.plan(policies=[CHILD], steps=[{"channel": "group"}], **options)


def run(line: Line) -> None:
    drain(line.store, line.vault, line.settings, line.office.campaign, patience=20)


def posts(line: Line, robot: str) -> int:
    carrier = Carrier(line.settings.data_dir / "carrier.db")
    try:
        return carrier.posts_since(robot, 0.0)
    finally:
        carrier.close()


@pytest.mark.parametrize("provider", sorted(SECRETS))
def test_a_post_reaches_its_group_once(connect: Connect, provider: str) -> None:
    line = connect()
    give_robot(line, provider, f"robot-9000\n{SECRETS[provider]}")
    plan(line)
    run(line)
    run(line)
    assert line.office.states() == {"accepted": 1}
    assert posts(line, "robot-9000") == 1


@pytest.mark.parametrize("provider", ["dingtalk", "feishu"])
def test_a_wrong_secret_pauses_the_campaign_and_the_right_one_sends_what_was_kept(
    connect: Connect, provider: str
) -> None:
    line = connect()
    give_robot(line, provider, "robot-9000 SECwrong")
    plan(line)
    run(line)
    assert posts(line, "robot-9000") == 0
    assert line.office.again() == "deferred"
    give_robot(line, provider, f"robot-9000 {SECRETS[provider]}")
    line.office.set_status("running")
    run(line)
    assert posts(line, "robot-9000") == 1


@pytest.mark.parametrize("provider", sorted(SECRETS))
@pytest.mark.parametrize("ending", ["0003", "0006", "0007"])
def test_a_post_whose_answer_got_lost_waits_for_a_person_and_is_not_repeated(
    connect: Connect, provider: str, ending: str
) -> None:
    line = connect()
    give_robot(line, provider, f"robot-{ending} {SECRETS[provider]}")
    plan(line)
    run(line)
    run(line)
    with line.store.read() as connection:
        assert len(queries.waiting_for_a_person(connection, line.office.campaign)) == 1
    assert posts(line, f"robot-{ending}") == 1
