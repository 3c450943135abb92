"""更正: exactly those who got the wrong text, by the way on which they got it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach import clock
from outreach.campaigns import correcting, queries, schedule, service
from outreach.deliveries import settle
from outreach.deliveries.states import RANK
from outreach.errors import Conflict, Invalid, Refused
from outreach.models.campaigns import AudienceMember, Step
from outreach.models.deliveries import (
    Attempt,
    Delivery,
    DeliverySubject,
    GroupChat,
    Outcome,
)
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.store import Store
from outreach.vault import Vault
from tests import town
from tests.town import EMPLOYEE, MORNING, TODAY, ZONE

WRONG = "sms/zh-Hans/insure"
RIGHT = "{{ signature }}更正：前面的短信写错了，正确的是：{{ policy.one_line }}，到{{ policy.where }}。{{ opt_out }}"
RIGHT_BUNDLE = "{{ signature }}更正：前面的短信写错了，正确的是：{% for p in policies %}{{ p.one_line }}；{% endfor %}{{ opt_out }}"


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """A correction keeps quiet hours, whatever the campaign did that it corrects."""
    with clock.fixed(MORNING):
        yield


@pytest.fixture
def home(store: Store, vault: Vault) -> Store:
    """The town, where one of four gets the text about insurance alone and two get it with the health check."""
    with store.begin() as connection:
        town.build(connection, vault)
        for policy in ("check", "insure", "bundle"):
            for channel in ("sms", "group"):
                body = RIGHT_BUNDLE if policy == "bundle" else RIGHT
                if channel == "group":
                    body = body.replace("{{ signature }}", "{{ village }}：") + town.UNTIL
                place = f"{channel}/zh-Hans/{policy}"
                town.write_text(connection, place, body, form="correction")
    return store


def tick(store: Store) -> int:
    return schedule.tick(store.begin, ZONE)


def sent(store: Store, vault: Vault, *steps: dict[str, Any], **more: Any) -> int:
    with store.begin() as connection:
        key = town.released(connection, steps=list(steps) or [{"channel": "sms"}], **more)
    tick(store)
    for channel in ("sms", "group"):
        town.carrier(store, vault, channel).send_all()
    return key


def pause(store: Store) -> None:
    with store.begin() as connection:
        if service.get(connection, "winter")["status"] == "running":
            service.pause(connection, "winter", "gan")


def carried(store: Store, place: str) -> set[int]:
    """Whom the attempts with a text served, asked in another way."""
    with store.read() as connection:
        texts = {str(one.place): one.id for one in _signed(connection)}
        return set(
            connection.scalars(
                select(DeliverySubject.person_id).where(
                    DeliverySubject.delivery_id.in_(
                        select(Attempt.delivery_id).where(Attempt.variant_id == texts[place])
                    )
                )
            )
        )


def _signed(connection: Any) -> Any:
    from outreach.messages import service as messages

    return messages.frozen(connection, service.get(connection, "winter")["id"])


def audience(store: Store, ref: str) -> set[int]:
    with store.read() as connection:
        key = service.get(connection, ref)["id"]
        mine = AudienceMember.campaign_id == key
        return set(connection.scalars(select(AudienceMember.person_id).where(mine)))


def go(store: Store, vault: Vault, ref: str) -> None:
    """Signed, released and sent."""
    with store.begin() as connection:
        service.submit(connection, ref, "gan", TODAY)
        service.approve(connection, ref, "zhang")
        service.release(connection, ref, "gan")
    tick(store)


def draft(store: Store, *places: str, **more: Any) -> str:
    with store.begin() as connection:
        return correcting.draft(connection, "winter", places or (WRONG,), "gan", TODAY, **more)


def told(store: Store, ref: str) -> set[int]:
    with store.read() as connection:
        mine = Delivery.campaign_id == service.get(connection, ref)["id"]
        return set(
            connection.scalars(
                select(DeliverySubject.person_id)
                .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
                .where(mine)
            )
        )


def test_exactly_those_whose_message_had_these_words(home: Store, vault: Vault) -> None:
    sent(home, vault)
    pause(home)
    got = carried(home, WRONG)
    assert len(got) == 1  # the others had both policies, or the other one
    ref = draft(home)
    assert ref == "winter-correction"
    assert audience(home, ref) == got
    go(home, vault, ref)
    texts = town.carrier(home, vault, "sms").send_all()
    assert len(texts) == 1
    assert "更正：" in texts[0]
    assert told(home, ref) == got


def test_several_texts_are_corrected_together(home: Store, vault: Vault) -> None:
    sent(home, vault)
    pause(home)
    both = draft(home, WRONG, "sms/zh-Hans/bundle", name="both")
    assert audience(home, both) == carried(home, WRONG) | carried(home, "sms/zh-Hans/bundle")
    with home.begin() as connection:
        ways = correcting.ways(connection, "winter", [WRONG, "sms/zh-Hans/bundle"])
    assert [(one.step, one.channel, one.people) for one in ways] == [(1, "sms", 3)]


STATES = [("unknown", True), ("undelivered", True), ("delivered", True), ("refused", False), ("deferred", False)]  # fmt: skip


@pytest.mark.parametrize(("state", "may"), STATES, ids=[one[0] for one in STATES])
def test_who_may_have_read_it_counts_and_who_certainly_did_not_does_not(
    home: Store, vault: Vault, state: str, may: bool
) -> None:
    sent(home, vault)
    pause(home)
    got = carried(home, WRONG)
    with home.begin() as connection:
        wrong = {str(one.place): one.id for one in _signed(connection)}[WRONG]
        keys = connection.scalars(select(Attempt.delivery_id).where(Attempt.variant_id == wrong))
        mine = Outcome.delivery_id.in_(keys.all())
        connection.execute(update(Outcome).where(mine).values(state=state, rank=RANK[state]))
    if may:
        assert audience(home, draft(home)) == got
        return
    with pytest.raises(Refused) as caught:
        draft(home)
    assert caught.value.code == "correcting.nobody"


def test_who_does_not_fit_any_more_or_has_applied_is_still_told(home: Store, vault: Vault) -> None:
    sent(home, vault)
    pause(home)
    (one,) = carried(home, WRONG)
    with home.begin() as connection:
        connection.execute(
            update(Person)
            .where(Person.id == one)
            .values(circumstances=EMPLOYEE, circumstances_known=EMPLOYEE)
        )
        policy = connection.scalars(
            select(AudienceMember.policy_id).where(AudienceMember.person_id == one)
        ).first()
        connection.execute(
            insert(Reach).values(person_id=one, policy_id=policy, fact="applied", on=TODAY)
        )
    ref = draft(home)
    go(home, vault, ref)
    assert len(town.carrier(home, vault, "sms").send_all()) == 1


def test_who_died_since_is_in_the_list_and_is_skipped(home: Store, vault: Vault) -> None:
    sent(home, vault)
    pause(home)
    (one,) = carried(home, WRONG)
    with home.begin() as connection:
        connection.execute(update(Person).where(Person.id == one).values(status="deceased"))
    ref = draft(home)
    go(home, vault, ref)
    assert told(home, ref) == {one}
    assert town.carrier(home, vault, "sms").send_all() == []


def test_by_the_way_on_which_they_got_it(home: Store, vault: Vault) -> None:
    """A message to some, a post in one group of two: the post is corrected where it was posted."""
    with home.begin() as connection:
        key = town.released(
            connection, steps=[{"channel": "sms"}, {"channel": "group", "policies": ["insure"]}]
        )
    tick(home)
    with home.begin() as connection:
        posts = connection.scalars(
            select(Delivery.id).where(Delivery.kind == "group").order_by(Delivery.id)
        ).all()
        settle.skip(connection, {posts[0]: "no_text"})
        first_group = connection.scalars(
            select(Delivery.addressee).where(Delivery.id == posts[0])
        ).one()
    for channel in ("sms", "group"):
        town.carrier(home, vault, channel).send_all()
    pause(home)
    ref = draft(home, WRONG, "group/zh-Hans/insure")
    with home.read() as connection:
        campaign = service.get(connection, ref)
        steps = queries.steps(connection, campaign["id"])
        assert [one["channel"] for one in steps] == ["sms", "group"]
        assert {one["options"]["form"] for one in steps} == {"correction"}
        other = connection.scalars(select(GroupChat.id).where(GroupChat.id != first_group)).one()
    go(home, vault, ref)
    with home.read() as connection:
        mine = Delivery.campaign_id == campaign["id"]
        posted = connection.scalars(
            select(Delivery.addressee).where(mine, Delivery.kind == "group")
        ).all()
        written = connection.scalars(
            select(DeliverySubject.person_id)
            .join(Delivery, Delivery.id == DeliverySubject.delivery_id)
            .where(mine, Delivery.kind == "person")
        ).all()
    assert list(posted) == [other]
    assert set(written) == carried(home, WRONG)
    assert key


def test_a_wrong_text_is_stopped_before_it_is_corrected(home: Store, vault: Vault) -> None:
    sent(home, vault, {"channel": "sms"}, {"channel": "group", "at": "2026-12-20 09:00"})
    with pytest.raises(Conflict) as caught:
        draft(home)
    assert caught.value.code == "correcting.still_sending"
    pause(home)
    assert draft(home) == "winter-correction"
    assert draft(home) == "winter-correction-2"


@pytest.mark.parametrize(
    ("places", "version"),
    [(("sms/zh-Hans/no-such",), None), (("",), None), ((WRONG,), 7)],
    ids=["another text", "nothing", "another version"],
)
def test_a_text_that_the_campaign_did_not_sign(
    home: Store, vault: Vault, places: tuple[str, ...], version: int | None
) -> None:
    sent(home, vault)
    pause(home)
    with pytest.raises(Invalid) as caught:
        draft(home, *places, version=version)
    assert caught.value.code == "correcting.not_signed"


def test_without_words_for_the_correction_it_stays_a_draft(store: Store, vault: Vault) -> None:
    with store.begin() as connection:
        town.build(connection, vault)
    sent(store, vault)
    pause(store)
    ref = draft(store)
    with store.begin() as connection, pytest.raises(Refused) as caught:
        service.submit(connection, ref, "gan", TODAY)
    assert caught.value.code == "campaigns.no_form_text"


def test_the_draft_can_be_written_out_and_read_again(home: Store, vault: Vault) -> None:
    from outreach.campaigns import schemas, writing

    sent(home, vault)
    pause(home)
    ref = draft(home)
    with home.read() as connection:
        document = writing.document(connection, service.get(connection, ref), ZONE)
    assert schemas.parse(document, ZONE, "again.yaml").options["correction"]["campaign"] == "winter"
    with home.begin() as connection:
        key = service.get(connection, ref)["id"]
        connection.execute(update(Step).where(Step.campaign_id == key).values(options={"form": "correction"}))  # fmt: skip
    go(home, vault, ref)  # whom each step is for is written down anew when it is submitted
    assert told(home, ref) == carried(home, WRONG)
