//! `recapd parse`: one feed as recapd reads it, as JSON for programs or in short
//! for a person at a terminal.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use url::Url;

use super::output::{self, Style};
use crate::clock::Clock;
use crate::fetch::{ANYWHERE, Encoding, Fetched, Fetcher, Limits, Manners, Request, Unpacked, unpack, user_agent};
use crate::parse::{self, Document, Parsed, parse};
use crate::publish::words;
use crate::source::{Rescue, Validators};
use crate::text::one_line;

/// The longest document, unpacked.
const LONGEST_BYTES: u64 = 16 * 1024 * 1024;

/// How a gzip file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Items and faults that a person is shown.
const MOST_SHOWN: usize = 10;

impl Style {
    /// For a person only where one looks: a program that reads what is
    /// printed needs no `--json`.
    pub fn of_parse(json: bool) -> Self {
        Self::of(json || !std::io::stdout().is_terminal())
    }
}

/// A document, and how it is to be read.
#[derive(Debug)]
pub struct Wanted {
    /// A file, or an http or https address.
    pub document: String,
    /// In place of what a server says.
    pub content_type: Option<String>,
    /// In place of the address.
    pub base_url: Option<Url>,
}

/// Prints one feed, from a file or an address, as recapd reads it.
pub async fn parsed(wanted: Wanted, clock: Clock, style: Style) -> Result<ExitCode> {
    let Wanted { document, content_type, base_url } = wanted;
    let address = Url::parse(&document).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let (bytes, sent_type, final_url) = match &address {
        Some(url) => fetched(url, clock).await?,
        None => (file(&document)?, None, None),
    };
    let content_type = content_type.or(sent_type);
    let answered_by = final_url.clone().filter(|url| Some(url) != address.as_ref());
    let base_url = base_url.map(|base| parse::nowhere(&base).unwrap_or(base)).or(final_url);
    let read = parse(Document { bytes: &bytes, content_type: content_type.as_deref(), base_url: base_url.as_ref() });
    let parsed = match read {
        Ok(parsed) => parsed,
        Err(not_a_feed) => {
            let answered_by = answered_by.map(|url| format!(", answered by {url}")).unwrap_or_default();
            bail!("{document}{answered_by}: {not_a_feed}");
        }
    };
    match style {
        Style::Json => output::json(&parse::json(&parsed))?,
        Style::Words => output::line(summary(&parsed).trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The bytes of a file, or of standard input for `-`, unpacked if gzip packed them.
fn file(path: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match path {
        // One byte more tells what is too long.
        "-" => std::io::stdin().lock().take(LONGEST_BYTES + 1).read_to_end(&mut bytes).map(drop),
        path => std::fs::read(path).map(|read| bytes = read),
    };
    read.with_context(|| format!("cannot read {path}"))?;
    if path == "-" && bytes.len() as u64 > LONGEST_BYTES {
        bail!("standard input has more than {} MiB, which no feed has", LONGEST_BYTES >> 20);
    }
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    match unpack(Encoding::Gzip, &bytes, LONGEST_BYTES as usize).with_context(|| format!("cannot unpack {path}"))? {
        Unpacked::Whole(bytes) => Ok(bytes),
        Unpacked::Outgrown(_) => bail!("{path} unpacks to more than {} MiB, which no feed has", LONGEST_BYTES >> 20),
    }
}

/// What was read, what had to be done for that, what was left out, and the first items.
fn summary(parsed: &Parsed) -> String {
    let feed = &parsed.feed;
    let title = if feed.title.is_empty() { "without a title" } else { &feed.title };
    let link = feed.link.as_ref().map(|link| format!("  {link}\n")).unwrap_or_default();
    let language = feed.language.as_ref().map(|language| format!(", `{language}`")).unwrap_or_default();
    let items = words::count(parsed.entries.len(), "item");
    let mut said =
        format!("{}\n{link}  {}{language}, {items}; {}\n", one_line(title), feed.format.name(), stage(parsed.rescued));
    listed(&mut said, "noted", parsed.mended.iter().cloned());
    let skipped = parsed.skipped.iter().map(|skipped| format!("entry {}: {}", skipped.index + 1, skipped.why));
    listed(&mut said, "skipped", skipped);
    for entry in parsed.entries.iter().take(MOST_SHOWN) {
        let day = entry.published.or(entry.updated).map(|at| at.to_string());
        let day = day.as_deref().and_then(|day| day.get(..10)).unwrap_or("undated");
        let _ = writeln!(said, "  {day:<10}  {}", one_line(&entry.title));
        if let Some(link) = &entry.link {
            let _ = writeln!(said, "              {link}");
        }
    }
    let more = parsed.entries.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        let _ = writeln!(said, "  and {more} more");
    }
    said + "  --json prints all of it"
}

fn stage(rescued: Rescue) -> &'static str {
    match rescued {
        Rescue::AsIs => "read as it is",
        Rescue::Repaired => "read after mending",
        Rescue::Fallback => "read entry by entry, since it is badly damaged",
    }
}

/// Each on a line of its own, `what` before the first; of many the first, and how many more.
fn listed(said: &mut String, what: &str, all: impl ExactSizeIterator<Item = String>) {
    let more = all.len().saturating_sub(MOST_SHOWN);
    for one in all.take(MOST_SHOWN) {
        let _ = writeln!(said, "  {what}: {}", one_line(&one));
    }
    if more > 0 {
        let _ = writeln!(said, "  {what}: and {more} more");
    }
}

/// An address that somebody typed is as free to be private as a file; where it
/// redirects to, nobody typed.
async fn fetched(url: &Url, clock: Clock) -> Result<(Vec<u8>, Option<String>, Option<Url>)> {
    let fetcher = Fetcher::new(Limits {
        connect_timeout: std::time::Duration::from_secs(10),
        timeout: std::time::Duration::from_secs(30),
        max_body_bytes: LONGEST_BYTES,
        manners: Manners { concurrency: 1, per_host: 1, host_gap: std::time::Duration::ZERO },
        max_wait: std::time::Duration::from_secs(1),
        allow_private: Vec::new(),
        user_agent: user_agent(None),
    })?;
    let (validators, now) = (Validators::default(), clock.now());
    let request = Request { url, validators: &validators, allow_private: &[], allow_at_home: &ANYWHERE, now };
    match fetcher.fetch(request).await.with_context(|| format!("cannot fetch {url}"))? {
        Fetched::Body { bytes, content_type, final_url, .. } => Ok((bytes, content_type, Some(final_url))),
        Fetched::Unchanged { .. } => Ok((Vec::new(), None, None)),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, content_type: &str, expected: Expect) {
        let document = Document { bytes: text.as_bytes(), content_type: Some(content_type), base_url: None };
        expected.assert_eq(&summary(&parse(document).unwrap()));
    }

    #[test]
    fn a_person_is_shown_what_was_read_and_what_was_not() {
        let item = |number: usize| {
            format!(
                "<item><title>Number {number} é</title><link>https://a.test/{number}?key=1</link><pubDate>Fri, 08 May 2026 08:00:00 GMT</pubDate></item>"
            )
        };
        let items: String = (1..=12).map(item).collect();
        check(
            &format!(
                "<rss version=\"2.0\"><channel>\n<title>Chips & more</title><link>https://a.test/</link>{items}<item/></channel></rss>"
            ),
            "text/xml; charset=iso-8859-1",
            expect![[r#"
                Chips & more
                  https://a.test/
                  rss2, 12 items; read after mending
                  noted: served as iso-8859-1, read as UTF-8
                  noted: bare ampersand, line 2
                  skipped: entry 13: there is nothing in it
                  2026-05-08  Number 1 é
                              https://a.test/1?key=1
                  2026-05-08  Number 2 é
                              https://a.test/2?key=1
                  2026-05-08  Number 3 é
                              https://a.test/3?key=1
                  2026-05-08  Number 4 é
                              https://a.test/4?key=1
                  2026-05-08  Number 5 é
                              https://a.test/5?key=1
                  2026-05-08  Number 6 é
                              https://a.test/6?key=1
                  2026-05-08  Number 7 é
                              https://a.test/7?key=1
                  2026-05-08  Number 8 é
                              https://a.test/8?key=1
                  2026-05-08  Number 9 é
                              https://a.test/9?key=1
                  2026-05-08  Number 10 é
                              https://a.test/10?key=1
                  and 2 more
                  --json prints all of it"#]],
        );
    }
}
