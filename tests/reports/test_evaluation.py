"""The evaluator's file: nobody can be recognised in it, and R counts every figure again."""

from __future__ import annotations

import csv
import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from outreach.errors import Refused
from outreach.models.access import AuditEntry
from outreach.reports.evaluation import Handed, hand_out, note
from outreach.reports.evaluation.anonymity import keep
from outreach.store import Store
from tests.surveys.results.built import MOMENT, STANDARD, TOWNS, Group, add_towns, build

TOWN_CODES = list(TOWNS)[:4]
BANDS = ("18-44", "45-59", "60+")


def files(handed: Handed) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(handed.archive)) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if not name.endswith(".xlsx")
        }


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _answers(rng: random.Random) -> dict[str, str]:
    """Something to every closed question, or nothing."""
    said = {}
    for question in STANDARD.questions:
        if question.code == STANDARD.headline or not question.options or rng.random() < 0.1:
            continue
        picked = rng.sample(question.options, rng.randint(1, 2) if question.several else 1)
        said[question.code] = ",".join(option.code for option in picked)
    return said


def people(seed: int, n: int, **fixed: Any) -> list[Group]:
    """`n` groups of a few people each, with traits and answers of their own; some refuse, some stop half-way."""
    rng = random.Random(seed)
    found = []
    for at in range(n):
        town = rng.choice(TOWN_CODES)
        asked, missed = rng.randint(1, 3), rng.choice((0, 0, 1))
        aware = sum(rng.random() < (0.4 if town == TOWN_CODES[0] else 0.75) for _ in range(asked))
        one = Group(
            aware, asked, missed, weight=12.0, town=town, village=f"{town}{rng.randint(1, 6):03}",
            traits={"sex": rng.choice(("F", "M", "F", "M", "F", "M", "")), "band": rng.choice(BANDS), "age": rng.randint(18, 90)},
            more=_answers(rng), disposition="partial" if at % 17 == 0 else "completed",
        )  # fmt: skip
        found.append(replace(one, **fixed))
    return found


def margins(groups: Sequence[Group], factor: float) -> dict[str, dict[str, float]]:
    """Populations that are not those of the sample, with one total."""
    every = [(g, g.n + g.missed) for g in groups]
    total = round(sum(n for _, n in every) * factor)
    found: dict[str, dict[str, float]] = {}
    for trait in ("town", "sex", "band"):
        sums: dict[str, float] = {}
        for group, n in every:
            value = group.town if trait == "town" else str(group.traits[trait])
            sums[value] = sums.get(value, 0) + n
        shifted = {value: n * (1 + 0.2 * at) for at, (value, n) in enumerate(sorted(sums.items()))}
        whole = sum(shifted.values())
        found[trait] = {value: total * n / whole for value, n in shifted.items()}
    return found


def _nearly_whole() -> list[Group]:
    """Its 80 people are as sure as hundreds, and are compared with nobody all the same."""
    return [
        Group(
            30 if at % 2 else 45, 80 if code == TOWN_CODES[0] else 150, town=code, stratum=code,
            weight=1.0 if code == TOWN_CODES[0] else 20.0, traits={"sex": "F", "band": "60+", "age": 70},
            more=_answers(random.Random(at)),
        )
        for at, code in enumerate(TOWN_CODES)
    ]  # fmt: skip


def designs() -> dict[str, tuple[list[Group], dict[str, Any]]]:
    simple = people(1, 220)
    strata = {code: {"population": 4000 + 500 * at, "clusters": None} for at, code in enumerate(TOWN_CODES)}  # fmt: skip
    stratified = [replace(g, stratum=g.town, weight=20.0 + 5 * TOWN_CODES.index(g.town)) for g in people(2, 220)]  # fmt: skip
    raked = [replace(g, stratum=g.town, weight=30.0 + 9 * TOWN_CODES.index(g.town)) for g in people(3, 240)]  # fmt: skip
    villages = [replace(g, cluster=g.village, stratum=g.town[-1]) for g in people(4, 240)]
    return {
        "a simple random sample": (simple, {"frame": {"strata": {"": {"population": 9000}}}}),
        "strata with their populations": (stratified, {"frame": {"strata": strata}}),
        "a town that was asked nearly whole": (
            _nearly_whole(),
            {
                "frame": {
                    "strata": {
                        code: {"population": 85 if code == TOWN_CODES[0] else 3000, "clusters": None}
                        for code in TOWN_CODES
                    }
                }
            },
        ),
        "raked to the register, with classes of response and trimming": (
            raked,
            {
                "frame": {"strata": strata, "margins": margins(raked, 12)},
                "design": {"rake": ["town", "sex", "band"], "classes": ["town"], "trim": 5},
            },
        ),
        "post-stratified to one trait": (
            raked,
            {"frame": {"margins": margins(raked, 12)}, "design": {"rake": ["sex"]}},
        ),
        "villages, raked": (
            villages,
            {
                "frame": {"strata": {}, "margins": margins(villages, 12)},
                "design": {"rake": ["sex", "band"], "villages": 24},
            },
        ),
    }  # fmt: skip


def handed(
    store: Store, groups: Sequence[Group], columns: Mapping[str, Any], ref: str = "s"
) -> Handed:
    with store.begin() as connection:
        add_towns(connection)
        build(connection, ref, groups, **{"closed_at": MOMENT, **columns})
        return hand_out(connection, ref, random.Random(5))


_ONCE = "raked to the register, with classes of response and trimming"
"""The design with everything in it; the others take as long each."""


@pytest.mark.parametrize(
    ("groups", "columns"),
    [
        pytest.param(*case, id=name, marks=() if name == _ONCE else pytest.mark.slow)
        for name, case in designs().items()
    ],
)
def test_r_counts_every_figure_again(
    store: Store, groups: list[Group], columns: dict[str, Any], tmp_path: Path
) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed: the figures were not counted again")
    if store.reader.dialect.name != "sqlite":
        pytest.skip("the rows are the same on both databases (next test); R counts them once")
    made = handed(store, groups, columns)
    with zipfile.ZipFile(io.BytesIO(made.archive)) as archive:
        archive.extractall(tmp_path)
    said = subprocess.run(
        ["Rscript", "--vanilla", str(tmp_path / "evaluate.R"), str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if "there is no package called" in said.stderr:
        pytest.skip("R has no survey package: the figures were not counted again")
    assert said.returncode == 0, said.stdout + said.stderr
    again = table((tmp_path / "reproduced.csv").read_text())
    ours = table(files(made)["figures.csv"])
    assert len(again) == len(ours) == made.figures > 30
    for mine, theirs in zip(ours, again, strict=True):
        for name in ("rate", "se", "low", "high", "p", "p_holm"):
            if mine[name]:
                assert float(theirs[name]) == pytest.approx(float(mine[name]), abs=1e-6), mine


@pytest.mark.slow
def test_a_wrong_figure_is_found(store: Store, tmp_path: Path) -> None:
    """The script is no rubber stamp."""
    if shutil.which("Rscript") is None or store.reader.dialect.name != "sqlite":
        pytest.skip("Rscript is not installed, or was asked already")
    made = handed(store, *designs()["strata with their populations"])
    with zipfile.ZipFile(io.BytesIO(made.archive)) as archive:
        archive.extractall(tmp_path)
    rows = (tmp_path / "figures.csv").read_text().splitlines()
    cells = rows[1].split(",")
    cells[5] = repr(float(cells[5]) + 0.001)
    (tmp_path / "figures.csv").write_text("\n".join([rows[0], ",".join(cells), *rows[2:]]) + "\n")
    said = subprocess.run(
        ["Rscript", "--vanilla", str(tmp_path / "evaluate.R"), str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert said.returncode == 1
    assert "largest difference" in said.stdout


def test_nobody_can_be_recognised(store: Store) -> None:
    groups, columns = designs()["raked to the register, with classes of response and trimming"]
    made = handed(store, groups, columns)
    found = files(made)
    rows = table(found["rows.csv"])
    assert len(rows) == made.rows == sum(g.n + g.missed for g in groups)
    assert set(rows[0]) & {"name", "phone", "birth", "age", "village", "number", "person"} == set()
    assert len({row["id"] for row in rows}) == len(rows)
    villages = {g.village for g in groups}
    everything = "".join(text for name, text in found.items() if name != "evaluate.R")
    assert not any(village in everything for village in villages), "a village is named"
    assert {row["stratum"] for row in rows} == {f"S{at:03}" for at in range(1, 5)}
    assert made.smallest >= 10
    assert "不得与名册" in found["README.txt"]
    assert "may not be joined" in found["README.txt"]
    book = {line["column"] for line in table(found["codebook.csv"]) if line["file"] == "rows.csv"}
    assert book == set(rows[0]), "a column without its meaning"


def test_rows_are_in_another_order_and_under_other_numbers_each_time(store: Store) -> None:
    groups, columns = designs()["a simple random sample"]
    with store.begin() as connection:
        add_towns(connection)
        build(connection, "s", groups, closed_at=MOMENT, **columns)
        one, two = (files(hand_out(connection, "s"))["rows.csv"] for _ in range(2))
    assert one != two
    cut = [sorted(line.split(",", 1)[1] for line in text.splitlines()) for text in (one, two)]
    assert cut[0] == cut[1]


@pytest.mark.parametrize(
    ("people", "needed", "traits", "smallest"),
    [
        ([(("a", "F", "60+"), 12.0), (("a", "M", "60+"), 30.0)], (), ("town", "sex", "band"), 12),
        ([(("a", "F", "60+"), 4.0), (("a", "M", "60+"), 30.0)], (), ("town", "band"), 34),
        ([(("a", "F", "60+"), 4.0), (("a", "F", "18-44"), 30.0)], (), ("town", "sex"), 34),
        ([(("a", "F", "60+"), 4.0), (("b", "M", "18-44"), 5.0), (("a", "M", "60+"), 9.0)], (), (), 18),
        ([(("a", "F", "60+"), 4.0), (("a", "M", "60+"), 30.0)], ("town",), ("town", "band"), 34),
    ],
)  # fmt: skip
def test_traits_are_left_out_until_nobody_is_one_of_few(
    people: list[tuple[tuple[str, str, str], float]],
    needed: tuple[str, ...],
    traits: tuple[str, ...],
    smallest: int,
) -> None:
    named = [(dict(zip(("town", "sex", "band"), values, strict=True)), w) for values, w in people]
    kept = keep(named, needed)
    assert (kept.traits, kept.smallest) == (traits, smallest)


def test_what_cannot_be_left_out_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        keep([({"town": "a", "sex": "F"}, 3.0), ({"town": "a", "sex": "M"}, 90.0)], ("sex",))
    assert caught.value.code == "evaluation.few"
    assert caught.value.params["smallest"] == 3


def test_a_stratum_whose_size_tells_which_it_is_counts_as_known(store: Store) -> None:
    """The code of a village stratum means nothing, its population does: sex and band in it would name somebody."""
    groups = [
        Group(1, 1, weight=6.0, stratum=f"v{village}", town=TOWN_CODES[0], traits={"sex": sex, "band": band})
        for village in range(5) for sex in ("F", "M") for band in BANDS
    ]  # fmt: skip
    frame = {"strata": {f"v{village}": {"population": 48 + village} for village in range(5)}}
    made = handed(store, groups, {"frame": frame})
    assert not {"sex", "band"} <= set(made.traits)
    assert made.smallest >= 10


@pytest.mark.parametrize(("weights", "smallest"), [((9.0, 18.0), 54), ((9.0, 13.0), 18)])
def test_a_village_is_known_where_its_weights_tell_which_it_is(
    store: Store, weights: tuple[float, float], smallest: int
) -> None:
    groups = [
        Group(1, 2, weight=weight, cluster=f"v{at}{weight}", town=TOWN_CODES[0], traits={"sex": "F", "band": "60+"})
        for at in range(1) for weight in weights
    ]  # fmt: skip
    assert handed(store, groups, {}).smallest == smallest


def test_a_stratum_of_a_few_people_is_handed_to_nobody() -> None:
    few = [({"stratum": "a"}, 1.0)] * 3 + [({"stratum": "b"}, 20.0)] * 5
    with pytest.raises(Refused) as caught:
        keep(few, ())
    assert caught.value.params["smallest"] == 3


def test_an_open_survey_stays_sealed_and_a_quiz_has_nothing_to_hand_out(store: Store) -> None:
    with store.begin() as connection:
        add_towns(connection)
        build(connection, "open", people(1, 30))
        build(connection, "quiz", people(1, 30), kind="quiz", closed_at=MOMENT)
        for ref, code in (("open", "evaluation.open"), ("quiz", "evaluation.kind")):
            with pytest.raises(Refused) as caught:
                hand_out(connection, ref)
            assert caught.value.code == code


def test_whoever_takes_a_file_stands_in_the_log(store: Store) -> None:
    made = handed(store, *designs()["a simple random sample"])
    with store.begin() as connection:
        note(connection, made, "he")
        entry = connection.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).mappings().first()  # fmt: skip
    assert entry is not None
    assert (entry["by"], entry["thing"]) == ("he", "survey:s")
    assert entry["detail"]["sha256"] == made.digest
