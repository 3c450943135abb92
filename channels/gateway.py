"""The file gateway: for operator consoles without an API, a workbook takes the place of the request.

What is written into the file is handed over: nobody knows what became of a row until the console's own
result file comes back, so every answer here is `unknown`, and nothing can be looked up.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from channels.base import Message, Outcome
from channels.whole import becoming, plain

PROVIDER = "gateway"
"""The provider of accounts whose messages go into a file: no sender calls a carrier for them."""

HEADERS = ("序号", "手机号", "内容", "模板编号")
REFERENCE = "单号"
DEMO = "演示数据"
IN_THE_FILE = Outcome("unknown", detail="written to a file for the console")


@dataclass(frozen=True)
class Cover:
    """What the cover sheet says. batch: its number; demo: somebody in it is invented."""

    batch: int
    campaign: str
    office: str
    signature: str
    demo: bool


@dataclass
class GatewayChannel:
    """Collects messages; `write` puts them into one workbook, whole or not at all."""

    messages: list[Message] = field(default_factory=list)
    name: str = PROVIDER
    can_look_up: bool = False

    async def send(self, message: Message) -> Outcome:
        """Put it into the file; what the console does with it, its result file will tell."""
        self.add(message)
        return IN_THE_FILE

    async def aclose(self) -> None:
        """Nothing to close."""

    def add(self, message: Message) -> None:
        """The next row, with the number and the parameters of its filed template, where it has one."""
        self.messages.append(message)

    @property
    def without_template(self) -> int:
        """Rows that no filed template says."""
        return sum(one.template_id is None for one in self.messages)

    @property
    def digest(self) -> str:
        """SHA-256 over number, text and reference of every row: equal for the same batch, written again or not."""
        total = hashlib.sha256()
        for one in self.messages:
            total.update(f"{one.reference}\t{as_dialled(one.to)}\t{one.text}\n".encode())
        return total.hexdigest()

    def write(self, out: Path, cover: Cover) -> None:
        """Write the workbook; it is on the disk when this returns, and nothing is left behind when it raises OSError."""
        with becoming(out) as file:
            try:
                self._fill(file, cover)
            except XlsxWriterException as error:
                raise OSError(errno.EIO, str(error), str(out)) from error

    def _fill(self, file: BinaryIO, cover: Cover) -> None:
        slots = max((len(one.params) for one in self.messages), default=0)
        with xlsxwriter.Workbook(file, plain(constant_memory=True)) as book:
            sheet = book.add_worksheet("短信")
            sheet.set_column(1, 1, 14)
            sheet.set_column(2, 2, 60)
            sheet.set_column(4 + slots, 4 + slots, 30)
            sheet.freeze_panes(1, 0)
            headers = [*HEADERS, *(f"参数{number + 1}" for number in range(slots)), REFERENCE]
            _write(sheet, 0, headers)
            for number, one in enumerate(self.messages, 1):
                blank = [""] * (slots - len(one.params))
                filed = [one.template_id or "", *one.params, *blank]
                texts = [as_dialled(one.to), one.text, *filed, one.reference]
                sheet.write_number(number, 0, number)
                for column, text in enumerate(texts, 1):
                    sheet.write_string(number, column, text)
            self._cover(book.add_worksheet("封面"), cover)

    def _cover(self, sheet: Any, cover: Cover) -> None:
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 72)
        lines = [
            ("批次", str(cover.batch)), ("任务", cover.campaign), ("发送单位", cover.office),
            ("签名", cover.signature), ("条数", str(len(self.messages))), ("校验（SHA-256）", self.digest),
            ("说明", "每一行只发一次。发完后把平台的结果文件导回来，“单号”一列请原样保留。"),
        ]  # fmt: skip
        if cover.demo:
            lines.insert(0, (DEMO, "这份文件里有虚构的人，不得发送。"))
        for row, line in enumerate(lines):
            _write(sheet, row, line)


def _write(sheet: Any, row: int, texts: Iterable[str]) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text)


def as_dialled(number: str) -> str:
    """A mainland number as consoles want it, without +86; any other as it is."""
    return number[3:] if number.startswith("+86") else number
