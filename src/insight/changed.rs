//! What changed: the news in up to three sentences, or in another headline.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::differ::contradicts;
use super::extract::{POINTS_BACK, is_telling_title, lacks_terms, weight_of_publisher};
use super::kind::opening;
use super::reading::{Line, Readable, Reading, Voice, is_telling};
use super::stray::strays;
use super::taken::Taken;
use super::titles::{has_passed, is_comment};
use super::{Origin, Part};
use crate::facts::Fact;
use crate::names::{Name, Names};
use crate::story::comment::goes_on;
use crate::text::token::tokens;

/// The news in brief is no longer.
const CHANGED_MOST_WORDS: usize = 60;

/// And of no more sentences.
const CHANGED_MOST_SENTENCES: usize = 3;

/// A single sentence behind others that are not told has so many words at least, or a figure.
const LEAST_WORDS: usize = 8;

/// The lead's text if it is short, else the sentences that weigh most as news, in
/// the order of the text; where no report has a text, what another headline adds.
///
/// None of it from a report of something else.
pub(super) fn what_changed(reading: &Reading, names: &Names, taken: &mut Taken) -> Option<Part> {
    let strays = strays(reading);
    let reported = of_sentences(reading, &strays, taken, Some(Voice::Reporting));
    let told = reported.or_else(|| of_titles(reading, &strays, names, taken));
    told.or_else(|| of_sentences(reading, &strays, taken, None))
}

/// The headline that tells most of what is not on the card yet, is of what others tell, and contradicts nothing there.
fn of_titles(reading: &Reading, strays: &BTreeSet<usize>, names: &Names, taken: &mut Taken) -> Option<Part> {
    let headline = reading.headline()?;
    let added = |line: &Line| added(line, headline, taken);
    let fitting = reading.lines.iter().filter(|line| {
        line.place == 0
            && line.readable == Readable::Yes
            && line.voice == Voice::Reporting
            && is_telling_title(reading, line)
            && !strays.contains(&line.report)
            && !is_digest(line.text)
            && !is_comment(line.text)
            && !has_passed(line)
            && added(line) > 0
            && is_akin(reading, line)
            && taken.has_room_for(line)
            && !lacks_terms(reading, line)
            && !contradicts(line, headline, names)
    });
    let strength = |line: &Line| added(line).min(3) as f64 + weight_of_publisher(reading, line);
    let best = fitting.reduce(|best, next| if strength(next) > strength(best) { next } else { best })?;
    taken.take(best);
    Some(reading.quoted(best))
}

/// How many facts and names a title has that are not on the card yet. What it opens with came before, and is no news:
/// "After Harbor bought Quillon for $2 billion, ..".
fn added(line: &Line, headline: &Line, taken: &Taken) -> usize {
    let opening = opening(line.text).len();
    let news: BTreeSet<&String> = taken.news(line).collect();
    let facts = main_facts(line, opening).iter().filter(|key| news.contains(key)).count();
    let is_known = |name: &Name| headline.names.iter().any(|known| known.id == name.id);
    let of_main = line.names.iter().zip(&line.spans).filter(|(_, span)| span.start >= opening);
    let names: BTreeSet<&str> = of_main.filter(|(name, _)| !is_known(name)).map(|(name, _)| name.id.as_str()).collect();
    facts + taken.new_names(line).min(names.len())
}

/// The keys of those facts that make a line worth telling, but for the clause that it opens with, which has so many bytes.
fn main_facts<'l>(line: &'l Line, opening: usize) -> Cow<'l, BTreeSet<String>> {
    if opening == 0 {
        return Cow::Borrowed(line.telling());
    }
    let told = line.facts.iter().filter(|fact| is_telling(fact) && fact.span.start >= opening);
    Cow::Owned(told.map(Fact::key).collect())
}

/// The tokens of a line, but for the clause that it opens with, which has so many bytes.
fn main_words<'l>(line: &'l Line, opening: usize) -> Cow<'l, BTreeSet<String>> {
    if opening == 0 {
        return Cow::Borrowed(line.tokens());
    }
    Cow::Owned(tokens(&line.text[opening..]).into_iter().collect())
}

/// Whether a third of the titles share one thing with a title: a word, or a name, the actor's aside. One that tells
/// most of what is not on the card may do so because it is of something else.
fn is_akin(reading: &Reading, line: &Line) -> bool {
    let spellings = reading.actor.iter().flat_map(|actor| std::iter::once(&actor.name).chain(&actor.aliases));
    let spelled: BTreeSet<String> = spellings.flat_map(|spelling| tokens(spelling)).collect();
    let titles = reading.lines.iter().filter(|title| title.place == 0 && title.readable == Readable::Yes);
    let others: Vec<&Line> = titles.filter(|title| title.report != line.report).collect();
    // Of all titles, of which it is one.
    let are_many = |count: usize| count * 3 > others.len();
    let has_word = |word: &String| are_many(others.iter().filter(|title| title.tokens().contains(word)).count());
    let names_it = |name: &Name| {
        are_many(others.iter().filter(|title| title.names.iter().any(|known| known.id == name.id)).count())
    };
    // A single letter is one of "U.S.".
    let mut words = line.content().filter(|word| word.len() > 1 && !spelled.contains(*word));
    let mut names = line.names.iter().filter(|name| reading.actor.is_none_or(|actor| actor.id != name.id));
    words.any(has_word) || names.any(|name| names_it(name))
}

/// Whether a title lists several things, or goes on being written.
fn is_digest(title: &str) -> bool {
    title.contains(['丨', '｜', '；']) || goes_on(title)
}

/// Spoken in this `voice`: a publisher's "we" only where nobody tells it otherwise. Of the first report whose title is
/// no comment; a comment's text only where no other has one.
fn of_sentences(reading: &Reading, strays: &BTreeSet<usize>, taken: &mut Taken, voice: Option<Voice>) -> Option<Part> {
    let spoken = reading.prose().map(|(_, line)| line).filter(|line| voice.is_none_or(|it| line.voice == it));
    let of_story = spoken.filter(|line| !strays.contains(&line.report) && !lacks_terms(reading, line));
    let all: Vec<&Line> = of_story.filter(|line| taken.has_room_for(line)).collect();
    let texts = all.chunk_by(|one, next| one.report == next.report).filter(|lines| !is_remnant(lines, taken));
    let texts: Vec<&[&Line]> = texts.collect();
    let is_news = |lines: &&&[&Line]| {
        let title = lines.first().and_then(|line| reading.title(line));
        title.is_none_or(|title| !is_comment(title.text))
    };
    let text: Vec<&Line> = texts.iter().find(is_news).or_else(|| texts.first())?.to_vec();
    let mut order: Vec<usize> = (0..text.len()).collect();
    let all_words: usize = text.iter().map(|line| line.words).sum();
    if text.len() > CHANGED_MOST_SENTENCES || all_words > CHANGED_MOST_WORDS {
        let weights: Vec<f64> = text.iter().map(|line| weight(reading, line)).collect();
        order.sort_by(|one, other| weights[*other].total_cmp(&weights[*one]));
    }
    let mut chosen: Vec<usize> = Vec::new();
    let mut room = CHANGED_MOST_WORDS;
    for index in order {
        // What points back is told with what it points to, if that stands by itself.
        let hangs = |index: usize| POINTS_BACK.is_match(text[index].text);
        let before = index.checked_sub(1).filter(|before| is_next(reading, text[*before], text[index]));
        let lacks = before.filter(|before| hangs(index) && !chosen.contains(before));
        let is_whole = !hangs(index) || (before.is_some() && lacks.is_none_or(|before| !hangs(before)));
        let told: Vec<usize> = lacks.into_iter().chain([index]).filter(|at| !chosen.contains(at)).collect();
        let length: usize = told.iter().map(|at| text[*at].words).sum();
        let fits = chosen.is_empty() && told.len() == 1 || length <= room;
        let has_places = !told.is_empty() && chosen.len() + told.len() <= CHANGED_MOST_SENTENCES;
        let lines: Vec<&Line> = told.iter().map(|at| text[*at]).collect();
        if !is_whole || !fits || !has_places || !taken.has_room_for_all(&lines) {
            continue;
        }
        for at in told {
            // The first of two may have said what the second says.
            if !taken.has_said(text[at]) {
                room = room.saturating_sub(text[at].words);
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

/// Whether `next` stands right behind `line` in one text: what was left out between them may be what it points to.
fn is_next(reading: &Reading, line: &Line, next: &Line) -> bool {
    let report = reading.report(line);
    // Lines count from the title on, and a line break stands between.
    let in_text = |at: usize| at.checked_sub(report.title.len() + 1);
    let ends = in_text(line.start + line.text.len()).zip(in_text(next.start));
    let between = ends.and_then(|(from, to)| report.text.get(from..to));
    line.report == next.report && between.is_some_and(|text| text.trim().is_empty())
}

/// Whether all that a text says beyond what is there is a word in passing: "The chief executive leads the talks."
fn is_remnant(lines: &[&Line], taken: &Taken) -> bool {
    let &[line] = lines else { return false };
    line.place > 1 && line.words < LEAST_WORDS && taken.new_facts(line) == 0
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
/// sentences, with figures of its own, of something done; what was so before stands back, and counts for nothing where
/// a sentence opens with it.
fn weight(reading: &Reading, line: &Line) -> f64 {
    let opening = opening(line.text).len();
    let words = main_words(line, opening);
    let early = 1.0 / (line.place as f64).sqrt();
    let central = words.iter().filter(|token| reading.is_common(token)).count() as f64 / words.len().max(1) as f64;
    let headline = reading.headline().map_or(0.0, |headline| {
        words.intersection(headline.tokens()).count() as f64 / headline.tokens().len().max(1) as f64
    });
    let telling = main_facts(line, opening);
    let of_headline = reading.headline().map_or(0, |headline| headline.telling().intersection(&telling).count());
    let figures = 0.3 * telling.len().min(2) as f64 + 0.4 * of_headline.min(1) as f64;
    let done = if DONE.is_match(&line.text[opening..]) { 0.5 } else { 0.0 };
    let background = if BACKGROUND.is_match(line.text) { 0.8 } else { 0.0 };
    2.0 * early + central + headline + figures + done - background
}

#[cfg(test)]
mod tests {
    use super::super::Report;
    use super::super::hook::hook;
    use super::super::tests::{names, report, subject};
    use super::*;

    #[test]
    fn a_word_in_passing_is_no_news() {
        let names = names();
        let told = |texts: &[&str]| {
            let headline = "DeepSeek in talks to raise money at a valuation above all of its rivals";
            let subject = subject(texts.iter().map(|text| report("Harbor Wire", headline, text)).collect());
            let reading = Reading::new(&subject, &names);
            what_changed(&reading, &names, &mut Taken::new(&reading)).map(|part| part.text)
        };
        let again = "DeepSeek is in talks to raise money at a valuation above all of its rivals.";
        let passing = [again, " The chief executive leads the talks."].concat();
        let figure = "The chief executive wants $10 billion.";
        let telling = [again, " ", figure].concat();
        assert_eq!(told(&[&passing]), None);
        assert_eq!(told(&[&telling]).as_deref(), Some(figure));
        assert_eq!(told(&[&passing, &telling]).as_deref(), Some(figure));
    }

    /// What is told under `headline` of a text of which so many words may be quoted.
    fn told_of(headline: &str, text: &str, quotable_words: usize) -> Option<String> {
        let lead = Report { quotable_words, ..report("Harbor Wire", headline, text) };
        let (subject, names) = (subject(vec![lead]), names());
        let reading = Reading::new(&subject, &names);
        what_changed(&reading, &names, &mut Taken::new(&reading)).map(|part| part.text)
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
        let told = |quotable_words: usize| told_of("DeepSeek orders 40,000 GPUs", &text, quotable_words).unwrap();
        assert_eq!(told(60), format!("{setting} {news}"));
        assert_eq!(told(40), third, "there is room for each of the two, and not for both");
    }

    #[test]
    fn what_a_sentence_opens_with_is_not_told_for_the_news() {
        let setting = "The city of Hangzhou has many halls, and most of them stand along a river that is wide and slow \
            and full of boats on every day of the week.";
        let news = "Judges in the north fined DeepSeek $4 million over 40,000 chips, and told the lab to open all of its \
            books to them within a month or two.";
        let before = "After DeepSeek bought 40,000 chips for $4 million and signed with its banks, a hall of guests in \
            Hangzhou was full and merry until late.";
        let told = |first: &str, second: &str| {
            told_of("DeepSeek fined $4 million over 40,000 chips", &format!("{setting} {first} {second}"), 52)
        };
        assert!(told(news, before).unwrap().contains(news));
        assert!(told(before, news).unwrap().contains(news), "although the other stands first");
    }

    #[test]
    fn a_title_adds_nothing_by_what_it_opens_with() {
        let check = |title: &str, is_told: bool| {
            let others = ["DeepSeek spends more on chips", "Chips for DeepSeek cost more", "DeepSeek and its chips"];
            let reports: Vec<(&str, &str)> = others.into_iter().chain([title]).map(|title| (title, "")).collect();
            assert_eq!(told_of_reports(&reports).as_deref(), is_told.then_some(title));
        };
        check("After Moonshot paid $2 million, DeepSeek wants chips", false);
        check("After a week, DeepSeek buys chips for $2 million", true);
        check("After talks, DeepSeek shares chips with Moonshot", true);
    }

    #[test]
    fn what_points_back_is_told_only_behind_the_sentence_that_it_points_to() {
        let first = "The lab in Hangzhou ordered 40,000 GPUs from a supplier in the north.";
        let pointing = "It also agreed to lend $4 billion to a rival.";
        let told = |text: &str| told_of("DeepSeek has a plan for its chips", text, 200);
        assert_eq!(told(&format!("{first}\n{pointing}")), Some(format!("{first} {pointing}")));
        // Both are left out of every card: a publisher's "our", and a question.
        for between in ["A bank next door showed our reporters its halls.", "Which bank would pay for all of that?"] {
            assert_eq!(told(&format!("{first} {between} {pointing}")).as_deref(), Some(first), "{between}");
        }
    }

    /// What is told of titles and their texts, the lead's first.
    fn told_of_reports(reports: &[(&str, &str)]) -> Option<String> {
        let reports = reports.iter().map(|(title, text)| report("Harbor Wire", title, text)).collect();
        let (subject, names) = (subject(reports), names());
        let reading = Reading::new(&subject, &names);
        what_changed(&reading, &names, &mut Taken::new(&reading)).map(|part| part.text)
    }

    #[test]
    fn a_headline_tells_the_news_of_the_others_and_not_its_own() {
        let check = |title: &str, is_told: bool| {
            let others = ["DeepSeek spends more on chips", "Chips for DeepSeek cost more", "DeepSeek and its chips"];
            let reports: Vec<(&str, &str)> = others.into_iter().chain([title]).map(|title| (title, "")).collect();
            assert_eq!(told_of_reports(&reports).as_deref(), is_told.then_some(title));
        };
        check("DeepSeek buys chips for $2 million", true);
        check("DeepSeek hires Moonshot chief for $2 million", false);
        // Of something else, a comment, and past when it is read.
        check("Moonshot buys chips for $2 million", false);
        check("DeepSeek chips for $2 million, explained", false);
        check("DeepSeek buys chips for $2 million: live updates", false);
        check("DeepSeek will buy chips for $2 million tomorrow", false);
    }

    #[test]
    fn a_comments_text_is_told_only_where_no_other_has_one() {
        let comment = "DeepSeek paid for 40,000 chips of a supplier in the north.";
        let news = "The lab in Hangzhou ordered 40,000 chips from its supplier in the north.";
        let lead = ("Chips for DeepSeek, explained", comment);
        assert_eq!(told_of_reports(&[lead, ("DeepSeek buys chips", news)]).as_deref(), Some(news));
        assert_eq!(told_of_reports(&[lead, ("DeepSeek buys chips", "")]).as_deref(), Some(comment));
        let stray = ("Moonshot buys chips", news);
        let again = ["DeepSeek buys more chips", "DeepSeek wants chips"].map(|title| (title, ""));
        assert_eq!(told_of_reports(&[lead, again[0], again[1], stray]).as_deref(), Some(comment));
    }

    #[test]
    fn a_headline_that_adds_only_what_the_hook_has_is_not_told() {
        let headline = "DeepSeek will spend on tools for all who write code, the lab from Hangzhou says";
        let buys = "Lab from Hangzhou agrees to buy Moonshot, a maker of tools";
        let names = names();
        let told = |titles: &[&str]| {
            let subject = subject(titles.iter().map(|title| report("Harbor Wire", title, "")).collect());
            let reading = Reading::new(&subject, &names);
            let mut taken = Taken::new(&reading);
            let hook = hook(&reading, &names, None, &mut taken).map(|part| part.text);
            (hook, what_changed(&reading, &names, &mut taken).map(|part| part.text))
        };
        // The one is too short for a hook, the other has too little of the headline.
        let (again, more) = ("DeepSeek to own Moonshot", "Moonshot tools: $2 billion");
        assert_eq!(told(&[headline, buys, again]), (Some(buys.to_owned()), None));
        assert_eq!(told(&[headline, buys, again, more]), (Some(buys.to_owned()), Some(more.to_owned())));
    }
}
