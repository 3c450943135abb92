"""The same brief as a document to edit: real headings, tables, Chinese fonts for Chinese text, nothing that runs."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from channels.flyer.single.brief import BriefSection, BriefSheet, BriefTable

_LATIN, _HAN, _HEAD = "Times New Roman", "宋体", "黑体"
_STYLES = {
    "Title": (_HEAD, 20),
    "Heading 1": (_HEAD, 13),
    "Normal": (_HAN, 10.5),
    "Caption": (_HAN, 9),
}


def write(brief: BriefSheet, foot: str, made_at: datetime) -> bytes:
    """DOCX. `foot`: issuer, what it is about, date; `made_at` stands in the properties."""
    document = Document()
    _page(document)
    _fonts(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = brief.title, foot, brief.marking
    properties.created = properties.modified = made_at.replace(tzinfo=None)
    properties.language = "zh-CN"
    document.add_paragraph(brief.title, style="Title")
    about = document.add_paragraph(brief.about)
    for mark in brief.marks:
        about.add_run("　【" + mark + "】").bold = True
    for section in brief.sections:
        _section(document, section)
    _footer(document, [brief.marking, foot])
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _page(document: Doc) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(15), Mm(18)


def _fonts(document: Doc) -> None:
    """Word takes the font of Chinese text from an attribute of its own."""
    for name, (han, size) in _STYLES.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size = _LATIN, Pt(size)
        style.font.color.rgb = None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:ascii"), _LATIN)
        fonts.set(qn("w:hAnsi"), _LATIN)
        fonts.set(qn("w:eastAsia"), han)
        style.paragraph_format.space_after = Pt(3)
        style.paragraph_format.space_before = Pt(8 if name == "Heading 1" else 0)


def _section(document: Doc, section: BriefSection) -> None:
    document.add_heading(section.title, level=1)
    _lines(document, section.lines)
    if section.table is not None:
        _table(document, section.table)
    _lines(document, section.after)


def _lines(document: Doc, lines: Iterable[str]) -> None:
    for line in lines:
        document.add_paragraph(line)


def _table(document: Doc, table: BriefTable) -> None:
    """The first row is repeated on every page; a row is never torn apart. What is only drawn on paper is left out."""
    made = document.add_table(rows=1, cols=len(table.head), style="Table Grid")
    made.autofit = False
    total = sum(table.widths)
    widths = [Mm(174 * width / total) for width in table.widths]
    cells = [made.rows[0].cells, *(made.add_row().cells for _ in table.rows)]
    for at, texts in enumerate((table.head, *table.rows)):
        for column, text in enumerate(texts):
            cell = cells[at][column]
            cell.width = widths[column]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.add_run(text).bold = at == 0
            if column not in table.texts:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for row in made.rows:
        _property(row, "w:cantSplit")
    _property(made.rows[0], "w:tblHeader")
    if table.note:
        document.add_paragraph(table.note, style="Caption")


def _property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _footer(document: Doc, lines: Iterable[str]) -> None:
    footer = document.sections[0].footer
    first, *rest = list(lines)
    footer.paragraphs[0].text = first
    for line in rest:
        footer.add_paragraph(line)
    page = footer.add_paragraph("第 ")
    _field(page, "PAGE")
    page.add_run(" 页，共 ")
    _field(page, "NUMPAGES")
    page.add_run(" 页")


def _field(paragraph: Paragraph, instruction: str) -> None:
    """A number that Word fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
