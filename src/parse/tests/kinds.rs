//! The kinds of feeds that there are, and the fields that only some have.

use expect_test::expect;

use super::*;

fn atom(entry: &str) -> String {
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry>{entry}</entry></feed>")
}

/// What `field` of the first entry is.
#[track_caller]
fn check_field(feed: &str, field: &str, expected: &str) {
    let parsed = json(&document(feed.as_bytes()).unwrap());
    let entry = &parsed["items"][0];
    let said = match &entry[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    assert_eq!(said, expected, "{feed}");
}

#[test]
fn a_podcast() {
    check(
        include_str!("../../../tests/feeds/podcast.rss"),
        expect![[r#"
            as-is rss2 “Shavings” https://shavings.test/
            - 12: Dovetails [shavings-12]
              no link 2026-11-02T09:00:00Z ["Cy Burr"] ["Crafts", "Leisure"]
              | About joints.
              + https://shavings.test/12.mp3 Some("audio/mpeg") Some(34216300)
        "#]],
    );
    check_field(include_str!("../../../tests/feeds/podcast.rss"), "image", "https://shavings.test/12.jpg");
}

#[test]
fn a_channel_of_videos() {
    check(
        include_str!("../../../tests/feeds/video.atom"),
        expect![[r#"
            as-is atom “Plane Truths” https://video.test/channel/7
            - Sharpening & honing [yt:video:abc]
              https://video.test/watch?v=abc 2026-11-02T10:00:00Z ["Plane Truths"] []
              | Two stones.<br>One strop.
              + https://video.test/v/abc Some("video/mp4") None
        "#]],
    );
}

#[test]
fn atom_0_3() {
    check(
        include_str!("../../../tests/feeds/old.atom"),
        expect![[r#"
            as-is atom “Old & gold” https://old.test/log/
            - First [tag:old.test,2003:1]
              https://old.test/log/1 2003-12-13T12:29:29Z ["Ada Turner"] []
              | <b>x</b>
              | See <a href="https://old.test/log/2">two</a>.
        "#]],
    );
}

#[test]
fn rss_in_every_disorder() {
    check(
        include_str!("../../../tests/feeds/broken.rss"),
        expect![[r#"
            fallback rss2 “Q&A of wood” https://qa.test/?a=1&b=2
            - Oak & ash or elm [no id]
              https://a.test/1 2026-11-02T15:00:00Z ["Jo Bough"] ["trees"]
              | Which <b>one</b>
            - Two ’ [https://qa.test/2]
              https://qa.test/2 undated ["Joe Smith the Great"] []
              | <p>cut</p>
            skipped 2: the document ends in it
            mended: no RSS version, line 2
            mended: prefix `content` not declared, line 2
            mended: prefix `dc` not declared, line 2
            mended: text before the feed, line 1
            mended: bare ampersand, line 4
            mended: HTML entity, line 4
            mended: tag without end, line 9
            mended: entry inside another element, line 10
            mended: bad character reference, line 10
            mended: illegal character, line 10
            mended: CDATA without end, line 12
            mended: cut short, line 14
            mended: the parser gave up on it, line 9
        "#]],
    );
}

#[test]
fn json_that_was_cut() {
    check(
        include_str!("../../../tests/feeds/cut.json"),
        expect![[r#"
            repaired jsonfeed “Adze” no link
            - One, two [7]
              https://a.test/7 2026-11-02T10:00:00Z ["Cy"] ["axes"]
              | One,<br>two.
            skipped 1: the document ends in it
            mended: bare control character, line 4
            mended: comma without a value, line 5
            mended: cut short, line 8
            mended: members of the wrong type
        "#]],
    );
}

#[test]
fn encodings_of_old() {
    let title = |bytes: &[u8]| document(bytes).unwrap().entries.remove(0).title;
    assert_eq!(title(include_bytes!("../../../tests/feeds/big5.rss")), "鉋刀與鋸子");
    assert_eq!(title(include_bytes!("../../../tests/feeds/windows-1251.rss")), "Рубанок и пила");
    assert_eq!(title(include_bytes!("../../../tests/feeds/utf-16.rss")), "Säge & Span");
    for (label, text) in [
        ("gb2312", "木工"),
        ("gbk", "鉋子"),
        ("gb18030", "木工"),
        ("shift_jis", "大工"),
        ("euc-jp", "大工"),
        ("euc-kr", "목수"),
        ("koi8-r", "пила"),
        ("tis-620", "เลื่อย"),
        ("windows-1252", "“Säge”"),
        ("iso-8859-2", "piła"),
        ("windows-1256", "منشار"),
    ] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let feed = rss(&format!("<item><title>{text}</title></item>"));
        let (declared, _, _) = encoding.encode(&feed);
        let prolog = format!("<?xml version='1.0' encoding='{label}'?>");
        assert_eq!(title(&[prolog.as_bytes(), &declared].concat()), text, "{label}");
        let content_type = format!("text/xml; charset={label}");
        let document = Document { bytes: &declared, content_type: Some(&content_type), base_url: None };
        assert_eq!(parse(document).unwrap().entries[0].title, text, "{label} by HTTP");
    }
}

#[test]
fn the_ids_of_each_kind() {
    check_field(&rss("<item><guid>g</guid><title>a</title></item>"), "id", "g");
    check_field(&rss("<item><guid>g</guid><guid>h</guid><title>a</title></item>"), "id", "g");
    check_field(&rss("<item><link>/x</link></item>"), "id", "https://a.test/x");
    check_field(&rss("<item><title>a</title></item>"), "id", "null");
    check_field(&atom("<id>urn:1</id><title>a</title>"), "id", "urn:1");
}

#[test]
fn titles_are_plain_text() {
    check_field(&rss("<item><title>A &amp;amp; B &amp;lt;i&amp;gt;</title></item>"), "title", "A & B <i>");
    check_field(&rss("<item><title><![CDATA[<b>A</b> &#8217;B]]></title></item>"), "title", "A ’B");
    check_field(&rss("<item><title>A <b>B</b> C</title></item>"), "title", "A B C");
    check_field(&rss("<item><title>A</title><title>B</title></item>"), "title", "A");
    check_field(
        &atom("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>1 &lt; <b>2</b></div></title>"),
        "title",
        "1 < 2",
    );
    check_field(&atom("<title mode='base64'>PGI+eDwvYj4=</title>"), "title", "x");
}

#[test]
fn links_are_found_and_made_absolute() {
    let atom_ns = "xmlns:atom='http://www.w3.org/2005/Atom'";
    check_field(&rss("<item><link> ../x </link></item>"), "link", "https://a.test/x");
    check_field(&rss("<item><link href='/x'/><title>a</title></item>"), "link", "https://a.test/x");
    check_field(&rss("<item><guid>https://b.test/g</guid></item>"), "link", "https://b.test/g");
    check_field(&rss("<item><guid isPermaLink='false'>https://b.test/g</guid></item>"), "link", "null");
    check_field(
        &rss(&format!("<item {atom_ns}><atom:link href='/x'/><title>a</title></item>")),
        "link",
        "https://a.test/x",
    );
    check_field(
        &atom("<link rel='alternate' href='x' xml:base='https://b.test/c/'/><title>a</title>"),
        "link",
        "https://b.test/c/x",
    );
    check_field(&atom("<link href='javascript:x()'/><title>a</title>"), "link", "null");
    let spelled_out = "<link rel='http://www.iana.org/assignments/relation/alternate' href='/x'/><title>a</title>";
    check_field(&atom(spelled_out), "link", "https://a.test/x");
}

#[test]
fn links_inside_html_are_made_absolute() {
    check_field(
        &rss("<item><description>&lt;a href='x'>y&lt;/a></description></item>"),
        "summary_html",
        "<a href=\"https://a.test/feeds/x\">y</a>",
    );
    let content = "<content type='html' xml:base='https://b.test/c/'>&lt;a href='x'>y&lt;/a></content>";
    check_field(&atom(content), "content_html", "<a href=\"https://b.test/c/x\">y</a>");
}

#[test]
fn each_date_is_the_first_that_can_be_read() {
    let dc = "xmlns:dc='http://purl.org/dc/elements/1.1/'";
    let both = format!("<item {dc}><dc:date>2026-11-03</dc:date><pubDate>Mon, 2 Nov 2026 10:00 CET</pubDate></item>");
    check_field(&rss(&both), "published", "2026-11-02T09:00:00Z");
    let bad = format!("<item {dc}><pubDate>soon</pubDate><dc:date>2026-11-03</dc:date></item>");
    check_field(&rss(&bad), "published", "2026-11-03T00:00:00Z");
    check_field(&atom("<title>a</title><updated>2026-11-02T10:00:00</updated>"), "updated", "2026-11-02T10:00:00Z");
    let old = "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>a</title><created>2026-11-02</created>\
        </entry><entry><title>b</title><issued>2026-11-03</issued></entry></feed>";
    check_field(old, "published", "2026-11-02T00:00:00Z");
}

#[test]
fn authors_and_categories() {
    let dc = "xmlns:dc='http://purl.org/dc/elements/1.1/'";
    let item = |inner: &str| rss(&format!("<item {dc}><title>a</title>{inner}</item>"));
    check_field(&item("<author>jo@a.test (Jo)</author><dc:creator>Ida</dc:creator>"), "authors", "[\"Jo\",\"Ida\"]");
    check_field(
        &item("<category>a</category><dc:subject>b</dc:subject><category>a</category>"),
        "categories",
        "[\"a\",\"b\"]",
    );
    check_field(&atom("<title>a</title><category term='t' label='L'/>"), "categories", "[\"t\"]");
    check_field(
        &atom("<title>a</title><author><name>Ida</name><email>i@a.test</email></author>"),
        "authors",
        "[\"Ida\"]",
    );
}

#[test]
fn summary_and_content_are_told_apart() {
    let content = "xmlns:content='http://purl.org/rss/1.0/modules/content/'";
    let both =
        format!("<item {content}><description>s</description><content:encoded>&lt;p>c&lt;/p></content:encoded></item>");
    check_field(&rss(&both), "summary_html", "s");
    check_field(&rss(&both), "content_html", "<p>c</p>");
    check_field(&rss("<item><description>s</description><description>t</description></item>"), "summary_html", "s");
    let xhtml = "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a<iframe/><b>c</b></div></content>";
    check_field(&atom(xhtml), "content_html", "a<b>c</b>");
    check_field(&atom("<content type='application/octet-stream'>PGI+eDwvYj4=</content>"), "content_html", "<b>x</b>");
    check_field(&atom("<summary type='text'>a &lt; b</summary>"), "summary_html", "a &lt; b");
}

#[test]
fn enclosures_and_pictures() {
    let media = "xmlns:media='http://search.yahoo.com/mrss/'";
    check_field(
        &rss("<item><title>a</title><enclosure url='/a.mp3' type='audio/mpeg' length='7'/></item>"),
        "enclosures",
        "[{\"length\":7,\"mime_type\":\"audio/mpeg\",\"url\":\"https://a.test/a.mp3\"}]",
    );
    check_field(
        &rss(&format!("<item {media}><title>a</title><media:thumbnail url='/a.jpg'/></item>")),
        "image",
        "https://a.test/a.jpg",
    );
}
