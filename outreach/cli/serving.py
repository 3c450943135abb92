"""`outreach serve` and `outreach sandbox`: processes that run until they are told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from outreach.cli.accounts import require_twilio
from outreach.cli.office import Here, log_to_stderr
from outreach.cli.output import Answer, command, show
from outreach.errors import Misconfigured


def serve(
    here: Here,
    host: Annotated[str, typer.Option(help="地址 · address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port", min=0, max=65535)] = 8000,
    no_senders: Annotated[
        bool, typer.Option("--no-senders", help="只开网页，由 outreach work 发送 · others send")
    ] = False,
) -> int:
    """网页和发送 · Pages, timetable and senders in one process, until Ctrl-C."""
    import uvicorn

    from outreach.bootstrap import Part, sending
    from outreach.cli.sending import sole_sender_here
    from outreach.web.app import create_app
    from outreach.web.uploads import Uploads

    with here.installation() as office, sole_sender_here(office), _bound(host, port) as bound:
        require_twilio(office.store, office.settings)
        app = create_app(office)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3)
        server = uvicorn.Server(config)
        part, sweep = Part(senders=not no_senders), Uploads(office.settings.data_dir).sweep
        with until_told(), sending(office, sweep, part=part):
            _started(here, f"http://{host}:{bound.getsockname()[1]}")
            server.run(sockets=[bound])
    here.tell("已停止 · stopped")
    return 0


def _started(here: Here, url: str) -> None:
    line = f"Outreach 已启动 · running at {url}（Ctrl-C 停止 · to stop）"
    show(Answer({"url": url}, [line]), as_json=here.as_json)


def sandbox(
    here: Here,
    port: Annotated[int, typer.Option(help="端口 · port", min=0, max=65535)] = 8010,
) -> int:
    """模拟运营商 · A carrier on this machine that speaks as Twilio and the group robots do, until Ctrl-C."""
    from outreach.web.sandbox.server import SandboxServer

    log_to_stderr()
    folder = here.settings().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    try:
        server = SandboxServer(folder / "sandbox.db", port=port)
    except OSError as error:
        raise Misconfigured("cli.port_taken", host="127.0.0.1", port=port) from error
    with until_told(), server:
        account = server.account
        names = {
            "OUTREACH_TWILIO_BASE_URL": server.base_url,
            "OUTREACH_TWILIO_ACCOUNT_SID": account.sid,
            "OUTREACH_TWILIO_AUTH_TOKEN": account.token,
            "OUTREACH_WECOM_BASE_URL": server.base_url,
            "OUTREACH_DINGTALK_BASE_URL": server.base_url,
            "OUTREACH_FEISHU_BASE_URL": server.base_url,
        }
        lines = [
            f"模拟运营商已启动 · sandbox carrier at {server.base_url}（Ctrl-C 停止 · to stop）"
        ]
        lines += [f"  {name}={value}" for name, value in names.items()]
        secret = account.robot_secret
        lines.append(
            f"  钉钉、飞书机器人的加签密钥 · its DingTalk and Feishu robots sign with {secret}"
        )
        values = {"url": server.base_url, "settings": names, "robot_secret": secret}
        show(Answer(values, lines), as_json=here.as_json)
        server.wait()
    return 0


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, so that a taken port is said at once; Misconfigured then."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        raise Misconfigured("cli.port_taken", host=host, port=port) from error
    with bound:
        yield bound


@contextmanager
def until_told() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block in order: senders finish the chunk in hand, locks are given back."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def add_to(app: typer.Typer) -> None:
    """Both stand at the root."""
    command(app, "serve")(serve)
    command(app, "sandbox")(sandbox)
