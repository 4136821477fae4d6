"""How the checks of this folder ask, and how they fail."""

import sys
import urllib.request


def get(url):
    """The body of what stands at `url`."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def check(is_so, otherwise):
    """Ends everything with what is wrong, unless it is so."""
    if not is_so:
        sys.exit(f"FAILED: {otherwise}")
