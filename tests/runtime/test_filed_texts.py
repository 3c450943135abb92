"""A filed text on the real way: from the row of its filing over HTTP to the phone, and back to its receipt."""

from __future__ import annotations

import httpx2

from outreach.deliveries import filing, orders
from outreach.deliveries.filing import NewFiling
from outreach.deliveries.filing.service import newest_texts
from outreach.deliveries.filing.templates import slotted
from outreach.runtime.embedded import drain
from tests.runtime.conftest import Connect, Line

TEXT = "sms/zh-Hans/phys-65"


def file_at_carrier(line: Line) -> None:
    """The text with its numbered gaps, as an administrator files it and writes its number down."""
    with line.store.read() as connection:
        shape = slotted(newest_texts(connection)[TEXT][1])
    assert shape is not None
    names = list(shape.names)  # at Twilio the signature and the last line belong to the template
    body = shape.handed_in(names, {})
    for number in range(len(names), 0, -1):
        body = body.replace(f"{{{number}}}", f"{{{{{number}}}}}")
    known = line.sandbox.account
    answer = httpx2.post(
        f"{line.sandbox.base_url}/v1/Content",
        json={"types": {"twilio/text": {"body": body}}},
        auth=(known.sid, known.token),
    )
    new = NewFiling("template", TEXT, "filed", answer.json()["sid"], names)
    with line.store.begin() as connection:
        account = orders.account(connection, line.office.account)
        filing.put(connection, account, new, "guan")


def test_a_filed_text_reaches_the_phone_word_for_word(connect: Connect) -> None:
    line = connect()
    file_at_carrier(line)
    line.office.person(phone="+8613900001234")
    line.office.plan(ignore_quiet_hours={"reason": "试"})
    drain(line.store, line.vault, line.settings, line.office.campaign)
    known = line.sandbox.account
    shown = httpx2.get(
        f"{line.sandbox.base_url}/2010-04-01/Accounts/{known.sid}/Messages.json",
        auth=(known.sid, known.token),
    ).json()["messages"]
    assert len(shown) == 1
    assert "年满65周岁" in shown[0]["body"]
    assert shown[0]["body"].endswith("拒收请打以上电话")
    assert set(line.office.states()) <= {"accepted", "delivered"}
