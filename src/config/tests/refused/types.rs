//! What is refused of a value, in whatever file, and what is said to be right.

use expect_test::expect;

use super::refused;

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
fn a_bare_word_is_told_the_same_however_its_key_is_written() {
    refused(
        "publish.live = yes\nrecap.stories = many\npublihs.live = no\nfetch = { adaptive = No }\n\
         [[source]]\nid = never\nallow_private = yes\n",
        expect![[r#"
            error: `live` must be true or false, not `yes`
             --> recapd.toml:1:16
              |
            1 | publish.live = yes
              |                ^^^ write it as true

            error: `stories` must be a whole number, not `many`
             --> recapd.toml:2:17
              |
            2 | recap.stories = many
              |                 ^^^^

            error: `no` is no value: TOML knows `true` and `false`, and texts in quotes
             --> recapd.toml:3:16
              |
            3 | publihs.live = no
              |                ^^ write it as false, if that is meant

            error: `adaptive` must be true or false, not `No`
             --> recapd.toml:4:22
              |
            4 | fetch = { adaptive = No }
              |                      ^^ write it as false

            error: `never` needs quotes
             --> recapd.toml:6:6
              |
            6 | id = never
              |      ^^^^^ write it as "never"

            error: `yes` is no value: TOML knows `true` and `false`, and texts in quotes
             --> recapd.toml:7:17
              |
            7 | allow_private = yes
              |                 ^^^ write it as true, if that is meant
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
