//! `[[filter]]`, as meant.

use std::sync::Arc;

use super::super::entries::{FilterEntry, Words};
use super::super::error::Problem;
use super::super::place::{Document, Located};
use crate::filter::{Field, Filter, InvalidPattern, Reach, Rule, Trait};

/// The filters as `written` in `document`; what cannot be meant goes to `problems`.
pub(super) fn filters(
    document: &Arc<Document>,
    written: &[Located<FilterEntry>],
    reach: Reach,
    problems: &mut Vec<Problem>,
) -> Vec<Filter> {
    let mut filters = Vec::new();
    for entry in written {
        match filter(entry, reach) {
            Ok(filter) if filter.keep.is_empty() && filter.drop.is_empty() => {
                let problem = Problem::at(entry.place(document), "a filter without words does nothing");
                problems.push(problem.hint("give it as in drop = { title = [\"sponsored\"] }"));
            }
            Ok(filter) => filters.push(filter),
            Err(error) => {
                let problem = Problem::at(entry.place(document), error.to_string());
                problems.push(problem.hint("what stands between slashes is one; without them it is a word"));
            }
        }
    }
    filters
}

fn filter(written: &FilterEntry, reach: Reach) -> Result<Filter, InvalidPattern> {
    Ok(Filter { keep: rule(&written.keep)?, drop: rule(&written.drop)?, reach })
}

fn rule(written: &Words) -> Result<Rule, InvalidPattern> {
    let fields = [
        (Field::Title, &written.title),
        (Field::Text, &written.text),
        (Field::Link, &written.link),
        (Field::Category, &written.category),
        (Field::Author, &written.author),
    ];
    let mut rule = Rule::new();
    for (field, words) in fields {
        rule.extend(Trait::says(field, words)?);
    }
    rule.extend(written.language.iter().map(|language| Trait::Language(language.0.clone())));
    rule.extend(written.older_than.as_ref().map(|age| Trait::OlderThan(age.0)));
    Ok(rule)
}
