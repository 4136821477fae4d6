//! Who does not answer, or not with a feed: when it is asked again, where, and whether at all.

use super::*;

#[test]
fn a_source_that_fails_is_asked_ever_more_rarely_and_told_of_once() {
    check(
        &well(),
        status(500, None),
        expect![[r#"
        next: 1 h, the last poll failed
        failed 1: HTTP 500: no
        active, asks with "old"
    "#]],
    );
    let failed = |failures| SourceState { failures, ..well() };
    check(
        &failed(1),
        status(404, None),
        expect![[r#"
        next: 2 h, failed 2 times in a row
        failed 2: HTTP 404: no
        active, asks with "old"
    "#]],
    );
    check(
        &failed(2),
        failure("no complete answer within 30 s", Hope::Again),
        expect![[r#"
        next: 4 h, failed 3 times in a row
        failed 3: no complete answer within 30 s
        active, asks with "old"
        failing: 3 times in a row: no complete answer within 30 s
    "#]],
    );
    check(
        &failed(3),
        failure("this is a web page, no feed", Hope::Again),
        expect![[r#"
        next: 8 h, failed 4 times in a row
        failed 4: this is a web page, no feed
        active, asks with "old"
    "#]],
    );
    check(
        &failed(u32::MAX),
        status(500, None),
        expect![[r#"
        next: 1 d, failed 4294967295 times in a row
        failed 4294967295: HTTP 500: no
        active, asks with "old"
    "#]],
    );
}

#[test]
fn who_was_not_reached_is_asked_again_soon() {
    check(
        &well(),
        failure("cannot connect to a.test", Hope::Soon),
        expect![[r#"
        next: 1 m, the last poll failed
        failed 1: cannot connect to a.test
        active, asks with "old"
    "#]],
    );
}

#[test]
fn a_server_that_asks_for_silence_has_it() {
    check(
        &well(),
        status(429, Some(HOUR * 5)),
        expect![[r#"
            next: 5 h, the server asks to wait 5 h
            failed 1: HTTP 429: no
            rests: HTTP 429
            active, asks with "old"
            resting: until 6 May 14:00 UTC: HTTP 429: no
        "#]],
    );
    check(
        &well(),
        status(503, Some(HOUR / 60)),
        expect![[r#"
            next: 1 h, the last poll failed
            failed 1: HTTP 503: no
            rests: HTTP 503
            active, asks with "old"
            resting: until 6 May 10:00 UTC: HTTP 503: no
        "#]],
    );
    let resting = SourceState { rest: Some(Rest::Status(429)), failures: 1, ..well() };
    check(
        &resting,
        status(429, Some(HOUR * 5)),
        expect![[r#"
        next: 5 h, the server asks to wait 5 h
        failed 2: HTTP 429: no
        rests: HTTP 429
        active, asks with "old"
    "#]],
    );
    check(
        &resting,
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
    "#]],
    );
}

#[test]
fn a_host_at_rest_is_no_failure_of_its_sources() {
    check(
        &well(),
        Answer::Resting { wait: HOUR / 6 },
        expect![[r#"
        next: 10 m, its host asks to wait 10 m
        rests: its host asked for silence
        active, asks with "old"
    "#]],
    );
    let turn = polled(&well(), Answer::Resting { wait: HOUR / 6 });
    assert_eq!((turn.state.last_poll, turn.state.last_error), (well().last_poll, None));
}

#[test]
fn a_feed_that_is_gone_is_not_asked_again_until_it_is_revived() {
    let gone = || failure("HTTP 410: the publisher says this feed is gone for good", Hope::Gone);
    check(
        &well(),
        gone(),
        expect![[r#"
        next: never, retired: the publisher says it is gone
        failed 1: HTTP 410: the publisher says this feed is gone for good
        retired, asks with "old"
        retired: HTTP 410: the publisher says this feed is gone for good
    "#]],
    );
    let retired = polled(&well(), gone()).state;
    let revived = retired.clone().told(OperatorWord::Revive, now()).unwrap();
    check(
        &revived,
        gone(),
        expect![[r#"
        next: never, retired: the publisher says it is gone
        failed 1: HTTP 410: the publisher says this feed is gone for good
        retired, asks with "old"
        retired: HTTP 410: the publisher says this feed is gone for good
    "#]],
    );
    check(
        &revived,
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
    "#]],
    );
    check(
        &retired,
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
        revived: it is there again
    "#]],
    );
}

#[test]
fn a_move_is_learnt_and_a_dead_one_unlearnt() {
    let to: Url = "https://b.test/feed?key=secret".parse().unwrap();
    let seen = Move { to: to.clone(), sightings: 2, first: now() - HOUR * 49, last: now() - HOUR * 24 };
    let moving = SourceState { moved: Some(seen), ..well() };
    let leads = |to: &Url| Answer::Feed(Reading { moved: Some(to.clone()), ..feed(vec![entry(1)]) });
    check(
        &moving,
        leads(&to),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "new"
        learnt https://b.test/feed?key=secret
        moved: to https://b.test/feed: change `feed` in sources.toml
    "#]],
    );
    let learnt = polled(&moving, leads(&to)).state;
    assert_eq!(learnt.address(&source().feed), &to);
    check(
        &learnt,
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
        learnt https://b.test/feed?key=secret
    "#]],
    );
    check(
        &learnt,
        status(404, None),
        expect![[r#"
        next: 1 h, the last poll failed
        failed 1: HTTP 404: no
        active, asks with "new"
        learnt https://b.test/feed?key=secret
    "#]],
    );
    check(
        &SourceState { failures: 2, last_success: Some(now() - HOUR * 3), ..learnt.clone() },
        status(404, None),
        expect![[r#"
        next: 1 m, the last poll failed
        failed 3: HTTP 404: no
        active, asks with ""
        moved: back to the configured address, since https://b.test/feed is dead: HTTP 404: no
        failing: 3 times in a row: HTTP 404: no
    "#]],
    );
    check(
        &learnt,
        failure("HTTP 410: gone", Hope::Gone),
        expect![[r#"
        next: 1 m, the last poll failed
        failed 1: HTTP 410: gone
        active, asks with ""
        moved: back to the configured address, since https://b.test/feed is dead: HTTP 410: gone
    "#]],
    );
    let silent = SourceState { failures: 8, ..learnt.clone() };
    check(
        &silent,
        status(503, Some(HOUR)),
        expect![[r#"
            next: 1 d, failed 9 times in a row
            failed 9: HTTP 503: no
            rests: HTTP 503
            active, asks with "new"
            learnt https://b.test/feed?key=secret
            resting: until 7 May 09:00 UTC: HTTP 503: no
        "#]],
    );
    let at_another = learnt.at(&"https://c.test/".parse().unwrap(), now());
    assert_eq!((at_another.learnt, at_another.validators), (None, Validators::default()));
}
