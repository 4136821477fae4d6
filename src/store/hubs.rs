//! Questions about hubs: what we are subscribed to, and what our own hub is
//! still to be told.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{at, parsed, parsed_or_none};
use super::{Result, Store, sources};
use crate::hub::{Announcement, Hurry, Ping, Secret, Subscription, Wish};
use crate::id::SourceId;

const COLUMNS: &str = "token, source, hub, topic, callback, secret, wish, due, failures, open_until, verified, until, \
                       missed, trouble";

/// What changes about hubs; each is written in a transaction of its own.
#[derive(Clone, Debug)]
pub enum HubChange {
    /// A subscription is so from now on.
    Keep(Box<Subscription>),
    /// Nothing is left of one.
    Forget(Secret),
    /// What was published at an instant is news; told once, however often it is said.
    News(Timestamp, Vec<Ping>),
    /// A ping failed, and is tried again.
    Again(Ping),
    /// There is nothing more to tell of a topic since that instant.
    Told(Ping),
    /// A source is to be polled sooner.
    Hurry(Hurry),
}

impl Store {
    /// Every subscription, by source.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>> {
        let sql = format!("SELECT {COLUMNS} FROM subscription ORDER BY source, token");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], subscription)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Those of one source: the one it has, and older ones on their way out.
    pub fn subscriptions_of(&self, source: &SourceId) -> Result<Vec<Subscription>> {
        let sql = format!("SELECT {COLUMNS} FROM subscription WHERE source = ?1 ORDER BY token");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([source.as_str()], subscription)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The one that a callback belongs to; none if we know none, or no more.
    pub fn subscription(&self, token: &Secret) -> Result<Option<Subscription>> {
        let sql = format!("SELECT {COLUMNS} FROM subscription WHERE token = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row([token.reveal()], subscription).optional()?)
    }

    /// What our own hub is still to be told, soonest first.
    pub fn pings(&self) -> Result<Vec<Ping>> {
        let sql = "SELECT topic, since, due, failures FROM ping ORDER BY due, topic";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Ping {
                topic: parsed(row, "topic")?,
                since: parsed(row, "since")?,
                due: parsed(row, "due")?,
                failures: row.get("failures")?,
            })
        })?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Up to which publication our hub was told, or is to be told by what [`Store::pings`] gives.
    pub fn told(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT value FROM meta WHERE name = 'told'";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([], |row| parsed(row, "value")).optional()?)
    }

    /// Makes one change.
    pub(super) fn change(&mut self, change: &HubChange) -> Result<()> {
        let transaction = self.connection.transaction()?;
        match change {
            HubChange::Keep(subscription) => keep(&transaction, subscription)?,
            HubChange::Forget(token) => {
                transaction.execute("DELETE FROM subscription WHERE token = ?1", [token.reveal()])?;
            }
            HubChange::News(published, pings) => news(&transaction, *published, pings)?,
            HubChange::Again(ping) => put(&transaction, ping)?,
            HubChange::Told(ping) => {
                // Not what became news in the meantime.
                let sql = "DELETE FROM ping WHERE topic = ?1 AND since <= ?2";
                transaction.execute(sql, params![ping.topic.as_str(), at(ping.since)])?;
            }
            HubChange::Hurry(hurry) => {
                if let Some(mut state) = sources::known(&transaction, &hurry.source)?
                    && hurry.reaches(&mut state)
                {
                    sources::put(&transaction, &hurry.source, &state)?;
                }
            }
        }
        Ok(transaction.commit()?)
    }
}

fn keep(connection: &Connection, subscription: &Subscription) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT OR REPLACE INTO subscription ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
    );
    connection.prepare_cached(&sql)?.execute(params![
        subscription.token.reveal(),
        subscription.source.as_str(),
        subscription.announced.hub.as_str(),
        subscription.announced.topic.as_str(),
        subscription.callback.as_str(),
        subscription.secret.as_ref().map(Secret::reveal),
        match subscription.wish {
            Wish::Held => "held",
            Wish::Ended => "ended",
        },
        at(subscription.due),
        subscription.failures,
        subscription.open_until.map(at),
        subscription.verified.map(at),
        subscription.until.map(at),
        subscription.missed,
        subscription.trouble,
    ])?;
    Ok(())
}

fn subscription(row: &Row) -> rusqlite::Result<Subscription> {
    let wish: String = row.get("wish")?;
    let secret: Option<String> = row.get("secret")?;
    Ok(Subscription {
        token: Secret::from(row.get::<_, String>("token")?),
        source: parsed(row, "source")?,
        announced: Announcement { hub: parsed(row, "hub")?, topic: parsed(row, "topic")? },
        callback: parsed(row, "callback")?,
        secret: secret.map(Secret::from),
        wish: if wish == "held" { Wish::Held } else { Wish::Ended },
        due: parsed(row, "due")?,
        failures: row.get("failures")?,
        open_until: parsed_or_none(row, "open_until")?,
        verified: parsed_or_none(row, "verified")?,
        until: parsed_or_none(row, "until")?,
        missed: row.get("missed")?,
        trouble: row.get("trouble")?,
    })
}

fn news(connection: &Connection, published: Timestamp, pings: &[Ping]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta (name, value) VALUES ('told', ?1)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value < excluded.value";
    if connection.execute(sql, [at(published)])? == 0 {
        return Ok(());
    }
    pings.iter().try_for_each(|ping| put(connection, ping))
}

fn put(connection: &Connection, ping: &Ping) -> rusqlite::Result<()> {
    let sql = "INSERT INTO ping (topic, since, due, failures) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (topic) DO UPDATE SET
                   since = excluded.since, due = excluded.due, failures = excluded.failures
               WHERE since <= excluded.since";
    connection.execute(sql, params![ping.topic.as_str(), at(ping.since), at(ping.due), ping.failures])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceState;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn begun(source: &str, token: &str) -> Subscription {
        let announced = Announcement {
            hub: "https://hub.test/".parse().unwrap(),
            topic: "https://a.test/feed?x=1".parse().unwrap(),
        };
        let callback = format!("https://recap.test/websub/{token}").parse().unwrap();
        let token = (Secret::from(token.to_owned()), callback);
        let secret = Some(Secret::from("hunter2".to_owned()));
        Subscription::begun(source.parse().unwrap(), announced, token, secret, instant("2026-05-04T08:00:00Z"))
    }

    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        for source in ["a", "b"] {
            let state = SourceState::unknown(instant("2026-05-05T08:00:00Z"));
            sources::put(&store.connection, &source.parse().unwrap(), &state).unwrap();
        }
        store
    }

    #[test]
    fn a_subscription_comes_back_as_it_went() {
        let (mut store, mut held) = (store(), begun("a", "one"));
        store.change(&HubChange::Keep(Box::new(held.clone()))).unwrap();
        store.change(&HubChange::Keep(Box::new(begun("b", "two")))).unwrap();
        held.asking(instant("2026-05-04T08:00:00Z"));
        held.refused("HTTP 503".to_owned(), None, instant("2026-05-04T08:00:01Z"));
        held.wish = Wish::Ended;
        store.change(&HubChange::Keep(Box::new(held.clone()))).unwrap();
        assert_eq!(store.subscription(&held.token).unwrap(), Some(held.clone()));
        assert_eq!(store.subscriptions_of(&held.source).unwrap(), [held.clone()]);
        assert_eq!(store.subscriptions().unwrap().len(), 2);
        store.change(&HubChange::Forget(held.token.clone())).unwrap();
        assert_eq!(store.subscription(&held.token).unwrap(), None);
    }

    #[test]
    fn what_holds_is_counted_as_a_subscription_has_it() {
        let (mut store, now) = (store(), instant("2026-05-04T09:00:00Z"));
        let until = |until: &str| Some(instant(until));
        for (token, wish, until) in [
            ("one", Wish::Held, until("2026-05-04T09:00:01Z")),
            ("two", Wish::Held, until("2026-05-04T09:00:00Z")),
            ("three", Wish::Held, None),
            ("four", Wish::Ended, until("2026-05-05T09:00:00Z")),
        ] {
            store.change(&HubChange::Keep(Box::new(Subscription { wish, until, ..begun("a", token) }))).unwrap();
        }
        let holding = store.subscriptions().unwrap().iter().filter(|it| it.holds(now)).count();
        let counts = store.hub_counts(now).unwrap();
        assert_eq!((counts.subscribed, counts.asked, counts.untold), (holding as u64, 2, 0));
    }

    #[test]
    fn news_is_told_once() {
        let mut store = store();
        let topic = || "https://recap.test/feeds/weekly.atom".parse().unwrap();
        let (first, second) = (instant("2026-05-11T08:00:00Z"), instant("2026-05-18T08:00:00Z"));
        for _ in 0..2 {
            store.change(&HubChange::News(first, vec![Ping::new(topic(), first)])).unwrap();
            let [ping] = &store.pings().unwrap()[..] else { panic!("one ping") };
            assert_eq!(ping.since, first);
        }
        let old = store.pings().unwrap().remove(0);
        store.change(&HubChange::Told(old.clone())).unwrap();
        store.change(&HubChange::News(first, vec![Ping::new(topic(), first)])).unwrap();
        assert_eq!(store.pings().unwrap(), [], "a restart tells nothing twice");
        store.change(&HubChange::News(second, vec![Ping::new(topic(), second)])).unwrap();
        let late = old.failed(None, second).unwrap_or_else(|| Ping::new(topic(), first));
        store.change(&HubChange::Again(late.clone())).unwrap();
        store.change(&HubChange::Told(late)).unwrap();
        assert_eq!(store.pings().unwrap(), [Ping::new(topic(), second)], "newer news is not lost with old");
    }

    #[test]
    fn a_source_that_is_hurried_is_due_sooner() {
        let mut store = store();
        let hurry = |source: &str| {
            let because = "its hub says that there is news".to_owned();
            Hurry { source: source.parse().unwrap(), at: instant("2026-05-04T08:00:00Z"), because }
        };
        for source in ["a", "forgotten"] {
            store.change(&HubChange::Hurry(hurry(source))).unwrap();
        }
        let states = store.states().unwrap();
        let due = |source: &str| states[&source.parse().unwrap()].due;
        assert_eq!((due("a"), due("b")), (instant("2026-05-04T08:00:00Z"), instant("2026-05-05T08:00:00Z")));
        assert_eq!(states.len(), 2, "nobody is polled for a hub alone");
    }
}
