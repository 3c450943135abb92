"""Finds and renders the texts of a campaign: the same code makes the preview and what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from outreach.messages import facts
from outreach.messages.choosing import Choosing, Manner, Pick, Why
from outreach.messages.conversion import convert
from outreach.messages.render import render_groups, variables_used
from outreach.messages.schemas import Composed, Request, Text
from outreach.policies.schemas import PolicyView

NAMES = ("name", "village", "signature", "office", "opt_out")
"""What stands in a text as somebody is called, or as a carrier knows it: its characters are never changed."""


class Composer:
    """Finds and renders the texts of one campaign. Preview and sending use this same class.

    texts: the campaign's variants. policies: what may be told. office: the name in the signature.
    valid_until: the last day on which the texts hold. manner: how the campaign speaks.
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
        manner: Manner | None = None,
    ) -> None:
        self._choosing = Choosing(texts, policies, manner or Manner())
        self._policies = {policy.ref: policy for policy in policies}
        self._fixed = {
            "office": office, "phone": phone, "opt_out": opt_out, "signature": facts.signature(office),
        }  # fmt: skip
        # Without a list nobody can say who has not applied: a text that reads its date is not made then.
        if manner is not None and manner.list_date is not None:
            self._fixed["list_date"] = facts.list_day(manner.list_date)
        self._valid_until = valid_until
        self._words: dict[tuple[str, str], dict[str, object]] = {}

    def choose(self, channel: str, request: Request, form: str = "") -> Text | None:
        """The variant that `request` gets: the policy's own, or the bundle for several; None is a gap.

        form: something else than the channel's own (a correction, a rhyme).
        """
        return self._choosing.pick(channel, request, form).text

    def why(self, channel: str, request: Request, form: str = "") -> Why:
        """The choice with what stands in the way of a better one, for the coverage report."""
        return self._choosing.why(channel, request, form)

    def compose(
        self, channel: str, requests: Sequence[Request], form: str = ""
    ) -> list[Composed | None]:
        """A text for each request, in order; None where there is no variant to give. Equal texts are made once."""
        picks = [self._choosing.pick(channel, request, form) for request in requests]
        by_pick: dict[tuple[int, str], list[int]] = {}
        for row, pick in enumerate(picks):
            if pick.text is not None:
                by_pick.setdefault((pick.text.id, pick.language), []).append(row)
        result: list[Composed | None] = [None] * len(requests)
        for rows in by_pick.values():
            made = self._write(picks[rows[0]], [requests[row] for row in rows])
            for row, composed in zip(rows, made, strict=True):
                result[row] = composed
        return result

    def _write(self, pick: Pick, requests: Sequence[Request]) -> list[Composed]:
        """One text for many people."""
        text = pick.text
        assert text is not None  # noqa: S101 - only picks with a text are written
        contexts = [self._context(request) for request in requests]
        names = [one for one in NAMES if one in variables_used(text.body)]
        made: dict[int, Composed] = {}
        for group in render_groups(text.body, contexts):
            whole = Composed(group.text, text.id, pick.language, pick.choice.converted_from)
            for row in group.rows:
                made[row] = whole
                if pick.choice.converted:
                    keep = [str(contexts[row][name]) for name in names]
                    said = convert(group.text, text.language, pick.language, keep)
                    made[row] = Composed(said, text.id, pick.language, text.language)
        return [made[row] for row in range(len(requests))]

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


__all__ = ["NAMES", "Composer", "Manner", "Why"]
