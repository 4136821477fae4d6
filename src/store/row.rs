//! Between SQLite's values and ours. A value that we wrote and cannot read
//! back is an error of the database, never a panic.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use rusqlite::Row;
use rusqlite::types::{FromSql, Type};

/// As [`Timestamp`] writes itself.
const PRINTER: DateTimePrinter = DateTimePrinter::new();

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

/// An instant as it is stored: UTC with whole seconds, so that it sorts as text.
pub fn at(instant: Timestamp) -> String {
    let whole = Timestamp::from_second(instant.as_second()).unwrap_or(instant);
    let mut text = String::with_capacity("2026-05-04T08:00:00Z".len());
    // Into a text that has room at once: an item has five of them. A String takes whatever is written.
    let _ = PRINTER.print_timestamp(&whole, &mut text);
    text
}
