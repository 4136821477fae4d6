//! A story's texts taken apart once: the sentences that may be quoted, with
//! their facts and names.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::boilerplate::{is_first_person, is_prose, words};
use super::measure::Measure;
use super::{Cite, EarlierStory, Origin, Part, Report, Subject};
use crate::facts::{Fact, FactKind, facts_written};
use crate::id::ItemId;
use crate::names::{Found, Name, Names, Sort};
use crate::story::signature::is_stop_word;
use crate::text::{
    head,
    sentence::sentences,
    token::{Script, is_unspaced, script, tokens},
};

/// Of a text no more is read, in bytes: what is news stands at its head, and items may be of any size.
const TEXT_MOST: usize = 20_000;

/// Of one report no more sentences are read.
const SENTENCES_MOST: usize = 60;

/// Of a story no more reports are read for prose.
pub(super) const REPORTS_MOST: usize = 30;

/// A story's texts, taken apart.
pub(super) struct Reading<'s> {
    pub(super) subject: &'s Subject<'s>,
    /// Of the reports: titles and sentences, in the order of the reports and of the text.
    pub(super) lines: Vec<Line<'s>>,
    /// The headlines of earlier stories; `report` counts these. See [`Reading::earlier_of`].
    pub(super) earlier: Vec<Line<'s>>,
    names: &'s Names,
    /// Who the story is about: the company or body named by most headlines.
    pub(super) actor: Option<&'s Name>,
    /// Whom it is about: the companies and bodies that the lead's headline or a third of all headlines name.
    pub(super) own: BTreeSet<&'s str>,
    /// The bodies among them.
    pub(super) bodies: BTreeSet<&'s str>,
    /// See [`Reading::is_common`].
    common: OnceCell<HashSet<String>>,
    /// See [`super::timeline::before`].
    pub(super) before: OnceCell<Vec<usize>>,
    /// See [`super::extract::lacks_terms`]: the bits of values, since those of equal ones are equal.
    pub(super) with_terms: OnceCell<BTreeSet<u64>>,
}

/// A title or a sentence.
pub(super) struct Line<'s> {
    /// Which report, or which earlier story.
    pub(super) report: usize,
    /// 0 is the title, 1 the first sentence that is prose.
    pub(super) place: usize,
    pub(super) text: &'s str,
    /// Where it begins in "title, line break, text".
    pub(super) start: usize,
    /// The day of its report.
    pub(super) written: Date,
    /// See [`Line::tokens`].
    pub(super) tokens: OnceCell<Rc<BTreeSet<String>>>,
    /// How many, see [`super::boilerplate::words`].
    pub(super) words: usize,
    /// Spans count from the beginning of the line.
    pub(super) facts: Vec<Fact>,
    pub(super) names: Vec<&'s Name>,
    /// Where each of `names` stands in it.
    pub(super) spans: Vec<Range<usize>>,
    /// Whether it is in the recap's language, or none of the story is.
    pub(super) readable: Readable,
    /// Who speaks in it.
    pub(super) voice: Voice,
    /// See [`super::measure::measured`].
    pub(super) measures: OnceCell<Vec<Measure>>,
    /// See [`Line::telling`].
    pub(super) telling: OnceCell<BTreeSet<String>>,
}

impl Line<'_> {
    /// What it is compared by. Lines of the archive are not: so they are made where they are asked for.
    pub(super) fn tokens(&self) -> &BTreeSet<String> {
        self.shared_tokens()
    }

    /// The same for who keeps them.
    pub(super) fn shared_tokens(&self) -> &Rc<BTreeSet<String>> {
        self.tokens.get_or_init(|| Rc::new(tokens(self.text).into_iter().collect()))
    }

    /// The keys of those of its facts that make it worth telling.
    pub(super) fn telling(&self) -> &BTreeSet<String> {
        self.telling.get_or_init(|| self.facts.iter().filter(|fact| is_telling(fact)).map(Fact::key).collect())
    }

    /// The words that tell something of its event.
    pub(super) fn content(&self) -> impl Iterator<Item = &String> {
        self.tokens().iter().filter(|token| token.contains(char::is_alphabetic) && !is_stop_word(token))
    }
}

/// Who speaks in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// A reporter of others.
    Reporting,
    /// The publisher of itself: "we", "our", "I".
    Own,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readable {
    Yes,
    No,
}

impl<'s> Reading<'s> {
    pub(super) fn new(subject: &'s Subject<'s>, names: &'s Names) -> Self {
        let mut lines = Vec::new();
        for (index, report) in subject.reports.iter().enumerate().take(REPORTS_MOST) {
            let written = report.published.to_zoned_datetime(TimeZone::UTC).date();
            let readable = readable(report, subject.language);
            lines.extend(split(report.title, report.text, index, written, readable, names));
        }
        if lines.iter().all(|line: &Line| line.readable == Readable::No) {
            lines.iter_mut().for_each(|line| line.readable = Readable::Yes);
        }
        hide_mixed_titles(&mut lines, subject.language);
        let earlier = subject.earlier.iter().enumerate();
        let earlier = earlier.map(|(index, story)| headline_of(story, index, names));
        let named = named(&lines, names);
        let own = own(&lines, &named, names);
        let is_body = |id: &&str| names.get(id).is_some_and(|name| name.sort == Sort::Body);
        Self {
            subject,
            earlier: earlier.collect(),
            actor: actor(&named),
            bodies: own.iter().copied().filter(is_body).collect(),
            own,
            common: OnceCell::new(),
            before: OnceCell::new(),
            with_terms: OnceCell::new(),
            names,
            lines,
        }
    }

    /// What earlier stories say of `actor`, who is named in each line: the headlines and the sentences, in the order
    /// of the stories and of the texts. Each call reads the texts, and few ask.
    pub(super) fn earlier_of(&self, actor: &Name) -> Vec<Line<'s>> {
        let stories = self.subject.earlier.iter().enumerate();
        stories.flat_map(|(index, story)| split_of(story, index, actor, self.names)).collect()
    }

    /// Whether a token stands in several lines of prose.
    pub(super) fn is_common(&self, token: &str) -> bool {
        let common = self.common.get_or_init(|| {
            let mut lines: HashMap<&str, usize> = HashMap::with_capacity(8 * self.lines.len());
            for token in self.lines.iter().filter(|line| line.place > 0).flat_map(|line| line.tokens()) {
                *lines.entry(token).or_default() += 1;
            }
            lines.into_iter().filter(|(_, lines)| *lines > 1).map(|(token, _)| token.to_owned()).collect()
        });
        common.contains(token)
    }

    /// The lead's headline.
    pub(super) fn headline(&self) -> Option<&Line<'s>> {
        self.lines.first()
    }

    /// The title of the report that a line is from.
    pub(super) fn title(&self, line: &Line) -> Option<&Line<'s>> {
        self.lines.iter().find(|title| title.report == line.report && title.place == 0)
    }

    /// Sentences in the recap's language, the lead's first.
    pub(super) fn prose(&self) -> impl Iterator<Item = (usize, &Line<'s>)> {
        self.lines.iter().enumerate().filter(|(_, line)| line.place > 0 && line.readable == Readable::Yes)
    }

    pub(super) fn report(&self, line: &Line) -> &Report<'s> {
        &self.subject.reports[line.report]
    }

    pub(super) fn cite(&self, line: &Line) -> Cite {
        let report = self.report(line);
        cite(report.item, report.version, line.start, line.text)
    }

    pub(super) fn cite_earlier(&self, line: &Line) -> Cite {
        let story: &EarlierStory = &self.subject.earlier[line.report];
        cite(story.lead, story.version, line.start, line.text)
    }

    /// The line as the publisher wrote it.
    pub(super) fn quoted(&self, line: &Line) -> Part {
        Part { text: line.text.to_owned(), origin: Origin::Extract, cites: vec![self.cite(line)] }
    }
}

/// `quote` as it stands at `start` of the item's "title, line break, text".
pub(super) fn cite(item: ItemId, version: u32, start: usize, quote: &str) -> Cite {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Cite { item, version, span: (byte(start), byte(start + quote.len())), quote: quote.to_owned() }
}

/// The title, then the sentences that are prose.
pub(super) fn split<'s>(
    title: &'s str,
    text: &'s str,
    report: usize,
    written: Date,
    readable: Readable,
    names: &'s Names,
) -> Vec<Line<'s>> {
    split_where(title, text, report, (written, readable), names, |_| true)
}

/// The same of those sentences that are `wanted`: to read one costs much more than to look at it.
pub(super) fn split_where<'s>(
    title: &'s str,
    text: &'s str,
    report: usize,
    (written, readable): (Date, Readable),
    names: &'s Names,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Line<'s>> {
    let line = |place: usize, start: usize, text: &'s str| Line {
        report,
        place,
        start,
        readable,
        ..taken_apart(text, written, names.find(text))
    };
    let prose = statements(text).filter(|&(_, sentence)| is_wanted(sentence) && is_prose(sentence));
    let prose = prose.take(SENTENCES_MOST).enumerate();
    let prose = prose.map(|(index, (start, sentence))| line(index + 1, title.len() + 1 + start, sentence));
    std::iter::once(line(0, 0, title)).chain(prose).collect()
}

fn headline_of<'s>(story: &EarlierStory<'s>, index: usize, names: &'s Names) -> Line<'s> {
    Line { report: index, ..taken_apart(story.headline, story.day, names.find(story.headline)) }
}

/// The headline and the sentences of an earlier story that name `actor`, or something of theirs: to look for names
/// costs little beside all else. `place` counts all sentences.
fn split_of<'s>(story: &EarlierStory<'s>, index: usize, actor: &Name, names: &'s Names) -> Vec<Line<'s>> {
    let is_of_actor = |it: &Found| it.name.id == actor.id || it.name.of.as_ref() == Some(&actor.id);
    let mut sentences: Vec<(usize, &'s str)> = statements(story.text).collect();
    if sentences.len() > SENTENCES_MOST {
        // As many as are read where all are.
        sentences.retain(|(_, sentence)| is_prose(sentence));
        sentences.truncate(SENTENCES_MOST);
    }
    let sentences = sentences.into_iter().enumerate();
    let sentences = sentences.map(|(at, (start, sentence))| (at + 1, story.headline.len() + 1 + start, sentence));
    let all = std::iter::once((0, 0, story.headline)).chain(sentences);
    let lines = all.filter_map(|(place, start, text)| {
        let found = names.find(text);
        let is_wanted = found.iter().any(is_of_actor) && (place == 0 || is_prose(text));
        is_wanted.then(|| Line { report: index, place, start, ..taken_apart(text, story.day, found) })
    });
    lines.collect()
}

/// A title, or a sentence as if it were one, in which `found` are named.
fn taken_apart<'s>(text: &'s str, written: Date, found: Vec<Found<'s>>) -> Line<'s> {
    let (names, spans) = found.into_iter().map(|found| (found.name, found.start..found.end)).unzip();
    Line {
        report: 0,
        place: 0,
        text,
        start: 0,
        written,
        tokens: OnceCell::new(),
        words: words(text),
        facts: facts_written(text, written),
        names,
        spans,
        readable: Readable::Yes,
        voice: if is_first_person(text) { Voice::Own } else { Voice::Reporting },
        measures: OnceCell::new(),
        telling: OnceCell::new(),
    }
}

/// The sentences of the head of `text` without what is stamped before them, each with where it begins.
fn statements(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let head = head(text, TEXT_MOST);
    sentences(head).into_iter().map(move |range| {
        let start = range.start + preamble(&head[range.clone()]);
        (start, &head[start..range.end])
    })
}

/// So far into a sentence a stamp may begin, in bytes.
const STAMPED_MOST: usize = 80;

/// How many bytes before the sentence proper: preprint servers and agencies put their stamp there.
fn preamble(sentence: &str) -> usize {
    let stamps = ["Abstract: ", "(Reuters) - ", "(AP) — ", "(AFP) - "];
    // Most have none, and four searches take much longer than a look at the bytes.
    let may_be_stamped = sentence.bytes().take(STAMPED_MOST + 10).any(|byte| matches!(byte, b'(' | b':'));
    if !may_be_stamped {
        return 0;
    }
    let after = |stamp: &str| sentence.find(stamp).filter(|at| *at < STAMPED_MOST).map(|at| at + stamp.len());
    stamps.into_iter().find_map(after).unwrap_or(0)
}

fn readable(report: &Report, language: &str) -> Readable {
    let said = if report.text.is_empty() { report.title } else { report.text };
    let fits_language = report.language.is_none_or(|tag| tag.is_empty() || primary(tag) == primary(language));
    if fits_script(said, language) && fits_language { Readable::Yes } else { Readable::No }
}

/// A title with a few words of another script is none that its readers read, unless the lead's headline has some.
fn hide_mixed_titles(lines: &mut [Line], language: &str) {
    let is_plain = |line: &Line| !line.text.contains(is_unspaced);
    if lines.first().is_none_or(|headline| !is_plain(headline) || !fits_script(headline.text, language)) {
        return;
    }
    for line in lines.iter_mut().filter(|line| line.place == 0 && !is_plain(line)) {
        line.readable = Readable::No;
    }
}

/// Whether `text` is in the script that readers of `language` read.
pub(super) fn fits_script(text: &str, language: &str) -> bool {
    let is_unspaced = matches!(primary(language).as_str(), "zh" | "ja");
    match script(text) {
        Script::Han => is_unspaced,
        Script::Latin => !is_unspaced,
        Script::Other => true,
    }
}

/// `zh` of `zh-Hans`.
fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// The companies and bodies that headlines name, the one named first first, with how many name it.
fn named<'s>(lines: &[Line<'s>], names: &'s Names) -> Vec<(&'s Name, usize)> {
    let mut named: Vec<(&Name, usize)> = Vec::new();
    for line in lines.iter().filter(|line| line.place == 0) {
        let mut owners: Vec<&Name> = line.names.iter().filter_map(|name| owner(name, names)).collect();
        let mut seen = BTreeSet::new();
        owners.retain(|name| seen.insert(name.id.as_str()));
        for name in owners {
            match named.iter_mut().find(|(known, _)| known.id == name.id) {
                Some((_, times)) => *times += 1,
                None => named.push((name, 1)),
            }
        }
    }
    named
}

/// The one that most headlines name; of several the one named first.
fn actor<'s>(named: &[(&'s Name, usize)]) -> Option<&'s Name> {
    let most = named.iter().map(|(_, times)| *times).max()?;
    named.iter().find(|(_, times)| *times == most).map(|(name, _)| *name)
}

/// Those that the lead's headline names, or a third of all.
fn own<'s>(lines: &[Line<'s>], named: &[(&'s Name, usize)], names: &'s Names) -> BTreeSet<&'s str> {
    let headlines = lines.iter().filter(|line| line.place == 0).count();
    let often = named.iter().filter(|(_, times)| times * 3 >= headlines).map(|(name, _)| *name);
    let of_lead = lines.iter().take(1).flat_map(|line| &line.names).filter_map(|name| owner(name, names));
    often.chain(of_lead).map(|name| name.id.as_str()).collect()
}

/// The company behind a name, or the company or body itself; a person acts for
/// nobody, and who puts money in is not whom the news is about.
pub(super) fn owner<'s>(name: &'s Name, names: &'s Names) -> Option<&'s Name> {
    match (&name.of, name.sort) {
        (Some(of), _) => names.get(of),
        (None, Sort::Person | Sort::Investor) => None,
        (None, _) => Some(name),
    }
}

/// What makes a fact worth a line: figures do, a bare version or a small count of days hardly.
pub(super) fn is_telling(fact: &Fact) -> bool {
    match fact.kind {
        FactKind::Count { unit, .. } => !matches!(unit, "day" | "hour" | "month" | "year"),
        FactKind::Amount { .. } | FactKind::Percent { .. } | FactKind::Date(_) => true,
        FactKind::Version { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{earlier, names, report, subject};
    use super::super::timeline::is_about;
    use super::*;

    /// The lines of an earlier story with this text that name DeepSeek are those that reading all of it gives.
    #[track_caller]
    fn check_earlier(text: &str, expected: usize) {
        let names = names();
        let story = EarlierStory { text, ..earlier("DeepSeek rents an office") };
        let all = split(story.headline, story.text, 0, story.day, Readable::Yes, &names);
        let subject = Subject { earlier: vec![story], ..subject(vec![report("Harbor Wire", "DeepSeek moves", "")]) };
        let reading = Reading::new(&subject, &names);
        let actor = reading.actor.unwrap();
        let shown = |line: &Line| (line.start, line.text.to_owned(), line.facts.len(), line.words, line.spans.clone());
        let own: Vec<_> = all.iter().filter(|line| is_about(line, actor)).map(shown).collect();
        assert_eq!(reading.earlier_of(actor).iter().map(shown).collect::<Vec<_>>(), own);
        assert_eq!(own.len(), expected);
        assert_eq!(reading.earlier.iter().map(shown).collect::<Vec<_>>(), [shown(&all[0])]);
    }

    #[test]
    fn of_earlier_stories_those_lines_are_read_that_name_the_actor() {
        check_earlier("", 1);
        let own = "BERLIN (Reuters) - DeepSeek raised $3 billion on 6 May 2026.";
        let others = "Moonshot raised $4 billion in that week. Sign up for the newsletter of DeepSeek today.";
        check_earlier(&format!("{own} {others}"), 2);
        // Of sixty sentences that are prose the last are not read, whoever is named in them.
        check_earlier(&format!("{own} {} {own}", [others; 58].join(" ")), 3);
        check_earlier(&format!("{own} {} {own}", [others; 59].join(" ")), 2);
    }

    #[test]
    fn a_stamp_is_no_part_of_a_sentence() {
        for (sentence, expected) in [
            ("BERLIN (Reuters) - A mill opens.", "A mill opens."),
            ("Abstract: A mill opens.", "A mill opens."),
            ("PARIS, May 6 (AP) — A mill opens.", "A mill opens."),
            ("A mill (Reuters) opens.", "A mill (Reuters) opens."),
            ("A mill opens.", "A mill opens."),
        ] {
            assert_eq!(&sentence[preamble(sentence)..], expected);
        }
        let behind = |bytes: usize| preamble(&format!("{}Abstract: A mill opens.", "-".repeat(bytes)));
        assert_eq!((behind(79), behind(80)), (89, 0));
    }

    /// Which of the titles readers of `language` can read.
    #[track_caller]
    fn check(titles: &[&str], language: &str, expected: &[bool]) {
        let names = names();
        let reports = titles.iter().map(|title| report("Harbor Wire", title, "")).collect();
        let subject = Subject { language, ..subject(reports) };
        let reading = Reading::new(&subject, &names);
        let readable: Vec<bool> = reading.lines.iter().map(|line| line.readable == Readable::Yes).collect();
        assert_eq!(readable, expected, "{titles:?}");
    }

    #[test]
    fn a_title_with_words_of_another_script_is_not_for_readers_of_one() {
        let mixed = "Moonshot 负责人 John Jumper 离职 DeepSeek，加入 Anthropic";
        check(&["DeepSeek loses a head of research", mixed], "en", &[true, false]);
        check(&[mixed, "DeepSeek loses a head of research"], "en", &[true, true]);
        check(&["DeepSeek 失去研究负责人", "DeepSeek 失去一位研究负责人"], "zh", &[true, true]);
        check(&["DeepSeek loses a head of research", "DeepSeek 失去研究负责人"], "zh", &[false, true]);
    }
}
