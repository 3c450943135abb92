"""The number of a sheet: campaign–grid–sequence with a check character, e.g. 41-07-017-X.

It is printed on the sheet, on the receipt strip and on the visit list (there it is the pack number),
read aloud on the telephone and typed in by hand. Check character: ISO/IEC 7064:2003 MOD 11-2 (0–9 or
X), the system of the Chinese ID card, over the three numbers padded to 6, 4 and 6 digits, so that
every wrong digit, every swap of neighbours and a moved hyphen are found.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from channels.flyer.errors import FlyerError

WIDTHS = (6, 4, 6)
_FORM = re.compile(r"(\d{1,6})-(\d{1,4})-(\d{1,6})-([\dX])")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u4e00]")


@dataclass(frozen=True, order=True, slots=True)
class Serial:
    """Three numbers; FlyerError `flyer.serial_range` when one is negative or too long to print."""

    campaign: int
    grid: int
    sequence: int

    def __post_init__(self) -> None:
        for number, width in zip(self._numbers, WIDTHS, strict=True):
            if not 0 <= number < 10**width:
                raise FlyerError("flyer.serial_range", number=number, digits=width)

    @property
    def _numbers(self) -> tuple[int, int, int]:
        return self.campaign, self.grid, self.sequence

    @property
    def check(self) -> str:
        """The check character, 0–9 or X."""
        digits = "".join(f"{n:0{width}d}" for n, width in zip(self._numbers, WIDTHS, strict=True))
        return check_character(digits)

    def __str__(self) -> str:
        return f"{self.campaign}-{self.grid:02d}-{self.sequence:03d}-{self.check}"


def check_character(digits: str) -> str:
    """ISO 7064 MOD 11-2: the character that makes Σ aᵢ·2^(n−i) ≡ 1 (mod 11)."""
    remainder = 0
    for digit in digits:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def parse(text: str) -> Serial:
    """Read a typed or scanned serial; full-width digits, any dash, spaces and "R:" before it are fine.

    FlyerError `flyer.serial_form` or `flyer.serial_check`.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())
    found = _FORM.fullmatch(re.sub(r"\s+", "", plain).removeprefix("R:"))
    if found is None:
        raise FlyerError("flyer.serial_form", text=text)
    serial = Serial(*(int(number) for number in found.groups()[:3]))
    if serial.check != found[4]:
        raise FlyerError("flyer.serial_check", text=text)
    return serial


def verify(text: str) -> bool:
    """Whether `text` is a serial with the right check character."""
    try:
        parse(text)
    except FlyerError:
        return False
    return True
