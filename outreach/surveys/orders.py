"""A survey as an evaluator writes it down: the whole document, checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from outreach.errors import Invalid
from outreach.surveys.design_order import (
    ALLOCATIONS,
    BASES,
    PLACES,
    RESERVE_BATCHES,
    TRAITS,
    WITHIN,
    Base,
    DesignOrder,
)
from outreach.surveys.instrument import KINDS, Instrument, parse_instrument
from outreach.surveys.kinds import ABOUT_A_POLICY, SAMPLED, SurveyKind, check
from outreach.surveys.order_values import Values

LARGEST = 100_000
"""Most people in one sample."""

_REQUIRED = ("id", "title", "mode")
_ABOUT = (
    "id", "title", "kind", "policy", "campaign", "region", "wave", "mode", "follows", "panel", "fresh", "group",
    "opens_on", "closes_on", "permit", "instrument", "generated",
)  # fmt: skip
_SIZE = ("size", "seed", "per_stratum", "margin", "expected", "deff", "response")
_DESIGN = (
    "base", "strata", "allocation", "rates", "villages", "per_village", "within", "reserve", "batches", "rake",
    "classes", "trim",
)  # fmt: skip
_OF_A_PANEL = ("panel", "seed", "rake", "classes", "trim")

KEYS = (*_ABOUT, *_SIZE, *_DESIGN)
"""All keys that a document may have; docs/statistics.md says what each means."""

_WAYS = ("size", "margin", "per_stratum", "villages")
"""What a size may follow from, one of them."""

_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class SurveyOrder:
    """The whole document. `instrument` is None for the standard questionnaire of the kind; `size` 0 where it follows
    from the design or nobody is drawn; `follows` is the earlier wave."""

    ref: str
    title: str
    kind: SurveyKind
    policy: str
    campaign: str
    region: str
    mode: str
    size: int
    seed: str
    wave: int
    follows: str
    panel: bool
    design: DesignOrder
    opens_on: date | None
    closes_on: date | None
    generated: bool
    permit: Mapping[str, Any] | None
    instrument: Instrument | None


def parse(document: object, file: str = "") -> SurveyOrder:
    """Check a document (YAML or JSON, read). Invalid names the file and the key; nothing is guessed."""
    if not isinstance(document, Mapping):
        raise Invalid("fieldwork.not_a_mapping", file=file)
    for key in document:
        if key not in KEYS:
            raise Invalid("fieldwork.unknown_key", file=file, key=key, choices="、".join(KEYS))
    read = Values(document, file, _REQUIRED)
    kind = SurveyKind(read.one_of("kind", KINDS))
    for key in (*_REQUIRED, *_needed(kind, document)):
        if not read.has(key):
            raise Invalid("fieldwork.missing_key", file=file, key=key)
    ref = read.text("id")
    if not _REF.fullmatch(ref) or ref == "new":  # the page that sets one up has this name
        read.refuse("id")
    order = SurveyOrder(
        ref=ref,
        title=read.text("title"),
        kind=kind,
        policy=read.text("policy"),
        campaign=read.text("campaign"),
        region=read.code("region"),
        mode=read.text("mode"),
        size=read.whole("size", LARGEST),
        seed=read.seed() if read.has("seed") else "",
        wave=read.whole("wave", 1000, default=1),
        follows=read.text("follows"),
        panel=read.switch("panel"),
        design=_design(read, kind),
        opens_on=read.day("opens_on"),
        closes_on=read.day("closes_on"),
        generated=read.switch("generated"),
        permit=_permit(read),
        instrument=_instrument(read, kind),
    )
    _together(order, read)
    return order


def _needed(kind: SurveyKind, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that a document of this kind must have."""
    needed: tuple[str, ...] = ("policy",) if kind in ABOUT_A_POLICY else ()
    if kind == SurveyKind.EXPERIENCE:
        return (*needed, "group")
    if kind not in SAMPLED:
        return needed
    if kind == SurveyKind.AWARENESS or document.get("base", "adults") != "adults":
        needed = ("policy",)
    sized = any(document.get(key) for key in (*_WAYS[1:], "panel"))
    return (*needed, "seed") if sized else (*needed, "size", "seed")


def _design(read: Values, kind: SurveyKind) -> DesignOrder:
    everybody = kind in SAMPLED and not read.has("policy")
    base = read.one_of("base", BASES, "adults" if everybody else "")
    return DesignOrder(
        base=next(one for one in get_args(Base) if one == base),
        strata=read.some_of("strata", TRAITS),
        allocation=_word(read.one_of("allocation", ALLOCATIONS)),
        rates=read.rates("rates"),
        per_stratum=read.whole("per_stratum", LARGEST),
        villages=read.whole("villages", LARGEST),
        per_village=read.whole("per_village", 1000),
        within=_word(read.one_of("within", WITHIN)),
        reserve=read.share("reserve", 0.0, most=2.0, open_end=False),
        batches=read.whole("batches", 10, default=RESERVE_BATCHES),
        rake=read.some_of("rake", TRAITS),
        classes=read.some_of("classes", TRAITS),
        trim=read.number("trim", 1.0, 1.5, 100) if read.has("trim") else None,
        margin=read.share("margin", 0.0) or None,
        expected=read.share("expected", 0.5),
        deff=read.number("deff", 1.0, 0.2, 20),
        response=read.share("response", 1.0, open_end=False),
        fresh=read.share("fresh", 0.0),
        group=read.text("group") if kind == SurveyKind.EXPERIENCE else _no_group(read),
    )


def _word(value: str) -> Any:
    """A word that was checked against the same list that its type is made of."""
    return value


def _no_group(read: Values) -> str:
    if read.has("group"):
        read.clash("planning.only_for_kind", "group", kind=SurveyKind.EXPERIENCE.value)
    return ""


def _permit(read: Values) -> Mapping[str, Any] | None:
    given = read.document.get("permit")
    if given is not None and not isinstance(given, Mapping):
        read.refuse("permit")
    return given


def _instrument(read: Values, kind: SurveyKind) -> Instrument | None:
    given = read.document.get("instrument")
    if given is None:
        return None
    if isinstance(given, Mapping) and "kind" not in given:
        given = {**given, "kind": kind.value}
    instrument = parse_instrument(given)
    if instrument.kind != kind:
        read.clash("planning.other_kind", "instrument", kind=kind.value, given=instrument.kind)
    check(instrument)
    return instrument


def _together(order: SurveyOrder, read: Values) -> None:
    """What is said at several places must go together."""
    if order.opens_on and order.closes_on and order.closes_on < order.opens_on:
        read.clash("planning.closes_before", "closes_on", opens=order.opens_on)
    if order.panel and not order.follows:
        raise Invalid("fieldwork.missing_key", file=read.file, key="follows")
    if order.design.fresh and not order.panel:
        read.clash("planning.needs_other", "fresh", other="panel")
    for key in (*_SIZE, *_DESIGN, "panel"):
        if read.has(key):
            _check_use(key, order, read)
    if order.kind in SAMPLED and not order.panel:
        _check_size(order, read)
        _check_strata(order.design, read)
        _check_villages(order.design, read)


def _check_use(key: str, order: SurveyOrder, read: Values) -> None:
    """A key about drawing must have something to decide."""
    if order.kind not in SAMPLED and key != "seed":
        read.clash("planning.nobody_is_drawn", key, kind=order.kind.value)
    if order.panel and key not in _OF_A_PANEL:
        read.clash("planning.panel_keeps", key)


def _check_size(order: SurveyOrder, read: Values) -> None:
    design = order.design
    ways = [key for key in _WAYS if read.has(key)]
    if len(ways) > 1:
        read.clash("planning.two_sizes", ways[-1], keys="、".join(ways))
    for key in ("expected", "deff", "response"):
        if read.has(key) and design.margin is None:
            read.clash("planning.needs_other", key, other="margin")
    if design.per_stratum and not design.strata:
        read.clash("planning.needs_other", "per_stratum", other="strata")
    if design.per_stratum and read.has("allocation") and design.allocation != "equal":
        read.clash("planning.needs_other", "per_stratum", other="allocation: equal")


def _check_strata(design: DesignOrder, read: Values) -> None:
    if read.has("allocation") and not design.strata:
        read.clash("planning.needs_other", "allocation", other="strata")
    if design.allocation == "neyman" and not design.rates:
        read.clash("planning.needs_other", "allocation", other="rates")
    if design.rates and design.allocation != "neyman":
        read.clash("planning.needs_other", "rates", other="allocation: neyman")
    if design.base == "adults" and "eligible" in design.strata and not read.has("policy"):
        read.clash("planning.needs_other", "strata", other="policy")
    by_person = [trait for trait in design.strata if trait not in PLACES]
    if by_person and (design.clustered or design.within != "people"):
        read.clash("planning.strata_of_places", "strata", trait=by_person[0])


def _check_villages(design: DesignOrder, read: Values) -> None:
    if design.villages and not design.clustered:
        raise Invalid("fieldwork.missing_key", file=read.file, key="per_village")
    if design.clustered and "village" in design.strata:
        read.clash("planning.villages_twice", "strata")
    if design.clustered and (design.per_stratum or design.allocation == "neyman"):
        read.clash("planning.villages_proportional", "allocation")
