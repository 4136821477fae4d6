//! A draft as a text: Markdown that an editor may change with any text editor.

use std::fmt::Write;

use super::{Block, Candidate, Draft, NOTE_MAX, Section, Sheet};
use crate::publish::inert::{self, printable};
use crate::publish::words;
use crate::rank::as_shown;
use crate::text::{cut, one_line};

/// Characters of a card's first line in a comment.
const NEWS_MAX: usize = 200;

/// What may be done to it; stands in its first comment.
const MANUAL: &str = "\
Order    a story is its comment and all lines below, up to the next comment: move them together
Cards    stories under \"Top stories\" get a card, those under \"Also this week\" a line
Some     those under \"For single audiences\" are only in the recaps of whom For: names
Drop     delete a story, or move it below \"Left out\"; take one in by moving it up from there
Headline change the words behind ###
For whom change the ids behind For:
Note     write lines that begin with > below a headline, or above \"Top stories\" for the whole recap";

/// See [`Sheet::write`].
pub(super) fn written(sheet: &Sheet, draft: &Draft) -> String {
    let week = sheet.frozen.frame.week;
    let mut text = format!("<!-- recapd draft {week}, edition {}\n\n", sheet.edition);
    text += &format!("What stands here is published {}. Save it, and that is all.\n\n{MANUAL}\n\n", sheet.deadline);
    text += &format!("Leave the comments as they are. What recapd cannot read is not published: {week}.md.hold then\n");
    text += "says which line, and what would be right. -->\n";
    if let Some(note) = &draft.note {
        text += &format!("\n> {}\n", plain(note));
    }
    for section in Section::ALL {
        text += &format!("\n## {}\n", section.heading());
        draft.section(section).iter().for_each(|block| add(&mut text, sheet, block));
    }
    text += &format!("\n<!-- end of draft {week}: {} -->\n", words::count(draft.count, "story"));
    text
}

fn add(text: &mut String, sheet: &Sheet, block: &Block) {
    let comment = sheet.frozen.candidate(block.story).map(|candidate| facts(sheet, candidate)).unwrap_or_default();
    let written = write!(text, "\n<!-- story {}{comment} -->\n### {}\n", block.story, block.headline);
    written.expect("writing to memory cannot fail");
    if let Some(audiences) = &block.audiences {
        let names: Vec<&str> = audiences.iter().map(|audience| audience.as_str()).collect();
        *text += format!("For: {}", names.join(", ")).trim_end();
        text.push('\n');
    }
    if let Some(note) = &block.note {
        *text += &format!("> {}\n", plain(note));
    }
}

/// What an editor wants to know of a story; nobody reads it back.
fn facts(sheet: &Sheet, Candidate { entry, .. }: &Candidate) -> String {
    let mut lines = vec![format!(
        "{} points, {}, {}",
        as_shown(entry.score.total),
        words::count(entry.publishers.len(), "publisher"),
        entry.lead.publisher
    )];
    lines.extend(entry.lead.url.as_deref().and_then(inert::web));
    lines.extend(entry.follows.as_ref().map(|follows| cut(&one_line(&follows.in_words()), NEWS_MAX)));
    let news = entry.insight.what_changed.as_ref();
    lines.extend(news.map(|news| format!("“{}”", cut(&one_line(&news.text), NEWS_MAX))));
    let reason = sheet.frozen.reason(entry.story);
    lines.extend(reason.map(|reason| format!("left out: {reason}")));
    lines.iter().map(|line| format!("\n  {}", inside_a_comment(line))).collect()
}

/// Unable to end the comment it stands in, or to begin another.
fn inside_a_comment(text: &str) -> String {
    one_line(&printable(text)).replace('<', "‹").replace('>', "›")
}

/// A note as it stands in a line.
fn plain(note: &str) -> String {
    cut(&one_line(&printable(note)), NOTE_MAX)
}
