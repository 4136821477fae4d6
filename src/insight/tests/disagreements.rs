//! What publishers disagree on, and what only looks like it.

use super::*;

#[test]
fn publishers_who_disagree_are_listed() {
    let subject = subject(vec![
        report("A", "DeepSeek valued at $45 billion", ""),
        report("BB", "DeepSeek round at a valuation of $40 billion", ""),
        report("CCC", "DeepSeek worth 450亿美元 after state money, valuation says", ""),
        report("DDDD", "DeepSeek valued at $45B, up from $10 billion", ""),
    ]);
    let card = card(&subject, None);
    let lines: Vec<String> =
        card.disagreements[0].figures.iter().map(|it| format!("{}: {}", it.text, it.publishers.join(", "))).collect();
    assert_eq!(lines, ["$45 billion: A, CCC, DDDD", "$40 billion: BB"]);
    assert_eq!(card.disagreements[0].first.as_deref(), Some("A"));
}

/// What two publishers who say this disagree about.
#[track_caller]
fn check_differ(one: &str, other: &str, expected: &[&str]) {
    let subject = subject(vec![report("A", one, ""), report("BB", other, "")]);
    let told = card(&subject, None).disagreements;
    let told: Vec<String> = told
        .iter()
        .map(|it| {
            let figures: Vec<&str> = it.figures.iter().map(|figure| figure.text.as_str()).collect();
            format!("{}: {}", it.about, figures.join(" / "))
        })
        .collect();
    assert_eq!(told, expected, "{one} / {other}");
}

#[test]
fn days_that_differ_are_listed_unless_a_zone_may_explain_it() {
    let (one, other) = ("DeepSeek V5 launches on 12 May", "DeepSeek V5 ships on 19 May");
    check_differ(one, other, &["launch: 12 May / 19 May"]);
    check_differ(one, "DeepSeek V5 ships on 13 May", &[]);
    check_differ("DeepSeek said on 5 May that it will wait", "DeepSeek said on 12 May that it is ready", &[]);
}

#[test]
fn figures_that_one_sentence_tells_side_by_side_are_of_two_things() {
    check_differ(
        "DeepSeek leaks: $38.5 billion loss",
        "DeepSeek has a loss of $21 billion",
        &["loss: $38.5 billion / $21 billion"],
    );
    check_differ("DeepSeek cuts 7,000 jobs", "DeepSeek moves 7,000 jobs and cuts 7,800 jobs", &[]);
    check_differ("DeepSeek cuts 7,000 jobs", "DeepSeek cuts 7,800 jobs", &["jobs cut: 7,000 jobs / 7,800 jobs"]);
}

#[test]
fn agreement_and_roundings_are_no_disagreement() {
    let subject = subject(vec![
        report("A", "DeepSeek valued at $45 billion", ""),
        report("BB", "DeepSeek valued at $45.2B", ""),
        report("CCC", "Moonshot valued at $20 billion", ""),
    ]);
    assert_eq!(card(&subject, None).disagreements, []);
}

#[test]
fn bounds_names_and_money_still_to_come_are_no_disagreement() {
    let check = |one: &str, other: &str| {
        let subject = subject(vec![report("A", one, ""), report("BB", other, "")]);
        assert_eq!(card(&subject, None).disagreements, [], "{one} / {other}");
    };
    check("DeepSeek raises money at a valuation of $15.8 billion", "DeepSeek, now worth above $15 billion");
    check("DeepSeek-8B is out", "DeepSeek has 8.4 billion parameters");
    check("DeepSeek raises money, 投前估值100亿美元", "Counting the new money DeepSeek is worth $14 billion");
}

#[test]
fn a_bound_takes_back_what_its_publisher_said_before() {
    let at = |hour: i8, title: &'static str| Report {
        published: format!("2026-05-06T{hour:02}:00:00Z").parse().unwrap(),
        ..report("A", title, "")
    };
    let told = |of_a: &[Report<'static>]| {
        let reports = of_a.iter().cloned().chain([report("BB", "DeepSeek cuts 7,800 jobs", "")]).collect();
        card(&subject(reports), None).disagreements.len()
    };
    let (figure, bound) = ("DeepSeek cuts 7,000 jobs", "DeepSeek cuts more than 7,000 jobs");
    assert_eq!(told(&[at(8, figure)]), 1);
    assert_eq!(told(&[at(8, figure), at(10, bound)]), 0);
    assert_eq!(told(&[at(6, bound), at(8, figure)]), 1, "what it said in the end is a figure");
    assert_eq!(told(&[at(8, bound)]), 0);
}

#[test]
fn figures_are_told_in_words_that_readers_know() {
    check_differ("DeepSeek裁员7000人", "DeepSeek cuts 7,800 jobs", &["jobs cut: 7,000 people / 7,800 jobs"]);
    let subject = subject(vec![
        report("A", "DeepSeek裁员7000人", ""),
        report("A", "DeepSeek cuts 7,000 jobs", ""),
        report("BB", "DeepSeek cuts 7,800 jobs", ""),
    ]);
    let figures: Vec<String> =
        card(&subject, None).disagreements.into_iter().flat_map(|it| it.figures).map(|it| it.text).collect();
    assert_eq!(figures, ["7,000 jobs", "7,800 jobs"], "in its own words where it has them");
}
