"""What stands behind the code on a sheet: an address for everybody of a campaign alike, so it tells nothing about anybody.

Open and sealed sheets carry the same code, and neither a household nor a circumstance is in it.
"""

from __future__ import annotations

from outreach.errors import Missing
from outreach.vault import Vault

_PURPOSE = "qr"


def address(vault: Vault, public_url: str, campaign: int) -> str:
    """The address behind a campaign's code."""
    return f"{public_url.rstrip('/')}/q/{token(vault, campaign)}"


def token(vault: Vault, campaign: int) -> str:
    """`campaign.mark`, which nobody else can make: pages of campaigns cannot be walked through by number."""
    return f"{campaign}.{vault.token(_PURPOSE, str(campaign))}"


def read_token(vault: Vault, text: str) -> int:
    """The campaign that a code names; Missing when we did not make it, so that an old or torn code says so plainly."""
    key, _, mark = text.partition(".")
    good = key.isdecimal() and key.isascii() and len(key) < 19 and mark.isascii()
    if not good or not vault.token_matches(_PURPOSE, key, mark):
        raise Missing("qr.unknown")
    return int(key)
