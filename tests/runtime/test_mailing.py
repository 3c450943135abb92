"""Mails over real sockets: encrypted, handed over once, and each way in which a server can fail."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from outreach.errors import Misconfigured
from outreach.runtime.mailing import Handed, Mail, hand_over
from outreach.settings import Settings
from tests.channel_contract import free_port
from tests.smtp_server import SmtpServer, certificate

MAIL = Mail(
    "zhou@example.cn", "惠民宣传提醒：2 件事要看（示范县）", "送达率低：" + "很长的一句话。" * 200
)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("smtp"))


def settings(port: int, scheme: str = "smtp", who: str = "", **more: Any) -> Settings:
    url = f"{scheme}://{who}127.0.0.1:{port}"
    return Settings(smtp_url=url, mail_from="tixing@example.cn", send_timeout=3.0, **more)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_is_taken_encrypted_and_reads_as_it_was_written(
    tls: tuple[ssl.SSLContext, ssl.SSLContext], scheme: str
) -> None:
    shows, trusts = tls
    with SmtpServer(shows, implicit=scheme == "smtps", login=("li", "geheim@1")) as server:
        found = settings(server.port, scheme, "li:geheim%401@")
        assert hand_over(found, MAIL, trust=trusts) == Handed("sent")
        [mail] = server.mails()
    assert mail["Subject"] == MAIL.subject
    assert (mail["From"], mail["To"]) == ("tixing@example.cn", MAIL.to)
    assert mail.get_content().strip() == MAIL.text
    assert mail["Message-ID"].endswith("@example.cn>")
    assert all(len(line) < 998 for line in server.taken[0].splitlines())
    if scheme == "smtp":
        assert server.verbs.index("STARTTLS") < server.verbs.index("AUTH")


def test_on_this_machine_itself_a_relay_without_tls_is_enough() -> None:
    with SmtpServer() as server:
        assert hand_over(settings(server.port), MAIL) == Handed("sent")
        assert len(server.taken) == 1


def test_a_server_whose_certificate_nobody_trusts_gets_nothing(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    for implicit, scheme in ((False, "smtp"), (True, "smtps")):
        with SmtpServer(tls[0], implicit=implicit, login=("li", "x")) as server:
            found = hand_over(settings(server.port, scheme, "li:x@"), MAIL)
            assert found == Handed("failed", "smtp_tls")
            assert (server.taken, "AUTH" in server.verbs) == ([], False)


@pytest.mark.parametrize(
    ("answers", "handed", "taken"),
    [
        pytest.param({"EHLO": "drop"}, Handed("failed", "smtp_connect"), 0, id="cut off at once"),
        pytest.param({"MAIL": "550 no"}, Handed("failed", "smtp_sender"), 0, id="not this sender"),
        pytest.param({"RCPT": "550 no"}, Handed("failed", "smtp_recipient"), 0, id="not this mailbox"),
        pytest.param({"RCPT": "drop"}, Handed("failed", "smtp_refused"), 0, id="cut off before the text"),
        pytest.param({"DATA": "452 full"}, Handed("failed", "smtp_refused"), 0, id="wants no text"),
        pytest.param({"DATA_END": "554 spam"}, Handed("failed", "smtp_refused"), 0, id="refuses what it read"),
        pytest.param({"DATA_END": "drop"}, Handed("unknown", "lost"), 1, id="cut off after the text: it may have it"),
        pytest.param({"DATA": "drop"}, Handed("unknown", "lost"), 0, id="cut off when asked to take the text"),
        pytest.param({"QUIT": "drop"}, Handed("sent"), 1, id="cut off after it said yes"),
    ],
)  # fmt: skip
def test_each_failure_is_told_apart(answers: dict[str, str], handed: Handed, taken: int) -> None:
    with SmtpServer(answers=answers) as server:
        assert hand_over(settings(server.port), MAIL) == handed
        assert len(server.taken) == taken


def test_a_wrong_password_and_nobody_there(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    shows, trusts = tls
    with SmtpServer(shows, login=("li", "right")) as server:
        found = settings(server.port, who="li:wrong@")
        assert hand_over(found, MAIL, trust=trusts) == Handed("failed", "smtp_login")
    assert hand_over(settings(free_port()), MAIL) == Handed("failed", "smtp_connect")
    assert hand_over(Settings(), MAIL) == Handed("failed", "smtp_not_set")


@pytest.mark.parametrize(
    ("values", "code", "reason"),
    [
        pytest.param({"smtp_url": "mail.example.cn:587"}, "settings.smtp_url", "scheme", id="no scheme"),
        pytest.param({"smtp_url": "http://mail.example.cn"}, "settings.smtp_url", "scheme", id="of the web"),
        pytest.param({"smtp_url": "smtp://:587"}, "settings.smtp_url", "host", id="no host"),
        pytest.param({"smtp_url": "smtp://h:70000"}, "settings.smtp_url", "port", id="no port"),
        pytest.param({"smtp_url": "smtp://li@h"}, "settings.smtp_url", "password", id="a user without a password"),
        pytest.param({"smtp_url": "smtp://h/inbox"}, "settings.smtp_url", "path", id="a path"),
        pytest.param({"smtp_url": "smtp://h", "mail_from": ""}, "settings.mail_from", None, id="no sender"),
        pytest.param({"mail_from": "nobody"}, "settings.mail_from", None, id="a sender that is none"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_and_no_password_is_said(
    values: dict[str, str], code: str, reason: str | None
) -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings(**{"mail_from": "a@example.cn", **values})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.params.get("reason")) == (code, reason)
    url = "smtps://li:geheim@mail.example.cn"
    assert "geheim" not in repr(Settings(smtp_url=url, mail_from="a@example.cn"))
