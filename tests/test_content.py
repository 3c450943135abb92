from __future__ import annotations

from pathlib import Path

import pytest

from outreach import content
from outreach.errors import Invalid, Missing


def test_the_shipped_folder_holds_the_texts() -> None:
    assert (content.shipped() / "catalogue.toml").is_file()
    assert content.find("README.md") == content.shipped() / "README.md"


def test_the_site_comes_first_and_the_shipped_file_after(tmp_path: Path) -> None:
    own = tmp_path / "sms/zh-Hans/phys-65.j2"
    own.parent.mkdir(parents=True)
    own.write_text("own", "utf-8")
    assert content.find("sms/zh-Hans/phys-65.j2", tmp_path) == own
    assert content.find("catalogue.toml", tmp_path) == content.shipped() / "catalogue.toml"
    listed = content.files("sms/zh-Hans/*.j2", tmp_path)
    assert listed["sms/zh-Hans/phys-65.j2"] == own
    assert listed["sms/zh-Hans/bundle.j2"].is_relative_to(content.shipped())
    assert list(listed) == sorted(listed)


def test_an_overlay_that_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    assert content.folders(tmp_path / "none") == (content.shipped(),)


@pytest.mark.parametrize(
    "name", ["", "../pyproject.toml", "/etc/passwd", "sms/../../pyproject.toml", "a\\b", "C:x"]
)
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="bad_name"):
        content.find(name)


@pytest.mark.parametrize("name", ["sms/zh-Hans/no-such.j2", "sms"])
def test_a_missing_file_is_named(name: str) -> None:
    with pytest.raises(Missing) as problem:
        content.find(name)
    assert problem.value.params == {"file": name}
