//! One call of feed-rs, fenced: it panics on some feeds, and no feed may take
//! the process with it. Nor may one entry take the others, whatever panics over it.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use feed_rs::model;
use feed_rs::parser::Builder;
use url::Url;

use super::dates;

thread_local! {
    /// Whether this thread is behind the fence: its panics are news, not noise.
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// What feed-rs makes of a document.
///
/// # Errors
///
/// If it cannot read the document or panics over it, in words.
pub(super) fn read(text: &str, base: Option<&Url>) -> Result<model::Feed, String> {
    let parser = Builder::new()
        .base_uri(base)
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| {
            let time = dates::timestamp(text)?;
            chrono::DateTime::from_timestamp(time.as_second(), time.subsec_nanosecond().unsigned_abs())
        })
        .build();
    match fenced(|| parser.parse(text.as_bytes())) {
        Some(Ok(feed)) => Ok(feed),
        Some(Err(error)) => Err(in_short(&error.to_string())),
        None => Err(GAVE_UP.to_owned()),
    }
}

/// What is said of a document or an entry that something panicked over.
pub(super) const GAVE_UP: &str = "the parser gave up on it";

/// What `work` gives; nothing if it panics, which is said nowhere else.
pub(super) fn fenced<T>(work: impl FnOnce() -> T) -> Option<T> {
    quiet_the_fence();
    FENCED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    FENCED.set(false);
    outcome.ok()
}

/// What feed-rs says, without where: what it was given is not the document.
fn in_short(error: &str) -> String {
    let said = error.trim_start_matches("unable to parse feed: ");
    said.split(" at position ").next().unwrap_or(said).to_owned()
}

/// Keeps the default panic message of fenced calls off standard error. Others
/// reach the hook that was there before.
fn quiet_the_fence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !FENCED.get() {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_an_answer() {
        let feed = "<rss version=\"2.0\"><channel><title>T</title><item><title>I</title>\
            <author>Joe Smith the Great—joe@example.com</author></item></channel></rss>";
        assert_eq!(read(feed, None).unwrap_err(), "the parser gave up on it");
    }
}
