//! What of a feed that lies is believed: the operator's word.

/// What of a feed is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beliefs {
    /// By what its items are told apart.
    pub identity: Identity,
    /// What its dates are worth.
    pub dates: Dating,
    /// What becomes of a date that is still to come.
    pub future_dates: FutureDates,
    /// What of an item may change without a new version of it.
    pub ignored: Vec<Part>,
}

/// By what a source's items are told apart. Items that are stored under
/// another identity are found by that all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The publisher's id, else the link, else title and date; with an eye on ids that rotate or are used twice.
    #[default]
    Best,
    /// The publisher's id, and one that is new is a new item.
    Guid,
    /// The link, whatever the id.
    Link,
    /// The title, whatever the id and the link.
    Title,
}

/// What a source's dates are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dating {
    /// They say when something appeared.
    #[default]
    Believed,
    /// Nothing: its items are undated, and stand where they were first seen.
    Ignored,
}

/// What becomes of a date that is still to come when the item is first seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FutureDates {
    /// It is shown as given; an item stands never later than where it was first seen.
    #[default]
    Kept,
    /// It becomes the instant at which the item was first seen.
    Clamped,
    /// The item is undated.
    Ignored,
}

/// What of an item may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The headline.
    Title,
    /// Summary and content.
    Content,
    /// The link.
    Link,
}
