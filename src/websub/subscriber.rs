//! Subscriptions, kept: begun where a feed announces a hub, renewed in time,
//! ended when nobody wants them any more; and what hubs say about them.

use std::collections::HashMap;

use jiff::Timestamp;
use tokio::task::JoinSet;
use url::Url;

use super::{CALLBACK, Hubs, secret};
use crate::config::Subscribe;
use crate::hub::{self, Announcement, Hurry, Intent, Reply, Said, Secret, Subscription, Wish};
use crate::id::SourceId;
use crate::schedule::NEVER;
use crate::source::{Hub, Source, SourceState};
use crate::store::{HubChange, Result};
use crate::turn::Turn;

/// Hubs asked at once.
const MOST_ASKED: usize = 8;

impl Hubs {
    /// Whether the hub of `source` is subscribed to, if it has one.
    pub fn hears(&self, source: &Source) -> bool {
        self.config.websub.subscribe == Subscribe::Yes && source.hub == Hub::Heard
    }

    fn source(&self, id: &SourceId) -> Option<&Source> {
        self.config.sources.iter().find(|source| source.id == *id)
    }

    fn callback(&self, token: &Secret) -> Option<Url> {
        self.config.server.public_url.join(&format!("{CALLBACK}{}", token.reveal())).ok()
    }

    /// Whether one is as it would be begun today, for a feed that announces `announced`.
    fn is_current(&self, subscription: &Subscription, announced: &Announcement) -> bool {
        subscription.wish == Wish::Held
            && subscription.announced == *announced
            && self.callback(&subscription.token).as_ref() == Some(&subscription.callback)
    }

    /// A poll of `source` at `now` was told this of its hub: another one, or
    /// none, ends what was subscribed to; a new one is asked soon. Gives
    /// whether the source is due sooner then; the store knows.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn heard(&self, source: &Source, said: Said, now: Timestamp) -> Result<Option<Hurry>> {
        let announced = match said {
            _ if !self.hears(source) => return Ok(None),
            Said::Nothing => return Ok(None),
            Said::NoHub => None,
            Said::Hub(announced) => Some(announced),
        };
        let _alone = self.shared.changing.lock().await;
        let known = self.of(&source.id).await?;
        let is_current = |known: &Subscription| announced.as_ref().is_some_and(|it| self.is_current(known, it));
        if known.as_ref().is_some_and(is_current) {
            return Ok(None);
        }
        let hurry = match known {
            Some(old) => self.end(old, now).await?,
            None => None,
        };
        if let Some(announced) = announced {
            self.begin(&source.id, announced, now).await?;
        }
        Ok(hurry)
    }

    async fn begin(&self, source: &SourceId, announced: Announcement, now: Timestamp) -> Result<()> {
        let drawn = secret().and_then(|token| Some((self.callback(&token)?, token, secret()?)));
        let Some((callback, token, key)) = drawn else {
            tracing::error!(%source, "the system gives no random numbers: no subscription for `{source}`");
            return Ok(());
        };
        let key = Some(key).filter(|_| hub::may_be_told(&announced.hub));
        let begun = Subscription::begun(source.clone(), announced, (token, callback), key, now);
        self.handle.change(HubChange::Keep(Box::new(begun))).await?;
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Its source is polled at its own pace again.
    async fn end(&self, mut subscription: Subscription, now: Timestamp) -> Result<Option<Hurry>> {
        let hurry = match subscription.holds(now) {
            true => self.unpushed(&subscription.source, now, "not pushed any more").await?,
            false => None,
        };
        subscription.end(now);
        self.handle.change(HubChange::Keep(Box::new(subscription))).await?;
        self.shared.changed.notify_one();
        Ok(hurry)
    }

    async fn unpushed(&self, id: &SourceId, now: Timestamp, because: &str) -> Result<Option<Hurry>> {
        let Some(source) = self.source(id) else { return Ok(None) };
        let at = now.checked_add(source.interval).unwrap_or(NEVER);
        self.hurry(Hurry { source: id.clone(), at, because: because.to_owned() }).await.map(Some)
    }

    /// Written first: who forgets it polls too late.
    async fn hurry(&self, hurry: Hurry) -> Result<Hurry> {
        self.handle.change(HubChange::Hurry(hurry.clone())).await?;
        Ok(hurry)
    }

    /// The subscription of a source, older ones on their way out left aside.
    async fn of(&self, source: &SourceId) -> Result<Option<Subscription>> {
        let source = source.clone();
        let all = self.readers.ask(move |store| store.subscriptions_of(&source)).await?;
        Ok(all.into_iter().find(|it| it.wish == Wish::Held))
    }

    /// The one behind a callback, if it is still wanted.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn behind(&self, token: &Secret) -> Result<Option<(Subscription, Source)>> {
        let known = self.read(token).await?.filter(|it| it.wish == Wish::Held);
        let source = known.as_ref().and_then(|it| self.source(&it.source)).filter(|source| self.hears(source));
        Ok(known.zip(source.cloned()))
    }

    /// Whether a hub sends more than anybody needs.
    pub fn is_too_much(&self, token: &Secret) -> bool {
        self.shared.rates.is_too_much(token)
    }

    /// Paces what a poll of `source` decided by its hub, if it has one that
    /// tells of its news; and notices when that hub should have told.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn pace(&self, source: &Source, before: &SourceState, turn: &mut Turn) -> Result<()> {
        if !self.hears(source) {
            return Ok(());
        }
        let Some(mut known) = self.of(&source.id).await? else { return Ok(()) };
        let (last_poll, now) = (before.last_poll, turn.at);
        if !turn.intake.new.is_empty() && known.found_by_poll(last_poll, now) {
            tracing::info!(source = %source.id, "the hub of `{}` did not tell of its last news", source.id);
            self.changed(&known.token, |it| it.found_by_poll(last_poll, now)).await?;
        }
        hub::backed_up(&mut turn.state, &known, self.config.websub.backup, now);
        Ok(())
    }

    async fn read(&self, token: &Secret) -> Result<Option<Subscription>> {
        let token = token.clone();
        self.readers.ask(move |store| store.subscription(&token)).await
    }

    /// Reads, changes and writes a subscription while nobody else does; none if there is none.
    async fn changed<T>(&self, token: &Secret, change: impl FnOnce(&mut Subscription) -> T) -> Result<Option<T>> {
        let _alone = self.shared.changing.lock().await;
        let Some(mut known) = self.read(token).await? else { return Ok(None) };
        let before = known.clone();
        let given = change(&mut known);
        if known != before {
            self.handle.change(HubChange::Keep(Box::new(known))).await?;
        }
        Ok(Some(given))
    }

    /// What the hub that calls `token` with `query` is answered, and whether
    /// its source is due sooner now; the store knows.
    ///
    /// # Errors
    ///
    /// If the database fails; then nothing was agreed to.
    pub async fn asked_back(&self, token: &Secret, query: &str, now: Timestamp) -> Result<(Reply, Option<Hurry>)> {
        let Some(intent) = hub::intent(query) else { return Ok((Reply::Unasked, None)) };
        let heard = self.changed(token, |it| (it.hear(&intent, now), it.source.clone())).await?;
        let Some((reply, source)) = heard else { return Ok((Reply::Unasked, None)) };
        let mut hurry = None;
        match (&reply, &intent) {
            (Reply::Echo(_), _) => tracing::debug!(%source, "the hub of `{source}` tells us of its news"),
            (Reply::Farewell(_), _) => self.handle.change(HubChange::Forget(token.clone())).await?,
            (Reply::Noted, Intent::Denied { reason, .. }) => {
                tracing::warn!(%source, reason, "the hub of `{source}` does not want us");
                hurry = self.unpushed(&source, now, "its hub does not want us").await?;
            }
            _ => {}
        }
        Ok((reply, hurry))
    }

    /// The hub of a source told of something that was taken.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn told(&self, token: &Secret) -> Result<()> {
        self.changed(token, Subscription::told).await.map(|_| ())
    }

    /// The hub of `source` says that there is news, but not which: it is due as
    /// soon as its pace allows after the `last_poll`. The store knows.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn hinted(&self, source: &Source, last_poll: Option<Timestamp>, now: Timestamp) -> Result<Hurry> {
        let last = last_poll.unwrap_or(Timestamp::MIN);
        let at = last.checked_add(self.config.fetch.min_interval).unwrap_or(NEVER).max(now);
        let because = "its hub says that there is news".to_owned();
        self.hurry(Hurry { source: source.id.clone(), at, because }).await
    }

    /// Asks whichever hubs are due at `now`, and ends what is not wanted any
    /// more; gives when something is due again, after it gave each source that
    /// is due sooner now to `hurried`.
    ///
    /// # Errors
    ///
    /// If the database fails. A hub that fails is asked again.
    pub async fn keep_up(&self, now: Timestamp, hurried: impl FnMut(Hurry)) -> Result<Timestamp> {
        let known = self.readers.ask(|store| store.subscriptions()).await?;
        self.tidied(known, now, hurried).await?;
        let mut next = NEVER;
        let mut asked: JoinSet<Result<()>> = JoinSet::new();
        for subscription in self.readers.ask(|store| store.subscriptions()).await? {
            if subscription.is_over(now) {
                self.handle.change(HubChange::Forget(subscription.token)).await?;
                continue;
            }
            if subscription.due > now {
                next = next.min(subscription.due);
                continue;
            }
            if asked.len() >= MOST_ASKED {
                done(asked.join_next().await)?;
            }
            let hubs = self.clone();
            asked.spawn(async move { hubs.ask(subscription, now).await });
        }
        while let Some(one) = asked.join_next().await {
            done(Some(one))?;
        }
        Ok(next)
    }

    /// Ends what its source, the operator or our own address does not want as it is.
    async fn tidied(&self, known: Vec<Subscription>, now: Timestamp, mut hurried: impl FnMut(Hurry)) -> Result<()> {
        let heard: HashMap<&SourceId, &Source> =
            self.config.sources.iter().filter(|it| self.hears(it)).map(|source| (&source.id, source)).collect();
        for subscription in known.into_iter().filter(|it| it.wish == Wish::Held) {
            let source = heard.get(&subscription.source).copied();
            if source.is_some() && self.is_current(&subscription, &subscription.announced) {
                continue;
            }
            let _alone = self.shared.changing.lock().await;
            // As it is now: a hub may have spoken meanwhile.
            let Some(current) = self.read(&subscription.token).await? else { continue };
            self.end(current, now).await?.map(&mut hurried);
            if let Some(source) = source {
                self.begin(&source.id, subscription.announced, now).await?;
            }
        }
        Ok(())
    }

    /// Asks one hub. That it was asked is written first: it may ask back before it answers.
    async fn ask(&self, subscription: Subscription, now: Timestamp) -> Result<()> {
        let asking = |it: &mut Subscription| {
            it.asking(now);
            it.clone()
        };
        let Some(subscription) = self.changed(&subscription.token, asking).await? else { return Ok(()) };
        let Subscription { token, source, announced, wish, .. } = &subscription;
        let form = match wish {
            Wish::Held => hub::subscribe(&subscription, hub::ASKED_LEASE),
            Wish::Ended => hub::unsubscribe(&subscription),
        };
        let allow_private = self.source(source).map(|source| source.allow_private.clone()).unwrap_or_default();
        let host = announced.hub.host_str().unwrap_or_default();
        match self.post(&announced.hub, form, &allow_private, now).await {
            Ok(()) => tracing::debug!(%source, "asked the hub at {host} about `{source}`"),
            Err(failure) => {
                // Hubs quote what they refuse, and so perhaps what only they may know.
                let why = subscription.without_secrets(&failure.why);
                tracing::info!(%source, why, "the hub at {host} of `{source}` does not listen, asking again later");
                self.changed(token, |it| it.refused(why, failure.retry_after, now)).await?;
            }
        }
        Ok(())
    }
}

/// A panic while one hub was asked is no reason to ask no other.
fn done(asked: Option<std::result::Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    asked.and_then(std::result::Result::ok).unwrap_or(Ok(()))
}
