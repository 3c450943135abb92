"""Receipts and memory: signed, in order, patient, and not lost by kill -9."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from channels.base import Found, Message, Outcome, Receipt
from channels.twilio import TwilioAccount, TwilioChannel
from channels.twilio_callbacks import parse_status
from outreach.web.sandbox import Faults, SandboxServer
from outreach.web.sandbox.carrier import SandboxAccount
from outreach.web.sandbox.store import Store
from tests.channel_contract import free_port

ACCOUNT = SandboxAccount()


class Listener:
    """A loopback receiver that checks every signature, as the application does."""

    def __init__(self, port: int, answers: list[int]) -> None:
        self.receipts: list[Receipt] = []
        self.posts = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.posts += 1
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                url = f"http://127.0.0.1:{port}{self.path}"
                status = answers.pop(0) if answers else 204
                if status == 204:
                    form = dict(parse_qsl(body))
                    signature = self.headers["X-Twilio-Signature"]
                    listener.receipts.append(parse_status(form, url, signature, ACCOUNT.token))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{port}/callbacks/twilio/status/9.token"


@contextmanager
def listening(port: int = 0, answers: list[int] | None = None) -> Iterator[Listener]:
    listener = Listener(port or free_port(), answers or [])
    thread = threading.Thread(target=listener.server.serve_forever, args=(0.02,))
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join()
    listener.server.server_close()


def send(base_url: str, to: str, callback_url: str | None = None, count: int = 1) -> list[Outcome]:
    async def run() -> list[Outcome]:
        async with aclosing(channel(base_url)) as twilio:
            return [
                await twilio.send(Message(to, f"第{n}条", "r", callback_url)) for n in range(count)
            ]

    return asyncio.run(run())


def look_up(base_url: str, to: str) -> list[Found]:
    async def run() -> list[Found]:
        async with aclosing(channel(base_url)) as twilio:
            return await twilio.look_up(to)

    return asyncio.run(run())


def channel(base_url: str) -> TwilioChannel:
    return TwilioChannel(TwilioAccount(ACCOUNT.sid, ACCOUNT.token, "+8610690001", base_url))


def until(done: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("to", "state", "error"),
    [
        pytest.param("+8613900001111", "delivered", None, id="a phone that is on"),
        pytest.param("+8613900000001", "undelivered", "30003", id="a phone that is off"),
    ],
)
def test_signed_receipts_come_in_order(
    tmp_path: Path, to: str, state: str, error: str | None
) -> None:
    with SandboxServer(tmp_path / "s.db", receipt_delay=0.02) as sandbox, listening() as listener:
        (outcome,) = send(sandbox.base_url, to, listener.url)
        until(lambda: len(listener.receipts) == 2)
        sent, end = listener.receipts
        assert (sent.provider_id, sent.status) == (outcome.provider_id, "sent")
        assert (end.provider_id, end.state, end.error_code) == (outcome.provider_id, state, error)
        (found,) = look_up(sandbox.base_url, to)
        assert found.status == state


COURSES = [
    ("in order and once", Faults(), ["sent", "delivered"]),
    ("twice", Faults(receipt_twice=1.0), ["sent", "sent", "delivered", "delivered"]),
    ("the last one first", Faults(receipt_swapped=1.0), ["delivered", "sent"]),
    ("never", Faults(receipt_never=1.0), []),
]


@pytest.mark.parametrize(
    ("faults", "words"), [pytest.param(*one[1:], id=one[0]) for one in COURSES]
)
def test_receipts_come_as_they_are_told_to(
    tmp_path: Path, faults: Faults, words: list[str]
) -> None:
    path = tmp_path / "s.db"
    with SandboxServer(path, faults=faults, receipt_delay=0.02) as sandbox, listening() as listener:
        send(sandbox.base_url, "+8613900001111", listener.url)
        until(lambda: len(listener.receipts) == len(words))
        time.sleep(0.1)
        assert [one.status for one in listener.receipts] == words


def test_receipts_that_are_early_come_before_the_answer_and_late_ones_after_it(
    tmp_path: Path,
) -> None:
    early, late = Faults(receipt_early=1.0), Faults(receipt_late=1.0, late_seconds=0.3)
    with (
        SandboxServer(tmp_path / "a.db", faults=early, receipt_delay=9) as sandbox,
        listening() as listener,
    ):
        send(sandbox.base_url, "+8613900001111", listener.url)
        assert [one.status for one in listener.receipts] == ["sent", "delivered"]
    with (
        SandboxServer(tmp_path / "b.db", faults=late, receipt_delay=0.0) as sandbox,
        listening() as listener,
    ):
        begun = time.monotonic()
        send(sandbox.base_url, "+8613900001111", listener.url)
        until(lambda: bool(listener.receipts))
        assert time.monotonic() - begun > 0.3


def test_a_receiver_that_is_down_gets_its_receipts_when_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    with SandboxServer(tmp_path / "s.db", receipt_delay=0.02) as sandbox:
        send(sandbox.base_url, "+8613900001111", f"http://127.0.0.1:{port}/callbacks/x")
        time.sleep(0.3)
        with listening(port) as listener:
            until(lambda: len(listener.receipts) == 2)
            assert [one.status for one in listener.receipts] == ["sent", "delivered"]


def test_a_500_is_posted_again_and_a_404_is_not(tmp_path: Path) -> None:
    with (
        SandboxServer(tmp_path / "s.db", receipt_delay=0.02) as sandbox,
        listening(answers=[500, 204, 404]) as listener,
    ):
        send(sandbox.base_url, "+8613900001111", listener.url)
        until(lambda: listener.posts == 3)
        time.sleep(0.2)
        assert listener.posts == 3
        assert [one.status for one in listener.receipts] == ["sent"]


def test_no_receipt_leaves_this_machine_but_the_message_goes_on(tmp_path: Path) -> None:
    to = "+8613900001111"
    with SandboxServer(tmp_path / "s.db", receipt_delay=0.02) as sandbox:
        (outcome,) = send(sandbox.base_url, to, "https://outreach.example.gov.cn/callbacks/x")
        assert outcome.state == "accepted"
        until(lambda: look_up(sandbox.base_url, to)[0].status == "delivered")


def test_two_hundred_messages_get_all_their_receipts_once(tmp_path: Path) -> None:
    with SandboxServer(tmp_path / "s.db", receipt_delay=0.0) as sandbox, listening() as listener:
        sids = {
            one.provider_id for one in send(sandbox.base_url, "+8613900001111", listener.url, 200)
        }
        until(lambda: len(listener.receipts) >= 400)
        ends = [one.provider_id for one in listener.receipts if one.state == "delivered"]
        assert len(ends) == 200
        assert set(ends) == sids


def test_a_restarted_sandbox_keeps_messages_and_posts_what_was_pending(tmp_path: Path) -> None:
    with listening() as listener:
        with SandboxServer(tmp_path / "s.db", receipt_delay=0.6) as sandbox:
            (outcome,) = send(sandbox.base_url, "+8613900001111", listener.url)
            port = sandbox.port
        assert listener.receipts == []
        with SandboxServer(tmp_path / "s.db", port=port, receipt_delay=0.02) as sandbox:
            until(lambda: len(listener.receipts) == 2)
            (found,) = look_up(sandbox.base_url, "+8613900001111")
            assert found.provider_id == outcome.provider_id


_SERVE = """
import sys
from pathlib import Path
from outreach.web.sandbox import Faults, SandboxServer
with SandboxServer(Path(sys.argv[1]), receipt_delay=0.1) as sandbox:
    print(sandbox.base_url, flush=True)
    sandbox.wait()
"""


def test_everything_answered_before_kill_9_is_there_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as printed, listening() as listener:
        base_url = printed.readline().strip()
        sids: set[str] = set()

        async def flood() -> None:
            async with aclosing(channel(base_url)) as twilio:
                while True:
                    message = Message("+8613900001111", "高龄津贴", "r", listener.url)
                    outcomes = await asyncio.gather(*(twilio.send(message) for _ in range(16)))
                    sids.update(one.provider_id for one in outcomes if one.provider_id)
                    if any(one.state != "accepted" for one in outcomes):
                        return

        killer = threading.Timer(0.7, os.kill, (process.pid, signal.SIGKILL))
        killer.start()
        asyncio.run(flood())
        process.wait()
        with SandboxServer(path, receipt_delay=0.0) as again:
            found = look_up(again.base_url, "+8613900001111")
            kept = {one.provider_id for one in found}
            assert len(sids) > 32
            assert sids <= kept
            assert len(kept - sids) <= 16
            until(
                lambda: (
                    kept
                    <= {one.provider_id for one in listener.receipts if one.state == "delivered"}
                ),
                seconds=20,
            )
    store = Store(path)
    assert store.pending_receipts() == 0
    store.close()


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            SandboxServer(tmp_path / "s.db", port=taken.getsockname()[1])


def test_a_server_that_never_started_can_be_stopped(tmp_path: Path) -> None:
    SandboxServer(tmp_path / "s.db").stop()
