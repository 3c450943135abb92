"""Invented facts for briefs: a county as large, as long-named or as empty as a test wants it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from outreach.reports.brief import Facts, House
from outreach.reports.brief.facts import Done, ListDate, Reason, Signed, Step, Told, Verdict
from outreach.reports.schemas import PlaceCount, ReachFigures

ROOT = Path(__file__).resolve().parents[2]
HOUSE = House(ROOT / "templates" / "flyer", "http://127.0.0.1:8000", "示范县政务办")
COUNTY = "600101"
DAY = date(2026, 11, 26)


def figure(**changes: Any) -> dict[str, Any]:
    """What `reports.service.awareness` gives."""
    share = {"aware": 323, "n": 412, "rate": 0.783, "low": 0.741, "high": 0.820, "use": "compare"}
    return {
        **share, "n_eff": 398.2, "deff": 1.03, "se": 0.02, "method": "logit", "survey": "wave-1", "title": "体检知晓调查",
        "drawn": 500, "answered": 412, "word": "可比较", "response": {"rate": 0.824, "low": False},
        "other_base": {**share, "n": 390, "rate": 0.82, "low": 0.78, "high": 0.86},
        "heard_of": {"heard": 37, "n": 412, "rate": 0.09, "low": 0.07, "high": 0.12, "use": "compare"}, "fictional": {**share, "rate": 0.031, "low": 0.02, "high": 0.05},
        "worst_case": None, "date": "2026-11-20", "mode": "入户", "base": "符合条件的全部在册人员", "seed": "2026-7",
        "frame_hash": "ab12cd34ef", "instrument_hash": "98fe76dc54", "generated": False, "notice": "工作评估，未经统计部门审批，不得作为统计数据发布",
        "kind": "awareness", "notes": [], **changes,
    }  # fmt: skip


def place(at: int, eligible: int = 400) -> PlaceCount:
    return PlaceCount(
        f"{COUNTY}{101 + at:03}",
        eligible,
        12 + at % 7,
        40 + at % 11,
        eligible - 140 - at,
        15,
        300,
        31,
        20,
    )


def told(ref: str = "check", places: int = 6, **changes: Any) -> Told:
    reach = ReachFigures(tuple(place(at) for at in range(places)))
    untold = reach.total.untold
    values: dict[str, Any] = {
        "ref": ref, "name": "65岁免费体检", "reach": reach,
        "untold": (Reason("纸已打印，还没人说送到", "把单子送上门", untold - 40), Reason("没有列入任何宣传任务", "编进宣传任务", 40)) if untold > 50 else (),
        "lists": (ListDate("applied", "good", DAY, 900, 12), ListDate("received", "none")),
        "awareness": figure(), "wording": "您知道“65岁免费体检”吗？", **changes,
    }  # fmt: skip
    return Told(**values)


def verdicts(places: int) -> tuple[Verdict, ...]:
    """Two behind, the next without enough people, the rest not to be told apart."""
    words = ["behind", "behind", "few"] + ["same"] * places
    return tuple(
        Verdict(f"{COUNTY}{101 + at:03}", 40, "none", None, None, None, "few")
        if words[at] == "few"
        else Verdict(f"{COUNTY}{101 + at:03}", 120, "compare", 0.5 + at / 200, 0.41 + at / 200, 0.6 + at / 200, words[at])
        for at in range(places)
    )  # fmt: skip


def done(name: str = "冬季告知") -> Done:
    steps = (Step("短信", 1265, 1063, 1044), Step("一户一单", 184, 184, 0))
    signed = (Signed("送审", "甘露", "2026-11-20"), Signed("签发", "", ""))
    return Done("winter", name, "running", steps, 2348, 16436, signed, "83db-8eac-ea74")


def facts(*policies: Told, names: str = "第{}镇", **changes: Any) -> Facts:
    chosen = policies or (told(),)
    codes = {one.code for each in chosen for one in each.reach.places}
    codes |= {one.code for each in chosen for one in each.verdicts}
    values: dict[str, Any] = {
        "kind": "campaign", "ref": "winter", "title": "冬季告知", "region": COUNTY, "place": "示范县", "on": DAY,
        "demo": False, "whole": True, "policies": chosen, "campaigns": (done(),),
        "names": {code: names.format(code[6:]) for code in codes}, "basis": ("名册：24,000 人，最近一次导入 2026-11-01。",),
        "people": 24000, **changes,
    }  # fmt: skip
    return Facts(**values)
