"""Media and events: written down, shown, taken back, and never added to reach."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from outreach.access.scope import Scope
from outreach.campaigns import records
from outreach.campaigns.records import NewRecord
from outreach.deliveries import queries
from outreach.errors import Conflict, Missing, OutreachError
from outreach.models.campaigns import Campaign
from outreach.models.policies import Reach
from tests.factories import Office

TODAY = date(2026, 11, 23)


def ref(office: Office) -> str:
    with office.store.read() as connection:
        found = connection.scalar(select(Campaign.ref).where(Campaign.id == office.campaign))
    return str(found)


def add(office: Office, **more: Any) -> int:
    values = {"kind": "event", "title": "广场宣讲", "on": TODAY, "headcount": 300, **more}
    with office.store.begin() as connection:
        return records.add(connection, Scope(), ref(office), NewRecord(**values), "wu", TODAY)


def test_an_event_with_three_hundred_people_adds_nobody_to_reach(office: Office) -> None:
    office.person()
    office.plan()
    office.send()
    with office.store.read() as connection:
        before = (queries.state_counts(connection, office.campaign), queries.people_reached(connection, office.campaign))  # fmt: skip
    facts = office.count(Reach)
    add(office)
    add(office, kind="media", title="县报第三版", where="县报", headcount=None)
    with office.store.read() as connection:
        found = records.listed(connection, office.campaign)
        after = (queries.state_counts(connection, office.campaign), queries.people_reached(connection, office.campaign))  # fmt: skip
    assert {(one.kind, one.headcount) for one in found} == {("event", 300), ("media", None)}
    assert (after, office.count(Reach)) == (before, facts)
    office.states()


def test_a_record_is_crossed_out_and_not_lost(office: Office) -> None:
    office.person()
    office.plan()
    key = add(office)
    with office.store.begin() as connection:
        assert records.undo(connection, Scope(), key, "zhou") == ref(office)
        assert records.listed(connection, office.campaign) == []
        [kept] = records.listed(connection, office.campaign, undone=True)
        assert (kept.title, kept.undone_by) == ("广场宣讲", "zhou")
        with pytest.raises(Conflict, match=r"records\.undone"):
            records.undo(connection, Scope(), key, "zhou")
        with pytest.raises(Missing, match=r"records\.unknown"):
            records.undo(connection, Scope(), 999, "zhou")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "rumour"}, "records.kind"),
        ({"title": " "}, "records.title"),
        ({"headcount": -1}, "records.headcount"),
        ({"kind": "media"}, "records.headcount"),
        ({"on": date(2026, 11, 24)}, "records.not_yet"),
    ],
)
def test_what_cannot_have_been_is_refused(
    office: Office, changes: dict[str, Any], code: str
) -> None:
    office.person()
    office.plan()
    with pytest.raises(OutreachError) as caught:
        add(office, **changes)
    assert caught.value.code == code
