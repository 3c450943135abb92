"""Accounts of the demonstration: who writes, who signs, who verifies, who walks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from outreach.access import queries, service
from outreach.access.schemas import NewUser
from outreach.demo.county import COUNTY, County

PASSWORD = "yanshi-2026"  # noqa: S105 - printed on the screen; the demonstration holds nobody's data
HELPERS = 50


@dataclass(frozen=True)
class Account:
    """One log-in."""

    name: str
    display: str
    role: str


OFFICER = Account("officer", "周敏（演示宣传干事）", "officer")
MANAGER = Account("manager", "陈立（演示分管领导）", "manager")
HEAD = Account("head", "孙建（演示主要领导）", "manager")
"""Signs the second level, which a very large audience has."""
WORKER = Account("worker", "吴芳（演示网格员）", "worker")
EVALUATOR = Account("evaluator", "何静（演示评估）", "evaluator")
ADMIN = Account("admin", "演示管理员", "admin")
VERIFIER = Account("演示核验", "演示核验", "officer")
REVIEWER = Account("演示审校", "演示审校", "officer")
CHECKER = Account("演示核对", "演示核对", "officer")

LOGINS = (OFFICER, WORKER, MANAGER, EVALUATOR, ADMIN)
"""Those that the start screen prints, one for each door and the administrator."""


def add_accounts(connection: Connection, county: County, hashed: str) -> None:
    """Add whoever is missing; helpers have no password until somebody gives them one."""
    first_village = county.grids[0].code[:12]
    for account in LOGINS:
        region = first_village if account is WORKER else COUNTY
        _add(connection, NewUser(account.name, account.role, region, account.display), hashed)
    for account in (HEAD, VERIFIER, REVIEWER, CHECKER):
        _add(connection, NewUser(account.name, account.role, COUNTY, account.display), "")
    for number, grid in enumerate(county.grids[:HELPERS], 1):
        display = f"政策明白人{number:02d}（{grid.village}{grid.name}）"
        _add(connection, NewUser(f"helper{number:02d}", "worker", grid.code, display), "")


def _add(connection: Connection, user: NewUser, hashed: str) -> None:
    if not queries.name_taken(connection, user.name):
        service.add_user(connection, user, hashed, by="demo")
