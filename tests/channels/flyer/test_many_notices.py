"""Notices for many villages in one run: as one by one, faster, and nobody's fault is another's."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from channels import flyer
from channels.flyer import batch, gates, many_notices
from channels.flyer.single import NoticeSize
from channels.flyer.single.notices import sheet_of
from channels.flyer.typesetting import Job
from tests.channels.flyer import reading
from tests.channels.flyer.samples import META, NOTICE, PRESS

SIZES: tuple[NoticeSize, ...] = ("a4", "a3", "a5x2", "leaflet")
RARE = "𠀀𠮶"
TOO_LONG = replace(NOTICE, when="全年都能办，" * 60)
KINDS = (
    NOTICE,
    replace(NOTICE, amount="1234567.5", prefix="最高"),
    replace(NOTICE, amount="按本地标准，按月发", unit="", rows=(("带什么", "户口簿"),)),
    replace(NOTICE, amount="免费", paragraphs=("头一段话。", "第二段话。" * 8)),
    replace(NOTICE, amount="", steps=(), where="石桥村便民服务点", when="全年都能办，" * 12),
)


def villages(count: int) -> tuple[list[flyer.Notice], list[flyer.SheetMeta]]:
    """A village hall and a telephone of each one's own."""
    notices = [replace(NOTICE, where=f"石桥{n}村便民服务站") for n in range(count)]
    return notices, [replace(META, phone=f"0000-600 {1000 + n}") for n in range(count)]


@pytest.mark.parametrize("size", SIZES)
def test_a_notice_looks_the_same_alone_and_among_others(size: NoticeSize) -> None:
    made = flyer.render_notices(KINDS, META, PRESS, size=size)
    assert (made.pages, made.placed, made.problems) == (5, (0, 1, 2, 3, 4), ())
    for notice, among in zip(KINDS, reading.pictures(made.pdf, 50), strict=True):
        (alone,) = reading.pictures(flyer.render_notice(notice, META, PRESS, size=size).pdf, 50)
        assert among.tobytes() == alone.tobytes()


def test_each_village_has_its_own_place_phone_and_code() -> None:
    notices, metas = villages(3)
    metas[1] = replace(metas[1], office="石桥1村村委会", url="https://hm.example/q/1", fees=True)
    made = flyer.render_notices(notices, metas, PRESS)
    said = reading.words(made.pdf)
    for number, text in enumerate(said):
        assert f"石桥{number}村便民服务站" in text
        assert f"0000-600{1000 + number}" in text
        assert ("问谁：石桥1村村委会" in text) == (number == 1)
        assert ("不收手续费" in text) == (number == 1)
    assert reading.codes(made.pdf) == [{META.url}, {"https://hm.example/q/1"}, {META.url}]
    assert flyer.render_notices(notices, metas, PRESS).pdf == made.pdf


def test_a_file_for_each_village_is_its_page_with_title_and_fonts() -> None:
    notices, metas = villages(3)
    made = flyer.render_notices([TOO_LONG, *notices], [META, *metas], PRESS)
    files = dict(flyer.notice_files(made, [META, *metas], PRESS))
    assert list(files) == [1, 2, 3]
    for number, pdf in files.items():
        assert f"石桥{number - 1}村" in reading.words(pdf)[0]
        assert all(embedded for _, embedded in reading.fonts(pdf))
        assert reading.codes(pdf) == [{META.url}]
        assert reading.title(pdf) == META.title
    assert dict(flyer.notice_files(made, [META, *metas], PRESS)) == files


BAD: dict[str, tuple[flyer.Notice, flyer.SheetMeta, str]] = {
    "too much text": (TOO_LONG, META, "flyer.overflow"),
    "a character that the font lacks": (replace(NOTICE, where=RARE), META, "flyer.glyph_missing"),
    "an office that the font lacks": (NOTICE, replace(META, office=RARE), "flyer.glyph_missing"),
    "five steps": (replace(NOTICE, steps=("去",) * 5), META, "flyer.notice_steps"),
    "no telephone": (NOTICE, replace(META, phone=""), "flyer.meta_missing"),
    "a code too fine to scan": (NOTICE, replace(META, url="https://x/" + "y" * 200), "flyer.code_too_long"),
}  # fmt: skip


@pytest.mark.parametrize(("notice", "meta", "code"), BAD.values(), ids=BAD)
def test_one_bad_notice_is_named_and_stops_nobody(
    notice: flyer.Notice, meta: flyer.SheetMeta, code: str
) -> None:
    notices, metas = villages(4)
    notices.insert(2, notice)
    metas.insert(2, meta)
    made = flyer.render_notices(notices, metas, PRESS, names=[f"第{n}村" for n in range(5)])
    assert (made.pages, made.placed) == (4, (0, 1, 3, 4))
    assert [(one.serial, one.householder, one.code) for one in made.problems] == [("3", "第2村", code)]  # fmt: skip


def test_whoever_spoils_the_page_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    notices, metas = villages(6)
    notices[4] = replace(notices[4], where="石桥，会坏")
    real = Job.pdf

    def breaks(job: Job) -> bytes:
        if "会坏" in job.inputs["data"]:
            raise flyer.FlyerError("flyer.typesetting", sheet=job.main, reason="broken")
        return real(job)

    monkeypatch.setattr(Job, "pdf", breaks)
    made = flyer.render_notices(notices, metas, PRESS)
    assert made.placed == (0, 1, 2, 3, 5)
    assert [(one.serial, one.code) for one in made.problems] == [("5", "flyer.sheet_failed")]


def test_a_page_that_lost_a_village_telephone_is_not_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notices, metas = villages(3)
    must = many_notices._must

    def another(told: dict[str, Any]) -> gates.ExpectedUnit:
        wrong = told["phone"].endswith("1001")
        return must({**told, "phone": "99999999"} if wrong else told)

    monkeypatch.setattr(many_notices, "_must", another)
    made = flyer.render_notices(notices, metas, PRESS)
    assert made.placed == (0, 2)
    assert [(one.serial, one.code) for one in made.problems] == [("2", "flyer.text_lost")]


def test_what_all_share_and_nobody_can_print_is_an_error() -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.meta_missing"):
        flyer.render_notices(KINDS, replace(META, phone=""), PRESS)
    with pytest.raises(flyer.FlyerError, match=r"flyer\.crop_marks"):
        flyer.render_notices(KINDS, META, PRESS, crop_marks=True)
    none = flyer.render_notices([TOO_LONG], META, PRESS)
    assert (none.pdf, none.pages, none.placed, len(none.problems)) == (b"", 0, (), 1)
    assert flyer.render_notices([], META, PRESS).pages == 0


def test_a_missing_character_may_be_left_to_the_pen() -> None:
    press = replace(PRESS, allow_missing_glyphs=True)
    made = flyer.render_notices([replace(NOTICE, where=RARE + "村")], META, press)
    assert "〓〓村" in reading.words(made.pdf)[0]
    assert [(one.code, one.printed) for one in made.problems] == [("flyer.glyph_replaced", True)]


def test_villages_of_one_shape_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []
    real = Job.fits

    def counted(job: Job) -> list[dict[str, Any]]:
        found = real(job)
        measured.append(len(found))
        return found

    monkeypatch.setattr(Job, "fits", counted)
    notices, metas = villages(10)
    notices = [replace(one, where=one.where.replace("石桥", "青山")) for one in notices]
    flyer.render_notices(notices, metas, PRESS)
    assert sum(measured) <= 2  # the first says nothing that differs, the others only digits


def test_notices_of_one_shape_fit_alike() -> None:
    """Whatever Han characters and digits stand there: only their number tells how much room they take."""
    draw = random.Random(4)

    def other(text: str) -> str:
        return "".join(
            chr(draw.randrange(0x4E00, 0x9FA5)) if "一" <= one <= "鿿"
            else draw.choice("0123456789") if one.isdigit() else one
            for one in text
        )  # fmt: skip

    for size in SIZES:
        run = many_notices._Run(PRESS, *sheet_of(size, crop_marks=False), ())
        for kind in KINDS:
            like = replace(
                kind, official=other(kind.official), who=other(kind.who), amount=other(kind.amount),
                extent=other(kind.extent), steps=tuple(map(other, kind.steps)), when=other(kind.when), where=other(kind.where),
                bring=other(kind.bring), paragraphs=tuple(map(other, kind.paragraphs)),
            )  # fmt: skip
            pair = [one for notice in (kind, like) for one in run._looked_at(0, notice, META)]
            one, another = (placed.row for placed in pair)
            assert many_notices.shape(one) == many_notices.shape(another)
            fits = run._fit_task([one, another]).job.fits()
            assert fits[0] == fits[1]


def test_a_large_run_goes_to_processes_of_some_pages_and_may_be_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(many_notices, "HERE", 4)
    monkeypatch.setattr(batch, "CHUNK_PAGES", 3)
    told: list[tuple[int, int]] = []
    press = replace(PRESS, progress=lambda done, total: told.append((done, total)))
    notices, metas = villages(7)
    batch.peaks.clear()
    made = flyer.render_notices(notices, metas, press)
    assert len(batch.peaks) == 3
    assert (made.pages, told[-1]) == (7, (7, 7))
    assert [f"0000-600{1000 + n}" in text for n, text in enumerate(reading.words(made.pdf))] == [True] * 7  # fmt: skip
    with pytest.raises(flyer.FlyerError, match=r"flyer\.cancelled"):
        flyer.render_notices(notices, metas, replace(PRESS, cancelled=lambda: True))


def test_many_notices_can_be_kept_as_an_archive_copy_and_read_aloud() -> None:
    notices, metas = villages(2)
    kept = flyer.render_notices(notices, metas, replace(PRESS, archive=True, tagged=True))
    assert b"pdfaid:part" in kept.pdf
    assert b"/StructTreeRoot" in kept.pdf
