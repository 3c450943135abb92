"""The second wall: a text that nobody has approved cannot take the office computer with it."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from outreach.errors import Invalid
from outreach.messages import trial
from outreach.messages.lint import Draft, lint
from outreach.messages.render import render
from outreach.messages.trial_worker import answer, serve
from tests.messages.sample_facts import context

SPINS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
SWELLS = "{% set x = 'x' * 1000000000 %}{{ x|length }}"
SWELLS_SLOWLY = "{% set box = [] %}{% for a in range(99999) %}{% set _ = box.append('x' * 10000 ~ a) %}{% endfor %}{{ box|length }}"
limited = pytest.mark.skipif(sys.platform == "win32", reason="no limit on memory there")


@pytest.fixture
def wild() -> Iterator[trial.Worker]:
    """A worker that has no allow-list."""
    worker = trial.Worker("tests.messages.wild_worker")
    yield worker
    worker.end()


def test_a_trial_says_what_render_says() -> None:
    contexts = [context(village=village) for village in ("清泉村", "{{ 7 * 7 }}", "𠊎屋村", "a\nb")]
    source = "{{ village }}：{% for p in policies %}{{ loop.index }}{{ p.one_line }}{% endfor %}"
    assert trial.try_out(source, contexts) == [render(source, each) for each in contexts]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ village", "messages.template_syntax"),
        ("{{ 'x' * 1000000000 }}", "messages.forbidden"),
        ("{{ nowhere }}", "messages.missing_value"),
        ("{% if village > 1 %}x{% endif %}", "messages.render_failed"),
    ],
)
def test_what_the_first_wall_refuses_is_refused_with_its_own_words(source: str, code: str) -> None:
    with pytest.raises(Invalid) as problem:
        trial.try_out(source, [context()])
    assert problem.value.code == code


def test_what_spins_is_stopped_by_the_clock_and_its_process_is_gone(wild: trial.Worker) -> None:
    wild.order("warm", [{}], 30, 256)
    begun = time.monotonic()
    with pytest.raises(Invalid) as problem:
        wild.order(SPINS, [{}], 0.5, 256)
    assert time.monotonic() - begun < 5
    assert (problem.value.code, problem.value.params) == ("messages.trial_slow", {"seconds": 0.5})
    assert not wild.alive
    with pytest.raises(ProcessLookupError):
        os.kill(wild.pid, 0)


@limited
@pytest.mark.parametrize("source", [SWELLS, SWELLS_SLOWLY])
def test_what_swells_is_told_so_and_the_worker_goes_on(wild: trial.Worker, source: str) -> None:
    with pytest.raises(Invalid) as problem:
        wild.order(source, [{}], 30, 64)
    assert (problem.value.code, problem.value.params) == ("messages.trial_big", {"megabytes": 64})
    assert wild.alive
    assert wild.order("{{ 1 + 1 }}", [{}], 30, 64) == ["2"]


@limited
def test_within_its_room_a_text_may_be_large(wild: trial.Worker) -> None:
    assert wild.order("{{ ('x' * 1000000)|length }}", [{}], 30, 64) == ["1000000"]


def test_a_worker_that_spins_after_its_master_is_gone_ends_by_itself() -> None:
    if sys.platform == "win32":
        pytest.skip("no limit on time there")
    read, write = os.pipe()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "tests.messages.wild_worker"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, read, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        ],
    )
    os.close(read)
    order = {"source": SPINS, "contexts": [{}], "seconds": 0.2, "megabytes": 64}
    os.write(write, json.dumps(order).encode() + b"\n")
    os.close(write)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.parametrize("source", ["die", "babble"])
def test_a_worker_that_dies_or_babbles_is_named_and_not_used_again(
    wild: trial.Worker, source: str
) -> None:
    with pytest.raises(Invalid) as problem:
        wild.order(source, [{}], 30, 256)
    assert problem.value.code == "messages.trial_died"
    assert not wild.alive
    with pytest.raises(Invalid, match="trial_died"):
        wild.order("{{ 1 }}", [{}], 30, 256)


class Wild(trial.Worker):
    """What the pool of a test starts."""

    started: list[int] = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__("tests.messages.wild_worker")
        self.started.append(self.pid)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[trial.Pool]:
    monkeypatch.setattr(trial, "Worker", Wild)
    Wild.started.clear()
    made = trial.Pool()
    yield made
    made.close()


def test_one_worker_waits_between_trials_and_one_that_was_ended_is_replaced(
    pool: trial.Pool,
) -> None:
    pool.warm_up()
    for number in range(3):
        assert pool.try_out(str(number), [{}], 30, 256) == [str(number)]
    assert len(Wild.started) == 1
    with pytest.raises(Invalid, match="trial_slow"):
        pool.try_out(SPINS, [{}], 0.3, 256)
    assert len(Wild.started) == 2  # already there, before anybody asks
    assert pool.try_out("again", [{}], 30, 256) == ["again"]
    assert len(Wild.started) == 2


def test_a_worker_that_somebody_else_ended_is_replaced(pool: trial.Pool) -> None:
    pool.try_out("one", [{}], 30, 256)
    os.kill(Wild.started[0], signal.SIGTERM)
    deadline = time.monotonic() + 10
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline and pool._idle is not None and pool._idle.alive:
            time.sleep(0.01)
    assert pool.try_out("two", [{}], 30, 256) == ["two"]
    assert len(Wild.started) == 2


def test_several_people_may_try_out_at_once_and_one_worker_is_left(pool: trial.Pool) -> None:
    texts: dict[int, list[str | Invalid]] = {}

    def one(number: int) -> None:
        texts[number] = pool.try_out(f"text {number}", [{}], 30, 256)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: [f"text {number}"] for number in range(4)}
    pool.close()
    for pid in Wild.started:
        with suppress(ProcessLookupError):
            os.kill(pid, 0)
            pytest.fail(f"{pid} is still there")


def test_a_flood_of_trials_waits_and_piles_up_no_processes(pool: trial.Pool) -> None:
    running = 0
    most = 0

    def one() -> None:
        nonlocal running, most
        with suppress(Invalid):
            pool.try_out(SPINS, [{}], 0.2, 256)

    def watch() -> None:
        nonlocal most
        while any(thread.is_alive() for thread in threads):
            alive = sum(_runs(pid) for pid in list(Wild.started))
            most = max(most, alive)
            time.sleep(0.02)

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    watch()
    assert 1 <= most <= trial.MOST_AT_ONCE + 1  # and the one that is waiting for the next


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_who_does_not_get_a_turn_is_told_so(
    pool: trial.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_WAIT_SECONDS", 0.1)
    for _ in range(trial.MOST_AT_ONCE):
        pool._turns.acquire()
    pool.warm_up()  # does not wait for a turn
    with pytest.raises(Invalid) as problem:
        pool.try_out("one", [{}], 30, 256)
    assert problem.value.code == "messages.trial_busy"
    assert Wild.started == []
    pool._turns.release()
    assert pool.try_out("one", [{}], 30, 256) == ["one"]


@limited
def test_a_worker_that_does_not_read_holds_nobody_up(wild: trial.Worker) -> None:
    wild.order("warm", [{}], 30, 256)
    os.kill(wild.pid, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(Invalid, match="trial_slow"):
        wild.order("x" * 1_000_000, [{}], 0.5, 256)
    assert time.monotonic() - begun < 5


def test_an_answer_without_end_is_not_read(
    wild: trial.Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_LONGEST_ANSWER", 1_000)
    with pytest.raises(Invalid, match="trial_died"):
        wild.order("{{ 'x' * 100000 }}", [{}], 30, 256)
    assert not wild.alive


def test_what_was_tried_answers_in_renders_place() -> None:
    contexts = [context(village="清泉村"), {"village": 1.5}, context(village="")]
    tried = trial.Tried("{{ village }}。", contexts)
    assert [tried("{{ village }}。", contexts[0]), tried("{{ village }}。", contexts[2])] == [
        "清泉村。",
        "。",
    ]
    with pytest.raises(Invalid, match="value_not_text"):
        tried("{{ village }}。", contexts[1])
    with pytest.raises(AssertionError):
        tried("{{ office }}", contexts[0])


def test_the_checks_of_what_was_tried_say_what_the_checks_say() -> None:
    contexts = (context(), context(village=""))
    source = "{{ village }}，您可以领补贴。{{ policy.phone }}"
    draft = Draft("flyer", "zh-Hans", source, examples=contexts)
    tried = replace(draft, make=trial.Tried(source, contexts))
    assert lint(tried) == lint(draft)
    assert {one.code for one in lint(tried)} > {"messages.gap_in_text", "messages.over_promise"}


def test_a_worker_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SECRET", "s3cret")
    worker = trial.Worker("tests.messages.wild_worker")
    try:
        found = worker.order(
            "{{ cycler.__init__.__globals__.os.environ.get('OUTREACH_SECRET', 'none') }}",
            [{}],
            30,
            256,
        )
    finally:
        worker.end()
    assert found == ["none"]


def test_orders_are_answered_line_by_line() -> None:
    orders = [
        {
            "source": "{{ village }}",
            "contexts": [{"village": "清泉村"}],
            "seconds": 2,
            "megabytes": 64,
        },
        {"source": "{{ village }}", "contexts": [{}], "seconds": 2, "megabytes": 64},
    ]
    answers = io.StringIO()
    serve(io.StringIO("".join(json.dumps(order) + "\n" for order in orders)), answers)
    assert [json.loads(line) for line in answers.getvalue().splitlines()] == [
        {"ready": True},
        {"made": [{"text": "清泉村"}]},
        {"made": [{"code": "messages.missing_value", "params": {"variable": "village"}}]},
    ]


def test_too_little_memory_in_this_process_is_an_answer_too() -> None:
    def swells(_source: str, _context: object) -> str:
        raise MemoryError

    order = {"source": "", "contexts": [{}], "seconds": 60, "megabytes": 4096}
    assert answer(order, swells) == {"code": "messages.trial_big", "params": {"megabytes": 4096}}
