//! What stands between tags: entities that the document declares, references,
//! and characters that XML has not.

use quick_xml::escape::escape;

use super::Mender;
use crate::text::html::entity;
use crate::text::tags::code;

/// So much of a text is looked through at once for characters that XML has not.
const PIECE_BYTES: usize = 1 << 10;

/// More entities than any document declares for itself.
const MOST_OWN: usize = 256;

impl<'t> Mender<'t> {
    /// Entities of the document type: `<!ENTITY name "value">`.
    pub(super) fn declarations(&mut self, doctype: &'t str) {
        for declared in doctype.split("<!ENTITY").skip(1).take(MOST_OWN.saturating_sub(self.own.len())) {
            let mut words = declared.trim_start().splitn(2, char::is_whitespace);
            let (name, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default().trim_start());
            let value = rest
                .chars()
                .next()
                .filter(|quote| matches!(quote, '"' | '\''))
                .and_then(|quote| rest[1..].split(quote).next());
            if let Some(value) = value.filter(|value| value.len() <= 64) {
                self.own.push((name, escape(value).replace("&amp;#", "&#")));
            }
        }
    }

    /// Text with every reference made one that XML knows.
    pub(super) fn references(&mut self, text: &str) {
        let mut parts = text.split('&');
        self.characters(parts.next().unwrap_or_default());
        for part in parts {
            let name = part.find(';').filter(|end| *end <= 32).map(|end| &part[..end]);
            match name.and_then(|name| self.meaning(name)) {
                Some(meaning) => {
                    self.out += &meaning;
                    self.characters(&part[name.map_or(0, |name| name.len() + 1)..]);
                }
                None => {
                    self.note("bare ampersand");
                    self.out += "&amp;";
                    self.characters(part);
                }
            }
        }
    }

    /// What stands for the reference `name`.
    fn meaning(&mut self, name: &str) -> Option<String> {
        if let Some(number) = name.strip_prefix('#') {
            return self.numbered(number);
        }
        if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
            return Some(format!("&{name};"));
        }
        if let Some((_, value)) = self.own.iter().find(|(own, _)| *own == name) {
            self.expandable_bytes = self.expandable_bytes.checked_sub(value.len())?;
            return Some(value.clone());
        }
        let meaning = escape(entity(name)?).into_owned();
        self.note("HTML entity");
        Some(meaning)
    }

    /// A character reference, kept if it names a character of XML; what
    /// windows-1252 has in the place of a control character is meant instead.
    fn numbered(&mut self, number: &str) -> Option<String> {
        let code = code(number)?;
        match char::from_u32(code) {
            Some(letter) if (0x80..0xa0).contains(&code) => {
                self.note("bad character reference");
                let byte = [letter as u8];
                Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.into_owned())
            }
            Some(letter) if legal(letter) => Some(format!("&#{code};")),
            _ => {
                self.note("bad character reference");
                Some(String::new())
            }
        }
    }

    pub(super) fn characters(&mut self, text: &str) {
        if text.chars().all(legal) {
            self.out += text;
        } else {
            self.note("illegal character");
            self.out.extend(text.chars().filter(|letter| legal(*letter)));
        }
    }
}

/// Where the first control character stands that XML 1.0 has not.
pub(in crate::parse) fn first_illegal(text: &str) -> Option<usize> {
    let is_one = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Nearly always there is none, which the processor sees at many bytes a time if it need not stop in between.
    let has_one = |piece: &[u8]| piece.iter().fold(false, |has, byte| has | is_one(byte));
    let pieces = text.as_bytes().chunks(PIECE_BYTES);
    let begin = PIECE_BYTES * pieces.take_while(|piece| !has_one(piece)).count();
    let piece = text.as_bytes().get(begin..)?;
    Some(begin + piece.iter().position(is_one)?)
}

/// Whether XML 1.0 allows the character.
pub(in crate::parse) fn legal(letter: char) -> bool {
    !matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
