//! Feeds of every kind and in every disorder, and what is read of them.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

mod kinds;

const RSS: &str = include_str!("../../tests/feeds/ordinary.rss");
const ATOM: &str = include_str!("../../tests/feeds/ordinary.atom");
const RDF: &str = include_str!("../../tests/feeds/ordinary.rdf");
const JSON: &str = include_str!("../../tests/feeds/ordinary.json");

fn document(text: &[u8]) -> Result<Parsed, NotAFeed> {
    let base = Url::parse("https://a.test/feeds/main").unwrap();
    parse(Document { bytes: text, content_type: None, base_url: Some(&base) })
}

/// A feed as a person would note it down.
fn report(parsed: &Parsed) -> String {
    let mut page = String::new();
    let feed = &parsed.feed;
    let shown = |link: &Option<Url>| link.as_ref().map_or("no link".to_owned(), Url::to_string);
    writeln!(page, "{} {} “{}” {}", parsed.rescued.word(), feed.format.name(), feed.title, shown(&feed.link)).unwrap();
    for entry in &parsed.entries {
        let published = entry.published.map_or("undated".to_owned(), |published| published.to_string());
        writeln!(page, "- {} [{}]", entry.title, entry.guid.as_deref().unwrap_or("no id")).unwrap();
        writeln!(page, "  {} {published} {:?} {:?}", shown(&entry.link), entry.authors, entry.categories).unwrap();
        for text in [&entry.summary_html, &entry.content_html].into_iter().filter(|text| !text.is_empty()) {
            writeln!(page, "  | {text}").unwrap();
        }
        for enclosure in &entry.enclosures {
            writeln!(page, "  + {} {:?} {:?}", enclosure.url, enclosure.mime_type, enclosure.length).unwrap();
        }
    }
    for skipped in &parsed.skipped {
        writeln!(page, "skipped {}: {}", skipped.index, skipped.why).unwrap();
    }
    for mended in &parsed.mended {
        writeln!(page, "mended: {mended}").unwrap();
    }
    page
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&report(&document(text.as_bytes()).unwrap()));
}

/// An RSS feed of these items.
fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>")
}

#[test]
fn rss_is_read_as_it_is() {
    check(
        RSS,
        expect![[r#"
        as-is rss2 “The Daily Lathe” https://lathe.test/
        - Chips & salt [lathe-1]
          https://a.test/2026/chips 2026-11-02T09:00:00Z ["Ed Plane", "Ada Turner"] ["wood", "tools"]
          | Short.
          | <p>Long, with <a href="https://a.test/feeds/more">a link</a>.</p>
          + https://lathe.test/1.mp3 Some("audio/mpeg") Some(1234)
    "#]],
    );
}

#[test]
fn atom_is_read_as_it_is() {
    check(
        ATOM,
        expect![[r#"
        as-is atom “Hobel & Span” https://hobel.test/blog/
        - Ein Brett [urn:hobel:1]
          https://hobel.test/blog/2026/brett 2026-11-01T07:00:00Z ["Ida Feile"] ["holz"]
          | <p>Mit <a href="https://hobel.test/blog/2026/plan">Plan</a>.</p>
          + https://hobel.test/blog/2026/brett.pdf Some("application/pdf") Some(9)
        - 1 < 2 [urn:hobel:2]
          no link undated ["Ida Feile"] []
          | a &lt; b
    "#]],
    );
}

#[test]
fn rdf_is_read_as_it_is() {
    check(
        RDF,
        expect![[r#"
        as-is rss1 “Rasp” https://rasp.test/
        - One [https://rasp.test/1]
          https://rasp.test/1 2026-11-02T09:00:00Z ["Bo"] ["files"]
        - Two, without a link [urn:rasp:2]
          no link undated [] []
    "#]],
    );
}

#[test]
fn json_feed_is_read_as_it_is() {
    check(
        JSON,
        expect![[r#"
        repaired jsonfeed “” https://adze.test/
        - Seven [7]
          https://adze.test/7 2026-11-02T10:00:00Z ["Cy"] ["axes"]
          | 1 &lt; 2
          | <p>Text</p>
          + https://adze.test/7.mp3 Some("audio/mpeg") Some(12)
        - Only text. Two lines [8]
          no link undated [] []
          | Only text.<br>Two lines.
        mended: members of the wrong type
    "#]],
    );
}

#[test]
fn what_is_ill_formed_is_mended_and_said() {
    check(
        &rss("<item><title>Q&A &nbsp; <br> more</title><guid>1</guid>\n<item><title>Two</title>"),
        expect![[r#"
            repaired rss2 “T” no link
            - Q&A more [1]
              no link undated [] []
            - Two [no id]
              no link undated [] []
            mended: bare ampersand, line 1
            mended: HTML entity, line 1
            mended: entry inside another element, line 2
            mended: tag without end, line 2
        "#]],
    );
}

#[test]
fn one_bad_entry_does_not_cost_the_others() {
    // Without the language feed-rs would not even see it.
    let bad = "<item><title>Bad</title><author xml:lang='en'>Joe Smith the Great—joe@example.com</author></item>";
    check(
        &rss(&format!("<item><title>One</title></item>{bad}<item/><item><title>Four</title></item>")),
        expect![[r#"
            fallback rss2 “T” no link
            - One [no id]
              no link undated [] []
            - Bad [no id]
              no link undated ["Joe Smith the Great"] []
            - Four [no id]
              no link undated [] []
            skipped 2: there is nothing in it
            mended: the parser gave up on it, line 1
        "#]],
    );
}

#[test]
fn what_feed_rs_would_not_read_is_read_all_the_same() {
    let good = "<entry><id>1</id><title>One</title></entry>\n";
    let bad = "<entry><id>2</id><title type='html'>T&lt;b>wo&lt;/b></title><content type='a/b/c'>binary</content>\
        <author><name>Ida</name></author><link href='/2'/><link rel='enclosure' href='/2.mp3' length='7'/>\
        <category term='wood'/><updated>2026-11-02T10:00:00Z</updated><summary mode='base64'>PGI+eDwvYj4=</summary></entry>";
    check(
        &format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>\n{good}{bad}</feed>"),
        expect![[r#"
            fallback atom “T” no link
            - One [1]
              no link undated [] []
            - Two [2]
              https://a.test/2 undated ["Ida"] ["wood"]
              | <b>x</b>
              + https://a.test/2.mp3 None Some(7)
            mended: unsupported content type a/b/c, line 3
        "#]],
    );
}

/// The titles that are read of these items, and what else is said.
#[track_caller]
fn check_titles(text: &str, titles: &str, said: &str) {
    let parsed = document(text.as_bytes()).unwrap();
    let read: Vec<&str> = parsed.entries.iter().map(|entry| entry.title.as_str()).collect();
    let skipped: Vec<String> = parsed.skipped.iter().map(|skipped| skipped.why.clone()).collect();
    assert_eq!((read.join(", ").as_str(), [parsed.mended, skipped].concat().join("; ").as_str()), (titles, said));
}

#[test]
fn what_is_never_closed_hides_no_entries() {
    let item =
        |title: &str, text: &str| format!("<item><title>{title}</title><description>{text}</description></item>");
    let open = "<![CDATA[x";
    let of = |texts: [&str; 3]| {
        rss(&["one", "two", "three"].iter().zip(texts).map(|(title, text)| item(title, text)).collect::<String>())
    };
    check_titles(&of(["", open, "<![CDATA[y]]>"]), "one, two, three", "CDATA without end, line 1");
    check_titles(&of(["", open, ""]), "one, two, three", "CDATA without end, line 1");
    check_titles(
        &of(["", "<!-- x", ""]),
        "one, two, three",
        "comment without end, line 1; entry inside another element, line 1",
    );
    let entry =
        |title: &str, quote: &str| format!("<entry><title>{title}</title><link href=\"/{title}{quote}/></entry>");
    let feed = format!("<feed xmlns='http://www.w3.org/2005/Atom'>{}{}</feed>", entry("one", ""), entry("two", "\""));
    let parsed = document(feed.as_bytes()).unwrap();
    let links: Vec<_> = parsed.entries.iter().map(|entry| entry.link.as_ref().unwrap().as_str()).collect();
    assert_eq!(links, ["https://a.test/one", "https://a.test/two"]);
}

#[test]
fn an_entry_inside_an_entry_is_none_where_that_is_sound() {
    let older = "<s:conflict xmlns:s='urn:s'><item><title>older</title></item></s:conflict>";
    check_titles(&rss(&format!("<item><title>one</title>{older}</item>")), "one", "");
}

#[test]
fn entries_in_an_element_that_holds_none_are_read() {
    let wrapped = "<item><title>one</title></item><group><item><title>two</title></item></group>";
    check_titles(&rss(wrapped), "one, two", "entry inside another element, line 1; end without tag, line 1");
    let nested = "<item><title>one</title><item><title>two</title></item></item>";
    check_titles(&rss(nested), "one, two", "entry inside another element, line 1; end without tag, line 1");
    let entries = "<entries><entry><title>one</title></entry><entry><title>two</title></entry></entries>";
    let atom = |inside: &str| format!("<feed xmlns='http://www.w3.org/2005/Atom'>{inside}</feed>");
    check_titles(&atom(entries), "one, two", "entry inside another element, line 1; end without tag, line 1");
    let hollow = "<item><item/><title>one</title></item>";
    check_titles(&rss(hollow), "one", "inside another element: 1 that look like entries");
    let prefixed = "<x:feed xmlns:x='http://www.w3.org/2005/Atom'><x:entry><x:title>one</x:title></x:entry>\
        <x:group><x:entry><x:title>two</x:title></x:entry></x:group></x:feed>";
    check_titles(prefixed, "one", "inside another element: 1 that look like entries");
}

#[test]
fn the_entry_in_which_a_document_ends_is_left_out_and_said() {
    let cut = "<rss version='2.0'><channel><title>T</title><item><title>one</title></item><item><title>two</title>\
        <link>https://b.test/two-sm";
    check_titles(cut, "one", "cut short, line 1; the document ends in it");
}

#[test]
fn an_id_of_each_name_is_no_other_entry() {
    let both = "<guid>1</guid><a:id xmlns:a='http://www.w3.org/2005/Atom'>tag:1</a:id>";
    check_titles(&rss(&format!("<item><title>one</title>{both}</item>")), "one", "");
    let two = "<item><title>one</title><guid>1</guid><guid>2</guid></item>";
    check_titles(&rss(two), "one", "it stands inside the entry before it: that has two ids");
}

#[test]
fn ids_that_differ_behind_what_is_kept_are_two() {
    let item = |end: &str| format!("<item><title>I</title><guid>{}{end}</guid></item>", "a".repeat(3_000));
    let parsed = document(rss(&[item("1"), item("2")].concat()).as_bytes()).unwrap();
    let ids: Vec<&str> = parsed.entries.iter().filter_map(|entry| entry.guid.as_deref()).collect();
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id.len() == 2 << 10), "{ids:?}");
}

#[test]
fn of_two_documents_both_are_read() {
    let after = "\n<?xml version='1.0'?>".to_owned() + &rss("<item><title>two</title></item>");
    check_titles(
        &(rss("<item><title>one</title></item>") + &after),
        "one, two",
        "another document after its end, line 2",
    );
    let bare = rss("<item><title>o & e</title></item>") + &after;
    check_titles(&bare, "o & e, two", "bare ampersand, line 1; another document after its end, line 1");
}

#[test]
fn what_is_passed_over_is_said() {
    let feed = rss("\n<item><title>o\u{1}ne</title></item>");
    check_titles(&feed, "one", "illegal character, line 2");
    check_titles(&feed.replace('\u{1}', "&#x1;"), "one", "bad character reference, line 2");
    let sound = feed.replace('\u{1}', "");
    check_titles(&format!("{sound}\n<!-- made by hand -->\n"), "one", "");
    for after in ["made by hand", "<script></script>", "</rss>", "<?php"] {
        check_titles(&format!("{sound}\n<!-- -->\n{after}"), "one", "text after the feed, line 4");
    }
    assert_eq!(document(format!("{sound}x").as_bytes()).unwrap().rescued, Rescue::Repaired);
}

#[test]
fn a_misspelt_end_tag_costs_its_entry_no_field() {
    let item = "<item><title>one</titel><link>https://b.test/1</link><guid>1</guid></item>";
    let parsed = document(rss(&[item, "<item><title>two</title></item>"].concat()).as_bytes()).unwrap();
    let one = &parsed.entries[0];
    assert_eq!((one.title.as_str(), one.guid.as_deref()), ("one", Some("1")));
    assert_eq!(one.link.as_ref().map(Url::as_str), Some("https://b.test/1"));
    assert_eq!((parsed.entries.len(), parsed.mended), (2, vec!["misspelt end tag, line 1".to_owned()]));
}

#[test]
fn entries_of_an_unknown_namespace_that_are_not_read_are_counted() {
    let strange = "<x:list xmlns:x='urn:x'><x:item><x:title>two</x:title></x:item></x:list>";
    let one = "<item><title>one</title></item>";
    check_titles(&rss(&[one, strange].concat()), "one", "inside another element: 1 that look like entries");
    check_titles(&rss(&format!("<item><title>one</title>{strange}<x:item xmlns:x='urn:x'/></item>")), "one", "");
}

#[test]
fn what_looks_like_an_entry_and_is_none_is_said() {
    let about = rss("<item><title>one</title><description><![CDATA[<pre><item></item></pre>]]></description></item>\
        <!-- <item><title>two</title></item> -->");
    check_titles(&about, "one", "inside a comment or other text: 2 that look like entries");
}

#[test]
fn what_is_around_a_feed_is_said() {
    check(
        "\nWarning: no cache\n<!DOCTYPE rss [<!ENTITY co 'Co. & Sons'>]>\n<rss><channel><title>T &co;</title>\
            <item><title>One&nbsp;&copy;</title></item></channel></rss>",
        expect![[r#"
            repaired rss2 “T Co. & Sons” no link
            - One © [no id]
              no link undated [] []
            mended: no RSS version, line 4
            mended: text before the feed, line 2
            mended: HTML entity, line 4
        "#]],
    );
}

#[test]
fn an_id_is_never_invented() {
    let parsed = document(rss("<item><title>One</title><link>/1</link></item>").as_bytes()).unwrap();
    assert_eq!(parsed.entries[0].guid, None);
    assert_eq!(json(&parsed)["items"][0]["id"], "https://a.test/1");
}

#[test]
fn a_title_is_never_empty() {
    check(
        &rss("<item><description>The first sentence is here. The second is not.</description></item>\
            <item><guid isPermaLink='false'>7</guid></item><item><description>...</description></item>\
            <item><pubDate>2026-11-02</pubDate></item>"),
        expect![[r#"
            as-is rss2 “T” no link
            - The first sentence is here [no id]
              no link undated [] []
              | The first sentence is here. The second is not.
            - 7 [7]
              no link undated [] []
            - Untitled [no id]
              no link undated [] []
              | ...
            - Untitled [no id]
              no link 2026-11-02T00:00:00Z [] []
        "#]],
    );
}

#[test]
fn deep_feeds_do_not_overflow_the_stack() {
    let deep = format!("<item><title>Deep</title>{}x", "<x>".repeat(100_000));
    assert_eq!(document(rss(&deep).as_bytes()).unwrap().entries[0].title, "Deep");
}

#[test]
fn only_so_many_entries_are_read_and_the_newest_win() {
    let item = |day: usize| format!("<item><title>{day}</title><pubDate>{}</pubDate></item>", 1000 + day % 7_000);
    let many: String = (0..MOST_ENTRIES + 3).map(item).collect();
    let parsed = document(rss(&many).as_bytes()).unwrap();
    assert_eq!((parsed.entries.len(), parsed.entries[0].title.as_str()), (MOST_ENTRIES, "3"));
    assert_eq!(parsed.skipped[0].why, "3 older than the newest 5000 entries");
}

#[test]
fn the_newest_win_where_feed_rs_sees_no_entries() {
    let item = |at: usize| format!("<item><title>{at}</title><dc:date>{}</dc:date></item>", 1_000 + at);
    let many: String = (0..MOST_ENTRIES + 3).map(item).collect();
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' \
        xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title></channel>";
    let parsed = document(format!("{rdf}{many}</rdf:RDF>").as_bytes()).unwrap();
    assert_eq!((parsed.entries.len(), parsed.entries[0].title.as_str()), (MOST_ENTRIES, "3"));
}

#[test]
fn what_is_no_feed_is_named() {
    let named = |text: &str| document(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(named("<!doctype html><title>Gone</title>"), "an HTML page “Gone”, not a feed");
    assert_eq!(named("{\"items\":1}"), "JSON, but not a JSON Feed: it needs `version` and `items`");
    assert_eq!(named("{\"items\""), "a damaged feed: EOF while parsing an object at line 1 column 8");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = document(&bytes);
    }

    #[test]
    fn no_damage_makes_it_panic(which in 0..4_usize, cut in 0..2_000_usize, at in 0..2_000_usize, put in "[<>&;/!\"'\\[\\]{}:,é\u{0}\u{92}a0]{0,4}") {
        let feed = [RSS, ATOM, RDF, JSON][which];
        let mut text: String = feed.chars().take(feed.chars().count().saturating_sub(cut / 4)).collect();
        let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
        text.insert_str(at, &put);
        if let Ok(parsed) = document(text.as_bytes()) {
            for entry in &parsed.entries {
                prop_assert!(!entry.title.is_empty() && !entry.title.contains('\n'));
                prop_assert!(!entry.content_html.contains("<script"));
            }
        }
    }
}

#[test]
fn what_came_garbled_is_mended_and_told() {
    let text = "<rss version='2.0'><channel><title>T</title><item><title>Clean’s café</title></item><item><title>Itâ€™s</title>\
        <author>JosÃ©</author><description>&lt;p&gt;CafÃ&amp;copy;&lt;/p&gt;</description></item></channel></rss>";
    let parsed = document(text.as_bytes()).unwrap();
    let entry = &parsed.entries[1];
    assert_eq!((entry.title.as_str(), entry.authors.as_slice()), ("It’s", ["José".to_owned()].as_slice()));
    assert_eq!(entry.summary_html, "<p>Café</p>");
    let came = Garbled {
        index: 1,
        title: Some("Itâ€™s".to_owned()),
        authors: Some(vec!["JosÃ©".to_owned()]),
        categories: None,
        summary_html: Some("<p>CafÃ©</p>".to_owned()),
        content_html: None,
    };
    assert_eq!(parsed.garbled, [came]);
    assert_eq!(parsed.mended, ["text read in the wrong encoding"]);
}

/// The entries of an RSS feed of these items, each as one JSON object.
#[track_caller]
fn check_item(item: &str, member: &str, expected: &str) {
    let parsed = document(rss(&format!("<item><title>I</title>{item}</item>")).as_bytes()).unwrap();
    let said = json(&parsed)["items"][0][member].clone();
    assert_eq!(said.as_str().map_or_else(|| said.to_string(), str::to_owned), expected, "{item}");
}

#[test]
fn an_article_is_where_it_is_behind_a_counter() {
    let counted = "<link>http://feedproxy.test/~r/a/1</link>\
        <feedburner:origLink xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'>https://b.test/1</feedburner:origLink>";
    check_item(counted, "link", "http://feedproxy.test/~r/a/1");
    check_item(counted, "original", "https://b.test/1");
    check_item(&counted.replace("b.test", "www.feedproxy.test"), "original", "null");
}

#[test]
fn words_after_a_sign_that_looks_like_a_tag_are_kept() {
    let bound =
        "<description>We show that for n&lt;m the bound k&lt;sqrt(n) holds, with p&lt;0.05 and x&gt;y.</description>";
    let expected = "We show that for n&lt;m the bound k&lt;sqrt(n) holds, with p&lt;0.05 and x&gt;y.";
    check_item(bound, "summary_html", expected);
}

#[test]
fn markdown_is_read_where_it_is_said_to_be_and_no_html_stands_beside_it() {
    let source = "<s:markdown xmlns:s='http://source.scripting.com/'>Hello **b**</s:markdown>";
    check_item(source, "content_html", "<p>Hello <strong>b</strong></p>");
    check_item(&format!("{source}<description>Hello</description>"), "content_html", "");
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>I</title>\
        <content type='text/markdown'>- Hello **b**</content></entry></feed>";
    assert_eq!(
        document(atom.as_bytes()).unwrap().entries[0].content_html,
        "<ul>\n<li>Hello <strong>b</strong></li>\n</ul>"
    );
}

#[test]
fn persons_are_read_as_in_atom() {
    check_item("<author><name>N</name><email>e@x.test</email></author>", "authors", "[\"N\"]");
    check_item("<a:author xmlns:a='http://www.w3.org/2005/Atom'><a:name>N</a:name></a:author>", "authors", "[\"N\"]");
    check_item("<author>e@x.test (N)</author>", "authors", "[\"N\"]");
}

#[test]
fn attributes_are_read_without_quotes_and_elements_in_capitals() {
    let attached = "[{\"length\":7,\"mime_type\":\"audio/mpeg\",\"url\":\"http://a.test/x.mp3\"}]";
    check_item("<enclosure url=http://a.test/x.mp3 length=7 type=audio/mpeg />", "enclosures", attached);
    check_item("<enclosure length=7 type=audio/mpeg url=http://a.test/x.mp3/>", "enclosures", attached);
    let parsed = document(b"<RSS version='2.0'><CHANNEL><TITLE>T</TITLE><Item><Title>I</Title></Item></CHANNEL></RSS>");
    assert_eq!(
        report(&parsed.unwrap()),
        "repaired rss2 \u{201c}T\u{201d} no link\n- I [no id]\n  no link undated [] []\nmended: elements in capitals, line 1\n"
    );
}

#[test]
fn what_a_document_becomes_is_bounded_and_what_is_left_out_is_said() {
    let items =
        format!("<item><guid>g</guid><title>I</title><description>{}</description></item>", "&amp;amp;".repeat(5_000));
    let text = rss(&items.repeat(400)).replace("&amp;amp;", "&");
    let parsed = document(text.as_bytes()).unwrap();
    let all: usize = parsed.entries.iter().map(|entry| entry.summary_html.len()).sum();
    assert_eq!(parsed.entries.len(), 400);
    assert!((text.len()..2 * text.len() + (5 << 20)).contains(&all), "{all} of {}", text.len());
    let said = parsed.mended.iter().find(|said| said.contains("left out")).unwrap();
    assert!(said.starts_with("the texts of "), "{said}");
}

#[test]
fn entries_after_the_end_of_the_feed_are_read() {
    let entry = |name: &str| format!("<entry><id>{name}</id><title>{name}</title></entry>");
    let names = |text: &str| {
        let parsed = document(text.as_bytes()).unwrap();
        parsed.entries.iter().map(|entry| entry.title.clone()).collect::<String>()
    };
    let feed = "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>";
    assert_eq!(names(&format!("{feed}{}</feed>{}{}</feed>", entry("a"), entry("b"), entry("c"))), "abc");
    assert_eq!(names(&rss("<item><title>a</title></item></rss><item><title>b</title></item>")), "ab");
    let data = format!("{feed}{}<![CDATA[ lost {}{}</feed>", entry("a"), entry("b"), entry("c"));
    assert_eq!(names(&data), "abc");
    let inside = entry("b").replace("</id>", "</id></feed>");
    assert_eq!(names(&format!("{feed}{}{inside}{}</feed>", entry("a"), entry("c"))), "abc");
    let endless = entry("b").replace("</title>", "</title><x:y><![CDATA[");
    assert_eq!(names(&format!("{feed}{}{endless}{}</feed>", entry("a"), entry("c"))), "abc");
    assert_eq!(names(&rss("<item><title>a</title></item><rss><item><title>b</title></item>")), "ab");
}

#[test]
fn a_title_that_is_text_has_no_tags() {
    let title = |kind: &str| {
        let feed = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='{kind}'>The &lt;b> tag &amp;amp; I</title></entry></feed>"
        );
        document(feed.as_bytes()).unwrap().entries[0].title.clone()
    };
    assert_eq!((title("text"), title("html")), ("The <b> tag & I".to_owned(), "The tag & I".to_owned()));
}

#[test]
fn slips_in_attributes_are_understood() {
    let media = "xmlns:media='http://search.yahoo.com/mrss/'";
    let small = format!("<media:thumbnail {media} url='/s.jpg' width='9'/>");
    let large = format!("<media:thumbnail {media} url='/l.jpg' width='90'/>");
    check_item(&[small, large].concat(), "image", "https://a.test/l.jpg");
    check_item("<guid isPermalink='false'>https://a.test/1</guid>", "link", "null");
    let attached = "[{\"length\":1234,\"mime_type\":null,\"url\":\"https://a.test/x\"}]";
    check_item("<enclosure url='/x' length='1,234'/>", "enclosures", attached);
}

#[test]
fn what_is_attached_starts_at_the_base_of_its_element() {
    let media = "xmlns:media='http://search.yahoo.com/mrss/'";
    let attached = "[{\"length\":null,\"mime_type\":null,\"url\":\"https://b.test/c/x\"}]";
    check_item("<enclosure xml:base='https://b.test/c/' url='x'/>", "enclosures", attached);
    let video = format!("<media:content {media} xml:base='https://b.test/c/' url='x' medium='video'/>");
    check_item(&video, "enclosures", attached);
    let picture = format!("<media:thumbnail {media} xml:base='https://b.test/c/' url='x'/>");
    check_item(&picture, "image", "https://b.test/c/x");
}

#[test]
fn of_a_group_the_largest_picture_is_taken() {
    let picture = |name: &str, width: u32| format!("<media:content url='/{name}' medium='image' width='{width}'/>");
    let group = [picture("s", 90), picture("l", 900), picture("m", 300)].concat();
    let media = "xmlns:media='http://search.yahoo.com/mrss/'";
    check_item(&format!("<media:group {media}>{group}</media:group>"), "image", "https://a.test/l");
}

/// Whether an entry of eight is neither read nor said to be left out. Where an entry hangs on what is left of its
/// tag (`<tem>`), that is said of the tag.
fn loses_in_silence(text: &str) -> bool {
    document(text.as_bytes()).is_ok_and(|parsed| {
        let is_said = |said: &String| ["tag without end", "misspelt end tag"].iter().any(|it| said.starts_with(it));
        let is_told = !parsed.skipped.is_empty() || parsed.mended.iter().any(is_said);
        parsed.entries.len() < 8 && !is_told
    })
}

#[test]
fn no_damage_between_entries_costs_one_in_silence() {
    const PUT_IN: [&str; 30] = [
        "<",
        ">",
        "</",
        "/>",
        "<x",
        "<x>",
        "</x>",
        "<item",
        "<item>",
        "<item ",
        "</item>",
        "</item",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!",
        "<!x",
        "<?",
        "?>",
        "<?x",
        "&",
        "\"",
        "'",
        "<a b='",
        "<a b=\"",
        "<title>",
        "</title>",
        "<item/>",
        "\0",
    ];
    let feeds = [("item", "guid"), ("entry", "id")].map(|(entry, id)| {
        let entries = |at: usize| format!("<{entry}><title>T{at}</title><{id}>{at}</{id}></{entry}>\n");
        let entries: String = (0..8).map(entries).collect();
        let atom = || format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{entries}</feed>");
        (entry, if entry == "item" { rss(&entries) } else { atom() })
    });
    let mut lost = Vec::new();
    for (entry, feed) in &feeds {
        // From the end of the one's id to the other's title.
        let begin = feed.find(">3</").unwrap() + ">3</".len();
        let begin = begin + feed[begin..].find('>').unwrap() + 1;
        for at in begin..feed.find("T4").unwrap() {
            let (before, after) = feed.split_at(at);
            let put_in = PUT_IN.map(|put| [before, &put.replace("item", entry), after].concat());
            let cut_out = (1..12).map(|length| [before, &after[length..]].concat());
            lost.extend(put_in.into_iter().chain(cut_out).filter(|text| loses_in_silence(text)));
        }
    }
    assert!(lost.is_empty(), "{} of them, as {:?}", lost.len(), lost[0]);
}
