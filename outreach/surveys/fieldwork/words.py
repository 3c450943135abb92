"""What somebody said in their own words goes to the inbox of opinions, encrypted; the survey keeps only that it was said.

Words can name somebody, and whoever is interviewed was promised that nobody learns who answered what: the opinion knows
the survey and the town, neither the person nor the interviewer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from outreach.reach.opinions import service as opinions
from outreach.reach.opinions.schemas import NewOpinion
from outreach.surveys.instrument import Instrument
from outreach.surveys.questions import Kind
from outreach.vault import Vault

SAID = "said"
"""Stands as the answer to an open question."""

_TOWN = 9


def hear(
    connection: Connection,
    vault: Vault | None,
    asked: tuple[Mapping[str, Any], Instrument, Mapping[str, Any]],
    answers: Mapping[str, str],
) -> dict[str, str]:
    """The answers with words put into the inbox; `asked`: survey, questions, respondent (with `region`).

    The same words of the same person are one opinion, however often they come. ValueError when there are words and no
    vault to keep them in.
    """
    survey, instrument, row = asked
    kept = dict(answers)
    for question in instrument.of_kind(Kind.OPEN):
        text = kept.get(question.code, "")
        if not text or text == SAID:
            continue
        if vault is None:
            raise ValueError("words of a survey are kept encrypted: a vault is needed")
        mark = hashlib.sha256(f"{row['id']}:{question.code}:{text}".encode()).hexdigest()[:32]
        new = NewOpinion(
            source="survey",
            text=text,
            policy=survey["policy"] or "",
            survey_id=survey["id"],
            region=row["region"][:_TOWN],
            key=f"survey:{mark}",
        )
        opinions.say(connection, vault, new)
        kept[question.code] = SAID
    return kept
