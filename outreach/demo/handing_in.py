"""A department hands in its list; whom the allowance fits and the list does not name becomes a saved segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from outreach.access.scope import Scope
from outreach.audiences.segments import ready
from outreach.audiences.segments import service as segments
from outreach.audiences.segments.schemas import Asked
from outreach.bootstrap import Installation
from outreach.demo import people as accounts
from outreach.demo.county import COUNTY
from outreach.demo.office_lists import POLICY
from outreach.people.handed_in.report import Desk
from outreach.people.handed_in.taking import Terms
from outreach.policies import service as policies
from outreach.reach import service as reach
from outreach.reach.lists import take_policy_list


def hand_in(home: Installation, today: date, sheet: Path, say: Callable[[str], None]) -> None:
    """Take the list in, unless one is there already; rows that fit nobody come back beside it."""
    with home.store.read() as connection:
        if any(one.newest for one in reach.standing(connection, POLICY, today, COUNTY)):
            return
    source, purpose = "高龄津贴申请登记名单（演示）", "惠民政策告知（演示）"
    terms = Terms(today, source, "演示", purpose, COUNTY, complete=True)
    desk = Desk(home.store.begin, home.vault, today, Scope(), accounts.OFFICER.name)
    returned = sheet.with_name("名单中没找到的人.xlsx")
    report = take_policy_list(sheet, f"applied:{POLICY}", terms, desk, returned=returned)
    say(
        f"高龄津贴申请登记名单 {report.rows} 行：{report.people} 人对上，{report.missed} 行没有对上"
    )
    _save_segment(home, today, say)


def _save_segment(home: Installation, today: date, say: Callable[[str], None]) -> None:
    order = ready.get("not-applied").filled(POLICY)
    with home.store.begin() as connection:
        name = f"符合条件未申请·{policies.get(connection, POLICY).plain_name}"
        segments.save(connection, replace(order, name=name), accounts.OFFICER.name, Scope())
        rule = segments.get(connection, order.ref).rule
        found, _ = segments.count(connection, rule, Asked(today, COUNTY, COUNTY))
    say(f"{name}：{found.likely} 人，待核实 {found.unknown} 人")
