"""What a rule is: clauses that all hold, labelled alternatives of which one holds, exclusions, human checks.

One level of OR is all that real benefits need; there is no code and no SQL in a rule. A clause's value may be a
parameter that a region fills in; while it is open the clause is unknown. A clause whose truth moves with time may be
asked of a day some days away (`in_days`): "turns 80 within 30 days" is 80 in 30 days, and not 80 today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from segments.fields import Operand, Parameter
from segments.operands import operands


@dataclass(frozen=True)
class Clause:
    """One condition. `value` holds the operands: one for a comparison, two for `between`, any number in a list.

    `text` says the condition in the words of the policy ('' = derived by reading), `source` where it stands.
    `in_days`: asked of the day so many days later (or earlier). `aged`: the span of ages, both ends included, of
    those whom `members` counts.
    """

    field: str
    op: str
    value: tuple[Operand, ...] | Parameter
    text: str = ""
    source: str = ""
    in_days: int = 0
    aged: tuple[int, int] = (0, 150)

    def day(self, on: date) -> date:
        """The day that the clause asks about when the question is asked on `on`."""
        ahead = timedelta(days=self.in_days)
        if self.in_days > 0:
            return on + min(ahead, date.max - on)
        return on - min(-ahead, on - date.min)

    @property
    def operands(self) -> tuple[Any, ...] | None:
        """The values, or None while a parameter is open."""
        return None if self.parameters or isinstance(self.value, Parameter) else self.value

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that are still open."""
        listed = (self.value,) if isinstance(self.value, Parameter) else self.value
        return tuple(one.name for one in listed if isinstance(one, Parameter))

    def bind(self, given: Mapping[str, Any]) -> Clause:
        """The clause with the given parameters filled in; raises RuleError for a value that does not fit."""
        if not self.parameters:
            return self
        if isinstance(self.value, Parameter):
            name = self.value.name
            if given.get(name) is None:
                return self
            return replace(
                self, value=operands(self.field, self.op, given[name], f"parameters.{name}")
            )
        filled = [
            one
            if not isinstance(one, Parameter) or given.get(one.name) is None
            else given[one.name]
            for one in self.value
        ]
        return replace(
            self, value=operands(self.field, self.op, filled, f"parameters.{self.parameters[0]}")
        )


@dataclass(frozen=True)
class Alternative:
    """One of several ways to satisfy a rule: its clauses all hold."""

    label: str
    all: tuple[Clause, ...]


@dataclass(frozen=True)
class Rule:
    """Who may claim: every clause of `all`, one alternative of `any` (if there are any), no clause of `none`.

    `check` lists what only a person can verify; it is shown and never changes the answer.
    """

    all: tuple[Clause, ...] = ()
    any: tuple[Alternative, ...] = ()
    none: tuple[Clause, ...] = ()
    check: tuple[str, ...] = ()

    def clauses(self) -> Iterator[Clause]:
        """Every clause, wherever it stands."""
        yield from self.all
        for alternative in self.any:
            yield from alternative.all
        yield from self.none

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that are still open, each once, in order."""
        return tuple(dict.fromkeys(name for clause in self.clauses() for name in clause.parameters))

    def bind(self, parameters: Mapping[str, Any]) -> Rule:
        """The rule with parameters filled in; None and absent ones stay open, names it does not use are ignored.

        Raises RuleError (path `parameters.NAME`) for a value that does not fit its clause.
        """
        return replace(
            self,
            all=tuple(clause.bind(parameters) for clause in self.all),
            any=tuple(
                replace(
                    alternative, all=tuple(clause.bind(parameters) for clause in alternative.all)
                )
                for alternative in self.any
            ),
            none=tuple(clause.bind(parameters) for clause in self.none),
        )

    def located(self, basis: Literal["hukou", "residence"], region: str) -> Rule:
        """The rule for one region only: by hukou or by residence, as the policy's `region_basis` says."""
        field, text = (
            ("hukou_region", "户籍在本地") if basis == "hukou" else ("region", "居住在本地")
        )
        clause = Clause(field, "within", operands(field, "within", region, "region"), text)
        return self.and_also(clause)

    def and_also(self, *clauses: Clause) -> Rule:
        """The rule with more clauses that all hold."""
        return replace(self, all=(*self.all, *clauses))
