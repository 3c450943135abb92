"""What becomes of a report about somebody of whom another one stands already."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork.settling import Report, Verdict, settle

D = Disposition
MONDAY = date(2026, 11, 23)
YES, NO = {"prompted": "aware"}, {"prompted": "unaware"}


def report(disposition: Disposition, day: int = 0, answers: dict[str, str] | None = None) -> Report:
    return Report(disposition, MONDAY + timedelta(day), answers or {})


@pytest.mark.parametrize(
    ("standing", "new", "verdict"),
    [
        pytest.param(None, report(D.NOT_HOME), Verdict.STANDS, id="the first report stands"),
        pytest.param(report(D.PENDING), report(D.REFUSED), Verdict.STANDS, id="nothing was said yet"),
        pytest.param(report(D.NOT_HOME), report(D.NOT_HOME, 1), Verdict.STANDS, id="a second try"),
        pytest.param(report(D.NOT_HOME, 1), report(D.NOT_HOME), Verdict.TRY, id="an earlier try that came late"),
        pytest.param(report(D.NOT_HOME), report(D.REFUSED), Verdict.STANDS, id="the same day, later in the queue"),
        pytest.param(report(D.REFUSED), report(D.COMPLETED, 1, YES), Verdict.STANDS, id="who refused was won over"),
        pytest.param(report(D.PARTIAL, 0, YES), report(D.COMPLETED, 1, YES), Verdict.STANDS, id="a partial interview is finished"),
        pytest.param(report(D.COMPLETED, 1, YES), report(D.NOT_HOME), Verdict.TRY, id="an old not-at-home after the interview"),
        pytest.param(report(D.COMPLETED, 0, YES), report(D.NOT_HOME, 1), Verdict.ASIDE, id="not at home after being interviewed"),
        pytest.param(report(D.COMPLETED, 0, YES), report(D.DECEASED, 0), Verdict.ASIDE, id="died, yet was interviewed"),
        pytest.param(report(D.COMPLETED, 0, YES), report(D.PARTIAL, 1, YES), Verdict.ASIDE, id="a part after the whole"),
        pytest.param(report(D.COMPLETED, 0, YES), report(D.COMPLETED, 1, NO), Verdict.ASIDE, id="two interviews"),
        pytest.param(report(D.COMPLETED, 0, YES), report(D.COMPLETED, 0, YES), Verdict.TRY, id="the same interview again"),
        pytest.param(report(D.PARTIAL, 0, YES), report(D.PARTIAL, 0, NO), Verdict.ASIDE, id="two parts that differ"),
        pytest.param(report(D.DECEASED), report(D.NOT_HOME, 1), Verdict.ASIDE, id="not at home after having died"),
        pytest.param(report(D.NOT_HOME, 1), report(D.DECEASED), Verdict.STANDS, id="died: stronger than a try"),
        pytest.param(report(D.DECEASED), report(D.COMPLETED, 1, YES), Verdict.STANDS, id="was alive after all"),
    ],
)  # fmt: skip
def test_verdicts(standing: Report | None, new: Report, verdict: Verdict) -> None:
    assert settle(standing, new) is verdict


def test_an_interview_is_never_lost_whatever_comes_after_it() -> None:
    interview = report(D.COMPLETED, 0, YES)
    for disposition in Disposition:
        for day in (-1, 0, 1):
            assert settle(interview, report(disposition, day, NO)) is not Verdict.STANDS
