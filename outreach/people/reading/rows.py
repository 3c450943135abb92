"""Checking one row: from the texts of its cells to what may go into the register. Pure; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from outreach.errors import Invalid, OutreachError
from outreach.people.plain import tidy
from outreach.people.reading.cells import READERS, Context
from outreach.people.reading.columns import SENSITIVE_PREFIX
from outreach.people.reading.context import Read
from outreach.people.reading.whereabouts import settle_place
from outreach.people.reading.words import NOTHING, YES_NO
from outreach.people.schemas import HEAD_WORDS, PersonRow
from segments import vocabulary
from segments.errors import FactsError

Remark = tuple[str, OutreachError]
"""(header, why)."""


@dataclass
class Checker:
    """Checks the rows of one sheet. `region` is where a row without a residence region belongs."""

    context: Context
    region: str = ""
    sheet: int = 0
    problems: list[Remark] = field(default_factory=list)

    @cached_property
    def _readers(self) -> Sequence[tuple[str, Read]]:
        return [one for one in READERS if one[0] in self.context.columns.of]

    @property
    def remarks(self) -> list[Remark]:
        """What is worth a look in the row that was checked last."""
        return self.context.remarks

    def check(self, number: int, cells: Sequence[str]) -> PersonRow | None:
        """The person of a row, or None when something is wrong; then `problems` says what, all of it."""
        self.problems = []
        self.context.begin_row()
        person = PersonRow(self.sheet, number, region=self.region)
        values = self._values(cells)
        for name, read in self._readers:
            for text in values.get(name, ()):
                try:
                    read(self.context, person, text)
                except OutreachError as error:
                    self._problem(name, error)
        self._place(person)
        self._flags(person, values)
        self._identity(person, values)
        if "head_id" in self.context.columns.of and person.relation in HEAD_WORDS:
            person.head_id = person.head_id or person.id_number
        places = {person.region, person.hukou_region} - {""}
        if places and not any(place.startswith(self.region) for place in places):
            self._problem(
                "region", Invalid("people.region_outside", region=person.region, scope=self.region)
            )
        return None if self.problems else person

    def _place(self, person: PersonRow) -> None:
        try:
            settle_place(self.context, person)
        except OutreachError as error:
            self._problem("town", error)

    def _values(self, cells: Sequence[str]) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for name, indexes in self.context.columns.of.items():
            texts = [tidy(cells[index]) for index in indexes if index < len(cells)]
            if given := [text for text in texts if text not in NOTHING]:
                values[name] = given
        return values

    def _flags(self, person: PersonRow, values: dict[str, list[str]]) -> None:
        """Columns headed by a circumstance, filled with 是 or 否; then what all circumstances imply."""
        present = list(person.present)
        absent: list[str] = []
        for name in values:
            if name.startswith(SENSITIVE_PREFIX):
                answer = YES_NO.get(values[name][0].upper())
                if answer is None:
                    self._problem(name, Invalid("people.yes_no", value=values[name][0]))
                (present if answer else absent).append(name.removeprefix(SENSITIVE_PREFIX))
        person.present, person.absent = tuple(dict.fromkeys(present)), tuple(absent)
        try:
            person.circumstances, person.circumstances_known = _settled(
                person.present, person.absent
            )
        except FactsError as error:
            self._problem("circumstances", Invalid(error.code, **error.params))

    def _problem(self, field_name: str, error: OutreachError) -> None:
        self.problems.append((self.context.columns.header(field_name), error))

    def _identity(self, person: PersonRow, values: dict[str, list[str]]) -> None:
        """Who it is: a name, and an identity number or a birth date."""
        if not person.name and not any(
            column == self.context.columns.header("name") for column, _ in self.problems
        ):
            self._problem("name", Invalid("people.name_missing"))
        if not {"id_card", "birth", "disability_card"} & values.keys():
            self._problem(
                "id_card" if "id_card" in self.context.columns.of else "birth",
                Invalid("people.id_or_birth_missing"),
            )
        elif person.birth is None and (person.id_number or person.masked) and not self.problems:
            self._problem("id_card", Invalid("people.birth_needed"))
        elif person.id_number and not person.sex and not self.problems:
            self.context.remark("id_card", Invalid("people.sex_needed"))


@cache
def _settled(present: tuple[str, ...], absent: tuple[str, ...]) -> tuple[int, int]:
    return vocabulary.settle(present, absent)
