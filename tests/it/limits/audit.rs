//! What people will ask about later.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::binary::binary;
use crate::support::served::Served;

const ROOT: &str = "tw_admin_0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

/// What `tunewright` says on standard output.
fn tunewright(server: &Served, token: &str, arguments: &[&str]) -> String {
    let output = Command::new(binary())
        .args(["--server", &server.url, "--project", "vision"])
        .args(arguments)
        .env("TUNEWRIGHT_TOKEN", token)
        .output()
        .expect("tunewright starts");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[test]
fn who_did_what_and_who_was_refused_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let (root, study) = (dir.path().join("token"), dir.path().join("study.yaml"));
    std::fs::write(&root, ROOT).expect("written");
    let spec = json!({"name": "digits", "space": {"x": {"type": "uniform", "low": 0, "high": 1}}, "budget": {"max_trials": 9}});
    std::fs::write(&study, spec.to_string()).expect("written");
    let (root, study) = (root.to_str().expect("text"), study.to_str().expect("text"));
    let options = ["--store", "memory:", "--auth", "--admin-token-file", root, "--log-format", "json"];
    let server = Served::start(&options, &[]);

    let scopes =
        ["--scope", "study:read@vision", "--scope", "study:create@vision", "--scope", "study:control@vision"];
    let made: Value = serde_json::from_str(&tunewright(
        &server,
        ROOT,
        &[&["--json", "token", "create"][..], &scopes].concat(),
    ))
    .expect("JSON");
    let (token, id) =
        (made["secret"].as_str().expect("a token"), made["token"]["id"].as_str().expect("an id"));
    for arguments in [
        &["study", "create", study][..],
        &["study", "pause", "digits"],
        &["study", "resume", "digits"],
        &["study", "update", "digits", "--max-trials", "10"],
        &["trial", "enqueue", "digits", "{\"x\": 0.5}"],
        &["study", "stop", "digits"],
        &["study", "delete", "digits", "--yes"],
        &["token", "list"],
    ] {
        tunewright(&server, token, arguments);
    }
    tunewright(&server, ROOT, &["token", "revoke", id]);
    tunewright(&server, token, &["study", "list"]);

    server.wait_for_log("was revoked");
    let log = server.log();
    assert!(!log.contains(&token[8..]) && !log.contains(&ROOT[9..]), "{log}");
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told: Vec<_> =
        lines.iter().filter(|line| line["target"] == "audit").map(|line| &line["fields"]).collect();
    let events: Vec<_> = told
        .iter()
        .map(|fields| {
            [&fields["event"], &fields["by"], &fields["of"]].map(|field| field.as_str().unwrap_or_default())
        })
        .collect();
    let scopes = format!("{id} (study:read@vision study:create@vision study:control@vision)");
    let expected = [
        ["token_created", "the administrator", &scopes],
        ["study_created", id, "vision/digits"],
        ["study_paused", id, "vision/digits"],
        ["study_resumed", id, "vision/digits"],
        ["study_updated", id, "vision/digits"],
        ["study_stopped", id, "vision/digits"],
        ["study_deleted", id, "vision/digits"],
        ["refused", id, ""],
        ["token_revoked", "the administrator", id],
        ["refused", "nobody known", ""],
    ];
    assert_eq!(events, expected, "{log}");
    assert!(told.iter().all(|fields| fields["from"] == "127.0.0.1"), "{log}");
    assert_eq!(told[7]["why"], "the token does not allow `admin` in any project");
    assert_eq!(told[9]["why"], "the token was revoked");
}
