"""预览: everything that will go out, one person, two versions; made in the background, never by looking at the page."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import openpyxl
import pytest
from sqlalchemy import insert, select, update

from outreach.campaigns import service
from outreach.campaigns.preview.schemas import Preview
from outreach.models.deliveries import Account
from outreach.models.people import Person, Refusal, Region
from outreach.web.kept_previews import Kept, KeptPreviews, Work
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

PAGE = "/campaigns/winter/preview"


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        vault = opened.home.vault
        with opened.store.begin() as connection:
            for number in range(3):
                name = vault.encrypt("name", "欧阳小明")
                town.add_person(
                    connection, vault, f"+861380000070{number}", name=name,
                    name_key=vault.keyed_hash("name", "欧阳小明") if number else None,
                )  # fmt: skip
            town.write_text(
                connection,
                "sms/zh-Hans/check",
                "{{ signature }}{{ name }}，" + "惠" * 51 + "。{{ opt_out }}",
                version=2,
            )
        yield opened


def made(browser: Browser, ref: str = "winter") -> str:
    """The page after the button was pressed and the work is done."""
    page = f"/campaigns/{ref}/preview"
    assert send(browser, page).headers["location"] == page
    for _ in range(200):
        answer = browser.get(page)
        if "refresh" not in answer.headers:
            return answer.text
        assert 'role="progressbar"' in answer.text
        time.sleep(0.05)
    raise AssertionError("the preview never came to an end")


def test_a_draft_is_looked_at_in_the_background_and_kept(office: Office) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    assert "还没有算过" in zhou.get(PAGE).text
    page = made(zhou)
    assert "某某某" in page
    assert "欧阳" not in page
    assert "计费" in page
    assert "每条少写" in page
    assert "重新算一遍" in page
    assert "之后名单、文字或日期变了" not in page
    with office.store.read() as connection:
        assert office.status() == "draft"
        cost = kept(office).preview.cost
        part_fen = connection.scalars(
            select(Account.part_fen).where(Account.channel == "sms")
        ).one()
    assert cost.total > cost.messages > 0
    assert f"¥{cost.total * part_fen // 100}.{cost.total * part_fen % 100:02}" in page


def kept(office: Office) -> Kept:
    found = office.app.state.previews.find(office.campaign_id())
    assert isinstance(found, Kept)
    return found


def test_looking_at_the_page_renders_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    first = made(zhou)

    def never(*_: object) -> Preview:
        raise AssertionError("rendered again")

    monkeypatch.setattr(service, "looked", never)
    assert zhou.get(PAGE).text.count("惠惠惠") == first.count("惠惠惠") > 0


@pytest.mark.parametrize("change", ["a person", "a text", "a refusal"])
def test_a_kept_preview_says_when_something_changed_since(office: Office, change: str) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    made(zhou)
    with office.store.begin() as connection:
        if change == "a person":
            connection.execute(update(Person).where(Person.id == 1).values(status="moved"))
        elif change == "a text":
            town.write_text(connection, "sms/zh-Hans/check", "另一句", version=3)
        else:
            said = {
                "channel": "sms",
                "message_class": "publicity",
                "source": "reply",
                "at": town.MORNING,
            }
            connection.execute(insert(Refusal).values(person_id=1, **said))
    assert "之后名单、文字或日期变了" in zhou.get(PAGE).text
    assert "之后名单、文字或日期变了" not in made(zhou)


def test_what_was_signed_is_shown_from_its_document(office: Office) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    send(zhou, "/campaigns/winter/submit")
    for name in ("zhou", "chen"):
        page = office.enter(name).get(PAGE).text
        assert "签的就是这些字" in page
        assert office.hash()[:4] in page
        assert "算一遍" not in page
        assert ("某个人会收到什么" in page) == (name == "zhou")
    assert f'href="{PAGE}"' in zhou.get("/campaigns/winter").text


def test_one_step_one_language_one_text(office: Office) -> None:
    office.write(steps=[{"channel": "sms"}, {"channel": "group"}, {"channel": "flyer"}])
    zhou = office.enter("zhou")
    page = made(zhou)
    assert "第 1 步·短信" in page
    assert "第 2 步·群消息" in page
    assert "东村：" in page
    assert "第 3 步·一户一单" in page
    alone = zhou.get(f"{PAGE}?step=2").text
    assert 'id="s2"' in alone
    assert 'id="s1"' not in alone
    one = zhou.get(f"{PAGE}?step=1&text=2").text
    assert one.count('class="phone"') == 1
    assert zhou.get(f"{PAGE}?language=yue-Hans").text.count('class="phone"') == 0


def test_more_texts_than_a_page_holds_are_turned_over(office: Office) -> None:
    with office.store.begin() as connection:
        for number in range(60):
            town.add_person(
                connection, office.home.vault, f"+8613800009{number:03}", region=f"{town.EAST}{number:02}"
            )  # fmt: skip
        for number in range(60):
            place = {"code": f"6001011011{number:02}", "name": f"{number}村", "level": "village"}
            connection.execute(insert(Region).values(**place, parent=town.TOWN, dialect=""))
            connection.execute(
                update(Person).where(Person.region == f"{town.EAST}{number:02}").values(region=place["code"])
            )  # fmt: skip
        town.write_text(connection, "sms/zh-Hans/check", "{{ village }}体检", version=3)
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    assert "看这一步全部 6" in made(zhou)
    first, second = zhou.get(f"{PAGE}?step=1").text, zhou.get(f"{PAGE}?step=1&page=2").text
    assert first.count('class="no"') == 50
    assert 10 <= second.count('class="no"') < 50
    assert "下一页（第 2 页，共 2 页）" in first
    assert "上一页" in second


def test_one_person_is_found_and_sees_the_very_text_with_the_name_masked(office: Office) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    made(zhou)
    with office.store.read() as connection:
        newest = select(Person.id).order_by(Person.id.desc()).limit(2)
        one, other = sorted(connection.scalars(newest))
    several = send(zhou, f"{PAGE}/person", q="欧阳小明").text
    assert f"{PAGE}/person/{one}" in several
    assert f"{PAGE}/person/{other}" in several
    found = send(zhou, f"{PAGE}/person", q="13800000702")
    assert found.headers["location"] == f"{PAGE}/person/{other}"
    page = zhou.get(f"{PAGE}/person/{other}").text
    assert "欧阳**" in page
    assert "小明" not in page + several
    assert "惠惠惠" in page
    assert "本人的号码" in page
    assert "没有找到" in send(zhou, f"{PAGE}/person", q="没有这个人").text


def test_people_are_looked_up_by_officers_in_their_own_region_only(office: Office) -> None:
    office.write(policies=["check"])
    made(office.enter("zhou"))
    with office.store.read() as connection:
        west = connection.scalars(select(Person.id).where(Person.region == town.WEST)).first()
    assert office.enter("zhou").get(f"{PAGE}/person/{west}").status_code == 200
    assert office.enter("dong").get(f"{PAGE}/person/{west}").status_code == 404
    for name in ("chen", "wu", "he", "ke"):
        assert office.enter(name).get(f"{PAGE}/person/{west}").status_code == 403
    assert office.enter("wu").get(PAGE).status_code == 403
    assert "算一遍" not in office.enter("dong").get(PAGE).text
    assert send(office.enter("chen"), PAGE).status_code == 403


def test_versions_stand_beside_each_other_in_words(office: Office) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    page = zhou.get(f"{PAGE}/changes").text
    assert "第 1 版" in page
    assert "第 4 版" not in page  # no text has so many versions
    assert '<span class="mark">删</span>' in page
    assert '<span class="mark">增</span>' in page
    assert "第 1 版 → 第 2 版" in page
    send(zhou, "/campaigns/winter/submit")
    assert "没有改动" in zhou.get(f"{PAGE}/changes").text
    assert zhou.get(f"{PAGE}/changes?against=77").status_code == 404
    assert zhou.get(f"{PAGE}/changes?against=nothing").status_code == 404


def test_all_texts_as_a_workbook_without_names(office: Office) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")
    assert zhou.get(f"{PAGE}/texts.xlsx").status_code == 404
    made(zhou)
    answer = zhou.get(f"{PAGE}/texts.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book["文字"].values)
    texts = kept(office).preview.steps[0].texts
    assert [row[-1] for row in rows[1:]] == [text.text for text in texts]
    assert [row[3] for row in rows[1:]] == [text.count for text in texts]
    assert "欧阳" not in str(rows)
    totals = list(book["数量和费用"].values)
    assert totals[-1][9] == kept(office).preview.cost.total


def test_a_preview_that_fails_says_so_and_may_be_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write(policies=["check"])
    zhou = office.enter("zhou")

    def broken(*_: object) -> Preview:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(service, "looked", broken)
        assert "没有算成" in made(zhou)
    assert "没有算成" not in made(zhou)


def test_few_previews_are_kept_and_one_is_made_at_a_time() -> None:
    kept_few = KeptPreviews(most=2)
    empty = Kept(Preview(0, {}, ()), (), "", town.MORNING)
    for campaign in (1, 2, 3):
        kept_few.keep(campaign, empty)
    assert [bool(kept_few.find(campaign)) for campaign in (1, 2, 3)] == [False, True, True]
    seen: list[Work] = []

    def make(work: Work) -> Kept:
        seen.append(work)
        assert not kept_few.start(4, 1, make)
        work.watch(1, 5)
        return empty

    assert kept_few.start(4, 1, make)
    for _ in range(200):
        if kept_few.find(4):
            break
        time.sleep(0.01)
    assert (seen[0].step, seen[0].seen, len(seen)) == (1, 5, 1)
