//! What each report is to its story: of something else, since grouping errs; its company's own word; or passed on.

use std::collections::BTreeSet;

use super::Report;
use super::reading::{Line, Reading};
use super::strangers::{names_nobody, parties, without_yardsticks};
use super::titles::without_series;
use crate::names::{Name, Sort};
use crate::publisher::Kind;
use crate::story::signature::is_stop_word;
use crate::text::token::{Script, is_unspaced, script, tokens};

/// A title without a known name shares so many telling words with another of its matter, at least: one is chance.
const SHARED_LEAST: usize = 2;

/// The sentences at the head of a text that tell whom it is about; further down anybody may be named.
const HEAD: usize = 2;

/// The reports of something else. The lead is none, nor is a company's own word. These are:
///
/// - where most titles name what ties a report to the story, those that nowhere name any of it;
/// - where the lead names a company or what is made, those whose titles name only others, however many they are;
/// - those whose titles name nobody, or of whatever title where the lead names nobody, if they share no
///   [`SHARED_LEAST`] words with one that is tied. In another language no word is shared: there it stays.
pub(super) fn strays(reading: &Reading) -> BTreeSet<usize> {
    let titles: Vec<&Line> = reading.lines.iter().filter(|line| line.place == 0).collect();
    let ours = ours(&titles);
    let of_most = of_most(reading, &titles);
    let of_others = of_others(reading, &titles, &ours);
    let tied = tied(reading, &titles, &ours, of_most.as_ref(), &of_others);
    let is_comparable = |title: &Line| {
        let mut known = titles.iter().filter(|other| tied.contains(&other.report));
        known.any(|other| are_comparable(reading, title, other))
    };
    let is_stray = |title: &&Line| {
        of_most.as_ref().is_some_and(|most| !most.contains(&title.report))
            || of_others.contains(&title.report)
            || (!tied.contains(&title.report) && is_comparable(title))
    };
    let others = titles.iter().copied().filter(|title| title.report > 0).filter(is_stray);
    others.filter(|title| !is_own_voice(reading, reading.report(title))).map(|title| title.report).collect()
}

/// Where most titles name what ties a report to the story, the reports that do so anywhere.
fn of_most(reading: &Reading, titles: &[&Line]) -> Option<BTreeSet<usize>> {
    let ties = ties(reading, titles);
    let is_tied =
        |line: &&Line| parties(line).iter().any(|name| ties.contains(name.family()) || ties.contains(name.id.as_str()));
    are_most(titles.iter().copied().filter(is_tied).count(), titles)
        .then(|| reading.lines.iter().filter(is_tied).map(|line| line.report).collect())
}

/// Whom the lead's title names, and whom another names beside one of them: of two parties to a deal each title may
/// name one. Nobody where the lead names no company and nothing that is made.
fn ours<'s>(titles: &[&Line<'s>]) -> BTreeSet<&'s str> {
    let Some(lead) = titles.first().filter(|lead| names_a_maker(lead)) else { return BTreeSet::new() };
    let of_lead = actors(lead);
    let named = titles.iter().map(|title| actors(title));
    named.filter(|named| !named.is_disjoint(&of_lead)).flatten().collect()
}

/// The reports whose titles name companies or what is made, and nobody of `ours`, unless their texts begin with one.
fn of_others(reading: &Reading, titles: &[&Line], ours: &BTreeSet<&str>) -> BTreeSet<usize> {
    if ours.is_empty() {
        return BTreeSet::new();
    }
    let is_of_others = |title: &&&Line| {
        names_a_maker(title) && actors(title).is_disjoint(ours) && !is_headed_by(reading, title.report, ours)
    };
    titles.iter().filter(is_of_others).map(|title| title.report).collect()
}

/// Whether the head of a report's text names one of `ours`.
fn is_headed_by(reading: &Reading, report: usize, ours: &BTreeSet<&str>) -> bool {
    let mut lines = reading.lines.iter().filter(|line| line.report == report && (1..=HEAD).contains(&line.place));
    lines.any(|line| !actors(line).is_disjoint(ours))
}

/// The reports of the lead's matter: the lead, those that a name ties to it, and those that share words with one that
/// is tied; where the lead names nobody by whom to tell, also those that share a name with one.
fn tied(
    reading: &Reading,
    titles: &[&Line],
    ours: &BTreeSet<&str>,
    of_most: Option<&BTreeSet<usize>>,
    of_others: &BTreeSet<usize>,
) -> BTreeSet<usize> {
    let is_named =
        |title: &Line| !ours.is_empty() && (!actors(title).is_empty() || is_headed_by(reading, title.report, ours));
    let is_of_most = |title: &Line| of_most.is_some_and(|most| most.contains(&title.report));
    let is_first = |title: &Line| title.report == 0 || is_of_most(title) || is_named(title);
    let told: Vec<BTreeSet<String>> = titles.iter().map(|title| telling_words(reading, title)).collect();
    let families: Vec<BTreeSet<&str>> = titles.iter().map(|title| families(title)).collect();
    let is_near = |one: usize, other: usize| {
        let shared: usize = told[one].intersection(&told[other]).map(|word| count_of(word)).sum();
        let shares_words = shared >= SHARED_LEAST;
        (shares_words && are_comparable(reading, titles[one], titles[other]))
            || (ours.is_empty() && !families[one].is_disjoint(&families[other]))
    };
    let places = (0..titles.len()).filter(|at| !of_others.contains(&titles[*at].report));
    let (mut fresh, mut rest): (Vec<usize>, Vec<usize>) = places.partition(|at| is_first(titles[*at]));
    let mut tied = BTreeSet::new();
    while !fresh.is_empty() {
        tied.extend(fresh.iter().map(|at| titles[*at].report));
        let (next, others): (Vec<usize>, Vec<usize>) =
            rest.into_iter().partition(|at| fresh.iter().any(|known| is_near(*at, *known)));
        (fresh, rest) = (next, others);
    }
    tied
}

/// Whether two titles are in one script, and not known to be in two languages.
fn are_comparable(reading: &Reading, one: &Line, other: &Line) -> bool {
    let script = |line: &Line| if line.text.contains(is_unspaced) { Script::Han } else { script(line.text) };
    let tongue = |line: &Line| {
        let tag = reading.report(line).language.filter(|tag| !tag.is_empty())?;
        tag.split(['-', '_']).next().map(str::to_lowercase)
    };
    script(one) == script(other) && tongue(one).zip(tongue(other)).is_none_or(|(one, other)| one == other)
}

/// The words of a title that tell of its matter, without the series it is of and the publisher that some end with.
fn telling_words(reading: &Reading, title: &Line) -> BTreeSet<String> {
    let whole = without_yardsticks(title);
    let told = whole.strip_suffix(reading.report(title).publisher).unwrap_or(&whole);
    tokens(&without_series(told)).into_iter().filter(|word| tells(word)).collect()
}

/// For how many words one counts: what has a number in its name is hardly named by chance (`zaya1-8b`).
fn count_of(word: &str) -> usize {
    let is_label = word.len() >= LABEL_LEAST_BYTES
        && word.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && word.contains(|letter: char| letter.is_ascii_digit());
    if is_label { SHARED_LEAST } else { 1 }
}

/// Shorter ones are series and quarters: `p26`, `q3`.
const LABEL_LEAST_BYTES: usize = 5;

/// Whether a word tells anything: two letters are those of "US" or "UK", and digits alone may count whatever.
fn tells(word: &str) -> bool {
    let is_short = word.len() < 3 && word.bytes().all(|letter| letter.is_ascii_alphabetic());
    let is_of_any = is_stop_word(word) || names_nobody(word) || OF_ANY.contains(&word);
    word.contains(char::is_alphabetic) && !is_short && !is_of_any
}

/// Words of titles of any matter, as [`tokens`] gives them, in the commonest languages beside those that nowhere tell.
const OF_ANY: &[&str] = &[
    "against", "been", "between", "big", "company", "has", "like", "model", "most", "off", "only", "own", "startup",
    "tech", "through", "too", "top", "under", "was", "without", "auf", "das", "der", "die", "ein", "eine", "fur",
    "mit", "und", "von", "avec", "dan", "des", "est", "les", "par", "pour", "sur", "une", "con", "del", "los", "para",
    "por", "que",
];

/// Whether one of those whom the story is about speaks.
pub(super) fn is_own_voice(reading: &Reading, report: &Report) -> bool {
    report.kind == Kind::Primary && report.company.is_some_and(|company| reading.own.contains(company))
}

/// Whether it is a report of its own: communities and lists pass on what others wrote.
pub(super) fn is_first_hand(report: &Report) -> bool {
    matches!(report.kind, Kind::Press | Kind::Primary)
}

/// The ids of those who tie a report to the story: its own, and the people whom most titles name. A body makes news
/// of all kinds: where most titles name a company of the story, it ties nothing.
fn ties<'s>(reading: &Reading<'s>, titles: &[&Line<'s>]) -> BTreeSet<&'s str> {
    let is_company = |id: &str| reading.own.contains(id) && !reading.bodies.contains(id);
    let named = titles.iter().filter(|title| title.names.iter().any(|name| is_company(name.family()))).count();
    let bodies_tie = !are_most(named, titles);
    let own = reading.own.iter().copied().filter(|id| bodies_tie || !reading.bodies.contains(id));
    let times = |id: &str| titles.iter().filter(|title| title.names.iter().any(|name| name.id == id)).count();
    let people = titles.iter().flat_map(|title| title.names.iter().copied()).filter(|name| name.sort == Sort::Person);
    let people = people.map(|name| name.id.as_str()).filter(|id| are_most(times(id), titles));
    own.chain(people).collect()
}

fn are_most(count: usize, titles: &[&Line]) -> bool {
    count * 2 > titles.len()
}

/// Who is named, or makes what is named, without those that something is only measured by.
fn families<'s>(line: &Line<'s>) -> BTreeSet<&'s str> {
    parties(line).into_iter().map(Name::family).collect()
}

/// The same without bodies.
fn actors<'s>(line: &Line<'s>) -> BTreeSet<&'s str> {
    parties(line).into_iter().filter(|name| name.sort != Sort::Body).map(Name::family).collect()
}

/// Whether a company, or what one makes, is named.
fn names_a_maker(line: &Line) -> bool {
    parties(line).iter().any(|name| matches!(name.sort, Sort::Company | Sort::Model | Sort::Product))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{report, subject};
    use super::*;
    use crate::names::Names;

    fn names() -> Names {
        let name = Name::clear;
        Names::new(vec![
            name("quillon", "Quillon", Sort::Company, None),
            name("quill", "Quill", Sort::Model, Some("quillon")),
            name("white-house", "White House", Sort::Body, None),
            name("vale", "Vale", Sort::Person, None),
            name("orsini", "Orsini", Sort::Person, Some("quillon")),
            name("brightwater", "Brightwater", Sort::Company, None),
            name("kestrel", "Kestrel", Sort::Model, Some("brightwater")),
            name("ostrava", "Ostrava", Sort::Company, None),
        ])
    }

    /// Which of the titles, the lead's first, are of something else.
    #[track_caller]
    fn check(titles: &[&str], expected: &[usize]) {
        check_reports(titles.iter().map(|title| report("Harbor Wire", title, "")).collect(), expected);
    }

    #[track_caller]
    fn check_reports(reports: Vec<Report>, expected: &[usize]) {
        let (names, subject) = (names(), subject(reports));
        let strays: Vec<usize> = strays(&Reading::new(&subject, &names)).into_iter().collect();
        let titles: Vec<&str> = subject.reports.iter().map(|report| report.title).collect();
        assert_eq!(strays, expected, "{titles:?}");
    }

    #[test]
    fn a_name_with_a_number_in_it_ties_alone() {
        let lead = "Larch3-8B does with a tenth of it what took all before";
        check(&[lead, "A thousand cards: Larch3-8B is a test for its maker", "Rain delays the regatta"], &[2]);
    }

    #[test]
    fn a_body_ties_nothing_to_the_story_of_a_company() {
        let other = "White House delays a report on voting machines";
        let lead = "Quillon and the White House agree on tests";
        check(&[lead, "White House may test Quill before all others", "Tests for Quillon", other], &[3]);
        // Here it is what most titles share.
        check(&["White House signs an order on tests", "White House orders tests of Quillon", other], &[]);
    }

    #[test]
    fn people_of_the_story_tie_a_report_to_it() {
        let lead = "Quillon loses Vale";
        check(&[lead, "Vale leaves Quillon", "Quillon without Vale", "Why Vale left", "A walk in the park"], &[4]);
        check(&[lead, "A chief leaves Quillon", "Quillon has a new chief", "Why Vale left"], &[3]);
        check(&[lead, "A chief leaves Quillon", "Quillon has a new chief", "Orsini is sad"], &[]);
    }

    #[test]
    fn who_names_others_than_the_lead_does_is_of_something_else_however_many_they_are() {
        let lead = "Quill now works with tools for security";
        check(&[lead, "Brightwater supports tools for security", "Ostrava now works with tools"], &[1, 2]);
        check(&[lead, "Brightwater and Quillon work on tools", "Tools for security in Kestrel"], &[]);
        check(&["Ostrava in talks with Quillon", "Quillon seeks a buyer"], &[]);
        check(&["Ostrava wins a large order", "Quillon orders from Ostrava", "Quillon spends more"], &[]);
    }

    #[test]
    fn a_text_that_begins_with_the_leads_company_keeps_its_report() {
        let lead = || report("Harbor Wire", "Quill now works with tools for security", "");
        let other = |text| report("North Desk", "Brightwater opens its halls to guests", text);
        let others = "The halls in the north were opened to all guests on Monday morning.";
        check_reports(vec![lead(), other(others)], &[1]);
        let ours = "The halls in the north were opened to the guests of Quillon on Monday.";
        check_reports(vec![lead(), other(ours)], &[]);
    }

    #[test]
    fn who_names_nobody_shares_two_telling_words_with_one_that_is_tied() {
        let lead = "Quillon opens a furnace for glass in Turin";
        check(&[lead, "A furnace in the north"], &[1]);
        check(&[lead, "A glass furnace is lit"], &[]);
        check(&[lead, "A glass furnace is lit for painters", "Painters wait as furnace is lit"], &[]);
        let lead = "U.S. counts errors in 12 halls of science";
        check(&[lead, "U.S. sells 12 ships to Ostmark", "Errors in the halls are counted"], &[1]);
        check(&[lead, "Why science needs its halls", "Rivers of the U.S. rise"], &[2]);
    }

    #[test]
    fn where_the_lead_names_nobody_a_name_ties_a_report_to_one_that_is_tied() {
        let lead = "A maker of lathes cuts 8,000 jobs in the north";
        let named = "Quillon, maker of lathes, cuts 8,000 jobs";
        check(&[lead, named, "Staff of Quillon go home", "Rivers rise again"], &[3]);
    }

    #[test]
    fn a_series_and_a_publisher_are_no_words_of_the_matter() {
        check(&["Launch HN: Lathe (YC P26), a tool for wood", "Launch HN: Rivers (YC P26) in maps"], &[1]);
        check_reports(
            vec![
                report("Silicon Lane", "A lathe for wood | Silicon Lane", ""),
                report("Silicon Lane", "Rivers rise again | Silicon Lane", ""),
            ],
            &[1],
        );
    }

    #[test]
    fn who_writes_in_another_language_than_all_who_are_tied_stays() {
        let lead = || report("Harbor Wire", "Quillon opens a furnace for glass", "");
        check_reports(vec![lead(), report("智潮日报", "玻璃熔炉在都灵点火", "")], &[]);
        let english = Report { language: Some("en"), ..lead() };
        let french = Report { language: Some("fr-FR"), ..report("Le Port", "Un four pour le verre", "") };
        check_reports(vec![english.clone(), french.clone()], &[]);
        check_reports(vec![english, Report { language: Some("en-GB"), ..french }], &[1]);
    }

    #[test]
    fn what_something_is_only_measured_by_ties_nothing() {
        let lead = "Quill rivals Kestrel in a test of halls";
        check(&[lead, "Brightwater opens a school for Kestrel"], &[1]);
        check(&["A lathe that is better than Quill", "Quillon opens a school"], &[1]);
    }
}
