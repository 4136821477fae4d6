//! The publishers' own sentences, sorted by what they tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::boilerplate::{is_prose, words};
use super::differ::contradicts;
use super::hook::is_vague;
use super::measure::{Measured, is_about_another, measured};
use super::reading::{Line, Readable, Reading, Voice, is_telling};
use super::taken::Taken;
use super::{Origin, Part};
use crate::audience::Term;
use crate::audience::terms::Finder;
use crate::facts::{Fact, FactKind};
use crate::names::{Name, Names, Sort};
use crate::publisher::Kind;
use crate::text::token::is_unspaced;

/// The news in brief is no longer.
const CHANGED_MOST_WORDS: usize = 60;

/// And of no more sentences.
const CHANGED_MOST_SENTENCES: usize = 3;

const TAKEAWAYS_MOST: usize = 5;
const TECHNICAL_MOST: usize = 3;
const OUTLOOK_MOST: usize = 3;

/// A title longer than this is a text of its own.
const TITLE_MOST_CHARS: usize = 140;

/// What is to come. "Could" and "may" are left out: they promise nothing.
pub(super) static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"\b(will|won't|expects?|(is|are|was|were) expected|plans? (to|on)|planning to|aims? to|intends? to|hopes? to|",
        r"(is|are) (set|due|scheduled|slated|likely) to|scheduled for|slated for|upcoming|forthcoming|next (week|month|quarter|year)|",
        r"by (the end of|early|mid|late)|by (20[2-9]\d)|wird|werden|soll(en)?)\b|将于|将在|将会|将|预计|计划|有望|拟"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Words that point back at a sentence which may not be there.
static POINTS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^[“\x22]?(It|Its|He|She|They|Their|His|Her|Ours|This|These|Those|That|Both|But|And|So|However|Instead|Meanwhile|Also|Then|",
        r"Still|Yet|Nor|Or|There|Such|Another|Others|Neither|Either|First,|Second,|Third,|Finally,|Moreover|Furthermore|Additionally|In addition|The (two|three|four|pair|latter|former|move|same))\b",
        r"|^(其|他|她|它|这|此|该|但|不过|另外|区别|两者|双方|前者|后者)"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// The lead's text if it is short, else the sentences that weigh most as news, in
/// the order of the text; where no report has a text, what another headline adds.
pub(super) fn what_changed(reading: &Reading, names: &Names, taken: &mut Taken) -> Option<Part> {
    let reported = of_sentences(reading, taken, Some(Voice::Reporting));
    reported.or_else(|| of_titles(reading, names, taken)).or_else(|| of_sentences(reading, taken, None))
}

/// The headline that tells most of what is not on the card yet, and contradicts nothing there.
fn of_titles(reading: &Reading, names: &Names, taken: &mut Taken) -> Option<Part> {
    let headline = reading.headline()?;
    let added = |line: &Line| {
        let others = line.names.iter().filter(|name| headline.names.iter().all(|known| known.id != name.id)).count();
        taken.new_facts(line).len() + others
    };
    // A headline with a few words of another script is none that its readers read.
    let is_in_han = headline.text.contains(is_unspaced);
    let fitting = reading.lines.iter().filter(|line| {
        line.place == 0
            && line.readable == Readable::Yes
            && line.voice == Voice::Reporting
            && is_telling_title(reading, line)
            && !is_digest(line.text)
            && (is_in_han || !line.text.contains(is_unspaced))
            && added(line) > 0
            && taken.has_room_for(line)
            && !contradicts(line, headline, names)
    });
    let strength = |line: &Line| added(line).min(3) as f64 + weight_of_publisher(reading, line);
    let best = fitting.reduce(|best, next| if strength(next) > strength(best) { next } else { best })?;
    taken.take(best);
    Some(reading.quoted(best))
}

/// Whether a title lists several things, or goes on being written.
fn is_digest(title: &str) -> bool {
    title.contains(['丨', '｜', '；']) || title.to_lowercase().contains("live blog")
}

/// Spoken in this `voice`: a publisher's "we" only where nobody tells it otherwise.
fn of_sentences(reading: &Reading, taken: &mut Taken, voice: Option<Voice>) -> Option<Part> {
    let spoken = reading.prose().map(|(_, line)| line).filter(|line| voice.is_none_or(|it| line.voice == it));
    let all: Vec<&Line> = spoken.filter(|line| taken.has_room_for(line)).collect();
    let source = all.first()?.report;
    let text: Vec<&Line> = all.into_iter().filter(|line| line.report == source).collect();
    let mut order: Vec<usize> = (0..text.len()).collect();
    let all_words: usize = text.iter().map(|line| words(line.text)).sum();
    if text.len() > CHANGED_MOST_SENTENCES || all_words > CHANGED_MOST_WORDS {
        order.sort_by(|one, other| weight(reading, text[*other]).total_cmp(&weight(reading, text[*one])));
    }
    let mut chosen: Vec<usize> = Vec::new();
    let mut room = CHANGED_MOST_WORDS;
    for index in order {
        // What points back is told with what it points to, if that stands by itself.
        let hangs = |index: usize| POINTS_BACK.is_match(text[index].text);
        let lacks = index.checked_sub(1).filter(|before| hangs(index) && !chosen.contains(before));
        let is_whole = if hangs(index) { index > 0 && lacks.is_none_or(|before| !hangs(before)) } else { true };
        let told: Vec<usize> = lacks.into_iter().chain([index]).filter(|at| !chosen.contains(at)).collect();
        let length: usize = told.iter().map(|at| words(text[*at].text)).sum();
        let fits = chosen.is_empty() && told.len() == 1 || length <= room;
        let has_places = !told.is_empty() && chosen.len() + told.len() <= CHANGED_MOST_SENTENCES;
        let lines: Vec<&Line> = told.iter().map(|at| text[*at]).collect();
        if !is_whole || !fits || !has_places || !taken.has_room_for_all(&lines) {
            continue;
        }
        for at in told {
            // The first of two may have said what the second says.
            if !taken.has_said(text[at]) {
                room = room.saturating_sub(words(text[at].text));
                taken.take(text[at]);
                chosen.push(at);
            }
        }
    }
    chosen.sort_unstable();
    let chosen: Vec<&Line> = chosen.into_iter().map(|index| text[index]).collect();
    let cites = chosen.iter().map(|line| reading.cite(line)).collect();
    (!chosen.is_empty()).then(|| Part { text: joined(&chosen), origin: Origin::Extract, cites })
}

/// With spaces between, but for scripts that have none.
fn joined(lines: &[&Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let is_spaced = !text.is_empty() && !text.ends_with(['。', '！', '？']);
        text.extend(is_spaced.then_some(' '));
        text += line.text;
    }
    text
}

/// What somebody did, said or decided: the verbs that news is told with.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(announce[sd]?|unveil(s|ed)|launch(es|ed)|releas(es|ed)|rais(es|ed)|agree[sd]|sign(s|ed)|acquire[sd]|b(uys|ought)|s(ells|old)|",
        r"fine[sd]|sue[sd]|ruled|order(s|ed)|ban(s|ned)|cuts?|lays off|laid off|resign(s|ed)|step(s|ped) down|appoint(s|ed)|delay(s|ed)|",
        r"postpone[sd]|cancel(s|led|ed)|suspend(s|ed)|withdr(aws|ew)|pass(es|ed)|approve[sd]|reject(s|ed)|confirm(s|ed)|offer(s|ed)|",
        r"went down|restored|leaked|breached)\b",
        r"|宣布|发布|推出|完成|收购|签署|起诉|裁定|罚款|裁员|推迟|暂停|批准|kündigt|gab bekannt|übernimmt|verhängt"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// What was so before, and who somebody is: the setting of news.
static BACKGROUND: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(founded in|was founded|best known|known for|is known|has long|have long|in recent (years|months)|years ago|",
        r"previously|so far|to date|until now|a year earlier|since (19|20)\d\d|the company (makes|offers|provides|develops)|",
        r"(is|are) (one of|among) the|comes (as|amid|after)|analysts (say|said)|gegründet)\b|成立于|此前|近年来"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// How well a sentence stands for the news: early, like the headline and with its figures, like the other
/// sentences, with figures of its own, of something done; what was so before stands back.
fn weight(reading: &Reading, line: &Line) -> f64 {
    let early = 1.0 / (line.place as f64).sqrt();
    let shared = |token: &&String| reading.common.get(*token).is_some_and(|times| *times > 1);
    let central = line.tokens.iter().filter(shared).count() as f64 / line.tokens.len().max(1) as f64;
    let headline = reading.headline().map_or(0.0, |headline| {
        line.tokens.intersection(&headline.tokens).count() as f64 / headline.tokens.len().max(1) as f64
    });
    let telling: Vec<String> = line.facts.iter().filter(|fact| is_telling(fact)).map(Fact::key).collect();
    let of_headline = reading.headline().map_or(0, |headline| {
        headline.facts.iter().filter(|fact| is_telling(fact) && telling.contains(&fact.key())).count()
    });
    let figures = 0.3 * telling.len().min(2) as f64 + 0.4 * of_headline.min(1) as f64;
    let done = if DONE.is_match(line.text) { 0.5 } else { 0.0 };
    let background = if BACKGROUND.is_match(line.text) { 0.8 } else { 0.0 };
    2.0 * early + central + headline + figures + done - background
}

/// By when something is to be. A headline looks ahead only with one of these: most are in the present tense.
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(next (week|month|quarter|year|spring|summer|autumn|fall|winter)|later this (week|month|quarter|year)|",
        r"(in|by|from|for) (early |mid-?|late )?20[2-9]\d|(in|within) (the )?(coming|next) |by (the end of|year-end)|this (spring|summer|autumn|fall|winter)|",
        r"as (early|soon) as|in q[1-4]|(first|second|third|fourth) quarter of 20)|下周|下个?月|下半年|明年|年底|月底|年内|季度|最快"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "OpenAI to file for a listing": as headlines say "will".
static IS_TO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\S+( \S+){0,4} to [a-z]{2,}\b").expect("the pattern is a constant and is compiled by the tests")
});

/// Sentences that look ahead, those with a day first; headlines that say by when.
pub(super) fn outlook(reading: &Reading, taken: &mut Taken) -> Vec<Part> {
    let says_so = |line: &Line| AHEAD.is_match(line.text) || (line.place == 0 && IS_TO.is_match(line.text));
    let ahead: Vec<&Line> = reading.lines.iter().filter(|line| says_so(line)).collect();
    let overtaken = overtaken(reading, &ahead);
    let is_whole =
        |line: &Line| if line.place == 0 { WHEN.is_match(line.text) } else { !POINTS_BACK.is_match(line.text) };
    let is_fit = |line: &Line| is_whole(line) && !TO_READERS.is_match(line.text) && !overtaken.contains(&at(line));
    let strength = |line: &Line| {
        let written = reading.report(line).published.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let has_future_day = line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(day) if day > written));
        if has_future_day { 2.0 } else { 1.0 }
    };
    let strengths: BTreeMap<(usize, usize), f64> =
        ahead.iter().filter(|line| is_fit(line)).map(|line| (at(line), strength(line))).collect();
    best(reading, taken, OUTLOOK_MOST, |line, _| strengths.get(&at(line)).copied())
}

/// Which of the lines that look ahead give a figure that another of a later day gives otherwise. What is so by then
/// overtakes no plan for later, and what is told of others overtakes nothing.
fn overtaken(reading: &Reading, ahead: &[&Line]) -> BTreeSet<(usize, usize)> {
    let is_own = |line: &Line| {
        let may_be_anothers = reading.actor.is_some_and(|actor| is_about_another(line, actor));
        !may_be_anothers && about(reading, line) != About::Others
    };
    let own = ahead.iter().filter(|line| is_own(line));
    let figures: Vec<(&Line, Measured)> =
        own.flat_map(|line| measured(line).into_iter().map(move |it| (*line, it))).collect();
    let overtaken = figures.iter().filter(|(line, old)| {
        figures.iter().any(|(later, new)| later.written > line.written && new.is_of_later(old) && new.differs(old))
    });
    overtaken.map(|(line, _)| at(line)).collect()
}

/// Which line of all it is: the report, and the place in it.
fn at(line: &Line) -> (usize, usize) {
    (line.report, line.place)
}

/// What a publisher tells its own readers to do, or what will happen to them.
static TO_READERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[Yy](ou|our|ours|ourself)\b|您的?|你的?|\bIh(r|re[mnrs]?)\b")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Words that only people who build it use.
pub(super) fn technical_terms() -> Finder {
    let words = [
        "parameter*",
        "context window",
        "context",
        "token*",
        "benchmark*",
        "architecture",
        "mixture of experts",
        "mixture-of-experts",
        "moe",
        "transformer*",
        "attention",
        "trained on",
        "pretrain*",
        "pre-train*",
        "post-train*",
        "reinforcement learning",
        "fine-tun*",
        "inference",
        "weights",
        "open weights",
        "quantiz*",
        "fp8",
        "fp4",
        "int4",
        "gpu*",
        "tpu*",
        "hbm*",
        "latency",
        "throughput",
        "apache 2.0",
        "mit license",
        "mit licence",
        "api",
        "apis",
        "sdk",
        "distill*",
        "embedding*",
        "multimodal",
        "vision encoder",
        "swe-bench*",
        "mmlu*",
        "gpqa",
        "arc-agi*",
        "kernel*",
        "cuda",
        "vulnerabilit*",
        "cve-*",
        "exploit*",
        "sandbox*",
        "encrypt*",
        "nanometre*",
        "nanometer*",
        "interconnect*",
        "megawatt*",
        "参数",
        "上下文",
        "训练",
        "推理",
        "架构",
        "基准",
        "开源",
        "权重",
        "词元",
        "许可证",
        "显存",
        "算力",
        "微调",
        "延迟",
        "token",
    ];
    let terms: Vec<Term> = words.iter().map(|word| Term { any: vec![(*word).to_owned()], weight: 1.0 }).collect();
    Finder::new([terms.as_slice()])
}

/// Sentences with two technical words, or one and a figure; headlines with a figure.
pub(super) fn technical(reading: &Reading, terms: &Finder, taken: &mut Taken) -> Vec<Part> {
    let strength = |line: &Line| {
        let figures = line
            .facts
            .iter()
            .filter(|fact| {
                matches!(fact.kind, FactKind::Count { .. } | FactKind::Version { .. } | FactKind::Percent { .. })
            })
            .count();
        (terms.find(line.text).len(), figures.min(2))
    };
    best(reading, taken, TECHNICAL_MOST, |line, _| match strength(line) {
        (0, _) | (1, 0) => None,
        (_, 0) if line.place == 0 => None,
        _ if TO_READERS.is_match(line.text) => None,
        (words, figures) => Some((words + figures) as f64),
    })
}

/// One new fact each, from sentences and, where those have none, from the other titles.
pub(super) fn takeaways(reading: &Reading, taken: &mut Taken) -> Vec<Part> {
    best(reading, taken, TAKEAWAYS_MOST, |line, taken| {
        let news = taken.new_facts(line).len().min(3) as f64;
        let about = about(reading, line);
        let has_news = news > 0.0 && about != About::Others && !POINTS_BACK.is_match(line.text);
        let own = if about == About::Own { 1.0 } else { 0.0 };
        let sentence = if line.place == 0 { 0.0 } else { 1.0 };
        has_news.then(|| 2.0 * news + weight_of_publisher(reading, line) + sentence + own)
    })
}

/// Of whom a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Of one of the story's own, by name.
    Own,
    /// Of no known name: the story's own are meant as a rule.
    Nobody,
    /// Only of others: "for comparison, Moonshot closed at $20 billion".
    Others,
}

fn about(reading: &Reading, line: &Line) -> About {
    let is_own = |name: &&Name| reading.own.contains(name.of.as_deref().unwrap_or(&name.id));
    match line.names.iter().find(|name| name.of.is_some() || !matches!(name.sort, Sort::Person | Sort::Investor)) {
        _ if line.names.iter().any(is_own) => About::Own,
        Some(_) if !reading.own.is_empty() => About::Others,
        _ => About::Nobody,
    }
}

fn weight_of_publisher(reading: &Reading, line: &Line) -> f64 {
    reading.report(line).weight
}

/// Up to `most` lines, each the strongest by then; of equal ones the first.
fn best(
    reading: &Reading,
    taken: &mut Taken,
    most: usize,
    strength: impl Fn(&Line, &Taken) -> Option<f64>,
) -> Vec<Part> {
    let is_quotable = |line: &&Line| {
        let is_ours = line.readable == Readable::Yes && line.voice == Voice::Reporting;
        is_ours && (line.place > 0 || is_telling_title(reading, line))
    };
    let candidates: Vec<&Line> = reading.lines.iter().filter(is_quotable).collect();
    let mut parts = Vec::new();
    while parts.len() < most {
        let strong = candidates.iter().filter_map(|line| Some((strength(line, taken)?, *line)));
        let fresh = strong.filter(|(_, line)| taken.has_room_for(line));
        let strongest = fresh.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, line)) = strongest else { break };
        taken.take(line);
        parts.push(reading.quoted(line));
    }
    parts
}

/// With its first letter a capital.
pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether another report's title can stand as a sentence; those of lists of links are others' words.
pub(super) fn is_telling_title(reading: &Reading, line: &Line) -> bool {
    let is_own = matches!(reading.report(line).kind, Kind::Press | Kind::Primary);
    line.report > 0
        && is_own
        && line.text.chars().count() <= TITLE_MOST_CHARS
        && is_prose(line.text)
        && !is_vague(line.text)
}

#[cfg(test)]
mod tests {
    use super::super::{Report, Subject};
    use super::*;
    use crate::id::ItemId;
    use crate::names::Clarity;
    use crate::source::Readers;

    fn names() -> Names {
        let company = |id: &str, name: &str, rival: &str| Name {
            id: id.to_owned(),
            name: name.to_owned(),
            sort: Sort::Company,
            aliases: Vec::new(),
            of: None,
            rivals: vec![rival.to_owned()],
            clarity: Clarity::Clear,
        };
        Names::new(vec![company("deepseek", "DeepSeek", "moonshot"), company("moonshot", "Moonshot", "deepseek")])
    }

    /// A report of this day of May 2026.
    fn report<'s>(day: i8, title: &'s str, text: &'s str) -> Report<'s> {
        let midnight = jiff::civil::date(2026, 5, day).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        Report {
            item: ItemId(i64::from(day)),
            version: 1,
            publisher: "Harbor Wire",
            weight: 0.5,
            kind: Kind::Press,
            title,
            text,
            language: None,
            published: midnight.timestamp(),
            is_copy: false,
            quotable_words: 200,
            readers: Readers::All,
        }
    }

    /// The part of a card that `written` takes from `reports`, where nothing else is on it.
    fn part<T>(reports: Vec<Report>, written: impl Fn(&Reading, &Names, &mut Taken) -> T) -> T {
        let names = names();
        let subject = Subject { reports, tags: &[], earlier: Vec::new(), figures: None, language: "en" };
        let reading = Reading::new(&subject, &names);
        written(&reading, &names, &mut Taken::new(&reading))
    }

    #[test]
    fn a_setting_is_not_told_without_the_news_that_points_back_at_it() {
        let setting = "DeepSeek, which was founded in 2023 and is best known for its open models, has a supplier of long \
            standing in the north of the country.";
        let news = "It agreed to sell 40,000 GPUs to the lab for $4 billion and to deliver all of them to its halls in \
            Hangzhou before the summer ends.";
        let third =
            "Rivals in the region raised their own orders by 30% on Tuesday, three suppliers said in a joint note.";
        let text = format!("{setting} {news} {third}");
        let told = |quotable_words: usize| {
            let report = Report { quotable_words, ..report(6, "DeepSeek orders 40,000 GPUs", &text) };
            part(vec![report], what_changed).unwrap().text
        };
        assert_eq!(told(60), format!("{setting} {news}"));
        assert_eq!(told(40), third, "there is room for each of the two, and not for both");
    }

    /// Whether the outlook still has a sentence of the second of May when a title of the sixth says this.
    #[track_caller]
    fn check_outlook(ahead: &str, later: &str, is_told: bool) {
        let reports = vec![report(2, "DeepSeek and its plans", ahead), report(6, later, "")];
        let outlook = part(reports, |reading, _, taken| outlook(reading, taken));
        assert_eq!(outlook.iter().any(|part| part.text == ahead), is_told, "{ahead} / {later}");
    }

    #[test]
    fn only_a_newer_plan_of_the_storys_own_overtakes_a_plan() {
        let ahead = "DeepSeek expects to draw 250 MW in its halls.";
        check_outlook(ahead, "DeepSeek will draw 230 MW in its halls", false);
        check_outlook(ahead, "Moonshot will draw 300 MW in its halls", true);
        check_outlook(ahead, "DeepSeek draws 100 MW in its halls", true);
        check_outlook("Moonshot expects to draw 250 MW in its halls.", "DeepSeek will draw 230 MW in its halls", true);
    }
}
