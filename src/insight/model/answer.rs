//! What a model sent back, taken apart. Models wrap JSON in prose and fences, and
//! break it off: what can be read without guessing is read.

use serde_json::{Map, Value};

use super::refusal::{Place, Reason};

/// What a model wrote about a story. Nothing of it is believed yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// For all readers, in the card's order.
    pub parts: Vec<(Place, Vec<Sentence>)>,
    /// For single audiences, in the order given.
    pub readings: Vec<Reading>,
}

/// What it wrote for one audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The id, as the model has it.
    pub audience: String,
    /// Its parts.
    pub parts: Vec<(Place, Vec<Sentence>)>,
}

/// A sentence, and the numbers of the items that it cites.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// As it was sent, trimmed.
    pub text: String,
    /// As they were sent.
    pub items: Vec<i64>,
}

/// The answer in `text`.
///
/// # Errors
///
/// If there is none: no JSON, broken JSON, or nothing in it.
pub fn read(text: &str) -> Result<Answer, Reason> {
    let text = without_thoughts(text);
    let bare = text.trim();
    if bare.is_empty() {
        return Err(Reason::Empty);
    }
    let start = bare.find('{').ok_or_else(|| Reason::Malformed("there is no object in it".to_owned()))?;
    let mut values = serde_json::Deserializer::from_str(&bare[start..]).into_iter::<Value>();
    let Value::Object(whole) = (match values.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) if error.is_eof() => return Err(Reason::Malformed("it breaks off".to_owned())),
        Some(Err(error)) => return Err(Reason::Malformed(error.to_string())),
        None => return Err(Reason::Empty),
    }) else {
        return Err(Reason::Malformed("it is no object".to_owned()));
    };
    let readings = whole.get("readings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let answer = Answer { parts: parts(&whole), readings: readings.iter().filter_map(reading).collect() };
    if answer.parts.is_empty() && answer.readings.is_empty() { Err(Reason::Empty) } else { Ok(answer) }
}

/// Some models think aloud before they answer.
fn without_thoughts(text: &str) -> &str {
    text.rsplit_once("</think>").map_or(text, |(_, answer)| answer)
}

/// What was written for one audience, if it says for which.
fn reading(value: &Value) -> Option<Reading> {
    let object = value.as_object()?;
    let audience = object.get("audience")?.as_str()?.to_owned();
    Some(Reading { audience, parts: parts(object) })
}

/// The parts that have a sentence.
fn parts(object: &Map<String, Value>) -> Vec<(Place, Vec<Sentence>)> {
    let part = |place: Place| {
        let sentences = match object.get(place.key())? {
            Value::Array(all) => all.iter().filter_map(sentence).collect(),
            one => sentence(one).into_iter().collect::<Vec<_>>(),
        };
        (!sentences.is_empty()).then_some((place, sentences))
    };
    Place::ALL.into_iter().filter_map(part).collect()
}

/// A sentence without its items cites none, and is refused for that.
fn sentence(value: &Value) -> Option<Sentence> {
    let text = match value {
        Value::String(text) => text,
        Value::Object(object) => object.get("text")?.as_str()?,
        _ => return None,
    };
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let items = value.get("items").and_then(Value::as_array);
    let items = items.map(|items| items.iter().filter_map(number).collect()).unwrap_or_default();
    let text = text.trim();
    (!text.is_empty()).then(|| Sentence { text: text.to_owned(), items })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match read(text) {
            Ok(answer) => {
                let all = answer.parts.iter().chain(answer.readings.iter().flat_map(|reading| &reading.parts));
                let sentence = |sentence: &Sentence| format!("{} {:?}", sentence.text, sentence.items);
                let part = |(place, all): &(Place, Vec<Sentence>)| {
                    format!("{}: {}", place.key(), all.iter().map(sentence).collect::<Vec<_>>().join(" | "))
                };
                all.map(part).collect::<Vec<_>>().join("; ")
            }
            Err(reason) => reason.to_string(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn what_was_asked_for_is_read() {
        let text = r#"{"hook": [{"text": "A", "items": [1]}], "takeaways": [{"text": "B", "items": [1, "2"]}, {"text": "C"}],
            "readings": [{"audience": "founders", "why_it_matters": [{"text": "D", "items": [2]}]}]}"#;
        check(text, "hook: A [1]; takeaways: B [1, 2] | C []; why_it_matters: D [2]");
    }

    #[test]
    fn wrappings_are_taken_off() {
        check(
            "<think>{\"hook\": 1}</think>Sure:\n```json\n{\"hook\": {\"text\": \"A\", \"items\": [1]}}\n```",
            "hook: A [1]",
        );
        check(r#"{"hook": "A"} {"hook": "B"}"#, "hook: A []");
    }

    #[test]
    fn what_is_no_answer_is_said() {
        check("", "it says nothing");
        check("{}", "it says nothing");
        check(r#"{"hook": [], "takeaways": [{"text": "  "}], "other": 1}"#, "it says nothing");
        check("I am happy to help.", "it is not the JSON that was asked for: there is no object in it");
        check(r#"{"hook": [{"text": "A", "ite"#, "it is not the JSON that was asked for: it breaks off");
        check("{hook}", "it is not the JSON that was asked for: key must be a string at line 1 column 2");
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read_without_harm(text in "\\PC{0,120}") {
            let _ = read(&text);
        }
    }
}
