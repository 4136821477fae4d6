"""What thousands of sources cost a daemon: CPU, memory, commits, and how quickly it answers meanwhile.

    load.py [--binary PATH] [--origin PATH] [--sizes 1000,5000,20000] [--idle 50000] [--shorter] [--control URL]

Build both first: `cargo build --release` and `cargo build --release -p benches`. The daemon, the origin and this
script are three processes; only the daemon is measured, by what the kernel says of it. A round is what `recapd poll --all`
asks for, asked at the control socket. *Bare* is `bare.rs`, asked for the same by the same origin a moment before:
fetching, parsing and storing alone, by the same libraries. A second is worth less on a slow or a busy machine; the
ratio of the two says more. How quickly it answers depends on who else wants the cores. `--shorter` leaves out the verb
and the feeds without validators. `--control http://127.0.0.1:8699` measures with an origin of yours that runs already and
is told by these addresses below it: `/list?fmt=txt` (the feeds, one a line), `/reset` and `/round?changed=0.05`.
"""

import argparse
import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parent.parent

ITEMS, KILOBYTES = 23, 60
IDLE_ITEMS, IDLE_KILOBYTES = 2, 2

HEADER = (
    "| sources | round | CPU s | of bare | µs a source | peak MB | turns a commit | written a turn "
    "| /healthz ms: half, 99 %, all |"
)

TICKS = os.sysconf("SC_CLK_TCK")


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--binary", type=Path, default=target / "recapd")
    arguments.add_argument("--origin", type=Path, default=target / "origin")
    arguments.add_argument("--bare", type=Path, default=target / "bare")
    arguments.add_argument("--sizes", default="1000,5000,20000")
    arguments.add_argument("--idle", type=int, default=50_000)
    arguments.add_argument("--shorter", action="store_true")
    arguments.add_argument("--control")
    told = arguments.parse_args()
    # What was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Thousands of connections that are kept open are as many files.
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    print(f"load average at the start: {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores\n\n{HEADER}")
    print("|" + "---|" * (HEADER.count("|") - 1))
    sizes = [Running(told.control).sources] if told.control else [int(size) for size in told.sizes.split(",") if size]
    for size in sizes:
        rounds(told, size)
    if told.idle and not told.control:
        idle(told, told.idle)
    print(f"\nload average at the end: {os.getloadavg()[0]:.1f}")


ROUNDS = ("cold", "unchanged", "5 % changed")


def bare(told, size):
    """CPU seconds of the three rounds without recapd."""
    with origin_of(told, size) as origin, tempfile.TemporaryDirectory() as folder:
        feeds = Path(folder) / "feeds"
        feeds.write_text("".join(f"{origin.feed(at)}\n" for at in range(size)))
        return three_times(size, origin, [told.bare, feeds, Path(folder) / "bare.db"], "bare", {})


def three_times(size, origin, command, who, known):
    """Runs `command` for each of the three rounds; what CPU it took, beside what is `known` of the bare ones."""
    seconds = {}
    for round in ROUNDS:
        if round.startswith("5"):
            origin.change()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{command[0].name} failed")
        seconds[round] = used.ru_utime + used.ru_stime
        row(size, f"{round}, {who}", seconds[round], known.get(round), size, used.ru_maxrss * 1024 / 1e6)
    return seconds


def rounds(told, size):
    known = bare(told, size)
    with origin_of(told, size) as origin, tempfile.TemporaryDirectory() as folder:
        with Daemon(told.binary, configured(Path(folder), origin), size, known) as daemon:
            daemon.told("cold", size, daemon.round)
            # A first recap is made as soon as the first round is over: items are tagged, stories ranked, cards written.
            daemon.told("its recap", size, daemon.composed, turns=0)
            daemon.settled()
            daemon.told("unchanged", size, daemon.unchanged)
            origin.change()
            daemon.told("5 % changed", size, daemon.round)
            if not told.shorter and not told.control:
                origin.ask("/validators?off")
                daemon.told("unchanged, answered in full", size, daemon.unchanged)
            database = sum(file.stat().st_size for file in Path(folder).glob("recapd.db*"))
            print(f"  ({database / 1e6:.0f} MB of database)", file=sys.stderr)
    if not told.shorter:
        verb(told, size, known)


def verb(told, size, known):
    """The same without a daemon: three times `recapd poll --all`."""
    with origin_of(told, size) as origin, tempfile.TemporaryDirectory() as folder:
        command = [told.binary, "--config", configured(Path(folder), origin), "poll", "--all"]
        three_times(size, origin, command, "by the verb", known)


def idle(told, size):
    """A daemon with so many sources, each polled once and none due before tomorrow."""
    with Origin(told.origin, size, IDLE_ITEMS, IDLE_KILOBYTES) as origin, tempfile.TemporaryDirectory() as folder:
        config = configured(Path(folder), origin)
        with Daemon(told.binary, config, size) as daemon:
            daemon.told(f"cold, {IDLE_ITEMS} items each", size, daemon.round)
            daemon.settled()
            daemon.told("20 s idle after it", size, lambda: time.sleep(20), turns=0, asked=False)
        with Daemon(told.binary, config, size) as daemon:
            daemon.settled()
            print(f"  (the start took {daemon.cpu():.1f} CPU s, {daemon.peak_mb():.0f} MB at most)", file=sys.stderr)
            daemon.told("20 s idle after a start", size, lambda: time.sleep(20), turns=0, asked=False)
            daemon.told("the same, asked", size, lambda: time.sleep(20), turns=0)


def row(size, round, cpu, bare, turns, peak, commits=0, written=None, waits=()):
    share = f"{cpu / bare:.1f} x" if bare else ""
    each = f"{cpu / turns * 1e6:.0f}" if turns else ""
    together = f"{turns / commits:.0f}" if commits and turns else ""
    kilobytes = f"{written / turns / 1e3:.1f} kB" if written is not None and turns else ""
    waits = sorted(waits)
    quick = " ".join(f"{waits[int(len(waits) * part)] * 1e3:.1f}" for part in (0.5, 0.99)) if waits else ""
    quick += f" {waits[-1] * 1e3:.0f}" if waits else ""
    cells = (f"{size:,}", round, f"{cpu:.2f}", share, each, f"{peak:.0f}", together, kilobytes, quick)
    print("| " + " | ".join(cells) + " |", flush=True)


def configured(folder, origin):
    # None is due again while it is measured, and an origin on loopback needs no manners.
    (folder / "recapd.toml").write_text(
        f"""sources = ["sources.toml"]
[server]
listen = "127.0.0.1:0"
[store]
path = "{folder}/recapd.db"
[fetch]
interval = "1d"
adaptive = false
host_gap = "0s"
allow_private = ["127.0.0.0/8"]
"""
    )
    (folder / "sources.toml").write_text(
        "".join(f'[[source]]\nid = "s{at}"\nfeed = "{origin.feed(at)}"\n' for at in range(origin.sources))
    )
    return folder / "recapd.toml"


def origin_of(told, size):
    return Running(told.control) if told.control else Origin(told.origin, size, ITEMS, KILOBYTES)


class Running:
    """An origin that runs already, from its beginning on."""

    def __init__(self, control):
        self.control = control
        self.ask("/reset")
        self.feeds = [line for line in self.ask("/list?fmt=txt").decode().split() if line.startswith("http")]
        self.sources = len(self.feeds)

    def feed(self, at):
        return self.feeds[at]

    def change(self):
        self.ask("/round?changed=0.05")

    def ask(self, path):
        with urllib.request.urlopen(self.control.rstrip("/") + path) as answer:
            return answer.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Origin:
    def __init__(self, binary, sources, items, kilobytes):
        self.sources = sources
        command = [binary, *map(str, (sources, items, kilobytes, int(time.time())))]
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        except FileNotFoundError:
            sys.exit(f"no {binary}: `cargo build --release -p benches` makes it")
        _, port, hosts = self.process.stdout.readline().split()
        self.port, self.hosts = int(port), int(hosts)

    def feed(self, at):
        host = at % self.hosts
        return f"http://127.0.{1 + host // 250}.{1 + host % 250}:{self.port}/feed/{at}"

    def change(self):
        self.ask("/round?percent=5")

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.1.1:{self.port}{path}") as answer:
            return answer.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=15)


class Daemon:
    def __init__(self, binary, config, sources, known={}):
        self.sources, self.known = sources, known
        self.folder, self.log = config.parent, config.parent / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([binary, "--config", config, "run"], stderr=log)
        self.of = Path(f"/proc/{self.process.pid}")
        while not (ready := re.search(r"ready: http://([^/]+)/", self.log.read_text())):
            if self.process.poll() is not None:
                sys.exit(f"the daemon did not start:\n{self.log.read_text()[-1000:]}")
            time.sleep(0.05)
        self.address = ready[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)

    def told(self, round, size, work, turns=None, asked=True):
        """Does the work and tells what it took; being asked every 20 ms meanwhile is in it."""
        turns = size if turns is None else turns
        # So that the peak is that of this work.
        (self.of / "clear_refs").write_text("5")
        cpu, commits, written = self.cpu(), self.commits(), self.written()
        with Asking(self.address if asked else None) as asking:
            work()
        cpu, commits, written = self.cpu() - cpu, self.commits() - commits, self.written() - written
        row(size, round, cpu, self.known.get(round), turns, self.peak_mb(), commits, written, asking.waits)

    def round(self):
        """Each source is asked once; none may fail."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(f"{self.folder}/recapd.db.sock")
            control.sendall(b'{"v":1,"do":"poll","all":true}\n')
            answer = json.loads(control.makefile().readline())
        if not answer["ok"] or answer["polled"]["failed"] or answer["polled"]["sources"] != self.sources:
            sys.exit(f"the round failed: {answer}")
        return answer["polled"]

    def unchanged(self):
        """A round in which no body is parsed: a source counts as unchanged by its status or the hash of its body."""
        polled = self.round()
        if polled["unchanged"] != self.sources:
            sys.exit(f"bodies were parsed that had not changed: {polled}")

    def composed(self):
        """Done when a recap was published."""
        while not json.loads(self.ask("/healthz"))["last_recap"]:
            time.sleep(0.1)

    def ask(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}") as answer:
            return answer.read()

    def settled(self):
        """Done when it has had nothing to do for two seconds."""
        while True:
            before = self.cpu()
            time.sleep(2)
            if self.cpu() - before < 0.05:
                return

    def cpu(self):
        """Seconds, of all its threads."""
        fields = (self.of / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mb(self):
        return int(re.search(r"VmHWM:\s+(\d+)", (self.of / "status").read_text())[1]) * 1024 / 1e6

    def written(self):
        """Bytes that are to go to the disk. Of files alone: what goes to sockets is not among them."""
        return int(re.search(r"^write_bytes: (\d+)", (self.of / "io").read_text(), re.M)[1])

    def commits(self):
        """How many there were, by the index of the log: sqlite.org/walformat.html, `iChange`."""
        index = (self.folder / "recapd.db-shm").open("rb").read(12)
        return int.from_bytes(index[8:12], sys.byteorder)


class Asking:
    """Asks `/healthz` every 20 ms, and keeps how long each answer took."""

    def __init__(self, address):
        self.waits, self.over, self.unwell = [], Event(), None
        self.connection = http.client.HTTPConnection(address, timeout=30) if address else None
        self.thread = Thread(target=self.ask)

    def ask(self):
        while self.connection and not self.over.wait(0.02):
            begun = time.monotonic()
            self.connection.request("GET", "/healthz")
            answer = self.connection.getresponse()
            body = answer.read()
            self.waits.append(time.monotonic() - begun)
            if answer.status != 200:
                self.unwell = body.decode()
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        if self.unwell:
            sys.exit(f"the daemon is not well: {self.unwell}")


main()
