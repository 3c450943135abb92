"""The line at the end of a text says what really works: an answer, or the telephone."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.campaigns import service
from outreach.deliveries import answering
from outreach.deliveries.accounts import AccountView
from outreach.messages import facts
from outreach.models.deliveries import Account
from tests.factories import Office, add_account

BY_PHONE, BY_REPLY = facts.OPT_OUT_BY_PHONE, facts.OPT_OUT


def account(provider: str = "twilio", **options: Any) -> AccountView:
    return AccountView(1, "one", "sms", provider, 1.0, "china", 5, options)


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (account(), BY_PHONE),
        (account("gateway"), BY_REPLY),
        (account(two_way=True), BY_REPLY),
        (account("gateway", two_way=False), BY_PHONE),
        (account(opt_out="拒收回T"), "拒收回T"),
        (account(opt_out=""), BY_PHONE),
        (None, BY_REPLY),
    ],
)
def test_the_line_follows_from_whether_an_answer_comes_back(
    view: AccountView | None, line: str
) -> None:
    assert answering.line(view) == line


def signed(office: Office, **document: Any) -> dict[str, Any]:
    office.person()
    key = office.sign(**document)
    with office.store.read() as connection:
        return dict(service.get(connection, str(key)))


def line_of(office: Office, campaign: dict[str, Any]) -> str:
    with office.store.read() as connection:
        return answering.opt_out(connection, campaign)


def test_what_was_signed_is_sent_whatever_becomes_of_the_account(office: Office) -> None:
    campaign = signed(office)
    office.change(Account, Account.id == office.account, options={"two_way": False})
    assert line_of(office, campaign) == BY_REPLY
    assert line_of(office, {**campaign, "frozen": None}) == BY_PHONE


def test_a_one_way_account_ends_its_texts_with_the_telephone(office: Office) -> None:
    office.change(Account, Account.id == office.account, options={"two_way": False})
    office.person()
    office.plan()
    office.send()
    assert all(one.text.endswith(BY_PHONE) for one in office.channel.sent)
    assert all("12345" in one.text for one in office.channel.sent), "the telephone that it names"


def test_what_a_campaign_says_itself_comes_first(office: Office) -> None:
    campaign = signed(office, opt_out="不收请回T")
    assert line_of(office, campaign) == "不收请回T"


def test_one_one_way_account_among_several_decides(office: Office) -> None:
    with office.store.begin() as connection:
        add_account(connection, name="far", options={"two_way": False})
    steps = [{"channel": "sms"}, {"channel": "sms", "account": "far", "after": 1}]
    assert line_of(office, signed(office, steps=steps)) == BY_PHONE
