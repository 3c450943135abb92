"""Print jobs: every household once, whatever happens on the way, and every part whole."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import delete, insert, select, update

from channels.flyer import HouseholdSheet, Serial
from outreach import bootstrap, clock
from outreach.access.scope import Scope
from outreach.bootstrap import Installation
from outreach.deliveries.addressees import addressees
from outreach.deliveries.paper import Door, Kind, Selection
from outreach.deliveries.printing import delivering, files, jobs, queries, work
from outreach.deliveries.printing.printer import Printer
from outreach.deliveries.printing.sample import Sample
from outreach.deliveries.printing.schemas import Ask, Job, Part, Spares
from outreach.deliveries.printing.spares import give
from outreach.deliveries.tally import tally
from outreach.errors import Conflict, Invalid
from outreach.models.campaigns import AudienceMember, Campaign
from outreach.models.deliveries import Attempt, Delivery, DeliverySubject, Outcome, delivery_state
from outreach.models.paper import PrintJob
from outreach.models.people import Household, Person
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault
from tests import papers, town

DOOR = Door(1, 1, "g", "", "", HouseholdSheet(serial="", householder="", address="", policies=()))
GRIDS = [f"{town.EAST}{number:02d}" for number in (1, 2, 3)]


@pytest.fixture
def printer(store: Store, vault: Vault, tmp_path: Path) -> Iterator[Printer]:
    """Twelve households in three grids, on each database."""
    papers.populate(store, vault, 12, 3)
    with clock.fixed(papers.MORNING):
        yield Printer(store, vault, Settings(data_dir=tmp_path), demo=True)


def campaign(printer: Printer) -> int:
    with printer.store.read() as connection:
        return int(connection.scalars(select(Delivery.campaign_id).limit(1)).one())


def ask(printer: Printer, selection: Selection | None = None, **more: object) -> int:
    wanted = Ask(campaign(printer), selection or Selection(), "zhou")
    return jobs.ask(printer, replace(wanted, **more))  # type: ignore[arg-type]


def read(printer: Printer, job: int) -> tuple[Job, list[Part]]:
    with printer.store.read() as connection:
        return queries.get(connection, job), queries.parts(connection, job)


def text_of(path: Path | BytesIO) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def serials(printer: Printer, selection: Selection | None = None) -> dict[int, str]:
    with printer.store.read() as connection:
        walk = printer.walk(connection, campaign(printer))
    return {door.delivery_id: door.sheet.serial for door in walk.doors(sealed=True)}


def test_a_job_makes_a_file_for_each_grid_and_hands_everybody_over_once(printer: Printer) -> None:
    job = ask(printer)
    there, parts = read(printer, job)
    assert (there.state, there.total, [part.grid for part in parts]) == ("waiting", 12, GRIDS)
    assert papers.printed(printer.store) == (12, 0)
    done = work.work(printer, job)
    assert (done.state, done.done, done.pages, done.problems) == ("done", 12, 12, [])
    _, parts = read(printer, job)
    for part in parts:
        path = printer.folder(job) / part.file
        assert hashlib.sha256(path.read_bytes()).digest() == part.digest
        pages = text_of(path)
        assert len(pages) == part.pages == part.sheets == 4
        assert (part.first in pages[0], part.last in pages[-1]) == (True, True)
    assert len(text_of(printer.folder(job) / "all.pdf")) == 12
    assert papers.printed(printer.store) == (12, 12)
    again = work.work(printer, ask(printer))
    assert again.pages == 12
    assert papers.printed(printer.store) == (12, 12)


def test_what_is_done_is_not_made_again_unless_its_file_was_lost(printer: Printer) -> None:
    job = ask(printer)
    work.work(printer, job)
    _, parts = read(printer, job)
    folder = printer.folder(job)
    made = {part.file: (folder / part.file).read_bytes() for part in parts}
    kept = (folder / parts[0].file).stat().st_mtime_ns
    (folder / parts[1].file).unlink()
    (folder / parts[2].file).write_bytes(b"half of i")
    with printer.store.begin() as connection:
        queries.change(connection, job, {"state": "failed"})
    jobs.release(printer, job, "zhou")
    assert work.work(printer, job).state == "done"
    assert {part.file: (folder / part.file).read_bytes() for part in parts} == made
    assert (folder / parts[0].file).stat().st_mtime_ns == kept
    assert papers.printed(printer.store) == (12, 12)


def test_a_household_that_cannot_be_printed_is_named_and_stops_nobody(printer: Printer) -> None:
    rare = printer.vault.encrypt("name", "王\U000323af")
    with printer.store.begin() as connection:
        head = connection.scalars(select(Household.head_id).order_by(Household.id).limit(1)).one()
        connection.execute(update(Person).where(Person.id == head).values(name=rare))
    done = work.work(printer, ask(printer))
    assert (done.state, done.pages) == ("done", 11)
    (problem,) = done.problems
    assert (problem["code"], problem["name"], problem["printed"]) == (
        "flyer.glyph_missing",
        "王*",
        False,
    )
    assert problem["params"]["characters"] == "\U000323af"
    assert problem["params"]["householder"] == "王*"
    with printer.store.read() as connection:
        states = sorted(connection.scalars(select(Outcome.state)))
    assert states == ["accepted"] * 11 + ["refused"]


def test_who_died_while_the_job_waited_gets_no_sheet_and_is_told_of(printer: Printer) -> None:
    job = ask(printer)
    gone = next(iter(serials(printer).values()))
    with printer.store.begin() as connection:
        head = connection.scalars(select(Household.head_id).order_by(Household.id).limit(1)).one()
        connection.execute(update(Person).where(Person.id == head).values(status="deceased"))
    done = work.work(printer, job)
    assert done.pages == 11
    assert [(one["code"], one["serial"]) for one in done.problems] == [("print.gone", gone)]
    assert delivering.printed_sheets(done, read(printer, job)[1]) == 11
    assert papers.printed(printer.store) == (12, 11)


def test_numbers_stay_when_somebody_dies_and_an_address_is_corrected(printer: Printer) -> None:
    before = serials(printer)
    ask(printer)
    assert serials(printer) == before
    with printer.store.begin() as connection:
        first, second, *_ = connection.scalars(select(Household.id).order_by(Household.id)).all()
        head = connection.scalars(select(Household.head_id).where(Household.id == first)).one()
        connection.execute(update(Person).where(Person.id == head).values(status="deceased"))
        moved = {"region": GRIDS[2], "address": printer.vault.encrypt("address", "东村1栋1单元100")}
        connection.execute(update(Household).where(Household.id == second).values(**moved))
    after = serials(printer)
    assert len(after) == len(before) - 1
    assert {key: before[key] for key in after} == after


def test_a_household_without_a_head_is_addressed_to_its_first_member(printer: Printer) -> None:
    with printer.store.begin() as connection:
        home, head = connection.execute(select(Household.id, Household.head_id).order_by(Household.id.desc()).limit(1)).one()  # fmt: skip
        name = connection.scalars(select(Person.name).where(Person.id == head)).one()
        connection.execute(update(Household).where(Household.id == home).values(head_id=None))
    with printer.store.read() as connection:
        doors = printer.walk(connection, campaign(printer)).doors(sealed=True)
    assert {door.household: door.sheet.householder for door in doors}[
        home
    ] == printer.vault.decrypt("name", name)


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        pytest.param(Selection(from_sheet=6), 7, id="from the sixth sheet of the pile on"),
        pytest.param(Selection(region=GRIDS[1]), 4, id="one grid"),
        pytest.param(Selection(place="1栋1单元"), 12, id="a stairwell"),
        pytest.param(Selection(copies=2), 24, id="two of each"),
        pytest.param(Selection(kind="sealed"), 12, id="sealed"),
        pytest.param(Selection(kind="visits"), 12, id="doors of visit lists"),
        pytest.param(Selection(kind="covers"), 12, id="covers"),
    ],
)
def test_a_selection_is_printed_and_nothing_else(
    printer: Printer, selection: Selection, numbers: int
) -> None:
    there, _ = read(printer, ask(printer, selection))
    assert there.total == numbers
    with pytest.raises(Invalid, match=r"print\.nothing"):
        ask(printer, replace(selection, region=town.WEST))


@pytest.mark.parametrize(("kind", "pages"), [("visits", 3), ("calls", 3), ("covers", 3)])
def test_lists_have_pages_of_their_own_for_each_grid_and_count_nothing_as_printed(
    printer: Printer, kind: Kind, pages: int
) -> None:
    done = work.work(printer, ask(printer, Selection(kind=kind), helper="林某"))
    assert (done.state, done.pages, done.problems) == ("done", pages, [])
    assert papers.printed(printer.store) == (12, 0)
    text = "".join(text_of(printer.folder(done.id) / "all.pdf"))
    assert ("13900000001" in text) is (kind == "calls")
    assert "免费体检" not in text


def test_a_number_that_must_not_be_called_is_on_no_call_list(printer: Printer) -> None:
    with printer.store.begin() as connection:
        heads = connection.scalars(select(Household.head_id).order_by(Household.id)).all()
        closed, clerk = (update(Person).where(Person.id == head) for head in heads[:2])
        connection.execute(closed.values(phone_closed=True))
        connection.execute(clerk.values(phone_kind="clerk"))
    done = work.work(printer, ask(printer, Selection(kind="calls")))
    text = "".join(text_of(printer.folder(done.id) / "all.pdf"))
    assert [f"1390000000{number}" in text for number in range(4)] == [False, False, True, True]


def test_cover_and_spare_sheets_lie_in_the_pile_of_each_grid(printer: Printer) -> None:
    done = work.work(printer, ask(printer, Selection(cover=True, spare=5), helper="林某"))
    assert done.pages == 3 * (1 + 4 + 1)
    _, parts = read(printer, done.id)
    pages = text_of(printer.folder(done.id) / parts[0].file)
    assert ["打印批次封面" in pages[0], "林某" in pages[0], parts[0].first in pages[1]] == [
        True
    ] * 3
    assert "-901-" in pages[-1]
    assert papers.printed(printer.store) == (12, 12)


def test_a_held_job_waits_until_somebody_starts_it(printer: Printer) -> None:
    job = ask(printer, held=True)
    there, _ = read(printer, job)
    assert (there.held, jobs.is_alive(printer.settings, there)) == (1, False)
    with printer.store.read() as connection:
        assert [one.id for one in queries.jobs(connection, Scope(), held=True)] == [job]
        assert not queries.jobs(
            connection, Scope(town.EAST), held=True
        )  # it holds more than the east
    assert jobs.release(printer, job, "wu").held == 0
    assert work.work(printer, job).state == "done"
    with pytest.raises(Conflict, match=r"print\.ended"):
        jobs.release(printer, job, "wu")


def test_a_cancelled_job_is_not_begun_and_can_be_started_again(printer: Printer) -> None:
    job = ask(printer)
    jobs.cancel(printer, job, "zhou")
    with pytest.raises(Conflict, match=r"print\.ended"):
        work.work(printer, job)
    with pytest.raises(Conflict, match=r"print\.ended"):
        jobs.cancel(printer, job, "zhou")
    assert papers.printed(printer.store) == (12, 0)
    jobs.release(printer, job, "zhou")
    assert work.work(printer, job).state == "done"


def test_what_nobody_started_ends_and_old_files_go(printer: Printer) -> None:
    held = ask(printer, held=True)
    done = work.work(printer, ask(printer))
    assert jobs.sweep(printer.store, printer.settings) == 0
    with printer.store.begin() as connection:
        old = clock.now() - files.KEEP * 2
        connection.execute(update(PrintJob).where(PrintJob.id == held).values(created_at=old))
    jobs.sweep(printer.store, printer.settings)
    assert read(printer, held)[0].state == "cancelled"
    assert files.all_of(printer.folder(done.id), ["001.pdf", "002.pdf"]) is not None


def test_what_stops_a_job_is_written_down_and_it_can_go_on(
    printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(printer)
    monkeypatch.setattr(files, "write_whole", _full_after(1, files.write_whole))
    with pytest.raises(Invalid, match="No space") as raised:
        work.work(printer, job)
    there, parts = read(printer, job)
    assert (there.state, raised.value.code) == ("failed", "print.disk")
    assert there.error == {"code": "print.disk", "params": {"reason": "No space left on device"}}
    assert [part.made for part in parts] == [True, False, False]
    assert papers.printed(printer.store) == (12, 4)
    monkeypatch.undo()
    jobs.release(printer, job, "zhou")
    assert work.work(printer, job).pages == 12
    assert papers.printed(printer.store) == (12, 12)


def _full_after(
    times: int, write: Callable[[Path, bytes], bytes]
) -> Callable[[Path, bytes], bytes]:
    left = [times]

    def limited(path: Path, data: bytes) -> bytes:
        if not left[0]:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        return write(path, data)

    return limited


def test_of_a_file_that_cannot_be_written_whole_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    files.write_whole(tmp_path / "one.pdf", b"as it was")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_whole(tmp_path / "one.pdf", b"half")
    assert [path.name for path in tmp_path.iterdir()] == ["one.pdf"]
    assert (tmp_path / "one.pdf").read_bytes() == b"as it was"


def test_what_the_press_refuses_as_a_whole_is_told_in_the_words_of_the_house(
    printer: Printer,
) -> None:
    with printer.store.begin() as connection:
        row = connection.execute(select(Campaign.id, Campaign.options)).one()
        options = {**row.options, "office": ""}
        connection.execute(update(Campaign).where(Campaign.id == row.id).values(options=options))
    job = ask(printer)
    with pytest.raises(Invalid) as raised:
        work.work(printer, job)
    assert raised.value.code == "flyer.meta_missing"
    assert read(printer, job)[0].state == "failed"


@pytest.mark.parametrize(
    "wanted", [Selection(size="a5x2", edition="large"), Selection(size="a5x2", kind="sealed")]
)
def test_a_sheet_that_does_not_exist_is_refused_before_a_job_is_written(
    printer: Printer, wanted: Selection
) -> None:
    with pytest.raises(Invalid, match="layout"):
        ask(printer, wanted)
    with printer.store.read() as connection:
        assert connection.scalars(select(PrintJob.id)).all() == []


def test_spare_sheets_of_two_jobs_never_have_the_same_number(printer: Printer) -> None:
    def spares(place: str, percent: int) -> list[str]:
        done = work.work(printer, ask(printer, Selection(place=place, spare=percent)))
        _, parts = read(printer, done.id)
        pages = [text for part in parts for text in text_of(printer.folder(done.id) / part.file)]
        return [
            found[0]
            for page in pages
            if (found := re.search(r"单号(\d+-\d+-9\d\d-[\dX])备用", page))
        ]

    found = [*spares("1栋1单元", 50), *spares("", 10), *spares("", 10)]
    assert len(found) == len(set(found)) == 3 * (2 + 1 + 1)


@pytest.mark.parametrize(
    ("households", "first"),
    [(12, 901), (450, 901), (451, 9_001), (4_600, 90_001), (500_001, 1_000_003)],
)
def test_spare_numbers_begin_far_behind_the_households(households: int, first: int) -> None:
    stops = [(1, "g")]
    numbers = {1: Serial(1, 1, households)}
    given = give({"g": [DOOR] * 20}, 5, stops, numbers, [])
    assert given == {"g": Spares(first, 1)}
    again = give({"g": [DOOR] * 20}, 10, stops, numbers, [given, {"other": Spares(1, 1)}])
    assert again == {"g": Spares(first + 1, 2)}


def test_who_could_not_be_printed_counts_as_soon_as_that_is_put_right(printer: Printer) -> None:
    def name(text: str) -> None:
        with printer.store.begin() as connection:
            head = connection.scalars(
                select(Household.head_id).order_by(Household.id).limit(1)
            ).one()
            name = printer.vault.encrypt("name", text)
            connection.execute(update(Person).where(Person.id == head).values(name=name))

    name("王\U000323af")
    work.work(printer, ask(printer))
    name("王小明")
    assert work.work(printer, ask(printer)).problems == []
    with printer.store.read() as connection:
        states = set(connection.scalars(select(delivery_state.c.state)))
    assert states == {"accepted"}
    name("王\U000323af")
    work.work(printer, ask(printer))
    with printer.store.read() as connection:  # the sheet from before is in their hands
        assert set(connection.scalars(select(delivery_state.c.state))) == {"accepted"}


def test_who_died_since_is_on_no_sheet_and_not_taken_for_told_by_it(printer: Printer) -> None:
    """Two grandparents in one home, one sheet; the second print of the same sheet takes nothing back."""
    with printer.store.begin() as connection:
        home = connection.execute(select(Household).order_by(Household.id).limit(1)).one()
        widow = connection.execute(select(Person).where(Person.household_id == home.id)).one()
        mine = Delivery.addressee == home.id, Delivery.kind == "household"
        sheet = connection.scalars(select(Delivery.id).where(*mine)).one()
        values = {
            **widow._mapping,
            "relation": "爷爷",
            "status": "deceased",
            "id_key": None,
        }
        del values["id"]
        died = connection.scalars(insert(Person).values(values).returning(Person.id)).one()
        for table in (DeliverySubject, AudienceMember):
            rows = connection.execute(select(table).where(table.person_id == widow.id)).mappings()
            connection.execute(insert(table), [{**row, "person_id": died} for row in rows])
    work.work(printer, ask(printer))

    def noted() -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        with printer.store.read() as connection:
            asked = select(DeliverySubject.person_id, DeliverySubject.reason)
            for person, reason in connection.execute(
                asked.where(DeliverySubject.delivery_id == sheet)
            ):
                found.setdefault(person, set()).add(reason)
        return found

    assert noted() == {widow.id: {""}, died: {"deceased"}}
    with printer.store.read() as connection:
        doors = printer.walk(connection, campaign(printer)).doors(sealed=True)
    (door,) = [door for door in doors if door.delivery_id == sheet]
    assert not [block for block in door.sheet.policies if "爷爷" in block.reason]
    with printer.store.begin() as connection:
        connection.execute(update(Person).where(Person.id == widow.id).values(status="moved"))
        connection.execute(update(Person).where(Person.id == died).values(status="active"))
    work.work(printer, ask(printer))
    assert noted() == {widow.id: {""}, died: {"deceased"}}


@pytest.mark.parametrize("status", ["deceased", "moved"])
def test_nobody_who_died_or_moved_away_is_written_to(printer: Printer, status: str) -> None:
    """The householder of the register is gone; the sheet is for the widow, and is addressed to her."""
    with printer.store.begin() as connection:
        home = connection.execute(select(Household).order_by(Household.id).limit(1)).one()
        gone = printer.vault.encrypt("name", "王已故")
        values = {"household_id": home.id, "name": gone, "status": status, "region": home.region}
        head = connection.execute(
            insert(Person).values(**values, created_at=papers.MORNING, updated_at=papers.MORNING).returning(Person.id)
        ).scalar_one()  # fmt: skip
        connection.execute(update(Household).where(Household.id == home.id).values(head_id=head))
    with printer.store.read() as connection:
        doors = printer.walk(connection, campaign(printer)).doors(sealed=True)
        (door,) = [door for door in doors if door.household == home.id]
        (visited,) = addressees(connection, [door.delivery_id])
    assert door.sheet.householder == "赵00"
    assert printer.vault.decrypt("name", visited.name) == "赵00"


@pytest.mark.parametrize("kind", ["open", "sealed", "visits", "calls", "covers"])
def test_what_is_looked_at_before_printing_names_nobody_and_counts_nothing(
    printer: Printer, kind: Kind
) -> None:
    with printer.store.read() as connection:
        doors = printer.walk(connection, campaign(printer)).doors(sealed=True)
    mine = [door for door in doors if door.region == GRIDS[0]]
    found = Sample(printer, campaign(printer), Selection(kind=kind), "林某").pdf(mine)
    text = "".join(text_of(BytesIO(found)))
    assert mine[0].sheet.serial in text
    assert not [door for door in mine if door.sheet.householder in text]
    assert re.search(r"1390000\d{4}", text) is None
    assert ("139****0000" in text) is (kind == "calls")
    assert papers.printed(printer.store) == (12, 0)


@pytest.mark.parametrize("region", ["", GRIDS[0], town.EAST, town.WEST])
def test_counting_says_the_same_as_walking(printer: Printer, region: str) -> None:
    with printer.store.begin() as connection:
        head = connection.scalars(select(Household.head_id).order_by(Household.id).limit(1)).one()
        connection.execute(update(Person).where(Person.id == head).values(status="deceased"))
    with printer.store.read() as connection:
        key = campaign(printer)
        walk = printer.walk(connection, key, region)
        counted = tally(connection, printer.orders(connection, key), printer.today, region)
    for sealed in (False, True):
        doors = walk.doors(sealed=sealed)
        grids = {grid: {d.delivery_id for d in some} for grid, some in jobs.by_grid(doors).items()}
        assert {grid: set(ids) for grid, ids in counted.of(sealed=sealed).items()} == grids
        assert list(grids) == list(counted.of(sealed=sealed))
        for number, door in enumerate(doors, 1):
            assert counted.grid_of(number, sealed=sealed) == door.region
            at = counted.place_in_grid(number, sealed=sealed)
            assert [d for d in doors if d.region == door.region][at - 1] == door
        assert counted.grid_of(len(doors) + 1, sealed=sealed) == ""


# -- processes that are killed --------------------------------------------------------------------------------

MANY = 560


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a job over eight grids that nobody has begun."""
    folder = tmp_path_factory.mktemp("asked")
    home = papers.installation(folder, MANY, 8)
    printer = Printer(home.store, home.vault, home.settings, demo=True)
    jobs.ask(printer, Ask(campaign(printer), Selection(cover=True), "zhou"))
    home.close()
    return folder


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "outreach", "--data", str(folder), "flyers", "resume", "1"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(home: Installation, at_least: int, seconds: float = 120) -> Job:
    """The job as soon as so many of its sheets lie in files."""
    since = time.monotonic()
    while time.monotonic() - since < seconds:
        with home.store.read() as connection:
            job, parts = queries.get(connection, 1), queries.parts(connection, 1)
        if sum(part.sheets for part in parts if part.made) >= at_least or job.state == "done":
            return job
        time.sleep(0.05)
    raise AssertionError("nothing was printed")


def made(folder: Path) -> dict[str, str]:
    place = files.folder_of(folder, 1)
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.glob("*.pdf"))
    }


def test_a_job_killed_in_the_middle_ends_with_the_same_bytes_and_nobody_twice(
    asked: Path, tmp_path: Path
) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    shutil.copytree(asked, calm)
    shutil.copytree(asked, rough)
    assert start(calm).wait() == 0
    process = start(rough)
    home = bootstrap.open_installation(rough)
    job = wait_for(home, 1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert job.state == "running"
    some = papers.printed(home.store)[1]
    assert 0 < some < MANY
    with home.store.read() as connection:
        assert not jobs.is_alive(home.settings, queries.get(connection, 1))
    assert start(rough).wait() == 0
    assert made(rough) == made(calm)
    assert papers.printed(home.store) == (MANY, MANY)
    home.close()


def test_a_job_ends_soon_after_it_is_cancelled_and_goes_on_where_it_was(
    asked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cancelled"
    shutil.copytree(asked, folder)
    home = bootstrap.open_installation(folder)
    printer = Printer(home.store, home.vault, home.settings, demo=True)
    process = start(folder)
    wait_for(home, 1)
    jobs.cancel(printer, 1, "zhou")
    assert process.wait(timeout=60) == 1
    with home.store.read() as connection:
        assert queries.get(connection, 1).state == "cancelled"
    before = made(folder)
    assert before
    assert start(folder).wait() == 0
    assert {name: made(folder)[name] for name in before} == before
    assert papers.printed(home.store) == (MANY, MANY)
    home.close()


def test_two_processes_do_not_work_at_one_job(printer: Printer) -> None:
    job = ask(printer)
    folder = files.make_folder(printer.settings.data_dir, job)
    from filelock import FileLock

    with FileLock(folder / "lock"):
        assert jobs.is_alive(printer.settings, read(printer, job)[0])
        with pytest.raises(Conflict, match=r"print\.alive"):
            work.work(printer, job)
        with pytest.raises(Conflict, match=r"print\.alive"):
            jobs.release(printer, job, "zhou")
    with printer.store.begin() as connection:
        connection.execute(delete(Attempt))
