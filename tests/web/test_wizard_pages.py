"""新建宣传任务 on pages: without a script from nothing to a draft that is submitted, mistakes beside their fields."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from httpx2 import Response
from sqlalchemy import func, select, update

from outreach.access.scope import Scope
from outreach.campaigns import queries, schemas, service, sketches
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Campaign, Sketch
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

STEP = {
    "channel": "sms", "timing": "now", "at": "", "after": "", "wait": "", "when": "", "account": "", "form": "",
    "late": "24", "kept": "",
}  # fmt: skip


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def columns(*steps: dict[str, str]) -> dict[str, list[str]]:
    """Steps as the form sends them: one list for each field."""
    rows = [{**STEP, **step} for step in steps]
    return {key: [row[key] for row in rows] for key in STEP}


def begin(browser: Browser, **fields: Any) -> str:
    answer = send(browser, "/campaigns/new", **fields)
    assert answer.status_code == 303
    return answer.headers["location"].removesuffix("/policies")


def fill(browser: Browser, at: str, page: str, /, **fields: Any) -> Response:
    found = re.search(r'name="revision" value="(\d+)"', browser.get(f"{at}/{page}").text)
    assert found
    return send(browser, f"{at}/{page}", **{"do": "next", "revision": found[1], **fields})


def walk(browser: Browser, at: str) -> str:
    """All four pages; where the last one leads."""
    first = fill(browser, at, "policies", title="", policy=["check", "insure"])
    assert first.headers["location"] == f"{at}/people"
    second = fill(
        browser, at, "people", region=town.COUNTY, announce="general", **{"class": "publicity"}
    )
    assert second.headers["location"] == f"{at}/steps"
    third = fill(
        browser, at, "steps", budget="100", any_hour="",
        **columns({}, {"channel": "flyer", "timing": "after", "after": "1", "wait": "72", "when": "unreached"}),
    )  # fmt: skip
    assert third.headers["location"] == f"{at}/words"
    last = fill(
        browser, at, "words", office="演示县政务办", phone="12345", valid_until="2027-02-28", opt_out="回复R退订", dialects="",
    )  # fmt: skip
    assert last.status_code == 303, last.text
    return str(last.headers["location"])


def test_a_campaign_is_written_looked_at_and_submitted_without_a_script(office: Office) -> None:
    zhou = office.enter("zhou")
    check = walk(zhou, begin(zhou))
    ref = check.split("/")[2]
    with office.store.read() as connection:
        campaign = service.get(connection, ref)
        assert campaign["status"] == "draft"
        assert campaign["title"] == "11月免费体检、交医保告知"
        assert campaign["budget_fen"] == 10_000
        steps = queries.steps(connection, campaign["id"])
        assert [(one["channel"], one["after_step"], one["condition"]) for one in steps] == [
            ("sms", None, ""), ("flyer", 1, "unreached"),
        ]  # fmt: skip
        assert steps[1]["options"]["wait"] == 72 * 3600
        assert connection.scalar(select(func.count()).select_from(Sketch)) == 0
    page = ready(zhou, check)
    assert "齐了" in page
    assert "要告诉的人" in page
    assert "【演示县政务办】" in page
    assert send(zhou, f"/campaigns/{ref}/submit").status_code == 303
    assert office.status(ref) == "submitted"
    assert zhou.get(check).headers["location"] == f"/campaigns/{ref}"


def ready(browser: Browser, check: str) -> str:
    """The page of the last look once its preview is made."""
    for _ in range(100):
        page = browser.get(check).text
        if "正在按名单一个一个算" not in page:
            return page
        assert 'http-equiv="refresh"' in page
        time.sleep(0.05)
    raise AssertionError("the preview was never made")


WRONG = [
    pytest.param("policies", {"title": "x"}, "至少选一项政策", id="no policy"),
    pytest.param("people", {"region": town.COUNTY, "class": "urgent", "announce": "general"}, "为什么紧急", id="urgent, no reason"),
    pytest.param("people", {"region": "61", "class": "publicity", "announce": "general"}, "不在您负责的", id="another county"),
    pytest.param("people", {"region": "seven", "class": "publicity", "announce": "general"}, "不是地区代码", id="no code"),
    pytest.param("steps", {**columns({}), "budget": "很多"}, "不是金额", id="a budget in words"),
    pytest.param("steps", {"budget": ""}, "至少要有一步", id="no step"),
    pytest.param("steps", {**columns({"timing": "at", "at": "tomorrow"})}, "写日期和时间", id="no time"),
    pytest.param("words", {"office": "", "valid_until": "2027-02-30"}, "发出单位", id="no office"),
    pytest.param("words", {"office": "x", "valid_until": "2027-02-30"}, "不是日子", id="no such day"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "fields", "words"), WRONG)
def test_a_mistake_is_said_in_chinese_on_its_page_and_nothing_is_kept(
    office: Office, page: str, fields: dict[str, Any], words: str
) -> None:
    zhou = office.enter("zhou")
    at = begin(zhou)
    before = _sketch(office)
    answer = fill(zhou, at, page, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert "这一页还没有存" in answer.text
    assert "campaigns." not in answer.text
    assert _sketch(office) == before


def _sketch(office: Office) -> Any:
    with office.store.read() as connection:
        return connection.execute(select(Sketch.document, Sketch.revision)).all()


def test_what_was_typed_stands_there_again(office: Office) -> None:
    zhou = office.enter("zhou")
    at = begin(zhou)
    fill(zhou, at, "policies", title="冬天", policy=["check"])
    page = fill(
        zhou, at, "steps", budget="很多", any_hour="台风", **columns({"channel": "group"})
    ).text
    assert 'value="很多"' in page
    assert 'value="台风"' in page
    assert '<option value="group" selected>' in page


def test_it_is_gone_on_with_another_day(office: Office) -> None:
    zhou = office.enter("zhou")
    at = begin(zhou)
    fill(zhou, at, "policies", title="冬天的事", policy=["check"], do="stay")
    listed = office.enter("zhou").get("/campaigns").text
    assert "没写完的" in listed
    assert "冬天的事" in listed
    assert f'href="{at}/policies"' in listed
    assert send(zhou, f"{at}/drop").status_code == 303
    assert "没写完的" not in zhou.get("/campaigns").text
    assert zhou.get(f"{at}/policies").status_code == 404


def test_ready_made_steps_are_filled_in_and_can_be_changed(office: Office) -> None:
    zhou = office.enter("zhou")
    at = begin(zhou)
    page = zhou.get(f"{at}/steps").text
    assert "plan-text-paper" in page
    assert "plan-door-call" not in page  # nobody calls from here: there is no account for it
    filled = fill(zhou, at, "steps", do="plan-text-paper").text
    assert filled.count('name="channel"') == 2
    assert 'value="72"' in filled
    fewer = fill(
        zhou, at, "steps", do="drop-1", **columns({}, {"channel": "flyer", "timing": "after", "after": "1"})
    ).text  # fmt: skip
    assert fewer.count('name="channel"') == 1
    assert '<option value="now" selected>' in fewer
    assert _sketch(office)[0].document.keys() == {"id"}


def test_a_bundle_ticks_its_policies(office: Office) -> None:
    with office.store.begin() as connection:
        town.load(connection, {**town.CHECK, "id": "phys-65", "plain_name": "65岁免费体检"})
    zhou = office.enter("zhou")
    at = begin(zhou)
    known = re.findall(r'name="known" value="([^"]+)"', zhou.get(f"{at}/policies").text)
    fill(zhou, at, "policies", do="bundle-old", known=known, policy=["insure"])
    assert _sketch(office)[0].document["policies"] == ["insure", "phys-65"]


def test_a_draft_is_changed_on_the_same_pages(office: Office) -> None:
    office.write(written_dialects={"reason": "试"})
    zhou = office.enter("zhou")
    answer = send(zhou, "/campaigns/winter/edit", to="words")
    at = answer.headers["location"].removesuffix("/words")
    page = zhou.get(f"{at}/words").text
    assert 'value="演示县政务办"' in page
    assert 'value="试"' in page
    fill(zhou, at, "words", office="演示县民政局", valid_until="2027-03-01")
    with office.store.read() as connection:
        campaign = service.get(connection, "winter")
        assert campaign["options"]["office"] == "演示县民政局"
        assert "written_dialects" not in campaign["options"]
        assert campaign["options"]["ignore_quiet_hours"] == "测试"
        moves = connection.scalars(select(AuditEntry.detail).order_by(AuditEntry.id)).all()
    assert moves[-1]["move"] == "change"
    assert "改了草稿" not in zhou.get("/campaigns/winter").text  # 经过 belongs to what is released


def test_a_file_comes_out_that_the_command_reads_to_the_same_campaign(office: Office) -> None:
    zhou = office.enter("zhou")
    ref = walk(zhou, begin(zhou)).split("/")[2]
    answer = zhou.get(f"/campaigns/{ref}/campaign.yaml")
    assert answer.headers["content-disposition"].startswith("attachment")
    order = schemas.parse(yaml.safe_load(answer.text), town.ZONE, "a.yaml")
    with office.store.begin() as connection:
        connection.execute(update(Campaign).values(ref="before"))
        again = service.create(connection, order, "zhou", town.COUNTY)
        first, second = queries.by_ref(connection, "before"), queries.by_id(connection, again)
        assert first is not None
        same = ("title", "region", "message_class", "announce", "options", "budget_fen")
        assert {key: first[key] for key in same} == {key: second[key] for key in same}
        kept = ("number", "channel", "condition", "due_at", "after_step", "late_hours", "options")
        for one, other in zip(
            queries.steps(connection, first["id"]), queries.steps(connection, again), strict=True
        ):
            assert {key: one[key] for key in kept} == {key: other[key] for key in kept}


def test_an_old_campaign_is_written_again(office: Office) -> None:
    office.write()
    zhou = office.enter("zhou")
    at = begin(zhou, like="winter")
    assert "冬季告知（再来一次）" in zhou.get(f"{at}/policies").text
    assert 'value="演示县政务办"' in zhou.get(f"{at}/words").text


def test_only_the_whole_region_of_a_campaign_may_be_written_for(office: Office) -> None:
    office.write()
    dong = office.enter("dong")
    assert send(dong, "/campaigns/winter/edit", to="words").status_code == 403
    assert dong.get("/campaigns/winter/check").status_code == 403
    at = begin(office.enter("zhou"))
    assert dong.get(f"{at}/policies").status_code == 404


def test_who_does_not_write_campaigns_finds_no_page(office: Office) -> None:
    for name in ("chen", "wu", "he", "ke"):
        assert send(office.enter(name), "/campaigns/new").status_code == 403


def test_two_people_do_not_overwrite_each_other(office: Office) -> None:
    zhou = office.enter("zhou")
    at = begin(zhou)
    with office.store.begin() as connection:
        number = int(at.rsplit("/", 1)[1])
        sketch = sketches.get(connection, Scope(town.COUNTY), number)
        sketches.keep(connection, sketch, {"title": "别人写的"}, "dong", 0)
    answer = send(zhou, f"{at}/policies", do="next", revision="0", title="我写的", policy=["check"])
    assert answer.status_code == 422
    assert "改过这个任务" in answer.text
    assert 'value="我写的"' in answer.text
    with office.store.read() as connection:
        assert sketches.get(connection, Scope(town.COUNTY), number).title == "别人写的"
