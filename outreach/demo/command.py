"""`outreach demo`: set everything up, run the whole main job, and serve the pages."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from outreach import bootstrap
from outreach.bootstrap import Installation
from outreach.demo.county import COUNTY
from outreach.demo.people import LOGINS, PASSWORD
from outreach.demo.story import Story
from outreach.settings import Settings
from outreach.web.app import create_app
from outreach.web.loopback import LoopbackServer
from outreach.web.sandbox.process import SandboxProcess

TIMEOUT = 5.0
"""Seconds for one request to the sandbox; short, because it is part of the wait after a crash."""


def run(
    *,
    people: int,
    data: Path,
    exit_when_done: bool,
    as_json: bool,
    host: str = "127.0.0.1",
    port: int = 8000,
) -> int:
    """Run the demonstration in `data`; returns the exit status."""
    started = time.monotonic()
    installation = _mark(data)
    with (
        bootstrap.sole_sender(installation.settings),
        _carriers(installation, host, 0 if exit_when_done else port) as (
            home,
            server,
        ),
    ):
        bootstrap.take_over(home)
        story = Story(home, people, say=_say)
        _tell(story)
        summary = story.summary(started)
        if as_json:
            print(json.dumps(summary, ensure_ascii=False))
        if not exit_when_done:
            _serve(home, server)
    installation.close()
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tell(story: Story) -> None:
    steps = (
        ("建账号、地区和发送渠道", story.set_up),
        ("导入台账", story.take_in_people),
        ("装入政策和内容", story.prepare_content),
        ("科室交来名单，看谁的情况变了", story.hand_in_lists),
        ("送审、签发", story.prepare_campaign),
        ("发送短信和群消息，等回执", story.send),
        ("打印没送到的户", story.print_sheets),
        ("抽样调查知晓率", story.survey),
    )
    for number, (title, step) in enumerate(steps, 1):
        begun = time.monotonic()
        step()
        _say(f"[{number}/{len(steps)}] {title} · {time.monotonic() - begun:.1f} 秒")


def _mark(data: Path) -> Installation:
    """An installation of its own kind: everything in it is invented, and it says so."""
    data.mkdir(parents=True, exist_ok=True)
    installation, _ = bootstrap.prepare(data)
    bootstrap.demo_mark(installation.settings).touch()
    if (
        not installation.settings.region
    ):  # so that every later command on this folder knows its county
        with (data / ".env").open("a", encoding="utf-8") as file:
            file.write(f"OUTREACH_REGION={COUNTY}\n")
    installation.close()
    return bootstrap.open_installation(data)


@contextmanager
def _carriers(
    installation: Installation, host: str, port: int
) -> Iterator[tuple[Installation, LoopbackServer]]:
    """The sandbox for whatever has no address of its own, and the pages that receipts come to."""
    with ExitStack() as stack:
        sandbox = stack.enter_context(
            SandboxProcess(installation.settings.data_dir / "sandbox.db", receipt_delay=0.3)
        )
        pages = _Late()
        server = stack.enter_context(_server(pages, installation.settings.data_dir, host, port))
        home = installation.using(_settings(installation.settings, sandbox, server))
        pages.app = create_app(home)
        yield home, server


def _server(pages: object, data: Path, host: str, port: int) -> LoopbackServer:
    """Where the pages are. Without a wish for a port it is the one of the last time: receipts of messages that a
    killed run sent still come to that address.
    """
    memory = data / "port"
    known = memory.read_text() if memory.exists() else ""
    wanted = port or (int(known) if known.isdecimal() else 0)  # a kill may have left it empty
    try:
        server = LoopbackServer(pages, host=host, port=wanted)
    except OSError:
        if port:
            raise
        server = LoopbackServer(pages, host=host, port=0)
    if known != str(server.port):
        memory.write_text(str(server.port))
    return server


class _Late:
    """An app that is put in once its own address is known."""

    app: object = None

    async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "lifespan":
            return
        while (
            self.app is None
        ):  # a receipt for a killed run may come before the pages are put together
            await asyncio.sleep(0.01)
        await self.app(scope, receive, send)  # type: ignore[operator]


def _settings(settings: Settings, sandbox: SandboxProcess, server: LoopbackServer) -> Settings:
    """The sandbox's account, unless OUTREACH_TWILIO_BASE_URL names another carrier."""
    chosen: dict[str, object] = {
        "region": settings.region or COUNTY,
        "public_url": server.base_url,
        "wecom_base_url": sandbox.base_url,
        "dingtalk_base_url": sandbox.base_url,
        "feishu_base_url": sandbox.base_url,
    }
    if "OUTREACH_SEND_TIMEOUT" not in os.environ:
        chosen["send_timeout"] = TIMEOUT
    if "OUTREACH_TWILIO_BASE_URL" not in os.environ:
        chosen |= {
            "twilio_base_url": sandbox.base_url,
            "twilio_account_sid": "",
            "twilio_auth_token": "",
        }
    given = settings.model_copy(update=chosen)
    return given.model_copy(
        update={
            "twilio_account_sid": given.twilio_account_sid or sandbox.account.sid,
            "twilio_auth_token": given.twilio_auth_token or sandbox.account.token,
            "twilio_from": given.twilio_from or "+15005550006",
        }
    )


def _serve(home: Installation, server: LoopbackServer) -> None:
    """Say where to look, and stay until interrupted."""
    _say(f"\n打开 {server.base_url}   （演示数据，密码都是 {PASSWORD}）")
    for account in LOGINS:
        _say(f"    {account.name:<10} {account.display}")
    _say("按 Ctrl+C 结束。")
    with bootstrap.sending(home):
        try:
            server.wait()
        except KeyboardInterrupt:
            _say("正在结束……")
