//! What is refused in the file of the daemon itself: its tables, one by one.

use expect_test::expect;

use super::refused;
use crate::config::tests::accepted;

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
