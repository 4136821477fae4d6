//! Words and links of the outside, made unable to be anything else. What is
//! left is still to be escaped by whoever writes it into HTML, XML or Markdown.

use url::Url;

use crate::text::turns;

/// A link as we print it: http or https, every character one that belongs in
/// an address. None for anything else, whatever it was called in a feed.
pub fn web(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    let mut out = String::new();
    let text = url.as_str();
    for (at, c) in text.char_indices() {
        let escapes = || text.get(at + 1..at + 3).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match c {
            '%' if !escapes() => out += "%25",
            '"' | '\'' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => out += &format!("%{:02X}", u32::from(c)),
            _ => out.push(c),
        }
    }
    Some(out)
}

/// Without the characters that no XML document may hold, nor the controls
/// that no reader needs; direction overrides, which would turn around what
/// stands after them, are among these.
pub fn printable(text: &str) -> String {
    let kept = |c: &char| match *c {
        '\n' | '\t' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control() && !turns(other),
    };
    text.chars().filter(kept).collect()
}

/// JSON with direction overrides, DEL, C1 controls and the ends of lines of JavaScript escaped: they stand in strings only.
pub fn spelt_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match turns(c) || matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}') {
            true => out += &format!("\\u{:04x}", u32::from(c)),
            false => out.push(c),
        }
    }
    out
}

/// A title or summary that no reader can mistake for markup. Readers disagree
/// on whether these hold HTML, so one spelling must be right for both: where
/// `<b>` or `&amp;` is really meant as text, an invisible word joiner stands
/// after its first character. Not in `AT&T` or `R&D`, which nobody mistakes.
pub fn title_text(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        out.push(c);
        let rest = &text[at + c.len_utf8()..];
        let is_markup = match c {
            '<' => rest.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
            '&' => is_reference(rest),
            _ => false,
        };
        if is_markup {
            out.push('\u{2060}');
        }
    }
    out
}

/// The longest name of an entity: `CounterClockwiseContourIntegral`.
const ENTITY_MOST: usize = 31;

/// Entities that browsers know without their `;` too and that markup is made of.
const WITHOUT_END: [&str; 8] = ["lt", "gt", "amp", "quot", "LT", "GT", "AMP", "QUOT"];

/// Whether an ampersand with `rest` after it reads as one character: `amp;`,
/// `#38;`. No name of an entity has one letter only.
fn is_reference(rest: &str) -> bool {
    let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_named = (2..=ENTITY_MOST).contains(&name.len()) && rest[name.len()..].starts_with(';');
    is_named || rest.starts_with('#') || WITHOUT_END.iter().any(|end| rest.starts_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_link(url: &str, printed: Option<&str>) {
        assert_eq!(web(url).as_deref(), printed, "{url:?}");
    }

    #[test]
    fn only_links_to_the_web_are_printed() {
        check_link("https://a.test/p?x=1&y=2", Some("https://a.test/p?x=1&y=2"));
        check_link("javascript:alert(1)", None);
        check_link("data:text/html,x", None);
        check_link("/relative", None);
        check_link("https://a.test/a|b^c", Some("https://a.test/a%7Cb%5Ec"));
        check_link("https://a.test/100%", Some("https://a.test/100%25"));
        check_link("https://a.test/\"><script>", Some("https://a.test/%22%3E%3Cscript%3E"));
    }

    #[track_caller]
    fn check_title(text: &str, title: &str) {
        assert_eq!(title_text(text), title);
    }

    #[test]
    fn a_title_is_text_to_every_reader() {
        check_title("AT&T < Verizon & Co. <3", "AT&T < Verizon & Co. <3");
        check_title("R&D; AT&T; Q&A", "R&D; AT&T; Q&A");
        check_title("&#60;i&#x3E; &ltb> &hellip;", "&\u{2060}#60;i&\u{2060}#x3E; &\u{2060}ltb> &\u{2060}hellip;");
        check_title("<b>bold</b>", "<\u{2060}b>bold<\u{2060}/b>");
        check_title("R&amp;D", "R&\u{2060}amp;D");
        check_title("a\u{0}\u{b}\u{202e}b\u{ffff}", "ab");
        check_title("🦀 𝔘 مرحبا", "🦀 𝔘 مرحبا");
    }
}
