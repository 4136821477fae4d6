//! The week's list from all its stories: greedy, best first, varied, and with
//! a reason for each one left out.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::id::StoryId;
use crate::rank::{Points, Score, Weights};
use crate::story::likeness::Rarity;
use crate::story::signature::Signature;

/// A story that could be chosen.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub story: StoryId,
    /// Before the selection.
    pub score: Score,
    /// Of its lead.
    pub signature: Signature,
    /// The domains of the publishers whose report could lead it, best first; never empty.
    pub leads: Vec<String>,
    /// Its first report.
    pub first: Timestamp,
}

/// A candidate with a place in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// As an index into the candidates.
    pub candidate: usize,
    /// Its points as they stood at the choice.
    pub score: Score,
    /// Who leads it, as an index into [`Candidate::leads`]: the best one that
    /// does not lead too much already.
    pub lead: usize,
}

/// What became of the candidates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Best first.
    pub chosen: Vec<Chosen>,
    /// Best first, as indices into the candidates, each with the reason.
    pub left_out: Vec<(usize, String)>,
}

/// Two stories this much alike tell of one event.
const SAME_EVENT: f64 = 0.5;

/// How much fewer points than the best so far are looked at: what variety can cost at most.
const REACH: f64 = 12.0;

/// Chooses `slots` stories: at each step the one with the most points after
/// what it loses by its likeness to those already chosen.
///
/// At most `largest_share` of the list is led by one publisher or is about one
/// company. Ties go to the earlier first report, then to the smaller id: the
/// order of `candidates` does not matter.
pub fn select(candidates: &[Candidate], slots: usize, weights: &Weights) -> Selection {
    let rarity = Rarity::over(candidates.iter().map(|candidate| &candidate.signature));
    let mut waiting: Vec<usize> = (0..candidates.len()).collect();
    waiting.sort_by(|a, b| {
        order(&candidates[*b], candidates[*b].score.total, &candidates[*a], candidates[*a].score.total)
    });
    let mut list = List {
        candidates,
        rarity,
        weights,
        most: cap(slots, weights.largest_share),
        chosen: Vec::new(),
        led: HashMap::new(),
        about: HashMap::new(),
    };
    let mut refused: HashMap<usize, String> = HashMap::new();
    while list.chosen.len() < slots {
        let Some((at, chosen)) = list.next(&waiting, &mut refused) else { break };
        // A quiet week is a short recap: what lost all its points is no news.
        if chosen.score.total <= 0.0 {
            break;
        }
        waiting.remove(at);
        list.choose(chosen);
    }
    let next = list.chosen.last().map(|chosen| chosen.score.total);
    let reason = |index: usize| {
        let short_by = next.map(|last| last - candidates[index].score.total);
        refused.remove(&index).unwrap_or_else(|| match short_by {
            Some(points) if points > 0.0 => format!("would need {points:+.1}"),
            _ if candidates[index].score.total <= 0.0 => "it has no points".to_owned(),
            _ => "the list was full".to_owned(),
        })
    };
    let left_out = waiting.iter().copied();
    let mut reason = reason;
    let left_out = left_out.map(|index| (index, reason(index))).collect();
    Selection { chosen: list.chosen, left_out }
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
    rarity: Rarity,
    weights: &'l Weights,
    most: usize,
    chosen: Vec<Chosen>,
    led: HashMap<&'l str, usize>,
    about: HashMap<&'l str, usize>,
}

impl<'l> List<'l> {
    /// The best of `waiting` (which is in order of points) as an index into it,
    /// with its points; notes why others cannot be chosen any more.
    fn next(&self, waiting: &[usize], refused: &mut HashMap<usize, String>) -> Option<(usize, Chosen)> {
        let mut best: Option<(usize, Chosen)> = None;
        for (at, index) in waiting.iter().enumerate() {
            let candidate = &self.candidates[*index];
            let out_of_reach = best.as_ref().is_some_and(|(_, best)| candidate.score.total < best.score.total - REACH);
            if out_of_reach {
                break;
            }
            if refused.contains_key(index) {
                continue;
            }
            let lead = match self.lead(candidate) {
                Ok(lead) => lead,
                Err(why) => {
                    refused.insert(*index, why);
                    continue;
                }
            };
            let score = candidate.score.with(self.losses(candidate, &candidate.leads[lead]));
            let better = best.as_ref().is_none_or(|(other, best)| {
                order(candidate, score.total, &self.candidates[waiting[*other]], best.score.total).is_gt()
            });
            if better {
                best = Some((at, Chosen { candidate: *index, score, lead }));
            }
        }
        best
    }

    /// Who would lead `candidate`, or why it cannot be chosen any more.
    fn lead(&self, candidate: &Candidate) -> Result<usize, String> {
        let is_free = |lead: &String| self.led.get(lead.as_str()).is_none_or(|led| *led < self.most);
        let Some(lead) = candidate.leads.iter().position(is_free) else {
            let best = candidate.leads.first().map_or("its publisher", String::as_str);
            return Err(format!("{best} leads {} stories already", self.most));
        };
        let is_full = |company: &&String| self.about.get(company.as_str()).is_some_and(|about| *about >= self.most);
        if let Some(company) = candidate.signature.companies.iter().find(is_full) {
            return Err(format!("{} stories about `{company}` are chosen already", self.most));
        }
        match self.nearest(candidate) {
            Some((twin, likeness)) if likeness >= SAME_EVENT => Err(format!("tells much the same as #{}", twin + 1)),
            _ => Ok(lead),
        }
    }

    /// The place of the chosen story most like `candidate`, and how like.
    fn nearest(&self, candidate: &Candidate) -> Option<(usize, f64)> {
        let likeness =
            |chosen: &Chosen| self.rarity.likeness(&candidate.signature, &self.candidates[chosen.candidate].signature);
        let all = self.chosen.iter().map(likeness).enumerate();
        all.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    fn losses(&self, candidate: &Candidate, lead: &str) -> Vec<Points> {
        let alike = self.nearest(candidate).and_then(|(place, likeness)| {
            Points::some("similarity", -self.weights.similarity * likeness, format!("like #{}", place + 1))
        });
        let led = self.led.get(lead).copied().unwrap_or_default();
        let same = Points::some(
            "same publisher",
            -self.weights.same_publisher * led as f64,
            format!("{lead} leads {led} above"),
        );
        alike.into_iter().chain(same).collect()
    }

    fn choose(&mut self, chosen: Chosen) {
        let candidate = &self.candidates[chosen.candidate];
        *self.led.entry(&candidate.leads[chosen.lead]).or_default() += 1;
        for company in &candidate.signature.companies {
            *self.about.entry(company).or_default() += 1;
        }
        self.chosen.push(chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ItemId;
    use crate::story::signature::Scope;
    use crate::text::token::{Script, tokens};

    fn candidate(number: i64, points: f64, host: &str, title: &str) -> Candidate {
        let first: Timestamp = "2026-05-06T00:00:00Z".parse().unwrap();
        let mut words = tokens(title);
        words.sort();
        words.dedup();
        Candidate {
            story: StoryId::begun_by(ItemId(number)),
            score: Score::of(Points::some("coverage", points, String::new()).into_iter().collect()),
            signature: Signature {
                item: ItemId(number),
                at: first,
                source: "s".parse().unwrap(),
                link: None,
                host: host.to_owned(),
                neutral: words.clone(),
                marks: Vec::new(),
                words,
                companies: Vec::new(),
                script: Script::Latin,
                scope: Scope::Event,
            },
            leads: host.split(' ').map(str::to_owned).collect(),
            first,
        }
    }

    /// The titles chosen for `slots`, and why the others were not.
    fn report(candidates: &[(f64, &str, &str)], slots: usize) -> String {
        let candidates: Vec<Candidate> =
            (1..).zip(candidates).map(|(n, (points, host, title))| candidate(n, *points, host, title)).collect();
        let selection = select(&candidates, slots, &Weights::default());
        let mut reversed: Vec<Candidate> = candidates.clone();
        reversed.reverse();
        let again = select(&reversed, slots, &Weights::default());
        let names = |candidates: &[Candidate], selection: &Selection| -> Vec<StoryId> {
            selection.chosen.iter().map(|chosen| candidates[chosen.candidate].story).collect()
        };
        assert_eq!(names(&candidates, &selection), names(&reversed, &again), "the order of arrival does not matter");
        let title = |index: usize| candidates[index].signature.words.join(" ");
        let chosen =
            selection.chosen.iter().map(|chosen| format!("{:.1} {}\n", chosen.score.total, title(chosen.candidate)));
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
            out: app voice (would need +3.0)
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
        assert!(shown.contains("out: two (a.test leads 1 stories already)"), "{shown}");
    }

    #[test]
    fn another_publisher_leads_where_the_best_one_leads_enough() {
        let shown = report(&[(9.0, "a.test", "one"), (8.0, "a.test b.test", "two")], 5);
        assert_eq!(shown, "9.0 one\n8.0 two\n");
    }

    #[test]
    fn a_story_without_points_is_not_chosen() {
        assert_eq!(report(&[(-3.0, "a.test", "deal")], 5), "out: deal (it has no points)\n");
    }
}
