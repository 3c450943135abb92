"""Whatever comes with the program fits on its sheets: a text or a fact that grows is noticed here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import yaml

from outreach.deliveries import notices
from outreach.deliveries.notices import House, Made, Order
from outreach.messages import service as texts
from outreach.messages.variants import BUNDLE, read_variants
from outreach.policies import service as policies
from outreach.store import Store

ON = date(2026, 11, 26)
HOUSE = House("https://hm.example.cn", office="示范县经济技术开发区卫生健康局")
"""An office with a long name: what fits with it fits."""
WRITTEN = sorted({one.policy for one in read_variants() if one.channel == one.form == "flyer"})
SPOKEN = sorted(
    {
        (one.policy, one.form)
        for one in read_variants()
        if one.channel == "broadcast" and one.language == "zh-Hans" and one.policy != BUNDLE
    }
)


def load(store: Store) -> Store:
    """What comes with the program, as `migrate` and `policies load` would take it in."""
    with store.begin() as connection:
        for path in policies.starter_catalogue():
            document = policies.check_document(yaml.safe_load(path.read_text("utf-8")), path.name)
            policies.load(connection, document)
        texts.load_files(connection)
    return store


def made(store: Store, policy: str, make: Callable[..., Made], **how: object) -> Made:
    with store.read() as connection:
        return make(connection, Order(policy, ON, draft=True), HOUSE, **how)


@pytest.mark.parametrize("kept_store", ["sqlite"], indirect=True)
def test_every_written_text_fits_every_sheet(store: Store) -> None:
    shipped = load(store)
    assert len(WRITTEN) >= 10
    for policy in WRITTEN:
        for size in ("a4", "a3", "a5x2", "leaflet"):
            assert made(shipped, policy, notices.notice, size=size).pages == 1
        assert not made(shipped, policy, notices.picture).from_facts
        assert made(shipped, policy, notices.questions).pages == 1


@pytest.mark.parametrize("kept_store", ["sqlite"], indirect=True)
def test_every_spoken_text_fits_both_sides_with_its_readings(store: Store) -> None:
    shipped = load(store)
    assert len(SPOKEN) >= 10
    for policy, form in SPOKEN:
        sheet = made(shipped, policy, notices.broadcast, form=form, with_pinyin=True)
        assert sheet.pages in (1, 2)


@pytest.mark.parametrize("kept_store", ["sqlite"], indirect=True)
def test_a_policy_without_a_text_has_a_notice_of_its_facts(store: Store) -> None:
    shipped = load(store)
    silent = {path.stem for path in policies.starter_catalogue()} - set(WRITTEN)
    assert len(silent) >= 10
    for policy in sorted(silent):
        assert made(shipped, policy, notices.notice).from_facts


@pytest.mark.parametrize("kept_store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "place", sorted({(one.language, one.policy) for one in read_variants() if one.channel == "flyer" and one.form == "flyer" and not one.language.startswith(("zh", "yue"))})
)  # fmt: skip
def test_a_second_language_answers_the_chinese_line_by_line(
    store: Store, place: tuple[str, str]
) -> None:
    shipped = load(store)
    from channels.flyer.single import scripts

    language, policy = place
    if scripts.absent([language]):
        pytest.skip(f"no font for {language} on this machine")
    with shipped.read() as connection:
        order = Order(policy, ON, language=language, draft=True)
        assert notices.notice(connection, order, HOUSE).pages == 1
