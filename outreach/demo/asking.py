"""The surveys of the demonstration: a baseline before anything is sent, the survey after it, and one town by town.

All answers are invented, and every figure made of them says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from outreach.bootstrap import Installation
from outreach.demo import answers
from outreach.demo import people as accounts
from outreach.demo.county import COUNTY
from outreach.surveys import service as surveys
from outreach.surveys.fieldwork import service as fieldwork
from outreach.surveys.results import service as results

BASELINE, SURVEY, TOWNS = "demo-2026-baseline", "demo-2026-winter-1", "demo-2026-towns"
CAMPAIGN = "demo-2026-winter"

WEEKS_BEFORE = 3
"""So long before today the people of the baseline are said to have been asked."""

FEWEST_TOWNS, EACH = 4, 170
"""Towns are compared where there are several; so many are drawn in each, that a hundred effective answers remain."""

_COMMON: Mapping[str, Any] = {
    "policy": "resident-medical", "mode": "入户", "seed": "2026-11-23", "generated": True,
}  # fmt: skip

_BASELINE: Mapping[str, Any] = {
    **_COMMON, "id": BASELINE, "title": "居民医保：宣传以前（演示，答案为自动生成）", "size": 400,
}  # fmt: skip

_SURVEY: Mapping[str, Any] = {
    **_COMMON, "id": SURVEY, "title": "居民医保知晓情况（演示，答案为自动生成）", "campaign": CAMPAIGN, "size": 400,
    "wave": 2, "follows": BASELINE,
}  # fmt: skip

_TOWNS: Mapping[str, Any] = {
    **_COMMON, "id": TOWNS, "title": "居民医保：分乡镇（演示，答案为自动生成）", "campaign": CAMPAIGN, "wave": 2,
    "follows": BASELINE, "strata": ["town"], "per_stratum": EACH, "rake": ["sex", "band"],
}  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """Each survey is drawn and taken in once, however often the demonstration is started."""

    home: Installation
    today: date
    say: Callable[[str], None]

    def before(self) -> None:
        """The baseline, before anything is sent."""
        on = self.today - timedelta(weeks=WEEKS_BEFORE)
        self._ask(_BASELINE, on, answers.BEFORE)

    def after(self) -> dict[str, Any]:
        """The survey after the campaign, and where there are several towns the one that compares them."""
        found = self._ask(_SURVEY, self.today, answers.AFTER)
        if found["rate"] is not None:
            self.say(
                f"知晓率 {found['rate']:.1%}（{found['low']:.1%}–{found['high']:.1%}，n = {found['n']}，"
                f"回答率 {found['response']['rate']:.0%}）· 演示生成的答案"
            )
        if self._towns() >= FEWEST_TOWNS:
            towns = self._ask(_TOWNS, self.today, answers.AFTER)
            self.say(f"分乡镇又问了 {towns['answered']:,} 人 · 演示生成的答案")
        return found

    def _towns(self) -> int:
        """Towns in which enough people fit to draw from."""
        with self.home.store.read() as connection:
            frame = surveys.get(connection, SURVEY)["frame"]
        margins = frame.get("margins") or {}  # one drawn by an older version has none
        towns = margins.get("town") or {}
        return sum(people > EACH for people in towns.values())

    def _ask(self, order: Mapping[str, Any], on: date, known: answers.Known) -> dict[str, Any]:
        ref, store, by = str(order["id"]), self.home.store, accounts.EVALUATOR.name
        sheet = self.home.settings.data_dir / f"调查样本（演示，自动填写）{ref}.xlsx"
        with store.begin() as connection:
            if not any(one["ref"] == ref for one in surveys.list_surveys(connection)):
                surveys.create(connection, order, by, "demo", COUNTY)
            surveys.draw(connection, ref, self.today, COUNTY, by)
        with store.read() as connection:
            answered = surveys.get(connection, ref)["answered"]
            if not answered:
                answers.write(connection, ref, sheet, on, known)
        if not answered:
            fieldwork.record(store.begin, ref, sheet, by, self.today)
        with store.begin() as connection:
            if surveys.get(connection, ref)["closed_at"] is None:
                surveys.close(connection, ref, by)
        with store.read() as connection:
            return results.estimate(connection, ref)
