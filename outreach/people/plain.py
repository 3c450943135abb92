"""Text without what nobody sees: invisible characters, hard spaces, full-width forms. Pure."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = dict.fromkeys(map(ord, "'`\"’‘"))
_NEVER_SEEN = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_JOINERS = "\u200c\u200d"
_HIDDEN = re.compile(f"[{_NEVER_SEEN}{_JOINERS}]")
_WITHOUT_JOINERS = re.compile(f"[{_NEVER_SEEN}]")
_ANY_SPACE = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
_SPACES = re.compile(f"[{_ANY_SPACE}]")
_ODD = re.compile(f"[{_NEVER_SEEN}{_JOINERS}{_ANY_SPACE}]")
_JOINING = re.compile("[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff\u0f00-\u0fff\u1800-\u18af]")


def plain(text: str) -> str:
    """A number as it is compared: upper case, half width, without white space, quotes and invisible characters."""
    if text.isascii() and text.isalnum():
        return text.upper()
    seen = _HIDDEN.sub("", unicodedata.normalize("NFKC", text))
    return "".join(seen.translate(_QUOTES).upper().split())


def tidy(text: str) -> str:
    """A cell without invisible characters, and without spaces of any kind around it.

    In scripts that need joiners (Uyghur, Tibetan, Mongolian) these stay.
    """
    if text.isascii() or not _ODD.search(text):
        return text.strip()
    if _JOINING.search(text):
        return _WITHOUT_JOINERS.sub("", text).strip()
    return _SPACES.sub(" ", _HIDDEN.sub("", text)).strip()
