//! Between SQLite's values and ours. A value that we wrote and cannot read
//! back is an error of the database, never a panic.

use jiff::Timestamp;
use jiff::tz::Offset;
use rusqlite::types::{FromSql, ToSqlOutput, Type, ValueRef};
use rusqlite::{Row, ToSql};

/// A column read as text and parsed.
pub fn parsed<T>(row: &Row, column: &str) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error| unreadable(row, column, error))
}

/// The same for a column that may be null.
pub fn parsed_or_none<T>(row: &Row, column: &str) -> rusqlite::Result<Option<T>>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|error| unreadable(row, column, error))).transpose()
}

/// A column that holds JSON.
pub fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(row, column, error))
}

/// The columns of a row, one after the other in the order of their SELECT. By its
/// name a column is looked for among all of them, which takes longer than reading
/// it: not for rows that are read by the thousand.
pub struct InOrder<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> InOrder<'r, 's> {
    /// From the first column on.
    pub fn of(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub fn value<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    /// The next column, read as text and parsed.
    pub fn parsed<T>(&mut self) -> rusqlite::Result<T>
    where
        T: std::str::FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let column = self.next;
        self.parsed_or_none()?.ok_or(rusqlite::Error::InvalidColumnType(column, "text".to_owned(), Type::Null))
    }

    /// The same if it may be null.
    pub fn parsed_or_none<T>(&mut self) -> rusqlite::Result<Option<T>>
    where
        T: std::str::FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let column = self.next;
        let text = self.text()?;
        text.map(|text| text.parse().map_err(|error| unreadable_at(column, error))).transpose()
    }

    /// The next column, which holds JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> rusqlite::Result<T> {
        let column = self.next;
        let text = self.text()?.unwrap_or_default();
        serde_json::from_str(text).map_err(|error| unreadable_at(column, error))
    }

    /// The next column, bytes that may be null, where they stand: not copied.
    pub fn blob(&mut self) -> rusqlite::Result<Option<&'r [u8]>> {
        let column = self.next;
        self.next += 1;
        let unreadable = |error| rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error));
        self.row.get_ref(column)?.as_blob_or_null().map_err(unreadable)
    }

    /// The next column where it stands, not copied.
    fn text(&mut self) -> rusqlite::Result<Option<&'r str>> {
        let column = self.next;
        self.next += 1;
        self.row.get_ref(column)?.as_str_or_null().map_err(|error| unreadable_at(column, error))
    }
}

fn unreadable(row: &Row, column: &str, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    unreadable_at(index, error)
}

fn unreadable_at(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// An instant as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Of the years 0 to 9999.
    Usual([u8; 20]),
    /// Of any other, with more digits.
    Long(String),
}

impl ToSql for Written {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = match self {
            Self::Usual(text) => text.as_slice(),
            Self::Long(text) => text.as_bytes(),
        };
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(text)))
    }
}

/// An instant as it is stored: UTC with whole seconds, so that it sorts as text, and as [`Timestamp`] writes itself. An
/// item has seven of them, so nothing is taken from the heap for it.
pub fn at(instant: Timestamp) -> Written {
    let whole = Timestamp::from_second(instant.as_second()).unwrap_or(instant);
    let civil = Offset::UTC.to_datetime(whole);
    let Ok(year @ 0..=9999) = u16::try_from(civil.year()) else { return Written::Long(whole.to_string()) };
    let mut text = *b"0000-00-00T00:00:00Z";
    let small = [(5, civil.month()), (8, civil.day()), (11, civil.hour()), (14, civil.minute()), (17, civil.second())];
    let small = small.map(|(place, number)| (place, u16::from(number.unsigned_abs())));
    for (place, number) in [(0, year / 100), (2, year % 100)].into_iter().chain(small) {
        for (digit, value) in text[place..].iter_mut().zip([number / 10, number % 10]) {
            *digit += value as u8;
        }
    }
    Written::Usual(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(instant: Timestamp) {
        let expected = Timestamp::from_second(instant.as_second()).unwrap().to_string();
        let written = match at(instant) {
            Written::Usual(text) => String::from_utf8(text.to_vec()).unwrap(),
            Written::Long(text) => text,
        };
        assert_eq!(written, expected);
    }

    #[test]
    fn the_first_and_the_last_instant_are_written_too() {
        [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH].into_iter().for_each(check);
    }

    proptest! {
        #[test]
        fn an_instant_is_written_as_it_writes_itself(seconds in -80_000_000_000i64..253_000_000_000, nanos in 0i32..1_000_000_000) {
            check(Timestamp::new(seconds, nanos).unwrap());
        }
    }
}
