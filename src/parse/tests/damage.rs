//! Feeds that are damaged: what is read of them all the same, and what is said of it.

use expect_test::expect;

use super::*;

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
fn a_feed_in_elements_of_others_is_read_alone() {
    let feed = rss("<item><title>a</title></item><item><title>b</title></item>");
    let said = "feed inside another element";
    check_titles(&format!("<root><result>{feed}</result></root>"), "a, b", said);
    let envelope = format!(
        "<?xml version='1.0'?><soap:Envelope xmlns:soap='http://www.w3.org/2003/05/soap-envelope'>\n<soap:Body>{feed}</soap:Body></soap:Envelope>"
    );
    check_titles(&envelope, "a, b", said);
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
