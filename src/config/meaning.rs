//! From the configuration as written to the configuration as meant: what
//! needs more than one value to be judged.

mod filters;
mod listed;
pub(super) mod lists;
mod names;
pub(super) mod sources;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use crate::fetch::check_address;
use crate::filter::Reach;
use crate::rank::{Topic, Weights};
use crate::week::Slot;

use super::entries::{
    AudienceEntry, AudiencesFile, KindEntry, NameEntry, NamesFile, PlaybookFile, PublisherEntry, PublishersFile,
    SourceEntry, SourcesFile,
};
use super::error::{ConfigErrors, Problem};
use super::gather::Others;
use super::place::{Document, Located};
use super::read::{Reading, read_as};
use super::value::{Address, Period};
use super::written::{self, Main};
use super::{Config, Dialect, Fetch, Live, Model, Publish, Recap, Server, Store, Subscribe, WebSub};

use filters::filters;
use lists::{Entry, entries, shipped_below};

/// What all files together mean.
///
/// # Errors
///
/// If anything is wrong, in any of the files, `problems` so far included.
pub(super) fn mean(
    main: &Arc<Document>,
    written: Main,
    others: Others,
    env: &dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
) -> Result<Config, ConfigErrors> {
    let (config, problems) = meant(Reading::Whole, main, written, others, env, problems);
    if problems.is_empty() { Ok(config) } else { Err(ConfigErrors::new(problems)) }
}

/// What all files together mean without what is wrong in them, and that.
pub(super) fn meant(
    reading: Reading,
    main: &Arc<Document>,
    written: Main,
    others: Others,
    env: &dyn Fn(&str) -> Option<String>,
    mut problems: Vec<Problem>,
) -> (Config, Vec<Problem>) {
    let files = others.files(main);

    let of = |documents: &Option<Arc<Document>>| documents.iter().cloned().collect::<Vec<_>>();
    let mut lists = Lists {
        sources: from(reading, &others.sources, env, &mut problems, |file: SourcesFile| file.source),
        audiences: from(reading, &of(&others.audiences), env, &mut problems, |file: AudiencesFile| file.audience),
        publishers: from(reading, &of(&others.publishers), env, &mut problems, |file: PublishersFile| file.publisher),
        kinds: from(reading, &of(&others.playbook), env, &mut problems, |file: PlaybookFile| file.kind),
        names: from(reading, &of(&others.names), env, &mut problems, |file: NamesFile| file.name),
    };
    lists.add_own(main, &written);
    let written_in = written_in(main, &others, &lists.sources);
    let references = if problems.is_empty() { References::Checked } else { References::Believed };

    let names = names::names(lists.names, references, &mut problems);
    let audiences = lists::audiences(main, lists.audiences, &mut problems);
    let publishers = lists::publishers(lists.publishers, &names, references, &mut problems);
    let playbook = lists::playbook(lists.kinds, &audiences, references, &mut problems);
    let fetch = fetch(main, &written.fetch, &mut problems);
    let mut sources =
        sources::sources(lists.sources, &written.fetch, &audiences, &publishers, references, &mut problems);
    let lists =
        listed::listed(main, &written, &others, (&audiences, &publishers), references, &mut sources, &mut problems);
    let filters = filters(main, &written.filter, Reach::All, &mut problems);
    let store = store(main, &written.store, env, &mut problems);
    let websub = websub(main, &written, &fetch, &mut problems);
    let recap = recap(main, written.recap, &store, &mut problems);
    let config = Config {
        files,
        folders: others.folders,
        unfitting: others.unfitting,
        server: server(&written.server),
        ranking: ranking(&written.ranking),
        publish: publish(main, &written.publish, &store),
        model: model(main, &written.model, &mut problems),
        websub,
        fetch,
        recap,
        store,
        filters,
        sources,
        written_in,
        lists,
        audiences,
        publishers,
        playbook,
        names,
    };
    (config, problems)
}

/// Whether ids that point at other entries are followed. After an error in
/// reading they are not: what they point at may be what could not be read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum References {
    Checked,
    Believed,
}

/// The entries of all files, by kind.
struct Lists {
    sources: Vec<Entry<SourceEntry>>,
    audiences: Vec<Entry<AudienceEntry>>,
    publishers: Vec<Entry<PublisherEntry>>,
    kinds: Vec<Entry<KindEntry>>,
    names: Vec<Entry<NameEntry>>,
}

impl Lists {
    /// Adds what stands in the main file itself.
    fn add_own(&mut self, main: &Arc<Document>, written: &Main) {
        self.sources.extend(entries(main, written.source.clone()));
        shipped_below(&mut self.audiences, entries(main, written.audience.clone()), AudienceEntry::mark);
        shipped_below(&mut self.publishers, entries(main, written.publisher.clone()), PublisherEntry::mark);
        shipped_below(&mut self.kinds, entries(main, written.kind.clone()), KindEntry::mark);
        shipped_below(&mut self.names, entries(main, written.name.clone()), NameEntry::mark);
    }
}

fn from<F, T>(
    reading: Reading,
    documents: &[Arc<Document>],
    env: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
    list: fn(F) -> Vec<Located<T>>,
) -> Vec<Entry<T>>
where
    F: serde::de::DeserializeOwned + schemars::JsonSchema + Default,
{
    documents.iter().flat_map(|document| entries(document, list(read_as(reading, document, env, problems)))).collect()
}

/// How many of the sources, which stand in this order, are written in each file.
fn written_in(main: &Arc<Document>, others: &Others, sources: &[Entry<SourceEntry>]) -> Vec<(PathBuf, usize)> {
    let count = |path: &PathBuf| (path.clone(), sources.iter().filter(|it| it.stands_in(path)).count());
    others.sources.iter().chain([main]).map(|document| count(&document.path)).collect()
}

fn server(written: &written::Server) -> Server {
    // Without the scope that an IPv6 address may have: a URL has no place for it.
    let local = SocketAddr::new(written.listen.0.ip(), written.listen.0.port());
    let local = || Url::parse(&format!("http://{local}/")).expect("an address and a port are a URL's host and port");
    let public_url = written.public_url.as_ref().map_or_else(local, |it| ending_in_slash(&it.0));
    Server { listen: written.listen.0, public_url }
}

fn ending_in_slash(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

/// Less than this, and a recap could not look back.
const LEAST_KEPT: Duration = Duration::from_secs(30 * 86_400);

fn store(
    main: &Arc<Document>,
    written: &written::Store,
    env: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> Store {
    if written.keep_items.0 < LEAST_KEPT {
        let title = format!("`keep_items` ({}) is too short: a recap looks back for weeks", text(&written.keep_items));
        problems.push(Problem::at(written.keep_items.place(main), title).hint("use at least \"30d\""));
    }
    let path = database(written, env);
    if written.path.is_empty() || written.path.ends_with('/') || path.is_dir() {
        let title =
            if path.is_dir() { format!("{} is a folder", path.display()) } else { "`path` names no file".into() };
        problems.push(Problem::at(written.path.place(main), title).hint("name a file, as in \"recapd.db\""));
    }
    Store { path, keep_items: written.keep_items.0 }
}

/// `$STATE_DIRECTORY` is a list where the unit has several; the first is ours.
pub(super) fn database(written: &written::Store, env: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let state = env("STATE_DIRECTORY").and_then(|all| all.split(':').next().map(PathBuf::from));
    let folder = state.filter(|it| it != Path::new("")).unwrap_or_else(|| PathBuf::from("data"));
    folder.join(&*written.path)
}

fn beside(store: &Store, path: &str) -> PathBuf {
    store.path.parent().unwrap_or(Path::new("")).join(path)
}

fn fetch(main: &Arc<Document>, written: &written::Fetch, problems: &mut Vec<Problem>) -> Fetch {
    let [least, usual, most] = [&written.min_interval, &written.interval, &written.max_interval];
    if least.0 > most.0 {
        let title = format!("`min_interval` ({}) is longer than `max_interval` ({})", text(least), text(most));
        problems.push(Problem::at(if least.is_written() { least } else { most }.place(main), title));
    } else if usual.0 < least.0 || usual.0 > most.0 {
        let title = outside(usual, written);
        let blamed = [usual, least, most].into_iter().find(|it| it.is_written()).unwrap_or(usual);
        problems.push(Problem::at(blamed.place(main), title));
    }
    Fetch {
        contact: written.contact.clone().map(|Address(url)| url),
        interval: usual.0,
        min_interval: least.0,
        max_interval: most.0,
        max_wait: written.max_wait.0,
        connect_timeout: written.connect_timeout.0,
        timeout: written.timeout.0,
        max_body_bytes: written.max_body.0,
        concurrency: written.concurrency.0 as usize,
        per_host: written.per_host.0 as usize,
        host_gap: written.host_gap.0,
        allow_private: written.allow_private.iter().map(|it| it.0).collect(),
    }
}

/// Hubs call back: without an address that they can reach, no subscription would ever hold.
fn websub(main: &Arc<Document>, written: &Main, fetch: &Fetch, problems: &mut Vec<Problem>) -> WebSub {
    let written::WebSub { hub, subscribe, backup } = &written.websub;
    if **subscribe {
        let unreachable = match &written.server.public_url {
            None => Some("hubs cannot reach this server: `public_url` of [server] is not set".to_owned()),
            // Hubs as near as that are reached only by who may reach them: see `allow_private`.
            Some(Address(url)) => near_by(url, fetch).map(|private| {
                format!("hubs cannot reach this server: `public_url` of [server] is at the private address {private}")
            }),
        };
        let problem = unreachable.map(|title| Problem::at(subscribe.place(main), title));
        problems.extend(problem.map(|it| it.hint("it needs a public_url that hubs can reach")));
    }
    if let Some((hub, part)) = hub.as_ref().and_then(|hub| Some((hub, private_part(&hub.0)?))) {
        let problem = Problem::at(hub.place(main), format!("`hub` must not have {part}: it stands in every feed"));
        problems.push(problem.hint("write it as its readers may see it"));
    }
    if (backup.is_written() || **subscribe) && !(fetch.min_interval..=fetch.max_wait).contains(&backup.0) {
        let (least, most) = (text(&written.fetch.min_interval), text(&written.fetch.max_wait));
        let title = format!("`backup` ({}) is outside `min_interval` ({least}) and `max_wait` ({most})", text(backup));
        let blamed = if backup.is_written() { backup.place(main) } else { subscribe.place(main) };
        problems.push(Problem::at(blamed, title));
    }
    WebSub {
        hub: hub.as_ref().map(|hub| hub.0.clone()),
        subscribe: if **subscribe { Subscribe::Yes } else { Subscribe::No },
        backup: backup.0,
    }
}

/// What of a hub's address is not for its readers, or means nothing to them.
fn private_part(hub: &Url) -> Option<&'static str> {
    let has_login = !hub.username().is_empty() || hub.password().is_some();
    if has_login { Some("a login") } else { hub.fragment().map(|_| "a fragment") }
}

/// The private address of `url`, if that is what it has, and hubs are not as near.
fn near_by(url: &Url, fetch: &Fetch) -> Option<IpAddr> {
    let address = match url.host()? {
        Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Host::Domain(_) => return None,
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
    };
    check_address(address, &fetch.allow_private).err().map(|private| private.address)
}

/// That an `interval` breaks the bounds of `[fetch]`.
fn outside(interval: &Period, fetch: &written::Fetch) -> String {
    let (least, most) = (text(&fetch.min_interval), text(&fetch.max_interval));
    format!("`interval` ({}) is outside `min_interval` ({least}) and `max_interval` ({most})", text(interval))
}

fn text(period: &Period) -> String {
    period.clone().into()
}

/// A draft that waits longer would meet the next one.
const MOST_REVIEW: Duration = Duration::from_secs(7 * 24 * 3600);

fn recap(main: &Arc<Document>, written: written::Recap, store: &Store, problems: &mut Vec<Problem>) -> Recap {
    if written.review.0 >= MOST_REVIEW {
        let problem = Problem::at(written.review.place(main), "`review` is as long as a week or longer");
        problems.push(problem.hint("the next week ends before it: at most \"6d\""));
    }
    Recap {
        title: written.title,
        language: written.language.0,
        slot: Slot { day: written.day.0, time: written.time.0, zone: written.timezone.0 },
        review: written.review.0,
        stories: written.stories.0 as usize,
        also: written.also as usize,
        audience_stories: written.audience_stories.0 as usize,
        audience_also: written.audience_also as usize,
        topic: Topic::new(&written.topic),
        drafts: beside(store, &written.drafts),
    }
}

/// A file named in the main file: beside it, where the path is relative; none of an empty one.
fn beside_main(main: &Document, path: Option<&String>) -> Option<PathBuf> {
    let path = path.filter(|path| !path.is_empty())?;
    Some(main.path.parent().unwrap_or(Path::new("")).join(path))
}

fn publish(main: &Document, written: &written::Publish, store: &Store) -> Publish {
    let folder = (!written.folder.is_empty()).then(|| beside(store, &written.folder));
    let live = if written.live { Live::Shown } else { Live::Hidden };
    let review_key_file = beside_main(main, written.review_key_file.as_ref());
    Publish { folder, live, excerpt_words: written.excerpt_words, review_key_file }
}

/// A recap that waits longer is late.
const MOST_MODEL_WAIT: Duration = Duration::from_secs(3600);

/// None without a `url`.
fn model(main: &Arc<Document>, written: &written::Model, problems: &mut Vec<Problem>) -> Option<Model> {
    let name = written.name.as_ref().filter(|name| !name.trim().is_empty());
    let Some(url) = &written.url else {
        if let Some(name) = name {
            let problem = Problem::at(name.place(main), "[model] has a `name` and no `url`: nobody could be asked");
            problems.push(problem.hint("add its server, as in url = \"http://127.0.0.1:8080/v1\""));
        }
        return None;
    };
    if name.is_none() {
        let problem = Problem::at(url.place(main), "[model] has a `url` and no `name`");
        problems.push(problem.hint("add what the server calls the model, as in name = \"qwen2.5-1.5b-instruct\""));
    }
    let has_login = !url.0.username().is_empty() || url.0.password().is_some();
    if has_login || url.0.query().is_some() {
        let problem = Problem::at(url.place(main), "`url` of [model] must have neither a login nor a query");
        problems.push(problem.hint("write the key into a file, and name that as `api_key_file`"));
    }
    if written.wait.0 > MOST_MODEL_WAIT {
        let problem = Problem::at(written.wait.place(main), "`wait` of [model] is longer than an hour");
        problems.push(problem.hint("the recap would be late: at most \"1h\""));
    }
    Some(Model {
        url: ending_in_slash(&url.0),
        name: name.map(|name| name.trim().to_owned()).unwrap_or_default(),
        dialect: match written.api {
            written::Api::OpenAi => Dialect::OpenAi,
            written::Api::Anthropic => Dialect::Anthropic,
        },
        key_file: beside_main(main, written.api_key_file.as_ref()),
        tokens_per_recap: written.budget_tokens_per_recap.0.into(),
        tokens_per_day: written.budget_tokens_per_day.0.into(),
        story_bytes: usize::try_from(written.story_text.0).unwrap_or(usize::MAX),
        answer_tokens: written.answer_tokens.0,
        timeout: written.timeout.0,
        wait: written.wait.0,
        concurrency: written.concurrency.0 as usize,
    })
}

fn ranking(written: &written::Ranking) -> Weights {
    Weights {
        coverage: written.coverage.0,
        coverage_full: written.coverage_full.0,
        coverage_most: written.coverage_most.0,
        authority: written.authority.0,
        primary: written.primary.0,
        community: written.community.0,
        off_topic: written.off_topic.0,
        audience: written.audience.0,
        audience_quota: written.audience_quota,
        novelty: written.novelty.0,
        age: written.age.0,
        similarity: written.similarity.0,
        same_publisher: written.same_publisher.0,
        largest_share: written.largest_share.0.value(),
    }
}
