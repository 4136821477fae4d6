"""What the demo serves, seen from outside: three weekly feeds that say the same, pages that answer, health, 304s.

    served.py ADDRESS

With evaluation material beside the checkout ($RECAPD_SHARED, default ../shared: tools/validate_feed.py) the feeds are
held to the letter of their formats as well.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import feedparser

FORMATS = ("atom", "rss", "json")
PAGES = ("/", "/archive/", "/sources/", "/about/", "/about/ranking/", "/this-week/", "/audience/developers/")
OTHERS = ("/healthz", "/metrics", "/sources.opml", "/sitemap.xml", "/robots.txt")


def main(root):
    feeds = {ending: get(f"{root}/feeds/weekly.{ending}") for ending in FORMATS}
    say(f"served at {root}: " + ", ".join(f"weekly.{name} {len(body)} bytes" for name, body in feeds.items()))
    strictly_valid(feeds)
    same_in_every_format(feeds)
    unchanged_is_304(root)
    pages_answer(root)


def strictly_valid(feeds):
    validator = Path(os.environ.get("RECAPD_SHARED", "../shared"), "tools/validate_feed.py")
    if not validator.exists():
        return say(f"there is no validator at {validator}: the feeds are only read, not held to the letter")
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"weekly.{name}") for name in feeds]
        for file, body in zip(files, feeds.values()):
            file.write_bytes(body)
        subprocess.run([sys.executable, validator, "--strict", *files], check=True)
    say("the three feeds pass the strict validator")


def same_in_every_format(feeds):
    told = {name: entries(name, body) for name, body in feeds.items()}
    for name in FORMATS:
        check(told[name], f"weekly.{name} has no entry")
        check(told[name] == told["atom"], f"weekly.{name} says\n{told[name]}\nweekly.atom says\n{told['atom']}")
    say(f"the same ids, titles, links and dates in all three: {told['atom'][0][1]}")


def entries(name, body):
    """What a reader tells entries by: id, title, link, and when it was published."""
    if name == "json":
        # feedparser knows no JSON Feed.
        items = json.loads(body)["items"]
        return [(item["id"], item["title"], item["url"], utc(item["date_published"])) for item in items]
    parsed = feedparser.parse(body)
    check(not parsed.bozo, f"feedparser complains about weekly.{name}: {parsed.get('bozo_exception')}")
    return [(entry.id, entry.title, entry.link, tuple(entry.published_parsed[:6])) for entry in parsed.entries]


def utc(text):
    return tuple(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timetuple()[:6])


def unchanged_is_304(root):
    url = f"{root}/feeds/weekly.atom"
    with urllib.request.urlopen(url, timeout=10) as answer:
        etag, changed = answer.headers["ETag"], answer.headers["Last-Modified"]
    for header, value in (("If-None-Match", etag), ("If-Modified-Since", changed)):
        try:
            urllib.request.urlopen(urllib.request.Request(url, headers={header: value}), timeout=10)
            status = 200
        except urllib.error.HTTPError as answer:
            status = answer.code
        check(status == 304, f"{url} with {header}: {value} answers {status}, not 304")
    say("a reader that has the feed gets a 304, by ETag and by date")


def pages_answer(root):
    recap = re.search(rb'href="[^"]*(/w/\d{4}-W\d\d/)"', get(root + "/"))
    check(recap, "the front page links no recap")
    recap = recap[1].decode()
    page = get(root + recap)
    stories = sorted(set(re.findall(rb"/s/\d{4}/\d\d/[a-z0-9-]+/", page)))
    check(stories, f"{recap} links no story page")
    ways = [*PAGES, *OTHERS, recap, *(recap + name for name in ("recap.json", "recap.md", "recap.txt"))]
    for path in ways + [story.decode() for story in stories]:
        check(get(root + path), f"{path} is empty")
    check(b'"status":"ok"' in get(root + "/healthz"), "/healthz is not ok")
    say(f"{len(ways)} pages and files and {len(stories)} story pages answer; the recap page has {len(page)} bytes")


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def say(text):
    print(text, flush=True)


def check(is_so, otherwise):
    if not is_so:
        sys.exit(f"FAILED: {otherwise}")


main(sys.argv[1])
