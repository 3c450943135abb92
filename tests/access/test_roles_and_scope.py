from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, create_engine, insert, literal, select, type_coerce

from outreach.access.roles import ROLE_NAMES, Action, Role, allowed
from outreach.access.scope import Scope
from outreach.errors import Refused
from outreach.models.people import Region
from outreach.store import Store

_LOG_ONLY = {Action.LOGIN, Action.LOGIN_FAILED, Action.LOCKED, Action.LOGOUT}


@pytest.mark.parametrize(
    ("role", "action", "expected"),
    [
        pytest.param("officer", Action.CAMPAIGNS_SUBMIT, True, id="an officer submits"),
        pytest.param("officer", Action.CAMPAIGNS_APPROVE, False, id="an officer never signs"),
        pytest.param("manager", Action.CAMPAIGNS_APPROVE, True, id="a manager signs"),
        pytest.param("manager", Action.CAMPAIGNS_SUBMIT, False, id="a manager does not submit"),
        pytest.param("manager", Action.PEOPLE_VIEW, False, id="a manager sees no residents"),
        pytest.param("worker", Action.PRINT, True, id="a worker prints"),
        pytest.param("worker", Action.PEOPLE_IMPORT, False, id="a worker imports no register"),
        pytest.param("admin", Action.ACCOUNTS_MANAGE, True, id="an administrator manages accounts"),
        pytest.param("admin", Action.CAMPAIGNS_APPROVE, False, id="an administrator signs nothing"),
        pytest.param("department", Action.LISTS_HAND_IN, True, id="a department hands in its list"),
        pytest.param(
            "department", Action.PEOPLE_IMPORT, False, id="a department imports no register"
        ),
        pytest.param("department", Action.LISTS_VIEW, False, id="a department sees no other lists"),
        pytest.param("worker", Action.PEOPLE_MERGE, False, id="a worker merges nobody"),
        pytest.param("department", Action.PEOPLE_VIEW, False, id="a department sees nothing else"),
        pytest.param("evaluator", Action.PEOPLE_VIEW, False, id="an evaluator sees no identities"),
        pytest.param("observer", Action.POLICIES_VIEW, True, id="an observer reads public texts"),
        pytest.param(
            "interviewer", Action.SURVEYS_RECORD, True, id="an interviewer records answers"
        ),
        pytest.param(
            "interviewer", Action.PEOPLE_VIEW, False, id="an interviewer sees no register"
        ),
        pytest.param("boss", Action.SELF, False, id="an unknown role may do nothing at all"),
        pytest.param("", Action.TODAY, False, id="no role may do nothing"),
    ],
)
def test_what_a_role_may_do(role: str, action: Action, expected: bool) -> None:
    assert allowed(role, action) is expected


def test_every_action_belongs_to_somebody_and_log_words_to_nobody() -> None:
    held = {action for action in Action if any(allowed(role, action) for role in Role)}
    assert held == set(Action) - _LOG_ONLY
    assert set(ROLE_NAMES) == set(Role)


_CODE = st.one_of(
    st.just(""),
    st.lists(
        st.sampled_from(["11", "01", "02", "10", "99", "-g1", "-g10"]), min_size=1, max_size=5
    ).map("".join),
)


@settings(max_examples=200, deadline=None)
@given(region=_CODE, codes=st.lists(_CODE, min_size=1, max_size=8))
def test_the_condition_and_covers_agree(region: str, codes: list[str]) -> None:
    scope = Scope(region)
    with create_engine("sqlite://").connect() as connection:
        for code in codes:
            inside = connection.scalar(select(type_coerce(scope.condition(literal(code)), Integer)))
            assert bool(inside) is scope.covers(code), code


def test_the_condition_keeps_to_the_region_on_both_databases(store: Store) -> None:
    codes = ["99", "9901", "990101", "990101-g1", "990102", "9902", "991", "98", "1"]
    with store.begin() as connection:
        for code in codes:
            connection.execute(insert(Region).values(code=code, name=code, level="town", parent="", dialect="",
                                                     successor=""))  # fmt: skip
    with store.read() as connection:
        found = connection.execute(
            select(Region.code).where(Scope("9901").condition(Region.code))
        ).scalars()
        assert set(found) == {"9901", "990101", "990101-g1", "990102"}
        everything = connection.execute(
            select(Region.code).where(Scope().condition(Region.code))
        ).scalars()
        assert set(everything) == set(codes)


@pytest.mark.parametrize(
    ("scope", "code", "inside"),
    [
        pytest.param(Scope("9901"), "990101", True, id="a town lies in its county"),
        pytest.param(Scope("990101"), "9901", False, id="a county does not lie in its town"),
        pytest.param(Scope("9901"), "", False, id="a place that is not known lies in no region"),
        pytest.param(Scope(), "", True, id="the whole installation covers it"),
    ],
)
def test_covers(scope: Scope, code: str, inside: bool) -> None:
    assert scope.covers(code) is inside
    if inside:
        scope.require(code)
    else:
        with pytest.raises(Refused, match=r"access\.outside_region"):
            scope.require(code)


def test_a_choice_narrows_a_scope_and_never_widens_it() -> None:
    assert Scope("99").narrowed("") == Scope("99")
    assert Scope("99").narrowed("9901") == Scope("9901")
    with pytest.raises(Refused):
        Scope("9901").narrowed("99")
