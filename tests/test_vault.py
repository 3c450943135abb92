"""Secrets: what is encrypted opens only as what it was, with keys that are still there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Misconfigured
from outreach.vault import Vault, new_key, parse_encryption_keys

IDENTITY = new_key()
ONE, TWO = new_key(), new_key()


def opened(*keys: str, identity: str = IDENTITY) -> Vault:
    return Vault.from_settings(identity, ",".join(keys))


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(["name", "phone", "body"])
)
def test_what_goes_in_comes_out_and_shows_nothing(text: str, field: str) -> None:
    vault = opened(f"k1:{ONE}")
    sealed = vault.encrypt(field, text)
    assert vault.decrypt(field, sealed) == text
    assert sealed == vault.encrypt(field, text)  # a re-import sees that nothing changed
    assert (sealed == "") == (text == "")
    if len(text) > 3:
        assert text not in sealed


def test_a_value_is_bound_to_its_field() -> None:
    vault = opened(f"k1:{ONE}")
    with pytest.raises(Misconfigured, match="cannot_decrypt"):
        vault.decrypt("phone", vault.encrypt("name", "张三"))


def test_keys_are_changed_by_putting_the_new_one_first() -> None:
    before, both, after = opened(f"k1:{ONE}"), opened(f"k2:{TWO}", f"k1:{ONE}"), opened(f"k2:{TWO}")
    old, new = before.encrypt("name", "张三"), both.encrypt("name", "张三")
    assert (old.split(".")[0], new.split(".")[0]) == ("k1", "k2")
    assert both.decrypt("name", old) == both.decrypt("name", new) == "张三"
    assert after.decrypt("name", new) == "张三"
    with pytest.raises(Misconfigured) as caught:
        after.decrypt("name", old)
    assert caught.value.params == {"field": "name", "key": "k1"}


@pytest.mark.parametrize(
    "value",
    ["k1.", "k1.AAAA", "k1.%%%", "k1.中文", "k9.AAAA", "13800000000", "k1.A"],
    ids=[
        "nothing",
        "too short",
        "no base64",
        "no ASCII",
        "another key",
        "a number in clear",
        "half a letter",
    ],
)
def test_a_value_that_is_none_is_said_without_showing_it(value: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        opened(f"k1:{ONE}").decrypt("phone", value)
    assert caught.value.code == "vault.cannot_decrypt"
    assert "13800000000" not in str(caught.value)


def test_the_wrong_key_under_the_right_name_opens_nothing() -> None:
    sealed = opened(f"k1:{ONE}").encrypt("name", "张三")
    with pytest.raises(Misconfigured, match="cannot_decrypt"):
        opened(f"k1:{TWO}").decrypt("name", sealed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "settings.encryption_keys_form"),
        (ONE, "settings.encryption_keys_form"),
        (f":{ONE}", "settings.encryption_keys_form"),
        (f"k1:{ONE},", "settings.encryption_keys_form"),
        (f"k1:{ONE},k1:{TWO}", "settings.encryption_keys_form"),
        ("k1:AAAA", "settings.key_short"),
        ("k1:AAA", "settings.key_unreadable"),
        ("k1:钥匙", "settings.key_unreadable"),
    ],
    ids=[
        "nothing",
        "no name",
        "an empty name",
        "a comma too many",
        "a name twice",
        "too short",
        "cut off",
        "words",
    ],
)
def test_keys_that_cannot_be_used(text: str, code: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_encryption_keys(text)
    assert caught.value.code == code
    assert ONE not in str(caught.value)


def test_missing_keys_are_said() -> None:
    for identity, keys in ((IDENTITY, ""), ("", f"k1:{ONE}"), ("", "")):
        with pytest.raises(Misconfigured, match="keys_missing"):
            Vault.from_settings(identity, keys)


def test_hashes_depend_on_key_purpose_and_text_and_nothing_else() -> None:
    vault, other = opened(f"k1:{ONE}"), opened(f"k1:{ONE}", identity=new_key())
    hashes = [
        of.keyed_hash(purpose, text)
        for of, purpose, text in itertools.product((vault, other), ("id", "phone"), ("1", "2"))
    ]
    assert len(set(hashes)) == 8
    assert {len(one) for one in hashes} == {16}
    assert vault.keyed_hash("id", "1") == opened(f"k2:{TWO}").keyed_hash("id", "1")
    assert vault.keyed_hash("a", "b\x1fc") != vault.keyed_hash("a\x1fb\x1f", "c")


def test_a_token_is_only_good_for_what_it_was_made_for() -> None:
    vault = opened(f"k1:{ONE}")
    token = vault.token("receipt", "17.1")
    assert len(token) == 16
    assert base64.urlsafe_b64decode(token)
    assert vault.token_matches("receipt", "17.1", token)
    for purpose, text, given_ in (
        ("receipt", "17.2", token), ("qr", "17.1", token), ("receipt", "17.1", ""), ("receipt", "17.1", token[:-1]),
        ("receipt", "17.1", token + "A"),
    ):  # fmt: skip
        assert not vault.token_matches(purpose, text, given_)


def test_a_vault_shows_no_key_when_it_is_printed() -> None:
    vault = opened(f"k1:{ONE}")
    assert str(vault.identity_key) not in repr(vault)
    assert repr(vault) == "Vault()"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=80), st.binary(min_size=32, max_size=100))
def test_a_keyed_hash_is_the_hmac_of_purpose_and_text(text: str, key: bytes) -> None:
    vault = Vault(key, {"k1": bytes(64)})
    expected = hmac.new(key, f"id\x1f{text}".encode(), hashlib.sha256).digest()[:16]
    for _ in range(2):  # the second one begins from the remembered state
        assert vault.keyed_hash("id", text) == expected
    assert vault.keyed_hash("phone", text) != expected


def test_only_the_keys_travel_to_another_process() -> None:
    vault = opened(f"k1:{ONE}", f"k2:{TWO}")
    sealed, hashed = vault.encrypt("name", "张三"), vault.keyed_hash("id", "1")
    arrived = pickle.loads(pickle.dumps(vault))  # noqa: S301 - our own
    assert arrived == vault
    assert arrived.decrypt("name", sealed) == "张三"
    assert (arrived.encrypt("name", "张三"), arrived.keyed_hash("id", "1")) == (sealed, hashed)
