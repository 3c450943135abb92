from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2
import pytest
from sqlalchemy import insert, update

from outreach.deliveries import queries as deliveries
from outreach.models.people import Household, Person
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
