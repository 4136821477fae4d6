//! Why something that a model wrote may not stand.

use std::fmt;

/// Where on the card a sentence was to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The one line below the headline.
    Hook,
    /// The news.
    WhatChanged,
    /// What follows from it.
    WhyItMatters,
    /// What the reader could do.
    WhatToDoNext,
    /// New facts.
    Takeaways,
    /// What is ahead.
    Outlook,
}

impl Place {
    /// All of them, in the card's order.
    pub const ALL: [Self; 6] =
        [Self::Hook, Self::WhatChanged, Self::WhyItMatters, Self::WhatToDoNext, Self::Takeaways, Self::Outlook];

    /// Its name in the schema: `what_changed`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::WhatChanged => "what_changed",
            Self::WhyItMatters => "why_it_matters",
            Self::WhatToDoNext => "what_to_do_next",
            Self::Takeaways => "takeaways",
            Self::Outlook => "outlook",
        }
    }

    /// The place with this name in the schema.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.key() == key)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.key().replace('_', " "))
    }
}

/// Something that a model wrote and that may not stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Where it was to stand; none: the answer as a whole.
    pub place: Option<Place>,
    /// What it said, cut.
    pub text: String,
    /// Why not.
    pub reason: Reason,
}

/// "takeaways: “It has 9 users.”: 9 does not stand in what it cites".
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.place {
            // Of signs that cannot be printed nothing is left to be quoted.
            Some(place) if self.text.is_empty() => write!(f, "{place}: {}", self.reason),
            Some(place) => write!(f, "{place}: “{}”: {}", self.text, self.reason),
            None => write!(f, "the whole answer: {}", self.reason),
        }
    }
}

/// Why it may not stand.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The answer is not what was asked for.
    #[error("it is not the JSON that was asked for: {0}")]
    Malformed(String),
    /// There is nothing in it.
    #[error("it says nothing")]
    Empty,
    /// More than the part has room for.
    #[error("the part has room for {0}")]
    TooMany(usize),
    /// Too long, or of several lines.
    #[error("it is longer than {0} characters")]
    TooLong(usize),
    /// No item is cited.
    #[error("it cites nothing")]
    CitesNothing,
    /// An item is cited that was not in the request.
    #[error("it cites item {0}, which is none of this story")]
    CitesNoItem(i64),
    /// All items in the order of the schema.
    #[error("it cites all items in the order in which they were listed")]
    CitesAll,
    /// An audience that was not in the request.
    #[error("`{0}` is no audience of this story")]
    NoAudience(String),
    /// Several audiences are told the same.
    #[error("it says the same to several audiences")]
    SameForAll,
    /// A link or an address.
    #[error("it has an address in it: {0}")]
    Address(String),
    /// Markup, or signs that are none of a sentence.
    #[error("it has markup in it: {0}")]
    Markup(String),
    /// Words of the instructions, or to a machine.
    #[error("it speaks of its instructions: {0}")]
    Instruction(String),
    /// It sells something.
    #[error("it is an appeal and no news: {0}")]
    Appeal(String),
    /// Words that would fit any story.
    #[error("it is an empty phrase: {0}")]
    Phrase(String),
    /// In capitals or with cries.
    #[error("it shouts")]
    Shouts,
    /// Not the recap's language.
    #[error("it is in another language than the recap")]
    Language,
    /// The headline again, or another sentence of the card.
    #[error("it repeats {0}")]
    Repeats(&'static str),
    /// A figure that stands nowhere in what is cited.
    #[error("{0} does not stand in what it cites")]
    Figure(String),
    /// A figure that stands there in other words.
    #[error("{figure} stands there in other words: {why}")]
    Words {
        /// As the model has it.
        figure: String,
        /// How it is turned.
        why: String,
    },
    /// A name that stands nowhere in what is cited.
    #[error("{0} is not named in what it cites")]
    Name(String),
    /// A quotation that stands nowhere in what is cited.
    #[error("nobody says “{0}” in what it cites")]
    Quote(String),
    /// A quotation mark has no other, or nothing stands between two.
    #[error("a quotation in it does not end, or is empty")]
    Marks,
    /// Somebody else says it there.
    #[error("another one says so in what it cites: {0}")]
    Speaker(String),
    /// Who does what to whom is turned around.
    #[error("what it cites has it the other way round: who does what in “{0}”")]
    Roles(String),
    /// What is said of one is told of another.
    #[error("what it cites says so of {0}")]
    Another(String),
    /// What may happen is told as a fact.
    #[error("what it cites does not tell it as done: it says “{0}”")]
    Certain(String),
    /// A denial became a statement, or the other way round.
    #[error("what it cites {0}")]
    Denial(&'static str),
    /// A word became its opposite.
    #[error("it says “{said}” where what it cites says “{there}”")]
    Opposite {
        /// The model's.
        said: String,
        /// The item's.
        there: String,
    },
    /// A superlative that nobody uses.
    #[error("nothing that it cites says “{0}”")]
    Superlative(String),
    /// Too little of it stands in what it cites.
    #[error("what it cites does not say so: {0} of its words do not stand there")]
    Unsupported(String),
    /// It is no paraphrase.
    #[error("it copies {0} words in a row without marks")]
    Copies(usize),
    /// It leans on a sentence that was refused.
    #[error("the sentence before it was refused")]
    LeansOnRefused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, reason: Reason, expected: &str) {
        let refusal = Refusal { place: Some(Place::Hook), text: text.to_owned(), reason };
        assert_eq!(refusal.to_string(), expected);
    }

    #[test]
    fn nothing_is_quoted_where_nothing_is_left() {
        check("It has 9 users.", Reason::Shouts, "hook: “It has 9 users.”: it shouts");
        check("", Reason::Empty, "hook: it says nothing");
        check("It is “”.", Reason::Marks, "hook: “It is “”.”: a quotation in it does not end, or is empty");
    }
}
