"""What lies where: units of each group, the page on which each begins, pieces for Typst, loads for processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.flyer import batch
from channels.flyer.layouts import Layout, Row, Unit
from channels.flyer.piles import Contents, Group
from channels.flyer.sheets import Press, SheetProblem


@dataclass
class Pile:
    """A group on its way: what is left of it, and who was left out.

    `front`: pages of its cover; `bare`: its cover cannot be printed.
    """

    group: Group
    rows: list[Row] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    bare: bool = False
    front: int = 0
    first_page: int = 1

    def report(self, row: Row, code: str, *, printed: bool = False, **params: object) -> None:
        """Name a sheet that was not printed as asked."""
        given = {"serial": row["serial"], "householder": row["householder"], **params}
        self.problems.append(
            SheetProblem(row["serial"], row["householder"], code, given, printed=printed)
        )


@dataclass(frozen=True)
class Piece:
    """One run of Typst: some units of a pile, or (no units) its cover."""

    pile: Pile
    units: Sequence[Unit]
    pages: int
    tagged: bool = False


def plan(piles: Sequence[Pile], layout: Layout, press: Press) -> None:
    """Lay each pile out, and leave out what comes before the sheet that holds page `press.from_page`."""
    page = 1
    for pile in piles:
        pile.units = layout.units(pile.rows)
        covered = pile.group.cover is not None and not pile.bare and bool(pile.units)
        pile.front = (1 + press.duplex) if covered else 0
        end = page + pile.front + len(pile.units) * layout.sides
        before = press.from_page - page
        if before >= pile.front > 0:
            pile.front = 0
        gone = max(0, before - (end - page - len(pile.units) * layout.sides)) // layout.sides
        pile.units = pile.units[gone:]
        pile.first_page = end - len(pile.units) * layout.sides - pile.front
        page = end


def contents(pile: Pile, layout: Layout, units: Sequence[Unit]) -> Contents:
    """What the cover of a pile must say when these units are in it."""
    spare = {sheet.serial for sheet in pile.group.spare}
    places = [
        (row["serial"], pile.front + number * layout.sides + 1, column)
        for number, unit in enumerate(units)
        for column, row in enumerate(unit)
    ]
    places.sort(key=lambda place: (place[2], place[1]))  # two-up: the left stack, then the right
    return Contents(
        pile.group.grid,
        tuple(serial for serial, _, _ in places),
        tuple(page for _, page, _ in places),
        sum(serial in spare for serial, _, _ in places),
        pile.first_page,
    )


def pieces(pile: Pile, layout: Layout, press: Press) -> list[Piece]:
    """A pile as runs of Typst, which depend on nothing but the pile: the same group, the same bytes."""
    parts = batch.chunks(pile.units, max(1, batch.CHUNK_PAGES // layout.sides))
    tagged = press.tagged and len(parts) == 1 and not pile.front
    made = [Piece(pile, part, len(part) * layout.sides, tagged) for part in parts]
    return [Piece(pile, (), 1), *made] if pile.front else made


def loads(every: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces in a row as one process takes them: small grids share one, up to the pages of a process."""
    made: list[list[Piece]] = []
    room = 0
    for piece in every:
        if piece.pages > room:
            made.append([])
            room = batch.CHUNK_PAGES
        made[-1].append(piece)
        room -= piece.pages
    return made
