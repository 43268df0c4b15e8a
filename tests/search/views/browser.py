"""Headless Chromium, where it is installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@contextmanager
def open_page(width: int = 1200, height: int = 700, server: str | None = None, scale: float = 1) -> Iterator[Page]:
    """A page that reaches no network but ``server``, an address; the test is skipped where there is no Chromium.

    ``scale``: how many pixels of the screen one of the page is.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*_QUIET, *sandbox])
        # Offline means without loopback too.
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, offline=server is None
        )
        if server is not None:
            context.route(lambda url: not url.startswith(f"{server}/"), lambda route: route.abort())
        yield context.new_page()
        browser.close()
