//! What an editor may say of stories: that two are one, or that one is two.

use crate::id::StoryId;

/// The digits of a story's id that name it, at least.
const LEAST_DIGITS: usize = 4;

/// What an editor says of stories. It stands above whatever grouping finds, now and later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Both tell of one event.
    Merge {
        /// Their ids, or the first digits of them.
        stories: [String; 2],
    },
    /// Some of its items tell of another event.
    Split {
        /// Its id, or the first digits of it.
        story: String,
        /// Their ids or links; at least one.
        items: Vec<String>,
    },
}

/// Why a word changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Not in hexadecimal digits, or too few of them.
    #[error("`{0}` is no story's id: give {LEAST_DIGITS} or more hexadecimal digits of it")]
    NoId(String),
    /// Nothing is called that.
    #[error("there is no story `{0}`: `recapd stories --week WEEK` lists those of a week")]
    NoStory(String),
    /// More than one is.
    #[error("{1} stories begin with `{0}`: give more digits")]
    Several(String, usize),
    /// There is nothing to merge.
    #[error("both are story {}", .0.short())]
    One(StoryId),
    /// Readers hold the addresses of both.
    #[error("stories {} and {} are both published, and each keeps its page", .0.short(), .1.short())]
    BothPublished(StoryId, StoryId),
    /// Its card is written already.
    #[error("story {} stands in the draft that waits for its editor: of two that tell of one event, take one out of its file", .0.short())]
    Drafted(StoryId),
    /// The item is elsewhere, or nowhere.
    #[error("story {story} has no item `{item}`: `recapd explain {story} --json` lists them", story = .0.short(), item = .1)]
    NoItem(StoryId, String),
    /// Nothing would be left.
    #[error("these are all items of story {}: leave it one at least", .0.short())]
    Everything(StoryId),
}

/// The digits that name a story, in small letters.
///
/// # Errors
///
/// If they are no digits, or too few to name one.
pub fn digits(name: &str) -> Result<String, Misfit> {
    let is_hex = (LEAST_DIGITS..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { Ok(name.to_ascii_lowercase()) } else { Err(Misfit::NoId(name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_named_by_the_beginning_of_its_id() {
        assert_eq!(digits("AB12").as_deref(), Ok("ab12"));
        for name in ["", "ab1", "xyzw", "2026-W19", &"a".repeat(33)] {
            assert_eq!(digits(name), Err(Misfit::NoId(name.to_owned())));
        }
    }
}
