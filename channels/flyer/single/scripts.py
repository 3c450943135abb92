"""The second script of a bilingual sheet: which fonts of this machine print it, and whether they can.

The Han family comes with the program and has Latin and Korean; other scripts use fonts that the machine has.
Where none is found the sheet is refused and the error names what to install: a page of empty boxes helps nobody.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from channels.flyer import fonts
from channels.flyer.errors import FlyerError

_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}


@dataclass(frozen=True)
class Face:
    """A family and its files: regular, then bold where there is one."""

    family: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A way of writing. `faces`: best first; none where the program's own family prints it.

    `packages`: what to install where no face is found, on Debian, Ubuntu, UOS or Kylin, and on Windows.
    """

    code: str
    name: str
    rtl: bool = False
    vertical: bool = False
    family: str = fonts.FAMILY
    faces: tuple[Face, ...] = ()
    packages: str = ""


_SCRIPTS = {
    one.code: one
    for one in (
        Script("Latn", "拉丁字母"),
        Script("Kore", "朝鲜文", family="Noto Sans CJK KR"),
        Script(
            "Arab",
            "维吾尔文、哈萨克文",
            rtl=True,
            faces=(
                Face("UKIJ Tuz", ("UKIJTuz.ttf", "UKIJTuzBold.ttf")),
                Face(
                    "Noto Naskh Arabic", ("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf")
                ),
                Face("Microsoft Uighur", ("MSUIGHUR.TTF", "MSUIGHUB.TTF")),
            ),
            packages="fonts-ukij-uyghur（Windows：可选功能“阿拉伯文脚本补充字体”）",
        ),
        Script(
            "Tibt",
            "藏文",
            faces=(
                Face(
                    "Noto Serif Tibetan",
                    ("NotoSerifTibetan-Regular.ttf", "NotoSerifTibetan-Bold.ttf"),
                ),
                Face("Microsoft Himalaya", ("himalaya.ttf",)),
            ),
            packages="fonts-noto-core（Windows：Microsoft Himalaya）",
        ),
        Script(
            "Yiii",
            "彝文",
            faces=(
                Face("Noto Sans Yi", ("NotoSansYi-Regular.ttf",)),
                Face("Nuosu SIL", ("NuosuSIL-Regular.ttf",)),
                Face("Microsoft Yi Baiti", ("msyi.ttf",)),
            ),
            packages="fonts-noto-core 或 fonts-sil-nuosusil（Windows：Microsoft Yi Baiti）",
        ),
        Script("Mong", "传统蒙古文", vertical=True),
    )
}
_WRITTEN_IN = {
    "bo": "Tibt", "ug": "Arab", "ii": "Yiii", "za": "Latn", "ko": "Kore", "kk": "Arab", "ky": "Arab", "mn": "Mong",
}  # fmt: skip


@dataclass(frozen=True)
class Typeface:
    """What a sheet needs to know: script, family and the files that hold it."""

    script: Script
    family: str
    files: tuple[Path, ...]

    def missing(self, text: str) -> tuple[str, ...]:
        """The characters of `text` that neither this face nor the Han family can print, each once, in order."""
        known = _coverage(self.files) | fonts.coverage()
        lost = dict.fromkeys(
            character
            for character in text
            if ord(character) not in known and unicodedata.category(character) not in _UNSEEN
        )
        return tuple(lost)


def script_of(language: str) -> Script:
    """The script of a language tag (ug, kk-Arab, bo-CN); FlyerError `flyer.script_unknown` when none is known."""
    head, *rest = language.split("-")
    written = next((part.title() for part in rest if len(part) == 4), _WRITTEN_IN.get(head, ""))
    script = _SCRIPTS.get(written)
    if script is None:
        raise FlyerError("flyer.script_unknown", language=language)
    return script


def typeface(language: str) -> Typeface:
    """The face that prints a language here.

    FlyerError `flyer.script_vertical` for Mongolian script, whose lines run downwards and which these sheets
    cannot set; `flyer.script_font` when no font is on this machine.
    """
    script = script_of(language)
    if script.vertical:
        raise FlyerError("flyer.script_vertical", script=script.name)
    if not script.faces:
        return Typeface(script, script.family, ())
    for face in script.faces:
        found = [path for name in face.files if (path := _installed().get(name.lower()))]
        if found:
            return Typeface(script, face.family, tuple(found))
    raise FlyerError(
        "flyer.script_font", language=language, script=script.name, packages=script.packages
    )


def absent(languages: Iterable[str]) -> list[FlyerError]:
    """What stands in the way of printing these languages on this machine."""
    found = []
    for language in sorted(set(languages)):
        try:
            typeface(language)
        except FlyerError as error:
            found.append(error)
    return found


def _folders() -> list[Path]:
    """Where this system keeps fonts."""
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home))
        return [
            Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
            Path(local) / "Microsoft/Windows/Fonts",
        ]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    return [
        Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts",
    ]  # fmt: skip


@cache
def _installed() -> dict[str, Path]:
    """File name in small letters → font file, the first folder's first."""
    found: dict[str, Path] = {}
    for folder in _folders():
        for place, _, names in os.walk(folder):
            for name in names:
                found.setdefault(name.lower(), Path(place) / name)
    return found


@cache
def _coverage(files: tuple[Path, ...]) -> frozenset[int]:
    """Code points that every one of the files can print."""
    maps = []
    for file in files:
        with TTFont(str(file), lazy=True) as font:
            maps.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*maps) if maps else frozenset()


def missing(text: str, language: str) -> tuple[str, ...]:
    """The characters of a text that no sheet in its language can show, each once, in order.

    Nothing is said of a language whose font is not on this machine or whose script cannot be set: see `typeface`.
    """
    try:
        face = typeface(language)
    except FlyerError as error:
        return fonts.missing(text) if error.code == "flyer.script_unknown" else ()
    return face.missing(text)
