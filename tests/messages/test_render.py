from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.messages.lint import VARIABLES
from outreach.messages.render import LONGEST_LIST, render, render_groups
from outreach.messages.syntax import LONGEST_SOURCE, check_source, variables_used
from tests.messages.sample_facts import context


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ village }}的乡亲", "清泉村的乡亲"),
        ("{{ policy.amount_text }}", "每孩每年3600元，发到满3周岁"),
        ("{% if phone %}问{{ phone }}{% endif %}", "问0000-1234567"),
        ("{% if policies|length > 1 %}几项{% else %}一项{% endif %}", "几项"),
        (
            "{% for p in policies %}\n{{ loop.index }}.{{ p.plain_name }}\n{% endfor %}",
            "1.养娃补贴\n2.居民医保\n3.老人免费体检",
        ),
        (
            "{% for p in policies %}{{ p.plain_name }}{{ '。' if loop.last else '、' }}{% endfor %}",
            "养娃补贴、居民医保、老人免费体检。",
        ),
        (
            "{% for p in policies if p.phone == '12345' %}{{ p.phone }} {% endfor %}",
            "12345 12345 12345",
        ),
        ("{{ policies|length }}项", "3项"),
        ("价格 < 5 & 'x'", "价格 < 5 & 'x'"),
    ],
)
def test_what_a_message_may_say(source: str, text: str) -> None:
    assert check_source(source, VARIABLES) == []
    assert render(source, context()) == text


@pytest.mark.parametrize(
    ("source", "construct", "line"),
    [
        ("{{ 7 * 7 }}", "Mul", 1),
        ("一\n{{ ('x' * 1000000000)|trim }}", "Mul", 2),
        ("{{ name.__class__ }}", None, 1),
        ("{{ ''.__class__ }}", "Getattr", 1),
        ("{{ name[0] }}", "Getitem", 1),
        ("{{ name.upper() }}", "Call", 1),
        ("{{ range(9) }}", "Call", 1),
        ("{{ name ~ name }}", "Concat", 1),
        ("{% set x = 1 %}", "Assign", 1),
        ("{% include 'a' %}", "Include", 1),
        ("{% macro m() %}{% endmacro %}", "Macro", 1),
        ("{% for a in policies %}{% for b in policies %}x{% endfor %}{% endfor %}", "For", 1),
        ("{% for a in [1, 2] %}x{% endfor %}", "For", 1),
        ("{% for a, b in policies %}x{% endfor %}", "For", 1),
        ("{{ name|upper }}", "upper", 1),
        ("{{ name|default('x') }}", "default", 1),
        ("{{ 'a' in name }}", "in", 1),
        ("{{ 'a' if name }}", "CondExpr", 1),
        ("{{ 1.5 }}", "float", 1),
        ("{{ loop.index }}", "loop.index", 1),
        ("{% for p in policies %}{{ loop.cycle }}{% endfor %}", "loop.cycle", 1),
        ("{{ name is string }}", "Test", 1),
    ],
)
def test_a_forbidden_construct_is_named_with_its_line(
    source: str, construct: str | None, line: int
) -> None:
    findings = check_source(source, VARIABLES)
    expected = "messages.forbidden" if construct else "messages.unknown_variable"
    assert (findings[0].code, findings[0].line, findings[0].severity) == (expected, line, "error")
    assert findings[0].params.get("construct") == construct
    with pytest.raises(Invalid):
        render(source, context())


@pytest.mark.parametrize(
    ("source", "variable", "line"),
    [
        ("{{ ammount }}", "ammount", 1),
        ("一\n二{{ policy.amount }}", "policy.amount", 2),
        ("{{ policy }}", "policy", 1),
        ("{{ policies }}", "policies", 1),
        ("{% for p in people %}{% endfor %}", "people[]", 1),
        ("{% for p in policies %}\n{{ p.secret }}{% endfor %}", "policies[].secret", 2),
        ("{% for p in policies %}{{ p }}{% endfor %}", "policies[]", 1),
        ("{% for p in policies %}{% endfor %}{{ p.plain_name }}", "p.plain_name", 1),
    ],
)
def test_an_unknown_variable_is_named_with_its_line(source: str, variable: str, line: int) -> None:
    findings = check_source(source, VARIABLES)
    if variable == "policies[]":  # an element is no text: caught when it would be written
        assert findings == []
        with pytest.raises(Invalid, match="value_not_text"):
            render(source, context())
        return
    assert [(f.code, f.params["variable"], f.line) for f in findings] == [
        ("messages.unknown_variable", variable, line)
    ]
    assert variable in findings[0].message()


@pytest.mark.parametrize(
    "source", ["{{ village", "{% if name %}x", "{% endfor %}", "{% nonsense %}", "{{ 1 + }}"]
)
def test_bad_syntax_is_a_finding_with_its_line(source: str) -> None:
    (finding,) = check_source("一行\n" + source, VARIABLES)
    assert (finding.code, finding.line) == ("messages.template_syntax", 2)
    with pytest.raises(Invalid, match="template_syntax"):
        variables_used("一行\n" + source)


def test_a_template_without_end_is_refused_unread() -> None:
    (finding,) = check_source("字" * (LONGEST_SOURCE + 1), VARIABLES)
    assert finding.code == "messages.template_long"


def test_the_facts_that_a_text_reads_are_paths() -> None:
    source = "{{ village }}{% for p in policies %}{{ p.one_line }}{{ loop.index }}{% endfor %}{{ policy.phone }}"
    assert variables_used(source) == {
        "village",
        "policies[]",
        "policies[].one_line",
        "policy.phone",
    }


@pytest.mark.parametrize(
    ("source", "facts", "code", "variable"),
    [
        ("{{ village }}", {}, "missing_value", "village"),
        ("{{ village }}", {"village": None}, "missing_value", "village"),
        ("{{ policy.phone }}", {"policy": {}}, "missing_value", "policy.phone"),
        ("{{ policy.phone }}", {"policy": "text"}, "missing_value", "policy.phone"),
        ("{% if name %}{{ village }}{% endif %}", {"name": ""}, "missing_value", "village"),
        (
            "{% for p in policies %}{{ p.phone }}{% endfor %}",
            {"policies": [{}]},
            "missing_value",
            "policies[].phone",
        ),
        ("{{ village }}", {"village": 1.5}, "value_not_text", "village"),
        ("{{ village }}", {"village": ["a"]}, "value_not_text", "village"),
        ("{{ policy.items }}", {"policy": {}}, "missing_value", "policy.items"),
        ("{{ village.upper }}", {"village": "x"}, "missing_value", "village.upper"),
        (
            "{% for p in policies %}x{% endfor %}",
            {"policies": "abc"},
            "value_not_list",
            "policies[]",
        ),
        (
            "{% for p in policies %}x{% endfor %}",
            {"policies": [{}] * (LONGEST_LIST + 1)},
            "list_long",
            "policies[]",
        ),
    ],
)
def test_a_missing_or_unfit_fact_is_named(
    source: str, facts: dict[str, Any], code: str, variable: str
) -> None:
    for attempt in (lambda: render(source, facts), lambda: render_groups(source, [facts])):
        with pytest.raises(Invalid) as problem:
            attempt()
        assert (problem.value.code, problem.value.params["variable"]) == (
            f"messages.{code}",
            variable,
        )


def test_a_flag_may_be_asked_but_not_written() -> None:
    assert render("{% if village %}有{% endif %}", {"village": True}) == "有"
    with pytest.raises(Invalid, match="value_not_text"):
        render("{{ village }}", {"village": True})


def test_comparing_text_with_a_number_says_so() -> None:
    with pytest.raises(Invalid, match="render_failed"):
        render("{% if village > 1 %}x{% endif %}", {"village": "清泉村"})


def test_a_text_without_end_stops() -> None:
    with pytest.raises(Invalid, match="text_long"):
        render(
            "{% for p in policies %}{{ p.a }}{% endfor %}", {"policies": [{"a": "字" * 100}] * 50}
        )


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(min_size=1),
        st.sampled_from(["{{ 7*7 }}", "{% raw %}", "{# x #}", "{{ village }}", "{%"]),
    )
)
def test_data_never_becomes_template(name: str) -> None:
    assert render("尊敬的{{ name }}。", {"name": name, "village": "泄露"}) == f"尊敬的{name}。"


VALUES = st.sampled_from(["", "清泉村", "柳溪镇", "1", "{{ 7*7 }}", 0, 1, 2])
POLICY = st.fixed_dictionaries({"phone": VALUES, "one_line": VALUES})
CONTEXT = st.fixed_dictionaries(
    {"village": VALUES, "name": VALUES, "policy": POLICY, "policies": st.lists(POLICY, max_size=3)}
)
SOURCES = [
    "{{ village }}",
    "没有变量",
    "{{ village }}{{ name }}{{ policy.phone }}",
    "{% if name %}{{ village }}{% else %}{{ policy.one_line }}{% endif %}",
    "{% for p in policies %}{{ loop.index }}{{ p.one_line }}{% endfor %}{{ policies|length }}",
    "{% for p in policies %}*{% else %}无{% endfor %}",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SOURCES), st.lists(CONTEXT, max_size=8), st.booleans())
def test_groups_say_what_one_by_one_says(
    source: str, contexts: list[dict[str, Any]], shared: bool
) -> None:
    if shared and contexts:
        contexts = [{**each, "policy": contexts[0]["policy"]} for each in contexts]
    groups = render_groups(source, contexts)
    texts = {row: group.text for group in groups for row in group.rows}
    assert texts == {row: render(source, each) for row, each in enumerate(contexts)}
    assert len({group.text for group in groups}) == len(groups)


def test_each_distinct_text_is_rendered_once() -> None:
    shared = context()["policy"]
    rows = [
        {"village": f"{number % 3}村", "policy": shared, "name": str(number)}
        for number in range(30)
    ]
    groups = render_groups("{{ village }}{{ policy.amount_text }}", rows)
    assert [(group.text[:2], len(group.rows)) for group in groups] == [
        ("0村", 10),
        ("1村", 10),
        ("2村", 10),
    ]
