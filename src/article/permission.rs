//! Whether a publisher lets a page be read by others: robots meta and header,
//! and the signs of a paywall.
//!
//! Rather too strict: what looks like a no is one.

use std::sync::LazyLock;

use regex::Regex;

use super::Refusal;
use crate::text::tags::tags;

/// Whose rules are ours: those for all, our own, and those for the robot that
/// publishers think of when they think of excerpts.
const AGENTS: &[&str] = &["robots", "*", "recapd", "googlebot", "googlebot-news"];

/// Words of the robots meta that keep a text from being kept, quoted or found.
/// <https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag>
const REFUSING: &[&str] = &["noarchive", "nocache", "nosnippet", "noindex", "none", "noai", "noml"];

/// Keeps text and data mining for its publisher, as a header or a meta tag.
/// <https://www.w3.org/community/tdmrep/>
const RESERVATION: &str = "tdm-reservation";

/// What a robots header has before a colon without meaning a robot.
const WITH_VALUE: &[&str] = &["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is right")
}

/// schema.org's word for a paywall, in JSON-LD: `"isAccessibleForFree": "False"`,
/// or its address, whose slashes PHP escapes.
static NOT_FREE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)"isAccessibleForFree"\s*:\s*\[?\s*"?(?:https?:)?(?:\\?/\\?/)?(?:(?:www\.)?schema\.org\\?/)?(?:false|no)\b"#,
    )
});

/// The beginning of a script that holds JSON-LD.
static LINKED_DATA: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)<script\b[^>]*\bld\+json\b[^>]*>"));

/// The end of a script, whatever markup its strings hold.
static END_OF_SCRIPT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)</script[\s/>]"));

/// Judges the `X-Robots-Tag` headers of an answer.
pub(super) fn check_header(lines: &[String]) -> Result<(), Refusal> {
    for line in lines {
        let line = line.to_ascii_lowercase();
        if line.split_once(':').is_some_and(|(name, value)| name.trim() == RESERVATION && value.trim() == "1") {
            return Err(Refusal::Header(RESERVATION.to_owned()));
        }
        // Several headers may come as one line, so that a robot may be named anywhere in it.
        let mut agent = "*";
        for part in line.split([',', ';']) {
            let (named, rule) = part.split_once(':').filter(|(name, _)| is_robot(name.trim())).unzip();
            agent = named.unwrap_or(agent);
            if let Some(word) = refusing(agent, rule.unwrap_or(part)) {
                return Err(Refusal::Header(word));
            }
        }
    }
    Ok(())
}

/// Whether what stands before a colon names a robot: no rule, and no part of a date.
fn is_robot(name: &str) -> bool {
    name == "*"
        || name.starts_with(|first: char| first.is_ascii_alphabetic())
            && !name.contains(char::is_whitespace)
            && !WITH_VALUE.contains(&name)
}

/// Judges the structured data of a page, which stands in its scripts.
pub(super) fn check_paywall(page: &str) -> Result<(), Refusal> {
    let mut rest = page;
    while let Some(found) = LINKED_DATA.find(rest) {
        let data = &rest[found.end()..];
        let end = END_OF_SCRIPT.find(data).map_or(data.len(), |found| found.start());
        if NOT_FREE.is_match(&data[..end]) {
            return Err(Refusal::Paywall("isAccessibleForFree is false"));
        }
        rest = &data[end..];
    }
    Ok(())
}

/// Judges what a page says of itself in its tags; not in its comments and scripts.
pub(super) fn check_page(page: &str) -> Result<(), Refusal> {
    for tag in tags(page) {
        // As written: nobody spells these words with entities.
        let value = |name: &str| {
            let mut found = tag.attributes().filter(|(it, _)| it.eq_ignore_ascii_case(name));
            found.next().map(|(_, value)| value.to_ascii_lowercase()).unwrap_or_default()
        };
        let [name, property, item] = ["name", "property", "itemprop"].map(value);
        if name.is_empty() && property.is_empty() && item.is_empty() {
            continue;
        }
        let content = value("content");
        if let Some(word) = refusing(&name, &content) {
            return Err(Refusal::Meta(word));
        }
        if name == RESERVATION && content.trim() == "1" {
            return Err(Refusal::Meta(RESERVATION.to_owned()));
        }
        let is_tier = [property, name].iter().any(|name| name == "article:content_tier");
        if is_tier && matches!(content.trim(), "locked" | "metered") {
            return Err(Refusal::Paywall("article:content_tier is locked or metered"));
        }
        if item == "isaccessibleforfree" && [content, value("href")].iter().any(|word| word.trim().ends_with("false")) {
            return Err(Refusal::Paywall("isAccessibleForFree is false"));
        }
    }
    Ok(())
}

/// The first word of `rules` that refuses, if they are for us.
fn refusing(agent: &str, rules: &str) -> Option<String> {
    if !AGENTS.contains(&agent.trim()) {
        return None;
    }
    let mut rules = rules.split([',', ';']).map(|rule| rule.split_whitespace().collect::<String>());
    rules.find(|rule| REFUSING.contains(&rule.as_str()) || rule == "max-snippet:0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::tests::check_growth;

    #[track_caller]
    fn check_lines(lines: &[&str], refused: Option<&str>) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let refusal = check_header(&lines).err().map(|refusal| refusal.to_string());
        assert_eq!(refusal, refused.map(|word| format!("refused by its X-Robots-Tag: `{word}`")), "{lines:?}");
    }

    #[test]
    fn pages_may_keep_text_and_data_mining_for_themselves() {
        check_tags("<meta name='tdm-reservation' content='1'>", true);
        check_tags("<meta name='TDM-Reservation' content=' 1 '>", true);
        check_tags("<meta name='tdm-reservation' content='0'>", false);
        check_tags("<meta name='robots' content='index, noai'>", true);
    }

    #[track_caller]
    fn check_tags(html: &str, refused: bool) {
        assert_eq!(check_page(html).is_err(), refused, "{html}");
    }

    #[track_caller]
    fn check_data(json: &str, refused: bool) {
        let page = format!("<SCRIPT type=\"application/ld+json\">{json}</script><p>");
        assert_eq!(check_paywall(&page).is_err(), refused, "{json}");
    }

    #[test]
    fn a_header_speaks_to_all_or_to_one_robot() {
        check_lines(&[], None);
        check_lines(&["noarchive"], Some("noarchive"));
        check_lines(&["max-image-preview: large, NoSnippet"], Some("nosnippet"));
        check_lines(&["max-snippet: 0"], Some("max-snippet:0"));
        check_lines(&["max-snippet: 50, max-image-preview: none"], None);
        check_lines(&["otherbot: noarchive", "googlebot: nosnippet"], Some("nosnippet"));
        check_lines(&["otherbot: noarchive, nosnippet"], None);
        check_lines(&["unavailable_after: 25 Jun 2030 15:00:00 PST", "nofollow"], None);
        check_lines(&["recapd: none"], Some("none"));
        check_lines(&["noai, noimageai"], Some("noai"));
        check_lines(&["TDM-Reservation: 1"], Some("tdm-reservation"));
        check_lines(&["tdm-reservation: 0"], None);
        check_lines(&["noarchive; unavailable_after: 25 Jun 2030 15:00:00 PST"], Some("noarchive"));
        check_lines(&["unavailable_after: Tuesday, 25 Jun 2030 15:00:00 PST, noarchive"], Some("noarchive"));
        // Two lines that a proxy made one.
        check_lines(&["otherbot: noarchive, googlebot: nosnippet"], Some("nosnippet"));
        check_lines(&["googlebot: nofollow, otherbot: noarchive"], None);
    }

    #[test]
    fn a_page_speaks_in_its_metas() {
        check_tags("<meta name=robots content=noarchive>", true);
        check_tags("<META CONTENT='index, noSnippet' NAME='ROBOTS'>", true);
        check_tags("<meta name=\"googlebot\" content=\"max-snippet:0\">", true);
        check_tags("<meta name=\"recapd\" content=\"noarchive\"/>", true);
        check_tags("<meta name=\"otherbot\" content=\"noarchive\">", false);
        check_tags("<meta name=\"robots\" content=\"index, follow, max-snippet:-1, max-image-preview:large\">", false);
        check_tags("<meta name=\"description\" content=\"noarchive\">", false);
        check_tags("<p>name=robots content=noarchive</p>", false);
        check_tags("<meta name=\"robots\" title=\"a>b\" content=\"noarchive\">", true);
        check_tags("<noscript><meta name=robots content=noarchive></noscript>", true);
        check_tags("<!-- <meta name=robots content=noarchive> -->", false);
        check_tags("<script>'<meta name=robots content=none>'</script>", false);
    }

    #[test]
    fn a_paywall_is_known_by_its_signs() {
        check_data(r#"{"@type":"NewsArticle","isAccessibleForFree":false}"#, true);
        check_data(r#"{"isAccessibleForFree" : "False"}"#, true);
        check_data(r#"{"isAccessibleForFree": true, "hasPart": [{"isAccessibleForFree":["false"]}]}"#, true);
        check_data(r#"{"isAccessibleForFree":"http://schema.org/False"}"#, true);
        check_data(r#"{"isAccessibleForFree":"http:\/\/schema.org\/False"}"#, true);
        check_data(r#"{"isAccessibleForFree":"https:\/\/schema.org\/True"}"#, false);
        check_data(r#"{"isAccessibleForFree":true}"#, false);
        check_data(r#"{"articleBody":"<p>x</p>","isAccessibleForFree":false}"#, true);
        check_data(r#"{}</Script ><p>"isAccessibleForFree":false</p>"#, false);
        check_tags("<meta itemprop=isAccessibleForFree content=false>", true);
        check_tags("<link itemprop=\"isAccessibleForFree\" href=\"https://schema.org/False\">", true);
        check_tags("<meta itemprop=isAccessibleForFree content=true>", false);
        check_tags("<meta property=\"article:content_tier\" content=\"metered\">", true);
        check_tags("<meta property=\"article:content_tier\" content=\"free\">", false);
    }

    #[test]
    fn scripts_without_an_end_cost_no_more_than_others() {
        let page = |size| "<script type=ld+json>".repeat(size) + "</";
        assert_eq!(check_paywall(&page(3)), Ok(()));
        check_growth(page, 2_000, |page| drop(check_paywall(page)));
    }
}
