"""The estimate of a file: what is read, what comes out, and what is said about a bad file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from outreach.errors import Invalid, Missing, OutreachError
from outreach.surveys.awareness import wilson
from outreach.surveys.tables import estimate_file
from outreach.wording import catalogue, say

KEYS = ["rate", "se", "low", "high", "deff", "n", "n_eff", "df", "method", "use"]


def stratified() -> str:
    """Case 14 of the worked numbers: 400 people of three towns."""
    lines = ["编号,知道,权重,乡镇,人口"]
    for town, size, n, aware in (("甲镇", 12000, 150, 90), ("乙镇", 6000, 150, 105), ("丙镇", 2000, 100, 90)):  # fmt: skip
        lines += [f"{k},{int(k < aware)},{size / n:g},{town},{size}" for k in range(n)]
    return "\n".join(lines) + "\n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "answers.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_in_any_office_encoding_gives_the_worked_numbers(
    tmp_path: Path, encoding: str
) -> None:
    file = written(tmp_path, stratified(), encoding)
    found = estimate_file(
        file, outcome="知道", weight="权重", stratum="乡镇", fpc="人口", by="乡镇"
    )
    assert [key for key in found if key != "groups"] == KEYS
    assert found["rate"] == pytest.approx(0.66)
    assert found["se"] == pytest.approx(0.026550486, abs=5e-10)
    assert (found["low"], found["high"]) == pytest.approx((0.606038, 0.710107), abs=5e-7)
    assert (found["n"], found["df"], found["method"], found["use"]) == (400, 397, "logit", "compare")  # fmt: skip
    groups = found["groups"]
    assert isinstance(groups, list)
    assert [group["value"] for group in groups] == ["甲镇", "乙镇", "丙镇"]
    assert [list(group) for group in groups] == [["value", *KEYS]] * 3
    assert [group["rate"] for group in groups] == pytest.approx([0.6, 0.7, 0.9])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_only_an_outcome_gives_wilson(tmp_path: Path) -> None:
    found = estimate_file(written(tmp_path, stratified()), outcome="知道", level=0.9)
    assert list(found) == KEYS
    assert (found["low"], found["high"]) == pytest.approx(wilson(285, 400, 0.9))
    assert (found["method"], found["n_eff"]) == ("wilson", 400)


def test_empty_lines_and_blanks_around_cells_do_not_matter(tmp_path: Path) -> None:
    file = written(tmp_path, "\n 知道 ,组\n1, a\n,\n0 ,a\n\n1,b\n")
    found = estimate_file(file, outcome="知道", by="组")
    assert (found["n"], found["rate"]) == (3, pytest.approx(2 / 3))
    groups = found["groups"]
    assert isinstance(groups, list)
    assert [(group["value"], group["n"]) for group in groups] == [("a", 2), ("b", 1)]


def test_weights_may_be_large_in_full_width_or_in_scientific_notation(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "知道,权重\n１,1.3E+10\n0,１３０００００００００．０\n1,13000000000\n",  # noqa: RUF001
        "utf-8-sig",
    )
    found = estimate_file(file, outcome="知道", weight="权重", method="wilson")
    assert (found["low"], found["high"]) == pytest.approx(wilson(2, 3))


@pytest.mark.parametrize(("aware", "limits"), [(1, (0.9119027, 1)), (0, (0, 0.0880973))])
def test_all_or_nobody_aware_under_a_design_is_the_exact_interval(
    tmp_path: Path, aware: int, limits: tuple[float, float]
) -> None:
    file = written(tmp_path, "a,s\n" + "".join(f"{aware},{k % 2}\n" for k in range(40)))
    found = estimate_file(file, outcome="a", stratum="s")
    assert (found["low"], found["high"]) == pytest.approx(limits, abs=5e-8)
    assert (found["method"], found["n_eff"], found["df"]) == ("clopper-pearson", 40, 38)


def test_a_level_near_1_is_wide_but_finite(tmp_path: Path) -> None:
    file = written(tmp_path, stratified())
    low, high = 0.5715, 0.7388
    found = estimate_file(file, outcome="知道", weight="权重", stratum="乡镇", level=0.999)
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=5e-3)
    few = estimate_file(
        written(tmp_path, "a,w\n1,2\n0,3\n"), outcome="a", weight="w", level=0.999999999
    )
    assert json.loads(json.dumps(few, allow_nan=False))["high"] <= 1


def test_fifty_thousand_rows_with_everything_take_seconds(tmp_path: Path) -> None:
    """Raking counts cells: before it did, a million rows took more than five minutes, and now ten seconds."""
    lines = ["a,w,s,c,g,h"]
    lines += [
        f"{k % 3 % 2},{1 + k % 4},{k % 20},{k % 1000},{k % 7 % 2},{k % 11 % 3}"
        for k in range(50_000)
    ]
    targets: dict[str, Any] = {"g": {"0": 3e5, "1": 2e5}, "h": {"0": 1e5, "1": 2e5, "2": 2e5}}
    began = time.process_time()
    file = written(tmp_path, "\n".join(lines))
    found = estimate_file(file, outcome="a", weight="w", stratum="s", cluster="c", rake=targets)
    assert (found["n"], found["df"]) == (50_000, 980)
    assert time.process_time() - began < 5


def test_population_counts_come_from_a_file(tmp_path: Path) -> None:
    targets = tmp_path / "targets.json"
    counts = {"乡镇": {"甲镇": 12000, "乙镇": 6000, "丙镇": 2000}}
    targets.write_text(json.dumps(counts, ensure_ascii=False), "utf-8")
    file = written(tmp_path, stratified())
    found = estimate_file(file, outcome="知道", rake=targets)
    assert (found["rate"], found["method"]) == (pytest.approx(0.66), "logit")
    assert estimate_file(file, outcome="知道", rake=counts) == found


BAD: list[tuple[str, dict[str, Any], str, dict[str, object]]] = [
    ("aware\n1\n0\n", {"outcome": "知道"}, "surveys.column_missing", {"column": "知道", "columns": "aware"}),
    ("a,w\n1,2\n", {"weight": "x"}, "surveys.column_missing", {"column": "x"}),
    ("a\n1\n", {"by": "镇"}, "surveys.column_missing", {"column": "镇"}),
    ("a,a\n1,0\n", {}, "surveys.column_twice", {"column": "a"}),
    ("a\n", {}, "surveys.no_rows", {}),
    ("a\n1\n\n2\n", {}, "surveys.bad_outcome", {"row": 4, "column": "a", "value": "2"}),
    ("a,w\n1,2\n0,\n", {"weight": "w"}, "surveys.blank", {"row": 3, "column": "w"}),
    ("a,w\n1,2\n0\n", {"weight": "w"}, "surveys.blank", {"row": 3, "column": "w"}),
    ("a,w\n1,2\n0,八\n", {"weight": "w"}, "surveys.bad_number", {"row": 3, "value": "八"}),
    ("a,w\n1,2,3\n", {}, "surveys.row_too_long", {"row": 2}),
    ("a,s\n1,甲\n0,甲\n1,乙\n", {"stratum": "s"}, "surveys.lonely_stratum", {"stratum": "乙"}),
    ("a\n是\n", {}, "surveys.bad_outcome", {"row": 2, "value": "是"}),
    ("a,w\n1,2\n0,-2\n", {"weight": "w"}, "surveys.bad_number", {"row": 3, "value": "-2"}),
    ("a,v\n1,4.4E+11\n0,4.4E+11\n", {"by": "v"}, "surveys.shortened", {"row": 2, "column": "v"}),
    ("a,v\n\n1,1\n0,4.4E+11\n", {"cluster": "v"}, "surveys.shortened", {"row": 4, "column": "v"}),
    ("a,w\n1,2\n", {"weight": "w"}, "surveys.one_unit", {}),
    ("a\n1\n0\n", {"method": "wald"}, "surveys.unknown_method", {"method": "wald"}),
    ("a\n1\n0\n", {"level": 95.0}, "surveys.bad_level", {"level": 95.0}),
    ("a,g\n1,x\n\n0,y\n", {"rake": {"g": {"x": 1}}}, "surveys.no_target", {"row": 4, "value": "y"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "code", "params"), BAD)
def test_a_bad_file_is_named_with_row_and_column(
    tmp_path: Path, text: str, options: dict[str, Any], code: str, params: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as raised:
        estimate_file(written(tmp_path, text), **{"outcome": "a", **options})
    assert raised.value.code == code
    assert params.items() <= raised.value.params.items()
    assert_worded(raised.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "surveys.targets_unreadable"),
        (b"\xff\xfe\x00", "surveys.targets_unreadable"),
        (b"[]", "surveys.targets_shape"),
        (b"{}", "surveys.targets_shape"),
        (b'{"g": [1]}', "surveys.targets_shape"),
        (b'{"g": {"x": "many"}}', "surveys.bad_target"),
        (b'{"g": {"x": true}}', "surveys.bad_target"),
        (b'{"g": {"x": NaN}}', "surveys.bad_target"),
        (b'{"g": {"x": -4}}', "surveys.bad_target"),
    ],
)
def test_bad_population_counts_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    targets = tmp_path / "targets.json"
    targets.write_bytes(content)
    with pytest.raises(Invalid) as raised:
        estimate_file(written(tmp_path, "a,g\n1,x\n0,x\n"), outcome="a", rake=targets)
    assert raised.value.code == code
    assert_worded(raised.value)


def test_files_that_are_not_there_are_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        estimate_file(tmp_path / "none.csv", outcome="a")
    with pytest.raises(Missing) as raised:
        estimate_file(written(tmp_path, "a\n1\n"), outcome="a", rake=tmp_path / "none.json")
    assert_worded(raised.value)


def assert_worded(problem: OutreachError) -> None:
    assert problem.code in catalogue()
    for sentence in (say(problem.code, "zh", **problem.params), say(problem.code, "en", **problem.params)):  # fmt: skip
        for name in problem.params:
            assert "{" + name not in sentence
