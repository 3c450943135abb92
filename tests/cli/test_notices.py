"""`outreach flyers notice|picture|qa|broadcast` as an officer would call them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from channels.flyer.single import scripts
from tests.channels.flyer import reading
from tests.cli.conftest import LOCAL, Call


@pytest.fixture
def ready(call: Call, data: Path, tmp_path: Path) -> Path:
    """The office stands for what phys-65 says, and a folder to print into."""
    local = tmp_path / "local.yaml"
    local.write_text(LOCAL, "utf-8")
    for words in (
        ("policies", "fill", "phys-65", local, "--region", "110101", "--as", "gan"),
        ("policies", "verify", "phys-65", "--as", "gan"),
        ("policies", "sign", "phys-65", "--department", "卫生健康局", "--as", "gan"),
    ):
        told = call(*words)
        assert told.status == 0, told.err
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("words", "name", "paper", "said"),
    [
        (("notice",), "phys-65-a4.pdf", (210, 297), "65岁以上的老人"),
        (("notice", "--size", "a3"), "phys-65-a3.pdf", (297, 420), "每年免费体检一次"),
        (("notice", "--size", "a3", "--crop-marks"), "phys-65-a3.pdf", (317, 440), "旧版作废"),
        (("notice", "--size", "a5x2"), "phys-65-a5x2.pdf", (297, 210), "有效期至"),
        (("notice", "--size", "leaflet"), "phys-65-leaflet.pdf", (210, 297), "怎么办"),
        (("qa",), "phys-65-qa-a5x2.pdf", (297, 210), "问"),
        (("broadcast", "--pinyin"), "phys-65-broadcast.pdf", (210, 297), "带拼音"),
        (
            ("broadcast", "--slots", "早7:00"),
            "phys-65-broadcast.pdf",
            (210, 297),
            "播放时间：早7:00",
        ),
    ],
)
def test_a_sheet_lies_where_it_was_asked_for(
    call: Call, ready: Path, words: tuple[str, ...], name: str, paper: tuple[int, int], said: str
) -> None:
    told = call("flyers", words[0], "phys-65", *words[1:], "--out", ready, "--json")
    assert told.status == 0, told.err
    pdf = (ready / name).read_bytes()
    assert told.data["file"] == str(ready / name)
    assert told.data["bytes"] == len(pdf)
    assert reading.paper(pdf) == {paper}
    assert said in "".join(reading.words(pdf))
    assert "东城区卫生健康局" in "".join(reading.words(pdf))
    assert list(ready.iterdir()) == [ready / name]


def test_a_picture_for_the_group(call: Call, ready: Path) -> None:
    out = ready / "群图片.png"
    told = call("flyers", "picture", "phys-65", "--out", out, "--until", "2026-12-31", "--json")
    assert (told.status, told.data["valid_until"]) == (0, "2026-12-31")
    with Image.open(out) as image:
        assert image.width == 1080


def test_what_may_not_be_announced_is_a_draft_or_nothing(
    call: Call, data: Path, tmp_path: Path
) -> None:
    told = call("flyers", "notice", "phys-65", "--out", tmp_path, "--json")
    assert (told.status, told.code) == (1, "campaigns.policy_unverified")
    assert list(tmp_path.glob("*.pdf")) == []
    told = call("flyers", "notice", "phys-65", "--out", tmp_path, "--draft", "--json")
    assert (told.status, told.data["draft"]) == (0, True)
    assert "campaigns.policy_unverified" in {one["code"] for one in told.data["faults"]}
    assert "草稿，不张贴" in reading.words((tmp_path / "phys-65-a4.pdf").read_bytes())[0]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("notice", "nope"), 1, "policies.unknown"),
        (("notice", "phys-65", "--language", "za"), 1, "messages.no_variant"),
        (("notice", "phys-65", "--language", "a b"), 1, "messages.language_tag"),
        (("notice", "phys-65", "--size", "a2"), 2, "cli.usage"),
        (("notice", "phys-65", "--until", "2020-01-01"), 1, "notices.until_past"),
        (("notice", "phys-65", "--crop-marks"), 1, "flyer.crop_marks"),
        (("broadcast", "phys-65", "--form", "sonnet"), 1, "messages.no_variant"),
    ],
)
def test_wrong_orders_are_named(
    call: Call, ready: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    told = call("flyers", *words, "--out", ready, "--json")
    assert (told.status, told.code) == (status, code)
    assert not ready.exists()


def test_the_doctor_misses_the_fonts_of_languages_that_somebody_stands_for(
    call: Call, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking() -> set[str]:
        found = call("doctor", "--json").data["checks"]
        return {one["name"] for one in found if not one["ok"] and one["name"].startswith("fonts")}

    monkeypatch.setattr(scripts, "_installed", dict)
    assert lacking() == set()  # a draft that nobody has read is printed by nobody
    told = call("messages", "review", "flyer/ug/childcare-2025", "--by", "阿不都", "--as", "gan")
    assert told.status == 0, told.err
    assert lacking() == {"fonts ug"}


@pytest.mark.parametrize("together", [False, True])
def test_a_notice_for_each_village_with_a_list_of_what_hangs_where(
    call: Call, ready: Path, *, together: bool
) -> None:
    more = ("--together",) if together else ()
    told = call("flyers", "notice", "phys-65", "--each", "village", *more, "--out", ready, "--json")
    assert told.status == 0, told.err
    stem = "phys-65-a4" if together else "phys-65-a4-110101001001-东华门街道多福巷社区"
    assert {path.name for path in ready.iterdir()} == {f"{stem}.pdf", "phys-65-a4-清单.csv"}
    listed = (ready / "phys-65-a4-清单.csv").read_text("utf-8-sig").splitlines()
    assert listed[1].startswith(f"110101001001,东华门街道多福巷社区,{stem}.pdf,1,1,")
    assert (told.data["places"], told.data["notices"][0]["copies"]) == (1, 1)
    assert "65岁以上的老人" in "".join(reading.words((ready / f"{stem}.pdf").read_bytes()))


def test_who_gets_no_notice_is_told_once_with_the_reason(
    call: Call, data: Path, tmp_path: Path
) -> None:
    told = call("flyers", "notice", "phys-65", "--each", "town", "--out", tmp_path / "out")
    assert told.status == 1
    assert told.out.count("没有印：东华门街道：") == 1
    assert list((tmp_path / "out").glob("*")) == []
    told = call("flyers", "notice", "phys-65", "--together", "--out", tmp_path / "out")
    assert told.status == 2
