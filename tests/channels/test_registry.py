from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from channels import registry
from channels.errors import Rejected
from channels.fake import FakeChannel


def installed(**values: str) -> EntryPoints:
    return EntryPoints(
        [EntryPoint(name=name, value=value, group=registry.GROUP) for name, value in values.items()]
        + [EntryPoint(name="elsewhere", value="x:y", group="another.group")]
    )


@pytest.mark.parametrize("name", sorted(registry.CHANNELS))
def test_every_built_in_channel_can_be_loaded(name: str) -> None:
    assert callable(registry.factory(name))


def test_an_installed_channel_is_found_by_its_entry_point() -> None:
    others = installed(aliyun="channels.fake:FakeChannel")
    assert registry.factory("aliyun", others) is FakeChannel
    assert registry.names(others) == [
        "aliyun", "dingtalk", "fake", "feishu", "gateway", "manual", "twilio", "wecom",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "others", "code"),
    [
        pytest.param("pigeon", installed(), "unknown_channel", id="nobody has it"),
        pytest.param("elsewhere", installed(), "unknown_channel", id="another group's entry point"),
        pytest.param("twilio", installed(twilio="a:B"), "ambiguous_channel", id="one of ours"),
        pytest.param("gone", installed(gone="no_such_module:X"), "broken_channel", id="no module"),
        pytest.param(
            "gone", installed(gone="channels.fake:X"), "broken_channel", id="no attribute"
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_rejected(name: str, others: EntryPoints, code: str) -> None:
    with pytest.raises(Rejected) as raised:
        registry.factory(name, others)
    assert raised.value.code == f"channels.{code}"
