//! One event in the world: the items that report it, the one to read first,
//! and its neighbours.

pub mod comment;
mod common;
pub mod copies;
pub mod group;
pub mod imprint;
pub mod likeness;
mod overtaken;
pub mod rarity;
mod recent;
pub mod settle;
pub mod signature;
pub mod stage;
pub mod word;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use url::Url;

use self::comment::is_comment;
use self::group::WINDOW;
use self::overtaken::{is_behind, successor};
use self::signature::words;

use crate::id::StoryId;
use crate::item::Item;
use crate::link::leads_on;
use crate::names::{Found, Names};
use crate::publisher::{Kind, Publisher};
use crate::text::token::{Script, is_unspaced, script};

/// A cluster of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Minted from its first item.
    pub id: StoryId,
    /// By the time they are placed at, oldest first; never empty.
    pub items: Vec<Item>,
}

/// Of a text so much is looked at for its language.
const LANGUAGE_CHARS: usize = 400;

/// An item of a story with who stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The item.
    pub item: Item,
    /// Who wrote it: the publisher behind its link, not the feed that carried it.
    pub publisher: Publisher,
    /// The kind of the source that carried it.
    pub carried_by: Kind,
    /// The source's name, as readers see it.
    pub source_name: String,
}

impl Report {
    /// When its item [`appeared`].
    pub fn appeared(&self) -> Timestamp {
        appeared(&self.item)
    }

    /// The language of its title: the feed's word for it, unless its script says otherwise.
    pub fn language(&self) -> Option<String> {
        let entry = &self.item.entry;
        if script(&entry.title) == Script::Han {
            return Some("zh".to_owned());
        }
        let said = entry.language.clone();
        let is_said_to_be_han = said.as_deref().is_some_and(|said| matches!(tongue(said).as_str(), "zh" | "ja"));
        let has_han = entry.title.contains(is_unspaced);
        if !is_said_to_be_han && !has_han {
            return said;
        }
        // In a headline most letters may be those of names, `OpenAI发布GPT-5.6 Sol`, and a feed may say one language of
        // entries in two: the text decides.
        match script(&format!("{} {}", entry.title, entry.lead(LANGUAGE_CHARS))) {
            Script::Han => said.filter(|_| is_said_to_be_han).or_else(|| Some("zh".to_owned())),
            Script::Latin if !has_han => None,
            Script::Latin | Script::Other => said,
        }
    }
}

/// When an item appeared, as far as one can tell: its own date, but not
/// after the first sight of it, nor longer before its place in time than
/// reports of one event lie apart. A wrong date must not sink a story.
pub fn appeared(item: &Item) -> Timestamp {
    let seen = item.first_seen;
    let earliest = item.placed.unwrap_or(seen).checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    item.entry.date().map_or(seen, |date| date.min(seen).max(earliest))
}

/// Which of `reports` are withdrawn: those of which their publisher says so, and whoever carried the same article.
pub fn withdrawn(reports: &[Report]) -> Vec<bool> {
    let items: Vec<&Item> = reports.iter().map(|report| &report.item).collect();
    withdrawn_of(&items)
}

/// Those of the `items` of a story that are not withdrawn, as [`withdrawn`] tells them.
pub fn standing(items: &[Item]) -> impl Iterator<Item = &Item> {
    let withdrawn = withdrawn_of(&items.iter().collect::<Vec<_>>());
    items.iter().zip(withdrawn).filter(|(_, withdrawn)| !withdrawn).map(|(item, _)| item)
}

fn withdrawn_of(items: &[&Item]) -> Vec<bool> {
    let own: Vec<bool> = items.iter().map(|item| item.is_withdrawn()).collect();
    let links = items.iter().zip(&own).filter(|(_, own)| **own);
    let links: Vec<Url> = links.filter_map(|(item, _)| item.entry.canonical()).collect();
    let is_of_one = |item: &Item| item.entry.canonical().is_some_and(|link| links.contains(&link));
    items.iter().zip(&own).map(|(item, own)| *own || !links.is_empty() && is_of_one(item)).collect()
}

/// Whether nobody stands by a story any more: whoever wrote its reports withdrew them, and the others only pass it on.
pub fn is_withdrawn(reports: &[Report]) -> bool {
    let withdrawn = withdrawn(reports);
    let stands = |(report, withdrawn): (&Report, &bool)| !withdrawn && !passes_on(report.publisher.kind);
    withdrawn.contains(&true) && !reports.iter().zip(&withdrawn).any(stands)
}

/// What a comment is worth less than a report: more than what parts a paper of record from the trade press, less than
/// what parts it from a site that nobody knows.
const COMMENTS: f64 = 0.4;

/// What telling all that the others tell is worth: it decides between publishers of about the same weight.
const CENTRAL: f64 = 0.3;

/// The reports that could be read first, as indices into `reports`, best first,
/// one a publisher: in the readers' language, by the one who knows best, closest to
/// what the others tell, with the fullest title, first. Never empty unless `reports` is.
///
/// A publisher beats an aggregator that only passes it on, and what stands what is
/// withdrawn; those who are beaten in such a way by the best do not count at all. Nor
/// does a comment behind the best where somebody reports: news is not handed to it.
/// Who tells what became of what the best tells takes its place, and who is still behind
/// that counts no more.
pub fn leads(reports: &[Report], language: &str, names: &Names) -> Vec<usize> {
    let mut order: Vec<usize> = (0..reports.len()).collect();
    if reports.len() < 2 {
        return order;
    }
    let (wanted, withdrawn) = (tongue(language), withdrawn(reports));
    let firsts: Vec<(bool, [bool; 4])> =
        reports.iter().zip(withdrawn).map(|(report, withdrawn)| (!withdrawn, firsts(report, &wanted))).collect();
    let comments: Vec<bool> = reports.iter().map(|report| is_comment(&report.item.entry.title, names)).collect();
    let worths = worths(reports, &comments, names);
    let length = |report: &Report| report.item.entry.title.chars().count();
    order.sort_by(|one, other| {
        let (a, b) = (&reports[*one], &reports[*other]);
        let by_worth = firsts[*other].cmp(&firsts[*one]).then(worths[*other].total_cmp(&worths[*one]));
        let by_length = by_worth.then_with(|| length(a).cmp(&length(b)));
        by_length.then(a.appeared().cmp(&b.appeared())).then(a.item.id.cmp(&b.item.id))
    });
    let best = firsts[order[0]];
    order.retain(|index| firsts[*index] == best);
    let reporting =
        |order: &[usize]| order.iter().copied().filter(|at| *at == order[0] || !comments[*at]).collect::<Vec<usize>>();
    while let Some(next) = successor(reports, &reporting(&order), &wanted, names) {
        order.retain(|index| *index != next && !is_behind(&reports[*index], &reports[next]));
        order.insert(0, next);
    }
    let first = order[0];
    let mut met = HashSet::new();
    order.retain(|index| met.insert(reports[*index].publisher.domain.as_str()));
    if order.iter().any(|index| !comments[*index]) {
        order.retain(|index| *index == first || !comments[*index]);
    }
    order
}

/// What outranks any weight: readers can read it, its publisher wrote it, its
/// link leads there, and a source of the publisher's own carried it.
fn firsts(report: &Report, wanted: &str) -> [bool; 4] {
    let readable = report.language().is_none_or(|own| tongue(&own) == wanted);
    let is_direct = report.item.entry.link.as_ref().is_none_or(|link| !leads_on(link));
    [readable, !passes_on(report.publisher.kind), is_direct, !passes_on(report.carried_by)]
}

/// Whether those of this kind only pass on what others wrote.
fn passes_on(kind: Kind) -> bool {
    matches!(kind, Kind::Aggregator | Kind::Community)
}

/// How good a lead each of `reports` is: by its publisher's word, whether that speaks of itself, how full its
/// headline is, how much of it the others tell, and whether it is one of the `comments`.
fn worths(reports: &[Report], comments: &[bool], names: &Names) -> Vec<f64> {
    let (own, central) = (own_voices(reports, names), centralities(reports));
    let worth = |(at, report): (usize, &Report)| {
        let entry = &report.item.entry;
        let primary = if own[at] { 0.15 } else { 0.0 };
        let length = entry.title.split_whitespace().count().clamp(1, 14) as f64 / 100.0;
        let told = if entry.summary_html.is_empty() && entry.content_html.is_empty() { 0.0 } else { 0.05 };
        let comment = if comments[at] { COMMENTS } else { 0.0 };
        report.publisher.weight.value() + primary + length + told + CENTRAL * central[at] - comment
    };
    reports.iter().enumerate().map(worth).collect()
}

/// Of each of `reports` whether its publisher speaks of itself: an official source of whom, or of what is theirs, a
/// third of the titles speak. What a company says of a matter of others is of a side matter.
fn own_voices(reports: &[Report], names: &Names) -> Vec<bool> {
    let is_primary = |report: &Report| report.publisher.kind == Kind::Primary;
    // Most stories have none: their headlines need not be searched for names.
    if !reports.iter().any(is_primary) {
        return vec![false; reports.len()];
    }
    let named: Vec<Vec<Found>> = reports.iter().map(|report| names.find(&report.item.entry.title)).collect();
    let names_it = |publisher: &Publisher, at: usize| match &publisher.company {
        Some(id) => named[at].iter().any(|found| found.name.id == *id || found.name.of.as_ref() == Some(id)),
        None => reports[at].item.entry.title.contains(publisher.name.as_str()),
    };
    let is_of_it = |publisher: &Publisher| {
        let naming = (0..reports.len()).filter(|at| names_it(publisher, *at)).count();
        3 * naming >= reports.len()
    };
    let mut met: HashMap<&str, bool> = HashMap::new();
    let official = reports.iter().filter(|report| is_primary(report)).map(|report| &report.publisher);
    for publisher in official {
        met.entry(publisher.domain.as_str()).or_insert_with(|| is_of_it(publisher));
    }
    let speaks = |report: &Report| met.get(report.publisher.domain.as_str()).copied().unwrap_or_default();
    reports.iter().map(|report| is_primary(report) && speaks(report)).collect()
}

/// How much each of `reports` tells what the others tell: the share of the other publishers whose titles have a word
/// of its title, as the mean of these words, 0 to 1. 0 where there is no other publisher.
fn centralities(reports: &[Report]) -> Vec<f64> {
    let told: Vec<Vec<String>> = reports.iter().map(|report| words(&report.item.entry.title)).collect();
    let mut who: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (report, words) in reports.iter().zip(&told) {
        for word in words {
            who.entry(word.as_str()).or_default().insert(report.publisher.domain.as_str());
        }
    }
    let publishers: HashSet<&str> = reports.iter().map(|report| report.publisher.domain.as_str()).collect();
    let others = (publishers.len() - 1).max(1) as f64;
    let shared = |word: &String| (who[word.as_str()].len() - 1) as f64 / others;
    told.iter().map(|words| words.iter().map(shared).sum::<f64>() / words.len().max(1) as f64).collect()
}

/// `zh` of `zh-Hans`.
fn tongue(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, Share, SourceId};
    use crate::item::Entry;
    use crate::names::{Name, Sort};

    /// A report seen and placed on 6 May, by a publisher of the domain `by`.
    fn report(by: &str, kind: Kind, entry: Entry) -> Report {
        let seen: Timestamp = "2026-05-06T09:00:00Z".parse().unwrap();
        let source: SourceId = "tnw".parse().unwrap();
        let item = Item {
            id: ItemId::of(&source, by, 0),
            source,
            identity: by.to_owned(),
            generation: 0,
            version: 1,
            first_seen: seen,
            placed: Some(seen),
            entry,
        };
        let (domain, weight) = (by.to_owned(), Share::nearest(0.3));
        let publisher = Publisher { name: domain.clone(), domain, kind, weight, company: None, is_known: false };
        Report { item, publisher, carried_by: Kind::Press, source_name: String::new() }
    }

    /// The same by a publisher whose word weighs so much.
    fn weighed(by: &str, kind: Kind, weight: f64, title: &str) -> Report {
        let mut report = report(by, kind, titled(title));
        report.publisher.weight = Share::nearest(weight);
        report
    }

    fn titled(title: &str) -> Entry {
        Entry { title: title.to_owned(), ..Entry::default() }
    }

    /// When a report seen and placed on 6 May appeared, if its publisher says `published`.
    #[track_caller]
    fn check(published: Option<&str>, expected: &str) {
        let published = published.map(|published| published.parse().unwrap());
        let report = report("a.test", Kind::Press, Entry { published, ..titled("T") });
        assert_eq!(report.appeared().to_string(), expected);
    }

    /// The language of a report that is said to be in one.
    #[track_caller]
    fn check_language(title: &str, text: &str, said: Option<&str>, expected: Option<&str>) {
        let (summary_html, language) = (text.to_owned(), said.map(str::to_owned));
        let report = report("a.test", Kind::Press, Entry { summary_html, language, ..titled(title) });
        assert_eq!(report.language().as_deref(), expected, "{title}");
    }

    #[test]
    fn a_headline_full_of_names_is_in_the_language_of_its_text() {
        check_language("OpenAI发布GPT-5.6 Sol", "今天凌晨，它正式发布了新一代模型。", None, Some("zh"));
        check_language("OpenAI发布GPT-5.6 Sol", "今天凌晨，它正式发布了新一代模型。", Some("en"), Some("zh"));
        check_language("Xiaomi opens MiMo (小米) to all", "The model is free from today.", Some("en"), Some("en"));
        check_language("Qwen opens its new model to all", "It is free from today.", Some("zh-CN"), None);
        check_language("DeepSeek V4", "今天凌晨，它正式发布了新一代模型。", Some("zh-CN"), Some("zh-CN"));
        check_language("国家大基金领投", "", Some("en"), Some("zh"));
        check_language("Un modèle pour tous", "", Some("fr"), Some("fr"));
    }

    #[test]
    fn an_original_in_the_readers_language_leads() {
        let mut chinese = report("a.test", Kind::Press, titled("Qwen开放Qwen3.6 Max模型"));
        chinese.publisher.weight = Share::nearest(0.9);
        chinese.item.entry.summary_html = "今天凌晨，它正式开放了新一代模型。".to_owned();
        let mut own = report("qwen.test", Kind::Primary, titled("Qwen opens Qwen3.6 Max to all"));
        own.item.entry.language = Some("zh-CN".to_owned());
        assert_eq!(leads(&[chinese, own], "en", &Names::default()), [1]);
    }

    #[test]
    fn what_its_publisher_withdrew_does_not_lead() {
        let at = |by: &str, kind, title: &str, link: &str| {
            report(by, kind, Entry { link: link.parse().ok(), ..titled(title) })
        };
        let withdrawn = at("a.test", Kind::Press, "WITHDRAWN: Lab finds a star", "https://a.test/1");
        let carried = at("a.test", Kind::Press, "Lab finds a star", "https://a.test/1?utm_source=list");
        let discussed = at("list.test", Kind::Community, "Lab finds a star", "https://list.test/7");
        let other = at("b.test", Kind::Press, "A lab says it found a star", "https://b.test/2");
        let mut reports = vec![withdrawn, carried, discussed];
        assert!(is_withdrawn(&reports), "whoever passes it on stands by nothing");
        assert!(!is_withdrawn(&reports[1..]));
        reports.push(other);
        assert!(!is_withdrawn(&reports));
        assert_eq!(leads(&reports, "en", &Names::default()), [3]);
    }

    #[test]
    fn a_company_speaks_of_itself_only_where_the_story_is_of_it() {
        let name = Name::clear;
        let quillon = name("quillon", "Quillon", Sort::Company, None);
        let ember = name("ember", "Ember", Sort::Model, Some("quillon"));
        let names = Names::new(vec![quillon, ember, name("harbor", "Harbor", Sort::Company, None)]);
        let mut reports = vec![
            weighed("own.test", Kind::Primary, 0.8, "Ember 3 Flash is now open to all who use Harbor"),
            weighed("a.test", Kind::Press, 0.9, "Quillon opens Ember 3 Flash"),
            weighed("b.test", Kind::Press, 0.3, "Quillon opens Ember 3 Flash to all"),
            weighed("c.test", Kind::Press, 0.3, "Ember 3 Flash is out"),
        ];
        reports[0].publisher.company = Some("harbor".to_owned());
        assert_eq!(leads(&reports, "en", &names)[0], 1, "one title of four names Harbor");
        reports[0].publisher.company = Some("quillon".to_owned());
        assert_eq!(leads(&reports, "en", &names)[0], 0);
    }

    #[test]
    fn of_equals_leads_who_tells_what_the_others_tell_in_fewer_letters() {
        let reports = [
            weighed("a.test", Kind::Press, 0.9, "State of Ostmark to sign its own AI rules"),
            weighed("b.test", Kind::Press, 0.9, "President signs order on AI models"),
            weighed("c.test", Kind::Press, 0.3, "President signs order that tests AI models"),
            weighed("d.test", Kind::Press, 0.3, "President signs AI order"),
        ];
        assert_eq!(leads(&reports, "en", &Names::default())[0], 1);
        let mut longer = weighed("a.test", Kind::Press, 0.9, "Lab opens its chatbot");
        longer.item.entry.published = "2026-05-06T08:00:00Z".parse().ok();
        let shorter = weighed("b.test", Kind::Press, 0.9, "Lab opens its bot");
        assert_eq!(leads(&[longer, shorter], "en", &Names::default()), [1, 0]);
    }

    #[test]
    fn no_comment_leads_or_stands_in_for_the_lead_where_somebody_reports() {
        let argued = || weighed("a.test", Kind::Press, 0.9, "Why Quillon cuts jobs");
        let mused = || weighed("b.test", Kind::Press, 0.7, "How Quillon lost its way");
        let told = |weight| weighed("c.test", Kind::Press, weight, "Quillon cuts 1,100 jobs");
        let check = |reports: &[Report], expected: &[usize]| {
            assert_eq!(leads(reports, "en", &Names::default()), expected);
        };
        check(&[argued(), told(0.8), mused()], &[1]);
        // Whom nobody knows is not read first for that.
        check(&[argued(), told(0.3), mused()], &[0, 1]);
        check(&[argued(), mused()], &[0, 1]);
    }

    /// A report that appeared at this hour, with a text or without, by a publisher whose word weighs so much.
    fn at(hour: u8, by: &str, weight: f64, title: &str, text: &str) -> Report {
        let mut report = weighed(by, Kind::Press, weight, title);
        report.item.entry.published = format!("2026-05-06T{hour:02}:00:00Z").parse().ok();
        report.item.entry.summary_html = text.to_owned();
        report
    }

    /// Which of the reports is read first in a story of Quillon.
    #[track_caller]
    fn check_first(reports: &[Report], expected: usize) {
        assert_eq!(leads(reports, "en", &quillon())[0], expected);
    }

    fn quillon() -> Names {
        Names::new(vec![Name::clear("quillon", "Quillon", Sort::Company, None)])
    }

    #[test]
    fn who_tells_what_became_of_it_is_read_first() {
        let talks = |hour, by| at(hour, by, 0.9, "Quillon in talks to buy Ostrava for $2 billion", "People said so.");
        let done = |hour, by, weight| at(hour, by, weight, "Quillon agrees on a purchase of its rival Ostrava", "");
        check_first(&[talks(5, "a.test"), done(7, "b.test", 0.9)], 1);
        check_first(&[talks(5, "a.test"), done(4, "b.test", 0.9)], 0);
        let other = at(7, "b.test", 0.9, "Ember agrees on a purchase of its rival Ostrava", "");
        check_first(&[talks(5, "a.test"), other], 0);
        let plan = |hour| at(hour, "a.test", 0.9, "Quillon plans to open its hall in the north in May", "It said so.");
        let delay = at(7, "b.test", 0.9, "Quillon delays its hall", "");
        check_first(&[plan(5), delay.clone()], 1);
        check_first(&[plan(8), delay], 0);
        let reports = [talks(5, "a.test"), done(7, "b.test", 0.9), talks(6, "c.test"), done(8, "d.test", 0.3)];
        assert_eq!(leads(&reports, "en", &quillon()), [1, 3], "whoever is behind is not read at all");
    }

    #[test]
    fn who_leaves_the_talks_out_does_not_overtake_those_who_tell_of_them() {
        let talks = |hour, by, weight| at(hour, by, weight, "Quillon in talks to buy Ostrava for $2 billion", "Yes.");
        let done = |by, weight| at(7, by, weight, "Quillon agrees on a purchase of its rival Ostrava", "");
        check_first(&[talks(5, "a.test", 0.9), done("b.test", 0.3)], 0);
        check_first(&[talks(5, "a.test", 0.9), done("b.test", 0.3), done("c.test", 0.2)], 1);
        check_first(&[talks(5, "a.test", 0.9), done("b.test", 0.9), talks(8, "d.test", 0.3)], 0);
    }

    #[test]
    fn where_nobody_is_known_a_name_that_the_titles_share_tells_who_goes_on() {
        let talks = || at(5, "a.test", 0.9, "Ostrava in talks to buy a rival for $2 billion", "People said so.");
        let done = |title| at(7, "b.test", 0.9, title, "");
        check_first(&[talks(), done("Lathe maker Ostrava agrees on a purchase of its rival")], 1);
        check_first(&[talks(), done("Lathe maker Tanvir agrees on a purchase of its rival")], 0);
        // Here all words have capitals, and none is a name for that.
        let talks = at(5, "a.test", 0.9, "Maker Of Lathes In Talks To Buy A Rival For $2 Billion", "People said so.");
        check_first(&[talks, done("Maker Of Ovens Agrees On A Purchase Of A Rival")], 0);
    }

    #[test]
    fn who_reports_in_another_language_testifies_that_a_matter_went_on() {
        let talks = || at(5, "a.test", 0.9, "Quillon in talks to buy Ostrava for $2 billion", "Yes.");
        let done = || at(7, "b.test", 0.3, "Quillon agrees on a purchase of its rival Ostrava", "");
        check_first(&[talks(), done()], 0);
        let abroad = || at(7, "d.test", 0.9, "Quillon宣布收购竞争对手Ostrava", "");
        check_first(&[talks(), done(), abroad()], 1);
        check_first(&[talks(), abroad()], 0);
        let mut passed_on = abroad();
        passed_on.publisher.kind = Kind::Community;
        check_first(&[talks(), done(), passed_on], 0);
    }

    #[test]
    fn a_wrong_date_does_not_sink_a_story() {
        check(Some("2026-05-06T08:00:00Z"), "2026-05-06T08:00:00Z");
        check(Some("2027-02-01T00:00:00Z"), "2026-05-06T09:00:00Z");
        check(Some("1970-01-01T00:00:00Z"), "2026-05-02T09:00:00Z");
        check(None, "2026-05-06T09:00:00Z");
    }
}
