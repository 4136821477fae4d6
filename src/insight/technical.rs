//! Technical sentences, and the words that make one.

use std::collections::BTreeMap;

use super::Part;
use super::benchmark::BENCHMARKS;
use super::extract::{TO_READERS, best};
use super::reading::{Line, Reading};
use super::taken::Taken;
use crate::audience::Term;
use crate::audience::terms::Finder;
use crate::facts::{Fact, FactKind};
use crate::text::token::tokens;

const TECHNICAL_MOST: usize = 3;

/// Words that only people who build it use; one that ends with `*` is the beginning of a word.
const TERMS: &[&str] = &[
    "parameter*",
    "context window",
    "context",
    "token*",
    "benchmark*",
    "architecture",
    "mixture of experts",
    "mixture-of-experts",
    "moe",
    "transformer*",
    "attention",
    "trained on",
    "pretrain*",
    "pre-train*",
    "post-train*",
    "reinforcement learning",
    "fine-tun*",
    "inference",
    "weights",
    "open weights",
    "quantiz*",
    "fp8",
    "fp4",
    "int4",
    "gpu*",
    "tpu*",
    "hbm*",
    "latency",
    "throughput",
    "apache 2.0",
    "mit license",
    "mit licence",
    "api",
    "apis",
    "sdk",
    "distill*",
    "embedding*",
    "multimodal",
    "vision encoder",
    "kv cache",
    "kv-cache",
    "kernel*",
    "cuda",
    "vulnerabilit*",
    "cve-*",
    "exploit*",
    "sandbox*",
    "encrypt*",
    "nanometre*",
    "nanometer*",
    "interconnect*",
    "megawatt*",
    "参数",
    "上下文",
    "训练",
    "推理",
    "架构",
    "基准",
    "开源",
    "权重",
    "词元",
    "许可证",
    "显存",
    "算力",
    "微调",
    "延迟",
    "token",
];

/// Spellings of tests that are words of a language or initials of others, too: alone they make nothing technical.
const EVERYDAY: &[&str] = &["aider", "hle"];

/// Finds [`TERMS`], and the tests that models sit.
pub(super) fn terms() -> Finder {
    let term = |any: Vec<String>| Term { any, weight: 1.0 };
    let words = TERMS.iter().map(|word| term(vec![(*word).to_owned()]));
    // A year may hang on a test: AIME2025. Any letter may not: "aimed".
    let written = |word: &&str| [(*word).to_owned(), format!("{word}2*")];
    let is_its_own = |word: &&&str| !EVERYDAY.contains(*word);
    let tests = BENCHMARKS.iter().map(|(_, names)| term(names.iter().filter(is_its_own).flat_map(written).collect()));
    let terms: Vec<Term> = words.chain(tests).collect();
    Finder::new([terms.as_slice()])
}

/// What is technical in a line.
struct Told {
    /// Its words, each in its tokens.
    words: Vec<Vec<String>>,
    /// The keys of its figures; "Gemma 4" is none.
    figures: Vec<String>,
}

/// Sentences with two technical words that are not on the card yet, or one and a figure; headlines with a figure.
pub(super) fn technical(reading: &Reading, terms: &Finder, taken: &mut Taken) -> Vec<Part> {
    let told = |line: &Line| {
        let hits = terms.find(line.text);
        if hits.is_empty() || TO_READERS.is_match(line.text) {
            return None;
        }
        let words = hits.iter().map(|hit| tokens(&line.text[hit.start..hit.end])).collect();
        let is_figure = |fact: &&Fact| matches!(fact.kind, FactKind::Count { .. } | FactKind::Percent { .. });
        let figures = line.facts.iter().filter(is_figure).map(Fact::key).collect();
        Some(((line.report, line.place), Told { words, figures }))
    };
    let told: BTreeMap<(usize, usize), Told> = reading.lines.iter().filter_map(told).collect();
    best(reading, taken, TECHNICAL_MOST, |line, taken| {
        let Told { words, figures } = told.get(&(line.report, line.place))?;
        let words = words.iter().filter(|words| !taken.has_tokens(words)).count();
        let figures = figures.iter().filter(|key| !taken.has_fact(key)).count().min(2);
        match (words, figures) {
            (0, _) | (1, 0) => None,
            (_, 0) if line.place == 0 => None,
            _ => Some((words + figures) as f64),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{names, report, subject};
    use super::*;

    /// The technical sentences of `text` under `headline`.
    #[track_caller]
    fn check(headline: &str, text: &str, expected: &[&str]) {
        let names = names();
        let subject = subject(vec![report("Harbor Wire", headline, text)]);
        let reading = Reading::new(&subject, &names);
        let parts = technical(&reading, &terms(), &mut Taken::new(&reading));
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_on_the_card_makes_no_line_technical() {
        let text = "The model is a mixture of experts with a kernel of its own.";
        check("Lab has a model out", text, &[text]);
        check("Lab has a mixture of experts out", text, &[]);
        let figure = "The team trained it with 760 million parameters in all.";
        check("Lab has a model out", figure, &[figure]);
        check("Lab trained 760M parameters", figure, &[]);
    }

    #[test]
    fn what_hangs_in_the_air_or_names_only_others_is_not_told() {
        check("Lab has a model out", "It is a mixture of experts with a kernel of its own.", &[]);
        let text = "Moonshot has a mixture of experts with a kernel of its own.";
        check("DeepSeek has a model out", text, &[]);
        check("Moonshot has a model out", text, &[text]);
    }

    #[test]
    fn a_release_is_no_figure() {
        check("Lab has a model out", "The lab set Gemma 4 against it on a benchmark.", &[]);
    }

    #[test]
    fn a_cache_and_a_test_are_technical() {
        let text = "The KV cache is small, and on AIME 2025 it came first.";
        check("Lab has a model out", text, &[text]);
        let others = "The team is small, and on GDPval and OSWorld it came first.";
        check("Lab has a model out", others, &[others]);
        let joined = "A team of 40% came first on AIME2025.";
        check("Lab has a model out", joined, &[joined]);
        check("Lab has a model out", "The lab aimed it at 40% of all offices.", &[]);
        for everyday in ["A group of 40% came first, HLE says.", "A team of 40% came first to aider them."] {
            check("Lab has a model out", everyday, &[]);
        }
    }
}
