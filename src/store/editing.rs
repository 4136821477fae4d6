//! What an editor says of stories, written down at once: it stands above
//! whatever grouping finds.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use url::Url;

use super::numbers::{Numbers, story_number};
use super::row::parsed;
use super::statements::Statements;
use super::{Result, Store, ledger, stories};
use crate::id::{ItemId, SourceId, StoryId};
use crate::ledger::{Event, Note};
use crate::link::canonical;
use crate::story::word::{Grouping, Misfit, digits};

/// What became of a word: what is true now, in a sentence, or why nothing was changed.
pub type Edited = std::result::Result<String, Misfit>;

/// An item of a story that is to be split.
struct Part {
    number: i64,
    id: ItemId,
    source: SourceId,
    placed: Timestamp,
    canonical: Option<String>,
}

impl Store {
    /// Makes one story of two, or two of one, with a line in the ledger of each.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub fn edit(&mut self, word: &Grouping, now: Timestamp) -> Result<Edited> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let edited = match word {
            Grouping::Merge { stories } => merge(&transaction, stories, now)?,
            Grouping::Split { story, items } => split(&transaction, story, items, now)?,
        };
        if edited.is_ok() {
            transaction.commit()?;
        }
        Ok(edited)
    }

    /// The story whose id begins with these digits, or that it became part of.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn story_named(&self, digits: &str) -> Result<std::result::Result<StoryId, Misfit>> {
        named(&self.connection, digits)
    }

    /// Pairs of stories that are kept apart: by an editor, or since one follows the other.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn kept_apart(&self) -> Result<Vec<[StoryId; 2]>> {
        let sql = "SELECT a.id, b.id FROM story_apart
                   JOIN story AS a ON a.number = one JOIN story AS b ON b.number = two
                   UNION SELECT a.id, b.id FROM story_parent AS c
                   JOIN story AS a ON a.number = c.parent JOIN story AS b ON b.number = c.story";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok([StoryId(row.get(0)?), StoryId(row.get(1)?)]))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

fn merge(connection: &Connection, names: &[String; 2], now: Timestamp) -> Result<Edited> {
    let [one, two] = match (named(connection, &names[0])?, named(connection, &names[1])?) {
        (Ok(one), Ok(two)) => [one, two],
        (Err(misfit), _) | (_, Err(misfit)) => return Ok(Err(misfit)),
    };
    if one == two {
        return Ok(Err(Misfit::One(one)));
    }
    for story in [one, two] {
        if is_drafted(connection, story)? {
            return Ok(Err(Misfit::Drafted(story)));
        }
    }
    let Some([(from, number), (into, kept)]) = stories::elder(connection, [one, two])? else {
        return Ok(Err(Misfit::BothPublished(one, two)));
    };
    // The newer word counts.
    let sql = "DELETE FROM story_apart WHERE (one = ?1 AND two = ?2) OR (one = ?2 AND two = ?1)";
    connection.prepare_cached(sql)?.execute([number, kept])?;
    let to = &Statements::of(connection);
    stories::merge(to, number, kept)?;
    keep_as_it_is(connection, kept)?;
    let note = ledger::merged(from, into, "an editor says so", now);
    ledger::add(to, &note, &mut Numbers::default())?;
    let sql = "SELECT week FROM recap_story WHERE story = ?1";
    let week: Option<String> = connection.prepare_cached(sql)?.query_row([kept], |row| row.get(0)).optional()?;
    let (from, into) = (from.short(), into.short());
    let told = week.map_or_else(String::new, |week| {
        format!(", which is published in {week}: its page stays as it is, and no later recap tells of {from}")
    });
    Ok(Ok(format!("story {from} is part of story {into} now{told}")))
}

fn split(connection: &Connection, name: &str, items: &[String], now: Timestamp) -> Result<Edited> {
    let story = match named(connection, name)? {
        Ok(story) => story,
        Err(misfit) => return Ok(Err(misfit)),
    };
    let Some(number) = story_number(connection, story)? else { return Ok(Err(Misfit::NoStory(name.to_owned()))) };
    if is_drafted(connection, story)? {
        return Ok(Err(Misfit::Drafted(story)));
    }
    let all = parts(connection, number)?;
    for item in items {
        if !all.iter().any(|part| part.is_named(item)) {
            return Ok(Err(Misfit::NoItem(story, item.clone())));
        }
    }
    let (out, rest): (Vec<Part>, Vec<Part>) =
        all.into_iter().partition(|part| items.iter().any(|item| part.is_named(item)));
    if rest.is_empty() {
        return Ok(Err(Misfit::Everything(story)));
    }
    let mut numbers = Numbers::default();
    let to = &Statements::of(connection);
    let ids: Vec<ItemId> = out.iter().map(|part| part.id).collect();
    let begun = out.first().map_or(now, |part| part.placed);
    let (new, apart) = begin(connection, number, &ids, begun)?;
    numbers.learn_story(new, apart);
    for part in &out {
        let sql = "UPDATE story_item SET story = ?2 WHERE item = ?1";
        connection.prepare_cached(sql)?.execute([part.number, apart])?;
        numbers.learn_item(part.id, part.number);
        let detail = format!("taken out of story {}: an editor says so", story.short());
        let (source, item) = (Some(part.source.clone()), Some(part.id));
        ledger::add(to, &Note { source, item, story: Some(new), ..Event::Split.at(now, detail) }, &mut numbers)?;
    }
    let sql = "INSERT INTO story_apart (one, two) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute([number, apart])?;
    keep_as_it_is(connection, number)?;
    keep_as_it_is(connection, apart)?;
    let plural = if out.len() == 1 { "" } else { "s" };
    let detail = format!("{} item{plural} became story {}: an editor says so", out.len(), new.short());
    ledger::add(to, &Note { story: Some(story), ..Event::Split.at(now, detail) }, &mut numbers)?;
    Ok(Ok(format!("{} item{plural} of story {} became story {new}", out.len(), story.short())))
}

impl Part {
    /// Whether it is meant by its id or its link.
    fn is_named(&self, name: &str) -> bool {
        let has_link =
            || Url::parse(name).is_ok_and(|link| self.canonical.as_deref() == Some(canonical(&link).as_str()));
        name.parse() == Ok(self.id) || has_link()
    }
}

fn parts(connection: &Connection, story: i64) -> Result<Vec<Part>> {
    let sql = "SELECT i.number, i.id, i.source, i.placed, v.canonical FROM story_item AS m
               JOIN item AS i ON i.number = m.item
               JOIN item_version AS v ON v.item = i.number AND v.version = i.version
               WHERE m.story = ?1 ORDER BY i.placed, i.id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([story], |row| {
        let id = ItemId(row.get("id")?);
        let (number, canonical) = (row.get("number")?, row.get("canonical")?);
        Ok(Part { number, id, source: parsed(row, "source")?, placed: parsed(row, "placed")?, canonical })
    })?;
    rows.map(|row| Ok(row?)).collect()
}

/// A story for `items` that are no longer of the story of number `of`, with its
/// number: the one that one of them began, if it became part of that since.
pub(super) fn begin(connection: &Connection, of: i64, items: &[ItemId], begun: Timestamp) -> Result<(StoryId, i64)> {
    let first = items.first().ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let own = items.iter().map(|item| StoryId::begun_by(*item));
    for story in own.chain((1..).map(|turn| StoryId::begun_again_by(*first, turn))) {
        let Some(number) = story_number(connection, story)? else {
            return Ok((story, stories::begin(&Statements::of(connection), story, begun)?));
        };
        let sql = "UPDATE story SET merged_into = NULL WHERE number = ?1 AND merged_into = ?2";
        if connection.prepare_cached(sql)?.execute([number, of])? > 0 {
            return Ok((story, number));
        }
    }
    unreachable!("there is always another turn")
}

/// Whether its card is written, and waits.
fn is_drafted(connection: &Connection, story: StoryId) -> Result<bool> {
    let Some(number) = story_number(connection, story)? else { return Ok(false) };
    Ok(connection.prepare_cached("SELECT 1 FROM draft_story WHERE story = ?1")?.exists([number])?)
}

/// From now on, only an editor takes anything out of it.
fn keep_as_it_is(connection: &Connection, story: i64) -> Result<()> {
    connection.prepare_cached("UPDATE story SET edited = 1 WHERE number = ?1")?.execute([story])?;
    Ok(())
}

/// The story whose id begins so, or that it became part of.
fn named(connection: &Connection, name: &str) -> Result<std::result::Result<StoryId, Misfit>> {
    let digits = match digits(name) {
        Ok(digits) => digits,
        Err(misfit) => return Ok(Err(misfit)),
    };
    Ok(match stories::named(connection, &digits)?.as_slice() {
        [story] => Ok(*story),
        [] => Err(Misfit::NoStory(name.to_owned())),
        several => Err(Misfit::Several(name.to_owned(), several.len())),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;
    use crate::draft::Mark;
    use crate::item::{Entry, Item};
    use crate::source::SourceState;
    use crate::store::{items, marks, sources};

    const NOW: &str = "2026-05-06T09:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn item(guid: &str) -> Item {
        let source: SourceId = "tnw".parse().unwrap();
        let link = format!("https://a.test/{guid}").parse().ok();
        let entry = Entry { guid: Some(guid.to_owned()), title: guid.to_owned(), link, ..Entry::default() };
        let (identity, first_seen) = (entry.identity(), now());
        let id = ItemId::of(&source, &identity, 0);
        Item { id, source, identity, generation: 0, version: 1, first_seen, placed: Some(first_seen), entry }
    }

    fn own(guid: &str) -> StoryId {
        StoryId::begun_by(item(guid).id)
    }

    /// A store with a story for each group of items, begun by its first, one after the other.
    fn store(groups: &[&[&str]]) -> Store {
        let store = Store::in_memory().unwrap();
        let connection = &store.connection;
        let to = Statements::of(connection);
        sources::put(connection, &item("a").source, &SourceState::unknown(now())).unwrap();
        for (hours, group) in (0..).zip(groups) {
            let begun = now() + jiff::SignedDuration::from_hours(hours);
            let number = stories::begin(&to, own(group[0]), begun).unwrap();
            for guid in *group {
                stories::put(&to, items::insert(&to, &item(guid)).unwrap(), number).unwrap();
            }
        }
        drop(to);
        store
    }

    fn merge(one: StoryId, two: StoryId) -> Grouping {
        Grouping::Merge { stories: [one.to_string(), two.to_string()] }
    }

    fn split(story: StoryId, items: &[&str]) -> Grouping {
        Grouping::Split { story: story.to_string(), items: items.iter().map(|item| (*item).to_owned()).collect() }
    }

    #[test]
    fn an_item_is_told_of_each_story_that_its_own_became_part_of() {
        let mut store = store(&[&["a"], &["b"], &["c"]]);
        let placed = item("c");
        let note = Note {
            source: Some(placed.source.clone()),
            item: Some(placed.id),
            story: Some(own("c")),
            ..Event::Started.at(now(), "no story is like it".to_owned())
        };
        ledger::add(&Statements::of(&store.connection), &note, &mut Numbers::default()).unwrap();
        check(&mut store, &[merge(own("c"), own("b")), merge(own("b"), own("a"))], &[&["a", "b", "c"]]);
        let told: Vec<String> = store.ledger_of_item(&placed).unwrap().into_iter().map(|row| row.detail).collect();
        let by_hand = |story: &str| format!("story {} became part of it: an editor says so", own(story).short());
        assert_eq!(told, ["no story is like it".to_owned(), by_hand("c"), by_hand("b")]);
    }

    /// The stories after each word was said, as groups of items in order.
    #[track_caller]
    fn check(store: &mut Store, words: &[Grouping], expected: &[&[&str]]) {
        for word in words {
            store.edit(word, now()).unwrap().unwrap();
        }
        let sql = "SELECT group_concat(v.title, ' ' ORDER BY v.title) FROM story_item AS m
                   JOIN item_version AS v ON v.item = m.item GROUP BY m.story ORDER BY 1";
        let mut statement = store.connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let groups: Vec<String> = rows.map(|row| row.unwrap()).collect();
        assert_eq!(groups, expected.iter().map(|group| group.join(" ")).collect::<Vec<_>>());
    }

    fn publish(store: &Store, guid: &str, place: u32) {
        let sql = "INSERT INTO recap_story (story, short, week, place) SELECT number, '', '2026-W18', ?2 FROM story WHERE id = ?1";
        store.connection.execute(sql, params![own(guid).0, place]).unwrap();
    }

    #[test]
    fn two_become_one_and_one_becomes_two_again() {
        let mut store = store(&[&["a", "b"], &["c", "d"]]);
        check(&mut store, &[merge(own("c"), own("a"))], &[&["a", "b", "c", "d"]]);
        assert_eq!(store.stories_named(&own("c").to_string()).unwrap(), [own("a")], "the other id leads there");
        let again = [split(own("a"), &["https://a.test/c?utm_source=x", &item("d").id.to_string()])];
        check(&mut store, &again, &[&["a", "b"], &["c", "d"]]);
        assert_eq!(store.stories_named(&own("c").to_string()).unwrap(), [own("c")], "it has its id back");
        assert_eq!(store.kept_apart().unwrap(), [[own("a"), own("c")]]);
        check(&mut store, &[merge(own("a"), own("c"))], &[&["a", "b", "c", "d"]]);
        assert_eq!(store.kept_apart().unwrap(), [] as [[StoryId; 2]; 0], "the newer word counts");
    }

    #[test]
    fn what_was_split_is_apart_from_what_takes_it_in() {
        let mut store = store(&[&["a", "b"], &["c"], &["d"]]);
        check(&mut store, &[split(own("a"), &["https://a.test/a"])], &[&["a"], &["b"], &["c"], &["d"]]);
        let taken = store.kept_apart().unwrap()[0][1];
        assert_ne!(taken, own("a"), "the story keeps its id, whatever is taken out of it");
        check(&mut store, &[merge(own("c"), taken)], &[&["a", "c"], &["b"], &["d"]]);
        assert_eq!(store.kept_apart().unwrap().len(), 1, "{:?}", store.kept_apart());
    }

    #[test]
    fn published_stories_keep_their_ids() {
        let mut store = store(&[&["a"], &["b"], &["c"]]);
        publish(&store, "b", 1);
        let said = store.edit(&merge(own("a"), own("b")), now()).unwrap().unwrap();
        assert!(said.contains("which is published in 2026-W18: its page stays as it is"), "{said}");
        check(&mut store, &[], &[&["a", "b"], &["c"]]);
        assert_eq!(store.stories_named(&own("a").to_string()).unwrap(), [own("b")]);
        publish(&store, "c", 2);
        let refused = store.edit(&merge(own("b"), own("c")), now()).unwrap();
        assert_eq!(refused, Err(Misfit::BothPublished(own("b"), own("c"))));
    }

    #[test]
    fn a_story_whose_card_is_written_stays_as_it_is() {
        let mut store = store(&[&["a", "b"], &["c"]]);
        let sql = "INSERT INTO draft_story (story) SELECT number FROM story WHERE id = ?1";
        store.connection.execute(sql, [own("a").0]).unwrap();
        for word in [merge(own("c"), own("a")), split(own("a"), &["https://a.test/b"])] {
            assert_eq!(store.edit(&word, now()).unwrap(), Err(Misfit::Drafted(own("a"))));
        }
        check(&mut store, &[], &[&["a", "b"], &["c"]]);
    }

    #[test]
    fn what_was_said_of_a_story_goes_along_with_it() {
        let mut store = store(&[&["a"], &["b"], &["c"]]);
        let titled = |headline: &str| Mark { headline: Some(headline.to_owned()), ..Mark::default() };
        marks::put(&store.connection, own("b"), &titled("of b")).unwrap();
        marks::put(&store.connection, own("c"), &titled("of c")).unwrap();
        check(&mut store, &[merge(own("a"), own("b"))], &[&["a", "b"], &["c"]]);
        assert_eq!(store.marks().unwrap()[&own("a")], titled("of b"));
        check(&mut store, &[merge(own("a"), own("c"))], &[&["a", "b", "c"]]);
        assert_eq!(store.marks().unwrap().into_iter().collect::<Vec<_>>(), [(own("a"), titled("of b"))]);
    }

    #[test]
    fn what_was_put_off_waits_for_one_week() {
        let mut store = store(&[&["a"], &["b"]]);
        let week = |name: &str| name.parse().unwrap();
        let later = |headline: Option<&str>| Mark {
            stance: Some(crate::draft::Stance { wish: crate::draft::Wish::Later(week("2026-W19")), why: None }),
            headline: headline.map(str::to_owned),
            ..Mark::default()
        };
        marks::put(&store.connection, own("a"), &later(None)).unwrap();
        marks::put(&store.connection, own("b"), &later(Some("of b"))).unwrap();
        marks::forget_spent(&store.connection, week("2026-W19")).unwrap();
        assert_eq!(store.marks().unwrap().len(), 2, "its week is the one after");
        marks::forget_spent(&store.connection, week("2026-W20")).unwrap();
        let left = Mark { headline: Some("of b".to_owned()), ..Mark::default() };
        assert_eq!(store.marks().unwrap().into_iter().collect::<Vec<_>>(), [(own("b"), left)]);
        check(&mut store, &[], &[&["a"], &["b"]]);
    }

    #[test]
    fn a_word_that_does_not_fit_changes_nothing() {
        let mut store = store(&[&["a", "b"], &["c"]]);
        let mut refuses = |word: Grouping, expected: Misfit| {
            assert_eq!(store.edit(&word, now()).unwrap(), Err(expected));
            check(&mut store, &[], &[&["a", "b"], &["c"]]);
        };
        refuses(merge(own("a"), own("a")), Misfit::One(own("a")));
        refuses(split(own("c"), &["https://a.test/c"]), Misfit::Everything(own("c")));
        refuses(split(own("c"), &["https://a.test/a"]), Misfit::NoItem(own("c"), "https://a.test/a".to_owned()));
        let nowhere = "0".repeat(32);
        let word = Grouping::Split { story: nowhere.clone(), items: vec!["x".to_owned()] };
        refuses(word, Misfit::NoStory(nowhere));
    }

    #[test]
    fn every_word_is_in_the_ledger() {
        let mut store = store(&[&["a", "b"], &["c"]]);
        check(&mut store, &[merge(own("a"), own("c")), split(own("a"), &["https://a.test/b"])], &[&["a", "c"], &["b"]]);
        let said = |story: StoryId| {
            let rows = store.ledger_of_story(story).unwrap();
            rows.into_iter().map(|row| format!("{}: {}", row.event, row.detail)).collect::<Vec<_>>().join("\n")
        };
        assert!(said(own("a")).contains("an editor says so"), "{}", said(own("a")));
        assert!(said(own("b")).starts_with("split: taken out of story"), "{}", said(own("b")));
    }
}
