"""填一份问卷 behind the code on a sheet: kept once, without anybody, and beside every estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.deliveries import sheet_codes
from outreach.models.policies import Policy
from outreach.models.surveys import Respondent, Survey, VolunteerAnswer
from outreach.surveys.instrument import awareness_instrument
from outreach.web.routes import volunteers
from outreach.web.throttle import Throttle
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office


@pytest.fixture
def office(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A campaign about two policies, and an open survey about one of them."""
    monkeypatch.setattr(volunteers, "THROTTLE", Throttle(each=20, all_=1000, seconds=600))
    with open_office(installation) as opened:
        opened.write()
        add_survey(opened, "s1")
        yield opened


def add_survey(office: Office, ref: str, policy: str = "check", **values: Any) -> None:
    instrument = awareness_instrument("免费体检")
    with office.store.begin() as connection:
        about = connection.scalars(select(Policy.id).where(Policy.ref == policy)).one()
        row = {
            "ref": ref, "title": f"体检调查{ref}", "policy_id": about, "instrument": instrument.as_data(), "seed": "7",
            "instrument_hash": instrument.hash, "size": 10, "mode": "入户", "base": "全体", "created_by": "he",
            "created_at": clock.now(), "drawn_at": clock.now(), **values,
        }  # fmt: skip
        connection.execute(insert(Survey).values(**row))


def path(office: Office, ref: str = "winter") -> str:
    return f"/q/{sheet_codes.token(office.home.vault, office.campaign_id(ref))}/ask"


def stranger(office: Office) -> Browser:
    return Browser(office.app, follow_redirects=False)


def send(browser: Browser, where: str, **fields: Any) -> Any:
    text = browser.get(where).text
    found = re.search(r'name="key" value="([0-9a-f]{24})"', text)
    assert found
    return browser.post(where, data={"form_token": browser.token(where), "key": found[1], **fields})


def kept(office: Office) -> list[Any]:
    with office.store.read() as connection:
        return list(connection.execute(select(VolunteerAnswer)).all())


def test_the_page_behind_the_code_leads_to_the_open_survey(office: Office) -> None:
    where = path(office)
    notice = stranger(office).get(where.removesuffix("/ask")).text
    assert f'href="{where}"' in notice
    text = stranger(office).get(where).text
    assert "体检调查s1" in text
    assert "不能推算全县" in text
    assert "请问您知道“免费体检”吗？</legend>" in text  # without 不读出, which is for interviewers
    assert "不提示" not in text
    assert "对照政策卡" not in text  # what an interviewer codes is not asked
    assert "拒答" not in text  # an interviewer's word
    assert "不想说" in text


def test_an_answer_is_kept_once_and_says_nothing_about_anybody(office: Office) -> None:
    browser = stranger(office)
    answer = send(browser, path(office), q_prompted="aware", q_channel=["sms", "family"])
    assert "收到了" in answer.text
    (row,) = kept(office)
    assert (row.source, row.answers) == ("qr", {"prompted": "aware", "channel": "sms,family"})
    assert row.at == datetime(2026, 11, 23, tzinfo=UTC)  # the day, not the moment
    assert set(VolunteerAnswer.__table__.c.keys()) == {"id", "survey_id", "key", "source", "answers", "at"}  # fmt: skip
    data = {"form_token": browser.token(path(office)), "key": row.key.removeprefix("qr:"), "q_prompted": "heard"}  # fmt: skip
    assert "收到了" in browser.post(path(office), data=data).text
    assert kept(office) == [row]
    with office.store.read() as connection:
        assert connection.execute(select(Respondent)).all() == []


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 422, "一道题也没有选"),
        ({"q_prompted": "nope"}, 422, "没有选项"),
        ({"q_unprompted": "named"}, 422, "没有的题"),
        ({"q_name": "张三"}, 422, "没有的题"),
        ({"key": "mine", "q_prompted": "aware"}, 404, "没有可以填的问卷"),
    ],
    ids=["nothing", "no such answer", "asked by interviewers only", "a name", "a key of their own"],
)
def test_what_is_no_answer_is_not_kept(
    office: Office, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = send(stranger(office), path(office), **fields)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert kept(office) == []


@pytest.mark.parametrize(
    "values",
    [
        {"closed_at": town.MORNING},
        {"drawn_at": None},
        {"opens_on": town.TODAY.replace(day=24)},
        {"closes_on": town.TODAY.replace(day=22)},
        {"policy_id": None},
    ],
    ids=["closed", "not drawn", "not begun", "over", "about no policy"],
)
def test_nothing_is_asked_when_no_survey_is_open(office: Office, values: dict[str, Any]) -> None:
    with office.store.begin() as connection:
        connection.execute(update(Survey).values(**values))
    assert stranger(office).get(path(office)).status_code == 404
    assert "/ask" not in stranger(office).get(path(office).removesuffix("/ask")).text


def test_a_survey_about_a_sensitive_policy_is_never_asked_openly(office: Office) -> None:
    dibao = {"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]}
    with office.store.begin() as connection:
        town.load(connection, {**town.CHECK, "id": "dibao", "plain_name": "低保", "rule": dibao})
        connection.execute(update(Survey).values(closed_at=town.MORNING))
        town.write_text(connection, "sms/zh-Hans/dibao", town.SMS)
    office.write(id="poor", policies=["dibao"])
    add_survey(office, "s2", "dibao")
    assert stranger(office).get(path(office, "poor")).status_code == 404


def test_the_campaigns_own_survey_goes_before_a_newer_one(office: Office) -> None:
    add_survey(office, "s2", campaign_id=office.campaign_id())
    add_survey(office, "s3", "insure")
    assert "体检调查s2" in stranger(office).get(path(office)).text


def test_a_torn_code_and_a_flood_are_turned_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stranger(office).get("/q/1.x/ask").status_code == 404
    monkeypatch.setattr(volunteers, "THROTTLE", Throttle(each=1, all_=1000, seconds=600))
    browser = stranger(office)
    assert send(browser, path(office), q_prompted="aware").status_code == 200
    late = send(browser, path(office), q_prompted="heard")
    assert late.status_code == 429
    assert "过一会儿再来" in late.text
    assert 'value="heard" checked' in late.text
    assert len(kept(office)) == 1
