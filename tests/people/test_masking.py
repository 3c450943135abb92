"""Names and numbers as a page shows them by default."""

from __future__ import annotations

import pytest

from outreach.people.masking import mask_name, mask_phone


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
