"""Set Outreach up and run it: `python3 start.py help`. Standard library only; the Makefile calls this file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
BENCH = HOME / "tests" / "bench.py"
BESIDE = HOME / ".venv-bench"
STAMP = VENV / "outreach.installed"
LEAST = (3, 11)

COMMANDS = {
    "setup": "make .venv with the locked dependencies for development",
    "demo": "run the whole main job with invented people, then serve it (arguments go to `outreach demo`)",
    "serve": "serve the installation in OUTREACH_DATA_DIR (arguments go to `outreach serve`)",
    "test": "run all tests (arguments go to pytest)",
    "lint": "style, types and import layers",
    "bench": "measure this installation's ways beside others, into docs/benchmarks.md (half an hour)",
    "torture": "the tests that take minutes: kills, faults, load (arguments go to pytest)",
    "help": "this list",
}
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)


def program(name: str) -> str:
    """Where a program of the virtual environment lies."""
    return str(BIN / (f"{name}.exe" if os.name == "nt" else name))


def run(*command: str) -> int:
    """Run a program in the checkout and return its exit status."""
    sys.stdout.flush()
    try:
        return subprocess.run(command, cwd=HOME, check=False).returncode
    except KeyboardInterrupt:
        return 130


def must(*command: str) -> None:
    """Run a program; without it nothing can go on."""
    status = run(*command)
    if status:
        sys.exit(f"start.py: {' '.join(command)} failed with status {status}")


def digest(lock: Path) -> str:
    """What is installed: this lock, this project file, this Python."""
    content = hashlib.sha256(sys.version.encode())
    for path in (lock, HOME / "pyproject.toml"):
        content.update(path.read_bytes())
    return content.hexdigest()


def install(kind: str) -> None:
    """Put `requirements/<kind>.lock` and the project into .venv, unless exactly that is there already.

    What dev.lock installs holds all of app.lock, so a stamp of `dev` serves `app` too.
    """
    locks = {name: HOME / "requirements" / f"{name}.lock" for name in ("app", "dev")}
    wanted = {f"dev {digest(locks['dev'])}", f"{kind} {digest(locks[kind])}"}
    if STAMP.exists() and STAMP.read_text("utf-8").strip() in wanted:
        return
    STAMP.unlink(missing_ok=True)
    pip = _installer()
    print(f"Installing requirements/{kind}.lock …", flush=True)
    must(*pip, "--require-hashes", "-r", str(locks[kind]))
    must(*pip, "--no-build-isolation", "--no-deps", "-e", str(HOME))
    STAMP.write_text(f"{kind} {digest(locks[kind])}\n", "utf-8")


def _installer() -> list[str]:
    """The words before what is to be installed: uv's pip where uv works, else the environment's own."""
    python = program("python")
    uv = shutil.which("uv")
    if uv and _answers(uv, "--version"):
        if not _answers(python, "--version"):
            _make_venv()
        return [uv, "pip", "install", "--quiet", "--python", python]
    if not _answers(
        python, "-m", "pip", "--version"
    ):  # none yet, or one that was cut off half made
        _make_venv()
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


def _answers(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    print("Making .venv …", flush=True)
    try:
        venv.create(VENV, clear=True, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(
            f"start.py: this Python cannot make a venv with pip (on Debian: python3-venv): {error}"
        )


def browser() -> str | None:
    """A Chromium for the browser tests, None when there is none."""
    named = os.environ.get("OUTREACH_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else BROWSERS))
    return next((path for path in found if path), None)


def test(arguments: list[str]) -> int:
    """All tests but the slow ones; says what is skipped and why."""
    install("dev")
    marks = ["-m", "not slow"] if not _chooses_marks(arguments) else []
    skipped = ["slow tests: they take minutes; `make torture` runs them"] if marks else []
    if browser() is None:
        skipped.append(
            "browser tests: no Chromium found (put one on the PATH, or set OUTREACH_CHROMIUM to it)"
        )
        marks = ["-m", "not slow and not browser"] if marks else []
    status = run(program("python"), "-m", "pytest", "-n", "2", *marks, *arguments)
    for line in skipped:
        print(f"Skipped: {line}", flush=True)
    return status


def _chooses_marks(arguments: list[str]) -> bool:
    return any(one == "-m" or one.startswith("-m=") for one in arguments)


def torture(arguments: list[str]) -> int:
    """The slow tests."""
    install("dev")
    return run(program("python"), "-m", "pytest", "-m", "slow", *arguments)


def lint(arguments: list[str]) -> int:
    """Every check is run, also after one failed."""
    install("dev")
    checks = (
        [program("ruff"), "check", *arguments],
        [program("ruff"), "format", "--check", *arguments],
        [program("mypy")],
        [program("lint-imports")],
    )
    return max([run(*check) for check in checks])


def setup(_arguments: list[str]) -> int:
    """Everything that development needs."""
    install("dev")
    print(f"Ready: {program('outreach')} --help")
    return 0


def demo(arguments: list[str]) -> int:
    """Needs the application's dependencies only."""
    install("app")
    return run(program("outreach"), "demo", *arguments)


def serve(arguments: list[str]) -> int:
    """Brings the tables up to date first."""
    install("app")
    return run(program("outreach"), "migrate") or run(program("outreach"), "serve", *arguments)


def bench(arguments: list[str]) -> int:
    """Measures what BENCH measures; what it is compared with gets an environment of its own, where it can be had."""
    install("dev")
    _install_beside()
    return run(program("python"), str(BENCH), *arguments)


def _install_beside() -> None:
    """requirements/bench.txt into .venv-bench; without a reachable index the comparison is left out."""
    wanted = hashlib.sha256((HOME / "requirements" / "bench.txt").read_bytes()).hexdigest()
    stamp = BESIDE / "installed"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    try:
        venv.create(BESIDE, clear=True, with_pip=True)
        python = BESIDE / BIN.name / Path(program("python")).name
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = run(*command, "-r", str(HOME / "requirements" / "bench.txt"))
    except (subprocess.CalledProcessError, OSError):
        done = 1
    if done:
        shutil.rmtree(BESIDE, ignore_errors=True)
        print(
            "Skipped: OpenFisca-Core, WeasyPrint (requirements/bench.txt could not be installed)",
            flush=True,
        )
    else:
        stamp.write_text(wanted, "utf-8")


def show_help(_arguments: list[str]) -> int:
    """The list of commands."""
    print('python3 start.py COMMAND [ARGUMENTS]    or: make COMMAND ARGS="…"\n')
    for name, words in COMMANDS.items():
        print(f"  {name:<8} {words}")
    return 0


def main(arguments: list[str]) -> int:
    """Run one command; 2 for one that does not exist."""
    if sys.version_info < LEAST:
        sys.exit(
            f"Outreach needs Python {'.'.join(map(str, LEAST))} or newer; this is {sys.version.split()[0]}."
        )
    name, *rest = arguments or ["help"]
    actions = {
        "setup": setup, "demo": demo, "serve": serve, "test": test, "lint": lint, "bench": bench,
        "torture": torture, "help": show_help, "--help": show_help, "-h": show_help,
    }  # fmt: skip
    if name not in actions:
        print(f"start.py: no command {name!r}", file=sys.stderr)
        show_help([])
        return 2
    return actions[name](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
