//! `recapd merge` and `recapd split`: what an editor says of stories.

use std::process::ExitCode;

use anyhow::Result;

use super::output::{self, Style};
use super::reach::{Wish, ask, granted};
use crate::daemon::control::{self, Answer, Request, Writer};
use crate::store::Store;
use crate::story::word::Word;

/// Does it, and says what is true now.
pub fn perform(word: Word, wish: &Wish, style: Style) -> Result<ExitCode> {
    let answer = match wish.writer_of_a_store()? {
        Writer::Daemon(socket) => ask(&socket, &Request::Edit(word))?,
        Writer::Us(_lock) => {
            let mut store = Store::open(&wish.config.store.path)?;
            granted(control::edited(store.edit(&word, wish.clock().now())?))?
        }
    };
    match (&answer, style) {
        (_, Style::Json) => output::line(&answer.line())?,
        (Answer::Done(said), Style::Words) => said.iter().try_for_each(|said| output::line(said))?,
        _ => (),
    }
    Ok(ExitCode::SUCCESS)
}
