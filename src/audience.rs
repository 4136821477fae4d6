//! For whom a story is: weighted words -> tags, each with its evidence.

mod priors;
pub mod terms;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::priors::Priors;
use self::terms::{Finder, Hit};
use crate::id::{AudienceId, Share};
use crate::text::head;

/// A named group of readers, from configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// Identifies it for good.
    pub id: AudienceId,
    /// What readers see: "Founders & Product Leaders".
    pub name: String,
    /// Who they are, in one line.
    pub about: String,
    /// What a story for them speaks of.
    pub terms: Vec<Term>,
    /// Who speaks to them: sources by their ids or names, publishers by their names or domains.
    pub sources: Vec<Term>,
    /// A tag that is less sure is not given.
    pub min_confidence: Share,
    /// Where no other audience is found, the story is for this one.
    pub fallback: Fallback,
}

/// How sure a tag must be unless its audience says otherwise: one point is enough.
pub const MIN_CONFIDENCE: f64 = 0.32;

/// Whether an audience takes the stories that are for nobody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fallback {
    /// Only what its own terms find.
    #[default]
    No,
    /// Also what no other audience's terms find.
    Yes,
}

/// Words that speak for an audience, or against it where the weight is negative.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Any of these, whole words in whatever case; a trailing `*` matches any ending;
    /// between slashes a regular expression.
    pub any: Vec<String>,
    /// How much one of them counts, -10 to 10.
    pub weight: f64,
}

/// Why a story is for an audience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The words as they stand in the text.
    pub words: String,
    /// Where they stand.
    pub place: Place,
    /// What they counted, in this place and elsewhere.
    pub weight: f64,
}

/// Where evidence was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In a headline.
    Title,
    /// In the text.
    Text,
    /// In a category the publisher gave.
    Category,
    /// Its source or publisher speaks to this audience.
    Source,
    /// No other audience was found.
    Fallback,
    /// The editor said so.
    Editor,
}

/// A story's audience, never without a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Which audience.
    pub audience: AudienceId,
    /// How sure, 0..=1.
    pub confidence: Share,
    /// Never empty; heaviest first, at most four.
    pub because: Vec<Evidence>,
}

/// A story's words, as far as they tell for whom it is.
#[derive(Clone, Debug, Default)]
pub struct Spoken<'t> {
    /// Headlines, the lead's first.
    pub titles: Vec<&'t str>,
    /// Plain texts, in whatever order.
    pub texts: Vec<&'t str>,
    /// The publishers' own categories.
    pub categories: Vec<&'t str>,
    /// Of each report, what its source and its publisher go by.
    pub from: Vec<Vec<&'t str>>,
    /// Audiences that its sources are always for.
    pub always: Vec<AudienceId>,
}

/// Words make a story one for no more audiences than this: a tag for everybody tells nobody anything.
const MOST_TAGS: usize = 3;

/// A reason has no more pieces than a reader takes in.
const MOST_EVIDENCE: usize = 4;

/// Of a text only its head counts, in bytes: further down an article speaks of other things too.
const TEXT_HEAD: usize = 1_200;

/// Points at which the confidence is 63 %, and 86 % at twice as many.
const POINTS_SURE: f64 = 2.5;

/// A further audience needs this share of the first one's points.
const SHARE_OF_FIRST: f64 = 0.55;

/// Finds the audiences of stories.
#[derive(Clone, Debug)]
pub struct Tagger {
    audiences: Vec<(AudienceId, Fallback, Share)>,
    finder: Finder,
    priors: Priors,
}

impl Tagger {
    /// Looks for the terms of all `audiences` in one pass.
    pub fn new(audiences: &[Audience]) -> Self {
        let kept = |audience: &Audience| (audience.id.clone(), audience.fallback, audience.min_confidence);
        Self {
            audiences: audiences.iter().map(kept).collect(),
            finder: Finder::new(audiences.iter().map(|audience| audience.terms.as_slice())),
            priors: Priors::new(audiences.iter().map(|audience| audience.sources.as_slice())),
        }
    }

    /// The story's audiences, surest first, at most three besides the ones that
    /// its sources are always for; never empty if there is a fallback audience.
    pub fn tags(&self, spoken: &Spoken) -> Vec<Tag> {
        let mut points = weighed(&self.finder, self.audiences.len(), spoken);
        for (audience, evidence) in self.priors.evidence(&spoken.from) {
            points[audience].0 += evidence.weight;
            points[audience].1.push(evidence);
        }
        let best = points.iter().map(|(sum, _)| *sum).fold(0.0, f64::max);
        let (mut tags, mut found): (Vec<Tag>, Vec<Tag>) = Default::default();
        for ((audience, _, least), (sum, because)) in self.audiences.iter().zip(points) {
            if spoken.always.contains(audience) {
                tags.push(always(audience, because));
            } else if sum > 0.0 && sum >= best * SHARE_OF_FIRST && confidence(sum) >= least.value() {
                found.push(tag(audience, sum, because));
            }
        }
        found.sort_by(|one, other| other.confidence.value().total_cmp(&one.confidence.value()));
        found.truncate(MOST_TAGS);
        tags.append(&mut found);
        if tags.is_empty() {
            tags.extend(self.fallback());
        }
        tags
    }

    fn fallback(&self) -> Option<Tag> {
        let (audience, ..) = self.audiences.iter().find(|(_, fallback, _)| *fallback == Fallback::Yes)?;
        let because = Evidence { words: "no other audience matched".to_owned(), place: Place::Fallback, weight: 0.0 };
        Some(Tag { audience: audience.clone(), confidence: Share::nearest(0.3), because: vec![because] })
    }
}

/// For each of the finder's `lists` the sum of its evidence, and the evidence:
/// each term once, in the words and from the place where it counts most.
pub fn weighed(finder: &Finder, lists: usize, spoken: &Spoken) -> Vec<(f64, Vec<Evidence>)> {
    let mut terms: BTreeMap<(usize, usize), Vec<Evidence>> = BTreeMap::new();
    let places = [(Place::Title, &spoken.titles), (Place::Category, &spoken.categories), (Place::Text, &spoken.texts)];
    for (place, texts) in places {
        for (term, evidence) in evidence(finder, place, texts) {
            terms.entry(term).or_default().push(evidence);
        }
    }
    let mut sums = vec![(0.0, Vec::new()); lists];
    for ((list, _), found) in terms {
        let sum: f64 = found.iter().map(|evidence| evidence.weight).sum();
        let most = found.into_iter().reduce(|most, next| if next.weight > most.weight { next } else { most });
        sums[list].0 += sum;
        sums[list].1.extend(most.map(|evidence| Evidence { weight: sum, ..evidence }));
    }
    sums
}

/// What stands in one kind of place, each term once, by how many of the texts say it.
///
/// A term is named by its list and its place in that.
fn evidence(finder: &Finder, place: Place, texts: &[&str]) -> Vec<((usize, usize), Evidence)> {
    let mut found: BTreeMap<(usize, usize), (Hit, &str, u32)> = BTreeMap::new();
    for text in texts {
        let head = head(text, TEXT_HEAD);
        for hit in finder.find(head) {
            let first = found.entry((hit.list, hit.term)).or_insert((hit, head, 0));
            first.2 += 1;
        }
    }
    let texts = texts.len() as f64;
    let evidence = found.into_iter().map(|(term, (hit, text, times))| {
        // One headline of nineteen is a hint, most of them are a proof.
        let share = (f64::from(times) / texts).sqrt();
        let words = text[hit.start..hit.end].to_owned();
        (term, Evidence { words, place, weight: hit.weight * counts(place) * share })
    });
    evidence.collect()
}

/// How much a place counts: a headline is chosen to say it, a text says much else.
fn counts(place: Place) -> f64 {
    match place {
        Place::Title => 1.0,
        Place::Category => 0.7,
        Place::Text => 0.35,
        Place::Source | Place::Fallback | Place::Editor => 0.0,
    }
}

fn tag(audience: &AudienceId, sum: f64, mut because: Vec<Evidence>) -> Tag {
    because.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    because.truncate(MOST_EVIDENCE);
    Tag { audience: audience.clone(), confidence: Share::nearest(confidence(sum)), because }
}

fn confidence(points: f64) -> f64 {
    1.0 - (-points / POINTS_SURE).exp()
}

fn always(audience: &AudienceId, because: Vec<Evidence>) -> Tag {
    let mut tag = tag(audience, 0.0, because);
    tag.confidence = Share::nearest(1.0);
    let source = Evidence { words: "the source is always for them".to_owned(), place: Place::Source, weight: 10.0 };
    tag.because.insert(0, source);
    tag.because.truncate(MOST_EVIDENCE);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audience(id: &str, terms: &[(&str, f64)], fallback: Fallback) -> Audience {
        let term = |(word, weight): &(&str, f64)| Term { any: vec![word.to_string()], weight: *weight };
        Audience {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            about: String::new(),
            terms: terms.iter().map(term).collect(),
            sources: Vec::new(),
            min_confidence: Share::nearest(MIN_CONFIDENCE),
            fallback,
        }
    }

    fn tagger() -> Tagger {
        Tagger::new(&[
            audience("investors", &[("funding round", 3.0), ("valuation", 2.0), ("game", -2.0)], Fallback::No),
            audience("developers", &[("api", 2.0)], Fallback::No),
            audience("general", &[], Fallback::Yes),
        ])
    }

    #[track_caller]
    fn check(title: &str, text: &str, expected: &str) {
        let tags = tagger().tags(&Spoken { titles: vec![title], texts: vec![text], ..Spoken::default() });
        let line = |tag: &Tag| {
            let because: Vec<&str> = tag.because.iter().map(|evidence| evidence.words.as_str()).collect();
            format!("{}: {}", tag.audience, because.join(", "))
        };
        assert_eq!(tags.iter().map(line).collect::<Vec<_>>().join("; "), expected);
    }

    #[test]
    fn each_tag_says_why() {
        check("A Funding Round at a high valuation", "", "investors: Funding Round, valuation");
        check("API opens after funding round", "", "investors: funding round; developers: API");
    }

    #[test]
    fn what_nobody_else_wants_is_for_the_fallback() {
        check("A cat sleeps", "", "general: no other audience matched");
        check("", "", "general: no other audience matched");
    }

    #[test]
    fn a_headline_counts_more_than_the_text() {
        check("Cats", "one api", "general: no other audience matched");
        check("Cats", "funding round, valuation", "investors: funding round, valuation");
    }

    #[test]
    fn words_may_speak_against() {
        check("The valuation of a game", "", "general: no other audience matched");
    }

    #[test]
    fn who_reports_tells_something_too() {
        let sources = vec![Term { any: vec!["The Ledger".to_owned(), "ledger.test".to_owned()], weight: 1.5 }];
        let investors = Audience { sources, ..audience("investors", &[("valuation", 2.0)], Fallback::No) };
        let tagger = Tagger::new(&[investors, audience("general", &[], Fallback::Yes)]);
        let tagged = |from: Vec<Vec<&'static str>>| {
            let tags = tagger.tags(&Spoken { titles: vec!["Cats"], from, ..Spoken::default() });
            tags[0].because.iter().map(|evidence| (evidence.words.clone(), evidence.place)).collect::<Vec<_>>()
        };
        let ledger = ("the ledger".to_owned(), Place::Source);
        assert_eq!(tagged(vec![vec!["led", "the ledger", "ledger.test"]]), [ledger]);
        let one_of_four = tagged(vec![vec!["ledger.test"], vec!["a"], vec!["b"], vec!["c"]]);
        assert_eq!(one_of_four[0].1, Place::Fallback, "one of many is a hint");
    }

    #[test]
    fn an_audience_may_ask_for_more_certainty() {
        let sure =
            Audience { min_confidence: Share::nearest(0.8), ..audience("investors", &[("ipo", 2.0)], Fallback::No) };
        let tagger = Tagger::new(&[sure, audience("general", &[], Fallback::Yes)]);
        let first = |title: &'static str, text: &'static str| {
            tagger.tags(&Spoken { titles: vec![title], texts: vec![text], ..Spoken::default() })[0].audience.to_string()
        };
        assert_eq!(first("An IPO", ""), "general");
        let sure =
            Audience { min_confidence: Share::nearest(0.5), ..audience("investors", &[("ipo", 2.0)], Fallback::No) };
        assert_eq!(Tagger::new(&[sure]).tags(&Spoken { titles: vec!["An IPO"], ..Spoken::default() }).len(), 1);
    }

    #[test]
    fn one_headline_of_many_is_only_a_hint() {
        let titles = ["A new API", "A thing", "The thing", "Thing!", "Things"];
        let tags = tagger().tags(&Spoken { titles: titles.to_vec(), ..Spoken::default() });
        assert_eq!(tags[0].audience.as_str(), "general");
    }

    #[test]
    fn a_term_is_one_reason_wherever_and_in_whatever_language() {
        let terms = vec![Term { any: vec!["valuation".to_owned(), "估值".to_owned()], weight: 2.0 }];
        let audience = Audience { terms, ..audience("investors", &[], Fallback::No) };
        let spoken = Spoken { titles: vec!["A valuation"], texts: vec!["估值"], ..Spoken::default() };
        let tags = Tagger::new(&[audience]).tags(&spoken);
        let [reason] = tags[0].because.as_slice() else { panic!("{:?}", tags[0].because) };
        assert_eq!((reason.words.as_str(), reason.place), ("valuation", Place::Title));
        assert!((reason.weight - 2.7).abs() < 1e-9, "both places count: {}", reason.weight);
    }

    #[test]
    fn a_reader_gets_the_four_heaviest_reasons() {
        let terms = [("one", 1.0), ("two", 2.0), ("three", 3.0), ("four", 4.0), ("five", 5.0)];
        let tagger = Tagger::new(&[audience("investors", &terms, Fallback::No)]);
        let tags = tagger.tags(&Spoken { titles: vec!["one two three four five"], ..Spoken::default() });
        let words: Vec<&str> = tags[0].because.iter().map(|evidence| evidence.words.as_str()).collect();
        assert_eq!(words, ["five", "four", "three", "two"]);
    }

    #[test]
    fn a_source_may_always_be_for_an_audience() {
        let always = vec!["developers".parse().unwrap()];
        let tags = tagger().tags(&Spoken { titles: vec!["Cats"], always, ..Spoken::default() });
        assert_eq!(tags.len(), 1);
        assert_eq!((tags[0].because[0].place, tags[0].confidence.value()), (Place::Source, 1.0));
    }

    #[test]
    fn words_find_at_most_three_audiences_besides_those_of_the_sources() {
        let ids = ["a", "b", "c", "d", "e"];
        let weights = [1.0, 1.1, 1.2, 1.3, 1.4];
        let all: Vec<Audience> =
            ids.iter().zip(weights).map(|(id, weight)| audience(id, &[("cats", weight)], Fallback::No)).collect();
        let tagged = |always: &[&str]| {
            let always = always.iter().map(|id| id.parse().unwrap()).collect();
            let tags = Tagger::new(&all).tags(&Spoken { titles: vec!["Cats"], always, ..Spoken::default() });
            tags.iter().map(|tag| tag.audience.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(tagged(&[]), "e d c");
        assert_eq!(tagged(&["a"]), "a e d c");
        assert_eq!(tagged(&["a", "c", "d", "e"]), "a c d e b");
    }
}
