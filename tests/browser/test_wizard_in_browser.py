"""新建宣传任务 in a real browser without a script: every page fits, and the campaign stands as a draft in the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_pages_in_browser import SIZES, browser, served
from tests.web.conftest import PASSWORD
from tests.web.office import Office

__all__ = ["browser", "served"]  # fixtures of the module beside this one

pytestmark = pytest.mark.browser


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and on a phone every control can be hit with a thumb."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{page.url} is {over} px too wide"
    small = page.eval_on_selector_all(
        "main .btn:visible, main select:visible, main input.field:visible",
        "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 90))",
    )
    assert not small or page.viewport_size != {"width": 360, "height": 780}, small


@pytest.mark.parametrize("size", SIZES)
def test_a_campaign_is_written_without_a_script(
    browser: Browser,
    served: tuple[Office, str],
    size: str,
) -> None:
    office, base = served
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{base}/login")
    page.fill("[name=name]", "zhou")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{base}/campaigns")
    page.click("text=新建宣传任务")
    page.check("input[value=check]")
    fits(page)
    page.click(".wz-foot button[value=next]")
    assert "按现在的台账" in page.inner_text("main")
    fits(page)
    page.click(".wz-foot button[value=next]")
    page.click("button[value=plan-text-paper]")
    page.fill("[name=budget]", "很多")
    fits(page)
    page.click(".wz-foot button[value=next]")
    assert "不是金额" in page.inner_text("main")
    fits(page)
    page.fill("[name=budget]", "100")
    page.click(".wz-foot button[value=next]")
    fits(page)
    page.click(".wz-foot button[value=next]")
    page.wait_for_selector("text=要告诉的人", timeout=20_000)
    fits(page)
    found = re.search(r"/campaigns/([^/]+)/check", page.url)
    assert found
    assert office.status(found[1]) == "draft"
    context.close()
