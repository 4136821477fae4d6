"""A week composed, ranked and rendered: how long that takes, and in how much memory, as weeks grow.

    composing.py [--binary PATH] [ITEMS..]          default: the release build, 5,000 and 100,000 items

The week is made up: 120 publishers, an event for every other item, some of them reported by a few and a few by most. It is
served on loopback by this script, polled once, and then composed by `recapd recap` as every format wants it. Needs nothing
but Python. Time is told as a ratio to a python that makes and joins as many headlines, in the same minute.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = 120
BEGIN = datetime(2026, 5, 4, 8, tzinfo=timezone.utc)
END = "2026-05-11T08:00:00Z"
WEEK = "2026-W19"
COMMON = "AI model launch report new chip data plan deal agent open test firm rules talks price cloud".split()
FIRMS = ["OpenAI", "Anthropic", "Google", "Meta", "Nvidia", "Mistral", "DeepSeek", "Microsoft", "Apple", "Amazon"]


def main():
    arguments = argparse.ArgumentParser()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    arguments.add_argument("--binary", type=Path, default=target / "release/recapd")
    arguments.add_argument("items", type=int, nargs="*", default=[5_000, 100_000])
    chosen = arguments.parse_args()
    for items in chosen.items:
        with tempfile.TemporaryDirectory() as folder:
            measure(chosen.binary, items, Path(folder))


def measure(binary, items, folder):
    begun = time.process_time()
    feeds = made_up(items)
    baseline = time.process_time() - begun
    server = ThreadingHTTPServer(("127.0.0.1", 0), serving(feeds))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = folder / "recapd.toml"
    config.write_text(configuration(folder, server.server_address[1]))
    recapd = [binary, "--config", config, "--now", END]
    polled = Run([*recapd, "poll", "--all"])
    server.shutdown()
    print(f"{items:,} items: {polled.told.splitlines()[-1]}")
    for form in ("json", "html"):
        run = Run([*recapd, "recap", "--week", WEEK, "--format", form])
        ratio = run.cpu / baseline
        print(
            f"  composed and rendered as {form:<5} {run.seconds:6.2f} s  {run.cpu:6.2f} CPU s  {run.peak_mib:4.0f} MiB"
            f"  {ratio:5.1f} x the baseline"
        )


def made_up(items):
    """By source, its items; the same at each run."""
    chance = random.Random(19)
    word = lambda: "".join(chance.choice("bdfglmnprstvz") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
    events = [(chance.choice(FIRMS), [word() for _ in range(4)]) for _ in range(items // 2)]
    feeds = [[] for _ in range(SOURCES)]
    for number in range(items):
        # The lower its number, the more report an event.
        firm, own = events[int(len(events) * chance.random() ** 1.5)]
        words = [firm, *chance.sample(own, 3), *chance.sample(COMMON, 3)]
        title = " ".join(words)
        published = BEGIN + timedelta(seconds=chance.randint(0, 7 * 86_400 - 1))
        text = f"{title}. " + " ".join(chance.choice(COMMON) for _ in range(60)) + "."
        feeds[number % SOURCES].append((number, title, format_datetime(published), text))
    return feeds


def serving(feeds):
    class Feeds(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            number = int(self.path.strip("/"))
            items = "".join(
                f"<item><title>{title}</title><link>https://paper{number}.example/{item}</link><guid>{item}</guid>"
                f"<pubDate>{published}</pubDate><description>{text}</description></item>"
                for item, title, published, text in feeds[number]
            )
            body = f"<rss version='2.0'><channel><title>Paper {number}</title>{items}</channel></rss>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Feeds


def configuration(folder, port):
    head = f"""
[store]
path = "{folder}/recapd.db"
[fetch]
allow_private = ["127.0.0.0/8"]
host_gap = "0s"
per_host = 16
"""
    source = '[[source]]\nid = "paper{0}"\nname = "Paper {0}"\nfeed = "http://127.0.0.1:{1}/{0}"\nweight = 0.{2}\n'
    return head + "".join(source.format(number, port, number % 9 + 1) for number in range(SOURCES))


class Run:
    """A command that has run: what it said, how long it took, what it needed."""

    def __init__(self, command):
        begun = time.monotonic()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - begun
            said.seek(0)
            self.told = said.read()
        if process.returncode != 0:
            sys.exit(f"{command[0]} ended with {process.returncode}: {self.told[-2000:]}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024


main()
