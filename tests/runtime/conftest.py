"""An office whose messages go to a carrier on loopback, over real HTTP, and whose receipts come back the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update

from outreach.models.deliveries import Account
from outreach.settings import Settings
from outreach.store import Store
from outreach.vault import Vault, new_key
from outreach.web.app import create_app
from outreach.web.loopback import LoopbackServer
from outreach.web.sandbox import Faults, SandboxAccount
from outreach.web.sandbox.server import SandboxServer
from tests.channel_contract import free_port
from tests.factories import Office, add_account, add_group


@dataclass
class Line:
    """The office, its settings, and the carrier's address."""

    office: Office
    settings: Settings
    sandbox: SandboxServer
    place: str = ""
    demo: bool = False

    @property
    def store(self) -> Store:
        return self.office.store

    @property
    def vault(self) -> Vault:
        return self.office.vault


Connect = Callable[..., Line]


@pytest.fixture
def connect(store: Store, vault: Vault, tmp_path: Path) -> Iterator[Connect]:
    """`connect(faults, receipts=True)`: an office, a carrier with faults, and the pages that take its receipts."""
    with ExitStack() as open_things:

        def make(faults: Faults = Faults(), *, receipts: bool = True) -> Line:  # noqa: B008 - frozen
            sandbox = SandboxServer(tmp_path / "carrier.db", faults=faults, receipt_delay=0.02)
            open_things.enter_context(sandbox)
            office = Office(store, vault)
            account, port = SandboxAccount(), free_port()
            settings = Settings(
                data_dir=tmp_path, secret_key=new_key(), twilio_account_sid=account.sid,
                twilio_auth_token=account.token, twilio_from="+8610690001", twilio_base_url=sandbox.base_url,
                wecom_base_url=sandbox.base_url, dingtalk_base_url=sandbox.base_url,
                feishu_base_url=sandbox.base_url, send_timeout=1.0, reconcile_after=0.2,
                public_url=f"http://127.0.0.1:{port}",
            )  # fmt: skip
            line = Line(office, settings, sandbox)
            if receipts:
                web = LoopbackServer(create_app(line), port=port)
                open_things.enter_context(web)
            with store.begin() as connection:
                mine = Account.id == office.account
                connection.execute(update(Account).where(mine).values(provider="twilio"))
                robot = add_account(connection, "group", provider="wecom")
                add_group(connection, vault, robot, "robot-1234")
            return line

        yield make
