//! `[[filter]]`, as meant.

use std::sync::Arc;

use super::super::entries::{FilterEntry, Words};
use super::super::error::Problem;
use super::super::place::{Document, Located};
use super::lists::area;
use crate::filter::{Field, Filter, Reach, Rule, Trait, Word};

/// The filters as `written` in `document`; what cannot be meant goes to `problems`.
pub(super) fn filters(
    document: &Arc<Document>,
    written: &[Located<FilterEntry>],
    reach: Reach,
    problems: &mut Vec<Problem>,
) -> Vec<Filter> {
    let mut filters = Vec::new();
    for entry in written {
        let keep = rule(document, &entry.keep, problems);
        let drop = rule(document, &entry.drop, problems);
        if !keep.is_empty() || !drop.is_empty() {
            filters.push(Filter { keep, drop, reach });
            continue;
        }
        let place = entry.place(document);
        // What is wrong was taken out of it, and is told already.
        let inside = area(&place);
        if problems.iter().all(|it| !it.lies_in(&inside)) {
            let problem = Problem::at(place, "a filter without words does nothing");
            problems.push(problem.hint("give it as in drop = { title = [\"sponsored\"] }"));
        }
    }
    filters
}

fn rule(document: &Arc<Document>, written: &Words, problems: &mut Vec<Problem>) -> Rule {
    let fields = [
        (Field::Title, &written.title),
        (Field::Text, &written.text),
        (Field::Link, &written.link),
        (Field::Category, &written.category),
        (Field::Author, &written.author),
    ];
    let mut rule = Rule::new();
    for (field, words) in fields {
        let mut meant = Vec::new();
        for word in words {
            match Word::read(field, word) {
                Ok(word) => meant.push(word),
                Err(error) => {
                    let place = word.place(document);
                    let said = error.to_string();
                    let is_secret = place.quotable(&said) != said;
                    let title = if is_secret { "it is no word with its variables filled in" } else { &said };
                    problems.push(Problem::at(place.clone(), title).hint(error.remedy()));
                }
            }
        }
        match (Trait::says(field, meant), words.first()) {
            (Ok(traits), _) => rule.extend(traits),
            (Err(error), Some(first)) => {
                problems.push(Problem::at(first.place(document), error.to_string()).hint(error.remedy()));
            }
            (Err(_), None) => {}
        }
    }
    rule.extend(written.language.iter().map(|language| Trait::Language(language.0.clone())));
    rule.extend(written.older_than.as_ref().map(|age| Trait::OlderThan(age.0)));
    rule
}
