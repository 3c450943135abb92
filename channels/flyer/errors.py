"""What can go wrong with a whole print job. One household never stops the others: see SheetProblem."""

from __future__ import annotations


class FlyerError(Exception):
    """The job cannot be printed: `code` is stable, `params` name the place; words stand in a catalogue."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        details = ", ".join(f"{key}={value!r}" for key, value in params.items())
        super().__init__(f"{code}({details})")
