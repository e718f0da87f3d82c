"""A real browser: Debian's Chromium, driven by Playwright; and what visitors do in it."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def make(page, prompt="a photo of a cat", steps=2, count=1):
    page.fill("#prompt", prompt)
    page.click("#make details summary")
    page.fill("#count", str(count))
    page.fill("#steps", str(steps))
    page.click("#make-form [type=submit]")


def held_back(page, address):
    """Return a list that requests to the address are put into, for the test to let them go."""
    requests = []

    def hold(route):
        requests.append(route)

    page.route(address, hold)
    return requests


def wait_for(page, condition):
    """Wait until the condition holds, and let the browser's events come meanwhile."""
    for _ in range(600):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("the condition never held")


def answer_now(page, asked, **answer):
    """Let the one request go, or answer it so; return when the page has had time to show it."""
    wait_for(page, lambda: asked)
    (request,) = asked
    with page.expect_event("requestfinished", lambda finished: finished.url == request.request.url):
        request.fulfill(**answer) if answer else request.continue_()
    page.wait_for_timeout(300)
