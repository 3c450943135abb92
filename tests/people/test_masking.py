"""Names and numbers as a page shows them by default."""

from __future__ import annotations

import pytest

from outreach.people.masking import mask_name, mask_numbers, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳修", "欧阳*"),
        ("欧阳小明", "欧阳**"),
        ("欧阳", "欧*"),
        ("阿依古丽·买买提", "阿依古丽·*"),
        ("", ""),
    ],
)
def test_the_family_name_stays(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("+8613800001234", "138****1234"), ("+861062345678", "****5678"), ("", "")]
)
def test_the_middle_of_a_number_is_hidden(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def wide(digits: str) -> str:
    """Full-width digits, as an input method writes them."""
    return "".join(chr(ord(one) + 0xFEE0) for one in digits)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("430102198005061232", "430102********1232"),
        (wide("430102198005061232"), "430102********1232"),
        ("43010219800506123x42", "430102********123x42"),
        ("本人138 0013 8000，妻子13900139000", "本人138****8000,妻子139****9000"),
        ("430102001201003", "430102001201003"),
        ("430102001201003001", "430102001201003001"),
        ("3栋2单元，301", "3栋2单元，301"),
    ],
)
def test_numbers_inside_a_text_are_hidden_and_codes_of_places_are_not(
    text: str, shown: str
) -> None:
    assert mask_numbers(text) == shown
    assert mask_numbers(shown) == shown
