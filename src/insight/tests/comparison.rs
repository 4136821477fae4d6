//! Figures beside those of others and of before.

use super::*;

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
        "Cloud division of DeepSeek valued at $10 billion",
        "DeepSeek valued at more than $10 billion",
        "DeepSeek will be valued at $10 billion",
        "DeepSeek valued at $10 billion: three numbers to watch",
        "DeepSeek weighs a round in which it is valued at $10 billion",
        "DeepSeek in talks to raise money, to be valued at $10 billion",
    ] {
        no_match.earlier = vec![earlier(other)];
        let why = card(&no_match, None).why_it_matters;
        assert!(texts(&why)[0].starts_with("Earlier on DeepSeek, 24 April 2026: “"), "{other}: {why:?}");
    }

    subject.earlier = vec![earlier("DeepSeek valued at $10 billion")];
    let card = card(&subject, None);
    let why = "DeepSeek, valuation: $45 billion, after $10 billion in a report of 24 April 2026.";
    assert_eq!(texts(&card.why_it_matters), [why]);
    assert_eq!((card.comparison, card.timeline), (None, Vec::new()), "a lone earlier story is no timeline");
}

#[test]
fn a_plan_that_differs_from_what_was_is_told_as_a_plan() {
    let title = "Big Fund in talks to lead DeepSeek round at a valuation of $45 billion";
    let mut subject = subject(vec![report("A", title, "")]);
    subject.earlier = vec![earlier("DeepSeek valued at $10 billion")];
    let why = "DeepSeek, valuation: $45 billion (planned), after $10 billion in a report of 24 April 2026.";
    assert_eq!(texts(&card(&subject, None).why_it_matters)[0], why);
}

/// The rows of the comparison of a story of one headline, where `others` are known of 24 April 2026.
#[track_caller]
fn check_table(headline: &str, others: &[&str], expected: &[&str]) {
    let others: Vec<EarlierStory> = others.iter().map(|other| earlier(other)).collect();
    check_table_of(headline, &others, expected);
}

/// The same where `others` are known of their days.
#[track_caller]
fn check_table_of(headline: &str, others: &[EarlierStory], expected: &[&str]) {
    let names = names();
    let mut figures = Figures::default();
    others.iter().for_each(|other| figures.add(other, "en", &names));
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
    check_table(own, &["Moonshot valued at 20 billion yuan", "Moonshot’s cloud division valued at $2 billion"], &[]);
}

#[test]
fn of_plans_the_newest_is_told_and_none_that_was_overtaken() {
    let names = names();
    let on =
        |day: i8, headline: &'static str| EarlierStory { day: jiff::civil::date(2026, 4, day), ..earlier(headline) };
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
    let plans = ["DeepSeek plans a round at a valuation of $40 billion", "DeepSeek seeks a valuation of $45 billion"];
    let is_so = [on(24, "Moonshot valued at $20 billion")];
    assert_eq!(rows(plans, &is_so), ["$45 billion (planned) / $20 billion (24 Apr 2026)"]);
    let own = ["DeepSeek valued at $45 billion", "DeepSeek, the lab from Hangzhou"];
    let planned = on(22, "Moonshot plans to raise money at a valuation of $25 billion");
    let with_newer = [planned, on(26, "Moonshot valued at 19 billion yuan")];
    assert_eq!(rows(own, &with_newer[..1]), ["$45 billion / $25 billion (planned, 22 Apr 2026)"]);
    assert_eq!(rows(own, &with_newer), [] as [&str; 0], "in another currency, but newer");
}

#[test]
fn what_one_report_tells_as_a_plan_is_one_in_a_shorter_headline_too() {
    let names = names();
    let mut figures = Figures::default();
    figures.add(&earlier("Moonshot valued at $20 billion"), "en", &names);
    let own = |titles: [&'static str; 2]| -> String {
        let before = Report { published: "2026-05-02T12:00:00Z".parse().unwrap(), ..report("A", titles[0], "") };
        let mut subject = subject(vec![before, report("BB", titles[1], "")]);
        subject.figures = Some(&figures);
        let table = card(&subject, None).comparison.unwrap();
        table.rows[0].cells[0].as_ref().unwrap().text.clone()
    };
    let (short, plan) = ("DeepSeek valued at $45 billion", "DeepSeek in talks on a valuation of $45 billion");
    assert_eq!(own([short, plan]), "$45 billion (planned)");
    assert_eq!(own([plan, short]), "$45 billion", "it may be done by then");
}

#[test]
fn what_one_report_tells_of_a_rival_as_a_plan_is_one_in_a_shorter_headline_too() {
    let (short, plan) = ("Moonshot valued at $20 billion", "Moonshot in talks on a valuation of $20 billion");
    let row = "Valuation: DeepSeek $45 billion / Moonshot $20 billion (planned, 24 Apr 2026)";
    check_table("DeepSeek valued at $45 billion", &[short, plan], &[row]);
}

#[test]
fn a_figure_of_before_its_report_has_no_day_and_gives_way_to_one_of_its_day() {
    let own = "DeepSeek valued at $45 billion";
    let day = jiff::civil::date(2026, 4, 26);
    let past = || EarlierStory { day, ..earlier("Moonshot was valued at $10 billion in January") };
    check_table_of(own, &[past()], &["Valuation: DeepSeek $45 billion / Moonshot $10 billion"]);
    check_table_of(
        own,
        &[past(), earlier("Moonshot valued at $20 billion")],
        &["Valuation: DeepSeek $45 billion / Moonshot $20 billion (24 Apr 2026)"],
    );
    check_table("DeepSeek was valued at $45 billion in January", &["Moonshot valued at $20 billion"], &[]);
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
