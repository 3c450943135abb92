"""Keys, encryption at rest, and keyed hashes. Nothing else in the house holds a secret.

Values are encrypted with AES-SIV (RFC 5297): it needs no nonce, so equal texts give equal values,
which lets a re-import see that nothing changed, and a copied value cannot be read as another field
(the field's name is authenticated with it). Keyed hashes are HMAC-SHA-256 cut to 16 bytes: they
find a person again by ID, phone or name without the register ever holding the ID number.

Ciphers and the keyed state of each hash are made once for each vault: an import seals millions of values.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from outreach.errors import Misconfigured

_KEY_BYTES = 64
_BLOCK = 64  # bytes of a block of SHA-256


def new_key() -> str:
    """A fresh random key, URL-safe base64, as keys.env holds it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _decode_key(name: str, text: str, at_least: int) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text)
    except ValueError as error:
        raise Misconfigured("settings.key_unreadable", name=name) from error
    if len(key) < at_least:
        raise Misconfigured("settings.key_short", name=name, bytes=len(key), at_least=at_least)
    return key


def parse_encryption_keys(text: str) -> dict[str, bytes]:
    """`id:key,id:key` → id → key; the first one encrypts, all decrypt."""
    keys: dict[str, bytes] = {}
    for entry in text.split(","):
        key_id, _, key = entry.strip().partition(":")
        if not key_id or not key or key_id in keys:
            raise Misconfigured("settings.encryption_keys_form")
        keys[key_id] = _decode_key("ENCRYPTION_KEYS", key, _KEY_BYTES)[:_KEY_BYTES]
    return keys


@dataclass(frozen=True)
class Vault:
    """Encrypts, decrypts and hashes for one installation."""

    identity_key: bytes = field(repr=False)
    encryption_keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_settings(cls, identity_key: str, encryption_keys: str) -> Vault:
        """Build from the two settings; a missing or short key is Misconfigured."""
        if not identity_key or not encryption_keys:
            raise Misconfigured("settings.keys_missing")
        return cls(
            _decode_key("IDENTITY_KEY", identity_key, 32), parse_encryption_keys(encryption_keys)
        )

    def __reduce__(self) -> tuple[type[Vault], tuple[bytes, dict[str, bytes]]]:
        """Only the keys travel to another process; what is made of them stays here."""
        return (Vault, (self.identity_key, dict(self.encryption_keys)))

    @cached_property
    def _ciphers(self) -> dict[str, AESSIV]:
        return {key_id: AESSIV(key) for key_id, key in self.encryption_keys.items()}

    @cached_property
    def _newest(self) -> tuple[str, AESSIV]:
        key_id = next(iter(self.encryption_keys))
        return f"{key_id}.", self._ciphers[key_id]

    @cached_property
    def _hashes(self) -> dict[str, hashlib._Hash]:
        return {}

    @cached_property
    def _outer(self) -> hashlib._Hash:
        return hashlib.sha256(self._padded(0x5C))

    def _padded(self, mark: int) -> bytes:
        key = self.identity_key
        if len(key) > _BLOCK:
            key = hashlib.sha256(key).digest()
        return bytes(byte ^ mark for byte in key.ljust(_BLOCK, b"\0"))

    def encrypt(self, field: str, text: str) -> str:
        """`text` as `keyid.base64`; '' stays '' so that an absent value is seen without a key."""
        if not text:
            return ""
        prefix, cipher = self._newest
        sealed = cipher.encrypt(text.encode(), [field.encode()])
        return prefix + base64.urlsafe_b64encode(sealed).decode()

    def decrypt(self, field: str, value: str) -> str:
        """The text behind `encrypt`; a value of another field or key is Misconfigured."""
        if not value:
            return ""
        key_id, _, sealed = value.partition(".")
        try:
            cipher = self._ciphers[key_id]
            return cipher.decrypt(base64.urlsafe_b64decode(sealed), [field.encode()]).decode()
        except (KeyError, ValueError, InvalidTag) as error:
            known = key_id if sealed else ""  # without a key's name it may be a text in clear
            raise Misconfigured("vault.cannot_decrypt", field=field, key=known) from error

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """16 bytes by which equal texts of one purpose are found again: HMAC-SHA-256, cut.

        The state that has taken in the key and the purpose is copied for each text (RFC 2104, section 4).
        """
        begun = self._hashes.get(purpose)
        if begun is None:
            begun = hashlib.sha256(self._padded(0x36) + f"{purpose}\x1f".encode())
            self._hashes[purpose] = begun
        inner, outer = begun.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.digest()[:16]

    def token(self, purpose: str, text: str) -> str:
        """A short unguessable mark for an address (callback path, QR): 16 URL-safe characters."""
        return base64.urlsafe_b64encode(self.keyed_hash(f"token:{purpose}", text)[:12]).decode()

    def token_matches(self, purpose: str, text: str, token: str) -> bool:
        """Whether `token` was made here, compared in constant time."""
        return hmac.compare_digest(self.token(purpose, text), token)
