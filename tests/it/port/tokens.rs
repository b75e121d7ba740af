//! `tunewright token` against a real server, and the workers that its tokens are for.

use std::process::{Command, Output};

use serde_json::Value;

use super::{ROOT, root_file, serve, text};
use crate::support::binary::binary;
use crate::support::certificates::Authority;
use crate::support::served::Served;

/// What `tunewright` says, called by whoever has this token.
fn tunewright(server: &Served, authority: &Authority, token: &str, arguments: &[&str]) -> Output {
    let url = format!("https://localhost:{}", server.port());
    Command::new(binary())
        .args(["--server", &url])
        .args(arguments)
        .env("TUNEWRIGHT_TOKEN", token)
        .env("TUNEWRIGHT_TLS_CA", authority.ca())
        .output()
        .expect("tunewright starts")
}

fn said(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one document of JSON")
}

/// The code of the error.
fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let last: Value = serde_json::from_str(error.lines().last().unwrap_or_default()).expect(&error);
    last["error"]["code"].as_str().expect("a code").to_owned()
}

#[test]
fn tokens_are_created_listed_and_revoked() {
    let authority = Authority::new();
    let (_dir, root) = root_file();
    let server = serve(&authority.certify("server"), &["--auth", "--admin-token-file", text(&root)]);
    let ask = |token: &str, arguments: &[&str]| tunewright(&server, &authority, token, arguments);

    let create =
        ["--json", "token", "create", "--scope", "admin@vision", "--label", "ada", "--expires", "90d"];
    let made = said(&ask(ROOT, &create));
    let admin = made["secret"].as_str().expect("a token").to_owned();
    assert!(admin.starts_with("tw_admin_"));
    assert_eq!(made["token"]["label"], "ada");
    let lives = made["token"]["expires_at"].as_u64().zip(made["token"]["created_at"].as_u64());
    assert_eq!(lives.map(|(end, begin)| end - begin), Some(90 * 86_400_000));

    // For people it stands alone on standard output.
    let plain = ask(&admin, &["token", "create", "--scope", "worker:run@vision"]);
    assert!(plain.status.success());
    let worker = String::from_utf8(plain.stdout).expect("text").trim_end().to_owned();
    assert!(worker.starts_with("tw_worker_") && worker.len() == 10 + 64, "{} bytes", worker.len());
    let told = String::from_utf8_lossy(&plain.stderr).into_owned();
    assert!(told.contains("not shown again") && !told.contains(&worker), "{told}");

    // What is beyond the own project cannot be made, and is not seen.
    let beyond = ["--json", "token", "create", "--scope", "worker:run@text"];
    assert_eq!(refused(&ask(&admin, &beyond)), "forbidden");
    let own = said(&ask(&admin, &["--json", "token", "list"]));
    assert_eq!(own.as_array().map(Vec::len), Some(2), "{own}");
    assert!(!own.to_string().contains(&worker[10..]) && !own.to_string().contains("sha256"), "{own}");
    assert_eq!(refused(&ask(&worker, &["--json", "token", "list"])), "forbidden");
    assert_eq!(refused(&ask("tw_admin_0", &["--json", "token", "list"])), "unauthenticated");

    let of_worker =
        own.as_array().and_then(|all| all.iter().find(|it| it["scopes"][0] == "worker:run@vision"));
    let id = of_worker.and_then(|it| it["id"].as_str()).expect("an id").to_owned();
    assert_eq!(said(&ask(&admin, &["--json", "token", "revoke", &id]))["standing"], "revoked");
    assert_eq!(refused(&ask(&worker, &["--json", "token", "list"])), "unauthenticated");
    let table = ask(&admin, &["token", "list"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("ada") && table.contains("admin@vision") && !table.contains(&id), "{table}");
    let all = ask(&admin, &["token", "list", "--all"]);
    assert!(String::from_utf8_lossy(&all.stdout).contains(&id));
    assert_eq!(refused(&ask(&admin, &["--json", "token", "revoke", "0000000000000000"])), "not_found");
}

#[test]
fn wrong_wishes_are_told_before_anybody_is_asked() {
    for (arguments, says) in [
        (&["token", "create"][..], "--scope"),
        (&["token", "create", "--scope", "study:write@x"], "must begin with a permission"),
        (&["token", "create", "--scope", "admin@*", "--expires", "0"], "longer than 0"),
        (&["token", "create", "--scope", "admin@*", "--expires", "soon"], "must be a duration"),
        (&["token", "revoke", "no/id"], "no/id"),
    ] {
        let output = Command::new(binary()).args(arguments).output().expect("tunewright starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(says), "{error}");
    }
}
