"""What can be wrong with a rule or with the facts of a person.

`code` is stable and has words in the application's catalogue; `params` name the place.
"""

from __future__ import annotations


class SegmentsError(Exception):
    """A problem with something that a person wrote: `code` says which, `params` where."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        details = ", ".join(f"{key}={value!r}" for key, value in params.items())
        super().__init__(f"{code}({details})")


class RuleError(SegmentsError):
    """A rule cannot be read: `path` names the place, for instance `all[2].op`."""

    def __init__(self, code: str, path: str, /, **params: object) -> None:
        self.path = path
        super().__init__(code, path=path or "rule", **params)


class FactsError(SegmentsError):
    """The facts of a person cannot be used: `key` names the fact."""

    def __init__(self, code: str, key: str, /, **params: object) -> None:
        self.key = key
        super().__init__(code, key=key, **params)
