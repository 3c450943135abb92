"""From a Vega-Lite specification to SVG that may stand in a page with a strict Content-Security-Policy.

No script runs in the browser; the same specification gives the same bytes. Text is measured with the fonts that the
sheets are set in, so that a machine without Chinese fonts leaves the same room for the words.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from threading import Lock
from typing import Any

_LOCK = (
    Lock()
)  # one drawing at a time: the engine below has one thread, and waiting outside it is cheaper
_KEPT = 256
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]+)"[^>]*>')
_UNUSED = re.compile(
    r' (?:class|pointer-events|aria-roledescription|role|aria-label|aria-hidden)="[^"]*"'
)
FONT = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
)


def draw(spec: dict[str, Any], title: str, description: str) -> str:
    """The chart as an SVG element with title and description for readers that do not see it.

    It has no style attribute, no script and no address of anything outside. It scales down to the width around it.
    """
    return _drawn(json.dumps(spec, ensure_ascii=False, sort_keys=True), title, description)


@lru_cache(maxsize=_KEPT)
def _drawn(spec: str, title: str, description: str) -> str:
    with _LOCK:
        svg = str(_engine().vegalite_to_svg(json.loads(spec)))
    head = _SIZE.search(svg)
    if head is None:
        raise RuntimeError("the drawing engine gave no SVG with a size")
    width, height, box = head.groups()
    body = _UNUSED.sub("", svg[head.end() :])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width}" height="{height}" viewBox="{box}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}"
    )


@cache
def _engine() -> Any:
    """The engine with our fonts; loaded when the first chart is drawn, because it costs 60 MB."""
    import manimgx_fonts_cjk
    import vl_convert

    vl_convert.register_font_directory(str(Path(manimgx_fonts_cjk.__file__).parent))
    return vl_convert
