"""What pages tell machines, read by parsers: autodiscovery, Open Graph, JSON-LD, sitemap, robots.txt, OPML.

    machines.py ADDRESS
"""

import json
import sys
import urllib.error
import urllib.request
import urllib.robotparser
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html

from asking import check

FEEDS = {"application/atom+xml", "application/rss+xml", "application/feed+json"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

# What is asked for anew each time.
CLOSED = ("/this-week/", "/search", "/search?q=model", "/feeds/search.atom?q=model")

known = {}


def main(root):
    robots = urllib.robotparser.RobotFileParser(f"{root}/robots.txt")
    robots.read()
    check(robots.can_fetch("anybody", f"{root}/") and not any(robots.can_fetch("anybody", root + path) for path in CLOSED), "robots.txt says the wrong thing")
    check(robots.site_maps() == [f"{root}/sitemap.xml"], f"robots.txt names the sitemaps {robots.site_maps()}")
    pages = [loc.text for loc in lxml.etree.fromstring(body(f"{root}/sitemap.xml")).iter(f"{SITEMAP}loc")]
    check(len(pages) == len(set(pages)) > 10, f"the sitemap has {len(pages)} pages")
    kinds = {}
    for page in pages:
        check(page.startswith(f"{root}/") and robots.can_fetch("anybody", page), f"the sitemap has {page}")
        kind = looked_at(root, page)
        kinds[kind] = kinds.get(kind, 0) + 1
    looked_at(root, f"{root}/this-week/")
    check(kinds.get("Article", 0) > 5 and kinds.get("CollectionPage", 0) > 1 and kinds.get("WebSite") == 1, f"pages say that they are {kinds}")
    opml(root)
    print(f"{len(pages)} pages of the sitemap: {kinds}")


def looked_at(root, page):
    """What the page at `page` says that it is."""
    told = lxml.html.fromstring(body(page))
    one = lambda path: the_only(told.xpath(path), f"{page} has not one {path}")
    title, description = one("//title").text_content(), one("//meta[@name='description']/@content")
    canonical = one("//link[@rel='canonical']/@href")
    check(canonical == page, f"{page} calls itself {canonical}")
    check(title.strip() and description.strip() and one("//html/@lang"), f"{page} says too little of itself")

    feeds = told.xpath("//link[@rel='alternate']")
    check({feed.get("type") for feed in feeds} == FEEDS, f"{page} announces {[feed.get('type') for feed in feeds]}")
    for feed in feeds:
        check(feed.get("title") and media_type(urljoin(page, feed.get("href"))) == feed.get("type"), f"{page} announces {feed.get('href')}")

    graph = {name: one(f"//meta[@property='og:{name}']/@content") for name in ("type", "site_name", "title", "description", "url")}
    check(graph["url"] == canonical and graph["type"] in ("website", "article") and all(graph.values()), f"{page} previews as {graph}")

    blocks = told.xpath("//script")
    check(all(block.get("type") == "application/ld+json" for block in blocks) and len(blocks) <= 1, f"{page} has scripts")
    if not blocks:
        return "nothing"
    data = json.loads(blocks[0].text)
    check(data["@context"] == "https://schema.org" and data["url"] == canonical, f"{page} says {data}")
    kind = data["@type"]
    path = urlsplit(page).path
    wanted = "WebSite" if path == "/" else "CollectionPage" if path.startswith("/w/") else "Article"
    check(kind == wanted, f"{page} says that it is {kind}, not {wanted}")
    if kind == "Article":
        article(page, told, data)
    elif kind == "CollectionPage":
        listed(page, data)
    return kind


def article(page, told, data):
    heading = " ".join(told.xpath("//h1")[0].text_content().split())
    check(len(data["headline"]) <= 111 and " ".join(data["headline"].split()).rstrip("… ") in heading, f"{page}: {data['headline']!r} is not {heading!r}")
    check(datetime.fromisoformat(data["datePublished"].replace("Z", "+00:00")), page)
    originals = [report["url"] for report in data["isBasedOn"]]
    shown = told.xpath("//section[@id='coverage' or @class='coverage']//a/@href")
    check(originals == shown, f"{page} is based on {originals}, but lists {shown}")
    check(all(report["publisher"]["name"] for report in data["isBasedOn"]), f"{page} does not name a publisher")
    check(body(data["isPartOf"]["url"]), page)


def listed(page, data):
    items = data["mainEntity"]["itemListElement"]
    places = [item["position"] for item in items]
    check(places == sorted(set(places)) and items, f"{page} lists the places {places}")
    for item in items:
        check(body(item["url"]), f"{page} lists {item}")


def opml(root):
    whole = lxml.etree.fromstring(body(f"{root}/sources.opml"))
    check(whole.tag == "opml" and whole.get("version") == "2.0" and whole.findtext("head/title"), "sources.opml is no OPML 2.0")
    for outline in whole.iter("outline"):
        is_folder = len(outline) > 0
        check(outline.get("text") and (is_folder or outline.get("type") == "rss"), f"an outline of sources.opml is {outline.attrib}")


def body(url):
    return asked(url)[0]


def media_type(url):
    return asked(url)[1]


def asked(url):
    """Body and media type, without following anything."""
    if url not in known:
        with urllib.request.build_opener(NoRedirect).open(url, timeout=30) as answer:
            known[url] = answer.read(), answer.headers.get_content_type()
    return known[url]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def the_only(found, otherwise):
    check(len(found) == 1, otherwise)
    return found[0]


main(sys.argv[1])
