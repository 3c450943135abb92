"""The file for a console: whole or not there, and what its words mean."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from channels.base import Channel, Message
from channels.gateway import Cover, GatewayChannel, as_dialled
from channels.gateway_words import COLUMNS, HEADERS, folded, is_code, read

COVER = Cover(7, "winter", "东城区", "【东城区】", demo=False)


def message(text: str = "=1+1", **more: object) -> Message:
    return Message("+8613912345678", text, "12.1.abc", **more)  # type: ignore[arg-type]


def test_it_is_a_channel_that_never_claims_to_know() -> None:
    channel = GatewayChannel()
    assert isinstance(channel, Channel)
    answer = asyncio.run(channel.send(message()))
    asyncio.run(channel.aclose())
    assert (answer.state, channel.can_look_up, len(channel.messages)) == ("unknown", False, 1)


def test_a_text_stays_a_text(tmp_path: Path) -> None:
    channel = GatewayChannel()
    for text in ("=1+1", "http://x", "00123", "第一行\n第二行"):
        channel.add(message(text))
    channel.write(tmp_path / "a.xlsx", COVER)
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert book.sheet_names == ["短信", "封面"], "consoles read the first sheet"
    rows = book.get_sheet_by_name("短信").to_python()
    assert rows[0] == ["序号", "手机号", "内容", "模板编号", "单号"]
    assert [row[2] for row in rows[1:]] == ["=1+1", "http://x", "00123", "第一行\n第二行"]
    assert {row[1] for row in rows[1:]} == {"13912345678"}


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_file_that_cannot_be_finished_is_not_there_at_all(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = GatewayChannel()
    channel.add(message())

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os if name == "fsync" else Path, name, full)
    with pytest.raises(OSError, match="disk full"):
        channel.write(tmp_path / "a.xlsx", COVER)
    assert not list(tmp_path.iterdir())


def test_rows_have_as_many_parameter_columns_as_the_longest_needs(tmp_path: Path) -> None:
    channel = GatewayChannel()
    channel.add(message("a1b2", template_id="1", params=("1", "2")))
    channel.add(message("c3", template_id="2", params=("3",)))
    channel.add(message("d"))
    assert channel.without_template == 1
    channel.write(tmp_path / "a.xlsx", COVER)
    header, *rows = (
        CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_index(0).to_python()
    )
    assert header[3:] == ["模板编号", "参数1", "参数2", "单号"]
    assert [row[3:6] for row in rows] == [["1", "1", "2"], ["2", "3", ""], ["", "", ""]]
    assert {row[6] for row in rows} == {"12.1.abc"}


def test_the_hash_is_of_the_rows_and_their_order() -> None:
    one, other, turned = GatewayChannel(), GatewayChannel(), GatewayChannel()
    for channel, texts in ((one, "ab"), (other, "ab"), (turned, "ba")):
        for text in texts:
            channel.add(message(text))
    assert one.digest == other.digest != turned.digest


@pytest.mark.parametrize(("number", "dialled"), [("+8613912345678", "13912345678"), ("+85291234567", "+85291234567")])  # fmt: skip
def test_a_number_is_written_as_consoles_want_it(number: str, dialled: str) -> None:
    assert as_dialled(number) == dialled


def test_no_header_stands_for_two_columns_and_all_are_written_as_they_are_compared() -> None:
    words = [word for some in HEADERS.values() for word in some]
    assert len(words) == len(COLUMNS)
    assert all(folded(word) == word for word in words)


@pytest.mark.parametrize(
    "header",
    [
        "手机号",
        " 手 机 号 ",
        "\uff2d\uff4f\uff42\uff49\uff4c\uff45",
        "Phone_Number",
        "【手机号码】",
    ],
)
def test_a_header_is_known_however_it_is_set(header: str) -> None:
    assert COLUMNS[folded(header)] == "phone"


def test_a_word_means_more_in_its_own_column() -> None:
    assert [read(column, "成功").said for column in ("submit", "result", "report")] == [
        "accepted",
        "accepted",
        "delivered",
    ]
    assert [read(column, "失败").said for column in ("submit", "result", "report")] == [
        "refused",
        "undelivered",
        "undelivered",
    ]


@pytest.mark.parametrize(("text", "code"), [("MK:0005", True), ("CB0010", True), ("-37", True), ("挺好", False)])  # fmt: skip
def test_a_code_is_told_from_a_word(text: str, code: bool) -> None:
    assert is_code(text) is code
