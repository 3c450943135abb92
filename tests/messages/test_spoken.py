"""What of a script is read aloud, and how long that takes."""

from __future__ import annotations

import pytest

from outreach.messages.spoken import Said, spoken_seconds, stretches

CASES = {
    "a script without asides": ("乡亲们，听一听。", [("乡亲们，听一听。", True)]),
    "an aside stands apart": ("您好。\n（递上单子。）请看。", [("您好。\n", True), ("（递上单子。）", False), ("请看。", True)]),
    "two asides at once": ("（敲门。）（等一下。）您好", [("（敲门。）（等一下。）", False), ("您好", True)]),
    "brackets inside a sentence are read": ("到乡镇（街道）办。", [("到乡镇（街道）办。", True)]),
    "only an aside": ("（先敲门。）", [("（先敲门。）", False)]),
    "a bracket that never closes is read": ("您好（先生", [("您好（先生", True)]),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), CASES.values(), ids=CASES)
def test_a_script_is_cut_at_its_asides(script: str, expected: list[tuple[str, bool]]) -> None:
    found = stretches(script)
    assert found == tuple(Said(*one) for one in expected)
    assert "".join(one.text for one in found) == script


def test_asides_take_no_time() -> None:
    assert spoken_seconds(stretches("您" * 210 + "\n（" + "旁" * 210 + "）")) == 60
