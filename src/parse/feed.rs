//! What a feed says about itself, and its entries one by one.

use std::cmp::Reverse;

use feed_rs::model::{self, FeedType};
use jiff::Timestamp;
use url::Url;

use super::entry::{Around, Room, absolute, instant, is_related, tag, texts, weight, when};
use super::fields::Fields;
use super::overlooked::Overlooked;
use super::salvage::Reading;
use super::shape::Shape;
use super::{Feed, Format, Garbled, Hints, MOST_ENTRIES, Parsed, Skipped, attempt, dates, entry, person, wishes};

/// The entries of a document may come to twice its bytes, and to so much however
/// short it is: escapes and links made absolute may make them many times as long.
const MOST_GROWTH: usize = 2;
const LEAST_ROOM_BYTES: usize = 4 << 20;

/// The feed as recapd understands it, of a document of so many bytes.
pub(super) fn parsed(reading: Reading, base: Option<&Url>, document_bytes: usize) -> Parsed {
    let Reading { shape, feed: mut given, outline, mut skipped, rescued, mut mended } = reading;
    let link = link(&given, &outline.feed, shape, base);
    let (title, garbled_title) = title(given.title.take(), &outline.feed, shape);
    let feed = Feed {
        format: format(&given.feed_type),
        title,
        garbled_title,
        language: language(&given, &outline.feed),
        updated: updated(&outline.feed).or_else(|| instant(given.updated)).or_else(|| instant(given.published)),
        link,
    };
    let hints = hints(&outline.feed, base, &mut mended);
    let named = given.authors.iter().filter_map(|author| author.name.as_deref());
    let named = named.chain(outline.feed.all("author").map(|author| &*author.text));
    let authors: Vec<String> = named.filter_map(person::name).collect();
    let hollow = match outline.excessive {
        true => "more stands before it than is read of any feed",
        false => "there is nothing in it",
    };
    let around = Around {
        hollow,
        shape,
        base,
        feed_link: feed.link.as_ref(),
        language: feed.language.as_deref(),
        authors: &authors,
    };
    let fields = aligned(outline.entries, &mut given.entries, shape);
    let mut entries = Vec::with_capacity(given.entries.len().min(MOST_ENTRIES));
    let mut garbled = Vec::new();
    let newest = newest(&given.entries, &fields, shape, &mut skipped);
    let mut room_bytes = MOST_GROWTH * document_bytes + LEAST_ROOM_BYTES;
    let mut shortened = 0;
    let mut overlooked = Overlooked::of_feed(&feed, &given.links, &outline.feed, base);
    for (index, entry) in given.entries.into_iter().enumerate() {
        if newest.as_ref().is_some_and(|newest| !newest[index]) {
            continue;
        }
        let none = Fields::default();
        let room = if room_bytes > 0 { Room::Left } else { Room::None };
        let own = fields.get(index).unwrap_or(&none);
        let links = overlooked.links(&entry, own);
        match sound(|| entry::entry(entry, own, &around, room)) {
            Ok((entry, came)) => {
                overlooked.entry(fields.get(index).map_or(index, |own| own.place), &entry, own, links);
                room_bytes = room_bytes.saturating_sub(weight(&entry, came.as_ref()));
                shortened += usize::from(room == Room::None);
                garbled.extend(came.map(|came| Garbled { index: entries.len(), ..came }));
                entries.push(entry);
            }
            Err(why) => {
                let index = fields.get(index).map_or(index, |fields| fields.place);
                skipped.push(Skipped { index, entries: 1, why: why.to_owned() });
            }
        }
    }
    if shortened > 0 {
        mended.push(format!("the texts of {shortened} entries left out: those before come to more than a feed does"));
    }
    mended.extend(overlooked.said());
    if !garbled.is_empty() || feed.garbled_title.is_some() {
        mended.push("text read in the wrong encoding".to_owned());
    }
    skipped.sort_by_key(|skipped| skipped.index);
    Parsed { feed, entries, garbled, skipped, hints, rescued, mended }
}

/// An entry that nothing panics over.
///
/// # Errors
///
/// What is wrong with it, in words.
fn sound<T>(read: impl FnOnce() -> Result<T, &'static str>) -> Result<T, &'static str> {
    attempt::fenced(read).unwrap_or(Err(attempt::GAVE_UP))
}

fn format(kind: &FeedType) -> Format {
    match kind {
        FeedType::Atom => Format::Atom,
        FeedType::JSON => Format::JsonFeed,
        FeedType::RSS0 => Format::Rss0,
        FeedType::RSS1 => Format::Rss1,
        FeedType::RSS2 => Format::Rss2,
    }
}

fn title(given: Option<model::Text>, own: &Fields, shape: Shape) -> (String, Option<String>) {
    texts::title(own, shape).or_else(|| given.map(|title| texts::line(&title))).unwrap_or_default()
}

fn link(given: &model::Feed, own: &Fields, shape: Shape, base: Option<&Url>) -> Option<Url> {
    let alternate = |link: &&model::Link| is_related(link.rel.as_deref(), "alternate");
    let page = |link: &&model::Link| link.media_type.as_deref().is_none_or(|kind| kind.contains("html"));
    let links = || given.links.iter();
    let href = match shape {
        Shape::Json => own.text(&["home_page_url"]),
        Shape::Atom => {
            links().filter(alternate).find(page).or_else(|| links().find(alternate)).map(|link| link.href.as_str())
        }
        Shape::Rss | Shape::Rdf => {
            let plain = links().find(|link| link.rel.is_none() && !link.href.is_empty());
            plain.or_else(|| links().find(alternate)).map(|link| link.href.as_str())
        }
    };
    href.and_then(|href| absolute(href, base))
}

fn language(given: &model::Feed, own: &Fields) -> Option<String> {
    let said =
        own.text(&["language", "dc:language"]).or(given.language.as_deref()).or_else(|| own.attribute("xml:lang"));
    said.and_then(tag).map(str::to_owned)
}

/// Where feeds say when they changed.
pub(super) const UPDATED: &[&str] =
    &["lastBuildDate", "atom:updated", "updated", "pubDate", "dc:date", "dcterms:modified"];

fn updated(own: &Fields) -> Option<Timestamp> {
    own.first(UPDATED, |field| dates::timestamp(&field.text))
}

fn hints(own: &Fields, base: Option<&Url>, said: &mut Vec<String>) -> Hints {
    let linked = |rel: &str| {
        let mut links = own.all("atom:link").filter(|link| is_related(link.attribute("rel"), rel));
        links.find_map(|link| absolute(link.attribute("href")?, link.base.as_deref().or(base)))
    };
    Hints {
        wishes: wishes::wishes(own, said),
        hub: linked("hub").or_else(|| absolute(own.text(&["hub"])?, base)),
        own: linked("self").or_else(|| absolute(own.text(&["feed_url"])?, base)),
    }
}

/// The fields that belong to the entries. feed-rs leaves out entries of RSS
/// 1.0 without a link and those outside `channel`: where it sees fewer, all
/// entries are read from their fields alone.
fn aligned<'t>(fields: Vec<Fields<'t>>, entries: &mut Vec<model::Entry>, shape: Shape) -> Vec<Fields<'t>> {
    if fields.len() > entries.len() && shape != Shape::Json {
        *entries = fields.iter().map(|_| model::Entry::default()).collect();
    }
    if fields.len() == entries.len() { fields } else { Vec::new() }
}

/// Which entries are kept if there are too many: the newest by their dates,
/// the first where they have none.
fn newest(entries: &[model::Entry], fields: &[Fields], shape: Shape, skipped: &mut Vec<Skipped>) -> Option<Vec<bool>> {
    let beyond = entries.len().checked_sub(MOST_ENTRIES).filter(|beyond| *beyond > 0)?;
    let none = Fields::default();
    let of = |(index, entry): (usize, &model::Entry)| {
        let (published, updated) = when(entry, fields.get(index).unwrap_or(&none), shape);
        published.or(updated)
    };
    let dates: Vec<Option<Timestamp>> = entries.iter().enumerate().map(of).collect();
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|index| Reverse(dates[*index]));
    let mut kept = vec![true; entries.len()];
    order[MOST_ENTRIES..].iter().for_each(|index| kept[*index] = false);
    let index = kept.iter().position(|kept| !kept).unwrap_or_default();
    let why = format!("{beyond} older than the newest {MOST_ENTRIES} entries");
    skipped.push(Skipped { index, entries: beyond, why });
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_over_an_entry_costs_nothing_but_the_entry() {
        assert_eq!(sound(|| -> Result<(), _> { panic!("as a test wants it") }), Err(attempt::GAVE_UP));
        assert_eq!(sound(|| Ok(7)), Ok(7));
    }
}
