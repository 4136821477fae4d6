"""Real weeks, replayed on loopback: how fast they are polled cold, and how good the recap is.

    weeks.py [--binary PATH] [WEEK..]          default: the release build, every week that is there

Needs feedparser, and evaluation material beside the checkout ($RECAPD_SHARED, default ../shared): data/weeks with their
replay.py and score.py. Time is told as a ratio to a baseline measured in the same minute on the same machine: a script
that parses the same bytes with feedparser and keeps the entries in SQLite, without fetching, grouping or anything else.
Seconds are of this machine alone; the scores differ from run to run with the order in which a cold poll's items arrive.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEEKS = Path(os.environ.get("RECAPD_SHARED", ROOT / "../shared")) / "data/weeks"

# Reads the files named on its command line and keeps what they hold.
BASELINE = """
import json, os, sqlite3, sys, tempfile
import feedparser

with tempfile.TemporaryDirectory() as folder:
    database = sqlite3.connect(os.path.join(folder, "baseline.db"))
    database.execute("CREATE TABLE item (feed, id, link, title, summary, published, PRIMARY KEY (feed, id))")
    for name in sys.argv[1:]:
        body = open(name, "rb").read()
        entries = json.loads(body)["items"] if body[:1] == b"{" else feedparser.parse(body).entries
        keys = ("id", "link", "title", "summary", "published")
        rows = [(name, *(entry.get(key) for key in keys)) for entry in entries]
        database.executemany("INSERT OR IGNORE INTO item VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.commit()
    print(database.execute("SELECT count(*) FROM item").fetchone()[0])
"""


def main():
    chosen = arguments(__doc__)
    for week in chosen.weeks:
        with tempfile.TemporaryDirectory() as folder:
            measure(chosen.binary, week, Path(folder))


def arguments(about):
    """Which program, and which weeks."""
    known = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    known.add_argument("--binary", type=Path, default=target / "release/recapd")
    known.add_argument("weeks", nargs="*", default=sorted(path.name for path in WEEKS.glob("2???-W??")))
    return known.parse_args()


def commands(binary, week, config):
    """How a command begins at a time of the day after a week. The clock runs from --now on, and no later command may
    begin before an earlier one ended."""
    end = f"{date.fromisocalendar(int(week[:4]), int(week[6:]), 1) + timedelta(7)}"
    return lambda time: [binary, "--config", config, "--now", f"{end}T{time}Z"]


def measure(binary, week, folder):
    config = folder / "recapd.toml"
    at = commands(binary, week, config)
    replay = start_replay(week, config)
    try:
        polled = Run([*at("00:00:00"), "poll", "--all"])
        again = Run([*at("01:00:00"), "poll", "--all"])
        files = fetch(replay, folder)
    finally:
        replay.terminate()
        replay.wait()
    baseline = Run([sys.executable, "-c", BASELINE, *files])
    composed = Run([*at("02:00:00"), "recap", "--week", week, "--format", "json"])

    print(f"{week}: {polled.told.splitlines()[-1]}")
    figures("baseline: feedparser and sqlite3", baseline, baseline)
    figures("polled cold, stored, grouped", polled, baseline)
    figures("polled again, all unchanged", again, baseline)
    figures("recap composed, cards written", composed, baseline)
    score(week, folder / "recap.json", composed.told)


def start_replay(week, config):
    port = free_port()
    command = [sys.executable, WEEKS / "replay.py", "--week", week, "--port", str(port)]
    command += ["--config", config, "--with", ROOT / "config"]
    replay = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    replay.stdout.readline()
    replay.root = f"http://127.0.0.1:{port}"
    return replay


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(replay, folder):
    """The same feeds as files, for the baseline."""
    with urllib.request.urlopen(f"{replay.root}/sources.json") as answer:
        sources = json.load(answer)
    files = [folder / f"{source['id']}.feed" for source in sources]
    for source, file in zip(sources, files):
        urllib.request.urlretrieve(source["url"], file)
    return files


def figures(what, run, baseline):
    ratio = run.cpu / baseline.cpu
    print(f"  {what:<34} {run.seconds:6.2f} s  {run.cpu:6.2f} CPU s  {run.peak_mib:4.0f} MiB  {ratio:5.2f} x the baseline")


def score(week, file, recap):
    file.write_text(recap)
    command = [sys.executable, WEEKS / "score.py", "--week", week, "--recap", file, "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    names = ("P@10", "nDCG@10", "ev10@20", "dup@20", "outlets@20", "maxshare@20")
    print("  " + "  ".join(f"{name} {told[name]:.3g}" for name in names))


class Run:
    """A command that has run: what it said, how long it took, what it needed."""

    def __init__(self, command):
        begun = time.monotonic()
        with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
            process = subprocess.Popen(command, stdout=said, stderr=complained)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - begun
            said.seek(0)
            self.told = said.read()
            complained.seek(0)
            complaint = complained.read()
        if process.returncode != 0:
            sys.exit(f"{command[0]} ended with {process.returncode}: {complaint[-2000:]}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
