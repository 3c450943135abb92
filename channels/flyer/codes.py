"""QR codes as one SVG path each, without quiet zone: the sheets add the four modules.

zxing-cpp draws 2,800 a second; drawing modules in Typst is three times slower and takes 800 MB.
"""

from __future__ import annotations

import re
from functools import lru_cache

import zxingcpp

from channels.flyer.errors import FlyerError

MAX_MODULES = 37
"""Version 5: at 20 mm a module is 0.54 mm, which a mono laser and a cheap phone still manage."""


@lru_cache(maxsize=4096)
def _draw(text: str) -> tuple[int, str]:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg = str(code.to_svg(add_quiet_zones=False))
    modules, path = re.search(r'width="(\d+)"', svg), re.search(r'<path d="([^"]+)"', svg)
    if modules is None or path is None:
        raise FlyerError("flyer.code_undrawn", text=text)
    return int(modules[1]), path[1]


def qr_code(text: str) -> dict[str, object]:
    """`text`, `modules` (a side) and `svg`; FlyerError `flyer.code_too_long` when it would be too fine."""
    try:
        modules, path = _draw(text)
    except ValueError as error:  # longer than any QR code
        raise FlyerError("flyer.code_too_long", text=text[:80], characters=len(text)) from error
    if modules > MAX_MODULES:
        raise FlyerError("flyer.code_too_long", text=text[:80], characters=len(text))
    box = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} {modules}">'
    return {"text": text, "modules": modules, "svg": f'{box}<path d="{path}"/></svg>'}
