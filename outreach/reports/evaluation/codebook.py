"""What each column and each value means, for rows.csv and figures.csv. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach.reports.evaluation.figures import HEAD as FIGURE_HEAD
from outreach.reports.evaluation.rows import OTHER_TRAIT, PLAIN, Rows
from outreach.surveys.dispositions import Disposition
from outreach.surveys.instrument import Instrument
from outreach.wording import Lang, say

HEAD = ("file", "column", "value", "meaning", "meaning_en", "counts", "heard_of", "no_opinion")
OPTIONS_HEAD = ("question", "kind", "option", "counts", "heard_of", "no_opinion")

_LANGS: tuple[Lang, Lang] = ("zh", "en")

Line = tuple[str, ...]


def codebook(instrument: Instrument, made: Rows, places: Mapping[str, str]) -> Iterator[Line]:
    """A line for each column, then for each of its values. `places`: code → name of the towns."""
    for name in PLAIN:
        yield _column("rows.csv", name)
        yield from _values(name, places, made)
    for name in made.head:
        if name.startswith(OTHER_TRAIT):
            meaning = (say("evaluation.trait", lang, trait=name) for lang in _LANGS)
            yield ("rows.csv", name, "", *meaning, "", "", "")
    for question in instrument.questions:
        if question.code not in made.questions:
            continue
        yield ("rows.csv", f"q_{question.code}", "", question.text, question.kind.value, "", "", "")
        for option in _options(instrument, question.code):
            code, counts, heard, none, words = option
            yield ("rows.csv", f"q_{question.code}", code, words, "", counts, heard, none)
    for name in FIGURE_HEAD:
        yield _column("figures.csv", name)


def _column(file: str, name: str) -> Line:
    code = f"evaluation.{file.removesuffix('.csv')}.{name}"
    return (file, name, "", say(code, "zh"), say(code, "en"), "", "", "")


def _values(name: str, places: Mapping[str, str], made: Rows) -> Iterator[Line]:
    if name == "disposition":
        for one in Disposition:
            code = one.value or "pending"
            zh, en = (say(f"surveys.disposition.{code}", lang) for lang in _LANGS)
            yield ("rows.csv", name, code, zh, en, "", "", "")
    if name == "town" and "town" in made.kept.traits:
        for code, words in sorted(places.items()):
            yield ("rows.csv", name, code, words, "", "", "", "")


def _options(instrument: Instrument, question: str) -> Iterator[tuple[str, str, str, str, str]]:
    """(code, counts, heard of, no opinion, label) of each option."""
    asked = instrument.question(question)
    for option in asked.options:
        yield (
            option.code,
            str(int(option in asked.counting)),
            str(int(option.heard_of)),
            str(int(option.no_opinion)),
            option.label,
        )


def options(instrument: Instrument, made: Rows) -> Iterator[Line]:
    """The same for the script: which answers count."""
    for code in made.questions:
        kind = instrument.question(code).kind.value
        for option, counts, heard, none, _ in _options(instrument, code):
            yield (code, kind, option, counts, heard, none)
