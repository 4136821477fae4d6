//! Sentences against one item each: for every rule one that turns what it cites, and one that does not.

use super::super::super::{Report, Subject};
use super::super::synonyms::key;
use super::super::words::is_irregular;
use super::*;
use crate::id::ItemId;
use crate::names::{Clarity, Name};
use crate::publisher::Kind;
use crate::source::Readers;

fn judged(text: &str, sentence: &str) -> Result<(), Reason> {
    judged_with(text, sentence, &Names::default())
}

fn judged_with(text: &str, sentence: &str, names: &Names) -> Result<(), Reason> {
    let report = Report {
        item: ItemId(1),
        version: 1,
        publisher: "Harbor Wire",
        domain: "Harbor Wire",
        weight: 0.5,
        kind: Kind::Press,
        company: None,
        is_copy: false,
        title: "News of the day",
        text,
        language: None,
        published: "2026-05-06T12:00:00Z".parse().unwrap(),
        quotable_words: 75,
        readers: Readers::All,
    };
    let subject = Subject { reports: vec![report], tags: &[], earlier: Vec::new(), figures: None, language: "en" };
    let story = Story::of(&subject, names, 20_000).unwrap();
    check(sentence, &[1], Place::Takeaways, &story, names).map(|_| ())
}

#[track_caller]
fn turned(text: &str, sentence: &str) {
    assert!(judged(text, sentence).is_err(), "{sentence}");
}

#[track_caller]
fn stands(text: &str, sentence: &str) {
    assert_eq!(judged(text, sentence), Ok(()), "{sentence}");
}

#[test]
fn who_does_it_stays_who_does_it() {
    let text = "Orion employs 480 people. Industry groups welcomed the vote, consumer groups called it a mistake.";
    turned(text, "Consumer groups welcomed the vote, industry groups called it a mistake.");
    stands(text, "The vote was welcomed by industry groups.");
    turned("Visits by people fell 8%, while bots load more.", "Visits by bots fell 8%.");
    turned("Zoe Hart is moving from Orion to Vega.", "Zoe Hart is moving from Vega to Orion.");
    turned("Vega is ahead of Orion on the coding test.", "Orion beats Vega on the coding test.");
}

#[test]
fn what_stands_with_a_figure_stays_with_it() {
    let text = "Orion recalls 332 cars. The company found 62 similar cases in its records.";
    turned(text, "The company found 332 similar cases in its records.");
    stands(text, "It found 62 such cases in the records.");
    turned("Editors cut 250 of 1,000 jobs.", "Editors cut 1,000 jobs.");
    turned("The deal is worth $2 billion over four years.", "The deal is worth $2 billion a year.");
}

#[test]
fn a_figure_may_follow_from_two() {
    let text = "The output price of Vega is now $4, down from $6.";
    stands(text, "The output price of Vega fell by a third, from $6 to $4.");
    turned(text, "The output price of Vega rose by a third.");
    turned(text, "The output price of Vega fell by a quarter.");
}

#[test]
fn what_is_open_stays_open() {
    turned("A trial of the case could begin in March.", "The trial of the case will begin in March.");
    turned("Two unions asked Orion for talks.", "Orion agreed to talks with two unions.");
    turned("Orion wants to open an office in Boston.", "Orion has opened an office in Boston.");
    stands("Orion sold 40 policies and hopes for 300 next year.", "Orion sold 40 policies.");
}

#[test]
fn what_is_denied_stays_denied() {
    turned("Nobody was hurt in the crash.", "Several people were hurt in the crash.");
    turned("There is no sign that the flaw was exploited.", "Attackers exploited the flaw.");
    turned("Orion gave up buying Vega after objections.", "Orion bought Vega despite objections.");
    turned("Switch off the checkpoint service.", "Switch on the checkpoint service.");
    stands("A third of the hospitals have no rules for it.", "A third of the hospitals lack rules.");
}

#[test]
fn what_a_thing_does_by_itself_may_be_told_so() {
    stands("Orion closed its offices in Boston.", "Offices in Boston closed at Orion.");
}

#[test]
fn lists_of_keys_and_stems_hold_what_words_come_to() {
    for entry in [bindings::OF_ALL, bindings::BY_ITSELF, denials::LACKS, certainty::HEDGED_BY_KEY].concat() {
        assert_eq!((key(entry), key(&stem(entry))), (entry, entry));
    }
    for entry in [speaker::SAYS, speaker::STATES, frame::UP, frame::DOWN].concat() {
        let is_of = |ending: &str| stem(&format!("{entry}{ending}")) == entry;
        let is_another = is_irregular(entry) && stem(entry) != entry;
        assert!(!is_another && ["", "ed", "ing"].into_iter().any(is_of), "{entry}");
    }
}

#[test]
fn an_ordinary_word_names_no_company_that_is_called_so() {
    let apple = Name {
        id: "apple".to_owned(),
        name: "Apple".to_owned(),
        sort: crate::names::Sort::Company,
        aliases: Vec::new(),
        of: None,
        rivals: Vec::new(),
        clarity: Clarity::Clear,
    };
    let names = Names::new(vec![apple]);
    let sentence = "Apple opened an office in Boston.";
    let judged = |text: &str| judged_with(text, sentence, &names);
    assert_eq!(
        judged("Orion opened an office in Boston, and gives everybody an apple a day."),
        Err(Reason::Name("apple".to_owned()))
    );
    assert_eq!(judged("Apple opened an office in Boston last week."), Ok(()));
    // Where a sentence is written small throughout, its head is whom it is about.
    assert_eq!(judged("apple opened an office in Boston last week."), Ok(()));
}

#[test]
fn marks_around_nothing_are_no_quotation() {
    for sentence in ["Orion sold “” cars.", "Orion sold “40 cars."] {
        assert_eq!(judged("Orion sold 40 cars.", sentence), Err(Reason::Marks), "{sentence}");
    }
}

#[test]
fn of_an_endless_sentence_no_more_is_looked_at_than_of_a_long_one() {
    let text: String = (0..200).map(|number| format!("A{number} beats B{number} by {number}, ")).collect();
    for said in Said::all("News", &text, "2026-05-06".parse().unwrap(), &Names::default(), "en") {
        let looked_at = [said.figures.len(), said.comparisons.len(), said.segments.len()];
        let most = [beside::FIGURES_MOST, order::COMPARING_MOST, bindings::SEGMENTS_MOST];
        assert!(looked_at.iter().zip(most).all(|(looked_at, most)| *looked_at <= most), "{looked_at:?}");
    }
}
