//! Words that became their opposite: "rose" for "fell", "for" for "against", "on" for "off".

use std::collections::BTreeSet;

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::Word;
use super::clauses::is_content;
use super::denials::is_denial;
use super::sense::has_any;

/// What is the opposite of what. A word or a stem stands for itself (`approv`), the first word of a group of
/// `synonyms` for all of them (`approve`): where a pair is told in both ways, the narrow one holds beside words
/// that make the wide one doubtful.
const OPPOSITES: &[(&str, &str)] = &[
    ("before", "after"),
    ("above", "below"),
    ("win", "los"),
    ("accept", "reject"),
    ("approv", "reject"),
    ("open", "clos"),
    ("start", "stop"),
    ("hir", "fir"),
    ("faster", "slower"),
    ("cheaper", "dearer"),
    ("higher", "lower"),
    ("better", "worse"),
    ("rarely", "often"),
    ("never", "often"),
    ("never", "always"),
    ("enabl", "disabl"),
    ("allow", "ban"),
    ("allow", "forbid"),
    ("long", "short"),
    ("buyer", "seller"),
    ("oldest", "newest"),
    ("recommend", "warn"),
    ("support", "oppos"),
    ("back", "oppos"),
    ("welcom", "criticis"),
    ("earlier", "later"),
    ("sooner", "later"),
    ("improv", "worsen"),
    ("welcom", "complain"),
    ("sign", "veto"),
    ("hir", "dismiss"),
    ("look", "dismiss"),
    ("continu", "end"),
    ("go", "end"),
    ("present", "without"),
    ("more", "fewer"),
    ("exceed", "short"),
    ("above", "short"),
    ("publicly", "secretly"),
    ("praise", "criticise"),
    ("admit", "ban"),
    ("rise", "fall"),
    ("rise", "cut"),
    ("stable", "fall"),
    ("stable", "rise"),
    ("start", "end"),
    ("support", "oppose"),
    ("hire", "fire"),
    ("cheap", "expensive"),
    ("weak", "strong"),
    ("young", "old"),
    ("younger", "older"),
    ("buy", "sell"),
    ("import", "export"),
    ("approve", "reject"),
    ("includ", "exclude"),
    ("legal", "illegal"),
    ("safe", "dangerous"),
    ("true", "false"),
    ("possibl", "impossibl"),
    ("join", "leave"),
    ("profit", "los"),
    ("succeed", "fail"),
    ("success", "failur"),
    ("minimum", "maximum"),
    ("least", "most"),
    ("expand", "shrink"),
    ("widen", "shrink"),
    ("delay", "accelerat"),
    ("easy", "difficult"),
    ("rich", "poor"),
    ("mandatory", "voluntary"),
    ("mandatory", "optional"),
    ("temporary", "permanent"),
    ("confirm", "deny"),
    ("add", "remove"),
    ("strengthen", "weaken"),
    ("tighten", "loosen"),
    ("tighten", "relax"),
    ("widen", "narrow"),
    ("majority", "minority"),
    ("present", "absent"),
    ("private", "public"),
    ("domestic", "foreign"),
    ("stronger", "weaker"),
    ("optimistic", "pessimistic"),
    ("steigt", "sinkt"),
    ("stieg", "sank"),
    ("wuchs", "sank"),
    ("begrüßte", "kritisierte"),
    ("begrüßen", "kritisieren"),
    ("gewann", "verlor"),
    ("mehr", "weniger"),
    ("vor", "nach"),
    ("continue", "end"),
    ("high", "low"),
    ("many", "few"),
    ("early", "late"),
    ("full", "empty"),
    ("good", "bad"),
    ("strength", "weakness"),
    ("slow", "fast"),
    ("slowly", "fast"),
    ("praise", "regret"),
    ("praise", "deplor"),
    ("doubt", "sure"),
    ("doubt", "certain"),
    ("work", "fail"),
    ("larger", "smaller"),
    ("bigger", "smaller"),
    ("big", "small"),
    ("longer", "shorter"),
    ("highest", "lowest"),
    ("largest", "smallest"),
    ("best", "worst"),
    ("fastest", "slowest"),
    ("easier", "harder"),
    ("above", "under"),
];

/// "rose" where it says "fell": a word whose opposite stands in the clauses that say most of `own`.
pub(super) fn opposites(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    let pairs = OPPOSITES.iter().flat_map(|(one, two)| [(*one, *two), (*two, *one)]);
    // "by the end of the year" ends nothing.
    let is_time = |words: &[Word], at: usize| {
        let is_it = matches!(words[at].lower.as_str(), "end" | "start" | "beginning");
        is_it && words.get(at + 1).is_some_and(|next| next.lower == "of")
    };
    let says = |words: &[Word], what: &str| {
        let is_it = |word: &Word| has_any(std::slice::from_ref(word), &[what]) || key(&word.stem) == what;
        (0..words.len()).any(|at| is_it(&words[at]) && !is_time(words, at))
    };
    // "no longer allowed" is "banned", and "voted against" is "opposed".
    let is_denied = (0..own.len()).any(|at| is_denial(own, at));
    for (said, there) in pairs.filter(|(said, there)| !is_denied && says(own, said) && !says(own, there)) {
        if near.iter().any(|words| says(words, there)) && !near.iter().any(|words| says(words, said)) {
            return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
        }
    }
    // "a petition for it" where there is one against it.
    let toward = |words: &[&[Word]], way: &str| -> BTreeSet<String> {
        let two = words.iter().flat_map(|words| words.windows(2));
        two.filter(|two| two[1].lower == way).map(|two| two[0].stem.clone()).collect()
    };
    for (said, there) in [("for", "against"), ("against", "for")] {
        let here = toward(&[own], said);
        if here.is_empty() {
            continue;
        }
        let (turned, straight) = (toward(near, there), toward(near, said));
        if here.iter().any(|stem| turned.contains(stem) && !straight.contains(stem)) {
            return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
        }
    }
    Ok(())
}

/// "switch on" where it says "switch off".
pub(super) fn particles(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    const PAIRS: &[(&str, &str)] = &[
        ("on", "off"),
        ("up", "down"),
        ("in", "out"),
        ("with", "without"),
        ("more", "less"),
        ("more", "fewer"),
        ("better", "worse"),
    ];
    let has = |words: &[Word], verb: &str, way: &str| {
        words.windows(2).any(|two| two[0].stem == verb && two[1].lower == way && is_content(&two[0]))
    };
    let ways = PAIRS.iter().flat_map(|(one, two)| [(*one, *two), (*two, *one)]);
    for (said, there) in ways {
        for two in own.windows(2).filter(|two| two[1].lower == said && is_content(&two[0])) {
            let verb = two[0].stem.as_str();
            if near.iter().any(|words| has(words, verb, there)) && !near.iter().any(|words| has(words, verb, said)) {
                return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
            }
        }
    }
    prepositions(own, near)
}

/// "since 1.4.2" where it says "before 1.4.2".
pub(super) fn prepositions(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    const PAIRS: &[(&str, &str)] =
        &[("before", "since"), ("until", "since"), ("before", "after"), ("above", "below"), ("under", "over")];
    let has = |words: &[Word], way: &str, thing: &str| {
        words.windows(2).any(|two| two[0].lower == way && two[1].lower == thing)
    };
    let ways = PAIRS.iter().flat_map(|(one, two)| [(*one, *two), (*two, *one)]);
    for (said, there) in ways {
        for two in own.windows(2).filter(|two| two[0].lower == said && is_content(&two[1])) {
            let thing = two[1].lower.as_str();
            if near.iter().any(|words| has(words, there, thing)) && !near.iter().any(|words| has(words, said, thing)) {
                return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pair_stands_twice() {
        let mut pairs = BTreeSet::new();
        let again = OPPOSITES.iter().find(|(one, two)| !pairs.insert((one.min(two), one.max(two))));
        assert_eq!(again, None);
    }
}
