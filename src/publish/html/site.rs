//! The pages about the site itself: its sources, its method, its weights.

use askama::Template;
use jiff::Timestamp;

use crate::audience::Audience;
use crate::id::{AudienceId, Share};
use crate::publish::html::document;
use crate::publish::html::page::Page;
use crate::publish::{Document, Site, inert, words};
use crate::publisher::Kind;
use crate::rank::{GOES_ON, PINNED, Weights};
use crate::week::Week;

/// An audience as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudienceRow {
    /// Identifies it.
    pub id: AudienceId,
    /// What readers call it.
    pub name: String,
    /// Who they are, in one line.
    pub about: String,
}

impl From<&Audience> for AudienceRow {
    fn from(audience: &Audience) -> Self {
        Self { id: audience.id.clone(), name: audience.name.clone(), about: audience.about.clone() }
    }
}

/// A source as readers may see it: nothing secret.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRow {
    /// What readers see.
    pub name: String,
    /// Its feed's address.
    pub feed: String,
    /// Its home page, if known.
    pub site: Option<String>,
    /// Who speaks.
    pub kind: Kind,
    /// How much its word counts; none where each article counts by its own publisher.
    pub weight: Option<Share>,
    /// Why so much, in words; may be empty.
    pub weight_by: String,
    /// How it is doing, in words: "well", "failing since 3 May 2026".
    pub state: String,
    /// The last poll that worked.
    pub last_success: Option<Timestamp>,
    /// When something was last new.
    pub last_new: Option<Timestamp>,
    /// Items a week, on average of the last four, or of as many as are known.
    pub items_per_week: f64,
    /// Stories of the last recap that it had a part in.
    pub picked_last_recap: u32,
}

impl SourceRow {
    fn link(&self) -> Option<String> {
        self.site.as_deref().and_then(inert::web)
    }

    fn feed_link(&self) -> Option<String> {
        inert::web(&self.feed)
    }

    fn kind_words(&self) -> &'static str {
        words::kind(self.kind)
    }

    fn pace(&self) -> String {
        format!("{:.0}", self.items_per_week)
    }

    fn weight_words(&self) -> String {
        self.weight.map(|weight| format!("{:.1}", weight.value())).unwrap_or_default()
    }
}

/// What the page about the site says.
pub struct About<'a> {
    /// When recaps come out, in words: "every Monday at 08:00 UTC".
    pub slot: &'a str,
    /// Sources configured.
    pub sources: usize,
    /// Every configured audience.
    pub audiences: &'a [AudienceRow],
    /// Who writes parts of the cards besides the publishers, if a model is configured: its name.
    pub model: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage<'a> {
    page: Page<'a>,
    rows: &'a [SourceRow],
    as_of: Timestamp,
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage<'a> {
    page: Page<'a>,
    about: &'a About<'a>,
}

#[derive(Template)]
#[template(path = "ranking.html")]
struct RankingPage<'a> {
    page: Page<'a>,
    terms: Vec<Term>,
    weights: &'a Weights,
    log: Vec<WeightsSince>,
}

/// From when on other weights were in force.
struct WeightsSince {
    /// "2026-W19".
    week: String,
    /// "coverage 20 → 25, age 0.3 → 0.5".
    what: String,
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFoundPage<'a> {
    page: Page<'a>,
}

impl RankingPage<'_> {
    /// "20 %".
    fn largest_share(&self) -> String {
        format!("{:.0} %", self.weights.largest_share * 100.0)
    }
}

/// A term of the formula, explained.
struct Term {
    name: &'static str,
    points: String,
    why: String,
}

/// Every source and how it is doing at `as_of`.
pub fn sources(site: &Site, rows: &[SourceRow], as_of: Timestamp) -> Document {
    let page = Page::new(site, "/sources/", "Sources", "Every feed that is read, and how it is doing");
    document(&SourcesPage { page, rows, as_of }, as_of)
}

/// What this is and how it is made.
pub fn about(site: &Site, about: &About, changed: Timestamp) -> Document {
    let page = Page::new(site, "/about/", "About", "How this recap is made, and by whom");
    document(&AboutPage { page, about }, changed)
}

/// Today's weights, in words and numbers, and since when they are in force: `log`
/// has what each published week was ranked by, oldest first.
pub fn about_ranking(site: &Site, weights: &Weights, log: &[(Week, Weights)], changed: Timestamp) -> Document {
    let page = Page::new(site, "/about/ranking/", "How stories are ranked", "Points that anybody can add up");
    document(&RankingPage { page, terms: terms(weights), weights, log: change_log(weights, log) }, changed)
}

/// The changes of the weights, newest first; the last one is what they began with.
fn change_log(today: &Weights, log: &[(Week, Weights)]) -> Vec<WeightsSince> {
    let Some((first, begun)) = log.first() else { return Vec::new() };
    let all: Vec<String> = begun.named().into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    let mut changes =
        vec![WeightsSince { week: first.to_string(), what: format!("first published: {}", all.join(", ")) }];
    let next = (String::from("the next recap"), today);
    let later = log.iter().skip(1).map(|(week, weights)| (week.to_string(), weights)).chain([next]);
    for (before, (week, weights)) in log.iter().map(|(_, weights)| weights).zip(later) {
        let what = weights.changes(before).join(", ");
        if !what.is_empty() {
            changes.push(WeightsSince { week, what });
        }
    }
    changes.reverse();
    changes
}

/// For an address that leads nowhere.
pub fn not_found(site: &Site) -> Document {
    let page = Page::new(site, "", "Nothing here", "This address leads nowhere");
    document(&NotFoundPage { page }, Timestamp::UNIX_EPOCH)
}

fn terms(weights: &Weights) -> Vec<Term> {
    let term = |name, points: String, why: String| Term { name, points, why };
    let up_to = |value: f64| format!("up to {}", words::signed(value));
    let Weights { coverage_full, coverage_most, .. } = weights;
    vec![
        term(
            "Coverage",
            up_to(weights.coverage * f64::from(1 + coverage_most).log2() / f64::from(1 + coverage_full).log2()),
            format!(
                "Distinct publishers count, not feeds, and each further one a little less: {coverage_full} of them give \
                 {:.1} points, and nothing is added beyond {coverage_most}.",
                weights.coverage
            ),
        ),
        term(
            "Authority",
            up_to(weights.authority),
            "The more the publishers’ words weigh, the nearer to all of it. Each source’s weight is on the sources page."
                .to_owned(),
        ),
        term(
            "Primary",
            words::signed(weights.primary),
            "An official source of somebody named in the story is among the reports.".to_owned(),
        ),
        term("Community", up_to(weights.community), "It stands on three or more community lists.".to_owned()),
        term("Relevance", words::signed(-weights.off_topic), "It is off topic.".to_owned()),
        term(
            "Audience",
            words::signed(weights.audience),
            format!(
                "It is for readers who find fewer than {} in the list so far.",
                words::count(weights.audience_quota, "story")
            ),
        ),
        term(
            "Novelty",
            words::signed(-weights.novelty),
            "Much the same headline stood in one of the last four recaps, and it is no follow-up.".to_owned(),
        ),
        term(
            "Development",
            "what it lacks".to_owned(),
            format!(
                "A later report of the week tells more of an earlier story and has at least {:.0} % of its points: it takes \
                 the place of the earlier one.",
                GOES_ON * 100.0
            ),
        ),
        term("Editor", words::signed(PINNED), "The editor pinned it: it has a place, whatever its points.".to_owned()),
        term("Age", format!("{} a day", words::signed(-weights.age)), "Time since the first report.".to_owned()),
        term(
            "Likeness",
            format!("down to {}", words::signed(-weights.similarity)),
            "It resembles a story that is already chosen.".to_owned(),
        ),
        term(
            "Same publisher",
            format!("{} each", words::signed(-weights.same_publisher)),
            "Stories already chosen are led by the same publisher.".to_owned(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(today: &Weights, log: &[(&str, &Weights)], expected: &[&str]) {
        let log: Vec<(Week, Weights)> =
            log.iter().map(|(week, weights)| (week.parse().unwrap(), Weights::clone(weights))).collect();
        let shown = change_log(today, &log).into_iter().map(|it| {
            let what: String = it.what.chars().take(40).collect();
            format!("{}: {what}", it.week)
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_part_of_a_score_is_explained() {
        let explained: Vec<&str> = terms(&Weights::default()).into_iter().map(|term| term.name).collect();
        let expected = [
            "Coverage",
            "Authority",
            "Primary",
            "Community",
            "Relevance",
            "Audience",
            "Novelty",
            "Development",
            "Editor",
            "Age",
            "Likeness",
            "Same publisher",
        ];
        assert_eq!(explained, expected);
    }

    #[test]
    fn weights_are_logged_when_they_change() {
        let begun = Weights { coverage: 20.0, ..Weights::default() };
        let later = Weights { coverage: 25.0, age: 0.5, ..begun.clone() };
        let first = "2026-W18: first published: coverage 20, coverage_f";
        check(&begun, &[], &[]);
        check(&begun, &[("2026-W18", &begun), ("2026-W19", &begun)], &[first]);
        let change = "coverage 20 → 25, age 0.3 → 0.5";
        let log = [("2026-W18", &begun), ("2026-W19", &later), ("2026-W20", &later)];
        check(&later, &log, &[&format!("2026-W19: {change}"), first]);
        check(&later, &log[..1], &[&format!("the next recap: {change}"), first]);
    }
}
