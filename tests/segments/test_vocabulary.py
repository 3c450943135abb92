"""The vocabulary of circumstances."""

from __future__ import annotations

import pytest

from segments.errors import FactsError
from segments.vocabulary import CIRCUMSTANCES, HIGHEST_BIT, by_code, codes, find, mask, settle


def test_bits_codes_and_words_are_unique() -> None:
    bits = [one.bit for one in CIRCUMSTANCES]
    assert len(set(bits)) == len(bits)
    assert all(0 <= bit <= HIGHEST_BIT for bit in bits)
    words = [word for one in CIRCUMSTANCES for word in {one.code, one.zh, *one.synonyms}]
    assert sorted(word for word in set(words) if words.count(word) > 1) == []


def test_bits_never_move() -> None:
    """Stored people carry these numbers: a changed line here is a broken register."""
    assert {
        one.code: one.bit
        for one in CIRCUMSTANCES
        if one.code in ("income.dibao", "dis.any", "dis.severe", "stu.k12")
    } == {"income.dibao": 0, "dis.any": 9, "dis.severe": 10, "stu.k12": 35}
    assert [by_code(code).bit for code in ("pension.resident", "pension.employee", "ins.resident", "ins.employee")] == [
        59, 60, 61, 62,
    ]  # fmt: skip


def test_what_is_implied_or_excluded_exists() -> None:
    assert all(by_code(code) for one in CIRCUMSTANCES for code in (*one.implies, *one.excludes))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("低保", "income.dibao"), ("低保户", "income.dibao"), ("低保对象", "income.dibao"), ("残疾人", "dis.any"),
        ("重残", "dis.severe"), ("残疾1级", "dis.g1"), ("残疾１级", "dis.g1"), (" 低 保 ", "income.dibao"),
        ("五保户", "income.tekun"), ("监测户", "rural.monitor"), ("职工医保", "ins.employee"), ("INS.employee", "ins.employee"),
    ],
)  # fmt: skip
def test_words_of_offices(word: str, code: str) -> None:
    found = find(word)
    assert found is not None
    assert found.code == code


def test_an_unknown_word_is_nothing() -> None:
    assert find("富裕户") is None
    assert find("") is None
    with pytest.raises(KeyError):
        mask(["富裕户"])


def test_mask_and_codes_are_inverse() -> None:
    every = mask(one.code for one in CIRCUMSTANCES)
    assert codes(every) == tuple(one.code for one in CIRCUMSTANCES)
    assert mask(["income.dibao", "ins.employee"]) == 1 | 1 << 62


def test_grade_one_is_severe_and_a_disability() -> None:
    have, known = settle(["dis.g1"])
    assert codes(have) == ("dis.any", "dis.severe", "dis.g1")
    assert codes(known & ~have) == ("dis.g2",)


def test_grade_three_is_known_not_to_be_severe() -> None:
    have, known = settle(["dis.g3"])
    assert codes(have) == ("dis.any", "dis.g3")
    assert codes(known & ~have) == ("dis.severe", "dis.g1", "dis.g2", "dis.g4")


def test_who_has_no_certificate_has_no_grade_and_no_kind() -> None:
    have, known = settle([], ["dis.any"])
    assert have == 0
    assert set(codes(known)) == {one.code for one in CIRCUMSTANCES if one.code.startswith("dis.")}


def test_yes_and_no_at_once_is_a_contradiction() -> None:
    with pytest.raises(FactsError) as caught:
        settle(["income.tekun.central"], ["income.tekun"])
    assert caught.value.code == "segments.contradiction"
