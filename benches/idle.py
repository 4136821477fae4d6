"""How much memory a daemon takes that has nothing to do, and how long the demo takes.

    idle.py [--binary PATH]          default: the release build

The daemon runs by the shipped configuration but polls one feed on loopback instead of the shipped ones. Its memory is
told beside that of a python that only waits, in the same minute on the same machine: the least a server is often
written in. The demo's time is told beside that of `recapd --version`, which starts and ends.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent

FEED = b"""<rss version="2.0"><channel><title>One</title><link>http://one.example/</link><description>A feed</description>
<item><title>A model learns to count</title><link>http://one.example/1</link><guid>1</guid></item></channel></rss>"""

SETTLED_SECONDS = 10


def main():
    arguments = argparse.ArgumentParser()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    arguments.add_argument("--binary", type=Path, default=target / "release/recapd")
    binary = arguments.parse_args().binary

    daemon, waiting = idle_daemon(binary), idle_python()
    print(f"idle daemon          {daemon:6.1f} MiB   {daemon / waiting:5.2f} x a python that waits")
    start, demo = seconds([binary, "--version"]), seconds([binary, "demo", "--once"])
    print(f"demo --once          {demo:6.2f} s     {demo / start:5.0f} x recapd --version")


def idle_daemon(binary):
    origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = configured(Path(folder), origin.server_address[1])
        daemon = subprocess.Popen([binary, "--config", config, "run"], stderr=subprocess.PIPE, text=True)
        try:
            # The first line names the address.
            next(line for line in daemon.stderr if "ready" in line)
            time.sleep(SETTLED_SECONDS)
            return resident_mib(daemon.pid)
        except StopIteration:
            sys.exit("the daemon did not start")
        finally:
            daemon.terminate()
            daemon.wait(timeout=15)


def configured(folder, port):
    for name in ("publishers", "audiences", "playbook", "names"):
        (folder / f"{name}.toml").write_text((ROOT / f"config/{name}.toml").read_text())
    config = folder / "recapd.toml"
    shipped = (ROOT / "config/recapd.toml").read_text()
    shipped = shipped.replace('listen = "127.0.0.1:8484"', 'listen = "127.0.0.1:0"')
    config.write_text(shipped.replace('path = "recapd.db"', f'path = "{folder}/recapd.db"'))
    (folder / "sources.toml").write_text(
        f'[[source]]\nid = "one"\nfeed = "http://127.0.0.1:{port}/"\nallow_private = ["127.0.0.0/8"]\n'
    )
    return config


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(FEED)))
        self.end_headers()
        self.wfile.write(FEED)

    def log_message(self, *_):
        pass


def idle_python():
    waiting = subprocess.Popen([sys.executable, "-c", "import http.server, time; time.sleep(60)"])
    time.sleep(1)
    try:
        return resident_mib(waiting.pid)
    finally:
        waiting.terminate()
        waiting.wait()


def resident_mib(process):
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    sys.exit(f"process {process} is gone")


def seconds(command):
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begun


main()
