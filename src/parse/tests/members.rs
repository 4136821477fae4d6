//! What is read of an entry, member by member.

use expect_test::expect;

use super::*;

#[test]
fn an_id_of_each_name_is_no_other_entry() {
    let both = "<guid>1</guid><a:id xmlns:a='http://www.w3.org/2005/Atom'>tag:1</a:id>";
    check_titles(&rss(&format!("<item><title>one</title>{both}</item>")), "one", "");
    let two = "<item><title>one</title><guid>1</guid><guid>2</guid></item>";
    check_titles(&rss(two), "one", "it stands inside the entry before it: that has two ids");
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
