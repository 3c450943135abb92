"""报备: how far the signature and the texts of an account are with the operators, and what is sent as a filed template.

`templates` says how a text is handed in and with which parameters it comes back; `service` who says so, and what lacks;
`sheet` takes a console's list in and writes the one to hand in.
"""

from __future__ import annotations

from outreach.deliveries.filing.service import (
    Filed,
    Kind,
    NewFiling,
    Status,
    Wanted,
    carried,
    lacking,
    listed,
    needed,
    put,
    signature,
)

__all__ = [
    "Filed", "Kind", "NewFiling", "Status", "Wanted", "carried", "lacking", "listed", "needed", "put", "signature",
]  # fmt: skip
