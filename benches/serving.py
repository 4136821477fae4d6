"""How many answers a second, beside nginx that serves the same bytes; and how quickly with a thousand open connections.

    python3 .ci/serving.py hostile target/release/recapd python3 benches/serving.py [--rounds 7] [--seconds 3]

The feed of a daemon's week, in the coding that a reader takes, is laid down as files for an nginx of its own (Debian's
nginx-light), compressed beforehand as the daemon keeps it. Both are asked in turns by the same wrk, so that who else
wants the cores disturbs both; what is told is the median of the ratios. The fixed rate is oha's (`cargo install oha`):
2,000 requests a second, evenly, over a thousand connections; the last time while `recapd poll --all` runs on the side.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

PATH = "/feeds/weekly.atom"
CONNECTIONS, RATE = 1000, 2000

NGINX = """
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    types {{ application/atom+xml atom; }}
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100 inactive=60s;
    gzip_static on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/tree;
        add_header Cache-Control "public, max-age=900";
    }}
}}
"""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=int, default=3)
    arguments.add_argument("address")
    told = arguments.parse_args()
    ours = told.address + PATH
    print(f"load average at the start: {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, nginx(Path(folder), ours) as theirs:
        print(f"{PATH}: {len(get(ours)[0])} bytes, {len(get(ours, gzip=True)[0])} compressed\n")
        print("| | nginx a second | recapd a second | recapd of nginx |\n|---|---|---|---|")
        for name, headers in (
            ("200, compressed", lambda url: ["Accept-Encoding: gzip"]),
            ("200, as it is", lambda url: []),
            ("304", lambda url: ["Accept-Encoding: gzip", f"If-None-Match: {get(url, gzip=True)[1]['ETag']}"]),
        ):
            rounds = [(wrk(theirs, headers(theirs), told.seconds), wrk(ours, headers(ours), told.seconds)) for _ in range(told.rounds)]
            medians = [statistics.median(rates) for rates in zip(*rounds)]
            ratio = statistics.median(mine / other for other, mine in rounds)
            print(f"| {name} | {medians[0]:.0f} | {medians[1]:.0f} | {ratio:.2f} |", flush=True)
        print(f"\n{CONNECTIONS} connections, {RATE} requests a second, compressed:")
        for name, url in (("nginx", theirs), ("recapd", ours)):
            print(f"  {name}: {oha(url)}")
        with polled():
            print(f"  recapd while it polls: {oha(ours)}")


@contextlib.contextmanager
def nginx(folder, ours):
    """An nginx that has the same bytes; its address."""
    tree = folder / "tree"
    file = tree / PATH.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(get(ours)[0])
    file.with_name(file.name + ".gz").write_bytes(get(ours, gzip=True)[0])
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    # Its workers are another user, who has to get there.
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    url = f"http://127.0.0.1:{port}{PATH}"
    try:
        for _ in range(50):
            with contextlib.suppress(OSError):
                if get(url):
                    break
            time.sleep(0.1)
        same = get(url, gzip=True)
        assert same[0] == get(ours, gzip=True)[0] and same[1]["Content-Encoding"] == "gzip", "nginx serves something else"
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)


def wrk(url, headers, seconds):
    """Answers a second, over 64 connections."""
    words = [word for header in headers for word in ("-H", header)]
    said = run(["wrk", "-t2", "-c64", f"-d{seconds}s", *words, url])
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", said)
    assert not wrong, said
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def oha(url):
    """How long answers take at a fixed rate, counted from when each was to be asked."""
    fixed = ["-z", "10s", "-c", str(CONNECTIONS), "-q", str(RATE), "--latency-correction"]
    said = json.loads(run(["oha", "--no-tui", "--output-format", "json", *fixed, "-H", "Accept-Encoding: gzip", url]))
    half, most = (said["latencyPercentiles"][part] * 1000 for part in ("p50", "p99"))
    answers, wrong = said["statusCodeDistribution"], said["errorDistribution"]
    # The last ones are cut off by the end of the time.
    wrong.pop("aborted due to deadline", None)
    rate = said["summary"]["requestsPerSec"]
    return f"half in {half:.1f} ms, 99 % in {most:.1f} ms; {rate:.0f} a second; {answers}{wrong or ''}"


@contextlib.contextmanager
def polled():
    """Every source is polled, once and again, until whoever asks is done."""
    command = [os.environ["RECAPD"], "--config", os.environ["RECAPD_CONFIG"], "poll", "--all"]
    rounds, begun = [], time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield
    said, _ = process.communicate(timeout=60)
    rounds.append(said.splitlines()[0] if said else "nothing")
    print(f"  the poll meanwhile: exit {process.returncode}, {rounds[0]} ({time.monotonic() - begun:.1f} s in all)")


def get(url, gzip=False):
    headers = {"Accept-Encoding": "gzip"} if gzip else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.read(), answer.headers


def run(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


main()
