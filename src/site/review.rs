//! The review feed: the draft that waits, with a signed link for whatever its editor may
//! choose; and what each of these links asks. No list of the tree leads here.

use jiff::Timestamp;

use crate::draft::{Block, Draft, Frozen, Section};
use crate::editor::{Current, Done, Lapsed, News, current, standing};
use crate::publish::feed::{Format, Offered, Review, Reviewed, review};
use crate::publish::html::{self, Answered, Link, Question};
use crate::publish::{Document, Site, words};
use crate::recap::{Recap, State};
use crate::review::{Choice, Key, Pass, ROOT, given_since, good_until};
use crate::store::{OpenDraft, Result};

use super::Library;

impl Library<'_> {
    /// The private feed that `key` gives its address and signs the links of.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn review(&self, key: &Key, format: Format) -> Result<Document> {
        let site = self.site()?;
        let waiting = match (self.store.draft()?, self.store.frozen()?) {
            (Some(open), Some(frozen)) => Some(self.waiting(&site, key, &open, &frozen)?),
            _ => None,
        };
        let feed = review(&site, key.feed(), waiting.as_ref(), self.changed()?);
        // Another key makes other links, and another configuration other words: only the bytes tell.
        Ok(Document { changed: self.now, ..feed.document(&site, format) })
    }

    fn waiting(&self, site: &Site, key: &Key, open: &OpenDraft, frozen: &Frozen) -> Result<Review> {
        let used = self.store.chosen_by_link(open.week)?;
        let until = good_until(open.deadline, self.now);
        let offered = |choice: Choice| {
            let pass = Pass { week: open.week, choice, used: used.get(&choice).copied().unwrap_or(0), until };
            Offered { label: label(choice), url: site.url(&format!("{ROOT}{}", key.signed(&pass))) }
        };
        let Current { frozen, draft, losses, touched: lost, since } =
            current(self.store, frozen, &standing(open, frozen))?;
        let touched = self.store.touched_stories()?;
        let given = given_since(open.deadline, self.now);
        let updated = |changed: Option<Timestamp>| changed.max(given).map_or(open.since, |at| at.max(open.since));
        let reviewed = |section: Section, block: &Block| {
            let story = block.story;
            let loss = losses.iter().find(|loss| loss.story == story).map(ToString::to_string);
            let left_out = frozen.reason(story).filter(|_| section == Section::LeftOut).map(str::to_owned);
            let withdrawn = since.filter(|_| lost.stories.contains(&story));
            Some(Reviewed {
                entry: frozen.edited(block)?,
                section: section.heading(),
                place: place(&draft, block),
                reason: left_out.or(loss),
                links: [Choice::Pin(story), Choice::Drop(story), Choice::Later(story)].map(offered).to_vec(),
                updated: updated(touched.get(&story).copied().max(withdrawn)),
            })
        };
        let of_section = |section| draft.section(section).iter().filter_map(move |block| reviewed(section, block));
        Ok(Review {
            stories: Section::ALL.into_iter().flat_map(of_section).collect(),
            frame: Recap { state: State::Draft, note: draft.note.clone(), ..frozen.frame.clone() },
            since: open.since,
            updated: updated(open.changed.max(since.filter(|_| lost.list || !losses.is_empty()))),
            deadline: open.deadline,
            held: open.held.as_ref().map(ToString::to_string),
            losses: losses.iter().map(ToString::to_string).collect(),
            approve: offered(Choice::Approve),
            until,
        })
    }
}

/// From 1 in the list for all readers; 0 elsewhere.
fn place(draft: &Draft, block: &Block) -> usize {
    draft.chosen().position(|chosen| chosen.story == block.story).map_or(0, |at| at + 1)
}

fn label(choice: Choice) -> &'static str {
    match choice {
        Choice::Pin(_) => "Pin",
        Choice::Drop(_) => "Drop",
        Choice::Later(_) => "Later",
        Choice::Approve => "Approve the draft",
    }
}

/// The page that asks whether `pass`, which is `signed` so, is meant for the story with this headline.
pub fn question(site: &Site, pass: &Pass, signed: &str, headline: Option<&str>) -> Document {
    let week = pass.week.number();
    let (asks, effect, button) = match pass.choice {
        Choice::Pin(_) => (
            "Pin this story?".to_owned(),
            "It moves to the head of the list, behind earlier pins; where the list is full, the last story that is not pinned makes room.",
            "Pin it",
        ),
        Choice::Drop(_) => {
            ("Drop this story?".to_owned(), "It leaves the draft, and no recap will tell of it.", "Drop it")
        }
        Choice::Later(_) => (
            "Keep this story for later?".to_owned(),
            "It leaves the draft, and may be chosen for the week after.",
            "Keep it for later",
        ),
        Choice::Approve => (
            format!("Publish the recap of week {week} now?"),
            "Readers get it at once, as its draft stands.",
            "Publish it",
        ),
    };
    html::review_question(site, &Question { asks, headline, effect, button, to: ROOT, pass: signed, until: pass.until })
}

/// The page that says what was `done` with a pass for the story with this headline.
pub fn done(site: &Site, headline: Option<&str>, done: &Done) -> Document {
    // Its headline stands above, and its id says nothing to a reader.
    let said: Vec<String> = done.lines(headline.map(|_| "it")).iter().map(|line| sentence(line)).collect();
    let on = match &done.news {
        News::Published(recap) | News::Amended(recap) => {
            Link { title: format!("To the recap of week {}", recap.week.number()), path: recap.path() }
        }
        News::Nothing | News::Glance | News::Held => front_page(),
    };
    html::review_word(site, &Answered { heading: "It is done", headline, said: &said, on })
}

/// The page that says why nothing was.
pub fn lapsed(site: &Site, lapsed: &Lapsed) -> Document {
    let said = [sentence(&lapsed.to_string())];
    let on = match lapsed {
        Lapsed::Published(week) => {
            Link { title: format!("To the recap of week {}", week.number()), path: format!("/w/{week}/") }
        }
        _ => front_page(),
    };
    html::review_word(site, &Answered { heading: "Nothing was changed", headline: None, said: &said, on })
}

fn front_page() -> Link {
    Link { title: "To the front page".to_owned(), path: "/".to_owned() }
}

/// What a verb says, as a page does.
fn sentence(said: &str) -> String {
    let stop = if said.ends_with('.') { "" } else { "." };
    format!("{}{stop}", words::capitalised(said))
}
