//! Words of news that say one thing: whoever writes "purchase" for "buy" says nothing new.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::stem;

/// Each line is of one meaning, as far as headlines go. What may also mean something else is left out.
const GROUPS: &[&[&str]] = &[
    &["buy", "acquire", "acquisition", "purchase", "takeover"],
    &["cut", "lower", "reduce", "reduction", "slash", "trim"],
    &["fall", "drop", "decline", "slip", "sink", "shrink", "shrank", "decrease", "slump"],
    &["rise", "grow", "climb", "gain", "jump", "increase", "surge", "raise", "lift", "boost"],
    &["start", "begin", "commence"],
    &["end", "stop", "halt", "cease"],
    &["publish", "publication", "release", "unveil", "introduce"],
    &["plan", "intend", "intention", "want", "aim", "due", "schedule"],
    &["staff", "employee", "employees", "worker", "workforce", "people"],
    &["company", "firm", "business"],
    &["user", "customer", "client"],
    &["find", "found", "reveal", "discover"],
    &["hire", "recruit"],
    &["leave", "depart", "departure", "quit"],
    &["lawsuit", "suit", "case", "complaint", "dispute", "litigation"],
    &["law", "act", "bill", "legislation", "statute"],
    &["pay", "fund", "finance", "bankroll"],
    &["support", "back", "endorse", "endorsement"],
    &["investigate", "investigation", "probe", "examine"],
    &["reject", "dismiss", "refuse"],
    &["settle", "settlement", "agreement", "deal"],
    &["talk", "negotiate", "negotiation"],
    &["fix", "repair", "patch"],
    &["inform", "notify", "tell"],
    &["stock", "share"],
    &["plant", "factory", "fab"],
    &["car", "vehicle"],
    &["trip", "ride", "journey"],
    &["hurt", "injure", "injury"],
    &["picture", "image", "photo", "photograph"],
    &["score", "reach", "achieve", "hit"],
    &["fast", "quick", "quickly"],
    &["offer", "bid"],
    &["need", "require", "must"],
    &["happen", "occur"],
    &["weak", "poor"],
    &["build", "construct", "construction"],
    &["profit", "income", "earnings"],
    &["revenue", "sales", "turnover"],
    &["benefit", "help"],
    &["continue", "goes", "remain", "stay"],
    &["expect", "expectation", "likely", "forecast", "anticipate"],
    &["disclose", "disclosed", "confidential", "secret"],
    &["outage", "offline", "unreachable", "unavailable"],
    &["faulty", "bad", "broken", "fault", "defect"],
    &["effect", "force"],
    &["fight", "against", "oppose"],
    &["early", "earlier", "ahead", "sooner"],
    &["free", "nothing"],
    &["store", "hold", "contain"],
];

/// What each stem of the groups is told by.
static MEANINGS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let of_group = |group: &&'static [&'static str]| {
        let first = group[0];
        group.iter().map(move |word| (stem(word), first))
    };
    GROUPS.iter().flat_map(of_group).collect()
});

/// What a word with this stem says; none if no other says the same.
pub(super) fn meaning(stem: &str) -> Option<&'static str> {
    MEANINGS.get(stem).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_meaning_has_many_words() {
        for (one, other) in
            [("purchased", "buys"), ("factories", "plant"), ("shares", "stock"), ("negotiating", "talks")]
        {
            assert!(meaning(&stem(one)).is_some(), "{one}");
            assert_eq!(meaning(&stem(one)), meaning(&stem(other)), "{one} {other}");
        }
        assert_ne!(meaning(&stem("rose")), meaning(&stem("fell")));
        assert_eq!(meaning(&stem("Kenya")), None);
    }
}
