"""The sign-off page leads to the paper to sign, and says which languages are missing before anybody signs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from outreach.models.access import AuditEntry
from outreach.models.people import Person
from outreach.wording.figures import fingerprint
from tests import town
from tests.channels.flyer import reading
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send

SLIP = "/campaigns/winter/slip.pdf"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """One of the east reads Tibetan, and there is no text for them."""
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            town.add_person(connection, opened.home.vault, "+8613800000110", language="bo")
        yield opened


def test_a_draft_has_no_slip_and_the_page_offers_none(office: Office) -> None:
    office.write()
    zhou = office.enter("zhou")
    assert SLIP not in zhou.get("/campaigns/winter").text
    answer = zhou.get(SLIP)
    assert answer.status_code == 403
    assert "还是草稿" in answer.text


def test_whoever_signs_opens_the_slip_with_the_fingerprint_of_the_page(office: Office) -> None:
    office.write()
    send(office.enter("zhou"), "/campaigns/winter/submit")
    chen = office.enter("chen")
    for page in ("/approvals", "/campaigns/winter"):
        text = chen.get(page).text
        assert f'href="{SLIP}"' in text
        assert 'href="/campaigns/winter/preview"' in text
        assert fingerprint(office.hash()) in text
    answer = chen.get(SLIP)
    assert answer.headers["content-type"] == "application/pdf"
    assert "winter-" in answer.headers["content-disposition"]
    pages = reading.words(answer.content)
    assert all(fingerprint(office.hash()) in page for page in pages)
    assert "zhou某" in pages[0]
    with office.store.read() as connection:
        newest = select(AuditEntry).order_by(AuditEntry.id.desc())
        entry = connection.execute(newest).mappings().first()
    assert entry is not None
    assert (entry["by"], entry["detail"]["hash"]) == ("chen", office.hash())


def test_gaps_of_languages_are_read_before_signing(office: Office) -> None:
    office.write()
    zhou = office.enter("zhou")
    assert "哪种话还缺" not in zhou.get("/campaigns/winter").text  # nobody has looked yet
    assert "没有藏语文字" in send(zhou, "/campaigns/winter/look").text
    send(zhou, "/campaigns/winter/submit")
    assert (
        "请会这种语言的人审读签名" in zhou.get("/campaigns/winter").text
    )  # who writes is told what to do
    chen = office.enter("chen")
    for page in ("/approvals", "/campaigns/winter"):
        text = chen.get(page).text
        assert "没有藏语文字" in text
        assert "templates/" not in text
    with office.store.begin() as connection:
        connection.execute(update(Person).values(language="zh-Hans"))
    assert "没有藏语文字" in chen.get("/campaigns/winter").text  # as it was signed


def test_where_nothing_is_missing_the_page_says_so(office: Office) -> None:
    with office.store.begin() as connection:
        connection.execute(update(Person).values(language="zh-Hans"))
    office.write()
    send(office.enter("zhou"), "/campaigns/winter/submit")
    assert "每个人都有自己能看懂、能听懂的文字" in office.enter("chen").get("/approvals").text


def test_a_cost_above_the_budget_is_seen_before_signing(office: Office) -> None:
    office.write(budget=0.01)
    send(office.enter("zhou"), "/campaigns/winter/submit")
    assert "预算 ¥0.01，超 ¥0." in office.enter("chen").get("/approvals").text


def test_what_is_another_village_s_business_has_no_slip_here(office: Office) -> None:
    office.write(region=town.WEST)
    send(office.enter("zhou"), "/campaigns/winter/submit")
    assert office.enter("zhou").get(SLIP).status_code == 200
    assert office.enter("dong").get(SLIP).status_code == 404


def test_who_may_not_see_campaigns_gets_no_slip(office: Office) -> None:
    office.write()
    send(office.enter("zhou"), "/campaigns/winter/submit")
    assert office.enter("ke").get(SLIP).status_code == 403
