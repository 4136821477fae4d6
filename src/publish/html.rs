//! The pages that people read: templates in `src/publish/templates`, filled
//! with what a recap holds. Useful without JavaScript, no request to anybody
//! else, nothing inline that a strict content security policy forbids.

mod page;
mod recap;
mod review;
mod search;
mod site;
mod story;

use askama::Template;
use jiff::Timestamp;

use crate::publish::Document;
use crate::publish::inert::printable;
use crate::text;

pub use page::{Announced, Link};
pub use recap::{
    Around, Coming, FirstRound, Home, Listed, Running, archive, audience_page, home, recap_page, this_week,
};
pub use review::{Answered, Question, review_question, review_word};
pub use search::{Results, search};
pub use site::{About, AudienceRow, SourceRow, about, about_ranking, not_found, sources};
pub use story::{Later, story_page, withdrawn_page};

/// The one stylesheet, served at `/style.css`.
pub fn stylesheet() -> Document {
    // It has no date of its own: readers revalidate it by its ETag.
    Document::new("text/css; charset=utf-8", terse(include_str!("templates/style.css")), Timestamp::UNIX_EPOCH)
}

/// A stylesheet without what only people read in it: comments, and white space beside signs.
fn terse(css: &str) -> String {
    let spoken = css.split("/*").enumerate().map(|(index, part)| match index {
        0 => part,
        _ => part.split_once("*/").map_or("", |(_, rest)| rest),
    });
    let spoken = spoken.collect::<String>();
    let parts = spoken.split('"').enumerate().map(|(index, part)| match index % 2 {
        0 => tight(part),
        // What readers see: `": "`.
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("\"").trim().to_owned()
}

/// A part of a stylesheet that holds no string; white space at its edges may stand beside one.
fn tight(part: &str) -> String {
    let edge = |is_space: bool| if is_space { " " } else { "" };
    let line = text::one_line(part);
    let line = line.trim();
    let before = edge(part.starts_with(char::is_whitespace));
    let after = edge(part.ends_with(char::is_whitespace) && !line.is_empty());
    let mut tight = format!("{before}{line}{after}");
    for sign in ["{", "}", ";", ","] {
        tight = tight.replace(&format!(" {sign}"), sign).replace(&format!("{sign} "), sign);
    }
    // Before a colon a space has a meaning: `.terms :is(th)`.
    tight.replace(": ", ":").replace(";}", "}")
}

/// The policy that is enough for every page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn document(template: &impl Template, changed: Timestamp) -> Document {
    let body = template.render().expect("writing to memory cannot fail");
    Document::new("text/html; charset=utf-8", printable(&body), changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Fallback;
    use crate::publish::Site;
    use crate::publish::fixture::{HOSTILE, Markup, at, bare, recap, site, tags};
    use crate::rank::Weights;
    use crate::recap::{Correction, Recap};
    use expect_test::expect;

    fn around() -> Around {
        let link = |week: &str| Some(Link { title: format!("Week {week}"), path: format!("/w/2026-W{week}/") });
        Around { previous: link("18"), next: link("20") }
    }

    /// Every kind of page, filled with `recap`.
    fn pages(site: &Site, recap: &Recap) -> Vec<(&'static str, String)> {
        let now = at("2026-05-11T08:00:00Z");
        let (around, listed) = (around(), [Listed::of(recap)]);
        let founders = crate::audience::Audience {
            id: "founders".parse().unwrap(),
            name: "Founders & Product Leaders".to_owned(),
            about: "people who decide what to build".to_owned(),
            terms: Vec::new(),
            sources: Vec::new(),
            min_confidence: crate::id::Share::nearest(0.3),
            fallback: Fallback::No,
        };
        let audiences = [AudienceRow::from(&founders)];
        let front = |latest| Home {
            latest,
            archive: &listed,
            running: Running::Shown,
            audiences: &audiences,
            sources: 100,
            items: 7,
            coming: Coming::At(now),
            changed: now,
        };
        let row = SourceRow {
            name: "<b>Paper</b>".to_owned(),
            feed: "https://paper.example/feed".to_owned(),
            site: Some("javascript:alert(1)".to_owned()),
            kind: crate::publisher::Kind::Press,
            weight: Some(crate::id::Share::nearest(0.6)),
            weight_by: "as <b>Paper</b>".to_owned(),
            state: "failing: \"no such host\"".to_owned(),
            last_success: Some(now),
            last_new: None,
            items_per_week: 41.6,
            picked_last_recap: 3,
        };
        let method = About { slot: "every Monday", sources: 100, audiences: &audiences, model: Some("tiny") };
        let mut all = vec![
            ("recap", recap_page(site, recap, &around)),
            ("home", home(site, &front(Some((recap, &around))))),
            ("waiting", home(site, &front(None))),
            ("this week", this_week(site, recap, now)),
            ("archive", archive(site, "/archive/", &listed, now)),
            ("audience", audience_page(site, &founders, Some(recap), &listed, now)),
            ("audience to come", audience_page(site, &founders, None, &[], now)),
            ("sources", sources(site, &[row], now)),
            ("about", about(site, &method, now)),
            ("ranking", about_ranking(site, &Weights::default(), &[], now)),
            ("not found", not_found(site)),
        ];
        all.extend(recap.entries.iter().map(|entry| ("story", story_page(site, recap, entry, &[]))));
        let later = Later {
            week: "2026-W20".parse().unwrap(),
            headline: HOSTILE.to_owned(),
            path: recap.entries[0].path(),
            changed: HOSTILE.to_owned(),
            published: now,
        };
        all.push(("followed", story_page(site, recap, &recap.entries[0], &[later])));
        let mut amended = recap.clone();
        let correction = Correction { at: now, story: Some(recap.entries[0].story), text: HOSTILE.to_owned() };
        amended.corrections.push(correction);
        amended.withdraw(recap.entries[1].story, HOSTILE, now);
        all.push(("amended", recap_page(site, &amended, &around)));
        all.push(("corrected", story_page(site, &amended, &amended.entries[0], &[])));
        all.push(("withdrawn", withdrawn_page(site, &amended, &amended.withdrawn[0])));
        let question = Question {
            asks: "Pin this story?".to_owned(),
            headline: Some(HOSTILE),
            effect: "It moves to the head of the list.",
            button: "Pin it",
            to: "/review/",
            pass: HOSTILE,
            until: now,
        };
        all.push(("review", review_question(site, &question)));
        let said = [HOSTILE.to_owned()];
        let on = Link { title: "To the front page".to_owned(), path: "/".to_owned() };
        let answered = Answered { heading: "It is done", headline: Some(HOSTILE), said: &said, on };
        all.push(("reviewed", review_word(site, &answered)));
        all.into_iter().map(|(name, page)| (name, String::from_utf8(page.body).unwrap())).collect()
    }

    fn hrefs<'h>(tags: &[Markup<'h>]) -> Vec<&'h str> {
        tags.iter()
            .flat_map(|tag| &tag.attributes)
            .filter(|(name, _)| *name == "href")
            .map(|(_, value)| *value)
            .collect()
    }

    /// The headings of a page, indented by level.
    fn outline(html: &str) -> String {
        let line = |tag: &Markup| {
            let level = tag.name.strip_prefix('h').and_then(|digit| digit.parse::<usize>().ok())?;
            Some(format!("{}{}\n", "  ".repeat(level - 1), tag.text))
        };
        tags(html).iter().filter_map(line).collect()
    }

    #[test]
    fn each_correction_is_told_in_a_second_of_its_own() {
        let mut recap = crate::publish::fixture::recap();
        let at = recap.frozen;
        for _ in 0..3 {
            let before = recap.updated();
            recap.correct(Correction { at, story: None, text: "The first headline was another.".to_owned() });
            assert!(recap.updated().as_second() > before.as_second());
        }
    }

    #[test]
    fn nothing_from_a_feed_becomes_markup() {
        for (name, html) in pages(&site(), &recap()) {
            for tag in tags(&html) {
                let runs = tag.name == "script" && !tag.attributes.contains(&("type", "application/ld+json"));
                assert!(!runs && !matches!(tag.name, "style" | "iframe" | "img" | "b"), "{name}: {tag:?}");
                let active = |(key, _): &(&str, &str)| key.starts_with("on") || matches!(*key, "style" | "src");
                assert!(!tag.attributes.iter().any(active), "{name}: {tag:?}");
            }
            for href in hrefs(&tags(&html)) {
                let fine = ["/", "#", "https://", "data:image/svg+xml,"].iter().any(|start| href.starts_with(start));
                assert!(fine && !href.starts_with("//"), "{name}: {href}");
            }
        }
    }

    #[test]
    fn no_page_holds_a_control_character() {
        for (name, html) in pages(&site(), &recap()) {
            assert!(html.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{name}");
        }
    }

    #[test]
    fn the_front_page_says_what_is_true_of_the_recap_to_come() {
        let now = at("2026-05-11T08:00:00Z");
        let recap = recap();
        let said = |latest, coming| {
            let home = Home {
                latest,
                archive: &[],
                running: Running::Hidden,
                audiences: &[],
                sources: 3,
                items: 7,
                coming,
                changed: now,
            };
            String::from_utf8(super::home(&site(), &home).body).unwrap()
        };
        let check = |page: String, words: &str| assert!(page.contains(words), "{words}: {page}");
        let round = FirstRound { answered: 1, sources: 3 };
        check(said(None, Coming::AfterRound(round)), "comes out as soon as every source has answered (1 of 3)</h1>");
        check(said(None, Coming::Now), "<h1>The first recap is being made now</h1>");
        check(said(None, Coming::At(now)), "<h1>The first recap comes out on <time datetime=\"2026-05-11T08:00:00Z\">");
        let around = around();
        let latest = Some((&recap, &around));
        check(said(latest, Coming::Now), "The next recap is being made now.");
        check(said(latest, Coming::Held), "The next recap waits for its editor.");
        check(said(latest, Coming::At(now)), "The next recap comes out on <time datetime=\"2026-05-11T08:00:00Z\">");
    }

    #[test]
    fn a_recap_that_is_not_out_does_not_say_that_it_is() {
        let preview = Recap { state: crate::recap::State::Draft, ..recap() };
        let page = String::from_utf8(recap_page(&site(), &preview, &Around::default()).body).unwrap();
        assert!(page.contains("preview, not published, as of <time") && !page.contains("published <time"), "{page}");
        assert!(!page.contains("recap.md"), "it has no page yet: {page}");
        let addresses = ["rel=\"canonical\"", "og:url", "/w/2026-W19/"];
        assert!(addresses.iter().all(|address| !page.contains(address)), "nothing leads there: {page}");
    }

    #[test]
    fn a_story_not_yet_chosen_leads_to_its_original() {
        let mut running = recap();
        running.state = crate::recap::State::Draft;
        let page = this_week(&site(), &running, at("2026-05-11T08:00:00Z"));
        let html = String::from_utf8(page.body).unwrap();
        assert!(html.contains(r#"<h3><a dir="auto" href="https://next-paper.example/"#));
    }

    #[test]
    fn every_page_has_one_first_heading_and_skips_no_level() {
        for (name, html) in pages(&site(), &recap()) {
            let levels: Vec<usize> =
                outline(&html).lines().map(|line| (line.len() - line.trim_start().len()) / 2).collect();
            assert_eq!(levels.iter().filter(|level| **level == 0).count(), 1, "{name}");
            assert_eq!(levels.first(), Some(&0), "{name}");
            assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
        }
    }

    #[test]
    fn every_link_within_a_page_arrives() {
        for (name, html) in pages(&site(), &recap()) {
            let tags = tags(&html);
            let ids: Vec<&str> = tags
                .iter()
                .flat_map(|tag| &tag.attributes)
                .filter(|(key, _)| *key == "id")
                .map(|(_, id)| *id)
                .collect();
            let once = ids.iter().collect::<std::collections::BTreeSet<_>>();
            assert_eq!(once.len(), ids.len(), "{name}: {ids:?}");
            for target in hrefs(&tags).iter().filter_map(|href| href.strip_prefix('#')) {
                assert!(ids.contains(&target), "{name}: #{target}");
            }
        }
    }

    #[test]
    fn an_audience_that_never_had_a_story_is_told_so() {
        for (name, html) in pages(&site(), &recap()) {
            assert_eq!(html.contains("Nothing for them yet"), name == "audience to come", "{name}");
        }
    }

    #[test]
    fn what_reports_differ_about_begins_with_a_capital() {
        let mut week = recap();
        week.entries[0].insight.disagreements[0].about = "funding".to_owned();
        let page = String::from_utf8(story_page(&site(), &week, &week.entries[0], &[]).body).unwrap();
        assert!(page.contains("<dt>Funding</dt>"), "{page}");
    }

    #[test]
    fn an_empty_part_leaves_no_heading() {
        let site = site();
        let story =
            |recap: &Recap| outline(&String::from_utf8(story_page(&site, recap, &recap.entries[0], &[]).body).unwrap());
        expect![[r#"
            China’s Big Fund leads DeepSeek round at $45B
              30-second TL;DR
                What changed
                Why it matters
                What to do next
              Who should care
              Deep insight
                Key takeaways
                Comparison
                Technical deep dive
                What may follow
                Timeline
              Coverage
              Where reports differ
              Related stories
        "#]]
        .assert_eq(&story(&recap()));
        expect![[r#"
            China’s Big Fund leads DeepSeek round at $45B
              Who should care
              Coverage
        "#]]
        .assert_eq(&story(&bare()));
    }

    #[test]
    fn a_full_week_is_light() {
        let mut week = recap();
        let rich = week.entries[0].clone();
        week.entries = (1..=27).map(|place| crate::recap::Entry { place, ..rich.clone() }).collect();
        week.full = 12;
        let bytes = recap_page(&site(), &week, &around()).body.len() + stylesheet().body.len();
        assert!(bytes < 60_000, "{bytes} bytes");
    }

    #[test]
    fn a_site_in_a_folder_links_into_it() {
        let site = Site { root: "https://example.org/recap/".parse().unwrap(), ..site() };
        for (name, html) in pages(&site, &recap()) {
            for href in hrefs(&tags(&html)).into_iter().filter(|href| href.starts_with('/')) {
                assert!(href.starts_with("/recap/"), "{name}: {href}");
            }
        }
    }

    #[test]
    fn machines_read_what_people_read() {
        let page = String::from_utf8(story_page(&site(), &recap(), &recap().entries[5], &[]).body).unwrap();
        let block =
            page.split("<script type=\"application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
        let data: serde_json::Value = serde_json::from_str(block).unwrap();
        assert_eq!(data["@type"], "Article");
        assert!(data["headline"].as_str().unwrap().starts_with("</script><script>"), "the text itself is kept");
        assert_eq!(data["isBasedOn"].as_array().map(Vec::len), Some(1), "a link that is none is left out");
    }

    #[test]
    fn a_stylesheet_is_sent_without_what_only_people_read() {
        let css =
            "/* One. */\na:hover, .b :is(p) > i {\n  margin: 0 1px; /* two; three */\n  content: \" (\" attr(x);\n}\n";
        assert_eq!(terse(css), "a:hover,.b :is(p) > i{margin:0 1px;content:\" (\" attr(x)}");
        let spoken = "td::before {\n  content: attr(x) \": \" \" ; \";\n}\n";
        assert_eq!(terse(spoken), "td::before{content:attr(x) \": \" \" ; \"}", "strings stay as they are");
        let sent = String::from_utf8(stylesheet().body).unwrap();
        assert!(!sent.contains("/*") && sent.len() < include_str!("templates/style.css").len() * 9 / 10);
    }

    #[test]
    fn sources_are_a_table_only_where_all_its_columns_have_room() {
        let css = terse(include_str!("templates/style.css"));
        let condition_of = |rule: &str| {
            let before = css.split(rule).next().unwrap();
            before.rsplit("@media ").next().unwrap().split('{').next().unwrap()
        };
        assert_eq!(condition_of(".sources thead{"), "(max-width:65.99rem)");
        assert_eq!(condition_of(".wide:has(.sources){"), "(min-width:66rem)");
        assert!(!css.contains(".sources{min-width:5"), "nothing scrolls out of sight");
    }

    #[test]
    fn every_ink_stands_out_from_every_paper() {
        let css = include_str!("templates/style.css");
        for scheme in css.split(":root {").skip(1).take(2).map(|rest| rest.split('}').next().unwrap()) {
            let colour = |name: &str| {
                let value = scheme.split(&format!("--{name}: #")).nth(1).unwrap();
                luminance(&value[..6])
            };
            let against = |one: f64, two: f64| (one.max(two) + 0.05) / (one.min(two) + 0.05);
            for ink in ["ink", "muted", "accent"] {
                for paper in ["paper", "raised"] {
                    let contrast = against(colour(ink), colour(paper));
                    assert!(contrast >= 4.5, "{ink} on {paper}: {contrast:.2}");
                }
            }
            assert!(against(colour("on-accent"), colour("accent")) >= 4.5);
        }
    }

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    }
}
