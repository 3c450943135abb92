"""Large jobs: other processes, the same bytes, from any thread."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from channels import flyer
from channels.flyer import batch
from channels.flyer.pages import count_pages, join
from channels.flyer.typesetting import Job
from channels.flyer.worker import Task
from tests.channels.flyer import reading
from tests.channels.flyer.samples import AGED, CHILD, META, PRESS, ROOT, household

MANY = [household(i, AGED if i % 2 else CHILD) for i in range(1, batch.SMALL + 6)]


@pytest.fixture
def own_templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PRESS.templates, tmp_path / "flyer"))


def test_the_same_households_give_the_same_bytes() -> None:
    small = [flyer.render_households(MANY[:3], META, PRESS).pdf for _ in range(2)]
    assert small[0] == small[1]


def test_a_large_job_runs_in_chunks_from_a_thread_and_joins_to_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch, "CHUNK_PAGES", 16)
    told: list[tuple[int, int]] = []
    press = replace(PRESS, progress=lambda done, total: told.append((done, total)))
    made: list[flyer.Printed] = []

    def work() -> None:
        made.append(flyer.render_households(MANY, META, press))

    for _ in range(2):
        thread = Thread(target=work)
        thread.start()
        thread.join()
    first, second = made
    assert (first.pages, first.sheets, first.problems) == (len(MANY), len(MANY), ())
    assert first.pdf == second.pdf
    assert told[:3] == [(15, 45), (30, 45), (45, 45)]
    order = [page for page in reading.words(first.pdf) if "旧版作废" in page]
    assert all(str(sheet.serial) in page for sheet, page in zip(MANY, order, strict=True))


def test_where_no_process_can_be_started_the_job_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert flyer.render_households(MANY, META, PRESS).pages == len(MANY)


@pytest.mark.parametrize(
    "count", [batch.SMALL, batch.SMALL + 1], ids=["in this process", "in another"]
)
def test_a_broken_template_is_named(own_templates: Path, count: int) -> None:
    (own_templates / "household.typ").write_text("#panic(1)", "utf-8")
    with pytest.raises(flyer.FlyerError) as caught:
        flyer.render_households(MANY[:count], META, replace(PRESS, templates=own_templates))
    assert caught.value.code == "flyer.typesetting"
    assert caught.value.params["sheet"] == "household.typ"


def test_a_page_too_many_stops_the_job(own_templates: Path) -> None:
    with (own_templates / "household.typ").open("a", encoding="utf-8") as file:
        file.write("\n#if not fitting { pagebreak(); [多] }\n")
    with pytest.raises(flyer.FlyerError) as caught:
        flyer.render_households(MANY[:2], META, replace(PRESS, templates=own_templates))
    assert caught.value.code == "flyer.page_count"
    assert caught.value.params == {"pages": 3, "expected": 2}


def test_a_worker_that_dies_is_an_error_and_not_a_missing_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(flyer.FlyerError, match=r"flyer\.worker_died"):
        flyer.render_households(MANY, META, PRESS)


def test_a_worker_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "TIME_LIMIT", 0.01)
    with pytest.raises(flyer.FlyerError, match=r"flyer\.worker_late"):
        flyer.render_households(MANY, META, PRESS)


def test_a_folder_without_templates_is_named(tmp_path: Path) -> None:
    for apart in (True, False):
        done = batch.one(Task(Job(tmp_path, "none.typ", {})), apart=apart)
        assert done.error is not None
        assert done.error.code == "flyer.typesetting"


def test_the_worker_imports_nothing_but_the_flyers() -> None:
    source = (
        "import sys, channels.flyer.worker\n"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('outreach', 'segments', 'sqlalchemy', 'fastapi', 'twilio', 'aiohttp')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_an_overlay_may_replace_one_sheet(own_templates: Path) -> None:
    blocks = own_templates / "blocks.typ"
    blocks.write_text(blocks.read_text("utf-8").replace("家人代收", "家属代收"), "utf-8")
    made = flyer.render_households(MANY[:1], META, replace(PRESS, templates=own_templates))
    assert "家属代收" in reading.words(made.pdf)[0]


@pytest.mark.parametrize(
    ("rows", "size", "lengths"),
    [(0, 3, []), (3, 3, [3]), (4, 3, [2, 2]), (10, 4, [3, 3, 4])],
)
def test_chunks_are_nearly_equal_and_lose_nobody(rows: int, size: int, lengths: list[int]) -> None:
    parts = batch.chunks(range(rows), size)
    assert [len(part) for part in parts] == lengths
    assert [row for part in parts for row in part] == list(range(rows))


def test_joining_keeps_title_and_order() -> None:
    one = flyer.render_households(MANY[:1], META, PRESS).pdf
    two = flyer.render_households(MANY[1:3], META, PRESS).pdf
    whole = join([one, two])
    assert count_pages(whole) == 3
    assert [
        f"单号{sheet.serial}" in page
        for sheet, page in zip(MANY, reading.words(whole), strict=False)
    ] == [True] * 3
    assert join([one, two]) == whole
    assert join([one]) is one
