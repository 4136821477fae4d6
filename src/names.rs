//! Who and what the news is about: companies, models, people, and the
//! spellings they go by in every script.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};
use sha2::{Digest, Sha256};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A company or a lab.
    Company,
    /// A model or a family of models.
    Model,
    /// Anything else that is made.
    Product,
    /// Somebody.
    Person,
    /// A regulator, a court, a university.
    Body,
    /// Who puts money into others.
    Investor,
}

/// One actor or thing, from `names.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Identifies it.
    pub id: String,
    /// What readers see.
    pub name: String,
    /// What it is.
    pub sort: Sort,
    /// Other spellings; matched in the case given.
    pub aliases: Vec<String>,
    /// The id of the company it belongs to.
    pub of: Option<String>,
    /// Ids of its rivals, of the same sort.
    pub rivals: Vec<String>,
    /// Whether it is also an everyday word.
    pub clarity: Clarity,
}

#[cfg(test)]
impl Name {
    /// One that means nothing else, without other spellings and rivals.
    pub(crate) fn clear(id: &str, name: &str, sort: Sort, of: Option<&str>) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            sort,
            aliases: Vec::new(),
            of: of.map(str::to_owned),
            rivals: Vec::new(),
            clarity: Clarity::Clear,
        }
    }
}

impl Name {
    /// The id of the company it belongs to, or its own.
    pub fn family(&self) -> &str {
        self.of.as_deref().unwrap_or(&self.id)
    }
}

/// Whether a name alone says enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clarity {
    /// It does.
    #[default]
    Clear,
    /// It counts only next to another name of its family.
    Ambiguous,
}

/// All names, found in a text in one pass.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<Name>,
    by_id: HashMap<String, usize>,
    spellings: Vec<usize>,
    finder: Option<AhoCorasick>,
    beginnings: Beginnings,
    print: u32,
}

/// How spellings begin: for each first byte the second ones, a bit for each value of their last six bits. Those tell
/// apart all bytes inside a character, all small letters and all capitals.
///
/// Few letters of a text begin a name: to look for those, and for names only there, is cheaper than to have an automaton
/// read every letter.
#[derive(Clone, Debug)]
struct Beginnings([u64; 256]);

/// A name that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<'n> {
    /// Which.
    pub name: &'n Name,
    /// Bytes from.
    pub start: usize,
    /// Bytes up to, not including.
    pub end: usize,
}

impl Names {
    /// The names as configured. One whose spellings are all empty is never found.
    pub fn new(names: Vec<Name>) -> Self {
        let by_id = names.iter().enumerate().map(|(index, name)| (name.id.clone(), index)).collect();
        let spelled = names.iter().enumerate().flat_map(|(index, name)| {
            let all = std::iter::once(&name.name).chain(&name.aliases);
            all.filter(|spelling| !spelling.is_empty()).map(move |spelling| (spelling.clone(), index))
        });
        let (patterns, spellings): (Vec<String>, Vec<usize>) = spelled.unzip();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Anchored)
            // Of few names it would be a table by itself, which takes more room.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .ok();
        Self { print: print(&names), names, by_id, spellings, finder, beginnings: Beginnings::of(&patterns) }
    }

    /// Other names have another: what was found by them need not be found by these.
    pub fn print(&self) -> u32 {
        self.print
    }

    /// All of them, in the configuration's order.
    pub fn all(&self) -> &[Name] {
        &self.names
    }

    /// The one with this id.
    pub fn get(&self, id: &str) -> Option<&Name> {
        self.by_id.get(id).map(|&index| &self.names[index])
    }

    /// The names in `text`, in order, as whole words where the script has
    /// words; an ambiguous one only next to a clear one of its family.
    pub fn find<'n>(&'n self, text: &str) -> Vec<Found<'n>> {
        let mut found = self.whole(text);
        if found.iter().any(|it| it.name.clarity == Clarity::Ambiguous) {
            let clear = found.iter().filter(|it| it.name.clarity == Clarity::Clear);
            let clear: Vec<&str> = clear.map(|it| it.name.family()).collect();
            found.retain(|it| it.name.clarity == Clarity::Clear || clear.contains(&it.name.family()));
        }
        found
    }

    /// The names in `text`, clear or not. Of spellings that overlap the first counts, and of those that begin together
    /// the longest, even if it is no whole word.
    fn whole<'n>(&'n self, text: &str) -> Vec<Found<'n>> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.beginnings.first_in(text.as_bytes(), from) {
            let here = Input::new(text).range(at..).anchored(Anchored::Yes);
            let Ok(Some(spelling)) = finder.try_find(here) else {
                from = at + 1;
                continue;
            };
            let (start, end) = (spelling.start(), spelling.end());
            if is_whole(text, start, end) {
                let name = &self.names[self.spellings[spelling.pattern().as_usize()]];
                found.push(Found { name, start, end });
            }
            from = end;
        }
        found
    }
}

impl Default for Beginnings {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Beginnings {
    fn of(spellings: &[String]) -> Self {
        let mut beginnings = Self::default();
        for spelling in spellings {
            match spelling.as_bytes() {
                [] => {}
                // Anything may stand behind it, and the end of the text.
                [only] => beginnings.0[usize::from(*only)] = u64::MAX,
                [first, second, ..] => beginnings.0[usize::from(*first)] |= Self::bit(*second),
            }
        }
        beginnings
    }

    fn bit(second: u8) -> u64 {
        1 << (second & 63)
    }

    /// The first byte of `text`, from `from` on, that a spelling may begin at.
    fn first_in(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = text.get(from..)?;
        let may_begin = |pair: &[u8]| self.0[usize::from(pair[0])] & Self::bit(pair[1]) != 0;
        let inside = rest.windows(2).position(may_begin);
        let at_the_end = || rest.last().filter(|last| self.0[usize::from(**last)] == u64::MAX).map(|_| rest.len() - 1);
        inside.or_else(at_the_end).map(|at| from + at)
    }
}

/// A hash of all that decides what is found.
fn print(names: &[Name]) -> u32 {
    let mut hash = Sha256::new();
    for Name { id, name, sort, aliases, of, rivals: _, clarity } in names {
        hash.update(format!("{id:?} {name:?} {sort:?} {aliases:?} {of:?} {clarity:?}\n"));
    }
    let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
    u32::from_le_bytes([a, b, c, d])
}

/// Whether no word of a spaced script goes on at either end: `GPT` is not in
/// `GPTs`, but in `GPT5.5`, and `英伟达` in `英伟达发布`.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let spaced = |letter: char| letter.is_alphanumeric() && (letter as u32) < 0x2E80;
    let joins = |left: Option<char>, right: Option<char>| match (left, right) {
        (Some(left), Some(right)) if left.is_alphabetic() && right.is_ascii_digit() => false,
        (left, right) => left.is_some_and(spaced) && right.is_some_and(spaced),
    };
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let inside = &text[start..end];
    !joins(before, inside.chars().next()) && !joins(inside.chars().next_back(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(id: &str, spellings: &[&str], of: Option<&str>, clarity: Clarity) -> Name {
        let (first, rest) = spellings.split_first().unwrap();
        Name {
            id: id.to_owned(),
            name: first.to_string(),
            sort: Sort::Company,
            aliases: rest.iter().map(|alias| alias.to_string()).collect(),
            of: of.map(str::to_owned),
            rivals: Vec::new(),
            clarity,
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let names = Names::new(vec![
            name("nvidia", &["Nvidia", "NVIDIA", "英伟达"], None, Clarity::Clear),
            name("openai", &["OpenAI"], None, Clarity::Clear),
            name("gpt", &["GPT"], Some("openai"), Clarity::Clear),
            name("operator", &["Operator"], Some("openai"), Clarity::Ambiguous),
        ]);
        let found: Vec<&str> = names.find(text).iter().map(|found| found.name.id.as_str()).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn names_are_whole_words_in_any_script() {
        check("NVIDIA sues", &["nvidia"]);
        check("英伟达发布新芯片", &["nvidia"]);
        check("GPT-5 beats GPTs", &["gpt"]);
        check("GPT5.5 is out", &["gpt"]);
        check("nvidia in small letters", &[]);
    }

    #[test]
    fn an_ambiguous_name_needs_its_family() {
        check("Operator of a mine fined", &[]);
        check("OpenAI ships Operator", &["openai", "operator"]);
    }

    proptest::proptest! {
        #[test]
        fn names_are_where_an_automaton_finds_them(
            text in "(Chat|GPT|GP|OpenAI|Open|AI|X|x|英伟达|英伟|达|英|é|[ -~]|\\PC){0,30}",
        ) {
            let spellings = [
                "GPT", "ChatGPT", "OpenAI", "AI", "Open", "X", "英伟达", "英", "达发", "xAI", "AI Open", "é", "4o",
            ];
            let of = |spelling: &&str| name(spelling, &[*spelling], None, Clarity::Clear);
            let names = Names::new(spellings.iter().map(of).collect());
            let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(spellings).unwrap();
            let slowly = automaton.find_iter(&text);
            let slowly = slowly.map(|found| (spellings[found.pattern().as_usize()], found.start(), found.end()));
            let slowly: Vec<_> = slowly.filter(|(_, start, end)| is_whole(&text, *start, *end)).collect();
            let found = names.find(&text);
            let found: Vec<_> = found.iter().map(|it| (it.name.id.as_str(), it.start, it.end)).collect();
            proptest::prop_assert_eq!(found, slowly);
        }
    }
}
