//! What is left of a signature to group by: each thing once, as a number. So
//! small that it is kept beside its item, and no text need be read again.

use jiff::Timestamp;

use super::signature::{Particulars, Scope};
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
    /// See [`Signature::script`](super::signature::Signature::script).
    pub(super) script: Script,
    /// See [`Signature::scope`](super::signature::Signature::scope).
    pub(super) scope: Scope,
    /// A hash of [`Signature::host`](super::signature::Signature::host).
    pub(super) host: u64,
    /// A hash of [`Signature::link`](super::signature::Signature::link).
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
        let face = Face::of(&Particulars::of(item, names));
        Self { item: item.id, at, source: item.source.clone(), by: maker(names), face }
    }
}

impl Face {
    fn of(particulars: &Particulars) -> Self {
        let mut things = found_by(particulars);
        let company = |company: &String| Thing::of("of ", company).in_list(List::Companies);
        let version = |version: &String| Thing::of("version ", version).in_list(List::Versions);
        things.extend(particulars.companies.iter().map(company));
        things.extend(particulars.versions.iter().map(version));
        Self {
            script: particulars.script,
            scope: particulars.scope,
            host: hash("", &particulars.host),
            link: particulars.link.as_deref().map(|link| hash("", link)),
            things: things.into(),
        }
    }
}

/// What stands in the first three lists: those of the first list first.
fn found_by(particulars: &Particulars) -> Vec<Thing> {
    const WORD: u64 = List::Words as u64;
    const NEUTRAL: u64 = List::Neutral as u64;
    const MARK: u64 = List::Marks as u64;
    let lists_of = |is_neutral: &bool| if *is_neutral { WORD | NEUTRAL } else { WORD };
    let words = particulars.words.iter().zip(particulars.are_neutral.iter().map(lists_of));
    let in_title = particulars.in_title.iter().map(|mark| (mark, NEUTRAL | MARK));
    let in_lead = particulars.in_lead.iter().map(|mark| (mark, MARK));
    let mut found: Vec<(&String, u64)> = words.chain(in_title).chain(in_lead).collect();
    found.sort_unstable();
    found.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 |= if is_same { next.1 } else { 0 };
        is_same
    });
    let mut things: Vec<Thing> = found.iter().map(|(text, lists)| Thing(Thing::of("", text).0 | lists)).collect();
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::item::Entry;
    use crate::names::{Name, Sort};
    use crate::story::signature::Signature;

    /// A capital is of a word that is neutral.
    fn particulars(words: &[&str], in_title: &[&str], in_lead: &[&str], link: Option<&str>) -> Particulars {
        let owned = |words: &[&str]| words.iter().map(|word| word.to_lowercase()).collect();
        Particulars {
            link: link.map(str::to_owned),
            host: "a.test".to_owned(),
            words: owned(words),
            are_neutral: words.iter().map(|word| word.starts_with(char::is_uppercase)).collect(),
            in_title: owned(in_title),
            in_lead: owned(in_lead),
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
        let face = Face::of(&particulars(&["a", "C", "d"], &["b", "b"], &["harbor", "c", "b"], None));
        assert_eq!(lists(&face), [3, 2, 3, 1, 1]);
        assert_eq!(face.things.len(), 7);
        let in_order = ["a", "c", "d", "b", "harbor"].map(hash_of_word);
        assert!(face.things.iter().map(|thing| thing.hash()).take(5).eq(in_order), "of the first list first");
        assert_eq!(face.things[5].hash(), Thing::of("of ", "harbor").hash(), "the company is not the word");
    }

    /// The things of a signature's lists, as they stand there.
    fn of_lists(signature: &Signature) -> Vec<Thing> {
        let lists =
            [(List::Words, &signature.words), (List::Neutral, &signature.neutral), (List::Marks, &signature.marks)];
        let all: BTreeSet<&String> = lists.iter().flat_map(|(_, texts)| texts.iter()).collect();
        let thing = |text: &String| {
            let of_it = lists.iter().filter(|(_, texts)| texts.contains(text));
            of_it.fold(Thing::of("", text), |thing, (list, _)| thing.in_list(*list))
        };
        let mut things: Vec<Thing> = all.into_iter().map(thing).collect();
        things.sort_by_key(|thing| thing.lists().trailing_zeros());
        things
    }

    proptest::proptest! {
        #[test]
        fn a_face_is_that_of_the_signature(
            title in "( |GPT-5|Harbor|harbor|the|了|发布|é|[0-9]{1,3}| million|\\$5bn| - |v2\\.1|[a-z]{1,6} |\\PC){0,14}",
            text in "( |GPT-5|Harbor|harbor|发布|\\$5bn|5%|v2\\.1|[a-z]{1,6} ){0,14}",
        ) {
            let name = |id, name, of| Name::clear(id, name, Sort::Company, of);
            let names = Names::new(vec![name("harbor", "Harbor", None), name("gpt", "GPT", Some("harbor"))]);
            let source: SourceId = "s".parse().unwrap();
            let at = Timestamp::UNIX_EPOCH;
            let entry = Entry { title, summary_html: text, ..Entry::default() };
            let id = ItemId::of(&source, "1", 0);
            let identity = "1".to_owned();
            let item = Item { id, source, identity, generation: 0, version: 1, first_seen: at, placed: None, entry };
            let found = found_by(&Particulars::of(&item, &names));
            proptest::prop_assert_eq!(found, of_lists(&Signature::of(&item, at, &names)));
        }
    }

    #[test]
    fn what_is_kept_is_read_back() {
        for link in [None, Some("https://a.test/1")] {
            for words in [&[][..], &["a", "b"]] {
                let face = Face::of(&particulars(words, &["b"], &["c"], link));
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
