//! What an editor is told, also where another process was faster.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::config;
use crate::editor::Lapsed;
use crate::publish::fixture;
use crate::review::{Choice, Pass};
use crate::store::{Handle, Published, Readers};

/// A newsroom in `folder` where the week of the fixture waits for its editor, with no stories.
async fn waiting(folder: &Path) -> (Newsroom, OpenDraft, Frozen) {
    let database = folder.join("recapd.db");
    let mut config = config::shipped().unwrap();
    config.recap.drafts = folder.join("drafts");
    let handle = Handle::start(&database, Arc::new(config.names.clone())).unwrap();
    let now = "2026-05-11T09:00:00Z".parse().unwrap();
    let newsroom = Newsroom { handle, readers: Readers::of(&database), config: Arc::new(config), now };
    let frame = Recap { entries: Vec::new(), beside: Vec::new(), ..fixture::bare() };
    let frozen = Frozen { frame, candidates: Vec::new(), chosen: 0, beside: 0, views: Vec::new(), slots: 0 };
    newsroom.keep_frozen(frozen.clone()).await.unwrap();
    let open = newsroom.open().await.unwrap().unwrap();
    newsroom.begin_file(&open);
    (newsroom, open, frozen)
}

/// Publishes the week of `frozen`, as another process would.
async fn publish(newsroom: &Newsroom, frozen: &Frozen) {
    let recaps = vec![frozen.frame.clone()];
    let published = newsroom.handle.publish(recaps, Vec::new(), "recap.test,2026".to_owned()).await.unwrap();
    assert_eq!(published, Published::Now);
}

#[tokio::test]
async fn a_draft_that_is_published_meanwhile_is_not_written_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (newsroom, open, frozen) = waiting(folder.path()).await;
    let rewritten = async || {
        let besides = (open.text.as_bytes(), Besides::default());
        newsroom.rewrite(&open, &frozen, &frozen.as_chosen(), besides, Door::Verb).await.unwrap().err()
    };
    assert_eq!(rewritten().await, None);
    let file = newsroom.file(open.week);
    std::fs::remove_file(file.path()).unwrap();
    publish(&newsroom, &frozen).await;
    assert_eq!(rewritten().await, Some(is_published(open.week)));
    assert!(file.is_missing(), "nobody would read it");
}

#[tokio::test]
async fn a_link_whose_week_is_out_is_not_said_to_be_good_still() {
    let folder = tempfile::tempdir().unwrap();
    let (newsroom, open, frozen) = waiting(folder.path()).await;
    let pass =
        Pass { week: open.week, choice: Choice::Approve, used: 0, until: "2026-05-11T20:00:00Z".parse().unwrap() };
    let refusal = "it was saved just now: say it again".to_owned();
    assert_eq!(newsroom.lapsed(pass, refusal.clone()).await.unwrap(), Lapsed::Refused(refusal.clone()));
    publish(&newsroom, &frozen).await;
    assert_eq!(newsroom.lapsed(pass, refusal).await.unwrap(), Lapsed::Published(open.week));
}

#[test]
fn whoever_saved_too_late_is_told_where_that_is() {
    let said = |missed: Option<&str>| {
        let tidings = Tidings { missed: missed.map(PathBuf::from), losses: Vec::new() };
        came_out(Box::new(fixture::bare()), tidings, Door::Verb).unwrap().unwrap().said.split_off(1)
    };
    assert!(said(None).is_empty());
    let missed = "what you saved meanwhile is in 2026-W19.published.md, and not published";
    assert_eq!(said(Some("2026-W19.published.md")), [missed]);
}

#[test]
fn what_is_not_in_the_file_is_not_said_to_be_there() {
    let besides = |rewritten: Rewritten, door: Door| rewritten.besides(&door.names(Path::new("/x/2026-W19.md")));
    let (week, until) = ("2026-W19".parse().unwrap(), "2026-05-11T20:00:00Z".parse().unwrap());
    let pass = Pass { week, choice: Choice::Approve, used: 0, until };
    assert_eq!(besides(Rewritten::Yes, Door::Verb), "");
    assert_eq!(
        besides(Rewritten::SavedMeanwhile, Door::Verb),
        "; /x/2026-W19.md was saved meanwhile: it is an edition behind, and the recap held until it is mended"
    );
    assert_eq!(
        besides(Rewritten::Not(io::Error::other("the disk is full")), Door::Link(pass)),
        "; 2026-W19.md could not be written, and is tried again: the log says why"
    );
}
