//! What the site lists about itself: its sources, its addresses, its rhythm.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};

use super::{Library, state_in_words};
use crate::config::Config;
use crate::id::Share;
use crate::opml::{self, Outline};
use crate::publish::html::SourceRow;
use crate::publish::{Document, Site};
use crate::publisher::UNKNOWN_WEIGHT;
use crate::source::Source;
use crate::store::Result;
use crate::week::Slot;

/// Weeks over which a source's pace is counted.
const PACE_WEEKS: i64 = 4;

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
        let publisher = library.config.publishers.behind(&source.feed);
        SourceRow {
            name: source.name.clone(),
            feed: source.public_feed().to_string(),
            site: None,
            kind: source.kind,
            weight: source.weight.unwrap_or(if library.config.publishers.knows(&source.feed) {
                publisher.weight
            } else {
                Share::nearest(UNKNOWN_WEIGHT)
            }),
            state: state_in_words(state, library.now, &library.config.recap.slot.zone),
            last_success: state.and_then(|state| state.last_success),
            last_new: state.and_then(|state| state.last_new),
            items_per_week: f64::from(items.get(&source.id).copied().unwrap_or_default()) / PACE_WEEKS as f64,
            picked_last_recap: u32::try_from(picked(source)).unwrap_or(u32::MAX),
        }
    };
    Ok(library.config.sources.iter().map(row).collect())
}

/// "every Monday at 08:00, Europe/Berlin".
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
    let zone = slot.zone.iana_name().unwrap_or("UTC");
    format!("every {day} at {}, {zone}", slot.time.strftime("%H:%M"))
}

/// The sources as a list that other readers can import.
pub(super) fn opml(title: &str, config: &Config, changed: Timestamp) -> Document {
    let outline = |source: &Source| Outline {
        text: source.name.clone(),
        xml_url: source.public_feed(),
        html_url: None,
        category: None,
    };
    let body = opml::written(title, config.sources.iter().map(outline));
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

/// Everything published may be read by anyone.
pub(super) fn robots(site: &Site) -> Document {
    let body = format!("User-agent: *\nDisallow: /this-week/\n\nSitemap: {}\n", site.url("/sitemap.xml"));
    Document::new("text/plain; charset=utf-8", body, Timestamp::UNIX_EPOCH)
}
