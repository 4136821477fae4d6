//! One entry of one source: what the publisher wrote, and what identifies it.

mod withdrawal;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::id::{ItemId, SourceId};
use crate::link::{canonical, canonical_path, canonical_text, part};
use crate::text;

#[cfg(test)]
pub(crate) use withdrawal::marks as marks_of_withdrawal;
pub use withdrawal::tells_of_withdrawal;

/// An entry as the publisher gave it, made safe and nothing more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The publisher's id: `guid`, `atom:id`, JSON `id`, `rdf:about`. Never invented.
    pub guid: Option<String>,
    /// Plain text, one line, at most 1 KiB; a substitute from the text where
    /// the feed has none; never empty.
    pub title: String,
    /// Where the article is, absolute, http or https.
    pub link: Option<Url>,
    /// Where the article itself is, on another host, if the link leads there by
    /// way of somebody who counts visits. It says whose the article is and which;
    /// readers are led where the feed leads them.
    pub original: Option<Url>,
    /// When the publisher says it appeared. Publishers err: it may lie in the
    /// future or the far past.
    pub published: Option<Timestamp>,
    /// When the publisher says it last changed.
    pub updated: Option<Timestamp>,
    /// Names, in the feed's order.
    pub authors: Vec<String>,
    /// Sanitised; empty where the feed has none.
    pub summary_html: String,
    /// Sanitised; empty where the feed has none.
    pub content_html: String,
    /// The article of its own page, sanitised; empty where that was not asked
    /// for, or says no more than the feed.
    pub article_html: String,
    /// Terms, in the feed's order, each once.
    pub categories: Vec<String>,
    /// Attached media, in the feed's order.
    pub enclosures: Vec<Enclosure>,
    /// A picture that the feed names for it.
    pub image: Option<Url>,
    /// BCP 47, the entry's own or its feed's.
    pub language: Option<String>,
}

/// A file attached to an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute, http or https.
    pub url: Url,
    /// As the feed says.
    pub mime_type: Option<String>,
    /// In bytes, as the feed says.
    pub length: Option<u64>,
}

/// An entry that recapd keeps: an immutable fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Made from source, identity and generation.
    pub id: ItemId,
    /// The source that carried it.
    pub source: SourceId,
    /// What makes it the same entry at the next poll, see [`Entry::identity`].
    pub identity: String,
    /// 0, or how many really different articles had this identity before.
    pub generation: u32,
    /// 1 for the text first seen, one more for each edit by the publisher.
    pub version: u32,
    /// The first poll that saw it.
    pub first_seen: Timestamp,
    /// Where it stands in time; windows use this and nothing else. Undated
    /// backlog of a new source has no place.
    pub placed: Option<Timestamp>,
    /// What the publisher wrote.
    pub entry: Entry,
}

impl Item {
    /// Whether its publisher says at the head of its title that he withdrew it: `[Withdrawn] ..`; `Retraction: ..`, too,
    /// if he changed it since it was first seen: else he may report what others withdrew.
    pub fn is_withdrawn(&self) -> bool {
        withdrawal::is_told_by(&self.entry.title, self.version)
    }
}

impl Entry {
    /// What makes this the same entry at the next poll: the publisher's id,
    /// else the canonical link, else title and date.
    pub fn identity(&self) -> String {
        let guid = self.guid.as_ref().map(|guid| format!("id:{guid}"));
        guid.unwrap_or_else(|| self.identity_without_guid())
    }

    /// What would identify it if its publisher gave no id: where one document
    /// uses an id for several links, it is none.
    pub fn identity_without_guid(&self) -> String {
        self.identity_by_link().unwrap_or_else(|| self.identity_by_title())
    }

    /// The canonical link, with the part of the page that it leads to, if it
    /// has one. None for a front page: that is no article.
    pub fn identity_by_link(&self) -> Option<String> {
        let link = self.article()?;
        let canonical = canonical(link);
        if let Some(part) = part(link) {
            return Some(format!("link:{canonical}#{part}"));
        }
        let is_front = canonical.path() == "/" && canonical.query().is_none() && canonical.fragment().is_none();
        (!is_front).then(|| format!("link:{canonical}"))
    }

    /// Where the article is, past whoever counts visits.
    pub fn article(&self) -> Option<&Url> {
        self.original.as_ref().or(self.link.as_ref())
    }

    /// What is compared of its link.
    pub fn canonical(&self) -> Option<Url> {
        self.article().map(canonical)
    }

    /// The text of [`Entry::canonical`], for less.
    pub fn canonical_text(&self) -> Option<String> {
        self.article().map(canonical_text)
    }

    /// The path of [`Entry::canonical`], for less.
    pub fn canonical_path(&self) -> Option<Cow<'_, str>> {
        self.article().map(canonical_path)
    }

    /// Title and date.
    pub fn identity_by_title(&self) -> String {
        match self.published {
            Some(published) => format!("title:{} {published}", self.title),
            None => format!("title:{}", self.title),
        }
    }

    /// Where its own dates place it: when it appeared, else when it last changed,
    /// since Atom asks for no other date.
    pub fn date(&self) -> Option<Timestamp> {
        self.published.or(self.updated)
    }

    /// A hash of the meaning: title, text and canonical link. Dates, images
    /// and markup may flap from poll to poll without the article changing. Of
    /// what the feed says: its page, which is not asked for again, counts for nothing.
    pub fn content_hash(&self) -> [u8; 32] {
        let link = self.canonical_text();
        self.content_hash_under(&self.title, link.as_deref())
    }

    /// What [`Entry::content_hash`] would be under this title and canonical link.
    pub fn content_hash_under(&self, title: &str, link: Option<&str>) -> [u8; 32] {
        // What no text contains, so that nothing slips from one part into the next.
        const END: [u8; 1] = [0];
        let link = link.unwrap_or_default();
        let parts_bytes = title.len() + link.len() + self.summary_html.len() + self.content_html.len();
        let mut hash = Gathered::with_room(parts_bytes + 3 * END.len());
        hash.add(title.as_bytes());
        hash.add(&END);
        hash.add(link.as_bytes());
        for html in [&self.summary_html, &self.content_html] {
            hash.add(&END);
            text::tell_plain(html, usize::MAX, |piece| hash.add(piece.as_bytes()));
        }
        hash.whole()
    }

    /// The longest text there is, plain: that of its page, else the content, else the summary.
    /// Empty where that only says the title again.
    pub fn text(&self) -> String {
        self.unless_title(text::plain_of_safe(self.html()))
    }

    /// The beginning of [`Entry::text`]: `most_chars` of it.
    pub fn lead(&self, most_chars: usize) -> String {
        let needed = most_chars.max(self.title.len()) + 1;
        let mut text = self.unless_title(text::beginning_of_safe(self.html(), needed));
        match text.as_bytes().get(..most_chars) {
            // Fewer bytes than that are fewer characters.
            None => {}
            Some(head) if head.is_ascii() => text.truncate(most_chars),
            Some(_) => {
                let end = text.char_indices().nth(most_chars).map_or(text.len(), |(end, _)| end);
                text.truncate(end);
            }
        }
        text
    }

    fn html(&self) -> &str {
        let given = [&self.article_html, &self.content_html].into_iter().find(|html| !html.is_empty());
        given.unwrap_or(&self.summary_html)
    }

    fn unless_title(&self, text: String) -> String {
        // Most texts begin with another letter, and no word of them need be looked for.
        let begins = |text: &str| text.trim_start().bytes().next();
        let says_it_again =
            begins(&text) == begins(&self.title) && text.split_whitespace().eq(self.title.split_whitespace());
        if says_it_again { String::new() } else { text }
    }
}

/// A hash of what is told in many small pieces: to feed it one costs as much as a dozen bytes of it, so that they are
/// put together first.
struct Gathered {
    hash: Sha256,
    /// What it was not fed yet.
    waiting: Vec<u8>,
}

impl Gathered {
    /// More than this waits for nothing.
    const MOST_BYTES: usize = 4 << 10;

    /// With room for so many bytes, if they are not too many to wait.
    fn with_room(bytes: usize) -> Self {
        Self { hash: Sha256::new(), waiting: Vec::with_capacity(bytes.min(Self::MOST_BYTES)) }
    }

    fn add(&mut self, piece: &[u8]) {
        if self.waiting.len() + piece.len() > Self::MOST_BYTES {
            self.hash.update(&self.waiting);
            self.waiting.clear();
        }
        if piece.len() > Self::MOST_BYTES {
            self.hash.update(piece);
        } else {
            self.waiting.extend_from_slice(piece);
        }
    }

    fn whole(mut self) -> [u8; 32] {
        self.hash.update(&self.waiting);
        self.hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(guid: Option<&str>, link: Option<&str>, title: &str) -> Entry {
        Entry {
            guid: guid.map(str::to_owned),
            link: link.map(|link| link.parse().unwrap()),
            title: title.to_owned(),
            ..Entry::default()
        }
    }

    #[test]
    fn the_publishers_id_comes_first_then_the_link_then_the_title() {
        let link = Some("https://a.test/1?utm_source=feed");
        assert_eq!(entry(Some("7"), link, "T").identity(), "id:7");
        assert_eq!(entry(None, link, "T").identity(), "link:https://a.test/1");
        assert_eq!(entry(None, None, "T").identity(), "title:T");
        assert_eq!(
            entry(None, Some("https://a.test/live#block-3"), "T").identity(),
            "link:https://a.test/live#block-3"
        );
        assert_eq!(entry(None, Some("https://a.test/#top"), "T").identity(), "title:T", "a front page is no article");
        assert_eq!(entry(Some("7"), link, "T").identity_without_guid(), "link:https://a.test/1");
        let counted = Entry { original: "https://b.test/2".parse().ok(), ..entry(None, link, "T") };
        assert_eq!(counted.identity(), "link:https://b.test/2");
    }

    #[test]
    fn a_text_that_says_the_title_again_is_none() {
        let mut entry = entry(None, None, "Lathe learns to sing");
        entry.summary_html = "<p>Lathe <b>learns</b></p> to sing".to_owned();
        assert_eq!((entry.text().as_str(), entry.lead(400).as_str()), ("", ""));
        entry.summary_html += " and dance";
        assert_eq!(entry.text(), "Lathe learns\nto sing and dance");
        assert_eq!(entry.lead(8), "Lathe le");
    }

    /// As [`Entry::lead`], of the whole text, letter by letter.
    fn slow_lead(entry: &Entry, most_chars: usize) -> String {
        let text = text::plain_of_safe(entry.html());
        let says_it_again = text.split_whitespace().eq(entry.title.split_whitespace());
        if says_it_again { String::new() } else { text.chars().take(most_chars).collect() }
    }

    /// As [`Entry::content_hash_under`], piece by piece.
    fn slow_hash(entry: &Entry, title: &str, link: &str) -> [u8; 32] {
        let (summary, content) = (text::plain_of_safe(&entry.summary_html), text::plain_of_safe(&entry.content_html));
        Sha256::digest([title, link, &summary, &content].join("\0")).into()
    }

    proptest! {
        #[test]
        fn a_lead_and_a_hash_are_those_of_the_whole_text(
            title in "[a-cé ]{0,6}",
            html in "([a-cé ]{0,6}|<p>|</p>|<td>|<br|&amp;|&nbsp;|国家|\\x07|word [a-z]{70}){0,12}",
            (times, most_chars) in (0_usize..120, 0_usize..600),
        ) {
            let mut entry = entry(None, None, &title);
            entry.content_html = html.repeat(times);
            prop_assert_eq!(entry.lead(most_chars), slow_lead(&entry, most_chars));
            prop_assert_eq!(entry.content_hash_under(&title, Some("x")), slow_hash(&entry, &title, "x"));
            entry.summary_html = html;
            prop_assert_eq!(entry.content_hash_under("", None), slow_hash(&entry, "", ""));
        }
    }

    #[test]
    fn a_long_word_is_hashed_whole() {
        let mut entry = entry(None, None, "T");
        for length in [4_090, 4_095, 4_096, 4_097, 9_000] {
            entry.content_html = format!("a {} b", "国".repeat(length));
            assert_eq!(entry.content_hash_under("T", None), slow_hash(&entry, "T", ""));
            entry.content_html = format!("<p>{}</p>b", "x".repeat(length));
            assert_eq!(entry.content_hash_under("T", None), slow_hash(&entry, "T", ""));
        }
    }

    #[test]
    fn markup_and_tracking_do_not_change_the_meaning() {
        let mut one = entry(Some("7"), Some("https://a.test/1?utm_source=a"), "T");
        let mut two = entry(Some("7"), Some("https://a.test/1?utm_source=b"), "T");
        one.summary_html = "<p>Same <b>words</b></p>".to_owned();
        two.summary_html = "<p>Same words</p>".to_owned();
        assert_eq!(one.content_hash(), two.content_hash());
        one.article_html = "<p>All of it</p>".to_owned();
        assert_eq!(one.content_hash(), two.content_hash(), "what stands on its page is not compared");
        assert_eq!(one.text(), "All of it");
        two.title = "Another".to_owned();
        assert_ne!(one.content_hash(), two.content_hash());
    }
}
