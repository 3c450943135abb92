from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import Request, Response
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.access.roles import Action
from outreach.web import formats
from outreach.web.app import create_app
from outreach.web.guard import guarded_router, needs
from outreach.web.progress import event_stream
from outreach.web.render import page
from outreach.web.views.campaigns import LiveCampaign, States
from outreach.web.views.common import Bar, Part, Rate
from outreach.web.views.signing import CampaignView
from tests.web import samples
from tests.web.conftest import Browser, Installation

Show = Callable[[str, object], str]


@pytest.fixture
def show(installation: Installation, add_user: Callable[..., None]) -> Show:
    """Renders a template as an officer's browser gets it."""
    views: dict[str, tuple[str, object]] = {}
    app = create_app(installation)
    router = guarded_router()

    @router.get("/shown")
    @needs(Action.TODAY)
    def shown(request: Request) -> Response:
        return page(request, *views["now"])

    app.router.routes.extend(router.routes)
    add_user("zhou", "officer")
    browser = Browser(app, follow_redirects=False)
    browser.log_in("zhou")

    def render(template: str, view: object) -> str:
        views["now"] = template, view
        answer = browser.get("/shown")
        assert answer.status_code == 200
        return answer.text

    return render


def _poisoned(value: object) -> object:
    """The same view-model with markup in every text."""
    if isinstance(value, str):
        return f"{value}<i>&" if value else value
    if isinstance(value, tuple):
        return tuple(_poisoned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"kind", "use", "shade", "key", "tag", "state", "icon"}
        changed = {
            f.name: _poisoned(getattr(value, f.name)) for f in fields(value) if f.name not in kept
        }
        return replace(value, **changed)
    return value


@pytest.mark.parametrize("name", samples.PAGES)
def test_a_page_shows_its_view_and_markup_in_data_stays_text(show: Show, name: str) -> None:
    template, view = samples.PAGES[name]
    assert show(template, view).count("<h1") == 1
    poisoned = show(template, _poisoned(view))
    assert "<i>" not in poisoned
    assert name.endswith("empty") or "&lt;i&gt;&amp;" in poisoned


def test_everything_that_changes_while_sending_has_its_place_on_the_page(show: Show) -> None:
    html = show("today.html", samples.TODAY)
    event = samples.LIVE.event
    texts, pieces = event["texts"], event["pieces"]
    assert isinstance(texts, Mapping)
    assert isinstance(pieces, Mapping)
    for key, words in texts.items():
        assert re.search(
            rf'data-text="{key}"[^>]*>{re.escape(str(words))}<|{re.escape(str(words))} 件', html
        ), key
    for key in pieces:
        assert f'data-piece="{key}"' in html
    assert f'data-live="{samples.LIVE.live}"' in html


def test_a_finished_campaign_asks_for_no_more_events(show: Show) -> None:
    assert "data-live" not in show(
        "campaign.html",
        CampaignView(samples.SIGNING, replace(samples.LIVE, live="", status="已发完")),
    )


def test_generated_answers_say_so_above_the_rate(show: Show) -> None:
    html = show("results.html", samples.RESULTS)
    assert 0 < html.index("回答是程序编的") < html.index("76.9")
    aware = samples.RESULTS.aware
    assert aware is not None
    real = show("results.html", replace(samples.RESULTS, aware=replace(aware, generated=False)))
    assert "程序编的" not in real


def test_a_rate_is_never_alone_and_a_small_sample_gives_none(show: Show) -> None:
    html = re.sub(r"<[^>]+>", "", show("results.html", samples.RESULTS))
    assert "76.9 %（72.4–80.8\u202f%，n = 832，2026-11 入户）" in html
    assert "播放量和发帖数不能证明知晓" in html
    aware = samples.RESULTS.aware
    assert aware is not None
    few = replace(aware, rate=Rate(0.7, 0.4, 0.9, 24, "none", date(2026, 11, 1), "入户"))
    small = re.sub(
        r"<[^>]+>", "", show("results.html", replace(samples.RESULTS, aware=few, reach=None))
    )
    assert "样本不足" in small
    assert "70.0" not in small
    some = replace(aware, rate=replace(aware.rate, use="indicative"))
    assert "仅供参考" in show("results.html", replace(samples.RESULTS, aware=some))


@pytest.mark.parametrize(
    ("first", "copies", "sheets"),
    [
        pytest.param(1, 1, 21, id="all twenty sheets and the cover"),
        pytest.param(1, 2, 41, id="twice, under one cover"),
        pytest.param(13, 1, 9, id="from the thirteenth on, with a cover for these"),
        pytest.param(20, 1, 2, id="the last one and its cover"),
        pytest.param(21, 5, 0, id="behind the last one there is nothing"),
    ],
)
def test_how_many_sheets_come_out(first: int, copies: int, sheets: int) -> None:
    assert replace(samples.PRINT, first=first, copies=copies).to_print == sheets


_COUNT = st.integers(min_value=0, max_value=10**7)


@settings(max_examples=200, deadline=None)
@given(counts=st.lists(_COUNT, min_size=1, max_size=6), extra=_COUNT)
def test_a_bar_never_runs_over_and_shows_everything_that_exists(
    counts: list[int], extra: int
) -> None:
    parts = tuple(Part(str(n), "x", count, "yes") for n, count in enumerate(counts))
    pieces = Bar(parts, sum(counts) + extra).pieces
    assert len(pieces) == len(counts)
    end = 0.0
    for piece in pieces:
        assert piece.start == pytest.approx(end, abs=0.01)
        assert (piece.width > 0) == (piece.part.n > 0)
        end = piece.start + piece.width
    assert end <= 100.01


@pytest.mark.parametrize(
    ("states", "percent", "eta"),
    [
        pytest.param(States(), 0.0, "全部交出去了", id="nothing to send"),
        pytest.param(States(skipped=9), 100.0, "全部交出去了", id="everybody skipped"),
        pytest.param(
            States(planned=50, delivered=40, unknown=10), 50.0, "约 5 分", id="half of it"
        ),
        pytest.param(States(waiting=1), 0.0, "约 5 分", id="one that waits is not handed over"),
    ],
)
def test_how_far_a_campaign_is(states: States, percent: float, eta: str) -> None:
    live = LiveCampaign("x", "/x", "发送中", states, seconds_left=300)
    assert (states.percent, live.eta) == (percent, eta)


def test_the_states_of_the_bar_sum_to_what_is_to_be_sent() -> None:
    assert sum(part.n for part in samples.STATES.bar.parts) == samples.STATES.to_send


def test_progress_events_follow_the_work_to_its_end(
    installation: Installation, add_user: Callable[..., None]
) -> None:
    app = create_app(installation)
    router = guarded_router()
    steps = iter([({"n": "一"}, False), ({"n": "一"}, False), ({"n": "二"}, True)])

    @router.get("/progress")
    @needs(Action.TODAY)
    def progress() -> Response:
        return event_stream(lambda: next(steps), every=0.001)

    app.router.routes.extend(router.routes)
    add_user("zhou", "officer")
    browser = Browser(app, follow_redirects=False)
    stranger = browser.get("/progress", headers={"accept": "text/event-stream"})
    assert stranger.status_code == 401
    browser.log_in("zhou")
    answer = browser.get("/progress")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.split("\n\n") == [
        'event: progress\ndata: {"n": "一"}',
        ": still here",
        'event: progress\ndata: {"n": "二"}',
        "event: finished\ndata: {}",
        "",
    ]


_ZONE = ZoneInfo("Asia/Shanghai")
_NOW = datetime(2026, 11, 23, 2, 26, tzinfo=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.thousands(8214), "8,214"),
        (formats.percent(0.783), "78.3\u202f%"),
        (formats.interval(0.741, 0.82), "74.1–82.0\u202f%"),
        (formats.yuan(65640), "¥656"),
        (formats.yuan(450), "¥4.50"),
        (formats.day(date(2026, 11, 23)), "11月23日"),
        (formats.long_day(date(2027, 1, 31)), "2027年1月31日"),
        (formats.weekday(date(2026, 11, 23)), "星期一"),
        (formats.duration(20), "1 分"),
        (formats.duration(920), "15 分"),
        (formats.duration(3600), "1 小时"),
        (formats.duration(4020), "1 小时 7 分"),
        (formats.clock_time(_NOW - timedelta(hours=2), _ZONE), "8:26"),
        (formats.when(_NOW, _ZONE, date(2026, 11, 23)), "今天 10:26"),
        (formats.when(_NOW + timedelta(days=1), _ZONE, date(2026, 11, 23)), "明天 10:26"),
        (formats.when(_NOW + timedelta(days=4), _ZONE, date(2026, 11, 23)), "11月27日 10:26"),
        (formats.mask_name("张三"), "张*"),
        (formats.mask_name("欧阳修"), "欧**"),
        (formats.mask_name("阿"), "阿*"),
        (formats.mask_name(""), ""),
        (formats.mask_phone("+8613812341234"), "138****1234"),
        (formats.mask_phone("123456"), "****"),
    ],
)
def test_how_figures_and_names_are_written(written: str, expected: str) -> None:
    assert written == expected
