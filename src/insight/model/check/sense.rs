//! What a sentence says as a whole, as far as words show it: whether its words
//! stand in what it cites, whether a plan became a fact, or a denial a statement.

use std::collections::BTreeSet;

use super::super::refusal::{Place, Reason};
use super::super::synonyms::key;
use super::super::words::{Word, is_irregular, is_stopword, words};
use super::Evidence;
use super::clauses::{clauses, is_content};
use super::figures::is_number;
use crate::text::token::{Script, script, tokens};

/// Tell that something is not done yet, or not sure.
const HEDGES: &[&str] = &[
    "may",
    "might",
    "could",
    "would",
    "talk",
    "negotiat",
    "consider",
    "plan",
    "expect",
    "hop",
    "aim",
    "seek",
    "want",
    "intend",
    "if",
    "likely",
    "possibl",
    "propos",
    "forecast",
    "guid",
    "rumor",
    "rumour",
    "reportedly",
    "near",
    "explor",
    "weigh",
    "offer",
    "bid",
    "predict",
    "estimat",
    "targ",
    "target",
    "goal",
    "subject",
    "schedul",
    "set",
    "will",
    "sho",
    "should",
    "yet",
    "think",
    "thought",
    "believ",
    "alleg",
    "accus",
    "claim",
    "ask",
    "demand",
    "call",
    "condition",
    "promis",
    "can",
    "project",
    "whether",
    "unclear",
    "unknown",
    "due",
    "fear",
    "threaten",
    "suspect",
    "bidder",
    "must",
    "need",
    "计划",
    "预计",
    "可能",
    "拟",
    "有望",
    "考虑",
    "将",
    "谈判",
];

/// Of the same, those that leave open whether it happens at all.
const OPEN: &[&str] = &[
    "may",
    "might",
    "could",
    "talk",
    "negotiat",
    "consider",
    "hop",
    "seek",
    "want",
    "if",
    "propos",
    "forecast",
    "rumor",
    "rumour",
    "reportedly",
    "explor",
    "weigh",
    "plan",
    "expect",
    "intend",
    "aim",
    "whether",
    "unclear",
    "promis",
    "fear",
    "threaten",
    "suspect",
    "bid",
    "compet",
    "would",
    "可能",
    "拟",
    "有望",
    "考虑",
    "谈判",
];

/// The same by what others say for them: "worried", "likely".
const HEDGED_BY_KEY: &[&str] = &["fear", "expect", "threaten"];

/// Tell that something will be.
const AHEAD: &[&str] = &["will", "due", "schedul", "set", "must", "need"];

/// Of those that leave open whether it happens, those that do not even plan it.
const MAYBE: &[&str] = &[
    "may", "might", "could", "hop", "consider", "seek", "negotiat", "explor", "weigh", "rumor", "rumour", "propos",
    "fear", "whether", "unclear", "可能", "考虑",
];

const DENIALS: &[&str] = &[
    "not", "no", "never", "none", "nobody", "without", "neither", "nor", "cannot", "nicht", "kein", "keine", "keinen",
    "keiner", "keinem", "ohne", "nie",
];

/// Stems of verbs that deny what follows them: "refused to", "failed to", "cancelled the".
const REFUSING: &[&str] = &["deny", "refus", "fail", "veto", "abandon", "cancel", "scrap"];

/// Say neither yes nor no: "free" is "at no cost".
const NEITHER: &[&str] = &[
    "unclear", "unknown", "whether", "free", "nothing", "declined", "only", "unless", "until", "avoid", "less", "fewer",
];

/// By what they are told by: these are denials without a little word.
const LACKS: &[&str] =
    &["lack", "miss", "exclude", "spar", "avoid", "except", "refus", "reject", "ban", "wait", "await"];

/// Stems of saying.
const SAYS: &[&str] = &["say", "tell", "warn", "claim", "writ", "argu", "estimat", "believ", "report"];

/// Of these, those that a denial may rest on.
const UNSURE: &[&str] =
    &["unclear", "unknown", "whether", "free", "nothing", "declined", "unless", "until", "avoid", "less", "fewer"];

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
    ("allow", "ban"),
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
    ("accept", "reject"),
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

/// Nobody but the cited may call something so.
const SUPERLATIVES: &[&str] = &[
    "first",
    "largest",
    "biggest",
    "fastest",
    "best",
    "cheapest",
    "highest",
    "lowest",
    "strongest",
    "worst",
    "leading",
    "record",
    "unprecedented",
    "historic",
    "ever",
    "latest",
    "newest",
    "smallest",
    "only",
];

/// How much of a sentence must stand in what it cites: facts more than what follows from them.
fn least(place: Place) -> f64 {
    match place {
        Place::Hook | Place::WhatChanged | Place::Takeaways | Place::Outlook => 0.5,
        Place::WhyItMatters => 0.4,
        Place::WhatToDoNext => 0.2,
    }
}

/// Whether `sentence` says as a whole what its evidence says.
///
/// # Errors
///
/// If it says something else, or something more.
pub(super) fn check(sentence: &str, place: Place, evidence: &Evidence) -> Result<(), Reason> {
    let own = words(sentence);
    if script(sentence) == Script::Han {
        return unspaced(sentence, place, evidence);
    }
    let has_latin = evidence.said().any(|said| script(said.text) == Script::Latin);
    if !has_latin {
        // Told in another script: names and figures were all that could be held against it.
        return Ok(());
    }
    supported(&own, place, evidence)?;
    if place == Place::WhatToDoNext {
        return clauses(sentence, &own).into_iter().try_for_each(|range| {
            let clause = &own[range];
            particles(clause, &nearest(clause, evidence))
        });
    }
    superlatives(&own, evidence)?;
    only_denied(sentence, &own, evidence)?;
    // Clause by clause: what one says of a plan or denies is not what the next one does.
    for range in clauses(sentence, &own) {
        let clause = &own[range];
        let near = nearest(clause, evidence);
        opposites(clause, &near)?;
        particles(clause, &near)?;
        only_asked(clause, &near)?;
        // "They are strong, and stay banned": what is denied is told elsewhere in it.
        if !own.iter().any(|word| LACKS.contains(&key(&word.stem))) {
            denials(clause, &near, evidence)?;
        }
        done(clause, &near, evidence)?;
        all_of_some(clause, &near)?;
        // "it may shrink, A warns": who says it leaves nothing open.
        if !has_any(clause, SAYS) || !has_any(&own, HEDGES) {
            hedges(clause, &near)?;
            only_open(clause, evidence)?;
        }
    }
    Ok(())
}

/// Pairs of characters, since there are no words: most must stand there.
fn unspaced(sentence: &str, place: Place, evidence: &Evidence) -> Result<(), Reason> {
    let own = tokens(sentence);
    let there: BTreeSet<String> = evidence.said().flat_map(|said| tokens(said.text)).collect();
    let missing = own.iter().filter(|token| !there.contains(*token)).count();
    let share = 1.0 - missing as f64 / own.len().max(1) as f64;
    if share + 1e-9 < least(place) {
        return Err(Reason::Unsupported(format!("{missing} of {}", own.len())));
    }
    let told: Vec<&str> = evidence.said().flat_map(|said| parts(said.text)).collect();
    parts(sentence).into_iter().try_for_each(|part| unspaced_part(part, &told))
}

/// Texts without spaces in what stands between their marks.
fn parts(text: &str) -> Vec<&str> {
    let is_mark = |letter: char| matches!(letter, '，' | '。' | '；' | '、' | '：' | '！' | '？' | '\n');
    text.split(is_mark).filter(|part| !part.trim().is_empty()).collect()
}

/// Whether a part of a sentence says what the parts there say that are most like it.
fn unspaced_part(own: &str, told: &[&str]) -> Result<(), Reason> {
    const NO: &[&str] = &["否认", "不会", "并未", "未能", "没有", "尚未", "拒绝", "不再"];
    const AHEAD: &[&str] = &["将", "计划", "预计", "拟", "有望", "可能", "考虑", "打算", "准备", "明年"];
    const DONE: &[&str] = &["已", "完成了", "推出了", "发布了", "收购了"];
    let tokens_of = |text: &str| -> BTreeSet<String> { tokens(text).into_iter().collect() };
    let has = |text: &str, list: &[&str]| list.iter().any(|word| text.contains(word));
    let digits = |text: &str| -> Vec<String> {
        let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
        text.split(|letter| !is_digit(letter)).filter(|run| !run.is_empty()).map(str::to_owned).collect()
    };
    let here: BTreeSet<String> =
        tokens_of(own).into_iter().filter(|it| !it.starts_with(|it: char| it.is_ascii_digit())).collect();
    let common = |part: &str| here.intersection(&tokens_of(part)).count();
    let most = told.iter().map(|part| common(part)).max().unwrap_or_default();
    if most < 2 {
        return Ok(());
    }
    let near: Vec<&&str> = told.iter().filter(|part| common(part) * 10 >= most * 7).collect();
    if !has(own, NO) && near.iter().all(|part| has(part, NO)) {
        return Err(Reason::Denial("denies it"));
    }
    if has(own, NO) && !near.iter().any(|part| has(part, NO)) {
        return Err(Reason::Denial("does not deny it"));
    }
    if has(own, DONE) && !has(own, AHEAD) && near.iter().all(|part| has(part, AHEAD) && !has(part, DONE)) {
        return Err(Reason::Certain("将".to_owned()));
    }
    // A figure that stands there beside other words, where these stand beside another figure.
    for figure in digits(own) {
        let with: Vec<&&str> = told.iter().filter(|part| digits(part).contains(&figure)).collect();
        let others = told.iter().filter(|part| !digits(part).is_empty() && !digits(part).contains(&figure));
        let (its, of_others) = (with.iter().map(|part| common(part)).max(), others.map(|part| common(part)).max());
        if let (Some(its), Some(of_others)) = (its, of_others)
            && of_others >= 3
            && its * 3 <= of_others
        {
            return Err(Reason::Words { figure, why: "this is said of another figure".to_owned() });
        }
    }
    Ok(())
}

fn content<'w, 't>(words: &'w [Word<'t>]) -> Vec<&'w Word<'t>> {
    words.iter().filter(|word| is_content(word)).collect()
}

/// Say so little that others can stand for them: a sentence is not refused for them, and does not stand by them.
const LIGHT: &[&str] = &[
    "get",
    "mak",
    "go",
    "put",
    "com",
    "tak",
    "giv",
    "see",
    "call",
    "mean",
    "becom",
    "us",
    "hav",
    "let",
    "turn",
    "set",
    "keep",
    "follow",
    "receiv",
    "bring",
    "run",
    "show",
    "serv",
    "cover",
    "account",
    "amount",
    "number",
    "total",
    "around",
    "roughly",
    "nearly",
    "almost",
    "approximately",
    "already",
    "currently",
    "previously",
    "recently",
    "meanwhile",
    "instead",
    "compar",
    "including",
    "includ",
    "remain",
    "stay",
    "mainly",
    "mostly",
    "well",
    "ever",
    "even",
    "far",
    "due",
    "thank",
    "part",
    "way",
];

fn supported(own: &[Word], place: Place, evidence: &Evidence) -> Result<(), Reason> {
    // Figures have been held against it already.
    let is_figure =
        |word: &Word| word.lower.starts_with(|letter: char| letter.is_ascii_digit()) || is_number(&word.lower);
    let all = content(own);
    let heavy: Vec<&Word> =
        all.iter().copied().filter(|word| !LIGHT.contains(&word.stem.as_str()) && !is_figure(word)).collect();
    let content = if heavy.len() < 3 { all } else { heavy };
    let standing = content.iter().filter(|word| evidence.has_word(word)).count();
    let share = standing as f64 / content.len().max(1) as f64;
    if share + 1e-9 >= least(place) && standing > 0 {
        return Ok(());
    }
    Err(Reason::Unsupported(format!("{} of {}", content.len() - standing, content.len())))
}

/// The cited clauses that say most of it: those with nearly as many of its words as any, two at least
/// unless it has no more than two itself.
fn nearest<'e>(own: &[Word], evidence: &'e Evidence) -> Vec<&'e [Word<'e>]> {
    let content = content(own);
    let is_one = |word: &Word, there: &Word| key(&word.stem) == key(&there.stem);
    let common = |said: &[Word]| content.iter().filter(|word| said.iter().any(|there| is_one(word, there))).count();
    let clauses = evidence.said().flat_map(|said| said.clauses.iter().map(move |range| &said.words[range.clone()]));
    let counted: Vec<(usize, &[Word])> = clauses.map(|clause| (common(clause), clause)).collect();
    let most = counted.iter().map(|(count, _)| *count).max().unwrap_or_default();
    let least = content.len().min(2);
    // A short one is near if all of it is said here: "Nobody was hurt."
    let is_near = |count: usize, there: &[Word]| {
        let is_whole = || self::content(there).len() == count;
        count > 0 && (count >= least || is_whole()) && count * 10 >= most * 7
    };
    counted.into_iter().filter(|(count, there)| is_near(*count, there)).map(|(_, words)| words).collect()
}

/// "All of them" where some are: what is said of a part is not said of the whole.
fn all_of_some(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    const ALL: &[&str] = &["all", "every", "everybody", "everyone", "both", "each", "always"];
    const SOME: &[&str] = &["some", "most", "few", "half", "part", "several", "many", "partly"];
    let says = |words: &[Word], list: &[&str]| words.iter().any(|word| list.contains(&word.lower.as_str()));
    let is_part = |words: &&[Word]| {
        // "two of its authors".
        let is_some = |two: &[Word]| (is_number(&two[0].lower) || two[0].lower == "one") && two[1].lower == "of";
        !says(words, ALL) && (says(words, SOME) || words.windows(2).any(is_some))
    };
    let claims = says(own, ALL) && !says(own, SOME) && !own.iter().any(|word| is_number(&word.lower));
    match own.iter().find(|word| ALL.contains(&word.lower.as_str())) {
        Some(word) if claims && !near.is_empty() && near.iter().all(is_part) => {
            Err(Reason::Superlative(word.text.to_owned()))
        }
        _ => Ok(()),
    }
}

fn has_any(words: &[Word], list: &[&str]) -> bool {
    words.iter().any(|word| {
        list.iter().any(|known| {
            if known.is_ascii() { word.stem == *known || word.lower == *known } else { word.lower.contains(known) }
        })
    })
}

fn superlatives(own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    // "only an hour", "only 40": how it is seen, and no more.
    let is_only = |word: &Word| {
        let next = own.iter().find(|next| next.start > word.start).map(|next| next.lower.as_str());
        word.lower == "only"
            && next.is_some_and(|next| {
                matches!(next, "a" | "an") || next.starts_with(|it: char| it.is_ascii_digit()) || is_number(next)
            })
    };
    let claimed = own
        .iter()
        .filter(|word| !is_only(word))
        .find(|word| SUPERLATIVES.contains(&word.lower.as_str()) && !evidence.has_word(word));
    claimed.map_or(Ok(()), |word| Err(Reason::Superlative(word.text.to_owned())))
}

fn opposites(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    let pairs = OPPOSITES.iter().flat_map(|(one, two)| [(*one, *two), (*two, *one)]);
    // "by the end of the year" ends nothing.
    let is_time = |words: &[Word], word: &Word| {
        let next = words.iter().find(|next| next.start > word.start);
        matches!(word.lower.as_str(), "end" | "start" | "beginning") && next.is_some_and(|next| next.lower == "of")
    };
    let says = |words: &[Word], what: &str| {
        let is_it = |word: &Word| has_any(std::slice::from_ref(word), &[what]) || key(&word.stem) == what;
        words.iter().any(|word| is_it(word) && !is_time(words, word))
    };
    for (said, there) in pairs {
        let is_said = says(own, said) && !says(own, there);
        let is_turned = near.iter().any(|words| says(words, there)) && !near.iter().any(|words| says(words, said));
        // "no longer allowed" is "banned", and "voted against" is "opposed".
        if is_said && is_turned && !(0..own.len()).any(|at| is_denial(own, at)) {
            return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
        }
    }
    // "a petition for it" where there is one against it.
    let toward = |words: &[Word], way: &str| -> Vec<String> {
        words.windows(2).filter(|two| two[1].lower == way).map(|two| two[0].stem.clone()).collect()
    };
    for (said, there) in [("for", "against"), ("against", "for")] {
        let turned = |stem: &String| {
            near.iter().any(|words| toward(words, there).contains(stem))
                && !near.iter().any(|words| toward(words, said).contains(stem))
        };
        if toward(own, said).iter().any(turned) {
            return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
        }
    }
    Ok(())
}

/// "switch on" where it says "switch off".
fn particles(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
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
fn prepositions(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
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

/// What is done here, and wherever it is told there is denied: "no sign that it was used".
fn only_denied(sentence: &str, own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    let is_no = |words: &[Word], at: usize| {
        is_denial(words, at) || LACKS.contains(&key(&words[at].stem)) || is_denied_within(&words[at])
    };
    if (0..own.len()).any(|at| is_no(own, at)) || has_any(own, NEITHER) {
        return Ok(());
    }
    let told = |stem: &str| -> Vec<bool> {
        let of_said = |said: &super::Said| -> Vec<bool> {
            let in_clause = |range: &std::ops::Range<usize>| -> Vec<bool> {
                let words = &said.words[range.clone()];
                let is_other = |word: &Word| is_content(word) && word.stem != stem;
                let is_shared =
                    |word: &Word| is_other(word) && own.iter().any(|here| key(&here.stem) == key(&word.stem));
                let found = (0..words.len()).filter(|at| words[*at].stem == stem);
                found.map(|at| (0..at).any(|before| is_denial(words, before)) && words.iter().any(is_shared)).collect()
            };
            said.clauses.iter().flat_map(in_clause).collect()
        };
        evidence.said().flat_map(of_said).collect()
    };
    let is_denied = |deed: &super::clauses::Deed| {
        let told = told(&deed.what);
        !told.is_empty() && told.iter().all(|denied| *denied)
    };
    let deeds = super::bindings::deeds(sentence, own);
    if deeds.iter().any(is_denied) { Err(Reason::Denial("denies it")) } else { Ok(()) }
}

/// What stands there only where it is left open, and here without that: "makes a profit" of who "expects a profit".
fn only_open(own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    let content = content(own);
    if content.len() > 5 {
        return Ok(());
    }
    let Some(last) = content.last().filter(|word| word.text == word.lower && !is_number(&word.lower)) else {
        return Ok(());
    };
    let clauses = evidence.said().flat_map(|said| said.clauses.iter().map(move |range| &said.words[range.clone()]));
    let with_it: Vec<&[Word]> =
        clauses.filter(|words| words.iter().any(|word| key(&word.stem) == key(&last.stem))).collect();
    let has = |at: usize| own[..at].iter().rev().take(2).any(|word| matches!(word.lower.as_str(), "has" | "have"));
    let is_done = (0..own.len()).any(|at| is_content(&own[at]) && has(at) && is_past(own, at)) && !has_any(own, AGREED);
    let is_ahead = |words: &[Word]| is_done && (is_to_be(words) || has_any(words, &["will"]));
    let of = |words: &&&[Word]| -> Option<&str> {
        let open = with_it.iter().find(|it| std::ptr::eq(**it, **words)).and_then(|words| left_open(own, words));
        open.or_else(|| is_ahead(words).then_some("will"))
    };
    let open: Vec<&str> = with_it.iter().filter_map(|words| of(&words)).collect();
    match open.first() {
        Some(word) if open.len() == with_it.len() => Err(Reason::Certain((*word).to_owned())),
        _ => Ok(()),
    }
}

/// Somebody got what there he only asks for.
fn only_asked(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    const ASKS: &[&str] =
        &["ask", "demand", "seek", "request", "bid", "apply", "appli", "call", "want", "propos", "offer", "invit"];
    const GETS: &[&str] =
        &["agr", "agre", "agree", "accept", "grant", "win", "secur", "obtain", "reach", "receiv", "get", "conced"];
    const MODALS: &[&str] = &["may", "might", "could", "would", "will", "can", "hop", "if"];
    let asks = |words: &&[Word]| has_any(words, ASKS) && !has_any(words, GETS);
    let word = own.iter().find(|word| GETS.contains(&word.stem.as_str()));
    match word {
        Some(word) if !has_any(own, ASKS) && !has_any(own, MODALS) && !near.is_empty() && near.iter().all(asks) => {
            Err(Reason::Certain(format!("asks, not {}", word.lower)))
        }
        _ => Ok(()),
    }
}

/// A sentence without a denial must not rest on denials alone, and what one of them
/// denies first must not be said here; what is denied here must not be said there.
fn denials(own: &[Word], near: &[&[Word]], evidence: &Evidence) -> Result<(), Reason> {
    let denies = |words: &[Word]| (0..words.len()).any(|at| is_denial(words, at));
    let is_open = |words: &[Word]| has_any(words, NEITHER) || words.iter().any(is_denied_within);
    // "lacks rules" is "has no rules".
    if near.is_empty() || is_open(own) || own.iter().any(|word| LACKS.contains(&key(&word.stem))) {
        return Ok(());
    }
    let says =
        |words: &[Word], stem: &str| words.iter().any(|word| word.stem == stem) && !denied(words).contains(&stem);
    if denies(own) {
        let is_said = |stem: &&str| {
            let is_feared = |words: &[Word]| words.iter().any(|word| HEDGED_BY_KEY.contains(&key(&word.stem)));
            let leaves_open = |words: &[Word]| words.iter().any(is_denied_within) || has_any(words, UNSURE);
            // Of the same: somebody or something that is named before the denial stands there, too.
            let denial = (0..own.len()).find(|at| is_denial(own, *at)).unwrap_or_default();
            let before: Vec<&Word> = own[..denial].iter().filter(|word| is_content(word)).collect();
            let is_of_it = |words: &[Word]| {
                before.is_empty()
                    || before.iter().any(|word| words.iter().any(|there| key(&there.stem) == key(&word.stem)))
            };
            near.iter().any(|words| says(words, stem) && !is_feared(words) && is_of_it(words))
                && !near.iter().any(|words| denies(words) || leaves_open(words))
        };
        return if denied(own).iter().any(is_said) { Err(Reason::Denial("does not deny it")) } else { Ok(()) };
    }
    // Of "a single answer is not enough" nothing is left to be said of that answer alone.
    let is_all_denied = near.iter().all(|words| {
        let own = content(own);
        let common = own.iter().filter(|word| words.iter().any(|there| key(&there.stem) == key(&word.stem))).count();
        let ends_so = (1..words.len()).any(|at| {
            let is = matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were");
            is && is_denial(words, at) && content(&words[at..]).len() <= 1 && at * 2 > words.len()
        });
        ends_so && common * 4 >= own.len() * 3 && !is_open(words)
    });
    if is_all_denied {
        return Err(Reason::Denial("denies it"));
    }
    let rests_on_denials = near.iter().all(|words| denies_of_it(words, own) && !is_open(words));
    let is_denied = |stem: &&str| says(own, stem) && !near.iter().any(|words| says(words, stem));
    let says_what_is_denied = near.iter().any(|words| denied(words).iter().any(is_denied));
    if rests_on_denials || says_what_is_denied || says_what_any_denies(own, evidence) {
        Err(Reason::Denial("denies it"))
    } else {
        Ok(())
    }
}

/// Whether it says what a cited clause about the same denies, and no other says:
/// "An attack brought it down" where "It was not an attack" stands.
fn says_what_any_denies(own: &[Word], evidence: &Evidence) -> bool {
    let is_said =
        |words: &[Word], stem: &str| words.iter().any(|word| word.stem == stem) && !denied(words).contains(&stem);
    let clauses = || evidence.said().flat_map(|said| said.clauses.iter().map(move |range| (said, range)));
    clauses().any(|(said, range)| {
        let there = &said.words[range.clone()];
        if has_any(&said.words, NEITHER) {
            return false;
        }
        denied(there).into_iter().any(|stem| {
            let others = || content(there).into_iter().filter(move |word| word.stem != stem);
            let shares = others().count() == 0 || others().any(|word| own.iter().any(|here| here.stem == word.stem));
            let says =
                |(said, range): (&super::Said, &std::ops::Range<usize>)| is_said(&said.words[range.clone()], stem);
            let is_excluded =
                there.iter().any(|word| matches!(word.lower.as_str(), "excluded" | "forbidden" | "prohibited"));
            (shares || is_excluded)
                && is_said(own, stem)
                && !own.iter().any(|word| LACKS.contains(&key(&word.stem)))
                && !clauses().any(says)
        })
    })
}

/// Whether the word at `at` denies what follows: not the last one of "those who did not, says a trial".
fn is_denial(words: &[Word], at: usize) -> bool {
    let lower = words[at].lower.as_str();
    let next = words.get(at + 1);
    let goes_on = next.is_some_and(|next| next.start <= words[at].end + 1);
    match lower {
        "not" | "no" => goes_on,
        "rather" => next.is_some_and(|next| next.lower == "than"),
        "instead" => {
            // "$1 instead of $2" denies nothing.
            let is_figure = |word: &Word| word.lower.starts_with(|letter: char| letter.is_ascii_digit());
            next.is_some_and(|next| next.lower == "of") && !words.get(at + 2).is_some_and(is_figure)
        }
        "give" | "gives" | "gave" | "given" | "giving" => next.is_some_and(|next| next.lower == "up"),
        _ => {
            lower.ends_with("n't")
                || lower.ends_with("n’t")
                || DENIALS.contains(&lower)
                || REFUSING.contains(&words[at].stem.as_str())
        }
    }
}

/// Whether a word is a denial by how it begins: "undisclosed".
fn is_denied_within(word: &Word) -> bool {
    const NONE: &[&str] = &["under", "unti", "unio", "unit", "univ", "uniq", "unle", "unif", "unde"];
    let lower = word.lower.as_str();
    lower.len() > 6 && lower.starts_with("un") && !NONE.iter().any(|begin| lower.starts_with(begin))
}

/// What follows each denial first: "not an investor", "no plans".
fn denied<'w>(words: &'w [Word]) -> Vec<&'w str> {
    // Of "neither A nor B has" what is denied comes later.
    let is_plain = |at: usize| !matches!(words[at].lower.as_str(), "neither" | "nor" | "none" | "nobody");
    let denials = (0..words.len()).filter(|at| is_denial(words, *at) && is_plain(*at));
    let first = |at: usize| words[at + 1..].iter().find(|word| !is_stopword(&word.lower));
    // "training is excluded": what stands before it.
    let excluded = (1..words.len()).filter(|at| {
        matches!(words[*at].lower.as_str(), "excluded" | "banned" | "forbidden" | "prohibited")
            && matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "remains" | "remain" | "be")
    });
    let before = excluded.filter_map(|at| words[..at - 1].iter().rev().find(|word| !is_stopword(&word.lower)));
    denials.filter_map(first).chain(before).map(|word| word.stem.as_str()).collect()
}

/// Whether a clause denies something of what is said here: what stands before its denial it does not.
fn denies_of_it(there: &[Word], own: &[Word]) -> bool {
    let is_shared = |word: &Word| is_content(word) && own.iter().any(|here| key(&here.stem) == key(&word.stem));
    let mut denials = (0..there.len()).filter(|at| is_denial(there, *at));
    denials.any(|at| there[at + 1..].iter().any(is_shared) || !there[at + 1..].iter().any(is_content))
}

fn hedges(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    let open: Vec<Option<&str>> = near.iter().map(|words| left_open(own, words)).collect();
    match open.iter().flatten().next() {
        Some(word) if open.iter().all(Option::is_some) => Err(Reason::Certain((*word).to_owned())),
        _ => Ok(()),
    }
}

/// The word that leaves open `there` what is told as a fact here, if there is one.
pub(super) fn left_open<'w>(own: &[Word], there: &'w [Word]) -> Option<&'w str> {
    let is_open_here =
        |word: &Word| has_any(std::slice::from_ref(word), HEDGES) || HEDGED_BY_KEY.contains(&key(&word.stem));
    let is_ahead = |word: &Word| AHEAD.contains(&word.stem.as_str());
    let is_obliged = own.windows(2).any(|two| matches!(two[0].lower.as_str(), "has" | "have") && two[1].lower == "to");
    if is_obliged || own.iter().any(|word| is_open_here(word) && !is_ahead(word)) {
        return None;
    }
    // What is denied is told as no fact.
    if (0..own.len()).any(|at| is_denial(own, at)) {
        return None;
    }
    // What will be is less sure than what is, and surer than what may be.
    let is_to_come = own.iter().any(is_ahead) || is_to_be(own);
    let list = if is_to_come { MAYBE } else { OPEN };
    if is_to_come && there.iter().any(is_ahead) {
        return None;
    }
    // "later than planned", "as expected" and "an event planned by" tell what is.
    let is_measure = |at: usize| {
        let is_as = at > 0 && there[at - 1].lower == "as";
        is_as || there[..at].iter().rev().take(4).any(|word| word.lower == "than")
    };
    // "safety plans" and "the plan" are things.
    let is_thing = |at: usize| {
        let is_plan = matches!(there[at].lower.as_str(), "plan" | "plans" | "offers" | "offer");
        is_plan && there.get(at + 1).is_none_or(|next| !matches!(next.lower.as_str(), "to" | "on" | "a" | "an"))
    };
    // "its planned purchase" is one, unless it is told as done.
    let is_of_a_thing = |at: usize| {
        let is_participle = matches!(there[at].lower.as_str(), "planned" | "proposed" | "expected" | "intended");
        let is_helped =
            at > 0 && matches!(there[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "had" | "has" | "have");
        let next = there.get(at + 1).filter(|next| is_content(next));
        let is_done =
            |next: &Word| (0..own.len()).any(|here| key(&own[here].stem) == key(&next.stem) && is_past(own, here));
        is_participle && !is_helped && next.is_some_and(|next| !is_done(next))
    };
    let is_told_too = |at: usize| own.iter().any(|here| key(&here.stem) == key(&there[at].stem));
    let is_denied = there[..].iter().enumerate().any(|(at, _)| is_denial(there, at));
    let is_open = |at: &usize| {
        // "servers that could be reached": what they are.
        let is_ability =
            there[*at].lower == "could" && *at > 0 && matches!(there[*at - 1].lower.as_str(), "that" | "which");
        let next = there.get(at + 1).map(|next| next.lower.as_str());
        // "said that it would come" is much like "it will come".
        let is_would = there[*at].lower == "would" && (is_denied || !matches!(next, Some("be" | "become" | "remain")));
        let weighs =
            there[*at].stem == "weigh" && next.is_some_and(|next| next.starts_with(|it: char| it.is_ascii_digit()));
        let is_said = has_any(&there[*at..=*at], list) && !is_ability && !is_would && !weighs;
        // What stands before it is not left open by it, unless it "is planned".
        let is_shared = |word: &Word| is_content(word) && own.iter().any(|here| key(&here.stem) == key(&word.stem));
        let is_helped =
            *at > 0 && matches!(there[*at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "be" | "been" | "not");
        let governs = is_helped || there[*at + 1..].iter().any(is_shared);
        is_said && governs && !is_measure(*at) && !is_thing(*at) && !is_of_a_thing(*at) && !is_told_too(*at)
    };
    (0..there.len()).find(is_open).map(|at| there[at].lower.as_str())
}

/// Whether the word at `at` is told as done: "has opened", "opened"; not "is opened".
fn is_past(own: &[Word], at: usize) -> bool {
    let before = || own[..at].iter().rev().take(2).map(|word| word.lower.as_str());
    let has = before().any(|word| matches!(word, "has" | "have" | "had"));
    let is = before().any(|word| matches!(word, "is" | "are" | "being" | "be" | "to"));
    let lower = own[at].lower.as_str();
    let is_past_form = lower.ends_with("ed") || (is_irregular(lower) && own[at].lower != own[at].stem);
    (has && (is_past_form || is_irregular(lower) || lower.ends_with("en"))) || (is_past_form && !is)
}

/// What is only to come there must not be told as done: "has started" where it "will start".
fn done(own: &[Word], near: &[&[Word]], evidence: &Evidence) -> Result<(), Reason> {
    if has_any(own, HEDGES) || is_to_be(own) {
        return Ok(());
    }
    let is_ahead = |words: &[Word], there: usize| {
        let before: Vec<&str> = words[..there].iter().rev().take(3).map(|word| word.lower.as_str()).collect();
        // "the third to leave" has left.
        const ORDINALS: &[&str] = &["first", "second", "third", "fourth", "fifth", "last", "next", "latest", "only"];
        let is_near =
            |list: &[&str]| words[..there].iter().rev().take(5).any(|word| list.contains(&word.lower.as_str()));
        if is_near(&["until"]) || is_near(ORDINALS) {
            return is_near(&["until"]);
        }
        let is_open =
            |word: &&str| matches!(*word, "will" | "must" | "should" | "could" | "would" | "can" | "may" | "might");
        // "is to draft", "hopes to draft"; not "used it to draft".
        let is_planned = |word: &Word| {
            has_any(std::slice::from_ref(word), HEDGES) || matches!(word.lower.as_str(), "is" | "are" | "was" | "were")
        };
        let is_to = before.first() == Some(&"to") && words[..there].iter().rev().skip(1).take(3).any(is_planned);
        before.iter().take(2).any(is_open) || is_to
    };
    for at in (0..own.len()).filter(|at| is_content(&own[*at]) && is_past(own, *at)) {
        // Wherever it is told of the same.
        let is_about_it = |said: &&super::Said| {
            let is_other = |word: &&Word| is_content(word) && word.stem != own[at].stem;
            own.iter().filter(is_other).any(|word| said.words.iter().any(|there| there.stem == word.stem))
        };
        let told = evidence.said().filter(is_about_it).flat_map(|said| {
            let found = (0..said.words.len()).filter(|there| said.words[*there].stem == own[at].stem);
            found.map(|there| is_ahead(&said.words, there)).collect::<Vec<bool>>()
        });
        let told: Vec<bool> = told.collect();
        if !told.is_empty() && told.iter().all(|ahead| *ahead) {
            return Err(Reason::Certain(format!("will {}", own[at].stem)));
        }
    }
    // "has released it" where it is due.
    let is_done = (0..own.len()).any(|at| {
        let has = own[..at].iter().rev().take(2).any(|word| matches!(word.lower.as_str(), "has" | "have"));
        // Not what somebody has to do.
        let is_to = own[..=at].iter().rev().take(2).any(|word| word.lower == "to");
        has && !is_to && is_past(own, at) && !AGREED.contains(&own[at].stem.as_str())
    });
    let is_to_come = |words: &&[Word]| words.iter().any(|word| AHEAD.contains(&word.stem.as_str())) || is_to_be(words);
    // Or where nothing else says that it is done.
    let is_said =
        |word: &Word| evidence.said().any(|said| said.words.iter().any(|there| key(&there.stem) == key(&word.stem)));
    let is_new = || (0..own.len()).any(|at| is_past(own, at) && is_content(&own[at]) && !is_said(&own[at]));
    if is_done && !near.is_empty() && (near.iter().all(is_to_come) || (is_new() && near.iter().any(is_to_come))) {
        return Err(Reason::Certain("will".to_owned()));
    }
    Ok(())
}

/// Done today, of what is to come.
const AGREED: &[&str] =
    &["agr", "agre", "agree", "announc", "decid", "sign", "approv", "vot", "win", "say", "tell", "rul", "order"];

/// "is to close", "are to handle": a plan, too.
fn is_to_be(own: &[Word]) -> bool {
    own.windows(2).any(|two| matches!(two[0].lower.as_str(), "is" | "are") && two[1].lower == "to")
}
