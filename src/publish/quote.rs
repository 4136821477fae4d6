//! How much of one item we repeat: a right to quote is not a right to copy.

use std::collections::HashMap;

use crate::id::ItemId;
use crate::insight::{Insight, Origin, Part};

/// The card with at most `words` of the publishers' own words from any one
/// item. What comes first in a reader's eye is kept first: what changed, why
/// it matters, the takeaways, the rest. A part that no longer fits is left
/// out; "what changed" is cut after a word instead.
///
/// Headlines are names, not quotations, and do not count; nor does what the
/// card says twice.
pub fn within(card: &Insight, words: u32) -> Insight {
    let mut ration = Ration { words: words as usize, used: HashMap::new(), said: Vec::new() };
    let mut card = card.clone();
    card.what_changed = card.what_changed.map(|part| ration.cut(part));
    card.why_it_matters.retain(|part| ration.allows(part));
    card.what_to_do_next = card.what_to_do_next.filter(|part| ration.allows(part));
    card.takeaways.retain(|part| ration.allows(part));
    card.technical.retain(|part| ration.allows(part));
    card.outlook.retain(|part| ration.allows(part));
    card
}

/// What has been quoted so far, by item.
struct Ration {
    words: usize,
    used: HashMap<ItemId, usize>,
    said: Vec<String>,
}

impl Ration {
    /// Whether `part` may still be quoted; if so, it counts from now on.
    fn allows(&mut self, part: &Part) -> bool {
        let Some(item) = quoted(part) else { return true };
        if self.said.contains(&part.text) {
            return true;
        }
        let used = self.used.entry(item).or_default();
        let length = part.text.split_whitespace().count();
        if *used + length > self.words {
            return false;
        }
        *used += length;
        self.said.push(part.text.clone());
        true
    }

    /// `part`, cut to what is left of its item.
    fn cut(&mut self, mut part: Part) -> Part {
        if self.allows(&part) {
            return part;
        }
        let head: Vec<&str> = part.text.split_whitespace().take(self.words).collect();
        part.text = format!("{} …", head.join(" "));
        if let Some(item) = quoted(&part) {
            self.used.insert(item, self.words);
        }
        part
    }
}

/// The item whose words a part repeats; none where recapd counted, a playbook
/// advises or a model writes.
fn quoted(part: &Part) -> Option<ItemId> {
    match (&part.origin, part.cites.as_slice()) {
        (Origin::Extract, [only]) => Some(only.item),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::fixture::{item, part};

    #[test]
    fn no_item_gives_more_than_its_share() {
        let card = Insight {
            what_changed: Some(part("one two three four", &[item(1)])),
            takeaways: vec![
                part("five six", &[item(1)]),
                part("one two three four", &[item(1)]),
                part("seven", &[item(1)]),
                part("from another item altogether", &[item(2)]),
            ],
            ..Insight::default()
        };
        let kept: Vec<String> = within(&card, 5).takeaways.into_iter().map(|part| part.text).collect();
        assert_eq!(kept, ["one two three four", "seven", "from another item altogether"]);
    }

    #[test]
    fn the_news_itself_is_cut_rather_than_lost() {
        let card = Insight { what_changed: Some(part("one two three four", &[item(1)])), ..Insight::default() };
        assert_eq!(within(&card, 3).what_changed.unwrap().text, "one two three …");
    }
}
