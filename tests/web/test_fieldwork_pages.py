"""An interviewer's pages: their people and nobody else's, forms without a script, the queue of a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select, update

from outreach import clock
from outreach.access.roles import Action
from outreach.models.access import AuditEntry
from outreach.models.surveys import Respondent, Survey
from outreach.store import Store
from outreach.surveys.fieldwork.assigning import assign
from outreach.surveys.fieldwork.calling_back import draw
from outreach.web.app import create_app
from outreach.web.guard import rule_of
from tests import town
from tests.surveys.county import TODAY, VILLAGE
from tests.surveys.fieldwork.field import LI, OTHER_VILLAGE, QIAN, REF, SUN, build, kept, rows
from tests.web import conftest
from tests.web.conftest import Browser, Installation

YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)
LIST = f"/fieldwork/{REF}"


@dataclass(frozen=True)
class Field:
    """A survey in the field: the village is qian's, the other one sun's."""

    store: Store
    app: Any

    def enter(self, name: str) -> Browser:
        """A browser in which somebody is logged in."""
        browser = Browser(self.app, follow_redirects=False)
        assert browser.log_in(name) == 303
        return browser

    def change(self, **values: Any) -> None:
        """Change the survey."""
        with self.store.begin() as connection:
            connection.execute(update(Survey).values(**values))


@pytest.fixture
def field(installation: Installation) -> Iterator[Field]:
    with clock.fixed(town.MORNING):
        with installation.store.begin() as connection:
            build(connection, installation.vault, conftest.hashed())
            assign(connection, REF, QIAN, [VILLAGE])
            assign(connection, REF, SUN, [OTHER_VILLAGE])
        yield Field(installation.store, create_app(replace(installation, demo=True)))


def send(browser: Browser, number: int, **fields: Any) -> Any:
    path = f"{LIST}/people/{number}"
    data = {
        "form_token": browser.token("/account"), "key": f"form-{number:04d}", "asked_on": TODAY.isoformat(), **fields,
    }  # fmt: skip
    return browser.post(path, data=data)


def parcel(browser: Browser, *entries: dict[str, Any]) -> Any:
    given = [{"asked_on": TODAY.isoformat(), "answers": {}, **one} for one in entries]
    token = browser.token("/account")
    return browser.post(f"{LIST}/entries", json={"entries": given}, headers={"x-form-token": token})


def test_my_surveys_and_my_people_in_the_order_of_doors(field: Field) -> None:
    browser = field.enter(QIAN)
    assert "分给您 <b>4</b> 人" in browser.get("/fieldwork").text
    text = browser.get(LIST).text
    assert "柳溪镇永安村" in text
    assert re.findall(r'id="n(\d+)"', text) == ["4", "3", "2", "1"]  # 16号 before 19号
    assert "wave-1老人1" in text
    assert "tel:13800000001" in text
    assert "上河村" not in text
    assert "工作评估，未经统计部门审批" in text
    with field.store.read() as connection:
        last = connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.by, last.action, last.detail["people"]) == (QIAN, "people.reveal", 4)


@pytest.mark.parametrize("number", [5, 9, 99], ids=["somebody else's", "the reserve", "nobody"])
def test_other_people_are_refused_in_the_same_words(field: Field, number: int) -> None:
    browser = field.enter(QIAN)
    answers = [
        browser.get(f"{LIST}/people/{number}"),
        send(browser, number, disposition="refused"),
        browser.get(f"{LIST}/again/{number}"),
    ]
    assert [one.status_code for one in answers] == [403, 403, 403]
    assert all(f"编号 {number} 没有分给您" in one.text for one in answers)


@pytest.mark.parametrize(
    ("survey", "words"),
    [
        ({"opens_on": TOMORROW}, "还没到日子"),
        ({"closes_on": YESTERDAY}, "名单不再显示"),
        ({"closed_at": town.MORNING}, "已经截止"),
    ],
    ids=["before", "after", "closed"],
)
def test_nobody_is_shown_outside_the_fieldwork(
    field: Field, survey: dict[str, Any], words: str
) -> None:
    field.change(**survey)
    browser = field.enter(QIAN)
    for path in (LIST, f"{LIST}/people/1"):
        answer = browser.get(path)
        assert answer.status_code == 409
        assert words in answer.text
        assert "老人1" not in answer.text
    assert "老人" not in browser.get("/fieldwork").text


def test_a_plain_form_is_kept_once(field: Field) -> None:
    browser = field.enter(QIAN)
    page = browser.get(f"{LIST}/people/1").text
    assert "wave-1老人1" in page
    assert page.count('name="disposition"') == 14
    given = {"disposition": "completed", "q_prompted": "aware", "q_channel": ["sms", "family"]}
    assert send(browser, 1, **given).headers["location"] == f"{LIST}?saved=1&state=taken#n1"
    assert send(browser, 1, **given).headers["location"].endswith("state=again#n1")
    assert "1 号记好了" in browser.get(f"{LIST}?saved=1&state=taken").text
    with field.store.read() as connection:
        assert kept(connection) == [("completed", "taken", TODAY)]
        assert rows(connection)[1]["interviewer"] == QIAN


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(field: Field) -> None:
    browser = field.enter(QIAN)
    answer = send(browser, 1, disposition="completed", q_unprompted="named")
    assert answer.status_code == 422
    assert "请选“说不清”或“拒答”" in answer.text
    assert 'name="q_unprompted" value="named" checked' in answer.text
    assert 'value="form-0001"' in answer.text
    assert send(browser, 1, disposition="refused", asked_on="昨天").status_code == 422


def test_an_interviewer_corrects_their_own_interview(field: Field) -> None:
    browser = field.enter(QIAN)
    send(browser, 1, disposition="completed", q_prompted="aware")
    assert "填错了，改正" in browser.get(f"{LIST}/people/1").text
    again = {"disposition": "completed", "q_prompted": "unaware", "key": "form-0002"}
    assert send(browser, 1, **again).headers["location"].endswith("state=set_aside#n1")
    send(browser, 1, **{**again, "key": "form-0003"}, corrects="1")
    with field.store.read() as connection:
        assert [state for _, state, _ in kept(connection)] == ["set_aside", "set_aside", "taken"]


def test_a_queue_is_answered_entry_by_entry(field: Field) -> None:
    browser = field.enter(QIAN)
    queue = [
        {
            "key": "a" * 24,
            "number": 1,
            "disposition": "completed",
            "answers": {"prompted": "aware"},
        },
        {"key": "b" * 24, "number": 5, "disposition": "not_home"},
        {"key": "c" * 24, "number": 2, "disposition": "not_home"},
    ]
    first = parcel(browser, *queue).json()["entries"]
    assert [one["state"] for one in first] == ["taken", "refused", "taken"]
    assert first[1]["message"].startswith("编号 5 没有分给您")
    assert [one["state"] for one in parcel(browser, *queue).json()["entries"]] == ["again", "refused", "again"]  # fmt: skip


@pytest.mark.parametrize(
    "entry",
    [
        {"key": "x" * 80, "number": 1, "disposition": "refused"},
        {"key": "a" * 24, "number": 0, "disposition": "refused"},
        {"key": "a" * 24, "number": 1, "disposition": "refused", "name": "张三"},
        {"key": "a" * 24, "number": 1, "disposition": "refused", "answers": {"prompted": 1}},
    ],
    ids=["a long key", "no number", "a name", "an answer that is no text"],
)
def test_a_parcel_of_another_shape_is_refused_whole(field: Field, entry: dict[str, Any]) -> None:
    assert parcel(field.enter(QIAN), entry).status_code == 422
    with field.store.read() as connection:
        assert kept(connection) == []


def test_a_parcel_without_the_token_changes_nothing(field: Field) -> None:
    browser = field.enter(QIAN)
    assert browser.post(f"{LIST}/entries", json={"entries": []}).status_code == 403


def test_who_is_drawn_for_me_is_asked_again_without_the_first_answers(field: Field) -> None:
    browser = field.enter(QIAN)
    send(browser, 1, disposition="completed", q_prompted="aware")
    with field.store.begin() as connection:
        assert draw(connection, REF, 1.0, SUN).numbers == (1,)
    other = field.enter(SUN)
    assert "另有 1 人请您复核" in other.get("/fieldwork").text
    page = other.get(f"{LIST}/again/1").text
    assert "wave-1老人1" in page
    assert "checked" not in page
    data = {"form_token": other.token("/account"), "asked_on": TODAY.isoformat(), "key": "k"}
    wrong = other.post(f"{LIST}/again/1", data={**data, "disposition": "refused", "q_prompted": "aware"})  # fmt: skip
    assert wrong.status_code == 422
    right = {**data, "disposition": "confirmed", "q_prompted": "heard"}
    assert other.post(f"{LIST}/again/1", data=right).status_code == 303
    assert browser.get(f"{LIST}/again/1").status_code == 403


# -- walking all routes -------------------------------------------------------------------------------

_FILL = {
    "ref": REF, "number": "5", "survey": REF, "token": "x", "policy": "phys-65", "channel": "sms", "language": "zh-Hans",
}  # fmt: skip


def every_route(app: Any) -> Iterator[tuple[str, str, Action | None]]:
    """(method, address, what it needs) of every page, with something in each place."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            rule = rule_of(route.endpoint)
            path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: _FILL.get(found[1], "1"), route.path)
            for method in sorted(route.methods or ()):
                yield method, path, rule.action if rule else None


def test_an_interviewer_sees_sampled_people_and_nothing_else(field: Field) -> None:
    """Every route is called: it is public, the account's own, or refused, unless it is one of fieldwork's."""
    browser = field.enter(QIAN)
    token = browser.token("/account")
    opened = set()
    for method, path, needed in every_route(field.app):
        if needed in (None, Action.SELF):
            continue
        answer = browser.request(method, path, headers={"x-form-token": token})
        for name in ("老人5", "老人9"):  # sun's, and of the reserve
            assert name not in answer.text, f"{method} {path}"
        if answer.status_code != 403:
            opened.add((method, path))
    assert {path for _, path in opened} <= {
        "/fieldwork", LIST, f"{LIST}/entries", f"{LIST}/people/5", f"{LIST}/again/5",
    }  # fmt: skip
    assert ("GET", "/fieldwork") in opened


def test_a_worker_or_a_department_has_no_part_in_it(field: Field) -> None:
    browser = field.enter("wei")
    assert [browser.get(path).status_code for path in ("/fieldwork", LIST)] == [403, 403]


def test_nobody_assigned_is_said_plainly(field: Field, add_user: Callable[..., None]) -> None:
    add_user("zhao", "interviewer")
    browser = field.enter("zhao")
    assert "还没有分给您的人" in browser.get("/fieldwork").text
    assert browser.get(LIST).status_code == 403
    with field.store.begin() as connection:
        connection.execute(update(Respondent).values(assigned="zhao"))
    assert "分给您 <b>8</b> 人" in browser.get("/fieldwork").text  # not the reserve
    assert LI != "zhao"
