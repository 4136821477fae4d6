//! Questions about sources: how each behaved, and when it is due.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use url::Url;

use super::row::{InOrder, at, parsed};
use super::{Result, Store};
use crate::id::SourceId;
use crate::source::{
    Dates, Footprint, Held, Leave, Machines, Move, Rescue, Rest, Rhythm, SourceState, Stance, Standing, Trap,
    Validators,
};
use crate::turn::Turn;

/// In the order in which [`put`] binds them, and [`source_row`] reads them.
const COLUMNS: [&str; 38] = [
    "id",
    "feed",
    "learnt",
    "moved_to",
    "moved_seen",
    "moved_first",
    "moved_last",
    "etag",
    "last_modified",
    "body_hash",
    "standing",
    "standing_since",
    "standing_why",
    "due",
    "because",
    "rest",
    "asked_until",
    "failures",
    "last_poll",
    "first_success",
    "last_success",
    "last_new",
    "last_error",
    "mended",
    "rescued",
    "skipped",
    "held_trap",
    "held_items",
    "held_since",
    "held_accepted",
    "steady_dates",
    "news",
    "new_items",
    "largest_lot",
    "rhythm_begun",
    "rhythm_as_of",
    "rhythm_told",
    "wishes",
];

pub(super) static SELECT: LazyLock<String> = LazyLock::new(|| format!("SELECT {} FROM source", COLUMNS.join(", ")));

static BY_ID: LazyLock<String> = LazyLock::new(|| format!("{} WHERE id = ?1", *SELECT));

static RESTING: LazyLock<String> = LazyLock::new(|| format!("{} WHERE rest IS NOT NULL AND asked_until > ?1", *SELECT));

/// One row written, whether the source is known or not.
static RECORD: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=COLUMNS.len()).map(|place| format!("?{place}")).collect();
    let updates: Vec<String> = COLUMNS[1..].iter().map(|column| format!("{column} = excluded.{column}")).collect();
    format!(
        "INSERT INTO source ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}",
        COLUMNS.join(", "),
        places.join(", "),
        updates.join(", ")
    )
});

impl Store {
    /// The state of every source that was ever polled.
    pub fn states(&self) -> Result<HashMap<SourceId, SourceState>> {
        let mut statement = self.connection.prepare_cached(&SELECT)?;
        let rows = statement.query_map([], source_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The state of `source`; none before its first poll.
    pub fn state(&self, source: &SourceId) -> Result<Option<SourceState>> {
        Ok(known(&self.connection, source)?)
    }

    /// The sources whose publishers keep their words from models.
    pub fn sources_reserved(&self) -> Result<BTreeSet<SourceId>> {
        let states = self.states()?.into_iter();
        Ok(states.filter(|(_, state)| state.wishes.machines == Machines::Reserved).map(|(id, _)| id).collect())
    }

    /// What the last document of `source` held that was taken; nothing before the first.
    pub(super) fn footprint(&self, source: &SourceId) -> Result<Footprint> {
        let mut statement = self.connection.prepare_cached("SELECT footprint FROM source WHERE id = ?1")?;
        let bytes: Option<Option<Vec<u8>>> = statement.query_row([source.as_str()], |row| row.get(0)).optional()?;
        Ok(bytes.flatten().map(|bytes| Footprint::from_bytes(&bytes)).unwrap_or_default())
    }

    /// How many items of each source stand in time since `since`, and when the oldest of these does; sources
    /// without one are not among them.
    pub fn items_by_source(&self, since: Timestamp) -> Result<HashMap<SourceId, (u32, Timestamp)>> {
        let sql = "SELECT source AS id, count(*) AS items, min(placed) AS oldest FROM item
                   WHERE first_seen >= ?1 AND placed >= ?1 GROUP BY source";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement
            .query_map([at(since)], |row| Ok((parsed(row, "id")?, (row.get("items")?, parsed(row, "oldest")?))))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// Records how the source of `turn` behaved; part of its transaction. What the
/// operator said while the turn was on its way stays said.
pub(super) fn record(connection: &Connection, turn: &Turn) -> rusqlite::Result<()> {
    let was_told = stance(connection, &turn.source)?.is_some_and(|stance| stance != turn.heard);
    let stored = if was_told { known(connection, &turn.source)? } else { None };
    match stored {
        Some(stored) => put(connection, &turn.source, &turn.state.clone().heeding(&turn.heard, &stored))?,
        None => put(connection, &turn.source, &turn.state)?,
    }
    if let Some(footprint) = &turn.footprint {
        let sql = "UPDATE source SET footprint = ?2 WHERE id = ?1";
        connection.prepare_cached(sql)?.execute(rusqlite::params![turn.source.as_str(), footprint.to_bytes()])?;
    }
    Ok(())
}

/// What the operator's words about `source` have come to.
fn stance(connection: &Connection, source: &SourceId) -> rusqlite::Result<Option<Stance>> {
    let sql = "SELECT standing, standing_since, standing_why, held_trap, held_items, held_since, held_accepted
               FROM source WHERE id = ?1";
    let stance = |row: &Row| {
        let columns = &mut InOrder::of(row);
        Ok(Stance { standing: standing(columns)?, held: held(columns)? })
    };
    connection.prepare_cached(sql)?.query_row([source.as_str()], stance).optional()
}

/// As [`Store::state`], inside a transaction.
pub(super) fn known(connection: &Connection, source: &SourceId) -> rusqlite::Result<Option<SourceState>> {
    let mut statement = connection.prepare_cached(&BY_ID)?;
    statement.query_row([source.as_str()], |row| source_row(row).map(|(_, state)| state)).optional()
}

/// The states of sources whose servers or hosts want silence at `now`.
pub(super) fn resting(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<SourceState>> {
    let mut statement = connection.prepare_cached(&RESTING)?;
    let rows = statement.query_map([at(now)], source_row)?;
    rows.map(|row| row.map(|(_, state)| state)).collect()
}

/// Writes the whole row of `source`, all but its footprint.
pub(super) fn put(connection: &Connection, source: &SourceId, state: &SourceState) -> rusqlite::Result<()> {
    let address = |url: &Option<Url>| url.as_ref().map(|url| url.as_str().to_owned());
    let (since, why) = match &state.standing {
        Standing::Active => (None, None),
        Standing::Paused { since } => (Some(at(*since)), None),
        Standing::Retired { why, since } => (Some(at(*since)), Some(why)),
    };
    let (moved, held) = (state.moved.as_ref(), state.held.as_ref());
    let wishes = serde_json::to_string(&state.wishes);
    let wishes = wishes.map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    connection.prepare_cached(&RECORD)?.execute(rusqlite::params![
        source.as_str(),
        address(&state.feed),
        address(&state.learnt),
        moved.map(|moved| moved.to.as_str()),
        moved.map(|moved| moved.sightings),
        moved.map(|moved| at(moved.first)),
        moved.map(|moved| at(moved.last)),
        state.validators.etag,
        state.validators.last_modified,
        state.validators.body_hash.map(|hash| hash.to_vec()),
        state.standing.word(),
        since,
        why,
        at(state.due),
        state.because,
        state.rest.map(|rest| rest.to_string()),
        state.asked_until.map(at),
        state.failures,
        state.last_poll.map(at),
        state.first_success.map(at),
        state.last_success.map(at),
        state.last_new.map(at),
        state.last_error,
        state.mended,
        state.rescued.map(Rescue::word),
        state.skipped,
        held.map(|held| held.trap.word()),
        held.map(|held| held.items),
        held.map(|held| at(held.since)),
        held.map(|held| held.leave == Leave::Given),
        match state.dates {
            Dates::Unproven => 0,
            Dates::Steady => 1,
            Dates::Restless => 2,
        },
        state.rhythm.news,
        state.rhythm.items,
        state.rhythm.lot,
        at(state.rhythm.begun),
        at(state.rhythm.as_of),
        state.rhythm.told.map(|told| told.as_secs().cast_signed()),
        wishes,
    ])?;
    Ok(())
}

/// A row of [`SELECT`].
pub(super) fn source_row(row: &Row) -> rusqlite::Result<(SourceId, SourceState)> {
    let columns = &mut InOrder::of(row);
    let source = columns.parsed()?;
    let state = SourceState {
        feed: columns.parsed_or_none()?,
        learnt: columns.parsed_or_none()?,
        moved: moved(columns)?,
        validators: Validators {
            etag: columns.value()?,
            last_modified: columns.value()?,
            body_hash: columns.value::<Option<Vec<u8>>>()?.and_then(|hash| hash.try_into().ok()),
        },
        standing: standing(columns)?,
        due: columns.parsed()?,
        because: columns.value()?,
        rest: columns.value::<Option<String>>()?.and_then(|words| Rest::of_words(&words)),
        asked_until: columns.parsed_or_none()?,
        failures: columns.value()?,
        last_poll: columns.parsed_or_none()?,
        first_success: columns.parsed_or_none()?,
        last_success: columns.parsed_or_none()?,
        last_new: columns.parsed_or_none()?,
        last_error: columns.value()?,
        mended: columns.value()?,
        rescued: columns.value::<Option<String>>()?.and_then(|word| Rescue::of_word(&word)),
        skipped: columns.value()?,
        held: held(columns)?,
        dates: match columns.value()? {
            0 => Dates::Unproven,
            1 => Dates::Steady,
            _ => Dates::Restless,
        },
        rhythm: Rhythm {
            news: columns.value()?,
            items: columns.value()?,
            lot: columns.value()?,
            begun: columns.parsed()?,
            as_of: columns.parsed()?,
            told: columns.value::<Option<i64>>()?.map(|seconds| Duration::from_secs(seconds.unsigned_abs())),
        },
        wishes: columns.json()?,
    };
    Ok((source, state))
}

fn standing(columns: &mut InOrder) -> rusqlite::Result<Standing> {
    let word: String = columns.value()?;
    let (since, why) = (columns.parsed_or_none()?, columns.value::<Option<String>>()?);
    Ok(match (word.as_str(), since) {
        ("paused", Some(since)) => Standing::Paused { since },
        ("retired", Some(since)) => Standing::Retired { why: why.unwrap_or_default(), since },
        _ => Standing::Active,
    })
}

fn moved(columns: &mut InOrder) -> rusqlite::Result<Option<Move>> {
    let (to, sightings) = (columns.parsed_or_none()?, columns.value()?);
    let (first, last) = (columns.parsed_or_none()?, columns.parsed_or_none()?);
    let all = (to, sightings, first, last);
    let (Some(to), Some(sightings), Some(first), Some(last)) = all else { return Ok(None) };
    Ok(Some(Move { to, sightings, first, last }))
}

fn held(columns: &mut InOrder) -> rusqlite::Result<Option<Held>> {
    let word: Option<String> = columns.value()?;
    let (items, since) = (columns.value()?, columns.parsed_or_none()?);
    let leave = if columns.value::<Option<bool>>()? == Some(true) { Leave::Given } else { Leave::Awaited };
    let all = (word.as_deref().and_then(Trap::named), items, since);
    let (Some(trap), Some(items), Some(since)) = all else { return Ok(None) };
    Ok(Some(Held { trap, items, since, leave }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Updates, Wishes};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(state: &SourceState) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("recapd.db")).unwrap();
        let source: SourceId = "tnw".parse().unwrap();
        put(&store.connection, &source, &SourceState::unknown(at("2026-05-01T00:00:00Z"))).unwrap();
        put(&store.connection, &source, state).unwrap();
        assert_eq!(store.state(&source).unwrap().as_ref(), Some(state));
        assert_eq!(store.states().unwrap().get(&source), Some(state));
    }

    #[test]
    fn what_is_remembered_is_read_back() {
        let now = at("2026-05-06T09:00:00Z");
        check(&SourceState::unknown(now));
        check(&SourceState { standing: Standing::Paused { since: now }, ..SourceState::unknown(now) });
        let to: Url = "https://b.test/feed".parse().unwrap();
        check(&SourceState {
            feed: Some("https://a.test/feed".parse().unwrap()),
            learnt: Some(to.clone()),
            moved: Some(Move { to, sightings: 2, first: at("2026-05-04T00:00:00Z"), last: now }),
            validators: Validators { etag: Some(b"\"\xe9\"".to_vec()), last_modified: None, body_hash: Some([7; 32]) },
            standing: Standing::Retired { why: "HTTP 410".to_owned(), since: now },
            because: Some("every 1 h".to_owned()),
            rest: Some(Rest::Status(429)),
            asked_until: Some(at("2026-05-06T11:00:00Z")),
            failures: 3,
            last_poll: Some(now),
            first_success: Some(now),
            last_success: Some(now),
            last_new: Some(now),
            last_error: Some("HTTP 429: the server asks to wait 2 h".to_owned()),
            mended: Some("bare ampersand, line 12".to_owned()),
            rescued: Some(Rescue::Repaired),
            skipped: 2,
            held: Some(Held { trap: Trap::OneText, items: 200, since: now, leave: Leave::Given }),
            dates: Dates::Steady,
            rhythm: Rhythm {
                news: 0.1,
                items: 7.5,
                lot: 2.5,
                begun: now,
                as_of: now,
                told: Some(Duration::from_secs(5_400)),
            },
            wishes: Wishes {
                ttl: Some(Duration::from_secs(3_600)),
                updates: Some(Updates { every: Duration::from_secs(86_400), base: Some(now) }),
                ..Wishes::default()
            },
            ..SourceState::unknown(now)
        });
    }
}
