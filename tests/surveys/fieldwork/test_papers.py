"""Paper for interviewers out of a survey in the field."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.errors import Conflict
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign
from outreach.models.surveys import Survey
from outreach.store import Store
from outreach.surveys.fieldwork import papers
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.papers import Desk
from outreach.surveys.fieldwork.taking import take
from outreach.vault import Vault
from tests.channels.flyer import reading
from tests.surveys.county import TODAY, VILLAGE
from tests.surveys.fieldwork.field import OTHER_VILLAGE, QIAN, REF, SUN, build, entry

ROOT = Path(__file__).resolve().parents[3]
DESK = Desk(ROOT / "templates" / "flyer", "http://127.0.0.1", "示范县", TODAY)


@pytest.fixture
def field(store: Store, vault: Vault) -> Store:
    if store.dialect != "sqlite":
        pytest.skip("paper is set the same from either database")
    with store.begin() as connection:
        build(connection, vault)
        assign(connection, REF, QIAN, [VILLAGE])
        assign(connection, REF, SUN, [OTHER_VILLAGE])
    return store


def plain(pdf: bytes) -> list[str]:
    return ["".join(page.split()) for page in reading.words(pdf)]


def test_each_interviewer_has_a_pack_with_those_still_to_be_met(field: Store, vault: Vault) -> None:
    with field.begin() as connection:
        take(connection, REF, [entry(1), entry(2, "refused"), entry(3, "not_home")], QIAN, TODAY)
        made = papers.lists(connection, vault, REF, DESK, "li")
        last = connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (made.pages, made.sheets) == (2, 6)
    first, second = plain(made.pdf)
    assert "第1包" in first
    assert "qian某" in first
    assert "wave-1老人3" in first
    assert "wave-1老人1" not in first  # interviewed
    assert "wave-1老人2" not in first  # refused
    assert "wave-1老人5" in second
    assert "工作评估，未经统计部门审批" in first
    assert "体检" not in first.replace(
        "老年人体检知晓调查", ""
    )  # of the policy nothing but the survey's own title
    assert last is not None
    assert last.detail == {"lists": 2, "people": 6}


def test_nobody_assigned_or_nobody_left_is_said(field: Store, vault: Vault) -> None:
    with field.begin() as connection:
        assign(connection, REF, "", [VILLAGE, OTHER_VILLAGE])
        with pytest.raises(Conflict) as problem:
            papers.lists(connection, vault, REF, DESK)
        assert problem.value.code == "fieldwork.nothing_assigned"
        assign(connection, REF, QIAN, numbers=[1])
        take(connection, REF, [entry(1)], QIAN, TODAY)
        with pytest.raises(Conflict) as problem:
            papers.lists(connection, vault, REF, DESK)
        assert problem.value.code == "fieldwork.nobody_left"


def test_the_card_names_the_office_and_its_number(field: Store) -> None:
    with field.begin() as connection:
        options = {"office": "示范县政务办", "phone": "0000-7654321"}
        campaign = connection.execute(
            insert(Campaign)
            .values(ref="w", title="冬", created_by="o", created_at=clock.now(), options=options)
            .returning(Campaign.id)
        ).scalar_one()
        plainly = plain(papers.cards(connection, REF, DESK).pdf)[0]
        connection.execute(update(Survey).values(campaign_id=campaign))
        text = plain(papers.cards(connection, REF, DESK).pdf)[0]
    assert "示范县" in plainly
    assert "12345" in plainly
    for words in (
        "qian某", "sun某", "示范县政务办", "0000-7654321", "答不答自愿", "都不影响您家办事和领补贴", "不收一分钱", "不问密码",
    ):  # fmt: skip
        assert words in text


def test_the_questionnaire_is_that_of_the_survey(field: Store) -> None:
    with field.read() as connection:
        text = "".join(plain(papers.questionnaire(connection, REF, DESK).pdf))
    assert "请问您知道“老年人免费体检”吗" in text
    assert "先说：您好，我是访问员" in text
