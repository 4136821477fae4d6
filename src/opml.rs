//! Source lists, in OPML 2.0: ours for other readers, and theirs for us.
//!
//! What a plain list has no place for stands in attributes of our own namespace: an id, a kind, a weight,
//! audiences, an interval. Folders are outlines around outlines, as every reader has them.

mod everyone;
mod living;
mod read;
mod written;

use url::Url;

pub use everyone::for_everyone;
pub use living::{Came, HeldList, ListStanding, Living, Losses, Terms};
pub use read::{Listed, NotAList, Refused, read};
pub use written::written;

/// The namespace of our own attributes.
pub const NAMESPACE: &str = "urn:recapd:opml:1";

/// One feed of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What people call it, in one line; may be empty in the lists of others.
    pub text: String,
    /// The feed: http or https.
    pub xml_url: Url,
    /// The page that it is the feed of.
    pub html_url: Option<Url>,
    /// The folder it stands in: `News`, `News/AI` for one within another.
    pub folder: Option<String>,
    /// What of where it stood could not be kept, in words.
    pub notes: Vec<String>,
    /// BCP 47, as written.
    pub language: Option<String>,
    /// What only recapd reads.
    pub own: Own,
}

/// The attributes of our namespace, as written: whether they make sense here is for the reader's configuration to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// `recapd:id`: the id of the source.
    pub id: Option<String>,
    /// `recapd:kind`: `press`, `primary`, `community` or `aggregator`.
    pub kind: Option<String>,
    /// `recapd:weight`: 0 to 1.
    pub weight: Option<String>,
    /// `recapd:audiences`: ids with blanks between.
    pub audiences: Option<String>,
    /// `recapd:interval`: `4h`.
    pub interval: Option<String>,
    /// `recapd:excerptWords`: a number.
    pub excerpt_words: Option<String>,
    /// `recapd:websub`: `false`.
    pub websub: Option<String>,
}

impl Own {
    /// Each attribute under its name without the prefix.
    fn attributes(&self) -> [(&'static str, &Option<String>); 7] {
        let Self { id, kind, weight, audiences, interval, excerpt_words, websub } = self;
        [
            ("id", id),
            ("kind", kind),
            ("weight", weight),
            ("audiences", audiences),
            ("interval", interval),
            ("excerptWords", excerpt_words),
            ("websub", websub),
        ]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = String> {
        "[a-zA-Zé\"'量0-9]{1,6}( [&>\"'a-z]{1,5})?"
    }

    prop_compose! {
        fn outline()(
            text in word(), host in "[a-z]{1,5}", query in proptest::option::of("[a-z]=[a-z]&[a-z]"),
            folder in proptest::option::of(prop_oneof![word(), (word(), word()).prop_map(|(a, b)| format!("{a}/{b}"))]),
            weight in proptest::option::of("0\\.[1-9]"), interval in proptest::option::of("[1-9]h"),
        ) -> Outline {
            let mut xml_url: Url = format!("https://{host}.test/feed").parse().unwrap();
            xml_url.set_query(query.as_deref());
            let own = Own { id: Some(host), weight, interval, ..Own::default() };
            Outline { text, xml_url, html_url: None, folder, notes: Vec::new(), language: Some("de".to_owned()), own }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(list in proptest::collection::vec(outline(), 0..8)) {
            let read = read(&String::from_utf8(written("Ours", list.iter().cloned())).unwrap()).unwrap();
            prop_assert_eq!(&read.refused, &[]);
            let by_id = |mut list: Vec<Outline>| {
                list.sort_by_key(|it| format!("{it:?}"));
                list
            };
            prop_assert_eq!(by_id(read.outlines), by_id(list));
        }

        #[test]
        fn a_name_that_looks_like_markup_is_written_and_read_again(folder in "[a&;<lt>b]{1,6}", text in "[a&;<lt>b]{1,6}") {
            let outline = Outline {
                text,
                folder: Some(folder),
                own: Own { id: Some("a".to_owned()), ..Own::default() },
                xml_url: "https://a.test/feed".parse().unwrap(),
                html_url: None,
                notes: Vec::new(),
                language: None,
            };
            let read = read(&String::from_utf8(written("Ours", [outline.clone()].into_iter())).unwrap()).unwrap();
            prop_assert_eq!(read.outlines, [outline]);
        }

        #[test]
        fn whatever_is_read_never_fails_badly(text in "(<opml>|<body>|</?outline|(text|xmlUrl|recapd:id)=\"?[a-z:/&;. ]{0,12}\"?|/?>|é){0,40}") {
            let _ = read(&text);
        }
    }
}
