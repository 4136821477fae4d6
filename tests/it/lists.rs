//! Sources come from the addresses that an operator types and from other
//! readers' lists, and go to other readers: `source add`, `opml import`, `opml export`.

use expect_test::{Expect, expect};
use recapd::config::Config;
use recapd::store::Store;
use serde_json::Value;

use crate::command::{Said, recapd, refuses};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};

const BEFORE: &str = "# Ours, in the order we trust them.\n\n[[source]]   # the first\nid   = 'one'\nfeed = \"https://one.test/feed\"  # since May\n# and no more\n";

fn feed(title: &str) -> Page {
    Page::rss(rss(title, &[("An AI headline", "2026-05-07T10:00:00Z")]))
}

fn page(head: &str) -> Page {
    Page::of(
        "text/html",
        format!("<!doctype html><html><head><title>x</title>{head}</head><body><p>hello</p></body></html>"),
    )
}

fn named(href: &str, title: &str) -> String {
    format!("<link rel=\"alternate\" type=\"application/rss+xml\" title=\"{title}\" href=\"{href}\">")
}

/// What a command did, with the names of the folder and of the origin left out.
fn told(folder: &Folder, origin: &Origin, said: &Said) -> String {
    let all = format!("{}{}exit {}\n", said.out, said.err, said.code);
    all.replace(&folder.whole().display().to_string(), "DIR").replace(&origin.address.to_string(), "ORIGIN")
}

#[track_caller]
fn check(folder: &Folder, origin: &Origin, arguments: &[&str], expected: Expect) {
    expected.assert_eq(&told(folder, origin, &recapd(folder.whole(), arguments)));
}

fn text(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path(name)).unwrap()
}

fn places(origin: &Origin) -> Vec<String> {
    origin.asked_anew().into_iter().map(|asked| asked.path).collect()
}

#[test]
fn a_feed_is_added_as_it_is_and_the_file_keeps_what_it_had() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/news.xml", feed("The Chip Letter"));
    folder.sources(BEFORE);
    let url = origin.url("/news.xml");
    let arguments =
        ["source", "add", &url, "--kind", "primary", "--weight", "0.6", "--interval", "4h", "--folder", "News/AI"];
    check(
        &folder,
        &origin,
        &arguments,
        expect![[r#"
            added `the-chip-letter` (The Chip Letter, 1 item) to DIR/sources.toml: http://ORIGIN/news.xml
            a daemon that runs polls it at once; without one: `recapd poll the-chip-letter`
            exit 0
        "#]],
    );
    assert_eq!(places(&origin), ["/news.xml"]);
    let added = format!(
        "\n[[source]]\nid = \"the-chip-letter\"\nname = \"The Chip Letter\"\nfeed = \"{url}\"\nkind = \"primary\"\n\
         weight = 0.6\ninterval = \"4h\"\nfolder = \"News/AI\"\n"
    );
    assert_eq!(text(&folder, "sources.toml"), format!("{BEFORE}{added}"));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/news.xml/")],
        expect![[r#"
            recapd: http://ORIGIN/news.xml/ is there already, as source `the-chip-letter`: `recapd explain the-chip-letter` tells how it is doing
            exit 1
        "#]],
    );
    let polled = recapd(folder.whole(), &["poll", "the-chip-letter", "--json"]).lines();
    assert_eq!(polled[0]["new_items"], 1);
    let listed = recapd(folder.whole(), &["source", "list", "--json"]).lines();
    assert_eq!(listed.iter().map(|line| &line["source"]).collect::<Vec<_>>(), ["one", "the-chip-letter"]);
}

#[test]
fn the_feed_of_a_page_is_found() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/blog", page(&named("/blog/feed?a=1&amp;b=2", "x"))).put("/blog/feed?a=1&b=2", feed("Blog"));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/blog"), "--name", "The Lab Blog", "--json"],
        expect![[r#"
            {"added":"the-lab-blog","allow_private":null,"feed":"http://ORIGIN/blog/feed?…","file":"DIR/sources.toml","items":1,"kind":"press","name":"The Lab Blog"}
            exit 0
        "#]],
    );
    let by_header = page("").with("Link", "</feed.atom>; rel=\"alternate\"; type=\"application/atom+xml\"");
    origin.put("/quiet", by_header).put("/feed.atom", feed("Quiet Letters"));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/quiet")],
        expect![[r#"
            added `quiet-letters` (Quiet Letters, 1 item) to DIR/sources.toml: http://ORIGIN/feed.atom
            a daemon that runs polls it at once; without one: `recapd poll quiet-letters`
            exit 0
        "#]],
    );
}

#[test]
fn usual_places_are_tried_only_if_none_is_named() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/", page("")).put("/atom.xml", feed("Atoms of News")).put("/feed", page(""));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/")],
        expect![[r#"
            added `atoms-of-news` (Atoms of News, 1 item) to DIR/sources.toml: http://ORIGIN/atom.xml
            a daemon that runs polls it at once; without one: `recapd poll atoms-of-news`
            exit 0
        "#]],
    );
    assert_eq!(places(&origin), ["/", "/feed", "/rss", "/atom.xml"]);
    origin
        .put("/broken", page(&named("/page", "x")))
        .put("/page", page(""))
        .put("/gone", page(&named("/nowhere", "x")));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/broken")],
        expect![[r#"
            recapd: http://ORIGIN/broken names http://ORIGIN/page as its feed, but that is an HTML page “x”, not a feed
            exit 1
        "#]],
    );
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/gone")],
        expect![[r#"
            recapd: http://ORIGIN/gone names http://ORIGIN/nowhere as its feed, which cannot be fetched: HTTP 404: there is nothing at this address
            exit 1
        "#]],
    );
    assert_eq!(places(&origin), ["/broken", "/page", "/gone", "/nowhere"]);
    let bare = Origin::at(3);
    bare.put("/", page("<a href='/x.rss'>our feed</a>"));
    check(
        &folder,
        &bare,
        &["source", "add", &bare.url("/")],
        expect![[r#"
            recapd: http://ORIGIN/ is an HTML page “x”, not a feed, names no feed, and has none at 8 usual places: look for its feed and name that
            exit 1
        "#]],
    );
    assert_eq!(places(&bare).len(), 9);
    bare.put("/rss", Page::status(429));
    check(
        &folder,
        &bare,
        &["source", "add", &bare.url("/")],
        expect![[r#"
            recapd: http://ORIGIN/ is an HTML page “x”, not a feed, and names no feed; looking on, http://ORIGIN/rss: HTTP 429: the server asks for fewer requests
            exit 1
        "#]],
    );
    assert_eq!(places(&bare), ["/", "/x.rss", "/feed", "/rss"]);
}

#[test]
fn several_feeds_are_shown_and_none_is_added() {
    let (origin, folder) = (Origin::start(), Folder::new());
    folder.sources(BEFORE);
    let links = named("/feed", "News \u{1b}[31m&amp; more")
        + &named("/comments/feed", "Comments")
        + &named("https://one.test/feed/", "");
    origin.put("/", page(&links));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/")],
        expect![[r#"
            RSS       http://ORIGIN/feed  News [31m& more
            RSS       http://ORIGIN/comments/feed  Comments
            RSS       https://one.test/feed/   (there already, as `one`)
            recapd: http://ORIGIN/ has 3 feeds, and nothing was added: name one of them, `recapd source add URL`
            exit 1
        "#]],
    );
    let said = recapd(folder.whole(), &["source", "add", &origin.url("/"), "--json"]);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((said.code, lines.len()), (1, 3));
    assert_eq!((&lines[2]["source"], &lines[0]["format"]), (&"one".into(), &"RSS".into()));
    assert_eq!(text(&folder, "sources.toml"), BEFORE);
}

#[test]
fn a_typed_address_may_be_private_and_what_a_page_names_elsewhere_may_not() {
    let (origin, elsewhere, folder) = (Origin::start(), Origin::at(2), Folder::new());
    folder.write("recapd.toml", "sources = [\"sources.toml\"]\n[fetch]\nhost_gap = \"0s\"\n");
    let away = Page::status(302).with("Location", &elsewhere.url("/feed"));
    origin.put("/", page(&named(&elsewhere.url("/feed"), "x"))).put("/away", away).put("/feed", feed("At Home"));
    elsewhere.put("/feed", feed("Elsewhere"));
    for path in ["/", "/away"] {
        let said = recapd(folder.whole(), &["source", "add", &origin.url(path)]);
        assert!(said.code == 1 && said.err.contains("127.0.0.2"), "{}", said.err);
    }
    assert!(elsewhere.asked("/feed").is_empty());
    assert_eq!(text(&folder, "sources.toml"), "");
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/feed")],
        expect![[r#"
            added `at-home` (At Home, 1 item) to DIR/sources.toml: http://ORIGIN/feed
            it lives in the private network 127.0.0.0/8, which is allowed to it since you named it
            a daemon that runs polls it at once; without one: `recapd poll at-home`
            exit 0
        "#]],
    );
    assert!(text(&folder, "sources.toml").ends_with("allow_private = [\"127.0.0.0/8\"]\n"));
    assert_eq!(recapd(folder.whole(), &["check", "--online"]).code, 0);
}

#[test]
fn what_cannot_be_added_is_named() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/feed", feed("A Letter")).put("/list", Page::of("text/xml", "<opml version='2.0'><body/></opml>"));
    folder.sources(BEFORE);
    let url = origin.url("/feed");
    refuses(
        &folder,
        &["source", "add", "ftp://a.test/"],
        1,
        expect![[r#"
            recapd: `ftp://a.test/` is no web address: `ftp` is neither http nor https
        "#]],
    );
    refuses(
        &folder,
        &["source", "add", &url, "--id", "one"],
        1,
        expect![[r#"
            recapd: the id `one` is taken: name another with --id
        "#]],
    );
    refuses(
        &folder,
        &["source", "add", &url, "--interval", "1m"],
        1,
        expect![[r#"
            recapd: --interval: 1m is outside `min_interval` (15m) and `max_interval` (1d) of [fetch]
        "#]],
    );
    refuses(
        &folder,
        &["source", "add", &url, "--audience", "developer"],
        1,
        expect![[r#"
            recapd: --audience: no audience is called `developer`; did you mean `developers`?
        "#]],
    );
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/list")],
        expect![[r#"
            recapd: http://ORIGIN/list is an OPML list of feeds: save it, and use `recapd opml import FILE`
            exit 1
        "#]],
    );
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/none")],
        expect![[r#"
            recapd: cannot fetch http://ORIGIN/none: HTTP 404: there is nothing at this address
            exit 1
        "#]],
    );
    assert_eq!(text(&folder, "sources.toml"), BEFORE);
    let broken = format!("{BEFORE}[[source]\n");
    folder.sources(&broken);
    assert_eq!(recapd(folder.whole(), &["source", "add", &url]).code, 3);
    assert_eq!(text(&folder, "sources.toml"), broken);
}

const LIST: &str = r#"<?xml version="1.0"?>
<opml version="1.0"><head><title>mine</title></head><body>
<outline text="News & more" title="News & more">
  <outline type="rss" text="A Letter" xmlUrl="https://a.test/feed" htmlUrl="https://a.test/"/>
  <outline type="rss" text="${HOME}" xmlUrl="https://b.test/?q=${HOME}"/>
  <outline type="rss" text="gopher" xmlUrl="gopher://c.test/"/>
</outline>
<outline type="rss" text="the first" xmlUrl="http://one.test/feed/"/>
<outline type="rss" text="A Letter" xmlUrl="https://d.test/feed"/>
<outline type="rss" text="A again" xmlUrl="https://a.test/feed#x"/>
</body></opml>"#;

#[test]
fn a_list_is_imported_outline_by_outline() {
    let (origin, folder) = (Origin::start(), Folder::new());
    folder.sources(BEFORE).write("mine.opml", LIST);
    check(
        &folder,
        &origin,
        &["opml", "import", "mine.opml"],
        expect![[r#"
            added    `a-letter` (A Letter): https://a.test/feed
            added    `b` (${HOME}): https://b.test/?…
            there    `one`: http://one.test/feed/
            added    `a-letter-2` (A Letter): https://d.test/feed
            there    `a-letter`: https://a.test/feed
            REFUSED  gopher: `gopher://c.test/` is no web address: `gopher` is neither http nor https
            3 added to DIR/sources.toml, 2 there already, 1 refused
            a daemon that runs polls them at once; without one: `recapd poll`
            exit 0
        "#]],
    );
    let added = text(&folder, "sources.toml");
    expect![[r#"

        [[source]]
        id = "a-letter"
        name = "A Letter"
        feed = "https://a.test/feed"
        kind = "press"
        folder = "News & more"

        [[source]]
        id = "b"
        name = "$${HOME}"
        feed = "https://b.test/?q=$%7BHOME}"
        kind = "press"
        folder = "News & more"

        [[source]]
        id = "a-letter-2"
        name = "A Letter"
        feed = "https://d.test/feed"
        kind = "press"
    "#]]
    .assert_eq(added.strip_prefix(BEFORE).unwrap());
    let again = recapd(folder.whole(), &["opml", "import", "mine.opml", "--json"]).lines();
    let outcomes: Vec<&str> = again.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["there", "there", "there", "there", "there", "refused"]);
    assert_eq!(text(&folder, "sources.toml"), added, "nothing new, nothing written");
    folder.write("page.html", "<html><outline xmlUrl='https://a.test/'></html>");
    refuses(
        &folder,
        &["opml", "import", "page.html"],
        1,
        expect![[r#"
            recapd: cannot import page.html: it is no list of feeds in OPML: there is no <opml> element in it
        "#]],
    );
    refuses(
        &folder,
        &["opml", "import", "none.opml"],
        1,
        expect![[r#"
            recapd: cannot read none.opml: No such file or directory (os error 2)
        "#]],
    );
}

#[test]
fn what_is_exported_is_imported_as_the_same_sources() {
    let (from, to) = (Folder::new(), Folder::new());
    let all = [
        source(
            "one",
            "https://one.test/feed?x=1&y=\\\"2\\\"",
            "kind = \"primary\"\nweight = 0.65\nlanguage = \"de\"\nfolder = \"News/AI\"",
        ),
        source(
            "two",
            "https://two.test/",
            "audiences = [\"founders\", \"developers\"]\ninterval = \"90m\"\nexcerpt_words = 40",
        ),
        source("three", "https://me:pw@three.test/feed", "websub = false\nfolder = \"News\"\nkind = \"community\""),
        "[[source]]\nid = \"four\"\nname = \"“Q” & <A> 量子位\"\nfeed = \"http://four.test/\"\nkind = \"aggregator\"\n"
            .to_owned(),
    ];
    from.sources(&all.concat());
    let exported = recapd(from.whole(), &["opml", "export"]);
    assert_eq!(
        exported.err,
        "note: 2 of the addresses have a login or a query, which may hold a secret; --public leaves out those that may\n"
    );
    to.write("ours.opml", &exported.out);
    let said = recapd(to.whole(), &["opml", "import", "ours.opml"]);
    assert_eq!(
        (said.code, said.out.lines().rev().nth(1)),
        (0, Some(format!("4 added to {}, 0 there already, 0 refused", to.path("sources.toml").display()).as_str()))
    );
    let sorted = |folder: &Folder| {
        let mut sources = Config::clone(&folder.config()).sources;
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        sources
    };
    assert_eq!(sorted(&from), sorted(&to));
}

fn feeds_of(list: &str) -> Vec<&str> {
    list.split("xmlUrl=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_list_for_everyone_has_what_everyone_can_ask() {
    let folder = Folder::new();
    let channel = "https://video.test/feed?channel_id=UC0v";
    let all = [
        ("plain", "https://a.test/feed"),
        ("again", "http://a.test/feed/"),
        ("token", "https://b.test/feed?token=hunter2"),
        ("login", "https://me:hunter2@c.test/feed"),
        ("private", "http://10.0.0.5/feed"),
        ("near", "http://nas.lan/feed"),
        ("channel", channel),
    ];
    folder.sources(&all.map(|(id, feed)| source(id, feed, "")).concat());
    let said = recapd(folder.whole(), &["opml", "export", "--public"]);
    assert_eq!(feeds_of(&said.out), ["https://a.test/feed", channel]);
    expect![[r#"
        note: left out: 5 sources, at a private address, with a login or a query that may hold a secret, or there twice
    "#]]
    .assert_eq(&said.err);
    Store::open(&folder.path("recapd.db")).unwrap();
    assert_eq!(recapd(folder.whole(), &["export", "out"]).code, 0);
    assert_eq!(feeds_of(&text(&folder, "out/sources.opml")), ["https://a.test/feed", channel]);
}

#[test]
fn half_a_list_is_not_imported() {
    let folder = Folder::new();
    folder.write("half.opml", "<opml><body><outline text='A' xmlUrl='https://a.test/feed'/><outline text='B' xml");
    refuses(
        &folder,
        &["opml", "import", "half.opml"],
        1,
        expect![[r#"
        recapd: cannot import half.opml: it ends before its </opml>
    "#]],
    );
    assert_eq!(text(&folder, "sources.toml"), "");
}

#[test]
fn an_import_tells_what_will_not_be_polled_and_what_an_id_was() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/old", feed("Old"));
    folder.sources(&source("old", &origin.url("/old"), ""));
    recapd(folder.whole(), &["poll"]);
    folder.sources("");
    let outline = |attributes: &str| format!("<outline type='rss' {attributes}/>");
    let list = outline("text='Router' xmlUrl='http://10.0.0.1/feed?x=1'")
        + &outline("text='Cloud' xmlUrl='http://169.254.169.254/feed'")
        + &outline("text='Here' xmlUrl='http://127.0.0.1/feed?a=1'")
        + &outline("text='Old' xmlUrl='https://old.test/' recapd:id='old'");
    folder.write("mine.opml", &format!("<opml><body>{list}</body></opml>"));
    check(
        &folder,
        &origin,
        &["opml", "import", "mine.opml"],
        expect![[r#"
        added    `router` (Router): http://10.0.0.1/feed?…; it will not be polled: 10.0.0.1 is a private address; allow it with allow_private = ["10.0.0.0/8"] in its [[source]], or in [fetch]
        added    `cloud` (Cloud): http://169.254.169.254/feed; it will not be polled: 169.254.169.254 is a private address of the local link: refused
        added    `here` (Here): http://127.0.0.1/feed?…
        added    `old-2` (Old): https://old.test/; its id `old` was that of a source which is configured no more, and whose items are kept: it has another here
        4 added to DIR/sources.toml, 0 there already, 0 refused
        a daemon that runs polls them at once; without one: `recapd poll`
        exit 0
    "#]],
    );
}

#[test]
fn a_feed_is_looked_for_on_pages_only() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/feed", feed("Another Feed"));
    origin.put("/image", Page::of("image/png", b"\x89PNG\r\n\x1a\n\0\0".to_vec()));
    origin.put("/sitemap.xml", Page::of("text/xml", "<urlset><url><loc>https://a.test/</loc></url></urlset>"));
    origin.put("/empty", Page::of("text/html", "")).put("/api", Page::of("application/json", "{\"ok\": true}"));
    let said: String = ["/image", "/sitemap.xml", "/empty", "/api"]
        .map(|path| told(&folder, &origin, &recapd(folder.whole(), &["source", "add", &origin.url(path)])))
        .concat();
    expect![[r#"
        recapd: there is no feed at http://ORIGIN/image, and no page that could name one: a PNG picture, not a feed
        exit 1
        recapd: there is no feed at http://ORIGIN/sitemap.xml, and no page that could name one: a sitemap, not a feed
        exit 1
        recapd: there is no feed at http://ORIGIN/empty, and no page that could name one: the document is empty
        exit 1
        recapd: there is no feed at http://ORIGIN/api, and no page that could name one: JSON, but not a JSON Feed: it needs `version` and `items`
        exit 1
    "#]].assert_eq(&said);
    assert!(origin.asked("/feed").is_empty());
    origin.put("/closed", Page::status(403));
    check(
        &folder,
        &origin,
        &["source", "add", &origin.url("/closed")],
        expect![[r#"
        recapd: cannot fetch http://ORIGIN/closed, since the site refuses programs, or this one (set `contact` in [fetch], so that its owner sees who asks; ask for its feed to be let through; or name a feed of it elsewhere): HTTP 403: the server does not let us in
        exit 1
    "#]],
    );
}

#[test]
fn an_address_without_a_scheme_is_tried_as_a_browser_does() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/feed", feed("No Scheme"));
    check(
        &folder,
        &origin,
        &["source", "add", &format!("{}/feed", origin.address)],
        expect![[r#"
        added `no-scheme` (No Scheme, 1 item) to DIR/sources.toml: http://ORIGIN/feed
        a daemon that runs polls it at once; without one: `recapd poll no-scheme`
        exit 0
    "#]],
    );
    let said = recapd(folder.whole(), &["source", "add", &format!("{}/none", origin.address)]);
    let told = told(&folder, &origin, &said);
    assert!(
        told.contains("HTTP 404") && told.contains("and before, with https: cannot fetch https://ORIGIN/none"),
        "{told}"
    );
}
