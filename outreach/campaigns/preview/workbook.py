"""The texts of a preview as a workbook, to be read, passed round and ticked off. Names do not stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

from channels.whole import plain
from outreach.campaigns.preview.schemas import Preview, StepPreview
from outreach.messages import languages
from outreach.wording import say

_TEXTS = (
    "步",
    "渠道",
    "语言",
    "多少人（户、处）",
    "字数",
    "每条计费",
    "合计计费",
    "念几秒",
    "编号",
    "文字",
)
_WIDTHS = (6, 10, 12, 14, 8, 10, 10, 8, 8, 90)
_STEPS = ("步", "渠道", "要告诉", "没有内容可发", "这次不发", "原因", "最少计费", "中位计费", "最多计费", "合计计费", "合计（元）")  # fmt: skip


def workbook(preview: Preview, channels: Mapping[str, str]) -> bytes:
    """The workbook as a file. channels: code → its Chinese name."""
    target = BytesIO()
    every = [(step, text) for step in preview.steps for text in step.texts]
    rows = [_text(step, text, number, channels) for number, (step, text) in enumerate(every, 1)]
    with xlsxwriter.Workbook(target, plain()) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet = book.add_worksheet("文字")
        sheet.write_row(0, 0, _TEXTS, bold)
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width, wrapped)
        for place, row in enumerate(rows, 1):
            sheet.write_row(place, 0, row, wrapped)
        other = book.add_worksheet("数量和费用")
        other.write_row(0, 0, _STEPS, bold)
        other.set_column(0, len(_STEPS) - 1, 14)
        other.set_column(5, 5, 40, wrapped)
        other.set_column(len(_STEPS) - 1, len(_STEPS) - 1, 12, money)
        for place, step in enumerate(preview.steps, 1):
            other.write_row(place, 0, _step(step, channels))
        total = len(preview.steps) + 1
        other.write(total, 0, "合计", bold)
        other.write(total, 9, preview.cost.total)
        other.write(total, 10, preview.cost_fen / 100)
    return target.getvalue()


def _text(
    step: StepPreview, text: Any, number: int, channels: Mapping[str, str]
) -> tuple[object, ...]:
    """One row. number: as the command line and the 发送审批单 number the texts."""
    billed = (text.parts, text.total) if step.billing else ("", "")
    channel, language = channels[step.channel], languages.name(text.language)
    seconds = text.seconds or ""
    return (
        step.number,
        channel,
        language,
        text.count,
        text.characters,
        *billed,
        seconds,
        number,
        text.text,
    )


def _step(step: StepPreview, channels: Mapping[str, str]) -> tuple[object, ...]:
    why = "，".join(f"{say(f'reason.{code}')} {count}" for code, count in step.skipped.items())
    counts = (step.recipients, sum(step.gaps.values()), sum(step.skipped.values()), why)
    billed: tuple[object, ...] = ("", "", "", "", "")
    if step.billing:
        cost = step.cost
        billed = (cost.minimum, cost.median, cost.maximum, cost.total, step.cost_fen / 100)
    return (step.number, channels[step.channel], *counts, *billed)
