"""One e-mail handed to the office's mail server, with one truthful outcome. The standard library's client, always TLS.

Until the server has been asked to take the text it certainly has not; what breaks after that is unknown.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Literal
from urllib.parse import unquote, urlsplit

from outreach import clock
from outreach.settings import Settings, is_loopback

_OK = 250


@dataclass(frozen=True)
class Mail:
    """A text for one mailbox."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Handed:
    """sent, failed (certainly not taken), or unknown; error: the last part of a code `alerts.error.…`."""

    state: Literal["sent", "failed", "unknown"]
    error: str = ""


def hand_over(settings: Settings, mail: Mail, *, trust: ssl.SSLContext | None = None) -> Handed:
    """Hand a mail over. trust: whose certificates count, the machine's when not given."""
    if not settings.smtp_url:
        return Handed("failed", "smtp_not_set")
    try:
        server = _connect(settings, trust or ssl.create_default_context())
    except ssl.SSLError:
        return Handed("failed", "smtp_tls")
    except smtplib.SMTPNotSupportedError:
        return Handed("failed", "smtp_tls")
    except smtplib.SMTPAuthenticationError:
        return Handed("failed", "smtp_login")
    except (OSError, smtplib.SMTPException):
        return Handed("failed", "smtp_connect")
    try:
        return _give(server, settings.mail_from, mail)
    finally:
        _leave(server)


def _connect(settings: Settings, trust: ssl.SSLContext) -> smtplib.SMTP:
    """A session in which we are known. Without TLS only to this machine itself, where nobody listens on the way."""
    parts = urlsplit(settings.smtp_url)
    host, patience = parts.hostname or "", settings.send_timeout
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=patience, context=trust)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=patience)
    try:
        server.ehlo()
        bare = is_loopback(settings.smtp_url) and not server.has_extn("starttls")
        if parts.scheme == "smtp" and not bare:
            server.starttls(context=trust)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _give(server: smtplib.SMTP, sender: str, mail: Mail) -> Handed:
    try:
        if server.mail(sender)[0] != _OK:
            return Handed("failed", "smtp_sender")
        if server.rcpt(mail.to)[0] not in (_OK, 251):
            return Handed("failed", "smtp_recipient")
    except (OSError, smtplib.SMTPException, UnicodeError):
        return Handed("failed", "smtp_refused")
    try:
        code, _ = server.data(_message(sender, mail).as_bytes(policy=SMTP))
    except smtplib.SMTPDataError:  # it did not want to hear the text at all
        return Handed("failed", "smtp_refused")
    except (OSError, smtplib.SMTPException):
        return Handed("unknown", "lost")
    return Handed("sent") if code == _OK else Handed("failed", "smtp_refused")


def _message(sender: str, mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note comes back
    message.set_content(mail.text, cte="base64")
    return message


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
