from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from outreach.errors import Conflict, Missing
from outreach.web.presenters.imports import mask_cell
from outreach.web.uploads import Uploads, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("名单（最新）.xlsx", "名单（最新）.xlsx", id="Chinese stays"),
        pytest.param("../../etc/passwd", "passwd", id="no folders"),
        pytest.param("C:\\用户\\名单.xls", "名单.xls", id="no folders of Windows"),
        pytest.param('a"b\r\n<c>.csv', "a_b_c_.csv", id="nothing that breaks a header or a page"),
        pytest.param("..", "file", id="nothing but dots"),
        pytest.param("", "file", id="nothing at all"),
        pytest.param("名" * 200 + ".xlsx", "名" * 40 + ".xlsx", id="not longer than a disk allows"),
    ],
)
def test_the_name_of_a_file_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_file_is_taken_once(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    upload = uploads.keep(BytesIO(b"x"), "a.csv", 1, "")
    assert uploads.take(upload).read_bytes() == b"x"
    with pytest.raises(Conflict):
        uploads.take(upload)
    uploads.give_back(upload)
    uploads.take(upload)
    uploads.imported(upload, {"rows": 1})
    assert uploads.find(upload.token, 1).meta.counts == {"rows": 1}
    with pytest.raises(Missing):
        uploads.find(upload.token, 2)


@pytest.mark.parametrize(
    ("field", "cell", "shown"),
    [
        pytest.param("name", "张三", "张*", id="a name"),
        pytest.param("guardian", "欧阳小明", "欧阳**", id="a guardian"),
        pytest.param("", "13812341234", "138****1234", id="a phone in a column that nobody reads"),
        pytest.param(
            "id_card", "11010519491231002X", "11**************2X", id="an identity number"
        ),
        pytest.param("", "电话13812341234转", "电话138****1234转", id="a number inside a text"),
        pytest.param("birth", "1980-05-06", "1980-05-06", id="a date stays readable"),
        pytest.param("address", "清泉社区3栋2单元401", "清泉社区3栋…", id="an address is cut"),
        pytest.param("", "低保", "低保", id="a short word"),
    ],
)
def test_cells_are_masked_before_they_are_shown(field: str, cell: str, shown: str) -> None:
    assert mask_cell(field, cell) == shown
