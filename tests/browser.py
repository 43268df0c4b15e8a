"""Headless Chromium, where it is installed."""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


_opened = ExitStack()  # what to close again
_browsers: list[Browser] = []  # one or none


@contextmanager
def open_page(width: int = 1200, height: int = 700, server: str | None = None, scale: float = 1) -> Iterator[Page]:
    """A page that reaches no network but ``server``, an address; the test is skipped where there is no Chromium.

    ``scale``: how many pixels of the screen one of the page is.
    """
    # Offline means without loopback too.
    context = _browser().new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, offline=server is None
    )
    if server is not None:
        context.route(lambda url: not url.startswith(f"{server}/"), lambda route: route.abort())
    try:
        yield context.new_page()
    finally:
        context.close()


def close_browser() -> None:
    """Closes the browser that pages were opened in; the next page starts another one.

    While it is open, asyncio has a running loop in this thread, where nothing else can start one.
    """
    _browsers.clear()
    _opened.close()


atexit.register(close_browser)


def _browser() -> Browser:
    """The browser of this process: starting one costs a second, and pages with contexts of their own share nothing."""
    if not _browsers:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if chromium is None:
            pytest.skip("needs Chromium: apt-get install chromium")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        playwright = _opened.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=[*_QUIET, *sandbox])
        _opened.callback(browser.close)
        _browsers.append(browser)
    return _browsers[0]
