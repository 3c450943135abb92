"""The workbook behind a brief: every figure as a number, and a page that says how each came about."""

from __future__ import annotations

from outreach.reports.workbook.making import write
from outreach.reports.workbook.schemas import Share, Sheet
from outreach.reports.workbook.sheets import sheets

__all__ = ["Share", "Sheet", "sheets", "write"]
