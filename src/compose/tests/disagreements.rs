//! Pairs of reports by two publishers, and whether they disagree.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::config;
use crate::id::ItemId;
use crate::insight::playbook::Playbook;
use crate::insight::{Author, Disagreement, Insight, Report, Subject};
use crate::names::Names;
use crate::publisher::Kind;

static NAMES: LazyLock<Names> = LazyLock::new(|| config::shipped().expect("the shipped configuration is sound").names);

/// What `reports` (publisher, hours after the first, title, text) disagree on.
fn card(reports: &[(&str, i64, &str, &str)]) -> Insight {
    let playbook = Playbook { kinds: Vec::new() };
    let begun: Timestamp = "2026-05-06T12:00:00Z".parse().unwrap();
    let report =
        |(at, (publisher, hours, title, text)): (usize, &(&'static str, i64, &'static str, &'static str))| Report {
            item: ItemId(i64::try_from(at).unwrap()),
            version: 1,
            publisher,
            domain: publisher,
            weight: 0.5,
            kind: Kind::Press,
            title,
            text,
            language: None,
            published: begun + jiff::SignedDuration::from_hours(*hours),
            company: None,
            is_copy: false,
            quotable_words: 200,
            readers: Default::default(),
        };
    let reports: Vec<(&'static str, i64, &'static str, &'static str)> = reports
        .iter()
        .map(|(publisher, hours, title, text)| {
            let kept = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
            (kept(publisher), *hours, kept(title), kept(text))
        })
        .collect();
    let reports: Vec<Report> = reports.iter().enumerate().map(report).collect();
    let subject = Subject { reports, tags: &[], earlier: Vec::new(), figures: None, language: "en" };
    Author::new(&playbook, &NAMES, &[]).read(&subject).to(None, &std::collections::BTreeSet::new())
}

fn told(found: &[Disagreement]) -> String {
    let told = found.iter().map(|one| {
        let figures: Vec<&str> = one.figures.iter().map(|figure| figure.text.as_str()).collect();
        format!("{}: {}", one.about, figures.join(" / "))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Two titles, and what they disagree on; nothing where that is empty.
type Pair = (&'static str, &'static str, &'static str);

#[track_caller]
fn check(pairs: &[Pair]) {
    let wrong: Vec<String> = pairs
        .iter()
        .filter_map(|(one, other, expected)| {
            let found = told(&card(&[("Harbor Wire", 0, one, ""), ("North Desk", 1, other, "")]).disagreements);
            (found != *expected).then(|| format!("{one} | {other}\n    told: {found}\n    want: {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn texts_about_one_site_are_held_against_each_other() {
    let on = |one: &str, other: &str| {
        let title = "Quillon to build a data centre in the north";
        told(&card(&[("Harbor Wire", 0, title, one), ("North Desk", 1, title, other)]).disagreements)
    };
    let one = "The campus near Lindholm is expected to draw 250 MW of power by 2028, Quillon said.";
    let other = "The site at Lindholm will draw 230 megawatts, the council said.";
    assert_eq!(on(one, other), "power: 250 MW / 230 megawatts");
    assert_eq!(on(one, "A site of Brightwater at Lindholm draws 230 megawatts, the council said."), "");
    assert_eq!(on(one, "The first phase at Lindholm will draw 230 megawatts, the council said."), "");
    assert_eq!(on(one, "The site at Lindholm is expected to draw 230 megawatts by 2030."), "");
    let praised = format!("{one} Analysts at Brightwater praised it.");
    let anothers = "A site of Brightwater at Lindholm will draw 230 megawatts, the council said.";
    assert_eq!(on(&praised, anothers), "", "named in both texts, and not in both sentences");
    assert_eq!(on(&praised, other), "power: 250 MW / 230 megawatts");
}

#[test]
fn what_cannot_both_be_right_is_listed() {
    check(&[
        // Money.
        ("Quillon raises $900M", "Quillon raises $1.1B", "funding: $900M / $1.1B"),
        ("Quillon closes a $900 million round", "Quillon secures $1.1bn", "funding: $900 million / $1.1bn"),
        ("Quillon valued at $45 billion", "Quillon at a valuation of $40B", "valuation: $45 billion / $40B"),
        (
            "Quillon is worth about $60 billion",
            "Quillon valued at $40 billion",
            "valuation: about $60 billion / $40 billion",
        ),
        ("Quillon估值3550亿元", "Quillon估值4000亿元", "valuation: 355 billion yuan / 400 billion yuan"),
        ("Quillon估值3550亿", "Quillon估值4000亿元", "valuation: 355 billion / 400 billion yuan"),
        ("Quillon完成20亿元融资", "Quillon完成25亿元融资", "funding: 2 billion yuan / 2.5 billion yuan"),
        (
            "字节跳动资本开支将达1600亿元",
            "字节跳动资本开支将达2000亿元",
            "spending: 160 billion yuan / 200 billion yuan",
        ),
        (
            "Quillon bewertet mit 45 Milliarden Dollar",
            "Quillon valued at $52 billion",
            "valuation: 45 Milliarden Dollar / $52 billion",
        ),
        (
            "Quillon lève 300 millions d'euros",
            "Quillon raises €250 million",
            "funding: 300 millions d'euros / €250 million",
        ),
        ("Quillon buys Marrow for $3 billion", "Quillon to acquire Marrow for $2.4bn", "deal: $3 billion / $2.4bn"),
        (
            "Quillon收购Marrow，作价30亿美元收购",
            "Quillon acquires Marrow for $2 billion",
            "deal: $3 billion / $2 billion",
        ),
        ("Quillon fined €120 million", "Quillon gets a fine of €150m", "fine: €120 million / €150m"),
        (
            "Quillon books a net loss of $38.5 billion",
            "Quillon had a loss of $21 billion",
            "loss: $38.5 billion / $21 billion",
        ),
        ("Quillon revenue of $9 billion", "Quillon’s sales hit $11 billion", "revenue: $9 billion / $11 billion"),
        (
            "Quillon to spend $50 billion on data centers",
            "Quillon will spend $65bn on data centers",
            "spending: $50 billion / $65bn",
        ),
        // Prices.
        (
            "Kestrel 3 costs $3 per million tokens",
            "Kestrel 3 costs $4 per million tokens",
            "price per million tokens: $3 / $4",
        ),
        (
            "Kestrel 3: $3 per million input tokens",
            "Kestrel 3 is priced at $4 per million input tokens",
            "price per million tokens, input: $3 / $4",
        ),
        ("Quillon plan costs $20 a month", "Quillon plan is $30 per month", "price per month: $20 / $30"),
        ("Kestrel 3每百万tokens定价3美元", "Kestrel 3每百万tokens售价5美元", "price per million tokens: $3 / $5"),
        // Scores.
        ("Kestrel 3 scores 81 % on SWE-bench", "Kestrel 3 hits 78% on SWE-bench", "SWE-bench: 81 % / 78%"),
        (
            "Kestrel 3 reaches 81.4% on SWE-bench Verified",
            "Kestrel 3 at 78.2% on SWE-bench Verified",
            "SWE-bench Verified: 81.4% / 78.2%",
        ),
        ("Kestrel 3 SWE-bench得分81%", "Kestrel 3在SWE-bench上达到78%", "SWE-bench: 81% / 78%"),
        ("Kestrel 3: 90% on GPQA and 60% on AIME", "Kestrel 3 gets 84% on GPQA and 60% on AIME", "GPQA: 90% / 84%"),
        // Power, people, sizes.
        ("Quillon plans a 40 MW data centre", "Quillon to build 44 MW data center", "power: 40 MW / 44 MW"),
        ("Quillon园区功率400兆瓦", "Quillon园区功率500兆瓦", "power: 400 MW / 500 MW"),
        ("Quillon lays off 7,000 workers", "Quillon to cut 8,400 jobs", "jobs cut: 7,000 workers / 8,400 jobs"),
        ("Quillon裁员7000人", "Quillon裁员9000人", "jobs cut: 7,000 people / 9,000 people"),
        ("Quillon cuts 12% of its workforce", "Quillon lays off 15 percent of staff", "staff cut: 12% / 15 percent"),
        (
            "Kestrel 3 has 400 billion parameters",
            "Kestrel 3, with 320 billion parameters, is out",
            "parameters: 400 billion parameters / 320 billion parameters",
        ),
        (
            "Kestrel 3 has a context window of 1M tokens",
            "Kestrel 3 with a 400K context window",
            "context window: 1M tokens / 400K context",
        ),
        (
            "Quillon has 400 million weekly users",
            "Quillon counts 500 million weekly users",
            "users: 400 million weekly users / 500 million weekly users",
        ),
        ("Quillon buys 100,000 GPUs", "Quillon orders 130,000 GPUs", "GPUs: 100,000 GPUs / 130,000 GPUs"),
        // Days.
        ("Kestrel 3 launches on 12 May", "Kestrel 3 ships on 19 May", "launch: 12 May / 19 May"),
        ("Kestrel 3将于5月12日发布", "Kestrel 3将于5月19日发布", "launch: 5月12日 / 5月19日"),
        ("Quillon trial begins on 1 June", "Quillon trial to start June 8", "court date: 1 June / June 8"),
        // Names.
        (
            "Quillon raises $900M led by Sequoia",
            "Quillon raises $900M in round led by a16z",
            "lead investor: Sequoia / a16z",
        ),
        (
            "Thrive Capital leads Quillon’s Series B round",
            "Quillon closes Series B round led by General Catalyst",
            "lead investor: Thrive Capital / General Catalyst",
        ),
        (
            "Quillon raises $40M, led by Borealis Ventures",
            "Quillon raises $40M in a round led by Kestrel Capital",
            "lead investor: Borealis Ventures / Kestrel Capital",
        ),
        ("Quillon完成融资，高瓴领投", "Quillon完成融资，由启明创投领投", "lead investor: 高瓴 / 启明创投"),
        (
            "Quillon CEO Jane Marlow says the plan holds",
            "Quillon CEO Peter Ostrov says that the plan holds",
            "chief executive: Jane Marlow / Peter Ostrov",
        ),
        (
            "Quillon names Jane Marlow as its new CEO",
            "Quillon appoints Peter Ostrov chief executive",
            "new chief executive: Jane Marlow / Peter Ostrov",
        ),
    ]);
}

#[test]
fn what_can_both_be_right_is_not() {
    let fine = |pairs: &[(&'static str, &'static str)]| {
        check(&pairs.iter().map(|(one, other)| (*one, *other, "")).collect::<Vec<Pair>>());
    };
    fine(&[
        // One figure, written otherwise.
        ("Quillon valued at $45 billion", "Quillon估值450亿美元"),
        ("Quillon valued at $45 billion", "Quillon valued at $44.9B"),
        ("Quillon raises $1 billion", "Quillon raises $1.1B"),
        ("Quillon cuts 7,800 jobs", "Quillon cuts 8,000 jobs"),
        ("Quillon cuts nearly 8,000 jobs", "Quillon cuts 7,400 jobs"),
        ("Quillon has 220,000 GPUs", "Quillon has 222,000 GPUs"),
        ("Kestrel 3 scores 80.6% on SWE-bench", "Kestrel 3 scores 81% on SWE-bench"),
        ("Kestrel 3 has a 128K context window", "Kestrel 3: context window of 131,072 tokens"),
        // Bounds.
        ("Quillon raises more than $900 million", "Quillon raises $1.2 billion"),
        ("Quillon to invest up to $40 billion", "Quillon to invest $30 billion"),
        ("Quillon裁员7000余人", "Quillon裁员9000人"),
        ("Quillon valued at over $15 billion", "Quillon valued at $18 billion"),
        ("Quillon plans at least 40 MW", "Quillon plans a 60 MW site"),
        // Ranges.
        ("Quillon to raise $1 billion to $1.5 billion", "Quillon to raise $2 billion"),
        // Other currencies.
        ("Quillon raises €900 million", "Quillon raises $1.1 billion"),
        ("Quillon估值3550亿元", "Quillon valued at $50 billion"),
        // Two things.
        ("Quillon raises $900M", "Quillon valued at $1.1B"),
        ("Quillon at $10 billion pre-money valuation", "Quillon worth $14 billion after the round"),
        ("Quillon revenue of $9 billion", "Quillon annual recurring revenue of $11 billion"),
        ("Quillon first-quarter revenue of $9 billion", "Quillon second-quarter revenue of $11 billion"),
        ("Quillon data-centre revenue of $9 billion", "Quillon revenue of $11 billion"),
        ("Quillon raises $900M Series B", "Quillon raises $1.1B Series C"),
        ("Quillon raises $900M in debt", "Quillon raises $1.1B"),
        ("Quillon raises another $400 million", "Quillon raises $900 million"),
        ("Quillon has raised a total of $1.1 billion", "Quillon raises $900 million"),
        ("Quillon to spend $50 billion in 2027", "Quillon to spend $65 billion by 2030"),
        ("Quillon wins deal worth $3 billion", "Quillon is worth $4 billion"),
        ("Quillon market cap hits $4.1 trillion", "Quillon market cap hits $4.6 trillion"),
        ("Quillon cuts 7,000 jobs", "Quillon adds 9,000 jobs"),
        ("Quillon cuts 7,000 jobs", "Quillon has 9,000 employees"),
        ("Quillon has 40 million users", "Quillon has 20 million subscribers"),
        ("Quillon has 400 million weekly users", "Quillon has 900 million monthly users"),
        // Prices of other things.
        ("Kestrel 3 costs $3 per million input tokens", "Kestrel 3 costs $9 per million output tokens"),
        ("Kestrel 3 costs $3 per million tokens", "Kestrel 3 Mini costs $2 per million tokens"),
        ("Kestrel 3 costs $3 per million tokens", "Kestrel 2 costs $2 per million tokens"),
        ("Quillon plan costs $20 a month", "Quillon plan costs $50 a year"),
        ("Quillon Pro plan costs $20 a month", "Quillon Team plan costs $30 a month"),
        ("Kestrel 3: $3 per million input and $9 per million output tokens", "Kestrel 3: $9 per million output tokens"),
        // Scores of others.
        ("Kestrel 3 scores 81% on SWE-bench Verified", "Kestrel 3 scores 58% on SWE-bench Pro"),
        ("Kestrel 3 scores 81% on SWE-bench", "Kestrel 3 scores 85% on SWE-bench with parallel compute"),
        ("Kestrel 3 scores 81% on SWE-bench", "Kestrel 3 Flash scores 70% on SWE-bench"),
        ("Kestrel 3 hits 81% on SWE-bench, against 78% for a rival", "Kestrel 3 beats the 78% on SWE-bench"),
        ("Kestrel 3 at 90% on GPQA and 60% on AIME", "Kestrel 3 at 60% on AIME and 90% on GPQA"),
        // By and to.
        ("Quillon cuts prices by 80%", "Quillon cuts prices to 20%"),
        // Sizes.
        ("Kestrel 3 has 400 billion parameters", "Kestrel 3 has 320 billion active parameters"),
        ("Kestrel-8B is out", "Kestrel has 9.4 billion parameters"),
        ("Quillon site has 400 MW in its first phase", "Quillon site has 900 MW"),
        // Days.
        ("Kestrel 3 launches on 12 May", "Kestrel 3 launches on 13 May"),
        ("Kestrel 3 launches on 12 May", "Kestrel 2 launches on 19 May"),
        ("Kestrel 3 launches in beta on 12 May", "Kestrel 3 launches on 19 May"),
        ("Quillon said on 5 May that it will wait", "Quillon said on 12 May that it is ready"),
        // Names.
        ("Quillon raises $9M led by a16z", "Quillon raises $9M in round led by Andreessen Horowitz"),
        ("Quillon raises $9M led by Sequoia", "Quillon raises $9M led by Sequoia Capital"),
        ("Quillon raises $9M led by Sequoia", "Quillon raises $9M in round led by Accel and Sequoia"),
        ("Quillon raises $9M led by Sequoia", "Quillon, a startup led by Jane Marlow, raises $9M"),
        ("Quillon raises $9M led by Sequoia", "Quillon raises $9M with money from a16z"),
        ("Quillon raises $9M led by Borealis Ventures", "Quillon raises $9M led by Borealis"),
        ("Quillon CEO Jane Marlow says so", "Marrow CEO Peter Ostrov says so of Quillon"),
        ("Quillon CEO Jane Marlow says so", "Former Quillon CEO Peter Ostrov says so"),
        ("Quillon CEO Jane Marlow says so", "Peter Ostrov to replace Quillon CEO"),
        ("Quillon CEO Liang Wenfeng says so", "Quillon CEO Wenfeng Liang says so"),
        ("Quillon CEO Jane Marlow says so", "Quillon CEO Jayne Marlowe says so"),
        ("Quillon CEO Jane Marlow says so", "Quillon AI CEO Peter Ostrov says so"),
        // Two events in one story.
        ("Quillon raises $900M", "Marrow raises $1.1B"),
        ("OpenAI valued at $900 billion", "Anthropic valued at $1.1 trillion"),
        ("", ""),
        ("$5", "$7"),
    ]);
}

#[test]
fn what_is_done_once_has_one_doer() {
    check(&[
        // Who buys.
        ("OpenAI buys Marrow", "Anthropic buys Marrow", "buyer: OpenAI / Anthropic"),
        ("OpenAI acquires Marrow for $2 billion", "Marrow acquired by Anthropic", "buyer: OpenAI / Anthropic"),
        ("Nvidia agrees to acquire AI startup Marrow", "Microsoft to buy Marrow", "buyer: Nvidia / Microsoft"),
        ("Marrow is bought by Meta", "Marrow bought by Salesforce in all-stock deal", "buyer: Meta / Salesforce"),
        ("OpenAI收购Marrow", "Anthropic宣布收购Marrow", "buyer: OpenAI / Anthropic"),
        ("Report: Nvidia buys Marrow", "AMD buys Marrow", "buyer: Nvidia / AMD"),
        // Which judge.
        ("Judge Alsup dismisses suit against OpenAI", "Judge Marlow dismisses OpenAI suit", "judge: Alsup / Marlow"),
        (
            "Federal judge Jane Marlow blocks OpenAI merger",
            "US judge Peter Ostrov blocks the OpenAI merger",
            "judge: Jane Marlow / Peter Ostrov",
        ),
        (
            "Judge Jane Marlow orders OpenAI to keep logs",
            "Judge Ostrov ordered OpenAI to keep its logs",
            "judge: Jane Marlow / Ostrov",
        ),
        // Which version.
        ("OpenAI releases GPT-5.6", "OpenAI releases GPT-5.5", "version: GPT-5.6 / GPT-5.5"),
        ("OpenAI launches GPT-5.6 for developers", "GPT-5.5 is out, OpenAI says", "version: GPT-5.6 / GPT-5.5"),
        ("OpenAI发布GPT-5.6", "OpenAI unveils GPT-5.5", "version: GPT-5.6 / GPT-5.5"),
        ("DeepSeek open-sources Kestrel 4", "DeepSeek releases Kestrel 3", "version: Kestrel 4 / Kestrel 3"),
        ("xAI launches Grok 4.6", "xAI unveils Grok 4.5", "version: Grok 4.6 / Grok 4.5"),
    ]);
    let fine = |pairs: &[(&'static str, &'static str)]| {
        check(&pairs.iter().map(|(one, other)| (*one, *other, "")).collect::<Vec<Pair>>());
    };
    fine(&[
        // One buyer by two names, or nobody yet.
        ("Google buys Marrow", "Alphabet buys Marrow"),
        ("Google DeepMind acquires Marrow", "Google acquires Marrow"),
        ("OpenAI in talks to buy Marrow", "Anthropic buys Marrow"),
        ("OpenAI could buy Marrow", "Anthropic could buy Marrow"),
        ("OpenAI bids for Marrow", "Nvidia buys Marrow"),
        ("OpenAI buys Marrow", "OpenAI buys Quillon"),
        ("OpenAI buys Nvidia chips", "Meta buys Nvidia chips"),
        ("OpenAI buys Marrow", "Anthropic buys stake in Marrow"),
        ("OpenAI buys Marrow", "Startup backed by Anthropic buys Marrow"),
        ("OpenAI buys Marrow, beating Anthropic", "Anthropic buys Marrow"),
        ("OpenAI partners with Marrow", "Anthropic partners with Marrow"),
        // One judge, or two rulings.
        ("Judge Gonzalez Rogers dismisses OpenAI suit", "Judge Yvonne Gonzalez Rogers dismisses OpenAI suit"),
        ("Judge Alsup approves OpenAI deal", "Judge Marlow rejects OpenAI deal"),
        ("Judge Rules Against OpenAI", "Judge Tosses OpenAI Suit"),
        ("Judge rules OpenAI must pay", "Judge Marlow rules that OpenAI must pay"),
        // One version, or two things.
        ("OpenAI releases GPT-5.6", "OpenAI releases GPT-5"),
        ("OpenAI releases GPT-5.6", "OpenAI releases GPT 5.6"),
        ("OpenAI releases GPT-5.6", "OpenAI releases GPT-5.5 mini"),
        ("OpenAI releases GPT-5.6 Pro", "OpenAI releases GPT-5.5 Codex"),
        ("OpenAI releases GPT-5.6, better than GPT-5.5", "OpenAI releases GPT-5.5"),
        ("OpenAI releases GPT-5.6", "OpenAI to retire GPT-5.5"),
        ("OpenAI releases GPT-5.6", "OpenAI launches app for GPT-5.5 users to upgrade"),
        ("Anthropic launches Claude Opus 5", "Anthropic launches Claude Sonnet 4.8"),
        ("OpenAI releases GPT-5.6", "xAI releases Grok 4.6"),
        ("Python 3.14 released", "OpenAI releases GPT-5.6"),
    ]);
}

#[test]
fn two_releases_are_no_dispute_about_one() {
    let later = |hours: i64| {
        let one = ("Harbor Wire", 0, "OpenAI releases GPT-5.5", "");
        told(&card(&[one, ("North Desk", hours, "OpenAI releases GPT-5.6", "")]).disagreements)
    };
    assert_eq!((later(30).as_str(), later(48).as_str()), ("version: GPT-5.5 / GPT-5.6", ""));
    let both = ("East Post", 2, "What is new with OpenAI", "GPT-5.6 takes the place of GPT-5.5 in the app.");
    let pair = [("Harbor Wire", 0, "OpenAI releases GPT-5.5", ""), ("North Desk", 1, "OpenAI releases GPT-5.6", "")];
    assert_eq!(card(&[pair[0], pair[1], both]).disagreements, []);
}

#[test]
fn texts_are_read_too_but_not_of_strangers() {
    let differ = |text: &str| {
        told(
            &card(&[
                ("Harbor Wire", 0, "Quillon raises money for its lathes", "The company raised $900 million on Monday."),
                ("North Desk", 1, "New money for Quillon and its lathes", text),
            ])
            .disagreements,
        )
    };
    assert_eq!(differ("The lathe maker raised $1.1 billion this week."), "funding: $900 million / $1.1 billion");
    assert_eq!(differ("Its rival Marrow raised $1.1 billion this week."), "");
    assert_eq!(differ("For the record, Marrow raised $1.1 billion this week."), "");
    assert_eq!(differ("It raised $900 million. It raised $1.1 billion with all that came before."), "");
}

#[test]
fn who_corrects_itself_disagrees_with_nobody() {
    let early = ("Harbor Wire", 0, "Quillon raises $900M", "");
    let late = ("Harbor Wire", 9, "Quillon raises $1.1B", "");
    assert_eq!(card(&[early, late]).disagreements, []);
    assert_eq!(card(&[early, late, ("North Desk", 5, "Quillon raises $1.1B", "")]).disagreements, []);
    assert_eq!(
        card(&[early, late, ("North Desk", 5, "Quillon raises $900M", "")]).disagreements,
        [],
        "it was said before the correction"
    );
    let after = card(&[early, late, ("North Desk", 20, "Quillon raises $900M", "")]);
    assert_eq!(told(&after.disagreements), "funding: $1.1B / $900M");
}

#[test]
fn what_a_third_report_tells_side_by_side_is_no_dispute() {
    let (one, other) = ("Quillon raises $900M", "Quillon raises $1.1B");
    let third = ("East Post", 2, "Quillon raises $900M, its sum so far $1.1B", "");
    assert_eq!(card(&[("Harbor Wire", 0, one, ""), ("North Desk", 1, other, ""), third]).disagreements, []);
}

#[test]
fn each_figure_has_its_publishers_and_the_first_is_named() {
    let card = card(&[
        ("North Desk", 3, "Quillon valued at $40 billion", ""),
        ("Harbor Wire", 1, "Quillon valued at $45 billion", ""),
        ("East Post", 5, "Quillon worth 450亿美元", ""),
    ]);
    let lines: Vec<String> = card.disagreements[0]
        .figures
        .iter()
        .map(|figure| format!("{}: {}", figure.text, figure.publishers.join(", ")))
        .collect();
    assert_eq!(lines, ["$45 billion: Harbor Wire, East Post", "$40 billion: North Desk"]);
    assert_eq!(card.disagreements[0].first.as_deref(), Some("Harbor Wire"));
}

#[test]
fn a_hook_does_not_contradict_the_headline() {
    let hook = |title: &str| {
        card(&[("Harbor Wire", 0, "Quillon raises $900 million for its lathes", ""), ("North Desk", 1, title, "")])
            .hook
            .map(|hook| hook.text)
    };
    assert_eq!(hook("Quillon raises $1.1 billion from Marrow and others"), None);
    assert_eq!(hook("Lathe maker Quillon gets $1.1 billion from Marrow"), None);
    let telling = "Quillon is worth $9 billion with the money for its lathes";
    assert_eq!(hook(telling).as_deref(), Some(telling));
}

proptest::proptest! {
    #[test]
    fn no_words_around_a_figure_harm(before in "\\PC{0,30}", after in "\\PC{0,30}") {
        let one = format!("{before}$40 billion{after} led by {before} CEO {after}");
        let other = format!("{after}$45 billion{before} 领投 {after}");
        card(&[("Harbor Wire", 0, &one, &other), ("North Desk", 1, &other, &one)]);
    }
}
