"""Which text a person gets: an explicit chain from the person's language to one that exists.

Distance tables send readers of Mongolian script to Cyrillic; so the chain is written out here
(rendering-and-sending.md §5.3). Varieties of Chinese fall back to the common language in the same
script; every other language has no silent fallback: a missing text is a gap that the plan lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from outreach.errors import Invalid

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
    ]
)
"""Chinese and its varieties with a code: the only languages that fall back."""

_ALIAS = {"cmn": "zh"}
_SCRIPT = {"bo": "Tibt", "ug": "Arab", "ii": "Yiii", "za": "Latn", "ko": "Kore"}
"""Languages with one script in use here: the script is implied and not written."""
_TRADITIONAL = {"HK", "MO", "TW"}
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)(-x(?P<private>(-[a-z0-9]{1,8})+))?",
)

_NAMES = {
    "zh": "普通话", "yue": "粤语", "nan": "闽南话", "wuu": "吴语", "hak": "客家话", "gan": "赣语",
    "hsn": "湘语", "cjy": "晋语", "cdo": "闽东话", "cpx": "莆仙话", "mnp": "闽北话", "czo": "闽中话",
    "czh": "徽语", "cnp": "桂北平话", "csp": "桂南平话", "bo": "藏语", "ug": "维吾尔语", "mn": "蒙古语",
    "za": "壮语", "ii": "彝语", "ko": "朝鲜语", "kk": "哈萨克语", "ky": "柯尔克孜语", "en": "英语",
}  # fmt: skip
_LOCAL_NAMES = {
    "sichuan": "四川话", "henan": "河南话", "shaanxi": "陕西话", "dongbei": "东北话", "shandong": "山东话",
    "teochew": "潮汕话", "shanghai": "上海话", "suzhou": "苏州话", "wenzhou": "温州话",
}  # fmt: skip


@dataclass(frozen=True)
class _Tag:
    language: str
    script: str
    region: str
    variants: str
    private: str

    def __str__(self) -> str:
        return "-".join(
            part for part in (*self._plain(), self.region, self.variants, self.private) if part
        )

    def _plain(self) -> tuple[str, str]:
        return self.language, self.script

    def cut(self, *, region: bool, local: bool) -> str:
        """The tag without its region, or without its variants and private part, or without both."""
        return str(
            _Tag(
                *self._plain(),
                "" if region else self.region,
                "" if local else self.variants,
                "" if local else self.private,
            )
        )


@dataclass(frozen=True)
class Choice:
    """Which variant somebody gets. `exact`: in the very language asked for; `gap`: there is none to give."""

    variant_tag: str | None
    exact: bool
    gap: bool


def normalise(tag: str) -> str:
    """A language tag (BCP 47) in the one spelling used here: zh for cmn, Chinese with its script.

    "cmn-hans-cn-x-sichuan" → "zh-Hans-CN-x-sichuan", "zh-HK" → "zh-Hant-HK", "bo-Tibt" → "bo".
    Raises Invalid `messages.language_tag` for what is no tag.
    """
    return str(_parse(tag))


def chain(tag: str, default: str = DEFAULT) -> tuple[str, ...]:
    """Tags to try, best first: own forms, then for Chinese varieties zh in the same script, then `default`.

    A local variety keeps its name longer than its country: x-sichuan without CN comes before Hans-CN.
    """
    own = _parse(tag)
    tries = [
        own.cut(region=region, local=local) for local in (False, True) for region in (False, True)
    ]
    if own.language in CHINESE:
        parent = _Tag("zh", own.script, own.region, "", "")
        tries += [str(parent), parent.cut(region=True, local=True), normalise(default)]
    return tuple(dict.fromkeys(tries))


def choose(
    tag: str, available: Collection[str], *, written_dialects: bool = False, default: str = DEFAULT
) -> Choice:
    """The best of the `available` variant tags for somebody whose language is `tag` ("" = not known).

    `written_dialects`: whether written dialect and traditional characters are switched on for the
    campaign; spoken scripts (broadcast, visit, call) always pass True. Minority languages are
    languages, not dialects: the switch does not touch them. CN is implied by Hans.
    """
    wanted = [_implied(candidate) for candidate in chain(tag or default, default)]
    by_tag = {_implied(variant): variant for variant in sorted(available)}
    for candidate in wanted:
        if candidate in by_tag and (written_dialects or not needs_switch(candidate)):
            return Choice(by_tag[candidate], exact=candidate == wanted[0], gap=False)
    return Choice(None, exact=False, gap=True)


def needs_switch(tag: str) -> bool:
    """Whether a written text in this tag needs the campaign's switch: dialect or traditional characters."""
    own = _parse(tag)
    return own.language in CHINESE and own.cut(region=True, local=False) != DEFAULT


def needs_reviewer(tag: str) -> bool:
    """Whether a text in this tag must be read by a named person who speaks it: all but the common language."""
    return _parse(tag).cut(region=True, local=False) not in (DEFAULT, "zh-Hant")


def name(tag: str) -> str:
    """The language in Chinese, for pages: 粤语, 四川话, 粤语（繁体字）; a language without a name says its tag."""
    own = _parse(tag)
    local = _LOCAL_NAMES.get(own.private.removeprefix("x-"))
    plain = local or _NAMES.get(own.language) or str(own)
    return f"{plain}（繁体字）" if own.script == "Hant" else plain


def _implied(tag: str) -> str:
    own = _parse(tag)
    return own.cut(region=own.script == "Hans" and own.region == "CN", local=False)


def _parse(tag: str) -> _Tag:
    text = tag.strip().replace("_", "-").lower()
    text = re.sub(r"^zh-(?=(yue|nan|wuu|hak|gan|hsn|cmn)\b)", "", text)
    match = _TAG.fullmatch(text)
    if match is None:
        raise Invalid("messages.language_tag", tag=tag)
    language = _ALIAS.get(match["language"], match["language"])
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    if language in CHINESE and not script:
        script = "Hant" if region in _TRADITIONAL else "Hans"
    if script == _SCRIPT.get(language):
        script = ""
    private = f"x{match['private']}" if match["private"] else ""
    return _Tag(language, script, region, (match["variants"] or "").removeprefix("-"), private)
