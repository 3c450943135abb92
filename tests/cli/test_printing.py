"""`outreach flyers …` and `outreach boards …`: what scripts and offices call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from outreach import cli
from tests import papers, town


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine households in three grids."""
    place = tmp_path_factory.mktemp("flyers")
    papers.installation(place, 9, 3).close()
    return place


class Command:
    """Runs commands on one folder; the last line as JSON."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *arguments: object, status: int = 0) -> dict[str, Any]:
        self.capsys.readouterr()
        given = [str(one) for one in arguments]
        assert cli.run(["--data", str(self.folder), *given, "--json"]) == status
        answer: dict[str, Any] = json.loads(self.capsys.readouterr().out.splitlines()[-1])
        return answer


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(folder, capsys)


def pages(path: object) -> int:
    document = pypdfium2.PdfDocument(str(path))
    try:
        return len(document)
    finally:
        document.close()


def test_print_writes_one_pdf_and_says_what_it_holds(run: Command, tmp_path: Path) -> None:
    made = run("flyers", "print", "winter", "--out", tmp_path)
    assert made["pdf"] == str(tmp_path / "winter.pdf")
    assert (made["pages"], made["sheets"], made["problems"]) == (9, 9, [])
    assert pages(made["pdf"]) == 9
    again = run("flyers", "print", "winter", "--out", tmp_path / "again")
    assert Path(again["pdf"]).read_bytes() == Path(made["pdf"]).read_bytes()


@pytest.mark.parametrize(
    ("options", "sheets", "in_pdf"),
    [
        pytest.param(["--grid", f"{town.EAST}02"], 3, 3, id="a grid"),
        pytest.param(["--region", town.EAST, "--place", "1栋1单元"], 9, 9, id="a stairwell"),
        pytest.param(["--from", 8], 2, 2, id="from the eighth sheet on"),
        pytest.param(["--copies", 2, "--grid", f"{town.EAST}01"], 6, 6, id="two of each"),
        pytest.param(["--sealed", "--grid", f"{town.EAST}01"], 3, 6, id="sealed, the address outside"),
        pytest.param(["--size", "a5x2", "--grid", f"{town.EAST}01"], 3, 2, id="two on a page"),
        pytest.param(["--duplex", "--grid", f"{town.EAST}01"], 3, 6, id="each on a front side"),
        pytest.param(["--cover", "--spare", 10, "--grid", f"{town.EAST}01"], 3, 5, id="cover and spare"),
        pytest.param(["--pdfa", "--crop-marks", "--grid", f"{town.EAST}01"], 3, 3, id="for a print shop"),
    ],
)  # fmt: skip
def test_options_choose_sheets_and_lay_them_out(
    run: Command, tmp_path: Path, options: list[object], sheets: int, in_pdf: int
) -> None:
    made = run("flyers", "print", "winter", "--out", tmp_path, *options)
    assert (made["sheets"], made["pages"], pages(made["pdf"])) == (sheets, in_pdf, in_pdf)


def test_a_file_per_grid_is_named_after_it(run: Command, tmp_path: Path) -> None:
    made = run("flyers", "print", "winter", "--out", tmp_path, "--per-grid")
    assert made["pdf"] is None
    names = [Path(one).name for one in made["files"]]
    assert names == [f"winter-00{number}-{town.EAST}0{number}.pdf" for number in (1, 2, 3)]
    assert {pages(one) for one in made["files"]} == {3}


def test_nothing_to_print_is_said_with_status_one(run: Command, tmp_path: Path) -> None:
    made = run("flyers", "print", "winter", "--out", tmp_path, "--place", "99栋", status=1)
    assert (made["pdf"], made["sheets"]) == (None, 0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("kind", "expected"), [("visits", 3), ("calls", 3), ("covers", 3)])
def test_lists_come_per_grid(run: Command, tmp_path: Path, kind: str, expected: int) -> None:
    made = run("flyers", "lists", "winter", "--kind", kind, "--out", tmp_path)
    assert (Path(made["pdf"]).name, made["pages"]) == (f"winter-{kind}.pdf", expected)


def test_letters_without_a_text_name_the_household_and_what_to_do(
    run: Command, tmp_path: Path
) -> None:
    made = run("flyers", "letters", "winter", "--out", tmp_path, status=1)
    assert {one["code"] for one in made["problems"]} == {"print.no_letter"}
    assert len(made["problems"]) == 9


def test_jobs_are_listed_shown_cancelled_and_taken_up_again(run: Command, tmp_path: Path) -> None:
    made = run("flyers", "print", "winter", "--out", tmp_path, "--grid", f"{town.EAST}03")
    listed = run("flyers", "jobs", "--state", "done")["jobs"]
    assert listed[0]["id"] == made["job"]
    assert (listed[0]["done"], listed[0]["total"], listed[0]["state"]) == (3, 3, "done")
    shown = run("flyers", "job", made["job"])
    assert [(one["grid"], one["pages"]) for one in shown["parts"]] == [(f"{town.EAST}03", 3)]
    assert run("flyers", "cancel", made["job"], status=1)["error"]["code"] == "print.ended"
    assert run("flyers", "resume", made["job"], status=1)["error"]["code"] == "print.ended"
    copy = run("flyers", "resume", made["job"], "--out", tmp_path / "copy")
    assert Path(copy["pdf"]).read_bytes() == Path(made["pdf"]).read_bytes()
    assert run("flyers", "job", 999, status=1)["error"]["code"] == "print.no_job"


def test_a_notice_is_hung_found_out_of_date_and_taken_down(run: Command, tmp_path: Path) -> None:
    board = run("boards", "add", "村口公告栏", "--region", town.EAST, "--note", "钥匙在老李家")[
        "board"
    ]
    hung = run(
        "boards", "post", board, "--policy", "check", "--until", "2026-12-01", "--on", "2026-11-01"
    )
    assert hung["title"] == "免费体检"
    assert run("boards", "due", "--on", "2026-12-01")["due"] == []
    (late,) = run("boards", "due", "--on", "2026-12-02", "--region", town.EAST)["due"]
    assert (late["id"], late["due"], late["board_name"]) == (
        hung["posting"],
        "expired",
        "村口公告栏",
    )
    out = tmp_path / "撤下清单.xlsx"
    assert run("policies", "takedown", "check", "--out", out)["out"]["board"] == 1
    assert run("boards", "down", hung["posting"], "--on", "2026-12-02")["changed"]
    assert not run("boards", "down", hung["posting"])["changed"]
    assert run("boards", "down", hung["posting"], "--undo")["changed"]
    assert [one["name"] for one in run("boards", "list")["boards"]] == ["村口公告栏"]
    assert run("boards", "remove", board, status=1)["error"]["code"] == "boards.not_empty"
