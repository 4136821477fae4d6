//! JSON as values, as many as any feed has: each costs many times the memory
//! of its bytes, so that what is beyond is passed over.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::many::MOST_LOOKED_AT;

/// More than the values of any feed come to: an item may have a hundred.
const MOST_UNITS: usize = 1 << 20;

/// How many times the memory of a value an object takes, beside what is in it.
const OBJECT_UNITS: usize = 16;

/// The value of a JSON text, and how many elements of its arrays were left out:
/// of each those after the first 10,000, of all those after a million.
///
/// # Errors
///
/// If it is not well-formed.
pub(super) fn bounded(text: &str) -> serde_json::Result<(Value, usize)> {
    let bounds = Bounds { units: Cell::new(MOST_UNITS), left_out: Cell::new(0) };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Bounded(&bounds).deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, bounds.left_out.get()))
}

/// A JSON text with those of its ids in quotes that are numbers and would come back as others, as do
/// those of twenty digits: one may differ from another in the last. No string of it changes, since in a
/// string `"id"` is not followed by a colon.
pub(super) fn with_ids_as_written(text: &str) -> Cow<'_, str> {
    const NAME: &str = "\"id\"";
    let (mut out, mut done) = (String::new(), 0);
    for at in memmem::find_iter(text.as_bytes(), NAME) {
        let Some(given) = text[at + NAME.len()..].trim_start().strip_prefix(':') else { continue };
        let given = given.trim_start();
        let is_of_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'e' | 'E');
        let length = given.find(|letter| !is_of_number(letter)).unwrap_or(given.len());
        let number = &given[..length];
        if serde_json::from_str::<Number>(number).is_ok_and(|read| read.to_string() != number) {
            let begin = text.len() - given.len();
            out += &format!("{}\"{number}\"", &text[done..begin]);
            done = begin + length;
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[done..]) }
}

struct Bounds {
    /// What may still be kept.
    units: Cell<usize>,
    left_out: Cell<usize>,
}

impl Bounds {
    fn take(&self, units: usize) {
        self.units.set(self.units.get().saturating_sub(units));
    }

    fn are_reached(&self) -> bool {
        self.units.get() == 0
    }
}

/// A value within the bounds.
#[derive(Clone, Copy)]
struct Bounded<'b>(&'b Bounds);

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MOST_LOOKED_AT && !self.0.are_reached() {
            self.0.take(1);
            match elements.next_element_seed(self)? {
                Some(element) => kept.push(element),
                None => return Ok(Value::Array(kept)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {
            self.0.left_out.set(self.0.left_out.get() + 1);
        }
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if self.0.are_reached() {
                members.next_value::<IgnoredAny>()?;
            } else {
                self.0.take(if kept.is_empty() { OBJECT_UNITS } else { 2 });
                kept.insert(name, members.next_value_seed(self)?);
            }
        }
        Ok(Value::Object(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        assert_eq!(bounded(text).unwrap(), (serde_json::from_str(text).unwrap(), 0), "{text}");
        assert!(bounded(&format!("{text},")).is_err());
    }

    #[test]
    fn what_is_within_bounds_is_read_whole() {
        check("{\"a\":[1,-2,0.25,1e300,true,null,\"é\\n\",{}],\"b\":{\"c\":[]},\"b\":7}");
        check("[[],18446744073709551615]");
        check("\"x\"");
    }

    #[test]
    fn ids_keep_the_digits_that_were_written() {
        let given =
            "[{\"id\": 123456789012345678901},{\"id\":1.10,\"b\":1.10},{\"id\":7},{\"id\":\"8\"},{\"id\":null}]";
        let kept = "[{\"id\": \"123456789012345678901\"},{\"id\":\"1.10\",\"b\":1.10},{\"id\":7},{\"id\":\"8\"},{\"id\":null}]";
        assert_eq!(with_ids_as_written(given), kept);
        let told = "[{\"a\":\"\\\"id\\\":123456789012345678901\"},\"id\"]";
        assert_eq!(with_ids_as_written(told), told);
    }

    #[test]
    fn an_array_has_so_many_elements() {
        let (value, left_out) = bounded(&format!("[[{}7],1]", "7,".repeat(MOST_LOOKED_AT + 2))).unwrap();
        assert_eq!((value[0].as_array().unwrap().len(), left_out, &value[1]), (MOST_LOOKED_AT, 3, &Value::from(1)));
    }

    #[test]
    fn all_values_come_to_so_much() {
        let objects = format!("[{}{{}}]", "{\"a\":7},".repeat(9_000));
        let (value, left_out) = bounded(&format!("[{}0]", format!("{objects},").repeat(20))).unwrap();
        let kept: usize = value.as_array().unwrap().iter().filter_map(Value::as_array).map(Vec::len).sum();
        assert!(left_out > 0 && kept <= MOST_UNITS / OBJECT_UNITS, "{kept}");
    }
}
