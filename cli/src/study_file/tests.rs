use proptest::prelude::*;
use tunewright_core::broken::try_broken;

use super::*;

const SPACE: &str = "space: {x: {type: uniform, low: 0, high: 1}}\n";

fn yaml(rest: &str) -> Result<StudyFile, Refusal> {
    StudyFile::from_yaml(&format!("{SPACE}{rest}"))
}

#[test]
fn a_file_is_a_spec_with_a_name_and_a_command() {
    let file = yaml(
        "name: digits\ncommand: [python3, train.py, --c, '{x}']\nalgorithm: random\nbudget: {max_trials: 60}\n",
    )
    .expect("a study");
    assert_eq!(file.name.as_ref().map(StudyName::as_str), Some("digits"));
    assert_eq!(file.command, ["python3", "train.py", "--c", "{x}"]);
    assert_eq!(file.spec.budget.max_trials, Some(60));
    let json = r#"{"command": ["a"], "space": {"x": {"type": "uniform", "low": 0, "high": 1}}, "seed": 7}"#;
    let from_json = StudyFile::from_json(json).expect("a study in JSON");
    assert_eq!(from_json.spec.seed, 7);
    assert_eq!(StudyFile::from_yaml(json), Ok(from_json));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (rest, says) in [
        (
            "budge: {max_trials: 3}",
            "unknown field `budge`, expected one of space, algorithm, seed, budget, retry, ",
        ),
        (
            "budget: {max_trial: 3}",
            "budget: unknown field `max_trial`, expected one of max_trials, timeout_ms, ",
        ),
        ("budget: {max_trials: many}", "budget: invalid u64 (line 2, column 22)"),
        ("budget: {max_trials: -1}", "budget: invalid u64 (line 2, column 22)"),
        (
            "algorithm: tpes",
            "algorithm: must be one of `auto`, `gp`, `tpe`, `cmaes`, `qmc`, `grid`, `anneal`, `random`, `external`, `mix`, not `tpes` (line 2, column 12)",
        ),
        ("algorithm: {name: tpe, gama: 1}", "algorithm: unknown field `gama`, expected one of `n_startup`, "),
        ("seed: 1\nseed: 2", "`seed` stands here twice (line 3, column 1)"),
        ("command: []", "command: must name a program (line 2, column 10)"),
        (
            "command: python3 train.py",
            "command: must be a list of its parts, such as `[python3, train.py]` (line 2, column 10)",
        ),
        (
            "name: a b",
            "name: must be made of letters, digits, `.`, `_` and `-`; `a b` has ' ' (line 2, column 7)",
        ),
        ("pool: ''", "pool: must not be empty (line 2, column 7)"),
        ("---\nx: 1", "the file must hold one document (line 3, column 1)"),
    ] {
        let refusal = yaml(rest).expect_err(rest);
        assert_eq!(refusal.code, Code::Invalid);
        assert!(refusal.to_string().starts_with(says), "{rest}\n  {refusal}\n  {says}");
    }
}

#[test]
fn a_wrong_space_is_named_by_its_path() {
    for (text, says) in [
        ("seed: 1", "missing field `space` (line 1, column 1)"),
        ("space: {x: {type: uniform, low: 1, high: 0}}", "space.x: low must be < high (line 1, column 8)"),
        (
            "space: {x: {type: uniform, low: .nan, high: 0}}",
            "space.x: low must be finite, not NaN (line 1, column 8)",
        ),
        (
            "space: {x: {type: uniform, low: 0, high: .inf}}",
            "space.x: high must be finite, not inf (line 1, column 8)",
        ),
        (
            "space: {x: {type: unifrm, low: 0, high: 1}}",
            "space.x: `unifrm` is no kind of parameter (did you mean ",
        ),
        ("space: {}", "space: must have at least one parameter (line 1, column 8)"),
    ] {
        let refusal = StudyFile::from_yaml(text).expect_err(text);
        assert!(refusal.to_string().starts_with(says), "{text}\n  {refusal}\n  {says}");
    }
    let json = r#"{"space": {"x": {"type": "uniform", "low": 1, "high": 0}}}"#;
    let refusal = StudyFile::from_json(json).expect_err("bounds the wrong way round");
    assert_eq!(refusal.field.as_deref(), Some("space.x"));
    assert_eq!(refusal.message, "low must be < high (line 1, column 58)");
}

#[test]
fn words_that_were_booleans_once_are_texts() {
    let text = "space: {y: {type: choice, options: [y, no, off, true]}}";
    let file = StudyFile::from_yaml(text).expect("a study");
    assert_eq!(file.spec.space.parameters()[0].options, ["y", "no", "off", "true"]);
    let point = [("y".to_owned(), tunewright_core::space::ParamValue::Option("no".to_owned()))];
    let config = file.spec.space.instantiate(&point.into_iter().collect()).expect("a configuration");
    assert_eq!(config, serde_json::json!({"y": "no"}));
}

#[test]
fn what_is_no_document_is_refused() {
    for text in ["", " \n", "[]", "a: [", "3", "\u{0}"] {
        assert_eq!(StudyFile::from_yaml(text).expect_err(text).code, Code::Invalid, "{text:?}");
    }
    for text in ["", "{", "[]", "{} {}"] {
        assert_eq!(StudyFile::from_json(text).expect_err(text).code, Code::Invalid, "{text:?}");
    }
}

#[test]
fn the_name_comes_from_the_option_the_file_or_the_path() {
    let plain = yaml("").expect("a study");
    let named = yaml("name: inside").expect("a study");
    let given = StudyName::new("given").expect("a name");
    let name = |file: &StudyFile, given: Option<&StudyName>, path: &str| {
        file.name_or(given, Path::new(path)).map(String::from)
    };
    assert_eq!(name(&named, Some(&given), "x.yaml").as_deref(), Ok("given"));
    assert_eq!(name(&named, None, "x.yaml").as_deref(), Ok("inside"));
    assert_eq!(name(&plain, None, "some/where/svm.yaml").as_deref(), Ok("svm"));
    assert_eq!(name(&plain, None, "some/digits/study.yaml").as_deref(), Ok("digits"));
    let refusal = name(&plain, None, "my study.yaml").expect_err("a space in the name");
    assert!(refusal.hint.is_some_and(|hint| hint.contains("--name")));
}

#[test]
fn a_missing_file_and_a_file_that_is_no_text_are_errors() {
    let dir = tempfile::tempdir().expect("a directory");
    let missing = StudyFile::read(&dir.path().join("none.yaml")).expect_err("missing");
    assert!(format!("{missing:#}").contains("none.yaml"));
    let path = dir.path().join("bytes.yaml");
    std::fs::write(&path, [0xff, 0xfe, 0x00]).expect("written");
    let bytes = StudyFile::read(&path).expect_err("not UTF-8");
    assert!(format!("{bytes:#}").contains("UTF-8"), "{bytes:#}");
}

/// Files of both kinds with a few characters changed: each is read or refused, with the place and a reason.
#[test]
fn broken_files_are_read_or_refused() {
    const FILES: [&str; 3] = [
        "name: a\nspace:\n  x: {type: float, low: 1e-3, high: 1, log: true}\n  o: {type: choice, options: [no, y]}\nbudget: {max_trials: 9}\ncommand: [sh, -c, 'echo {x}']\n",
        "space: &s\n  k: {type: int, low: 1, high: 9, step: 2}\nalgorithm: {name: mix, of: [{weight: 1, algorithm: tpe}]}\ntags: {a: \"b\"}\nseed: 7\n",
        r#"{"space": {"form": "hyperopt", "space": {"x": {"type": "qloguniform", "low": -3, "high": 3, "q": 0.5}}}, "name": "b", "retry": {"max_failures": 2}, "pool": "gpu"}"#,
    ];
    try_broken("study files", 3_000, FILES.map(str::to_owned).to_vec(), |text| {
        let read = [StudyFile::from_yaml(text), StudyFile::from_json(text)];
        for refusal in read.iter().filter_map(|read| read.as_ref().err()) {
            let said = refusal.to_string();
            prop_assert!(!refusal.message.is_empty() && said.len() < 2_000, "{said}");
        }
        Ok(read.iter().any(Result::is_ok))
    });
}
