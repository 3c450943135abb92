"""发前检查: what must be asked before a campaign is submitted or signed and before each of its steps.

A check is a function (`schemas.Check`) in CHECKS. What it finds stops the campaign until it is put right, or a named
person lets it pass with a reason: an override of that finding, in that state, in this campaign.
"""

from __future__ import annotations

from outreach.campaigns.preflight.schemas import Check, Passed, Step, Stop
from outreach.campaigns.preflight.service import (
    CHECKS,
    every_stop,
    hold_back,
    judged,
    let_pass,
    passed,
    require,
    require_carried,
    standing,
    step_of,
    stops,
)

__all__ = [
    "CHECKS", "Check", "Passed", "Step", "Stop", "every_stop", "hold_back", "judged", "let_pass", "passed", "require", "require_carried",
    "standing", "step_of", "stops",
]  # fmt: skip
