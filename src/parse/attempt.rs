//! One call of feed-rs, fenced: it panics on some feeds, and no feed may take
//! the process with it.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use feed_rs::model;
use feed_rs::parser::Builder;
use url::Url;

use super::dates;

thread_local! {
    /// Whether this thread is inside feed-rs: its panics are news, not noise.
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// What feed-rs makes of a document.
///
/// # Errors
///
/// If it cannot read the document or panics over it, in words.
pub(super) fn read(text: &str, base: Option<&Url>) -> Result<model::Feed, String> {
    quiet_the_fence();
    let parser = Builder::new()
        .base_uri(base)
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| {
            let time = dates::timestamp(text)?;
            chrono::DateTime::from_timestamp(time.as_second(), time.subsec_nanosecond().unsigned_abs())
        })
        .build();
    FENCED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes())));
    FENCED.set(false);
    match outcome {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(error)) => Err(in_short(&error.to_string())),
        Err(_) => Err("the parser gave up on it".to_owned()),
    }
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
