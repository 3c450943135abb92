"""Counts what would be handed over: distinct texts, their sizes, and who gets nothing.

A text that names nobody is rendered once for each distinct request. Only where a text reads `name` are names
deciphered, some thousands at a time; the texts that they make are measured and forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from channels.parts import Billing
from outreach.campaigns.preview.schemas import SOMEBODY, Distinct
from outreach.deliveries.expected import Expected
from outreach.messages import languages
from outreach.messages.composer import Composer
from outreach.messages.cost import Size, size
from outreach.messages.coverage import SHEET
from outreach.messages.render import variables_used
from outreach.messages.schemas import SPOKEN, Composed, Request
from outreach.messages.spoken import spoken_seconds, stretches

_TOGETHER = 5_000

Names = Callable[[Sequence[int]], Mapping[int, str]]
"""People → their names in clear, of those whose name is known here."""


@dataclass(frozen=True)
class Writing:
    """How a step writes: its texts, channel and form, and how its carrier counts parts ('' where nobody bills)."""

    composer: Composer
    channel: str
    form: str = ""
    billing: Billing | None = None

    @property
    def facts_only(self) -> bool:
        """A household's sheet is made of facts, not of one text."""
        return self.channel == SHEET and not self.form


Shown = tuple[str, str, int]
"""A text as it is listed, its language, and the version that made it."""


class Tally:
    """Takes in what is expected, part by part, and says what it comes to."""

    def __init__(self, writing: Writing, names: Names) -> None:
        self._writing = writing
        self._names = names
        self._reading: dict[tuple[object, ...], bool] = {}
        self.texts: dict[Shown, Counter[Size]] = {}
        self.gaps: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.recipients = 0

    def take(self, every: Iterable[Expected], watch: Callable[[int], None]) -> None:
        """Count everything that is expected. watch: is told how many more were looked at."""
        rest = iter(every)
        while part := list(islice(rest, _TOGETHER)):
            going = [one for one in part if not one.reason]
            self.skipped.update(one.reason for one in part if one.reason)
            self.recipients += len(going)
            self.asked.update(one.request.language for one in going)
            if not self._writing.facts_only:
                self._count(self._requests(going))
            watch(len(part))

    def _requests(self, going: Sequence[Expected]) -> Counter[Request]:
        """Equal requests are one; a name stands in one only where the text reads it."""
        named = [one for one in going if self._reads_name(one.request)]
        known = self._names([one.id for one in named if one.kind == "person"]) if named else {}
        wanted = Counter(one.request for one in going if not self._reads_name(one.request))
        for one in named:
            name = known.get(one.id, SOMEBODY) if one.kind == "person" else SOMEBODY
            wanted[replace(one.request, name=name)] += 1
        return wanted

    def _reads_name(self, request: Request) -> bool:
        """Whether the text for such a reader names them; what decides is the same for many."""
        alike = (request.language, request.policies, request.certain, request.private)
        if alike not in self._reading:
            text = self._writing.composer.choose(self._writing.channel, request, self._writing.form)
            self._reading[alike] = text is not None and "name" in variables_used(text.body)
        return self._reading[alike]

    def _count(self, wanted: Counter[Request]) -> None:
        requests = list(wanted)
        shown = [replace(one, name=SOMEBODY) if one.name else one for one in requests]
        sizes: dict[str, Size] = {}
        for request, made, listed in zip(
            requests, self._compose(requests), self._compose(shown), strict=True
        ):
            count = wanted[request]
            if made is None or listed is None:
                self.gaps[languages.name(request.language)] += count
                continue
            if made.text not in sizes:
                sizes[made.text] = self._size(made.text)
            key = (listed.text, listed.language, listed.variant_id)
            self.texts.setdefault(key, Counter())[sizes[made.text]] += count

    def _compose(self, requests: Sequence[Request]) -> list[Composed | None]:
        return self._writing.composer.compose(self._writing.channel, requests, self._writing.form)

    def _size(self, text: str) -> Size:
        return Size(0) if self._writing.billing is None else size(text, self._writing.billing)

    @property
    def sizes(self) -> Counter[Size]:
        """How many texts have which size; nothing where nobody bills."""
        if self._writing.billing is None:
            return Counter()
        return sum(self.texts.values(), Counter())

    def distinct(self) -> list[Distinct]:
        """Every distinct text, the most frequent first."""
        aloud = self._writing.channel in SPOKEN
        found = [
            Distinct(
                text=text,
                language=language,
                count=sum(sizes.values()),
                parts=max(one.parts for one in sizes),
                least=min(one.parts for one in sizes),
                total=sum(one.parts * count for one, count in sizes.items()),
                seconds=spoken_seconds(stretches(text)) if aloud else 0,
                variant=variant,
            )
            for (text, language, variant), sizes in self.texts.items()
        ]
        return sorted(found, key=lambda one: (-one.count, one.language, one.text))
