//! Invented headlines, and the kind of event that the shipped playbook finds in each.

use crate::config;
use crate::insight::kind::Kinds;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let playbook = config::shipped().expect("the shipped configuration is sound").playbook;
    let kinds = Kinds::new(&playbook);
    let wrong = cases.iter().filter_map(|(title, expected)| {
        let found = kinds.of(&playbook, &[*title], &[]).map(|kind| kind.id).unwrap_or_default();
        (found != *expected).then(|| format!("{title}: {found}, not {expected}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_an_authority_does_is_no_new_rule() {
    check(&[
        ("Italy’s privacy watchdog fines Quillon €15 million over training data", "enforcement"),
        ("FTC orders Quillon to stop selling location data, imposes penalty", "enforcement"),
        ("EU opens antitrust investigation into Quillon’s chatbot", "enforcement"),
        ("监管部门对公司处以罚款2亿元", "enforcement"),
        ("Parliament adopts new rules for general-purpose AI", "regulation"),
        ("EU delays high-risk rules of the AI Act by a year", "regulation"),
        ("Court orders Quillon to pay $40 million in damages over copyright", "lawsuit"),
        ("A fine line between tools and agents", ""),
        ("Quillon fine-tuned a model on its support mail", ""),
    ]);
}

#[test]
fn a_fault_is_no_attack() {
    check(&[
        ("Quillon’s API goes down for six hours after a bad configuration change", "outage"),
        ("Quillon outage leaves thousands of developers without their agents", "outage"),
        ("Hackers breached the customer database of Quillon", "breach"),
        ("Quillon revenue is down 3% in the first quarter", "earnings"),
    ]);
}

#[test]
fn a_date_in_a_quarter_is_no_result() {
    check(&[
        ("Quillon delays its Ember 3 accelerator to the fourth quarter, citing packaging yield", "delay"),
        ("Ember chip slips to 2027 as foundry capacity runs short", "delay"),
        ("Quillon reports fourth-quarter results with revenue up 12%", "earnings"),
    ]);
}

#[test]
fn a_chip_is_no_feature() {
    check(&[
        ("Quillon unveils Ember 3 inference chip with 288 GB of HBM", "hardware"),
        ("Quillon launches Ember 3, its second AI accelerator, in three regions", "hardware"),
        ("Quillon launches a shared inbox for agents", "launch"),
        ("Quillon to build 250 MW data center in Ohio", "infrastructure"),
    ]);
}

#[test]
fn what_is_done_with_chips_is_done_with_other_things_too() {
    check(&[
        ("Quillon’s Ember 3 tapes out", "hardware"),
        ("Quillon begins mass production of its Ember 3 chips", "hardware"),
        ("智潮推出新芯片", "hardware"),
        ("Marrow begins mass production of humanoid robots", ""),
        ("人形机器人开始量产", ""),
        ("Quillon introduces AI training for teachers", "launch"),
        ("Quillon launches an inference service", "launch"),
        ("Quillon launches AI accelerator for startups", "launch"),
        ("Quillon launches a startup accelerator in Lindholm", "launch"),
    ]);
}

#[test]
fn what_the_news_comes_with_is_no_news() {
    check(&[
        ("Months after announcing a partnership with Quillon, Ember drops the film", ""),
        ("Ember announces a partnership with Quillon months after they met in court", "partnership"),
        ("Quillon’s net loss widened to $5 billion as it lines up for an IPO", "earnings"),
        ("Quillon files for an IPO despite a net loss", "listing"),
        ("Ember is named as a defendant in a lawsuit", "lawsuit"),
        ("宣布合作数月后，智潮放弃影片", ""),
        ("智潮放弃影片后，两家宣布合作", "partnership"),
    ]);
}

#[test]
fn who_is_named_and_what_with_decides_nothing_alone() {
    check(&[
        ("Quillon’s search now answers with GPT-5", ""),
        ("The White House and the labs", ""),
        ("Researchers like the weather in Lindholm", ""),
        ("智潮发布通谕", ""),
    ]);
}

#[test]
fn advice_is_true_of_every_event_of_its_kind() {
    let playbook = config::shipped().expect("the shipped configuration is sound").playbook;
    let lines = |kind: &str| -> Vec<String> {
        let rules = playbook.kinds.iter().filter(|rule| rule.id == kind);
        let advice = rules.flat_map(|rule| &rule.advice);
        advice.flat_map(|advice| advice.matters.iter().chain(&advice.next).map(|line| line.to_lowercase())).collect()
    };
    // Not every company that reports is a cloud, not everybody leaves, and not every partnership builds.
    let of_some = [("earnings", "cloud"), ("people", "write to"), ("partnership", "still to be built")];
    // Nor is every order signed, every suit before its hearing, every price in cash, and every round the second.
    let at_some_stage = [
        ("regulation", "adopted text"),
        ("lawsuit", "hearing"),
        ("lawsuit", "next court date"),
        ("acquisition", "if it is disclosed and paid in cash"),
        ("acquisition", "before the deal closes"),
        ("funding", "earlier investors"),
        ("listing", "rumours"),
        ("layoffs", "this week"),
        ("people", "work on next"),
        ("model-release", "before you switch"),
        ("earnings", "also invests in"),
    ];
    for (kind, of_some) in of_some.into_iter().chain(at_some_stage) {
        let lines = lines(kind);
        assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains(of_some)), "{kind}: {of_some}");
    }
    // Between the plan to go public and the first paper to read lie months.
    let too_early = lines("listing").into_iter().find(|line| {
        let is_of_papers = ["read ", "check ", "take "].iter().any(|word| line.contains(word));
        is_of_papers && !["once ", "when "].iter().any(|word| line.contains(word))
    });
    assert_eq!(too_early, None);
}
