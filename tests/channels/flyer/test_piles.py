"""Runs by grid: order, covers, spare sheets, blank backs, going on from a page, being cancelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from channels import flyer
from channels.flyer import batch
from channels.flyer.layouts import Layout
from tests.channels.flyer import reading
from tests.channels.flyer.samples import AGED, CHILD, COVER, META, NURSERY, PRESS, household


def sheets(grid: int, count: int) -> list[flyer.HouseholdSheet]:
    return [
        replace(household(n, AGED), serial=str(flyer.Serial(41, grid, n)))
        for n in range(1, count + 1)
    ]


def cover(inside: flyer.Contents) -> flyer.BatchCover:
    """A cover with one row for the whole pile."""
    count = len(inside.serials) - inside.spare
    row = flyer.CoverRow(
        place="石桥村", packs=f"{inside.serials[0]} 起", n=count, page=inside.pages[0]
    )
    return replace(
        COVER, batch=f"P-{inside.grid}", rows=(row,), sheets=len(inside.serials), spare=inside.spare
    )


def group(grid: int, count: int, **more: object) -> flyer.Group:
    return flyer.Group(grid=str(grid), sheets=sheets(grid, count), **more)  # type: ignore[arg-type]


def spare(grid: int, count: int, made: int) -> tuple[flyer.HouseholdSheet, ...]:
    return flyer.spare_sheets(flyer.Serial(41, grid, count), (CHILD, AGED, NURSERY), made)


def numbers(pdf: bytes) -> list[str]:
    """The grid and sequence on each page; "" on a blank one, the batch on a cover."""
    found = []
    for page in reading.words(pdf):
        number = re.search(r"单号41-(\d\d-\d\d\d)", page)
        found.append(number[1] if number else "cover" if "资料袋" in page or "批" in page else page)
    return found


def test_each_group_comes_as_a_part_of_its_own_in_order() -> None:
    told: list[tuple[int, int]] = []
    press = replace(PRESS, progress=lambda done, total: told.append((done, total)))
    parts = list(flyer.iter_households([group(7, 3), group(8, 2)], META, press))
    assert [(p.grid, p.pages, p.sheets, p.spare, p.first_page) for p in parts] == [
        ("7", 3, 3, 0, 1),
        ("8", 2, 2, 0, 4),
    ]
    assert [numbers(p.pdf) for p in parts] == [["07-001", "07-002", "07-003"], ["08-001", "08-002"]]
    assert told[-1] == (5, 5)


def test_a_group_gives_the_same_bytes_whatever_is_printed_beside_it() -> None:
    groups = [group(7, 3), group(8, 2, cover=cover, spare=spare(8, 2, 1))]
    together = list(flyer.iter_households(groups, META, PRESS))
    (alone,) = flyer.iter_households(groups[1:], META, PRESS)
    assert alone.pdf == together[1].pdf
    assert (alone.first_page, together[1].first_page) == (1, 4)


def test_many_small_groups_share_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SMALL", 4)
    batch.peaks.clear()
    parts = list(flyer.iter_households([group(n, 2) for n in range(1, 6)], META, PRESS))
    assert [p.sheets for p in parts] == [2] * 5
    assert len(batch.peaks) == 1  # one kind of block needs no process to measure
    (alone,) = flyer.iter_households([group(3, 2)], META, PRESS)
    assert alone.pdf == parts[2].pdf


def test_a_cover_lies_in_front_and_counts_what_was_really_printed() -> None:
    bad = replace(household(9, AGED, householder="李𠮶国"), serial=str(flyer.Serial(41, 7, 9)))
    seen: list[flyer.Contents] = []

    def noted(inside: flyer.Contents) -> flyer.BatchCover:
        seen.append(inside)
        return cover(inside)

    pile = replace(group(7, 3), sheets=[*sheets(7, 3), bad], spare=spare(7, 9, 1), cover=noted)
    (part,) = flyer.iter_households([pile], META, PRESS)
    assert (part.pages, part.sheets, part.spare) == (5, 3, 1)
    assert [p.code for p in part.problems] == ["flyer.glyph_missing"]
    assert numbers(part.pdf)[1:] == ["07-001", "07-002", "07-003", "07-010"]
    assert reading.codes(part.pdf)[0] == {"B:P-7"}
    assert seen[-1].pages == (2, 3, 4, 5)
    assert (seen[-1].spare, len(seen[-1].serials)) == (1, 4)


@pytest.mark.parametrize(
    "spoil",
    [lambda c: replace(c, sheets=999), lambda c: replace(c, area="𠮶"), lambda c: replace(c, takedown="旧版。" * 900)],
    ids=["wrong sum", "missing glyph", "too long"],
)  # fmt: skip
def test_a_cover_that_cannot_be_printed_is_named_and_the_pile_goes_without(
    spoil: Callable[[flyer.BatchCover], flyer.BatchCover],
) -> None:
    piles = [group(7, 2, cover=lambda inside: spoil(cover(inside))), group(8, 2, cover=cover)]
    first, second = flyer.iter_households(piles, META, PRESS)
    assert numbers(first.pdf) == ["07-001", "07-002"]
    assert [(p.code, p.householder) for p in first.problems] == [("flyer.cover_failed", "7")]
    assert second.pages == 3
    assert second.problems == ()


def test_a_spare_sheet_has_lines_to_write_on_its_number_and_nothing_that_is_certain() -> None:
    (one,) = spare(7, 120, 1)
    made = flyer.render_households([one], META, PRESS)
    (page,) = reading.words(made.pdf)
    assert one.serial == "41-07-121-4"
    assert page.count(one.serial) == 2  # on the sheet and on its receipt
    assert all(word in page for word in ("备用", "地址", "住户", "可能符合，请核实"))
    assert "符合条件，可以申请" not in page


@pytest.mark.parametrize(("count", "spares"), [(0, 0), (1, 1), (20, 1), (21, 2), (400, 20)])
def test_five_in_a_hundred_are_spare(count: int, spares: int) -> None:
    assert flyer.spare_count(count) == spares


DUPLEX = {
    "open": ({}, False, ["07-001", "", "07-002", ""]),
    "with a cover": ({}, True, ["cover", "", "07-001", "", "07-002", ""]),
    "sealed": ({"sealed": True}, False, ["07-001", "07-001", "07-002", "07-002"]),
    "elderly": ({"edition": "large"}, False, ["07-001", "07-001", "07-002", "07-002"]),
    "two-up": ({"size": "a5x2"}, False, ["07-001", ""]),
}


@pytest.mark.parametrize(("how", "covered", "pages"), DUPLEX.values(), ids=DUPLEX.keys())
def test_on_both_sides_each_sheet_begins_on_a_front(
    how: dict[str, object], covered: bool, pages: list[str]
) -> None:
    pile = group(7, 2, cover=cover if covered else None)
    (part,) = flyer.iter_households([pile], META, replace(PRESS, duplex=True), **how)  # type: ignore[arg-type]
    assert part.problems == ()
    assert part.pages == len(pages)
    assert numbers(part.pdf) == pages


@pytest.mark.parametrize("duplex", [False, True])
@pytest.mark.parametrize("sealed", [False, True])
def test_for_a_printer_with_one_side_the_elderly_edition_takes_two_sheets(
    duplex: bool, sealed: bool
) -> None:
    press = replace(PRESS, two_sheets=True, duplex=duplex)
    made = flyer.render_households(sheets(7, 2), META, press, edition="large", sealed=sealed)
    assert made.problems == ()
    assert made.pages == (8 if duplex else 4)
    pages = [page for page in reading.words(made.pdf) if page]
    assert len(pages) == 4
    first, second = pages[:2]
    assert "回执" in first
    assert "第1张，共2张" in first
    assert "回执" not in second
    assert "第2张，共2张" in second
    assert "41-07-001-9" in second


FROM = {
    "the first": (1, ["cover", "07-001", "07-002", "07-003"], 1),
    "behind the cover": (2, ["07-001", "07-002", "07-003"], 2),
    "the third sheet": (4, ["07-003"], 4),
}


@pytest.mark.parametrize(("page", "left", "first"), FROM.values(), ids=FROM.keys())
def test_a_run_goes_on_from_a_page_with_the_same_numbers(
    page: int, left: list[str], first: int
) -> None:
    groups = [group(7, 3, cover=cover), group(8, 2)]
    whole = list(flyer.iter_households(groups, META, PRESS))
    parts = list(flyer.iter_households(groups, META, replace(PRESS, from_page=page)))
    assert numbers(parts[0].pdf) == left
    assert parts[0].first_page == first
    assert parts[1] == whole[1]


def test_going_on_skips_whole_groups_and_begins_with_the_sheet_that_holds_the_page() -> None:
    groups = [group(7, 3), group(8, 2)]
    press = replace(PRESS, from_page=8)
    first, second = flyer.iter_households(groups, META, press, sealed=True)
    assert (first.pdf, first.pages) == (b"", 0)
    assert numbers(second.pdf) == ["08-001", "08-001", "08-002", "08-002"]
    assert second.first_page == 7
    _, late = flyer.iter_households(groups, META, replace(PRESS, from_page=99), sealed=True)
    assert late.pages == 0


def test_two_up_goes_on_with_the_same_pairs() -> None:
    whole = flyer.render_households(sheets(7, 6), META, PRESS, size="a5x2")
    rest = flyer.render_households(sheets(7, 6), META, replace(PRESS, from_page=3), size="a5x2")
    assert reading.words(rest.pdf) == reading.words(whole.pdf)[2:]


@pytest.mark.parametrize("count", range(6))
def test_two_stacks_are_each_in_order(count: int) -> None:
    units = Layout("", 1, 2).units([{"n": n} for n in range(count)])
    stacks: list[list[int]] = [[], []]
    for unit in units:
        for column, row in enumerate(unit):
            stacks[column].append(row["n"])
    assert stacks[0] + stacks[1] == list(range(count))


@pytest.mark.parametrize("small", [True, False], ids=["here", "in processes"])
def test_a_cancelled_run_ends_soon_and_keeps_what_it_gave(
    monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    monkeypatch.setattr(batch, "SMALL", 100 if small else 0)
    monkeypatch.setattr(batch, "CHUNK_PAGES", 2)
    given: list[flyer.PrintedPart] = []
    press = replace(PRESS, cancelled=lambda: bool(given))
    parts = flyer.iter_households([group(n, 2) for n in range(1, 7)], META, press)
    given.append(next(parts))
    with pytest.raises(flyer.FlyerError) as caught:
        next(parts)
    assert caught.value.code == "flyer.cancelled"
    assert len(given) == 1
    assert numbers(given[0].pdf) == ["01-001", "01-002"]


def test_whoever_leaves_the_loop_ends_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SMALL", 0)
    monkeypatch.setattr(batch, "CHUNK_PAGES", 2)
    batch.peaks.clear()
    parts = flyer.iter_households([group(n, 2) for n in range(1, 30)], META, PRESS)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert len(batch.peaks) < 10


def archived(made: flyer.Printed) -> bool:
    return b"pdfaid:part>2<" in made.pdf and b"pdfaid:conformance>B<" in made.pdf


def test_an_archive_file_says_so_and_stays_one_when_it_is_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    press = replace(PRESS, archive=True)
    one = flyer.render_households(sheets(7, 3), META, press)
    assert archived(one)
    assert not archived(flyer.render_households(sheets(7, 3), META, PRESS))
    monkeypatch.setattr(batch, "CHUNK_PAGES", 2)
    twice = [flyer.render_households(sheets(7, 3), META, press) for _ in range(2)]
    assert twice[0].pages == 3
    assert archived(twice[0])
    assert b"/OutputIntent" in twice[0].pdf or b"GTS_PDFA1" in twice[0].pdf
    assert twice[0].pdf == twice[1].pdf


def tagged(pdfs: Sequence[bytes]) -> list[bool]:
    return [b"/StructTreeRoot" in pdf for pdf in pdfs]


def test_a_file_keeps_its_tags_only_when_all_of_it_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    press = replace(PRESS, tagged=True)
    whole = flyer.render_households(sheets(7, 3), META, press).pdf
    monkeypatch.setattr(batch, "CHUNK_PAGES", 2)
    joined = flyer.render_households(sheets(7, 3), META, press).pdf
    plain = flyer.render_households(sheets(7, 2), META, PRESS).pdf
    assert tagged([whole, joined, plain]) == [True, False, False]
