"""The evaluator's file: the rows behind the figures of a survey without identities, and a script that counts them again."""

from __future__ import annotations

from outreach.reports.evaluation.making import Handed, hand_out, note

__all__ = ["Handed", "hand_out", "note"]
