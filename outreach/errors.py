"""Every error that a person can meet.

OutreachError            a problem with a stable code and parameters; words live in outreach.wording
├── Invalid              what was given cannot be used: name the row, column, file or key
├── Missing              what was asked for does not exist
├── Refused              a rule of the house forbids it: sign-off, quiet hours, rights, safety
├── Conflict             somebody or something was faster: look again
└── Misconfigured        a setting is wrong or absent: the process does not start

The web turns the class into a status, the command line into an exit status; nobody else cares.
"""

from __future__ import annotations


class OutreachError(Exception):
    """A problem that a person has to read: `code` is stable, `params` name the place."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        details = ", ".join(f"{key}={value!r}" for key, value in params.items())
        super().__init__(f"{code}({details})")


class Invalid(OutreachError):
    """What was given cannot be used."""


class Missing(OutreachError):
    """What was asked for does not exist."""


class Refused(OutreachError):
    """A rule of the house forbids it."""


class Conflict(OutreachError):
    """The state is no longer what the caller thought."""


class Misconfigured(OutreachError):
    """A setting is wrong or absent."""
