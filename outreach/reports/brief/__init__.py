"""简报: what is known of a campaign, a survey or a policy, read once, for two pages, a workbook or a file to edit."""

from __future__ import annotations

from outreach.reports.brief.content import Brief, Trim, compose
from outreach.reports.brief.facts import Facts
from outreach.reports.brief.gathering import gather
from outreach.reports.brief.printing import House, Made, make

__all__ = ["Brief", "Facts", "House", "Made", "Trim", "compose", "gather", "make"]
