//! Sentences against one item each: for every rule one that turns what it cites, and one that does not.

use super::super::super::{Report, Subject};
use super::*;
use crate::id::ItemId;
use crate::publisher::Kind;
use crate::source::Readers;

fn judged(text: &str, sentence: &str) -> Result<(), Reason> {
    let report = Report {
        item: ItemId(1),
        version: 1,
        publisher: "Harbor Wire",
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
    let story = Story::of(&subject, &Names::default(), 20_000).unwrap();
    check(sentence, &[1], Place::Takeaways, &story, &Names::default()).map(|_| ())
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
