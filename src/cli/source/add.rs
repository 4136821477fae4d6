//! `recapd source add URL`: a feed, or the feed of a page, into sources.toml.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::json;
use url::Url;

use super::super::already::{Already, written};
use super::super::blocking;
use super::super::output::{self, Style};
use super::super::reach::Wish;
use super::find::{Feed, Finder, Found};
use crate::config::{Claim, Config, NewSource, interval};
use crate::discover::{Candidate, new_id};
use crate::fetch::FetchError;
use crate::id::{AudienceId, Share, SourceId};
use crate::publish::words;
use crate::publisher::Kind;
use crate::source::shown;
use crate::text::cut;

/// Longer titles of feeds are cut; `--name` is not.
const LONGEST_NAME_CHARS: usize = 80;

/// What is to be added, and how.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    /// The address of a feed, or of a page that has one
    #[arg(value_name = "URL")]
    url: String,
    /// What identifies it for good; without it, from its title or host
    #[arg(long, value_name = "ID")]
    id: Option<SourceId>,
    /// What readers see; without it, the title of the feed
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Who speaks in it: press, primary, community or aggregator; without it, as its publisher does that is configured, else press
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<Kind>,
    /// How much its word counts, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = weight)]
    weight: Option<Share>,
    /// The time between two polls, as in 4h; without it, `interval` of the configuration
    #[arg(long, value_name = "TIME", value_parser = interval)]
    interval: Option<Duration>,
    /// An audience that all of its items are for; may be given several times
    #[arg(long = "audience", value_name = "AUDIENCE")]
    audiences: Vec<AudienceId>,
    /// The folder it stands in, in lists for other readers: News/AI
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
}

fn kind(text: &str) -> std::result::Result<Kind, String> {
    let all = [Kind::Press, Kind::Primary, Kind::Community, Kind::Aggregator];
    let found = all.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| "use press, primary, community or aggregator".to_owned())
}

fn weight(text: &str) -> std::result::Result<Share, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.map(Share::nearest).ok_or_else(|| "use a number from 0 to 1, as in 0.6".to_owned())
}

/// Adds it, and says what to do next; of several it shows which there are.
pub fn add(wanted: Wanted, wish: &Wish, style: Style) -> Result<ExitCode> {
    // Said of the argument: in the file it does not stand yet.
    wish.config.check_audiences(&wanted.audiences).context("--audience")?;
    wanted.interval.map_or(Ok(()), |interval| wish.config.check_interval(interval)).context("--interval")?;
    let already = Already::of(&wish.config)?;
    let typed = typed(&wanted.url)?;
    refuse_twice(&already, &wish.config, [&typed.url])?;
    if let Some(id) = &wanted.id {
        match already.claim(id.as_str()) {
            Claim::Free => {}
            Claim::Taken => bail!("the id `{id}` is taken: name another with --id"),
            Claim::Removed => bail!(
                "the id `{id}` was that of a source which is configured no more, and whose items are kept: \
                 name another with --id"
            ),
        }
    }
    // The runtime of `blocking` runs to the end of the search only.
    let mut found = None;
    blocking(async {
        found = Some(find(&typed, wish).await?);
        Ok(ExitCode::SUCCESS)
    })?;
    match found {
        Some(Found::Feed(feed)) => {
            refuse_twice(&already, &wish.config, [&feed.url, &feed.answered_by])?;
            added(wanted, &feed, &already, wish, style)
        }
        Some(Found::Several { page, candidates }) => several(&page, &candidates, &already, style),
        None => bail!("nothing was found at {}", typed.url),
    }
}

/// What is there, with https and then without it if no way to ask was typed: as a browser does.
async fn find(typed: &Typed, wish: &Wish) -> Result<Found> {
    let now = wish.clock().now();
    let error = match Finder::new(&wish.config, &typed.url, now)?.find().await {
        Err(error) if typed.scheme == Scheme::Assumed && is_without_tls(&error) => error,
        found => return found,
    };
    let mut url = typed.url.clone();
    // An https address with a host can be an http address.
    let _ = url.set_scheme("http");
    let found = Finder::new(&wish.config, &url, now)?.find().await;
    found.map_err(|without| anyhow!("{without:#}; and before, with https: {error:#}"))
}

/// What the operator typed.
#[derive(Debug)]
struct Typed {
    url: Url,
    scheme: Scheme,
}

/// Whether the way to ask was typed, too.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scheme {
    Written,
    Assumed,
}

/// `example.org` is meant as people say it.
fn typed(text: &str) -> Result<Typed> {
    let text = text.trim();
    if text.starts_with(['/', '~', '.']) {
        bail!(
            "`{text}` is a path, and a source is asked on the web: write an address, as in https://example.org/feed.xml; \
             `recapd parse FILE` reads a file"
        );
    }
    let scheme = if text.contains("://") { Scheme::Written } else { Scheme::Assumed };
    let whole = if scheme == Scheme::Written { text.to_owned() } else { format!("https://{text}") };
    match Url::parse(&whole) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            url.set_fragment(None);
            Ok(Typed { url, scheme })
        }
        Ok(url) => bail!("`{text}` is no web address: `{}` is neither http nor https", url.scheme()),
        Err(error) => bail!("`{text}` is no web address ({error}): write it as in https://example.org/feed.xml"),
    }
}

/// Whether nobody speaks https there. A certificate that is no good is another matter.
fn is_without_tls(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(FetchError::NoTls { .. } | FetchError::Connect { .. }))
}

fn refuse_twice<'u>(already: &Already, config: &Config, addresses: impl IntoIterator<Item = &'u Url>) -> Result<()> {
    for address in addresses {
        let Some(source) = already.source_at(address) else { continue };
        let there = format!("{} is there already, as source `{source}`", shown(address));
        if let Some(list) = config.list_of(source) {
            bail!(
                "{there}, which the list {} brought: a [[source]] with this id and feed makes it yours, whatever \
                 becomes of the list",
                list.at
            );
        }
        bail!("{there}: `recapd explain {source}` tells how it is doing");
    }
    Ok(())
}

fn added(wanted: Wanted, feed: &Feed, already: &Already, wish: &Wish, style: Style) -> Result<ExitCode> {
    let name = wanted.name.unwrap_or_else(|| cut(&feed.parsed.feed.title, LONGEST_NAME_CHARS));
    let id = wanted.id.unwrap_or_else(|| new_id(&name, &feed.url, &|id| already.claim(id) != Claim::Free));
    let host = feed.url.host_str().unwrap_or_default().trim_start_matches("www.");
    let name = if name.is_empty() { host.to_owned() } else { name };
    let source = NewSource {
        kind: wanted.kind.unwrap_or_else(|| wish.config.publishers.carrier(&feed.url, &name)),
        weight: wanted.weight,
        interval: wanted.interval,
        audiences: wanted.audiences,
        folder: wanted.folder,
        allow_private: feed.network.into_iter().collect(),
        ..NewSource::new(id, &name, feed.url.clone())
    };
    let file = written(&wish.path, std::slice::from_ref(&source))?;
    let items = feed.parsed.entries.len();
    let NewSource { id, name, kind, .. } = &source;
    let shown = shown(&source.feed);
    let network = feed.network.map(|network| format!("{}/{}", network.address, network.prefix));
    if style == Style::Json {
        let (kind, file) = (kind.word(), file.display().to_string());
        output::json(&json!({
            "added": id, "name": name, "feed": shown, "kind": kind, "file": file, "items": items, "allow_private": network,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let items = words::count(items, "item");
    output::line(&format!("added `{id}` ({name}, {items}) to {}: {shown}", file.display()))?;
    if let Some(network) = network {
        output::line(&format!("it lives in the private network {network}, which is allowed to it since you named it"))?;
    }
    output::line(&format!("a daemon that runs polls it at once; without one: `recapd poll {id}`"))?;
    Ok(ExitCode::SUCCESS)
}

fn several(page: &Url, candidates: &[Candidate], already: &Already, style: Style) -> Result<ExitCode> {
    for candidate in candidates {
        let Candidate { url, title, format } = candidate;
        let source = already.source_at(url);
        match style {
            Style::Json => {
                output::json(&json!({ "candidate": url, "title": title, "format": format, "source": source }))?;
            }
            Style::Words => {
                let there = source.map(|source| format!(" (there already, as `{source}`)")).unwrap_or_default();
                output::line(format!("{format:<9} {url}  {title}{there}").trim_end())?;
            }
        }
    }
    bail!("{page} has {} feeds, and nothing was added: name one of them, `recapd source add URL`", candidates.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = typed(text).map_or_else(|error| error.to_string(), |typed| typed.url.to_string());
        assert_eq!(said, expected);
    }

    #[test]
    fn an_address_may_be_typed_as_people_say_it() {
        check("example.org/blog#top", "https://example.org/blog");
        check(" http://example.org ", "http://example.org/");
        check("127.0.0.1:8080/x", "https://127.0.0.1:8080/x");
        check("ftp://a.test/", "`ftp://a.test/` is no web address: `ftp` is neither http nor https");
        let words =
            "`a b` is no web address (invalid international domain name): write it as in https://example.org/feed.xml";
        check("a b", words);
        for path in ["/tmp/feed.xml", "./feed.xml", "~/feed.xml"] {
            assert!(typed(path).unwrap_err().to_string().starts_with(&format!("`{path}` is a path, and")), "{path}");
        }
    }
}
