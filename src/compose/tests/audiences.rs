//! Invented headlines, and for whom they are by the shipped terms.

use crate::audience::{Spoken, Tagger};
use crate::config;
use crate::names::Sort;

/// What a company's name counts at most: a topic it is not.
const COMPANY_MOST: f64 = 0.5;

#[test]
fn what_is_said_tells_for_whom_and_who_is_named_does_not() {
    let config = config::shipped().expect("the shipped configuration is sound");
    let tagger = Tagger::new(&config.audiences);
    let cases = [
        ("Ember co-founder dies in plane crash", "general"),
        ("智潮联合创始人谈天气", "general"),
        ("Advice for founders from Ember", "founders"),
        ("Quillon CEO is booed by graduates", "general"),
        ("Quillon has a new CEO", "founders"),
        ("Lawmaker’s bill would put half of Quillon under public ownership", "policy"),
        ("Bill Gates reads on", "general"),
        ("议员提案向智潮征税", "policy"),
    ];
    let wrong = cases.iter().filter_map(|(title, expected)| {
        let tags = tagger.tags(&Spoken { titles: vec![*title], ..Spoken::default() });
        let found = tags.iter().map(|tag| tag.audience.as_str()).collect::<Vec<_>>().join(" ");
        (found != *expected).then(|| format!("{title}: {found}, not {expected}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_name_of_a_company_decides_nothing_alone() {
    let config = config::shipped().expect("the shipped configuration is sound");
    let companies = config.names.all().iter().filter(|name| name.sort == Sort::Company);
    let spelled = companies.flat_map(|name| std::iter::once(&name.name).chain(&name.aliases));
    let spelled: Vec<String> = spelled.map(|spelling| spelling.to_lowercase()).collect();
    let terms = config.audiences.iter().flat_map(|audience| &audience.terms);
    let heavy = terms.filter(|term| term.weight > COMPANY_MOST).flat_map(|term| &term.any);
    let named: Vec<&String> = heavy.filter(|word| spelled.contains(&word.to_lowercase())).collect();
    assert!(named.is_empty(), "{named:?}");
}
