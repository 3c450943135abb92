"""A mail server on loopback, as far as alerts need one: EHLO, STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA, and faults on purpose."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server on 127.0.0.1 shows, and who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)  # noqa: TID251 - the machine's time, as TLS reads it
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public = folder / "smtp.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = folder / "smtp.key"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(public, secret)
    return shows, ssl.create_default_context(cafile=str(public))


@dataclass
class SmtpServer:
    """Runs in a thread until the block ends. answers: verb → what it answers instead of 250 (DATA_END: after the text);
    `drop` as an answer cuts the connection."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    login: tuple[str, str] | None = None
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> SmtpServer:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def mails(self) -> list[EmailMessage]:
        """What was taken, as mails."""
        return [message_from_bytes(one, policy=default) for one in self.taken]

    async def _open(self) -> None:
        context = self.tls if self.implicit else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(task)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = self.implicit
        writer.write(b"220 loopback\r\n")
        while line := await reader.readline():
            verb = line.split()[0].decode().upper() if line.split() else ""
            self.verbs.append(verb)
            answer = self.answers.get(verb) or self._usual(verb, line, secure=secure)
            if answer == "drop":
                return
            writer.write(answer.encode() + b"\r\n")
            await writer.drain()
            if verb == "STARTTLS" and answer.startswith("220"):
                assert self.tls is not None
                await writer.start_tls(self.tls)
                secure = True
            if verb == "DATA" and answer.startswith("354") and not await self._text(reader, writer):
                return
            if verb == "QUIT":
                return

    def _usual(self, verb: str, line: bytes, *, secure: bool) -> str:
        if verb == "EHLO":
            offers = ["STARTTLS"] if self.tls and not secure else []
            offers += ["AUTH PLAIN"] if self.login else []
            return "\r\n".join([*(f"250-{one}" for one in ("loopback", *offers)), "250 8BITMIME"])
        if verb == "AUTH":
            given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
            return "235 yes" if tuple(given) == self.login else "535 no"
        return {"STARTTLS": "220 go", "DATA": "354 go", "QUIT": "221 bye"}.get(verb, "250 ok")

    async def _text(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        text = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
        answer = self.answers.get("DATA_END", "250 taken")
        if answer.startswith("250") or answer == "drop":
            self.taken.append(text)
        if answer == "drop":
            return False
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return True
