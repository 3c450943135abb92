"""Sheets for households and board notices, beside WeasyPrint 70 with an HTML layout of the same sheets.

Seconds are those that the processes computed, children included. Ours look at every household or village, fit each
distinct set of blocks, draw the codes, set, and hold the PDF against what it must be; WeasyPrint only sets.

A county prints a notice for each village with that village's own place, office and telephone: a file each, to send to
the village, or one file for its printer. Both ways are measured, each beside WeasyPrint's way to the same files: a
document each with the fonts read once, or one long document. The long document is its fastest way by far, and cut into
pages it would also be a way to a file each: that comparison is the stricter one, and is shown too.
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
VILLAGES = 200
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


def notices(count: int) -> tuple[list[flyer.Notice], list[flyer.SheetMeta]]:
    """One policy in so many villages: where to go, whom to ask and the telephone are each one's own."""
    spoken = [f"{first}{second}" for second in "桥河山沟坪" for first in "石柳青白红新李王张大"]
    names = [
        f"{spoken[n % 50]}{n // 50 + 1}村" if n >= 50 else f"{spoken[n]}村" for n in range(count)
    ]
    return (
        [replace(NOTICE, where=f"{name}便民服务站，可以请人代办") for name in names],
        [
            replace(META, office=f"{name}村委会 {NAMES[n % len(NAMES)]}", phone=f"0000-6{n:02} {1000 + 7 * n}")
            for n, name in enumerate(names)
        ],
    )  # fmt: skip


class Sheets:
    """The measures; `notes` are lines beside the table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []

    def run(self) -> list[Ratio]:
        """The ratios, or only notes on our own rate where there is no WeasyPrint."""
        beside = self._weasyprint()
        bulk, (together, apart, alone) = self._bulk(), self._notices()
        if beside is None:
            self.notes.append(
                "WeasyPrint was not measured: it is not in .venv-bench, or Pango is not on this machine."
            )
            return []
        each, whole = (beside[name] * 100 for name in ("notices", "together"))
        self.notes.append(
            "Ours look at every notice, fit, set and check. A file for each village: "
            f"{each / apart:.0f} times WeasyPrint with a document each, {whole / apart:.1f} times its one long document, "
            "were that cut into pages for nothing. All in one file: "
            f"{whole / together:.1f} times its one long document; what an answer must hold (its pages, words, fonts, room and "
            "codes) is looked at by nobody there, and is a third of our time."
        )
        return [
            Ratio(
                "household sheets", "100 pages", "looked at, fitted, set, checked", bulk * 100,
                "WeasyPrint 70, set", beside["households"] * 100, 8,
            ),
            Ratio(
                "board notices, a file for each village", "100 files", "looked at, fitted, set in one run, checked, cut", apart,
                "WeasyPrint 70, a document each, set", each, 20,
            ),
            Ratio(
                "board notices, one file for all villages", "100 pages", "looked at, fitted, set in one run, checked", together,
                "WeasyPrint 70, one long document, set", whole,
            ),
            Ratio(
                "board notices, asked for one by one", "100 files", "looked at, fitted, set", alone,
                "WeasyPrint 70, a document each, set", each,
            ),
        ]  # fmt: skip

    def _notices(self) -> tuple[float, float, float]:
        """Seconds for a hundred: in one file; cut into a file each; set one by one."""
        given, metas = notices(VILLAGES)
        flyer.render_notices(given[:1], META, PRESS)  # warm fonts
        made: list[flyer.PrintedNotices] = []
        files: list[tuple[int, bytes]] = []
        together = _with_children(lambda: made.append(flyer.render_notices(given, metas, PRESS)))
        cut = _with_children(lambda: files.extend(flyer.notice_files(made[0], metas, PRESS)))
        if made[0].pages != VILLAGES or made[0].problems or len(files) != VILLAGES:
            raise AssertionError("not every village has its notice")
        pairs = list(zip(given, metas, strict=True))[:BESIDE]
        alone = _with_children(
            lambda: [flyer.render_notice(one, meta, PRESS) for one, meta in pairs]
        )
        self.notes.append(
            f"{VILLAGES} notices: one file of {len(made[0].pdf) / 1024:,.0f} KB, or files of "
            f"{max(len(pdf) for _, pdf in files) / 1024:,.0f} KB at most."
        )
        return (
            together * 100 / VILLAGES,
            (together + cut) * 100 / VILLAGES,
            alone * 100 / BESIDE,
        )

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
        return spent / SHEETS

    def _weasyprint(self) -> dict[str, float] | None:
        """Seconds for one sheet or notice: `households`, `notices` (a document each), `together` (one for all)."""
        if not BENCH_PYTHON.exists():
            return None
        self._hand_over()
        command = [str(BENCH_PYTHON), str(HOME / "tests" / "bench_weasyprint.py"), str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return None
        told = json.loads(done.stdout.splitlines()[-1])
        for name, count in {"households": BESIDE, "notices": BESIDE, "together": VILLAGES}.items():
            if told[name]["pages"] != count:
                raise AssertionError(
                    f"WeasyPrint made {told[name]['pages']} pages of {count} {name}"
                )
        if count_pages((self.folder / "households.pdf").read_bytes()) != BESIDE:
            raise AssertionError("WeasyPrint wrote another number of pages")
        return {name: told[name]["seconds"] / told[name]["pages"] for name in told}

    def _hand_over(self) -> None:
        """The same words for WeasyPrint as for ours."""
        meta: dict[str, Any] = meta_data(META)
        rows = [
            {**household_data(one), "qr": qr_code("R:" + one.serial)} for one in households(BESIDE)
        ]
        local = [
            {**plain_data(one), "meta": meta_data(of)}
            for one, of in zip(*notices(VILLAGES), strict=True)
        ]
        given = {
            "households": {"meta": meta, "households": rows},
            "notices": {"notices": local, "alone": BESIDE},
        }
        for name, data in given.items():
            (self.folder / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        (self.folder / "font.txt").write_text(str(font_file()), "utf-8")


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
