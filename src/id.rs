//! The small names that everything else passes around.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The name of a source in the configuration: lower-case letters, digits,
/// dashes and underscores, 1 to 64 bytes, starting with a letter or digit.
///
/// It identifies the source for good: the feed's URL may change, this may not.
/// Clones share their letters: a source is named in many places, and there may be thousands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(Arc<str>);

/// The name of an audience in the configuration; the same alphabet as [`SourceId`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AudienceId(Arc<str>);

/// A text that cannot name a source or an audience.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit")]
pub struct InvalidId(String);

fn valid(id: &str) -> bool {
    let starts_well = id.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    starts_well && id.len() <= 64 && id.bytes().all(allowed)
}

macro_rules! configured_name {
    ($name:ident) => {
        impl $name {
            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(id: String) -> Result<Self, InvalidId> {
                if valid(&id) { Ok(Self(id.into())) } else { Err(InvalidId(id)) }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(id: &str) -> Result<Self, InvalidId> {
                Self::try_from(id.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

configured_name!(SourceId);
configured_name!(AudienceId);

/// An item for good: known before it is stored, the same on every machine.
///
/// Written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub i64);

impl ItemId {
    /// The id of the `generation`-th article (0 is the first) that `source`
    /// published under `identity`.
    pub fn of(source: &SourceId, identity: &str, generation: u32) -> Self {
        let digest = digest(&["item", source.as_str(), identity, &generation.to_string()]);
        Self(i64::from_be_bytes(first(&digest)))
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ItemId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = || NotAnId { what: "item", digits: 16, text: text.to_owned() };
        let is_hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex {
            return Err(wrong());
        }
        u64::from_str_radix(text, 16).map(|n| Self(n.cast_signed())).map_err(|_| wrong())
    }
}

/// A story for good: minted from its first item and never changed, since it
/// becomes the id of an Atom entry. Written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoryId(pub [u8; 16]);

impl StoryId {
    /// The id of the story that begins with `item`.
    pub fn begun_by(item: ItemId) -> Self {
        Self(first(&digest(&["story", &item.to_string()])))
    }

    /// Another id for a story that begins with `item`, where the first is
    /// taken: the `turn`-th of them, from 1.
    pub fn begun_again_by(item: ItemId, turn: u32) -> Self {
        Self(first(&digest(&["story", &item.to_string(), &turn.to_string()])))
    }

    /// The first eight digits, as they stand in the address of its page.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for StoryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = || NotAnId { what: "story", digits: 32, text: text.to_owned() };
        let is_hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex {
            return Err(wrong());
        }
        u128::from_str_radix(text, 16).map(|n| Self(n.to_be_bytes())).map_err(|_| wrong())
    }
}

/// A text that is not an id of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what} id: it has {digits} hexadecimal digits")]
pub struct NotAnId {
    what: &'static str,
    digits: u32,
    text: String,
}

macro_rules! as_text_in_json {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text_in_json!(ItemId);
as_text_in_json!(StoryId);

/// A part of a whole, 0 to 1: a weight, a confidence.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

impl Share {
    /// Nothing of it.
    pub const ZERO: Self = Self(0.0);

    /// The share nearest to `value`; what is no number counts as 0.
    pub fn nearest(value: f64) -> Self {
        if value.is_nan() { Self::ZERO } else { Self(value.clamp(0.0, 1.0)) }
    }

    /// As a number from 0 to 1.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = NotAShare;

    fn try_from(value: f64) -> Result<Self, NotAShare> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(NotAShare(value)) }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is no part of a whole.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0} is out of range: use a number from 0 to 1")]
pub struct NotAShare(f64);

/// SHA-256 over the parts, each preceded by its length, so that no two lists
/// of parts give the same bytes.
fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    let mut head = [0; N];
    head.copy_from_slice(&bytes[..N]);
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, accepted: bool) {
        assert_eq!(id.parse::<SourceId>().is_ok(), accepted, "{id:?}");
        assert_eq!(id.parse::<AudienceId>().is_ok(), accepted, "{id:?}");
    }

    #[test]
    fn configured_names_are_short_and_plain() {
        check("tnw", true);
        check("36kr_ai-news", true);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
        check("", false);
        check("-tnw", false);
        check("TNW", false);
        check("the verge", false);
        check("é", false);
    }

    #[test]
    fn ids_survive_being_written_and_read() {
        let source: SourceId = "tnw".parse().unwrap();
        let item = ItemId::of(&source, "https://a.test/1", 0);
        let story = StoryId::begun_by(item);
        assert_eq!(item.to_string().parse(), Ok(item));
        assert_eq!(story.to_string().parse(), Ok(story));
        assert_eq!(story.short().len(), 8);
        assert_ne!(item, ItemId::of(&source, "https://a.test/1", 1), "a reused identity is another item");
        assert!("+123456789012345".parse::<ItemId>().is_err());
    }

    #[test]
    fn a_share_lies_between_nothing_and_all() {
        assert!(Share::try_from(1.1).is_err());
        assert!(Share::try_from(f64::NAN).is_err());
        assert_eq!(Share::nearest(7.0).value(), 1.0);
        assert_eq!(Share::nearest(f64::NAN), Share::ZERO);
    }
}
