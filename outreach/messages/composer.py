"""Finds and renders the texts of a campaign: the same code makes the preview and what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from outreach.messages import facts, languages
from outreach.messages.render import render_groups
from outreach.messages.schemas import SPOKEN, Composed, Request, Text
from outreach.models.messages import BUNDLE
from outreach.policies.schemas import PolicyView


@dataclass(frozen=True)
class Manner:
    """How a campaign speaks.

    written_dialects: written dialect and traditional characters are switched on. personal: it speaks to people whom
    it certainly fits (announce: personal). region: where it is; a policy is as sensitive as its rule is anywhere there.
    """

    written_dialects: bool = False
    personal: bool = False
    region: str = ""


class Composer:
    """Finds and renders the texts of one campaign. Preview and sending use this same class.

    texts: the campaign's variants. policies: what may be told. office: the name in the signature.
    valid_until: the last day on which the texts hold.
    """

    def __init__(
        self,
        texts: Iterable[Text],
        policies: Sequence[PolicyView],
        *,
        office: str,
        valid_until: date,
        phone: str = "12345",
        opt_out: str = facts.OPT_OUT,
        manner: Manner = Manner(),
    ) -> None:
        self._texts: dict[tuple[str, str, str, str], dict[str, Text]] = {}
        for text in texts:
            if text.ready:
                policy, channel, language, form, announce = text.place
                self._texts.setdefault((policy, channel, form, announce), {})[language] = text
        self._policies = {policy.ref: policy for policy in policies}
        self._fixed = {
            "office": office, "phone": phone, "opt_out": opt_out, "signature": facts.signature(office),
        }  # fmt: skip
        self._manner = manner
        self._sensitive = frozenset(
            one.ref for one in policies if one.sensitivity(manner.region) == "sensitive"
        )
        self._valid_until = valid_until
        self._words: dict[tuple[str, str], dict[str, object]] = {}

    def choose(self, channel: str, request: Request, form: str = "") -> Text | None:
        """The variant that `request` gets: the policy's own, or the bundle for several; None is a gap.

        form: something else than the channel's own (a correction, a rhyme). The language comes first: of the texts
        in the best one that there is, the personal one where it may speak to this person.
        """
        policy = request.policies[0] if len(request.policies) == 1 else BUNDLE
        place = (policy, channel, form or channel)
        available = dict(self._texts.get((*place, "general"), {}))
        if self.may_be_personal(request):
            available |= self._texts.get((*place, "personal"), {})
        spoken = self._manner.written_dialects or channel in SPOKEN
        choice = languages.choose(request.language, available.keys(), written_dialects=spoken)
        return None if choice.variant_tag is None else available[choice.variant_tag]

    def may_be_personal(self, request: Request) -> bool:
        """Whether a text may speak to this person: certain, and where the policy is sensitive also private."""
        if not self._manner.personal or not request.certain:
            return False
        return request.private or not self._sensitive & set(request.policies)

    def compose(
        self, channel: str, requests: Sequence[Request], form: str = ""
    ) -> list[Composed | None]:
        """A text for each request, in order; None where there is no variant to give. Equal texts are made once."""
        chosen = [self.choose(channel, request, form) for request in requests]
        by_text: dict[int, list[int]] = {}
        for row, text in enumerate(chosen):
            if text is not None:
                by_text.setdefault(text.id, []).append(row)
        result: list[Composed | None] = [None] * len(requests)
        for rows in by_text.values():
            text = chosen[rows[0]]
            assert text is not None  # noqa: S101 - rows hold only requests with a text
            for group in render_groups(text.body, [self._context(requests[row]) for row in rows]):
                for position in group.rows:
                    result[rows[position]] = Composed(group.text, text.id, text.language)
        return result

    def _context(self, request: Request) -> dict[str, object]:
        listed = [self._policy(ref, request.region) for ref in request.policies]
        context: dict[str, object] = {
            **self._fixed,
            "policies": listed,
            "name": request.name,
            "village": request.village,
        }
        if listed:
            context["policy"] = listed[0]
        return context

    def _policy(self, ref: str, region: str) -> dict[str, object]:
        key = (ref, region)
        if key not in self._words:
            self._words[key] = facts.policy_words(self._policies[ref], region, self._valid_until)
        return self._words[key]
