//! JSON Feed: set right where publishers err in a type, then read by feed-rs.

use serde_json::{Map, Value, json};

use super::fields::{Fields, Outline};
use super::salvage::Reading;
use super::shape::Shape;
use super::{NotAFeed, Rescue, attempt};

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
pub(super) fn read(text: &str) -> Result<Reading, NotAFeed> {
    let clean = text.trim_start_matches('\u{feff}');
    let damaged = |reason: String| NotAFeed::Damaged { reason };
    let mut value: Value = serde_json::from_str(clean).map_err(|error| damaged(error.to_string()))?;
    let root = value.as_object_mut().ok_or(NotAFeed::OtherJson)?;
    let claims = root.get("version").and_then(Value::as_str).is_some_and(|version| version.contains("jsonfeed"));
    let looks = root.contains_key("title") && (root.contains_key("home_page_url") || root.contains_key("feed_url"));
    if !(claims || looks) || !root.get("items").is_some_and(Value::is_array) {
        return Err(NotAFeed::OtherJson);
    }
    let before = root.clone();
    set_right(root);
    let mended = if *root == before { Vec::new() } else { vec!["members of the wrong type".to_owned()] };
    let outline = outline(&before, root);
    root.insert("version".to_owned(), json!("https://jsonfeed.org/version/1.1"));
    root.entry("title").or_insert_with(|| json!(""));
    let feed = attempt::read(&value.to_string(), None).map_err(damaged)?;
    let rescued = if mended.is_empty() { Rescue::AsIs } else { Rescue::Repaired };
    Ok(Reading { shape: Shape::Json, feed, outline, skipped: Vec::new(), rescued, mended })
}

/// Every member of the type that the specification asks for, or gone.
fn set_right(object: &mut Map<String, Value>) {
    for name in TEXTS {
        match object.get(*name) {
            Some(Value::Number(number)) => {
                let text = number.to_string();
                object.insert((*name).to_owned(), json!(text));
            }
            Some(Value::String(_)) | None => {}
            Some(_) => {
                object.remove(*name);
            }
        }
    }
    if let Some(name) = object.get("author").and_then(Value::as_str) {
        let author = json!({ "name": name });
        object.insert("author".to_owned(), author);
    }
    if object.get("author").is_some_and(|author| !author.is_object()) {
        object.remove("author");
    }
    object.get_mut("author").and_then(Value::as_object_mut).map(set_right);
    for list in ["authors", "attachments", "items"] {
        match object.get_mut(list) {
            Some(Value::Array(values)) => {
                values.retain(Value::is_object);
                values.iter_mut().filter_map(Value::as_object_mut).for_each(set_right);
            }
            Some(_) => drop(object.remove(list)),
            None => {}
        }
    }
    if let Some(Value::Array(attachments)) = object.get_mut("attachments") {
        attachments.retain(|attachment| attachment.get("url").is_some());
        for attachment in attachments.iter_mut().filter_map(Value::as_object_mut) {
            attachment.entry("mime_type").or_insert_with(|| json!(""));
            let size =
                attachment.get("size_in_bytes").and_then(|size| size.as_f64().or_else(|| size.as_str()?.parse().ok()));
            match size.filter(|size| (0.0..1e15).contains(size)) {
                Some(size) => drop(attachment.insert("size_in_bytes".to_owned(), json!(size as u64))),
                None => drop(attachment.remove("size_in_bytes")),
            }
        }
    }
    match object.get_mut("tags") {
        Some(Value::Array(tags)) => tags.retain(Value::is_string),
        Some(Value::String(tag)) => {
            let tags = json!([tag]);
            object.insert("tags".to_owned(), tags);
        }
        Some(_) => drop(object.remove("tags")),
        None => {}
    }
}

/// What feed-rs leaves out: pictures, languages, hubs.
fn outline(before: &Map<String, Value>, root: &Map<String, Value>) -> Outline {
    let noted = |object: &Map<String, Value>, names: &[(&str, &str)]| {
        let mut fields = Fields::default();
        for (member, name) in names {
            if let Some(text) = object.get(*member).and_then(Value::as_str) {
                fields.push(name, text);
            }
        }
        fields
    };
    let mut feed = noted(root, &[("home_page_url", "home_page_url"), ("feed_url", "feed_url")]);
    let hub = before.get("hubs").and_then(|hubs| hubs.get(0)?.get("url")?.as_str());
    hub.into_iter().for_each(|hub| feed.push("hub", hub));
    let items = root.get("items").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let pictures = [("image", "image"), ("banner_image", "image"), ("language", "language")];
    Outline { feed, entries: items.map(|item| noted(item, &pictures)).collect(), depth: 0, foreign: false }
}
