"""From recorded answers to figures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from outreach.surveys import queries
from outreach.surveys.dispositions import Disposition
from outreach.surveys.results import figures
from outreach.surveys.results.headline import Interview, headline
from outreach.surveys.service import get_drawn, locked_instrument, moment_of


def estimate(connection: Connection, ref: str) -> dict[str, Any]:
    """The awareness with its interval, its bases and how it was made, ready for JSON: see `surveys.results.figures`.

    Raises Missing, and Conflict before the sample is drawn.
    """
    survey = get_drawn(connection, ref)
    instrument = locked_instrument(survey)
    people = queries.respondents(connection, survey["id"])
    answers = queries.answers(connection, survey["id"])
    interviews = [
        Interview(Disposition(row["disposition"]), answers.get(row["id"], {})) for row in people
    ]
    asked = [row["asked_on"] for row in people if row["asked_on"] is not None]
    figure = headline(instrument, interviews)
    return figures.summary(
        survey, figure, instrument.marking(max(asked, default=moment_of(survey))), asked
    )
