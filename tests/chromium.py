"""Debian's Chromium, for tests that look at pages as a reader does."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
IN_CHROMIUM = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the server's and the driver's event loops
]
