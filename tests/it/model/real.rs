//! The same with a real model server, a small one: the protocol, the refusals and the fallback are real, its prose is
//! never looked at. `.ci/run` says how to start it; without it this is left out, and says so.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use recapd::config::{Config, Model};
use recapd::recap::ModelUse;

use super::Scene;

/// Stories with full cards, each a question.
const STORIES: u32 = 1;

/// Killed when it is dropped.
struct Real {
    child: Child,
    url: String,
}

impl Real {
    /// By the command in `RECAPD_MODEL_SERVER`, if there is one.
    fn start() -> Option<Self> {
        let command = std::env::var("RECAPD_MODEL_SERVER").ok()?;
        let mut words = command.split_whitespace();
        let mut server = Command::new(words.next()?);
        let mut child =
            server.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = said.into_iter().find(|line| line.starts_with("http://")).expect("the server says where it is");
        Some(Self { child, url: format!("{}/v1/", address.trim_end_matches('/')) })
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{name}");
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn scene(real: &Real, change: impl FnOnce(&mut Model)) -> Scene {
    let mut scene = Scene::with(&real.url, |model| {
        model.concurrency = 1;
        model.story_bytes = 700;
        model.answer_tokens = 1500;
        model.timeout = Duration::from_secs(100);
        model.wait = Duration::from_secs(110);
        change(model);
    });
    let mut config = Config::clone(&scene.config);
    config.recap.stories = STORIES as usize;
    scene.config = Arc::new(config);
    scene
}

fn used(scene: &Scene) -> ModelUse {
    scene.readers.ask_here(|store| store.model_use(None)).unwrap().expect("the model was asked")
}

#[test]
fn a_real_server_is_asked_checked_and_survived() {
    let Some(real) = Real::start() else {
        eprintln!(
            "left out: no model server. `bash .ci/run` installs and starts one; RECAPD_MODEL_SERVER names another"
        );
        return;
    };
    let with = scene(&real, |_| ());
    with.prepare();
    let first = used(&with);
    assert_eq!((first.answered, first.failed, first.late), (STORIES, 0, 0), "{first:?}");
    assert!(first.tokens_in > 0, "the server counts: {first:?}");
    let begun = Instant::now();
    let recap = with.publish();
    assert_eq!(used(&with), first, "nothing is sent again");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let ledger = with.ledger(&recap);
    for row in ledger.iter().filter(|row| row.event.starts_with("model")) {
        eprintln!("{}: {}", row.event, row.detail);
    }
    assert!(ledger.iter().filter(|row| row.event == "model").count() >= 1);

    let spent = scene(&real, |model| model.tokens_per_recap = 10);
    spent.publish();
    assert_eq!(used(&spent).over_budget, STORIES, "nothing is sent that is not paid for");

    real.signal("STOP");
    let (hanging, begun) = (scene(&real, |model| model.wait = Duration::from_secs(2)), Instant::now());
    hanging.publish();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(used(&hanging).late, STORIES);

    let dying = scene(&real, |_| ());
    let id = real.child.id().to_string();
    let killer = thread::spawn(move || {
        thread::sleep(Duration::from_secs(2));
        assert!(Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
    });
    let begun = Instant::now();
    dying.publish();
    killer.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(used(&dying).failed, STORIES);
}
