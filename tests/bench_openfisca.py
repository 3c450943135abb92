"""The same thirty rules in OpenFisca-Core, run by the Python of .venv-bench: `bench_openfisca.py FOLDER`.

FOLDER holds `people.npz` (birth, region, sex, hukou_type, one column per circumstance that is read) and `rules.json`.
Writes one JSON line: counts, and the seconds of computing all rules (best of three), without building the simulation.
Knows nothing of Outreach.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

NOW = "2026-11"
person = build_entity(key="person", plural="persons", label="", is_person=True)


def fact(name: str, kind: type) -> type[Variable]:
    """An input that holds for good."""
    body = {"value_type": kind, "entity": person, "definition_period": DateUnit.ETERNITY}
    return type(name, (Variable,), body)


def rule(name: str, said: dict[str, Any]) -> type[Variable]:
    """A policy as a variable with a formula."""

    def leaf(one: list[Any], of: Any, period: Any) -> Any:
        field, low, high = one
        values = of(field, period)
        return values if low is None else (values >= low) & (values <= high)

    def formula(of: Any, period: Any) -> Any:
        holds = of("active", period)
        for one in said["all"]:
            holds = holds * leaf(one, of, period)
        for ways in said["any"]:
            some: Any = False
            for way in ways:
                each: Any = True
                for one in way:
                    each = each * leaf(one, of, period)
                some = some + each
            holds = holds * some
        return holds

    body = {
        "value_type": bool, "entity": person, "definition_period": DateUnit.MONTH, "formula": formula,
    }  # fmt: skip
    return type(name, (Variable,), body)


def main(folder: Path) -> None:
    """Load, compute, tell."""
    facts = np.load(folder / "people.npz")
    rules = json.loads((folder / "rules.json").read_text("utf-8"))
    system = TaxBenefitSystem([person])
    for name in facts.files:
        system.add_variable(fact(name, bool if facts[name].dtype == bool else int))
    for name, said in rules.items():
        system.add_variable(rule(name, said))
    count = len(facts[facts.files[0]])
    simulation = SimulationBuilder().build_default_simulation(system, count=count)
    for name in facts.files:
        simulation.set_input(name, "eternity", facts[name])
    seconds = []
    counts: list[int] = []
    for _ in range(3):
        for name in rules:
            simulation.delete_arrays(name)
        begun = time.perf_counter()
        counts = [int(simulation.calculate(name, NOW).sum()) for name in rules]
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"counts": counts, "seconds": min(seconds)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
