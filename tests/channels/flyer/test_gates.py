"""The last look: a PDF that is not as it must be is found out, and only the household at fault is left out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import typst

from channels import flyer
from channels.flyer import batch
from channels.flyer.fonts import typst_fonts
from channels.flyer.gates import Expected, ExpectedUnit, inspect
from tests.channels.flyer import reading
from tests.channels.flyer.samples import AGED, META, PRESS, household

PAGE = '#set page(width: 100mm, height: 60mm, margin: 10mm)\n#set text(font: "Noto Sans CJK SC")\n'


def pdf(source: str) -> bytes:
    made = typst.compile(
        (PAGE + source).encode(),
        font_paths=typst_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_tags=False,
    )
    assert isinstance(made, bytes)
    return made


def unembedded(text: str = "41-07-001-9") -> bytes:
    """A page that trusts the printer to have Helvetica, as small PDF libraries make them."""
    stream = f"BT /F1 12 Tf 60 60 Td ({text}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF" % len(out)
    )


FOUND: dict[str, tuple[bytes, Expected, list[str]]] = {
    "nothing wrong": (pdf("单号 1"), Expected(1, (ExpectedUnit(("单号1",), ()),)), []),
    "a page too many": (
        pdf("单号 1\n#pagebreak()\n多"),
        Expected(1, (ExpectedUnit(("单号1",), ()),)),
        ["flyer.page_count"],
    ),
    "another household's page": (
        pdf("单号 2"),
        Expected(1, (ExpectedUnit(("单号1",), ()),)),
        ["flyer.text_lost"],
    ),
    "a font of the machine": (
        unembedded(),
        Expected(1, (ExpectedUnit(("41-07-001-9",), ()),)),
        ["flyer.font_not_embedded"],
    ),
    "colour": (
        pdf("#text(fill: red)[单号 1]"),
        Expected(1, (ExpectedUnit(("单号1",), ()),)),
        ["flyer.coloured"],
    ),
    "a code that is not there": (
        pdf("单号 1"),
        Expected(1, (ExpectedUnit(("单号1",), ("R:1",)),)),
        ["flyer.code_unread"],
    ),
    "text on text": (
        pdf("单号 1 甲乙丙\n#place(top + left, dy: 2pt)[丁戊己庚辛]"),
        Expected(1, (ExpectedUnit((), ()),)),
        ["flyer.overlap"],
    ),
    "text in the unprinted edge": (
        pdf("#place(top + left, dx: -9mm)[单号 1]"),
        Expected(1, (ExpectedUnit(("单号1",), ()),)),
        ["flyer.off_page"],
    ),
}


@pytest.mark.parametrize(("made", "expected", "codes"), FOUND.values(), ids=FOUND.keys())
def test_what_is_wrong_with_a_pdf_is_found(
    made: bytes, expected: Expected, codes: list[str]
) -> None:
    assert [fault.code for fault in inspect(made, expected)] == codes


def test_the_crafted_pdf_is_readable_but_for_its_font() -> None:
    assert reading.words(unembedded()) == ["41-07-001-9"]
    assert reading.fonts(unembedded()) == {("Helvetica", False)}


def test_in_bulk_words_are_looked_for_on_every_page_and_colour_on_a_sample() -> None:
    pages = ["单号 1", "单号 2", "#text(fill: red)[单号 3]", "单号 4"]
    made = pdf("\n#pagebreak()\n".join(pages))
    units = tuple(ExpectedUnit((f"单号{n}",), ()) for n in (1, 2, 3, 4))
    assert inspect(made, Expected(1, units, every=50)) == []
    assert [f.code for f in inspect(made, Expected(1, units, every=1))] == ["flyer.coloured"]
    wrong = (*units[:1], ExpectedUnit(("单号9",), ()), *units[2:])
    (fault,) = inspect(made, Expected(1, wrong, every=50))
    assert (fault.code, fault.unit, fault.params) == ("flyer.text_lost", 1, {"word": "单号9"})


def spoilt(folder: Path, word: str, trouble: str) -> flyer.Press:
    """Templates that go wrong for one household only."""
    templates = Path(shutil.copytree(PRESS.templates, folder / "flyer"))
    sheet = templates / "household.typ"
    source = sheet.read_text("utf-8")
    here = "    head(hh, name: name-pt, addr: addr-pt)\n"
    assert here in source
    trouble = f'    if hh.householder == "{word}" {{ {trouble} }}\n'
    sheet.write_text(source.replace(here, trouble + here), "utf-8")
    return replace(PRESS, templates=templates)


TROUBLES = {
    "Typst stops": ("panic(1)", "flyer.sheet_failed"),
    "a page too many": ("[多]; pagebreak()", "flyer.sheet_failed"),
    "its number is gone": ('hh.serial = "0-00-000-0"', "flyer.text_lost"),
    "text on text": ("at(20mm, 20mm, text(20pt)[压住标题])", "flyer.overlap"),
    "colour": ("text(fill: red)[红]", "flyer.sheet_failed"),
}


BATCHES = {name: (*trouble, 5) for name, trouble in TROUBLES.items()} | {
    "in processes": (*TROUBLES["Typst stops"], batch.SMALL + 3)
}


@pytest.mark.parametrize(("trouble", "code", "count"), BATCHES.values(), ids=BATCHES.keys())
def test_one_bad_household_never_stops_a_batch(
    tmp_path: Path, trouble: str, code: str, count: int
) -> None:
    press = spoilt(tmp_path, "坏", trouble)
    sheets = [household(i, AGED, householder="好") for i in range(1, count + 1)]
    sheets[0] = replace(
        sheets[0], householder="坏"
    )  # the first of a piece is always looked at closely
    made = flyer.render_households(sheets, META, press)
    assert [(p.serial, p.code, p.printed) for p in made.problems] == [
        (sheets[0].serial, code, False)
    ]
    assert (made.pages, made.sheets) == (count - 1, count - 1)
    assert all(
        sheet.serial in page
        for sheet, page in zip(sheets[1:], reading.words(made.pdf), strict=True)
    )


@pytest.mark.parametrize("source", ["panic(1)", "text(fill: red)[红]"])
def test_what_is_wrong_on_every_sheet_stops_the_job_at_once(tmp_path: Path, source: str) -> None:
    press = spoilt(tmp_path, "住户", source)  # the plainest sheet, too
    sheets = [household(i, AGED, householder="住户") for i in range(1, 4)]
    with pytest.raises(flyer.FlyerError) as caught:
        flyer.render_households(sheets, META, press)
    assert caught.value.code in {"flyer.typesetting", "flyer.coloured"}


def test_the_trim_box_of_a_sheet_with_crop_marks_is_its_paper() -> None:
    made = flyer.render_households([household(1)], META, replace(PRESS, crop_marks=True))
    assert made.problems == ()
    assert reading.paper(made.pdf) == {(216, 303)}
    document = pypdfium2.PdfDocument(made.pdf)
    left, bottom, right, top = document[0].get_trimbox()
    assert (round((right - left) / 72 * 25.4), round((top - bottom) / 72 * 25.4)) == (210, 297)
    corner = reading.pictures(made.pdf, 300)[0].crop((0, 0, 60, 60))
    assert reading.ink(corner) > 20
    document.close()
