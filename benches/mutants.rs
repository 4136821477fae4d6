//! Feeds, HTML, dates and links in every disorder, to see that nothing panics, aborts or takes long.
//!
//! `mutants [--seconds N] [--inputs N] [--from N]` reads that many damaged inputs: a minute of them if nothing is said.
//! Each is a function of its number and of the seeds in tests/feeds, so that what went wrong can be had again: after an
//! abort, `--from` the last number that was told; RECAPD_SHOW=1 shows each input. Build it by `cargo build --release -p benches`.
//!
//! An input of up to 64 KiB that takes more than 250 ms of CPU fails, unless it does not when tried again: so much of a
//! daemon's time is one feed worth. One in fifty grows to 1 MiB, and may take 15 ms more for each further 64 KiB; it fails
//! too if the process has ever more than 128 MiB of memory over it. It ends with 1 if anything failed.

#![expect(clippy::print_stdout, reason = "whoever starts it reads what it found")]

use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use recapd::link::canonical;
use recapd::parse::{self, Document};
use recapd::text;
use url::Url;

const MOST_CPU: Duration = Duration::from_millis(250);
/// What grows beyond is cut: damage is sought, not size. One input in so many may grow to more, since what is beyond a
/// reader's limits must be seen too.
const MOST_BYTES: usize = 64 << 10;
const LARGE_BYTES: usize = 1 << 20;
const LARGE_EVERY: usize = 50;

/// So much CPU for each 64 KiB beyond the first: the slowest take less than 250 ms in all, and machines may be
/// slower and busier.
const CPU_FOR_MORE: Duration = Duration::from_millis(15);

/// The most memory that this process may have at once, whatever it reads.
const MOST_MEMORY_KIB: u64 = 128 << 10;
/// So many between two lines that tell how far it is.
const TOLD_EVERY: u64 = 50_000;

const FEEDS: &[&[u8]] = &[
    include_bytes!("../tests/feeds/ordinary.rss"),
    include_bytes!("../tests/feeds/ordinary.atom"),
    include_bytes!("../tests/feeds/ordinary.rdf"),
    include_bytes!("../tests/feeds/ordinary.json"),
    include_bytes!("../tests/feeds/podcast.rss"),
    include_bytes!("../tests/feeds/video.atom"),
    include_bytes!("../tests/feeds/old.atom"),
    include_bytes!("../tests/feeds/broken.rss"),
    include_bytes!("../tests/feeds/cut.json"),
    include_bytes!("../tests/feeds/big5.rss"),
    include_bytes!("../tests/feeds/windows-1251.rss"),
    include_bytes!("../tests/feeds/utf-16.rss"),
];

const HTML: &[&[u8]] = &[
    b"<p>Long, with <a href=\"/more?a=1&amp;b=2\">a link</a>, <b>bold <i>words</b></i> &hellip; and <br> lines.</p>",
    b"<table><tr><td>a<td>b</tr><p>out</p></table><pre><code>let x = &amp;y;\n</code></pre><img src=\"//a.test/1.png\" width=1>",
    b"<script>alert(1)</script><svg><style><!--</style><img src=x onerror=alert(1)>--></svg><math><mi xlink:href='x'>",
    "Weâ€™ve â€œquotesâ€\u{9d} ๐ŸŒ Ð¿Ñ€Ð¸Ð²ÐµÑ‚ ไทย café &amp;amp; &#x92; &amp;lt;b&amp;gt;".as_bytes(),
];

const DATES: &[&[u8]] = &[
    b"Mon, 02 Nov 2026 10:00:00 +0100",
    b"2026-11-02T10:00:00.250+01:00",
    b"November 2nd, 2026 10:30 PM PST",
    b"2026-W45-1",
    b"02.11.26 24:00",
    "Κυρ, 11 Ιούλ 2004 12:00:00 EST".as_bytes(),
    "2026年11月2日 10:00".as_bytes(),
];

const LINKS: &[&[u8]] = &[
    b"https://user@a.test:8080/x/../y//z.html?utm_source=rss&id=7&b=%zz#frag",
    b"//a.test/2026/11/02/%E4%B8%AD?ref=x",
    b"?p=7",
    "https://bücher.test/ä ö?q=ü".as_bytes(),
    b"javascript:alert(1)",
];

/// What tears a reader apart if anything does.
const WORDS: &[&[u8]] = &[
    b"<",
    b">",
    b"&",
    b"\"",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<!DOCTYPE x [<!ENTITY a \"&a;&a;\">",
    b"&a;",
    b"&#0;",
    b"&#x110000;",
    b"<item>",
    b"</item>",
    b"<entry>",
    b"</channel>",
    b"<div>",
    b"<b><p>",
    b"<table><td>",
    b"<table>",
    b"<table><br>",
    b"<br>",
    b"<noscript>",
    b"<a b='",
    b"xmlns=\"x\"",
    b"<x:a/>",
    b" xml:base=\"http://[\"",
    b" type=\"a/b/c\"",
    b" mode=\"base64\"",
    b"\0",
    b"\x92",
    b"\xff\xfe",
    b"\xe2\x82",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x8c\x8d",
    b"\xe2\x80\x94",
    b"99999999999999999999",
    b"-1",
    b":",
    b"{",
    b"[",
    b"\\u",
    b"null",
    b",",
    b" ]",
    b" ,]",
    b"{},",
    b"<category/>",
    b"<a:entry/>",
    b"<img src=x>",
    b"</item><item>",
    b"<script>",
    b"<script><!--<script></script>",
    b"<svg><style>",
];

/// What begins something long: after each comes as much of one letter as fits.
const LONG: &[&[u8]] = &[
    b" xmlns:x=\"http://a.test/",
    b" srcset=\"a 1w,",
    b" xml:base=\"http://a.test/",
    b"<script>",
    b"<svg><style>",
    b"<!--",
    b"<![CDATA[",
    b"<a b='",
    b"<link>",
    b"\"",
];

fn main() {
    let wish = |name: &str| {
        let mut given = std::env::args().skip_while(|it| it != name).skip(1);
        given.next().and_then(|it| it.parse::<u64>().ok())
    };
    let (seconds, inputs, from) = (wish("--seconds"), wish("--inputs"), wish("--from").unwrap_or(0));
    let seconds = seconds.or(inputs.is_none().then_some(60)).map_or(Duration::MAX, Duration::from_secs);
    let begun = Instant::now();
    let (mut slowest, mut largest, mut failed, mut number) = ((Duration::ZERO, 0), (0, 0), 0_u64, from);
    while begun.elapsed() < seconds && number - from < inputs.unwrap_or(u64::MAX) {
        let cost = run(number).and_then(|cost| if cost.cpu <= cost.most_cpu { Ok(cost) } else { run(number) });
        match cost {
            Ok(cost) if cost.cpu > cost.most_cpu || cost.memory_kib > MOST_MEMORY_KIB => {
                failed += 1;
                println!("input {number} took {:?}, and {} KiB of memory", cost.cpu, cost.memory_kib);
            }
            Ok(cost) => {
                slowest = slowest.max((cost.cpu, number));
                largest = largest.max((cost.memory_kib, number));
            }
            Err(what) => {
                failed += 1;
                println!("input {number} made {what} panic");
            }
        }
        number += 1;
        if number.is_multiple_of(TOLD_EVERY) {
            println!("{number} inputs");
        }
    }
    let count = number - from;
    println!("{count} inputs, {failed} failed; the slowest, {}, took {:?} of CPU", slowest.1, slowest.0);
    println!("the largest, {}, took {} KiB of memory", largest.1, largest.0);
    std::process::exit(i32::from(failed > 0));
}

/// What an input costs.
struct Cost {
    cpu: Duration,
    /// What it may take.
    most_cpu: Duration,
    /// The most that the process had at once; 0 where nobody looked.
    memory_kib: u64,
}

/// What the input of this number costs.
///
/// # Errors
///
/// If it panics: what did.
fn run(number: u64) -> Result<Cost, &'static str> {
    let mut chance = Chance(number.wrapping_mul(0xC2B2_AE3D_27D4_EB4F));
    let (what, seeds): (&'static str, &[&[u8]]) = match chance.below(10) {
        0..=4 => ("a feed", FEEDS),
        5 => ("HTML", HTML),
        6 => ("HTML as text", HTML),
        7 | 8 => ("a date", DATES),
        _ => ("a link", LINKS),
    };
    let most_bytes = if chance.below(LARGE_EVERY) == 0 { LARGE_BYTES } else { MOST_BYTES };
    let input = damaged(seeds, most_bytes, &mut chance);
    let is_large = input.len() > MOST_BYTES;
    if is_large {
        forget_memory();
    }
    if std::env::var_os("RECAPD_SHOW").is_some() {
        println!("{}", input.escape_ascii());
    }
    let before = cpu();
    let read = || match what {
        "a feed" => feed(&input, &mut chance),
        "HTML" => html(&String::from_utf8_lossy(&input)),
        "HTML as text" => plain(&String::from_utf8_lossy(&input)),
        "a date" => date(&String::from_utf8_lossy(&input)),
        _ => link(&String::from_utf8_lossy(&input)),
    };
    panic::catch_unwind(AssertUnwindSafe(read)).map_err(|_| what)?;
    let beyond = input.len().saturating_sub(MOST_BYTES).div_ceil(MOST_BYTES);
    Ok(Cost {
        cpu: cpu().saturating_sub(before),
        most_cpu: MOST_CPU + CPU_FOR_MORE * beyond as u32,
        memory_kib: if is_large { memory_kib() } else { 0 },
    })
}

/// Decoding, mending, reading, dates, links and sanitising at once.
fn feed(bytes: &[u8], chance: &mut Chance) {
    let types = [None, Some("text/xml"), Some("text/xml; charset=big5"), Some("application/json; charset=utf-16")];
    let base = Url::parse("https://a.test/feeds/main").ok();
    let content_type = types[chance.below(types.len())];
    if let Ok(parsed) = parse::parse(Document { bytes, content_type, base_url: base.as_ref() }) {
        for entry in &parsed.entries {
            assert!(!entry.title.is_empty() && !entry.title.contains('\n'), "a title: {:?}", entry.title);
            assert!(!entry.content_html.contains("<script"), "a script: {}", entry.content_html);
        }
        parse::json(&parsed);
    }
}

fn html(text: &str) {
    let base = Url::parse("https://a.test/").ok();
    text::html::sanitised(text, base.as_ref());
}

fn plain(text: &str) {
    text::plain(text);
    text::title(text);
}

fn date(text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let feed =
        format!("<rss version=\"2.0\"><channel><item><title>T</title><pubDate>{text}</pubDate></item></channel></rss>");
    drop(parse::parse(Document { bytes: feed.as_bytes(), content_type: None, base_url: None }));
}

fn link(text: &str) {
    let base = Url::parse("https://a.test/feeds/main").ok();
    if let Some(link) = base.and_then(|base| base.join(text).ok()) {
        let once = canonical(&link);
        assert_eq!(canonical(&once), once, "canonical form is stable");
    }
}

/// A seed with one to eight things done to it, and more of each to what may be large.
fn damaged(seeds: &[&[u8]], most_bytes: usize, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(64)).min(bytes.len());
        match chance.below(9) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at),
            2 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            3 => {
                let piece = bytes[at..end].to_vec();
                insert(&mut bytes, at, &piece.repeat(1 + chance.below(300)));
            }
            4 => {
                let other = seeds[chance.below(seeds.len())];
                let from = chance.below(other.len());
                insert(&mut bytes, at, &other[from..(from + chance.below(400)).min(other.len())]);
            }
            5 => {
                let word = WORDS[chance.below(WORDS.len())];
                insert(&mut bytes, at, &word.repeat(chance.below(most_bytes / 16)));
            }
            6 => {
                let begin = LONG[chance.below(LONG.len())];
                insert(&mut bytes, at, &[begin, &b"x".repeat(chance.below(most_bytes / 4))].concat());
            }
            _ => insert(&mut bytes, at, WORDS[chance.below(WORDS.len())]),
        }
    }
    bytes.truncate(most_bytes);
    bytes
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// The CPU time of this thread, where Linux tells it; else the time of day.
fn cpu() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// Lets Linux begin anew to note the most memory that the process has.
fn forget_memory() {
    // Where that is not so, the most so far counts.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

/// The most memory that the process had since, where Linux tells it.
fn memory_kib() -> u64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = told.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
    most.unwrap_or_default()
}

static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

/// splitmix64: numbers that look like chance and come again.
struct Chance(u64);

impl Chance {
    /// Less than `limit`; 0 if that is 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % (limit.max(1) as u64)) as usize
    }
}
