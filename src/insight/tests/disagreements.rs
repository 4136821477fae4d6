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
