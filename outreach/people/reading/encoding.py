"""In which encoding an office saved a text file, and why we think so. One pass over its bytes, in constant memory.

Nothing is ever replaced: bytes that do not fit are an error that names line and byte.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from outreach.errors import Invalid
from outreach.people.reading.plausible import plausibility

Opener = Callable[[], BinaryIO]
"""Opens the same bytes anew, from the first."""

CODECS = {
    "UTF-8": "utf-8-sig",
    "GB18030": "gb18030",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "Big5": "big5hkscs",
}
"""What may be chosen → the decoder."""

_ALIASES = {
    **{name.lower().replace("-", ""): name for name in CODECS},
    **dict.fromkeys(("utf8bom", "utf8sig"), "UTF-8"),
    **dict.fromkeys(("gbk", "gb2312", "ansi", "cp936"), "GB18030"),
    **dict.fromkeys(("utf16", "unicode"), "UTF-16LE"),
    **dict.fromkeys(("big5hkscs", "cp950"), "Big5"),
}
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "UTF-16BE"),
    (b"\x84\x31\x95\x33", "GB18030"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 17  # bytes that decide
_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\v\f\r")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_BETWEEN = re.compile(r"[,\t;|\r\n]")  # something that no table is without
_NEAR = 0.12  # closer than this share of usual characters, nobody can tell
_BINARY = 0.01  # a file of which this share are control bytes is no text,
_FEW = 3  # unless they are so few


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file: its name, the code of the reason, and a `rival` that fits nearly as well ('' = none).

    Reasons: people.encoding_chosen, _bom, _utf8, _zeros, _words, _doubtful.
    """

    name: str
    reason: str
    rival: str = ""

    @property
    def codec(self) -> str:
        """Python's name of the decoder."""
        return CODECS[self.name]

    def remark(self) -> Invalid:
        """The reason with its parameters, to be put into words."""
        if self.rival:
            return Invalid("people.encoding_doubtful", encoding=self.name, rival=self.rival)
        return Invalid(self.reason, encoding=self.name)


def named(name: str) -> str:
    """The name of an encoding as we write it; Invalid (people.encoding_unknown) for one that we do not read."""
    known = _ALIASES.get(re.sub(r"[\s_\-]", "", name.strip().lower()))
    if known is None:
        raise Invalid("people.encoding_unknown", encoding=name, known="、".join(CODECS))
    return known


def detect(opened: Opener, file: str, chosen: str | None = None) -> Encoding:
    """The encoding of a text file; all its bytes are held against it.

    Raises Invalid: people.encoding_broken (line, byte) for bytes that do not fit, people.file_not_spreadsheet for
    what is no text at all, people.encoding_unknown for a `chosen` that we do not read.
    """
    with opened() as raw:
        head = raw.read(_SAMPLE)
    if chosen:
        found = Encoding(named(chosen), "people.encoding_chosen")
    else:
        found = _by_mark(head) or _by_zeros(head, file) or _by_bytes(opened, head)
    _hold_against(opened, found, file)
    return found


def _by_mark(head: bytes) -> Encoding | None:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, "people.encoding_bom")
    return None


def _by_zeros(head: bytes, file: str) -> Encoding | None:
    """Commas, digits and line ends are half zeros in UTF-16; no other encoding has any."""
    zeros = head.count(0)
    if not zeros:
        strange = len(head) - len(head.translate(None, _CONTROL_BYTES))
        if strange > max(_FEW, _BINARY * len(head)):
            raise Invalid("people.file_not_spreadsheet", file=file)
        return None
    odd = head[1::2].count(0)
    share, name = max((odd / zeros, "UTF-16LE"), (1 - odd / zeros, "UTF-16BE"))
    text = head[: len(head) // 2 * 2].decode(CODECS[name], "replace")
    strange = len(_CONTROL.findall(text)) + text.count("\ufffd")
    if share < 0.95 or strange > _BINARY * len(text) or not _BETWEEN.search(text):
        raise Invalid("people.file_not_spreadsheet", file=file)
    return Encoding(name, "people.encoding_zeros")


def _by_bytes(opened: Opener, head: bytes) -> Encoding:
    """UTF-8 when every byte fits; else whichever makes the most usual characters of the beginning."""
    if not any(True for _ in _faults(opened, "UTF-8")):
        return Encoding("UTF-8", "people.encoding_utf8")
    scores = {
        name: plausibility(head, CODECS[name], cut=len(head) == _SAMPLE)
        for name in ("GB18030", "Big5", "UTF-8")
    }
    best, second = sorted(scores, key=lambda name: -scores[name])[:2]
    rival = second if scores[best] - scores[second] < _NEAR else ""
    return Encoding(best, "people.encoding_words", rival)


def _hold_against(opened: Opener, found: Encoding, file: str) -> None:
    for byte, length in _faults(opened, found.name):
        with opened() as raw:
            before, value = raw.read(byte), raw.read(max(length, 1))
        raise Invalid(
            "people.encoding_broken",
            file=file,
            encoding=found.name,
            line=_lines(before, found) + 1,
            byte=byte + 1,
            value=value[:4].hex(" ").upper(),
        )


def _lines(before: bytes, found: Encoding) -> int:
    """How many lines end in here, however they end."""
    text = before.decode(found.codec if "16" in found.name else "latin-1", "ignore")
    return text.count("\n") or text.count("\r")


def _faults(opened: Opener, name: str) -> Iterator[tuple[int, int]]:
    """(offset, length) of the first bytes that do not fit, or of a control character; at most one."""
    decoder = codecs.getincrementaldecoder(CODECS[name])("strict")
    wide = name.startswith("UTF-16")
    done = 0
    with opened() as raw:
        while True:
            chunk = raw.read(_CHUNK)
            done += len(chunk)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                yield done - len(error.object) + error.start, error.end - error.start
                return
            at = _control(chunk, text, wide)
            if at is not None:
                yield done - len(chunk) + at, 2 if wide else 1
                return
            if not chunk:
                return


def _control(chunk: bytes, text: str, wide: bool) -> int | None:
    """Where in the chunk a control character stands that no table holds."""
    if wide:
        found = _CONTROL.search(text)
        return None if found is None else len(text[: found.start()].encode("utf-16-le"))
    if len(chunk.translate(None, _CONTROL_BYTES)) == len(chunk):
        return None
    return next(at for at, code in enumerate(chunk) if code in _CONTROL_BYTES)
