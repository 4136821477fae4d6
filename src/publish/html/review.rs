//! The pages that a link of the review feed opens: what it would do, with one button,
//! and what came of it.

use askama::Template;
use jiff::Timestamp;

use crate::publish::html::document;
use crate::publish::html::page::Page;
use crate::publish::{Document, Site, words};

/// What an editor is asked once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// "Pin this story?"
    pub asks: String,
    /// The headline that it is about; none: the whole draft.
    pub headline: Option<&'a str>,
    /// What it would do, in a sentence.
    pub effect: &'a str,
    /// "Pin it".
    pub button: &'a str,
    /// Where the button sends the pass: one of our paths.
    pub to: &'a str,
    /// Signed.
    pub pass: &'a str,
    /// Until when it is good.
    pub until: Timestamp,
}

#[derive(Template)]
#[template(path = "review.html")]
struct QuestionPage<'a> {
    page: Page<'a>,
    question: &'a Question<'a>,
    until: String,
}

#[derive(Template)]
#[template(path = "review_word.html")]
struct WordPage<'a> {
    page: Page<'a>,
    heading: &'a str,
    said: &'a [String],
}

/// Asks whether it is meant. Whoever only looks at it has done nothing.
pub fn review_question(site: &Site, question: &Question) -> Document {
    let page = Page::new(site, "", &question.asks, question.effect);
    let until = words::moment(question.until, &site.zone);
    document(&QuestionPage { page, question, until }, Timestamp::UNIX_EPOCH)
}

/// Says what was done, or why nothing was.
pub fn review_word(site: &Site, heading: &str, said: &[String]) -> Document {
    let page = Page::new(site, "", heading, heading);
    document(&WordPage { page, heading, said }, Timestamp::UNIX_EPOCH)
}
