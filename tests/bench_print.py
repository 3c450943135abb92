"""Sheets for households and board notices, beside WeasyPrint 70 with an HTML layout of the same sheets.

Seconds are those that the processes computed, children included. Ours look at every household, fit each distinct set
of blocks, draw two codes a sheet, set, and hold the PDF against what it must be; WeasyPrint only sets.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from channels import flyer
from channels.flyer import batch
from channels.flyer.codes import qr_code
from channels.flyer.data import household_data, meta_data, plain_data
from channels.flyer.fonts import font_file
from channels.flyer.pages import count_pages
from tests.bench_counts import BENCH_PYTHON, HOME
from tests.bench_report import Ratio, timed
from tests.channels.flyer.samples import (
    AGED,
    CHILD,
    META,
    NOTICE,
    NURSERY,
    PENSION,
    PRESS,
    TWINS,
    household,
)

SHEETS = 2000
BESIDE = 40
"""WeasyPrint sets so many: its time grows with the pages, and a thousand would take a minute or more."""
NAMES = [
    "李建国",
    "张桂兰",
    "王志强",
    "陈秀珍",
    "刘德福",
    "杨春梅",
    "赵大柱",
    "黄玉芳",
    "周文斌",
    "吴翠英",
    "徐长顺",
    "孙巧云",
    "欧阳明",
    "朱金凤",
]
_POOL = [replace(one, when="全年都能办") for one in (CHILD, AGED, NURSERY, PENSION, TWINS)]


def households(count: int) -> list[flyer.HouseholdSheet]:
    """Sheets with three policies each, in twenty villages with a window of their own."""
    lot = random.Random(26)
    return [
        household(
            number % 100_000,
            *(
                replace(one, where=f"石桥{number // 100}村委会，可以请人代办")
                for one in lot.sample(_POOL, 3)
            ),
            householder=lot.choice(NAMES),
            address=f"示范县青石镇石桥{number // 100}村\n{number % 9 + 1}组 {number % 100}号",
        )
        for number in range(count)
    ]


def notices(count: int) -> list[flyer.Notice]:
    """Notices that differ in whom and how much."""
    return [
        replace(NOTICE, official=f"惠民政策　第{n}项", amount=str(1000 + 37 * n))
        for n in range(count)
    ]


class Sheets:
    """The measures; `notes` are lines beside the table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []

    def run(self) -> list[Ratio]:
        """Both ratios, or only a note on our own rate where there is no WeasyPrint."""
        beside = self._weasyprint()
        bulk, pages = self._bulk(), notices(BESIDE)
        board = _with_children(lambda: [flyer.render_notice(one, META, PRESS) for one in pages])
        if beside is None:
            self.notes.append(
                "WeasyPrint was not measured: it is not in .venv-bench, or Pango is not on this machine."
            )
            return []
        return [
            Ratio(
                "household sheets", "100 pages", "looked at, fitted, set, checked", bulk * 100 / SHEETS,
                "WeasyPrint 70, set", beside["households"] * 100 / BESIDE, 8,
            ),
            Ratio(
                "board notices", "100 pages", "fitted, set, one by one", board * 100 / BESIDE, "WeasyPrint 70, set",
                beside["notices"] * 100 / BESIDE, 20,
            ),
        ]  # fmt: skip

    def _bulk(self) -> float:
        sheets = households(SHEETS)
        groups = [
            flyer.Group(grid=str(at), sheets=sheets[at : at + 100]) for at in range(0, SHEETS, 100)
        ]
        batch.peaks.clear()
        made: list[flyer.PrintedPart] = []
        passed = timed(
            lambda: made.extend(flyer.iter_households(groups[:1], META, PRESS))
        )  # warm files
        made.clear()
        spent = _with_children(lambda: made.extend(flyer.iter_households(groups, META, PRESS)))
        if sum(part.pages for part in made) != SHEETS or any(part.problems for part in made):
            raise AssertionError("not every household has its page")
        self.notes.append(
            f"{SHEETS:,} household sheets in {len(made)} parts: {SHEETS / spent:,.0f} pages for each second computed; "
            f"the largest process held {max(batch.peaks, default=0) / 1024:,.0f} MB; a part of 100 alone took {passed:.1f} s on the clock."
        )
        return spent

    def _weasyprint(self) -> dict[str, float] | None:
        if not BENCH_PYTHON.exists():
            return None
        meta: dict[str, Any] = meta_data(META)
        rows = [
            {**household_data(one), "qr": qr_code("R:" + one.serial)} for one in households(BESIDE)
        ]
        given = {
            "households": {"meta": meta, "households": rows},
            "notices": {"meta": meta, "notices": [plain_data(one) for one in notices(BESIDE)]},
        }
        for name, data in given.items():
            (self.folder / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        (self.folder / "font.txt").write_text(str(font_file()), "utf-8")
        command = [str(BENCH_PYTHON), str(HOME / "tests" / "bench_weasyprint.py"), str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return None
        told = json.loads(done.stdout.splitlines()[-1])
        for name in told:
            if told[name]["pages"] != BESIDE:
                raise AssertionError(
                    f"WeasyPrint made {told[name]['pages']} pages of {BESIDE} {name}"
                )
        if count_pages((self.folder / "households.pdf").read_bytes()) != BESIDE:
            raise AssertionError("WeasyPrint wrote another number of pages")
        return {name: told[name]["seconds"] for name in told}


def _with_children(work: Callable[[], object]) -> float:
    """Seconds that this process and its children computed; where that is not known, seconds of the clock."""
    try:
        import resource
    except ImportError:
        return timed(work)

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + used.ru_utime + used.ru_stime

    before = spent()
    work()
    return spent() - before
