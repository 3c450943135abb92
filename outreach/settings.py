"""Settings: environment variables with the prefix OUTREACH_, then DATA_DIR/.env and DATA_DIR/keys.env.

They are read once, in bootstrap, and passed down; nothing below imports a value from here.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from outreach.errors import Misconfigured
from outreach.vault import Vault, new_key

TWILIO_API = "https://api.twilio.com"
WECOM_API = "https://qyapi.weixin.qq.com"
DINGTALK_API = "https://oapi.dingtalk.com"
FEISHU_API = "https://open.feishu.cn"


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name, whatever it begins with
        return False


class Settings(BaseSettings):
    """One installation. Field names are the setting names without the prefix, in lower case.

    Secrets (and the database's address, which may hold a password) do not show when the object is printed.
    """

    model_config = SettingsConfigDict(env_prefix="OUTREACH_", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = Field("", repr=False)
    region: str = ""
    secret_key: str = Field("", repr=False)
    identity_key: str = Field("", repr=False)
    encryption_keys: str = Field("", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    time_zone: str = "Asia/Shanghai"
    reconcile_after: float | None = Field(None, ge=0)
    send_timeout: float = Field(15.0, gt=0)
    lease: float = Field(60.0, gt=0)
    """Seconds for which a sender holds work that it has claimed, without news (PostgreSQL with several senders)."""
    twilio_account_sid: str = ""
    twilio_auth_token: str = Field("", repr=False)
    twilio_from: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_base_url: str = TWILIO_API
    wecom_base_url: str = WECOM_API
    dingtalk_base_url: str = DINGTALK_API
    feishu_base_url: str = FEISHU_API
    cli_may_act: bool = False
    engine: str = ""
    """embedded: this process sends. distributed: several processes on one PostgreSQL wake each other. '' = by database."""

    smtp_url: str = Field("", repr=False)
    """The mail server for alerts: smtp://user:password@host:587 (STARTTLS) or smtps://…:465. '' = no e-mail."""

    mail_from: str = ""
    """The sender of alerts by e-mail."""

    content_dir: Path | None = None
    """The site's own texts and sheets, laid out like `templates/`; what lies there hides what is shipped."""

    @field_validator("content_dir", mode="before")
    @classmethod
    def _known_folder(cls, value: object) -> object:
        """A folder that is not there stops the start: the shipped texts would go out instead of the site's own."""
        if value is None or not str(value).strip():
            return None
        if not Path(str(value)).is_dir():
            raise Misconfigured("settings.content_dir", place=str(value))
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_server(cls, value: str) -> str:
        """A mail server that cannot be meant stops the start; what is said of it holds no password."""
        if not value:
            return value
        try:
            parts = urlsplit(value)
            wrong = next(
                name
                for name, bad in (
                    ("scheme", parts.scheme not in ("smtp", "smtps")),
                    ("host", not parts.hostname),
                    ("port", parts.port == 0),
                    ("path", bool(parts.path.strip("/") or parts.query or parts.fragment)),
                    ("password", bool(parts.username) != bool(parts.password)),
                    ("", True),
                )
                if bad
            )
        except ValueError:
            wrong = "port"
        if wrong:
            raise Misconfigured("settings.smtp_url", reason=wrong)
        return value

    @model_validator(mode="after")
    def _known_sender(self) -> Settings:
        """Whoever sets a mail server says from whom."""
        name, _, host = self.mail_from.partition("@")
        whole = bool(name and host) and not any(one.isspace() for one in self.mail_from)
        if (self.smtp_url or self.mail_from) and not whole:
            raise Misconfigured("settings.mail_from")
        return self

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        """A mistyped engine stops the start: else one machine would take itself for all."""
        if value not in ("", "embedded", "distributed"):
            raise Misconfigured("engine.unknown", value=value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        """A wrong zone stops the start, not the first page that shows a time."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise Misconfigured("settings.time_zone", value=value) from error
        return value

    @property
    def url(self) -> str:
        """The SQLAlchemy URL: the one given, else SQLite in DATA_DIR."""
        given = self.database_url or f"sqlite:///{self.data_dir / 'outreach.db'}"
        return given.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return ZoneInfo(self.time_zone)

    def reconcile_seconds(self, base_url: str) -> float:
        """How long after an attempt's deadline an unknown attempt is looked up at the carrier."""
        if self.reconcile_after is not None:
            return self.reconcile_after
        return self.send_timeout + 2 if is_loopback(base_url) else 300.0

    def vault(self) -> Vault:
        """The keys; Misconfigured when `outreach migrate` has not written them yet."""
        return Vault.from_settings(self.identity_key, self.encryption_keys)


def load(data_dir: Path | None = None, **overrides: object) -> Settings:
    """Read the settings for `data_dir` (argument, else OUTREACH_DATA_DIR, else ./data)."""
    folder = data_dir or Path(os.environ.get("OUTREACH_DATA_DIR", "data"))
    files = (folder / "keys.env", folder / ".env")
    try:
        return Settings(_env_file=files, data_dir=folder, **overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Misconfigured("settings.invalid", name=name, reason=first["msg"]) from error


def write_missing_keys(settings: Settings) -> list[str]:
    """Append the keys that are not set anywhere to DATA_DIR/keys.env (0600); return their names."""
    fresh = {
        "SECRET_KEY": settings.secret_key or new_key(),
        "IDENTITY_KEY": settings.identity_key or new_key(),
        "ENCRYPTION_KEYS": settings.encryption_keys or f"k1:{new_key()}",
    }
    missing = [name for name in fresh if not getattr(settings, name.lower())]
    if not missing:
        return []
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "keys.env"
    unfinished = path.exists() and path.read_text("utf-8")[-1:] not in ("", "\n")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write("\n" if unfinished else "")  # a last line that an editor left open
        file.writelines(f"OUTREACH_{name}={fresh[name]}\n" for name in missing)
        file.flush()
        os.fsync(file.fileno())
    return missing
