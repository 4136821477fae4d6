//! The week's list from all its stories: greedy, best first, varied, and with
//! a reason for each one left out.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::id::StoryId;
use crate::rank::{Points, Weights, as_shown, rounded};

/// A story that could be chosen. There may be a hundred thousand: it holds no
/// more than choosing needs, and names that many of them share, once.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub story: StoryId,
    /// The sum of its points before the selection.
    pub points: f64,
    /// The companies that its lead names.
    pub companies: Box<[Arc<str>]>,
    /// The audiences it is for; none if it has too few points for that to matter.
    pub audiences: Box<[Arc<str>]>,
    /// The publishers whose report could lead it, best first, and behind the best no comment where somebody reports
    /// (`story::leads`); never empty.
    pub leads: Box<[Leader]>,
    /// Its first report.
    pub first: Timestamp,
    /// Why it cannot be chosen, if so: it tells again what readers know.
    pub barred: Option<Arc<str>>,
    /// The matter that it goes on with, by the story that began it: one place for each.
    pub matter: Option<StoryId>,
}

/// A publisher whose report could lead a story.
#[derive(Clone, Debug)]
pub struct Leader {
    /// Identifies it.
    pub domain: Arc<str>,
    /// What readers see.
    pub name: Arc<str>,
}

/// A candidate with a place in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// As an index into the candidates.
    pub candidate: usize,
    /// The sum of its points as they stood at the choice.
    pub points: f64,
    /// What it lost and won by then, besides the points that it had before.
    pub moved: Vec<Points>,
    /// Who leads it, as an index into [`Candidate::leads`]: the best one that
    /// does not lead too much already.
    pub lead: usize,
}

/// What became of the candidates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Best first.
    pub chosen: Vec<Chosen>,
    /// The best of the others, best first, as indices into the candidates,
    /// each with the reason; at most 40.
    pub left_out: Vec<(usize, String)>,
}

/// Stories named among those left out.
const LEFT_OUT: usize = 40;

/// Two stories this much alike tell of one event.
const SAME_EVENT: f64 = 0.5;

/// No beginning of a list this long is led by one publisher more than the whole may be.
const HEAD: usize = 20;

/// How much fewer points than the best so far are looked at: what variety can cost at most.
const REACH: f64 = 12.0;

/// Chooses `slots` stories: at each step the one with the most points after
/// what it loses by its likeness to those already chosen, and wins where its
/// audience finds too little among them.
///
/// At most `largest_share` of the list is led by one publisher or is about one
/// company, and of the first twenty no more is led by one. Ties go to the earlier first report, then to the smaller id: the
/// order of `candidates` does not matter. `likeness` tells how alike the leads of
/// two of them are, 0 to 1.
pub fn select(
    candidates: &[Candidate],
    likeness: &dyn Fn(usize, usize) -> f64,
    slots: usize,
    weights: &Weights,
) -> Selection {
    let mut waiting: Vec<usize> = (0..candidates.len()).collect();
    waiting.sort_by(|a, b| order(&candidates[*b], candidates[*b].points, &candidates[*a], candidates[*a].points));
    let mut list = List {
        candidates,
        likeness,
        weights,
        slots,
        chosen: Vec::new(),
        led: HashMap::new(),
        about: HashMap::new(),
        served: HashMap::new(),
    };
    let mut refused: HashMap<usize, Refusal> = HashMap::new();
    while list.chosen.len() < slots {
        let Some((at, chosen)) = list.next(&waiting, &mut refused) else { break };
        // A quiet week is a short recap: what lost all its points is no news.
        if chosen.points <= 0.0 {
            break;
        }
        waiting.remove(at);
        list.choose(chosen);
    }
    let last = list.chosen.last().map(|chosen| chosen.points);
    let reason = |index: usize| {
        let points = candidates[index].points;
        match (refused.get(&index), last.map(|last| rounded(last - points))) {
            (Some(refusal), _) => refusal.to_string(),
            (None, Some(short_by)) if short_by > 0.0 => format!("would need +{}", as_shown(short_by)),
            _ if points <= 0.0 => "it has no points".to_owned(),
            _ => "the list was full".to_owned(),
        }
    };
    let left_out = waiting.iter().take(LEFT_OUT).map(|index| (*index, reason(*index))).collect();
    Selection { chosen: list.chosen, left_out }
}

/// Why a story cannot be chosen any more.
#[derive(Clone, Debug, PartialEq)]
enum Refusal {
    /// All who could lead it lead so many already, the best of them is named.
    Led(Arc<str>, usize),
    /// So many stories about the company are chosen.
    About(Arc<str>, usize),
    /// It tells much the same as the one chosen at this place, 0 is the first.
    Told(usize),
    /// That one goes on with the same matter.
    SameMatter(usize),
    /// It is barred, for this reason.
    Barred(Arc<str>),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Led(publisher, 1) => write!(f, "{publisher} leads a story already"),
            Self::Led(publisher, most) => write!(f, "{publisher} leads {most} stories already"),
            Self::About(company, 1) => write!(f, "a story about `{company}` is chosen already"),
            Self::About(company, most) => write!(f, "{most} stories about `{company}` are chosen already"),
            Self::Told(place) => write!(f, "tells much the same as #{}", place + 1),
            Self::SameMatter(place) => write!(f, "tells of the same matter as #{}, which has one place", place + 1),
            Self::Barred(why) => f.write_str(why),
        }
    }
}

/// How many of a list of `slots` one publisher or company may have.
fn cap(slots: usize, share: f64) -> usize {
    ((slots as f64 * share).floor() as usize).max(1)
}

/// `Greater` if the first is to be preferred.
fn order(a: &Candidate, a_points: f64, b: &Candidate, b_points: f64) -> std::cmp::Ordering {
    a_points.total_cmp(&b_points).then(b.first.cmp(&a.first)).then(b.story.cmp(&a.story))
}

struct List<'l> {
    candidates: &'l [Candidate],
    likeness: &'l dyn Fn(usize, usize) -> f64,
    weights: &'l Weights,
    slots: usize,
    chosen: Vec<Chosen>,
    led: HashMap<&'l str, usize>,
    about: HashMap<&'l str, usize>,
    served: HashMap<&'l str, u32>,
}

impl<'l> List<'l> {
    /// The best of `waiting` (which is in order of points) as an index into it,
    /// with its points; notes why others cannot be chosen any more.
    fn next(&self, waiting: &[usize], refused: &mut HashMap<usize, Refusal>) -> Option<(usize, Chosen)> {
        let mut best: Option<(usize, Chosen)> = None;
        let reach = REACH.max(self.weights.audience);
        for (at, index) in waiting.iter().enumerate() {
            let candidate = &self.candidates[*index];
            let out_of_reach = best.as_ref().is_some_and(|(_, best)| candidate.points < best.points - reach);
            if out_of_reach {
                break;
            }
            // A publisher may lead more of a longer list; whatever else is wrong with a story stays so.
            if refused.get(index).is_some_and(|why| !matches!(why, Refusal::Led(..))) {
                continue;
            }
            let lead = match self.lead(*index) {
                Ok(lead) => {
                    refused.remove(index);
                    lead
                }
                Err(why) => {
                    refused.insert(*index, why);
                    continue;
                }
            };
            let moved = self.moved(*index, &candidate.leads[lead]);
            let points = rounded(moved.iter().fold(candidate.points, |points, moved| points + moved.value));
            let better = best.as_ref().is_none_or(|(other, best)| {
                order(candidate, points, &self.candidates[waiting[*other]], best.points).is_gt()
            });
            if better {
                best = Some((at, Chosen { candidate: *index, points, moved, lead }));
            }
        }
        best
    }

    /// Who would lead a candidate, or why it cannot be chosen any more.
    fn lead(&self, index: usize) -> Result<usize, Refusal> {
        let candidate = &self.candidates[index];
        if let Some(why) = &candidate.barred {
            return Err(Refusal::Barred(why.clone()));
        }
        let is_same = |chosen: &Chosen| {
            candidate.matter.is_some() && self.candidates[chosen.candidate].matter == candidate.matter
        };
        if let Some(place) = self.chosen.iter().position(is_same) {
            return Err(Refusal::SameMatter(place));
        }
        let share = self.weights.largest_share;
        // Of what is chosen so far too: who reads the beginning of a list reads a list.
        let most = cap((self.chosen.len() + 1).max(HEAD).min(self.slots), share);
        let is_free = |lead: &Leader| self.led.get(&*lead.domain).is_none_or(|led| *led < most);
        let Some(lead) = candidate.leads.iter().position(is_free) else {
            let best = candidate.leads.first().map_or_else(|| "its publisher".into(), |lead| lead.name.clone());
            return Err(Refusal::Led(best, most));
        };
        let most = cap(self.slots, share);
        let is_full = |company: &&Arc<str>| self.about.get(&***company).is_some_and(|about| *about >= most);
        if let Some(company) = candidate.companies.iter().find(is_full) {
            return Err(Refusal::About(company.clone(), most));
        }
        match self.nearest(index) {
            Some((twin, likeness)) if likeness >= SAME_EVENT => Err(Refusal::Told(twin)),
            _ => Ok(lead),
        }
    }

    /// The place of the chosen story most like a candidate, and how like.
    fn nearest(&self, index: usize) -> Option<(usize, f64)> {
        let all = self.chosen.iter().map(|chosen| (self.likeness)(index, chosen.candidate)).enumerate();
        all.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    /// What a candidate loses by what is chosen already, and wins by what is not.
    fn moved(&self, index: usize, lead: &Leader) -> Vec<Points> {
        let alike = self.nearest(index).and_then(|(place, likeness)| {
            Points::some("similarity", -self.weights.similarity * likeness, format!("like #{}", place + 1))
        });
        let led = self.led.get(&*lead.domain).copied().unwrap_or_default();
        let same = Points::some(
            "same publisher",
            -self.weights.same_publisher * led as f64,
            format!("{} leads {led} above", lead.name),
        );
        self.wanted(index).into_iter().chain(alike).chain(same).collect()
    }

    /// Points for a story of an audience that finds too little so far.
    fn wanted(&self, index: usize) -> Option<Points> {
        let found = |audience: &Arc<str>| self.served.get(&**audience).copied().unwrap_or_default();
        let audiences = self.candidates[index].audiences.iter();
        let least = audiences.min_by_key(|audience| found(audience))?;
        let (found, quota) = (found(least), self.weights.audience_quota);
        let value = if found < quota { self.weights.audience } else { 0.0 };
        Points::some("audience", value, format!("for {least}, with {found} of {quota} so far"))
    }

    fn choose(&mut self, chosen: Chosen) {
        let candidate = &self.candidates[chosen.candidate];
        *self.led.entry(&candidate.leads[chosen.lead].domain).or_default() += 1;
        for company in &candidate.companies {
            *self.about.entry(company).or_default() += 1;
        }
        for audience in &candidate.audiences {
            *self.served.entry(audience).or_default() += 1;
        }
        self.chosen.push(chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ItemId;
    use crate::story::rarity::Count;
    use crate::story::signature::{Scope, Signature};
    use crate::text::token::{Script, tokens};

    type Told<'t> = (f64, &'t str, &'t str);

    fn first() -> Timestamp {
        "2026-05-06T00:00:00Z".parse().unwrap()
    }

    fn candidate(number: i64, (points, hosts, _): &Told) -> Candidate {
        let named = |host: &str| -> Arc<str> { host.trim_end_matches(".test").to_uppercase().into() };
        let leads = hosts.split(' ').map(|host| Leader { domain: host.into(), name: named(host) }).collect();
        let story = StoryId::begun_by(ItemId(number));
        Candidate {
            story,
            points: *points,
            companies: Box::default(),
            audiences: Box::default(),
            leads,
            first: first(),
            barred: None,
            matter: None,
        }
    }

    fn words(title: &str) -> Vec<String> {
        let mut words = tokens(title);
        words.sort();
        words.dedup();
        words
    }

    fn signature((_, host, title): &Told) -> Signature {
        Signature {
            item: ItemId(0),
            at: first(),
            source: "s".parse().unwrap(),
            link: None,
            host: host.to_string(),
            neutral: words(title),
            marks: Vec::new(),
            words: words(title),
            versions: Vec::new(),
            companies: Vec::new(),
            script: Script::Latin,
            scope: Scope::Event,
        }
    }

    fn selected(candidates: &[Candidate], told: &[Told], slots: usize) -> Selection {
        let mut count = Count::default();
        told.iter().for_each(|told| count.add(&signature(told)));
        let rarity = count.rarity();
        select(candidates, &|one, two| rarity.likeness(one, two), slots, &Weights::default())
    }

    /// The titles chosen for `slots`, and why the others were not.
    fn report(told: &[Told], slots: usize) -> String {
        let candidates: Vec<Candidate> = (1..).zip(told).map(|(number, told)| candidate(number, told)).collect();
        let selection = selected(&candidates, told, slots);
        let reversed: Vec<Candidate> = candidates.iter().rev().cloned().collect();
        let again = selected(&reversed, &told.iter().rev().copied().collect::<Vec<_>>(), slots);
        let names = |candidates: &[Candidate], selection: &Selection| -> Vec<StoryId> {
            selection.chosen.iter().map(|chosen| candidates[chosen.candidate].story).collect()
        };
        assert_eq!(names(&candidates, &selection), names(&reversed, &again), "the order of arrival does not matter");
        let title = |index: usize| words(told[index].2).join(" ");
        let chosen =
            selection.chosen.iter().map(|chosen| format!("{:.1} {}\n", chosen.points, title(chosen.candidate)));
        let left = selection.left_out.iter().map(|(index, why)| format!("out: {} ({why})\n", title(*index)));
        chosen.chain(left).collect()
    }

    #[test]
    fn the_best_come_first_and_the_rest_says_what_it_lacks() {
        let shown =
            report(&[(5.0, "a.test", "chip law"), (9.0, "b.test", "robot arm"), (2.0, "c.test", "voice app")], 2);
        expect_test::expect![[r#"
            9.0 arm robot
            5.0 chip law
            out: app voice (would need +3.00)
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn one_event_is_told_once() {
        let shown = report(
            &[
                (9.0, "a.test", "fund leads deepseek round"),
                (8.0, "b.test", "fund leads deepseek round talks"),
                (2.0, "c.test", "voice app"),
            ],
            3,
        );
        assert!(shown.contains("out: deepseek fund lead round talk (tells much the same as #1)"), "{shown}");
    }

    #[test]
    fn a_matter_has_one_place_and_what_is_barred_has_none() {
        let told = [(9.0, "a.test", "chip law"), (8.0, "b.test", "robot arm"), (7.0, "c.test", "voice app")];
        let mut candidates: Vec<Candidate> = (1..).zip(&told).map(|(number, told)| candidate(number, told)).collect();
        let matter = Some(candidates[0].story);
        (candidates[0].matter, candidates[1].matter) = (matter, matter);
        candidates[2].barred = Some("told in week 18 already".into());
        let selection = selected(&candidates, &told, 3);
        assert_eq!(selection.chosen.iter().map(|chosen| chosen.candidate).collect::<Vec<_>>(), [0]);
        let same = "tells of the same matter as #1, which has one place".to_owned();
        assert_eq!(selection.left_out, [(1, same), (2, "told in week 18 already".to_owned())]);
    }

    #[test]
    fn no_publisher_leads_more_than_its_share() {
        let shown = report(
            &[
                (9.0, "a.test", "one"),
                (8.0, "a.test", "two"),
                (7.0, "a.test", "three"),
                (1.0, "b.test", "four"),
                (1.0, "c.test", "five"),
                (1.0, "d.test", "six"),
            ],
            5,
        );
        assert!(shown.contains("out: two (A leads a story already)"), "{shown}");
    }

    #[test]
    fn no_company_has_more_than_its_share() {
        let told: Vec<(f64, String, String)> = (0..8)
            .map(|number| (9.0 - f64::from(number), format!("p{number}.test"), format!("event{number} word{number}")))
            .collect();
        let told: Vec<Told> = told.iter().map(|(points, host, title)| (*points, &**host, &**title)).collect();
        // The fifth is about another company, too, and that is why it goes.
        let named = ["openai", "openai", "openai", "openai", "nvidia openai", "nvidia", "", "openai"];
        let of = |((number, told), named): ((i64, &Told), &str)| Candidate {
            companies: named.split_whitespace().map(Arc::from).collect(),
            ..candidate(number, told)
        };
        let candidates: Vec<Candidate> = (1..).zip(&told).zip(named).map(of).collect();
        let selection = selected(&candidates, &told, 10);
        assert_eq!(selection.chosen.iter().map(|chosen| chosen.candidate).collect::<Vec<_>>(), [0, 1, 5, 6]);
        let why = "2 stories about `openai` are chosen already";
        assert_eq!(
            selection.left_out,
            [2, 3, 4, 7].map(|index| (index, why.to_owned())),
            "a fifth of ten places is two"
        );
    }

    #[test]
    fn another_publisher_leads_where_the_best_one_leads_enough() {
        let shown = report(&[(9.0, "a.test", "one"), (8.0, "a.test b.test", "two")], 5);
        assert_eq!(shown, "9.0 one\n8.0 two\n");
    }

    #[test]
    fn an_audience_that_finds_too_little_is_thought_of() {
        let told = [(9.0, "a.test", "one"), (8.0, "b.test", "two"), (7.5, "c.test", "three"), (6.5, "d.test", "four")];
        let audience = |number: i64| if number == 4 { "policy" } else { "investors" };
        let of = |(number, told): (i64, &Told)| {
            let audiences = [Arc::from(audience(number))].into();
            Candidate { audiences, ..candidate(number, told) }
        };
        let candidates: Vec<Candidate> = (1..).zip(&told).map(of).collect();
        let chosen = selected(&candidates, &told, 4).chosen;
        let shown: Vec<String> =
            chosen.iter().map(|chosen| format!("{} {:.1}", told[chosen.candidate].2, chosen.points)).collect();
        assert_eq!(shown, ["one 11.0", "four 8.5", "two 8.0", "three 7.5"]);
        assert_eq!(chosen[1].moved[0].detail, "for policy, with 0 of 1 so far");
    }

    #[test]
    fn a_story_without_points_is_not_chosen() {
        assert_eq!(report(&[(-3.0, "a.test", "deal")], 5), "out: deal (it has no points)\n");
    }
}
