"""What follows an answer."""

from __future__ import annotations

import pytest

from channels.base import Patience
from outreach.deliveries.retry import (
    MAX_DEFERRED,
    PHONE_OFF,
    Next,
    after_deferred,
    after_empty_look,
    after_undelivered,
    after_unknown,
)
from outreach.deliveries.states import RANK, SENDING, State, Why, shown


@pytest.mark.parametrize(
    ("attempts", "hint", "then"),
    [
        (1, None, Next(Why.DEFERRED, 2)),
        (2, None, Next(Why.DEFERRED, 4)),
        (7, None, Next(Why.DEFERRED, 128)),
        (1, 30.0, Next(Why.DEFERRED, 30)),
        (5, 1.0, Next(Why.DEFERRED, 32)),
        (MAX_DEFERRED, None, Next(Why.ASK, 0)),
        (MAX_DEFERRED + 1, 60.0, Next(Why.ASK, 0)),
    ],
)
def test_a_busy_carrier_is_asked_again_later_and_later(
    attempts: int, hint: float | None, then: Next
) -> None:
    assert after_deferred(attempts, hint) == then


@pytest.mark.parametrize(
    ("attempts", "patience", "then"),
    [
        (1, PHONE_OFF, Next(Why.TEMPORARY, 1800)),
        (2, PHONE_OFF, Next(Why.TEMPORARY, 1800)),
        (3, PHONE_OFF, None),
        (1, Patience(), None),
        (1, Patience(1, 600.0), Next(Why.TEMPORARY, 600)),
        (2, Patience(1, 600.0), None),
    ],
)
def test_a_phone_that_is_off_is_tried_again_and_a_wrong_number_is_not(
    attempts: int, patience: Patience, then: Next | None
) -> None:
    assert after_undelivered(attempts, patience) == then


def test_an_unknown_never_leads_to_another_attempt_by_itself() -> None:
    assert after_unknown(can_look_up=True, wait=9) == Next(Why.LOOK_UP, 9)
    assert after_unknown(can_look_up=False, wait=9) == Next(Why.ASK, 0)


@pytest.mark.parametrize(
    ("looks", "resent", "then"),
    [
        (1, False, Next(Why.LOOK_UP, 5)),
        (1, True, Next(Why.LOOK_UP, 5)),
        (2, False, Next(Why.RESEND, 0)),
        (2, True, Next(Why.ASK, 0)),
    ],
)
def test_two_empty_looks_allow_one_more_message_and_never_a_third(
    looks: int, resent: bool, then: Next
) -> None:
    assert after_empty_look(looks, resent=resent, pause=5) == then


def test_words_rank_by_what_they_say() -> None:
    order = ["unknown", "deferred", "refused", "accepted", "undelivered", "delivered", "skipped"]
    assert sorted(RANK, key=RANK.__getitem__) == order
    assert {shown(state) for state in RANK} <= set(State)
    assert shown("deferred") == State.WAITING


def test_only_what_certainly_is_with_nobody_or_was_looked_up_twice_is_sent_again() -> None:
    assert set(SENDING) == {Why.DEFERRED, Why.TEMPORARY, Why.RESEND}
