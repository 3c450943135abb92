"""Two surveys of the same question: other people each time, or the same ones again. Pure."""

from __future__ import annotations

from collections import Counter

from outreach.surveys.comparing.conclusions import concluded, nothing, side, spoken
from outreach.surveys.comparing.differences import paired
from outreach.surveys.comparing.schemas import Comparison
from outreach.surveys.comparison import difference_of
from outreach.surveys.intervals import newcombe_paired
from outreach.surveys.results.headline import counting
from outreach.surveys.results.interviews import chosen
from outreach.surveys.results.notes import Note
from outreach.surveys.results.service import Read


def knows(found: Read) -> list[bool]:
    """Whether each who was asked counts as aware. A survey without a headline counts nobody."""
    question = found.instrument.headline_question
    if question is None:
        return [False] * len(found.measured.asked)
    return counting(question, chosen(question, found.measured.asked))


def cross_sections(now: Read, before: Read, notes: list[Note]) -> Comparison:
    """Different people each time: the difference of two independent samples."""
    shares = now.headline.share, before.headline.share
    sides = side(before, "before", shares[1]), side(now, "now", shares[0])
    if not all(share.shown for share in shares):
        return nothing("repeated", sides, Note("comparing.few"), notes)
    method = "newcombe" if now.measured.simple and before.measured.simple else "mover"
    return concluded(
        "repeated",
        sides,
        difference_of(shares[0].estimate, shares[1].estimate),
        notes,
        method=method,
    )


def panel(now: Read, before: Read, drawn_before: set[int], notes: list[Note]) -> Comparison:
    """The same people again. `drawn_before`: everybody who was in the earlier sample; others are drawn anew."""
    told = dict(zip((one.person for one in before.measured.asked), knows(before), strict=True))
    late, asked = knows(now), now.measured.asked
    again = [one.person in told for one in asked]
    early = [told.get(one.person, False) for one in asked]
    counts = Counter(
        pair
        for *pair_, here in zip(early, late, again, strict=True)
        if here
        for pair in [tuple(pair_)]
    )
    pairs = (
        counts[(True, True)], counts[(True, False)], counts[(False, True)], counts[(False, False)],
    )  # fmt: skip
    shares = now.measured.share(early, again), now.measured.share(late, again)
    sides = side(before, "same_before", shares[0]), side(now, "same_now", shares[1])
    notes = [*notes, Note("comparing.lost", {"before": len(told), "again": sum(pairs)})]
    if not all(share.shown for share in shares):
        return nothing("panel", sides, Note("comparing.few"), notes)
    notes += _fresh(now, late, drawn_before)
    if now.measured.simple:
        difference, method = newcombe_paired(*pairs, now.measured.level), "newcombe-paired"
    else:
        difference, method = paired(now.measured, early, late, again), "linearised-paired"
    more = {"people": sum(pairs), "pairs": pairs, "method": method}
    return concluded("panel", sides, difference, notes, **more)


def _fresh(now: Read, late: list[bool], drawn_before: set[int]) -> list[Note]:
    """Whether having been asked once made people know: those of the panel beside people drawn anew."""
    old = [one.person in drawn_before for one in now.measured.asked]
    if all(old):
        return []
    panel_share = now.measured.share(late, old)
    fresh = now.measured.share(late, [not one for one in old])
    if not (panel_share.shown and fresh.shown):
        return [Note("comparing.fresh_few")]
    effect = difference_of(panel_share.estimate, fresh.estimate)
    code = "comparing.panel_effect" if effect[1] > 0 else "comparing.no_panel_effect"
    return [Note(code, spoken(effect))]
