//! Secrets are planted in all places where there may be some, and then looked for in all that is written and answered.

use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::json;
use tunewright_server::storage::testing::{Fsync, RedisServer};

use super::{root_file, text};
use crate::support::binary::binary;
use crate::support::certificates::Authority;
use crate::support::secure;
use crate::support::served::Served;

const ROOT_DIGITS: &str = "ffeeddccbbaa99887766554433221100";
const REDIS: &str = "planted-redis-5b1f";
const OF_THE_ENVIRONMENT: &str = "planted-environment-77c0";
const OF_THE_COMMAND: &str = "planted-command-a9d2";
const OF_A_PARAMETER: &str = "planted-parameter-e314";

/// All that is written or answered, and where.
#[derive(Default)]
struct Seen {
    texts: Vec<(String, String)>,
}

impl Seen {
    fn add(&mut self, place: &str, text: impl Into<String>) {
        self.texts.push((place.to_owned(), text.into()));
    }

    /// None of these secrets was seen anywhere.
    fn assert_has_none(&self, secrets: &[&str]) {
        assert!(
            self.texts.iter().map(|(_, text)| text.len()).sum::<usize>() > 10_000,
            "nothing was looked at"
        );
        for secret in secrets {
            assert!(secret.len() >= 16, "too short to be told from chance");
            for (place, text) in &self.texts {
                let at = text.find(secret);
                let line = at.and_then(|at| text[at.saturating_sub(200)..].get(..400)).unwrap_or_default();
                assert!(at.is_none(), "`{secret}` in {place}: {line}");
            }
        }
    }
}

/// A server with everything secret there is, and those who call it with everything that is logged.
struct Stage {
    authority: Authority,
    server: Served,
    seen: Seen,
}

impl Stage {
    fn command(&self, token: &str) -> Command {
        let mut command = Command::new(binary());
        command
            .args(["--server", &format!("https://localhost:{}", self.server.port()), "--project", "vision"])
            .env("TUNEWRIGHT_TOKEN", token)
            .env("TUNEWRIGHT_TLS_CA", self.authority.ca())
            .env("TUNEWRIGHT_LOG", "trace")
            .env("SERVICE_PASSWORD", OF_THE_ENVIRONMENT)
            .stdin(Stdio::null());
        command
    }

    /// Runs it and notes what it says. Its standard output, which is not noted if it is a secret.
    fn call(&mut self, token: &str, arguments: &[&str]) -> String {
        let output = self.command(token).args(arguments).output().expect("tunewright starts");
        let place = format!("`tunewright {}`", arguments.join(" "));
        self.seen.add(&place, String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !arguments.contains(&"create") {
            self.seen.add(&place, &said);
        }
        said
    }

    fn token(&mut self, root: &str, scope: &str) -> String {
        let token = self.call(root, &["token", "create", "--scope", scope]).trim_end().to_owned();
        assert!(token.starts_with("tw_"), "no token was made");
        token
    }
}

fn start(root: &std::path::Path, redis: &RedisServer) -> Stage {
    let authority = Authority::new();
    let pair = authority.certify("server");
    let store = format!("redis://:{REDIS}@127.0.0.1:{}/0", redis.port());
    let options = [
        "-vv",
        "--auth",
        "--admin-token-file",
        text(root),
        "--tls-cert",
        text(&pair.cert),
        "--tls-key",
        text(&pair.key),
    ];
    let variables = [
        ("TUNEWRIGHT_STORE", store.as_str()),
        ("TUNEWRIGHT_LOG", "trace"),
        ("SERVICE_PASSWORD", OF_THE_ENVIRONMENT),
    ];
    Stage { server: Served::start(&options, &variables), authority, seen: Seen::default() }
}

/// What Redis holds, as text.
fn kept(redis: &RedisServer) -> String {
    let client =
        redis::Client::open(format!("redis://:{REDIS}@127.0.0.1:{}/0", redis.port())).expect("a URL");
    let mut connection = client.get_connection().expect("connected");
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut connection).expect("keys");
    let mut text = String::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query(&mut connection).expect("a type");
        let values: Vec<Vec<u8>> = match kind.as_str() {
            "hash" => redis::cmd("HGETALL").arg(&key).query(&mut connection),
            "string" => redis::cmd("MGET").arg(&key).query(&mut connection),
            "set" => redis::cmd("SMEMBERS").arg(&key).query(&mut connection),
            "zset" => redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).query(&mut connection),
            "list" => redis::cmd("LRANGE").arg(&key).arg(0).arg(-1).query(&mut connection),
            _ => Ok(Vec::new()),
        }
        .expect("values");
        text.extend(values.iter().map(|value| String::from_utf8_lossy(value).into_owned() + "\n"));
    }
    assert!(text.contains("sha256"), "the tokens were not found: {text}");
    text
}

/// A worker that fails a trial and completes another, with the names of all that it has in its environment as its output.
fn work(stage: &mut Stage, token: &str) {
    let script = "printenv | sed s/=.*//; test \"$TUNEWRIGHT_TRIAL\" != 0 && echo 0.5";
    let secret = format!("DB_PASSWORD={OF_THE_COMMAND}");
    let options = ["-vv", "worker", "--no-spool", "--max-trials", "2", "--env", &secret];
    let mut worker = stage.command(token);
    let worker = worker.args(options).args(["--", "sh", "-c", script, "{db_password}"]);
    let output = worker.output().expect("tunewright starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    stage.seen.add("the worker's log", String::from_utf8_lossy(&output.stderr));
    stage.seen.add("the worker's output", String::from_utf8_lossy(&output.stdout));
}

fn study_file() -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().expect("a file");
    let study = json!({
        "name": "digits",
        "space": {
            "x": {"type": "uniform", "low": 0, "high": 1},
            "db_password": {"type": "choice", "options": [OF_A_PARAMETER]},
        },
        "algorithm": "random", "budget": {"max_trials": 2},
    });
    std::fs::write(file.path(), study.to_string()).expect("written");
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_written_or_answered() {
    let redis = RedisServer::start_with(Fsync::EverySecond, &["--requirepass", REDIS]);
    let (_dir, root) = root_file();
    let mut stage = start(&root, &redis);
    let admin = super::ROOT;
    let (worker, user) = (stage.token(admin, "worker:run@vision"), stage.token(admin, "admin@vision"));
    let file = study_file();
    stage.call(&user, &["study", "create", text(file.path())]);
    work(&mut stage, &worker);

    // What anybody may see who is let in. The parameter is for them.
    let shown = stage.call(&user, &["--json", "trial", "show", "digits", "0"]);
    assert!(shown.contains("SERVICE_PASSWORD"), "the trial had the worker's environment: {shown}");
    assert!(shown.contains("TUNEWRIGHT_PARAMS") && !shown.contains("TUNEWRIGHT_TOKEN"), "{shown}");
    let of_tokens =
        [worker.as_str(), user.as_str()].map(|token| token.rsplit('_').next().expect("digits").to_owned());
    assert!(of_tokens.iter().all(|digits| !shown.contains(digits.as_str())));
    stage.seen.texts.pop();
    for arguments in
        [&["token", "list", "--all", "--json"][..], &["workers", "list", "--json"], &["study", "list"]]
    {
        stage.call(&user, arguments);
    }
    // Who is not let in, with a secret that is one of another place.
    let foreign = format!("tw_user_{}", "0123456789abcdef".repeat(4));
    for token in [&foreign, "planted-token-0123456789"] {
        let said = stage.call(token, &["-vv", "study", "list", "--json"]);
        assert!(said.is_empty(), "{said}");
    }
    let (status, body) =
        secure::get(stage.server.port(), &stage.authority.ca(), "/metrics", Some(&foreign)).await;
    assert_eq!(status, 401);
    stage.seen.add("a refusal", body);
    for (path, token) in [("/readyz", None), ("/metrics", Some(admin))] {
        let (_, body) = secure::get(stage.server.port(), &stage.authority.ca(), path, token).await;
        stage.seen.add(path, body);
    }

    let mut key = String::new();
    std::fs::File::open(stage.authority.ca().with_file_name("server.key"))
        .and_then(|mut file| file.read_to_string(&mut key))
        .expect("a key");
    let key_lines: Vec<&str> = key.lines().filter(|line| !line.starts_with("-----")).collect();
    let digits: Vec<&str> = of_tokens.iter().map(String::as_str).collect();
    let mut secrets =
        vec![ROOT_DIGITS, REDIS, "planted-token-0123456789", "0123456789abcdef0123456789abcdef"];
    secrets.extend(&digits);
    secrets.extend(key_lines.iter().filter(|line| line.len() >= 16));
    let stored = kept(&redis);
    assert!(digits.iter().all(|digits| !stored.contains(digits)), "a token is stored as it is");
    stage.seen.add("the server's log", stage.server.log());
    secrets.extend([OF_THE_ENVIRONMENT, OF_THE_COMMAND, OF_A_PARAMETER]);
    stage.seen.assert_has_none(&secrets);
}

/// What a server says that cannot start, for a reason that has to do with a secret.
#[test]
fn errors_at_the_start_keep_secrets() {
    let redis = RedisServer::start_with(Fsync::EverySecond, &["--requirepass", REDIS]);
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("token");
    std::fs::write(&file, "planted-token-0123456789").expect("written");
    let wrong = format!("redis://:planted-wrong-4c41@127.0.0.1:{}/0", redis.port());
    let nowhere = "redis://me:planted-wrong-4c41@127.0.0.1:1/0";
    for (options, store) in [
        (&[][..], wrong.as_str()),
        (&[], nowhere),
        (&[], "http://me:planted-wrong-4c41@host/0"),
        (&["--json", "--auth", "--admin-token-file", text(&file)], "memory:"),
    ] {
        let variables = [("TUNEWRIGHT_STORE", store), ("TUNEWRIGHT_LOG", "trace")];
        let (status, log) = Served::start(options, &variables).end();
        assert_eq!(status.code(), Some(1), "{store}: {log}");
        assert!(!log.contains("planted"), "{store}: {log}");
        assert!(log.contains("error"), "{store}: {log}");
    }
}
