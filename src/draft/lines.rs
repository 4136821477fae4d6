//! The lines of a draft: what each of them is, before anybody asks what it says.

use super::Flaw;
use crate::publish::inert::printable;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'l> {
    /// Nothing.
    Blank,
    /// The beginning of a comment, without its mark.
    Comment(&'l str),
    /// `## Top stories`.
    Section(&'l str),
    /// `### A headline`.
    Headline(&'l str),
    /// `For: founders, policy`.
    For(&'l str),
    /// `> Words of the editor's own`.
    Note(&'l str),
    /// Anything else.
    Other(&'l str),
}

/// What ends a comment.
pub(super) const END_OF_COMMENT: &str = "-->";

impl<'l> Line<'l> {
    /// What `text` is, without its end.
    pub(super) fn of(text: &'l str) -> Self {
        let text = text.trim();
        let behind = |mark: &str| {
            text.strip_prefix(mark).filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        if text.is_empty() {
            return Self::Blank;
        }
        if let Some(rest) = text.strip_prefix("<!--") {
            return Self::Comment(rest.trim());
        }
        if let Some(headline) = behind("###") {
            return Self::Headline(headline.trim());
        }
        if let Some(section) = behind("##") {
            return Self::Section(section.trim());
        }
        if let Some(audiences) = text.strip_prefix("For:").or_else(|| text.strip_prefix("for:")) {
            return Self::For(audiences.trim());
        }
        match text.strip_prefix('>') {
            Some(note) => Self::Note(note.trim()),
            None => Self::Other(text),
        }
    }
}

/// The text of a file.
///
/// # Errors
///
/// If it is no UTF-8, or holds what nobody writes by hand.
pub(super) fn decoded(bytes: &[u8]) -> Result<&str, Flaw> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(flaw(1, "the file is in UTF-16: save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        flaw(line, &format!("the file is not in UTF-8 (there is a byte {byte:#04x}): save it as UTF-8"))
    })?;
    if text.trim().is_empty() {
        return Err(flaw(1, "the file is empty: delete it, and recapd writes it as it was"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        if printable(line).len() != line.len() {
            let strange = line.chars().find(|letter| printable(&letter.to_string()).is_empty());
            let letter = strange.unwrap_or(char::REPLACEMENT_CHARACTER);
            let code = u32::from(letter);
            return Err(flaw(number, &format!("there is a control character (U+{code:04X}): take it out")));
        }
        let marks = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
        if marks.iter().any(|mark| line.starts_with(mark)) {
            let why = "two edits meet here, and the mark of their conflict is left: keep the lines that are right";
            return Err(flaw(number, why));
        }
    }
    Ok(text)
}

/// What is wrong in a line.
pub(super) fn flaw(line: usize, reason: &str) -> Flaw {
    Flaw { line, reason: reason.to_owned() }
}
