//! Whether a batch of entries looks like a lie, and which of its items are no news.
//!
//! A wrong "honest" puts a hundred old articles into the week's recap; a wrong
//! "lie" keeps news waiting for the operator. So each trap wants to see many
//! items, and most of them: ordinary sites never get there.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::dedup::{Intake, Known, names};
use crate::item::{Entry, Item};
use crate::source::{Beliefs, Dates, Dating, Footprint, FutureDates, Held, Leave, SourceState, Trap};

/// Fewer items than this are never held: few sites publish as many between two
/// polls, and few feeds show fewer in all.
const MANY: usize = 10;

/// Fewer new items than this are no flood, whatever is usual.
const FLOOD: usize = 50;

/// Nor are fewer than this where nothing of the last document is left: a feed
/// of ten may turn over on a day with an event, hardly one of twenty.
const TURNOVER: usize = 20;

/// A lot is honest that is no more than twice one that came before: some
/// publish all of a month at once.
const LOTS_USUAL: f64 = 2.0;

/// "Ten times the usual volume" is a flood.
const TIMES_USUAL: f64 = 10.0;

/// But not what comes in one lot each week: a flood is also more than two such weeks.
const WEEKS_USUAL: f64 = 2.0;

/// Of a source watched for less than this nobody knows what is usual: there are
/// those that bring hundreds of papers each day, and none on a long weekend.
const ACQUAINTED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A shorter text may stand under many items by right: "Comments", "Read more".
const TELLING_CHARS: usize = 80;

/// A date that moved less was given in another zone, or corrected.
const REDATED: SignedDuration = SignedDuration::from_hours(24);

/// Of several new items, those dated so long before the last look are backlog.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One or two may be drafts that kept the date they were begun on.
const SEVERAL: usize = 3;

/// What to do with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Take it.
    Honest,
    /// Take it, since the operator said so: as backlog.
    Accepted(Trap),
    /// Take nothing of it.
    Held(Held),
}

/// How the entries that are known by their identity are dated now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Redating {
    /// Dated now and before.
    pub compared: usize,
    /// Of these, by more than a day differently.
    pub moved: usize,
}

impl Redating {
    pub(super) fn of(entries: &[Entry], known: &Known, believed: &Beliefs, now: Timestamp) -> Self {
        if believed.dates == Dating::Ignored || known.by_identity.is_empty() {
            return Self::default();
        }
        // What was not believed when it was stored cannot be compared.
        let is_believed = |date: &Timestamp| believed.future_dates == FutureDates::Kept || *date <= now;
        let dates = entries.iter().zip(names(entries, believed)).filter_map(|(entry, name)| {
            let before = known.by_identity.get(&name.own)?.said.as_ref()?.published?;
            Some(entry.published.filter(is_believed)?.duration_since(before).abs() > REDATED)
        });
        dates.fold(Self::default(), |all, moved| Self {
            compared: all.compared + 1,
            moved: all.moved + usize::from(moved),
        })
    }

    /// Four of five count: a document may mix articles with a fixed page or two.
    fn is_general(self) -> bool {
        self.compared >= MANY && self.moved * 5 >= self.compared * 4
    }

    /// What the source's dates are worth after this document.
    pub(super) fn dates(self, before: Dates) -> Dates {
        let are_steady = self.compared >= MANY && self.moved * 5 <= self.compared;
        match before {
            _ if are_steady => Dates::Steady,
            _ if self.is_general() => Dates::Restless,
            before => before,
        }
    }
}

/// Judges the batch of a source that was read before: `intake` of the document, against what was.
pub(super) fn judged(
    before: &SourceState,
    known: &Known,
    intake: &Intake,
    redating: Redating,
    now: Timestamp,
) -> Verdict {
    let Some((trap, items)) = suspicion(before, known, intake, redating, now) else { return Verdict::Honest };
    let items = u32::try_from(items).unwrap_or(u32::MAX);
    let same = before.held.as_ref().filter(|held| held.trap == trap);
    match same {
        // What the operator saw is what he accepted; some items more may have come since.
        Some(held) if held.leave == Leave::Given && items <= held.items.saturating_mul(2) => Verdict::Accepted(trap),
        Some(held) => Verdict::Held(Held { items, leave: Leave::Awaited, ..held.clone() }),
        None => Verdict::Held(Held { trap, items, since: now, leave: Leave::Awaited }),
    }
}

/// What the batch looks like, and how many items say so.
fn suspicion(
    before: &SourceState,
    known: &Known,
    intake: &Intake,
    redating: Redating,
    now: Timestamp,
) -> Option<(Trap, usize)> {
    let taken: Vec<&Item> = intake.new.iter().chain(&intake.changed).collect();
    one_text(&taken)
        .map(|items| (Trap::OneText, items))
        .or_else(|| come_again(known, &intake.new))
        .or_else(|| (before.dates == Dates::Steady && redating.is_general()).then_some((Trap::Redated, redating.moved)))
        .or_else(|| flood(before, known, intake, now).map(|items| (Trap::Flood, items)))
}

/// Items that say the same, or too little to differ by: a wall, a warning, a parked domain.
fn one_text(taken: &[&Item]) -> Option<usize> {
    if taken.len() < MANY {
        return None;
    }
    let mut alike: HashMap<String, usize> = HashMap::new();
    for item in taken {
        let text = item.entry.text();
        let says = if text.chars().count() < TELLING_CHARS { format!("{}\n{text}", item.entry.title) } else { text };
        *alike.entry(says).or_default() += 1;
    }
    alike.into_values().max().filter(|most| *most >= MANY && most * 2 >= taken.len())
}

/// New items under titles that the last document held: the old ones under other
/// ids, or, where the date is part of the identity, under other dates. What has
/// kept its link was found by that already.
fn come_again(known: &Known, new: &[Item]) -> Option<(Trap, usize)> {
    let old = |item: &&Item| known.footprint.holds(title(&item.entry));
    let again: Vec<&Item> = new.iter().filter(old).collect();
    let titles: HashSet<&str> = again.iter().map(|item| item.entry.title.as_str()).collect();
    let is_general = titles.len() >= MANY && again.len() * 2 >= new.len();
    let by_date = again.iter().filter(|item| item.identity.starts_with("title:")).count();
    let trap = if by_date * 2 > again.len() { Trap::Redated } else { Trap::Renamed };
    is_general.then_some((trap, again.len()))
}

/// New items, ten times as many as usual, as at once they never came before.
fn flood(before: &SourceState, known: &Known, intake: &Intake, now: Timestamp) -> Option<usize> {
    if now.duration_since(before.rhythm.begun) < ACQUAINTED {
        return None;
    }
    let least = if is_turned_over(known, intake) { TURNOVER } else { FLOOD };
    let news = intake.new.len() - long_ago(before, &intake.new).len();
    let since = before.last_success.map_or(SignedDuration::ZERO, |last| now.duration_since(last));
    let days = since.as_secs_f64() / 86_400.0;
    let usual = before.rhythm.items / 7.0 * days.max(1.0);
    let most = (usual * TIMES_USUAL).max(before.rhythm.items * WEEKS_USUAL).max(before.rhythm.lot * LOTS_USUAL);
    (news >= least && news as f64 > most).then_some(news)
}

/// Whether the document has nothing that the last one had.
fn is_turned_over(known: &Known, intake: &Intake) -> bool {
    let is_left = |item: &Item| known.footprint.holds(title(&item.entry));
    intake.same == 0 && intake.changed.is_empty() && !known.footprint.is_empty() && !intake.new.iter().any(is_left)
}

/// How many of the items that a source is met with are dated the same day (UTC), at most.
pub(super) fn largest_day(new: &[Item]) -> f64 {
    let mut days: HashMap<i64, u32> = HashMap::new();
    for date in new.iter().filter(|item| item.placed.is_some()).filter_map(|item| item.entry.date()) {
        *days.entry(date.as_second().div_euclid(86_400)).or_default() += 1;
    }
    days.into_values().max().unwrap_or_default().into()
}

/// The places in `new` of items that are dated long before the source was last
/// read, if there are several: its window has grown, or an archive was put online.
pub(super) fn long_ago(before: &SourceState, new: &[Item]) -> Vec<usize> {
    let horizon = before.last_success.and_then(|last| last.checked_sub(LONG_AGO).ok());
    let is_old = |item: &Item| item.entry.date() < horizon && item.entry.date().is_some();
    let places: Vec<usize> = (0..new.len()).filter(|place| is_old(&new[*place])).collect();
    if places.len() < SEVERAL { Vec::new() } else { places }
}

/// The trace that an entry's title leaves in a [`Footprint`].
pub(super) fn title(entry: &Entry) -> u32 {
    Footprint::trace("title", &entry.title)
}
