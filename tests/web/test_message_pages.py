"""宣传内容: an officer sees what is wrong with a text, writes, saves, and loses nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from outreach.messages import editing, service
from outreach.messages.editing import Edit
from outreach.messages.lint import VARIABLES
from outreach.messages.schemas import Place
from outreach.web.presenters.messages_variables import ORDER
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

SMS = "/messages/check/sms/zh-Hans"
YUE = "/messages/check/broadcast/yue-Hans"
AT_SMS = Place("check", "sms", "zh-Hans", "sms", "general")
AT_YUE = Place("check", "broadcast", "yue-Hans", "broadcast", "general")
GOOD = (
    "{{ signature }}满65岁的，符合条件的可以申请{{ policy.plain_name }}，{{ policy.amount_text }}。带身份证，到{{ policy.where }}办，"
    "全年都行。不收费，不要密码和验证码。问{{ policy.phone }}。{{ opt_out }}"
)


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


@pytest.fixture
def zhou(office: Office) -> Browser:
    return office.enter("zhou")


def words(answer: Response) -> str:
    """What can be read on a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", answer.text))


def row(answer: Response, ref: str) -> str:
    """One policy's line of the list."""
    (found,) = [one for one in answer.text.split("<tr>") if f'href="/messages/{ref}"' in one]
    return found


def newest(office: Office, place: Place = AT_SMS) -> Any:
    with office.store.read() as connection:
        return service.get(connection, place)


def put(office: Office, place: Place, body: str, by: str = "dong", base: int = 0) -> None:
    with office.store.begin() as connection:
        editing.save(connection, Edit(place, "题", body, base), by)


# -- the list ---------------------------------------------------------------------------------------------


def test_the_list_says_what_is_missing_wrong_and_waiting(office: Office, zhou: Browser) -> None:
    put(office, AT_YUE, "各位街坊，{{ policy.one_line }}，问{{ policy.phone }}。")
    put(office, AT_SMS, "{{ signature }}{{ policy.plain_name }}一定能领。{{ opt_out }}", base=1)
    answer = zhou.get("/messages")
    line = row(answer, "check")
    assert "4 份没写" in line  # broadcast, visit, call, paper
    assert re.search(r"有 \d+ 处错", line)
    assert "粤语" in line
    assert 'href="/messages/check/visit/zh-Hans"' in line
    assert "几项政策合成一条" in answer.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("domain=医疗", {"check", "insure"}),
        ("domain=养老", set()),
        ("q=体检", {"check"}),
        ("state=ready", set()),
        ("state=missing", {"check", "insure", "bundle"}),
        ("state=unread", set()),
    ],
)
def test_the_list_can_be_filtered(query: str, shown: set[str], zhou: Browser) -> None:
    answer = zhou.get(f"/messages?{query}")
    found = set(
        re.findall(r'<th scope="row" class="full"><a href="/messages/([a-z]+)"', answer.text)
    )
    assert found == shown


# -- one policy -------------------------------------------------------------------------------------------


def test_all_texts_of_a_policy_stand_side_by_side_with_its_facts(
    office: Office, zhou: Browser
) -> None:
    put(office, AT_YUE, "各位街坊，{{ policy.one_line }}。")
    seen = words(zhou.get("/messages/check"))
    assert "【演示县政务办】" not in seen  # no campaign has said so yet
    assert "【示范县】满65岁可以免费体检，到卫生院。拒收请回复R" in seen
    assert "各位街坊，满65岁可以免费体检。" in seen
    assert "念一遍约" in seen


def test_the_facts_are_those_of_the_place_that_is_chosen(office: Office, zhou: Browser) -> None:
    from outreach.policies import service as policies

    with office.store.begin() as connection:
        policies.fill_in(
            connection, "check", town.EAST, facts={"where": "东村卫生室"}, parameters={}, by="zhou", on=town.TODAY,
        )  # fmt: skip
    assert "到卫生院" in words(zhou.get("/messages/check"))
    assert "到东村卫生室" in words(zhou.get(f"/messages/check?region={town.EAST}"))
    assert "到东村卫生室" in words(zhou.get(f"{SMS}?region={town.EAST}"))
    assert office.enter("wu").get(f"/messages/check?region={town.WEST}").status_code == 403


def test_a_new_text_begins_where_it_will_stand(zhou: Browser) -> None:
    asked = "/messages/check/new?channel=group&language=yue-Hans&form=rhyme"
    assert zhou.get(asked).headers["location"] == "/messages/check/group/yue-Hans?form=rhyme"
    assert zhou.get("/messages/check/new?channel=sms&form=rhyme").status_code == 422
    assert zhou.get("/messages/nosuch/new?channel=sms").status_code == 404


def test_the_notice_comes_as_a_picture(office: Office, zhou: Browser) -> None:
    address = f"/messages/check/picture.png?language=zh-Hans&region={town.COUNTY}"
    assert html.escape(address) in zhou.get("/messages/check/group/zh-Hans").text
    assert "picture.png" not in zhou.get(SMS).text
    answer = zhou.get(address)
    assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG")


# -- the editor -------------------------------------------------------------------------------------------


def test_the_editor_says_what_is_wrong_where_and_what_to_do(zhou: Browser) -> None:
    bad = "{{ signature }}您可以领{{ policy.plain_name }}，请及时缴纳。加微信13800000000。{{ opt_out }}"
    answer = send(zhou, SMS, page=SMS, title="题", body=bad, base=1)
    seen = words(answer)
    assert answer.status_code == 200
    assert "处错，改好才能送审" in seen
    assert 'data-words="缴纳"' in answer.text
    assert "没说" in seen
    assert "每人计费" in seen
    assert "¥0.07" in seen  # the price of a part on the account
    assert bad in html.unescape(answer.text)


def test_a_good_text_is_said_to_be_good_and_its_cost_is_counted(zhou: Browser) -> None:
    seen = words(send(zhou, SMS, page=SMS, title="题", body=GOOD, base=1))
    assert "可以用" in seen
    assert "好懂的程度" in seen
    assert "符合条件的 3 人" in seen  # three of the town's four people are over 65, for sure


def test_what_the_script_fetches_is_what_the_button_shows(zhou: Browser) -> None:
    fields = {"title": "题", "body": GOOD + "绝对最好", "base": 1, "likely": 3}
    whole = send(zhou, SMS, page=SMS, **fields)
    part = send(zhou, f"{SMS}/look", page=SMS, **fields)
    assert part.status_code == 200
    assert "<html" not in part.text
    squeezed = re.sub(r"\s+", "", part.text)
    assert squeezed in re.sub(r"\s+", "", whole.text)
    assert "绝对" in part.text


def test_saving_makes_a_version_and_says_so(office: Office, zhou: Browser) -> None:
    answer = send(zhou, SMS, page=SMS, do="save", title="体检", body=GOOD, base=1, why="重写")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SMS}?said=saved")
    text = newest(office)
    assert (text.version, text.body, text.title) == (2, GOOD, "体检")
    seen = words(zhou.get(f"{SMS}?said=saved"))
    assert "保存好了" in seen
    assert "zhou某" in seen
    assert "重写" in seen


def test_two_who_write_at_once_lose_nothing(office: Office, zhou: Browser) -> None:
    put(office, AT_SMS, "对方写的{{ policy.where }}", by="dong", base=1)
    answer = send(zhou, SMS, page=SMS, do="save", title="题", body=GOOD, base=1, why="我的")
    seen = html.unescape(answer.text)
    assert answer.status_code == 409
    assert "dong某 在您写的时候保存了第 2 版" in seen
    assert GOOD in seen
    assert "对方写的" in seen  # in the comparison
    assert newest(office).body == "对方写的{{ policy.where }}"
    (base,) = re.findall(r'name="base" value="(\d+)"><input type="hidden" name="likely"', seen)
    assert send(zhou, SMS, page=SMS, do="save", title="题", body=GOOD, base=base).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": "{{ policy.wher }}"}, "写法有 1 处错"),
        ({"body": ""}, "还没有写字"),
        ({"title": ""}, "写上名字"),
        ({"to_form": "letter"}, "没有“letter”这一种"),
        ({"title": "题\x01"}, "看不见的字符（U+0001）"),
        ({"notes": "提醒\u202e"}, "看不见的字符（U+202E）"),
        ({"body": "一份文件" * 10_000}, "写法有 1 处错"),
    ],
)
def test_what_cannot_be_saved_comes_back_with_the_words(
    fields: dict[str, str], said: str, office: Office, zhou: Browser
) -> None:
    sent = {"title": "题", "body": GOOD, "base": 1, "why": "改地点", **fields}
    answer = send(zhou, SMS, page=SMS, do="save", **sent)
    seen = html.unescape(answer.text)
    assert answer.status_code == 422
    assert said in seen
    assert f"\n{sent['body']}</textarea>" in seen
    assert 'value="改地点"' in seen
    assert newest(office).version == 1


def test_a_text_may_become_another_form(office: Office, zhou: Browser) -> None:
    group = "/messages/check/group/zh-Hans"
    fields = {"title": "题", "body": "顺口溜，问{{ policy.phone }}", "base": 1, "to_form": "rhyme"}
    answer = send(zhou, group, page=group, do="save", **fields)
    assert answer.headers["location"] == f"{group}?form=rhyme&said=saved"
    with office.store.read() as connection:
        places = {text.place for text in service.newest(connection, ["check"])}
    assert {place.form for place in places if place.channel == "group"} == {"rhyme"}


def test_an_empty_place_can_be_begun_from_another_text(office: Office, zhou: Browser) -> None:
    assert "抄一份来改" in zhou.get(YUE).text
    begun = zhou.get(f"{YUE}?start=sms/zh-Hans/check")
    (body,) = re.findall(r"<textarea[^>]*name=\"body\"[^>]*>\n(.*?)</textarea>", begun.text, re.S)
    assert html.unescape(body) == "{{ policy.one_line }}，到{{ policy.where }}。"
    with pytest.raises(Exception, match="no_variant"):
        newest(office, AT_YUE)


def test_a_dialect_is_written_beside_the_common_language(office: Office, zhou: Browser) -> None:
    plain = AT_YUE._replace(language="zh-Hans")
    put(office, plain, "乡亲们，{{ policy.one_line }}。")
    seen = words(zhou.get(YUE))
    assert "对照：大喇叭·普通话" in seen
    assert "乡亲们，满65岁可以免费体检。" in seen
    assert "对照：" not in words(zhou.get(f"{YUE}?beside=-"))


def test_versions_are_compared_and_taken_back(office: Office, zhou: Browser) -> None:
    put(office, AT_SMS, "第二版{{ policy.where }}", base=1)
    compared = zhou.get(f"{SMS}?version=1")
    assert "第 1 版 → 现在这样" in words(compared)
    assert "<del>" in compared.text
    assert "<ins>" in compared.text
    answer = send(zhou, f"{SMS}/restore", page=SMS, version=1, base=2)
    assert answer.headers["location"] == f"{SMS}?said=restored"
    assert (newest(office).version, newest(office).body) == (3, town.SMS)
    assert send(zhou, f"{SMS}/restore", page=SMS, version=2, base=2).status_code == 409


def test_a_text_is_given_up_and_can_be_taken_back(office: Office, zhou: Browser) -> None:
    answer = send(zhou, f"{SMS}/retire", page=SMS, why="改发群消息", base=1)
    assert answer.headers["location"] == "/messages/check?said=retired"
    seen = words(zhou.get(SMS))
    assert "改发群消息" in seen
    assert "停用" in seen
    assert send(zhou, f"{SMS}/restore", page=SMS, version=1, base=2).status_code == 303
    assert newest(office).body == town.SMS


def test_a_second_person_writes_the_reader_down(office: Office, zhou: Browser) -> None:
    put(office, AT_YUE, "各位街坊，{{ policy.one_line }}。", by="zhou")
    seen = words(zhou.get(YUE))
    assert "这一版是您写的，审读要由另一位同事登记。" in seen
    refused = send(zhou, f"{YUE}/review", page=YUE, reader="黄婆婆", base=1)
    assert refused.status_code == 403
    put(office, AT_YUE, "各位街坊，听清楚，{{ policy.one_line }}。", by="dong", base=1)
    assert send(zhou, f"{YUE}/review", page=YUE, reader="黄婆婆", base=1).status_code == 409
    answer = send(zhou, f"{YUE}/review", page=YUE, reader="黄婆婆", note="念着顺", base=2)
    assert answer.headers["location"] == f"{YUE}?said=reviewed"
    assert newest(office, AT_YUE).reviewed_by == "黄婆婆"
    assert "黄婆婆，2026-11-23" in words(zhou.get(YUE))


def test_a_campaign_that_has_signed_a_text_is_named(office: Office, zhou: Browser) -> None:
    with office.store.begin() as connection:
        town.released(connection)
    assert "任务在用：冬季告知（用第 1 版）" in words(zhou.get("/messages/check"))
    assert "任务在用：冬季告知（第 1 版），改了也照签发时的发。" in words(zhou.get(SMS))
    assert "【演示县政务办】" in words(zhou.get(SMS))  # as in the newest campaign


def test_a_template_that_could_run_away_is_refused_and_comes_back(zhou: Browser) -> None:
    wild = "{% for p in policies %}{% for q in policies %}{{ q.one_line }}{% endfor %}{% endfor %}"
    answer = send(zhou, f"{SMS}/look", page=SMS, title="题", body=wild, base=1)
    assert answer.status_code == 200
    assert "处错" in words(answer)
    assert "六问" not in words(answer)  # what cannot be read answers nothing, and is not ticked off


# -- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seen", "written"),
    [("zhou", 200, 303), ("dong", 200, 403), ("chen", 200, 403), ("wu", 200, 403), ("he", 403, 403), ("ke", 403, 403)],
)  # fmt: skip
def test_who_may_see_and_who_may_write(name: str, seen: int, written: int, office: Office) -> None:
    browser = office.enter(name)
    for path in ("/messages", "/messages/check", SMS):
        assert browser.get(path).status_code == seen
    answer = send(browser, SMS, do="save", title="题", body=GOOD, base=1)
    assert answer.status_code == written
    if seen == 200 and written == 403:
        assert 'value="save"' not in browser.get(SMS).text


@pytest.mark.parametrize(
    "path",
    ["/messages/nosuch", "/messages/nosuch/sms/zh-Hans", "/messages/check/fax/zh-Hans", "/messages/check/sms/普通话", "/messages/check/sms/zh-Hans?form=qa", "/messages/check/sms/zh-Hans?form=../x"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_says_so(path: str, zhou: Browser) -> None:
    assert zhou.get(path).status_code in (404, 422)


def test_every_variable_is_offered_once() -> None:
    listed = {name for name in VARIABLES if not name.startswith("policies[]")}
    assert set(ORDER) == listed | {"policies[].one_line"}
    assert len(ORDER) == len(set(ORDER))
