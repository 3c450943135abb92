"""In which encoding a file is, why, and what happens where its bytes do not fit."""

from __future__ import annotations

import codecs
import io
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid, OutreachError
from outreach.people.reading.encoding import CODECS, Encoding, detect, named
from outreach.people.reading.spreadsheet import open_sheets, read_sheets
from outreach.wording import say

SIMPLIFIED = "姓名,身份证号,家庭住址\r\n张三,11010519491231002X,幸福村3组\r\n王秀英,,东屯镇\r\n"
TRADITIONAL = "姓名,身份證號,家庭住址\r\n張三,11010519491231002X,幸福村3組\r\n王秀英,,東屯鎮\r\n"


def found(data: bytes, chosen: str | None = None) -> Encoding:
    return detect(partial(io.BytesIO, data), "名单.csv", chosen)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (SIMPLIFIED.encode("utf-8"), "UTF-8", "people.encoding_utf8"),
        (SIMPLIFIED.encode("utf-8-sig"), "UTF-8", "people.encoding_bom"),
        (SIMPLIFIED.encode("gb18030"), "GB18030", "people.encoding_words"),
        (SIMPLIFIED.encode("utf-16"), "UTF-16LE", "people.encoding_bom"),
        (codecs.BOM_UTF16_BE + SIMPLIFIED.encode("utf-16-be"), "UTF-16BE", "people.encoding_bom"),
        (SIMPLIFIED.encode("utf-16-le"), "UTF-16LE", "people.encoding_zeros"),
        (SIMPLIFIED.encode("utf-16-be"), "UTF-16BE", "people.encoding_zeros"),
        (TRADITIONAL.encode("big5"), "Big5", "people.encoding_words"),
        (TRADITIONAL.encode("gb18030"), "GB18030", "people.encoding_words"),
        (TRADITIONAL.encode("utf-8"), "UTF-8", "people.encoding_utf8"),
        (("\ufeff" + SIMPLIFIED).encode("gb18030"), "GB18030", "people.encoding_bom"),
        (b"name,birth\r\nA,1990-01-02\r\n", "UTF-8", "people.encoding_utf8"),
        ("姓名,出生日期\r\n李四,1990-01-02".encode("gb18030"), "GB18030", "people.encoding_words"),
        ("姓名,出生日期\r\n李四,1990-01-02".encode("big5"), "Big5", "people.encoding_words"),
    ],
)
def test_the_encoding_is_found_with_its_reason(data: bytes, name: str, reason: str) -> None:
    encoding = found(data)
    assert (encoding.name, encoding.reason, encoding.rival) == (name, reason, "")
    words = say(encoding.remark().code, "zh", **encoding.remark().params)
    assert name in words


def test_bytes_that_mean_names_in_two_encodings_are_never_decided_in_silence(
    tmp_path: Path,
) -> None:
    data = "name,birth\n扣飨,1990-01-02\n".encode("gb18030")
    assert data == "name,birth\n諶龢,1990-01-02\n".encode("big5")
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with open_sheets(path) as book:
        assert book.encoding is not None
        assert (book.encoding.name, book.encoding.rival) == ("GB18030", "Big5")
        (note,) = book.notes
    assert note.code == "people.encoding_doubtful"
    assert "Big5" in say(note.code, "zh", **note.params)


def test_a_chosen_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("name,birth\n諶龢,1990-01-02\n".encode("big5"))
    (sheet,) = read_sheets(path, encoding="big5")
    assert sheet.rows[1][0] == "諶龢"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("utf8", "UTF-8"), ("UTF-8-BOM", "UTF-8"), ("GBK", "GB18030"), ("gb2312", "GB18030"), ("utf_16", "UTF-16LE"),
        ("UTF-16BE", "UTF-16BE"), ("big5", "Big5"), ("ANSI", "GB18030"),
    ],
)  # fmt: skip
def test_an_encoding_has_many_names(text: str, name: str) -> None:
    assert named(text) == name


def test_an_encoding_that_nobody_knows_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Invalid) as caught:
        found(b"x", "ebcdic")
    assert caught.value.code == "people.encoding_unknown"
    assert "GB18030" in str(caught.value.params["known"])


def damaged(codec: str, text: str = SIMPLIFIED, at: int = 1, value: bytes = b"\xff") -> bytes:
    """A stray byte after the comma of a line."""
    lines = text.encode(codec).split(b"\r\n")
    lines[at] = lines[at].replace(b",", b"," + value, 1)
    return b"\r\n".join(lines)


LONG = (SIMPLIFIED * 40_000).encode("utf-8")


@pytest.mark.parametrize(
    ("data", "chosen", "encoding", "line", "rest"),
    [
        (damaged("utf-8"), None, "UTF-8", 2, b"\xff1101"),
        (damaged("gb18030"), None, "GB18030", 2, b"\xff1101"),
        (damaged("big5", TRADITIONAL), None, "Big5", 2, b"\xff1101"),
        (SIMPLIFIED.encode("utf-8")[:-3], None, "UTF-8", 3, "镇".encode()[:2]),
        (SIMPLIFIED.encode("gb18030")[:-3], None, "GB18030", 3, "镇".encode("gb18030")[:1]),
        (SIMPLIFIED.encode("utf-16")[:-1], None, "UTF-16LE", 3, b"\n"),
        (SIMPLIFIED.encode("gb18030"), "UTF-8", "UTF-8", 1, SIMPLIFIED.encode("gb18030")),
        (damaged("utf-8", value=b"\x07"), None, "UTF-8", 2, b"\x071101"),
        (SIMPLIFIED.replace("张三", "张\x07").encode("utf-16"), None, "UTF-16LE", 2, b"\x07\x00"),
        (LONG + b"\xc3", None, "UTF-8", 120_001, b"\xc3"),
    ],
    ids=[
        "stray byte in UTF-8", "stray byte in GB18030", "stray byte in Big5", "UTF-8 cut", "GB18030 cut",
        "UTF-16 cut", "another encoding chosen", "control character", "control character in UTF-16", "far into the file",
    ],
)  # fmt: skip
def test_what_does_not_fit_names_line_and_byte(
    data: bytes, chosen: str | None, encoding: str, line: int, rest: bytes
) -> None:
    with pytest.raises(Invalid) as caught:
        found(data, chosen)
    params = caught.value.params
    assert caught.value.code == "people.encoding_broken"
    assert (params["encoding"], params["line"]) == (encoding, line)
    assert data[int(str(params["byte"])) - 1 :].startswith(rest)


CELLS = st.text(
    st.sampled_from("姓名身份证号张三李四王五赵六住址村镇,，\n\"'； \t0123456789Xabc"), max_size=12
)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(sorted(CODECS)),
)
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_read_in_every_encoding(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], name: str
) -> None:
    import csv

    text = io.StringIO()
    csv.writer(text).writerows([["姓名", "身份证号", "住址"], *rows])
    try:
        data = text.getvalue().encode(CODECS[name])
    except UnicodeEncodeError:
        return  # Big5 has no simplified characters
    path = tmp_path_factory.mktemp("x") / "x.csv"
    path.write_bytes(data)
    (sheet,) = read_sheets(path, encoding=name)
    trimmed = []
    for row in rows:
        while row and not row[-1]:
            row = row[:-1]
        trimmed.append(row)
    assert sheet.rows[1:] == trimmed


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_but_a_problem(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("x") / "x.csv"
    path.write_bytes(data)
    with suppress(OutreachError), open_sheets(path) as book:
        for sheet in book.sheets:
            list(sheet.rows)
