"""Every feed that is served, read by three parsers: they agree with each other, in all formats, on all that they tell.

    agree.py ADDRESS

feedparser (Python), rss-parser and feedsmith (both in read.js). Feeds are found as a reader finds them, by what pages
announce, and followed into their archives (RFC 5005). Each is held to the strict validator, where there is one
($RECAPD_SHARED/tools/validate_feed.py). That what they agree on is right is held against the week's own JSON.
"""

import html
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser

from asking import check, get

HERE = Path(__file__).parent
FORMATS = ("atom", "rss", "json")

# Stands in titles where readers disagree on what is markup; nobody sees it (publish/inert.rs).
JOINER = "\u2060"

# What titles of the hostile week must still say to whoever reads them.
HOSTILE = [
    "]]>",
    "<script>alert(1)</script> runs",
    "explains &amp; to",
    "نموذج ذكاء",
    "משיקה מודל",
    "👩🏽‍🚀🏳️‍🌈🇪🇺",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 beyond the BMP: 𠜎𠜱𠝹",
    "supercalifragilistic" * 14,
    "AT&T <3 R&D > \"quotes\" & 'apostrophes'",
    "{{7*7}} ${HOME} %s `rm -rf` *bold* [x](javascript:y)",
    "<b> stays text at Cohere, as <i> does",
]


def main(root):
    paths = announced(root)
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for path in paths:
            file = Path(folder, path.split("?")[0].strip("/").replace("/", "_"))
            file.write_bytes(get(root + path))
            files[file.name] = file
        strictly_valid(files.values())
        told = {(file.name, parser): read for file, parser, read in readings(list(files.values()))}
    by_feed = {}
    for (name, parser), read in told.items():
        by_feed.setdefault(name.rsplit(".", 1)[0], {})[name.rsplit(".", 1)[1], parser] = read
    for feed, ways in sorted(by_feed.items()):
        agree(feed, ways)
    check(len(by_feed) > 5, f"only {sorted(by_feed)} are announced")
    right(root, by_feed)
    if "RECAPD_CONFIG" in os.environ:
        titles = [entry["title"].replace(JOINER, "") for ways in by_feed.values() for read in ways.values() for entry in read["entries"]]
        for part in HOSTILE:
            check(any(part in title for title in titles), f"no title has {part!r}")
    entries = sum(len(next(iter(ways.values()))["entries"]) for ways in by_feed.values())
    print(f"{len(by_feed)} feeds in {len(files)} documents, {entries} entries: three parsers agree on all of them")


def announced(root):
    """The paths of all feeds that pages announce; archives are only in Atom."""
    pages = ["/", "/this-week/", "/search?q=model"] + sorted(set(re.findall(r'href="(/audience/[a-z]+/)"', get(root + "/about/").decode())))
    paths = set()
    for page in pages:
        links = re.findall(r'<link rel="alternate" type="[^"]+" title="[^"]+" href="([^"]+)">', get(root + page).decode())
        check(len(links) >= 3, f"{page} announces {links}")
        paths |= set(links)
    paths |= {f"/feeds/stories.{name}" for name in FORMATS}
    return sorted(paths)


def readings(files):
    """What each parser makes of each of the `files` whose format it knows."""
    for file in files:
        if file.suffix != ".json":
            yield file, "feedparser", by_feedparser(file)
    lines = subprocess.run(["node", HERE / "read.js", *files], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in lines.split("\n")[:-1]:
        read = json.loads(line)
        yield Path(read["file"]), read["parser"], read


def by_feedparser(file):
    parsed = feedparser.parse(file.read_bytes())
    check(not parsed.bozo, f"feedparser complains about {file.name}: {parsed.get('bozo_exception')}")
    feed = parsed.feed
    links = lambda of, rel: [link.href for link in of.get("links", []) if link.rel == rel]
    entries = [
        {
            "id": entry.id,
            "title": shown(entry.title_detail),
            "link": entry.link,
            "published": entry.published,
            "updated": entry.get("updated", entry.published),
            "summary": shown(entry.summary_detail),
            "html": entry.content[0].value,
            "categories": [tag.get("label") or tag.term for tag in entry.get("tags", [])],
            "via": links(entry, "via"),
            "related": links(entry, "related"),
            "source": [entry.source.title] if "source" in entry else [],
        }
        for entry in parsed.entries
    ]
    told = {"title": feed.title, "link": feed.link, "self": links(feed, "self")[0], "about": feed.subtitle, "updated": feed.updated, "hub": links(feed, "hub")}
    if "language" in feed:
        told["language"] = feed.language
    return {"feed": told, "entries": entries}


def shown(detail):
    """What people see: in RSS feedparser takes for HTML what looks like it, and gives it as such."""
    return html.unescape(detail.value) if detail.type == "text/html" else detail.value


def agree(feed, ways):
    """Says where two of the `ways` of reading differ."""
    kept = {way: {"feed": plain(read["feed"]), "entries": [plain(entry) for entry in read["entries"]]} for way, read in ways.items()}
    first = next(iter(kept))
    for way, read in kept.items():
        count, other = len(read["entries"]), len(kept[first]["entries"])
        check(count == other, f"{feed}: {count} entries in {way}, {other} in {first}")
    positions = [("feed", lambda read: read["feed"])]
    positions += [(f"entry {at}", lambda read, at=at: read["entries"][at]) for at in range(len(kept[first]["entries"]))]
    for place, of in positions:
        keys = {key for read in kept.values() for key in of(read)} - {"self"}
        for key in keys:
            said = {way: of(read)[key] for way, read in kept.items() if key in of(read)}
            values = list(said.values())
            check(all(value == values[0] for value in values), f"{feed}, {place}, {key}:\n" + "\n".join(f"  {way}: {value!r}" for way, value in said.items()))
    if {name for name, _ in ways} == set(FORMATS):
        check(len(ways) == 7, f"{feed} was read in {len(ways)} ways")


def plain(told):
    """The same in one form: dates as instants, HTML as words and links, no invisible joiner."""
    form = {"published": instant, "updated": instant, "html": words_and_links}
    other = lambda value: value.replace(JOINER, "").strip() if isinstance(value, str) else [each.replace(JOINER, "") for each in value]
    return {key: form.get(key, other)(value) for key, value in told.items() if value is not None}


def instant(text):
    if "," in text:
        return parsedate_to_datetime(text).astimezone(timezone.utc)
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def words_and_links(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    return " ".join("".join(reader.words).replace(JOINER, "").split()), reader.links


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.links = [], []

    def handle_starttag(self, tag, attributes):
        self.words.append(" ")
        self.links += [value for name, value in attributes if name == "href"]
        check(tag not in ("script", "img", "style", "iframe"), f"<{tag}> in a feed")
        check(all(name == "href" for name, _ in attributes), f"{attributes} on <{tag}> in a feed")

    def handle_data(self, data):
        self.words.append(data)


def right(root, by_feed):
    """What the parsers agree on is what the week says of itself."""
    week = re.search(r'href="(/w/\d{4}-W\d\d/)"', get(root + "/").decode() + get(root + "/archive/").decode())[1]
    recap = json.loads(get(root + week + "recap.json"))
    shown = [" ".join(entry["headline"].split()) for entry in recap["entries"]]
    stories = next(iter(by_feed["feeds_stories"].values()))["entries"]
    told = [" ".join(entry["title"].replace(JOINER, "").split()) for entry in stories]
    check(told[: len(shown)] == shown, "the stories feed does not name the stories of the week:\n" + "\n".join(f"  {a!r}\n  {b!r}" for a, b in zip(told, shown) if a != b))
    whole, links = words_and_links(next(iter(by_feed["feeds_weekly"].values()))["entries"][0]["html"])
    for headline, entry in zip(shown, recap["entries"]):
        check(headline in whole, f"the weekly entry does not tell {headline!r}")
        check(any(entry["story"][:8] in link for link in links), f"the weekly entry does not link {headline!r}")


def strictly_valid(files):
    validator = Path(os.environ.get("RECAPD_SHARED", "../shared"), "tools/validate_feed.py")
    if not validator.exists():
        return print(f"there is no validator at {validator}: the feeds are only read, not held to the letter")
    # Titles of a hostile week look like markup, since that is what they mean to say: there only errors count.
    strict = [] if "RECAPD_CONFIG" in os.environ else ["--strict"]
    done = subprocess.run([sys.executable, validator, *strict, *files], capture_output=True, text=True)
    check(done.returncode == 0, f"the validator says:\n{done.stdout}{done.stderr}")
    print(f"{len(files)} documents pass the {'strict ' * len(strict)}validator")


main(sys.argv[1])
