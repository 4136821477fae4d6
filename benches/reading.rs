//! What reading a feed costs: beside feed-rs alone on the same bytes, and in memory.
//!
//! `reading` tells how many times as long as feed-rs `parse` takes for a feed of 60 kB and 30 items, with everything that
//! recapd adds: decoding, our own pass over the fields, and HTML made safe. Then it reads feeds of 16 MiB, each in a
//! process of its own (`reading rss`, `atom`, `broken`, `json`), and tells the most memory that one had. Build it by
//! `cargo build --release -p benches`.

#![expect(clippy::print_stdout, reason = "whoever starts it reads what it measured")]

use std::process::Command;
use std::time::{Duration, Instant};

use recapd::parse::{Document, parse};

const TYPICAL_ITEMS: usize = 30;
const TYPICAL_BYTES: usize = 60_000;
const MOST_BYTES: usize = 16 << 20;
/// Rounds of one after the other, so that both see the same machine.
const ROUNDS: usize = 200;

fn main() {
    match std::env::args().nth(1) {
        Some(format) => alone(&format),
        None => {
            for (format, odd_every) in [("rss", 15), ("atom", 15), ("rss", 1)] {
                beside_feed_rs(format, odd_every);
            }
            let me = std::env::current_exe();
            for format in ["rss", "atom", "broken", "json"] {
                let child = me.as_ref().ok().and_then(|me| Command::new(me).arg(format).output().ok());
                print!(
                    "{}",
                    child.map(|child| String::from_utf8_lossy(&child.stdout).into_owned()).unwrap_or_default()
                );
            }
        }
    }
}

fn beside_feed_rs(format: &str, odd_every: usize) {
    let feed = feed(format, TYPICAL_ITEMS, TYPICAL_BYTES, odd_every);
    let bytes = feed.as_bytes();
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(timed(|| feed_rs::parser::parse(bytes).map_or(0, |feed| feed.entries.len())));
        ours.push(timed(|| read(bytes)));
    }
    let (theirs, ours) = (median(theirs), median(ours));
    println!(
        "{format}, {TYPICAL_ITEMS} items, {} kB, one in {odd_every} odd: feed-rs {theirs:?}, recapd {ours:?}, {:.1} times",
        bytes.len() / 1_000,
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

/// Reads one big feed and tells what that took.
fn alone(format: &str) {
    let sound = if format == "broken" { "rss" } else { format };
    let mut feed = feed(sound, MOST_BYTES / 8_000, MOST_BYTES, 15);
    if format == "broken" {
        feed = feed.replacen("</guid>", "</guid><a & b>", 1);
    }
    let before = memory_kib("VmRSS");
    let begun = Instant::now();
    let items = read(feed.as_bytes());
    println!(
        "{format}, {items} items, {} MiB: {:?}, at most {} MB, {} of them the document",
        feed.len() >> 20,
        begun.elapsed(),
        memory_kib("VmHWM") / 1_000,
        before / 1_000,
    );
}

fn read(bytes: &[u8]) -> usize {
    parse(Document { bytes, content_type: None, base_url: None }).map_or(0, |parsed| parsed.entries.len())
}

fn timed(read: impl Fn() -> usize) -> Duration {
    let begun = Instant::now();
    assert_eq!(read(), TYPICAL_ITEMS);
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// What Linux says of this process; 0 elsewhere.
fn memory_kib(what: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// A feed of `items` items that add up to about `bytes`. One in `odd_every` has
/// something that only an HTML parser understands.
fn feed(format: &str, items: usize, bytes: usize, odd_every: usize) -> String {
    let body = |index: usize| {
        let paragraph = format!(
            "<p>Planes and saws &amp; chisels, {index}: a <a href=\"https://a.test/{index}\">story</a> of \
             <em>oak</em>, told over <code>three</code> days by those who&#8217;d been there – and by some who were not.</p>\n"
        );
        let head = format!(
            "<figure class=\"wide\"><img class=\"photo\" src=\"https://a.test/{index}.jpg?w=640&amp;h=480\" alt=\"A bench\" \
             width=\"640\" height=\"480\" loading=\"lazy\"></figure>\n"
        );
        let head = if index.is_multiple_of(odd_every) { head + "<aside>Elsewhere</aside>\n" } else { head };
        let room = (bytes / items).saturating_sub(350 + head.len());
        head + &paragraph.repeat(room / paragraph.len())
    };
    let short = "A bench of oak, three days of work, and what became of it: those who were there tell.";
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let date = |index: usize| format!("2026-11-{:02}T10:{:02}:00Z", 1 + index % 28, index % 60);
    let each = |index: usize| match format {
        "rss" => format!(
            "<item><title>Planes &amp; saws {index}</title><link>https://a.test/{index}</link><guid>https://a.test/{index}</guid>\n\
             <pubDate>Mon, {:02} Nov 2026 10:{:02}:00 +0000</pubDate><dc:creator>Ada Turner</dc:creator><category>oak</category>\
             <category>planes</category>\n<description>{short}</description><content:encoded><![CDATA[{}]]></content:encoded></item>\n",
            1 + index % 28,
            index % 60,
            body(index)
        ),
        "atom" => format!(
            "<entry><title>Planes &amp; saws {index}</title><link href=\"https://a.test/{index}\"/><id>urn:a:{index}</id>\n\
             <updated>{}</updated><author><name>Ada Turner</name></author><category term=\"oak\"/>\
             <summary>{short}</summary><content type=\"html\">{}</content></entry>\n",
            date(index),
            escaped(&body(index))
        ),
        _ => format!(
            "{{\"id\":\"{index}\",\"title\":\"Planes & saws {index}\",\"url\":\"https://a.test/{index}\",\"date_published\":\"{}\",\
             \"summary\":\"{short}\",\"content_html\":\"{}\"}}",
            date(index),
            body(index).replace('"', "\\\"").replace('\n', "\\n")
        ),
    };
    let each: Vec<String> = (0..items).map(each).collect();
    match format {
        "rss" => format!(
            "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>Lathe</title>\
             <link>https://a.test/</link>\n{}</channel></rss>",
            each.concat()
        ),
        "atom" => {
            format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Lathe</title>\n{}</feed>", each.concat())
        }
        _ => format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Lathe\",\"items\":[{}]}}",
            each.join(",\n")
        ),
    }
}
