"""Region codes, their subtrees and what a partial code says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.regions import ancestors, cut, level, next_code, within


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("430000", "43"), ("431200", "4312"), ("431226", "431226"), ("431226000000", "431226"), ("431226101000", "431226101"),
        ("441900", "4419"), ("441900003", "441900003"), ("431226101200", "431226101200"), ("431226101200G07", "431226101200G07"), ("", ""),
    ],
)  # fmt: skip
def test_codes_are_cut_to_their_level(code: str, short: str) -> None:
    assert cut(code) == short


@pytest.mark.parametrize(
    "code", ["0", "00", "000000", "4312261", "43122x", "\uff14\uff13", "431226101200 7", " 43"]
)
def test_what_is_not_a_region_code(code: str) -> None:
    with pytest.raises(ValueError, match="region code"):
        cut(code)


def test_levels_and_ancestors() -> None:
    assert [level(code) for code in ("", "43", "4312", "431226", "431226101", "431226101200", "431226101200G07")] == [
        "country", "province", "prefecture", "county", "town", "village", "grid",
    ]  # fmt: skip
    assert ancestors("431226101200G1") == (
        "", "43", "4312", "431226", "431226101", "431226101200", "431226101200G",
    )  # fmt: skip
    with pytest.raises(ValueError, match="level"):
        level("431")


@pytest.mark.parametrize(
    ("code", "ancestor", "answer"),
    [
        pytest.param("431226101", "431226", True, id="inside"),
        pytest.param("431226", "431226", True, id="the same"),
        pytest.param("4312", "431226", None, id="only the prefecture is known"),
        pytest.param("", "431226", None, id="not known"),
        pytest.param("431227101", "431226", False, id="the neighbour"),
        pytest.param("44", "431226", False, id="another province"),
        pytest.param("", "", True, id="everything is in the country"),
        pytest.param("431226101200", "431226101200G07", None, id="the village of the grid"),
        pytest.param("431226101200G071", "431226101200G07", True, id="a building of the grid"),
    ],
)
def test_within_is_three_valued(code: str, ancestor: str, answer: bool | None) -> None:
    assert within(code, ancestor) is answer


@settings(max_examples=200, deadline=None)
@given(st.text("0149zA", max_size=16), st.text("0149zA", min_size=1, max_size=14))
def test_a_subtree_is_a_range(code: str, prefix: str) -> None:
    assert (prefix <= code < next_code(prefix)) is code.startswith(prefix)


def test_the_country_has_no_next_code() -> None:
    with pytest.raises(ValueError, match="country"):
        next_code("")
