//! What a publisher may cost: time in proportion to what was sent, however it
//! is made, and no lines in the journal that nobody can act on.
//!
//! Time is that of the thread's CPU, and compared with itself: four times the
//! input may cost about four times as much, and what is quadratic costs sixteen.

use std::time::Duration;

use recapd::parse::{Document, parse};
use recapd::text;

use crate::command::recapd;
use crate::folder::Folder;

/// Between four and sixteen.
const MOST_GROWTH: f64 = 9.0;

/// Less is not told apart: the system counts in ticks of some milliseconds.
const LEAST_SECONDS: f64 = 0.02;

/// Does `work` with so many units and with four times as many; where nothing
/// tells the CPU time, only that.
#[track_caller]
fn check(units: usize, work: impl Fn(usize)) {
    let cost = |units: usize, times: usize| {
        let before = cpu()?;
        (0..times).for_each(|_| work(units));
        Some((cpu()? - before).as_secs_f64())
    };
    let growth = || {
        let (mut times, mut small) = (1, cost(units, 1)?);
        while small < LEAST_SECONDS {
            times *= 2;
            small = cost(units, times)?;
        }
        Some(cost(4 * units, times)? / small)
    };
    // What else the machine does may spoil one measurement.
    let grown: Vec<f64> = (0..3).map_while(|_| growth().filter(|growth| *growth >= MOST_GROWTH)).collect();
    assert!(grown.len() < 3, "four times the input costs {grown:.1?} times the time");
}

/// The CPU time of this thread, where Linux tells it.
fn cpu() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn read(text: &str) {
    drop(parse(Document { bytes: text.as_bytes(), content_type: None, base_url: None }));
}

#[test]
fn brackets_without_a_beginning_and_blanks_in_json() {
    check(500, |units| read(&format!("{{{}", " ]".repeat(units))));
    check(500, |units| read(&format!("{{{}", " ,]".repeat(units))));
}

#[test]
fn markup_that_nests_without_end() {
    check(1_000, |units| drop(text::plain(&("<div>".repeat(units) + "text"))));
    check(500, |units| drop(text::plain(&("<div><table></div>".repeat(units) + "text"))));
}

#[test]
fn markup_that_never_ends() {
    for unit in ["<script>", "<script><!--", "<svg><style>", "<!--", "<a b='"] {
        check(1_000, |units| drop(text::plain(&unit.repeat(units))));
    }
    for unit in ["<![CDATA[x</d></item>", "<d><![CDATA[x</d></item><item>", "<!--<item>", "<!--", "<a b='<item>"] {
        check(500, |units| read(&format!("<rss><item>{}]]>", unit.repeat(units))));
        check(500, |units| read(&format!("<rss><item>{}", unit.repeat(units))));
    }
}

#[test]
fn what_was_garbled_without_end() {
    check(500, |units| drop(text::mojibake::mended(&("Ã".to_owned() + &"ƒ".repeat(units)))));
}

#[test]
fn titles_of_scripts() {
    for unit in ["<script>", "<script></", "<![CDATA[", "<b "] {
        check(200, |units| drop(text::title(&unit.repeat(units))));
    }
}

#[test]
fn what_the_html_parser_says_of_tables_is_not_in_the_journal() {
    let folder = Folder::new();
    let table = "&lt;table>&lt;b>x&lt;/b>&lt;/table>".repeat(3);
    let item = format!("<item><title>T</title><description>{table}</description></item>");
    folder.write("feed.xml", &format!("<rss version='2.0'><channel><title>F</title>{item}</channel></rss>"));
    let said = recapd(folder.whole(), &["parse", "feed.xml"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}
