//! What is refused, in which words.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::super::parse_str;
use super::{accepted, env};

#[track_caller]
fn refused(text: &str, expected: Expect) {
    match parse_str(text, &env) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(errors) => expected.assert_eq(&format!("{errors}\n")),
    }
}

#[test]
fn what_a_recap_looks_back_on_is_kept() {
    refused(
        "[store]\nkeep_items = \"7d\"\n",
        expect![[r#"
            error: `keep_items` (7d) is too short: a recap looks back for weeks
             --> recapd.toml:2:14
              |
            2 | keep_items = "7d"
              |              ^^^^ use at least "30d"
        "#]],
    );
}

#[test]
fn a_database_is_a_file() {
    refused(
        "[store]\npath = \"/\"\n",
        expect![[r#"
            error: / is a folder
             --> recapd.toml:2:8
              |
            2 | path = "/"
              |        ^^^ name a file, as in "recapd.db"
        "#]],
    );
    refused(
        "[store]\npath = \"/no/such/folder/\"\n",
        expect![[r#"
            error: `path` names no file
             --> recapd.toml:2:8
              |
            2 | path = "/no/such/folder/"
              |        ^^^^^^^^^^^^^^^^^^ name a file, as in "recapd.db"
        "#]],
    );
}

#[test]
fn several_things_are_told_at_once() {
    refused(
        r#"
[server]
listen = "localhost"

[fetch]
intervall = "1h"
timeout = "30"
concurrency = 0
max_body = 16

[recap]
day = "mondya"
time = "25:00"
timezone = "Europe/Berln"
language = "english"

[[source]]
id = "The Next Web"
feed = "thenextweb.com/feed"
weight = 1.5
kind = "presse"

[[source]]
name = "nobody"
"#,
        expect![[r#"
            error: `localhost` is no address to listen on: write it as in "127.0.0.1:8484" or "[::]:80"
             --> recapd.toml:3:10
              |
            3 | listen = "localhost"
              |          ^^^^^^^^^^^

            error: unknown key `intervall`
             --> recapd.toml:6:1
              |
            6 | intervall = "1h"
              | ^^^^^^^^^ did you mean `interval`?

            error: `30` is no length of time: write it as in "30m", "1h 30m" or "7d"
             --> recapd.toml:7:11
              |
            7 | timeout = "30"
              |           ^^^^

            error: `concurrency` must be a whole number, 1 or more, not 0
             --> recapd.toml:8:15
              |
            8 | concurrency = 0
              |               ^

            error: `max_body` must be a text in quotes, not a number
             --> recapd.toml:9:12
              |
            9 | max_body = 16
              |            ^^ as in "16 MiB"

            error: `mondya` is no day of the week
              --> recapd.toml:12:7
               |
            12 | day = "mondya"
               |       ^^^^^^^^ did you mean `monday`?

            error: `25:00` is no time of day: write it as in "08:00", 00:00 to 23:59
              --> recapd.toml:13:8
               |
            13 | time = "25:00"
               |        ^^^^^^^

            error: no time zone is called `Europe/Berln`
              --> recapd.toml:14:12
               |
            14 | timezone = "Europe/Berln"
               |            ^^^^^^^^^^^^^^ did you mean `Europe/Berlin`?

            error: `english` is no language tag: write it as in "en", "zh-Hans" or "pt-BR"
              --> recapd.toml:15:12
               |
            15 | language = "english"
               |            ^^^^^^^^^

            error: `The Next Web` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit
              --> recapd.toml:18:6
               |
            18 | id = "The Next Web"
               |      ^^^^^^^^^^^^^^

            error: `thenextweb.com/feed` is no web address: it must begin with https:// or http://
              --> recapd.toml:19:8
               |
            19 | feed = "thenextweb.com/feed"
               |        ^^^^^^^^^^^^^^^^^^^^^

            error: `weight` must be from 0 to 1, not 1.5
              --> recapd.toml:20:10
               |
            20 | weight = 1.5
               |          ^^^

            error: `kind` cannot be `presse`: use one of `press`, `primary`, `community`, `aggregator`
              --> recapd.toml:21:8
               |
            21 | kind = "presse"
               |        ^^^^^^^^ did you mean `press`?

            error: a source needs `id`
              --> recapd.toml:23:1
               |
            23 | [[source]]
               | ^^^^^^^^^^
        "#]],
    );
}

#[test]
fn entries_are_there_once_and_point_at_others() {
    refused(
        r#"
[[source]]
id = "a"
feed = "https://a.test/feed"
audiences = ["developer", "general"]
interval = "1m"

[[source]]
id = "a"
feed = "https://b.test/feed"

[[source]]
feed = "https://c.test/feed"
[[source.filter]]
[[source.filter]]
drop = { title = ["/deal(s/"] }

[[audience]]
id = "one"
fallback = true
[[audience]]
id = "developers"
fallback = true

[[name]]
id = "acme"
of = "nvidai"
rivals = ["zzzzzzzzz"]

[[publisher]]
domain = "https://Acme.test/"
company = "acme"
"#,
        expect![[r#"
            error: no audience is called `developer`
             --> recapd.toml:5:14
              |
            5 | audiences = ["developer", "general"]
              |              ^^^^^^^^^^^ did you mean `developers`?

            error: `interval` (1m) is outside `min_interval` (15m) and `max_interval` (1d)
             --> recapd.toml:6:12
              |
            6 | interval = "1m"
              |            ^^^^

            error: the id `a` is there twice
             --> recapd.toml:9:6
              |
            3 | id = "a"
              |      --- first here
            ...
            9 | id = "a"
              |      ^^^ again here

            error: a source needs `id`
              --> recapd.toml:12:1
               |
            12 | [[source]]
               | ^^^^^^^^^^

            error: a filter without words does nothing
              --> recapd.toml:14:1
               |
            14 | [[source.filter]]
               | ^^^^^^^^^^^^^^^^^ give it as in drop = { title = ["sponsored"] }

            error: `/deal(s/` is no regular expression: unclosed group
              --> recapd.toml:16:19
               |
            16 | drop = { title = ["/deal(s/"] }
               |                   ^^^^^^^^^^ what stands between slashes is one; without them it is a word

            error: only one audience can be the fallback
              --> recapd.toml:21:1
               |
            18 | [[audience]]
               | ------------ the first that does
            ...
            21 | [[audience]]
               | ^^^^^^^^^^^^ also says `fallback = true`

            error: no name is called `nvidai`
              --> recapd.toml:27:6
               |
            27 | of = "nvidai"
               |      ^^^^^^^^ did you mean `nvidia`?

            error: no name is called `zzzzzzzzz`
              --> recapd.toml:28:11
               |
            28 | rivals = ["zzzzzzzzz"]
               |           ^^^^^^^^^^^

            error: `https://Acme.test/` is no publisher's domain
              --> recapd.toml:31:10
               |
            31 | domain = "https://Acme.test/"
               |          ^^^^^^^^^^^^^^^^^^^^ write it as in "ft.com" or "x.com/openai", in lower case, without "www."
        "#]],
    );
}

#[test]
fn hubs_must_be_able_to_call_back() {
    let subscribe = |tables: &str| format!("[websub]\nsubscribe = true\n{tables}");
    refused(
        &subscribe(""),
        expect![[r#"
            error: hubs cannot reach this server: `public_url` of [server] is not set
             --> recapd.toml:2:13
              |
            2 | subscribe = true
              |             ^^^^ it needs a public_url that hubs can reach
        "#]],
    );
    refused(
        &subscribe("[server]\npublic_url = \"http://127.0.0.1:8484/\"\n"),
        expect![[r#"
            error: hubs cannot reach this server: `public_url` of [server] is at the private address 127.0.0.1
             --> recapd.toml:2:13
              |
            2 | subscribe = true
              |             ^^^^ it needs a public_url that hubs can reach
        "#]],
    );
    refused(
        &subscribe("[server]\npublic_url = \"http://localhost/\"\n"),
        expect![[r#"
            error: hubs cannot reach this server: `public_url` of [server] is at the private address 127.0.0.1
             --> recapd.toml:2:13
              |
            2 | subscribe = true
              |             ^^^^ it needs a public_url that hubs can reach
        "#]],
    );
    accepted(&subscribe("[server]\npublic_url = \"https://recap.example.org/\"\n"));
    let near = "[server]\npublic_url = \"http://127.0.0.1:8484/\"\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\n";
    accepted(&subscribe(near));
}

#[test]
fn a_hub_that_readers_see_has_no_secret() {
    refused(
        "[websub]\nhub = \"https://me:s3cret@hub.test/\"\n",
        expect![[r#"
        error: `hub` must not have a login: it stands in every feed
         --> recapd.toml:2:7
          |
        2 | hub = "https://me:s3cret@hub.test/"
          |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write it as its readers may see it
    "#]],
    );
    refused(
        "[websub]\nhub = \"https://hub.test/#here\"\n",
        expect![[r#"
        error: `hub` must not have a fragment: it stands in every feed
         --> recapd.toml:2:7
          |
        2 | hub = "https://hub.test/#here"
          |       ^^^^^^^^^^^^^^^^^^^^^^^^ write it as its readers may see it
    "#]],
    );
    accepted("[websub]\nhub = \"https://hub.test/?a=1\"\n");
}

#[test]
fn backup_polls_have_the_bounds_of_the_others() {
    refused(
        "[websub]\nbackup = \"8d\"\n",
        expect![[r#"
        error: `backup` (8d) is outside `min_interval` (15m) and `max_wait` (7d)
         --> recapd.toml:2:10
          |
        2 | backup = "8d"
          |          ^^^^
    "#]],
    );
    refused(
        "[websub]\nbackup = \"1m\"\n",
        expect![[r#"
        error: `backup` (1m) is outside `min_interval` (15m) and `max_wait` (7d)
         --> recapd.toml:2:10
          |
        2 | backup = "1m"
          |          ^^^^
    "#]],
    );
    let subscribed = "[websub]\nsubscribe = true\n[server]\npublic_url = \"https://recap.example.org/\"\n";
    refused(
        &format!("{subscribed}[fetch]\nmax_wait = \"2h\"\n"),
        expect![[r#"
        error: `backup` (1d) is outside `min_interval` (15m) and `max_wait` (2h)
         --> recapd.toml:2:13
          |
        2 | subscribe = true
          |             ^^^^
    "#]],
    );
    accepted("[fetch]\nmax_wait = \"2h\"\n");
    accepted("[websub]\nbackup = \"7d\"\n");
}

#[test]
fn a_review_ends_before_the_next_week_does() {
    accepted("[recap]\nreview = \"12h\"\n");
    accepted("[recap]\nreview = \"6d 23h\"\n");
    refused(
        "[recap]\nreview = \"7d\"\n",
        expect![[r#"
            error: `review` is as long as a week or longer
             --> recapd.toml:2:10
              |
            2 | review = "7d"
              |          ^^^^ the next week ends before it: at most "6d"
        "#]],
    );
}

#[test]
fn a_file_that_is_no_toml_is_told_by_line() {
    refused(
        "[server\nlisten = \"127.0.0.1:1\"\n[fetch]\ninterval = 1h\n",
        expect![[r#"
            error: unclosed table, expected `]`
             --> recapd.toml:1:8
              |
            1 | [server
              |        ^

            error: `1h` needs quotes
             --> recapd.toml:4:12
              |
            4 | interval = 1h
              |            ^^ write it as "1h"
        "#]],
    );
}

#[test]
fn a_bare_word_is_told_what_its_key_wants() {
    refused(
        "[recap]\nstories = twelve\n[publish]\nlive = yes\n[[source]]\nid = one\nmodel = tru\n",
        expect![[r#"
            error: `stories` must be a whole number, not `twelve`
             --> recapd.toml:2:11
              |
            2 | stories = twelve
              |           ^^^^^^

            error: `live` must be true or false, not `yes`
             --> recapd.toml:4:8
              |
            4 | live = yes
              |        ^^^ write it as true

            error: `one` needs quotes
             --> recapd.toml:6:6
              |
            6 | id = one
              |      ^^^ write it as "one"

            error: `model` must be true or false, not `tru`
             --> recapd.toml:7:9
              |
            7 | model = tru
              |         ^^^
        "#]],
    );
}

#[test]
fn an_unset_variable_is_named() {
    refused(
        "[server]\nlisten = \"127.0.0.1:${PROT}\"\n",
        expect![[r#"
            error: the environment variable `PROT` is not set
             --> recapd.toml:2:10
              |
            2 | listen = "127.0.0.1:${PROT}"
              |          ^^^^^^^^^^^^^^^^^^^
        "#]],
    );
    let config = accepted("[server]\nlisten = \"127.0.0.1:${PORT}\"\n");
    assert_eq!(config.server.listen.port(), 9000);
}

#[test]
fn no_message_tells_what_a_variable_holds() {
    let secret = |name: &str| (name == "TOKEN").then(|| "S3cret:x".to_owned());
    for line in [
        "feed = \"htps://x.test/?key=${TOKEN}\"",
        "feed = '${TOKEN}'",
        "feed = \"https://x.test/\"\ninterval = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\nkind = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\nallow_private = [\"${TOKEN}\"]",
        "feed = \"https://x.test/\"\nweight = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\n[[publisher]]\ndomain = \"www.${TOKEN}\"",
        "feed = \"https://x.test/\"\n[[publisher]]\ndomain = \"a.test\"\ncompany = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\n[[publisher]]\ndomain = \"a${TOKEN}\"\naka = [\"a${TOKEN}\"]",
    ] {
        let errors = parse_str(&format!("[[source]]\nid = \"a\"\n{line}\n"), &secret).unwrap_err().to_string();
        assert!(!errors.to_lowercase().contains("s3cret"), "{errors}");
        assert!(errors.contains("${TOKEN}"), "{errors}");
    }
}

#[test]
fn a_value_that_a_variable_makes_wrong_is_named_by_its_key() {
    refused(
        "[server]\nlisten = \"localhost:${PORT}\"\n",
        expect![[r#"
            error: `listen` is wrong with its variables filled in
             --> recapd.toml:2:10
              |
            2 | listen = "localhost:${PORT}"
              |          ^^^^^^^^^^^^^^^^^^^ not shown as it may be a secret
        "#]],
    );
}

#[test]
fn types_are_told_in_words() {
    refused(
        r#"
filter = "sponsored"
[recap]
stories = 2.5
also = -1
title = 7
[publish]
live = "yes"
[ranking]
age = true
[[source]]
id = "a"
feed = ["https://a.test/"]
allow_private = "10.0.0.0/8"
[[source]]
id = "b"
feed = "https://b.test/"
allow_private = ["10.0.0.0/8", "10.0.0.0/99"]
[source.filter]
drop = 1
"#,
        expect![[r#"
            error: `filter` must be a list, not a text in quotes
             --> recapd.toml:2:10
              |
            2 | filter = "sponsored"
              |          ^^^^^^^^^^^ as in [{ drop = { title = ["sponsored"] } }]

            error: `stories` must be a whole number, not a fraction
             --> recapd.toml:4:11
              |
            4 | stories = 2.5
              |           ^^^ as in 12

            error: `also` must be a whole number, 0 or more
             --> recapd.toml:5:8
              |
            5 | also = -1
              |        ^^

            error: `title` must be a text in quotes, not a number
             --> recapd.toml:6:9
              |
            6 | title = 7
              |         ^ as in "Weekly AI Recap"

            error: `live` must be true or false, not a text in quotes
             --> recapd.toml:8:8
              |
            8 | live = "yes"
              |        ^^^^^

            error: `age` must be a number, not a truth value
              --> recapd.toml:10:7
               |
            10 | age = true
               |       ^^^^ as in 0.3

            error: `feed` must be a text in quotes, not a list
              --> recapd.toml:13:8
               |
            13 | feed = ["https://a.test/"]
               |        ^^^^^^^^^^^^^^^^^^^ as in "https://example.org/feed.xml"

            error: `allow_private` must be true, false or a list of networks, not a text in quotes
              --> recapd.toml:14:17
               |
            14 | allow_private = "10.0.0.0/8"
               |                 ^^^^^^^^^^^^ write it as ["10.0.0.0/8"]

            error: `10.0.0.0/99` is no network: write it as in "10.0.0.0/8" or "fd00::/8"
              --> recapd.toml:18:32
               |
            18 | allow_private = ["10.0.0.0/8", "10.0.0.0/99"]
               |                                ^^^^^^^^^^^^^

            error: `filter` must be a list, not a table
              --> recapd.toml:19:1
               |
            19 | [source.filter]
               | ^^^^^^^^^^^^^^^ one of several is headed in double brackets, as in [[source]]
        "#]],
    );
}

#[test]
fn the_words_of_a_filter_are_told_where_they_stand() {
    refused(
        r#"
[[filter]]
drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
[[filter]]
drop = ["sponsored"]
[[filter]]
keep = { title = "AI" }
[[filter]]
drop = { language = ["english"] }
"#,
        expect![[r#"
            error: `*crypto*` finds only what has that `*` in it: it is no joker here
             --> recapd.toml:3:32
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                ^^^^^^^^^^ for any word with it, a regular expression: "/crypto/"; for that word alone: "crypto"

            error: `/deal(s/` is no regular expression: unclosed group
             --> recapd.toml:3:44
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                            ^^^^^^^^^^ what stands between slashes is one; without them it is a word

            error: `//` is no word: it has no letter or digit
             --> recapd.toml:3:65
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                                                 ^^^^ for signs, a regular expression between slashes: "/[?!]$/"

            error: an empty word finds nothing
             --> recapd.toml:3:82
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                                                                  ^^ take it out

            error: `drop` must be a table, not a list
             --> recapd.toml:5:8
              |
            5 | drop = ["sponsored"]
              |        ^^^^^^^^^^^^^ as in { title = ["sponsored"] }

            error: `title` must be a list, not a text in quotes
             --> recapd.toml:7:18
              |
            7 | keep = { title = "AI" }
              |                  ^^^^ write it as ["AI"]

            error: `english` is no language tag: write it as in "en", "zh-Hans" or "pt-BR"
             --> recapd.toml:9:22
              |
            9 | drop = { language = ["english"] }
              |                      ^^^^^^^^^
        "#]],
    );
}

#[test]
fn what_would_be_right_is_shown() {
    refused(
        r#"
filter = [7]
[recap]
day = 1
time = 08:00:00
stories = "12"
topic = "AI"
[publish]
live = "true"
[[source]]
id = 4
feed = 5
kind = 3
identity = { a = 1 }
ignore = ["titel", 3]
interval = 2026-01-01
name = 1
"#,
        expect![[r#"
            error: what stands in `filter` must be a table, not a number
             --> recapd.toml:2:11
              |
            2 | filter = [7]
              |           ^ as in { drop = { title = ["sponsored"] } }

            error: `day` must be a text in quotes, not a number
             --> recapd.toml:4:7
              |
            4 | day = 1
              |       ^ as in "monday"

            error: `time` must be a text in quotes, not a date or a time of day
             --> recapd.toml:5:8
              |
            5 | time = 08:00:00
              |        ^^^^^^^^ as in "08:00"

            error: `stories` must be a whole number, not a text in quotes
             --> recapd.toml:6:11
              |
            6 | stories = "12"
              |           ^^^^ write it as 12

            error: `topic` must be a list, not a text in quotes
             --> recapd.toml:7:9
              |
            7 | topic = "AI"
              |         ^^^^ write it as ["AI"]

            error: `live` must be true or false, not a text in quotes
             --> recapd.toml:9:8
              |
            9 | live = "true"
              |        ^^^^^^ write it as true

            error: `id` must be a text in quotes, not a number
              --> recapd.toml:11:6
               |
            11 | id = 4
               |      ^ write it as "4"

            error: `feed` must be a text in quotes, not a number
              --> recapd.toml:12:8
               |
            12 | feed = 5
               |        ^ as in "https://example.org/feed.xml"

            error: `kind` must be a text in quotes, not a number
              --> recapd.toml:13:8
               |
            13 | kind = 3
               |        ^ one of "press", "primary", "community", "aggregator"

            error: `identity` must be a text in quotes, not a table
              --> recapd.toml:14:12
               |
            14 | identity = { a = 1 }
               |            ^^^^^^^^^ one of "guid", "link", "title"

            error: what stands in `ignore` cannot be `titel`: use one of `title`, `content`, `link`
              --> recapd.toml:15:11
               |
            15 | ignore = ["titel", 3]
               |           ^^^^^^^ did you mean `title`?

            error: what stands in `ignore` must be a text in quotes, not a number
              --> recapd.toml:15:20
               |
            15 | ignore = ["titel", 3]
               |                    ^ one of "title", "content", "link"

            error: `interval` must be a text in quotes, not a date or a time of day
              --> recapd.toml:16:12
               |
            16 | interval = 2026-01-01
               |            ^^^^^^^^^^ as in "30m"

            error: `name` must be a text in quotes, not a number
              --> recapd.toml:17:8
               |
            17 | name = 1
               |        ^ write it as "1"
        "#]],
    );
    refused(
        "[fetch]\nconcurrency = 99999999999\n",
        expect![[r#"
        error: `concurrency` must be 4294967295 at most, not 99999999999
         --> recapd.toml:2:15
          |
        2 | concurrency = 99999999999
          |               ^^^^^^^^^^^
    "#]],
    );
    refused(
        "[fetch]\ninterval = \"1h\"\ninterval = \"2h\"\n",
        expect![[r#"
        error: `interval` is there twice
         --> recapd.toml:3:1
          |
        3 | interval = "2h"
          | ^^^^^^^^ leave one of them
    "#]],
    );
    refused(
        "[fetch]\ninterval = \"1h\"\ninterval = 2h\n",
        expect![[r#"
        error: `2h` needs quotes
         --> recapd.toml:3:12
          |
        3 | interval = 2h
          |            ^^ write it as "2h"
    "#]],
    );
}

#[test]
fn bounds_that_exclude_each_other_are_refused() {
    refused(
        "[fetch]\nmin_interval = \"2d\"\n",
        expect![[r#"
        error: `min_interval` (2d) is longer than `max_interval` (1d)
         --> recapd.toml:2:16
          |
        2 | min_interval = "2d"
          |                ^^^^
    "#]],
    );
    refused(
        "[fetch]\ninterval = \"1m\"\n",
        expect![[r#"
        error: `interval` (1m) is outside `min_interval` (15m) and `max_interval` (1d)
         --> recapd.toml:2:12
          |
        2 | interval = "1m"
          |            ^^^^
    "#]],
    );
}

#[test]
fn one_audience_takes_what_is_for_nobody_else() {
    refused(
        "audiences = \"\"\n[[audience]]\nid = \"one\"\n",
        expect![[r#"
        error: no audience is the fallback
         --> recapd.toml:2:1
          |
        2 | [[audience]]
          | ^^^^^^^^^^^^ give one of them `fallback = true`
    "#]],
    );
}

#[test]
fn a_playbook_has_advice_for_audiences_that_there_are() {
    refused(
        r#"
playbook = ""
[[kind]]
id = "Funding!"
[[kind]]
id = "funding"
[[kind.advice]]
audience = "investor"
next = "Read the terms."
[[kind.advice]]
audience = "founders"
matters = " "
[[kind.advice]]
[[kind]]
id = "funding"
"#,
        expect![[r#"
            error: `Funding!` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit
             --> recapd.toml:4:6
              |
            4 | id = "Funding!"
              |      ^^^^^^^^^^

            error: an advice of the kind `funding` says nothing
             --> recapd.toml:6:6
              |
            6 | id = "funding"
              |      ^^^^^^^^^ give it `matters` or `next`, or take it out

            error: an advice of the kind `funding` says nothing
              --> recapd.toml:11:12
               |
            11 | audience = "founders"
               |            ^^^^^^^^^^ give it `matters` or `next`, or take it out

            error: the id `funding` is there twice
              --> recapd.toml:15:6
               |
             6 | id = "funding"
               |      --------- first here
            ...
            15 | id = "funding"
               |      ^^^^^^^^^ again here
        "#]],
    );
    refused(
        "playbook = \"\"\n[[kind]]\nid = \"funding\"\n[[kind.advice]]\naudience = \"investor\"\nnext = \"Read the terms.\"\n",
        expect![[r#"
            error: no audience is called `investor`
             --> recapd.toml:5:12
              |
            5 | audience = "investor"
              |            ^^^^^^^^^^ did you mean `investors`?
        "#]],
    );
}

#[test]
fn a_domain_is_one_publishers_only() {
    refused(
        r#"
publishers = ""
[[publisher]]
domain = "a.test"
aka = ["b.test"]
[[publisher]]
domain = "b.test"
"#,
        expect![[r#"
            error: the domain `b.test` is there twice
             --> recapd.toml:7:10
              |
            5 | aka = ["b.test"]
              |        -------- first here
            6 | [[publisher]]
            7 | domain = "b.test"
              |          ^^^^^^^^ again here
        "#]],
    );
}

/// One of everything, without the shipped lists, which take time to read.
const SMALL: &str = r#"
publishers = ""
names = ""
filter = [{ drop = { title = ["sponsored", "广告"] } }]
[server]
listen = "127.0.0.1:${PORT}"
[recap]
timezone = "Europe/Berlin"
[[source]]
id = "a"
feed = "https://a.test/feed"
allow_private = ["10.0.0.0/8"]
[[source.filter]]
keep = { title = ["KI"], category = ["künstliche Intelligenz"] }
[[name]]
id = "acme"
aliases = ["英伟达"]
"#;

#[test]
fn what_is_said_of_a_feed_that_lies_is_refused_where_it_makes_no_sense() {
    refused(
        r#"
[[source]]
id = "a"
feed = "https://a.test/"
identity = "url"
dates = "ignore"
future_dates = "clamp"
base = "/feed"
ignore = ["content", "titel"]
"#,
        expect![[r#"
            error: `identity` cannot be `url`: use one of `guid`, `link`, `title`
             --> recapd.toml:5:12
              |
            5 | identity = "url"
              |            ^^^^^

            error: `future_dates` says nothing where all dates are ignored
             --> recapd.toml:7:16
              |
            7 | future_dates = "clamp"
              |                ^^^^^^^ take it out, or `dates`

            error: `/feed` is no web address: it must begin with https:// or http://
             --> recapd.toml:8:8
              |
            8 | base = "/feed"
              |        ^^^^^^^

            error: what stands in `ignore` cannot be `titel`: use one of `title`, `content`, `link`
             --> recapd.toml:9:22
              |
            9 | ignore = ["content", "titel"]
              |                      ^^^^^^^ did you mean `title`?
        "#]],
    );
    accepted(
        r#"
[[source]]
id = "a"
feed = "https://a.test/"
identity = "title"
future_dates = "keep"
base = "https://b.test/"
ignore = ["content", "title", "link"]
"#,
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_accepted_or_reported(
        from in 0..SMALL.chars().count(),
        count in 0_usize..20,
        instead in r#"[\[\]{}="'.,$#\n\t ü0a:-]{0,6}|\PC{0,3}"#,
    ) {
        let before = SMALL.chars().take(from);
        let text: String = before.chain(instead.chars()).chain(SMALL.chars().skip(from + count)).collect();
        if let Err(errors) = parse_str(&text, &env) {
            prop_assert!(errors.count() > 0);
            prop_assert!(errors.to_string().contains("recapd.toml:"), "{errors}\n{text}");
        }
    }
}

#[test]
fn a_model_needs_a_name_and_a_server_and_no_secret_in_its_address() {
    refused(
        "[model]\nurl = \"http://127.0.0.1:8080/v1\"\n",
        expect![[r#"
            error: [model] has a `url` and no `name`
             --> recapd.toml:2:7
              |
            2 | url = "http://127.0.0.1:8080/v1"
              |       ^^^^^^^^^^^^^^^^^^^^^^^^^^ add what the server calls the model, as in name = "qwen2.5-1.5b-instruct"
        "#]],
    );
    refused(
        "[model]\nname = \"m\"\n",
        expect![[r#"
            error: [model] has a `name` and no `url`: nobody could be asked
             --> recapd.toml:2:8
              |
            2 | name = "m"
              |        ^^^ add its server, as in url = "http://127.0.0.1:8080/v1"
        "#]],
    );
    refused(
        "[model]\nname = \"m\"\nurl = \"https://me:s3cret@models.test/v1\"\nwait = \"2h\"\n",
        expect![[r#"
            error: `url` of [model] must have neither a login nor a query
             --> recapd.toml:3:7
              |
            3 | url = "https://me:s3cret@models.test/v1"
              |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write the key into a file, and name that as `api_key_file`

            error: `wait` of [model] is longer than an hour
             --> recapd.toml:4:8
              |
            4 | wait = "2h"
              |        ^^^^ the recap would be late: at most "1h"
        "#]],
    );
    assert!(accepted("").model.is_none(), "no model is asked unless somebody wants one");
    let model =
        accepted("[model]\nurl = \"http://127.0.0.1:8080/v1\"\nname = \"m\"\napi_key_file = \"key\"\n").model.unwrap();
    assert_eq!((model.url.as_str(), model.name.as_str()), ("http://127.0.0.1:8080/v1/", "m"));
}

#[test]
fn a_list_that_is_left_open_is_told_and_nothing_that_follows_from_it() {
    let text = "sources = [\n  \"s.toml\",\n\n[server]\nlisten = \"127.0.0.1:0\"\n";
    let said = parse_str(text, &env).unwrap_err();
    assert_eq!(said.count(), 1, "{said}");
    let said = said.to_string();
    for words in ["this list is still open where `[server]` stands", "recapd.toml:1:11", "end it with `]`"] {
        assert!(said.contains(words), "{words} is missing:\n{said}");
    }
}

#[test]
fn quotes_of_a_program_for_letters_are_to_be_straight() {
    let said = parse_str("[recap]\ntitle = “AI recap”\n", &env).unwrap_err().to_string();
    assert!(said.contains("`“AI recap”` needs straight quotes") && said.contains("write it as \"AI recap\""), "{said}");
}
