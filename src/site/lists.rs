//! What the site lists about itself: its sources, its addresses, its rhythm.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Library;
use crate::config::Config;
use crate::id::Share;
use crate::opml::{self, Outline};
use crate::publish::html::SourceRow;
use crate::publish::{Document, Site, words};
use crate::publisher::{Kind, Publishers};
use crate::source::{Source, SourceState, Standing};
use crate::store::Result;
use crate::week::Slot;

/// Weeks over which a source's pace is counted, at most.
const PACE_WEEKS: i64 = 4;

const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Every configured source and how it is doing.
pub(super) fn sources(library: &Library) -> Result<Vec<SourceRow>> {
    let states = library.store.states()?;
    let since = library.now.checked_sub(SignedDuration::from_hours(24 * 7 * PACE_WEEKS)).unwrap_or(Timestamp::MIN);
    let items = library.store.items_by_source(since)?;
    let latest = library.store.recaps(None, 1)?.pop();
    let picked = |source: &Source| {
        let entries = latest.iter().flat_map(|recap| &recap.entries);
        entries.filter(|entry| entry.coverage.iter().any(|report| report.source == source.id)).count()
    };
    let row = |source: &Source| {
        let state = states.get(&source.id);
        let (weight, weight_by) = weight(&library.config.publishers, source.kind, &source.feed, source.weight);
        SourceRow {
            name: source.name.clone(),
            feed: source.public_feed().to_string(),
            site: None,
            kind: source.kind,
            weight,
            weight_by,
            state: for_readers(state, library.now, &library.config.recap.slot.zone),
            last_success: state.and_then(|state| state.last_success),
            last_new: state.and_then(|state| state.last_new),
            items_per_week: items.get(&source.id).map_or(0.0, |(items, oldest)| {
                let first = state.and_then(|state| state.first_success).map_or(*oldest, |first| first.min(*oldest));
                pace(*items, first, library.now)
            }),
            picked_last_recap: u32::try_from(picked(source)).unwrap_or(u32::MAX),
        }
    };
    Ok(library.config.sources.iter().map(row).collect())
}

/// Items a week, of a source whose items are known since `first`: on average of what is known of the last
/// [`PACE_WEEKS`], a week at least.
fn pace(items: u32, first: Timestamp, now: Timestamp) -> f64 {
    let weeks = now.duration_since(first).as_secs_f64() / WEEK.as_secs_f64();
    f64::from(items) / weeks.clamp(1.0, PACE_WEEKS as f64)
}

/// What a report counts for that a source carries, whose `own` weight is configured, and why so much, as ranking
/// has it: by the publisher where that is configured, and only otherwise by the source, whose weight is that of
/// articles of which nothing else is known. None where the source passes on what others wrote.
fn weight(publishers: &Publishers, kind: Kind, feed: &Url, own: Option<Share>) -> (Option<Share>, String) {
    if matches!(kind, Kind::Aggregator | Kind::Community) {
        return (None, "of each article’s publisher".to_owned());
    }
    let publisher = publishers.behind(feed);
    if publishers.knows(feed) {
        return (Some(publisher.weight), format!("as {}", publisher.name));
    }
    // Its articles may lie elsewhere, at publishers that are configured: then these count.
    (Some(own.unwrap_or(publisher.weight)), "or that of the article’s publisher, where known".to_owned())
}

/// How a source is doing, in few words for anybody: `failing since 3 May 2026`.
/// Why is for the operator: reasons name keys of the configuration, and
/// addresses of our own network.
fn for_readers(state: Option<&SourceState>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(state) = state else { return "not polled yet".to_owned() };
    let word = match &state.standing {
        Standing::Paused { .. } => "paused",
        Standing::Retired { .. } => "retired",
        Standing::Active if state.held.is_some() => "held",
        Standing::Active if state.rest.is_some() && state.due > now => "resting",
        Standing::Active if state.failures > 0 => match state.last_success {
            Some(last) => return format!("failing since {}", words::day(last, zone)),
            None => "failing",
        },
        Standing::Active if state.learnt.is_some() => "moved",
        Standing::Active if state.last_success.is_none() => "not polled yet",
        Standing::Active => "well",
    };
    word.to_owned()
}

/// "every Monday at 08:00 UTC", "every Monday at 08:00, Europe/Berlin".
pub(super) fn slot_in_words(slot: &Slot) -> String {
    let day = match slot.day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    let time = slot.time.strftime("%H:%M");
    match slot.zone.iana_name() {
        None | Some("UTC") => format!("every {day} at {time} UTC"),
        Some(zone) => format!("every {day} at {time}, {zone}"),
    }
}

/// The sources as a list that other readers can import: those that everyone can ask.
pub(super) fn opml(title: &str, config: &Config, changed: Timestamp) -> Document {
    let outline = |source: &Source| Outline {
        text: source.name.clone(),
        xml_url: source.feed.clone(),
        html_url: None,
        folder: source.folder.clone(),
        notes: Vec::new(),
        language: source.language.clone(),
        own: opml::Own::default(),
    };
    let body = opml::written(title, opml::for_everyone(config.sources.iter()).map(outline));
    Document::new("text/x-opml; charset=utf-8", body, changed)
}

/// Every page, for search engines.
pub(super) fn sitemap(site: &Site, paths: &[String], changed: Timestamp) -> Document {
    let pages = paths.iter().filter(|path| path.ends_with('/'));
    let urls: String = pages.map(|path| format!("  <url><loc>{}</loc></url>\n", site.url(path))).collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{urls}</urlset>\n"
    );
    Document::new("application/xml; charset=utf-8", body, changed)
}

/// Everything published may be read by anyone. What is asked for anew each time is not for crawlers: nothing is
/// there that they do not find elsewhere.
pub(super) fn robots(site: &Site) -> Document {
    let closed = ["/this-week/", "/search", "/feeds/search."].map(|path| format!("Disallow: {}\n", site.href(path)));
    let body = format!("User-agent: *\n{}\nSitemap: {}\n", closed.concat(), site.url("/sitemap.xml"));
    Document::new("text/plain; charset=utf-8", body, Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publisher::Publisher;
    use crate::source::{Held, Leave, Rest, Trap};

    #[test]
    fn a_source_shows_the_weight_that_its_reports_are_ranked_by() {
        let paper = Publisher {
            domain: "paper.test".to_owned(),
            name: "The Paper".to_owned(),
            kind: Kind::Press,
            weight: Share::nearest(0.9),
            company: None,
            is_known: true,
        };
        let publishers = Publishers::new(vec![(paper, Vec::new())]);
        let check = |feed: &str, kind: Kind, own: Option<f64>, expected: (Option<f64>, &str)| {
            let (weight, by) = weight(&publishers, kind, &feed.parse().unwrap(), own.map(Share::nearest));
            assert_eq!((weight, by.as_str()), (expected.0.map(Share::nearest), expected.1), "{feed}");
        };
        let (its_publisher, if_known) =
            ("of each article’s publisher", "or that of the article’s publisher, where known");
        check("https://paper.test/feed", Kind::Press, Some(0.3), (Some(0.9), "as The Paper"));
        check("https://other.test/feed", Kind::Press, Some(0.6), (Some(0.6), if_known));
        check("https://other.test/feed", Kind::Press, None, (Some(0.3), if_known));
        check("https://other.test/feed", Kind::Aggregator, Some(0.3), (None, its_publisher));
    }

    #[test]
    fn a_pace_is_counted_over_the_weeks_that_are_known() {
        let check = |items: u32, first: &str, expected: f64| {
            assert_eq!(pace(items, first.parse().unwrap(), now()), expected, "{first}");
        };
        check(7, "2026-05-05T09:00:00Z", 7.0);
        check(7, "2026-04-29T09:00:00Z", 7.0);
        check(7, "2026-04-22T09:00:00Z", 3.5);
        check(8, "2026-01-01T00:00:00Z", 2.0);
        check(3, "2026-05-07T09:00:00Z", 3.0);
    }

    fn now() -> Timestamp {
        "2026-05-06T09:00:00Z".parse().unwrap()
    }

    fn well() -> SourceState {
        SourceState { last_success: Some(now()), ..SourceState::unknown(now()) }
    }

    #[track_caller]
    fn check(state: SourceState, words: &str) {
        let why = "10.0.0.1 is a private address; allow it with allow_private".to_owned();
        let state = SourceState { last_error: Some(why), ..state };
        assert_eq!(for_readers(Some(&state), now(), &TimeZone::UTC), words);
    }

    #[test]
    fn readers_are_told_how_a_source_is_doing_and_not_why() {
        assert_eq!(for_readers(None, now(), &TimeZone::UTC), "not polled yet");
        check(SourceState::unknown(now()), "not polled yet");
        check(well(), "well");
        check(SourceState { mended: Some("bare ampersand".to_owned()), ..well() }, "well");
        check(SourceState { failures: 3, ..well() }, "failing since 6 May 2026");
        check(SourceState { failures: 3, ..SourceState::unknown(now()) }, "failing");
        check(SourceState { learnt: Some("http://10.0.0.1/".parse().unwrap()), ..well() }, "moved");
        let resting = SourceState { rest: Some(Rest::Status(429)), failures: 1, ..well() };
        check(SourceState { due: now() + std::time::Duration::from_secs(60), ..resting.clone() }, "resting");
        check(resting, "failing since 6 May 2026");
        let held = Held { trap: Trap::Redated, items: 200, since: now(), leave: Leave::Awaited };
        check(SourceState { held: Some(held), ..well() }, "held");
        check(SourceState { standing: Standing::Paused { since: now() }, ..well() }, "paused");
        let gone = Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
        check(SourceState { standing: gone, failures: 1, ..well() }, "retired");
    }
}
