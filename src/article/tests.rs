//! Small pages, and what is made of them.

use super::*;

const WORDS: &str = "The lathe in the back room had been silent for a year, and nobody, not even its owner, could say \
    why it began to hum again on a Tuesday in March, while the whole street was asleep.";

fn paragraphs(number: usize) -> String {
    format!("<p>{WORDS}</p>").repeat(number)
}

fn page_of(head: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>The lathe</title>{head}</head><body><nav><a href=\"/\">Home</a> \
         <a href=\"/shop\">Shop</a></nav><article><h1>The lathe</h1>{body}</article><footer>All rights reserved, \
         and so on</footer></body></html>"
    )
}

fn read(bytes: &[u8], content_type: Option<&str>, robots: &[&str]) -> Result<Article, Refusal> {
    let robots: Vec<String> = robots.iter().map(|line| (*line).to_owned()).collect();
    let url = "https://a.test/2026/lathe".parse().unwrap();
    article(Page { bytes, content_type, robots: &robots, url: &url })
}

#[track_caller]
fn check_refused(page: &str, expected: &str) {
    let refusal = read(page.as_bytes(), Some("text/html; charset=utf-8"), &[]).unwrap_err();
    assert_eq!(refusal.to_string(), expected);
}

/// What of a page with these paragraphs and `more` among them is taken.
fn taken(more: &str) -> String {
    let page = page_of("", &format!("{}{more}{}", paragraphs(3), paragraphs(2)));
    read(page.as_bytes(), Some("text/html"), &[]).unwrap().html
}

#[test]
fn the_article_is_found_among_menus_and_footers() {
    let article = read(page_of("", &paragraphs(4)).as_bytes(), Some("text/html"), &[]).unwrap();
    assert_eq!(article.html.matches("The lathe in the back room").count(), 4, "{}", article.html);
    assert!(!article.html.contains("Shop") && !article.html.contains("rights reserved"), "{}", article.html);
    assert!(article.chars > 4 * 150, "{}", article.chars);
}

#[test]
fn what_a_page_brings_is_made_safe_and_its_links_whole() {
    let html = taken(
        "<p onclick=\"a()\">See <a href=\"../more?a=1\">more</a>, <a href=\"javascript:a()\">less</a>, and nothing \
         else but this sentence.</p><script>alert('<p>one</p>')</script><img src=x onerror=a()><iframe src=//b.test></iframe>",
    );
    assert!(html.contains("href=\"https://a.test/more?a=1\""), "{html}");
    for bad in ["onclick", "javascript", "alert", "onerror", "iframe", "<script"] {
        assert!(!html.contains(bad), "{bad}: {html}");
    }
}

#[test]
fn what_must_not_be_quoted_is_left_out() {
    let html = taken(&format!("<p data-nosnippet>{}</p>", WORDS.replace("lathe", "secret")));
    assert!(html.contains("lathe") && !html.contains("secret"), "{html}");
}

#[test]
fn a_chinese_page_is_read_in_its_encoding() {
    let sentence = "这台旧车床在后屋里沉默了一年，没有人知道为什么，直到三月的一个星期二，它又开始嗡嗡作响。";
    let page = page_of("<meta charset=\"utf-8\">", &format!("<p>{}</p>", sentence.repeat(3)).repeat(5));
    let article = read(page.as_bytes(), Some("text/html"), &[]).unwrap();
    assert!(article.html.contains(sentence), "{}", article.html);
    // "中文" in GBK, often.
    let mut page = b"<html><head><meta charset=\"gbk\"></head><body><article>".to_vec();
    for _ in 0..8 {
        page.extend_from_slice(b"<p>");
        page.extend(b"\xd6\xd0\xce\xc4".repeat(40));
        page.extend_from_slice(b"\xa1\xa3</p>");
    }
    let article = read(&page, Some("text/html"), &[]).unwrap();
    assert!(article.html.contains("中文中文"), "{}", article.html);
}

#[test]
fn a_publisher_who_says_no_is_heard() {
    let said = |head: &str| page_of(head, &paragraphs(4));
    let no_archive = "refused by its robots meta: `noarchive`";
    check_refused(&said("<meta name=\"robots\" content=\"index, noarchive\">"), no_archive);
    let closed = "its page is not free to read: isAccessibleForFree is false";
    check_refused(&said("<script type=\"application/ld+json\">{\"isAccessibleForFree\": false}</script>"), closed);
    let page = said("<!-- <meta name=robots content=noarchive> --><script>'<meta name=robots content=none>'</script>");
    assert!(read(page.as_bytes(), Some("text/html"), &["max-snippet: 200"]).is_ok());
    let refusal = read(page.as_bytes(), Some("text/html"), &["nosnippet"]).unwrap_err();
    assert_eq!(refusal.to_string(), "refused by its X-Robots-Tag: `nosnippet`");
}

#[test]
fn what_is_no_article_is_none() {
    check_refused("<html><body></body></html>", "its page holds no article");
    check_refused(&page_of("", "<p>Subscribe now.</p>"), "its page holds no article: 24 characters of text");
    check_refused(&page_of("", &"<p>a</p>".repeat(20_001)), "its page has more than 20000 elements");
    let refusal = |bytes: &[u8], content_type| read(bytes, content_type, &[]).unwrap_err().to_string();
    assert_eq!(refusal(b"%PDF-1.7", Some("application/pdf")), "its page is `application/pdf`, not HTML");
    assert_eq!(refusal(b"plain words", None), "its page is of no type, not HTML");
    assert!(read(page_of("", &paragraphs(4)).as_bytes(), None, &[]).is_ok(), "it looks like HTML");
}

/// The CPU time of this thread, in nanoseconds; none where the system does not tell it.
fn cpu() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

/// That clock moves a tick at a time; in nanoseconds.
const TICKS: u64 = 5_000_000;

/// What `read` makes of a trap four times as large may cost eight times as
/// much; if it took the square of its size, it would cost sixteen times as much.
#[track_caller]
pub(super) fn check_growth(trap: impl Fn(usize) -> String, size: usize, read: impl Fn(&str)) {
    let cost = |size: usize| {
        let page = trap(size);
        let costs = (0..3).map(|_| {
            let before = cpu();
            read(&page);
            Some(cpu()? - before?)
        });
        // What else runs here adds to it, and takes nothing off.
        costs.min().flatten()
    };
    let Some((small, large)) = cost(size).zip(cost(4 * size)) else { return };
    assert!(large < 8 * small.max(TICKS), "{small} ns become {large} ns: {:.200}", trap(1));
}

#[test]
fn pages_made_to_be_slow_are_not() {
    let attributes = |size: usize| (0..10 * size).map(|number| format!(" a{number}")).collect::<String>();
    let check = |trap: &dyn Fn(usize) -> String| {
        check_growth(trap, 5_000, |page| drop(read(page.as_bytes(), Some("text/html"), &[])));
    };
    check(&|size| page_of("", &format!("{}{}", "<div>".repeat(size), paragraphs(3))));
    check(&|size| page_of("", &format!("<div{}>{}", attributes(size), paragraphs(3))));
    check(&|size| page_of("", &format!("<script><!--<script></script><div{}>{}", attributes(size), paragraphs(3))));
    check(&|size| "<script type=ld+json>".repeat(2 * size));
    check(&|size| "<".repeat(50 * size));
    check(&|size| format!("<html>{}", "<table><tr><td>".repeat(2 * size)));
    check(&|size| "<meta name=\"".repeat(2 * size));
}

#[test]
fn the_longer_text_counts() {
    let article = Article { html: String::new(), chars: 30 };
    let said = |text: &str| Entry { summary_html: text.to_owned(), ..Entry::default() };
    assert!(article.says_more_than(&said("A short summary")));
    assert!(!article.says_more_than(&said(WORDS)));
}

proptest::proptest! {
    #[test]
    fn no_page_is_too_odd(soup in "(<(/?(div|p|article|table|td|b|a|svg|br|meta|script|!--)|p)( name=robots| data-nosnippet| x='|)>?|-->|[a-z é中&;,.]{0,40}){0,60}") {
        let page = page_of("", &format!("{soup}{}", paragraphs(3)));
        if let Ok(article) = read(page.as_bytes(), Some("text/html"), &[]) {
            assert_eq!(made_safe(&article.html, None).html, article.html, "what is kept is safe for good");
        }
    }
}
