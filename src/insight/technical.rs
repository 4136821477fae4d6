//! Technical sentences, and the words that make one.

use super::Part;
use super::extract::{TO_READERS, best};
use super::reading::{Line, Reading};
use super::taken::Taken;
use crate::audience::Term;
use crate::audience::terms::Finder;
use crate::facts::FactKind;

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
    "swe-bench*",
    "mmlu*",
    "gpqa",
    "arc-agi*",
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

/// Finds [`TERMS`].
pub(super) fn terms() -> Finder {
    let terms: Vec<Term> = TERMS.iter().map(|word| Term { any: vec![(*word).to_owned()], weight: 1.0 }).collect();
    Finder::new([terms.as_slice()])
}

/// Sentences with two technical words, or one and a figure; headlines with a figure.
pub(super) fn technical(reading: &Reading, terms: &Finder, taken: &mut Taken) -> Vec<Part> {
    let strength = |line: &Line| {
        let figures = line
            .facts
            .iter()
            .filter(|fact| {
                matches!(fact.kind, FactKind::Count { .. } | FactKind::Version { .. } | FactKind::Percent { .. })
            })
            .count();
        (terms.find(line.text).len(), figures.min(2))
    };
    best(reading, taken, TECHNICAL_MOST, |line, _| match strength(line) {
        (0, _) | (1, 0) => None,
        (_, 0) if line.place == 0 => None,
        _ if TO_READERS.is_match(line.text) => None,
        (words, figures) => Some((words + figures) as f64),
    })
}
