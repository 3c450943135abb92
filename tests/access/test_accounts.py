from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from outreach import clock
from outreach.access import audit, passwords, queries, service
from outreach.access.roles import Action, Role
from outreach.access.schemas import Actor, Login, NewUser
from outreach.errors import Conflict, Invalid, Missing, OutreachError, Refused
from outreach.models.access import User
from outreach.store import Store
from outreach.wording import catalogue, say

PASSWORD = "correct horse battery"
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def _add(store: Store, name: str = "zhou", role: str = "officer", region: str = "") -> Actor:
    user = NewUser(name, role, region, display="周某", password=PASSWORD)
    _, hashed = service.prepare(user)
    with store.begin() as connection:
        service.add_user(connection, user, hashed, by="admin")
        return service.actor_named(connection, name)


def _log_in(store: Store, name: str, password: str) -> Login:
    with store.read() as connection:
        login = service.check_login(connection, name, password)
    with store.begin() as connection:
        return service.settle_login(connection, login)


def _actions(store: Store) -> list[str]:
    with store.read() as connection:
        return [line.action for line in reversed(queries.audit_lines(connection))]


def test_a_user_logs_in_and_it_is_logged(store: Store) -> None:
    actor = _add(store)
    assert service.admit(_log_in(store, "zhou", PASSWORD)) == actor
    assert (actor.role, actor.shown, actor.role_name) == (Role.OFFICER, "周某", "宣传干事")
    assert _actions(store) == ["accounts.manage", "account.login"]


def test_only_an_argon2id_hash_is_kept(store: Store) -> None:
    _add(store)
    with store.read() as connection:
        kept = connection.execute(select(User.password)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("zhou", "wrong password", id="a wrong password"),
        pytest.param("nobody", PASSWORD, id="a name that does not exist"),
        pytest.param("ZHOU", PASSWORD, id="the same name in capitals"),
        pytest.param("zhou", "", id="no password"),
        pytest.param("zhou", "x" * 5000, id="a password of five thousand characters"),
        pytest.param("closed", PASSWORD, id="a closed account"),
        pytest.param("empty", "", id="an account without a password"),
    ],
)
def test_a_refusal_never_says_which_part_was_wrong(store: Store, name: str, password: str) -> None:
    _add(store)
    closed = _add(store, "closed")
    with store.begin() as connection:
        service.close_account(connection, closed, by="admin")
        service.add_user(connection, NewUser("empty", "worker"), "", by="admin")
    with pytest.raises(Refused, match=r"access\.login_wrong"):
        service.admit(_log_in(store, name, password))


def test_a_stranger_leaves_no_line_in_the_log(store: Store) -> None:
    _log_in(store, "secret typed into the wrong field", "x")
    assert _actions(store) == []


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (40, 60)],
    ids=lambda value: str(value),
)
def test_each_further_failure_doubles_the_lock_up_to_an_hour(
    store: Store, failures: int, minutes: int
) -> None:
    actor = _add(store)
    with store.begin() as connection:
        connection.execute(update(User).values(failures=failures - 1))
    with clock.fixed(NOON):
        login = _log_in(store, "zhou", "wrong password")
    assert login.minutes == minutes
    assert login.code == ("access.login_locked" if minutes else "access.login_wrong")
    with store.read() as connection:
        record = queries.users(connection)[0]
    assert (record.id, record.locked_until is not None) == (actor.id, minutes > 0)


def test_a_locked_account_refuses_the_right_password_until_the_time_is_over(store: Store) -> None:
    _add(store)
    with clock.fixed(NOON) as held:
        for _ in range(service.LOCK_AFTER):
            _log_in(store, "zhou", "wrong password")
        locked = _log_in(store, "zhou", PASSWORD)
        assert (locked.code, locked.minutes) == ("access.login_locked", 1)
        held.advance(seconds=61)
        assert service.admit(_log_in(store, "zhou", PASSWORD)).name == "zhou"
        assert (
            _log_in(store, "zhou", "wrong password").code == "access.login_wrong"
        )  # counts from one again
    assert _actions(store).count("account.locked") == 1


def test_a_lock_that_falls_between_check_and_settle_holds(store: Store) -> None:
    actor = _add(store)
    with clock.fixed(NOON):
        with store.read() as connection:
            login = service.check_login(connection, "zhou", PASSWORD)
        with store.begin() as connection:
            queries.lock(connection, actor.id, NOON.replace(hour=5))
        with store.begin() as connection:
            assert service.settle_login(connection, login).actor is None


def test_a_new_password_ends_all_sessions_and_unlocks(store: Store) -> None:
    actor = _add(store)
    hashed = passwords.hash_password("another good one")
    with store.begin() as connection:
        service.change_password(connection, actor, hashed, by="zhou")
    assert (
        service.admit(_log_in(store, "zhou", "another good one")).session_no == actor.session_no + 1
    )
    assert _log_in(store, "zhou", PASSWORD).actor is None


def test_ending_sessions_raises_the_number_that_cookies_carry(store: Store) -> None:
    actor = _add(store)
    with store.begin() as connection:
        service.end_sessions(connection, actor, by="zhou")
        assert service.actor_named(connection, "zhou").session_no == actor.session_no + 1


def test_the_present_password_is_asked_for(store: Store) -> None:
    actor = _add(store)
    with store.read() as connection:
        service.check_password(connection, actor, PASSWORD)
        with pytest.raises(Refused, match=r"access\.password_wrong"):
            service.check_password(connection, actor, "something else")


@pytest.mark.parametrize(
    ("user", "error", "code"),
    [
        pytest.param(
            NewUser("zhou", "officer"), Conflict, "access.name_taken", id="a name that is taken"
        ),
        pytest.param(
            NewUser("li", "boss"), Invalid, "access.role_unknown", id="a role that does not exist"
        ),
        pytest.param(
            NewUser("a b", "officer"), Invalid, "access.name_form", id="a name with a space"
        ),
        pytest.param(NewUser("", "officer"), Invalid, "access.name_form", id="no name"),
        pytest.param(
            NewUser("li", "worker", "99%"),
            Invalid,
            "access.region_form",
            id="a region that is no code",
        ),
    ],
)
def test_an_account_that_cannot_be(
    store: Store, user: NewUser, error: type[OutreachError], code: str
) -> None:
    _add(store)
    with store.begin() as connection, pytest.raises(error) as raised:
        service.add_user(connection, user, "", by="admin")
    assert raised.value.code == code


@pytest.mark.parametrize("password", ["short", "x" * 201], ids=["too short", "too long"])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(Invalid, match=r"access\.password_length"):
        passwords.hash_password(password)


def test_a_random_password_is_long_enough_and_never_the_same() -> None:
    made = {passwords.new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) >= passwords.MIN_LENGTH for one in made)


def test_an_unknown_user_is_missing(store: Store) -> None:
    with store.read() as connection, pytest.raises(Missing, match=r"access\.no_such_user"):
        service.actor_named(connection, "nobody")


def test_a_role_without_the_right_is_refused(store: Store) -> None:
    actor = _add(store, role="worker")
    service.require(actor, Action.PRINT)
    with pytest.raises(Refused, match=r"access\.not_allowed"):
        service.require(actor, Action.CAMPAIGNS_APPROVE)


def test_the_audit_log_gives_the_newest_first_in_pages(store: Store) -> None:
    with clock.fixed(NOON), store.begin() as connection:
        for number in range(5):
            audit.record(
                connection, audit.SYSTEM, Action.PRINT, f"campaign:{number}", {"sheets": number}
            )
    with store.read() as connection:
        first = queries.audit_lines(connection, limit=3)
        rest = queries.audit_lines(connection, before=first[-1].id, limit=3)
    assert [line.thing for line in first + rest] == [f"campaign:{n}" for n in (4, 3, 2, 1, 0)]
    assert (first[0].at, first[0].by, first[0].action) == (NOON, "system", "print.make")
    assert first[0].detail == {"sheets": 4}


def test_a_password_is_no_part_of_what_the_accounts_page_gets(store: Store) -> None:
    _add(store)
    with store.read() as connection:
        record = queries.users(connection)[0]
    assert record.has_password
    assert "argon2" not in repr(record)


def test_a_role_that_the_database_does_not_know_is_refused_by_it(store: Store) -> None:
    values = {"name": "x", "display": "", "role": "boss", "region": "", "password": "", "session_no": 0,
              "failures": 0, "active": True, "created_at": NOON}  # fmt: skip
    with pytest.raises(IntegrityError), store.begin() as connection:
        connection.execute(insert(User).values(**values))


def test_every_code_of_access_has_words_in_two_languages() -> None:
    codes = [code for code in catalogue() if code.startswith("access.")]
    assert len(codes) > 10
    for code in codes:
        params = {
            "minutes": 5,
            "role": "x",
            "roles": "x",
            "name": "x",
            "at_least": 1,
            "at_most": 2,
            "value": "x",
        }
        for text in (say(code, "zh", **params), say(code, "en", **params)):
            assert "{" not in text


@pytest.mark.parametrize(
    ("role", "lists", "code"),
    [
        pytest.param("officer", ("income.dibao",), "access.lists_of_departments", id="an officer names no lists"),
        pytest.param("department", ("rich",), "access.list_unknown", id="a list of nothing"),
        pytest.param("department", ("applied:",), "access.list_unknown", id="a list about no policy"),
        pytest.param("department", ("heard:check",), "access.list_unknown", id="a list of no fact"),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_handed_in_are_refused(
    store: Store, role: str, lists: tuple[str, ...], code: str
) -> None:
    with store.begin() as connection, pytest.raises(Invalid) as error:
        service.add_user(connection, NewUser("ke", role, lists=lists), "x", by="test")
    assert error.value.code == code


def test_a_department_keeps_the_lists_that_it_may_hand_in(store: Store) -> None:
    user = NewUser("ke", "department", "430102", lists=("income.dibao", "applied:elder-80"))
    with store.begin() as connection:
        service.add_user(connection, user, "x", by="test")
        assert service.actor_named(connection, "ke").lists == user.lists
        assert [one.lists for one in queries.users(connection)] == [user.lists]
