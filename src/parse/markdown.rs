//! Texts that say they are Markdown, as HTML. The only module that knows
//! `pulldown_cmark`.

use std::fmt;

use pulldown_cmark::html::write_html_fmt;
use pulldown_cmark::{Options, Parser};

/// HTML may come to so many times its text, and to so much however short that
/// is: rows of a table are filled up, and links by name repeat their address.
const MOST_GROWTH: usize = 4;
const LEAST_GROWTH_BYTES: usize = 2 << 10;

/// CommonMark with tables and what is struck out, as HTML, not yet safe. What
/// comes to more than four times the text is cut.
pub(super) fn html(text: &str) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut page = Page { html: String::new(), room_bytes: MOST_GROWTH * text.len() + LEAST_GROWTH_BYTES };
    // What has no room any more is left out.
    let _full = write_html_fmt(&mut page, parser);
    page.html
}

/// HTML of limited length.
struct Page {
    html: String,
    room_bytes: usize,
}

impl fmt::Write for Page {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.room_bytes = self.room_bytes.checked_sub(piece.len()).ok_or(fmt::Error)?;
        self.html += piece;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(html(text).trim(), expected);
    }

    #[test]
    fn paragraphs_lists_code_and_tables_are_read() {
        check("Hello **b**", "<p>Hello <strong>b</strong></p>");
        check("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
        check("```rust\na < b\n```", "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>");
        check("~~a~~ [b](https://a.test)", "<p><del>a</del> <a href=\"https://a.test\">b</a></p>");
        check(
            "|a|\n|-|\n|b|",
            "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>b</td></tr>\n</tbody></table>",
        );
    }

    #[test]
    fn what_grows_is_cut() {
        let table = format!("|{}\n|{}\n{}", "a|".repeat(500), "-|".repeat(500), "|b|\n".repeat(5_000));
        assert!(html(&table).len() <= 4 * table.len() + LEAST_GROWTH_BYTES);
    }
}
