"""What the page for volunteers shows."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.fieldwork import QuestionView


@dataclass(frozen=True)
class AskView:
    """填一份问卷, behind the code on a sheet. `done`: it was taken."""

    office: str
    phone: str
    back: str
    action: str
    title: str
    questions: tuple[QuestionView, ...]
    key: str
    problem: str
    done: bool
