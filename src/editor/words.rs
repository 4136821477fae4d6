//! What an editor asks for: a draft, its publication, a word on a story.

use std::io;

use jiff::Timestamp;

use super::file::Written;
use super::last_said::heard;
use super::look::digest;
use super::{Done, Door, DraftFile, Event, Fresh, Look, News, Newsroom, Note, Refusal, Tended, Tidings};
use crate::compose::{Extent, History, Order, due, freeze, publish_due, running_week};
use crate::config::Config;
use crate::draft::{Draft, Fate, Frozen, HEADLINE_MAX, Loss, Mark, NOTE_MAX, Sheet, Word};
use crate::id::{AudienceId, StoryId};
use crate::publish::inert::printable;
use crate::publish::words::{count, moment};
use crate::recap::{Issue, Recap};
use crate::store::{DraftChange, Kept, OpenDraft, Result, Store};
use crate::story::word::Grouping;
use crate::text::one_line;
use crate::week::Week;

pub(super) type Told = Result<std::result::Result<Done, Refusal>>;

/// Where a story stands with an editor.
enum Standing {
    /// In the draft that waits.
    Drafted(Box<OpenDraft>, Box<Frozen>),
    /// In the running week.
    Running(Week, Mark),
}

/// What is written with a draft, in one transaction.
#[derive(Default)]
struct Besides {
    /// Lines of the ledger.
    notes: Vec<Note>,
    /// What is said of a story from now on.
    mark: Option<(StoryId, Mark)>,
}

/// What became of the file when the draft was written anew. The store has the new one in any case.
enum Rewritten {
    Yes,
    /// Somebody saved another one: that one stays.
    SavedMeanwhile,
    /// It could not be written: as the store has it, it is tried again and published.
    Not(io::Error),
}

impl Rewritten {
    /// What whoever asked is told besides, where the file is not as he would think; empty if it is.
    fn besides(&self, file: &str) -> String {
        match self {
            Self::Yes => String::new(),
            Self::SavedMeanwhile => format!("; {}", behind(file)),
            Self::Not(_) => format!("; {file} could not be written, and is tried again: the log says why"),
        }
    }
}

impl Newsroom {
    /// The draft that waits, or of the week that is due; else a look ahead at the
    /// running one, which nobody keeps.
    pub(super) async fn draft(&self, week: Option<Week>, fresh: Fresh) -> Told {
        let open = match self.open().await? {
            Some(open) => Some(open),
            None if self.is_due(week).await? => self.draft_due().await?,
            None => None,
        };
        match open {
            Some(open) if week.is_none_or(|week| week == open.week) => self.open_draft(open, fresh).await,
            _ => self.look_ahead(week).await,
        }
    }

    /// Whether the week of this name, or whatever week, has ended and is not published.
    async fn is_due(&self, week: Option<Week>) -> Result<bool> {
        let (by, now) = (self.config.clone(), self.now);
        let due = self.readers.ask(move |store| due(store, &by.recap.slot, now)).await?;
        Ok(due.is_some_and(|due| week.is_none_or(|week| week == due.week)))
    }

    async fn open_draft(&self, open: OpenDraft, fresh: Fresh) -> Told {
        if fresh == Fresh::Yes {
            return self.begin_again(open).await;
        }
        let file = self.file(open.week);
        let path = file.path().display().to_string();
        let (week, deadline) = (open.week, self.in_words(open.deadline));
        match self.look(open.clone(), Look::ToSee).await? {
            Tended::Held(_, flaw) => {
                return Ok(Ok(Done { subject: None, said: vec![format!("{path} is held: {flaw}")], news: News::Held }));
            }
            Tended::Nothing => return Ok(Err(is_published(week))),
            _ => (),
        }
        // It was written again, if it was gone; else whoever would edit it is to know why he cannot.
        if file.is_missing()
            && let Err(error) = file.write(&open.text)
        {
            let meanwhile = format!("{week} waits, and is published {deadline} as it was last");
            return Ok(Err(format!("cannot write {path}: {error}; {meanwhile}, unless that is mended")));
        }
        let losses = self.losses().await?;
        let said = format!("{path} is published {deadline} as it then stands");
        let said = [said].into_iter().chain(losses.iter().map(as_warning)).collect();
        Ok(Ok(Done { subject: None, said, news: News::Nothing }))
    }

    /// The draft as it was frozen, whatever became of its file.
    async fn begin_again(&self, open: OpenDraft) -> Told {
        let Some(frozen) = self.readers.ask(|store| store.frozen()).await? else {
            return self.nothing_waits().await;
        };
        let file = self.file(open.week);
        let path = file.path().display().to_string();
        let (bytes, aside) = match self.bytes(&open) {
            Ok(bytes) => (bytes, None),
            // What cannot be read may be somebody's work all the same.
            Err(flaw) => match file.set_aside() {
                Ok(aside) => (Vec::new(), aside),
                Err(error) => return Ok(Err(format!("{path} cannot be put aside: {error}; {flaw}"))),
            },
        };
        let deadline = self.in_words(open.deadline);
        let as_frozen = frozen.as_chosen();
        let rewritten = match self.rewrite(&open, &frozen, &as_frozen, (&bytes, Besides::default()), Door::Verb).await?
        {
            Ok(rewritten) => rewritten,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (now, news) = match rewritten {
            Rewritten::Yes => (format!("{path} is as it was frozen; it is published {deadline}"), News::Nothing),
            Rewritten::SavedMeanwhile => (behind(&path), News::Held),
            Rewritten::Not(error) => {
                let meanwhile = format!("{} is as it was frozen, and published {deadline} so", open.week);
                return Ok(Err(format!("cannot write {path}: {error}; {meanwhile}, unless that is mended")));
            }
        };
        let aside = aside.map(|aside| format!("what could not be read is in {}", aside.display()));
        Ok(Ok(Done { subject: None, said: [now].into_iter().chain(aside).collect(), news }))
    }

    /// The running week as its draft would be now.
    async fn look_ahead(&self, week: Option<Week>) -> Told {
        let (by, now) = (self.config.clone(), self.now);
        let looked = self.readers.ask(move |store| {
            let (running, window) = running_week(store, &by.recap.slot, now)?;
            if week.is_some_and(|week| week != running) {
                return Ok(Err((running, week.and_then(|week| store.recap(week, None).transpose()).transpose()?)));
            }
            let history = History::of(store)?;
            let order = Order { week: running, window: &window, frozen: now, issue: Issue::Later, history: &history };
            freeze(store, &by, order, Extent::Offered).map(Ok)
        });
        match looked.await? {
            Ok(frozen) => {
                let slot = self.in_words(frozen.frame.window.end);
                let deadline = format!("{slot}, if nothing changes. It is a look ahead: nobody reads it back");
                let text = Sheet { frozen: &frozen, edition: 0, deadline: &deadline }.write(&frozen.as_chosen());
                let said = text.lines().map(str::to_owned).collect();
                Ok(Ok(Done { subject: None, said, news: News::Glance }))
            }
            Err((_, Some(published))) => Ok(Err(is_published(published.week))),
            Err((running, None)) => {
                let week = week.unwrap_or(running);
                Ok(Err(format!("{week} is neither due nor running: {running} is")))
            }
        }
    }

    /// Makes one story of two, or two of one.
    pub(super) async fn group(&self, grouping: Grouping) -> Told {
        match self.handle.edit(grouping, self.now).await? {
            Ok(said) => done(said),
            Err(misfit) => Ok(Err(misfit.to_string())),
        }
    }

    /// Publishes the week that waits, or is due, now.
    pub(super) async fn publish(&self, week: Option<Week>, door: Door) -> Told {
        if let Some(open) = self.open().await?.filter(|open| week.is_none_or(|week| week == open.week)) {
            let path = door.names(&self.file(open.week).path());
            return match self.look(open, Look::ToPublish(door)).await? {
                Tended::Published(recap, besides) => came_out(recap, besides, door),
                Tended::Held(_, flaw) => Ok(Err(format!("{path} cannot be published: {flaw}"))),
                _ => self.nothing_waits().await,
            };
        }
        if self.is_due(week).await?
            && let Some(recap) = publish_due(&self.handle, &self.readers, &self.config, self.now).await?
        {
            return came_out(Box::new(recap), Tidings::default(), door);
        }
        self.not_to_be_published(week).await
    }

    async fn not_to_be_published(&self, week: Option<Week>) -> Told {
        let Some(week) = week else { return self.nothing_waits().await };
        if self.readers.ask(move |store| store.recap(week, None)).await?.is_some() {
            return Ok(Err(is_published(week)));
        }
        if let Some(open) = self.readers.ask(|store| store.draft()).await? {
            return Ok(Err(format!("{} waits to be published, not {week}", open.week)));
        }
        self.nothing_waits().await
    }

    async fn nothing_waits(&self) -> Told {
        let (by, now) = (self.config.clone(), self.now);
        let (running, window) = self.readers.ask(move |store| running_week(store, &by.recap.slot, now)).await?;
        let slot = self.in_words(window.end);
        Ok(Err(format!("no week waits to be published: {running} is running, and ends {slot}")))
    }

    /// Writes a word on a story down: into the draft it stands in, or for the running week.
    pub(super) async fn say(&self, story: &str, word: Word, door: Door) -> Told {
        let word = match self.checked(word) {
            Ok(word) => word,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (by, now, name) = (self.config.clone(), self.now, story.to_owned());
        let found = self.readers.ask(move |store| {
            let story = match named(store, &name)? {
                Ok(story) => story,
                Err(refusal) => return Ok(Err(refusal)),
            };
            Ok(standing(store, &by, now, story)?.map(|standing| (story, standing)))
        });
        match found.await? {
            Ok((story, Standing::Drafted(open, frozen))) => {
                self.say_in_draft(story, (&word, door), &open, &frozen).await
            }
            Ok((story, Standing::Running(week, mark))) => {
                self.mark(story, (&word, door), week, mark.with(&word, week)).await
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn mark(&self, story: StoryId, (word, door): (&Word, Door), week: Week, mark: Mark) -> Told {
        let note = self.note_of(story, (word, door), week);
        self.handle.keep(door.makes(DraftChange::Marked(story, mark)), vec![note]).await?;
        done_to(story, said(word, week))
    }

    async fn say_in_draft(
        &self,
        story: StoryId,
        (word, door): (&Word, Door),
        open: &OpenDraft,
        frozen: &Frozen,
    ) -> Told {
        let path = door.names(&self.file(open.week).path());
        let read = self.bytes(open).and_then(|bytes| Ok((self.read(open, frozen, &bytes)?, bytes)));
        let (mut draft, bytes) = match read {
            Ok(read) => read,
            Err(flaw) => return Ok(Err(format!("{path} is held: {flaw}; mend it first"))),
        };
        let Some(candidate) = frozen.candidate(story) else { return self.nothing_waits().await };
        let marks = self.readers.ask(|store| store.marks()).await?;
        let pinned: Vec<StoryId> = marks.iter().filter(|(_, mark)| mark.pins()).map(|(story, _)| *story).collect();
        let made_room = draft.hear(word, candidate, frozen, &pinned);
        let notes = vec![self.note_of(story, (word, door), open.week)];
        // Else nobody would think of it when the next story is pinned, or the next week chosen.
        let is_stance = matches!(word, Word::Pin(_) | Word::Later(_) | Word::Drop(_) | Word::Undo);
        let before = marks.get(&story).cloned().unwrap_or_default();
        let mark = is_stance.then(|| (story, before.with(word, open.week)));
        let rewritten = match self.rewrite(open, frozen, &draft, (&bytes, Besides { notes, mark }), door).await? {
            Ok(rewritten) => rewritten,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let what = match word {
            Word::Undo => "stands where it was frozen".to_owned(),
            _ => said(word, open.week),
        };
        let gone = made_room.and_then(|gone| draft.blocks().find(|block| block.story == gone));
        let room = gone.map(|block| format!("; “{}” made room", block.headline)).unwrap_or_default();
        let place = match rewritten {
            Rewritten::Yes => format!(", in {path}"),
            Rewritten::SavedMeanwhile | Rewritten::Not(_) => String::new(),
        };
        done_to(story, format!("{what}{place}{room}{}", rewritten.besides(&path)))
    }

    /// Writes the file anew, over what it says now, for whoever comes through `door`.
    async fn rewrite(
        &self,
        open: &OpenDraft,
        frozen: &Frozen,
        draft: &Draft,
        (over, Besides { notes, mark }): (&[u8], Besides),
        door: Door,
    ) -> Result<std::result::Result<Rewritten, Refusal>> {
        let edition = open.edition.saturating_add(1);
        let deadline = self.in_words(open.deadline);
        let sheet = Sheet { frozen, edition, deadline: &deadline };
        let text = sheet.write(draft);
        // An audience that came with an edit of the configuration is not one of this week's.
        if let Err(flaw) = sheet.read(text.as_bytes()) {
            return Ok(Err(format!("the draft of {} does not allow it: {}", open.week, flaw.reason)));
        }
        let file: DraftFile = self.file(open.week);
        if file.holds_other_than(over) {
            return Ok(Err(format!("{} was saved just now: say it again", door.names(&file.path()))));
        }
        // The store first: should we end here, the file is known to be the one before.
        let replaced = Some(digest(over));
        let mut touched = frozen.touched(&super::standing(open, frozen), draft);
        if let Door::Link(pass) = door {
            // Its story has another link from now on.
            touched.stories.extend(pass.choice.story());
        }
        let (week, now) = (open.week, self.now);
        let good = DraftChange::Good { week, edition, text: text.clone(), replaced, touched, mark, now };
        if self.handle.keep(door.makes(good), notes).await? == Kept::Nothing {
            // Nobody reads the file any more.
            return Ok(Err(is_published(week)));
        }
        let written = file.write_over(over, &text);
        heard(&file, &written);
        let rewritten = match written {
            Ok(Written::Yes) => Rewritten::Yes,
            // It is looked at, and held, within a minute.
            Ok(Written::SavedMeanwhile) => return Ok(Ok(Rewritten::SavedMeanwhile)),
            Err(error) => Rewritten::Not(error),
        };
        self.release(open.week);
        Ok(Ok(rewritten))
    }

    /// Tells who said it, where he gives no reason.
    fn note_of(&self, story: StoryId, (word, door): (&Word, Door), week: Week) -> Note {
        let or_how = |why: &Option<String>| why.clone().unwrap_or_else(|| door.said().to_owned());
        let (event, detail) = match word {
            Word::Pin(why) => (Event::Pinned, or_how(why)),
            Word::Drop(why) => (Event::TakenOut, or_how(why)),
            Word::Later(why) => (Event::PutOff, or_how(why)),
            Word::Undo => (Event::TakenBack, or_how(&None)),
            Word::Note(Some(note)) => (Event::Noted, format!("“{note}”")),
            Word::Note(None) => (Event::Noted, "the note was taken out".to_owned()),
            Word::Retitle(Some(headline)) => (Event::Retitled, format!("“{headline}”")),
            Word::Retitle(None) => (Event::Retitled, "as its lead has it".to_owned()),
            Word::Move(Some(audiences)) => (Event::Readdressed, format!("for {}", listed(audiences))),
            Word::Move(None) => (Event::Readdressed, "as the rules have it".to_owned()),
        };
        Note { story: Some(story), ..self.note(event, week, detail) }
    }

    /// A word that can be written into one line, and names only audiences there are.
    fn checked(&self, word: Word) -> std::result::Result<Word, Refusal> {
        let line = |text: Option<String>| text.map(|text| one_line(&printable(&text))).filter(|line| !line.is_empty());
        let within = |text: Option<String>, most: usize| match line(text) {
            Some(line) if line.chars().count() > most => Err(format!("that is too long: {most} characters at most")),
            line => Ok(line),
        };
        Ok(match word {
            Word::Pin(why) => Word::Pin(within(why, NOTE_MAX)?),
            Word::Drop(why) => Word::Drop(within(why, NOTE_MAX)?),
            Word::Later(why) => Word::Later(within(why, NOTE_MAX)?),
            Word::Undo => Word::Undo,
            Word::Note(note) => Word::Note(within(note, NOTE_MAX)?),
            Word::Retitle(headline) => Word::Retitle(within(headline, HEADLINE_MAX)?),
            Word::Move(audiences) => {
                let known: Vec<&str> = self.config.audiences.iter().map(|audience| audience.id.as_str()).collect();
                if let Some(unknown) = audiences.iter().flatten().find(|id| !known.contains(&id.as_str())) {
                    return Err(format!("there is no audience `{unknown}`; there are {}", known.join(", ")));
                }
                Word::Move(audiences)
            }
        })
    }
}

/// The story whose id begins with these digits.
pub(super) fn named(store: &Store, digits: &str) -> Result<std::result::Result<StoryId, Refusal>> {
    Ok(store.story_named(digits)?.map_err(|misfit| misfit.to_string()))
}

fn standing(
    store: &Store,
    config: &Config,
    now: Timestamp,
    story: StoryId,
) -> Result<std::result::Result<Standing, Refusal>> {
    if let Some((week, place)) = store.placed_stories()?.get(&story) {
        let short = story.short();
        let standing = place.map_or_else(|| "in a recap".to_owned(), |place| format!("#{place}"));
        return Ok(Err(format!(
            "story {short} is {standing} of {week}, which is published: `recapd amend {week}` corrects it"
        )));
    }
    if let (Some(open), Some(frozen)) = (store.draft()?, store.frozen()?)
        && frozen.candidate(story).is_some()
    {
        return Ok(Ok(Standing::Drafted(Box::new(open), Box::new(frozen))));
    }
    let (week, window) = running_week(store, &config.recap.slot, now)?;
    let mark = store.marks()?.remove(&story);
    let runs = mark.is_some() || store.stories_of(&window)?.contains(&story);
    if !runs {
        let since = moment(window.start, &config.recap.slot.zone);
        return Ok(Err(format!("story {} is not of {week}: nobody reported it since {since}", story.short())));
    }
    Ok(Ok(Standing::Running(week, mark.unwrap_or_default())))
}

/// What is true of a story after a word; the story is named before it.
fn said(word: &Word, week: Week) -> String {
    match word {
        Word::Pin(_) => format!("is pinned: it has a place in {week}"),
        Word::Drop(_) => "is dropped: no recap will tell of it".to_owned(),
        Word::Later(_) => format!("is kept for the week after {week}"),
        Word::Undo => "is chosen by its points again".to_owned(),
        Word::Note(Some(_)) => "has your note".to_owned(),
        Word::Note(None) => "has no note".to_owned(),
        Word::Retitle(Some(headline)) => format!("is called “{headline}”"),
        Word::Retitle(None) => "has its own headline".to_owned(),
        Word::Move(Some(audiences)) => format!("is for {}", listed(audiences)),
        Word::Move(None) => "is for whom the rules say".to_owned(),
    }
}

fn listed(audiences: &[AudienceId]) -> String {
    let names: Vec<&str> = audiences.iter().map(|audience| audience.as_str()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn came_out(recap: Box<Recap>, Tidings { missed, losses }: Tidings, door: Door) -> Told {
    let said = format!("{} is published with {}", recap.week, count(recap.entries.len(), "story"));
    let missed = missed.map(|file| format!("what you saved meanwhile is in {}, and not published", door.names(&file)));
    let losses = losses.iter().map(Loss::to_string);
    let said = [said].into_iter().chain(missed).chain(losses).collect();
    Ok(Ok(Done { subject: None, said, news: News::Published(recap) }))
}

/// What a publisher did to a story of a draft that waits, and what its editor may do.
fn as_warning(loss: &Loss) -> String {
    match loss.fate {
        Fate::LeftOut => format!("{loss}; `recapd pin {}` keeps it", loss.story.short()),
        Fate::Kept | Fate::LedBy(_) => loss.to_string(),
    }
}

/// Of a draft that was saved while another edition was written.
fn behind(file: &str) -> String {
    format!("{file} was saved meanwhile: it is an edition behind, and the recap held until it is mended")
}

fn is_published(week: Week) -> Refusal {
    format!("{week} is published already: `recapd amend {week}` corrects it")
}

pub(super) fn done(said: String) -> Told {
    Ok(Ok(Done { subject: None, said: vec![said], news: News::Nothing }))
}

/// The same, of a story that is named before what is `said`.
fn done_to(story: StoryId, said: String) -> Told {
    Ok(Ok(Done { subject: Some(story), said: vec![said], news: News::Nothing }))
}

#[cfg(test)]
mod tests;
