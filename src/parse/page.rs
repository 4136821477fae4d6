//! A page as text: as [`decode`] has it, and what a page says of
//! its own encoding.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::decode;

/// How far into a page browsers look for its encoding (HTML, "prescan a byte stream").
const PRESCAN_BYTES: usize = 1024;

/// `<meta charset="gbk">`, and `<meta http-equiv=.. content="text/html; charset=gbk">`.
static CHARSET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)<meta\s[^>]*?charset\s*=\s*["']?\s*([a-z0-9_:.-]+)"#).expect("the pattern is right")
});

/// A page of the web as text. The charset of its `Content-Type` counts before
/// the one that it gives itself, and both only if every byte fits.
pub fn page_text(bytes: &[u8], content_type: Option<&str>) -> String {
    let is_told = content_type.is_some_and(|told| told.to_ascii_lowercase().contains("charset="));
    let own = || {
        let found = CHARSET.captures(&bytes[..bytes.len().min(PRESCAN_BYTES)])?;
        Some(format!("text/html; charset={}", String::from_utf8_lossy(&found[1])))
    };
    let own = if is_told { None } else { own() };
    decode::text(bytes, own.as_deref().or(content_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &[u8], content_type: Option<&str>, ends: &str) {
        let text = page_text(page, content_type);
        assert!(text.ends_with(ends), "{text}");
    }

    #[test]
    fn a_page_says_its_own_encoding_where_its_server_does_not() {
        check(b"<meta charset=gb2312><p>\xd6\xd0\xce\xc4", Some("text/html"), "中文");
        let old = b"<META http-equiv='Content-Type' content='text/html; charset=Big5'>\xa4\xa4";
        check(old, None, "中");
        check(b"<meta name=a content='charset'><p>caf\xe9", None, "café");
        check(b"<meta charset=big5>caf\xe9", Some("text/html; Charset=windows-1252"), "café");
        check("<meta charset=gbk><p>é".as_bytes(), None, "é");
        check(b"<meta charset=\"", None, "\"");
    }
}
