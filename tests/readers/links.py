"""The exported tree: no dead link within it, every file what its name says, and a second export touches only what changed.

    links.py ADDRESS      within `serving.py hostile`: the week is amended on the way
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.etree
import lxml.html

from asking import check


def main(root):
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        export(tree)
        files, links = whole(root, tree)
        before = stamps(tree)
        export(tree)
        touched = changed(before, stamps(tree))
        # When each source was last asked stands there.
        check(touched <= {"sources/index.html"}, f"a second export wrote {sorted(touched)} again")

        story = first_story(tree)
        recapd("amend", "2026-W19", "--story", story, "--headline", "Another headline", "--correction", "It was another.")
        before = stamps(tree)
        export(tree)
        touched = changed(before, stamps(tree))
        whole(root, tree)
        stories = [name for name in touched if name.startswith("s/")]
        fixed = [name for name in touched if name in ("style.css", "robots.txt", "sources.opml", "about/ranking/index.html")]
        check(stories and all(story in (tree / name).read_text() for name in stories), f"an amended story wrote {stories}")
        check("index.html" in touched and "feeds/weekly.atom" in touched and not fixed, f"an amendment wrote {sorted(touched)}")
        print(f"{files} files, {links} links within: none is dead; nothing is written twice; an amendment wrote {len(touched)} files")


def export(tree):
    recapd("export", str(tree))


def recapd(*words):
    done = subprocess.run([os.environ["RECAPD"], "--config", os.environ["RECAPD_CONFIG"], *words], capture_output=True, text=True)
    check(done.returncode == 0, f"recapd {' '.join(words)}: {done.stderr}")


def whole(root, tree):
    """Reads every file of the tree; gives how many there are, and links within."""
    files = sorted(file for file in tree.rglob("*") if file.is_file())
    check(len(files) > 50, f"only {len(files)} files")
    ids, links = {}, []
    for file in files:
        name = file.relative_to(tree).as_posix()
        check(not name.endswith(".new"), f"{name} was left behind")
        body = file.read_bytes()
        check(body, f"{name} is empty")
        here = "/" + name.removesuffix("index.html")
        match file.suffix:
            case ".html":
                page = lxml.html.fromstring(body)
                ids[here] = set(page.xpath("//@id"))
                links += [(name, here, link) for link in page.xpath("//@href | //@src")]
            case ".atom" | ".rss" | ".xml" | ".opml":
                document = lxml.etree.fromstring(body)
                links += [(name, here, link) for link in document.xpath("//@href | //*[local-name()='loc' or local-name()='link']/text()")]
                for text in document.xpath("//*[local-name()='content' or local-name()='encoded']/text()"):
                    links += [(name, here, link) for link in lxml.html.fromstring(f"<div>{text}</div>").xpath("//@href")]
            case ".json":
                links += [(name, here, link) for link in strings(json.loads(body)) if link.startswith(root)]
            case ".md":
                links += [(name, here, link) for link in re.findall(r"\]\(<?([^)>\s]+)", body.decode()) if link.startswith(root)]
            case ".css" | ".txt":
                body.decode()
            case other:
                sys.exit(f"FAILED: what is {name}?")
    within = 0
    for name, here, link in links:
        url = urlsplit(link)
        if url.netloc and f"{url.scheme}://{url.netloc}" != root or url.scheme not in ("", "http", "https"):
            continue
        within += 1
        path = unquote(url.path) or here
        check(path.startswith("/"), f"{name} links {link}, which is relative")
        file = tree / (path + "index.html" if path.endswith("/") else path).lstrip("/")
        check(file.is_file(), f"{name} links {link}, and nothing is there")
        check(not url.fragment or url.fragment in ids.get(path, ()), f"{name} links {link}, and nothing has that id")
    return len(files), within


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def first_story(tree):
    return re.search(rb"/s/\d{4}/\d\d/[^\"/]*-([0-9a-f]{8})/", (tree / "index.html").read_bytes())[1].decode()


def stamps(tree):
    return {file.relative_to(tree).as_posix(): file.stat().st_mtime_ns for file in tree.rglob("*") if file.is_file()}


def changed(before, after):
    return {name for name in after if before.get(name) != after[name]}


main(sys.argv[1])
