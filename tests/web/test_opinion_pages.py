"""意见: the code on a sheet, the form of whoever hears one, the inbox; nothing in clear without a reason, nothing twice."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from outreach.access import service as access
from outreach.access.schemas import NewUser
from outreach.deliveries import sheet_codes
from outreach.models.access import AuditEntry
from outreach.models.deliveries import Delivery
from outreach.models.signals import Opinion
from outreach.reach.opinions.schemas import CONTACT, TEXT
from outreach.web.routes import sheet_opinions as routes
from outreach.web.throttle import Throttle
from tests import town
from tests.web import conftest
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

WORDS, PHONE = "窗口中午没有人", "13800000199"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            user = NewUser("guan", "observer", town.TOWN, "观察员甲")
            access.add_user(connection, user, conftest.hashed(), by="test")
            town.released(connection)
        yield opened


def rows(office: Office) -> list[dict[str, Any]]:
    with office.store.read() as connection:
        found = connection.execute(select(Opinion).order_by(Opinion.id)).mappings()
        return [dict(row) for row in found]


def written(office: Office, name: str = "wu", **fields: str) -> int:
    send(office.enter(name), "/opinions/say", text=WORDS, **fields)
    return int(rows(office)[-1]["id"])


def seen(browser: Browser, opinion: int) -> str:
    found = re.search(r'name="seen" value="(\d+)"', browser.get(f"/opinions/{opinion}").text)
    assert found
    return found.group(1)


# -- the code on a sheet -------------------------------------------------------------------------------


@pytest.fixture
def stranger(office: Office, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(routes, "THROTTLE", Throttle(each=3, all_=100, seconds=600))
    return Browser(office.app, follow_redirects=False)


def path(office: Office) -> str:
    return f"/q/{sheet_codes.token(office.home.vault, office.campaign_id())}/say"


def test_a_resident_writes_without_a_name_and_is_taken_once(
    office: Office, stranger: Browser
) -> None:
    page = stranger.get(path(office)).text
    assert "说说意见" in stranger.get(path(office).removesuffix("/say")).text
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    fields = {"text": WORDS, "kind": "problem", "contact": PHONE, "once": once.group(1)}
    for _ in range(2):  # the button pressed twice
        answer = send(stranger, path(office), path(office), **fields)
        assert answer.status_code == 200
        assert "收到了" in answer.text
    [row] = rows(office)
    assert (row["source"], row["kind"], row["by"], row["region"]) == ("qr", "problem", "", town.COUNTY)  # fmt: skip
    assert row["campaign_id"] == office.campaign_id()
    assert office.home.vault.decrypt(TEXT, row["said"]) == WORDS
    assert office.home.vault.decrypt(CONTACT, row["contact"]) == PHONE
    assert WORDS not in str(row)
    assert "name" not in re.findall(r'name="(\w+)"', page)


def test_a_resident_may_correct_a_sent_form_and_both_are_kept(
    office: Office, stranger: Browser
) -> None:
    for text in (WORDS, WORDS + "，下午也没有"):
        send(stranger, path(office), path(office), text=text, once="a")
    assert len(rows(office)) == 2


def test_too_many_from_one_place_are_told_to_wait_and_their_words_stand_there_still(
    office: Office, stranger: Browser
) -> None:
    for n in range(3):
        send(stranger, path(office), path(office), text=f"{WORDS}{n}", once=str(n))
    answer = send(stranger, path(office), path(office), text="还有一件事", once="4")
    assert answer.status_code == 429
    assert "过十分钟再写" in answer.text
    assert "还有一件事" in answer.text
    assert len(rows(office)) == 3


def test_an_empty_form_says_so_and_a_torn_code_leads_nowhere(
    office: Office, stranger: Browser
) -> None:
    answer = send(stranger, path(office), path(office), text="  ")
    assert answer.status_code == 422
    assert "还没有写内容" in answer.text
    assert stranger.get("/q/1.torn/say").status_code == 404
    assert send(stranger, "/q/1.torn/say", path(office), text=WORDS).status_code == 404
    assert send(stranger, path(office), path(office), text=WORDS, kind="rumour").status_code == 422
    assert rows(office) == []


# -- whoever hears one ---------------------------------------------------------------------------------


def test_a_worker_writes_what_was_said_at_a_door_and_only_the_village_is_kept(
    office: Office,
) -> None:
    office.fire()
    with office.store.read() as connection:
        mine = select(Delivery.id).where(Delivery.village == town.EAST, Delivery.kind == "person")
        delivery = connection.scalars(mine).first()
    wu = office.enter("wu")
    page = wu.get(f"/opinions/say?delivery={delivery}&source=phone").text
    assert f'<option value="{town.EAST}"' in page
    assert 'value="phone" checked' in page
    assert send(wu, "/opinions/say", text=WORDS, source="phone", region=town.EAST).status_code == 303  # fmt: skip
    [row] = rows(office)
    assert (row["source"], row["region"], row["by"]) == ("phone", town.EAST, "wu")
    after = wu.get("/opinions/say?said=say").text
    assert ["记下了" in after, WORDS in after] == [True] * 2


def test_a_worker_cannot_write_for_another_place_nor_say_it_came_from_the_hotline(
    office: Office,
) -> None:
    wu = office.enter("wu")
    assert send(wu, "/opinions/say", text=WORDS, region=town.WEST).status_code == 403
    send(wu, "/opinions/say", text=WORDS, source="hotline")
    [row] = rows(office)
    assert row["source"] == "door"


def test_a_form_sent_twice_by_a_worker_is_one_opinion(office: Office) -> None:
    wu = office.enter("wu")
    for _ in range(2):
        send(wu, "/opinions/say", text=WORDS, once="abc")
    assert len(rows(office)) == 1


def test_an_observer_sees_only_their_own_with_the_answer(office: Office) -> None:
    written(office, "wu")
    mine = written(office, "guan", contact=PHONE)
    zhou = office.enter("zhou")
    send(zhou, f"/opinions/{mine}/answer", text="已经排了中午的班")
    guan = office.enter("guan")
    page = guan.get("/opinions/say").text
    assert page.count(WORDS) == 1
    assert ["已经排了中午的班" in page, "联系电话" in page] == [True, False]
    assert guan.get("/opinions").status_code == 403
    assert guan.get(f"/opinions/{mine}").status_code == 403
    assert rows(office)[-1]["contact"] == ""  # nothing personal of an observer is kept
    assert "/opinions/say" in guan.get("/policies").text


# -- the inbox -----------------------------------------------------------------------------------------


def test_who_sees_the_inbox_and_which_part_of_it(office: Office) -> None:
    east = written(office, "wu")
    west = written(office, "xi")
    assert office.enter("zhou").get("/opinions").text.count(WORDS) == 2
    dong = office.enter("dong")
    assert dong.get("/opinions").text.count(WORDS) == 1
    assert dong.get(f"/opinions/{east}").status_code == 200
    assert dong.get(f"/opinions/{west}").status_code == 404
    assert send(dong, f"/opinions/{west}/take").status_code == 404
    chen = office.enter("chen")
    page = chen.get(f"/opinions/{east}").text
    assert ["接着办" in page, "看号码" in page] == [False, False]
    assert send(chen, f"/opinions/{east}/take").status_code == 403
    for other in ("wu", "he", "ke"):
        assert office.enter(other).get("/opinions").status_code == 403


def test_the_whole_way_on_the_page(office: Office) -> None:
    key = written(office, "wu", policy="check", contact=PHONE, kind="problem")
    zhou = office.enter("zhou")
    assert "1 条新意见" in zhou.get("/today").text
    assert "意见 1 条，1 条没答复" in zhou.get("/policies/check").text
    listed = zhou.get("/opinions").text
    assert ["办事遇到问题" in listed, "新来的 <b>1</b> 条" in listed] == [True] * 2
    assert PHONE not in zhou.get(f"/opinions/{key}").text
    answer = send(zhou, f"/opinions/{key}/take", seen=seen(zhou, key))
    assert "归您了" in zhou.get(answer.headers["location"]).text
    assert send(zhou, f"/opinions/{key}/answer", text="").status_code == 422
    answer = send(zhou, f"/opinions/{key}/answer", text="中午有人了", seen=seen(zhou, key))
    page = zhou.get(answer.headers["location"]).text
    assert "您好，您反映的问题答复如下：中午有人了" in page
    send(zhou, f"/opinions/{key}/close", seen=seen(zhou, key))
    send(zhou, f"/opinions/{key}/reopen", note="又没人了", seen=seen(zhou, key))
    page = zhou.get(f"/opinions/{key}").text
    assert [words in page for words in ("又没人了", "已办结", "在办")] == [True] * 3
    assert rows(office)[0]["state"] == "taken"


def test_of_two_who_answer_at_once_the_second_keeps_the_words_and_sees_why(
    office: Office,
) -> None:
    key = written(office, "wu")
    zhou, dong = office.enter("zhou"), office.enter("dong")
    before = seen(dong, key)
    send(zhou, f"/opinions/{key}/answer", text="中午有人了", seen=before)
    answer = send(dong, f"/opinions/{key}/answer", text="正在问窗口", seen=before)
    assert answer.status_code == 409
    assert "刚被别人动过" in answer.text
    assert "中午有人了" in answer.text


def test_a_number_is_shown_after_a_reason_which_stands_in_the_log(office: Office) -> None:
    key = written(office, "wu", contact=PHONE)
    zhou = office.enter("zhou")
    page = zhou.get(f"/opinions/{key}").text
    assert ["138****0199" in page, PHONE in page] == [True, False]
    assert send(zhou, f"/opinions/{key}/contact", reason="看").status_code == 422
    shown = send(zhou, f"/opinions/{key}/contact", reason="打电话答复")
    assert f'href="tel:{PHONE}"' in shown.text
    assert shown.headers["cache-control"] == "no-store"
    with office.store.read() as connection:
        details = connection.scalars(
            select(AuditEntry.detail).where(AuditEntry.thing == f"opinion:{key}")
        ).all()
    assert details[-1] == {"move": "contact", "reason": "打电话答复"}


def test_the_list_is_narrowed_and_taken_out_as_a_workbook_without_contacts(
    office: Office,
) -> None:
    written(office, "wu", policy="check", contact=PHONE)
    written(office, "xi")
    zhou = office.enter("zhou")
    assert zhou.get("/opinions?policy=check").text.count(WORDS) == 1
    assert "没有这样的意见" in zhou.get("/opinions?age=late").text
    assert zhou.get("/opinions?region=600102").status_code == 403
    answer = zhou.get("/opinions/list.xlsx?policy=check")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert (cells.count(WORDS), PHONE in " ".join(cells)) == (1, False)


def test_every_list_of_a_worker_leads_to_the_form(office: Office) -> None:
    wu = office.enter("wu")
    for page in ("/visits", "/calls", "/tasks", "/posts"):
        links = re.findall(r'href="(/opinions/say[^"]*)"', wu.get(page).text)
        assert links, page
        assert {wu.get(link.replace("&amp;", "&")).status_code for link in links} == {200}
