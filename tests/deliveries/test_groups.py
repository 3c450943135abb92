"""Groups and their robots: written once, readable, and never two groups at one robot."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from outreach.access import audit
from outreach.deliveries import groups
from outreach.deliveries.groups import NewGroup
from outreach.errors import Conflict, Invalid
from outreach.models.access import AuditEntry
from outreach.models.deliveries import GroupChat
from tests.factories import Office, add_account, add_region

VILLAGE, NEXT = "110101001001", "110101001002"
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=tok-1"


@pytest.fixture
def robots(office: Office) -> Office:
    with office.store.begin() as connection:
        add_account(connection, "group", provider="dingtalk", name="ding")
        add_region(connection, NEXT, "下一村")
    return office


def keep(office: Office, **changes: str) -> None:
    values = {"account": "ding", "region": VILLAGE, "name": "村民群", "pasted": f"{HOOK}\r\nSECx\n"}
    with office.store.begin() as connection:
        groups.keep(connection, office.vault, NewGroup(**{**values, **changes}), audit.SYSTEM)


def test_a_group_is_kept_with_its_address_sealed_and_its_secret_nowhere_else(
    robots: Office,
) -> None:
    keep(robots)
    with robots.store.read() as connection:
        (view,) = groups.listed(connection)
        sealed = connection.scalars(select(GroupChat.address)).one()
        trail = str(connection.execute(select(AuditEntry.detail)).all())
    assert (view.region, view.name, view.account) == (VILLAGE, "村民群", "ding")
    assert robots.vault.decrypt("group", sealed) == f"{HOOK} SECx"
    assert "村民群" in trail
    assert "tok-1" not in trail + repr(view)


def test_the_same_group_gets_another_robot(robots: Office) -> None:
    keep(robots)
    keep(robots, pasted="tok-2 SECy")
    keep(robots, pasted="tok-2 SECz")
    with robots.store.read() as connection:
        sealed = connection.scalars(select(GroupChat.address)).one()
    assert robots.vault.decrypt("group", sealed) == "tok-2 SECz"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account": "nobody"}, "deliveries.group_account"),
        ({"region": "999"}, "people.region_unknown"),
        ({"pasted": " \n"}, "deliveries.group_address"),
        ({"pasted": "https://open.feishu.cn/open-apis/bot/v2/hook/t"}, "deliveries.group_address"),
    ],
)
def test_what_could_never_post_is_refused(
    robots: Office, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid) as raised:
        keep(robots, **changes)
    assert raised.value.code == code
    with robots.store.read() as connection:
        assert groups.listed(connection) == []


def test_an_account_for_texts_takes_no_group(robots: Office) -> None:
    with robots.store.begin() as connection:
        add_account(connection, "sms", name="texts")
    with pytest.raises(Invalid, match="group_account"):
        keep(robots, account="texts")


@pytest.mark.parametrize("pasted", [HOOK, "tok-1", "tok-1 another"])
def test_a_robot_serves_one_group(robots: Office, pasted: str) -> None:
    keep(robots)
    with pytest.raises(Conflict) as raised:
        keep(robots, region=NEXT, pasted=pasted)
    assert raised.value.params == {"name": "村民群", "region": VILLAGE}


def test_an_address_that_cannot_be_read_is_named(robots: Office) -> None:
    keep(robots)
    with robots.store.begin() as connection:
        account = connection.scalars(select(GroupChat.account_id)).one()
        bad = {"region": NEXT, "name": "旧群", "account_id": account}
        sealed = robots.vault.encrypt("group", "https://example.com/x")
        connection.execute(insert(GroupChat).values(**bad, address=sealed))
        assert groups.unreadable(connection, robots.vault, account, "dingtalk") == ["旧群"]
