"""How often an interval holds the true rate: exactly for simple samples, by seeded draws for complex ones.

`.venv/bin/python -m tests.interval_coverage 2000` writes the tables of docs/statistics.md again (draws per rate).

Villages are drawn from strata without end, so that nothing is gained by a finite population, and people from villages.
The rate of a village is beta-distributed around that of its stratum, with a given correlation inside the village.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from outreach.surveys.awareness import Design, Interval, estimate, wilson
from outreach.surveys.intervals import wilson_at

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/statistics.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
RATES = (0.1, 0.3, 0.5, 0.7, 0.9)
GRID = [round(0.05 + step * 0.005, 3) for step in range(181)]


def exact(n: int, p: float, interval: Callable[[int, int], Interval] = wilson) -> float:
    """The chance that the interval of a simple random sample of n holds p: a sum over the binomial distribution."""
    return math.fsum(
        math.exp(
            math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1)
            + x * math.log(p) + (n - x) * math.log1p(-p)
        )
        for x, (low, high) in enumerate(_limits(n, interval))
        if low <= p <= high
    )  # fmt: skip


def _limits(n: int, interval: Callable[[int, int], Interval]) -> list[Interval]:
    key = (n, interval)
    if key not in _KEPT:
        _KEPT[key] = [interval(x, n) for x in range(n + 1)]
    return _KEPT[key]


_KEPT: dict[tuple[int, Callable[[int, int], Interval]], list[Interval]] = {}


@dataclass(frozen=True, kw_only=True)
class Population:
    """Villages drawn in each stratum; strata have unequal shares and rates, so weights are unequal.

    `correlation` inside a village; `people` asked in each; `raked`: women know more, and the totals of both are used.
    """

    villages: tuple[int, ...]
    correlation: float
    people: int = 12
    raked: bool = False

    @property
    def design(self) -> Design:
        counts = {"sex": {"F": 500.0, "M": 500.0}} if self.raked else None
        return Design(weight="w", stratum="s", cluster="c", rake=counts)

    def draw(self, rate: float, dice: random.Random) -> list[dict[str, float | str]]:
        """The rows of one sample from a population with this rate."""
        lift = 0.5 * min(rate, 1 - rate) if self.raked else 0.0
        rows: list[dict[str, float | str]] = []
        for own, facts in self._villages(rate, dice):
            for sex in (dice.choice("FM") for _ in range(self.people)):
                knows = own + (lift if sex == "F" else -lift) * 4 * own * (1 - own)
                rows.append({"outcome": int(dice.random() < knows), "sex": sex, **facts})
        return rows

    def _villages(
        self, rate: float, dice: random.Random
    ) -> Iterator[tuple[float, dict[str, float | str]]]:
        strata = len(self.villages)
        shares = [2.0 + at % 3 for at in range(strata)]
        steps = [(at % 2) - 0.5 for at in range(strata)]
        centre = math.fsum(s * step for s, step in zip(shares, steps, strict=True)) / sum(shares)
        more = 1 / self.correlation - 1
        for stratum, drawn in enumerate(self.villages):
            own = rate + 0.3 * min(rate, 1 - rate) * (steps[stratum] - centre)
            for village in range(drawn):
                facts: dict[str, float | str] = {
                    "w": shares[stratum] / drawn, "s": str(stratum), "c": str(village),
                }  # fmt: skip
                yield dice.betavariate(own * more, (1 - own) * more), facts


@dataclass(frozen=True)
class Held:
    """Shares of draws whose interval held the rate: logit with Student's t, and Wilson on n_eff."""

    logit: float
    wilson: float


def drawn(population: Population, rate: float, draws: int, seed: int = 1) -> Held:
    """The coverage of both intervals in seeded draws."""
    dice = random.Random(f"{seed} {population} {rate}")
    held = [0, 0]
    for _ in range(draws):
        found = estimate(population.draw(rate, dice), population.design)
        other = wilson_at(found.rate, found.n_eff)
        for at, (low, high) in enumerate([(found.low, found.high), other]):
            held[at] += low <= rate <= high
    return Held(held[0] / draws, held[1] / draws)


def averaged(population: Population, draws: int, seed: int = 1) -> Held:
    """The mean over RATES, `draws` in all."""
    each = [drawn(population, rate, draws // len(RATES), seed) for rate in RATES]
    return Held(mean(one.logit for one in each), mean(one.wilson for one in each))


TABLE = [
    (f"{clusters} villages in {strata} strata, correlation {correlation}{', raked' if raked else ''}",
     Population(villages=(clusters // strata,) * strata, correlation=correlation, raked=raked))
    for clusters, strata, correlation, raked in [
        (6, 2, 0.02, False), (6, 2, 0.1, False), (10, 2, 0.02, False), (10, 2, 0.1, False),
        (20, 2, 0.02, False), (20, 2, 0.1, False), (30, 2, 0.02, False), (30, 2, 0.1, False),
        (30, 15, 0.05, False), (30, 3, 0.05, True), (60, 3, 0.05, False), (60, 3, 0.2, True),
    ]
]  # fmt: skip


def tables(draws: int) -> str:
    """Both tables as Markdown."""
    lines = ["| n | mean over p = 0.05 (0.005) 0.95 | lowest, at p |", "|--|--|--|"]
    for n in (50, 100, 200, 400, 1000):
        each = {p: exact(n, p) for p in GRID}
        low = min(each, key=lambda p: each[p])
        lines.append(f"| {n} | {mean(each.values()):.2%} | {each[low]:.2%}, {low:g} |")
    lines += ["", f"{draws} draws for each rate, 12 people in a village; logit with Student's t (the default) and, behind the stroke, Wilson on n_eff:", ""]  # fmt: skip
    lines.append("| Sample | " + " | ".join(f"p = {rate:g}" for rate in RATES) + " | mean |")
    lines.append("|--" * (len(RATES) + 2) + "|")
    for name, population in TABLE:
        held = [drawn(population, rate, draws) for rate in RATES]
        held.append(Held(mean(one.logit for one in held), mean(one.wilson for one in held)))
        lines.append(f"| {name} | " + " | ".join(f"{one.logit:.1%} / {one.wilson:.1%}" for one in held) + " |")  # fmt: skip
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main(draws: int) -> None:
    """Writes the tables between their marks."""
    made = tables(draws)
    before, rest = DOCUMENT.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]))
