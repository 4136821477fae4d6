//! The card of a story: every part either absent or grounded in what was
//! published, and each says who wrote it.

mod aspects;
mod benchmark;
mod boilerplate;
mod compare;
mod context;
pub mod development;
mod differ;
mod extract;
mod figures;
mod holder;
mod hook;
pub mod kind;
mod manner;
mod measure;
pub mod model;
pub mod playbook;
mod reading;
mod roles;
mod stage;
mod taken;
mod things;
mod timeline;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::figures::Figures;
use self::kind::Kinds;
use self::playbook::Playbook;
use self::reading::Reading;
use self::taken::Taken;
use crate::audience::terms::Finder;
use crate::audience::{Audience, Tag};
use crate::id::{AudienceId, ItemId, StoryId};
use crate::names::Names;
use crate::publisher;
use crate::source::Readers;

/// What recapd says about one story, to all readers or to one audience.
/// Parts that nothing supports are absent or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Insight {
    /// For whom the reading is; none: for all readers.
    pub audience: Option<AudienceId>,
    /// What kind of event this is, where the evidence says so.
    pub kind: Option<EventKind>,
    /// One line that is not the headline again, at most 90 characters.
    pub hook: Option<Part>,
    /// The news in up to three sentences.
    pub what_changed: Option<Part>,
    /// What it is part of, as counted from the reports and the archive; then
    /// what follows from it for the reader, by the playbook. One part an author.
    pub why_it_matters: Vec<Part>,
    /// What the reader could do.
    pub what_to_do_next: Option<Part>,
    /// One new fact each, in the order of their weight.
    pub takeaways: Vec<Part>,
    /// The same things about several actors, or what publishers disagree on.
    pub comparison: Option<Comparison>,
    /// Technical sentences, quoted.
    pub technical: Vec<Part>,
    /// Sentences that look ahead, quoted.
    pub outlook: Vec<Part>,
    /// What happened before and what has a date, oldest first.
    pub timeline: Vec<Dated>,
    /// Where publishers give different figures for one thing, or different names for one role.
    pub disagreements: Vec<Disagreement>,
    /// What the editor says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Part>,
}

/// A kind of event from the playbook, with the words that gave it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventKind {
    /// Its id in the playbook: `funding`.
    pub id: String,
    /// What readers see: "Funding".
    pub name: String,
    /// The words that decided.
    pub because: Vec<String>,
}

/// Something said on the card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Plain text.
    pub text: String,
    /// Who wrote it.
    pub origin: Origin,
    /// What it rests on; empty only where it is the editor's own word.
    pub cites: Vec<Cite>,
}

/// Who wrote a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The publishers' own words, or figures counted from them.
    Extract,
    /// An editor's standing advice for this kind of event.
    Playbook,
    /// A language model, checked against what it cites.
    Model(String),
    /// An editor, by hand.
    Editor,
}

/// Where in an item a claim stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cite {
    /// The item.
    pub item: ItemId,
    /// Which text of it.
    pub version: u32,
    /// Bytes of its plain text (title, a line break, then the text) from..to.
    pub span: (u32, u32),
    /// What stands there, kept should the item ever go; cut, with `…`, or empty where so much may not be quoted.
    pub quote: String,
}

/// A table: rows of attributes, columns of actors, each cell cited or empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared: "Valuation", or the story's actors.
    pub caption: String,
    /// The columns' heads, without the first (the attribute).
    pub columns: Vec<String>,
    /// At least one.
    pub rows: Vec<Row>,
}

/// One attribute of every column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What it is about.
    pub attribute: String,
    /// As many as there are columns.
    pub cells: Vec<Option<Part>>,
}

/// Something with a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dated {
    /// The day, as `2026-05-06`.
    pub day: Date,
    /// What happened.
    pub part: Part,
    /// The earlier story's page, where there is one.
    pub story: Option<StoryId>,
}

/// One thing, several figures; or one role, several names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// What they disagree about, in the words around the figure: "valuation", "lead investor".
    pub about: String,
    /// Each figure with who gives it, most given first.
    pub figures: Vec<Figure>,
    /// Who gave one first.
    #[serde(default)]
    pub first: Option<String>,
}

/// A figure or a name, and who gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// As written: "$45 billion".
    pub text: String,
    /// Names, each once.
    pub publishers: Vec<String>,
    /// Where it stands.
    pub cites: Vec<Cite>,
}

/// One report of a story, as the authors of its card read it.
#[derive(Clone, Debug)]
pub struct Report<'s> {
    /// The item.
    pub item: ItemId,
    /// Which text of it this is.
    pub version: u32,
    /// Who published it, as readers know them.
    pub publisher: &'s str,
    /// How much their word counts, 0 to 1.
    pub weight: f64,
    /// Who speaks.
    pub kind: publisher::Kind,
    /// Whether its words are those of another of the reports: it is no report of its own.
    pub is_copy: bool,
    /// Plain, one line.
    pub title: &'s str,
    /// Plain; empty where the feed has none.
    pub text: &'s str,
    /// BCP 47, where known.
    pub language: Option<&'s str>,
    /// When it appeared; a date in it without a year is taken as near to this.
    pub published: Timestamp,
    /// How many words of its text the card may quote in all.
    pub quotable_words: usize,
    /// Whether a model may be told of it.
    pub readers: Readers,
}

/// A story of the archive that names an actor of this one.
#[derive(Clone, Debug)]
pub struct EarlierStory<'s> {
    /// Which.
    pub story: StoryId,
    /// The day of its first report.
    pub day: Date,
    /// The item its headline and text are from.
    pub lead: ItemId,
    /// Which text of it this is.
    pub version: u32,
    /// Plain, one line.
    pub headline: &'s str,
    /// Plain text of the lead; may be empty.
    pub text: &'s str,
}

/// What a card is written about.
#[derive(Clone, Debug, Default)]
pub struct Subject<'s> {
    /// The lead first, then best first. Where empty, so is the card.
    pub reports: Vec<Report<'s>>,
    /// Surest first.
    pub tags: &'s [Tag],
    /// Newest first.
    pub earlier: Vec<EarlierStory<'s>>,
    /// What is known of others in figures, from the same week and before; none: nothing.
    pub figures: Option<&'s Figures>,
    /// The recap's, BCP 47: reports in it are preferred for prose.
    pub language: &'s str,
}

/// The built-in authors: the publishers' own words, and an editor's standing advice.
#[derive(Debug)]
pub struct Author<'c> {
    playbook: &'c Playbook,
    names: &'c Names,
    audiences: &'c [Audience],
    kinds: Kinds,
    technical: Finder,
}

impl<'c> Author<'c> {
    /// Prepares what all cards need once.
    pub fn new(playbook: &'c Playbook, names: &'c Names, audiences: &'c [Audience]) -> Self {
        Self { playbook, names, audiences, kinds: Kinds::new(playbook), technical: extract::technical_terms() }
    }

    /// The card of a story for one audience, or for all readers. What nothing
    /// supports is absent; every quotation stands in the item it cites. What `said` has told these readers already
    /// of the playbook, or of what came before, is not said again.
    pub fn write(&self, subject: &Subject, audience: Option<&AudienceId>, said: &BTreeSet<String>) -> Insight {
        let reading = Reading::new(subject, self.names);
        let mut taken = Taken::new(&reading);
        let titles: Vec<&str> = subject.reports.iter().map(|report| report.title).collect();
        let texts: Vec<&str> = subject.reports.iter().map(|report| report.text).collect();
        let kind = self.kinds.of(self.playbook, &titles, &texts);
        let advice = context::Advised { author: self, subject, kind: kind.as_ref(), audience, said };

        // A sentence serves once, so the order of the parts is the order of their claims on it.
        let hook = hook::hook(&reading, self.names, &mut taken);
        let what_changed = extract::what_changed(&reading, self.names, &mut taken);
        let outlook = extract::outlook(&reading, &mut taken);
        let timeline = timeline::timeline(&reading, &mut taken);
        let technical = extract::technical(&reading, &self.technical, &mut taken);
        let takeaways = extract::takeaways(&reading, &mut taken);
        Insight {
            audience: audience.cloned(),
            hook,
            what_changed,
            why_it_matters: context::coverage(&reading, said).into_iter().chain(advice.matters()).collect(),
            what_to_do_next: advice.next(),
            takeaways,
            comparison: compare::comparison(&reading, self.names),
            technical,
            outlook,
            timeline,
            disagreements: differ::disagreements(&reading, self.names),
            note: None,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::playbook::{Advice, KindRule};
    use super::*;
    use crate::audience::Term;
    use crate::names::{Clarity, Name, Sort};

    fn report<'s>(publisher: &'s str, title: &'s str, text: &'s str) -> Report<'s> {
        let item = ItemId(i64::try_from(publisher.len() + title.len() * 100).unwrap());
        Report {
            item,
            version: 1,
            publisher,
            weight: 0.5,
            kind: publisher::Kind::Press,
            title,
            text,
            language: None,
            published: "2026-05-06T12:00:00Z".parse().unwrap(),
            is_copy: false,
            quotable_words: 200,
            readers: Readers::All,
        }
    }

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

    fn playbook() -> Playbook {
        let advice = |audience: Option<&str>, matters: &str| Advice {
            audience: audience.map(|id| id.parse().unwrap()),
            matters: Some(matters.to_owned()),
            next: None,
        };
        let terms = vec![Term { any: vec!["round".to_owned(), "融资".to_owned()], weight: 2.0 }];
        let advice = vec![advice(Some("investors"), "Terms count."), advice(None, "Money is no product.")];
        Playbook { kinds: vec![KindRule { id: "funding".to_owned(), name: "Funding".to_owned(), terms, advice }] }
    }

    /// The card for `audience`, with the promise that holds for every card kept.
    #[track_caller]
    fn card(subject: &Subject, audience: Option<&str>) -> Insight {
        let (playbook, names) = (playbook(), names());
        let audience = audience.map(|id| id.parse().unwrap());
        let card = Author::new(&playbook, &names, &[]).write(subject, audience.as_ref(), &BTreeSet::new());
        let is_of_others = |cite: &Cite| subject.figures.is_some_and(|figures| figures.rest_on(cite));
        for cite in cites(&card).into_iter().filter(|cite| !is_of_others(cite)) {
            let of_report = subject.reports.iter().map(|it| (it.item, format!("{}\n{}", it.title, it.text)));
            let of_earlier = subject.earlier.iter().map(|it| (it.lead, format!("{}\n{}", it.headline, it.text)));
            let found = of_report.chain(of_earlier).find(|(item, _)| *item == cite.item).map(|(_, text)| text);
            let text = found.expect("a cite names an item of the story or the archive");
            assert_eq!(
                text[cite.span.0 as usize..cite.span.1 as usize],
                cite.quote,
                "a quote stands where it is cited"
            );
        }
        card
    }

    fn cites(card: &Insight) -> Vec<Cite> {
        let parts = card.hook.iter().chain(&card.what_changed).chain(&card.why_it_matters).chain(&card.what_to_do_next);
        let parts = parts.chain(&card.takeaways).chain(&card.technical).chain(&card.outlook);
        let parts = parts.chain(card.timeline.iter().map(|dated| &dated.part));
        let cells = card.comparison.iter().flat_map(|table| &table.rows).flat_map(|row| row.cells.iter().flatten());
        let parts: Vec<&Part> = parts.chain(cells).collect();
        assert!(parts.iter().all(|part| !part.cites.is_empty() && !part.text.is_empty()), "no part without a source");
        let figures = card.disagreements.iter().flat_map(|one| &one.figures).flat_map(|figure| &figure.cites);
        parts.iter().flat_map(|part| &part.cites).chain(figures).cloned().collect()
    }

    fn subject<'s>(reports: Vec<Report<'s>>) -> Subject<'s> {
        Subject { reports, tags: &[], earlier: Vec::new(), figures: None, language: "en" }
    }

    fn texts(parts: &[Part]) -> Vec<&str> {
        parts.iter().map(|part| part.text.as_str()).collect()
    }

    const NEWS: &str = "China’s state chip fund is in talks to lead the first investment in DeepSeek, people familiar with it said. \
        The lab would be valued at $45 billion. It has never taken outside money before. \
        Tencent offered $3 billion for a fifth of the shares. The sides hope to sign by 30 June. Founder Liang Wenfeng would keep 84% of the company. \
        Its V4 model has 1.6 trillion parameters and a context window of 1M tokens. Sign up for our newsletter!";

    #[test]
    fn a_card_is_filled_from_the_text_and_says_nothing_twice() {
        let subject = subject(vec![
            report("Harbor Wire", "Big Fund in talks to lead DeepSeek round", NEWS),
            report("North Desk", "DeepSeek nears a $45 billion valuation with state money", ""),
        ]);
        let card = card(&subject, None);
        assert_eq!(card.kind.as_ref().map(|kind| kind.id.as_str()), Some("funding"));
        assert_eq!(card.hook.unwrap().text, "DeepSeek nears a $45 billion valuation with state money");
        let changed = card.what_changed.unwrap().text;
        assert!(
            changed.starts_with("China’s state chip fund") && changed.contains("valued at $45 billion"),
            "{changed}"
        );
        assert_eq!(texts(&card.outlook), ["The sides hope to sign by 30 June."]);
        assert_eq!(texts(&card.takeaways), ["Founder Liang Wenfeng would keep 84% of the company."]);
        let why = ["Reported by Harbor Wire and North Desk.", "Money is no product."];
        assert_eq!(texts(&card.why_it_matters), why);
        assert_eq!(card.why_it_matters[1].origin, Origin::Playbook);
        assert_eq!(card.timeline, [], "its only day stands in the outlook");
    }

    #[test]
    fn names_that_readers_can_read_come_first() {
        let heavy = Report { weight: 0.9, ..report("智潮日报", "DeepSeek 45", "") };
        let others = ["Harbor Wire", "North Desk", "Silicon Lane"].map(|name| report(name, "DeepSeek", ""));
        let mut of_four = subject(std::iter::once(heavy).chain(others).collect());
        let why = |subject: &Subject| card(subject, None).why_it_matters[0].text.clone();
        assert_eq!(why(&of_four), "Reported by 4 publishers, among them Harbor Wire, North Desk and Silicon Lane.");
        of_four.language = "zh";
        assert_eq!(why(&of_four), "Reported by 4 publishers, among them 智潮日报, Harbor Wire and North Desk.");
    }

    #[test]
    fn a_publishers_we_is_not_quoted_as_if_it_were_ours() {
        let text = "Our digest of the talks is here. The fund leads the round in DeepSeek. \
            We expect terms by 30 June. The lab expects to sign by 15 July.";
        let of_one = subject(vec![report("Harbor Wire", "DeepSeek round", text)]);
        let card_of_one = card(&of_one, None);
        assert!(card_of_one.what_changed.unwrap().text.starts_with("The fund leads the round in DeepSeek."));
        assert_eq!(texts(&card_of_one.outlook), [] as [&str; 0]);
        assert_eq!(card_of_one.timeline, [], "its only day is told already");

        let only_own = subject(vec![report("DeepSeek", "Hello from the lab", "We publish our model today for all.")]);
        assert_eq!(card(&only_own, None).what_changed.unwrap().text, "We publish our model today for all.");
    }

    #[test]
    fn what_a_publisher_tells_its_own_readers_is_not_passed_on() {
        let text = "The fund leads the round in DeepSeek. If your tests compare strings, they will fail today. \
            Point your runtime at the 8B model with 128K tokens of context. The lab will open a second office by 30 June.";
        let card = card(&subject(vec![report("Harbor Wire", "Big Fund in talks on DeepSeek", text)]), None);
        assert_eq!(texts(&card.outlook), ["The lab will open a second office by 30 June."]);
        assert_eq!(texts(&card.technical), [] as [&str; 0]);
    }

    #[test]
    fn takeaways_tell_of_the_storys_own_actors() {
        let text = "The fund leads the round in DeepSeek this week. The lab was priced at $45 billion by the fund. \
            Terms are open and talks go on in Beijing. For comparison, Moonshot closed at $20 billion this week. \
            Founder Liang keeps 84% of the shares. Staff at DeepSeek hold 9% of them through a trust.";
        let card = card(&subject(vec![report("Harbor Wire", "Big Fund in talks on DeepSeek", text)]), None);
        let takeaways = texts(&card.takeaways);
        assert!(takeaways.iter().any(|text| text.starts_with("Staff at DeepSeek")), "{takeaways:?}");
        assert!(takeaways.iter().all(|text| !text.contains("Moonshot")), "{takeaways:?}");
    }

    #[test]
    fn the_sentence_with_the_news_is_told_before_the_setting() {
        let changed = |headline: &str, text: &str| {
            card(&subject(vec![report("Harbor Wire", headline, text)]), None).what_changed.unwrap().text
        };
        let setting = "DeepSeek, which was founded in 2023 and is best known for its open models, has long been one of the most \
            closely watched of the young laboratories in all of Asia and well beyond it. Its rivals in the region have grown \
            quickly in recent years, and with them the demand for places to work in.";
        let news = "The lab opened a data centre with 40,000 GPUs on Tuesday and cut its prices by 30%.";
        let told = changed("DeepSeek opens data centre with 40,000 GPUs", &format!("{setting} {news}"));
        assert!(told.contains(news), "{told}");
        let pointing = "DeepSeek has a plan for its chips, the lab in Hangzhou told a hall of guests. The hall was full and the \
            mood was mild. Music was played between the talks. The last slide was about the supplier of the lab. It agreed \
            to take $4 billion for 40,000 GPUs. Guests left before midnight.";
        let told = changed("DeepSeek orders chips at last", pointing);
        let both = "The last slide was about the supplier of the lab. It agreed to take $4 billion for 40,000 GPUs.";
        assert!(told.ends_with(both), "{told}");
    }

    #[test]
    fn an_outlook_that_a_later_report_overtook_is_left_out() {
        let text = "The fund leads the round in DeepSeek and signed on Monday. Tencent offered $3 billion for a fifth of the \
            shares. The lab raised $2 billion before that and agreed to stay in Hangzhou. DeepSeek expects to draw 250 MW \
            in its new halls.";
        let published = "2026-05-02T12:00:00Z".parse().unwrap();
        let before = Report { published, ..report("A", "DeepSeek round nears", text) };
        let later = report("BB", "DeepSeek will draw 230 MW in its halls", "");
        let outlook = |reports: Vec<Report>| card(&subject(reports), None).outlook.len();
        assert_eq!((outlook(vec![before.clone()]), outlook(vec![before, later])), (1, 0));
    }

    #[test]
    fn a_hook_tells_what_the_headline_does_not() {
        let hook = |title: &str| {
            let headline = report("Harbor Wire", "Big Fund in talks to lead DeepSeek round at $45 billion", "");
            card(&subject(vec![headline, report("North Desk", title, "")]), None).hook.map(|part| part.text)
        };
        for poor in [
            "The “Big Fund”, explained: who would own a piece of DeepSeek",
            "DeepSeek could be worth $45 billion",
            "DeepSeek and the price of keeping people",
            "Should the state own a fifth of DeepSeek at $45 billion?",
        ] {
            assert_eq!(hook(poor), None, "{poor}");
        }
        for telling in ["Tencent wants 20% of DeepSeek, people say", "DeepSeek to sign with Big Fund within two weeks"]
        {
            assert_eq!(hook(telling).as_deref(), Some(telling));
        }
    }

    #[test]
    fn an_audience_has_a_reading_of_its_own() {
        let subject = subject(vec![report("Harbor Wire", "Big Fund in talks to lead DeepSeek round", "")]);
        assert_eq!(texts(&card(&subject, Some("investors")).why_it_matters), ["Terms count."]);
        assert_eq!(texts(&card(&subject, Some("founders")).why_it_matters), ["Money is no product."]);
    }

    #[test]
    fn advice_is_given_once_and_varied_after_that() {
        let (playbook, names) = (playbook(), names());
        let author = Author::new(&playbook, &names, &[]);
        let subject = subject(vec![report("Harbor Wire", "Big Fund in talks to lead DeepSeek round", "")]);
        let investors: AudienceId = "investors".parse().unwrap();
        let mut said = BTreeSet::new();
        for expected in [&["Terms count."][..], &["Money is no product."], &[]] {
            let why = author.write(&subject, Some(&investors), &said).why_it_matters;
            assert_eq!(texts(&why), expected);
            said.extend(why.into_iter().map(|part| part.text));
        }
    }

    #[test]
    fn what_came_before_is_told_once() {
        let (playbook, names) = (playbook(), names());
        let author = Author::new(&playbook, &names, &[]);
        let mut said = BTreeSet::new();
        for (headline, expected) in [
            ("DeepSeek opens an office", &["Earlier on DeepSeek, 24 April 2026: “DeepSeek hires a cook”."][..]),
            ("DeepSeek closes an office", &[] as &[&str]),
        ] {
            let mut subject = subject(vec![report("Harbor Wire", headline, "")]);
            subject.earlier = vec![earlier("DeepSeek hires a cook")];
            let why = author.write(&subject, None, &said).why_it_matters;
            assert_eq!(texts(&why), expected);
            said.extend(why.into_iter().map(|part| part.text));
        }
    }

    #[test]
    fn what_nothing_supports_is_absent() {
        assert_eq!(card(&subject(Vec::new()), None), Insight::default());
        assert_eq!(card(&subject(vec![report("A", "Hello", "")]), None), Insight::default());
        assert_eq!(card(&subject(vec![report("A", "", "🙂")]), None), Insight::default());
        let only_the_headline = report("A", "A library opens a room", "A library opens a room.");
        assert_eq!(card(&subject(vec![only_the_headline]), None), Insight::default());
    }

    #[test]
    fn chinese_is_read_and_the_recaps_language_preferred() {
        let chinese = report(
            "智潮",
            "DeepSeek首轮融资估值450亿美元",
            "国家大基金拟领投DeepSeek。本轮计划融资30亿美元，预计6月底前签约。",
        );
        let subject_zh = subject(vec![chinese.clone()]);
        assert_eq!(
            card(&subject_zh, None).what_changed.unwrap().text,
            "国家大基金拟领投DeepSeek。本轮计划融资30亿美元，预计6月底前签约。"
        );
        let english = report(
            "Harbor Wire",
            "Big Fund in talks on DeepSeek",
            "The fund would take a tenth of the lab, people said.",
        );
        let both = subject(vec![chinese, english]);
        assert_eq!(
            card(&both, None).what_changed.unwrap().text,
            "The fund would take a tenth of the lab, people said."
        );
    }

    #[test]
    fn publishers_who_disagree_are_listed() {
        let subject = subject(vec![
            report("A", "DeepSeek valued at $45 billion", ""),
            report("BB", "DeepSeek round at a valuation of $40 billion", ""),
            report("CCC", "DeepSeek worth 450亿美元 after state money, valuation says", ""),
            report("DDDD", "DeepSeek valued at $45B, up from $10 billion", ""),
        ]);
        let card = card(&subject, None);
        let lines: Vec<String> = card.disagreements[0]
            .figures
            .iter()
            .map(|it| format!("{}: {}", it.text, it.publishers.join(", ")))
            .collect();
        assert_eq!(lines, ["$45 billion: A, CCC, DDDD", "$40 billion: BB"]);
        assert_eq!(card.disagreements[0].first.as_deref(), Some("A"));
    }

    /// What two publishers who say this disagree about.
    #[track_caller]
    fn check_differ(one: &str, other: &str, expected: &[&str]) {
        let subject = subject(vec![report("A", one, ""), report("BB", other, "")]);
        let told = card(&subject, None).disagreements;
        let told: Vec<String> = told
            .iter()
            .map(|it| {
                let figures: Vec<&str> = it.figures.iter().map(|figure| figure.text.as_str()).collect();
                format!("{}: {}", it.about, figures.join(" / "))
            })
            .collect();
        assert_eq!(told, expected, "{one} / {other}");
    }

    #[test]
    fn days_that_differ_are_listed_unless_a_zone_may_explain_it() {
        let (one, other) = ("DeepSeek V5 launches on 12 May", "DeepSeek V5 ships on 19 May");
        check_differ(one, other, &["launch: 12 May / 19 May"]);
        check_differ(one, "DeepSeek V5 ships on 13 May", &[]);
        check_differ("DeepSeek said on 5 May that it will wait", "DeepSeek said on 12 May that it is ready", &[]);
    }

    #[test]
    fn figures_that_one_sentence_tells_side_by_side_are_of_two_things() {
        check_differ(
            "DeepSeek leaks: $38.5 billion loss",
            "DeepSeek has a loss of $21 billion",
            &["loss: $38.5 billion / $21 billion"],
        );
        check_differ("DeepSeek cuts 7,000 jobs", "DeepSeek moves 7,000 jobs and cuts 7,800 jobs", &[]);
        check_differ("DeepSeek cuts 7,000 jobs", "DeepSeek cuts 7,800 jobs", &["jobs cut: 7,000 jobs / 7,800 jobs"]);
    }

    #[test]
    fn agreement_and_roundings_are_no_disagreement() {
        let subject = subject(vec![
            report("A", "DeepSeek valued at $45 billion", ""),
            report("BB", "DeepSeek valued at $45.2B", ""),
            report("CCC", "Moonshot valued at $20 billion", ""),
        ]);
        assert_eq!(card(&subject, None).disagreements, []);
    }

    #[test]
    fn bounds_names_and_money_still_to_come_are_no_disagreement() {
        let check = |one: &str, other: &str| {
            let subject = subject(vec![report("A", one, ""), report("BB", other, "")]);
            assert_eq!(card(&subject, None).disagreements, [], "{one} / {other}");
        };
        check("DeepSeek raises money at a valuation of $15.8 billion", "DeepSeek, now worth above $15 billion");
        check("DeepSeek-8B is out", "DeepSeek has 8.4 billion parameters");
        check("DeepSeek raises money, 投前估值100亿美元", "Counting the new money DeepSeek is worth $14 billion");
    }

    fn earlier<'s>(headline: &'s str) -> EarlierStory<'s> {
        let day = jiff::civil::date(2026, 4, 24);
        EarlierStory { story: StoryId([7; 16]), day, lead: ItemId(7), version: 1, headline, text: "" }
    }

    #[test]
    fn the_archive_gives_the_comparison_and_the_change() {
        let mut subject = subject(vec![report("A", "DeepSeek valued at $45 billion", "")]);
        let mut figures = Figures::default();
        let names = names();
        figures.add(&earlier("Moonshot valued at $20 billion"), "en", &names);
        subject.figures = Some(&figures);
        let table = card(&subject, None).comparison.unwrap();
        assert_eq!(table.columns, ["DeepSeek", "Moonshot"]);
        let cells: Vec<&str> = table.rows[0].cells.iter().flatten().map(|cell| cell.text.as_str()).collect();
        assert_eq!(
            (table.rows[0].attribute.as_str(), cells),
            ("Valuation", vec!["$45 billion", "$20 billion (24 Apr 2026)"])
        );

        subject.figures = None;
        let mut no_match = subject.clone();
        for other in [
            "Cloud division of DeepSeek worth $10 billion",
            "DeepSeek worth more than $10 billion",
            "DeepSeek will be worth $10 billion",
            "DeepSeek at a valuation of $10 billion: three numbers to watch",
        ] {
            no_match.earlier = vec![earlier(other)];
            let why = card(&no_match, None).why_it_matters;
            assert!(texts(&why)[0].starts_with("Earlier on DeepSeek, 24 April 2026: “"), "{other}: {why:?}");
        }

        subject.earlier = vec![earlier("DeepSeek valued at $10 billion")];
        let card = card(&subject, None);
        let why = "DeepSeek, valuation: $45 billion, after $10 billion in a report of 24 April 2026.";
        assert_eq!(texts(&card.why_it_matters), [why]);
        assert_eq!((card.comparison, card.timeline[0].story), (None, Some(StoryId([7; 16]))));
    }

    /// The rows of the comparison of a story of one headline, where `others` are known.
    #[track_caller]
    fn check_table(headline: &str, others: &[&str], expected: &[&str]) {
        let names = names();
        let mut figures = Figures::default();
        others.iter().for_each(|other| figures.add(&earlier(other), "en", &names));
        let mut subject = subject(vec![report("A", headline, "")]);
        subject.figures = Some(&figures);
        let table = card(&subject, None).comparison;
        let rows: Vec<String> = table
            .iter()
            .flat_map(|table| table.rows.iter().map(move |row| (&table.columns, row)))
            .map(|(columns, row)| {
                let cells = columns.iter().zip(&row.cells);
                let cells = cells.filter_map(|(column, cell)| Some(format!("{column} {}", cell.as_ref()?.text)));
                format!("{}: {}", row.attribute, cells.collect::<Vec<_>>().join(" / "))
            })
            .collect();
        assert_eq!(rows, expected, "{headline}");
    }

    #[test]
    fn figures_of_rivals_stand_beside_the_storys_own() {
        let own = "DeepSeek valued at $45 billion";
        check_table(own, &[], &[]);
        check_table(own, &["DeepSeek raises $2 billion", "Nobody valued at $9 billion"], &[]);
        check_table(own, &["Moonshot raises $2 billion"], &[]);
        check_table(
            own,
            &["DeepSeek raises $3 billion", "Moonshot raises over $2 billion at a valuation of $20 billion"],
            &[
                "Valuation: DeepSeek $45 billion / Moonshot $20 billion (24 Apr 2026)",
                "Funding: DeepSeek $3 billion (24 Apr 2026) / Moonshot over $2 billion (24 Apr 2026)",
            ],
        );
        check_table(
            own,
            &["Moonshot plans to raise money at a valuation of $20 billion"],
            &["Valuation: DeepSeek $45 billion / Moonshot $20 billion (planned, 24 Apr 2026)"],
        );
        check_table(
            own,
            &["月之暗面 Moonshot 估值200亿美元"],
            &["Valuation: DeepSeek $45 billion / Moonshot $20 billion (24 Apr 2026)"],
        );
        check_table(
            own,
            &["Moonshot valued at 20 billion yuan", "Moonshot’s cloud division valued at $2 billion"],
            &[],
        );
    }

    #[test]
    fn of_plans_the_newest_is_told_and_none_that_was_overtaken() {
        let names = names();
        let on = |day: i8, headline: &'static str| EarlierStory {
            day: jiff::civil::date(2026, 4, day),
            ..earlier(headline)
        };
        let rows = |titles: [&'static str; 2], others: &[EarlierStory]| -> Vec<String> {
            let mut figures = Figures::default();
            others.iter().for_each(|other| figures.add(other, "en", &names));
            let before = Report { published: "2026-05-02T12:00:00Z".parse().unwrap(), ..report("A", titles[0], "") };
            let mut subject = subject(vec![before, report("BB", titles[1], "")]);
            subject.figures = Some(&figures);
            let rows = card(&subject, None).comparison.into_iter().flat_map(|table| table.rows);
            let text = |row: Row| row.cells.into_iter().flatten().map(|cell| cell.text).collect::<Vec<_>>().join(" / ");
            rows.map(text).collect()
        };
        let plans =
            ["DeepSeek plans a round at a valuation of $40 billion", "DeepSeek seeks a valuation of $45 billion"];
        let is_so = [on(24, "Moonshot valued at $20 billion")];
        assert_eq!(rows(plans, &is_so), ["$45 billion (planned) / $20 billion (24 Apr 2026)"]);
        let own = ["DeepSeek valued at $45 billion", "DeepSeek, the lab from Hangzhou"];
        let planned = on(22, "Moonshot plans to raise money at a valuation of $25 billion");
        let with_newer = [planned, on(26, "Moonshot valued at 19 billion yuan")];
        assert_eq!(rows(own, &with_newer[..1]), ["$45 billion / $25 billion (planned, 22 Apr 2026)"]);
        assert_eq!(rows(own, &with_newer), [] as [&str; 0], "in another currency, but newer");
    }

    #[test]
    fn a_figure_that_may_be_another_ones_is_nobodys() {
        let own = "DeepSeek valued at $45 billion";
        check_table(own, &["Moonshot backs Hark at a valuation of $6 billion"], &[]);
        check_table(own, &["Moonshot-backed startup valued at $6 billion"], &[]);
        check_table(own, &["Moonshot Backed Startup Hark Valued At $6 Billion"], &[]);
        check_table(own, &["Moonshot 领投，Simplismart 估值6亿美元"], &[]);
        check_table(own, &["After Moonshot, Hark is valued at $6 billion"], &[]);
        check_table(
            own,
            &["Moonshot valued at $50 billion, above DeepSeek"],
            &["Valuation: DeepSeek $45 billion / Moonshot $50 billion (24 Apr 2026)"],
        );
    }

    #[test]
    fn a_model_stands_beside_the_one_before_and_its_rivals() {
        check_table(
            "DeepSeek V4 costs $4 per million tokens",
            &["DeepSeek V3 costs $2 per million tokens", "Moonshot 2 costs $3 per million tokens"],
            &["Price per million tokens: DeepSeek V4 $4 / DeepSeek V3 $2 (24 Apr 2026) / Moonshot 2 $3 (24 Apr 2026)"],
        );
        check_table("DeepSeek V4 costs $4 per million tokens", &["DeepSeek V3 costs $2 a month"], &[]);
    }

    #[test]
    fn scores_of_two_tests_never_stand_in_one_row() {
        check_table(
            "DeepSeek V4 scores 81% on AIME 2025",
            &["Moonshot 2 scores 60% on AIME 2025"],
            &["AIME 2025: DeepSeek V4 81% / Moonshot 2 60% (24 Apr 2026)"],
        );
        for other in ["AIME", "AIME 2024", "GPQA", "SWE-bench"] {
            let other = format!("Moonshot 2 scores 60% on {other}");
            check_table("DeepSeek V4 scores 81% on AIME 2025", &[&other], &[]);
        }
        check_table("DeepSeek V4 scores 81% on SWE-bench", &["Moonshot 2 scores 60% on SWE-bench lite"], &[]);
        check_table("DeepSeek V4 on SWE-bench and GPQA: 81%", &["Moonshot 2 scores 60% on GPQA"], &[]);
    }

    #[test]
    fn a_price_changes_only_for_the_same_model() {
        let mut subject = subject(vec![report("A", "DeepSeek V4 costs $4 per million tokens", "")]);
        for (before, expected) in [
            ("DeepSeek V4 costs $2 per million tokens", "DeepSeek, price: $4, after $2"),
            ("DeepSeek V3 costs $2 per million tokens", "Earlier on DeepSeek"),
        ] {
            subject.earlier = vec![earlier(before)];
            let why = card(&subject, None).why_it_matters;
            assert!(texts(&why)[0].starts_with(expected), "{before}: {why:?}");
        }
    }

    #[test]
    fn no_publisher_is_quoted_beyond_what_it_allows() {
        let mut lead = report("Harbor Wire", "Big Fund in talks to lead DeepSeek round", NEWS);
        lead.quotable_words = 30;
        let card = card(&subject(vec![lead]), None);
        let parts = card.what_changed.iter().chain(&card.takeaways).chain(&card.outlook).chain(&card.technical);
        let words: usize = parts.map(|part| part.text.split_whitespace().count()).sum();
        assert!((1..=30).contains(&words), "{words}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_harms_a_card(title in "\\PC{0,60}", text in "(\\PC|[\n.!?。 ]){0,200}") {
            card(&subject(vec![report("A", &title, &text), report("BB", &text.replace('\n', " "), &title)]), None);
        }
    }
}
