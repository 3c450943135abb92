"""Random designs, and what R's survey package makes of them."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from outreach.surveys.awareness import Design

COLUMNS = ("outcome", "weight", "stratum", "cluster", "size", "age", "sex", "area")
Rows = list[dict[str, float | str]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A sample, and which of its columns belong to its design."""

    name: str
    strata: bool = False
    clusters: bool = False
    fpc: bool = False
    unequal: bool = False
    rake: tuple[str, ...] = ()
    seed: int = 0

    def rows(self) -> Rows:
        """About 300 people of 3 strata and 24 villages; an area is a part of villages, so it crosses them."""
        dice = random.Random(f"{self.name} {self.seed}")
        return [
            self._person(dice, village, dice.gauss(0, 0.7))
            for village in range(24)
            for _ in range(dice.randint(6, 20))
        ]

    def _person(self, dice: random.Random, village: int, lift: float) -> dict[str, float | str]:
        stratum, sex = village % 3, dice.choice("FM")
        age = dice.choices(["18-44", "45-59", "60+"], [4, 3, 3])[0]
        logit = (
            0.4 * stratum + lift * 0.2 + (0.6 if age == "18-44" else 0) - (0.3 if sex == "M" else 0)
        )
        weight = 20.0 * (1 + stratum)
        return {
            "outcome": int(dice.gauss(0, 1) < logit),
            "weight": round(weight * dice.uniform(0.5, 2), 3) if self.unequal else 25.0,
            "stratum": f"s{stratum}",
            "cluster": f"v{village // 3}",  # the same names in every stratum
            "size": 40 + stratum
            if self.clusters
            else 2000 + stratum * (1000 if self.strata else 0),
            "age": age,
            "sex": sex,
            "area": dice.choice(["east", "west"]) if village % 2 else "north",
        }

    def targets(self) -> dict[str, dict[str, float]]:
        """Population counts not too far from the sample's."""
        counts = {
            "age": {"18-44": 4000.0, "45-59": 3500.0, "60+": 2500.0},
            "sex": {"F": 5200.0, "M": 4800.0},
        }
        return {column: counts[column] for column in self.rake}

    def design(self) -> Design:
        return Design(
            weight="weight",
            stratum="stratum" if self.strata else None,
            cluster="cluster" if self.clusters else None,
            fpc="size" if self.fpc else None,
            rake=self.targets() or None,
        )


def prepared(rows: Rows, case: Case) -> Rows:
    """Sizes that belong to a design without strata are one number; villages without strata need names of their own."""
    if case.strata:
        return rows
    return [
        {
            **row,
            "size": 90 if case.clusters else 2000,
            "cluster": f"{row['stratum']}{row['cluster']}",
        }
        for row in rows
    ]


def asked_of_r(cases: Iterable[Case], folder: Path) -> dict[tuple[str, str], Mapping[str, float]]:
    """R's figures by case and area ('' the whole). Skips where R or its packages survey and MASS are not installed."""
    if not (shutil.which("Rscript") and _has_survey()):
        pytest.skip("Rscript with the packages survey and MASS is not installed")
    with (folder / "cases.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["name", "strata", "clusters", "fpc", "rake"])
        for case in cases:
            flags = ["yes" if flag else "no" for flag in (case.strata, case.clusters, case.fpc)]
            table.writerow([case.name, *flags, "+".join(case.rake)])
            _write_case(case, folder)
    script = Path(__file__).with_name("oracle.R")
    subprocess.run(["Rscript", str(script), str(folder)], check=True, timeout=300)
    with (folder / "answers.csv").open(newline="") as file:
        return {(row["name"], row["domain"]): _numbers(row) for row in csv.DictReader(file)}


def _has_survey() -> bool:
    asked = [
        "Rscript",
        "-e",
        "quit(status = !all(sapply(c('survey', 'MASS'), requireNamespace, quietly = TRUE)))",
    ]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def _write_case(case: Case, folder: Path) -> None:
    with (folder / f"{case.name}.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS)
        rows.writeheader()
        rows.writerows(prepared(case.rows(), case))
    with (folder / f"{case.name}.targets.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["column", "value", "count"])
        for column, counts in case.targets().items():
            table.writerows([column, value, count] for value, count in counts.items())


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    return {
        key: float(value)
        for key, value in row.items()
        if key not in ("name", "domain") and value != "NA"
    }
