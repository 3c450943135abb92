from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import insert, update

from outreach import clock
from outreach.deliveries import queries as deliveries
from outreach.deliveries.printing import process, work
from outreach.deliveries.printing.printer import Printer
from outreach.models.people import Household, Person
from outreach.reports import queries as records
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

GRID = town.EAST + "01"
NAMES = ("赵甲", "钱乙", "孙丙", "李丁")


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """A released campaign with paper: three households in a building of the east, one in the west."""
    with open_office(installation) as opened:
        vault = opened.home.vault
        with opened.store.begin() as connection:
            doors = [("1栋1单元101", GRID), ("1栋2单元201", GRID), ("2栋1单元101", town.EAST), ("西组5号", town.WEST)]  # fmt: skip
            for number, (address, region) in enumerate(doors, 1):
                head = town.add_person(connection, vault, region=region, name=vault.encrypt("name", NAMES[number - 1]))  # fmt: skip
                key = number.to_bytes(16)
                home = connection.execute(
                    insert(Household)
                    .values(key=key, region=region, head_id=head, address=vault.encrypt("address", address))
                    .returning(Household.id)
                ).scalar_one()  # fmt: skip
                connection.execute(
                    update(Person).where(Person.id == head).values(household_id=home)
                )
            connection.execute(
                update(Person).where(Person.household_id.is_(None)).values(status="moved")
            )
            town.released(connection, steps=[{"channel": "flyer"}])
        opened.fire()
        yield opened


def number(browser: Browser, path: str) -> int:
    """The number of sheets on the button."""
    found = re.search(r"出 (\d+) [张页封]", browser.get(path).text)
    return int(found[1]) if found else 0


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


@pytest.mark.parametrize(
    ("query", "sheets"),
    [
        pytest.param("", 4, id="everything"),
        pytest.param(f"grid={town.EAST}", 3, id="a village with its grids"),
        pytest.param(f"grid={GRID}", 2, id="a grid"),
        pytest.param("building=1栋", 2, id="a building"),
        pytest.param("building=1栋&unit=2单元", 1, id="a unit"),
        pytest.param("building=1栋&unit=2单元&copies=3", 3, id="a unit three times"),
        pytest.param("first=4", 1, id="from the fourth on"),
        pytest.param("first=5", 0, id="behind the last one"),
        pytest.param(f"grid={GRID}&building=2栋", 2, id="a building that the grid lacks is forgotten"),
        pytest.param("kind=visits", 3, id="visit lists, one page per grid"),
        pytest.param("kind=calls", 0, id="nobody here has a number that may be called"),
        pytest.param("kind=covers", 3, id="a cover per grid"),
        pytest.param("kind=letter", 4, id="letters"),
        pytest.param("cover=1", 7, id="with a cover per grid"),
        pytest.param("spare=10", 7, id="with spare ones, at least one per grid"),
        pytest.param("kind=visits&copies=9&first=3", 3, id="lists have no copies"),
    ],
)  # fmt: skip
def test_the_number_of_sheets_stands_on_the_button_before_printing(
    office: Office, query: str, sheets: int
) -> None:
    assert number(office.enter("zhou"), f"/print?campaign=winter&{query}") == sheets


def test_sheets_come_in_walking_order_and_count_as_printed_once(office: Office) -> None:
    zhou = office.enter("zhou")
    assert "打印 4 户的一户一单" in zhou.get("/today").text
    answer = send(zhou, "/print/sheets", campaign="winter", building="1栋")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert "attachment" in answer.headers["content-disposition"]
    pages = text_of(answer.content)
    assert ["赵甲" in pages[0], "钱乙" in pages[1], len(pages)] == [True, True, 2]
    with office.store.read() as connection:
        counts = deliveries.state_counts(connection, office.campaign_id())
    assert (counts["accepted"], counts["waiting"]) == (2, 2)
    again = send(zhou, "/print/sheets", campaign="winter", building="1栋", first="2")
    assert len(text_of(again.content)) == 1
    with office.store.read() as connection:
        assert deliveries.state_counts(connection, office.campaign_id())["accepted"] == 2
    folder = office.home.settings.data_dir / "prints" / "jobs"
    assert {one.stat().st_mode & 0o077 for one in (folder, *folder.rglob("*"))} == {
        0
    }  # for nobody else


def test_a_worker_prints_their_own_village_and_no_other(office: Office) -> None:
    wu = office.enter("wu")
    page = wu.get("/print").text
    assert "西村" not in page
    assert number(wu, "/print") == 3
    assert wu.get(f"/print?campaign=winter&grid={town.WEST}").status_code == 403
    refused = send(wu, "/print/sheets", campaign="winter", grid=town.WEST)
    assert refused.status_code == 403
    pages = text_of(send(wu, "/print/sheets", campaign="winter").content)
    assert len(pages) == 3
    assert not any("李丁" in page for page in pages)
    assert "3 户的单子打好了" in wu.get("/today").text
    assert "单子打好了" not in office.enter("xi").get("/today").text


def test_the_visit_list_has_every_door_and_counts_nothing_as_printed(office: Office) -> None:
    wu = office.enter("wu")
    answer = send(wu, "/print/sheets", campaign="winter", kind="visits")
    text = "".join(text_of(answer.content))
    assert all(name in text for name in ("赵甲", "钱乙", "孙丙"))
    assert "李丁" not in text
    assert "免费体检" not in text
    with office.store.read() as connection:
        assert deliveries.state_counts(connection, office.campaign_id())["accepted"] == 0


def test_the_preview_is_a_picture_and_prints_nothing(office: Office) -> None:
    wu = office.enter("wu")
    answer = wu.get("/print/preview.png?campaign=winter")
    assert answer.content.startswith(b"\x89PNG")
    with office.store.read() as connection:
        assert deliveries.state_counts(connection, office.campaign_id())["accepted"] == 0


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("kind=poster", id="an unknown kind of paper"),
        pytest.param("size=huge", id="an unknown size"),
        pytest.param("first=0", id="sheets count from one"),
        pytest.param("copies=1000", id="a thousand copies"),
    ],
)
def test_what_the_page_does_not_offer_is_refused(office: Office, query: str) -> None:
    assert office.enter("wu").get(f"/print?campaign=winter&{query}").status_code == 422


def test_a_campaign_without_paper_has_nothing_to_print(office: Office) -> None:
    assert send(office.enter("wu"), "/print/sheets", campaign="nothing").status_code == 404
    assert (
        send(office.enter("wu"), "/print/sheets", campaign="winter", first="9").status_code == 422
    )


# -- jobs -----------------------------------------------------------------------------------------------------


def job_of(answer_path: str) -> int:
    return int(answer_path.rpartition("/")[2])


def finish(office: Office, job: int) -> None:
    """What the process of a job does, here and now."""
    opened = Printer(office.store, office.home.vault, office.home.settings, demo=True)
    work.work(opened, job)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs for which a page started a process; none is started."""
    found: list[int] = []
    monkeypatch.setattr(process, "start", lambda _settings, job: found.append(job))
    return found


def test_a_phone_puts_a_list_on_the_offices_computer_which_starts_it(
    office: Office, started: list[int]
) -> None:
    wu, zhou = office.enter("wu"), office.enter("zhou")
    held = send(wu, "/print/sheets", campaign="winter", kind="visits", do="hold")
    assert (held.status_code, held.headers["location"]) == (303, "/print#held")
    assert started == []
    assert "有人放在这里" in zhou.get("/print").text
    assert "有人放在这里" not in office.enter("xi").get("/print").text
    answer = send(zhou, "/print/jobs/1/start")
    assert (answer.headers["location"], started) == ("/print/jobs/1", [1])
    finish(office, 1)
    page = zhou.get("/print/jobs/1")
    assert "refresh" not in page.headers
    assert "下载全部" in page.text
    text = "".join(text_of(zhou.get("/print/jobs/1/all").content))
    assert "赵甲" in text
    assert wu.get("/print/jobs/1/parts/1.pdf").content.startswith(b"%PDF")


def test_a_held_job_can_be_taken_off_the_list(office: Office, started: list[int]) -> None:
    wu = office.enter("wu")
    send(wu, "/print/sheets", campaign="winter", do="hold")
    assert send(wu, "/print/jobs/1/cancel").headers["location"] == "/print#held"
    assert "开始打印" not in wu.get("/print").text
    assert "已取消" in wu.get("/print/jobs/1").text
    send(wu, "/print/jobs/1/start")
    assert started == [1]


def test_more_than_a_few_sheets_are_made_behind_a_page_that_shows_how_far_it_is(
    office: Office, started: list[int]
) -> None:
    wu = office.enter("wu")
    answer = send(wu, "/print/sheets", campaign="winter", copies="20", cover="1")
    assert answer.status_code == 303
    path = answer.headers["location"]
    job = job_of(path)
    assert started == [job]
    page = wu.get(path)
    assert page.headers["refresh"] == "3"
    assert wu.get(f"{path}/all").status_code == 404
    assert wu.get(f"{path}/parts/1.pdf").status_code == 404
    finish(office, job)
    assert "好了，62 页" in wu.get(path).text
    assert len(text_of(wu.get(f"{path}/parts/2.pdf").content)) == 41
    with office.store.read() as connection:
        said = [line for line in records.log(connection, [f"print:{job}"]) if line.by == "wu"]
        assert deliveries.state_counts(connection, office.campaign_id())["accepted"] == 3
    assert len(said) == 1


def test_jobs_of_other_places_do_not_exist_for_a_worker(office: Office, started: list[int]) -> None:
    send(office.enter("zhou"), "/print/sheets", campaign="winter", do="hold")
    xi = office.enter("xi")
    for path in (
        "/print/jobs/1",
        "/print/jobs/1/all",
        "/print/jobs/1/parts/1.pdf",
        "/print/jobs/9",
    ):
        assert xi.get(path).status_code == 404
    for move in ("start", "cancel"):
        assert send(xi, f"/print/jobs/1/{move}").status_code == 404
    assert started == []


def test_a_household_that_cannot_be_printed_stands_on_the_page_with_its_name_masked(
    office: Office,
) -> None:
    rare = office.home.vault.encrypt("name", "王\U000323af")
    with office.store.begin() as connection:
        connection.execute(update(Person).where(Person.household_id == 1).values(name=rare))
    wu = office.enter("wu")
    send(wu, "/print/sheets", campaign="winter")
    page = wu.get("/print/jobs/1").text
    assert "1 户要看一下" in page
    assert "王*家" in page
    assert "王\U000323af" not in page


def test_files_that_were_deleted_are_said_to_be(office: Office) -> None:
    wu = office.enter("wu")
    send(wu, "/print/sheets", campaign="winter")
    shutil.rmtree(office.home.settings.data_dir / "prints" / "jobs" / "1")
    assert "已经按期删除" in wu.get("/print/jobs/1").text
    assert wu.get("/print/jobs/1/all").status_code == 404
    assert wu.get("/print/jobs/1/parts/1.pdf").status_code == 404


# -- notice boards ---------------------------------------------------------------------------------------------


def test_a_notice_is_noted_taken_down_and_put_back_with_one_tap_each(office: Office) -> None:
    wu = office.enter("wu")
    assert "还没有登记公告栏" in wu.get("/boards").text
    answer = send(wu, "/boards", region=town.EAST, name="村口公告栏", note="")
    assert answer.headers["location"] == "/boards?said=added&it=1#b1"
    until = town.TODAY.isoformat()
    answer = send(wu, "/boards/1/post", policy="check", until=until)
    page = wu.get(answer.headers["location"]).text
    assert ["记好了：贴在村口公告栏" in page, "张贴中" in page, "张要撤" in page] == [
        True,
        True,
        False,
    ]
    assert "公告要撤" not in wu.get("/today").text
    with clock.fixed(town.MORNING + timedelta(days=1)):
        wu = office.enter("wu")
        assert "1 张公告要撤" in wu.get("/today").text
        assert "要撤，过期" in wu.get("/boards").text
        answer = send(wu, "/boards/postings/1/down")
        page = wu.get(answer.headers["location"]).text
        assert ["撤下了村口公告栏" in page, "要撤，过期" in page] == [True, False]
        wu.get(send(wu, "/boards/postings/1/hang").headers["location"])
        assert "要撤，过期" in wu.get("/boards").text
        send(wu, "/boards/postings/1/unpost")
        assert "空着" in wu.get("/boards").text
        assert send(wu, "/boards/1/remove").status_code == 303
        assert "还没有登记公告栏" in wu.get("/boards").text


def test_boards_of_another_village_are_neither_seen_nor_touched(office: Office) -> None:
    wu, xi = office.enter("wu"), office.enter("xi")
    send(wu, "/boards", region=town.EAST, name="村口公告栏")
    send(wu, "/boards/1/post", policy="check", until=town.TODAY.isoformat())
    assert "村口公告栏</b>" not in xi.get("/boards").text
    assert xi.get(f"/boards?place={town.EAST}").status_code == 403
    assert send(xi, "/boards", region=town.EAST, name="别的").status_code == 403
    assert (
        send(xi, "/boards/1/post", policy="check", until=town.TODAY.isoformat()).status_code == 403
    )
    assert send(xi, "/boards/postings/1/down").status_code == 403
    assert send(wu, "/boards", region=town.EAST, name="村口公告栏").status_code == 409
    assert send(wu, "/boards/1/post", policy="check", until="nonsense").status_code == 422
