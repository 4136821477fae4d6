"""What the demo serves, seen from outside: pages and files that answer, health, 304s.

    served.py ADDRESS
"""

import re
import sys
import urllib.error
import urllib.request

PAGES = ("/", "/archive/", "/sources/", "/about/", "/about/ranking/", "/this-week/", "/audience/developers/", "/search?q=model")
OTHERS = ("/healthz", "/metrics", "/sources.opml", "/sitemap.xml", "/robots.txt")


def main(root):
    unchanged_is_304(root)
    pages_answer(root)


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
