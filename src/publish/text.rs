//! A recap as Markdown, as plain text and as JSON: for people and programs
//! that want neither a feed nor a page.

use crate::publish::card::Card;
use crate::publish::inert::{printable, spelt_out};
use crate::publish::{Document, Site, quote, words};
use crate::recap::{Recap, State};
use crate::text::one_line;

/// `recap.json`: everything that is stored of it, with no more of an item's words than a page has. What turns a
/// line around stays in quotes, in a spelling that no terminal obeys.
pub fn json(site: &Site, recap: &Recap) -> Document {
    let mut shown = recap.clone();
    shown.stories_mut().for_each(|entry| entry.insight = quote::of(entry, site.excerpt_words));
    shown.withdrawn.iter_mut().for_each(|gone| gone.was.clear());
    let stored = serde_json::to_string_pretty(&shown).expect("a recap has only text keys");
    let mut body = spelt_out(&stored);
    body.push('\n');
    Document::new("application/json", body, recap.updated())
}

/// `recap.md`: CommonMark.
pub fn markdown(site: &Site, recap: &Recap) -> Document {
    let blocks: Vec<String> = blocks(site, recap).iter().map(Block::markdown).collect();
    Document::new("text/markdown; charset=utf-8", joined(&blocks), recap.updated())
}

/// `recap.txt`: lines of prose, addresses in full.
pub fn plain(site: &Site, recap: &Recap) -> Document {
    let blocks: Vec<String> = blocks(site, recap).iter().map(Block::plain).collect();
    Document::new("text/plain; charset=utf-8", joined(&blocks), recap.updated())
}

/// A piece of a text, between blank lines.
enum Block {
    Title(String),
    Heading(String),
    Numbered(Vec<String>),
    Story { place: u32, headline: String, link: String },
    Labelled(&'static str, String),
    Small(String),
    Bullets(Vec<Bullet>),
}

/// A story in one line.
struct Bullet {
    headline: String,
    publisher: String,
    link: String,
    /// "follow-up to week 18: ..".
    follows: Option<String>,
    /// In the editor's words.
    note: Option<String>,
}

fn joined(blocks: &[String]) -> String {
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

fn blocks(site: &Site, recap: &Recap) -> Vec<Block> {
    let (full, also) = Card::sections(site, recap);
    let days = words::days(&recap.window, &site.zone);
    let (out, frozen) = (words::out(recap), words::moment(recap.frozen, &site.zone));
    let mut blocks = vec![
        Block::Title(clean(&recap.title())),
        Block::Small(clean(&format!("{} · {days} · {out} {frozen}", site.title))),
    ];
    blocks.extend(words::quiet(recap).map(|quiet| Block::Small(clean(&quiet))));
    if let Some(note) = &recap.note {
        blocks.push(Block::Labelled("The editor", clean(note)));
    }
    let short: Vec<String> = full.iter().chain(&also).take(3).map(|card| clean(&card.in_short())).collect();
    if !short.is_empty() {
        blocks.extend([Block::Heading("In short".to_owned()), Block::Numbered(short)]);
    }
    if !full.is_empty() {
        blocks.push(Block::Heading("Top stories".to_owned()));
        blocks.extend(full.iter().flat_map(story));
    }
    if !also.is_empty() {
        let bullets = also.iter().map(bullet).collect();
        blocks.extend([Block::Heading("Also this week".to_owned()), Block::Bullets(bullets)]);
    }
    if !recap.corrections.is_empty() {
        blocks.push(Block::Heading("Corrections".to_owned()));
        let lines = recap.corrections.iter().map(|correction| clean(&words::corrected(correction, &site.zone)));
        blocks.extend(lines.map(Block::Small));
    }
    let made = [words::chosen_from(recap), words::model_gaps(recap)].into_iter().flatten();
    let made: String = made.map(|said| format!("{said}. ")).collect();
    blocks.push(Block::Small(format!("{made}All rights belong to the original publishers.")));
    if recap.state != State::Draft {
        blocks.push(Block::Small(site.url(&recap.path())));
    }
    blocks
}

fn story(card: &Card) -> Vec<Block> {
    let mut meta = vec![clean(&card.entry.lead.publisher), card.day()];
    let others = card.others();
    if !others.is_empty() {
        meta.push(format!("also: {}", clean(&others)));
    }
    let Bullet { headline, link, .. } = bullet(card);
    let mut blocks = vec![Block::Story { place: card.entry.place, headline, link }, Block::Small(meta.join(" · "))];
    blocks.extend(card.entry.follows.iter().map(|follows| Block::Small(clean(&follows.in_words()))));
    blocks.extend(card.lines().iter().map(|line| Block::Labelled(line.label, clean(&line.text()))));
    let readers = clean(&card.reader_names());
    if !readers.is_empty() {
        blocks.push(Block::Small(format!("For: {readers}")));
    }
    blocks
}

fn bullet(card: &Card) -> Bullet {
    Bullet {
        headline: clean(&card.entry.headline),
        publisher: clean(&card.entry.lead.publisher),
        link: card.best_url(),
        follows: card.entry.follows.as_ref().map(|follows| clean(&follows.in_words())),
        note: card.insight.note.as_ref().map(|note| clean(&note.text)),
    }
}

fn clean(text: &str) -> String {
    one_line(&printable(text))
}

impl Block {
    fn markdown(&self) -> String {
        match self {
            Self::Title(text) => format!("# {}", escaped(text)),
            Self::Heading(text) => format!("## {}", escaped(text)),
            Self::Numbered(lines) => numbered(lines.iter().map(|line| escaped(line))),
            Self::Story { place, headline, link } => format!("### {place}. [{}](<{link}>)", escaped(headline)),
            Self::Labelled(label, text) => format!("**{label}:** {}", escaped(text)),
            Self::Small(text) => escaped(text),
            Self::Bullets(bullets) => {
                let follows = |it: &Bullet| it.follows.as_ref().map(|follows| format!(" · {}", escaped(follows)));
                let note = |it: &Bullet| it.note.as_ref().map(|note| format!(" · Editor’s note: {}", escaped(note)));
                let line = |it: &Bullet| {
                    let (headline, publisher) = (escaped(&it.headline), escaped(&it.publisher));
                    let more: String = [follows(it), note(it)].into_iter().flatten().collect();
                    format!("- [{headline}](<{}>) · {publisher}{more}", it.link)
                };
                bullets.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Title(text) => format!("{text}\n{}", "=".repeat(text.chars().count())),
            Self::Heading(text) => format!("{text}\n{}", "-".repeat(text.chars().count())),
            Self::Numbered(lines) => numbered(lines.iter().cloned()),
            Self::Story { place, headline, link } => format!("{place}. {headline}\n{link}"),
            Self::Labelled(label, text) => format!("{label}: {text}"),
            Self::Small(text) => text.clone(),
            Self::Bullets(bullets) => {
                let follows = |it: &Bullet| it.follows.as_ref().map(|follows| format!("\n  {follows}"));
                let note = |it: &Bullet| it.note.as_ref().map(|note| format!("\n  Editor’s note: {note}"));
                let line = |it: &Bullet| {
                    let Bullet { headline, publisher, link, .. } = it;
                    let more: String = [follows(it), note(it)].into_iter().flatten().collect();
                    format!("* {headline} ({publisher})\n  {link}{more}")
                };
                bullets.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

fn numbered(lines: impl Iterator<Item = String>) -> String {
    lines.enumerate().map(|(index, line)| format!("{}. {line}", index + 1)).collect::<Vec<_>>().join("\n")
}

/// With a backslash before everything that CommonMark could read as markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
        let marks = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' => true,
            '&' => next.is_ascii_alphanumeric() || next == '#',
            _ => false,
        };
        let begins_a_list = at == 0 && matches!(c, '+' | '-' | '=');
        if marks || begins_a_list {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::fixture::{HOSTILE, recap, site};
    use expect_test::expect;

    fn text(document: &Document) -> String {
        String::from_utf8(document.body.clone()).unwrap()
    }

    #[test]
    fn a_week_reads_well_as_markdown() {
        let mut week = recap();
        week.entries.truncate(2);
        expect![[r#"
            # Week 19: China’s Big Fund leads DeepSeek round at $45B

            Weekly AI Recap · 4–10 May 2026 · published 11 May 2026, 08:00 UTC

            A quiet week: there were 2 stories to tell.

            ## In short

            1. DeepSeek’s first outside money would come from the state’s own chip fund
            2. The small model now reads 400,000 tokens at once.

            ## Top stories

            ### 1. [China’s Big Fund leads DeepSeek round at $45B](<https://next-paper.example/2026/05/3?a=1&b=2>)

            The Next Paper · 6 May 2026 · also: Eastern Wire, Ledger Street, The Daily Model (+2)

            **What changed:** China’s largest state semiconductor fund is in talks to lead the first outside investment in DeepSeek. The round would value the lab at about $45 billion, more than four times the figure discussed last year.

            **Why it matters:** Six publishers; the largest of four funding rounds this month. A lab that gave its weights away now gets a shareholder with an industrial policy.

            **What to do next:** Founders: check whether your suppliers’ terms change with their shareholders before you renew.

            For: Founders & Product Leaders, Investors

            ### 2. [Northlight doubles the context window of its smallest model and halves the price](<https://next-paper.example/2026/05/21?a=1&b=2>)

            The Next Paper · 7 May 2026 · also: Harbour Times

            **What changed:** The small model now reads 400,000 tokens at once. A million tokens of input cost 10 cents, down from 20.

            **What to do next:** Developers: run your own evaluation set against it before you switch.

            For: Developers & AI Engineers

            Chosen from 4,814 items of 100 sources. All rights belong to the original publishers.

            https://recap.example.org/w/2026-W19/
        "#]].assert_eq(&text(&markdown(&site(), &week)));
    }

    #[test]
    fn a_week_reads_well_as_plain_text() {
        let mut week = recap();
        week.entries.drain(1..4);
        week.entries.truncate(2);
        week.full = 1;
        expect![[r#"
            Week 19: China’s Big Fund leads DeepSeek round at $45B
            ======================================================

            Weekly AI Recap · 4–10 May 2026 · published 11 May 2026, 08:00 UTC

            In short
            --------

            1. DeepSeek’s first outside money would come from the state’s own chip fund
            2. A compiler for sparse models runs a 70B model on one desktop card

            Top stories
            -----------

            1. China’s Big Fund leads DeepSeek round at $45B
            https://next-paper.example/2026/05/3?a=1&b=2

            The Next Paper · 6 May 2026 · also: Eastern Wire, Ledger Street, The Daily Model (+2)

            What changed: China’s largest state semiconductor fund is in talks to lead the first outside investment in DeepSeek. The round would value the lab at about $45 billion, more than four times the figure discussed last year.

            Why it matters: Six publishers; the largest of four funding rounds this month. A lab that gave its weights away now gets a shareholder with an industrial policy.

            What to do next: Founders: check whether your suppliers’ terms change with their shareholders before you renew.

            For: Founders & Product Leaders, Investors

            Also this week
            --------------

            * A compiler for sparse models runs a 70B model on one desktop card (Gradient Notes)
              https://next-paper.example/2026/05/51?a=1&b=2

            Chosen from 4,814 items of 100 sources. All rights belong to the original publishers.

            https://recap.example.org/w/2026-W19/
        "#]].assert_eq(&text(&plain(&site(), &week)));
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = text(&markdown(&site(), &recap()));
        assert!(text.contains(r"\<script\>alert(1)\</script\>"), "{text}");
        assert!(!text.contains("[x]("), "no link but ours");
        assert!(!text.contains('\u{0}'));
    }

    #[test]
    fn the_json_is_the_stored_recap() {
        let recap = recap();
        let read: Recap = serde_json::from_slice(&json(&site(), &recap).body).unwrap();
        assert_eq!(read, recap);
        assert!(read.entries[5].headline.contains(HOSTILE));
    }
}
