//! Lists of entries from several files: each id once, shipped entries below
//! the operator's own; audiences, publishers and the playbook.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::audience::{self, Audience, Fallback, Term};
use crate::id::Share;
use crate::insight::playbook::{Advice, KindRule, Playbook};
use crate::names::Names;
use crate::publisher::{self, Publisher, Publishers, UNKNOWN_WEIGHT};

use super::super::entries::{AudienceEntry, Kind, KindEntry, PublisherEntry, TermEntry};
use super::super::error::Problem;
use super::super::near::nearest;
use super::super::place::{Document, Located, Mark, Place};
use super::References;

/// An entry and where it stands.
pub(in crate::config) struct Entry<T> {
    pub(super) written: Located<T>,
    pub(super) document: Arc<Document>,
}

impl<T> Entry<T> {
    /// Whether it stands in the file at `path`.
    pub(super) fn stands_in(&self, path: &Path) -> bool {
        self.document.path == path
    }

    /// Reports that `key` is missing, unless something else about the entry
    /// was reported: it may be there, and wrong.
    pub(super) fn needs(&self, what: &str, key: &str, problems: &mut Vec<Problem>) {
        if self.has_no_problem(problems) {
            problems.push(Problem::at(self.written.place(&self.document), format!("{what} needs `{key}`")));
        }
    }

    /// Whether nothing was reported about the entry.
    pub(super) fn has_no_problem(&self, problems: &[Problem]) -> bool {
        let place = self.written.place(&self.document);
        let inside = area(&place);
        problems.iter().all(|it| !it.lies_in(&inside))
    }
}

impl<T: Clone> Entry<T> {
    /// The one that is `written` in `document`.
    pub(super) fn of(written: &Located<T>, document: &Arc<Document>) -> Self {
        Self { written: written.clone(), document: document.clone() }
    }
}

/// The entries of one list of `document`.
pub(in crate::config) fn entries<T>(document: &Arc<Document>, list: Vec<Located<T>>) -> Vec<Entry<T>> {
    list.into_iter().map(|written| Entry { written, document: document.clone() }).collect()
}

/// All of an entry that stands at `place`: where that is a header, what is below it too.
pub(super) fn area(place: &Place) -> Place {
    let text = &place.document.text;
    let has_header = text[place.span.clone()].starts_with('[');
    let span = if has_header { section(text, place.span.start) } else { place.span.clone() };
    Place { span, ..place.clone() }
}

/// From the header at `start` up to the next one that is not of a table below it.
fn section(text: &str, start: usize) -> Range<usize> {
    let name = |line: &str| line.trim_start().trim_start_matches('[').split(']').next().unwrap_or_default().to_owned();
    let mut lines = text[start..].split_inclusive('\n');
    let header = lines.next().unwrap_or_default();
    let below = format!("{}.", name(header));
    let inside = lines.take_while(|line| !line.trim_start().starts_with('[') || name(line).starts_with(&below));
    start..start + header.len() + inside.map(str::len).sum::<usize>()
}

/// Adds `own` entries to `list`, in which a shipped one of the same id gives way.
pub(super) fn shipped_below<T>(list: &mut Vec<Entry<T>>, own: Vec<Entry<T>>, mark: fn(&T) -> Option<Mark<'_>>) {
    let own_ids: Vec<&str> = own.iter().filter_map(|it| mark(&it.written)).map(|(id, _)| id).collect();
    let replaced = |it: &Entry<T>| mark(&it.written).is_some_and(|(id, _)| own_ids.contains(&id));
    list.retain(|it| !it.document.is_shipped() || !replaced(it));
    list.extend(own);
}

/// Reports entries without an id, or with one that stood before. `key` is what
/// the id is called in a `what`.
pub(super) fn check_ids<T>(
    list: &[Entry<T>],
    [what, key]: [&str; 2],
    id: fn(&T) -> Option<Mark<'_>>,
    problems: &mut Vec<Problem>,
) {
    for entry in list.iter().filter(|entry| id(&entry.written).is_none()) {
        entry.needs(what, key, problems);
    }
    let ids = list.iter().filter_map(|entry| id(&entry.written).map(|id| (id, &entry.document)));
    check_once(key, ids, problems);
}

/// Reports each of `ids` that stood before.
fn check_once<'e>(key: &str, ids: impl Iterator<Item = (Mark<'e>, &'e Arc<Document>)>, problems: &mut Vec<Problem>) {
    let mut first: HashMap<&str, Place> = HashMap::new();
    for ((id, span), document) in ids {
        let place = Place { document: document.clone(), span };
        if let Some(first) = first.get(id) {
            let title = format!("the {key} `{}` is there twice", place.quotable(id));
            let problem = Problem::at(place, title).hint("again here");
            problems.push(problem.because(first.clone(), "first here"));
        } else {
            first.insert(id, place);
        }
    }
}

impl References {
    /// Reports `id` if none of the `known` is called so. Shipped entries may
    /// point at what the operator has replaced.
    pub(super) fn follow<'k, T>(
        self,
        [what, id]: [&str; 2],
        known: impl Iterator<Item = &'k str> + Clone,
        from: (&Located<T>, &Arc<Document>),
        problems: &mut Vec<Problem>,
    ) {
        let (written, document) = from;
        let believed = self == Self::Believed || document.is_shipped();
        if believed || known.clone().any(|it| it == id) {
            return;
        }
        let place = written.place(document);
        let title = format!("no {what} is called `{}`", place.quotable(id));
        let problem = Problem::at(place, title);
        let some = || known.clone().take(12).collect::<Vec<_>>().join(", ");
        problems.push(match nearest(id, known.clone()) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None if known.clone().count() <= 12 => problem.hint(format!("there are: {}", some())),
            None => problem,
        });
    }
}

/// The terms as `written` in `document`; an expression that cannot be meant goes to `problems`.
fn terms(document: &Arc<Document>, written: &[TermEntry], problems: &mut Vec<Problem>) -> Vec<Term> {
    for word in written.iter().flat_map(|term| &term.any) {
        if let Some(Err(why)) = audience::terms::expression(word) {
            let place = word.place(document);
            let title = if place.quotable(&why) == why { why } else { "it is no regular expression".to_owned() };
            problems.push(Problem::at(place, title));
        }
    }
    let words = |term: &TermEntry| term.any.iter().map(|word| String::clone(word)).collect();
    written.iter().map(|it| Term { any: words(it), weight: it.weight.0 }).collect()
}

/// The audiences; one of them is the fallback.
pub(super) fn audiences(
    main: &Arc<Document>,
    list: Vec<Entry<AudienceEntry>>,
    problems: &mut Vec<Problem>,
) -> Vec<Audience> {
    check_ids(&list, ["an audience", "id"], AudienceEntry::mark, problems);
    let fallback = fallback(main, &list, problems);
    let mut meant = |(index, entry): (usize, Entry<AudienceEntry>)| {
        let id = entry.written.id.as_deref()?.clone();
        Some(Audience {
            name: entry.written.name.clone().unwrap_or_else(|| id.to_string()),
            about: entry.written.about.clone(),
            terms: terms(&entry.document, &entry.written.terms, problems),
            sources: terms(&entry.document, &entry.written.sources, problems),
            min_confidence: entry.written.min_confidence.0.0,
            fallback: if fallback == Some(index) { Fallback::Yes } else { Fallback::No },
            id,
        })
    };
    list.into_iter().enumerate().filter_map(&mut meant).collect()
}

/// Which audience takes what is for nobody else: the one that says so, the
/// operator's before a shipped one, else the one called `general`.
fn fallback(main: &Arc<Document>, list: &[Entry<AudienceEntry>], problems: &mut Vec<Problem>) -> Option<usize> {
    let says_so = |entry: &Entry<AudienceEntry>| entry.written.fallback;
    let own: Vec<usize> = (0..list.len()).filter(|&at| says_so(&list[at]) && !list[at].document.is_shipped()).collect();
    if let [first, second, ..] = own[..] {
        let place = |at: usize| list[at].written.place(&list[at].document);
        let problem =
            Problem::at(place(second), "only one audience can be the fallback").hint("also says `fallback = true`");
        problems.push(problem.because(place(first), "the first that does"));
    }
    let general = || list.iter().position(|it| it.written.id.as_ref().is_some_and(|id| id.as_str() == "general"));
    let chosen = own.first().copied().or_else(|| list.iter().position(says_so)).or_else(general);
    if chosen.is_none() && problems.is_empty() {
        let first =
            list.first().map_or(Place { document: main.clone(), span: 0..0 }, |it| it.written.place(&it.document));
        problems.push(Problem::at(first, "no audience is the fallback").hint("give one of them `fallback = true`"));
    }
    chosen
}

/// The publishers, each with all of its domains; none of them twice.
pub(super) fn publishers(
    list: Vec<Entry<PublisherEntry>>,
    names: &Names,
    references: References,
    problems: &mut Vec<Problem>,
) -> Publishers {
    for entry in list.iter().filter(|entry| entry.written.domain.is_none()) {
        entry.needs("a publisher", "domain", problems);
    }
    let domains = list.iter().flat_map(|entry| {
        let all = entry.written.domain.iter().chain(&entry.written.aka);
        all.map(|domain| ((domain.as_str(), domain.span()), &entry.document))
    });
    check_once("domain", domains, problems);
    let known: Vec<&str> = names.all().iter().map(|name| name.id.as_str()).collect();
    let mut meant = Vec::new();
    for Entry { written, document, .. } in list {
        let Some(domain) = &written.domain else { continue };
        for domain in std::iter::once(domain).chain(&written.aka) {
            check_domain(domain, &document, problems);
        }
        if let Some(company) = &written.company {
            references.follow(["name", company], known.iter().copied(), (company, &document), problems);
        }
        let publisher = Publisher {
            domain: domain.to_string(),
            name: written.name.clone().unwrap_or_else(|| domain.to_string()),
            kind: meant_kind(written.kind),
            weight: written.weight.map_or(Share::nearest(UNKNOWN_WEIGHT), |weight| weight.0),
            company: written.company.as_ref().map(|company| company.to_string()),
            is_known: true,
        };
        meant.push((publisher, written.aka.iter().map(|it| it.to_string()).collect()));
    }
    Publishers::new(meant)
}

fn check_domain(domain: &Located<String>, document: &Arc<Document>, problems: &mut Vec<Problem>) {
    let bare = !domain.is_empty() && !domain.contains("://") && !domain.starts_with("www.") && !domain.ends_with('/');
    if !bare || domain.contains(|letter: char| letter.is_uppercase() || letter.is_whitespace()) {
        let place = domain.place(document);
        let title = format!("`{}` is no publisher's domain", place.quotable(domain));
        let hint = "write it as in \"ft.com\" or \"x.com/openai\", in lower case, without \"www.\"";
        problems.push(Problem::at(place, title).hint(hint));
    }
}

/// A [`Kind`] as the domain has it.
pub(super) fn meant_kind(kind: Kind) -> publisher::Kind {
    match kind {
        Kind::Press => publisher::Kind::Press,
        Kind::Primary => publisher::Kind::Primary,
        Kind::Community => publisher::Kind::Community,
        Kind::Aggregator => publisher::Kind::Aggregator,
    }
}

/// Kinds of event with their advice.
pub(super) fn playbook(
    list: Vec<Entry<KindEntry>>,
    audiences: &[Audience],
    references: References,
    problems: &mut Vec<Problem>,
) -> Playbook {
    check_ids(&list, ["a kind of event", "id"], KindEntry::mark, problems);
    let mut kinds = Vec::new();
    for Entry { written, document, .. } in list {
        let Some(id) = written.id.as_ref().map(|id| id.0.clone()) else { continue };
        for audience in written.advice.iter().filter_map(|it| it.audience.as_ref()) {
            let known = audiences.iter().map(|it| it.id.as_str());
            references.follow(["audience", audience.as_str()], known, (audience, &document), problems);
        }
        let is_blank = |line: &Option<String>| line.as_ref().is_none_or(|line| line.trim().is_empty());
        for empty in written.advice.iter().filter(|it| is_blank(&it.matters) && is_blank(&it.next)) {
            let of_kind = written.id.as_ref().map(|id| id.place(&document));
            let place = empty.audience.as_ref().map(|audience| audience.place(&document)).or(of_kind);
            let title = format!("an advice of the kind `{id}` says nothing");
            let problem =
                place.map(|place| Problem::at(place, title).hint("give it `matters` or `next`, or take it out"));
            problems.extend(problem);
        }
        let advice = written.advice.iter().map(|it| Advice {
            audience: it.audience.as_deref().cloned(),
            matters: it.matters.clone(),
            next: it.next.clone(),
        });
        let name = written.name.clone().unwrap_or_else(|| id.clone());
        kinds.push(KindRule { id, name, terms: terms(&document, &written.terms, problems), advice: advice.collect() });
    }
    Playbook { kinds }
}
