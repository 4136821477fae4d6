//! The publishers that `load.py` has polled: so many made-up feeds on loopback, in a process of their own.
//!
//! `origin SOURCES ITEMS KILOBYTES NOW` prints `ready PORT HOSTS` and serves until its standard input ends; NOW is in
//! seconds since 1970. Source 7 is `/feed/7`, at any of its hosts 127.0.1.1, 127.0.1.2 ..: RSS when even, else Atom. A
//! feed is a function of its number and of how many items it has published so far, so nothing is kept in memory and
//! each run serves the same.
//!
//! `/round?percent=5` lets so many of the sources publish one to three new items each; `/validators?off` makes all
//! answer in full, and `/validators?on` again by `ETag` and `Last-Modified`.

#![expect(clippy::print_stdout, reason = "whoever starts it reads where it serves")]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Each with connections of its own, as a thousand publishers are.
const MOST_HOSTS: u64 = 1_000;
/// Of a hundred items so many are another's, word for word but for the link's tracking.
const COPIES: u64 = 15;
/// And so many tell another's story in other words.
const REWORDED: u64 = 10;
/// A story that is shared is told by so many on average.
const TELLERS: u64 = 4;
/// As in any English text; the other words mean nothing.
const COMMON: [&str; 12] = ["the", "of", "and", "to", "a", "in", "is", "for", "that", "on", "with", "as"];
/// The items of a first poll are spread over so many days.
const DAYS: i64 = 14;

struct World {
    begun: i64,
    items: u64,
    bytes: usize,
    words: Vec<String>,
    /// How many items each source has published.
    published: Vec<AtomicU64>,
    validators: AtomicBool,
    round: AtomicU64,
}

#[tokio::main]
async fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|it| it.parse().ok()).collect();
    let &[sources, items, kilobytes, now] = numbers.as_slice() else {
        return eprintln!("usage: origin SOURCES ITEMS KILOBYTES NOW; load.py starts it");
    };
    let mut words = Chance::of(0, 0, 0);
    let world = Arc::new(World {
        begun: now.cast_signed(),
        items,
        bytes: kilobytes as usize * 1_000,
        words: COMMON.map(str::to_owned).into_iter().chain((0..3_000).map(|_| word(&mut words))).collect(),
        published: (0..sources).map(|source| AtomicU64::new(first_items(source, items))).collect(),
        validators: AtomicBool::new(true),
        round: AtomicU64::new(0),
    });
    let hosts = sources.clamp(1, MOST_HOSTS);
    let mut port = 0;
    for host in 0..hosts {
        let address = format!("127.0.{}.{}:{port}", 1 + host / 250, 1 + host % 250);
        let listener = TcpListener::bind(address).await.expect("a free port on loopback");
        port = listener.local_addr().expect("it is bound").port();
        let world = world.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(world.clone(), stream));
            }
        });
    }
    println!("ready {port} {hosts}");
    // Whoever started it is gone when this ends.
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = ended.await;
    std::process::exit(0);
}

/// Answers one request after the other until the client hangs up.
async fn serve(world: Arc<World>, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut heard = Vec::new();
    while stream.read_buf(&mut heard).await? > 0 {
        while let Some(end) = heard.windows(4).position(|it| it == b"\r\n\r\n") {
            let request: Vec<u8> = heard.drain(..end + 4).collect();
            stream.write_all(&world.answer(&String::from_utf8_lossy(&request))).await?;
        }
    }
    Ok(())
}

impl World {
    fn answer(&self, request: &str) -> Vec<u8> {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let source = path.strip_prefix("/feed/").and_then(|number| number.parse().ok());
        match (source.filter(|source| *source < self.published.len() as u64), path.split_once('?')) {
            (Some(source), _) => self.feed(source, request),
            (None, Some(("/round", percent))) => self.publish(percent),
            (None, Some(("/validators", it))) => {
                self.validators.store(it == "on", Relaxed);
                answer("200 OK", "", it.as_bytes())
            }
            _ => answer("404 Not Found", "", b""),
        }
    }

    /// A share of the sources has news.
    fn publish(&self, percent: &str) -> Vec<u8> {
        let percent: u64 = percent.trim_start_matches("percent=").parse().unwrap_or(0);
        let round = self.round.fetch_add(1, Relaxed) + 1;
        let mut changed = 0;
        for (source, published) in (0..).zip(&self.published) {
            let mut chance = Chance::of(1, source, round);
            if chance.below(1_000) < percent * 10 {
                published.fetch_add(1 + chance.below(3), Relaxed);
                changed += 1;
            }
        }
        answer("200 OK", "", format!("{changed}").as_bytes())
    }

    fn feed(&self, source: u64, request: &str) -> Vec<u8> {
        let published = self.published[source as usize].load(Relaxed);
        let changed = http_date(self.begun + published.cast_signed());
        let etag = format!("\"{source}-{published}\"");
        let (mut headers, says) = (String::new(), |line: &str| header(request, line));
        if self.validators.load(Relaxed) {
            headers = format!("ETag: {etag}\r\nLast-Modified: {changed}\r\n");
            let known =
                says("if-none-match").map_or(says("if-modified-since") == Some(changed.as_str()), |it| it == etag);
            if known {
                return answer("304 Not Modified", &headers, b"");
            }
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        let written = packed.write_all(self.document(source, published).as_bytes());
        let body = written.and_then(|()| packed.finish()).expect("memory takes what is written");
        headers.push_str("Content-Type: application/xml; charset=utf-8\r\nContent-Encoding: gzip\r\n");
        answer("200 OK", &headers, &body)
    }

    fn document(&self, source: u64, published: u64) -> String {
        let (shown, mut out) = (first_items(source, self.items), String::with_capacity(self.bytes * 2));
        let (name, site) = (format!("Paper {source}"), format!("https://paper{source}.example/"));
        // From two thirds to four thirds of the size asked for: 40 to 80 kB of 60.
        let bytes = (self.bytes * 2 / 3 + (source as usize * 7_919) % (self.bytes * 2 / 3 + 1)) / shown as usize;
        let _ = match source % 2 {
            0 => writeln!(
                out,
                "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>\
                 <title>{name}</title><link>{site}</link><description>What {name} has</description>"
            ),
            _ => writeln!(
                out,
                "<feed xmlns='http://www.w3.org/2005/Atom'><title>{name}</title><id>{site}</id><link href='{site}'/>\
                 <updated>{}</updated>",
                self.time(source, published - 1)
            ),
        };
        for number in (published - shown..published).rev() {
            self.item(&mut out, source, number, bytes);
        }
        out.push_str(if source.is_multiple_of(2) { "</channel></rss>\n" } else { "</feed>\n" });
        out
    }

    fn item(&self, out: &mut String, source: u64, number: u64, bytes: usize) {
        let mut chance = Chance::of(2, source, number);
        let shared = chance.below(self.published.len() as u64 * self.items * (COPIES + REWORDED) / 100 / TELLERS + 1);
        let unique = (1 << 40) + source * 100_000 + number;
        let (story, wording, link) = match chance.below(100) {
            it if it < COPIES => (shared, 0, format!("https://agency.example/{shared}?utm_source=paper{source}")),
            it if it < COPIES + REWORDED => (shared, source, format!("https://paper{source}.example/{number}")),
            _ => (unique, 0, format!("https://paper{source}.example/{number}")),
        };
        let title = self.title(story, wording);
        let mut chance = Chance::of(3, story, wording);
        let summary = self.prose(&mut chance, bytes / 10);
        let mut html = String::with_capacity(bytes);
        while html.len() + 1_000 < bytes {
            let (text, page) = (self.prose(&mut chance, 400), chance.below(1 << 30));
            let _ = write!(
                html,
                "<p>{text} <a href=\"https://more.example/{page}\">more</a></p>\n\
                 <p><img src=\"https://more.example/{page}.jpg\" alt=\"\"/></p>\n"
            );
        }
        let time = self.time(source, number);
        let _ = match source % 2 {
            0 => writeln!(
                out,
                "<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>paper{source}:{number}</guid>\
                 <pubDate>{}</pubDate><category>news</category><description>{title}. {summary}</description>\
                 <content:encoded><![CDATA[{html}]]></content:encoded></item>",
                http_date(time.as_second())
            ),
            _ => writeln!(
                out,
                "<entry><title>{title}</title><link href='{link}'/><id>tag:paper{source}.example,2026:{number}</id>\
                 <updated>{time}</updated><published>{time}</published><summary>{title}. {summary}</summary>\
                 <content type='html'><![CDATA[{html}]]></content></entry>"
            ),
        };
    }

    /// A headline with who, what and how much, so that grouping has something to go by.
    fn title(&self, story: u64, wording: u64) -> String {
        const WHO: [&str; 8] =
            ["OpenAI", "Anthropic", "Google", "Mistral", "DeepSeek", "Nvidia", "Microsoft", "Hugging Face"];
        const DOES: [[&str; 3]; 4] = [
            ["releases", "launches", "brings out"],
            ["buys", "acquires", "takes over"],
            ["cuts the price of", "makes cheaper", "lowers what it asks for"],
            ["is sued over", "goes to court over", "faces a lawsuit over"],
        ];
        let mut chance = Chance::of(4, story, 0);
        let (who, does, much) = (WHO[chance.below(8) as usize], chance.below(4) as usize, 10 + chance.below(990));
        let [what, kind, place] = [(); 3].map(|()| &self.words[COMMON.len() + chance.below(3_000) as usize]);
        let does = DOES[does][wording as usize % 3];
        let what = format!("{}{} {}", what[..1].to_uppercase(), &what[1..], 1 + chance.below(90));
        match wording % 2 {
            0 => format!("{who} {does} {what}, a {kind} model for {place}, for ${much} million"),
            _ => format!("${much} million: {who} {does} the {kind} model {what}"),
        }
    }

    /// Sentences of so many bytes in all; few words are common and many are rare, as in any language.
    fn prose(&self, chance: &mut Chance, bytes: usize) -> String {
        let mut out = String::with_capacity(bytes + 20);
        while out.len() < bytes {
            out.push_str("There ");
            for _ in 0..8 + chance.below(14) {
                out.push_str(self.word(chance));
                out.push(' ');
            }
            out.pop();
            out.push_str(". ");
        }
        out
    }

    fn word(&self, chance: &mut Chance) -> &str {
        let rank = (0..3).fold(self.words.len() as u64, |rank, _| rank * chance.below(1_000) / 1_000);
        &self.words[rank as usize]
    }

    /// When an item was published: before the first poll, or just after it.
    fn time(&self, source: u64, number: u64) -> Timestamp {
        let first = first_items(source, self.items).cast_signed();
        let age =
            (first - number.cast_signed()) * if number.cast_signed() < first { DAYS * 86_400 / first } else { -1 };
        Timestamp::from_second(self.begun - age).expect("about now")
    }
}

/// How many items a source shows: so many on average.
fn first_items(source: u64, items: u64) -> u64 {
    (items - items / 3 + source % (items / 3 * 2 + 1)).max(1)
}

fn http_date(second: i64) -> String {
    let time = Timestamp::from_second(second).expect("about now");
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let mut pairs = request.lines().filter_map(|line| line.split_once(": "));
    pairs.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut out = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n").into_bytes();
    out.extend_from_slice(body);
    out
}

/// Two to five syllables that mean nothing.
fn word(chance: &mut Chance) -> String {
    let syllable = |chance: &mut Chance| {
        let (from, to) = (chance.below(14) as usize, chance.below(5) as usize);
        [&"bdfghklmnprstv"[from..=from], &"aeiou"[to..=to]].concat()
    };
    (0..2 + chance.below(3)).map(|_| syllable(chance)).collect()
}

/// Numbers that look like chance and are the same in every run (SplitMix64, Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn of(what: u64, which: u64, number: u64) -> Self {
        let mut chance =
            Self(what << 56 ^ which.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number.wrapping_mul(0xC2B2_AE3D_27D4_EB4F));
        chance.below(1);
        chance
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % limit
    }
}
