"""Reading rules: every mistake is named with its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.wording import catalogue
from segments.errors import RuleError, SegmentsError
from segments.fields import Parameter
from segments.parse import parse_rule
from segments.reading import read, sensitivity
from segments.rules import Alternative, Clause, Rule


def clause(**parts: Any) -> dict[str, Any]:
    return {"all": [{"field": "age", "op": ">=", "value": 80, **parts}]}


def test_a_whole_rule() -> None:
    rule = parse_rule(
        {
            "all": [
                {"field": "age", "op": ">=", "value": 80, "text": "年满80周岁", "source": "第二条"},
                {"field": "hukou_region", "op": "within", "value": "431200"},
                {
                    "field": "birth_date",
                    "op": "between",
                    "value": ["1930-01-01", date(1946, 12, 31)],
                },
            ],
            "any": [
                {
                    "label": "低保家庭",
                    "all": [{"field": "tags", "op": "has", "value": "income.dibao"}],
                }
            ],
            "none": [{"field": "age", "op": ">", "value": {"param": "oldest"}}],
            "check": ["未享受其他津贴"],
        }
    )
    assert rule == Rule(
        all=(
            Clause("age", ">=", (80,), "年满80周岁", "第二条"),
            Clause("hukou_region", "within", ("4312",)),
            Clause("birth_date", "between", (date(1930, 1, 1), date(1946, 12, 31))),
        ),
        any=(Alternative("低保家庭", (Clause("circumstances", "has", ("income.dibao",)),)),),
        none=(Clause("age", ">", Parameter("oldest")),),
        check=("未享受其他津贴",),
    )
    assert rule.parameters == ("oldest",)
    assert read(rule, {"4312": "怀化市", "oldest": "最大年龄"}) == (
        "年满80周岁；户籍在怀化市；1930年1月1日至1946年12月31日出生；符合其中一项：低保家庭（属于低保对象）；"
        "不包括：超过【最大年龄】周岁；须人工核实：未享受其他津贴"
    )


@pytest.mark.parametrize(
    "data", [{}, {"all": []}, {"all": None, "any": [], "none": [], "check": []}]
)
def test_nothing_asked_is_everybody(data: dict[str, Any]) -> None:
    assert parse_rule(data) == Rule()
    assert read(Rule()) == "所有人"


FAULTS = [
    ([], "not_mapping", "rule"),
    ({"al": []}, "unknown_key", "al"),
    ({"all": {}}, "not_list", "all"),
    ({"all": ["age >= 80"]}, "not_mapping", "all[0]"),
    ({"any": [{"all": []}]}, "missing_key", "any[0]"),
    ({"any": [{"label": "", "all": []}]}, "not_text", "any[0].label"),
    ({"any": [{"label": "a", "all": [], "any": []}]}, "unknown_key", "any[0].any"),
    (
        {"any": [{"label": "a", "all": [{"field": "agee", "op": "="}]}]},
        "unknown_field",
        "any[0].all[0].field",
    ),
    ({"none": [{"op": "="}]}, "missing_key", "none[0]"),
    ({"check": [1]}, "not_text", "check[0]"),
    (clause(field="wealth"), "unknown_field", "all[0].field"),
    (clause(field=["age"]), "unknown_field", "all[0].field"),
    (clause(op="~"), "unknown_op", "all[0].op"),
    (clause(op="has"), "unknown_op", "all[0].op"),
    (clause(op={}), "unknown_op", "all[0].op"),
    (clause(op="exists"), "exists_in_policy", "all[0].op"),
    (clause(value="80"), "bad_number", "all[0].value"),
    (clause(value=True), "bad_number", "all[0].value"),
    (clause(value=79.5), "bad_number", "all[0].value"),
    (clause(value=-1), "bad_number", "all[0].value"),
    (clause(value=151), "bad_number", "all[0].value"),
    (clause(value=[60, 80]), "one_value", "all[0].value"),
    (clause(op="in", value=80), "value_not_list", "all[0].value"),
    (clause(op="in", value=[]), "empty_list", "all[0].value"),
    (clause(op="in", value=[80, "81"]), "bad_number", "all[0].value[1]"),
    (clause(op="in", value=[80] * 201), "too_many_values", "all[0].value"),
    (clause(op="between", value=80), "between_needs_two", "all[0].value"),
    (clause(op="between", value=[80, 60]), "between_backwards", "all[0].value"),
    (clause(value={"param": "a b"}), "bad_parameter", "all[0].value"),
    (clause(value={"parm": "a"}), "bad_parameter", "all[0].value"),
    (clause(text=80), "not_text", "all[0].text"),
    (clause(sql="1=1"), "unknown_key", "all[0].sql"),
    ({"all": [{"field": "age", "op": ">="}]}, "missing_key", "all[0]"),
    (clause(field="birth_date", value="2026-02-30"), "bad_date", "all[0].value"),
    (clause(field="birth_date", value=20260228), "bad_date", "all[0].value"),
    (clause(field="sex", op="=", value="女"), "bad_choice", "all[0].value"),
    (clause(field="hukou_type", op="in", value=["rural", 1]), "bad_choice", "all[0].value[1]"),
    (clause(field="region", op="within", value=431226), "bad_region", "all[0].value"),
    (clause(field="region", op="within", value=""), "bad_region", "all[0].value"),
    (clause(field="region", op="within", value="4312261"), "bad_region", "all[0].value"),
    (clause(field="region", op="=", value="43"), "unknown_op", "all[0].op"),
    (clause(field="circumstances", op="has", value="低保"), "unknown_circumstance", "all[0].value"),
    (
        clause(field="circumstances", op="has_any", value=["dis.any", "x"]),
        "unknown_circumstance",
        "all[0].value[1]",
    ),
    ({"all": clause()["all"] * 101}, "too_many_clauses", "rule"),
    (clause(field="today", op="yearly", value=["9-1", "12-31"]), "bad_season", "all[0].value[0]"),
    (clause(field="today", op="yearly", value=["02-30", "12-31"]), "bad_season", "all[0].value[0]"),
    (clause(field="today", op="yearly", value=["09-01"]), "between_needs_two", "all[0].value"),
    (clause(field="birth_date", op="yearly", value=["09-01", "12-31"]), "unknown_op", "all[0].op"),
    (clause(field="today", value="2026"), "bad_date", "all[0].value"),
    (clause(field="job_kind", op="=", value="boss"), "bad_choice", "all[0].value"),
    (clause(field="retires_in", value=1201), "bad_number", "all[0].value"),
    (clause(in_days="30"), "bad_in_days", "all[0].in_days"),
    (clause(in_days=True), "bad_in_days", "all[0].in_days"),
    (clause(in_days=3661), "bad_in_days", "all[0].in_days"),
    (clause(field="sex", op="=", value="F", in_days=1), "does_not_move", "all[0].in_days"),
    (clause(aged=[0, 2]), "aged_is_for_members", "all[0].aged"),
    (clause(field="members", value=1, aged=[3, 2]), "between_backwards", "all[0].aged"),
    (clause(field="members", value=1, aged=3), "between_needs_two", "all[0].aged"),
    (clause(field="members", value=1, aged=[0, {"param": "x"}]), "bad_parameter", "all[0].aged"),
    (clause(field="told", op="has", value="elder-80"), "policy_fact_in_policy", "all[0].field"),
]


@pytest.mark.parametrize(
    ("data", "code", "path"), FAULTS, ids=[f"{code} at {path}" for _, code, path in FAULTS]
)
def test_a_mistake_names_its_place(data: Any, code: str, path: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(data)
    assert (caught.value.code, caught.value.params["path"]) == (f"segments.{code}", path)
    words = catalogue()[caught.value.code]
    for lang in ("zh", "en"):
        said = words[lang].format(**caught.value.params)
        assert path in said or path == "rule"


@pytest.mark.parametrize(
    ("part", "line"),
    [
        (
            {"field": "today", "op": "yearly", "value": ["09-01", "02-29"]},
            "每年9月1日至2月29日",
        ),
        (
            {"field": "today", "op": "between", "value": ["2026-09-01", "2026-12-31"]},
            "2026年9月1日至2026年12月31日",
        ),
        ({"field": "today", "op": "<=", "value": "2026-12-31"}, "2026年12月31日截止"),
        ({"field": "age", "op": ">=", "value": 80, "in_days": 30}, "30天后年满80周岁"),
        ({"field": "retires_in", "op": "<=", "value": 60}, "距法定退休年龄的月数不高于60个月"),
        ({"field": "paid_months", "op": ">=", "value": 6}, "累计缴费月数不低于6个月"),
        ({"field": "job_kind", "op": "=", "value": "cadre"}, "管理或技术岗位"),
        ({"field": "phone_kind", "op": "exists", "value": False}, "手机号未知"),
        (
            {"field": "phone_kind", "op": "in", "value": ["own", "family"]},
            "本人手机号或家里人的手机号",
        ),
        (
            {"field": "members", "aged": [0, 2], "op": ">=", "value": 2},
            "家里0至2周岁的人数不低于2人",
        ),
        ({"field": "applied", "op": "has", "value": "elder-80"}, "已申请“高龄津贴”"),
        (
            {"field": "told", "op": "has", "value": ["elder-80", "hpv"], "in_days": -30},
            "30天前已告知“高龄津贴”或“hpv”",
        ),
    ],
)
def test_what_moves_with_time_reads_like_a_sentence(part: dict[str, Any], line: str) -> None:
    rule = parse_rule({"all": [part]}, segment=True)
    assert read(rule, {"elder-80": "高龄津贴"}) == line


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"field": "told", "op": "exists"}, "unknown_op"),
        ({"field": "today", "op": "exists"}, "unknown_op"),
        ({"field": "told", "op": "has", "value": "'; DROP TABLE person; --"}, "bad_policy"),
        ({"field": "told", "op": "has", "value": 80}, "bad_policy"),
        ({"field": "birth_date", "op": "exists", "value": "yes"}, "exists_value"),
        ({"field": "circumstances", "op": "exists", "value": {"param": "x"}}, "bad_parameter"),
        ({"field": "circumstances", "op": "exists"}, "missing_key"),
    ],
)
def test_exists_belongs_to_segments(part: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule({"all": [part]}, segment=True)
    assert caught.value.code == f"segments.{code}"
    assert parse_rule({"all": [{"field": "sex", "op": "exists"}]}, segment=True).all[0].value == (
        True,
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["all", "any", "none", "check", "label", "field", "op", "value", "param"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_JSON)
def test_no_data_breaks_the_parser(data: Any) -> None:
    try:
        rule = parse_rule(data)
    except SegmentsError as error:
        said = error.code in catalogue()
    else:
        said = bool(read(rule))
    assert said


def test_parameters_are_filled_and_checked() -> None:
    rule = parse_rule(
        {
            "all": [
                {"field": "age", "op": "between", "value": [{"param": "low"}, {"param": "high"}]},
                {"field": "circumstances", "op": "has_any", "value": {"param": "also"}},
            ]
        }
    )
    assert rule.parameters == ("low", "high", "also")
    half = rule.bind({"low": 60, "high": None, "premium": 400})
    assert half.parameters == ("high", "also")
    whole = half.bind({"high": 79, "also": []})
    assert whole.all[0].value == (60, 79)
    assert whole.all[1].value == ()
    for wrong, code in (
        ({"high": 59}, "between_backwards"),
        ({"also": ["x"]}, "unknown_circumstance"),
    ):
        with pytest.raises(RuleError) as caught:
            half.bind(wrong)
        assert caught.value.code == f"segments.{code}"
        assert caught.value.path.startswith("parameters.")


def test_a_rule_is_as_sensitive_as_what_it_reads() -> None:
    def of(**part: Any) -> str:
        return sensitivity(parse_rule({"any": [{"label": "一项", "all": [part]}]}))

    assert of(field="age", op=">=", value=80) == "open"
    assert of(field="circumstances", op="has", value="ins.employee") == "open"
    assert (
        of(field="circumstances", op="has_any", value=["ins.employee", "income.dibao"])
        == "sensitive"
    )
    assert of(field="income_month", op="<", value=900) == "sensitive"
    assert of(field="circumstances", op="has_any", value={"param": "also"}) == "sensitive"


def test_a_rule_for_one_place() -> None:
    rule = Rule().located("hukou", "431226000000")
    assert rule.all == (Clause("hukou_region", "within", ("431226",), "户籍在本地"),)
    assert Rule().located("residence", "43").all[0].field == "region"
