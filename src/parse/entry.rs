//! One entry: what feed-rs read and what it left out, put together and made
//! safe.

use feed_rs::model;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use super::fields::{Field, Fields};
use super::shape::Shape;
use super::{Garbled, dates, person};
use crate::item::{Enclosure, Entry};
use crate::link::is_elsewhere;
use crate::text;
use crate::text::html::made_safe_within;

pub(super) mod texts;

use texts::Body;

const MOST_SUMMARY_BYTES: usize = 64 << 10;
const MOST_CONTENT_BYTES: usize = 1 << 20;
const MOST_ID_BYTES: usize = 2 << 10;
const MOST_CATEGORIES: usize = 64;
const MOST_ENCLOSURES: usize = 64;
/// Their addresses come to no more: each may be made longer by a long base.
const MOST_ENCLOSURE_BYTES: usize = 16 << 10;
const MOST_AUTHORS: usize = 64;

/// A title made from the text is at most this long.
const SUBSTITUTE_CHARS: usize = 100;

/// Whether the document has room left for what entries say at length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Left,
    /// Only for what an entry is known by.
    None,
}

/// What an entry takes from its feed.
pub(super) struct Around<'f> {
    /// Why there may be nothing in an entry, in words.
    pub hollow: &'static str,
    pub shape: Shape,
    pub base: Option<&'f Url>,
    pub feed_link: Option<&'f Url>,
    pub language: Option<&'f str>,
    pub authors: &'f [String],
}

/// The entry as recapd keeps it, and what of it came garbled.
///
/// # Errors
///
/// If there is nothing in it, in words.
pub(super) fn entry(
    given: model::Entry,
    fields: &Fields,
    around: &Around,
    room: Room,
) -> Result<(Entry, Option<Garbled>), &'static str> {
    let guid = guid(&given, fields);
    let link = link(&given, fields, guid.as_deref(), around);
    let summary = texts::summary(&given, fields, around.shape).filter(|_| room == Room::Left);
    let content = texts::content(&given, fields, around.shape).filter(|_| room == Room::Left);
    let base = around.base.or(around.feed_link).or(link.as_ref());
    let html = |body: Option<Body>, limit_bytes| {
        let own = |body: &Body| body.field.and_then(|field| field.base.clone());
        let safe = |body: Body| made_safe_within(&body.html(limit_bytes), own(&body).as_deref().or(base), limit_bytes);
        body.map(safe).unwrap_or_default()
    };
    let content = html(content, MOST_CONTENT_BYTES);
    let summary = html(summary, MOST_SUMMARY_BYTES);
    let (title, garbled_title) = title(&given, fields, around.shape);
    let garbled_authors =
        has_garbled_authors(&given, fields).then(|| authors(&given, fields, around, person::garbled_name));
    let (categories, garbled_categories) = categories(&given, fields);
    let garbled = Garbled {
        index: 0,
        title: garbled_title,
        authors: garbled_authors,
        categories: garbled_categories,
        summary_html: summary.garbled,
        content_html: content.garbled,
    };
    let (content_html, mut summary_html) = (content.html, summary.html);
    if summary_html == content_html {
        summary_html.clear();
    }
    let original = link.as_ref().and_then(|link| original(fields, link));
    let (published, updated) = when(&given, fields, around.shape);
    let mut entry = Entry {
        guid,
        title,
        published,
        updated,
        authors: authors(&given, fields, around, person::name),
        summary_html,
        content_html,
        article_html: String::new(),
        categories,
        enclosures: if room == Room::Left { enclosures(&given, fields, around) } else { Vec::new() },
        image: image(fields, around).filter(|_| room == Room::Left),
        language: language(&given, fields).or(around.language).map(str::to_owned),
        link,
        original,
    };
    if entry.title.is_empty() {
        let untitled = || (!fields.is_empty()).then(|| "Untitled".to_owned());
        entry.title = substitute(&entry).or_else(untitled).ok_or(around.hollow)?;
    }
    Ok((entry, Some(garbled).filter(|garbled| *garbled != Garbled::default())))
}

/// What an entry comes to, in bytes.
pub(super) fn weight(entry: &Entry, garbled: Option<&Garbled>) -> usize {
    let length = |link: &Option<Url>| link.as_ref().map_or(0, |link| link.as_str().len());
    let lines = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
    let texts = entry.title.len() + entry.summary_html.len() + entry.content_html.len();
    let words = entry.guid.as_ref().map_or(0, String::len) + lines(&entry.authors) + lines(&entry.categories);
    let attached: usize = entry.enclosures.iter().map(|enclosure| enclosure.url.as_str().len()).sum();
    let came = garbled.map_or(0, |came| {
        let html = [&came.summary_html, &came.content_html, &came.title].into_iter().flatten();
        html.map(String::len).sum()
    });
    size_of::<Entry>()
        + texts
        + words
        + attached
        + length(&entry.link)
        + length(&entry.original)
        + length(&entry.image)
        + came
}

/// The title, and as it came if that was garbled.
fn title(given: &model::Entry, fields: &Fields, shape: Shape) -> (String, Option<String>) {
    // feed-rs stops at the first tag, and takes the last of several.
    let own = texts::title(fields, shape);
    own.or_else(|| given.title.as_ref().map(texts::line)).unwrap_or_default()
}

/// A link as written, made absolute; only http and https.
pub(super) fn absolute(href: &str, base: Option<&Url>) -> Option<Url> {
    let href = href.trim();
    let url = match Url::parse(href) {
        Ok(url) => url,
        Err(_) if href.is_empty() => return None,
        Err(_) => base?.join(href).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 8 << 10).then_some(url)
}

/// Whether a link says that it is related so. A name of the IANA's register may be spelled out, as RFC
/// 4287 has it (4.2.7.2).
pub(super) fn is_related(said: Option<&str>, name: &str) -> bool {
    said.is_some_and(|said| said.strip_prefix("http://www.iana.org/assignments/relation/").unwrap_or(said) == name)
}

/// From feed-rs's clock to ours.
pub(super) fn instant(time: Option<chrono::DateTime<chrono::Utc>>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.timestamp(), i32::try_from(time.timestamp_subsec_nanos()).ok()?).ok()
}

fn guid(given: &model::Entry, fields: &Fields) -> Option<String> {
    let about = || fields.attribute("rdf:about").or_else(|| fields.attribute("about"));
    let given = || Some(given.id.trim()).filter(|id| !id.is_empty());
    let id = fields.text(&["guid", "atom:id", "id"]).or_else(given).or_else(about)?;
    Some(shortened(&text::without_controls(id)))
}

/// An id in so many bytes. What of a longer one is left out is hashed, so that it stays the one it is.
fn shortened(id: &str) -> String {
    if id.len() <= MOST_ID_BYTES {
        return id.to_owned();
    }
    let hash: String = Sha256::digest(id).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{}#{hash}", text::head(id, MOST_ID_BYTES - "#".len() - hash.len()))
}

fn link(given: &model::Entry, fields: &Fields, guid: Option<&str>, around: &Around) -> Option<Url> {
    let base = around.base.or(around.feed_link);
    let usual = given.links.iter().filter(|link| match around.shape {
        Shape::Atom => is_related(link.rel.as_deref(), "alternate"),
        Shape::Json => link.media_type.is_none(),
        Shape::Rss | Shape::Rdf => link.rel.is_none() && link.target.is_none(),
    });
    let page = |link: &&model::Link| link.media_type.as_deref().is_none_or(|kind| kind.contains("html"));
    let pages = usual.clone().filter(page).chain(usual);
    let from_links = pages.map(|link| link.href.as_str()).find_map(|href| absolute(href, base));
    let from_atom = || {
        let alternate = |link: &&Field| {
            let said = link.attribute("rel");
            said.is_none() || is_related(said, "alternate")
        };
        let links = || fields.all("atom:link").chain(fields.all("link")).filter(alternate);
        let page = |link: &&Field| link.attribute("type").is_none_or(|kind| kind.contains("html"));
        let mut pages = links().filter(page).chain(links());
        pages.find_map(|link| absolute(link.attribute("href")?, link.base.as_deref().or(base)))
    };
    let from_text = || fields.all("link").find_map(|link| absolute(&link.text, link.base.as_deref().or(base)));
    let from_guid = || {
        let permalink = fields
            .all("guid")
            .all(|guid| guid.attribute_in_any_case("isPermaLink").is_none_or(|is| !is.eq_ignore_ascii_case("false")));
        guid.filter(|_| permalink && around.shape != Shape::Atom).and_then(|guid| absolute(guid, None))
    };
    from_links.or_else(from_text).or_else(from_atom).or_else(from_guid)
}

/// Where its `link` leads, if that is counted on its way and the feed says so.
fn original(fields: &Fields, link: &Url) -> Option<Url> {
    let said = fields.all("feedburner:origLink").find_map(|field| absolute(&field.text, None))?;
    is_elsewhere(&said, link).then_some(said)
}

/// Where entries say when they appeared. The last of XML is of Atom 0.3, where another entry may say instead when it
/// was `issued`.
pub(super) const APPEARED: &[&str] = &[
    "pubDate",
    "atom:published",
    "published",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
    "atom:created",
    "date_published",
];

/// Where they say when they were changed.
pub(super) const CHANGED: &[&str] = &["atom:updated", "updated", "dcterms:modified", "date_modified"];

/// When it appeared and when it was changed.
pub(super) fn when(given: &model::Entry, fields: &Fields, shape: Shape) -> (Option<Timestamp>, Option<Timestamp>) {
    let said = |names: &[&str]| fields.first(names, |field| dates::timestamp(&field.text));
    let (appeared, changed) = (said(APPEARED), said(CHANGED));
    let published = appeared.or_else(|| instant(given.published));
    match shape {
        Shape::Atom | Shape::Json => (published, changed.or_else(|| instant(given.updated))),
        // feed-rs copies the one into the other.
        Shape::Rss | Shape::Rdf => (published, changed),
    }
}

/// The names of its authors, each as `name` finds it in what is written.
fn authors(given: &model::Entry, fields: &Fields, around: &Around, name: fn(&str) -> Option<String>) -> Vec<String> {
    let name_in = |field: &Field| match &field.markup {
        Some(markup) => name(&text::plain(markup)),
        None => name(&field.text),
    };
    let own = |field| fields.all(field).filter_map(name_in);
    let names: Vec<String> = match around.shape {
        Shape::Atom => {
            let named = |author: &model::Person| name(author.name.as_ref().or(author.email.as_ref())?);
            let given = given.authors.iter().filter_map(named).chain(own("dc:creator"));
            let written = ["atom:author/name", "author/name", "atom:author/email", "author/email"];
            // The latter only where feed-rs could not read the entry.
            let mut names: Vec<String> = given.collect();
            if names.is_empty() {
                names = written
                    .into_iter()
                    .map(|name| own(name).collect())
                    .find(|names: &Vec<_>| !names.is_empty())
                    .unwrap_or_default();
            }
            names
        }
        Shape::Rss | Shape::Rdf | Shape::Json => {
            // As in Atom: a person with a name and an address.
            let persons = ["author/name", "atom:author/name"].into_iter().flat_map(own);
            let is_line = |field: &&Field| !field.markup.as_deref().is_some_and(|markup| markup.contains("<name"));
            let lines = fields.all("author").filter(is_line).filter_map(name_in);
            persons.chain(lines).chain(own("dc:creator")).collect()
        }
    };
    let names = if names.is_empty() { own("itunes:author").collect() } else { names };
    let inherited = matches!(around.shape, Shape::Atom | Shape::Json);
    let names = if names.is_empty() && inherited { around.authors.to_vec() } else { names };
    each_once(names.into_iter(), MOST_AUTHORS)
}

fn has_garbled_authors(given: &model::Entry, fields: &Fields) -> bool {
    let written = ["author", "dc:creator", "itunes:author"].into_iter().flat_map(|name| fields.all(name));
    let names = given.authors.iter().filter_map(|author| author.name.as_deref());
    written.map(|field| &*field.text).chain(names).any(|name| text::mojibake::mended(name).is_some())
}

/// Its categories, and as they came if that was garbled.
fn categories(given: &model::Entry, fields: &Fields) -> (Vec<String>, Option<Vec<String>>) {
    let terms = given.categories.iter().map(|category| match &category.label {
        Some(label) if category.term.trim().is_empty() => label.as_str(),
        _ => category.term.as_str(),
    });
    let written = |field| {
        let named = ["text", "term", "label"].into_iter().find_map(|name| Field::attribute(field, name));
        named.unwrap_or(&field.text)
    };
    let more = ["atom:category", "category", "dc:subject", "media:category", "itunes:category"]
        .into_iter()
        .flat_map(|name| fields.all(name).map(written));
    let (titles, garbled): (Vec<_>, Vec<_>) = terms.chain(more).map(text::title_and_original).unzip();
    let came = garbled.iter().any(Option::is_some).then(|| {
        let came = titles.iter().zip(garbled).map(|(title, garbled)| garbled.unwrap_or_else(|| title.clone()));
        each_once(came, MOST_CATEGORIES)
    });
    (each_once(titles.into_iter(), MOST_CATEGORIES), came)
}

fn each_once(words: impl Iterator<Item = String>, most: usize) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for word in words {
        if !word.is_empty() && !each.contains(&word) && each.len() < most {
            each.push(word);
        }
    }
    each
}

fn enclosures(given: &model::Entry, fields: &Fields, around: &Around) -> Vec<Enclosure> {
    let linked = given.links.iter().filter(|link| match around.shape {
        Shape::Json => link.media_type.is_some(),
        _ => is_related(link.rel.as_deref(), "enclosure"),
    });
    let feed_base = around.base.or(around.feed_link);
    let linked = linked.filter_map(|link| enclosure(&link.href, link.media_type.as_deref(), link.length, feed_base));
    let attached = |field: &Field| {
        let href = field.attribute("url").or_else(|| field.attribute("href"))?;
        let length = field.attribute("length").or_else(|| field.attribute("fileSize"));
        enclosure(href, field.attribute("type"), length.and_then(bytes), base_of(field, around))
    };
    let of_atom = fields.all("atom:link").filter(|link| is_related(link.attribute("rel"), "enclosure"));
    let is_played = |media: &&Field| match media.attribute("type") {
        Some(kind) => kind.starts_with("audio/") || kind.starts_with("video/"),
        None => matches!(media.attribute("medium"), Some("audio" | "video")),
    };
    let carriers = fields.all("enclosure").chain(of_atom).chain(fields.all("media:content").filter(is_played));
    let mut each: Vec<Enclosure> = Vec::new();
    let mut room_bytes = MOST_ENCLOSURE_BYTES;
    for found in linked.chain(carriers.filter_map(attached)) {
        let length_bytes = found.url.as_str().len();
        if each.len() < MOST_ENCLOSURES && length_bytes <= room_bytes && each.iter().all(|other| other.url != found.url)
        {
            room_bytes -= length_bytes;
            each.push(found);
        }
    }
    each
}

fn enclosure(href: &str, kind: Option<&str>, length: Option<u64>, base: Option<&Url>) -> Option<Enclosure> {
    let url = absolute(href, base)?;
    let mime_type = kind.map(str::trim).filter(|kind| !kind.is_empty() && kind.len() <= 100).map(str::to_owned);
    Some(Enclosure { url, mime_type, length: length.filter(|length| *length > 0) })
}

/// Where the relative links of a field start.
fn base_of<'a>(field: &'a Field, around: &Around<'a>) -> Option<&'a Url> {
    field.base.as_deref().or(around.base).or(around.feed_link)
}

/// A length as people write it: `1234`, `1,234`, `1 234`.
fn bytes(length: &str) -> Option<u64> {
    length.replace([',', ' ', '\u{a0}', '\''], "").parse().ok()
}

fn image(fields: &Fields, around: &Around) -> Option<Url> {
    let is_picture = |field: &&Field| {
        field.attribute("medium") == Some("image")
            || field.attribute("type").is_some_and(|kind| kind.starts_with("image/"))
    };
    let width = |field: &&Field| field.attribute("width").and_then(|width| width.parse::<u32>().ok()).unwrap_or(0);
    let linked =
        |field: &Field| absolute(field.attribute("url").or_else(|| field.attribute("href"))?, base_of(field, around));
    // The largest, the first of several such.
    let thumbnail = fields.all("media:thumbnail").rev().max_by_key(width);
    let picture = fields.all("media:content").filter(is_picture).rev().max_by_key(width);
    let named = fields.all("itunes:image").chain(thumbnail).chain(picture);
    let mut pictures = named.chain(fields.all("enclosure").filter(is_picture));
    let plain = || fields.first(&["image"], |field| absolute(&field.text, base_of(field, around)));
    pictures.find_map(linked).or_else(plain)
}

fn language<'e>(given: &'e model::Entry, fields: &'e Fields) -> Option<&'e str> {
    let said = fields
        .attribute("xml:lang")
        .or_else(|| fields.text(&["dc:language", "language"]))
        .or(given.language.as_deref());
    said.and_then(tag)
}

/// A language as a feed may say it: short, and nothing that is no word.
pub(super) fn tag(language: &str) -> Option<&str> {
    let no_word = |letter: char| letter.is_control() || "<>\"'`&=".contains(letter);
    let language = language.trim();
    (!language.is_empty() && language.len() <= 35 && !language.contains(no_word)).then_some(language)
}

/// A title for an entry without one: the first sentence of its text, else the
/// address it links or attaches, else its id; nothing if it says nothing.
fn substitute(entry: &Entry) -> Option<String> {
    let text = text::one_line(text::head(&entry.text(), 4096));
    if !text.is_empty() {
        let ends = |(at, mark): (usize, &str)| text[at + mark.len()..].starts_with(' ').then_some(at + mark.len());
        let end =
            text.match_indices(['.', '!', '?']).find_map(ends).or_else(|| Some(text.find('。')? + '。'.len_utf8()));
        let sentence = &text[..end.filter(|end| *end >= 20).unwrap_or(text.len())];
        let sentence = text::cut(sentence.trim_end_matches('.'), SUBSTITUTE_CHARS);
        if !sentence.is_empty() {
            return Some(sentence);
        }
    }
    let link = entry.link.as_ref().or(entry.enclosures.first().map(|enclosure| &enclosure.url));
    let name = link.map(Url::as_str).or(entry.guid.as_deref())?;
    Some(text::cut(&text::one_line(name), SUBSTITUTE_CHARS))
}
