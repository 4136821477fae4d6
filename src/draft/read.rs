//! A draft read back from a file that an editor had: either all of it is
//! understood, or it is said which line is not.

use std::collections::HashMap;

use super::lines::{END_OF_COMMENT, Line, decoded, flaw};
use super::{Block, Draft, Flaw, HEADLINE_MAX, NOTE_MAX, Section, Sheet};
use crate::id::{AudienceId, StoryId};
use crate::publish::words;
use crate::text::one_line;

type Read<T> = Result<T, Flaw>;

/// See [`Sheet::read`].
pub(super) fn read(sheet: &Sheet, bytes: &[u8]) -> Read<Draft> {
    let text = decoded(bytes)?;
    let mut reader = Reader {
        sheet,
        lines: text.lines().collect(),
        at: 0,
        section: None,
        open: None,
        met: HashMap::new(),
        notes: Vec::new(),
        ended: None,
        draft: Draft::default(),
    };
    reader.header()?;
    while let Some((number, line)) = reader.next() {
        reader.take(number, line)?;
    }
    reader.finished()
}

struct Reader<'r> {
    sheet: &'r Sheet<'r>,
    lines: Vec<&'r str>,
    /// Lines read so far.
    at: usize,
    section: Option<Section>,
    /// The story whose lines are being read.
    open: Option<Open>,
    /// In which line each story began.
    met: HashMap<StoryId, usize>,
    /// Notes before the first section.
    notes: Vec<String>,
    /// The line that ended it.
    ended: Option<usize>,
    draft: Draft,
}

/// A story, as far as it was read.
struct Open {
    line: usize,
    story: StoryId,
    headline: Option<String>,
    audiences: Option<Vec<AudienceId>>,
    notes: Vec<String>,
}

impl<'r> Reader<'r> {
    fn next(&mut self) -> Option<(usize, &'r str)> {
        let line = self.lines.get(self.at)?;
        self.at += 1;
        Some((self.at, line))
    }

    /// The first comment: which draft this is.
    fn header(&mut self) -> Read<()> {
        let right = format!("<!-- recapd draft {}, edition {}", self.sheet.frozen.frame.week, self.sheet.edition);
        let missing = |line| flaw(line, &format!("the first line is missing: it should be `{right}`"));
        let first = loop {
            match self.next() {
                Some((_, line)) if Line::of(line) == Line::Blank => (),
                Some(first) => break first,
                None => return Err(missing(1)),
            }
        };
        let (number, Line::Comment(said)) = (first.0, Line::of(first.1)) else { return Err(missing(first.0)) };
        let said = said.trim_end_matches(END_OF_COMMENT).trim();
        let Some((week, edition)) = said.strip_prefix("recapd draft ").and_then(|said| said.split_once(", edition "))
        else {
            return Err(missing(number));
        };
        let own = self.sheet.frozen.frame.week;
        if week.trim() != own.to_string() {
            return Err(flaw(number, &format!("this is the draft of {}, and {own} is to be published", week.trim())));
        }
        match edition.trim().parse::<u32>() {
            Ok(edition) if edition == self.sheet.edition => self.rest_of_comment(number, first.1).map(drop),
            Ok(edition) if edition < self.sheet.edition => {
                let newest = self.sheet.edition;
                Err(flaw(
                    number,
                    &format!(
                        "this was begun from edition {edition}, and recapd wrote edition {newest} since, by a verb: put in \
                         what that changed, and write `edition {newest}` here"
                    ),
                ))
            }
            Ok(edition) => {
                let newest = self.sheet.edition;
                Err(flaw(number, &format!("recapd wrote no edition {edition} yet: write `edition {newest}` here")))
            }
            Err(_) => {
                Err(flaw(number, &format!("the edition is no number: write `edition {}` here", self.sheet.edition)))
            }
        }
    }

    fn take(&mut self, number: usize, line: &'r str) -> Read<()> {
        let read = Line::of(line);
        if let Some(end) = self.ended.filter(|_| read != Line::Blank) {
            return Err(flaw(number, &format!("the draft ends in line {end}: nothing may stand below it")));
        }
        match read {
            Line::Blank => Ok(()),
            Line::Comment(said) => self.comment(number, line, said),
            Line::Section(name) => self.section(number, name),
            Line::Headline(headline) => self.headline(number, headline),
            Line::For(audiences) => self.audiences(number, audiences),
            Line::Note(note) => self.note(number, note),
            Line::Other(text) if text.ends_with(END_OF_COMMENT) => {
                Err(flaw(number, "a comment ends here that did not begin: its first line, `<!-- story ..`, is missing"))
            }
            Line::Other(_) => Err(flaw(
                number,
                "this is no part of a draft: a headline begins with `###`, words of your own begin with `>`",
            )),
        }
    }

    /// Goes to the end of the comment that begins in line `number`; gives whether
    /// that is its only line.
    fn rest_of_comment(&mut self, number: usize, line: &str) -> Read<Extent> {
        let ends = |line: &str| line.trim_end().ends_with(END_OF_COMMENT);
        if ends(line) {
            return Ok(Extent::OneLine);
        }
        while let Some((_, line)) = self.next() {
            if matches!(Line::of(line), Line::Comment(_) | Line::Section(_) | Line::Headline(_)) {
                break;
            }
            if ends(line) {
                return Ok(Extent::Several);
            }
        }
        Err(flaw(number, "the comment that begins here does not end: `-->` is missing"))
    }

    fn comment(&mut self, number: usize, line: &str, said: &str) -> Read<()> {
        self.close()?;
        let said = said.trim_end_matches(END_OF_COMMENT).trim();
        if let Some(story) = said.strip_prefix("story ") {
            self.rest_of_comment(number, line)?;
            return self.story(number, story);
        }
        if let Some(end) = said.strip_prefix("end of draft ").filter(|_| line.trim_end().ends_with(END_OF_COMMENT)) {
            return self.end(number, end);
        }
        let why = "only comments that recapd wrote may stand here: `<!-- story ID` above a headline, and the last line; \
                   words of your own begin with `>`";
        Err(flaw(number, why))
    }

    fn story(&mut self, number: usize, said: &str) -> Read<()> {
        let frozen = self.sheet.frozen;
        let id = said.split_whitespace().next().unwrap_or_default();
        let Ok(story) = id.parse::<StoryId>() else {
            return Err(flaw(number, &format!("`{id}` is no story's id: it has 32 digits, as recapd wrote it")));
        };
        if self.section.is_none() {
            let heading = Section::Top.heading();
            return Err(flaw(number, &format!("a story stands above `## {heading}`: the heading is missing")));
        }
        if frozen.candidate(story).is_none() {
            let (short, week) = (story.short(), frozen.frame.week);
            let why = format!(
                "story {short} is no candidate of {week}: take it out; a draft holds only what recapd wrote into it"
            );
            return Err(flaw(number, &why));
        }
        if let Some(before) = self.met.insert(story, number) {
            let why = format!("story {} stands in line {before} already: take one of them out", story.short());
            return Err(flaw(number, &why));
        }
        self.open = Some(Open { line: number, story, headline: None, audiences: None, notes: Vec::new() });
        Ok(())
    }

    /// The story that was being read is complete.
    fn close(&mut self) -> Read<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let Some(headline) = open.headline else {
            let why =
                format!("story {} has no headline: a line that begins with `###` should follow", open.story.short());
            return Err(flaw(open.line, &why));
        };
        let note = joined(&open.notes);
        if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
            return Err(too_long(open.line, "note", NOTE_MAX));
        }
        let block = Block { story: open.story, headline, audiences: open.audiences, note };
        let section = self.section.unwrap_or(Section::Top);
        if section == Section::Beside && self.is_for_nobody(&block) {
            let heading = Section::Beside.heading();
            let why = format!(
                "story {} is for nobody: below `## {heading}` it needs a line `For:` that names an audience",
                block.story.short()
            );
            return Err(flaw(open.line, &why));
        }
        self.draft.section_mut(section).push(block);
        Ok(())
    }

    /// Whether no audience would find it.
    fn is_for_nobody(&self, block: &Block) -> bool {
        let frozen = self.sheet.frozen.candidate(block.story).map(|candidate| &candidate.entry.audiences);
        block.audiences.as_ref().map_or_else(|| frozen.is_none_or(Vec::is_empty), Vec::is_empty)
    }

    fn section(&mut self, number: usize, name: &str) -> Read<()> {
        self.close()?;
        let next = Section::ALL.into_iter().find(|section| self.section.is_none_or(|last| *section > last));
        match next {
            Some(next) if next.heading().eq_ignore_ascii_case(name) => {
                self.section = Some(next);
                Ok(())
            }
            Some(next) => {
                Err(flaw(number, &format!("`## {}` should stand here, or above: it is missing", next.heading())))
            }
            None => Err(flaw(number, "a draft has no more sections: take this heading out")),
        }
    }

    fn headline(&mut self, number: usize, headline: &str) -> Read<()> {
        let headline = one_line(headline);
        if headline.is_empty() {
            return Err(flaw(number, "the headline is missing: write it behind `###`"));
        }
        if headline.chars().count() > HEADLINE_MAX {
            return Err(too_long(number, "headline", HEADLINE_MAX));
        }
        match &mut self.open {
            Some(open) if open.headline.is_none() => open.headline = Some(headline),
            _ => {
                return Err(flaw(
                    number,
                    "whose headline is this? its comment, `<!-- story ID .. -->`, should stand above it",
                ));
            }
        }
        Ok(())
    }

    fn audiences(&mut self, number: usize, said: &str) -> Read<()> {
        let known: Vec<&str> =
            self.sheet.frozen.frame.audiences.iter().map(|share| share.audience.id.as_str()).collect();
        let mut audiences: Vec<AudienceId> = Vec::new();
        for name in said.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let audience = name.parse::<AudienceId>().ok().filter(|audience| known.contains(&audience.as_str()));
            let Some(audience) = audience else {
                return Err(flaw(number, &format!("there is no audience `{name}`; there are {}", known.join(", "))));
            };
            if !audiences.contains(&audience) {
                audiences.push(audience);
            }
        }
        match &mut self.open {
            Some(Open { headline: Some(_), audiences: unsaid @ None, .. }) => *unsaid = Some(audiences),
            Some(Open { audiences: Some(_), .. }) => {
                return Err(flaw(number, "a story has one line that begins with `For:`: is a headline missing above?"));
            }
            _ => return Err(flaw(number, "`For:` belongs below the headline of a story")),
        }
        Ok(())
    }

    fn note(&mut self, number: usize, note: &str) -> Read<()> {
        match &mut self.open {
            Some(Open { headline: Some(_), notes, .. }) => notes.push(note.to_owned()),
            Some(_) => return Err(flaw(number, "a note belongs below the headline of its story")),
            None if self.section.is_none() => self.notes.push(note.to_owned()),
            None => {
                return Err(flaw(
                    number,
                    "whose note is this? it belongs below a headline, or above the first section",
                ));
            }
        }
        Ok(())
    }

    /// The last line: `2026-W19: 27 stories -->`.
    fn end(&mut self, number: usize, said: &str) -> Read<()> {
        let own = self.sheet.frozen.frame.week;
        let count = said.split_once(": ").filter(|(week, _)| *week == own.to_string()).map(|(_, count)| count);
        let count = count.and_then(|count| count.split_whitespace().next()).and_then(|count| count.parse().ok());
        let Some(count) = count else {
            return Err(flaw(number, &format!("the last line should be `{}`", self.last_line())));
        };
        self.draft.count = count;
        self.ended = Some(number);
        Ok(())
    }

    fn last_line(&self) -> String {
        let frozen = self.sheet.frozen;
        format!("<!-- end of draft {}: {} -->", frozen.frame.week, words::count(frozen.chosen, "story"))
    }

    fn finished(mut self) -> Read<Draft> {
        self.close()?;
        let Some(end) = self.ended else {
            let why =
                format!("the end is missing: the last line should be `{}`; was the file cut off?", self.last_line());
            return Err(flaw(self.lines.len(), &why));
        };
        if self.section != Some(Section::LeftOut) {
            let next = Section::ALL.into_iter().find(|section| self.section.is_none_or(|last| *section > last));
            let heading = next.unwrap_or(Section::LeftOut).heading();
            return Err(flaw(end, &format!("`## {heading}` should stand above: it is missing")));
        }
        let frozen = self.sheet.frozen;
        let kept = self.met.keys().filter(|story| frozen.was_chosen(**story)).count();
        if kept * 2 < self.draft.count {
            let of = self.draft.count;
            let why = format!(
                "only {kept} of the {of} stories that were chosen are still here: if the others are to go, write \
                 `{}` here, else bring them back",
                words::count(kept, "story")
            );
            return Err(flaw(end, &why));
        }
        self.draft.note = joined(&self.notes);
        if self.draft.note.as_ref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
            return Err(too_long(1, "note", NOTE_MAX));
        }
        Ok(self.draft)
    }
}

/// Whether a comment ends in the line in which it begins.
#[derive(PartialEq)]
enum Extent {
    OneLine,
    Several,
}

/// The lines of a note as one; none of no words.
fn joined(notes: &[String]) -> Option<String> {
    let note = one_line(&notes.join(" "));
    (!note.is_empty()).then_some(note)
}

fn too_long(line: usize, what: &str, most: usize) -> Flaw {
    flaw(line, &format!("the {what} is too long: {most} characters at most"))
}
