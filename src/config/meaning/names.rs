//! Companies, models, people: entries that point at each other.

use crate::names::{Clarity, Name, Names, Sort};

use super::super::entries::{NameEntry, NameKind};
use super::super::error::Problem;
use super::References;
use super::lists::{Entry, check_ids};

/// The names; `of` and `rivals` point at others of them.
pub(super) fn names(list: Vec<Entry<NameEntry>>, references: References, problems: &mut Vec<Problem>) -> Names {
    check_ids(&list, ["a name", "id"], NameEntry::mark, problems);
    let known: Vec<&str> = list.iter().filter_map(|it| it.written.id.as_ref()).map(|id| id.0.as_str()).collect();
    for Entry { written, document, .. } in &list {
        for other in written.of.iter().chain(&written.rivals) {
            references.follow(["name", other], known.iter().copied(), (other, document), problems);
        }
    }
    Names::new(list.iter().filter_map(|it| meant(&it.written)).collect())
}

fn meant(written: &NameEntry) -> Option<Name> {
    let id = written.id.as_ref()?.0.clone();
    Some(Name {
        name: written.name.clone().unwrap_or_else(|| id.clone()),
        sort: match written.kind {
            NameKind::Company => Sort::Company,
            NameKind::Model => Sort::Model,
            NameKind::Product => Sort::Product,
            NameKind::Person => Sort::Person,
            NameKind::Body => Sort::Body,
            NameKind::Investor => Sort::Investor,
        },
        aliases: written.aliases.clone(),
        of: written.of.as_ref().map(|of| of.to_string()),
        rivals: written.rivals.iter().map(|rival| rival.to_string()).collect(),
        clarity: if written.ambiguous { Clarity::Ambiguous } else { Clarity::Clear },
        id,
    })
}
