"""What a command says, in one place: human text or one JSON object on standard output, the rest on standard error."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import typer

from channels.errors import ChannelError
from outreach import wording
from outreach.cli.office import Here
from outreach.errors import Misconfigured, OutreachError
from segments.errors import SegmentsError

P = ParamSpec("P")
R = TypeVar("R", bound="Answer | int")

TOLD = (OutreachError, SegmentsError, ChannelError)
"""Problems that have a code and words."""


@dataclass(frozen=True)
class Answer:
    """What a command found. `lines` for people, `data` for `--json`; `failed`: it found a problem, exit status 1."""

    data: Mapping[str, object]
    lines: Sequence[str] = ()
    failed: bool = False


def command(
    app: typer.Typer, name: str
) -> Callable[[Callable[Concatenate[Here, P], R]], Callable[Concatenate[Here, P], R]]:
    """Register a function as a command: its first argument is supplied, `--json` is added, its Answer is shown.

    A function that has shown everything itself returns its exit status.
    """

    def register(function: Callable[Concatenate[Here, P], R]) -> Callable[Concatenate[Here, P], R]:
        def invoke(ctx: typer.Context, *, as_json: bool, **options: Any) -> int:
            here = Here(ctx.find_root().obj, as_json)
            return _shown(lambda: function(here, **options), as_json=as_json)  # type: ignore[call-arg]

        parameters = [
            inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
            *(
                one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                for one in list(inspect.signature(function, eval_str=True).parameters.values())[1:]
            ),
            inspect.Parameter(
                "as_json",
                inspect.Parameter.KEYWORD_ONLY,
                default=False,
                annotation=Annotated[
                    bool, typer.Option("--json", help="JSON · one object, last line")
                ],
            ),
        ]
        # Typer reads these two; the function itself stays as it was written, so tests may call it.
        invoke.__dict__["__signature__"] = inspect.Signature(parameters)
        invoke.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name, help=inspect.getdoc(function))(invoke)
        return function

    return register


def _shown(act: Callable[[], Answer | int], *, as_json: bool) -> int:
    try:
        answer = act()
    except TOLD as error:
        status = 2 if isinstance(error, Misconfigured) else 1
        return show_problem(error.code, error.params, as_json=as_json, status=status)
    except OSError as error:
        if error.filename is None:
            raise
        params = {"file": error.filename, "reason": error.strerror or type(error).__name__}
        return show_problem("cli.file", params, as_json=as_json, status=1)
    if isinstance(answer, int):
        return answer
    show(answer, as_json=as_json)
    return 1 if answer.failed else 0


def show(answer: Answer, *, as_json: bool) -> None:
    """Print an answer; with `as_json` exactly one line."""
    for line in () if as_json else answer.lines:
        print(line)
    if as_json:
        print(as_line(answer.data))
    sys.stdout.flush()


def as_line(data: Mapping[str, object]) -> str:
    """One JSON object on one line."""
    return json.dumps(data, ensure_ascii=False, default=str, allow_nan=False)


def show_problem(code: str, params: Mapping[str, object], *, as_json: bool, status: int) -> int:
    """Say a problem in Chinese and English on standard error, and with `as_json` as an object; returns `status`."""
    zh, en = (wording.say(code, lang, **params) for lang in ("zh", "en"))
    print(zh, en, sep="\n", file=sys.stderr)
    if as_json:
        error = {"code": code, "message": zh, "message_en": en, "params": dict(params)}
        print(as_line({"error": error}))
        sys.stdout.flush()
    return status


def show_usage_error(message: str, *, as_json: bool) -> int:
    """A command that does not exist, an option that is missing or cannot be read; returns exit status 2."""
    return show_problem("cli.usage", {"message": message}, as_json=as_json, status=2)


def words(code: str, params: Mapping[str, object]) -> dict[str, str]:
    """A problem inside an answer: code and both sentences."""
    return {
        "code": code,
        "message": wording.say(code, "zh", **params),
        "message_en": wording.say(code, "en", **params),
    }
