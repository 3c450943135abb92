"""From the file of an office to rows that can be looked for: keyed hashes, and what the row says of itself.

A list differs from a register: it needs no place and no household, a masked number is enough, and a list about
children may name the applicant beside the child. The child is whom it is about, so its columns win.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from outreach.errors import Invalid, OutreachError
from outreach.people import keys
from outreach.people.certificate import grade_of, kinds_of, parse_certificate
from outreach.people.plain import tidy
from outreach.people.reading.asides import aside, is_total
from outreach.people.reading.cells import READERS, Context
from outreach.people.reading.columns import Columns, find_header
from outreach.people.reading.places import Places
from outreach.people.reading.spreadsheet import Sheet, read_sheets
from outreach.people.reading.words import NOTHING, circumstance_codes, parse_date
from outreach.people.schemas import PersonRow, Problem
from outreach.vault import Vault

_READ = dict(READERS)
_WHO = ("name", "id_card", "birth", "phone")

_SUBJECT = {
    "name": "儿童姓名 幼儿姓名 婴幼儿姓名 子女姓名 孩子姓名 学生姓名 受益人姓名 受助人姓名 补贴对象姓名 享受对象姓名",
    "id_card": "儿童身份证号 儿童身份证号码 婴幼儿身份证号 婴幼儿身份证号码 幼儿身份证号 幼儿身份证号码 子女身份证号 子女身份证号码 孩子身份证号 学生身份证号 学生身份证号码 受益人身份证号 受益人身份证号码 受助人身份证号 补贴对象身份证号 享受对象身份证号",
    "birth": "儿童出生日期 婴幼儿出生日期 幼儿出生日期 子女出生日期 学生出生日期",
}  # fmt: skip
"""Field → headers about the person whom a list is about, where it names an applicant as well."""

_APPLICANT = "姓名 申请人 申请人姓名 监护人 监护人姓名 家长姓名 身份证号 身份证号码 申请人身份证号 申请人身份证号码 监护人身份证号 监护人身份证号码 家长身份证号 出生日期 户主 户主姓名 户主身份证号"
_OWN = {
    "certificate": "残疾人证号 残疾证号 残疾人证号码 残疾证号码 残疾人证编号",
    "grade": "残疾等级 残疾级别 等级",
    "kind": "残疾类别 残疾类型 残疾种类",
    "valid_to": "有效期 有效期至 有效期限 有效期止 证件有效期 证件有效期至 到期日期 到期时间 截止日期",
    "dated": (
        "申请日期 申请时间 受理日期 受理时间 审批日期 办理日期 登记日期 发放日期 发放时间 领取日期 领取时间 "
        "到账日期"
    ),
}
_OWN_OF = {word: name for name, words in _OWN.items() for word in words.split()}
_NO_END = frozenset({"长期", "永久", "长期有效"})


@dataclass(frozen=True)
class ListRow:
    """One row that can be looked for. `present`: circumstances that its own columns say; no plain name is kept."""

    sheet: int
    row: int
    id_key: bytes | None
    masked_key: bytes | None
    name_key: bytes
    phone_key: bytes | None
    birth: date | None
    present: tuple[str, ...] = ()
    valid_to: date | None = None
    dated: date | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Sheet (from 0) and row as an office worker counts it."""
        return self.sheet, self.row


@dataclass(frozen=True)
class ListTable:
    """A sheet whose header was recognised; `taken_for` says for each column what it was read as ('' = not read)."""

    sheet: Sheet
    header_row: int
    headers: tuple[str, ...]
    taken_for: tuple[str, ...]


@dataclass
class HandedIn:
    """A list that was read: rows to look for, and the rows that cannot be ((sheet, row) → problems)."""

    tables: list[ListTable]
    rows: list[ListRow] = field(default_factory=list)
    bad: dict[tuple[int, int], list[Problem]] = field(default_factory=dict)
    names_of_bad: set[bytes] = field(default_factory=set)  # keyed; somebody of this name is meant

    @property
    def count(self) -> int:
        """Rows that name somebody; empty ones and totals are none."""
        return len(self.rows) + len(self.bad)

    def problem(self, place: tuple[int, int], column: str, error: OutreachError) -> None:
        """Note why a row is not taken."""
        name = self.tables[place[0]].sheet.name if len(self.tables) > 1 else ""
        problem = Problem.of(place[1], column, error, name)
        here = self.bad.setdefault(place, [])
        if problem not in here:
            here.append(problem)


def read_list(path: Path, vault: Vault, today: date, sheet: str | None = None) -> HandedIn:
    """Read every sheet with a recognisable header.

    Raises what `read_sheets` and `find_header` raise, and Invalid people.list_no_header when no sheet has one.
    """
    tables: list[ListTable] = []
    found: list[tuple[ListTable, Columns]] = []
    wrong: list[Invalid] = []
    for one in read_sheets(Path(path), sheet):
        try:
            columns = _header(one)
        except Invalid as error:
            wrong.append(error)
            continue
        if columns is not None:
            tables.append(_table(one, columns))
            found.append((tables[-1], columns))
    if not tables:
        raise wrong[0] if wrong else Invalid("people.list_no_header")
    handed = HandedIn(tables)
    for index, (table, columns) in enumerate(found):
        _Reader(handed, index, columns, table.taken_for, vault, today).read(table)
    return handed


def _header(sheet: Sheet) -> Columns | None:
    """The header row; columns about the child or pupil win over those about the applicant."""
    cells = {cell.strip() for row in sheet.rows[:20] for cell in row if cell.strip()}
    mapping: dict[str, str] = {}
    for name, words in _SUBJECT.items():
        here = [word for word in words.split() if word in cells]
        mapping.update(dict.fromkeys(here[:1], name))
    if "name" in mapping.values():
        mapping.update({word: "" for word in _APPLICANT.split() if word in cells})
    columns = find_header(sheet.rows, mapping or None)
    certificate = (
        next((one for one in columns.headers if _own(one) == "certificate"), "") if columns else ""
    )
    if columns is None or not certificate or {"id_card", "birth"} & columns.of.keys():
        return columns
    # A list of certificates may give no other number: theirs begins with the identity number.
    return find_header(sheet.rows, {**mapping, certificate: "id_card"})


def _table(sheet: Sheet, columns: Columns) -> ListTable:
    read = columns.fields()
    taken = tuple(
        name if name in _WHO else _own(header) or (name if name == "circumstances" else "")
        for name, header in zip(read, columns.headers, strict=True)
    )
    return ListTable(sheet, columns.header_row, columns.headers, taken)


def _own(header: str) -> str:
    return _OWN_OF.get(_plain(header), "")


def _plain(header: str) -> str:
    folded = unicodedata.normalize("NFKC", header)
    return re.sub(r"[\s*:]+|\(.*?\)", "", folded)


class _Reader:
    """Reads the rows of one table."""

    def __init__(
        self,
        handed: HandedIn,
        index: int,
        columns: Columns,
        taken_for: Sequence[str],
        vault: Vault,
        today: date,
    ) -> None:
        nowhere = Places({}, {}, frozenset(), {})
        self._context = Context(columns, nowhere, nowhere, today)
        self._handed, self._index, self._vault, self._today = handed, index, vault, today
        self._own = {
            name: column
            for column, name in reversed(list(enumerate(taken_for)))
            if name and name not in _WHO
        }
        self._certified = _own(columns.header("id_card")) == "certificate"

    def read(self, table: ListTable) -> None:
        """All rows below the header."""
        for number, cells in enumerate(table.sheet.rows, start=1):
            given = [tidy(cell) for cell in cells]
            if number > table.header_row and any(given) and not self._is_nobody(given):
                self._row(number, given)

    def _is_nobody(self, cells: Sequence[str]) -> bool:
        """Totals, signatures, a header repeated on the next page."""
        return _is_total(cells) or aside(self._context.columns, cells) is not None

    def _row(self, number: int, cells: Sequence[str]) -> None:
        place = (self._index, number)
        person = PersonRow(self._index, number)
        for name in _WHO:
            for text in self._texts(name, cells):
                self._try(place, name, lambda name=name, text=text: self._who(person, name, text))
        said = self._said(place, cells)
        if not person.name and place not in self._handed.bad:
            self._handed.problem(
                place, self._context.header("name"), Invalid("people.name_missing")
            )
        if place in self._handed.bad:
            if person.name:
                self._handed.names_of_bad.add(keys.name_key(self._vault, person.name))
            return
        self._handed.rows.append(_sealed(self._vault, person, said))

    def _who(self, person: PersonRow, name: str, text: str) -> None:
        if name == "id_card" and self._certified:
            text = parse_certificate(text).id_number
        _READ[name](self._context, person, text)

    def _texts(self, name: str, cells: Sequence[str]) -> list[str]:
        indexes = self._context.columns.of.get(name, ())
        texts = [cells[index] for index in indexes if index < len(cells)]
        return [text for text in texts if text not in NOTHING]

    def _try(self, place: tuple[int, int], name: str, read: object) -> None:
        try:
            read()  # type: ignore[operator]
        except OutreachError as error:
            self._handed.problem(place, self._context.header(name), error)

    def _said(self, place: tuple[int, int], cells: Sequence[str]) -> dict[str, object]:
        """What the row's own columns say: circumstances, validity, a date."""
        present: list[str] = []
        said: dict[str, object] = {}
        for name, column in self._own.items():
            text = cells[column] if column < len(cells) else ""
            if text in NOTHING:
                continue
            try:
                if name in ("valid_to", "dated"):
                    said[name] = self._date(name, text)
                else:
                    present.extend(_circumstances(name, text))
            except OutreachError as error:
                self._handed.problem(place, self._context.columns.headers[column], error)
        if self._certified:
            for text in self._texts("id_card", cells):
                self._try(
                    place,
                    "id_card",
                    lambda text=text: present.extend(parse_certificate(text).circumstances),
                )
        said["present"] = tuple(dict.fromkeys(present))
        return said

    def _date(self, name: str, text: str) -> date | None:
        if name == "valid_to":
            if text in _NO_END:
                return None
            until = re.split(r"至|到|~|—|--", text)[-1].strip()
            return None if until in _NO_END else parse_date(until, date.max)
        return parse_date(text, self._today)


def _circumstances(name: str, text: str) -> tuple[str, ...]:
    if name == "certificate":
        return parse_certificate(text).circumstances
    if name == "grade":
        return (grade_of(text),)
    return kinds_of(text) if name == "kind" else circumstance_codes(text)


def _is_total(cells: Sequence[str]) -> bool:
    given = [cell for cell in cells if cell]
    return len(given) <= 3 and any(map(is_total, given))


def _sealed(vault: Vault, person: PersonRow, said: dict[str, object]) -> ListRow:
    numbered = person.id_number
    masked = person.masked or (
        (numbered[:6], numbered[-4:]) if len(numbered) == 18 else None
    )  # fmt: skip
    return ListRow(
        person.sheet,
        person.row,
        keys.id_key(vault, numbered) if numbered else None,
        keys.masked_key(vault, *masked, person.name) if masked else None,
        keys.name_key(vault, person.name),
        keys.phone_key(vault, person.phone) if person.phone else None,
        person.birth,
        **said,  # type: ignore[arg-type]
    )
