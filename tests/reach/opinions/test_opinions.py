"""Opinions: one inbox, taken once, moved by one person at a time, found again, counted, and never in clear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from outreach import clock
from outreach.access import service as access
from outreach.access.schemas import NewUser
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing, OutreachError
from outreach.models.access import AuditEntry
from outreach.models.signals import Opinion, OpinionMove
from outreach.people.keys import phone_key
from outreach.reach.opinions import moving, service, sheets
from outreach.reach.opinions.schemas import (
    ANSWER,
    CONTACT,
    NOTE,
    TEXT,
    Asked,
    Hand,
    NewOpinion,
    OpinionView,
)
from outreach.reach.opinions.waiting import overdue_before, working_days_before
from outreach.store import Store
from outreach.vault import Vault
from tests import town

COUNTY = Scope(town.COUNTY)
OFFICER = Hand("gan", COUNTY)
WORDS, PHONE = "表上写的地方早就搬走了", "13800000199"


@pytest.fixture
def office(store: Store, vault: Vault) -> Store:
    with store.begin() as connection, clock.fixed(town.MORNING):
        town.build(connection, vault)
    return store


def put(store: Store, vault: Vault, **more: Any) -> int:
    given = {"source": "door", "text": WORDS, "region": town.EAST, "by": "wu", **more}
    with store.begin() as connection:
        return service.say(connection, vault, NewOpinion(**given))


def read(store: Store, key: int, scope: Scope = COUNTY) -> OpinionView:
    with store.read() as connection:
        return service.one(connection, scope, key)


def test_words_and_a_contact_stand_in_no_table_in_clear(office: Store, vault: Vault) -> None:
    key = put(office, vault, contact=PHONE, policy="check")
    with office.begin() as connection:
        moving.answer(connection, vault, key, "已经改了地址", OFFICER)
    with office.read() as connection:
        kept = str(
            [
                dict(row)
                for table in (Opinion, OpinionMove, AuditEntry)
                for row in connection.execute(select(table)).mappings()
            ]
        )
    assert all(words not in kept for words in (WORDS, PHONE, "已经改了地址"))
    view = read(office, key)
    assert vault.decrypt(TEXT, view.said) == WORDS
    assert vault.decrypt(CONTACT, view.contact) == PHONE
    assert vault.decrypt(ANSWER, view.answer) == "已经改了地址"
    assert (view.policy, view.state, view.assigned) == ("check", "answered", "gan")


def test_a_form_that_is_sent_twice_is_one_opinion(office: Store, vault: Vault) -> None:
    first, again = (put(office, vault, key="form:1", source="qr", by="") for _ in range(2))
    assert first == again
    assert put(office, vault, key="form:2") != first
    assert put(office, vault) != put(office, vault)  # without a key each is its own
    with office.read() as connection:
        assert len(service.history(connection, first)) == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param({"text": " \n\t"}, "opinions.empty", id="nothing but blanks"),
        pytest.param({"text": "\x00\x07"}, "opinions.empty", id="nothing that can be read"),
        pytest.param({"text": "字" * 2_001}, "opinions.too_long", id="a letter too many"),
        pytest.param({"contact": "1" * 61}, "opinions.contact", id="a contact that is a letter"),
        pytest.param({"source": "wechat"}, "opinions.source", id="a source that nobody knows"),
        pytest.param({"kind": "rumour"}, "opinions.kind", id="a kind that nobody knows"),
        pytest.param({"policy": "nothing"}, "policies.unknown", id="a policy that is none"),
    ],
)
def test_what_cannot_be_written_down_says_why(
    office: Store, vault: Vault, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(OutreachError) as caught:
        put(office, vault, **given)
    assert caught.value.code == code


def test_half_a_character_and_a_bell_are_left_out_and_the_rest_is_kept(
    office: Store, vault: Vault
) -> None:
    key = put(office, vault, text="窗口\ud840太远\x07\r\n走不动")
    assert vault.decrypt(TEXT, read(office, key).said) == "窗口?太远\n走不动"


def test_a_wide_space_parts_words_still(office: Store, vault: Vault) -> None:
    key = put(office, vault, text="\u3000\u3000我家\u3000三楼\u00a0没电梯\u2028走\tno\x00")
    assert vault.decrypt(TEXT, read(office, key).said) == "我家 三楼 没电梯 走 no"


# -- moves ---------------------------------------------------------------------------------------------

Move = Callable[[Any, Vault, int], object]
MOVES: dict[str, Move] = {
    "take": lambda c, v, key: moving.take(c, v, key, OFFICER),
    "answer": lambda c, v, key: moving.answer(c, v, key, "好的", OFFICER),
    "close": lambda c, v, key: moving.close(c, v, key, OFFICER, note="同一件事"),
    "reopen": lambda c, v, key: moving.reopen(c, v, key, OFFICER),
}


def move(store: Store, vault: Vault, key: int, *names: str) -> None:
    for name in names:
        with store.begin() as connection:
            MOVES[name](connection, vault, key)


@pytest.mark.parametrize(
    ("before", "allowed"),
    [
        pytest.param([], {"take", "answer", "close"}, id="new"),
        pytest.param(["take"], {"answer", "close"}, id="taken"),
        pytest.param(["answer"], {"close", "reopen"}, id="answered"),
        pytest.param(["close"], {"reopen"}, id="closed"),
        pytest.param(["close", "reopen"], {"answer", "close"}, id="opened again"),
    ],
)
def test_each_state_allows_its_moves_and_no_other(
    office: Store, vault: Vault, before: list[str], allowed: set[str]
) -> None:
    for name in MOVES:
        key = put(office, vault)
        move(office, vault, key, *before)
        if name in allowed:
            move(office, vault, key, name)
            continue
        with pytest.raises(Conflict, match="wrong_state"):
            move(office, vault, key, name)


def test_the_whole_way_is_kept_with_who_and_in_which_words(office: Store, vault: Vault) -> None:
    key = put(office, vault)
    move(office, vault, key, "take", "answer", "reopen", "answer", "close")
    with office.read() as connection:
        found = service.history(connection, key)
    assert [(one.state, one.by) for one in found] == [
        ("new", "wu"), ("taken", "gan"), ("answered", "gan"), ("taken", "gan"), ("answered", "gan"), ("closed", "gan"),
    ]  # fmt: skip
    assert vault.decrypt(NOTE, found[2].note) == "好的"
    with office.read() as connection:
        logged = connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert logged[-6:] == ["opinions.say"] + ["opinions.handle"] * 5


def test_whoever_looked_at_an_older_page_moves_nothing(office: Store, vault: Vault) -> None:
    key = put(office, vault)
    with office.read() as connection:
        seen = service.history(connection, key)[-1].id
    other = Hand("li", COUNTY)
    with office.begin() as connection:
        moving.take(connection, vault, key, other, seen=seen)
    with office.begin() as connection, pytest.raises(Conflict) as caught:
        moving.answer(connection, vault, key, "答复", OFFICER, seen=seen)
    assert caught.value.code == "opinions.moved"
    assert read(office, key).assigned == "li"


def test_two_who_move_at_once_do_not_both_move_it(office: Store, vault: Vault) -> None:
    """The row that was read is compared where it is written, whatever was read before."""
    from outreach.reach.opinions import queries

    key = put(office, vault)
    stale = read(office, key)
    move(office, vault, key, "take")
    with office.begin() as connection:
        assert not queries.change(connection, stale, {"state": "closed"}, states=("new", "taken"))


def test_closing_without_an_answer_needs_a_reason(office: Store, vault: Vault) -> None:
    key = put(office, vault)
    with office.begin() as connection, pytest.raises(Invalid, match="close_note"):
        moving.close(connection, vault, key, OFFICER)
    move(office, vault, key, "answer")
    with office.begin() as connection:
        assert moving.close(connection, vault, key, OFFICER).state == "closed"


def test_it_is_given_only_to_somebody_who_may_deal_with_it_there(
    office: Store, vault: Vault
) -> None:
    key = put(office, vault)
    with office.begin() as connection:
        for name, role, region in (("li", "officer", town.TOWN), ("zhou", "officer", town.WEST), ("wang", "worker", town.EAST)):  # fmt: skip
            access.add_user(connection, NewUser(name, role, region, ""), "hash", by="test")
    with office.begin() as connection:
        assert moving.give(connection, vault, key, "li", OFFICER).assigned == "li"
    for other in ("zhou", "wang", "nobody"):
        with office.begin() as connection, pytest.raises(Invalid, match="assigned"):
            moving.give(connection, vault, key, other, OFFICER)


# -- who sees what -------------------------------------------------------------------------------------


def test_an_officer_of_a_town_sees_its_own_and_nobody_elses(office: Store, vault: Vault) -> None:
    east, west = put(office, vault), put(office, vault, region=town.WEST)
    put(office, vault, region="600102")
    with office.read() as connection:
        assert {one.id for one in service.inbox(connection, Scope(town.TOWN))} == {east, west}
        assert {one.id for one in service.inbox(connection, Scope(town.WEST))} == {west}
        with pytest.raises(Missing):
            service.one(connection, Scope(town.WEST), east)
    with office.begin() as connection, pytest.raises(Missing):
        moving.take(connection, vault, east, Hand("zhou", Scope(town.WEST)))


def test_who_wrote_one_down_sees_their_own_with_the_answer(office: Store, vault: Vault) -> None:
    mine = put(office, vault, by="wu")
    put(office, vault, by="li")
    put(office, vault, by="", source="qr")
    move(office, vault, mine, "answer")
    with office.read() as connection:
        [found] = service.written_by(connection, "wu")
        assert service.written_by(connection, "") == []
    assert (found.id, vault.decrypt(ANSWER, found.answer)) == (mine, "好的")


def test_whoever_waits_the_longest_stands_first_and_what_is_done_last(
    office: Store, vault: Vault
) -> None:
    first, second, third, fourth = (put(office, vault) for _ in range(4))
    move(office, vault, second, "answer")
    move(office, vault, fourth, "answer")
    move(office, vault, third, "take")
    with office.read() as connection:
        found = [one.id for one in service.inbox(connection, COUNTY)]
    assert found == [first, third, fourth, second]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(Asked(policy="check"), {0}, id="about a policy"),
        pytest.param(Asked(source="phone"), {1}, id="from the phone"),
        pytest.param(Asked(states=("answered",)), {1}, id="answered"),
        pytest.param(Asked(region=town.WEST), {2}, id="from a village"),
        pytest.param(Asked(before=town.MORNING + timedelta(days=1)), {0}, id="older than a day"),
        pytest.param(Asked(since=town.MORNING + timedelta(days=1)), {1, 2}, id="since a day"),
        pytest.param(Asked(whose="gan"), {1}, id="of one officer"),
        pytest.param(Asked(limit=2), {0, 2}, id="the first two"),
    ],
)
def test_it_is_found_by_what_it_is_about(
    office: Store, vault: Vault, asked: Asked, found: set[int]
) -> None:
    with clock.fixed(town.MORNING) as now:
        keys = [put(office, vault, policy="check")]
        now.advance(days=2)
        keys += [put(office, vault, source="phone"), put(office, vault, region=town.WEST)]
        move(office, vault, keys[1], "answer")
    with office.read() as connection:
        ids = {one.id for one in service.inbox(connection, COUNTY, asked)}
    assert ids == {keys[one] for one in found}


# -- figures -------------------------------------------------------------------------------------------


def test_counts_are_by_policy_and_by_week_of_the_office(office: Store, vault: Vault) -> None:
    sunday_night = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    with clock.fixed(sunday_night) as now:
        put(office, vault, policy="check")
        now.advance(minutes=1)
        put(office, vault, policy="check", source="qr")
        put(office, vault)
    with office.read() as connection:
        found = service.counts(connection, COUNTY, date(2026, 11, 16), town.ZONE)
        late = service.counts(connection, COUNTY, date(2026, 11, 23), town.ZONE)
        assert service.standing(connection, COUNTY) == {"new": 3}
        assert service.standing(connection, COUNTY, "check") == {"new": 2}
    assert [(one.policy, one.week.day, one.n) for one in found] == [
        ("", 23, 1), ("check", 16, 1), ("check", 23, 1),
    ]  # fmt: skip
    assert dict(found[2].sources) == {"qr": 1}
    assert [one.week.day for one in late] == [23, 23]


@pytest.mark.parametrize(
    ("on", "days", "first"),
    [
        pytest.param("2026-11-24", 5, "2026-11-17", id="a Tuesday: back over a weekend"),
        pytest.param("2026-11-23", 5, "2026-11-16", id="a Monday: the whole week before"),
        pytest.param("2026-11-28", 5, "2026-11-23", id="a Saturday: the week that is over"),
        pytest.param("2026-11-29", 5, "2026-11-23", id="a Sunday: the same"),
        pytest.param("2026-11-27", 1, "2026-11-26", id="one day"),
        pytest.param("2026-11-23", 1, "2026-11-20", id="one day before a Monday is a Friday"),
    ],
)
def test_working_days_are_those_that_are_over(on: str, days: int, first: str) -> None:
    found = working_days_before(date.fromisoformat(on), days)
    assert found == date.fromisoformat(first)


def test_nobody_waits_too_long_until_five_working_days_are_over(
    office: Store, vault: Vault
) -> None:
    monday = datetime(2026, 11, 16, 1, tzinfo=UTC)
    with clock.fixed(monday):
        answered, closed = put(office, vault), put(office, vault)
        put(office, vault)
        put(office, vault, region=town.COUNTY)
    move(office, vault, answered, "answer")
    move(office, vault, closed, "close")
    with office.read() as connection:
        on_time = service.overdue(connection, COUNTY, date(2026, 11, 23), 5, town.ZONE)
        late = service.overdue(connection, COUNTY, date(2026, 11, 24), 5, town.ZONE)
    assert on_time == []
    assert [(one.region, one.n, one.oldest) for one in late] == [
        (town.COUNTY, 1, monday), (town.TOWN, 1, monday),
    ]  # fmt: skip
    assert overdue_before(date(2026, 11, 24), 5, town.ZONE) == datetime(2026, 11, 16, 16, tzinfo=UTC)  # fmt: skip


# -- texts from phones ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("homes", "region"),
    [
        pytest.param([], town.COUNTY, id="a number that nobody has: the installation's own region"),
        pytest.param([town.EAST + "07"], town.EAST, id="one home: its village, never its grid"),
        pytest.param([town.EAST, town.WEST], town.TOWN, id="two villages: their town"),
        pytest.param([town.EAST, "600102101"], town.COUNTY, id="two counties: as for nobody"),
        pytest.param(["600102101001"], town.COUNTY, id="outside: as for nobody"),
    ],
)
def test_a_text_from_a_phone_belongs_where_everybody_with_the_number_lives(
    office: Store, vault: Vault, homes: list[str], region: str
) -> None:
    number = "+8613800000177"
    hashed = phone_key(vault, number)
    text = NewOpinion("sms", WORDS, region=town.COUNTY, contact=number, key="sms:1")
    with office.begin() as connection:
        for home in homes:
            town.add_person(connection, vault, number, region=home, phone_key=hashed)
        key = service.take_text(connection, vault, text, hashed)
        assert service.take_text(connection, vault, text, hashed) == key
        blank = NewOpinion("sms", "  ", region=town.COUNTY)
        assert service.take_text(connection, vault, blank, hashed) is None
    assert key is not None
    view = read(office, key)
    assert (view.source, view.region) == ("sms", region)


# -- sheets --------------------------------------------------------------------------------------------


def workbook(path: Path, *rows: tuple[str, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["11 月第三周热线意见"])
    sheet.append(["来源", "内容", "政策", "地区代码", "类型", "联系方式"])
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


GOOD = ("12345 热线", "窗口中午没人", "check", town.EAST, "办事遇到问题", PHONE)


def test_a_list_of_the_hotline_is_taken_in_once(
    office: Store, vault: Vault, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "热线.xlsx", GOOD, ("", "建议周末也办", "", "", "", ""), ("", "", "", "", "", ""))  # fmt: skip
    terms = sheets.Terms("hotline", town.COUNTY, OFFICER)
    for _ in range(2):
        with office.begin() as connection:
            done, errors = sheets.take(connection, vault, sheets.read(path), terms)
        assert (len(done), errors) == (2, [])
    with office.read() as connection:
        found = service.inbox(connection, COUNTY)
    assert [(one.source, one.kind, one.policy, one.region) for one in found] == [
        ("hotline", "problem", "check", town.EAST), ("hotline", "other", "", town.COUNTY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        pytest.param(0, "微信", "来源“微信”不认识", id="a source"),
        pytest.param(1, "", "还没有写内容", id="no words"),
        pytest.param(2, "不存在", "没有叫“不存在”的政策", id="a policy"),
        pytest.param(3, "600102", "没有地区代码 600102", id="a region of others"),
        pytest.param(4, "骂人", "类型“骂人”不认识", id="a kind"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    office: Store, vault: Vault, tmp_path: Path, column: int, value: str, said: str
) -> None:
    bad = (*GOOD[:column], value, *GOOD[column + 1 :])
    path = workbook(tmp_path / "热线.xlsx", GOOD, bad)
    terms = sheets.Terms("hotline", town.COUNTY, OFFICER)
    with office.begin() as connection:
        _, errors = sheets.take(connection, vault, sheets.read(path), terms)
        connection.rollback()
    [(row, words)] = errors
    assert row == 4
    assert said in words


def test_a_sheet_without_words_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["姓名", "电话"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(Invalid, match="no_header"):
        sheets.read(tmp_path / "x.xlsx")


def test_the_list_for_a_meeting_has_no_contacts_and_no_formulas(
    office: Store, vault: Vault, tmp_path: Path
) -> None:
    put(office, vault, text=f"=1+1 打我电话{PHONE}，身份证11010519491231002X", contact=PHONE, policy="check")  # fmt: skip
    out = tmp_path / "意见.xlsx"
    with office.read() as connection:
        assert sheets.write(connection, vault, service.inbox(connection, COUNTY), out) == 1
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    text = " ".join(str(cell.value) for cell in cells)
    assert PHONE not in text
    assert "110105194912" not in text
    assert "138****0199" in text
    assert all(cell.data_type != "f" for cell in cells)
