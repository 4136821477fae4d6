"""A publisher on loopback: what recapd polls in the boot test.

/NAME.xml    an RSS feed of two items, with an ETag; a request that brings the ETag gets a 304
/slow.xml    never answers, for a poll that is still in flight when the daemon is told to stop

Every request is a line on standard output, "GET /NAME.xml" and what was answered, which the test counts.
"""

import sys
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A week ago lies in the last full week on every day of the week, so these items can enter the first recap.
PUBLISHED = format_datetime(datetime.now(timezone.utc) - timedelta(days=7))

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel>
<title>Loopback {name}</title><link>http://{name}.example/</link><description>A feed for a test</description>
<item><title>Model {name} learns to count</title><link>http://{name}.example/count</link>
<guid isPermaLink="false">{name}-count</guid><pubDate>{published}</pubDate>
<description>The {name} laboratory says its model counts to twelve.</description></item>
<item><title>Funding for {name} reaches 40 million dollars</title><link>http://{name}.example/funding</link>
<guid isPermaLink="false">{name}-funding</guid><pubDate>{published}</pubDate>
<description>Investors put 40 million dollars into {name}.</description></item>
</channel></rss>
"""


class Publisher(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.removeprefix("/").removesuffix(".xml")
        if name == "slow":
            self.tell("no answer")
            time.sleep(120)
            return
        etag = f'"{name}-1"'
        if self.headers.get("If-None-Match") == etag:
            self.answer(304, etag, b"")
        else:
            self.answer(200, etag, FEED.format(name=name, published=PUBLISHED).encode())

    def answer(self, status, etag, body):
        self.tell(status)
        self.send_response_only(status)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/rss+xml")
        if status == 200:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def tell(self, answered):
        print("GET", self.path, answered, flush=True)


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Publisher).serve_forever()
