"""发送审批单: what is signed, on paper, from the frozen document of a campaign. No resident's name stands on it."""

from __future__ import annotations

from outreach.reports.slip.making import House, Made, make, note
from outreach.reports.slip.signed import Signed, read

__all__ = ["House", "Made", "Signed", "make", "note", "read"]
