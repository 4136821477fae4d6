//! From an article's page to its text: what of it is the article, and whether
//! its publisher lets it be read by others. The only module that knows
//! `dom_smoothie`.

use std::fmt;

use dom_smoothie::{Config, Readability, ReadabilityError};
use url::Url;

use crate::item::Entry;
use crate::parse::page_text;
use crate::text::html::{flattened, made_safe};
use crate::text::{plain_of_safe, title};

mod permission;
mod robots;
mod strip;

pub use robots::Robots;

/// A larger page is not read: articles are not that long, whatever hangs around them.
pub const MOST_PAGE_BYTES: u64 = 2 << 20;

/// More elements than this and it is no article but an archive, or a trap.
const MOST_ELEMENTS: usize = 20_000;

/// What is left of a front page, a consent wall or an error is shorter.
const LEAST_CHARS: usize = 200;

/// As in a feed.
const MOST_ARTICLE_BYTES: usize = 1 << 20;

/// A page as it was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Page<'p> {
    /// After decompression.
    pub bytes: &'p [u8],
    /// The `Content-Type` header.
    pub content_type: Option<&'p str>,
    /// Each `X-Robots-Tag` header, in their order, and `TDM-Reservation` with its name.
    pub robots: &'p [String],
    /// Where it was found, after redirects.
    pub url: &'p Url,
}

/// What of a page is the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Sanitised, as what comes from a feed is.
    pub html: String,
    /// Of its plain text.
    pub chars: usize,
}

/// Why a page is not used; in words that follow "full text:".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is something else; what it says to be.
    NotHtml(String),
    /// Its robots meta does not allow it, by this word: `noarchive`.
    Meta(String),
    /// An `X-Robots-Tag` header does not, by this word.
    Header(String),
    /// It says that it is not free to read, in these words.
    Paywall(&'static str),
    /// It has more elements than any article.
    TooMuch,
    /// The article in it is larger than one in a feed may be.
    TooLong,
    /// Nothing in it looks like an article.
    NoArticle,
    /// What looks like one is this short.
    TooLittle {
        /// Of plain text.
        chars: usize,
    },
}

/// The article of a page, if its publisher lets it be read.
///
/// Pure: the same page gives the same answer.
///
/// # Errors
///
/// If there is none in it, or it is not for us.
pub fn article(page: Page) -> Result<Article, Refusal> {
    check_type(page)?;
    permission::check_header(page.robots)?;
    let text = page_text(page.bytes, page.content_type);
    permission::check_paywall(&text)?;
    // With what nobody reads: a `<noscript>` may say no.
    permission::check_page(&text)?;
    let found = found(&flattened(&strip::stripped(&text)), page.url)?;
    if found.len() > MOST_ARTICLE_BYTES {
        return Err(Refusal::TooLong);
    }
    let article = Article::of(made_safe(&found, Some(page.url)).html);
    match article.chars {
        chars if chars < LEAST_CHARS => Err(Refusal::TooLittle { chars }),
        _ => Ok(article),
    }
}

impl Article {
    /// One whose `html` is sanitised already.
    pub fn of(html: String) -> Self {
        let chars = plain_of_safe(&html).chars().count();
        Self { html, chars }
    }

    /// Whether it says more than the feed does of it.
    pub fn says_more_than(&self, entry: &Entry) -> bool {
        self.chars > entry.text().chars().count()
    }
}

impl Refusal {
    /// Whether its publisher says so, rather than that there is nothing of use.
    pub fn is_by_its_publisher(&self) -> bool {
        matches!(self, Self::Meta(_) | Self::Header(_) | Self::Paywall(_))
    }
}

fn check_type(page: Page) -> Result<(), Refusal> {
    let said = page.content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let begin = String::from_utf8_lossy(&page.bytes[..page.bytes.len().min(512)]).to_ascii_lowercase();
    match said.as_str() {
        "text/html" | "application/xhtml+xml" => Ok(()),
        "" if begin.contains("<html") || begin.contains("<!doctype html") => Ok(()),
        "" => Err(Refusal::NotHtml("of no type".to_owned())),
        other => Err(Refusal::NotHtml(format!("`{}`", title(other).chars().take(60).collect::<String>()))),
    }
}

/// The article as the page has it. Its links are absolute.
fn found(html: &str, url: &Url) -> Result<String, Refusal> {
    let config = Config { max_elements_to_parse: MOST_ELEMENTS, disable_json_ld: true, ..Config::default() };
    let reader = Readability::new(html, Some(url.as_str()), Some(config));
    let mut reader = reader.map_err(|_| Refusal::NoArticle)?;
    // Not to be quoted, says their publisher.
    reader.doc.select("[data-nosnippet]").remove();
    match reader.parse() {
        Ok(article) => Ok(article.content.to_string()),
        Err(ReadabilityError::TooManyElements(..)) => Err(Refusal::TooMuch),
        Err(_) => Err(Refusal::NoArticle),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::NotHtml(what) => write!(f, "its page is {what}, not HTML"),
            Self::Meta(word) => write!(f, "refused by its robots meta: `{word}`"),
            Self::Header(word) => write!(f, "refused by its X-Robots-Tag: `{word}`"),
            Self::Paywall(sign) => write!(f, "its page is not free to read: {sign}"),
            Self::TooMuch => write!(f, "its page has more than {MOST_ELEMENTS} elements"),
            Self::TooLong => write!(f, "the article of its page is larger than {} MiB", MOST_ARTICLE_BYTES >> 20),
            Self::NoArticle => write!(f, "its page holds no article"),
            Self::TooLittle { chars } => write!(f, "its page holds no article: {chars} characters of text"),
        }
    }
}

#[cfg(test)]
mod tests;
