"""Runs a command while recapd serves a week, and ends recapd.

    serving.py demo BINARY COMMAND..        the example week
    serving.py hostile BINARY COMMAND..     the week of tests/readers/hostile, polled by a daemon from an origin on loopback

The command gets the address as its last argument, without the slash at its end; what it exits with counts. Beside the
hostile week $RECAPD is the binary and $RECAPD_CONFIG its configuration, for verbs that speak to the daemon.
"""

import contextlib
import functools
import http.server
import os
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HOSTILE = Path(__file__).parent.parent / "tests/readers/hostile"

# A Tuesday: the week before is published as the first issue, and the running one has begun.
NOW = "2026-05-12T09:00:00Z"

CONFIGURATION = """
sources = ["sources.toml"]

[server]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}/"

[store]
path = "{folder}/recapd.db"

[websub]
hub = "http://127.0.0.1:{origin}/hub"

[fetch]
contact = "https://recap.example.org/about/"
allow_private = ["127.0.0.0/8"]
host_gap = "0s"

[ranking]
largest_share = 1.0
"""

SOURCE = """
[[source]]
id = "{id}"
name = {name}
feed = "http://127.0.0.1:{origin}/{file}"
"""

# Names of sources may be as hostile as what they write.
NAMES = {"one": '"The <b>Paper</b> & Co."', "two": '"جريدة الذكاء"', "three": '"Three ]]> &amp;"'}


def main(week, binary, command):
    with {"demo": demo, "hostile": hostile}[week](binary) as (root, environment):
        code = subprocess.run([*command, root], env=os.environ | environment).returncode
    sys.exit(code)


@contextlib.contextmanager
def demo(binary):
    with running([binary, "demo"]) as (_, said):
        yield found(said, r"Look at it:\s+(http://\S+?)/?$"), {}


@contextlib.contextmanager
def hostile(binary):
    handler = functools.partial(Quiet, directory=HOSTILE)
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config, port = Path(folder, "recapd.toml"), free_port()
        at = {"port": port, "origin": origin.server_port, "folder": folder}
        config.write_text(CONFIGURATION.format(**at))
        files = sorted(HOSTILE.iterdir())
        sources = [SOURCE.format(id=file.stem, name=NAMES[file.stem], file=file.name, **at) for file in files]
        Path(folder, "sources.toml").write_text("".join(sources))
        root = f"http://127.0.0.1:{port}"
        with running([binary, "--config", str(config), "--now", NOW, "run"]) as (daemon, said):
            until(lambda: b"/w/2026-W19/" in get(f"{root}/archive/"), daemon, said)
            yield root, {"RECAPD": binary, "RECAPD_CONFIG": str(config)}
    origin.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        """We are our own hub, who has heard."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(204)
        self.end_headers()


@contextlib.contextmanager
def running(command):
    """The process of `command`, and the lines that it prints, while it runs."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        yield process, lines
    finally:
        process.terminate()
        ended = process.wait(timeout=15)
    if ended not in (0, -15):
        sys.exit(f"FAILED: `{' '.join(command)}` ended with {ended}:\n{rest(lines)}")


def found(lines, pattern):
    """What `pattern` finds in one of the lines."""
    said = []
    while True:
        try:
            line = lines.get(timeout=60)
        except queue.Empty:
            line = None
        if line is None:
            sys.exit("FAILED: nothing is served:\n" + "".join(said))
        said.append(line)
        match = re.match(pattern, line.strip())
        if match:
            return match[1]


def until(is_so, process, lines):
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError):
            if is_so():
                return
        time.sleep(0.2)
    sys.exit(f"FAILED: no recap, or not within a minute:\n{rest(lines)}")


def rest(lines):
    said = []
    while not lines.empty():
        said.append(lines.get() or "")
    return "".join(said)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
