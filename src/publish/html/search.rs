//! The page of a search: its field, and what was found with the words marked.

use std::ops::Range;

use askama::Template;
use jiff::Timestamp;

use crate::publish::card::Card;
use crate::publish::html::document;
use crate::publish::html::page::{Page, announced};
use crate::publish::{Document, Site, words};
use crate::recap::{Entry, Recap};
use crate::search::{Query, said};

/// How much of a text is shown around what was found, in characters.
const SNIPPET_CHARS: usize = 240;

/// Of these, before the first word that was found.
const BEFORE_CHARS: usize = 60;

/// What a search found, as far as one page shows it.
pub struct Results<'a> {
    /// What was looked for.
    pub query: &'a Query,
    /// How many stories were found.
    pub found: usize,
    /// Whether these are all.
    pub is_all: bool,
    /// Which page this is, from 1.
    pub page: usize,
    /// How many there are, at least 1.
    pub pages: usize,
    /// Stories on the pages before.
    pub before: usize,
    /// The stories of this page, best first, each with the recap that it stands in.
    pub entries: Vec<(&'a Recap, &'a Entry)>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    page: Page<'a>,
    results: &'a Results<'a>,
    hits: Vec<Hit<'a>>,
}

/// A story that was found.
struct Hit<'a> {
    card: Card<'a>,
    headline: Vec<Piece>,
    /// Empty where the card says nothing.
    snippet: Vec<Piece>,
}

/// Some words, and whether they were looked for.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Found(String),
}

impl SearchPage<'_> {
    /// Where page `number` of the same search is.
    fn href(&self, number: usize) -> String {
        let page = if number > 1 { format!("&page={number}") } else { String::new() };
        self.page.href(&format!("/search?{}{page}", self.results.query.asked()))
    }

    /// "3 stories", "the best 100 stories".
    fn count(&self) -> String {
        let best = if self.results.is_all { "" } else { "the best " };
        format!("{best}{}", words::count(self.results.found, "story"))
    }
}

impl Hit<'_> {
    /// "Week 19".
    fn week_name(&self) -> String {
        words::weeks(self.card.recap)
    }
}

/// The page of a search: without anything to look for, its field alone.
pub fn search(site: &Site, results: &Results, changed: Timestamp) -> Document {
    let text = results.query.text();
    let title = if text.is_empty() { "Search".to_owned() } else { format!("{text} · Search") };
    // Only the empty field has an address that search engines may know.
    let path = if text.is_empty() { "/search" } else { "" };
    let mut page = Page::new(site, path, &title, "Search in every story that was published");
    if !results.query.phrases().is_empty() {
        page.own = announced(site, &format!("{}: {text}", site.title), "search");
        for feed in &mut page.own {
            feed.href += &format!("?{}", results.query.asked());
        }
    }
    let hits = results.entries.iter().map(|(recap, entry)| hit(site, results.query, recap, entry)).collect();
    document(&SearchPage { page, results, hits }, changed)
}

fn hit<'a>(site: &'a Site, query: &Query, recap: &'a Recap, entry: &'a Entry) -> Hit<'a> {
    let card = Card::new(site, recap, entry);
    let headline = pieces(&entry.headline, &query.marks(&entry.headline));
    let snippet = snippet(query, said(&card.insight));
    Hit { card, headline, snippet }
}

/// The text that has most of what was looked for, around the first of it; of equals the first.
fn snippet<'t>(query: &Query, texts: impl Iterator<Item = &'t str>) -> Vec<Piece> {
    let mut best: Option<(&str, Vec<Range<usize>>)> = None;
    for text in texts {
        let marks = query.marks(text);
        if best.as_ref().is_none_or(|(_, most)| marks.len() > most.len()) {
            best = Some((text, marks));
        }
    }
    let Some((text, marks)) = best else { return Vec::new() };
    let window = window(text, marks.first().map_or(0, |mark| mark.start));
    let inside = marks.into_iter().filter(|mark| mark.start >= window.start && mark.end <= window.end);
    let moved: Vec<Range<usize>> = inside.map(|mark| mark.start - window.start..mark.end - window.start).collect();
    let mut pieces = pieces(&text[window.clone()], &moved);
    if window.start > 0 {
        pieces.insert(0, Piece::Plain("… ".to_owned()));
    }
    if window.end < text.len() {
        pieces.push(Piece::Plain(" …".to_owned()));
    }
    pieces
}

/// As much of `text` as is shown around the byte `at`, from a word to a word where there are any.
fn window(text: &str, at: usize) -> Range<usize> {
    let back = text[..at].char_indices().rev().nth(BEFORE_CHARS).map_or(0, |(start, _)| start);
    let start = text[back..at].find(' ').filter(|_| back > 0).map_or(back, |space| back + space + 1);
    let end = text[start..].char_indices().nth(SNIPPET_CHARS).map_or(text.len(), |(end, _)| start + end);
    let is_whole = end == text.len();
    let space = text[start..end].rfind(' ').filter(|space| !is_whole && start + space > at);
    start..space.map_or(end, |space| start + space)
}

fn pieces(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for mark in marks {
        pieces.push(Piece::Plain(text[at..mark.start].to_owned()));
        pieces.push(Piece::Found(text[mark.clone()].to_owned()));
        at = mark.end;
    }
    pieces.push(Piece::Plain(text[at..].to_owned()));
    pieces.retain(|piece| !matches!(piece, Piece::Plain(words) if words.is_empty()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str, texts: &[&str]) -> String {
        let piece = |piece: Piece| match piece {
            Piece::Plain(words) => words,
            Piece::Found(words) => format!("[{words}]"),
        };
        snippet(&Query::of(query), texts.iter().copied()).into_iter().map(piece).collect()
    }

    #[test]
    fn the_text_that_says_most_of_it_is_shown() {
        let texts = ["A fund.", "The fund leads the round.", "A fund leads its round."];
        assert_eq!(shown("fund round", &texts), "The [fund] leads the [round].");
        assert_eq!(shown("missing", &texts), "A fund.");
        assert_eq!(shown("missing", &[]), "");
    }

    #[test]
    fn a_long_text_is_cut_around_what_was_found() {
        let long = format!("{}here it is {}", "before ".repeat(50), "after ".repeat(50));
        let said = shown("here", &[&long]);
        assert!(said.starts_with("… before") && said.contains("[here] it is") && said.ends_with("after …"), "{said}");
        assert!(said.chars().count() < SNIPPET_CHARS + 10, "{said}");
        let chinese = format!("{}模型{}", "新".repeat(500), "闻".repeat(500));
        let said = shown("模型", &[&chinese]);
        assert!(said.starts_with("… 新") && said.contains("[模型]闻") && said.ends_with("闻 …"), "{said}");
    }
}
