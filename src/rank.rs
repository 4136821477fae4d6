//! Points a person can add up: how much of the week a story was.

use serde::{Deserialize, Serialize};

/// A story's points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The sum of the parts.
    pub total: f64,
    /// In the order of the formula; those that gave nothing are left out.
    pub parts: Vec<Points>,
}

/// One term of the formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// `coverage`, `authority`, `primary`, ..
    pub name: String,
    /// What it gave, or took.
    pub value: f64,
    /// Why, in words: "19 publishers: FT, Reuters, ..".
    pub detail: String,
}

/// Every weight of the formula, as `[ranking]` sets them.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Points for coverage by `coverage_full` publishers.
    pub coverage: f64,
    /// Publishers at which coverage gives its points in full.
    pub coverage_full: u32,
    /// Publishers counted at most.
    pub coverage_most: u32,
    /// Points for publishers whose word counts.
    pub authority: f64,
    /// Points where an official source of a named actor is among the items.
    pub primary: f64,
    /// Points for three or more community lists.
    pub community: f64,
    /// Points lost off topic.
    pub off_topic: f64,
    /// Points for an audience below its quota.
    pub audience: f64,
    /// Points lost by a story of a recent recap without a new development.
    pub novelty: f64,
    /// Points lost a day since the first report.
    pub age: f64,
    /// Points lost by the likeness to what is already chosen, at full likeness.
    pub similarity: f64,
    /// Points lost for each story already chosen from the same publisher.
    pub same_publisher: f64,
    /// Largest share of a list for one publisher or one company.
    pub largest_share: f64,
}

impl Default for Weights {
    /// The figures of the formula as published on `/about/ranking/`.
    fn default() -> Self {
        Self {
            coverage: 20.0,
            coverage_full: 20,
            coverage_most: 30,
            authority: 10.0,
            primary: 3.0,
            community: 5.0,
            off_topic: 10.0,
            audience: 2.0,
            novelty: 6.0,
            age: 0.3,
            similarity: 9.0,
            same_publisher: 1.2,
            largest_share: 0.2,
        }
    }
}
