//! A story as every document shows it: the entry of a recap with the site's
//! way of naming, linking and dating.

use jiff::Timestamp;

use crate::audience::{Place, Tag};
use crate::id::{AudienceId, ItemId};
use crate::insight::{Dated, Insight, Part};
use crate::publish::{Site, inert, quote, words};
use crate::publisher::Kind;
use crate::rank::as_shown;
use crate::recap::{Correction, Coverage, Entry, Follows, Recap, Related, State};

/// A story, ready to be shown.
pub struct Card<'a> {
    /// The site it is shown on.
    pub site: &'a Site,
    /// The story.
    pub entry: &'a Entry,
    /// What may be shown of its insight.
    pub insight: Insight,
    /// The recap it stands in.
    pub recap: &'a Recap,
}

/// One of the lines that say it all.
pub struct Line<'c> {
    /// "What changed".
    pub label: &'static str,
    /// The words, by one author or several; never empty.
    pub parts: Vec<&'c Part>,
}

impl Line<'_> {
    /// Who wrote `part`, in words.
    pub fn origin(&self, part: &Part) -> String {
        words::origin_in(self.label, &part.origin)
    }

    /// All of the words.
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Somebody the story is for.
pub struct Reader<'a> {
    /// Identifies the audience.
    pub id: &'a AudienceId,
    /// What readers call it.
    pub name: &'a str,
    /// Why, in words.
    pub because: String,
}

/// Publishers named after the lead's; the rest is a number.
const NAMED_PUBLISHERS: usize = 3;

/// Words of evidence shown for one audience.
const SHOWN_EVIDENCE: usize = 5;

/// How long the lines of "in short" are, in words.
const SHORT: std::ops::RangeInclusive<usize> = 8..=16;

impl<'a> Card<'a> {
    /// The story `entry` of `recap` as `site` shows it.
    pub fn new(site: &'a Site, recap: &'a Recap, entry: &'a Entry) -> Self {
        Self { site, entry, recap, insight: quote::of(entry, site.excerpt_words) }
    }

    /// All stories of `recap`, best first: those in full, and the one-liners.
    pub fn sections(site: &'a Site, recap: &'a Recap) -> (Vec<Self>, Vec<Self>) {
        let (full, also) = recap.sections();
        let cards = |entries: &'a [Entry]| entries.iter().map(|entry| Self::new(site, recap, entry)).collect();
        (cards(full), cards(also))
    }

    /// Where its headline leads on our own pages: to its page, or to the
    /// original as long as it is not chosen and has none.
    pub fn href(&self) -> String {
        match self.recap.state {
            State::Draft => self.original().unwrap_or_else(|| self.site.href("/this-week/")),
            State::Published | State::Amended => self.site.href(&self.entry.path()),
        }
    }

    /// The same for everybody else.
    pub fn url(&self) -> String {
        match self.recap.state {
            State::Draft => self.original().unwrap_or_else(|| self.site.url("/this-week/")),
            State::Published | State::Amended => self.permalink(),
        }
    }

    /// Whether it has a page of its own: only what is published has one.
    pub fn has_page(&self) -> bool {
        self.recap.state != State::Draft
    }

    /// Its page; nothing stands there unless it [has one](Card::has_page).
    pub fn permalink(&self) -> String {
        self.site.url(&self.entry.path())
    }

    /// Where to read the lead.
    pub fn original(&self) -> Option<String> {
        self.entry.lead.url.as_deref().and_then(inert::web)
    }

    /// The same; where the lead has no address, what stands for it here.
    pub fn best_url(&self) -> String {
        self.original().unwrap_or_else(|| self.url())
    }

    /// What stands before the publisher's name on the way there: "the original" is only
    /// who speaks for itself, or reported first in words of its own.
    pub fn read_at(&self) -> &'static str {
        let Entry { lead, coverage, .. } = self.entry;
        let is_first = coverage.first().is_none_or(|first| first.item == lead.item);
        let is_copy = coverage.iter().any(|report| report.item == lead.item && report.copy_of.is_some());
        let is_original = match lead.kind {
            Kind::Primary => !is_copy,
            Kind::Press => is_first && !is_copy,
            Kind::Aggregator | Kind::Community => false,
        };
        if is_original { "Read the original at" } else { "Read it at" }
    }

    /// When the lead appeared: as its publisher says, else when we saw it.
    pub fn appeared(&self) -> Timestamp {
        self.when(&self.entry.lead)
    }

    /// "6 May 2026".
    pub fn day(&self) -> String {
        words::day(self.appeared(), &self.site.zone)
    }

    /// "6 May".
    pub fn short_day(&self) -> String {
        words::short_day(self.appeared(), &self.site.zone)
    }

    /// The page of its week.
    pub fn week_href(&self) -> String {
        self.site.href(&self.recap.path())
    }

    /// "FT, Reuters, TechCrunch (+16)"; empty if the lead stands alone.
    pub fn others(&self) -> String {
        let others: Vec<&str> = self
            .entry
            .publishers
            .iter()
            .map(String::as_str)
            .filter(|name| *name != self.entry.lead.publisher)
            .collect();
        let (named, rest) = others.split_at(others.len().min(NAMED_PUBLISHERS));
        let more = if rest.is_empty() { String::new() } else { format!(" (+{})", rest.len()) };
        format!("{}{more}", named.join(", "))
    }

    /// "19 publishers".
    pub fn breadth(&self) -> String {
        words::count(self.entry.publishers.len(), "publisher")
    }

    /// What the editor says, what changed, why it matters, what to do next: those there are.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let card = &self.insight;
        let lines = [
            Line { label: "Editor’s note", parts: card.note.iter().collect() },
            Line { label: "What changed", parts: card.what_changed.iter().collect() },
            Line { label: words::WHY_IT_MATTERS, parts: card.why_it_matters.iter().collect() },
            Line { label: "What to do next", parts: card.what_to_do_next.iter().collect() },
        ];
        lines.into_iter().filter(|line| !line.parts.is_empty()).collect()
    }

    /// The story in 8 to 16 words: the hook, the news, the clauses that the news
    /// begins with or the headline, whichever has that length first; else as much
    /// of the headline. The headline comes last since it stands above and below.
    pub fn in_short(&self) -> String {
        let hook = self.insight.hook.as_ref().map(|part| part.text.as_str());
        let news = self.insight.what_changed.as_ref().map(|part| first_sentence(&part.text));
        let is_short = |line: &&str| SHORT.contains(&line.split_whitespace().count());
        if let Some(line) = [hook, news].into_iter().flatten().find(is_short) {
            return line.to_owned();
        }
        let clauses = news.and_then(first_clauses);
        clauses.unwrap_or_else(|| first_words(&self.entry.headline, *SHORT.end()))
    }

    /// One line about it that is not the headline: the hook, else the news.
    pub fn summary(&self) -> String {
        let lines = [&self.insight.hook, &self.insight.what_changed];
        let line = lines.into_iter().flatten().next().map(|part| part.text.as_str());
        crate::text::cut(line.unwrap_or(&self.entry.headline), 280)
    }

    /// What readers were told of it since it was published.
    pub fn corrections(&self) -> Vec<&Correction> {
        self.recap.corrections.iter().filter(|correction| correction.story == Some(self.entry.story)).collect()
    }

    /// For whom it is, surest first.
    pub fn readers(&self) -> Vec<Reader<'_>> {
        let name = |tag: &'a Tag| {
            let known = self.recap.audiences.iter().find(|share| share.audience.id == tag.audience);
            known.map_or(tag.audience.as_str(), |share| share.audience.name.as_str())
        };
        let tags = self.entry.audiences.iter();
        tags.map(|tag| Reader { id: &tag.audience, name: name(tag), because: because(tag) }).collect()
    }

    /// "Founders & Product Leaders, Investors".
    pub fn reader_names(&self) -> String {
        self.readers().iter().map(|reader| reader.name).collect::<Vec<_>>().join(", ")
    }

    /// The numbers that a part's sources have in the list of coverage, each once, ascending.
    pub fn notes(&self, part: &Part) -> Vec<usize> {
        let mut notes: Vec<usize> = part.cites.iter().filter_map(|cite| self.note(cite.item)).collect();
        notes.sort_unstable();
        notes.dedup();
        notes
    }

    fn note(&self, item: ItemId) -> Option<usize> {
        self.entry.coverage.iter().position(|report| report.item == item).map(|at| at + 1)
    }

    /// The page of an earlier story in the timeline, where we know it.
    pub fn earlier(&self, dated: &Dated) -> Option<String> {
        let story = dated.story?;
        if let Some(follows) = self.entry.follows.as_ref().filter(|follows| follows.story == story) {
            return self.followed(follows);
        }
        let known = self.entry.related.iter().find(|related| related.story == story);
        known.and_then(|related| related.url.as_deref()).and_then(|url| self.linked(url))
    }

    /// Where to read the story that it follows, as our pages print it.
    pub fn followed(&self, follows: &Follows) -> Option<String> {
        follows.url.as_deref().and_then(|url| self.linked(url))
    }

    /// The same for everybody else.
    pub fn followed_url(&self, follows: &Follows) -> Option<String> {
        let url = follows.url.as_deref()?;
        let ours = url.starts_with('/') && !url.starts_with("//");
        if ours { Some(self.site.url(url)) } else { inert::web(url) }
    }

    /// A link of ours or of others, as our pages print it.
    pub fn linked(&self, url: &str) -> Option<String> {
        let ours = url.starts_with('/') && !url.starts_with("//");
        if ours { Some(self.site.href(url)) } else { inert::web(url) }
    }

    /// Every address the story was reported under, oldest first, each once.
    pub fn links(&self) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        for link in self.entry.coverage.iter().filter_map(|report| report.url.as_deref()).filter_map(inert::web) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }

    /// Where to read one of its reports.
    pub fn report_link(&self, report: &Coverage) -> Option<String> {
        report.url.as_deref().and_then(inert::web)
    }

    /// Where to read a neighbouring story.
    pub fn related_link(&self, related: &Related) -> Option<String> {
        related.url.as_deref().and_then(|url| self.linked(url))
    }

    /// The language of the headline, where it is not the site's.
    pub fn language(&self) -> Option<&str> {
        self.language_of(&self.entry.lead)
    }

    /// The language of a report's title, where it is not the site's.
    pub fn language_of<'r>(&self, report: &'r Coverage) -> Option<&'r str> {
        let plain = |tag: &&str| !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        report.language.as_deref().filter(plain).filter(|language| *language != self.site.language)
    }

    /// "33.41".
    pub fn points(&self) -> String {
        as_shown(self.entry.score.total)
    }

    /// How soon we had it.
    pub fn freshness(&self) -> String {
        words::collected(&self.entry.lead, &self.site.zone)
    }

    /// When a report appeared: as its publisher says, else when we saw it.
    pub fn when(&self, report: &Coverage) -> Timestamp {
        report.published.unwrap_or(report.first_seen)
    }

    /// The same in words.
    pub fn reported(&self, report: &Coverage) -> String {
        words::moment(self.when(report), &self.site.zone)
    }
}

/// "“funding round” in a headline, “valuation” in the text".
fn because(tag: &Tag) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for evidence in tag.because.iter().filter(|evidence| evidence.weight >= 0.0).take(SHOWN_EVIDENCE) {
        let place = words::place(evidence.place);
        reasons.push(match evidence.place {
            Place::Title | Place::Text | Place::Category => format!("“{}” {place}", evidence.words),
            Place::Source | Place::Fallback | Place::Editor => place.to_owned(),
        });
    }
    reasons.join(", ")
}

/// Up to the first full stop that ends a sentence.
fn first_sentence(text: &str) -> &str {
    let end = text.match_indices(['.', '!', '?', '。']).find(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        rest.is_empty() || rest.starts_with(char::is_whitespace) || *mark == "。"
    });
    end.map_or(text, |(at, mark)| &text[..at + mark.len()])
}

/// The clauses that a sentence begins with, as many as make 8 to 16 words.
fn first_clauses(sentence: &str) -> Option<String> {
    let ends = sentence.match_indices(' ').map(|(at, _)| &sentence[..at]);
    let ends = ends.filter_map(|clauses| clauses.strip_suffix([',', ';', ':']));
    let mut fitting = ends.filter(|clauses| SHORT.contains(&clauses.split_whitespace().count()));
    fitting.next_back().map(|clauses| format!("{clauses} …"))
}

fn first_words(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= most { words.join(" ") } else { format!("{} …", words[..most].join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::fixture::{recap, site};

    #[track_caller]
    fn check_clauses(sentence: &str, expected: Option<&str>) {
        assert_eq!(first_clauses(sentence).as_deref(), expected);
    }

    #[test]
    fn a_long_sentence_is_cut_after_a_clause() {
        check_clauses(
            "The fund, which is new, is in talks to lead the first round, at a valuation of 4,814 million, people say",
            Some("The fund, which is new, is in talks to lead the first round …"),
        );
        check_clauses("In May, a fund of the state was in talks about a stake in a company", None);
        check_clauses("None of these words is followed by a sign that would end a clause of it", None);
    }

    #[test]
    fn the_original_is_who_speaks_for_itself_or_was_first() {
        let (site, recap) = (site(), recap());
        let led_by = |at: usize, kind: Kind, copy_of: Option<&str>| {
            let mut entry = recap.entries[0].clone();
            entry.coverage[at].kind = kind;
            entry.coverage[at].copy_of = copy_of.map(str::to_owned);
            entry.lead = entry.coverage[at].clone();
            Card::new(&site, &recap, &entry).read_at()
        };
        assert_eq!(led_by(0, Kind::Press, None), "Read the original at");
        assert_eq!(led_by(2, Kind::Primary, None), "Read the original at");
        assert_eq!(led_by(2, Kind::Press, None), "Read it at");
        assert_eq!(led_by(0, Kind::Press, Some("Ledger Street")), "Read it at");
        assert_eq!(led_by(0, Kind::Aggregator, None), "Read it at");
    }

    #[test]
    fn the_other_publishers_are_named_three_at_a_time() {
        let (site, recap) = (site(), recap());
        let card = Card::new(&site, &recap, &recap.entries[0]);
        assert_eq!(card.others(), "Eastern Wire, Ledger Street, The Daily Model (+2)");
        assert_eq!(card.breadth(), "6 publishers");
    }

    #[test]
    fn evidence_reads_as_words() {
        let (site, recap) = (site(), recap());
        let card = Card::new(&site, &recap, &recap.entries[0]);
        assert_eq!(card.readers()[0].name, "Founders & Product Leaders");
        assert_eq!(card.readers()[0].because, "“funding round” in a headline, “valuation” in the text");
    }

    #[test]
    fn sentences_end_at_their_mark() {
        assert_eq!(first_sentence("It costs $4.5 now. More."), "It costs $4.5 now.");
        assert_eq!(first_sentence("No mark"), "No mark");
        assert_eq!(first_sentence("第一句。第二句。"), "第一句。");
    }
}
