from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import Invalid
from outreach.messages.lint import VARIABLES
from outreach.messages.looking import MOST_REMEMBERED
from outreach.messages.render import LONGEST_LIST, LONGEST_TEXT, render, render_groups
from outreach.messages.syntax import LONGEST_SOURCE, MOST_LOOPS, check_source, variables_used
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


DEEP = 400
HOSTILE = {
    "a number with more digits than Python reads": "{{ " + "9" * 5000 + " }}",
    "a number too large to print": "{{ 0x" + "f" * 6000 + " }}",
    "a large power": "{{ 9 ** 9 ** 9 }}",
    "a huge multiplication": "{{ 'x' * 1000000000 }}",
    "a huge multiplication that is folded when compiled": "{% if 'x' * 1000000000 %}{% endif %}",
    "brackets in brackets": "{{ " + "(" * DEEP + "1" + ")" * DEEP + " }}",
    "not not not": "{% if " + "not " * DEEP + "name %}x{% endif %}",
    "and and and": "{% if name" + " and name" * DEEP + " %}x{% endif %}",
    "if in if": "{% if name %}" * DEEP + "x" + "{% endif %}" * DEEP,
    "else else else": "{{ " + "'a' if name else " * DEEP + "'b' }}",
    "filter on filter": "{{ name" + "|trim" * DEEP + " }}",
    "a chain of attributes": "{{ policy" + ".phone" * DEEP + " }}",
    "loop in loop": "{% for a in policies %}{% for b in policies %}x{% endfor %}{% endfor %}",
    "loop in else of a loop in a loop": "{% for a in policies %}{% if a.phone %}{% for b in policies %}{% endfor %}{% endif %}{% endfor %}",
    "loop over an element": "{% for a in policies %}{% for b in a.phone %}x{% endfor %}{% endfor %}",
    "recursive loop": "{% for a in policies recursive %}{{ loop(policies) }}{% endfor %}",
    "many loops": "{% for a in policies %}x{% endfor %}" * 200,
    "loop over range": "{% for a in range(1000000) %}x{% endfor %}",
    "a loop's variable called loop": "{% for loop in policies %}{{ loop.index }}{% endfor %}",
    "a slice": "{{ name[0:1] }}",
    "an index by name": "{{ policy['__class__'] }}",
    "a class through text": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a class through a name": "{{ name.__class__.__mro__ }}",
    "a class through attr": "{{ name|attr('__class__') }}",
    "a method through map": "{{ policies|map(attribute='phone')|join }}",
    "a format string": "{{ '%100000000d'|format(1) }}",
    "a format method": "{{ '{0.__class__}'.format(name) }}",
    "centre": "{{ name|center(100000000) }}",
    "indent": "{{ name|indent(width=100000000) }}",
    "replace": "{{ name|replace('', 'xxxx') }}",
    "batch": "{{ policies|batch(1000000, 'x')|list }}",
    "lorem": "{{ lipsum(n=100) }}",
    "cycler": "{{ cycler('a').next() }}",
    "joiner": "{{ joiner().__init__.__globals__ }}",
    "namespace": "{% set ns = namespace(a=1) %}",
    "itself": "{{ self._TemplateReference__context }}",
    "block": "{% block a %}x{% endblock %}",
    "extends": "{% extends name %}",
    "import": "{% import 'os' as os %}",
    "from import": "{% from 'os' import environ %}",
    "call block": "{% call name() %}{% endcall %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "with": "{% with a = name %}{{ a }}{% endwith %}",
    "autoescape": "{% autoescape false %}x{% endautoescape %}",
    "do": "{% do name %}",
    "continue": "{% for a in policies %}{% continue %}{% endfor %}",
    "debug": "{% debug %}",
    "a list": "{{ [name, name] }}",
    "a tuple": "{{ (name, name) }}",
    "a mapping": "{{ {'a': name} }}",
    "a test with an argument": "{{ name is divisibleby(3) }}",
    "is in": "{% if name in policies %}x{% endif %}",
    "nothing": "{{ none }}",
    "a fraction": "{{ 1e308 }}",
    "minus": "{{ -name }}",
    "a half of a pair": "\ud800{{ name }}",
    "a NUL": "{{ name }}\0",
    "a bell": "{{ name }}\a",
    "a zero-width character in a name": "{{ na\u200bme }}",
    "a turned name": "{{ na\u202eme }}",
    "full-width letters": "{{ \uff4e\uff41\uff4d\uff45 }}",
    "a ligature that Python would take apart": "{{ o\ufb03ce }}",
    "a comment without end": "{# x",
    "raw without end": "{% raw %}{{ name }}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_template_is_refused_at_save_and_would_not_run(source: str) -> None:
    findings = check_source("第一行\n" + source, VARIABLES)
    assert findings
    assert all(finding.severity == "error" for finding in findings)
    with pytest.raises(Invalid):
        render(source, context())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
        ("{# {{ 9 ** 9 }} #}平安", "平安"),
        ("# for p in policies\n## 标题", "# for p in policies\n## 标题"),
        ("{% if true %}是{% endif %}", "是"),
        ("{% for self in policies %}{{ self.phone }} {% endfor %}", "12345 12345 12345"),
        ("{% if 1" + " < 2" * 5 + " %}x{% endif %}", ""),
        ("{% if not name %}a{% elif village %}b{% endif %}" + "{% if name %}c{% endif %}" * 100, "b" + "c" * 100),
        ("{{ 'village' }}{{ '{{ name }}' }}", "village{{ name }}"),
    ],
)  # fmt: skip
def test_what_looks_hostile_and_is_only_text(source: str, text: str) -> None:
    assert check_source(source, VARIABLES) == []
    assert render(source, context()) == text


TOKENS = st.sampled_from(
    [
        "{{", "}}", "{%", "%}", "{#", "#}", " ", "if", "for", "in", "endif", "endfor", "else", "elif", "not", "and",
        "name", "policies", "policy", ".", "phone", "loop", "index", "|", "length", "trim", "(", ")", "[", "]", "==",
        "<", "+", "*", "~", "'", "'a'", "1", "9" * 30, "none", "true", "self", "set", "raw", "endraw", "是", "\n", "-",
        "__class__", "range", "recursive", ",", ":", "{", "}", "is", "call", "block", "e9", "0x", "_", "\\",
    ]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(TOKENS, max_size=25).map("".join) | st.lists(TOKENS, max_size=25).map(" ".join))
def test_whatever_is_typed_is_a_text_or_a_remark_and_never_a_crash(source: str) -> None:
    findings = check_source(source, VARIABLES)
    try:
        text = render(source, context())
    except Invalid:
        return
    assert len(text) <= LONGEST_TEXT
    assert {finding.code for finding in findings} <= {"messages.unknown_variable"}


def test_the_most_that_a_template_can_do_takes_no_time() -> None:
    loop = "{% for p in policies %}{{ p.phone }}{% if p.phone == '1' %}x{% endif %}{% endfor %}"
    source = loop * MOST_LOOPS
    facts = {"policies": [{"phone": "1"}] * LONGEST_LIST}
    begun = time.process_time()
    assert len(render(source, facts)) == 2 * MOST_LOOPS * LONGEST_LIST
    assert time.process_time() - begun < 2
    assert [one.code for one in check_source(source + loop, VARIABLES)] == ["messages.forbidden"]


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


class Word(str):
    """A text that is not quite a str, as libraries make them."""


VALUES = st.sampled_from(["", "清泉村", "柳溪镇", "1", "{{ 7*7 }}", 0, 1, 2, Word("清泉村")])
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


class Fresh(dict[str, Any]):
    """Facts that are made anew each time that somebody looks: no two looks see the same object."""

    def __getitem__(self, name: str) -> Any:
        return json.loads(json.dumps(super().__getitem__(name)))


@pytest.mark.parametrize("source", SOURCES)
def test_an_object_that_is_gone_is_not_taken_for_another_one(source: str) -> None:
    rows = [
        Fresh(
            {"village": "清泉村", "name": "", "policy": {"phone": str(n % 7), "one_line": str(n % 3)},
             "policies": [{"one_line": str(n % 5), "phone": "1"}]}
        )
        for n in range(300)
    ]  # fmt: skip
    texts = {row: group.text for group in render_groups(source, rows) for row in group.rows}
    assert texts == {row: render(source, dict(each)) for row, each in enumerate(rows)}


@pytest.mark.parametrize("bad", [{}, {"village": None}, {"village": ["a"]}, {"village": 1.5}])
def test_a_fault_in_a_later_row_is_found_after_many_good_ones(bad: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as problem:
        render_groups("{{ village }}", [{"village": "清泉村"}] * 10 + [bad])
    assert problem.value.params["variable"] == "village"


def test_a_number_is_not_taken_for_a_flag_or_a_word_that_equals_it() -> None:
    source = "{% if policy.n %}有{% else %}无{% endif %}{% if village == 1 %}一{% endif %}"
    rows = [{"village": village, "policy": {"n": ""}} for village in ("1", 1, "1", 1, True)]
    groups = {group.text: group.rows for group in render_groups(source, rows)}
    assert groups == {"无": (0, 2), "无一": (1, 3, 4)}


def test_where_everybody_gets_another_text_everybody_still_gets_it() -> None:
    rows = [{"village": str(number)} for number in range(MOST_REMEMBERED + 50)] * 2
    groups = render_groups("{{ village }}", rows)
    assert [group.rows for group in groups] == [
        (number, number + MOST_REMEMBERED + 50) for number in range(MOST_REMEMBERED + 50)
    ]


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
