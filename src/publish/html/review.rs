//! The pages that a link of the review feed opens: what it would do, with one button,
//! and what came of it.

use askama::Template;
use jiff::Timestamp;

use crate::publish::html::document;
use crate::publish::html::page::{Link, Page};
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

/// What an editor is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<'a> {
    /// "It is done".
    pub heading: &'a str,
    /// The headline that it is about; none: the whole draft, or nothing.
    pub headline: Option<&'a str>,
    /// What is true now, a sentence each.
    pub said: &'a [String],
    /// Where to go from here.
    pub on: Link,
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
    answered: &'a Answered<'a>,
}

/// Asks whether it is meant. Whoever only looks at it has done nothing.
pub fn review_question(site: &Site, question: &Question) -> Document {
    let page = Page::new(site, "", &question.asks, question.effect);
    let until = words::moment(question.until, &site.zone);
    document(&QuestionPage { page, question, until }, Timestamp::UNIX_EPOCH)
}

/// Says what was done, or why nothing was.
pub fn review_word(site: &Site, answered: &Answered) -> Document {
    let page = Page::new(site, "", answered.heading, answered.heading);
    document(&WordPage { page, answered }, Timestamp::UNIX_EPOCH)
}
