//! `recapd check`, `schema` and `health`: is everything right?

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;
use url::{Host, Url};

use super::ask::Health;
use super::given::environment;
use super::lists;
use super::output::{self, Style};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::discover::key;
use crate::editor::review_key;
use crate::fetch::{FetchError, Fetched, Fetcher, Request, check_address};
use crate::id::SourceId;
use crate::parse::{Document, parse};
use crate::publish::words;
use crate::source::{Network, Source, SourceState, Validators};
use crate::store::{Store, StoreError, remembered_list};

/// Says that the configuration at `path` is right, or everything that is not;
/// `online` also asks each source.
pub fn check(path: &Path, online: bool, clock: Clock, style: Style) -> Result<ExitCode> {
    let config = config::load_with_lists(path, &environment, &remembered_list)?;
    if let Some(key) = &config.publish.review_key_file {
        review_key(key)?;
    }
    let counts = [
        (["source", "sources"], config.sources.len()),
        (["audience", "audiences"], config.audiences.len()),
        (["publisher", "publishers"], config.publishers.len()),
        (["kind of event", "kinds of event"], config.playbook.kinds.len()),
        (["name", "names"], config.names.all().len()),
    ];
    match style {
        Style::Words => {
            let counts: Vec<String> = counts
                .iter()
                .map(|([one, several], count)| format!("{count} {}", if *count == 1 { one } else { several }))
                .collect();
            output::line(&format!("{}: all right: {}", path.display(), counts.join(", ")))?;
        }
        Style::Json => {
            let counts = counts.into_iter().map(|([_, what], count)| (what.replace(' ', "_"), count.into()));
            output::json(&counts.collect::<serde_json::Map<_, _>>())?;
        }
    }
    lists::told(&config, clock.now(), style)?;
    for list in &config.lists {
        for note in &list.notes {
            output::complain(&format!("note: {}: {note}", list.at));
        }
    }
    if let Some(file) = config.model.as_ref().and_then(|model| model.key_file.as_ref())
        && let Err(error) = std::fs::read_to_string(file)
    {
        let file = file.display();
        output::complain(&format!(
            "note: `[model] api_key_file` = {file} cannot be read, and so no model is asked: {error}"
        ));
    }
    if config.publish.review_key_file.is_some() && config.recap.review.is_zero() {
        output::complain(
            "note: `[publish] review_key_file` is for a draft that waits, and without `[recap] review` none does",
        );
    }
    if config.server.is_known_here_alone() {
        output::complain(
            "note: `[server] public_url` is an address on this machine; set it before anyone subscribes, since ids are minted from it",
        );
    }
    for doubt in doubts(&config) {
        output::complain(&format!("note: {doubt}"));
    }
    if online { super::blocking(ask_all(config, clock, style)) } else { Ok(ExitCode::SUCCESS) }
}

/// What is right as it is written, and will not do what is meant; in words.
fn doubts(config: &Config) -> Vec<String> {
    let unfitting = config.unfitting.iter().map(|pattern| format!("no file fits `{pattern}` of `sources`"));
    let mut doubts: Vec<String> = unfitting.collect();
    if config.sources.is_empty() && config.lists.is_empty() {
        doubts.push("there is nothing to poll: `recapd source add URL` adds a source".to_owned());
        return doubts;
    }
    let mut first: HashMap<String, &SourceId> = HashMap::new();
    for source in &config.sources {
        let allowed = [&config.fetch.allow_private[..], &source.allow_private[..]].concat();
        doubts.extend(near_by(&source.feed, &allowed).map(|why| format!("`{}`: {why}", source.id)));
        let feed = first.entry(key(&source.feed)).or_insert(&source.id);
        if **feed != source.id {
            doubts.push(format!("`{feed}` and `{}` have the same feed: each of its items comes twice", source.id));
        }
    }
    doubts
}

/// That the guard will refuse an address, and what allows it.
pub(super) fn near_by(feed: &Url, allowed: &[Network]) -> Option<String> {
    let address = match feed.host()? {
        Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Host::Domain(_) => return None,
        Host::Ipv4(address) => address.into(),
        Host::Ipv6(address) => address.into(),
    };
    let private = check_address(address, allowed).err()?;
    let whose = if private.network().is_some() { " in its [[source]], or in [fetch]" } else { "" };
    Some(format!("it will not be polled: {private}{whose}"))
}

async fn ask_all(config: Config, clock: Clock, style: Style) -> Result<ExitCode> {
    let fetcher = Fetcher::new(config.fetch.limits())?;
    let silent = silences(&config, clock.now())?;
    for source in &config.sources {
        if let Some((state, until)) = silent.get(&source.id).filter(|(state, _)| state.speaks_for_its_host()) {
            let left = Duration::try_from(until.duration_since(clock.now())).unwrap_or_default();
            fetcher.rest(state.address(&source.feed), left);
        }
    }
    let mut asked = tokio::task::JoinSet::new();
    for source in config.sources {
        let fetcher = fetcher.clone();
        let until = silent.get(&source.id).map(|(_, until)| output::moment(*until, &config.recap.slot.zone));
        asked.spawn(async move {
            let answer = match until {
                Some(until) => Came::Rested(format!("not asked: its server asks for silence until {until}")),
                None => ask(&fetcher, &source, clock).await,
            };
            (source.id.clone(), answer)
        });
    }
    let mut answers = asked.join_all().await;
    answers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut code = ExitCode::SUCCESS;
    for (source, answer) in answers {
        let (word, said) = match &answer {
            Came::Read(said) => ("ok", said),
            Came::Rested(why) => ("rested", why),
            Came::Failed(why) => ("FAILED", why),
        };
        if let Came::Failed(_) = answer {
            code = ExitCode::FAILURE;
        }
        let is_ok = matches!(answer, Came::Read(_));
        match style {
            Style::Words => output::line(&format!("{word:<7} {source}: {said}"))?,
            Style::Json => {
                let outcome = word.to_lowercase();
                output::json(&json!({ "source": source, "ok": is_ok, "outcome": outcome, "said": said }))?;
            }
        }
    }
    Ok(code)
}

/// The sources whose servers asked for silence, as the store remembers it, and until when.
fn silences(config: &Config, now: Timestamp) -> Result<HashMap<SourceId, (SourceState, Timestamp)>> {
    let states = match Store::read(&config.store.path) {
        Ok(store) => store.states()?,
        Err(StoreError::Missing { .. } | StoreError::Older { .. }) => HashMap::new(),
        Err(error) => return Err(error.into()),
    };
    let silent = |(source, state): (SourceId, SourceState)| {
        let until = state.rest.and(state.asked_until).filter(|until| *until > now)?;
        Some((source, (state, until)))
    };
    Ok(states.into_iter().filter_map(silent).collect())
}

/// What came of asking one source, in words.
enum Came {
    /// A feed.
    Read(String),
    /// Nothing was sent: its host wants silence, as another source was told.
    Rested(String),
    /// No feed.
    Failed(String),
}

async fn ask(fetcher: &Fetcher, source: &Source, clock: Clock) -> Came {
    let validators = Validators::default();
    // As the daemon will ask it: what it may not reach is to be seen here.
    let (allow_private, allow_at_home) = (source.allow_private.as_slice(), [].as_slice());
    let request =
        Request { url: &source.feed, validators: &validators, allow_private, allow_at_home, now: clock.now() };
    let (bytes, content_type, final_url) = match fetcher.fetch(request).await {
        Ok(Fetched::Body { bytes, content_type, final_url, .. }) => (bytes, content_type, final_url),
        Ok(Fetched::Unchanged { .. }) => return Came::Read("not modified".to_owned()),
        Err(error @ FetchError::Resting { .. }) => return Came::Rested(format!("not asked: {error}")),
        Err(error) => return Came::Failed(error.to_string()),
    };
    match parse(Document { bytes: &bytes, content_type: content_type.as_deref(), base_url: Some(&final_url) }) {
        Ok(parsed) => {
            let mended: String = parsed.mended.iter().map(|mended| format!(", {mended}")).collect();
            let (items, skipped) = (
                words::count(parsed.entries.len(), "item"),
                parsed.skipped.iter().map(|skipped| skipped.entries).sum::<usize>(),
            );
            Came::Read(format!("{items}, {skipped} skipped{mended}"))
        }
        Err(error) => Came::Failed(error.to_string()),
    }
}

/// Prints the JSON Schema of the configuration.
pub fn schema() -> Result<ExitCode> {
    let mut schema = serde_json::to_vec_pretty(&config::schema())?;
    schema.push(b'\n');
    output::bytes(&schema)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the local daemon, which listens at `listen` or holds the `database`, how it is; fails if it is not well.
pub fn health(listen: SocketAddr, database: Option<&Path>) -> Result<ExitCode> {
    let asked = match database {
        Some(database) => Health::of_daemon_on(database, listen),
        None => Health::of_daemon(listen),
    };
    match asked {
        Ok(health) => {
            output::bytes(&health.body)?;
            Ok(if health.status == 200 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(error) => {
            output::complain(&match error.kind() {
                ErrorKind::ConnectionRefused => format!("no recapd answers at {listen}: is it running?"),
                _ => format!("recapd at {listen} is not well: {error}"),
            });
            Ok(ExitCode::FAILURE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(main: &str, feeds: &[&str], expected: &[&str]) {
        let source = |(number, feed)| format!("[[source]]\nid = \"s{number}\"\nfeed = \"{feed}\"\n");
        let sources: String = feeds.iter().enumerate().map(source).collect();
        let config = config::parse_str(&format!("{main}\n{sources}"), &|_| None).unwrap();
        let doubts = doubts(&config);
        let begins = |(doubt, expected): (&String, &&str)| doubt.starts_with(expected);
        assert!(doubts.len() == expected.len() && doubts.iter().zip(expected).all(begins), "{doubts:?}");
    }

    #[test]
    fn a_pattern_that_no_file_fits_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("some.toml"), "").unwrap();
        let main = folder.path().join("recapd.toml");
        std::fs::write(&main, "sources = [\"some.*\", \"others/*.toml\"]\n").unwrap();
        let doubts = doubts(&config::load_with_lists(&main, &|_| None, &|_, _| Ok(None)).unwrap());
        assert_eq!(doubts[0], "no file fits `others/*.toml` of `sources`");
        assert!(doubts.len() == 2 && doubts[1].starts_with("there is nothing to poll"), "{doubts:?}");
    }

    #[test]
    fn what_cannot_work_is_said_before_it_is_tried() {
        check("", &[], &["there is nothing to poll: `recapd source add URL` adds a source"]);
        check("", &["https://a.test/f", "https://a.test/g"], &[]);
        check(
            "",
            &["https://a.test/f", "https://a.test/f"],
            &["`s0` and `s1` have the same feed: each of its items comes twice"],
        );
        check("", &["http://127.0.0.1:8000/f"], &["`s0`: it will not be polled: "]);
        check("[fetch]\nallow_private = [\"127.0.0.0/8\"]", &["http://127.0.0.1:8000/f", "http://localhost/f"], &[]);
    }
}
