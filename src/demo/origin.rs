//! The outlets of the example week: their feeds as they stood at any instant.

use std::sync::Arc;

use jiff::Timestamp;

use crate::publish::Document;
use crate::serve::{Keep, Packed, Request, Response};

macro_rules! documents {
    ($($name:literal),* $(,)?) => {
        /// Each feed as written, with the times at which its items appear.
        const DOCUMENTS: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("week/", $name)))),*];
    };
}

documents![
    "chipnotes.rdf",
    "cornerpost.rss",
    "dailymodel.atom",
    "frontpage.rss",
    "harborwire.rss",
    "jinghe.rss",
    "kernelgazette.atom",
    "nodelist.rss",
    "northdesk.rss",
    "openbench.json",
    "policyhall.rss",
    "siliconlane.rss",
    "sparrow.atom",
    "zhichao.json",
];

/// What the outlet answers at `now`.
pub async fn answer(request: &Request, now: Timestamp) -> Response {
    let name = request.path.trim_start_matches('/');
    let Some((name, written)) = DOCUMENTS.iter().find(|(known, _)| *known == name) else {
        return Response::text(404, "no such feed\n");
    };
    let body = visible(written, now);
    if body.is_empty() {
        return Response::text(503, "not yet\n");
    }
    let packed = Arc::new(Packed::of(Document::new(media_type(name), body, now)));
    Response::document(&packed, now, request, Keep::Never).await
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("atom") => "application/atom+xml",
        Some("rdf") => "application/rdf+xml",
        Some("json") => "application/feed+json",
        // No charset: the documents say it themselves, and one is not UTF-8.
        _ => "application/rss+xml",
    }
}

/// The lines of `written` that are to be seen at `now`.
///
/// A line with `@@ FROM` opens a block that is there from that instant on,
/// `@@ FROM UNTIL` one that goes again; `@@ end` closes it. Lines with marks
/// are never seen themselves.
fn visible(written: &[u8], now: Timestamp) -> Vec<u8> {
    let mut seen = Vec::with_capacity(written.len());
    let mut shown = true;
    for line in written.split_inclusive(|byte| *byte == b'\n') {
        match mark(line) {
            Some(Mark::Opens { from, until }) => shown = from <= now && until.is_none_or(|until| now < until),
            Some(Mark::Closes) => shown = true,
            None if shown => seen.extend_from_slice(line),
            None => (),
        }
    }
    seen
}

enum Mark {
    Opens { from: Timestamp, until: Option<Timestamp> },
    Closes,
}

fn mark(line: &[u8]) -> Option<Mark> {
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split_once("@@ ")?.1.split_whitespace();
    let first = words.next()?;
    if first == "end" {
        return Some(Mark::Closes);
    }
    Some(Mark::Opens { from: first.parse().ok()?, until: words.next().and_then(|word| word.parse().ok()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(now: &str, expected: &str) {
        let written = b"head\n@@ 2026-05-06T00:00:00Z 2026-05-07T00:00:00Z\nold\n@@ end\n<!-- @@ 2026-05-07T00:00:00Z -->\nnew\n@@ end\nfoot\n";
        let seen = String::from_utf8(visible(written, now.parse().unwrap())).unwrap();
        assert_eq!(seen.replace('\n', " ").trim(), expected);
    }

    #[test]
    fn items_appear_in_their_time_and_may_be_replaced() {
        check("2026-05-05T00:00:00Z", "head foot");
        check("2026-05-06T12:00:00Z", "head old foot");
        check("2026-05-07T00:00:00Z", "head new foot");
    }
}
