//! A feed that was read: what of it is taken, and what is remembered of it.

use std::collections::HashMap;

use jiff::Timestamp;
use url::Url;

use super::quarantine::{self, Redating, Verdict};
use super::{Circumstances, Reading, Turn, moves, succeeded};
use crate::dedup::{Acquaintance, Intake, Known, PassedOver, faces, intake};
use crate::filter::{self, verdict};
use crate::id::ItemId;
use crate::item::{Entry, Item};
use crate::ledger::{Event, Note};
use crate::parse::{Garbled, Skipped};
use crate::schedule::Outcome;
use crate::source::{Dates, Dating, Footprint, Rhythm, Source, SourceState, Texts, Trap};
use crate::text::head;

/// Adds to the `turn` what the reading brought; nothing of a batch that looks like a lie.
pub(super) fn read(
    turn: &mut Turn,
    source: &Source,
    before: &SourceState,
    mut reading: Reading,
    known: &Known,
    by: Circumstances,
) -> Outcome {
    let outcome = Outcome::Answered { asked_for: reading.asked_for };
    succeeded(&mut turn.state, by.now);
    turn.state.wishes = reading.wishes;
    turn.state.mended = (!reading.mended.is_empty()).then(|| reading.mended.join("; "));
    turn.state.rescued = Some(reading.rescued);
    let skipped = reading.skipped.iter().map(|skipped| skipped.entries).sum::<usize>();
    turn.state.skipped = u32::try_from(skipped).unwrap_or(u32::MAX);
    let mended = Mended::of(&reading);
    let (entries, sifted) = sifted(source, std::mem::take(&mut reading.entries), by);
    let Sifted { dropped, kept } = sifted;
    let redating = Redating::of(&entries, known, &source.believed, by.now);
    let mut traces = traces(&entries, &dropped, &reading.skipped);
    // Items may be known from another address of it; that tells nothing of how old the others here are.
    let acquaintance = if before.first_success.is_some() { Acquaintance::Known } else { Acquaintance::First };
    let mut batch = intake(source, entries, known, by.now, acquaintance);
    traces.extend(batch.passed_over.iter().map(passed));
    let verdict = match acquaintance {
        Acquaintance::First => Verdict::Honest,
        Acquaintance::Known => quarantine::judged(before, known, &batch, redating, by.now),
    };
    if let Verdict::Held(held) = verdict {
        // The validators stay as well, so that the next poll sees the batch again.
        // Nor does the rhythm fade: nothing new is taken, not nothing new published.
        turn.state.held = Some(held);
        return outcome;
    }
    place_backlog(before, &verdict, &mut batch.new);
    place_news(before, by.now, &mut batch.new);
    turn.notes.extend(notes(source, &batch, &mended, by.now));
    turn.notes.extend(exceptions(source, &batch, &kept, by.now));
    turn.notes.extend(left_out(source, known, &dropped, &reading.skipped, by.now));
    turn.notes.extend(passed_over(source, known, &batch.passed_over, by.now));
    turn.state.rhythm = match acquaintance {
        // A backlog is no news.
        Acquaintance::First => Rhythm { lot: quarantine::largest_day(&batch.new), ..Rhythm::begun(by.now) },
        Acquaintance::Known => {
            let news = batch.new.iter().filter(|item| item.placed == Some(by.now)).count();
            before.rhythm.after(news, by.now)
        }
    };
    turn.state.dates = match verdict {
        // They differ from the known ones from now on, and the operator knows.
        Verdict::Accepted(Trap::Redated) => Dates::Restless,
        _ => redating.dates(before.dates),
    };
    turn.footprint = Some(Footprint::of(traces));
    taken(turn, before, batch, by);
    turn.state.validators = reading.validators;
    moves::followed(&mut turn.state, &source.feed, reading.moved, moves::Proof::Feed, by.now);
    outcome
}

fn taken(turn: &mut Turn, before: &SourceState, batch: Intake, by: Circumstances) {
    turn.state.held = None;
    turn.state.first_success = before.first_success.or(Some(by.now));
    if !batch.new.is_empty() {
        turn.state.last_new = Some(by.now);
    }
    turn.intake = batch;
    turn.sign(by.names);
}

/// An entry that a rule refused, and why.
struct Dropped {
    entry: Entry,
    why: String,
}

/// What the rules had to say.
#[derive(Default)]
struct Sifted {
    dropped: Vec<Dropped>,
    /// Why some were taken all the same, by title and link.
    kept: HashMap<(String, Option<Url>), String>,
}

/// The entries that the rules let through, and what the rules said.
fn sifted(source: &Source, entries: Vec<Entry>, by: Circumstances) -> (Vec<Entry>, Sifted) {
    let mut sifted = Sifted::default();
    let mut taken = Vec::with_capacity(entries.len());
    let filters = || by.filters.iter().chain(&source.filters);
    for mut entry in entries {
        let dates = (entry.published, entry.updated);
        if source.believed.dates == Dating::Ignored {
            (entry.published, entry.updated) = (None, None);
        }
        let verdict = verdict(filters(), &entry, by.now);
        (entry.published, entry.updated) = dates;
        match verdict {
            filter::Verdict::Taken => taken.push(entry),
            filter::Verdict::Kept(why) => {
                sifted.kept.insert((entry.title.clone(), entry.link.clone()), why);
                taken.push(entry);
            }
            filter::Verdict::Dropped(why) => sifted.dropped.push(Dropped { entry, why }),
        }
    }
    (taken, sifted)
}

/// Gives backlog the place that its own dates say, as at the first sight of a
/// source: it is no news. Accepted items are, all of them; of others, those of long ago.
fn place_backlog(before: &SourceState, verdict: &Verdict, new: &mut [Item]) {
    let backlog = match verdict {
        Verdict::Accepted(_) => (0..new.len()).collect(),
        _ if before.first_success.is_none() => Vec::new(),
        _ => quarantine::long_ago(before, new),
    };
    for place in backlog {
        let item = &mut new[place];
        item.placed = item.entry.date().map(|date| date.min(item.first_seen));
    }
}

/// Places what the first document at another address dates after the last look at
/// the one before: there it would have been news, and its own date may lie in a
/// week that is published.
fn place_news(before: &SourceState, now: Timestamp, new: &mut [Item]) {
    let Some(last) = before.last_success.filter(|_| before.first_success.is_none()) else { return };
    for item in new.iter_mut().filter(|item| item.entry.date() > Some(last)) {
        item.placed = Some(now);
    }
}

/// An entry that came garbled, found again by what its item says.
struct Mended {
    title: String,
    link: Option<Url>,
    detail: String,
}

impl Mended {
    fn of(reading: &Reading) -> Vec<Self> {
        let of = |garbled: &Garbled| {
            let entry = reading.entries.get(garbled.index)?;
            Some(Self { title: entry.title.clone(), link: entry.link.clone(), detail: in_words(garbled) })
        };
        reading.garbled.iter().filter_map(of).collect()
    }

    fn is(&self, entry: &Entry) -> bool {
        self.title == entry.title && self.link == entry.link
    }
}

/// Of a garbled text so much is kept as it came: the rest was mended in the same way.
const MOST_ORIGINAL_BYTES: usize = 4 << 10;

fn in_words(garbled: &Garbled) -> String {
    let named = |what: &str, was: &str| format!("; the {what} was `{}`", head(was, MOST_ORIGINAL_BYTES));
    let list = |what, was: &Option<Vec<String>>| was.as_ref().map(|was| named(what, &was.join(", ")));
    let text = |what, was: &Option<String>| was.as_ref().map(|was| named(what, was));
    let originals = [
        text("title", &garbled.title),
        list("list of authors", &garbled.authors),
        list("list of categories", &garbled.categories),
        text("summary", &garbled.summary_html),
        text("content", &garbled.content_html),
    ];
    let originals: String = originals.into_iter().flatten().collect();
    format!("read in the wrong encoding before it came: {}{originals}", garbled.parts().join(", "))
}

fn notes(source: &Source, batch: &Intake, mended: &[Mended], now: Timestamp) -> Vec<Note> {
    let note = |event: Event, item: &Item, detail: String| Note {
        source: Some(source.id.clone()),
        item: Some(item.id),
        ..event.at(now, detail)
    };
    // The others are told of where they join or begin a story.
    let unplaced = batch.new.iter().filter(|item| item.placed.is_none());
    let new = unplaced
        .map(|item| note(Event::New, item, "undated backlog: it has no place in time, and is in no week".to_owned()));
    let withdrawn =
        |item: &Item| note(Event::Withdrawn, item, format!("its publisher withdrew it: version {}", item.version));
    let changed = batch.changed.iter().map(|item| {
        if item.is_withdrawn() {
            withdrawn(item)
        } else {
            note(Event::Changed, item, format!("its publisher changed it: version {}", item.version))
        }
    });
    let withdrawn = batch.new.iter().filter(|item| item.is_withdrawn()).map(&withdrawn);
    let came = batch.new.iter().chain(&batch.changed);
    let mended = came.filter_map(|item| {
        let mended = mended.iter().find(|mended| mended.is(&item.entry))?;
        Some(note(Event::Mended, item, mended.detail.clone()))
    });
    new.chain(changed).chain(withdrawn).chain(mended).collect()
}

/// New items that one rule kept from another.
fn exceptions(
    source: &Source,
    batch: &Intake,
    kept: &HashMap<(String, Option<Url>), String>,
    now: Timestamp,
) -> Vec<Note> {
    if kept.is_empty() {
        return Vec::new();
    }
    let note = |item: &Item| {
        let why = kept.get(&(item.entry.title.clone(), item.entry.link.clone()))?;
        Some(Note { source: Some(source.id.clone()), item: Some(item.id), ..Event::Kept.at(now, why.clone()) })
    };
    batch.new.iter().filter_map(note).collect()
}

/// What was dropped or skipped, once: what the last document held already is no news.
fn left_out(source: &Source, known: &Known, dropped: &[Dropped], skipped: &[Skipped], now: Timestamp) -> Vec<Note> {
    let is_news = |trace: u32| !known.footprint.holds(trace);
    let note = |event: Event, detail: String| Note { source: Some(source.id.clone()), ..event.at(now, detail) };
    let dropped = dropped
        .iter()
        .filter(|dropped| is_news(dropped.trace()))
        .map(|dropped| note(Event::Dropped, dropped.in_words()));
    let skipped: Vec<&Skipped> = skipped.iter().filter(|skipped| is_news(fault(skipped))).collect();
    dropped.chain(by_fault(&skipped).into_iter().map(|detail| note(Event::Skipped, detail))).collect()
}

/// What shares its name with another, once, too.
fn passed_over(source: &Source, known: &Known, passed_over: &[PassedOver], now: Timestamp) -> Vec<Note> {
    let note = |item: Option<ItemId>, detail: String| Note {
        source: Some(source.id.clone()),
        item,
        ..Event::Skipped.at(now, detail)
    };
    let news: Vec<&PassedOver> = passed_over.iter().filter(|it| !known.footprint.holds(passed(it))).collect();
    let told = news.iter().take(MOST_FAULTS).map(|it| note(it.item, in_words_of(it)));
    let untold = news.len().saturating_sub(MOST_FAULTS);
    let rest = (untold > 0).then(|| note(None, format!("{untold} more entries that share their names with others")));
    told.chain(rest).collect()
}

/// Kinds of faults of one document that are told; of each kind the first.
const MOST_FAULTS: usize = 20;

/// "entry 3: it says nothing, and 41 more like it"; the first entry is 1.
fn by_fault(skipped: &[&Skipped]) -> Vec<String> {
    let mut kinds: Vec<(&Skipped, usize)> = Vec::new();
    let mut places: HashMap<u32, usize> = HashMap::new();
    for one in skipped {
        let place = *places.entry(fault(one)).or_insert(kinds.len());
        match kinds.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => kinds.push((one, 1)),
        }
    }
    let more = |count: usize| if count > 1 { format!(", and {} more like it", count - 1) } else { String::new() };
    let told = kinds.iter().take(MOST_FAULTS);
    let told = told.map(|(first, count)| format!("entry {}: {}{}", first.index + 1, first.why, more(*count)));
    let untold: usize = kinds.iter().skip(MOST_FAULTS).map(|(_, count)| count).sum();
    told.chain((untold > 0).then(|| format!("{untold} more entries, each for a reason of its own"))).collect()
}

/// The traces of all that a document holds.
fn traces(entries: &[Entry], dropped: &[Dropped], skipped: &[Skipped]) -> Vec<u32> {
    let titles = entries.iter().map(quarantine::title);
    let faces = entries.iter().flat_map(|entry| faces(entry, Texts::Quick));
    titles.chain(faces).chain(dropped.iter().map(Dropped::trace)).chain(skipped.iter().map(fault)).collect()
}

impl Dropped {
    /// "dropped: its title holds `deal`: Deal of the week <https://a.test/1>"
    fn in_words(&self) -> String {
        let link = self.entry.link.as_ref().map(|link| format!(" <{link}>")).unwrap_or_default();
        format!("{}: {}{link}", self.why, self.entry.title)
    }

    fn trace(&self) -> u32 {
        Footprint::trace("dropped", &self.entry.identity())
    }
}

/// "Update <https://a.test/1>: it is named as another entry"
fn in_words_of(passed_over: &PassedOver) -> String {
    let link = passed_over.link.as_ref().map(|link| format!(" <{link}>")).unwrap_or_default();
    format!("{}{link}: {}", passed_over.title, passed_over.why)
}

fn passed(passed_over: &PassedOver) -> u32 {
    Footprint::trace("passed over", &in_words_of(passed_over))
}

/// The trace of what cannot be read: it has no name but its fault, and figures
/// in that change from poll to poll.
fn fault(skipped: &Skipped) -> u32 {
    Footprint::trace("skipped", &skipped.why.replace(|letter: char| letter.is_ascii_digit(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(index: usize, why: &str) -> Skipped {
        Skipped { index, entries: 1, why: why.to_owned() }
    }

    #[track_caller]
    fn check(skipped: &[Skipped], expected: &[&str]) {
        assert_eq!(by_fault(&skipped.iter().collect::<Vec<_>>()), expected);
    }

    #[test]
    fn a_fault_that_repeats_is_told_once() {
        let all = [
            skipped(3, "no object"),
            skipped(4, "7 bytes too many"),
            skipped(5, "no object"),
            skipped(6, "9 bytes too many"),
        ];
        check(&all, &["entry 4: no object, and 1 more like it", "entry 5: 7 bytes too many, and 1 more like it"]);
    }

    #[test]
    fn however_many_faults_there_are_the_ledger_stays_short() {
        let all: Vec<Skipped> = (0..5_000).map(|at| skipped(at, &"x".repeat(at))).collect();
        let told = by_fault(&all.iter().collect::<Vec<_>>());
        assert_eq!(told.len(), MOST_FAULTS + 1);
        assert_eq!(told.last().unwrap(), "4980 more entries, each for a reason of its own");
    }
}
