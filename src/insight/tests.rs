//! Cards of made-up stories, and what holds for every card.

mod comparison;
mod disagreements;

use super::playbook::{Advice, KindRule};
use super::*;
use crate::audience::Term;
use crate::id::{ItemId, StoryId};
use crate::names::{Clarity, Name, Sort};
use crate::publisher;
use crate::source::Readers;

pub(super) fn report<'s>(publisher: &'s str, title: &'s str, text: &'s str) -> Report<'s> {
    let item = ItemId(i64::try_from(publisher.len() + title.len() * 100).unwrap());
    Report {
        item,
        version: 1,
        publisher,
        domain: publisher,
        weight: 0.5,
        kind: publisher::Kind::Press,
        title,
        text,
        language: None,
        published: "2026-05-06T12:00:00Z".parse().unwrap(),
        company: None,
        is_copy: false,
        quotable_words: 200,
        readers: Readers::All,
    }
}

pub(super) fn names() -> Names {
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
    let card = Author::new(&playbook, &names, &[]).read(subject).to(audience.as_ref(), &BTreeSet::new());
    let is_of_others = |cite: &Cite| subject.figures.is_some_and(|figures| figures.rest_on(cite));
    for cite in cites(&card).into_iter().filter(|cite| !is_of_others(cite)) {
        let of_report = subject.reports.iter().map(|it| (it.item, format!("{}\n{}", it.title, it.text)));
        let of_earlier = subject.earlier.iter().map(|it| (it.lead, format!("{}\n{}", it.headline, it.text)));
        let found = of_report.chain(of_earlier).find(|(item, _)| *item == cite.item).map(|(_, text)| text);
        let text = found.expect("a cite names an item of the story or the archive");
        assert_eq!(text[cite.span.0 as usize..cite.span.1 as usize], cite.quote, "a quote stands where it is cited");
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

pub(super) fn subject<'s>(reports: Vec<Report<'s>>) -> Subject<'s> {
    Subject { reports, tags: &[], earlier: Vec::new(), figures: None, language: "en" }
}

fn texts(parts: &[Part]) -> Vec<&str> {
    parts.iter().map(|part| part.text.as_str()).collect()
}

const NEWS: &str = "China’s state chip fund is in talks to lead the first investment in DeepSeek, people familiar with it said. \
    The lab would be valued at $45 billion. It has never taken outside money before. \
    Tencent offered $3 billion for a fifth of the shares. The sides hope to sign by 30 June. Founder Liang Wenfeng would keep 84% of the company. \
    Its V4 model has 1.6 trillion parameters and a context window of 1M tokens. Sign up for our newsletter!";

pub(super) fn earlier<'s>(headline: &'s str) -> EarlierStory<'s> {
    let day = jiff::civil::date(2026, 4, 24);
    EarlierStory { story: StoryId([7; 16]), day, lead: ItemId(7), version: 1, headline, text: "" }
}

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
    assert!(changed.starts_with("China’s state chip fund") && changed.contains("valued at $45 billion"), "{changed}");
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
fn no_takeaway_tells_of_last_week_or_only_the_day_of_the_report() {
    let told = |sentence: &str| {
        let reports = vec![report("Harbor Wire", "Big Fund in talks on DeepSeek", sentence)];
        let (subject, names) = (subject(reports), names());
        let reading = super::reading::Reading::new(&subject, &names);
        super::takeaways::takeaways(&reading, &mut super::taken::Taken::new(&reading)).len()
    };
    assert_eq!(told("DeepSeek was priced at $45 billion by the fund."), 1);
    assert_eq!(told("DeepSeek was priced at $45 billion last week."), 0);
    assert_eq!(told("DeepSeek and the fund met on 2 April 2026 in Beijing."), 1);
    assert_eq!(told("DeepSeek and the fund met on 5 May 2026 in Beijing."), 0);
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
    for telling in ["Tencent wants 20% of DeepSeek, people say", "DeepSeek to sign with Big Fund within two weeks"] {
        assert_eq!(hook(telling).as_deref(), Some(telling));
    }
}

#[test]
fn a_score_is_told_with_its_terms_or_not_at_all() {
    let bare = "The lab in Hangzhou opened its halls to guests. The new model of DeepSeek scores 96.6% on the exam.";
    let whole = "DeepSeek gives 96.6% at high effort for its new model.";
    let lead = report("Harbor Wire", "DeepSeek opens a model to all", bare);
    let card = card(&subject(vec![lead, report("North Desk", "DeepSeek model is tested", whole)]), None);
    let parts = card.hook.iter().chain(&card.what_changed).chain(&card.takeaways).chain(&card.technical);
    let scores: Vec<&str> = parts.map(|part| part.text.as_str()).filter(|text| text.contains("96.6%")).collect();
    assert_eq!(scores, [whole]);
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
        let why = author.read(&subject).to(Some(&investors), &said).why_it_matters;
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
        ("DeepSeek opens an office", &["Earlier on DeepSeek, 24 April 2026: “DeepSeek rents an office”."][..]),
        ("DeepSeek closes an office", &[] as &[&str]),
    ] {
        let mut subject = subject(vec![report("Harbor Wire", headline, "")]);
        subject.earlier = vec![earlier("DeepSeek rents an office")];
        let why = author.read(&subject).to(None, &said).why_it_matters;
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
    let english =
        report("Harbor Wire", "Big Fund in talks on DeepSeek", "The fund would take a tenth of the lab, people said.");
    let both = subject(vec![chinese, english]);
    assert_eq!(card(&both, None).what_changed.unwrap().text, "The fund would take a tenth of the lab, people said.");
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
