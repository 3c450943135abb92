"""limits.toml: what an office may change, what it may not write, and when it is quiet where; and which day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from channels.base import Receipt
from outreach import clock
from outreach.deliveries import hours, limits
from outreach.deliveries.limits import Frequency, Share
from outreach.deliveries.receipts import Event
from outreach.errors import Misconfigured
from outreach.models.campaigns import Campaign
from outreach.models.deliveries import Outcome
from outreach.models.policies import Reach
from tests.factories import ZONE, Office

XINJIANG = """
[quiet]
group = ["22:00-07:00"]
[[quiet_in]]
region = "65"
sms = ["23:00-10:00", "14:00-16:00"]
[[quiet_in]]
region = "6523"
sms = []
"""


def own(folder: Path, text: str) -> limits.Limits:
    (folder / limits.FILE).write_text(text, "utf-8")
    return limits.read(folder)


def test_what_is_shipped() -> None:
    assert limits.SHIPPED.frequency["sms"] == Frequency(3, 7)
    assert limits.SHIPPED.permanent == Share(10, 10)
    assert limits.SHIPPED.quiet_at("sms", "110101") == hours.QUIET["sms"]
    assert limits.SHIPPED.quiet_at("flyer", "110101") == ()


def test_an_office_changes_one_thing_and_keeps_the_rest(tmp_path: Path) -> None:
    mine = own(tmp_path, "[halt.permanent]\nleast = 5\npercent = 2.5\n")
    assert mine.permanent == Share(5, 2.5)
    assert mine.frequency == limits.SHIPPED.frequency
    assert mine.silent == limits.SHIPPED.silent


def test_an_office_may_have_no_cap(tmp_path: Path) -> None:
    assert own(tmp_path, "[frequency.sms]\nmost = 0\ndays = 7\n").frequency["sms"].most == 0


WHERE = [
    ("group", "110101", ((time(22), time(7)),)),
    ("sms", "110101", hours.QUIET["sms"]),
    ("sms", "650102", ((time(23), time(10)), (time(14), time(16)))),
    ("sms", "652301", ()),  # the deepest place decides
    ("visit", "650102", hours.QUIET["visit"]),
]


@pytest.mark.parametrize(("channel", "region", "windows"), WHERE)
def test_it_is_quiet_by_channel_and_place(
    tmp_path: Path, channel: str, region: str, windows: tuple[hours.Window, ...]
) -> None:
    assert own(tmp_path, XINJIANG).quiet_at(channel, region) == windows


def test_a_campaign_over_several_places_is_quiet_where_any_of_them_is(tmp_path: Path) -> None:
    mine = own(tmp_path, XINJIANG)
    everywhere = mine.quiet_at("sms", "")
    assert everywhere == (*hours.QUIET["sms"], (time(23), time(10)), (time(14), time(16)))
    at = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # half past eight in the morning, Beijing time
    assert hours.next_allowed("sms", at, ZONE, {"sms": everywhere}) > at
    assert hours.next_allowed("sms", at, ZONE) == at


WRONG = [
    ("[halt", "limits.unreadable"),
    ("[halting]\nleast = 1\n", "limits.unknown_key"),
    ("[frequency.sms]\nmost = -1\ndays = 7\n", "limits.bad_value"),
    ("[frequency.sms]\nmost = 3\n", "limits.bad_value"),
    ("[frequency.sms]\nmost = 3\ndays = 7\nwhy = 1\n", "limits.bad_value"),
    ("[quiet]\npigeon = []\n", "limits.bad_value"),
    ('[quiet]\nsms = ["21:00-21:00"]\n', "limits.bad_value"),
    ('[[quiet_in]]\nsms = ["21:00-08:00"]\n', "limits.bad_value"),
    ("halt = 3\n", "limits.bad_value"),
]


@pytest.mark.parametrize(("text", "code"), WRONG)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        own(tmp_path, text)
    assert caught.value.code == code
    assert caught.value.params["file"] == limits.FILE


def test_a_campaign_in_a_place_with_its_own_hours_waits_for_them(
    office: Office, tmp_path: Path
) -> None:
    office.person()
    office.plan()
    office.change(Campaign, Campaign.id == office.campaign, region="6501")
    with clock.fixed(datetime(2026, 11, 23, 1, 0, tzinfo=UTC)):  # nine o'clock
        office.send(office.sender(limits=own(tmp_path, XINJIANG)))
        assert office.attempts() == 0
    assert office.due_at() == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_a_proof_is_of_the_day_at_the_office_and_not_in_greenwich(
    office: Office, now: clock.fixed
) -> None:
    office.person()
    office.plan()
    office.send()
    now.advance(hours=14, minutes=30)  # half past midnight; in UTC it is still the 23rd
    with office.store.read() as connection:
        [one] = connection.scalars(select(Outcome.provider_id))
    office.receive(Event(Receipt(str(one), "delivered", "delivered")))
    with office.store.read() as connection:
        assert set(connection.scalars(select(Reach.on))) == {date(2026, 11, 24)}


def test_another_zone_has_another_day() -> None:
    with clock.fixed(datetime(2026, 11, 23, 16, 30, tzinfo=UTC)):
        assert clock.business_day() == date(2026, 11, 24)
        try:
            clock.live_in(ZoneInfo("Europe/London"))
            assert clock.business_day() == date(2026, 11, 23)
        finally:
            clock.live_in(ZONE)
