//! What becomes of a draft that was written, edited, damaged and read.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::insight::{Cite, Origin, Part};
use crate::publish::fixture::{at, recap};
use crate::recap::{LeftOut, Recap};

/// The week of the fixture: three cards, one line, two stories left out.
fn frozen() -> Frozen {
    let week = recap();
    let candidates: Vec<Candidate> =
        week.entries.iter().map(|entry| Candidate { entry: entry.clone(), cards: Vec::new() }).collect();
    let left = |candidate: &Candidate| LeftOut {
        story: candidate.entry.story,
        headline: candidate.entry.headline.clone(),
        total: candidate.entry.score.total,
        parts: candidate.entry.score.parts.clone(),
        short_by: Some(0.4),
        reason: "would need +0.40".to_owned(),
    };
    let left_out = candidates.iter().skip(4).map(left).collect();
    Frozen {
        frame: Recap { entries: Vec::new(), full: 3, left_out, ..week },
        candidates,
        chosen: 4,
        beside: 0,
        views: Vec::new(),
        slots: 4,
    }
}

fn sheet(frozen: &Frozen) -> Sheet<'_> {
    Sheet { frozen, edition: 2, deadline: "on Monday 11 May 2026, 20:00 UTC" }
}

/// The draft that changes nothing, as text.
fn text() -> String {
    let frozen = frozen();
    sheet(&frozen).write(&frozen.as_chosen())
}

/// What an edit of the text is read as, in short, or what is wrong with it.
fn read(edited: &[u8]) -> String {
    let frozen = frozen();
    let draft = match sheet(&frozen).read(edited) {
        Ok(draft) => draft,
        Err(flaw) => return flaw.to_string(),
    };
    assert_eq!(
        sheet(&frozen).read(sheet(&frozen).write(&draft).as_bytes()),
        Ok(draft.clone()),
        "it is read as written"
    );
    let place = |block: &Block| {
        1 + frozen.candidates.iter().position(|candidate| candidate.entry.story == block.story).unwrap()
    };
    let places = |section| draft.section(section).iter().map(|block| place(block).to_string()).collect::<Vec<_>>();
    Section::ALL.map(|section| places(section).join(" ")).join(" | ")
}

#[track_caller]
fn check(edit: impl FnOnce(String) -> String, expected: Expect) {
    expected.assert_eq(&read(edit(text()).as_bytes()));
}

/// The block of the story at this place among the candidates, 1 is the first.
fn block(text: &str, place: usize) -> String {
    let story = frozen().candidates[place - 1].entry.story.to_string();
    let begin = text.find(&format!("<!-- story {story}")).unwrap();
    let rest = &text[begin..];
    let end = ["\n\n## ", "\n\n<!-- "].iter().filter_map(|next| rest.find(next)).min().unwrap();
    rest[..end].to_owned() + "\n"
}

#[test]
fn it_says_what_may_be_done_with_it() {
    let mut frozen = frozen();
    frozen.candidates.retain(|candidate| [1, 2, 5].contains(&candidate.entry.place));
    frozen.frame.left_out.retain(|left| frozen.candidates.iter().any(|it| it.entry.story == left.story));
    (frozen.frame.full, frozen.chosen) = (1, 2);
    let mut draft = frozen.as_chosen();
    draft.top[0].note = Some("We asked the fund; it does not comment.".to_owned());
    let written = Sheet { edition: 1, ..sheet(&frozen) }.write(&draft);
    let manual = include_str!("../../docs/publishing.md");
    let shown = manual.split("```markdown\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(written.as_str()), "the example in docs/publishing.md");
}

#[test]
fn what_is_not_edited_stays_as_it_was_chosen() {
    check(|text| text, expect!["1 2 3 | 4 |  | 5 6"]);
    let frozen = frozen();
    let draft = frozen.as_chosen();
    assert_eq!(frozen.changes(&draft), []);
    let recaps = frozen.recaps(&draft, at("2026-05-11T20:00:00Z"));
    let week = recap();
    assert_eq!(recaps[0].entries, week.entries[..4]);
    assert_eq!(recaps[0].left_out, frozen.frame.left_out);
    assert_eq!(recaps[1].audience.as_ref().unwrap().id.as_str(), "founders");
}

#[test]
fn stories_are_moved_taken_out_and_taken_in_with_their_lines() {
    let moved = |text: String, place: usize, before: &str| {
        let block = block(&text, place);
        text.replace(&format!("\n{block}"), "").replace(before, &format!("{block}\n{before}"))
    };
    check(|text| moved(text, 2, "## Also"), expect!["1 3 2 | 4 |  | 5 6"]);
    check(|text| moved(text, 5, "## Also"), expect!["1 2 3 5 | 4 |  | 6"]);
    check(|text| moved(text, 1, "<!-- end"), expect!["2 3 | 4 |  | 5 6 1"]);
    check(|text| text.replace(&format!("\n{}", block(&text, 3)), ""), expect!["1 2 | 4 |  | 5 6"]);
}

#[test]
fn editors_and_systems_may_end_lines_as_they_like() {
    check(|text| text.replace('\n', "\r\n"), expect!["1 2 3 | 4 |  | 5 6"]);
    check(|text| format!("\u{feff}{text}"), expect!["1 2 3 | 4 |  | 5 6"]);
    check(|text| text.replace('\n', "  \n\n").trim_end().to_owned(), expect!["1 2 3 | 4 |  | 5 6"]);
}

#[test]
fn an_editors_words_are_published_and_told() {
    let frozen = frozen();
    let edited = text()
        .replacen(
            "### China’s Big Fund leads DeepSeek round at $45B\n",
            "### Big Fund and DeepSeek\n> Who pays,\n> decides.\n",
            1,
        )
        .replacen("For: developers\n", "For: policy, developers\n", 1)
        .replacen("\n## Top stories", "\n> A slow week.\n\n## Top stories", 1)
        .replace(&format!("\n{}", block(&text(), 3)), "");
    let draft = sheet(&frozen).read(edited.as_bytes()).unwrap();
    let recaps = frozen.recaps(&draft, at("2026-05-11T20:00:00Z"));
    let pool = &recaps[0];
    assert_eq!(pool.note.as_deref(), Some("A slow week."));
    assert_eq!(
        (pool.entries[0].headline.as_str(), pool.entries[0].slug.as_str()),
        ("Big Fund and DeepSeek", "big-fund-and-deepseek")
    );
    assert_eq!(pool.entries[0].insight.note.as_ref().unwrap().text, "Who pays, decides.");
    let policy = recaps.iter().find(|recap| recap.path() == "/w/2026-W19/policy/").unwrap();
    assert_eq!(policy.entries[0].story, pool.entries[1].story);
    let told: Vec<String> =
        frozen.changes(&draft).iter().map(|change| format!("{}: {}\n", change.event, change.detail)).collect();
    expect![[r#"
        noted: “A slow week.”
        retitled: “China’s Big Fund leads DeepSeek round at $45B” became “Big Fund and DeepSeek”
        noted: “Who pays, decides.”
        readdressed: for policy, developers in the draft
        taken out: the editor took it out of the draft
    "#]]
    .assert_eq(&told.concat());
    let left: Vec<&str> = pool.left_out.iter().map(|left| left.reason.as_str()).collect();
    assert_eq!(left.iter().filter(|reason| **reason == "the editor took it out of the draft").count(), 1);
}

#[test]
fn what_was_put_off_is_not_told_as_taken_out() {
    let frozen = frozen();
    let mut draft = frozen.as_chosen();
    let [put_off, taken_out] = [draft.top.remove(0).story, draft.top.remove(0).story];
    let word = Word::Later(Some("the court speaks on Monday".to_owned()));
    let marks = [(put_off, Mark::default().with(&word, frozen.frame.week))].into();
    let mut pool = frozen.recaps(&draft, at("2026-05-11T20:00:00Z")).remove(0);
    let mut changes = frozen.changes(&draft);
    with_stances(&mut pool, &mut changes, &marks);
    let told: Vec<String> = changes.iter().map(|change| format!("{}: {}", change.event, change.detail)).collect();
    let [later, out] =
        ["the editor keeps it for a later week: the court speaks on Monday", "the editor took it out of the draft"];
    assert_eq!(told, [format!("put off: {later}"), format!("taken out: {out}")]);
    for (story, expected) in [(put_off, later), (taken_out, out)] {
        let left = pool.left_out.iter().find(|left| left.story == story).unwrap();
        assert_eq!(left.reason, expected);
    }
}

/// Whether a hook that rests on the title of the report `number` is there under another headline. The lead is the
/// third: China’s Big Fund leads DeepSeek round at $45B.
#[track_caller]
fn check_hook(hook: &str, number: usize, headline: &str, expected: bool) {
    let mut frozen = frozen();
    let entry = &mut frozen.candidates[0].entry;
    let item = entry.coverage[number - 1].item;
    let cites = vec![Cite { item, version: 1, span: (0, 9), quote: String::new() }];
    entry.insight.hook = Some(Part { text: hook.to_owned(), origin: Origin::Extract, cites });
    let block = Block { headline: headline.to_owned(), ..frozen.candidates[0].block() };
    let edited = frozen.edited(&block).unwrap();
    assert_eq!(edited.insight.hook.is_some(), expected, "{hook}");
}

#[test]
fn a_hook_stays_under_another_headline_if_it_is_a_line_of_its_own() {
    let (own, other) = ("DeepSeek’s first outside money would come from the state’s chip fund", "Beijing buys a lab");
    check_hook(own, 2, other, true);
    check_hook(own, 3, other, false);
    check_hook(own, 2, "DeepSeek’s first outside money comes from the state’s chip fund", false);
    let figure = "At $45 billion it would be the dearest lab of the country";
    check_hook(figure, 2, other, false);
    check_hook(figure, 2, "DeepSeek’s round comes to $45B", true);
}

#[test]
fn a_neighbour_that_is_taken_out_leads_to_its_original() {
    let mut frozen = frozen();
    let gone = frozen.candidates[1].entry.clone();
    let related = crate::recap::Related { story: gone.story, headline: gone.headline.clone(), url: Some(gone.path()) };
    frozen.candidates[0].entry.related = vec![related];
    let mut draft = frozen.as_chosen();
    let link = |draft: &Draft| frozen.recaps(draft, at("2026-05-11T20:00:00Z"))[0].entries[0].related[0].url.clone();
    assert_eq!(link(&draft), Some(gone.path()));
    draft.top.remove(1);
    assert_eq!(link(&draft), gone.lead.url);
}

#[test]
fn only_what_was_moved_is_told_as_moved() {
    let frozen = frozen();
    let mut draft = frozen.as_chosen();
    let last = draft.also.remove(0);
    draft.top.insert(0, last.clone());
    let changes = frozen.changes(&draft);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].story, changes[0].detail.as_str()), (Some(last.story), "the editor put #4 on place 1"));
    let taken_in = draft.left_out.remove(0);
    draft.also.push(taken_in);
    let pool = frozen.recaps(&draft, at("2026-05-11T20:00:00Z")).remove(0);
    let hand = |place: usize| pool.entries[place - 1].score.parts.iter().find(|part| part.name == "editor");
    assert_eq!(hand(1).unwrap().detail, "put here by the editor");
    assert_eq!((hand(2), hand(5).unwrap().detail.as_str()), (None, "taken in by the editor"));
}

/// The same week, whose fifth story only the developers find.
fn with_one_for_developers() -> Frozen {
    let week = frozen();
    let seen = |place: usize, total: f64| {
        let entry = &week.candidates[place - 1].entry;
        Seen { story: entry.story, score: crate::rank::Score { total, parts: Vec::new() } }
    };
    let developers = View {
        audience: "developers".parse().unwrap(),
        full: 1,
        stories: vec![seen(5, 9.0), seen(2, 4.0)],
        left_out: Vec::new(),
    };
    Frozen { beside: 1, views: vec![developers], ..week }
}

/// The places that the stories of each recap had among the candidates, as `draft` has it.
#[track_caller]
fn check_recaps(edit: impl FnOnce(&mut Draft), expected: &str) {
    let frozen = with_one_for_developers();
    let mut draft = frozen.as_chosen();
    edit(&mut draft);
    let text = sheet(&frozen).write(&draft);
    assert_eq!(sheet(&frozen).read(text.as_bytes()), Ok(draft.clone()), "it is read as written");
    let place = |story: StoryId| frozen.candidates.iter().position(|it| it.entry.story == story).unwrap() + 1;
    let places = |entries: &[crate::recap::Entry]| {
        entries.iter().map(|entry| place(entry.story).to_string()).collect::<Vec<_>>().join(" ")
    };
    let recaps = frozen.recaps(&draft, at("2026-05-11T20:00:00Z"));
    let developers =
        recaps.iter().find(|recap| recap.audience.as_ref().is_some_and(|it| it.id.as_str() == "developers"));
    let theirs = developers.map_or_else(|| "none".to_owned(), |recap| places(&recap.entries));
    let shown = format!("{} beside {}, developers {theirs}", places(&recaps[0].entries), places(&recaps[0].beside));
    assert_eq!(shown, expected);
    let share = recaps[0].audiences.iter().find(|share| share.audience.id.as_str() == "developers").unwrap();
    assert_eq!(share.stories, developers.map_or(0, |recap| recap.entries.len()));
}

#[test]
fn an_audience_has_its_own_list_in_its_own_order() {
    check_recaps(|_| (), "1 2 3 4 beside 5, developers 5 2");
    let frozen = with_one_for_developers();
    let recaps = frozen.recaps(&frozen.as_chosen(), at("2026-05-11T20:00:00Z"));
    assert_eq!(recaps[0].beside[0].place, 0, "it has no place in the list for all readers");
    let theirs = recaps.iter().find(|recap| recap.entries.len() == 2).unwrap();
    assert_eq!((theirs.full, theirs.entries[0].place, theirs.entries[0].score.total), (1, 1, 9.0));
    assert!(
        recaps[0].left_out.iter().any(|left| left.reason == "would need +0.40; in the recaps of its audiences alone")
    );
}

#[test]
fn an_editor_says_what_single_audiences_find() {
    let developers = || Some(vec!["developers".parse().unwrap()]);
    check_recaps(|draft| drop(draft.beside.remove(0)), "1 2 3 4 beside , developers 2");
    check_recaps(|draft| drop(draft.top.remove(1)), "1 3 4 beside 5, developers 5");
    // One that he takes in or gives them stands by its points.
    let given = |draft: &mut Draft| draft.top[0].audiences = developers();
    check_recaps(given, "1 2 3 4 beside 5, developers 1 5 2");
    let taken_in = |draft: &mut Draft| {
        let mut block = draft.left_out.remove(0);
        block.audiences = developers();
        draft.beside.push(block);
    };
    check_recaps(taken_in, "1 2 3 4 beside 5 6, developers 5 6 2");
    // One that all readers shall find stays with them, and one that they shall not, too.
    let raised = |draft: &mut Draft| {
        let block = draft.beside.remove(0);
        draft.also.push(block);
    };
    check_recaps(raised, "1 2 3 4 5 beside , developers 5 2");
    let lowered = |draft: &mut Draft| {
        let block = draft.top.remove(1);
        draft.beside.push(block);
    };
    check_recaps(lowered, "1 3 4 beside 5 2, developers 5 2");
    let nobodys = |draft: &mut Draft| draft.beside[0].audiences = Some(Vec::new());
    let frozen = with_one_for_developers();
    let mut draft = frozen.as_chosen();
    nobodys(&mut draft);
    let flaw = sheet(&frozen).read(sheet(&frozen).write(&draft).as_bytes()).unwrap_err();
    assert!(flaw.reason.contains("is for nobody: below `## For single audiences` it needs a line `For:`"), "{flaw}");
}

/// What becomes of the draft by these words, each on the story of this place, where the
/// stories of `pinned` places were pinned before; and who made room.
#[track_caller]
fn check_words(words: &[(Word, usize)], pinned: &[usize], expected: &str) {
    let frozen = frozen();
    let story = |place: usize| frozen.candidates[place - 1].entry.story;
    let mut pinned: Vec<StoryId> = pinned.iter().map(|place| story(*place)).collect();
    let mut draft = frozen.as_chosen();
    let place = |story: StoryId| frozen.candidates.iter().position(|it| it.entry.story == story).unwrap() + 1;
    let mut room = String::new();
    for (word, of) in words {
        let gone = draft.hear(word, &frozen.candidates[of - 1], &frozen, &pinned);
        room.extend(gone.map(|gone| format!(", {} made room", place(gone))));
        pinned.extend(Some(story(*of)).filter(|_| matches!(word, Word::Pin(_))));
    }
    let places = |section| draft.section(section).iter().map(|it| place(it.story).to_string()).collect::<Vec<_>>();
    let shown = [Section::Top, Section::Also, Section::LeftOut].map(|section| places(section).join(" ")).join(" | ");
    assert_eq!(shown + &room, expected);
}

#[test]
fn a_pinned_story_heads_the_draft_and_the_list_stays_as_long_as_it_was() {
    let pin = |place: usize| (Word::Pin(None), place);
    check_words(&[pin(5)], &[], "5 1 2 | 3 | 4 6, 4 made room");
    check_words(&[pin(4)], &[], "4 1 2 | 3 | 5 6");
    check_words(&[pin(3)], &[], "3 1 2 | 4 | 5 6");
    // Pins stand in the order in which they were set, and none makes room for another.
    check_words(&[pin(5), pin(6)], &[], "5 6 1 | 2 | 3 4, 4 made room, 3 made room");
    check_words(&[pin(5)], &[4], "5 1 2 | 4 | 3 6, 3 made room");
    check_words(&[pin(1), pin(2), pin(3), pin(4), pin(5)], &[], "1 2 3 4 5 |  | 6");
}

#[test]
fn what_was_said_of_a_story_of_the_draft_is_taken_back() {
    let undo = |place: usize| (Word::Undo, place);
    check_words(&[(Word::Drop(None), 2), undo(2)], &[], "1 2 3 | 4 | 5 6");
    check_words(&[(Word::Later(None), 4), undo(4)], &[], "1 2 3 | 4 | 5 6");
    check_words(&[(Word::Pin(None), 3), undo(3)], &[], "1 2 3 | 4 | 5 6");
    check_words(&[(Word::Pin(None), 5), undo(5), undo(4)], &[], "1 2 | 3 4 | 5 6, 4 made room");
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_what_would_be_right() {
    let mut report = String::new();
    let mut flawed = |what: &str, edited: Vec<u8>| report += &format!("{what}\n    {}\n", read(&edited));
    let text = text();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let first = frozen().candidates[0].entry.story;
    let other = "0123456789abcdef0123456789abcdef";
    flawed("empty", Vec::new());
    flawed("blank", b" \n\n".to_vec());
    flawed(
        "UTF-16",
        [&[0xff, 0xfe][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat(),
    );
    flawed("Latin-1", [text.as_bytes(), b"caf\xe9"].concat());
    flawed("a binary file", with("For: ", "For: \u{0}"));
    flawed("no header", with("<!-- recapd draft 2026-W19, edition 2", ""));
    flawed("another week", with("recapd draft 2026-W19", "recapd draft 2026-W18"));
    flawed("another edition", with("edition 2", "edition 1"));
    flawed("an edition to come", with("edition 2", "edition 9"));
    flawed("no number", with("edition 2", "edition two"));
    flawed("no edition", with(", edition 2", ""));
    flawed("another id", with(&first.to_string(), other));
    flawed("half an id", with(&first.to_string(), &first.short()));
    flawed("an id twice", with("## Also", &format!("{}\n## Also", block(&text, 1))));
    flawed("no headline", with("### China’s Big Fund leads DeepSeek round at $45B\n", ""));
    flawed("an empty headline", with("China’s Big Fund leads DeepSeek round at $45B\n", "\n"));
    flawed("a long headline", with("### China’s", &format!("### {}", "China’s ".repeat(60))));
    flawed("two headlines", with("For: founders, investors", "### And another\nFor: founders, investors"));
    flawed("half a comment", with(" -->\n### China’s", "\n### China’s"));
    flawed("the other half", with(&format!("<!-- story {first}\n"), ""));
    flawed("a comment of one's own", with("## Also", "<!-- to do -->\n## Also"));
    flawed("an unknown audience", with("For: founders", "For: fuonders"));
    flawed("two lines of audiences", with("For: founders", "For: policy\nFor: founders"));
    flawed("a stray line", with("For: founders", "Nice!\nFor: founders"));
    flawed("a note of nobody", with("## Also this week", "## Also this week\n> Hear, hear"));
    flawed("a missing section", with("## Also this week\n", ""));
    flawed("sections in another order", with("## Top stories", "## Left out"));
    flawed("a section more", with("<!-- end", "## Sponsors\n<!-- end"));
    flawed("conflict", with("## Also", "<<<<<<< mine\n## Also"));
    flawed("cut off", text.as_bytes()[..text.len() / 2].to_vec());
    flawed("the last line lost", text.split("<!-- end").next().unwrap().as_bytes().to_vec());
    flawed("more below", [text.as_bytes(), b"\nBye.\n"].concat());
    let (begin, end) = (text.find("\n<!-- story").unwrap(), text.find("## Left out").unwrap());
    let emptied = format!("{}\n## Also this week\n\n## For single audiences\n\n{}", &text[..begin], &text[end..]);
    flawed("emptied", emptied.clone().into_bytes());
    assert_eq!(
        read(emptied.replace("4 stories", "0 stories").as_bytes()),
        " |  |  | 5 6",
        "who really means it says so"
    );
    expect![[r#"
        empty
            line 1: the file is empty: delete it, and recapd writes it as it was
        blank
            line 1: the file is empty: delete it, and recapd writes it as it was
        UTF-16
            line 1: the file is in UTF-16: save it as UTF-8
        Latin-1
            line 68: the file is not in UTF-8 (there is a byte 0xe9): save it as UTF-8
        a binary file
            line 7: there is a control character (U+0000): take it out
        no header
            line 3: the first line is missing: it should be `<!-- recapd draft 2026-W19, edition 2`
        another week
            line 1: this is the draft of 2026-W18, and 2026-W19 is to be published
        another edition
            line 1: this was begun from edition 1, and recapd wrote edition 2 since, by a verb: put in what that changed, and write `edition 2` here
        an edition to come
            line 1: recapd wrote no edition 9 yet: write `edition 2` here
        no number
            line 1: the edition is no number: write `edition 2` here
        no edition
            line 1: the first line is missing: it should be `<!-- recapd draft 2026-W19, edition 2`
        another id
            line 18: story 01234567 is no candidate of 2026-W19: take it out; a draft holds only what recapd wrote into it
        half an id
            line 18: `fdadc34a` is no story's id: it has 32 digits, as recapd wrote it
        an id twice
            line 39: story fdadc34a stands in line 18 already: take one of them out
        no headline
            line 22: `For:` belongs below the headline of a story
        an empty headline
            line 22: the headline is missing: write it behind `###`
        a long headline
            line 22: the headline is too long: 300 characters at most
        two headlines
            line 23: whose headline is this? its comment, `<!-- story ID .. -->`, should stand above it
        half a comment
            line 18: the comment that begins here does not end: `-->` is missing
        the other half
            line 18: this is no part of a draft: a headline begins with `###`, words of your own begin with `>`
        a comment of one's own
            line 39: only comments that recapd wrote may stand here: `<!-- story ID` above a headline, and the last line; words of your own begin with `>`
        an unknown audience
            line 23: there is no audience `fuonders`; there are founders, developers, investors, policy, general
        two lines of audiences
            line 24: a story has one line that begins with `For:`: is a headline missing above?
        a stray line
            line 23: this is no part of a draft: a headline begins with `###`, words of your own begin with `>`
        a note of nobody
            line 40: whose note is this? it belongs below a headline, or above the first section
        a missing section
            line 47: `## Also this week` should stand here, or above: it is missing
        sections in another order
            line 16: `## Top stories` should stand here, or above: it is missing
        a section more
            line 67: a draft has no more sections: take this heading out
        conflict
            line 39: two edits meet here, and the mark of their conflict is left: keep the lines that are right
        cut off
            line 32: the comment that begins here does not end: `-->` is missing
        the last line lost
            line 66: the end is missing: the last line should be `<!-- end of draft 2026-W19: 4 stories -->`; was the file cut off?
        more below
            line 69: the draft ends in line 67: nothing may stand below it
        emptied
            line 39: only 0 of the 4 stories that were chosen are still here: if the others are to go, write `0 stories` here, else bring them back
    "#]].assert_eq(&report);
}

/// The first story lost its lead, and the last of the list all its reports.
fn lost(frozen: &Frozen) -> Gone {
    let (first, last) = (&frozen.candidates[0].entry, &frozen.candidates[3].entry);
    let gone = std::iter::once(&first.lead).chain(&last.coverage);
    gone.map(|report| (report.item, format!("WITHDRAWN: {}", report.title))).collect()
}

#[test]
fn what_publishers_withdraw_while_a_draft_waits_is_not_published() {
    let mut frozen = frozen();
    let (mut draft, gone) = (frozen.as_chosen(), lost(&frozen));
    let (first, last) = (frozen.candidates[0].entry.clone(), frozen.candidates[3].entry.clone());
    let losses = frozen.without(&mut draft, &gone, &[]);
    let said: Vec<String> = losses.iter().map(Loss::to_string).collect();
    let led = "is led by the report of Ledger Street: what led it was withdrawn by its publisher";
    let left = format!("“{}” is left out: its publisher withdrew it", last.headline);
    assert_eq!(said, [format!("“{}” {led}", first.headline), left]);
    let recap = frozen.recaps(&draft, at("2026-05-11T20:00:00Z")).swap_remove(0);
    let headlines: Vec<&str> = recap.entries.iter().map(|entry| entry.headline.as_str()).collect();
    assert_eq!(headlines.len(), 3);
    assert_eq!(headlines[0], "China’s state chip fund in talks to lead DeepSeek’s first round");
    assert_eq!(recap.entries[0].publishers[0], "Ledger Street");
    let is_withdrawn = |report: &crate::recap::Coverage| report.title == format!("WITHDRAWN: {}", first.headline);
    assert!(recap.entries[0].coverage.iter().any(is_withdrawn), "it is named as it is called now");
    let why: Vec<(StoryId, &str)> = recap.left_out.iter().map(|left| (left.story, left.reason.as_str())).collect();
    assert!(why.contains(&(last.story, WITHDRAWN)), "{why:?}");
    assert!(!why.iter().any(|(_, why)| why.contains("the editor")), "he took nothing out: {why:?}");
}

#[test]
fn who_leads_in_place_of_a_report_that_was_withdrawn_may_be_withdrawn_too() {
    let frozen = frozen();
    let coverage = &frozen.candidates[0].entry.coverage;
    let without = |places: &[usize]| {
        let (mut left, mut draft) = (frozen.clone(), frozen.as_chosen());
        let reports = places.iter().map(|place| &coverage[*place]);
        let gone: Gone = reports.map(|report| (report.item, format!("WITHDRAWN: {}", report.title))).collect();
        let losses = left.without(&mut draft, &gone, &[]);
        let entry = left.recaps(&draft, at("2026-05-11T20:00:00Z")).swap_remove(0).entries.swap_remove(0);
        (losses.into_iter().map(|loss| loss.fate).collect::<Vec<Fate>>(), entry)
    };
    let (fates, entry) = without(&[2]);
    assert_eq!(fates, [Fate::LedBy("Ledger Street".to_owned())]);
    assert_eq!(entry.lead, coverage[1]);
    let (fates, entry) = without(&[2, 1]);
    assert_eq!(fates, [Fate::LedBy("The Daily Model".to_owned())]);
    assert_eq!((&entry.lead, entry.headline.as_str()), (&coverage[3], coverage[3].title.as_str()));
    assert_eq!((&entry.insight.hook, &entry.insight.what_changed), (&None, &None), "no card rests on either");
    assert_eq!(without(&[1]).0, [], "its lead stands");
}

#[test]
fn what_is_withdrawn_of_the_list_of_an_audience_is_told_there() {
    let mut frozen = with_one_for_developers();
    let (mut draft, lost) = (frozen.as_chosen(), frozen.candidates[4].entry.clone());
    let gone: Gone = lost.coverage.iter().map(|it| (it.item, format!("WITHDRAWN: {}", it.title))).collect();
    assert_eq!(frozen.without(&mut draft, &gone, &[]).len(), 1);
    let recaps = frozen.recaps(&draft, at("2026-05-11T20:00:00Z"));
    let is_theirs = |recap: &&Recap| recap.audience.as_ref().is_some_and(|it| it.id.as_str() == "developers");
    let theirs = recaps.iter().find(is_theirs).unwrap();
    let stories: Vec<StoryId> = theirs.entries.iter().map(|entry| entry.story).collect();
    assert_eq!(stories, [frozen.candidates[1].entry.story], "no other moves up");
    let left: Vec<_> = theirs.left_out.iter().map(|left| (left.story, left.total, left.reason.as_str())).collect();
    assert_eq!(left, [(lost.story, 9.0, WITHDRAWN)], "with the points that it had there");
    let others = recaps[1..].iter().filter(|recap| !is_theirs(recap));
    assert_eq!(others.flat_map(|recap| &recap.left_out).count(), 0, "no list of theirs had it");
}

#[test]
fn what_its_editor_says_of_a_story_that_lost_a_report_stays() {
    let mut frozen = frozen();
    let (mut draft, gone) = (frozen.as_chosen(), lost(&frozen));
    let pinned = draft.also[0].clone();
    draft.top[0].headline = "As the editor has it".to_owned();
    let losses = frozen.without(&mut draft, &gone, &[pinned.story]);
    assert_eq!(losses[1].fate, Fate::Kept);
    assert_eq!((draft.top[0].headline.as_str(), &draft.also[0]), ("As the editor has it", &pinned));
    let again = frozen.without(&mut draft, &Gone::new(), &[]);
    assert_eq!(again, [], "nothing is lost where nothing is withdrawn");
}

#[test]
fn half_a_file_is_never_a_draft() {
    let text = text();
    let whole = text.trim_end().len();
    for end in (0..whole).filter(|end| text.is_char_boundary(*end)) {
        assert!(read(&text.as_bytes()[..end]).starts_with("line "), "cut after {end} bytes");
    }
}

#[test]
fn a_headline_may_be_anything() {
    let mut frozen = frozen();
    let odd =
        ["", "-->", "<!-- x", "### #", "> quoted", "For: all", "## Left out", "a\u{202e}b\nc", &"word ".repeat(200)];
    for odd in odd {
        frozen.candidates[0].entry.headline = odd.to_owned();
        let draft = frozen.as_chosen();
        assert_eq!(sheet(&frozen).read(sheet(&frozen).write(&draft).as_bytes()), Ok(draft.clone()), "{odd:?}");
        assert_eq!(frozen.recaps(&draft, at("2026-05-11T20:00:00Z"))[0].entries[0].headline, odd);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    /// Lines of a draft lost, doubled, swapped and cut as by a slip of the hand:
    /// what is read all the same is a draft like any other, with each story once.
    #[test]
    fn whatever_becomes_of_its_lines_it_is_a_draft_or_an_error(
        slips in proptest::collection::vec((0..5_u8, any::<proptest::sample::Index>(), any::<proptest::sample::Index>()), 1..6),
    ) {
        let text = text();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (kind, one, other) in slips {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            match kind {
                0 if lines.len() > 1 => drop(lines.remove(one)),
                1 => lines.insert(other, lines[one].clone()),
                2 => lines.swap(one, other),
                3 if lines.len() > 2 => drop(lines.drain(one.min(other)..one.max(other).min(lines.len() - 1))),
                _ => {
                    let half = lines[one].chars().take(lines[one].chars().count() / 2).collect();
                    lines[one] = half;
                }
            }
        }
        let frozen = frozen();
        if let Ok(draft) = sheet(&frozen).read(lines.join("\n").as_bytes()) {
            let mut met: Vec<StoryId> = draft.blocks().map(|block| block.story).collect();
            met.sort();
            met.dedup();
            prop_assert_eq!(met.len(), draft.blocks().count());
            let written = sheet(&frozen).write(&draft);
            prop_assert_eq!(sheet(&frozen).read(written.as_bytes()), Ok(draft));
        }
    }
}
