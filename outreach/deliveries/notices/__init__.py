"""Notices, cards, scripts and pictures about one policy, for everybody: from its facts and texts to a sheet.

Nothing here is about a person. A text that waits for its reader is never printed, nor a policy that may not be
announced; a draft may be looked at, and says on its face that it is one.
"""

from __future__ import annotations

from outreach.deliveries.notices.desk import House, Order
from outreach.deliveries.notices.series import Each, LeftOut, LocalNotice, Series, Spot, series
from outreach.deliveries.notices.service import Made, broadcast, notice, picture, questions

__all__ = [
    "Each",
    "House",
    "LeftOut",
    "LocalNotice",
    "Made",
    "Order",
    "Series",
    "Spot",
    "broadcast",
    "notice",
    "picture",
    "questions",
    "series",
]
