//! Which of several a figure is: whose price per what, of which quarter, of which round.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::benchmark::BENCHMARKS;
use super::lexicon::Lexicon;
use super::manner::{Around, whole_words};

/// What the words near a figure say about which of several it is, each as its
/// kind and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Aspects(BTreeSet<(Kind, String)>);

/// In which respect figures of one thing may be different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A price per million tokens is none per month.
    Per,
    /// Of what goes into a model, or what comes out.
    Side,
    /// Of words, sound or pictures.
    Medium,
    /// Users of a day, of a month, who pay.
    Active,
    /// A year that is named, or a length of time.
    Time,
    /// The year by which something is to be there: many leave it out.
    When,
    /// A part of a year.
    Quarter,
    /// Series B, seed.
    Round,
    /// Money that is lent, or comes on top, or is each one's.
    Sort,
    /// Wished for, or done.
    Stage,
    /// A country.
    Place,
    /// How a test was sat.
    Terms,
    /// Which of the tests of one name.
    Edition,
    /// What of a product comes out.
    Release,
    /// The smaller or the larger model, the dearer plan.
    Tier,
    /// The first part of what is built.
    Phase,
}

impl Kind {
    /// Whether what does not say so is another thing than what does. Else only
    /// two that say different things are.
    fn is_strict(self) -> bool {
        !matches!(self, Self::When | Self::Quarter | Self::Round | Self::Place)
    }
}

/// Words that tell, as whole words; a value each.
const NEAR: &[(Kind, &str, &[&str])] = &[
    (
        Kind::Per,
        "million tokens",
        &["per million", "per 1m", "/m tok", "/1m", "/mtok", "per mtok", "a million tokens", "每百万", "/百万"],
    ),
    (Kind::Per, "month", &["per month", "a month", "/month", "/mo", "monthly", "每月", "/月"]),
    (Kind::Per, "year", &["per year", "a year", "/year", "annually", "a-year", "yearly", "每年", "/年"]),
    (Kind::Per, "minute", &["per minute", "a minute", "/min", "每分钟"]),
    (Kind::Per, "hour", &["per hour", "an hour", "/hour", "/hr", "每小时"]),
    (Kind::Per, "second", &["per second", "a second", "每秒"]),
    (Kind::Per, "image", &["per image", "an image", "每张"]),
    (Kind::Per, "user", &["per user", "per seat", "a seat", "per employee", "per person", "apiece", "each", "每人"]),
    (Kind::Medium, "sound", &["audio", "voice", "speech", "语音", "音频"]),
    (Kind::Medium, "pictures", &["image", "images", "video", "图像", "视频"]),
    (Kind::Active, "week", &["weekly", "每周", "周活"]),
    (Kind::Active, "day", &["daily", "日活", "每日"]),
    (Kind::Active, "month", &["monthly", "月活"]),
    (Kind::Active, "paying", &["paying", "paid", "premium", "付费"]),
    (Kind::Quarter, "1", &["q1", "first quarter", "first-quarter", "一季度"]),
    (Kind::Quarter, "2", &["q2", "second quarter", "second-quarter", "二季度"]),
    (Kind::Quarter, "3", &["q3", "third quarter", "third-quarter", "三季度"]),
    (Kind::Quarter, "4", &["q4", "fourth quarter", "fourth-quarter", "四季度"]),
    (Kind::Quarter, "first half", &["first half", "first-half", "上半年"]),
    (Kind::Quarter, "second half", &["second half", "second-half", "下半年"]),
    (Kind::Quarter, "year", &["full year", "full-year", "fiscal", "全年", "财年"]),
    (Kind::Round, "seed", &["seed", "天使轮", "种子轮"]),
    (Kind::Round, "a", &["series a", "series-a", "a轮", "a 轮"]),
    (Kind::Round, "b", &["series b", "series-b", "b轮", "b 轮"]),
    (Kind::Round, "c", &["series c", "series-c", "c轮", "c 轮"]),
    (Kind::Round, "d", &["series d", "series-d", "d轮", "d 轮"]),
    (Kind::Round, "e", &["series e", "series-e", "e轮", "e 轮"]),
    (Kind::Round, "f", &["series f", "series-f"]),
    (Kind::Round, "g", &["series g", "series-g"]),
    (Kind::Round, "h", &["series h", "series-h"]),
    (Kind::Sort, "debt", &["debt", "loan", "loans", "bond", "bonds", "credit", "notes", "贷款", "债券", "债务"]),
    (
        Kind::Sort,
        "more",
        &["another", "additional", "further", "extra", "extension", "on top", "追加", "新增", "再投", "另"],
    ),
    (Kind::Sort, "in stock", &["in stock", "all-stock", "in shares", "in cash", "换股"]),
    (
        Kind::Stage,
        "plan",
        &[
            "in talks",
            "talks to",
            "seek",
            "seeks",
            "seeking",
            "plans",
            "planning",
            "could",
            "may",
            "might",
            "would",
            "considering",
            "aims",
            "eyes",
            "nears",
            "拟",
            "洽谈",
            "寻求",
            "计划",
            "或将",
            "方案",
            "或破",
            "或达",
            "或超",
            "有望",
        ],
    ),
    (
        Kind::Stage,
        "done",
        &["closed", "closes", "completed", "completes", "raised", "secured", "signed", "完成", "已获"],
    ),
    (Kind::Place, "us", &["in the us", "in the u.s", "united states", "in america", "美国"]),
    (Kind::Place, "eu", &["in europe", "in the eu", "european", "欧洲"]),
    (Kind::Place, "uk", &["in the uk", "in britain", "英国"]),
    (Kind::Place, "china", &["in china", "chinese", "中国", "国内"]),
    (Kind::Place, "india", &["in india", "印度"]),
    (Kind::Place, "world", &["worldwide", "globally", "全球"]),
    (Kind::Terms, "tools", &["with tools", "tool use", "使用工具"]),
    (Kind::Terms, "no tools", &["without tools", "no tools", "不使用工具"]),
    (
        Kind::Terms,
        "effort",
        &[
            "thinking",
            "high effort",
            "high-effort",
            "max effort",
            "parallel",
            "best-of",
            "best of",
            "pass@",
            "consensus",
            "high compute",
            "test-time",
            "scaffold",
            "思考",
        ],
    ),
    (Kind::Release, "beta", &["beta", "preview", "early access", "waitlist", "测试版", "预览版", "内测", "公测"]),
    (Kind::Release, "general", &["general availability", "generally available", "ga", "正式版"]),
    (Kind::Release, "api", &["api", "apis", "weights", "open source", "开源"]),
    (Kind::Release, "app", &["app", "ios", "android", "desktop", "web", "客户端"]),
    (
        Kind::Release,
        "some",
        &["enterprise", "subscribers", "developers", "researchers", "pro users", "plus users", "企业版"],
    ),
    (Kind::Release, "orders", &["preorder", "preorders", "pre-order", "pre-orders", "orders", "预售", "预订", "预购"]),
    (Kind::Phase, "first", &["first phase", "phase one", "initial", "initially", "一期", "首期", "首批"]),
    (Kind::Phase, "all", &["eventually", "ultimately", "expand to", "expandable", "total", "总", "最终"]),
];

/// Of a model or a plan: these stand anywhere in the line, as a part of its name.
pub(super) const TIERS: &[&str] = &[
    "pro",
    "mini",
    "flash",
    "lite",
    "max",
    "ultra",
    "plus",
    "nano",
    "turbo",
    "small",
    "medium",
    "large",
    "instruct",
    "air",
    "opus",
    "sonnet",
    "haiku",
    "team",
    "enterprise",
    "business",
    "edu",
    "fast",
    "standard",
    "cached",
    "batch",
    "缓存",
    "旗舰版",
    "标准版",
    "专业版",
    "轻量版",
];

/// The words of [`NEAR`], and the row of each.
static NEAR_WORDS: LazyLock<(Lexicon, Vec<usize>)> = LazyLock::new(|| {
    let words = || NEAR.iter().enumerate().flat_map(|(row, (.., words))| words.iter().map(move |word| (row, *word)));
    (Lexicon::of(words().map(|(_, word)| word)), words().map(|(row, _)| row).collect())
});

static TIER_WORDS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(TIERS.iter().copied()));

/// What goes in and what comes out have prices of their own.
const SIDES: [(&str, &[&str]); 2] =
    [("input", &["input", "prompt", "输入"]), ("output", &["output", "completion", "生成", "输出"])];

impl Aspects {
    /// Of a `figure` of `thing`: what stands near it says much, the line as a
    /// whole which of several products it is about.
    pub(super) fn of(thing: &str, around: &Around, figure: &str, line: &str) -> Self {
        let kinds = kinds(thing);
        let mut aspects = BTreeSet::new();
        let (words, rows) = &*NEAR_WORDS;
        // "400 million weekly users" has it within.
        for (word, _) in [around.before, around.after, figure].into_iter().flat_map(|text| words.whole(text)) {
            let (kind, value, _) = NEAR[rows[word]];
            if kinds.contains(&kind) {
                aspects.insert((kind, value.to_owned()));
            }
        }
        if kinds.contains(&Kind::Tier) {
            aspects.extend(TIER_WORDS.whole(line).map(|(tier, _)| (Kind::Tier, TIERS[tier].to_owned())));
        }
        if kinds.contains(&Kind::Time) {
            aspects.extend(times(around).map(|time| (Kind::Time, time)));
        }
        if kinds.contains(&Kind::When) {
            aspects.extend(times(around).map(|time| (Kind::When, time)));
        }
        if kinds.contains(&Kind::Side) {
            aspects.extend(side(around).map(|side| (Kind::Side, side.to_owned())));
        }
        Self(aspects)
    }

    /// The same of a score, with what the name of its test goes on with; empty: nothing.
    pub(super) fn of_edition(mut self, edition: String) -> Self {
        self.0.extend((!edition.is_empty()).then_some((Kind::Edition, edition)));
        self
    }

    /// What the name of the test goes on with; empty for most.
    pub(super) fn edition(&self) -> &str {
        self.values(Kind::Edition).first().copied().unwrap_or_default()
    }

    /// Whether two figures may be readings of one thing, as far as these can tell.
    pub(super) fn fit(&self, other: &Self) -> bool {
        let (one, two) = (self.values(Kind::Stage), other.values(Kind::Stage));
        self.fit_over_time(other) && (one == two || one.is_empty() || two.is_empty())
    }

    /// The same of an earlier and a later one: what was wished for may be done by now.
    pub(super) fn fit_over_time(&self, other: &Self) -> bool {
        let kinds: BTreeSet<Kind> = self.0.iter().chain(&other.0).map(|(kind, _)| *kind).collect();
        kinds.into_iter().filter(|kind| *kind != Kind::Stage).all(|kind| {
            let (one, two) = (self.values(kind), other.values(kind));
            one == two || (!kind.is_strict() && (one.is_empty() || two.is_empty()))
        })
    }

    /// Whether figures of two actors or two products may stand in one row. What
    /// makes them two is no difference: another round, another tier.
    pub(super) fn fit_beside(&self, other: &Self) -> bool {
        let kinds: BTreeSet<Kind> = self.0.iter().chain(&other.0).map(|(kind, _)| *kind).collect();
        let apart = [Kind::Stage, Kind::Round, Kind::Tier, Kind::Release];
        kinds.into_iter().filter(|kind| !apart.contains(kind)).all(|kind| {
            let (one, two) = (self.values(kind), other.values(kind));
            let may_be_unsaid = matches!(kind, Kind::Time | Kind::When | Kind::Quarter | Kind::Place);
            one == two || (may_be_unsaid && (one.is_empty() || two.is_empty()))
        })
    }

    /// Whether it is wished for, and not done.
    pub(super) fn is_planned(&self) -> bool {
        let stages = self.values(Kind::Stage);
        stages.contains(&"plan") && !stages.contains(&"done")
    }

    fn values(&self, kind: Kind) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| *known == kind).map(|(_, value)| value.as_str()).collect()
    }

    /// What a price is per, in words: "per million tokens, output".
    pub(super) fn rate(&self) -> Option<String> {
        let per = self.values(Kind::Per);
        let side = self.values(Kind::Side);
        let per = per.first()?;
        Some(side.iter().fold(format!("per {per}"), |said, side| format!("{said}, {side}")))
    }

    /// Whether both sides are named so near that nobody can tell whose the figure is.
    pub(super) fn is_of_both_sides(&self) -> bool {
        self.values(Kind::Side).contains(&"both")
    }
}

/// Whether `text`, in small letters, says how a test was sat: "at high effort", "without tools".
pub(super) fn tells_terms(text: &str) -> bool {
    let (words, rows) = &*NEAR_WORDS;
    words.whole(text).any(|(word, _)| NEAR[rows[word]].0 == Kind::Terms)
}

/// In which respects figures of `thing` may be different ones.
fn kinds(thing: &str) -> &'static [Kind] {
    match thing {
        "price" | "price cut" => &[Kind::Per, Kind::Side, Kind::Medium, Kind::Tier, Kind::Place],
        "users" | "customers" | "subscribers" => &[Kind::Active, Kind::Time, Kind::Place],
        "context window" | "parameters" | "active parameters" => &[Kind::Tier],
        "launch" | "shutdown" => &[Kind::Release, Kind::Tier, Kind::Place],
        "power" | "GPUs" => &[Kind::Phase, Kind::When, Kind::Sort, Kind::Place],
        // Some say by when, and some do not.
        "jobs" | "jobs cut" | "new jobs" | "staff" | "staff cut" => &[Kind::Sort, Kind::Place],
        "court date" | "deadline" | "closing" | "in force" => &[Kind::Place],
        thing if BENCHMARKS.iter().any(|(name, _)| *name == thing) => &[Kind::Terms, Kind::Tier, Kind::Time],
        _ => &[Kind::Per, Kind::Time, Kind::Quarter, Kind::Round, Kind::Sort, Kind::Stage, Kind::Place],
    }
}

/// Years, and lengths of time after "over" and "within".
fn times<'a>(around: &Around<'a>) -> impl Iterator<Item = String> + 'a {
    let texts = [around.before, around.after];
    texts.into_iter().flat_map(|text| {
        let years = text.match_indices("20").filter_map(move |(at, _)| {
            let year = text.get(at..at + 4)?;
            let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit() || letter == '.');
            let stands_alone = !is_digit(text[..at].chars().next_back())
                && !text[at + 4..].chars().next().is_some_and(|letter| letter.is_ascii_digit());
            (stands_alone && year.bytes().all(|byte| byte.is_ascii_digit())).then(|| year.to_owned())
        });
        let spans = ["years", "decade", "年内", "年间"].into_iter().filter(move |word| text.contains(word));
        years.chain(spans.map(str::to_owned))
    })
}

/// `input`, `output`, or `both` where they cannot be told apart.
fn side(around: &Around) -> Option<&'static str> {
    const AND: [&str; 5] = [" and ", " und ", " et ", " / ", "和"];
    let before = AND.iter().filter_map(|and| around.before.rfind(and).map(|at| at + and.len())).max();
    let before = &around.before[before.unwrap_or(0)..];
    let after = AND.iter().filter_map(|and| around.after.find(and)).min();
    let after = &around.after[..after.unwrap_or(around.after.len())];
    let mut named = SIDES.iter().filter(|(_, words)| {
        words.iter().any(|word| whole_words(before, word).next().is_some() || whole_words(after, word).next().is_some())
    });
    match (named.next(), named.next()) {
        (Some(_), Some(_)) => Some("both"),
        (Some((side, _)), None) => Some(side),
        _ => None,
    }
}
