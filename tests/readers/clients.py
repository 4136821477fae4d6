"""Two feed readers of real people subscribe to the daemon: newsboat and the Python library `reader`.

    clients.py ADDRESS      within `serving.py hostile`: the week is amended on the way

Each has the entries that the JSON Feed has, with their titles, links and dates; asks a second time and is told that
nothing changed (304); and has each entry once after an amendment, by its new headline.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from contextlib import closing
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import reader

from asking import check, get

NAMES = ("weekly", "stories", "audience/developers")
HEADLINE = 'Amended ]]> & <mended> "again" 🦀'

# Invisible, where readers disagree on what is markup (publish/inert.rs).
JOINER = "\u2060"


def main(root):
    with tempfile.TemporaryDirectory() as folder, Watched(root) as watched:
        clients = [Newsboat(Path(folder), watched.address), Reader(Path(folder), watched.address)]
        first = expected(root)
        for client in clients:
            client.fetch()
            same(client, first, "at first")
            check(set(watched.taken()) == {200}, f"{client} was not given its feeds")
            client.settle(watched)
            client.fetch()
            same(client, first, "after a second look")
            check(set(watched.taken()) == {304}, f"{client} was sent again what it has")
        amend(root)
        second = expected(root)
        check(first.keys() == second.keys() and any(HEADLINE in entry["title"] for entry in second.values()), "nothing was amended")
        for client in clients:
            client.fetch()
            same(client, second, "after an amendment")
            check(200 in watched.taken(), f"{client} was not told of the amendment")
            client.fetch()
            check(set(watched.taken()) == {304}, f"{client} was sent again what it has")
        for client in clients:
            print(f"{client} has {len(client.entries())} entries of {len(client.feeds)} feeds, each once, also after an amendment")


def expected(root):
    """What the JSON Feed says, by feed and id."""
    told = {}
    for name in NAMES:
        for item in json.loads(get(f"{root}/feeds/{name}.json"))["items"]:
            told[name, item["id"]] = {"title": item["title"], "link": item["url"], "published": instant(item["date_published"])}
    return told


def same(client, told, when):
    seen = {}
    for feed, entry in client.entries():
        key = (feed, entry["id"])
        check(key not in seen, f"{client} has {key} twice {when}")
        seen[key] = entry
    wanted = {(feed, id): entry for feed in client.feeds for (name, id), entry in told.items() if feed.rsplit(".", 1)[0] == name}
    check(seen.keys() == wanted.keys(), f"{client} has {sorted(seen)} {when}, not {sorted(wanted)}")
    for key, entry in wanted.items():
        for field, value in entry.items():
            check(seen[key][field] == value, f"{client}, {key}, {field} {when}: {seen[key][field]!r}, not {value!r}")


def amend(root):
    story = re.search(r"/s/\d{4}/\d\d/[^\"/]*-([0-9a-f]{8})/", get(root + "/").decode())[1]
    words = ["amend", "2026-W19", "--story", story, "--headline", HEADLINE, "--correction", "The headline was another."]
    command = [os.environ["RECAPD"], "--config", os.environ["RECAPD_CONFIG"], *words]
    done = subprocess.run(command, capture_output=True, text=True)
    check(done.returncode == 0, f"recapd amend: {done.stderr}")


class Newsboat:
    """Debian's newsboat; what it has is read from its own database."""

    def __init__(self, folder, address):
        self.folder = folder
        self.address = address
        # It knows an entry by its id alone: one that stands in two feeds is shown in the last of them.
        self.feeds = ["weekly.atom", "stories.rss", "audience/developers.atom"]
        (folder / "urls").write_text("".join(f"{address}/feeds/{feed}\n" for feed in self.feeds))
        (folder / "config").write_text("suppress-first-reload yes\n")

    def __str__(self):
        return "newsboat"

    def fetch(self):
        places = [f"--{name}-file={self.folder / file}" for name, file in (("url", "urls"), ("cache", "newsboat.db"), ("config", "config"))]
        done = subprocess.run(["newsboat", *places, "--execute=reload"], capture_output=True, text=True, timeout=60, env=os.environ | {"HOME": str(self.folder)})
        check(done.returncode == 0, f"newsboat: {done.stdout}{done.stderr}")

    def settle(self, watched):
        """It forgets what the first answer said of its age, since it has no row for the feed yet when it writes that down."""
        self.fetch()
        watched.taken()

    def entries(self):
        rows = "SELECT feedurl, guid, title, url, pubDate FROM rss_item WHERE deleted = 0"
        with closing(sqlite3.connect(self.folder / "newsboat.db")) as database:
            return [
                (feed.removeprefix(f"{self.address}/feeds/"), {"id": id, "title": title.replace(JOINER, ""), "link": link, "published": datetime.fromtimestamp(at, timezone.utc)})
                for feed, id, title, link, at in database.execute(rows)
            ]


class Reader:
    """The library `reader`, with all three formats."""

    def __init__(self, folder, address):
        self.address = address
        self.feeds = [f"{name}.{format}" for name in NAMES for format in ("atom", "rss", "json")]
        self.reader = reader.make_reader(str(folder / "reader.db"))
        for feed in self.feeds:
            self.reader.add_feed(f"{address}/feeds/{feed}")

    def __str__(self):
        return "reader"

    def fetch(self):
        for result in self.reader.update_feeds_iter(scheduled=False):
            check(not isinstance(result.value, Exception), f"reader: {result}")

    def settle(self, _):
        pass

    def entries(self):
        return [
            (entry.feed.url.removeprefix(f"{self.address}/feeds/"), {"id": entry.id, "title": entry.title.replace(JOINER, ""), "link": entry.link, "published": entry.published})
            for entry in self.reader.get_entries()
        ]


class Watched:
    """A way to the daemon that notes what it answers."""

    def __init__(self, root):
        noted = self.noted = []

        class Passing(BaseHTTPRequestHandler):
            def do_GET(self):
                ours = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
                try:
                    answer = urllib.request.urlopen(urllib.request.Request(root + self.path, headers=ours), timeout=30)
                except urllib.error.HTTPError as error:
                    answer = error
                body = answer.read()
                noted.append(answer.status)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                if answer.status != 304:
                    self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    def taken(self):
        """The answers since the last time."""
        noted = self.noted[:]
        self.noted.clear()
        return noted


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


main(sys.argv[1])
