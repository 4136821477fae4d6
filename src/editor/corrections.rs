//! What an editor does to what is published: corrects it, or withdraws a story. And what readers are told
//! where a publisher withdraws the report that leads one.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::words::{Told, named};
use super::{Done, Event, News, Newsroom, Note};
use crate::draft::{HEADLINE_MAX, NOTE_MAX, editors, retitle_in_place};
use crate::id::{ItemId, StoryId};
use crate::item::tells_of_withdrawal;
use crate::publish::inert::printable;
use crate::recap::{Correction, Entry, Loudness, Recap};
use crate::store::{DraftChange, Result, Store};
use crate::story::standing;
use crate::text::one_line;
use crate::week::Week;

/// What is of a week that ended longer ago stands in hardly any feed: nobody hears that it is withdrawn.
const LATELY: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

/// What is to be corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Of which week.
    pub week: Week,
    /// The story: its id, or the first digits of it; none: the recap as a whole.
    pub story: Option<String>,
    /// Its headline from now on.
    pub headline: Option<String>,
    /// The editor's note on it from now on; an empty one takes it away.
    pub note: Option<String>,
    /// What readers are told.
    pub correction: Option<String>,
    /// Whether they must see it.
    pub loudness: Loudness,
}

impl Newsroom {
    /// Corrects a published week: a revision more, with the same ids.
    pub(super) async fn amend(&self, amendment: Amendment) -> Told {
        let amendment = match amendment.checked() {
            Ok(amendment) => amendment,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (wanted, now) = (amendment.clone(), self.now);
        let found = self.readers.ask(move |store| {
            let story = match wanted.story.as_deref().map(|digits| named(store, digits)).transpose()?.transpose() {
                Ok(story) => story,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let recaps = of_week(store, wanted.week)?;
            let Some(pool) = recaps.first() else {
                return Ok(Err(format!("{} is not published: there is nothing to amend", wanted.week)));
            };
            let entry = match story.map(|story| pool.entry(story).ok_or(story)).transpose() {
                Ok(entry) => entry.cloned(),
                Err(story) => return Ok(Err(format!("story {} is not in {}", story.short(), wanted.week))),
            };
            if entry.as_ref().is_some_and(|entry| wanted.changes_nothing(entry)) {
                return Ok(Err("that is how it stands already: there is nothing to amend".to_owned()));
            }
            let correction = wanted.correction(entry.as_ref(), now);
            let is_in = |recap: &&Recap| story.is_none_or(|story| recap.entry(story).is_some());
            let amended: Vec<Recap> =
                recaps.iter().filter(is_in).map(|recap| wanted.applied(recap, story, correction.as_ref())).collect();
            Ok(Ok((story, correction, amended)))
        });
        let (story, correction, amended) = match found.await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let week = amendment.week;
        let Some(pool) = amended.first().cloned() else { return Ok(Err(format!("{week} is not published"))) };
        let detail = correction.map_or_else(|| "without a word to readers".to_owned(), |correction| correction.text);
        let note = Note { story, ..self.note(Event::Amended, week, detail) };
        self.handle.keep(DraftChange::Amended(amended), vec![note]).await?;
        let said = format!("{week} is amended: revision {}", pool.revision);
        Ok(Ok(Done { subject: None, said: vec![said], news: News::Amended(Box::new(pool)) }))
    }

    /// Tells readers of published stories whose lead its publisher withdrew since, each once. To be called after polls,
    /// and harmless at any time. Looks at the weeks that ended in the last eight weeks. Gives the recap for all readers
    /// of each week that it amended, as it stands then, by week.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn tell_of_withdrawals(&self) -> Result<Vec<Recap>> {
        let now = self.now;
        let since = now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
        let mut all: Vec<Recap> = Vec::new();
        for (story, week) in self.readers.ask(move |store| store.maybe_withdrawn(since)).await? {
            let amended = self.readers.ask(move |store| without_its_lead(store, (story, week), now)).await?;
            let Some((text, amended)) = amended else { continue };
            let pool = amended.first().cloned();
            let note = Note { story: Some(story), ..self.note(Event::Amended, week, text) };
            self.handle.keep(DraftChange::Amended(amended), vec![note]).await?;
            // Of one week several may be withdrawn.
            all.retain(|recap| recap.week != week);
            all.extend(pool);
        }
        Ok(all)
    }

    /// Shows a published story no more: a tombstone with the reason is left, and no
    /// word of it in any recap.
    pub(super) async fn withdraw(&self, story: &str, reason: &str) -> Told {
        let reason = one_line(&printable(reason));
        if reason.is_empty() || reason.chars().count() > NOTE_MAX {
            return Ok(Err(format!("say why, in 1 to {NOTE_MAX} characters: readers see it")));
        }
        let (name, why, now) = (story.to_owned(), reason.clone(), self.now);
        let found = self.readers.ask(move |store| {
            let story = match named(store, &name)? {
                Ok(story) => story,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let Some((week, _)) = store.placed_stories()?.get(&story).copied() else {
                let short = story.short();
                return Ok(Err(format!("story {short} is in no recap: `recapd drop {short}` keeps it out")));
            };
            if store.withdrawn_stories()?.contains(&story) {
                return Ok(Err(format!("story {} was withdrawn before", story.short())));
            }
            Ok(Ok((story, week, without(store, (story, week), &why, now)?)))
        });
        let (story, week, recaps) = match found.await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let pool = recaps.iter().find(|recap| recap.week == week && recap.audience.is_none()).cloned();
        let Some(pool) = pool else { return Ok(Err(format!("story {} is not in {week}", story.short()))) };
        let note = Note { story: Some(story), ..self.note(Event::Withdrawn, week, reason.clone()) };
        self.handle.keep(DraftChange::Withdrawn(story, reason, recaps), vec![note]).await?;
        let said = format!("is withdrawn from {week}: its page and its entry in the feeds say why");
        Ok(Ok(Done { subject: Some(story), said: vec![said], news: News::Amended(Box::new(pool)) }))
    }
}

impl Amendment {
    /// The same with texts that fit; it changes something.
    fn checked(self) -> std::result::Result<Self, String> {
        let line = |text: Option<String>, most: usize| match text.map(|text| one_line(&printable(&text))) {
            Some(line) if line.chars().count() > most => Err(format!("that is too long: {most} characters at most")),
            line => Ok(line),
        };
        let headline = line(self.headline, HEADLINE_MAX)?.filter(|line| !line.is_empty());
        let correction = line(self.correction, NOTE_MAX)?.filter(|line| !line.is_empty());
        let amendment = Self { headline, note: line(self.note, NOTE_MAX)?, correction, ..self };
        if amendment.story.is_none() && (amendment.headline.is_some() || amendment.note.is_some()) {
            return Err("say which story: --story STORY".to_owned());
        }
        match (&amendment.correction, amendment.loudness) {
            (Some(_), Loudness::Quiet) => Err("a correction is there to be seen: leave out --quiet".to_owned()),
            (None, _) if amendment.headline.is_none() && amendment.note.is_none() => {
                Err("say what to amend: --correction TEXT, or --story STORY with --headline or --note".to_owned())
            }
            _ => Ok(amendment),
        }
    }

    /// Whether the story stands so already, and readers are told nothing else.
    fn changes_nothing(&self, entry: &Entry) -> bool {
        let note = entry.insight.note.as_ref().map_or("", |note| note.text.as_str());
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        self.correction.is_none() && same(&self.headline, &entry.headline) && same(&self.note, note)
    }

    /// What readers are told; none if it is a slip of the pen.
    fn correction(&self, entry: Option<&Entry>, at: Timestamp) -> Option<Correction> {
        if self.loudness == Loudness::Quiet {
            return None;
        }
        let headline = || {
            let (entry, headline) = (entry?, self.headline.as_ref()?);
            Some(format!("The headline “{}” is now “{headline}”.", entry.headline))
        };
        let place = || {
            let entry = entry?;
            let which = if entry.place > 0 { format!("#{}", entry.place) } else { format!("“{}”", entry.headline) };
            Some(format!("The editor’s note on {which} was changed."))
        };
        let text = self.correction.clone().or_else(headline).or_else(place)?;
        Some(Correction { at, story: entry.map(|entry| entry.story), text })
    }

    /// The next revision of `recap`. Addresses stay, whatever a story is called.
    fn applied(&self, recap: &Recap, story: Option<StoryId>, correction: Option<&Correction>) -> Recap {
        let mut amended = recap.amended();
        for entry in amended.stories_mut().filter(|entry| Some(entry.story) == story) {
            if let Some(headline) = &self.headline {
                retitle_in_place(entry, headline);
            }
            if let Some(note) = &self.note {
                entry.insight.note = (!note.is_empty()).then(|| editors(note));
            }
        }
        let neighbours = amended.stories_mut().flat_map(|entry| &mut entry.related);
        for related in neighbours.filter(|related| Some(related.story) == story) {
            if let Some(headline) = &self.headline {
                related.headline = headline.clone();
            }
        }
        if let Some(correction) = correction {
            amended.correct(correction.clone());
        }
        amended
    }
}

/// The recaps of a week as they stand: the one for all readers first.
fn of_week(store: &Store, week: Week) -> Result<Vec<Recap>> {
    let Some(pool) = store.recap(week, None)? else { return Ok(Vec::new()) };
    let audiences: Vec<_> = pool.audiences.iter().map(|share| share.audience.id.clone()).collect();
    let mut recaps = vec![pool];
    for audience in audiences {
        recaps.extend(store.recap(week, Some(&audience))?);
    }
    Ok(recaps)
}

/// What readers are told of a published story whose lead its publisher withdrew, and the next revision of each recap of
/// its week that tells it; none if he did not, or they were told, or it said so when it was published.
fn without_its_lead(
    store: &Store,
    (story, week): (StoryId, Week),
    at: Timestamp,
) -> Result<Option<(String, Vec<Recap>)>> {
    // The items first: of most stories none is withdrawn, and a recap is large.
    let items = store.story(story)?.map(|told| told.items).unwrap_or_default();
    let standing: HashSet<ItemId> = standing(&items).map(|item| item.id).collect();
    if standing.len() == items.len() {
        return Ok(None);
    }
    let Some(pool) = store.recap(week, None)? else { return Ok(None) };
    let Some(Entry { lead, .. }) = pool.entry(story) else { return Ok(None) };
    let is_withdrawn = items.iter().any(|item| item.id == lead.item) && !standing.contains(&lead.item);
    let text = format!("{} withdrew its report “{}”.", lead.publisher, lead.title);
    let is_told = pool.corrections.iter().any(|known| known.story == Some(story) && known.text == text);
    if !is_withdrawn || is_told || tells_of_withdrawal(&lead.title) {
        return Ok(None);
    }
    let correction = Correction { at, story: Some(story), text: text.clone() };
    let corrected = |recap: &Recap| {
        let mut amended = recap.amended();
        amended.correct(correction.clone());
        amended
    };
    let recaps = of_week(store, week)?;
    let amended = recaps.iter().filter(|recap| recap.entry(story).is_some()).map(corrected).collect();
    Ok(Some((text, amended)))
}

/// The next revision of every recap that tells of a story of `week`, without it.
fn without(store: &Store, (story, week): (StoryId, Week), reason: &str, at: Timestamp) -> Result<Vec<Recap>> {
    let told = store.story(story)?.map(|told| told.items).unwrap_or_default();
    let mut items: Vec<ItemId> = told.into_iter().map(|item| item.id).collect();
    // What it was made of when it was frozen, too.
    let pool = store.recap(week, None)?;
    let entry = pool.as_ref().and_then(|pool| pool.entry(story));
    items.extend(entry.into_iter().flat_map(|entry| &entry.coverage).map(|report| report.item));
    let mut amended = Vec::new();
    for listed in store.listed()? {
        let recaps = of_week(store, listed.week)?;
        let mut clean: Vec<Recap> = recaps.iter().map(|recap| recap.without_traces(story, &items)).collect();
        clean.iter_mut().for_each(|recap| recap.withdraw(story, reason, at));
        let left: Vec<_> = clean.iter().filter_map(|it| Some((it.audience.clone()?, it.entries.len()))).collect();
        for (recap, clean) in recaps.iter().zip(&mut clean) {
            for share in &mut clean.audiences {
                let of = left.iter().find(|(audience, _)| *audience == share.audience);
                share.stories = of.map_or(share.stories, |(_, stories)| *stories);
            }
            if *clean != *recap {
                amended.push(clean.amended());
            }
        }
    }
    Ok(amended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::{Cite, Origin, Part};
    use crate::publish::fixture::recap;

    /// Whether the first story of a week, China’s Big Fund leads DeepSeek round at $45B, keeps a hook when it is called
    /// `headline`.
    #[track_caller]
    fn check_hook(hook: &str, headline: &str, expected: bool) {
        let mut recap = recap();
        let entry = &mut recap.entries[0];
        let cites = vec![Cite { item: entry.coverage[1].item, version: 1, span: (0, 9), quote: String::new() }];
        entry.insight.hook = Some(Part { text: hook.to_owned(), origin: Origin::Extract, cites });
        let (story, slug) = (entry.story, entry.slug.clone());
        let amendment = Amendment {
            week: recap.week,
            story: None,
            headline: Some(headline.to_owned()),
            note: None,
            correction: None,
            loudness: Loudness::Quiet,
        };
        let amended = amendment.applied(&recap, Some(story), None);
        let entry = &amended.entries[0];
        assert_eq!((entry.headline.as_str(), entry.slug.as_str()), (headline, slug.as_str()));
        assert_eq!(entry.insight.hook.is_some(), expected, "{hook}");
    }

    #[test]
    fn a_hook_that_says_what_is_taken_back_goes_with_it() {
        let other = "Beijing buys a lab";
        check_hook("At $45 billion it would be the dearest lab of the country", other, false);
        check_hook("DeepSeek’s first outside money would come from the state’s chip fund", other, true);
    }
}
