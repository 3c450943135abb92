"""Those who were told beside those who still wait: lots decided who came first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from outreach import clock
from outreach.surveys.comparing.conclusions import concluded, doubts, nothing, side
from outreach.surveys.comparing.queries import Wave
from outreach.surveys.comparing.repeated import knows
from outreach.surveys.comparing.schemas import Comparison, Side
from outreach.surveys.comparison import difference_in_differences_of, difference_of
from outreach.surveys.results.frames import Frame
from outreach.surveys.results.interviews import Interview
from outreach.surveys.results.measure import Flags, Measure, measure
from outreach.surveys.results.notes import Note
from outreach.surveys.results.service import Read
from outreach.surveys.results.shares import Share

SURE = 30
"""Villages from which on intervals keep what they promise (docs/statistics.md)."""


@dataclass(frozen=True)
class Draw:
    """How a campaign was cut into waves. `moved`: person → the wave of the lot, where another one was told them."""

    waves: Sequence[Wave]
    unit: str
    moved: Mapping[int, int]

    @property
    def stands(self) -> str:
        """What a comparison depends on, besides the surveys: it changes when waves move or people are moved."""
        moved = sorted(self.moved.items())
        return f"{self.unit} {[*self.waves]} {len(moved)} {hash(tuple(moved))}"

    @property
    def last(self) -> Wave | None:
        """The wave that is the comparison until its date."""
        return next((one for one in self.waves if one.comparison), None)


@dataclass(frozen=True)
class Groups:
    """Who was told and who waited, of those who were asked; villages are the units where villages were drawn."""

    measured: Measure
    told: Flags
    waiting: Flags

    def shares(self, aware: Flags) -> tuple[Share, Share]:
        """The rates of both."""
        return self.measured.share(aware, self.told), self.measured.share(aware, self.waiting)

    def villages(self, members: Flags) -> int:
        """How many villages of them were asked."""
        asked = zip(self.measured.asked, members, strict=True)
        return len({one.trait("village") for one, inside in asked if inside})


def groups(found: Read, draw: Draw, places: Mapping[str, int] | None = None) -> Groups:
    """The two groups at the time of asking: waves that had been sent to, and the last one before it was.

    What counts for the told is when they were sent to, not when it was planned: a campaign that waits for its
    signature has told nobody. A village that is drawn as a whole is the unit also where persons of all strata were asked in it: strata that
    run through villages would hide that its people were told together.

    `places` (village → wave) serves a baseline that was drawn before there were waves: then everybody of a wave is in
    it, whatever the date. People are counted where the lot put them, whoever told them (intention to treat).
    """
    by_village = draw.unit == "village"
    interviews = [_clustered(one) if by_village else one for one in found.interviews]
    frame = Frame.of(found.survey)
    if by_village and _across(interviews):
        interviews = [replace(one, stratum="") for one in interviews]
        frame = replace(frame, populations={})
    measured = measure(interviews, frame, level=found.measured.level)
    waves = {wave.number: wave for wave in draw.waves if not wave.personal}
    told, waiting = [], []
    for one in measured.asked:
        wave = waves.get(_wave_of(one, draw, places))
        told.append(wave is not None and not wave.comparison and _was_told(wave, one, places))
        waiting.append(wave is not None and wave.comparison and _still_waited(wave, one, places))
    return Groups(measured, told, waiting)


def _clustered(one: Interview) -> Interview:
    return one if one.cluster else replace(one, cluster=one.trait("village"))


def _across(interviews: Sequence[Interview]) -> bool:
    """Whether a village lies in several strata (of sex, say)."""
    return len({(one.cluster, one.stratum) for one in interviews}) > len(
        {one.cluster for one in interviews}
    )


def _wave_of(one: Interview, draw: Draw, places: Mapping[str, int] | None) -> int:
    if one.person in draw.moved:
        return draw.moved[one.person]
    wave = one.traits.get("wave")
    if wave is None and places is not None:
        return places.get(one.trait("village"), 0)
    return int(wave or 0)


def _was_told(wave: Wave, one: Interview, places: Mapping[str, int] | None) -> bool:
    """Whether a wave had been sent to on the day of asking, or before it where no day is known; all at a baseline."""
    if places is not None:
        return True
    if wave.told_at is None:
        return False
    return one.asked_on is None or clock.here(wave.told_at).date() <= one.asked_on


def _still_waited(wave: Wave, one: Interview, places: Mapping[str, int] | None) -> bool:
    """Whether the last wave had neither been sent to nor reached its day; all at a baseline."""
    if places is not None or one.asked_on is None:
        return True
    ends = min(moment for moment in (wave.due_at, wave.told_at) if moment is not None)
    return clock.here(ends).date() > one.asked_on


def waves_of_villages(found: Read) -> dict[str, int]:
    """Village → the wave that was drawn for it."""
    return {
        one.trait("village"): int(one.traits["wave"])
        for one in found.interviews
        if one.traits.get("wave") and one.trait("village")
    }


def told_and_waiting(found: Read, draw: Draw) -> Comparison:
    """One survey, asked before the last wave has its turn."""
    both = groups(found, draw)
    shares = both.shares(knows(found))
    sides = _sides(found, shares)
    why = _why_not(both, draw, shares)
    if why is not None:
        return nothing("staggered", sides, why)
    return concluded(
        "staggered",
        sides,
        difference_of(shares[0].estimate, shares[1].estimate),
        [*_cautions(both, draw), *doubts(found)],
        method="mover",
    )


def in_differences(now: Read, before: Read, draw: Draw, notes: list[Note]) -> Comparison | None:
    """How much more the told rose than those who wait; None where the baseline did not ask both."""
    late = groups(now, draw)
    early = groups(before, draw, waves_of_villages(now))
    shares, baseline = late.shares(knows(now)), early.shares(knows(before))
    if not any(early.told) or not any(early.waiting):
        return None
    sides = (*_sides(before, baseline, "_before"), *_sides(now, shares))
    why = _why_not(late, draw, shares) or _why_not(early, draw, baseline)
    if why is not None:
        return nothing("differences", sides, why, notes)
    difference = difference_in_differences_of(
        (shares[0].estimate, baseline[0].estimate), (shares[1].estimate, baseline[1].estimate)
    )
    notes = [*notes, *_cautions(late, draw)]
    return concluded("differences", sides, difference, notes, method="mover")


def _sides(found: Read, shares: tuple[Share, Share], when: str = "") -> tuple[Side, Side]:
    return side(found, f"told{when}", shares[0]), side(found, f"waiting{when}", shares[1])


def _why_not(both: Groups, draw: Draw, shares: tuple[Share, Share]) -> Note | None:
    if not any(both.told):
        return Note("comparing.nobody_told")
    if not any(both.waiting):
        return Note("comparing.nobody_waits")
    villages = {"told": both.villages(both.told), "waiting": both.villages(both.waiting)}
    if draw.unit == "village" and min(villages.values()) < 2:
        return Note("comparing.few_villages", dict(villages))
    return None if all(share.shown for share in shares) else Note("comparing.few")


def _cautions(both: Groups, draw: Draw) -> list[Note]:
    notes = []
    moved = sum(one.person in draw.moved for one in both.measured.asked)
    if moved:
        notes.append(Note("comparing.moved", {"people": moved}))
    villages = both.villages([*map(any, zip(both.told, both.waiting, strict=True))])
    if draw.unit == "village" and villages < SURE:
        notes.append(Note("comparing.villages_few", {"villages": villages}))
    return notes
