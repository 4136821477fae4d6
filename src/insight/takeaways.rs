//! Takeaways: one new fact each.

use super::Part;
use super::extract::{best, weight_of_publisher};
use super::reading::{Line, Reading};
use super::taken::Taken;
use crate::names::{Name, Sort};

const TAKEAWAYS_MOST: usize = 5;

/// One new fact each, from sentences and, where those have none, from the other titles.
pub(super) fn takeaways(reading: &Reading, taken: &mut Taken) -> Vec<Part> {
    let days = days(reading);
    best(reading, taken, TAKEAWAYS_MOST, |line, taken| {
        let news = news(line, taken, &days).min(3);
        if news == 0 {
            return None;
        }
        let own = if about(reading, line) == About::Own { 1.0 } else { 0.0 };
        let sentence = if line.place == 0 { 0.0 } else { 1.0 };
        Some(2.0 * news as f64 + weight_of_publisher(reading, line) + sentence + own)
    })
}

/// How many new facts a line has beside these `days`: as [`super::extract::facts_beside_its_day`], from the keys that
/// the line keeps. Each line is asked once for each takeaway.
fn news(line: &Line, taken: &Taken, days: &[String]) -> usize {
    taken.news(line).filter(|key| !days.contains(key)).count()
}

/// The keys of the days around the lead's report. A fact of another kind has none like these.
fn days(reading: &Reading) -> Vec<String> {
    let written = reading.headline().map(|headline| headline.written);
    let around = written.into_iter().flat_map(|day| [day.yesterday().ok(), Some(day), day.tomorrow().ok()]);
    around.flatten().map(|day| day.to_string()).collect()
}

/// Of whom a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Of one of the story's own, by name.
    Own,
    /// Of no known name: the story's own are meant as a rule.
    Nobody,
    /// Only of others: "for comparison, Moonshot closed at $20 billion".
    Others,
}

pub(super) fn about(reading: &Reading, line: &Line) -> About {
    let is_own = |name: &&Name| reading.own.contains(name.of.as_deref().unwrap_or(&name.id));
    match line.names.iter().find(|name| name.of.is_some() || !matches!(name.sort, Sort::Person | Sort::Investor)) {
        _ if line.names.iter().any(is_own) => About::Own,
        Some(_) if !reading.own.is_empty() => About::Others,
        _ => About::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::super::extract::facts_beside_its_day;
    use super::super::tests::{names, report, subject};
    use super::*;

    #[test]
    fn facts_are_counted_as_other_parts_count_them() {
        let names = names();
        let headline = "DeepSeek raises $3 billion on 6 May 2026";
        let texts = [
            "DeepSeek raised $3 billion, $4 billion and 4 billion dollars on 5 May 2026.",
            "The lab has 300 GPUs, 12 % of all, and opened its hall on 2 March 2026, 8 May 2026 and 7 May 2026.",
            "The lab waited for 12 days and then chose V4 of the model, and nothing else was said.",
        ];
        let text = texts.join(" ");
        let subject = subject(vec![report("Harbor Wire", headline, &text), report("North Desk", headline, &text)]);
        let reading = Reading::new(&subject, &names);
        let days = days(&reading);
        assert_eq!(days.len(), 3);
        let mut taken = Taken::new(&reading);
        for next in &reading.lines {
            for line in &reading.lines {
                assert_eq!(news(line, &taken, &days), facts_beside_its_day(&reading, line, &taken), "{}", line.text);
            }
            taken.take(next);
        }
    }
}
