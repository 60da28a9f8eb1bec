"""A headless Chromium for the tests of pages: find it, open a page, note what it asks for."""

import contextlib
import os
import shutil
import tempfile

HOW = "needs Chromium and Playwright: apt-get install chromium (or set CHROMIUM to its path), pip install playwright"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# nothing that a fresh browser does of its own accord: no updates, no sync, no first-run pages
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")


def chromium_path():
    """Return the path of the system's Chromium or its kin, from the variable CHROMIUM or the PATH; None without one.

    Without the package playwright the answer is None too: nothing here could drive the browser.
    """
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return None
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *_NAMES))), None)


@contextlib.contextmanager
def page(width=1280, height=720):
    """Open one page in a new browser with an empty profile.

    Parameters
    ----------
    width, height : int
        Of the window, in pixels.

    Yields
    ------
    playwright.sync_api.Page
        Closed at the end, with its browser. Its clock is the reader's: a missing element fails after 10 s.
    """
    from playwright.sync_api import sync_playwright

    # ignore_cleanup_errors: a browser may write its profile for a moment after it was closed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, sync_playwright() as driver:
        browser = driver.chromium.launch_persistent_context(
            profile, executable_path=chromium_path(), headless=True, args=list(_FLAGS),
            viewport={"width": width, "height": height})
        try:
            browser.set_default_timeout(30_000)  # other tests run beside it
            yield browser.pages[0]
        finally:
            browser.close()
