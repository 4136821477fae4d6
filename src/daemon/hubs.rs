//! The daemon's talk with hubs: what is due is asked and told, and whoever
//! calls back is answered.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::control::Command;
use super::{Shared, metrics};
use crate::fetch::Links;
use crate::hub::{Hurry, Push, Reply, Secret, Subscription, Unwelcome};
use crate::poll::{Came, Poller, Pushed};
use crate::serve::{Asking, Incoming, Request, Response, Unread};
use crate::site::{Library, Tree};
use crate::source::Source;
use crate::store::StoreError;
use crate::websub::CALLBACK;

/// Looked at anew at least this often, so that a clock that jumps is noticed.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// After the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(15);

/// Pushes taken in at once; further ones are to come again.
pub(super) const MOST_PUSHES: usize = 4;

/// A hub waits no longer for its answer: what takes more is finished without it.
const PROMPTLY: Duration = Duration::from_secs(5);

/// Asks and tells hubs until `stop` is dropped.
pub async fn talk(shared: Shared, mut stop: watch::Receiver<()>) {
    let mut pollers = shared.poller.subscribe();
    loop {
        let poller = pollers.borrow_and_update().clone();
        let woken = async {
            match &poller {
                Some(poller) => rounds(&shared, poller).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            gone = stop.changed() => if gone.is_err() { return },
            changed = pollers.changed() => if changed.is_err() { return },
            () = woken => (),
        }
    }
}

/// By one configuration, for ever: ours is told, and those of others are asked,
/// each without waiting for the other.
async fn rounds(shared: &Shared, poller: &Poller) {
    let telling = async {
        loop {
            let nap = nap(shared, told(shared, poller).await);
            // At the end of the nap it is time in any case.
            let _ = tokio::time::timeout(nap, poller.hubs().to_tell()).await;
        }
    };
    let asking = async {
        loop {
            let mut due_sooner = Vec::new();
            let hurry = |hurry: Hurry| {
                // At once: a reload may end this before the work loop hears of it.
                shared.states.hurry(&hurry);
                due_sooner.push(hurry);
            };
            let next = poller.hubs().keep_up(shared.clock.now(), hurry).await;
            hurried(shared, due_sooner).await;
            let nap = nap(shared, next);
            let _ = tokio::time::timeout(nap, poller.hubs().to_ask()).await;
        }
    };
    tokio::join!(telling, asking);
}

/// Tells our hub what it has to know; gives when there is something to tell again.
async fn told(shared: &Shared, poller: &Poller) -> Result<Timestamp, StoreError> {
    let (hubs, now) = (poller.hubs(), shared.clock.now());
    let config = shared.config.borrow().clone();
    let news =
        shared.readers.ask(move |store| Library { store, config: &config, now, tree: Tree::Served }.untold()).await?;
    if let Some((published, topics)) = news {
        hubs.news(published, topics).await?;
    }
    let (told, next) = hubs.tell(now).await?;
    metrics::told(told);
    Ok(next)
}

/// Has sources polled sooner, as the store knows already.
async fn hurried(shared: &Shared, due_sooner: Vec<Hurry>) {
    if due_sooner.is_empty() {
        return;
    }
    due_sooner.iter().for_each(|hurry| shared.states.hurry(hurry));
    let sources = due_sooner.into_iter().map(|hurry| hurry.source).collect();
    // Without a work loop the daemon is on its way out.
    let _ = shared.commands.send(Command::Heard(sources)).await;
}

/// How long there is nothing to do, if all went well.
fn nap(shared: &Shared, next: Result<Timestamp, StoreError>) -> Duration {
    match next {
        Ok(next) => {
            let wait = Duration::try_from(next.duration_since(shared.clock.now())).unwrap_or_default();
            wait.clamp(Duration::from_millis(200), LONGEST_NAP)
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store fails, hubs have to wait");
            AFTER_FAILURE
        }
    }
}

/// What follows `/websub/` in `path`, if it can be a token of ours.
pub fn token(path: &str) -> Option<Secret> {
    let token = path.strip_prefix('/')?.strip_prefix(CALLBACK)?;
    let is_ours = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_ours.then(|| Secret::from(token.to_owned()))
}

/// A hub that calls back wants to know whether we meant what we asked for.
pub async fn asked_back(shared: &Shared, token: &Secret, request: &Request) -> Response {
    let nothing = || short(404, "nothing was asked for here\n");
    let Some(poller) = shared.poller.borrow().clone().filter(|_| request.method == Asking::Whole) else {
        return nothing();
    };
    let (reply, hurry) = match poller.hubs().asked_back(token, &request.query, shared.clock.now()).await {
        Ok(answered) => answered,
        Err(error) => return failing(&error),
    };
    hurried(shared, hurry.into_iter().collect()).await;
    match reply {
        Reply::Echo(challenge) | Reply::Farewell(challenge) => short(200, &challenge),
        Reply::Noted => short(200, "noted\n"),
        Reply::Unasked => nothing(),
    }
}

/// A hub tells of news.
pub async fn pushed(shared: &Shared, request: Request, incoming: Incoming) -> Response {
    let Some(token) = token(&request.path) else { return Response::only_to_read() };
    let Some(poller) = shared.poller.borrow().clone() else { return busy() };
    let hubs = poller.hubs();
    let (subscription, source) = match hubs.behind(&token).await {
        Ok(Some(known)) => known,
        Ok(None) => return short(410, "this subscription has ended\n"),
        Err(error) => return failing(&error),
    };
    if hubs.is_too_much(&token) {
        metrics::pushed("too many");
        let mut later = short(429, "too many; please wait a minute\n");
        later.headers.push(("retry-after", "60".to_owned()));
        return later;
    }
    if request.header("content-encoding").is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
        metrics::pushed("refused");
        return short(415, "please send it without a content-encoding\n");
    }
    let Ok(permit) = Arc::clone(&shared.pushes).try_acquire_owned() else { return busy() };
    let limits = shared.config.borrow().fetch.limits();
    let body = match incoming.read(limits.max_body_bytes, limits.timeout).await {
        Ok(body) => body,
        Err(why) => {
            metrics::pushed("refused");
            return match why {
                Unread::NotWhole => short(413, "too large\n"),
                Unread::TooSlow => short(408, "too slow\n"),
            };
        }
    };
    let shared = shared.clone();
    let taking = tokio::spawn(async move {
        let _permit = permit;
        take(&shared, &poller, (subscription, source), &request, body).await
    });
    match tokio::time::timeout(PROMPTLY, taking).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => short(500, "this failed inside\n"),
        // It goes on; should it fail, the next poll finds what it brought.
        Err(_) => short(202, "being read\n"),
    }
}

/// Takes what was sent, if it is the hub's. What is not is answered as if it
/// were (WebSub, 7.1): nobody learns here how near they came.
async fn take(
    shared: &Shared,
    poller: &Poller,
    (subscription, source): (Subscription, Source),
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let (id, now) = (&source.id, shared.clock.now());
    let topic = Links::of(request.headers("link"), &subscription.announced.topic).topic;
    let push = Push { signature: request.header("x-hub-signature"), topic: topic.as_ref(), body: &body };
    if let Err(why) = subscription.admits(push) {
        tracing::warn!(source = %id, %why, "ignored a push for `{id}`");
        metrics::pushed("ignored");
        return if why == Unwelcome::Ended { short(410, "this subscription has ended\n") } else { thanks() };
    }
    let taken = if body.is_empty() {
        hinted(shared, poller, &source, now).await.map(|()| "hint")
    } else {
        let content_type = request.header("content-type").map(str::to_owned);
        let pushed = Pushed { bytes: body, content_type, topic: subscription.announced.topic.clone() };
        match poller.push(&source, pushed, now).await {
            Ok(Came::Doubtful) => hinted(shared, poller, &source, now).await.map(|()| "doubtful"),
            came => came.map(|came| in_a_word(id.as_str(), &came)),
        }
    };
    let told = match taken {
        Ok("unreadable") => Ok("unreadable"),
        Ok(word) => poller.hubs().told(&subscription.token).await.map(|()| word),
        Err(error) => Err(error),
    };
    match told {
        Ok(word) => {
            metrics::pushed(word);
            thanks()
        }
        Err(error) => failing(&error),
    }
}

/// A poll as soon as its pace allows finds what the hub does not tell, or should not.
async fn hinted(shared: &Shared, poller: &Poller, source: &Source, now: Timestamp) -> Result<(), StoreError> {
    let last_poll = shared.states.of(&source.id).and_then(|state| state.last_poll);
    let hurry = poller.hubs().hinted(source, last_poll, now).await?;
    hurried(shared, vec![hurry]).await;
    Ok(())
}

fn in_a_word(source: &str, came: &Came) -> &'static str {
    match came {
        Came::Taken(taken) => {
            tracing::debug!(source, new = taken.new, changed = taken.changed, "the hub of `{source}` told of news");
            "taken"
        }
        Came::Doubtful => "doubtful",
        Came::Unreadable(error) => {
            tracing::warn!(source, %error, "could not read what the hub of `{source}` sent");
            "unreadable"
        }
    }
}

fn thanks() -> Response {
    short(202, "thanks\n")
}

fn busy() -> Response {
    let mut response = Response::busy("busy; please try again in a minute\n");
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

fn failing(error: &StoreError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "could not take what a hub said");
    busy()
}

/// Meant for one caller only.
fn short(status: u16, text: &str) -> Response {
    let mut response = Response::text(status, text);
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_64_digits_below_the_callback() {
        let digits = "0a".repeat(32);
        assert_eq!(token(&format!("/websub/{digits}")), Some(Secret::from(digits.clone())));
        for path in ["/websub/", "/websub/abc", &format!("/websub/{digits}/"), &format!("/websub/{}", "0A".repeat(32))]
        {
            assert_eq!(token(path), None, "{path}");
        }
        assert_eq!(token(&format!("/{digits}")), None);
    }
}
