"""A long import in a process of its own: killed, taken up again, ended, and the register is always whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from outreach import clock
from outreach.errors import Conflict, Missing
from outreach.models.people import ImportRun, Person
from outreach.people.intake.importer import import_file
from outreach.people.intake.jobs import KEEP, Jobs, progress
from outreach.people.intake.process import environment
from outreach.people.intake.undo import undo
from outreach.people.queries import imports, register
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault, new_key
from tests.people.intake.registers import told
from tests.people.office import TODAY, csv_file, id_number

HEADER = [
    "姓名",
    "身份证号",
    "手机",
    "户号",
    "与户主关系",
    "住址",
    "现住地区",
    "人员类别",
    "家庭人口数",
]
ROWS = 14_000


def rows(count: int) -> list[list[str]]:
    """Households of three with a child, every seventh row a bad one."""
    made = []
    for n in range(count):
        birth = date(1950, 1, 1) + timedelta(days=n // 900)
        if n % 3 == 2:
            birth = date(2016, 1, 1) + timedelta(days=n // 900)
        number = "12" if n % 7 == 6 else id_number(birth, n % 900)
        relation = ("户主", "配偶", "子")[n % 3]
        made.append(
            [f"张{n % 50}明", number, f"138{n // 2:08}", str(n // 3), relation, f"{n // 90}栋", "", "低保" if n % 4 == 0 else "", "3"]
        )  # fmt: skip
    return made


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Settings:
    """Settings of an installation over the database of the test, keys and all."""
    url = store.writer.url.render_as_string(hide_password=False)
    return Settings(
        data_dir=tmp_path / "data", database_url=url, region="430102", identity_key=new_key(),
        encryption_keys=f"t1:{new_key()}", secret_key=new_key(),
    )  # fmt: skip


@pytest.fixture
def jobs(home: Settings, store: Store) -> Jobs:
    return Jobs(store.begin, home.data_dir)


def queue(jobs: Jobs, folder: Path, some: list[list[str]], **options: Any) -> int:
    path = csv_file(folder, [HEADER, *some])
    return jobs.queue(path, {"region": "430102", "by": "zhou", **options})  # type: ignore[typeddict-item]


def started(home: Settings, run: int) -> subprocess.Popen[bytes]:
    """The command that a page starts."""
    command = [sys.executable, "-m", "outreach", "--data", str(home.data_dir), "people", "import", "--run", str(run)]  # fmt: skip
    return subprocess.Popen(
        command,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def run_of(store: Store, run: int) -> Any:
    with store.read() as connection:
        return imports.get_run(connection, run)


def registered(store: Store) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(Person)) or 0


def kill(process: subprocess.Popen[bytes]) -> None:
    """The process and those that it has started, as the system does when memory runs out."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(store: Store, run: int, state: str, done: int) -> None:
    there = None
    for _ in range(6_000):
        there = run_of(store, run)
        if there.state == state and there.done >= done:
            return
        time.sleep(0.005)
    raise AssertionError(f"{state} {done}: {there}")


@pytest.mark.parametrize(
    ("state", "done"),
    [("checking", 0), ("writing", 2_000)],
    ids=["while checking", "while writing"],
)
def test_killed_and_taken_up_again_ends_like_an_undisturbed_import(
    home: Settings, jobs: Jobs, store: Store, tmp_path: Path, state: str, done: int
) -> None:
    some = rows(ROWS)
    run = queue(jobs, tmp_path, some)
    process = started(home, run)
    wait_until(store, run, state, done)
    assert jobs.is_alive(run_of(store, run))
    with pytest.raises(Conflict):
        jobs.work(run, home.vault(), TODAY)
    kill(process)
    assert not jobs.is_alive(run_of(store, run))
    before = registered(store)
    assert before == 0 if state == "checking" else 0 < before < ROWS * 6 // 7
    assert before % register.CHUNK == 0  # whole chunks

    assert started(home, run).wait() == 0
    there = run_of(store, run)
    disturbed = told(store, home.vault())
    assert (there.state, there.rows, there.rejected) == ("finished", ROWS, ROWS // 7)
    assert (there.result["new"], there.result["changed"]) == (there.accepted, 0)
    assert undo(store.begin, run, "zhou").removed == there.accepted
    assert registered(store) == 0

    again = queue(jobs, tmp_path, some)
    assert started(home, again).wait() == 0
    assert told(store, home.vault()) == disturbed
    assert run_of(store, again).result["new"] == there.accepted


def test_ended_it_leaves_whole_chunks_that_can_be_taken_back(
    home: Settings, jobs: Jobs, store: Store, tmp_path: Path
) -> None:
    run = queue(jobs, tmp_path, rows(ROWS))
    answers: list[bool] = []

    @contextmanager
    def begin() -> Iterator[Connection]:
        """After its first chunk somebody presses the button."""
        with store.begin() as connection:
            yield connection
        there = run_of(store, run)
        if not answers and there.state == "writing" and there.done:
            answers.append(jobs.cancel(run, "zhou"))

    report = Jobs(begin, home.data_dir).work(run, home.vault(), TODAY)
    assert (answers, report.cancelled) == (
        [False],
        True,
    )  # it ends by itself, after its present chunk
    there = run_of(store, run)
    assert there.state == "cancelled"
    assert 0 < there.result["new"] == registered(store) < there.accepted
    assert there.result["new"] % register.CHUNK == 0
    assert not list(jobs.folder(run).glob("*.csv"))
    with pytest.raises(Conflict):
        jobs.cancel(run, "zhou")
    undo(store.begin, run, "zhou")
    assert registered(store) == 0


def test_one_that_nobody_works_at_ends_at_once(
    jobs: Jobs, store: Store, tmp_path: Path, home: Settings
) -> None:
    run = queue(jobs, tmp_path, rows(10))
    with store.begin() as connection:
        connection.execute(text("UPDATE import_run SET state = 'writing'"))
    assert jobs.cancel(run, "zhou") is True
    there = run_of(store, run)
    assert (there.state, there.result["new"]) == ("cancelled", 0)
    with pytest.raises(Conflict) as caught:
        jobs.work(run, home.vault(), TODAY)
    assert caught.value.code == "people.import_ended"


def test_the_file_is_for_nobody_else_and_goes_when_it_is_done(
    jobs: Jobs, store: Store, tmp_path: Path, home: Settings
) -> None:
    run = queue(jobs, tmp_path, rows(10), purpose="救助")
    folder = jobs.folder(run)
    kept = folder / "名单.csv"
    assert not (tmp_path / "名单.csv").exists()
    assert (kept.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    report = jobs.work(run, home.vault(), TODAY)
    assert (report.rows, report.rejected, report.new) == (10, 1, 9)
    assert not kept.exists()
    assert jobs.rejected(run).stat().st_mode & 0o777 == 0o600
    assert [one.row for one in jobs.problems(run)["errors"]] == [8]
    there = run_of(store, run)
    assert there.result["codes"] == {"people.id_length": 1}
    assert "张" not in str(there.result)  # what cells say is not in the register's log
    assert (there.by, there.purpose, there.file_name) == ("zhou", "救助", "名单.csv")


def test_files_of_a_job_die_of_age(jobs: Jobs, tmp_path: Path) -> None:
    run = queue(jobs, tmp_path, rows(1))
    old = time.time() - KEEP.total_seconds() - 60
    os.utime(jobs.folder(run), (old, old))
    assert jobs.sweep() == 1
    assert not jobs.folder(run).exists()


def test_one_that_breaks_says_why_and_can_be_taken_up_again(
    jobs: Jobs, store: Store, tmp_path: Path, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queue(jobs, tmp_path, rows(10))
    with monkeypatch.context() as patch:
        patch.setattr("outreach.people.intake.importer.write_chunk", _broken)
        with pytest.raises(RuntimeError):
            jobs.work(run, home.vault(), TODAY)
    there = run_of(store, run)
    assert (there.state, there.result["error"]["code"]) == ("failed", "people.import_broke")
    assert jobs.work(run, home.vault(), TODAY).new == 9
    assert run_of(store, run).state == "finished"


def _broken(*_: Any) -> Any:
    raise RuntimeError("disk full")


def test_a_file_without_a_good_row_ends_as_not_completed(
    jobs: Jobs, store: Store, tmp_path: Path, home: Settings
) -> None:
    run = queue(jobs, tmp_path, [["张三", "12", *[""] * 7]])
    assert jobs.work(run, home.vault(), TODAY).failed
    there = run_of(store, run)
    assert (there.state, there.rows, there.rejected) == ("failed", 1, 1)


def test_a_file_that_was_changed_or_is_gone_is_not_gone_on_with(
    jobs: Jobs, tmp_path: Path, home: Settings
) -> None:
    run = queue(jobs, tmp_path, rows(3))
    kept = jobs.folder(run) / "名单.csv"
    kept.write_text("姓名,身份证号\n", "utf-8")
    with pytest.raises(Conflict) as caught:
        jobs.work(run, home.vault(), TODAY)
    assert caught.value.code == "people.import_file_changed"
    kept.unlink()
    with pytest.raises(Missing):
        jobs.work(run, home.vault(), TODAY)


def test_how_far_a_run_is(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        since = "2026-11-01T00:00:00+00:00"
        number = imports.start_run(
            connection,
            {
                "file_name": "a", "file_hash": "", "at": date_time(0), "state": "writing", "done": 500, "total": 2_000,
                "beat_at": date_time(5), "result": {"since": since},
            },
        )  # fmt: skip
        row = connection.execute(select(ImportRun.__table__).where(ImportRun.id == number)).one()
    assert (progress(row).rate, progress(row).seconds_left) == (100, 15)


def date_time(second: int) -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 1, 0, 0, second, tzinfo=UTC)


def test_an_import_that_is_no_job_is_alive_while_it_writes_and_ends_when_asked(
    jobs: Jobs, store: Store, tmp_path: Path, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "CHUNK", 2)
    seen: list[bool] = []

    @contextmanager
    def begin() -> Iterator[Connection]:
        with store.read() as connection:
            going = [one for one in imports.runs(connection) if one.state == "writing" and one.done]
        if going and not seen:
            seen.append(jobs.is_alive(going[0]))
            assert not jobs.cancel(going[0].id, "zhou")
        with store.begin() as connection:
            yield connection

    path = csv_file(tmp_path, [HEADER, *rows(10)])
    report = import_file(path, begin=begin, vault=home.vault(), today=TODAY)
    assert (seen, report.cancelled) == ([True], True)
    there = run_of(store, report.import_id or 0)
    assert (there.state, there.result["cancelled"]) == ("cancelled", True)
    assert 0 < undo(store.begin, there.id, "zhou").removed < 9


def test_a_command_that_gave_no_sign_of_life_is_not_alive(
    jobs: Jobs, store: Store, tmp_path: Path, home: Settings
) -> None:
    with store.begin() as connection:
        run = imports.start_run(
            connection,
            {"file_name": "a.csv", "file_hash": "", "at": clock.now(), "state": "writing", "beat_at": clock.now()},
        )  # fmt: skip
    assert jobs.is_alive(run_of(store, run))
    with pytest.raises(Conflict) as caught:
        jobs.work(run, home.vault(), TODAY)
    assert caught.value.code == "people.import_alive"
    with clock.fixed(clock.now() + timedelta(minutes=2)):
        assert not jobs.is_alive(run_of(store, run))
