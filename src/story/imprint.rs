//! What is left of a signature to group by: each thing once, as a number. So
//! small that it is kept beside its item, and no text need be read again.

use jiff::Timestamp;

use super::signature::{Scope, Signature};
use crate::id::{ItemId, SourceId};
use crate::item::Item;
use crate::names::Names;
use crate::text::token::Script;

/// An item as the index of stories takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Imprint {
    /// The item.
    pub item: ItemId,
    /// Where it stands in time.
    pub at: Timestamp,
    /// Who carried it.
    pub source: SourceId,
    /// By what it was made, see [`maker`].
    pub by: u32,
    /// What its texts come to.
    pub face: Face,
}

/// What the texts of an item come to; kept as bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// See [`Signature::script`].
    pub(super) script: Script,
    /// See [`Signature::scope`].
    pub(super) scope: Scope,
    /// A hash of [`Signature::host`].
    pub(super) host: u64,
    /// A hash of [`Signature::link`].
    pub(super) link: Option<u64>,
    /// Each once: the words, then what else stands in the second list, and so on; of each list in order of the
    /// alphabet.
    pub(super) things: Box<[Thing]>,
}

/// A word, a name, a figure: a hash of it, and the lists of the signature that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Thing(u64);

/// A list of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Words = 1,
    Neutral = 2,
    Marks = 4,
    Companies = 8,
    Versions = 16,
}

/// What an item is found by, unlike the companies and versions that raise doubts.
pub(super) const FOUND_BY: u8 = List::Words as u8 | List::Neutral as u8 | List::Marks as u8;

/// So many bits of a thing are its lists, the others its hash.
const LIST_BITS: u32 = 8;

/// By what imprints are made: this version's rules and these names. What others
/// made is not compared with theirs, but made anew.
pub fn maker(names: &Names) -> u32 {
    let rules = hash("rules of ", env!("CARGO_PKG_VERSION"));
    (rules >> LIST_BITS) as u32 ^ names.print()
}

impl Imprint {
    /// Of an item that stands at `at`.
    pub fn of(item: &Item, at: Timestamp, names: &Names) -> Self {
        let face = Face::of(&Signature::of(item, at, names));
        Self { item: item.id, at, source: item.source.clone(), by: maker(names), face }
    }
}

impl Face {
    fn of(signature: &Signature) -> Self {
        let of_texts = [
            (List::Words, &signature.words[..]),
            (List::Neutral, &signature.neutral[..]),
            (List::Marks, &signature.marks[..]),
        ];
        let mut things = merged(of_texts);
        things.extend(signature.companies.iter().map(|company| Thing::of("of ", company).in_list(List::Companies)));
        things.extend(signature.versions.iter().map(|version| Thing::of("version ", version).in_list(List::Versions)));
        Self {
            script: signature.script,
            scope: signature.scope,
            host: hash("", &signature.host),
            link: signature.link.as_deref().map(|link| hash("", link)),
            things: things.into(),
        }
    }
}

/// What stands in any of `lists`, each of which is in order: those of the first list first.
fn merged(mut lists: [(List, &[String]); 3]) -> Vec<Thing> {
    let mut things = Vec::with_capacity(lists.iter().map(|(_, words)| words.len()).sum());
    while let Some(next) = lists.iter().filter_map(|(_, words)| words.first()).min() {
        let mut thing = Thing::of("", next);
        for (list, words) in &mut lists {
            if let Some((_, others)) = words.split_first().filter(|(first, _)| *first == next) {
                (*words, thing) = (others, thing.in_list(*list));
            }
        }
        things.push(thing);
    }
    things.sort_by_key(|thing| thing.lists().trailing_zeros());
    things
}

impl Thing {
    fn of(kind: &str, text: &str) -> Self {
        Self(hash(kind, text) << LIST_BITS)
    }

    fn in_list(self, list: List) -> Self {
        Self(self.0 | list as u64)
    }

    /// Where it stands, a bit a [`List`].
    pub(super) fn lists(self) -> u8 {
        self.0 as u8
    }

    /// What tells it from all others.
    pub(super) fn hash(self) -> u64 {
        self.0 >> LIST_BITS
    }
}

impl Face {
    /// To be kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let script = match self.script {
            Script::Latin => 0,
            Script::Han => 1,
            Script::Other => 2,
        };
        let scope = if self.scope == Scope::Roundup { 4 } else { 0 };
        let is_linked = if self.link.is_some() { 8 } else { 0 };
        let mut bytes = Vec::with_capacity(1 + 8 * (2 + self.things.len()));
        bytes.push(script | scope | is_linked);
        let hashes = std::iter::once(self.host).chain(self.link);
        for number in hashes.chain(self.things.iter().map(|thing| thing.0)) {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    /// What was kept; none of what is no such thing.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (numbers, []) = rest.as_chunks::<8>() else { return None };
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
        let script = match kind & 3 {
            0 => Script::Latin,
            1 => Script::Han,
            2 => Script::Other,
            _ => return None,
        };
        let scope = if kind & 4 != 0 { Scope::Roundup } else { Scope::Event };
        let host = numbers.next()?;
        let link = if kind & 8 != 0 { Some(numbers.next()?) } else { None };
        Some(Self { script, scope, host, link, things: numbers.map(Thing).collect() })
    }
}

/// The hash of a thing that is a word.
pub(super) fn hash_of_word(word: &str) -> u64 {
    Thing::of("", word).hash()
}

/// FNV-1a, its bits mixed by the end of `SplitMix64`: the same on every machine
/// for good. Whoever makes two words meet in it could as well have written one.
fn hash(kind: &str, text: &str) -> u64 {
    let bytes = kind.bytes().chain(text.bytes());
    let mut hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(words: &[&str], neutral: &[&str], marks: &[&str], link: Option<&str>) -> Signature {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Signature {
            item: ItemId(7),
            at: Timestamp::UNIX_EPOCH,
            source: "s".parse().unwrap(),
            link: link.map(str::to_owned),
            host: "a.test".to_owned(),
            words: owned(words),
            neutral: owned(neutral),
            marks: owned(marks),
            companies: owned(&["harbor"]),
            versions: owned(&["quill-5"]),
            script: Script::Han,
            scope: Scope::Roundup,
        }
    }

    /// How many things stand in each list.
    fn lists(face: &Face) -> [usize; 5] {
        [List::Words, List::Neutral, List::Marks, List::Companies, List::Versions]
            .map(|list| face.things.iter().filter(|thing| thing.lists() & list as u8 != 0).count())
    }

    #[test]
    fn each_thing_is_there_once_and_in_all_of_its_lists() {
        let face = Face::of(&signature(&["a", "c", "d"], &["b", "c"], &["c", "harbor"], None));
        assert_eq!(lists(&face), [3, 2, 2, 1, 1]);
        assert_eq!(face.things.len(), 7);
        let harbor: Vec<u64> = [Thing::of("", "harbor"), Thing::of("of ", "harbor")].map(Thing::hash).into();
        assert_eq!([face.things[4].hash(), face.things[5].hash()], harbor[..], "the company is not the word");
    }

    #[test]
    fn what_is_kept_is_read_back() {
        for link in [None, Some("https://a.test/1")] {
            for words in [&[][..], &["a", "b"]] {
                let face = Face::of(&signature(words, &["b"], &["c"], link));
                assert_eq!(Face::from_bytes(&face.to_bytes()), Some(face));
            }
        }
        assert_eq!(Face::from_bytes(&[]), None);
        assert_eq!(Face::from_bytes(&[0; 8]), None);
        assert_eq!(Face::from_bytes(&[3; 9]), None);
    }

    #[test]
    fn a_hash_is_the_same_for_good() {
        assert_eq!(hash("", "quillon"), hash("quil", "lon"));
        expect_test::expect!["3f191c408231a7dd"].assert_eq(&format!("{:x}", hash("", "quillon")));
    }
}
