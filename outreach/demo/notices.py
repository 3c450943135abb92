"""Notice boards of the demonstration: some notices may hang, one is out of date, one has a newer version beside it."""

from __future__ import annotations

from datetime import date, timedelta

from outreach.access.scope import Scope
from outreach.bootstrap import Installation
from outreach.demo import people as accounts
from outreach.demo.county import County
from outreach.reach.boards import service
from outreach.reach.boards.schemas import Notice

_BOARDS = (("社区门口公告栏", "钥匙在门卫处"), ("1栋电梯间", ""), ("3栋1单元门厅", ""))

_HANGING = (
    (0, "childcare-2025", "第1版（演示）", 120, -8),
    (0, "phys-65", "第1版（演示）", 20, 60),
    (1, "resident-medical", "第1版（演示）", 40, 35),
    (1, "resident-medical", "第2版（演示）", 5, 60),
)
"""Board, policy, version, hung so many days ago, valid for so many more."""


def hang(home: Installation, place: County, on: date) -> int:
    """Boards of the worker's village with their notices; what is there already stays. Returns how many hang."""
    village = place.grids[0].code[:12]
    by = accounts.WORKER.name
    with home.store.begin() as connection:
        there = {one.name: one.id for one in service.boards(connection, Scope(village), on)}
        if not there:
            for name, note in _BOARDS:
                there[name] = service.add(connection, Scope(), village, name, note=note, by=by)
            for board, policy, version, ago, left in _HANGING:
                posted = on - timedelta(days=ago)
                title = {"childcare-2025": "养娃补贴", "phys-65": "65岁免费体检"}.get(
                    policy, "交医保"
                )
                notice = Notice(policy, title, on + timedelta(days=left), posted, version)
                service.post(connection, Scope(), there[_BOARDS[board][0]], notice, by)
        shown = service.boards(connection, Scope(village), on)
    return sum(len(one.postings) for one in shown)
