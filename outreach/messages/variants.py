"""The texts that lie in files, and the catalogue beside them.

A text lies at templates/<channel>/<language>/<policy>.j2; one of another form than the channel's own, or one that
speaks to a person, says so in its name: <policy>.rhyme.j2, <policy>.personal.j2, <policy>.correction.personal.j2.

A file is a front matter (TOML between two lines of +++) and the text under it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from outreach import content
from outreach.errors import Invalid
from outreach.messages import languages
from outreach.messages.schemas import Place
from outreach.messages.syntax import unseen
from outreach.models.messages import BUNDLE

CHANNELS = ("sms", "group", "broadcast", "visit", "call", "flyer")

_MARK = "+++"
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029]")
_REF = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_KEYS: dict[str, type] = {
    "form": str, "title": str, "announce": str, "needs_review": bool, "reviewed_by": str, "follow_up": bool, "notes": str,
}  # fmt: skip
_REQUIRED = ("form", "title", "announce")


@dataclass(frozen=True)
class VariantFile:
    """One text as it lies in a file. `first_line` is where `source` begins in the file, from 1."""

    channel: str
    language: str
    policy: str
    form: str
    title: str
    source: str
    announce: Literal["general", "personal"] = "general"
    needs_review: bool = False
    reviewed_by: str = ""
    follow_up: bool = False
    notes: str = ""
    first_line: int = 1

    @property
    def place(self) -> Place:
        """Where it stands among the texts."""
        return Place(self.policy, self.channel, self.language, self.form, self.announce)


@dataclass(frozen=True)
class Form:
    """A kind of text that an officer knows by name, and the channels that carry it."""

    id: str
    name: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """The forms and the languages that the shipped folder speaks of: tag → what languages.name calls it."""

    forms: tuple[Form, ...]
    languages: dict[str, str]

    def forms_of(self, channel: str) -> list[Form]:
        """The forms that a channel carries, its own first."""
        carried = [form for form in self.forms if channel in form.channels]
        return sorted(carried, key=lambda form: form.id != channel)

    def form_name(self, form: str) -> str:
        """What officers call a form; one that is not in the catalogue says itself."""
        return next((one.name for one in self.forms if one.id == form), form)


def parse_variant(text: str, place: str) -> VariantFile:
    """A variant from the text of a file at `place` ("sms/zh-Hans/phys-65.j2").

    Raises Invalid naming the file and the key or line that is wrong.
    """
    channel, language, stem = _folders(place)
    policy = stem.partition(".")[0]
    head, source, first_line = _split(text, place)
    values = _front_matter(head, place)
    written = "\n".join([source, *(value for value in values.values() if isinstance(value, str))])
    if hidden := unseen(written):
        raise Invalid("messages.file_character", file=place, code_point=hidden[1])
    return VariantFile(channel, language, policy, source=source, first_line=first_line, **values)


def read_variants(overlay: Path | None = None) -> list[VariantFile]:
    """All texts, the site's own before the shipped ones, ordered by channel, language and policy."""
    return _read(content.files("*/*/*.j2", overlay), read_catalogue(overlay))


def read_folder(folder: Path, catalogue: Catalogue) -> list[VariantFile]:
    """The texts of one folder alone, such as one that another installation wrote."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("*/*/*.j2"))}
    return _read(found, catalogue)


def read_file(path: Path, catalogue: Catalogue) -> VariantFile:
    """One text, whose place is the end of its path: …/sms/zh-Hans/phys-65.j2."""
    place = "/".join(path.resolve().parts[-3:])
    return _read({place: path}, catalogue)[0]


def _read(found: Mapping[str, Path], catalogue: Catalogue) -> list[VariantFile]:
    known = {form.id: form for form in catalogue.forms}
    variants = []
    for place, path in found.items():
        variant = parse_variant(_text(path, place), place)
        if variant.form not in known or variant.channel not in known[variant.form].channels:
            raise Invalid("messages.unknown_form", file=place, form=variant.form)
        if place != f"{variant.place}.j2":
            raise Invalid("messages.file_name", file=place, name=f"{variant.place}.j2")
        variants.append(variant)
    return variants


def read_catalogue(overlay: Path | None = None) -> Catalogue:
    """templates/catalogue.toml. Raises Invalid when it is no TOML or lacks a key."""
    place = "catalogue.toml"
    try:
        data = tomllib.loads(_text(content.find(place, overlay), place))
        forms = tuple(
            Form(entry["id"], entry["name"], tuple(entry["channels"])) for entry in data["form"]
        )
        tags = [str(entry["tag"]) for entry in data["language"]]
        return Catalogue(forms, {tag: languages.name(tag) for tag in tags})
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as problem:
        raise Invalid("messages.catalogue_unreadable", file=place, reason=str(problem)) from problem


def parse_place(name: str, catalogue: Catalogue | None = None) -> Place:
    """A place from its file's name ("broadcast/yue-Hans/phys-65.rhyme.personal", with or without .j2).

    With a catalogue also the form is checked. Raises Invalid that says how it should be written.
    """
    channel, language, stem = _folders(name)
    policy, *tags = stem.split(".")
    announce = tags.pop() if tags[-1:] == ["personal"] else "general"
    form = tags.pop() if tags else channel
    if tags or not re.fullmatch(_REF, policy):
        raise Invalid("messages.place_unreadable", place=name)
    place = Place(policy, channel, language, form, announce)
    if catalogue is not None:
        check_form(place, catalogue)
    return place


def check_form(place: Place, catalogue: Catalogue) -> None:
    """Invalid unless the channel carries such a form."""
    forms = [form.id for form in catalogue.forms_of(place.channel)]
    if place.form not in forms:
        raise Invalid(
            "messages.form_of_channel",
            channel=place.channel,
            form=place.form,
            forms="、".join(forms),
        )


def write_variant(file: VariantFile) -> str:
    """The text of the file that parse_variant reads as `file`."""
    flags = {
        "announce": file.announce, "needs_review": file.needs_review, "reviewed_by": file.reviewed_by,
        "follow_up": file.follow_up, "notes": file.notes,
    }  # fmt: skip
    head = {"form": file.form, "title": file.title, **flags}
    lines = [f"{key} = {_toml(value)}" for key, value in head.items()]
    return "\n".join([_MARK, *lines, _MARK, file.source, ""])


def _toml(value: str | bool) -> str:
    """A basic string or a boolean. JSON writes them alike, but leaves characters in that TOML, or our lines, end at."""
    written = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def tidy(source: str) -> str:
    """A text with the line ends that a file keeps, whatever a browser or an editor sent."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip("\n")


def _folders(place: str) -> tuple[str, str, str]:
    parts = PurePosixPath(place.removesuffix(".j2")).parts
    if len(parts) != 3 or parts[0] not in CHANNELS:
        raise Invalid("messages.file_misplaced", file=place, channels="、".join(CHANNELS))
    channel, language, policy = parts
    if languages.normalise(language) != language:
        raise Invalid("messages.folder_language", file=place, tag=languages.normalise(language))
    return channel, language, policy


def _text(path: Path, place: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Invalid("messages.file_not_utf8", file=place) from problem


def _split(text: str, place: str) -> tuple[str, str, int]:
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines) if line.strip() == _MARK][:2]
    if len(marks) < 2 or any(line.strip() for line in lines[: marks[0]]):
        raise Invalid("messages.front_matter_missing", file=place)
    body = "\n".join(lines[marks[1] + 1 :])
    if not body.strip():
        raise Invalid("messages.text_missing", file=place)
    return "\n".join(lines[marks[0] + 1 : marks[1]]), body, marks[1] + 2


def _front_matter(head: str, place: str) -> dict[str, Any]:
    try:
        values = tomllib.loads(head)
    except tomllib.TOMLDecodeError as problem:
        raise Invalid(
            "messages.front_matter_unreadable", file=place, reason=str(problem)
        ) from problem
    wrong = [key for key, value in values.items() if not isinstance(value, _KEYS.get(key, ()))]
    wrong += [key for key in _REQUIRED if not values.get(key)]
    if values.get("announce") not in ("general", "personal"):
        wrong.append("announce")
    if wrong:
        raise Invalid("messages.front_matter_key", file=place, key=wrong[0], keys="、".join(_KEYS))
    return values


__all__ = [
    "BUNDLE",
    "CHANNELS",
    "Catalogue",
    "Form",
    "VariantFile",
    "check_form",
    "parse_place",
    "parse_variant",
    "read_catalogue",
    "read_file",
    "read_folder",
    "read_variants",
    "tidy",
    "write_variant",
]
