"""Which text a person gets: an explicit chain from the person's language to one that exists.

Distance tables send readers of Mongolian script to Cyrillic; so the chain is written out here
(rendering-and-sending.md §5.3). Varieties of Chinese fall back to the common language in the same
script, and between simplified and traditional characters; every other language has no silent fallback:
a missing text is a gap that the plan lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from outreach.errors import Invalid
from outreach.messages.language_names import LANGUAGES, LOCAL, SCRIPTS

DEFAULT = "zh-Hans"
"""规范汉字 of the common language: what everything written falls back to, if it may fall back."""

CHINESE = frozenset(
    [
        "zh",
        "yue",
        "nan",
        "wuu",
        "hak",
        "gan",
        "hsn",
        "cjy",
        "cdo",
        "cpx",
        "mnp",
        "czo",
        "czh",
        "cnp",
        "csp",
        "hnm",
        "luh",
        "sjc",
    ]
)
"""Chinese and its varieties with a code: the only languages that fall back."""

_ALIAS = {"cmn": "zh"}
_SCRIPT = {"bo": "Tibt", "ug": "Arab", "ii": "Yiii", "za": "Latn", "ko": "Kore", "adx": "Tibt", "khg": "Tibt"}  # fmt: skip
"""Languages with one script in use here: the script is implied and not written."""
_WRITTEN = {"mn": "Mong", "mvf": "Mong", "kk": "Arab", "ky": "Arab", "khb": "Talu", "tdd": "Tale", "lis": "Lisu", "sjo": "Mong"}  # fmt: skip
"""Languages with several scripts: the one in use in China is meant where a tag names none, and it is written."""
_ABROAD = {("mn", "MN"): "Cyrl", ("kk", "KZ"): "Cyrl", ("ky", "KG"): "Cyrl"}
_READS: Mapping[str, str] = {"adx": "bo", "khg": "bo", "mvf": "mn", "zyb": "za"}
"""Spoken varieties whose people read one written language: no other language, so no silent fallback either."""
_TRADITIONAL = ("HK", "MO", "TW")
_OTHER_SCRIPT = {"Hans": "Hant", "Hant": "Hans"}
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)(-x(?P<private>(-[a-z0-9]{1,8})+))?",
)


@dataclass(frozen=True)
class _Tag:
    language: str
    script: str
    region: str
    variants: str
    private: str

    def __str__(self) -> str:
        parts = (self.language, self.script, self.region, self.variants, self.private)
        return "-".join(part for part in parts if part)

    def cut(self, *, region: bool, local: bool) -> _Tag:
        """The tag without its region, or without its variants and private part, or without both."""
        bare = replace(self, region="") if region else self
        return replace(bare, variants="", private="") if local else bare

    @property
    def forms(self) -> list[_Tag]:
        """Best first. A local variety keeps its name longer than its country: x-sichuan without CN before Hans-CN."""
        cuts = [
            self.cut(region=region, local=local)
            for local in (False, True)
            for region in (False, True)
        ]
        return list(dict.fromkeys(cuts))


@dataclass(frozen=True)
class Link:
    """One thing to try: a text in `tag`, or one in `source` whose characters are changed to those of `tag`."""

    tag: str
    source: str = ""

    def __str__(self) -> str:
        return f"{self.tag}<{self.source}" if self.source else self.tag


@dataclass(frozen=True)
class Choice:
    """Which variant somebody gets. `exact`: in the very language asked for; `gap`: there is none to give.

    converted: the tag that the text has for this reader after its characters were changed; '' = as it was written.
    """

    variant_tag: str | None
    exact: bool
    gap: bool
    converted: str = ""

    @property
    def converted_from(self) -> str:
        """The tag in which it was written, where that is not what the reader gets; else ''."""
        return (self.variant_tag or "") if self.converted else ""


def normalise(tag: str) -> str:
    """A language tag (BCP 47) in the one spelling used here: zh for cmn, Chinese with its script.

    "cmn-hans-cn-x-sichuan" → "zh-Hans-CN-x-sichuan", "zh-HK" → "zh-Hant-HK", "bo-Tibt" → "bo", "mn" → "mn-Mong".
    Raises Invalid `messages.language_tag` for what is no tag.
    """
    return str(_parse(tag))


def chain(tag: str, default: str = DEFAULT) -> tuple[Link, ...]:
    """What to try, best first.

    The tag's own forms, the same from the other script of Chinese, the written language of its speakers; and for
    varieties of Chinese the common language in the same script, by its own chain, and `default`.
    """
    return tuple(dict.fromkeys(_links(_parse(tag), normalise(default))))


def _links(own: _Tag, default: str) -> Iterator[Link]:
    yield from (Link(str(form)) for form in own.forms)
    yield from _converted(own)
    if own.language in _READS:
        read = replace(own, language=_READS[own.language])
        yield from (Link(str(form)) for form in _parse(str(read)).forms)
    if own.language in CHINESE:
        if own.language != "zh":
            yield from _links(_Tag("zh", own.script, own.region, "", ""), default)
        yield Link(default)


def _converted(own: _Tag) -> Iterator[Link]:
    """The same variety in the other script, if it is Chinese: Hans ↔ Hant and nothing else."""
    if own.language not in CHINESE or own.script not in _OTHER_SCRIPT:
        return
    other = replace(own, script=_OTHER_SCRIPT[own.script])
    regions = _TRADITIONAL if other.script == "Hant" else ()
    elsewhere = [replace(other, region=region, variants="", private="") for region in regions]
    for source in dict.fromkeys([*other.forms, *elsewhere]):
        got = replace(own, variants=source.variants, private=source.private)
        yield Link(str(got), str(source))


def choose(
    tag: str,
    available: Collection[str],
    *,
    written_dialects: bool = False,
    spoken: bool = False,
    default: str = DEFAULT,
) -> Choice:
    """The best of the `available` variant tags for somebody whose language is `tag` ("" = not known).

    `written_dialects`: whether written dialect and traditional characters are switched on for the
    campaign. `spoken`: a script (broadcast, visit, call) is heard by its addressee and read by somebody
    of the office, so dialect needs no switch, and its characters are simplified unless they are switched on.
    Minority languages are languages, not dialects: the switch does not touch them. CN is implied by Hans.
    """
    try:
        tag = _simplified(tag) if spoken and not written_dialects else tag
        links = chain(tag or default, default)
    except (
        Invalid
    ):  # a record that says something else than a language: a gap of one, never the end of a batch
        return Choice(None, exact=False, gap=True)
    first = _implied(links[0].tag)
    by_tag = {_implied(variant): variant for variant in sorted(available)}
    for link in links:
        variant = by_tag.get(_implied(link.source or link.tag))
        if variant is not None and (written_dialects or spoken or not needs_switch(link.tag)):
            exact = _implied(link.tag) == first and not link.source
            return Choice(variant, exact, gap=False, converted=link.tag if link.source else "")
    return Choice(None, exact=False, gap=True)


def _simplified(tag: str) -> str:
    """The same variety of Chinese in simplified characters; any other tag as it is."""
    own = _parse(tag) if tag else None
    if own is None or own.language not in CHINESE or own.script != "Hant":
        return tag
    region = "" if own.region in _TRADITIONAL else own.region
    return str(replace(own, script="Hans", region=region))


def needs_switch(tag: str) -> bool:
    """Whether a written text in this tag needs the campaign's switch: dialect or traditional characters."""
    own = _parse(tag)
    return own.language in CHINESE and str(own.cut(region=True, local=False)) != DEFAULT


def needs_reviewer(tag: str) -> bool:
    """Whether a text in this tag must be read by a named person who speaks it: all but the common language."""
    return str(_parse(tag).cut(region=True, local=False)) not in (DEFAULT, "zh-Hant")


def falls_back(tag: str) -> bool:
    """Whether a reader of this language is served by the common language; the others must not be, silently."""
    try:
        return _parse(tag).language in CHINESE
    except Invalid:
        return False


def name(tag: str) -> str:
    """The language in Chinese, for pages: 粤语, 四川话, 粤语（繁体字）; a language without a name says its tag."""
    try:
        own = _parse(tag)
    except Invalid:
        return tag
    local = own.private.removeprefix("x-")
    plain = LOCAL.get(local) or LANGUAGES.get(own.language) or str(own)
    remarks = [] if local in LOCAL or not local else [local]
    usual = "Hans" if own.language in CHINESE else _WRITTEN.get(own.language, "")
    if own.script != usual and plain != str(own):
        remarks.append(SCRIPTS.get(own.script, own.script))
    said = "".join(f"（{remark}）" for remark in remarks if remark)
    return plain + said


def _implied(tag: str) -> str:
    own = _parse(tag)
    return str(own.cut(region=own.script == "Hans" and own.region == "CN", local=False))


def _parse(tag: str) -> _Tag:
    text = tag.strip().replace("_", "-").lower()
    text = re.sub(r"^zh-(?=(yue|nan|wuu|hak|gan|hsn|cmn)\b)", "", text)
    match = _TAG.fullmatch(text)
    if match is None:
        raise Invalid("messages.language_tag", tag=tag)
    language = _ALIAS.get(match["language"], match["language"])
    region = (match["region"] or "").upper()
    script = (match["script"] or "").title() or _meant(language, region)
    if script == _SCRIPT.get(language):
        script = ""
    private = f"x{match['private']}" if match["private"] else ""
    return _Tag(language, script, region, (match["variants"] or "").removeprefix("-"), private)


def _meant(language: str, region: str) -> str:
    """The script that a tag without one means here."""
    if language in CHINESE:
        return "Hant" if region in _TRADITIONAL else "Hans"
    return _ABROAD.get((language, region)) or _WRITTEN.get(language, "")
