//! What is ill-formed, and what becomes of it.

use proptest::prelude::*;
use quick_xml::events::Event;

use super::*;

#[track_caller]
fn check(given: &str, expected: &str, said: &str) {
    let mended = mended(given);
    assert_eq!((mended.text.as_str(), mended.notes.join("; ").as_str()), (expected, said));
}

#[test]
fn what_is_sound_stays() {
    let sound = "<a x=\"1 &amp; 2\"><b/>&#233; &lt;<![CDATA[<&>]]></a>";
    check(sound, sound, "");
}

#[test]
fn references_are_mended() {
    check("<a>Q&A\n&nbsp;</a>", "<a>Q&amp;A\n\u{a0}</a>", "bare ampersand, line 1; HTML entity, line 1");
    check("<a>&#0;&#x92;&bogus;</a>", "<a>’&amp;bogus;</a>", "bad character reference, line 1; bare ampersand, line 1");
    check("<a href='x?a=1&b=2'/>", "<a href=\"x?a=1&amp;b=2\"/>", "bare ampersand, line 1");
    check("<!DOCTYPE a [<!ENTITY me 'I & I'>]><a>&me;</a>", "<a>I &amp; I</a>", "");
}

#[test]
fn tags_are_mended() {
    check("<a><b>x</a>", "<a><b>x</b></a>", "tag without end, line 1");
    check("<a>x<br>y</i></a>", "<a>x<br/>y</a>", "end without tag, line 1");
    check("<a>\n<b>cut", "<a>\n<b>cut</b></a>", "cut short, line 2");
    check("<a>1 < 2</a>", "<a>1 &lt; 2</a>", "stray <, line 1");
    check("<a x=1 x=2 y></a>", "<a x=\"1\" y=\"\"></a>", "bad attribute, line 1");
    check(
        "<rss><x><item>1<item>2</item></rss>",
        "<rss><x></x><item>1</item><item>2</item></rss>",
        "entry inside another element, line 1",
    );
}

/// An entry of RSS with this in it.
fn item(inside: &str) -> String {
    format!("<rss><item>{inside}</item></rss>")
}

#[test]
fn a_misspelt_end_tag_ends_what_it_is_meant_for() {
    let sound = item("<title>x</title><link>l</link>");
    for end in ["titel", "tile", "Titel", "titlee"] {
        check(&sound.replace("</title", &format!("</{end}")), &sound, "misspelt end tag, line 1");
    }
    check(
        &item("<d><p>x</p></e><guid>1</guid>"),
        &item("<d><p>x</p><guid>1</guid></d>"),
        "end without tag, line 1; tag without end, line 1",
    );
    check(&item("<dc:creator>x</creator>"), &item("<dc:creator>x</dc:creator>"), "misspelt end tag, line 1");
    check(
        &item("<title>x</title\n<link>l</link>"),
        &item("<title>x</title><link>l</link>"),
        "end tag without >, line 2",
    );
    check("<rss><item><b>x</itme><item/></rss>", "<rss><item><b>x</b></item><item/></rss>", "misspelt end tag, line 1");
}

#[test]
fn a_field_that_is_text_ends_where_the_next_begins() {
    let sound = item("<title>x</title><link>l</link><category>a</category><category>b</category><guid>1</guid>");
    for (end, said) in
        [("", "tag without end, line 1"), ("</nonsense>", "end without tag, line 1; tag without end, line 1")]
    {
        check(&sound.replace("</title>", end), &sound, said);
        check(&sound.replacen("</category>", end, 1), &sound, said);
    }
    let body = item("<description><p>x</p></description><pubDate>d</pubDate>");
    check(&body.replace("</description>", ""), &body, "tag without end, line 1");
    // Whoever writes about feeds or HTML may do so.
    let about = item("<title>the <guid> &amp; <link>s</title><guid>1</guid>") + "&";
    let kept = item("<title>the <guid> &amp; </guid><link>s</link></title><guid>1</guid>");
    check(&about, &kept, "tag without end, line 1; text after the feed, line 1");
    check(
        &item("<link href=\"a\"><link href=\"b\"><id>1</id>"),
        &item("<link href=\"a\"></link><link href=\"b\"></link><id>1</id>"),
        "tag without end, line 1",
    );
    let html = item("<description>x <link>y</link> <title>z</title></description>");
    check(&html, &html, "");
}

/// Mends `text`, for which it is read ahead a few times at most.
#[track_caller]
fn check_read_ahead(text: &str) {
    let mut mender = Mender::of(text);
    mender.run();
    let read = mender.read_ahead_bytes();
    assert!(read <= 8 * text.len(), "{read} bytes were read of {}: {}", text.len(), head(text, 80));
}

#[test]
fn what_ends_a_field_is_not_looked_for_again_and_again() {
    for unit in
        ["<title><link>", "<title><guid></guid>", "<title></titlx><link>", "<category><category>", "</abcdefgh>"]
    {
        check_read_ahead(&format!("<rss><channel><item>{}", unit.repeat((1 << 18) / unit.len())));
    }
}

#[test]
fn tags_without_end_are_not_read_for_ever() {
    for unit in ["<a/b=", "<a b='\"c=\"", "<a b=\"'"] {
        let text = "<rss>".to_owned() + &unit.repeat(60_000);
        let mut mender = Mender::of(&text);
        mender.run();
        assert!(mender.wasted_bytes <= MOST_WASTED_BYTES + MOST_TAG_BYTES, "{unit}");
        assert!(mender.out.ends_with("</rss>"));
    }
}

#[test]
fn what_is_far_behind_is_not_looked_for_again_and_again() {
    let long = format!("<{}>", "x".repeat(500_000));
    for (begin, unit, end) in [
        ("<rss><channel>", "<item><x><![CDATA[a</item>", ""),
        ("<rss><channel><item>", "<x><![CDATA[a</x>", "</item><![CDATA["),
        ("<rss><channel><item>", "<x><![CDATA[a</x>", "</item><![CDATA[]]>"),
        (&long, "<![CDATA[</item>", ""),
        ("<rss>", "</rss><?xml >", "<item>"),
        ("<rss>", "</rss><?xml >", "?><item>"),
        ("<rss>", "</rss><?xml ", "?><item>"),
        ("<rss>", "<!d[<!ENTITY a ''>]>&z;", ""),
    ] {
        check_read_ahead(&[begin, &unit.repeat((1 << 20) / unit.len()), end].concat());
    }
}

#[test]
fn the_entry_in_which_a_document_ends_is_left_out() {
    #[track_caller]
    fn check_cut(given: &str, expected: &str, unfinished: usize) {
        check(given, expected, "cut short, line 1");
        assert_eq!(mended(given).unfinished, unfinished);
    }
    check_cut("<rss><item>a</item><item>b<link>http://b", "<rss><item>a</item></rss>", 1);
    check_cut("<a:feed><a:entry>a", "<a:feed></a:feed>", 1);
    check_cut("<rss><item>a</item><item/><x>b", "<rss><item>a</item><item/><x>b</x></rss>", 0);
    check_cut("<item><a>b", "<item><a>b</a></item>", 0);
}

#[test]
fn an_entry_of_which_only_the_text_is_cut_is_kept() {
    let cut = |item: &str| mended(&format!("<rss><channel><item>{item}")).unfinished;
    assert_eq!(cut("<guid>1</guid><description>so f"), 0);
    assert_eq!(cut("<guid>1</guid><content:encoded><![CDATA[so <b>f"), 0);
    assert_eq!(cut("<description>so f"), 1, "its id may come yet");
    assert_eq!(cut("<link>http://a.test/1</link><description>so f"), 1);
    assert_eq!(cut("<guid>1</guid><link>http://a.test/1"), 1);
    assert_eq!(cut("<guid>1</guid><title>so f"), 1);
    assert_eq!(cut("<guid>1</guid>"), 1, "its date may come yet");
}

#[test]
fn what_is_never_closed_ends_with_its_entry() {
    let data = "<rss><item><d><![CDATA[x</d></item><item><d><![CDATA[y]]></d></item></rss>";
    let closed = "<rss><item><d><![CDATA[x]]></d></item><item><d><![CDATA[y]]></d></item></rss>";
    check(data, closed, "CDATA without end, line 1");
    let cut = "<rss><item><d><![CDATA[x</d></item><item/></rss>";
    check(cut, "<rss><item><d><![CDATA[x]]></d></item><item/></rss>", "CDATA without end, line 1");
    for comment in ["<!-- x", "<!-- x <item>a</item><!-- y -->"] {
        let rest = if comment.contains("item") { "<item>a</item>" } else { "" };
        let given = format!("<rss>{comment}<item>b</item></rss>");
        check(&given, &format!("<rss>{rest}<item>b</item></rss>"), "comment without end, line 1");
    }
    let quote = "<rss><item><a b=\"c/><d/></item><item e=\"f\"/></rss>";
    check(quote, "<rss><item><a b=\"c\"/><d/></item><item e=\"f\"/></rss>", "");
}

#[test]
fn whoever_writes_about_feeds_may_do_so() {
    let sound = "<rss><item><d><![CDATA[<pre></d></item><item></pre>]]></d></item></rss>";
    check(sound, sound, "");
    check("<rss><!-- <item>a</item> --><item/></rss>", "<rss><item/></rss>", "");
    check("<a b=\"<c>\"/>", "<a b=\"&lt;c>\"/>", "");
}

#[test]
fn a_document_after_the_first_goes_on_with_it() {
    let two = "<rss a='1'><item/></rss>\n<?xml version='1.0'?><rss a='2'><item/></rss>";
    check(two, "<rss a=\"1\"><item/>\n<item/></rss>", "another document after its end, line 1");
}

#[test]
fn own_entities_come_to_so_much() {
    let declared = format!("<!DOCTYPE a [<!ENTITY e '{}'>]>", "\"".repeat(64));
    let mended = |count: usize| mended(&format!("{declared}<a>{}</a>", "&e;".repeat(count))).text.len();
    assert_eq!(mended(100), "<a></a>".len() + 100 * 64 * "&quot;".len());
    let many = 100_000;
    assert!(mended(many) < 4 * "&e;".len() * many, "{}", mended(many));
}

#[test]
fn what_is_around_the_feed_goes() {
    check("Warning!\n<a/>after", "<a/>", "text before the feed, line 1; text after the feed, line 2");
    check("<a>\u{1}x</a>\n</a></b>", "<a>x</a>", "illegal character, line 1; text after the feed, line 2");
    check("<a>x</a>\n<!-- b --><?c?>", "<a>x</a>", "");
}

proptest! {
    #[test]
    fn the_outcome_is_well_formed(text in "(<[ab/!?\\[ >]|</[ab]>|<item>|<!\\[CDATA\\[|\\]\\]>|&[a-z#0-9;]{0,4}|x='|[\"'>é=\\n]|\\PC){0,40}") {
        let mended = mended(&format!("<r>{text}"));
        let mut reader = quick_xml::Reader::from_str(&mended.text);
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => prop_assert!(false, "{error}: {}", mended.text),
            }
        }
    }
}
