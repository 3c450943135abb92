"""`outreach estimate`: a rate with its interval from a table of answers; needs no installation."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from outreach.cli.office import Here
from outreach.cli.output import Answer, command

_USE = {"none": "样本不足，只作线索", "indicative": "仅供参考", "compare": "可以比较"}


class Method(StrEnum):
    """How the interval is made."""

    WILSON = "wilson"
    LOGIT = "logit"


def _column(what: str) -> Any:
    return typer.Option(metavar="COL", help=what)


def estimate(  # noqa: PLR0913 - one argument per option of the command
    here: Here,
    file: Path,
    outcome: Annotated[str, _column("结果列，0 或 1 · outcome, 0 or 1")],
    weight: Annotated[str | None, _column("权重 · weight")] = None,
    stratum: Annotated[str | None, _column("层 · stratum")] = None,
    cluster: Annotated[str | None, _column("群 · cluster")] = None,
    fpc: Annotated[
        str | None, _column("该层总体人数（有群时为群数） · population of the stratum")
    ] = None,
    by: Annotated[str | None, _column("分组 · groups")] = None,
    method: Annotated[Method | None, typer.Option(help="区间方法 · kind of interval")] = None,
    level: Annotated[float, typer.Option(help="置信水平 · confidence level")] = 0.95,
    rake: Annotated[
        Path | None,
        typer.Option(metavar="TARGETS.json", help="边际人数 · {column: {value: count}}"),
    ] = None,
) -> Answer:
    """估计 · A rate with its confidence interval from a CSV file."""
    from outreach.surveys.tables import estimate_file

    found = estimate_file(
        file,
        outcome=outcome,
        weight=weight,
        stratum=stratum,
        cluster=cluster,
        fpc=fpc,
        by=by,
        method=method.value if method else None,
        level=level,
        rake=rake,
    )
    groups: Any = found.get("groups", ())
    return Answer(
        found,
        [
            _line("", found, level),
            *(_line(f"{one['value'] or '（空）'}：", one, level) for one in groups),
        ],
    )


def _line(name: str, one: dict[str, Any], level: float) -> str:
    return (
        f"{name}{one['rate']:.1%}（{level:.0%} 置信区间 {one['low']:.1%}–{one['high']:.1%}，"
        f"n = {one['n']}，有效 {one['n_eff']:.0f}，{one['method']}）{_USE[one['use']]}"
    )


def add_to(app: typer.Typer) -> None:
    """It stands at the root."""
    command(app, "estimate")(estimate)
