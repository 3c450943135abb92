"""The picture for chat groups, as a phone and a chat that squeezes it see it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from channels import flyer
from channels.flyer import picture
from channels.flyer.picture import render_picture
from tests.channels.flyer.samples import META, NOTICE, PRESS, ROOT

LONG = replace(
    NOTICE,
    who="没有参加职工医保的\n城乡居民，请按时交费",
    amount="按本地标准按月发",
    unit="每人每年",
    steps=("手机打开支付宝或微信，搜“城乡居民社保缴费”，选好参保地",) * 4,
    where="户口所在地或居住地的村（社区）",
    paragraphs=("大学生在学校参保。刚出生的孩子三个月内参保，从出生那天起报销。",),
)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("notice", [NOTICE, LONG], ids=["ordinary", "long"])
def test_a_picture_is_as_wide_as_a_phone_and_light(notice: flyer.Notice) -> None:
    made = render_picture(notice, META, PRESS)
    image = opened(made.png)
    assert image.size == (made.width, made.height)
    assert made.width == 1080
    assert 1080 < made.height <= 2400
    assert len(made.png) <= 1_000_000
    assert render_picture(notice, META, PRESS).png == made.png


@pytest.mark.parametrize("width", [1080, 750, 375])
@pytest.mark.parametrize("notice", [NOTICE, LONG], ids=["ordinary", "long"])
def test_the_code_is_recognised_after_the_chat_has_squeezed_it(
    notice: flyer.Notice, width: int
) -> None:
    image = opened(render_picture(notice, META, PRESS).png)
    small = image.resize((width, round(image.height * width / 1080)), Image.Resampling.LANCZOS)
    sent = io.BytesIO()
    small.save(sent, "JPEG", quality=60)
    shown = opened(sent.getvalue()).resize((width * 2, small.height * 2))
    assert {code.text for code in zxingcpp.read_barcodes(shown)} == {META.url}


def _luminance(colour: tuple[int, ...]) -> float:
    parts = [
        c / 255 / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_letters_stand_out_from_what_is_behind_them() -> None:
    """The colours that really meet in the picture: each ground with the darkest or lightest ink upon it."""
    image = opened(render_picture(NOTICE, META, PRESS).png)
    grounds = {"head": (31, 111, 92), "band": (227, 241, 236), "body": (255, 255, 255)}
    inks = {"head": (255, 255, 255), "band": (31, 111, 92), "body": (29, 33, 41)}
    found = {colour for count, colour in image.getcolors(1 << 20) or [] if count > 200}
    assert set(grounds.values()) | set(inks.values()) <= found
    for part, ground in grounds.items():
        light, dark = sorted((_luminance(ground), _luminance(inks[part])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, part


def test_no_letter_is_smaller_than_a_phone_can_show() -> None:
    """32 pixels of 1080: every size in the sheet is at least 11 pt of 360, at the smallest scale too."""
    import re

    source = (ROOT / "templates" / "flyer" / "picture.typ").read_text("utf-8")
    fixed = [float(size) for size in re.findall(r"text\((\d+(?:\.\d+)?)pt[,)]", source)]
    scaled = [
        float(size) for size in re.findall(r"(?:text|number)\((\d+(?:\.\d+)?)pt \* k", source)
    ]
    assert fixed
    assert scaled
    assert min(fixed) * 3 >= 32
    assert min(scaled) * min(picture.SCALES) * 3 >= 32
    assert "calc.max(12pt, size * k)" in source


def test_what_is_too_long_is_refused_by_its_heading() -> None:
    with pytest.raises(flyer.FlyerError) as caught:
        render_picture(replace(LONG, paragraphs=("还有一段话，" * 30,) * 4), META, PRESS)
    assert caught.value.code == "flyer.picture_overflow"
    assert caught.value.params["title"] == "没有参加职工医保的城乡居民，请按时交费"


def test_what_is_too_heavy_loses_colours_before_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = render_picture(NOTICE, META, PRESS)
    monkeypatch.setattr(picture, "COMFORTABLE", 1)
    light = render_picture(NOTICE, META, PRESS)
    assert len(light.png) < len(whole.png)
    assert opened(light.png).size == opened(whole.png).size
    monkeypatch.setattr(picture, "MOST_BYTES", 1000)
    with pytest.raises(flyer.FlyerError, match=r"flyer\.picture_heavy"):
        render_picture(NOTICE, META, PRESS)


def test_a_fifth_step_or_a_character_without_a_glyph_is_refused() -> None:
    with pytest.raises(flyer.FlyerError, match=r"flyer\.notice_steps"):
        render_picture(replace(NOTICE, steps=("走",) * 5), META, PRESS)
    with pytest.raises(flyer.FlyerError, match=r"flyer\.frame_glyph"):
        render_picture(replace(NOTICE, when="འདི"), META, PRESS)
