//! JSON Feed: set right where publishers err in a type, then read by feed-rs.

use std::borrow::Cow;

use memchr::memmem;
use serde_json::{Map, Value, json};

use super::fields::{Fields, Outline};
use super::salvage::Reading;
use super::shape::Shape;
use super::{NotAFeed, Skipped, attempt, dates, json_mend, json_value};
use crate::source::Rescue;

/// Members that are text; a number is taken for it, anything else left out.
const TEXTS: &[&str] = &[
    "title",
    "home_page_url",
    "feed_url",
    "language",
    "description",
    "icon",
    "favicon",
    "id",
    "url",
    "external_url",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "date_modified",
    "name",
    "mime_type",
];

/// The feed in a JSON text.
///
/// # Errors
///
/// If it is no JSON or no feed.
pub(super) fn read(text: &str) -> Result<Reading<'static>, NotAFeed> {
    let (mut value, beyond, Given { mut mended, unfinished, has_long_ids }) = value(text)?;
    let root = value.as_object_mut().ok_or(NotAFeed::OtherJson)?;
    let claims = root.get("version").and_then(Value::as_str).is_some_and(|version| version.contains("jsonfeed"));
    let looks = root.contains_key("title") && (root.contains_key("home_page_url") || root.contains_key("feed_url"));
    let items = root.get("items").and_then(Value::as_array).ok_or(NotAFeed::OtherJson)?;
    if !(claims || looks) {
        return Err(NotAFeed::OtherJson);
    }
    let places: Vec<usize> = (0..items.len()).filter(|place| items[*place].is_object()).collect();
    let no_object = |place: &usize| !items[*place].is_object();
    let why = || "an item must be an object".to_owned();
    let mut skipped: Vec<_> =
        (0..items.len()).filter(no_object).map(|index| Skipped { index, entries: 1, why: why() }).collect();
    if beyond > 0 {
        skipped.push(Skipped { index: items.len(), entries: beyond, why: format!("{beyond} more than are looked at") });
    }
    if unfinished > 0 {
        skipped.push(Skipped { index: items.len() + beyond, entries: 1, why: "the document ends in it".to_owned() });
    }
    mended.extend(first_control(text).map(|line| format!("control character, line {line}")));
    let outline = outline(root, &places);
    if set_right(root) || has_long_ids {
        mended.push("members of the wrong type".to_owned());
    }
    root.insert("version".to_owned(), json!("https://jsonfeed.org/version/1.1"));
    root.entry("title").or_insert_with(|| json!(""));
    let text = value.to_string();
    drop(value);
    let feed = attempt::read(&text, None).map_err(|reason| NotAFeed::Damaged { reason })?;
    let rescued = if mended.is_empty() { Rescue::AsIs } else { Rescue::Repaired };
    Ok(Reading { shape: Shape::Json, feed, outline, skipped, rescued, mended })
}

/// How well-formed a text was.
#[derive(Default)]
struct Given {
    mended: Vec<String>,
    /// Items that it ends in.
    unfinished: usize,
    /// Whether ids were taken as they were written that are no numbers to a reader.
    has_long_ids: bool,
}

/// The text as JSON, mended if it has to be, how much of its arrays was left
/// out, and what was mended.
fn value(text: &str) -> Result<(Value, usize, Given), NotAFeed> {
    let as_written = json_value::with_ids_as_written(text);
    let has_long_ids = matches!(as_written, Cow::Owned(_));
    let error = match json_value::bounded(&as_written) {
        Ok((value, beyond)) => return Ok((value, beyond, Given { has_long_ids, ..Given::default() })),
        Err(error) => error,
    };
    drop(as_written);
    let json_mend::Mended { text, notes, unfinished } = json_mend::mended(text);
    let damaged = |_| NotAFeed::Damaged { reason: error.to_string() };
    let (value, beyond) = json_value::bounded(&json_value::with_ids_as_written(&text)).map_err(damaged)?;
    Ok((value, beyond, Given { mended: notes, unfinished, has_long_ids }))
}

/// The line of the first escape, `\u0001`, of a character that no text has.
fn first_control(text: &str) -> Option<usize> {
    let is_one = |place: &usize| {
        let code = text.get(place + 2..place + 6).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        // A backslash before it makes it one itself.
        let backslashes = text[..*place].bytes().rev().take_while(|byte| *byte == b'\\').count();
        code.is_some_and(|code| code < b' ' && !matches!(code, b'\t' | b'\n' | b'\r')) && backslashes % 2 == 0
    };
    let place = memmem::find_iter(text.as_bytes(), "\\u00").find(is_one)?;
    Some(1 + text[..place].matches('\n').count())
}

/// Makes every member of the type that the specification asks for, or drops
/// it; whether anything had to be done. Persons are dropped too: see `persons`.
fn set_right(object: &mut Map<String, Value>) -> bool {
    let mut changed = false;
    for name in TEXTS {
        let text = match object.get(*name) {
            Some(Value::Number(number)) => Some(json!(number.to_string())),
            Some(Value::String(_)) | None => continue,
            Some(_) => None,
        };
        changed |= put(object, name, text);
    }
    object.remove("author");
    object.remove("authors");
    for list in ["attachments", "items"] {
        match object.get_mut(list) {
            Some(Value::Array(values)) => {
                let before = values.len();
                values.retain(Value::is_object);
                changed |= values.len() < before;
                let objects = values.iter_mut().filter_map(Value::as_object_mut);
                changed = objects.fold(changed, |changed, object| set_right(object) | changed);
            }
            Some(_) => changed |= put(object, list, None),
            None => {}
        }
    }
    if let Some(Value::Array(attachments)) = object.get_mut("attachments") {
        attachments.retain(|attachment| attachment.get("url").is_some());
        let objects = attachments.iter_mut().filter_map(Value::as_object_mut);
        changed = objects.fold(changed, |changed, object| attachment(object) | changed);
    }
    let tags = match object.get("tags") {
        Some(Value::Array(tags)) if tags.iter().all(Value::is_string) => return changed,
        Some(Value::Array(tags)) => Some(tags.iter().filter(|tag| tag.is_string()).cloned().collect()),
        Some(Value::String(tag)) => Some(json!([tag])),
        Some(_) => None,
        None => return changed,
    };
    put(object, "tags", tags) | changed
}

/// A media type, which feed-rs insists on, and a size that is a number.
fn attachment(object: &mut Map<String, Value>) -> bool {
    object.entry("mime_type").or_insert_with(|| json!(""));
    let size = match object.get("size_in_bytes") {
        Some(size) => size.as_f64().or_else(|| size.as_str()?.parse().ok()),
        None => return false,
    };
    let size = size.filter(|size| (0.0..1e15).contains(size)).map(|size| json!(size as u64));
    put(object, "size_in_bytes", size)
}

/// Puts a value in the place of another, or drops that; whether that changes anything.
fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>) -> bool {
    match value {
        Some(value) if object.get(name) == Some(&value) => false,
        Some(value) => object.insert(name.to_owned(), value).is_some(),
        None => object.remove(name).is_some(),
    }
}

/// What feed-rs leaves out: pictures, languages, hubs, persons.
fn outline(root: &Map<String, Value>, places: &[usize]) -> Outline<'static> {
    let noted = |object: &Map<String, Value>, names: &[(&str, &str)]| {
        let mut fields = Fields::default();
        for (member, name) in names {
            if let Some(text) = object.get(*member).and_then(Value::as_str) {
                fields.push(name, text);
            }
        }
        persons(object).for_each(|person| fields.push("author", person));
        fields
    };
    let mut feed = noted(root, &[("home_page_url", "home_page_url"), ("feed_url", "feed_url")]);
    let hub = root.get("hubs").and_then(|hubs| hubs.get(0)?.get("url")?.as_str());
    hub.into_iter().for_each(|hub| feed.push("hub", hub));
    let pictures = [("image", "image"), ("banner_image", "image"), ("language", "language")];
    let entry = |place: &usize| {
        let item = root.get("items")?.get(*place)?.as_object()?;
        let mut fields = noted(item, &pictures);
        // For what is said of it; feed-rs reads the others.
        for name in ["date_published", "date_modified"] {
            let date = match item.get(name) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => continue,
            };
            if dates::timestamp(&date).is_none() {
                fields.push(name, &date);
            }
        }
        fields.place = *place;
        Some(fields)
    };
    Outline { feed, entries: places.iter().filter_map(entry).collect(), ..Outline::default() }
}

/// The names of those who wrote it; feed-rs panics on some.
fn persons(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let each = object.get("authors").and_then(Value::as_array).into_iter().flatten();
    let each = object.get("author").into_iter().chain(each);
    each.filter_map(|person| person.as_str().or_else(|| person.get("name").and_then(Value::as_str)))
}

#[cfg(test)]
mod tests {
    use super::super::{Document, parse};

    /// What is read of these items, what is skipped and what was mended.
    #[track_caller]
    fn check(items: &str, expected: &str) {
        let text = format!(
            "{{\"version\":\"https://jsonfeed.org/version/1\",\"author\":{{\"name\":\"Cy\"}},\"items\":{items}"
        );
        let document = Document { bytes: text.as_bytes(), content_type: None, base_url: None };
        let parsed = parse(document).unwrap();
        let mut said: Vec<String> = Vec::new();
        said.extend(parsed.entries.iter().map(|entry| format!("{} by {}", entry.title, entry.authors.join(", "))));
        said.extend(parsed.skipped.iter().map(|skipped| format!("{}: {}", skipped.index, skipped.why)));
        said.extend(parsed.mended);
        assert_eq!(said.join("; "), expected);
    }

    #[test]
    fn one_bad_item_does_not_cost_the_others() {
        check(
            "[{\"title\":\"One\"},7,{\"title\":\"Two\"}]}",
            "One by Cy; Two by Cy; 1: an item must be an object; members of the wrong type",
        );
        check(
            "[{\"title\":\"One\",\"authors\":[{\"name\":\"Joe the Great—joe@example.com\"}]}]}",
            "One by Joe the Great",
        );
        check("[{\"title\":\"One\"},{}]}", "One by Cy; 1: there is nothing in it");
    }

    #[test]
    fn what_comes_to_nothing_is_said() {
        check(
            "[{\"title\":\"One\"},{\"title\":\"Tw\\u0001o\\\\u0001\",\"date_published\":\"Smarch 13\"}]}\nmade by hand",
            "One by Cy; Two\\u0001 by Cy; text after the feed, line 2; control character, line 1; date of entry 2 not read: `Smarch 13`",
        );
        check("[{\"title\":\"One\\n\\u0009\",\"date_published\":1762077600}]}", "One by Cy; members of the wrong type");
    }

    #[test]
    fn only_so_many_items_are_looked_at() {
        let text =
            format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{}{{}}]}}", "{},".repeat(20_000));
        let parsed = parse(Document { bytes: text.as_bytes(), content_type: None, base_url: None }).unwrap();
        let last = parsed.skipped.last().unwrap();
        assert_eq!((last.index, last.why.as_str()), (10_000, "10001 more than are looked at"));
    }

    #[test]
    fn ill_formed_json_is_mended() {
        check("[{\"title\":\"One\",},],}", "One by Cy; comma without a value, line 1");
        check("[{\"title\":\"One\"},\n{\"title\":\"Tw", "One by Cy; 1: the document ends in it; cut short, line 2");
        check(
            "[{\"title\":\"One\"},{\"authors\":[{\"name\":\"x\"}],\"title\":\"Tw",
            "One by Cy; 1: the document ends in it; cut short, line 1",
        );
        check(
            "[{\"title\":\"One\"},{\"title\":\"cut \\ud83d\"}]}",
            "One by Cy; cut \u{fffd} by Cy; bad escape, line 1",
        );
        check(
            "[{\"title\":\"He said \"no\"\"},{\"id\":01}]}",
            "He said \"no\" by Cy; 01 by Cy; bare quote, line 1; no value of JSON, line 1",
        );
    }

    #[test]
    fn ids_that_differ_in_the_last_digit_are_two() {
        let text = "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":123456789012345678901},\
            {\"id\":123456789012345678902},{\"id\":7}]}";
        let parsed = parse(Document { bytes: text.as_bytes(), content_type: None, base_url: None }).unwrap();
        let ids: Vec<_> = parsed.entries.iter().filter_map(|entry| entry.guid.as_deref()).collect();
        assert_eq!(ids, ["123456789012345678901", "123456789012345678902", "7"]);
    }

    #[test]
    fn sizes_and_tags_of_the_wrong_type_are_set_right() {
        let items = "[{\"title\":\"One\",\"tags\":\"a\",\"attachments\":[{\"url\":\"https://a.test/1\",\"size_in_bytes\":\"12\"}]}]}";
        check(items, "One by Cy; members of the wrong type");
    }
}
