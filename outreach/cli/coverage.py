"""`outreach campaign coverage`: who gets which text in which language, and where the gaps are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from outreach.cli.office import Here
from outreach.cli.options import CampaignId
from outreach.cli.output import Answer, command
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.messages.coverage import Coverage, Share, StepCoverage


def coverage(here: Here, ref: CampaignId) -> Answer:
    """语言情况 · Who gets which text in which language, what waits for a reader, and where the gaps are."""
    from outreach.campaigns import service
    from outreach.messages.remarks import remarks

    today = here.today()
    with here.installation() as office, office.store.begin() as connection:
        campaign = service.get(connection, ref)
        found = service.covered(connection, campaign, today)
    said = remarks(found)
    data = {
        "campaign": ref, "status": campaign["status"], **found.as_dict(), "findings": [one.as_dict() for one in said],
    }  # fmt: skip
    return Answer(data, [*_lines(found), *(f"！{one.message()}" for one in said)])


def _lines(found: Coverage) -> Iterator[str]:
    for step in found.steps:
        unit = say(f"coverage.unit.{step.channel}")
        form = f"·{step.form}" if step.form else ""
        most = "最多 " if step.at_most else ""
        yield f"第 {step.number} 步 {say(f'coverage.channel.{step.channel}')}{form}：{most}{step.readers} {unit}"
        yield from (_line(step, share) for share in step.shares)
    total = found.gaps
    yield f"没有文字的合计 {total}。" if total else "没有缺文字的。"


def _line(step: StepCoverage, share: Share) -> str:
    unit = say(f"coverage.unit.{step.channel}")
    what = say(f"coverage.answer.{share.answer}")
    given = "" if share.answer in ("exact", "gap") else share.given
    personal = "（写给本人）" if share.personal else ""
    return f"  {share.name} {share.policy} {share.count} {unit}：{what} {given} {share.text}{personal}".rstrip()


def add_to(app: typer.Typer) -> None:
    """It stands among the commands of campaigns."""
    command(app, "coverage")(coverage)
