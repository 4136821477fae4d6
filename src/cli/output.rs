//! Standard output and standard error, written so that a closed pipe is no
//! panic and nothing from a feed can steer a terminal.

use std::io::Write;

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::publish::inert::spelt_out;
use crate::text::turns;

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A person.
    Words,
    /// A program.
    Json,
}

impl Style {
    /// As the flag `--json` says.
    pub fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Words }
    }
}

/// One line of an answer.
pub fn line(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", printable(text))?;
    Ok(())
}

/// An answer as it is: a document made for programs.
pub fn bytes(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// One JSON object on one line.
pub fn json(value: &impl Serialize) -> Result<()> {
    // JSON escapes control characters itself, all but DEL and C1. What turns a
    // line around is kept for programs, in a spelling that no terminal obeys. So
    // nothing is left to be made printable, of what may be tens of megabytes.
    let mut text = spelt_out(&serde_json::to_string(value)?);
    text.push('\n');
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// One line on standard error.
pub fn complain(text: &str) {
    // Standard error may be closed: then nobody reads it.
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(text));
}

/// An instant as a person reads it in `zone`, in lines that stand in order: "2026-05-08 11:00 CEST".
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// `text` in lines of at most `width` letters; a word that is longer, as an address may be, has one of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + letters <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + letters;
            }
            _ => {
                lines.push(word.to_owned());
                used = letters;
            }
        }
    }
    lines
}

/// Without the characters that make a terminal do something, or turn around
/// what stands after them.
pub fn printable(text: &str) -> String {
    let steers = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\t');
    text.chars().filter(|letter| !steers(letter) && !turns(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two  three\nfour", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("see https://a.test/long now", 5), ["see", "https://a.test/long", "now"]);
        assert!(wrapped(" ", 5).is_empty());
    }

    #[test]
    fn a_headline_cannot_steer_the_terminal() {
        assert_eq!(printable("red \u{1b}[31malert\u{9b}2J\ttab\n"), "red [31malert2J\ttab\n");
        assert_eq!(printable("moc.\u{202e}live"), "moc.live");
    }
}
