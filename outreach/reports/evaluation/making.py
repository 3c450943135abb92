"""Put the evaluator's file together: one archive with rows, codebook, frame, figures and the script."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import xlsxwriter
from sqlalchemy import Connection

from channels.whole import plain
from outreach import __version__
from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Refused
from outreach.people.queries import regions
from outreach.reports.evaluation import codebook, figures
from outreach.reports.evaluation.rows import NOT_KNOWN, OTHER_TRAIT, PLAIN, Rows, build
from outreach.surveys.comparing import service as comparing
from outreach.surveys.kinds import SAMPLED
from outreach.surveys.results import service as results
from outreach.surveys.results.frames import UNKNOWN
from outreach.surveys.results.service import Read
from outreach.wording import both

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same answers make the same archive but for its random codes


@dataclass(frozen=True)
class Handed:
    """The archive; how many rows, which traits stand in them, about how many people share the rarest combination."""

    survey: str
    archive: bytes
    rows: int
    figures: int
    traits: tuple[str, ...]
    smallest: int

    @property
    def digest(self) -> str:
        """SHA-256, so that the log knows which file it was."""
        return hashlib.sha256(self.archive).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """For JSON and for the log."""
        return {
            "survey": self.survey, "rows": self.rows, "figures": self.figures, "traits": list(self.traits),
            "smallest": self.smallest, "sha256": self.digest,
        }  # fmt: skip


def hand_out(connection: Connection, ref: str, chance: random.Random | None = None) -> Handed:
    """Of a drawn survey. Missing, Conflict before it is drawn, Refused `evaluation.few` when somebody would be one of
    few, `evaluation.open` while the fieldwork is open, `evaluation.kind` where nobody was sampled."""
    found = results.read(connection, ref)
    survey = found.survey
    if survey["kind"] not in SAMPLED:
        raise Refused("evaluation.kind", survey=ref)
    if survey["closed_at"] is None and not survey["generated"]:
        raise Refused("evaluation.open", survey=ref)
    made = build(found, chance or random.SystemRandom())
    towns = comparing.towns(connection, ref) if "town" in made.kept.traits else ()
    listed = figures.figures(found, towns)
    codes = {one.trait("town") for one in found.interviews} - {""}
    names = {code: row.name for code, row in regions.by_codes(connection, codes).items()}
    files = _files(found, made, [one.row() for one in listed], names)
    return Handed(ref, _archive(files), len(made.rows), len(listed), made.kept.traits, made.kept.smallest)  # fmt: skip


def note(connection: Connection, handed: Handed, by: str) -> None:
    """Write into the log who took which file."""
    audit.record(
        connection, by, Action.REPORTS_EVALUATE, f"survey:{handed.survey}", handed.as_dict()
    )


def _files(
    found: Read, made: Rows, listed: Sequence[Sequence[str]], names: Mapping[str, str]
) -> dict[str, bytes]:
    book = list(codebook.codebook(found.instrument, made, names))
    return {
        "README.txt": _readme(found, made).encode(),
        "rows.csv": _csv(made.head, made.rows),
        "codebook.csv": _csv(codebook.HEAD, book),
        "codebook.xlsx": _workbook(codebook.HEAD, book),
        "options.csv": _csv(codebook.OPTIONS_HEAD, codebook.options(found.instrument, made)),
        "design.csv": _csv(("key", "value"), _design(found)),
        "margins.csv": _csv(("column", "value", "population"), _margins(found)),
        "strata.csv": _csv(("stratum", "population", "drawn", "asked"), ([str(x) for x in one] for one in made.strata)),
        "frame.csv": _csv(("key", "value"), _frame(found.survey, found.notice)),
        "figures.csv": _csv(figures.HEAD, listed),
        "evaluate.R": resources.files(__package__).joinpath("evaluate.R").read_bytes(),
    }  # fmt: skip


def _design(found: Read) -> Iterable[tuple[str, str]]:
    """How the script has to count."""
    measured, design = found.measured, found.measured.design
    sample = measured.sample
    everybody = sample is not None and all(
        units == sample.populations.get(stratum) for stratum, units in sample.drawn.items()
    )
    yield ("simple", str(int(measured.simple)))
    yield ("level", repr(design.level))
    yield ("headline", found.instrument.headline)
    yield ("clustered", str(int(design.cluster is not None)))
    yield ("fpc", str(int(design.fpc is not None)))
    yield ("everybody", str(int(everybody)))


def _margins(found: Read) -> Iterable[tuple[str, str, str]]:
    for trait, totals in (found.measured.design.rake or {}).items():
        column = trait if trait in PLAIN else OTHER_TRAIT + trait
        for value, people in totals.items():
            yield (column, NOT_KNOWN if value == UNKNOWN else str(value), repr(float(people)))


def _frame(survey: Mapping[str, Any], notice: str) -> Iterable[tuple[str, str]]:
    names = (
        "ref", "title", "kind", "policy", "campaign", "wave", "mode", "base", "size", "seed", "frame_size", "frame_hash",
        "instrument_hash", "drawn_at", "opens_on", "closes_on", "closed_at", "generated",
    )  # fmt: skip
    for name in names:
        value = survey[name]
        yield (name, "" if value is None else str(value))
    yield ("notice", notice)
    yield ("software", __version__)


def _readme(found: Read, made: Rows) -> str:
    traits = "、".join(made.kept.traits) or "—"
    lines = [
        both("evaluation.readme.title", title=found.survey["title"]),
        both("evaluation.readme.joined"),
        both("evaluation.readme.kept", traits=traits, smallest=made.kept.smallest, groups=made.kept.groups),
        both("evaluation.readme.run"),
        both("evaluation.readme.files"),
        found.notice,
    ]  # fmt: skip
    if found.survey["generated"]:
        lines.insert(1, both("evaluation.readme.generated"))
    return "\n\n".join(lines) + "\n"


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return target.getvalue().encode()


def _workbook(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """For whoever opens it in an office program; text stays text."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, plain(in_memory=True)) as book:
        sheet = book.add_worksheet("codebook")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 2, 16)
        sheet.set_column(3, 4, 48)
        for at, row in enumerate((head, *rows)):
            sheet.write_row(at, 0, row)
    return target.getvalue()


def _archive(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content)
    return target.getvalue()
