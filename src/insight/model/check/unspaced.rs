//! Sentences in scripts without spaces, which have no words to be held: pairs of characters, and the parts between marks.

use std::collections::BTreeSet;

use super::super::refusal::{Place, Reason};
use super::Evidence;
use super::sense::least;
use crate::text::token::tokens;

/// Pairs of characters, since there are no words: most must stand there.
pub(super) fn unspaced(sentence: &str, place: Place, evidence: &Evidence) -> Result<(), Reason> {
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
pub(super) fn parts(text: &str) -> Vec<&str> {
    let is_mark = |letter: char| matches!(letter, '，' | '。' | '；' | '、' | '：' | '！' | '？' | '\n');
    text.split(is_mark).filter(|part| !part.trim().is_empty()).collect()
}

/// Whether a part of a sentence says what the parts there say that are most like it.
pub(super) fn unspaced_part(own: &str, told: &[&str]) -> Result<(), Reason> {
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
