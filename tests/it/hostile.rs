//! Whatever a feed holds, nothing of it does anything: not in what we keep, not
//! in feeds, pages or texts, not on a terminal. A browser's parser is the judge.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use quick_xml::Reader;
use quick_xml::events::Event;
use recapd::text::html::sanitised;
use recapd::text::{one_line, title};
use serde_json::{Value, json};
use url::Url;

use crate::command::recapd;
use crate::folder::{Folder, files, source};
use crate::origin::{Origin, Page};
use crate::reader::wait_for;
use crate::running::Daemon;
use browser::{Element, elements};
use vectors::{ADDRESSES, markup};

mod browser;
mod vectors;

const NOW: &str = "2026-05-08T08:00:00Z";

/// What feeds may hold: docs/publishing.md.
const IN_FEEDS: &[&str] = &[
    "h2",
    "h3",
    "p",
    "ul",
    "ol",
    "li",
    "blockquote",
    "strong",
    "em",
    "small",
    "a",
    "time",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "hr",
];

/// What nothing of ours holds, whatever its attributes.
const NOWHERE: &[&str] = &[
    "svg",
    "math",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "base",
    "form",
    "input",
    "button",
    "select",
    "textarea",
    "template",
    "style",
    "noscript",
    "xmp",
    "plaintext",
    "audio",
    "video",
    "portal",
    "img",
];

/// What an item may hold besides.
const KEPT_ATTRIBUTES: &[&str] =
    &["href", "src", "alt", "title", "width", "height", "datetime", "start", "reversed", "colspan", "rowspan", "scope"];

/// A store whose one published week is made of all of it, and the files of its site.
struct Published {
    folder: Folder,
    files: Vec<PathBuf>,
    _origin: Origin,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin
        .put("/vectors.xml", Page::rss(rss()))
        .put("/addresses.xml", Page::of("application/atom+xml", atom()))
        .put("/vectors.json", Page::of("application/feed+json", json_feed()));
    let sources = [("rss", "/vectors.xml"), ("atom", "/addresses.xml"), ("json", "/vectors.json")];
    folder.sources(&sources.map(|(id, path)| source(id, &origin.url(path), "")).concat());
    folder.configure("\n[recap]\nstories = 40\nalso = 200\n");
    let daemon = Daemon::start(&folder, NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    daemon.stop();
    let tree = folder.path("tree");
    let said = recapd(folder.whole(), &["export", tree.to_str().unwrap(), "--now", NOW]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    Published { files: files(&tree), folder, _origin: origin }
});

/// A headline of its own for each, so that each is a story of its own.
fn headline(number: usize) -> String {
    let nouns =
        ["violin", "harbour", "glacier", "orchard", "lantern", "quarry", "meadow", "furnace", "anchor", "saddle"];
    let [one, two, three] = [number % 10, number / 10 % 10, number / 100 % 10].map(|place| nouns[place]);
    format!("AI model reads {one}{number} {two}x{three}{number} {three}y{one}{number}")
}

fn escaped(text: &str) -> String {
    // What XML cannot hold at all is for the JSON Feed.
    let sound = text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t' | '\u{80}'..));
    let text: String = sound.collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn rss() -> String {
    let mut text = "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' \
        xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>&lt;script>alert(1)&lt;/script>T</title>"
        .to_owned();
    for (number, (_, vector)) in markup().enumerate() {
        let (headline, vector) = (headline(number), escaped(vector));
        write!(
            text,
            "<item><title>{headline} {vector}</title><link>https://p{number}.test/{number}</link><guid>{vector}</guid>\
             <pubDate>Wed, 29 Apr 2026 10:00:00 GMT</pubDate><dc:creator>{vector}</dc:creator><category>{vector}</category>\
             <description>{vector} The AI model reads. {vector}</description><content:encoded>&lt;p&gt;The lab says that its \
             AI model {number} reads {number} pages. {vector}&lt;/p&gt;{vector}</content:encoded></item>"
        )
        .unwrap();
    }
    text + "</channel></rss>"
}

/// The addresses, wherever an entry may have one.
fn atom() -> String {
    let mut text =
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'><title>T</title>"
            .to_owned();
    for (number, address) in ADDRESSES.iter().enumerate() {
        let (headline, address) = (headline(number + 900), escaped(address));
        write!(
            text,
            "<entry xml:base=\"{address}\"><id>urn:{number}</id><title>{headline}</title><link href=\"{address}\"/>\
             <link rel=\"enclosure\" type=\"audio/mpeg\" href=\"{address}\"/><media:thumbnail url=\"{address}\"/>\
             <updated>2026-04-29T10:00:00Z</updated><author><name>{address}</name><uri>{address}</uri></author>\
             <category term=\"{address}\" scheme=\"{address}\"/><content type=\"html\">&lt;a href=\"{address}\"&gt;x&lt;/a&gt;\
             &lt;img src=\"{address}\"&gt; &lt;q cite=\"x\"&gt;y&lt;/q&gt;</content></entry>"
        )
        .unwrap();
    }
    text + "</feed>"
}

/// The same articles once more, as other reports of the same stories.
fn json_feed() -> String {
    let items = markup().enumerate().map(|(number, (_, vector))| {
        json!({
            "id": vector, "url": format!("https://p{number}.test/{number}"), "title": format!("{} {vector}", headline(number)),
            "date_published": "2026-04-29T11:00:00Z", "content_html": vector, "content_text": vector, "summary": vector,
            "authors": [{ "name": vector, "url": vector }], "tags": [vector], "image": vector, "banner_image": vector,
            "attachments": [{ "url": vector, "mime_type": vector }], "language": vector,
        })
    });
    json!({ "version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items.collect::<Vec<_>>() })
        .to_string()
}

/// What is wrong with an element wherever it stands.
fn fault(element: &Element) -> Option<String> {
    let Element { name, is_html, attributes } = element;
    let is_data = element.attribute("type") == Some("application/ld+json");
    // Our own icon is in the page.
    let is_icon = name == "link" && element.attribute("rel") == Some("icon");
    if !is_html || NOWHERE.contains(&name.as_str()) || name == "script" && !is_data {
        return Some(format!("<{name}>"));
    }
    if name == "meta" && element.attribute("http-equiv").is_some() {
        return Some("<meta http-equiv>".to_owned());
    }
    let bad = attributes.iter().find(|(name, value)| {
        let is_address =
            matches!(name.as_str(), "href" | "src" | "cite" | "action" | "formaction" | "srcset" | "background");
        let sound = is_address_sound(value) || is_icon;
        name.starts_with("on") || matches!(name.as_str(), "style" | "srcdoc" | "ping") || is_address && !sound
    });
    bad.map(|(attribute, value)| format!("<{name} {attribute}={value:?}>"))
}

/// On the web, or a path of our own.
fn is_address_sound(address: &str) -> bool {
    let ours = Url::parse("https://ours.test/").unwrap();
    ours.join(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) && !address.starts_with("//")
}

#[track_caller]
fn check_inert(html: &str, whose: &str) {
    let faults: BTreeSet<String> = elements(html).iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{whose}: {faults:?} in {html}");
}

/// A reader that takes it for HTML finds no element in it.
#[track_caller]
fn check_no_markup(text: &str, whose: &str) {
    let found = elements(text);
    assert!(found.is_empty(), "{whose}: {found:?} in {text}");
}

#[track_caller]
fn check_feed_content(html: &str, whose: &str) {
    check_inert(html, whose);
    for element in elements(html) {
        assert!(IN_FEEDS.contains(&element.name.as_str()), "{whose}: <{}>", element.name);
        let known = |(name, value): &(String, String)| name == "href" && value.starts_with("http");
        assert!(element.attributes.iter().all(known), "{whose}: {element:?}");
    }
}

/// Nothing that steers a terminal or turns a line around.
#[track_caller]
fn check_printable(text: &str, whose: &str) {
    let bad = |letter: &char| match letter {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    };
    let found = text.chars().find(bad);
    assert!(found.is_none(), "{whose}: {found:?}");
}

#[test]
fn there_are_enough_of_them() {
    let each: BTreeSet<&str> = markup().map(|(_, vector)| vector).collect();
    assert_eq!(each.len(), markup().count(), "each once");
    assert!(each.len() >= 150, "{}", each.len());
}

#[test]
fn the_judge_sees_them_where_nobody_made_them_safe() {
    let seen = |vector: &str| elements(vector).iter().any(|element| fault(element).is_some());
    let unseen: Vec<_> = markup().filter(|(_, vector)| !seen(vector)).collect();
    // Those that need a place of their own: inside an attribute, a script, a Markdown text.
    assert!(unseen.len() * 4 <= markup().count(), "{} {unseen:#?}", unseen.len());
}

#[test]
fn what_is_kept_of_each_is_inert() {
    let base = Url::parse("https://a.test/dir/").unwrap();
    for (class, vector) in markup() {
        for context in ["", "<p>", "<table><tr><td>", "<ul><li>", "<b><a href='/x'>", "<svg>", "<math>", "<select>"] {
            let safe = sanitised(&format!("{context}{vector}"), Some(&base));
            let whose = format!("{class}: {vector}");
            // Pictures stay for those who show them; nothing that we publish has one.
            let but_pictures = elements(&safe).into_iter().filter(|element| element.name != "img" || !element.is_html);
            for element in but_pictures {
                assert_eq!(fault(&element), None, "{whose}: {safe}");
            }
            for (name, value) in elements(&safe).into_iter().flat_map(|element| element.attributes) {
                assert!(KEPT_ATTRIBUTES.contains(&name.as_str()), "{whose}: {name}");
                assert!(name != "src" || value.starts_with("http"), "{whose}: {value}");
            }
            assert_eq!(sanitised(&safe, Some(&base)), safe, "{whose}: it changes when read again");
            check_printable(&safe.replace(['\u{202e}', '\u{202c}', '\u{2066}', '\u{2069}'], ""), &whose);
        }
        check_printable(&title(vector), vector);
    }
}

#[test]
fn every_page_is_inert() {
    let mut stories = 0;
    for file in PUBLISHED.files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "html")) {
        let html = std::fs::read_to_string(file).unwrap();
        check_inert(&html, &file.display().to_string());
        check_printable(&html, &file.display().to_string());
        stories += usize::from(file.components().any(|part| part.as_os_str() == "s"));
    }
    assert!(stories >= 100, "the week holds {stories} stories");
}

/// The path of each element or attribute in XML, and its text.
fn texts(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<(String, String)> = Vec::new();
    let mut texts = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        if let Event::Start(element) | Event::Empty(element) = &event {
            for attribute in element.attributes().map(Result::unwrap) {
                let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                texts.push((format!("{}@{}", element.name().as_ref(), attribute.key.as_ref()), value));
            }
        }
        match event {
            Event::Start(element) => open.push((element.name().as_ref().to_owned(), String::new())),
            Event::End(_) => texts.extend(open.pop()),
            Event::Text(words) => open.iter_mut().for_each(|(_, text)| *text += &words),
            Event::CData(words) => open.iter_mut().for_each(|(_, text)| *text += &words),
            Event::GeneralRef(name) => {
                let letter = match name.resolve_char_ref() {
                    Ok(Some(letter)) => letter.to_string(),
                    _ => quick_xml::escape::resolve_xml_entity(&name).unwrap().to_owned(),
                };
                open.iter_mut().for_each(|(_, text)| *text += &letter);
            }
            Event::Eof => return texts,
            _ => {}
        }
    }
}

#[test]
fn every_feed_is_inert() {
    let mut contents = 0;
    let is_feed = |file: &&PathBuf| file.extension().is_some_and(|ending| ending == "atom" || ending == "rss");
    for file in PUBLISHED.files.iter().filter(is_feed) {
        let xml = std::fs::read_to_string(file).unwrap();
        check_printable(&xml, &file.display().to_string());
        for (place, text) in texts(&xml) {
            let whose = format!("{} {place}", file.display());
            match place.as_str() {
                "content" | "content:encoded" => {
                    check_feed_content(&text, &whose);
                    contents += 1;
                }
                // They hold the others.
                "feed" | "entry" | "rss" | "channel" | "item" | "source" => {}
                place if place.ends_with("@href") || place.ends_with("@url") => {
                    assert!(text.starts_with("http"), "{whose}: {text}");
                }
                _ => check_no_markup(&text, &whose),
            }
        }
    }
    assert!(contents >= 200, "{contents} texts in feeds");
}

/// Every string in `value`, with the key that it stands under.
fn strings(value: &Value, key: &str, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(key, text),
        Value::Array(values) => values.iter().for_each(|value| strings(value, key, each)),
        Value::Object(values) => values.iter().for_each(|(key, value)| strings(value, key, each)),
        _ => {}
    }
}

#[test]
fn every_json_is_inert() {
    let (mut contents, mut reported) = (0, BTreeSet::new());
    for file in PUBLISHED.files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "json")) {
        let text = std::fs::read_to_string(file).unwrap();
        check_printable(&text, &file.display().to_string());
        let value: Value = serde_json::from_str(&text).unwrap();
        strings(&value, "", &mut |key, text| {
            let whose = format!("{} {key}", file.display());
            match key {
                "content_html" => {
                    check_feed_content(text, &whose);
                    contents += 1;
                }
                "url" | "page" | "links" | "external_url" | "home_page_url" | "feed_url" | "about" => {
                    let is_own_word = file.ends_with("recap.json") && key == "about";
                    assert!(is_own_word || is_address_sound(text), "{whose}: {text}");
                    reported.extend(text.starts_with("https://p").then(|| text.to_owned()));
                }
                _ => {}
            }
        });
    }
    assert!(contents >= 100, "{contents} texts in feeds");
    assert_eq!(reported.len(), markup().count(), "all of them are in the week");
}

#[test]
fn every_text_is_text() {
    for file in &PUBLISHED.files {
        let whose = file.display().to_string();
        let text = || std::fs::read_to_string(file).unwrap();
        match file.extension().and_then(|ending| ending.to_str()) {
            Some("txt") => check_printable(&text(), &whose),
            Some("md") => check_markdown(&text(), &whose),
            _ => {}
        }
    }
}

/// As CommonMark would have it: what is escaped is text, and links are ours.
#[track_caller]
fn check_markdown(text: &str, whose: &str) {
    check_printable(text, whose);
    // An escaped backslash first, so that it escapes nothing.
    let bare =
        text.replace("\\\\", "").replace("\\<", "&lt;").replace("\\[", "(").replace("\\]", ")").replace("\\&", "&amp;");
    let mut html = String::new();
    for (place, part) in bare.split("](").enumerate() {
        if place == 0 {
            html += part;
            continue;
        }
        let (address, rest) = part.strip_prefix('<').and_then(|part| part.split_once(">)")).expect("a link of ours");
        assert!(address.starts_with("http"), "{whose}: {address}");
        html += rest;
    }
    check_no_markup(&html, whose);
    assert!(!html.contains("]:"), "{whose}: no definition of a link");
}

#[test]
fn nothing_steers_a_terminal() {
    let folder = PUBLISHED.folder.whole();
    for arguments in [
        &["items", "--since", "2026-01-01T00:00:00Z"][..],
        &["stories", "--week", "2026-W18"],
        &["status"],
        &["status", "--json"],
        &["explain", "https://p0.test/0"],
        &["explain", "2026-W18", "1"],
        &["explain", "rss"],
        &["recap", "--week", "2026-W18"],
        &["recap", "--week", "2026-W18", "--format", "text"],
    ] {
        let said = recapd(folder, &[arguments, &["--now", NOW, "--force"]].concat());
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        check_printable(&said.out, &one_line(&arguments.join(" ")));
        check_printable(&said.err, &one_line(&arguments.join(" ")));
    }
}

#[test]
fn items_have_only_addresses_on_the_web() {
    let said = recapd(PUBLISHED.folder.whole(), &["items", "--since", "2026-01-01T00:00:00Z", "--now", NOW]);
    let items = said.lines();
    assert_eq!(items.len(), markup().count() * 2 + ADDRESSES.len());
    for item in &items {
        strings(item, "", &mut |key, text| {
            let is_address = matches!(key, "link" | "canonical" | "url" | "image");
            assert!(!is_address || text.starts_with("http"), "{key}: {text}");
        });
    }
}
