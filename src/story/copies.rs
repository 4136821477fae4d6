//! Who prints what others wrote: reports of agencies and announcements that many
//! sites carry word for word. However many carry it, such a text is one voice.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Report;
use crate::publisher::Kind;
use crate::text::head;
use crate::text::token::tokens;

/// Headlines of fewer words may be the same by chance.
const FEWEST_TITLE_WORDS: usize = 6;

/// Texts of fewer words say nothing of who wrote them.
const FEWEST_WORDS: usize = 25;

/// So much of a text is compared. What follows differs anyway: each site cuts elsewhere.
const MOST_WORDS: usize = 80;
const MOST_CHARS: usize = 800;

/// Words in a row that are compared as one.
const RUN: usize = 4;

/// The share of its runs that a copy has from its original: sites change a dateline, a credit, a spelling.
const LEAST_SHARED: f64 = 0.5;

/// Texts that one is compared with at most: a story of ten thousand reports must not become slow.
const MOST_COMPARED: usize = 60;

/// Which report each of `reports` is counted as, as indices: itself, or the one of another publisher whose words it
/// has. Of several with the same words it is the one whose publisher's word weighs most, then the first.
///
/// Texts decide where both have one, and equal headlines where not, unless a list gave both. Communities and lists
/// write no headlines: theirs are those of others anyway, and that they pass something on is their say.
pub fn originals(reports: &[Report]) -> Vec<usize> {
    let mut originals: Vec<usize> = (0..reports.len()).collect();
    let is_one_voice = reports.windows(2).all(|pair| pair[0].publisher.domain == pair[1].publisher.domain);
    if is_one_voice {
        return originals;
    }
    let mut order = originals.clone();
    order.sort_by(|a, b| {
        let (a, b) = (&reports[*a], &reports[*b]);
        let by_weight = b.publisher.weight.value().total_cmp(&a.publisher.weight.value());
        by_weight.then(a.appeared().cmp(&b.appeared())).then(a.item.id.cmp(&b.item.id))
    });
    let mut met = Met::default();
    for index in order {
        originals[index] = met.original(index, reports);
    }
    originals
}

/// Reports that are no copies of those before them.
#[derive(Default)]
struct Met {
    by_title: HashMap<u64, usize>,
    texts: Vec<(usize, Vec<u64>)>,
}

impl Met {
    fn original(&mut self, index: usize, reports: &[Report]) -> usize {
        let is_other = |known: usize| reports[known].publisher.domain != reports[index].publisher.domain;
        let runs = runs(&reports[index].item.entry.lead(MOST_CHARS));
        if let Some(runs) = &runs {
            let same = self.texts.iter().find(|(_, known)| shared(runs, known) >= LEAST_SHARED);
            if let Some((known, _)) = same.filter(|(known, _)| is_other(*known)) {
                return *known;
            }
        }
        let title = title(&reports[index]);
        if let Some(known) = title.and_then(|title| self.by_title.get(&title)).copied() {
            let both_told = runs.is_some() && self.texts.iter().any(|(index, _)| *index == known);
            if is_other(known) && !both_told && !are_titled_by_one_list(&reports[known], &reports[index]) {
                return known;
            }
        }
        if let Some(title) = title {
            self.by_title.entry(title).or_insert(index);
        }
        if let Some(runs) = runs.filter(|_| self.texts.len() < MOST_COMPARED) {
            self.texts.push((index, runs));
        }
        index
    }
}

/// Whether one source gave both links a title at one moment, as lists do that gather what is reported of an event:
/// then equal titles are the list's, and say nothing of who wrote what.
fn are_titled_by_one_list(one: &Report, other: &Report) -> bool {
    let (one, other) = (&one.item, &other.item);
    one.source == other.source && one.entry.date().is_some() && one.entry.date() == other.entry.date()
}

fn title(report: &Report) -> Option<u64> {
    if !matches!(report.publisher.kind, Kind::Press | Kind::Primary) {
        return None;
    }
    let words = tokens(&report.item.entry.title);
    (words.len() >= FEWEST_TITLE_WORDS).then(|| hash(&words))
}

/// The runs of a text that is long enough to tell who wrote it, each once and in order.
fn runs(text: &str) -> Option<Vec<u64>> {
    let words = first_words(text);
    if words.len() < FEWEST_WORDS {
        return None;
    }
    let words: Vec<u64> = words.iter().map(hash).collect();
    // A week has a hundred thousand texts: each word is hashed once, not in each run that it stands in.
    let mut runs: Vec<u64> =
        words.windows(RUN).map(|run| run.iter().fold(0, |all, word| together(all, *word))).collect();
    runs.sort_unstable();
    runs.dedup();
    Some(runs)
}

/// In so many bytes stand more than [`MOST_WORDS`] words of most texts.
const MOST_WORDS_BYTES: usize = 560;

/// The first [`MOST_WORDS`] of a text: of its head where two more stand there. Then none of them is what is left of
/// a longer word, or goes on with the next one, as "45 billion" does.
fn first_words(text: &str) -> Vec<String> {
    let head = head(text, MOST_WORDS_BYTES);
    let mut words = tokens(head);
    if words.len() < MOST_WORDS + 2 && head.len() < text.len() {
        words = tokens(text);
    }
    words.truncate(MOST_WORDS);
    words
}

/// A hash of both, in their order: as rustc-hash makes it.
fn together(before: u64, next: u64) -> u64 {
    (before.rotate_left(5) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The share of the shorter one's runs that both have.
fn shared(a: &[u64], b: &[u64]) -> f64 {
    // Step by step through both, without a branch: each new text of a story is held against those before it.
    let (mut in_a, mut in_b, mut both) = (0, 0, 0_usize);
    while let (Some(one), Some(other)) = (a.get(in_a), b.get(in_b)) {
        both += usize::from(one == other);
        in_a += usize::from(one <= other);
        in_b += usize::from(other <= one);
    }
    both as f64 / a.len().min(b.len()).max(1) as f64
}

fn hash(word: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::id::{ItemId, Share, SourceId};
    use crate::item::{Entry, Item};
    use crate::publisher::Publisher;

    const WIRE: &str = "LONDON, May 6 - The European Commission fined the maker of a chatbot 120 million euros on \
        Wednesday for training on personal data without consent, the first fine of its kind under the new rules, and \
        gave it ninety days to delete the models that rest on it, its spokesperson said.";
    const OWN: &str = "A fine of 120 million euros for one of the largest chatbots: Brussels has found that its maker \
        took what people wrote about themselves and never asked. What now has to go are the weights themselves, and \
        nobody has ever had to throw away a model before. Our correspondent on what it may cost.";
    const TITLE: &str = "EU fines chatbot maker 120 million euros over personal data";

    fn report((domain, weight, title, text): &(&str, f64, &str, &str)) -> Report {
        let first_seen: Timestamp = "2026-05-06T09:00:00Z".parse().unwrap();
        let source: SourceId = "s".parse().unwrap();
        let entry = Entry { title: (*title).to_owned(), summary_html: format!("<p>{text}</p>"), ..Entry::default() };
        let item = Item {
            id: ItemId::of(&source, domain, 0),
            source,
            identity: (*domain).to_owned(),
            generation: 0,
            version: 1,
            first_seen,
            placed: Some(first_seen),
            entry,
        };
        let weight = Share::nearest(*weight);
        let (domain, name) = ((*domain).to_owned(), (*domain).to_owned());
        let publisher = Publisher { domain, name, kind: Kind::Press, weight, company: None, is_known: false };
        Report { item, publisher, carried_by: Kind::Press, source_name: String::new() }
    }

    #[track_caller]
    fn check(reports: &[(&str, f64, &str, &str)], expected: &[usize]) {
        let reports: Vec<Report> = reports.iter().map(report).collect();
        assert_eq!(originals(&reports), expected);
    }

    proptest! {
        #[test]
        fn the_first_words_of_a_head_are_those_of_the_text(
            pieces in proptest::collection::vec("[a-zA-Z]{1,9} |[0-9]{1,3} |billion |bn|[.,’'“%-]|é|[一-十]{1,3}|\\PC", 0..260),
        ) {
            let text = pieces.concat();
            let mut words = tokens(&text);
            words.truncate(MOST_WORDS);
            prop_assert_eq!(first_words(&text), words);
        }

        #[test]
        fn what_two_share_is_what_is_in_both(
            a in proptest::collection::btree_set(0_u64..60, 0..40),
            b in proptest::collection::btree_set(0_u64..60, 0..40),
        ) {
            let sorted = |all: &BTreeSet<u64>| all.iter().copied().collect::<Vec<u64>>();
            let plain = a.intersection(&b).count() as f64 / a.len().min(b.len()).max(1) as f64;
            prop_assert_eq!(shared(&sorted(&a), &sorted(&b)), plain);
        }
    }

    #[test]
    fn a_text_that_many_print_is_one_voice_whatever_they_call_it() {
        let credited = format!("By our staff and agencies. {WIRE} Read more on our site.");
        check(&[("local.test", 0.3, "Chatbot fined", &credited), ("wire.test", 0.9, TITLE, WIRE)], &[1, 1]);
        check(&[("own.test", 0.3, TITLE, OWN), ("wire.test", 0.9, TITLE, WIRE)], &[0, 1]);
    }

    #[test]
    fn a_long_headline_word_for_word_is_a_copy_where_no_text_says_otherwise() {
        check(
            &[("a.test", 0.3, TITLE, ""), ("b.test", 0.3, TITLE, "Short."), ("c.test", 0.5, TITLE, WIRE)],
            &[2, 2, 2],
        );
        check(&[("a.test", 0.3, "Chatbot maker fined", ""), ("b.test", 0.3, "Chatbot maker fined", "")], &[0, 1]);
    }

    #[test]
    fn one_title_that_a_list_gives_two_links_at_once_makes_none_a_copy() {
        let linked = |domain: &str, weight: f64, source: &str, date: &str| {
            let mut linked = report(&(domain, weight, TITLE, ""));
            linked.item.source = source.parse().unwrap();
            linked.item.entry.published = Some(date.parse().unwrap());
            linked
        };
        let check = |(source, date): (&str, &str), expected: [usize; 2]| {
            let first = linked("a.test", 0.5, "list", "2026-05-06T08:00:00Z");
            assert_eq!(originals(&[first, linked("b.test", 0.3, source, date)]), expected, "{source} {date}");
        };
        check(("list", "2026-05-06T08:00:00Z"), [0, 1]);
        check(("list", "2026-05-06T08:30:00Z"), [0, 0]);
        check(("wire", "2026-05-06T08:00:00Z"), [0, 0]);
    }

    #[test]
    fn one_publisher_does_not_copy_itself() {
        check(&[("a.test", 0.3, TITLE, WIRE), ("a.test", 0.3, TITLE, WIRE)], &[0, 1]);
    }

    #[test]
    fn chinese_copies_are_found() {
        let text = "欧盟委员会周三宣布，因未经同意使用个人数据训练模型，对一家聊天机器人开发商处以一点二亿欧元罚款，并要求其在九十天内删除相关模型。";
        check(&[("a.test", 0.3, "罚款", text), ("b.test", 0.5, "欧盟开出首张罚单", text)], &[1, 1]);
    }
}
