//! What is one story, and what is not.

use super::*;
use crate::id::{ItemId, SourceId};
use crate::item::{Entry, Item};
use crate::names::{Clarity, Name, Names, Sort};

fn names() -> Names {
    let company = |id: &str, spellings: &[&str]| Name {
        id: id.to_owned(),
        name: spellings[0].to_owned(),
        sort: Sort::Company,
        aliases: spellings[1..].iter().map(|alias| (*alias).to_owned()).collect(),
        of: None,
        rivals: Vec::new(),
        clarity: Clarity::Clear,
    };
    Names::new(vec![company("harbor", &["Harbor", "HARBOR", "海港"]), company("lathe", &["Lathe"])])
}

/// What `host` reports under `title`, so many hours after the first.
fn report(host: &str, title: &str, hours: i64) -> Imprint {
    let source: SourceId = "s".parse().unwrap();
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
    let link = format!("https://{host}.test/{hours}");
    let identity = format!("{host} {title} {hours}");
    let item = Item {
        id: ItemId::of(&source, &identity, 0),
        source,
        identity,
        generation: 0,
        version: 1,
        first_seen: at,
        placed: Some(at),
        entry: Entry { title: title.to_owned(), link: link.parse().ok(), ..Entry::default() },
    };
    Imprint::of(&item, at, &names())
}

/// The groups of these titles, each by another publisher some hours after the
/// one before: `AAB` for two of one story and one alone.
#[track_caller]
fn check(titles: &[&str], expected: &str) {
    let mut index = Index::default();
    let mut stories: Vec<StoryId> = Vec::new();
    for (hours, title) in (0..).map(|number| 2 * number).zip(titles) {
        let grouped = index.place(&report(&format!("host{hours}"), title, hours));
        for other in grouped.also {
            index.merge(other, grouped.story);
            stories.iter_mut().filter(|story| **story == other).for_each(|story| *story = grouped.story);
        }
        stories.push(grouped.story);
    }
    let mut met: Vec<StoryId> = Vec::new();
    let letter = |story: &StoryId| {
        let at = met.iter().position(|known| known == story).unwrap_or_else(|| {
            met.push(*story);
            met.len() - 1
        });
        char::from(b'A' + at as u8)
    };
    assert_eq!(stories.iter().map(letter).collect::<String>(), expected, "{titles:?}");
}

const DEAL: &str = "Harbor buys chipmaker Quillon for $45 billion";

#[test]
fn one_event_in_other_words_and_scripts_is_one_story() {
    check(&[DEAL, "Chipmaker Quillon goes to Harbor in $45bn deal", "Rain delays the regatta in Porto"], "AAB");
    check(&[DEAL, "海港450亿美元收购芯片公司Quillon"], "AA");
    check(&[DEAL, "HARBOR BUYS CHIPMAKER QUILLON FOR $45 BILLION"], "AA");
    check(&[DEAL, "Ｈａｒｂｏｒ buys chipmaker Ｑｕｉｌｌｏｎ"], "AA");
    check(&[DEAL, "Нarbоr buys сhiрmаkеr Quillоn"], "AB");
}

#[test]
fn a_topic_is_no_event() {
    check(&[DEAL, "Harbor opens an office in Lisbon", "What chip firms owe to Harbor"], "ABC");
    check(&["Harbor", "Harbor", "Harbor"], "ABC");
}

#[test]
fn titles_without_words_are_like_nothing() {
    for title in ["", "🙂🙂🙂", "!!! — ???", "the of and"] {
        check(&[title, title, title], "ABC");
    }
}

#[test]
fn what_is_named_otherwise_is_in_doubt() {
    check(&["Harbor opens a data centre in Porto", "Lathe opens a data centre in Faro"], "AB");
    check(&["Harbor unveils Quill 5 with longer battery", "Harbor unveils Quill 6 with a new screen"], "AB");
    check(&["Harbor unveils Quill 5 with longer battery", "Quill 5 by Harbor has longer battery"], "AA");
}

#[test]
fn a_later_item_may_show_that_two_stories_are_one() {
    let both = [
        "Regulator fines Quillon over leaked records",
        "Quillon chief steps down after breach inquiry",
        "Quillon chief steps down as regulator fines it over leaked records",
    ];
    check(&both[..2], "AB");
    check(&both, "AAA");
    let mut index = Index::default();
    let reports: Vec<Imprint> =
        (0..).zip(both).map(|(hours, title)| report(&format!("h{hours}"), title, 2 * hours)).collect();
    let one = index.place(&reports[0]).story;
    let two = index.place(&reports[1]).story;
    index.keep_apart(one, two);
    assert_eq!(index.place(&reports[2]).also, [], "an editor keeps them apart");
}

#[test]
fn every_decision_tells_its_figures() {
    let mut index = Index::default();
    assert_eq!(index.place(&report("a", DEAL, 0)).because, "nothing like it in the last days");
    let joined = index.place(&report("b", "Harbor buys Quillon for $45 billion", 2));
    assert!(joined.because.starts_with("likeness ") && joined.because.contains(" of the bar to `s`, "), "{joined:?}");
    let refused = index.place(&report("c", "Lathe buys chipmaker Quillon Foundry for spare parts", 3));
    assert!(refused.because.ends_with("and it names other companies"), "{refused:?}");
}

#[test]
fn nobody_who_is_alike_is_left_out_of_the_neighbours() {
    // Words of which some are rare and others common, in an order that looks like none.
    let title = |number: i64| {
        let word = |place: i64| format!("word{}", (number * (7 + place) + place * place) % (4 << place));
        (0..7).map(word).collect::<Vec<_>>().join(" ")
    };
    let mut index = Index::default();
    for number in 0..150 {
        index.place(&report(&format!("host{number}"), &title(number), number / 4));
    }
    let mut alike = 0;
    for number in 150..200 {
        let newcomer = index.recent.newcomer(&report("new", &title(number), 40));
        index.recent.count(&newcomer);
        let met = index.neighbours(&newcomer);
        let one = One::of(&newcomer);
        for slot in (0..150).filter(|slot| index.compared(&one, &index.one(*slot)).0.is_some()) {
            alike += 1;
            assert!(met.contains(&slot) || met.len() == NEIGHBOURS, "{number} {slot}");
        }
    }
    assert!(alike > 100, "{alike}");
}

#[test]
fn a_flood_of_one_title_is_quick_and_makes_no_giant() {
    let mut index = Index::default();
    let mut sizes: std::collections::HashMap<StoryId, usize> = std::collections::HashMap::new();
    for number in 0..10_000_i64 {
        let grouped = index.place(&report(&format!("host{number}"), "Daily weather report for Porto", number / 200));
        *sizes.entry(grouped.story).or_default() += 1;
    }
    assert!(sizes.values().all(|size| *size <= 500), "{:?}", sizes.values().max());
    let long: String = (0..10_000).map(|number| format!("word{number} ")).collect();
    assert_eq!(index.place(&report("long", &long, 60)).how, How::Started);
    assert_eq!(index.place(&report("longer", &long, 62)).how, How::Joined);
}

/// A hundred reports of made-up events, an hour apart, some of them in others' words.
fn made_up() -> Vec<Imprint> {
    let words =
        ["Harbor", "Lathe", "buys", "sues", "mill", "forge", "kiln", "loom", "5,000", "$3 billion", "in May", "again"];
    let title = |number: usize| {
        let of = |at: usize| words[(number / 3 * 7 + at * at * (1 + number % 2)) % words.len()];
        (0..5).map(of).chain([["quarry", "press", "anvil"][number / 9 % 3]]).collect::<Vec<_>>().join(" ")
    };
    (0..100).map(|number| report(&format!("host{}", number % 7), &title(number), number as i64)).collect()
}

/// An index of these items, and the story of each.
fn grown(items: &[Imprint]) -> (Index, Vec<StoryId>) {
    let (mut index, mut stories) = (Index::default(), Vec::new());
    for item in items {
        let grouped = index.place(item);
        for other in grouped.also {
            index.merge(other, grouped.story);
            stories.iter_mut().filter(|story| **story == other).for_each(|story| *story = grouped.story);
        }
        stories.push(grouped.story);
    }
    (index, stories)
}

/// Both place `items` alike, and some of them in stories that are there.
#[track_caller]
fn check_alike(mut one: Index, mut other: Index, items: &[Imprint]) {
    let told: Vec<[Grouped; 2]> = items.iter().map(|item| [one.place(item), other.place(item)]).collect();
    assert!(told.iter().any(|[one, _]| one.how == How::Joined), "{told:?}");
    told.iter().for_each(|[one, other]| assert_eq!(one, other));
}

#[test]
fn an_index_that_forgot_is_as_one_that_never_knew() {
    let horizon = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(40);
    let (before, after) = (&made_up()[..80], &made_up()[80..]);
    let (mut forgetful, stories) = grown(before);
    forgetful.forget_before(horizon);
    let mut young = Index::default();
    for (item, story) in before.iter().zip(stories).filter(|(item, _)| item.at >= horizon) {
        young.insert(item, story);
    }
    assert_eq!((forgetful.len(), young.len()), (40, 40));
    check_alike(forgetful, young, after);
}

#[test]
fn an_index_with_a_branch_is_as_one_that_was_read_after_it() {
    let (before, after) = (&made_up()[..80], &made_up()[80..]);
    let (grown, mut stories) = grown(before);
    let mut met: Vec<StoryId> = stories.clone();
    met.dedup();
    let size = |story: &StoryId| stories.iter().filter(|other| *other == story).count();
    let largest = *met.iter().max_by_key(|story| size(story)).unwrap();
    let its: Vec<usize> = (0..80).filter(|at| stories[*at] == largest).collect();
    assert!(its.len() > 3, "{its:?}");
    // All but the first leave, then all.
    for (gone, child) in [(&its[1..], StoryId::begun_by(before[its[1]].item)), (&its[..], StoryId([7; 16]))] {
        let mut branched = grown.clone();
        let items: Vec<ItemId> = gone.iter().map(|at| before[*at].item).collect();
        branched.branch(largest, child, &items);
        gone.iter().for_each(|at| stories[*at] = child);
        let mut read = Index::default();
        before.iter().zip(&stories).for_each(|(item, story)| read.insert(item, *story));
        check_alike(branched, read, after);
        its.iter().for_each(|at| stories[*at] = largest);
    }
}

#[test]
fn what_two_items_share_is_what_stands_in_both() {
    let mut index = Index::default();
    made_up().iter().for_each(|item| drop(index.place(item)));
    for one in 0..100 {
        for other in 0..100 {
            let (one, other) = (index.one(one), index.one(other));
            let shared = index.shared(&one, &other);
            let mut expected = Shared::default();
            for feature in one.features {
                let Some(twin) = other.features.iter().find(|twin| twin.number() == feature.number()) else { continue };
                expected.lists |= feature.lists() & twin.lists();
                for (at, list) in LISTS.into_iter().enumerate() {
                    if feature.lists() & twin.lists() & list as u8 != 0 {
                        expected.counts[at] += 1;
                        expected.weights[at] += index.recent.weight(*feature);
                    }
                }
            }
            assert_eq!(
                (shared.lists, shared.counts, shared.weights),
                (expected.lists, expected.counts, expected.weights)
            );
        }
    }
}

#[test]
fn a_version_that_is_a_figure_of_the_same_name_raises_no_doubt() {
    let mut index = Index::default();
    index.place(&report("a", "New Version Chrome 126 released", 0));
    let grouped = index.place(&report("b", "New Version Chrome 126 released", 1));
    assert_eq!(grouped.how, How::Joined);
    assert!(!grouped.because.contains("another version"), "{}", grouped.because);
}
