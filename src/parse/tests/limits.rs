//! How much is read of a feed, and how deep.

use super::*;

#[test]
fn ids_that_differ_behind_what_is_kept_are_two() {
    let item = |end: &str| format!("<item><title>I</title><guid>{}{end}</guid></item>", "a".repeat(3_000));
    let parsed = document(rss(&[item("1"), item("2")].concat()).as_bytes()).unwrap();
    let ids: Vec<&str> = parsed.entries.iter().filter_map(|entry| entry.guid.as_deref()).collect();
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id.len() == 2 << 10), "{ids:?}");
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
