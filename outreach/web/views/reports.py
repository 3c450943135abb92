"""简报: what a report can be about, for which place, and in which forms this user may take it."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.common import Choice


@dataclass(frozen=True)
class Subjects:
    """What a report can be about, of one kind: its word, and the choices (`kind:ref`)."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class FormChoice:
    """One form: its ending, what it is called, and what it is good for."""

    form: str
    label: str
    hint: str


@dataclass(frozen=True)
class Evaluated:
    """A survey whose rows can be handed out; `why_not` says why not (yet)."""

    title: str
    note: str
    href: str
    why_not: str = ""


@dataclass(frozen=True)
class ReportsView:
    """The page. `evaluated` is None for whoever may not take rows."""

    place: str
    subjects: tuple[Subjects, ...]
    chosen: str
    regions: tuple[Choice, ...]
    region: str
    forms: tuple[FormChoice, ...]
    evaluated: tuple[Evaluated, ...] | None
