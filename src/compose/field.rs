//! The stories that a week is chosen from. There may be a hundred thousand: of
//! each no more is kept than choosing needs, and whatever is to be shown of one
//! is read again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use jiff::Timestamp;

use super::follow::{Judge, Known, Likeness, Relation};
use super::hand::Hand;
use super::history::History;
use super::own::{Own, meant};
use super::seen::{Names, Seen};
use super::{Extent, Order, Teller, Told};
use crate::config::Config;
use crate::draft::Mark;
use crate::id::{AudienceId, Share, StoryId};
use crate::insight::development::{Change, What};
use crate::link::without_tracking;
use crate::rank::{GOES_ON, Points, Score, rounded};
use crate::recap::select::{Candidate, Chosen, Selection, select};
use crate::recap::{Follows, LeftOut};
use crate::store::{Result, Store};
use crate::story::Story;
use crate::story::rarity::Rarity;
use crate::story::signature::Signature;

/// So many stories are looked at for their audience before the choice: some four times what a list holds.
const TAGGED: usize = 100;

/// For the lists of audiences so many are: of one trade there is little among the first hundred.
const TAGGED_FOR_THEM: usize = 500;

/// So many of them are read at once.
const READ_AHEAD: usize = 16;

/// What is reported first so soon after another report is no development of that.
const LATER: jiff::SignedDuration = jiff::SignedDuration::from_hours(3);

/// The stories of one window that are in no other week's recap, in the order in which they came.
pub(super) struct Field<'f> {
    store: &'f Store,
    teller: &'f Teller<'f>,
    pub(super) config: &'f Config,
    window: &'f Range<Timestamp>,
    history: &'f History,
    hand: Hand,
    pub(super) candidates: Vec<Candidate>,
    /// For whom the best of them are, as indices, best first.
    tags: Vec<(usize, Vec<(AudienceId, Share)>)>,
    /// Those that the editor keeps out.
    kept_out: Vec<LeftOut>,
    /// Of the candidates, and then of the titles that readers know.
    pub(super) rarity: Rarity,
    /// Whose these titles are, and the companies that each names.
    titles: Vec<(&'f Known, Box<[String]>)>,
    /// What candidates follow, by their indices.
    follows: HashMap<usize, Follows>,
    /// What a candidate has more since it has the place of an earlier one.
    leading: HashMap<usize, Points>,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It has a place.
    Chosen,
    /// It has one in the recaps of audiences alone.
    Beside,
    /// It has none, but an editor may give it one.
    Offered,
}

/// A story as it is shown.
pub(super) struct Shown {
    /// As an index into the field; none of one that the editor keeps out.
    pub index: Option<usize>,
    /// With the lead it was chosen with.
    pub told: Told,
    /// Its points before any choice.
    pub base: Score,
    /// Its points as they stood at the choice.
    pub score: Score,
    /// Whether it really was chosen.
    pub outcome: Outcome,
    /// What the editor says of it.
    pub mark: Option<Mark>,
    /// The story that it follows.
    pub follows: Option<Follows>,
}

impl Shown {
    /// The story that it follows.
    pub(super) fn follows(&self) -> Option<StoryId> {
        self.follows.as_ref().map(|follows| follows.story)
    }
}

impl<'f> Field<'f> {
    /// Looks at each story of the window once.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn of(
        store: &'f Store,
        config: &'f Config,
        teller: &'f Teller<'f>,
        (order, extent): (Order<'f>, Extent),
    ) -> Result<Self> {
        let (window, history, hand) = (order.window, order.history, Hand::of(store, order.week)?);
        let mut names = Names::default();
        let Seen { candidates, kept_out, mut count } = Seen::of(store, config, teller, order, (&hand, &mut names))?;
        let mut titles = Vec::new();
        for known in history.memory() {
            for Signature { companies, .. } in known.signatures(teller.names()).iter().inspect(|it| count.add(it)) {
                titles.push((known, companies.clone().into()));
            }
        }
        let mut field = Self {
            store,
            teller,
            config,
            window,
            history,
            hand,
            candidates,
            tags: Vec::new(),
            kept_out,
            rarity: count.rarity(),
            titles,
            follows: HashMap::new(),
            leading: HashMap::new(),
        };
        let judge = Judge::new(store, config, teller, history)?;
        let most = if extent == Extent::List { TAGGED } else { TAGGED_FOR_THEM };
        let best = field.look_at_the_best(&judge, &mut names, most)?;
        field.give_one_place_a_matter(&judge, &best)?;
        Ok(field)
    }

    /// Says of the `most` with the most points for whom they are, and whether they tell
    /// again what readers know: only among them it decides anything. Gives the best of
    /// those that do not, best first.
    fn look_at_the_best(&mut self, judge: &Judge, names: &mut Names, most: usize) -> Result<Vec<usize>> {
        let mut best: Vec<usize> = (0..self.candidates.len()).collect();
        best.sort_by(|a, b| {
            let (a, b) = (&self.candidates[*a], &self.candidates[*b]);
            b.points.total_cmp(&a.points).then(a.first.cmp(&b.first)).then(a.story.cmp(&b.story))
        });
        let mut news = Vec::new();
        // More than are looked at are read: some repeat what readers know.
        let mut best = best.into_iter();
        let mut read = VecDeque::new();
        while self.tags.len() < most {
            if read.is_empty() {
                read.extend(self.tagged(best.by_ref().take(READ_AHEAD).collect())?);
            }
            let Some((index, told)) = read.pop_front() else { break };
            match judge.relation(told.story, &told.reports, self.nearest_known(index, &told.signature))? {
                Some(Relation::Repeats(why)) => {
                    self.candidates[index].barred = Some(why.into());
                    continue;
                }
                Some(Relation::Follows(follows)) => {
                    self.candidates[index].matter = Some(follows.story);
                    self.follows.insert(index, follows);
                    // What it lost as a repetition it is given back.
                    self.candidates[index].points = told.score.with(self.given(Some(index), &told)).total;
                }
                None => (),
            }
            if news.len() < TAGGED {
                let tags = told.tags.iter().map(|tag| names.one(tag.audience.as_str()));
                self.candidates[index].audiences = tags.collect();
                news.push(index);
            }
            self.tags.push((index, told.tags.into_iter().map(|tag| (tag.audience, tag.confidence)).collect()));
        }
        Ok(news)
    }

    /// These candidates with their tags, in their order; those that became part of others meanwhile are none.
    fn tagged(&self, indices: Vec<usize>) -> Result<Vec<(usize, Told)>> {
        let until = self.window.end;
        let story = |index: &usize| self.store.story_until(self.candidates[*index].story, until);
        let stories = indices.iter().map(story).collect::<Result<Vec<_>>>()?;
        let (indices, stories): (Vec<usize>, Vec<Story>) =
            indices.into_iter().zip(stories).filter_map(|(index, story)| Some((index, story?))).unzip();
        let told = self.teller.all_told(stories, until).into_iter().map(|told| self.by_hand(told));
        Ok(indices.into_iter().zip(told).collect())
    }

    /// The story that readers know and that a candidate is most like, and how like.
    fn nearest_known(&self, index: usize, signature: &Signature) -> Option<(&'f Known, Likeness)> {
        let (own, first) = (&signature.companies, self.candidates.len());
        let mut nearest: Option<(&'f Known, (Likeness, f64))> = None;
        for (row, (known, companies)) in (first..).zip(&self.titles) {
            let is_of_others = !own.is_empty() && !companies.is_empty() && !companies.iter().any(|it| own.contains(it));
            let likeness = match () {
                () if known.is_linked(signature) => Some((Likeness::Same, 1.0)),
                () if is_of_others => None,
                () => Likeness::of(&self.rarity, index, row),
            };
            // Of equals the newest, which comes first.
            if let Some(likeness) = likeness.filter(|likeness| nearest.is_none_or(|(_, most)| *likeness > most)) {
                nearest = Some((known, likeness));
            }
        }
        nearest.map(|(known, (likeness, _))| (known, likeness))
    }

    /// Finds among `best` those that go on with another one of the week: the later
    /// one has the place of both, if it is strong enough.
    fn give_one_place_a_matter(&mut self, judge: &Judge, best: &[usize]) -> Result<()> {
        let mut in_time = best.to_vec();
        in_time.sort_by_key(|index| (self.candidates[*index].first, self.candidates[*index].story));
        for (at, later) in in_time.iter().enumerate() {
            for earlier in &in_time[..at] {
                if self.candidates[*later].matter.is_some() {
                    break;
                }
                let changes = self.changes_within_the_week(judge, *earlier, *later)?;
                if !changes.is_empty() {
                    self.follow_within_the_week(*earlier, *later, changes)?;
                }
            }
        }
        Ok(())
    }

    /// What one candidate tells that an earlier one of the same matter did not.
    fn changes_within_the_week(&self, judge: &Judge, earlier: usize, later: usize) -> Result<Vec<Change>> {
        let [old, new] = [&self.candidates[earlier], &self.candidates[later]];
        let is_later = new.first.duration_since(old.first) >= LATER;
        let is_of_one = old.companies.iter().any(|company| new.companies.contains(company));
        if !is_later || !is_of_one || Likeness::of(&self.rarity, earlier, later).is_none() {
            return Ok(Vec::new());
        }
        let (Some(old), Some(new)) = (self.outline(earlier)?, self.outline(later)?) else { return Ok(Vec::new()) };
        let mut changes = judge.changes(&old.reports, &new.reports);
        // Two versions of one week are two things.
        changes.retain(|change| change.what != What::Version && change.goes_on());
        Ok(changes)
    }

    fn follow_within_the_week(&mut self, earlier: usize, later: usize, changes: Vec<Change>) -> Result<()> {
        let Some(told) = self.outline(earlier)? else { return Ok(()) };
        let entry = &told.reports[told.lead].item.entry;
        let matter = self.candidates[earlier].matter.unwrap_or(told.story);
        self.candidates[earlier].matter = Some(matter);
        self.candidates[later].matter = Some(matter);
        let lacks = self.candidates[earlier].points - self.candidates[later].points;
        if lacks > 0.0 && self.candidates[later].points >= GOES_ON * self.candidates[earlier].points {
            let said = format!("it has the place of the earlier “{}”", entry.title);
            // A little more: of equals the earlier one would be chosen.
            if let Some(points) = Points::some("development", lacks + 0.01, said) {
                self.candidates[later].points = rounded(self.candidates[later].points + points.value);
                self.leading.insert(later, points);
            }
        }
        let url = entry.link.as_ref().map(|link| without_tracking(link).into());
        let follows = Follows { story: told.story, week: None, headline: entry.title.clone(), url, changes };
        self.follows.insert(later, follows);
        Ok(())
    }

    /// The points of a candidate that it does not have from its reports.
    fn given(&self, index: Option<usize>, told: &Told) -> Vec<Points> {
        let is_known = index.and_then(|index| self.follows.get(&index)).is_some_and(|follows| follows.week.is_some());
        let novelty = self.history.novelty(&told.signature, &self.config.ranking).filter(|_| !is_known);
        let given = novelty.into_iter().chain(self.hand.points(told.story));
        given.chain(index.and_then(|index| self.leading.get(&index)).cloned()).collect()
    }

    /// The stories for an audience as far as they were looked at for that, and how sure it is.
    pub(super) fn members(&self, audience: &AudienceId) -> impl Iterator<Item = (usize, Share)> {
        self.tags.iter().filter_map(move |(index, tags)| {
            let (_, confidence) = tags.iter().find(|(tagged, _)| tagged == audience)?;
            Some((*index, *confidence))
        })
    }

    /// What becomes of them, for so many places.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn select(&self, slots: usize) -> Result<Selection> {
        let likeness = |one: usize, two: usize| self.rarity.likeness(one, two);
        let selection = select(&self.candidates, &likeness, slots, &self.config.ranking);
        let headline = |index: usize| -> Result<String> {
            Ok(self.outline(index)?.map(|told| self.headline(&told)).unwrap_or_default())
        };
        self.hand.with_pinned(selection, (&self.candidates, &headline), slots)
    }

    /// As readers would see it.
    fn headline(&self, told: &Told) -> String {
        let own = self.hand.on(told.story).and_then(|mark| mark.headline.clone());
        own.unwrap_or_else(|| told.reports[told.lead].item.entry.title.clone())
    }

    /// The chosen ones, best first, with all that is known of them.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn chosen(&self, selection: &Selection) -> Result<Vec<Shown>> {
        let mut all = Vec::new();
        for chosen in &selection.chosen {
            let shown = self.led(chosen, &chosen.moved)?;
            all.extend(shown.map(|shown| Shown { outcome: Outcome::Chosen, ..shown }));
        }
        Ok(all)
    }

    /// What only the `lists` of audiences hold, each story once, in their order.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn beside(&self, lists: &[Own], selection: &Selection) -> Result<Vec<Shown>> {
        let mut met: HashSet<usize> = selection.chosen.iter().map(|chosen| chosen.candidate).collect();
        let mut all = Vec::new();
        for chosen in lists.iter().flat_map(Own::chosen).filter(|chosen| met.insert(chosen.candidate)) {
            let shown = self.led(chosen, &[])?;
            all.extend(shown.map(|shown| Shown { outcome: Outcome::Beside, ..shown }));
        }
        Ok(all)
    }

    /// A story as it was chosen, with the points `moved` by others; none if it became
    /// part of another meanwhile.
    fn led(&self, chosen: &Chosen, moved: &[Points]) -> Result<Option<Shown>> {
        let story = self.store.story_until(self.candidates[chosen.candidate].story, self.window.end)?;
        let Some(mut told) = story.map(|story| self.teller.told(story, self.window.end)) else { return Ok(None) };
        told.lead = told.leads.get(chosen.lead).copied().unwrap_or(told.lead);
        Ok(Some(self.shown(Some(chosen.candidate), told, moved)))
    }

    /// For whom the editor says that it is.
    fn by_hand(&self, told: Told) -> Told {
        match self.hand.on(told.story) {
            Some(mark) => Told { tags: mark.tags(told.tags), ..told },
            None => told,
        }
    }

    /// A story with what the editor says of it, and all its points, with those `moved` by others.
    fn shown(&self, index: Option<usize>, told: Told, moved: &[Points]) -> Shown {
        let (mark, told) = (self.hand.on(told.story).cloned(), self.by_hand(told));
        let base = told.score.with(self.given(index, &told));
        let score = base.with(moved.iter().cloned());
        let follows = index.and_then(|index| self.follows.get(&index)).cloned();
        Shown { index, told, base, score, outcome: Outcome::Offered, mark, follows }
    }

    /// The `most` best of those that were not chosen and are not `shown` in another way, and
    /// what the editor keeps out, as they would be shown.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn offered(&self, selection: &Selection, shown: &[Shown], most: usize) -> Result<Vec<Shown>> {
        let is_shown = |index: usize| shown.iter().any(|shown| shown.index == Some(index));
        let left_out = selection.left_out.iter().map(|(index, _)| *index).filter(|index| !is_shown(*index));
        let best = left_out.take(most).map(|index| (Some(index), self.candidates[index].story));
        // He may think better of it.
        let kept_out = self.kept_out.iter().take(most).map(|left| (None, left.story));
        let mut all = Vec::new();
        for (index, story) in best.chain(kept_out) {
            let story = self.store.story_until(story, self.window.end)?;
            let told = story.map(|story| self.teller.told(story, self.window.end));
            all.extend(told.map(|told| self.shown(index, told, &[])));
        }
        Ok(all)
    }

    /// A story that the recap of `audience` does not tell, for this `reason`.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn left_out_for(&self, audience: &AudienceId, index: usize, reason: &str) -> Result<Option<LeftOut>> {
        let Some(told) = self.outline(index)? else { return Ok(None) };
        let sure = self.members(audience).find(|(member, _)| *member == index).map(|(_, confidence)| confidence);
        let meant = sure.and_then(|sure| meant(self.candidates[index].points, sure));
        let (story, headline) = (told.story, told.reports[told.lead].item.entry.title.clone());
        let Score { total, parts } = self.shown(None, told, &[]).base.with(meant);
        Ok(Some(LeftOut { story, headline, total, parts, short_by: None, reason: reason.to_owned() }))
    }

    /// The best of those that were not chosen, and why.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn left_out(&self, selection: &Selection) -> Result<Vec<LeftOut>> {
        let mut left_out = self.kept_out.clone();
        let last = selection.chosen.last().map(|chosen| chosen.points);
        for (index, reason) in &selection.left_out {
            let Candidate { story, points: total, .. } = self.candidates[*index];
            let Some(told) = self.outline(*index)? else { continue };
            let headline = told.reports[told.lead].item.entry.title.clone();
            let parts = told.score.with(self.given(Some(*index), &told)).parts;
            let short_by = last.map(|last| rounded(last - total)).filter(|short_by| *short_by > 0.0);
            left_out.push(LeftOut { story, headline, total, parts, short_by, reason: reason.clone() });
        }
        Ok(left_out)
    }

    /// One of them without its tags; none if it became part of another meanwhile.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn outline(&self, index: usize) -> Result<Option<Told>> {
        let story = self.store.story_until(self.candidates[index].story, self.window.end)?;
        Ok(story.map(|story| self.teller.untagged(story, self.window.end)))
    }
}
