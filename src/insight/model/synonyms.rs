//! Words of news that say one thing: whoever writes "purchase" for "buy" says nothing new.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::stem;

/// Each line is of one meaning, as far as headlines go. What may also mean something else is left out.
const GROUPS: &[&[&str]] = &[
    &["buy", "acquire", "acquisition", "purchase", "takeover"],
    &["cut", "lower", "reduce", "reduction", "slash", "trim", "eliminate"],
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
    &["investigate", "investigation", "probe", "examine", "inquiry"],
    &["reject", "dismiss", "refuse"],
    &["settle", "settlement", "agreement", "deal", "contract", "accord", "pact"],
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
    &["fast", "quick", "quickly", "faster", "quicker"],
    &["offer", "bid"],
    &["need", "require", "must"],
    &["happen", "occur"],
    &["weak", "poor"],
    &["build", "construct", "construction"],
    &["profit", "income", "earnings"],
    &["revenue", "sales", "turnover"],
    &["benefit", "help"],
    &["continue", "goes", "remain", "stay", "keep"],
    &["expect", "expectation", "likely", "forecast", "anticipate", "predict"],
    &["disclose", "disclosed", "confidential", "secret"],
    &["outage", "offline", "unreachable", "unavailable"],
    &["faulty", "bad", "fault", "defect"],
    &["effect", "force"],
    &["oppose", "fight", "against"],
    &["early", "earlier", "ahead", "sooner"],
    &["free", "nothing"],
    &["store", "hold", "contain"],
    &["praise", "welcome", "applaud", "hail"],
    &["criticise", "criticize", "condemn", "complain", "criticism"],
    &["allow", "permit", "let"],
    &["ban", "bar", "forbid", "prohibit", "outlaw"],
    &["exclude", "exclusion", "omit"],
    &["job", "position", "post"],
    &["flaw", "vulnerability", "hole", "bug", "weakness"],
    &["condition", "term"],
    &["demand", "ask", "request"],
    &["crash", "accident", "collision"],
    &["lawyer", "attorney"],
    &["pupil", "student"],
    &["doctor", "physician"],
    &["expensive", "costly", "dear"],
    &["cheap", "inexpensive"],
    &["price", "cost", "charge", "fee"],
    &["deliver", "delivery", "supply", "ship", "provide"],
    &["competitor", "rival"],
    &["verdict", "judgment"],
    &["remove", "delete", "withdraw", "withdrawal"],
    &["delay", "postpone", "defer"],
    &["abandon", "scrap", "cancel"],
    &["expand", "widen", "broaden", "extend", "enlarge"],
    &["create", "develop", "design"],
    &["fear", "worry", "concern"],
    &["show", "demonstrate", "indicate", "suggest"],
    &["answer", "reply", "respond", "response"],
    &["double", "twice", "twofold"],
    &["halve", "half"],
    &["year", "yearly", "annual", "annually"],
    &["month", "monthly"],
    &["week", "weekly"],
    &["day", "daily"],
    &["quarter", "quarterly"],
    &["chief", "head", "boss"],
    &["ceo", "executive"],
    &["scientist", "researcher"],
    &["startup", "start-up"],
    &["chip", "processor", "semiconductor"],
    &["chatbot", "bot", "assistant"],
    &["country", "nation"],
    &["child", "children", "kid"],
    &["spend", "invest", "investment", "expenditure"],
    &["close", "shut", "closure", "shutdown"],
    &["restart", "reopen", "revive"],
    &["fire", "sack"],
    &["big", "large", "huge", "biggest", "largest"],
    &["small", "little"],
    &["accurate", "accurately", "precise", "precisely"],
    &["similar", "comparable", "alike", "same"],
    &["rule", "regulation", "guideline"],
    &["consent", "permission"],
    &["approve", "approval", "clear", "clearance", "authorise", "authorize"],
    &["violate", "break", "breach", "infringe", "infringement"],
    &["penalty", "fine"],
    &["error", "mistake"],
    &["survey", "poll"],
    &["app", "application"],
    &["variant", "version"],
    &["steal", "stolen", "theft", "pirate"],
    &["copy", "reproduce"],
    &["receive", "get", "obtain"],
    &["stable", "steady", "flat", "unchanged"],
    &["temporary", "interim"],
    &["former", "previous", "past"],
    &["current", "present"],
    &["home", "house"],
    &["name", "appoint", "appointment"],
    &["teach", "educate", "education"],
    &["detect", "recognise", "recognize", "identify"],
    &["lawmaker", "legislator", "parliament"],
    &["join", "participate"],
    &["warn", "caution"],
    &["author", "writer"],
    &["official", "authority", "authorities", "regulator", "agency"],
    &["own", "owner", "belong"],
    &["partner", "partnership", "together", "joint", "jointly"],
    &["spread", "distribute"],
    &["attack", "assault"],
    &["manage", "handle"],
    &["grant", "award"],
    &["threaten", "threat"],
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

/// What a word with this stem is told by, which is the stem where no other word says the same.
pub(super) fn key(stem: &str) -> &str {
    meaning(stem).unwrap_or(stem)
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

    #[test]
    fn a_word_has_one_meaning() {
        let mut groups: HashMap<String, &str> = HashMap::new();
        let mut twice = Vec::new();
        for group in GROUPS {
            for word in *group {
                let other = groups.insert(stem(word), group[0]);
                twice.extend(
                    other.filter(|other| *other != group[0]).map(|other| format!("{word}: {other}, {}", group[0])),
                );
            }
        }
        assert!(twice.is_empty(), "{twice:?}");
    }
}
