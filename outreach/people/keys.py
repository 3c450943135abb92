"""The four keyed hashes by which a person is found again. They can only be made while the plain text is at hand."""

from __future__ import annotations

from outreach.vault import Vault


def id_key(vault: Vault, number: str) -> bytes:
    """For the number of an identity card or another document, upper case without spaces."""
    return vault.keyed_hash("id", number)


def phone_key(vault: Vault, phone: str) -> bytes:
    """For a phone number as `parse_mobile` or `parse_landline` gives it."""
    return vault.keyed_hash("phone", phone)


def name_key(vault: Vault, name: str) -> bytes:
    """For a full name."""
    return vault.keyed_hash("name", name)


def masked_key(vault: Vault, first6: str, last4: str, name: str) -> bytes:
    """For lists in which other offices have masked the middle of the identity number."""
    return vault.keyed_hash("masked", f"{first6}|{last4}|{name}")


def unnumbered_key(vault: Vault, *parts: str) -> bytes:
    """In the place of `id_key` for a person of whom no document is known: name, birth date, phone or home."""
    return vault.keyed_hash("unnumbered", "|".join(parts))


def household_key(vault: Vault, kind: str, *parts: str) -> bytes:
    """For a household by its number and place, by its head's document, or by its address and place."""
    return vault.keyed_hash("household", "|".join((kind, *parts)))
