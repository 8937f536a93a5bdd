"""Measures the page as a cheap phone on a slow network loads it: `make benchmark-page` (start `make run` first).

Sizes and counts are held against budgets. Times depend on the machine, so they are given as ratios to a
baseline of the same run: the same page with scripts switched off, which is only HTML and a style sheet.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright
from rich.console import Console
from rich.table import Table

from bot.settings import Settings

RUNS = 5
PHONE: ViewportSize = {"width": 360, "height": 740}
#: A busy 3G cell (bytes a second, milliseconds) and a processor a quarter as fast as this one.
NETWORK = {"offline": False, "downloadThroughput": 50_000, "uploadThroughput": 25_000, "latency": 300}
SLOWER_PROCESSOR = 4
FIELD = "textarea#motcua-question"
QUESTION = "đăng ký khai tử cần giấy tờ gì"

#: What must hold: figure → most.
BUDGETS = {"kilobytes": 60.0, "requests": 6.0, "layout_shift": 0.1, "axe_violations": 0.0, "outside_requests": 0.0}

_PAINTS = "() => performance.getEntriesByType('paint').find(e => e.name === 'first-contentful-paint')?.startTime"
_OBSERVE = """
window.shift = 0; window.blocked = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value; })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) window.blocked += Math.max(0, e.duration - 50); })
  .observe({type: 'longtask', buffered: true});
"""


@dataclass(frozen=True)
class Load:
    """One load of the page: sizes in bytes, times in milliseconds."""

    transferred: int
    requests: int
    outside: int
    first_paint: float
    usable: float
    layout_shift: float
    blocked: float


def main() -> int:
    """Measure, print, and fail if a budget is broken."""
    address = Settings.read().public_url
    console = Console()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with_scripts = [load(browser, address, scripts=True) for _ in range(RUNS)]
        baseline = [load(browser, address, scripts=False) for _ in range(RUNS)]
        violations = axe_violations(browser, address)
        answer, plain = answer_times(browser, address)
        browser.close()
    figures = {
        "kilobytes": max(one.transferred for one in with_scripts) / 1000,
        "requests": max(one.requests for one in with_scripts),
        "layout_shift": max(one.layout_shift for one in with_scripts),
        "axe_violations": violations,
        "outside_requests": max(one.outside for one in with_scripts),
    }
    table = Table("figure", "measured", "budget", title="The page, first visit, no cache")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3g}", f"≤ {BUDGETS[name]:g}")
    console.print(table)
    times = Table("time", "with scripts", "baseline: without", "ratio", title="Slow phone, slow network (medians)")
    for name in ("first_paint", "usable"):
        ours, other = (statistics.median(getattr(one, name) for one in loads) for loads in (with_scripts, baseline))
        times.add_row(name, f"{ours:.0f} ms", f"{other:.0f} ms", f"{ours / other:.2f}")
    times.add_row("blocked by scripts", f"{statistics.median(one.blocked for one in with_scripts):.0f} ms", "0 ms", "")
    times.add_row("answer on the page / by bare HTTP", f"{answer:.0f} ms", f"{plain:.0f} ms", f"{answer / plain:.2f}")
    console.print(times)
    broken = [name for name, value in figures.items() if value > BUDGETS[name]]
    console.print(f"Budgets broken: {', '.join(broken)}" if broken else "All budgets hold.")
    return 1 if broken else 0


def load(browser: Browser, address: str, scripts: bool) -> Load:
    """Load the page once in a fresh browser context."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts, locale="vi-VN")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    received, addresses = _watch(devtools)
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    if scripts:
        page.add_init_script(_OBSERVE)
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(FIELD if scripts else "textarea[name=text]").wait_for()
    usable = (time.perf_counter() - started) * 1000
    page.wait_for_load_state("networkidle")
    figures = _figures(page) if scripts else {"paint": _paint_without_scripts(devtools), "shift": 0, "blocked": 0}
    context.close()
    outside = sum(not one.startswith((address, "data:")) for one in addresses)
    return Load(sum(received), len(addresses), outside, figures["paint"], usable, figures["shift"], figures["blocked"])


def _watch(devtools: CDPSession) -> tuple[list[int], list[str]]:
    received: list[int] = []
    addresses: list[str] = []
    devtools.send("Network.enable")
    devtools.send("Performance.enable")
    devtools.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    devtools.on("Network.requestWillBeSent", lambda event: addresses.append(event["request"]["url"]))
    return received, addresses


def _figures(page: Page) -> dict[str, Any]:
    return {
        "paint": page.evaluate(_PAINTS),
        "shift": page.evaluate("() => window.shift"),
        "blocked": page.evaluate("() => window.blocked"),
    }


def _paint_without_scripts(devtools: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return float((metrics["FirstMeaningfulPaint"] - metrics["NavigationStart"]) * 1000)


def axe_violations(browser: Browser, address: str) -> int:
    """What axe finds on the page with an answer on it, light and dark."""
    found = 0
    for scheme in ("light", "dark"):
        # axe is put into the page, which its content security policy would forbid.
        context = browser.new_context(viewport=PHONE, color_scheme=scheme, bypass_csp=True, locale="vi-VN")
        page = context.new_page()
        page.goto(address)
        ask(page)
        found += len(Axe().run(page).response["violations"])
        context.close()
    return found


def answer_times(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds from Enter to the answer on the page, and of the same question by bare HTTP (medians)."""
    page = browser.new_page(viewport=PHONE, locale="vi-VN")
    page.goto(address)
    shown = [ask(page) for _ in range(RUNS)]
    api = page.request
    channel = f"{address}/webhooks/portal/conversations"
    started = api.post(channel, data={}).json()
    bare = []
    for number in range(RUNS):
        before = time.perf_counter()
        api.post(
            f"{channel}/{started['conversation']}/messages",
            data={"id": f"benchmark-{number}", "text": QUESTION},
            headers={"Conversation-Token": started["token"]},
        )
        bare.append((time.perf_counter() - before) * 1000)
    page.close()
    return statistics.median(shown), statistics.median(bare)


def ask(page: Page) -> float:
    """Ask on the page; milliseconds until the answer is there."""
    answers = page.locator("motcua-chat .turn:not(.waiting)")
    before = answers.count()
    page.locator(FIELD).fill(QUESTION)
    started = time.perf_counter()
    page.locator(FIELD).press("Enter")
    answers.nth(before).wait_for()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
