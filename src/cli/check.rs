//! `recapd check`, `schema` and `health`: is everything right?

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::ask::Health;
use super::environment;
use super::lists;
use super::output::{self, Style};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::editor::review_key;
use crate::fetch::{Fetched, Fetcher, Request};
use crate::parse::{Document, parse};
use crate::publish::words;
use crate::source::{Source, Validators};
use crate::store::remembered_list;

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
    let is_loopback =
        config.server.public_url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127."));
    if is_loopback {
        output::complain(
            "note: `[server] public_url` is an address on this machine; set it before anyone subscribes, since ids are minted from it",
        );
    }
    if online { super::blocking(ask_all(config, clock, style)) } else { Ok(ExitCode::SUCCESS) }
}

async fn ask_all(config: Config, clock: Clock, style: Style) -> Result<ExitCode> {
    let fetcher = Fetcher::new(config.fetch.limits())?;
    let mut asked = tokio::task::JoinSet::new();
    for source in config.sources {
        let fetcher = fetcher.clone();
        asked.spawn(async move { (source.id.clone(), ask(&fetcher, &source, clock).await) });
    }
    let mut answers = asked.join_all().await;
    answers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut code = ExitCode::SUCCESS;
    for (source, answer) in answers {
        if answer.is_err() {
            code = ExitCode::FAILURE;
        }
        let (word, said) = match &answer {
            Ok(said) => ("ok", said),
            Err(why) => ("FAILED", why),
        };
        match style {
            Style::Words => output::line(&format!("{word:<7} {source}: {said}"))?,
            Style::Json => output::json(&json!({ "source": source, "ok": answer.is_ok(), "said": said }))?,
        }
    }
    Ok(code)
}

async fn ask(fetcher: &Fetcher, source: &Source, clock: Clock) -> std::result::Result<String, String> {
    let validators = Validators::default();
    // As the daemon will ask it: what it may not reach is to be seen here.
    let (allow_private, allow_at_home) = (source.allow_private.as_slice(), [].as_slice());
    let request =
        Request { url: &source.feed, validators: &validators, allow_private, allow_at_home, now: clock.now() };
    match fetcher.fetch(request).await.map_err(|error| error.to_string())? {
        Fetched::Unchanged { .. } => Ok("not modified".to_owned()),
        Fetched::Body { bytes, content_type, final_url, .. } => {
            let document =
                Document { bytes: &bytes, content_type: content_type.as_deref(), base_url: Some(&final_url) };
            let parsed = parse(document).map_err(|error| error.to_string())?;
            let mended: String = parsed.mended.iter().map(|mended| format!(", {mended}")).collect();
            Ok(format!("{}, {} skipped{mended}", words::count(parsed.entries.len(), "item"), parsed.skipped.len()))
        }
    }
}

/// Prints the JSON Schema of the configuration.
pub fn schema() -> Result<ExitCode> {
    let mut schema = serde_json::to_vec_pretty(&config::schema())?;
    schema.push(b'\n');
    output::bytes(&schema)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the local daemon, which listens at `listen`, how it is; fails if it is not well.
pub fn health(listen: SocketAddr) -> Result<ExitCode> {
    match Health::of_daemon(listen) {
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
