//! The editor's verbs: a week's draft, its publication, words on stories.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Subcommand;

use super::output::{self, Style};
use super::reach::{Wish, ask, granted};
use crate::config::Config;
use crate::daemon::control::{self, Answer, Request, Writer};
use crate::draft::Word;
use crate::editor::{Act, Amendment, Fresh, News, Newsroom, review_key};
use crate::id::AudienceId;
use crate::publish::feed::Format;
use crate::recap::{Loudness, Recap};
use crate::site::{Library, Tree, unwritten, write};
use crate::store::{Handle, Readers, Store};
use crate::week::Week;

/// What an editor does.
#[derive(Debug, Subcommand)]
pub enum Deed {
    /// Write the draft of the week that has ended, for a text editor; of the running week, print a look ahead
    Draft {
        /// As in 2026-W19; without it, the week that waits, has ended, or runs
        #[arg(long, value_name = "WEEK")]
        week: Option<Week>,
        /// Begin again as it was frozen: what was edited is lost
        #[arg(long)]
        fresh: bool,
        /// Print where the review feed is, for your feed reader and nobody else
        #[arg(long, conflicts_with_all = ["week", "fresh"])]
        feed: bool,
    },
    /// Publish the week that has ended, as its draft says, now
    Publish {
        /// As in 2026-W19; without it, the week that waits or has ended
        #[arg(value_name = "WEEK")]
        week: Option<Week>,
    },
    /// Give a story a place in the recap, and 5 points more
    Pin(Stance),
    /// Keep a story out of every recap
    Drop(Stance),
    /// Keep a story for the week after this one
    Later(Stance),
    /// Take back a pin, drop or later: its points decide again
    Undo(Story),
    /// Say something of a story in your own words; an empty text takes it back
    Note(Text),
    /// Give a story another headline; an empty text gives it its own back
    Retitle(Text),
    /// Correct a published recap: a revision more, which tells readers what was wrong
    Amend {
        /// As in 2026-W19
        #[arg(value_name = "WEEK")]
        week: Week,
        /// The story that is corrected: its id, or the first digits of it
        #[arg(long, value_name = "STORY")]
        story: Option<String>,
        /// Its headline from now on; its address stays
        #[arg(long, value_name = "TEXT")]
        headline: Option<String>,
        /// Your note on it from now on; an empty text takes it away
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// What readers are told; without it, what was changed
        #[arg(long, value_name = "TEXT")]
        correction: Option<String>,
        /// A slip of the pen: readers are told nothing, and `updated` stays
        #[arg(long)]
        quiet: bool,
    },
    /// Show a published story no more: its page and feeds say why, and nothing of it is quoted
    Withdraw {
        #[command(flatten)]
        story: Story,
        /// Why, for readers
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say for whom a story is; without an audience, the rules do
    Move {
        #[command(flatten)]
        story: Story,
        /// Ids of audiences
        #[arg(value_name = "AUDIENCE")]
        audiences: Vec<AudienceId>,
    },
}

/// A story.
#[derive(Debug, clap::Args)]
pub struct Story {
    /// Its id, or the first digits of it
    #[arg(value_name = "STORY")]
    story: String,
}

/// A story, and why.
#[derive(Debug, clap::Args)]
pub struct Stance {
    #[command(flatten)]
    story: Story,
    /// Why, for the ledger and for readers of its points
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// A story, and words for it.
#[derive(Debug, clap::Args)]
pub struct Text {
    #[command(flatten)]
    story: Story,
    /// The words
    #[arg(value_name = "TEXT")]
    text: String,
}

impl From<Deed> for Act {
    fn from(deed: Deed) -> Self {
        let say = |Story { story }, word| Self::Say { story, word };
        let words = |text: String| Some(text).filter(|text| !text.trim().is_empty());
        match deed {
            Deed::Draft { week, fresh, feed: _ } => Self::Draft { week, fresh: Fresh::from(fresh) },
            Deed::Publish { week } => Self::Publish { week },
            Deed::Amend { week, story, headline, note, correction, quiet } => {
                let loudness = Loudness::from(quiet);
                Self::Amend(Amendment { week, story, headline, note, correction, loudness })
            }
            Deed::Withdraw { story: Story { story }, reason } => Self::Withdraw { story, reason },
            Deed::Pin(Stance { story, note }) => say(story, Word::Pin(note)),
            Deed::Drop(Stance { story, note }) => say(story, Word::Drop(note)),
            Deed::Later(Stance { story, note }) => say(story, Word::Later(note)),
            Deed::Undo(story) => say(story, Word::Undo),
            Deed::Note(Text { story, text }) => say(story, Word::Note(words(text))),
            Deed::Retitle(Text { story, text }) => say(story, Word::Retitle(words(text))),
            Deed::Move { story, audiences } => {
                say(story, Word::Move(Some(audiences).filter(|audiences| !audiences.is_empty())))
            }
        }
    }
}

/// Does it, and says what is true now.
pub async fn perform(deed: Deed, wish: Wish, style: Style) -> Result<ExitCode> {
    match deed {
        Deed::Draft { feed: true, .. } => review_feed(&wish.config, style),
        deed => act(Act::from(deed), wish, style).await,
    }
}

/// Where the review feed is: whoever may read its key may know.
fn review_feed(config: &Config, style: Style) -> Result<ExitCode> {
    let Some(path) = &config.publish.review_key_file else {
        bail!("there is no review feed: name the file of its key with `review_key_file` in `[publish]`");
    };
    let root = config.server.public_url.as_str().trim_end_matches('/');
    let feed = format!("{root}{}", review_key(path)?.feed());
    let address = |format: Format| format!("{feed}.{}", format.ending());
    match style {
        Style::Words => Format::ALL.into_iter().try_for_each(|format| output::line(&address(format)))?,
        Style::Json => output::json(&Format::ALL.map(address))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The same, of an act.
pub async fn act(act: Act, wish: Wish, style: Style) -> Result<ExitCode> {
    let answer = match wish.writer_of_a_store()? {
        Writer::Daemon(socket) => ask(&socket, &Request::Act(act))?,
        Writer::Us(_lock) => granted(done_here(act, &wish).await?)?,
    };
    match (&answer, style) {
        (_, Style::Json) => output::line(&answer.line())?,
        (Answer::Done(said) | Answer::Held(said), Style::Words) => {
            said.iter().try_for_each(|said| output::line(said))?
        }
        _ => (),
    }
    Ok(if let Answer::Held(_) = answer { ExitCode::from(HELD) } else { ExitCode::SUCCESS })
}

/// What a verb ends with where the recap is held: it did what it should, and somebody must act.
const HELD: u8 = 4;

/// Without a daemon, while we hold the lock.
async fn done_here(act: Act, wish: &Wish) -> Result<Answer> {
    let (config, now) = (wish.config.clone(), wish.clock().now());
    let handle = Handle::start(&config.store.path, config.names.clone().into())?;
    let readers = Readers::of(&config.store.path);
    let newsroom = Newsroom { handle: handle.clone(), readers: readers.clone(), config, now };
    let done = newsroom.perform(act).await;
    handle.close().await;
    let mut done = done?;
    // It is done, whatever becomes of its files.
    if let Ok(done) = &mut done
        && let News::Published(recap) | News::Amended(recap) = &done.news
        && let Some(problem) = unwritten_tree(wish, &readers, recap)
    {
        done.without_files(&problem);
    }
    Ok(control::told(done))
}

/// Writes the tree for a static host, where the operator wants one; gives why that failed, and what would help.
pub(super) fn unwritten_tree(wish: &Wish, readers: &Readers, recap: &Recap) -> Option<String> {
    let config = &wish.config;
    let folder = config.publish.folder.as_ref()?;
    let library = |store: &Store| write(&Library { store, config, now: recap.frozen, tree: Tree::Files }, folder);
    let written = readers.ask_here(|store| Ok(library(store)));
    let problem = match written {
        Ok(Ok(_)) => return None,
        Ok(Err(error)) => unwritten(folder, &error),
        Err(error) => unwritten(folder, &error),
    };
    Some(format!("{problem}; mend that, and `recapd export {}` writes them", folder.display()))
}
