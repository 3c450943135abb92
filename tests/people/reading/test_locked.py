"""Workbooks with a password."""

from __future__ import annotations

from pathlib import Path

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from outreach.errors import Invalid
from outreach.people.reading.spreadsheet import read_sheets
from tests.people.office import workbook


def locked(folder: Path, password: str) -> Path:
    path = folder / "锁.xlsx"
    plain = workbook(folder, {"名单": [["姓名"], ["张三"]]})
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt(password, target)
    return path


def test_a_locked_workbook_opens_with_its_password_and_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = locked(tmp_path, "开门123")
    with path.open("rb") as file:
        assert msoffcrypto.OfficeFile(file).is_encrypted()
    before = {one.name for one in tmp_path.iterdir()}
    caplog.set_level("DEBUG")
    (sheet,) = read_sheets(path, password="开门123")
    assert sheet.rows == [["姓名"], ["张三"]]
    assert {one.name for one in tmp_path.iterdir()} == before
    assert "开门" not in caplog.text


@pytest.mark.parametrize(
    ("password", "code"),
    [
        (None, "people.file_password"),
        ("", "people.file_password"),
        ("错了", "people.file_password_wrong"),
    ],
)
def test_without_the_right_password_it_stays_locked(
    tmp_path: Path, password: str | None, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        read_sheets(locked(tmp_path, "开门123"), password=password)
    assert caught.value.code == code
    assert caught.value.params == {"file": "锁.xlsx"}
    assert caught.value.__cause__ is None


def test_a_workbook_whose_structure_alone_is_protected_opens_as_in_excel(tmp_path: Path) -> None:
    (sheet,) = read_sheets(locked(tmp_path, "VelvetSweatshop"))
    assert sheet.rows[1] == ["张三"]


def test_a_password_for_a_file_without_one_does_no_harm(tmp_path: Path) -> None:
    assert read_sheets(workbook(tmp_path, {"一": [["姓名"]]}), password="x")[0].rows == [["姓名"]]
