"""`outreach survey size`: how many people to draw, and what so many can show."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach.cli.office import Here
from outreach.cli.output import Answer, command
from outreach.wording.figures import percent


def add_to(app: typer.Typer) -> None:
    """Register the command; it needs no installation."""

    @command(app, "size")
    def size(  # noqa: PLR0913 - one argument per thing that the size depends on
        here: Here,
        margin: Annotated[
            float | None, typer.Option(help="误差，0.05 = ±5个百分点 · margin")
        ] = None,
        before: Annotated[float | None, typer.Option(help="原来的比例 · rate before")] = None,
        after: Annotated[
            float | None, typer.Option(help="要看得出的比例 · rate to be told")
        ] = None,
        people: Annotated[int | None, typer.Option(help="抽这么多人能看出什么 · people")] = None,
        expected: Annotated[float, typer.Option(help="预计比例 · expected rate")] = 0.5,
        population: Annotated[int | None, typer.Option(help="一共多少人 · population")] = None,
        response: Annotated[float, typer.Option(help="预计回答率 · response")] = 1.0,
        deff: Annotated[float | None, typer.Option(help="设计效应 · design effect")] = None,
        per_village: Annotated[
            int | None, typer.Option(help="先抽村，每村几人 · per village")
        ] = None,
        correlation: Annotated[float, typer.Option(help="同村相似程度 · correlation")] = 0.05,
        level: Annotated[float, typer.Option(help="置信水平 · level")] = 0.95,
        power: Annotated[float, typer.Option(help="把握度 · power")] = 0.8,
    ) -> Answer:
        """算样本量 · People to draw for a margin or a difference, and what a number of people can show."""
        from outreach.surveys.sizing import Wanted, reckon

        found = reckon(
            Wanted(
                margin=margin, before=before, after=after, people=people, expected=expected, population=population,
                response=response, deff=deff, per_village=per_village, correlation=correlation, level=level,
                power=power,
            )
        )  # fmt: skip
        each = "每次调查" if before is not None else ""
        lines = [f"{each}要抽 {found.draw} 人，预计问到 {found.interviews} 人"]
        if found.villages is not None:
            lines.append(f"先抽 {found.villages} 个村（社区），设计效应 {found.deff:.2f}")
        lines.append(f"误差 ±{percent(found.margin)}")
        lines.append(
            f"和下一次同样多人的调查比，升高 {percent(found.detects)} 以上才看得出（把握 {power:.0%}）"
            if found.detects is not None
            else "人数太少，和下一次调查比看不出任何升高"
        )
        if found.out_of_reach:
            lines.append("总共没有这么多人：全部都问，误差也只能到这里")
        return Answer(found.as_dict(), lines)
