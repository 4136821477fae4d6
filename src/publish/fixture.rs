//! A week to publish in tests: five stories told by invented outlets and one
//! that means harm.

use jiff::Timestamp;

use crate::audience::{Evidence, Place, Tag};
use crate::id::{ItemId, Share, SourceId, StoryId};
use crate::insight::development::{Change, What};
use crate::insight::{Cite, Comparison, Dated, Disagreement, EventKind, Figure, Insight, Origin, Part, Row};
use crate::publish::{Search, Site};
use crate::publisher::Kind;
use crate::rank::{Points, Score};
use crate::recap::{AudienceName, AudienceShare, Coverage, Entry, Follows, Issue, LeftOut, Recap, Related, State};

/// Everything a feed might hold to get out of its place.
pub const HOSTILE: &str =
    "</script><script>alert(1)</script> ]]> &amp;amp; \u{202e}evil \u{0}\u{b} 🦀𝔘 مرحبا \"'` *b* [x](javascript:y)";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn site() -> Site {
    Site {
        title: "Weekly AI Recap".to_owned(),
        language: "en".to_owned(),
        root: "https://recap.example.org/".parse().unwrap(),
        authority: "recap.example.org,2026".to_owned(),
        hub: Some("https://hub.example.org/".parse().unwrap()),
        excerpt_words: 75,
        zone: jiff::tz::TimeZone::UTC,
        search: Search::Offered,
    }
}

pub fn item(number: i64) -> ItemId {
    ItemId(number)
}

fn written(text: &str, origin: Origin, items: &[ItemId]) -> Part {
    let cite = |item: &ItemId| Cite { item: *item, version: 1, span: (0, 9), quote: text.to_owned() };
    Part { text: text.to_owned(), origin, cites: items.iter().map(cite).collect() }
}

/// Something the publishers say.
pub fn part(text: &str, items: &[ItemId]) -> Part {
    written(text, Origin::Extract, items)
}

fn advice(text: &str, items: &[ItemId]) -> Part {
    written(text, Origin::Playbook, items)
}

fn report(number: i64, source: &str, publisher: &str, title: &str, published: &str) -> Coverage {
    let published = at(published);
    Coverage {
        item: item(number),
        source: source.parse().unwrap(),
        publisher: publisher.to_owned(),
        kind: Kind::Press,
        title: title.to_owned(),
        url: Some(format!("https://{source}.example/2026/05/{number}?a=1&b=2")),
        published: Some(published),
        first_seen: published + jiff::SignedDuration::from_mins(53),
        language: None,
        copy_of: None,
    }
}

fn tag(audience: &str, confidence: f64, because: &[(&str, Place)]) -> Tag {
    let evidence = |(words, place): &(&str, Place)| Evidence { words: (*words).to_owned(), place: *place, weight: 2.0 };
    Tag {
        audience: audience.parse().unwrap(),
        confidence: Share::nearest(confidence),
        because: because.iter().map(evidence).collect(),
    }
}

fn points(name: &str, value: f64, detail: &str) -> Points {
    Points { name: name.to_owned(), value, detail: detail.to_owned() }
}

fn score(parts: Vec<Points>) -> Score {
    Score { total: parts.iter().map(|part| part.value).sum(), parts }
}

fn entry(place: u32, slug: &str, coverage: Vec<Coverage>, lead: usize, insight: Insight) -> Entry {
    let lead = coverage[lead].clone();
    let mut publishers = vec![lead.publisher.clone()];
    for report in &coverage {
        if !publishers.contains(&report.publisher) {
            publishers.push(report.publisher.clone());
        }
    }
    Entry {
        story: StoryId::begun_by(coverage[0].item),
        place,
        slug: slug.to_owned(),
        headline: lead.title.clone(),
        first: coverage.iter().filter_map(|report| report.published).min().unwrap(),
        last: coverage.iter().filter_map(|report| report.published).max().unwrap(),
        audiences: vec![tag("general", 0.5, &[("", Place::Fallback)])],
        score: score(vec![
            points("coverage", 20.0 * f64::log2(1.0 + publishers.len() as f64) / f64::log2(21.0), "publishers"),
            points("age", -0.9, "3 days since the first report"),
        ]),
        lead,
        coverage,
        publishers,
        insight,
        related: Vec::new(),
        follows: None,
    }
}

fn funding() -> Entry {
    let mut wire =
        report(1, "eastern-wire", "Eastern Wire", "国家大基金拟领投DeepSeek，估值约450亿美元", "2026-05-05T23:40:00Z");
    wire.language = Some("zh".to_owned());
    let coverage = vec![
        wire,
        report(
            2,
            "ledger",
            "Ledger Street",
            "China’s state chip fund in talks to lead DeepSeek’s first round",
            "2026-05-06T06:10:00Z",
        ),
        report(
            3,
            "next-paper",
            "The Next Paper",
            "China’s Big Fund leads DeepSeek round at $45B",
            "2026-05-06T08:19:00Z",
        ),
        report(
            4,
            "daily-model",
            "The Daily Model",
            "DeepSeek nears $45B valuation as state money comes in",
            "2026-05-06T09:02:00Z",
        ),
        report(5, "harbour", "Harbour Times", "DeepSeek said to seek $50 billion valuation", "2026-05-06T11:47:00Z"),
        report(
            6,
            "gradient",
            "Gradient Notes",
            "What a state-led DeepSeek round means for open weights",
            "2026-05-07T07:30:00Z",
        ),
    ];
    let insight = Insight {
        audience: None,
        kind: Some(EventKind {
            id: "funding".to_owned(),
            name: "Funding".to_owned(),
            because: vec!["round".to_owned()],
        }),
        hook: Some(part("DeepSeek’s first outside money would come from the state’s own chip fund", &[item(2)])),
        what_changed: Some(part(
            "China’s largest state semiconductor fund is in talks to lead the first outside investment in DeepSeek. The round would value the lab at about $45 billion, more than four times the figure discussed last year.",
            &[item(3)],
        )),
        why_it_matters: vec![written(
            "Six publishers; the largest of four funding rounds this month. A lab that gave its weights away now gets a shareholder with an industrial policy.",
            Origin::Model("qwen2.5-1.5b-instruct".to_owned()),
            &[item(2), item(3)],
        )],
        what_to_do_next: Some(advice(
            "Founders: check whether your suppliers’ terms change with their shareholders before you renew.",
            &[item(3)],
        )),
        takeaways: vec![
            part("The fund would take the lead with about $1.5 billion.", &[item(2), item(3)]),
            part("Two internet companies are said to join at the same price.", &[item(4)]),
            part("The weights of current models stay under their licence.", &[item(6)]),
        ],
        comparison: Some(Comparison {
            caption: "Latest known valuation".to_owned(),
            columns: vec!["DeepSeek".to_owned(), "Mistwood AI".to_owned(), "Northlight".to_owned()],
            rows: vec![
                Row {
                    attribute: "Valuation".to_owned(),
                    cells: vec![Some(part("$45 billion", &[item(3)])), Some(part("$14 billion", &[item(4)])), None],
                },
                Row {
                    attribute: "Open weights".to_owned(),
                    cells: vec![
                        Some(part("yes", &[item(6)])),
                        Some(part("some", &[item(6)])),
                        Some(part("no", &[item(6)])),
                    ],
                },
            ],
        }),
        technical: vec![part(
            "The lab’s last model activates 37 of its 671 billion parameters for each token, with a context window of 128,000 tokens.",
            &[item(6)],
        )],
        outlook: vec![part("The round is expected to close before the end of June, two people said.", &[item(2)])],
        timeline: vec![
            Dated {
                day: jiff::civil::date(2025, 1, 20),
                part: part("DeepSeek publishes R1 with open weights.", &[item(6)]),
                story: None,
            },
            Dated {
                day: jiff::civil::date(2026, 4, 21),
                part: part("First talks with outside investors reported.", &[item(2)]),
                story: Some(StoryId([7; 16])),
            },
        ],
        note: None,
        disagreements: vec![Disagreement {
            about: "valuation".to_owned(),
            figures: vec![
                Figure {
                    text: "$45 billion".to_owned(),
                    publishers: vec!["The Next Paper".to_owned(), "The Daily Model".to_owned()],
                    cites: Vec::new(),
                },
                Figure {
                    text: "$50 billion".to_owned(),
                    publishers: vec!["Harbour Times".to_owned()],
                    cites: Vec::new(),
                },
            ],
            first: Some("The Daily Model".to_owned()),
        }],
    };
    let mut entry = entry(1, "chinas-big-fund-leads-deepseek-round-at-45b", coverage, 2, insight);
    entry.audiences = vec![
        tag("founders", 0.9, &[("funding round", Place::Title), ("valuation", Place::Text)]),
        tag("investors", 0.8, &[("valuation", Place::Title)]),
    ];
    entry.score = score(vec![
        points("coverage", 12.8, "6 publishers: The Next Paper, Ledger Street, Eastern Wire .."),
        points("authority", 9.4, "Ledger Street 0.9, Harbour Times 0.9, Eastern Wire 0.8 .."),
        points("community", 3.3, "2 lists"),
        points("age", -1.5, "5 days since the first report"),
    ]);
    entry.related = vec![
        Related {
            story: StoryId([7; 16]),
            headline: "DeepSeek opens talks with outside investors".to_owned(),
            url: Some("/s/2026/04/deepseek-opens-talks-07070707/".to_owned()),
        },
        Related {
            story: StoryId([8; 16]),
            headline: "State fund doubles its chip budget".to_owned(),
            url: Some("https://ledger.example/9".to_owned()),
        },
    ];
    entry
}

fn short(place: u32, number: i64, slug: &str, publisher: &str, title: &str, changed: &str) -> Entry {
    let coverage = vec![
        report(number, "harbour", "Harbour Times", title, "2026-05-07T10:00:00Z"),
        report(number + 1, "next-paper", publisher, title, "2026-05-07T12:00:00Z"),
    ];
    let insight = Insight {
        what_changed: (!changed.is_empty()).then(|| part(changed, &[item(number + 1)])),
        what_to_do_next: (place == 2)
            .then(|| advice("Developers: run your own evaluation set against it before you switch.", &[item(number)])),
        ..Insight::default()
    };
    let mut entry = entry(place, slug, coverage, 1, insight);
    entry.audiences = vec![tag("developers", 0.8, &[("context window", Place::Text), ("api", Place::Category)])];
    entry
}

fn hostile() -> Entry {
    let mut bad = report(60, "dirt", HOSTILE, HOSTILE, "2026-05-08T10:00:00Z");
    bad.url = Some("javascript:alert(document.domain)".to_owned());
    bad.language = Some("ar\" onclick=\"x".to_owned());
    let mut long = report(61, "dirt", "Long", &"Donaudampfschiff".repeat(12), "2026-05-08T11:00:00Z");
    long.url = Some("https://dirt.example/a|b\"><script>?q=%".to_owned());
    let insight = Insight {
        hook: Some(part(HOSTILE, &[item(60)])),
        what_changed: Some(part(HOSTILE, &[item(60)])),
        takeaways: vec![part(HOSTILE, &[item(60)])],
        ..Insight::default()
    };
    let mut entry = entry(6, "script-alert-1", vec![bad, long], 0, insight);
    entry.related =
        vec![Related { story: StoryId([9; 16]), headline: HOSTILE.to_owned(), url: Some("//evil.example".to_owned()) }];
    entry.follows = Some(Follows {
        story: StoryId([9; 16]),
        week: Some("2026-W18".parse().unwrap()),
        headline: HOSTILE.to_owned(),
        url: Some("javascript:alert(1)".to_owned()),
        changes: vec![Change {
            what: What::Figure,
            about: HOSTILE.to_owned(),
            from: Some(HOSTILE.to_owned()),
            to: HOSTILE.to_owned(),
            cites: Vec::new(),
            known: Vec::new(),
        }],
    });
    entry
}

/// Week 19: five decent stories and one that means harm, the last two one-liners.
pub fn recap() -> Recap {
    let share = |id: &str, name: &str, stories| AudienceShare {
        audience: AudienceName { id: id.parse().unwrap(), name: name.to_owned() },
        stories,
    };
    Recap {
        week: "2026-W19".parse().unwrap(),
        audience: None,
        window: at("2026-05-04T08:00:00Z")..at("2026-05-11T08:00:00Z"),
        state: State::Published,
        revision: 1,
        frozen: at("2026-05-11T08:00:00Z"),
        issue: Issue::Later,
        entries: vec![
            funding(),
            short(
                2,
                20,
                "northlight-doubles-context",
                "The Next Paper",
                "Northlight doubles the context window of its smallest model and halves the price",
                "The small model now reads 400,000 tokens at once. A million tokens of input cost 10 cents, down from 20.",
            ),
            short(
                3,
                30,
                "council-settles-labels",
                "Gradient Notes",
                "European council settles how machine-written text must be labelled",
                "Providers have until August to mark generated text in a way that other programs can read.",
            ),
            short(
                4,
                40,
                "hospital-chain-drops-pilot",
                "The Daily Model",
                "Hospital chain drops its triage pilot after nurses overrule it in a third of cases",
                "The pilot ran for nine weeks in four hospitals.",
            ),
            short(
                5,
                50,
                "a-compiler-for-sparse-models",
                "Gradient Notes",
                "A compiler for sparse models runs a 70B model on one desktop card",
                "",
            ),
            hostile(),
        ],
        beside: Vec::new(),
        note: None,
        full: 4,
        left_out: vec![LeftOut {
            story: StoryId([5; 16]),
            headline: "Another".to_owned(),
            total: 8.1,
            parts: Vec::new(),
            short_by: None,
            reason: "below the bar".to_owned(),
        }],
        audiences: vec![
            share("founders", "Founders & Product Leaders", 1),
            share("developers", "Developers & AI Engineers", 4),
            share("investors", "Investors", 1),
            share("policy", "Policy & Legal", 0),
            share("general", "Everyone curious", 1),
        ],
        weights: None,
        silent: vec!["quiet".parse::<SourceId>().unwrap()],
        items: 4814,
        sources: 100,
        failed: 3,
        corrections: Vec::new(),
        withdrawn: Vec::new(),
        model: None,
    }
}

/// The same week with nothing but headlines.
pub fn bare() -> Recap {
    let mut recap = recap();
    for entry in &mut recap.entries {
        entry.insight = Insight::default();
        entry.related.clear();
    }
    recap
}

/// A tag in a document of ours, where every `<` of the outside is escaped.
#[derive(Debug, PartialEq)]
pub struct Markup<'h> {
    /// `h2`, or `/h2`.
    pub name: &'h str,
    /// In order, the values as written.
    pub attributes: Vec<(&'h str, &'h str)>,
    /// From its end to the next tag.
    pub text: &'h str,
}

/// Every tag of `html`, in order.
pub fn tags(html: &str) -> Vec<Markup<'_>> {
    html.split('<').skip(1).map(tag_of).collect()
}

fn tag_of(piece: &str) -> Markup<'_> {
    let mut end = 0;
    let mut quoted = false;
    for (at, c) in piece.char_indices() {
        quoted ^= c == '"';
        end = at;
        if c == '>' && !quoted {
            break;
        }
    }
    let (inside, text) = (&piece[..end], &piece[end + 1..]);
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').expect("quotes are closed");
        attributes.push((key.trim(), value));
        rest = after;
    }
    Markup { name, attributes, text: text.trim() }
}
