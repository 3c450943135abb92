"""Which of a campaign's texts somebody gets, and what stands in the way of a better one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from outreach.messages import languages
from outreach.messages.languages import Choice
from outreach.messages.schemas import PUBLIC, SPOKEN, Request, Text
from outreach.models.messages import BUNDLE
from outreach.policies.schemas import PolicyView

KeptBack = Literal["", "uncertain", "not_private"]


@dataclass(frozen=True)
class Manner:
    """How a campaign speaks.

    written_dialects: written dialect and traditional characters are switched on. personal: it speaks to people whom
    it certainly fits (announce: personal). region: where it is; a policy is as sensitive as its rule is anywhere there.
    list_date: up to which day it is known who has applied; None = of some policy nobody knows.
    """

    written_dialects: bool = False
    personal: bool = False
    region: str = ""
    list_date: date | None = None


@dataclass(frozen=True)
class Pick:
    """A text and how it fits its reader's language; None is a gap."""

    text: Text | None
    choice: Choice

    @property
    def language(self) -> str:
        """The tag of what the reader gets; '' for a gap."""
        return "" if self.text is None else self.choice.converted or self.text.language


@dataclass(frozen=True)
class Why:
    """A pick with what stands in the way of a better one.

    waiting: a text that nobody has read yet would be given. switched_off: written dialect is off, else this one
    would be. kept_back: there is a personal text, but it is not certain that every policy fits, or others may read it.
    """

    pick: Pick
    waiting: Text | None = None
    switched_off: Text | None = None
    kept_back: KeptBack = ""


class Choosing:
    """The texts of one campaign by place, those that may be sent and those that wait for a reader."""

    def __init__(
        self, texts: Iterable[Text], policies: Sequence[PolicyView], manner: Manner
    ) -> None:
        self._texts: dict[tuple[str, str, str, str], dict[str, Text]] = {}
        for text in texts:
            policy, channel, language, form, announce = text.place
            self._texts.setdefault((policy, channel, form, announce), {})[language] = text
        self._manner = manner
        self._known: dict[tuple[object, ...], Pick] = {}
        self._sensitive = frozenset(
            one.ref for one in policies if one.sensitivity(manner.region) == "sensitive"
        )

    def pick(self, channel: str, request: Request, form: str = "") -> Pick:
        """The variant that `request` gets.

        The language comes first: of the texts in the best one that there is, the personal one where it may speak to
        this person.
        """
        personal = self.may_be_personal(channel, request)
        return self._pick(channel, request, form, personal=personal)

    def why(self, channel: str, request: Request, form: str = "") -> Why:
        """The same with what stands in the way of a better one."""
        personal = self.may_be_personal(channel, request)
        got = self._pick(channel, request, form, personal=personal)
        waiting = self._pick(channel, request, form, personal=personal, unread=True)
        switched = self._pick(channel, request, form, personal=personal, unread=True, dialects=True)
        return Why(
            got,
            waiting=None if waiting.text == got.text else waiting.text,
            switched_off=None if switched == waiting or channel in SPOKEN else switched.text,
            kept_back=self._kept_back(channel, request, form, got),
        )

    def may_be_personal(self, channel: str, request: Request) -> bool:
        """Whether a text may speak to this person: certain, and where the policy is sensitive also private.

        Never where everybody reads it, whatever was asked for.
        """
        if channel in PUBLIC or not self._manner.personal or not request.certain:
            return False
        return request.private or not self._sensitive & set(request.policies)

    def _kept_back(self, channel: str, request: Request, form: str, got: Pick) -> KeptBack:
        if not self._manner.personal or self.may_be_personal(channel, request):
            return ""
        personal = self._pick(channel, request, form, personal=True)
        if personal.text is None or personal.text == got.text:
            return ""
        return "not_private" if request.certain else "uncertain"

    def _pick(
        self,
        channel: str,
        request: Request,
        form: str,
        *,
        personal: bool,
        unread: bool = False,
        dialects: bool = False,
    ) -> Pick:
        policy = request.policies[0] if len(request.policies) == 1 else BUNDLE
        place = (policy, channel, form or channel)
        key = (*place, request.language, personal, unread, dialects)
        if key not in self._known:  # many people ask for the same
            available = self._available(place, personal=personal, unread=unread)
            choice = languages.choose(
                request.language,
                available,
                written_dialects=dialects or self._manner.written_dialects,
                spoken=channel in SPOKEN,
            )
            tag = choice.variant_tag
            self._known[key] = Pick(None if tag is None else available[tag], choice)
        return self._known[key]

    def _available(
        self, place: tuple[str, str, str], *, personal: bool, unread: bool
    ) -> dict[str, Text]:
        """Texts by language; where both may be given the personal one takes the general one's place."""
        found: dict[str, Text] = {}
        for announce in ("general", "personal") if personal else ("general",):
            there = self._texts.get((*place, announce), {})
            found |= {tag: text for tag, text in there.items() if unread or text.ready}
        return found
