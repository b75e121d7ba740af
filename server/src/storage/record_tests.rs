use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tunewright_core::Timestamp;
use tunewright_core::broken::try_broken;
use tunewright_core::study::{Objective, PickledFunction, Study, Trial, TrialState, Version};
use tunewright_core::suggest::Credit;

use super::*;
use crate::storage::testing::{header, report, token, trial_in_state};

/// What a released server wrote must be read for ever, and be written the same while the form is the same.
/// With `GOLDEN=write` in the environment the files are written; a released one is never written again.
fn pin<T: Document + PartialEq + std::fmt::Debug>(name: &str, doc: &T) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/storage/golden/v1").join(name);
    let written = encode(|| name.to_owned(), doc).expect("encoded");
    if std::env::var("GOLDEN").is_ok_and(|what| what == "write") {
        fs::write(&path, [&written[..], b"\n"].concat()).expect("written");
    }
    let golden = fs::read(&path).expect("a golden file");
    let read: T = decode(|| name.to_owned(), &golden).expect("an old record is read");
    assert_eq!(&read, doc, "{name}");
    let golden = String::from_utf8(golden).expect("UTF-8");
    assert_eq!(golden.trim_end(), String::from_utf8(written).expect("UTF-8"), "{name}");
}

/// What was written before a part came that is written now is read for ever.
fn read<T: Document + PartialEq + std::fmt::Debug>(name: &str, doc: &T) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/storage/golden/v1").join(name);
    let golden = fs::read(path).expect("a golden file");
    assert_eq!(&decode::<T>(|| name.to_owned(), &golden).expect("an old record is read"), doc, "{name}");
}

#[test]
fn the_first_form_is_pinned() {
    // When TPE had no modes.
    read("header.json", &header("0197c0de-0000-7000-8000-000000000001", "vision", "digits"));
    for state in TrialState::ALL {
        pin(&format!("trial-{}.json", state.as_str()), &trial_in_state(3, state));
    }
    pin("report.json", &report(5));
    let sha256 = Sha256::new("0123456789abcdef".repeat(4)).expect("a digest");
    let attached = Attached { size: 1 << 20, sha256, content: None };
    pin("attachment.json", &attached);
    let apart = Some("0197c0de00007000800000000000000a".to_owned());
    pin("attachment-apart.json", &Attached { content: apart, ..attached });
    pin("output.json", &Output { attempt: 2, text: "epoch 1\nGröße 大きさ 🦀 \"\\\u{1b}[0m".to_owned() });
}

/// Parts that came later: a document without them is written as ever, one with them is pinned as well.
#[test]
fn later_parts_are_pinned() {
    let mut study = header("0197c0de-0000-7000-8000-000000000001", "vision", "digits");
    study.objective = Some(Objective::Function("train.vision:objective".to_owned()));
    read("header-function.json", &study);
    pin("header-modes.json", &study);
    study.objective = Some(Objective::Pickled(PickledFunction {
        sha256: "c0de".repeat(16),
        size: 4_096,
        python_version: "3.11".to_owned(),
        cloudpickle_version: "3.1.2".to_owned(),
    }));
    read("header-pickled.json", &study);
    pin("token.json", &token("0123456789abcdef"));
    let mut trial = trial_in_state(3, TrialState::Failed);
    let result = serde_json::json!({
        "exception": {"type": "builtins.ValueError", "traceback": "line 7, Größe\n"}, "ratio": 0.1, "n": 3, "whole": 3.0,
    });
    trial.result = result.as_object().expect("a map").clone();
    pin("trial-result.json", &trial);
    let credit = Credit { member: "gp".to_owned(), why: "a model of few trials".to_owned() };
    pin("trial-credit.json", &Trial { credit: Some(credit), ..trial_in_state(3, TrialState::Completed) });
}

#[test]
fn what_cannot_be_read_says_why() {
    let corrupt = |bytes: &[u8]| match decode::<Output>(|| "s/3".to_owned(), bytes) {
        Err(StorageError::Corrupt { key, problem }) => {
            assert_eq!(key, "s/3");
            problem
        }
        other => panic!("{other:?}"),
    };
    let newer = "it has form 2, and this server knows forms up to 1: a newer server wrote it";
    assert_eq!(corrupt(br#"{"v":2,"kind":"output","doc":{"lines":[]}}"#), newer);
    assert_eq!(corrupt(br#"{"v":2,"kind":"output","doc":{"attempt":1,"text":""}}"#), newer);
    assert_eq!(
        corrupt(br#"{"v":0,"kind":"output","doc":{"attempt":1,"text":""}}"#),
        "it has form 0, which never was"
    );
    assert_eq!(
        corrupt(br#"{"v":1,"kind":"trial","doc":{"attempt":1,"text":""}}"#),
        "it is a `trial`, not a `output`"
    );
    assert!(corrupt(br#"{"v":1,"kind":"output","doc":{"attempt":1}}"#).starts_with("missing field `text`"));
    assert!(corrupt(b"").starts_with("it has no envelope: "));
    assert!(
        corrupt(br#"{"v":1,"kind":"output","doc":{"attempt":1,"text":"cut"#)
            .starts_with("it has no envelope: ")
    );
}

/// The golden files of every form, by their names.
fn goldens() -> Vec<String> {
    let forms = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/storage/golden");
    let forms = fs::read_dir(forms).expect("a directory").map(|form| form.expect("a form").path());
    let files = forms.flat_map(|form| fs::read_dir(form).expect("a directory"));
    let files = files.map(|file| file.expect("a file").path());
    let records = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    records.map(|file| fs::read_to_string(file).expect("a golden file")).collect()
}

/// Whether it was read; then it is written, and read back the same.
fn read_as<T>(text: &str) -> Result<Option<T>, TestCaseError>
where
    T: Document + PartialEq + std::fmt::Debug,
{
    match decode::<T>(|| "key".to_owned(), text.as_bytes()) {
        Ok(doc) => {
            let written = encode(|| "key".to_owned(), &doc).expect("encoded");
            prop_assert_eq!(&decode::<T>(|| "key".to_owned(), &written).expect("read back"), &doc);
            Ok(Some(doc))
        }
        Err(error) => {
            let said = error.to_string();
            prop_assert!(said.contains("key") && said.len() < 2_000, "{said}");
            Ok(None)
        }
    }
}

/// A store that somebody wrote to by hand: a record is read or refused, and with whatever is read a study is opened.
#[test]
fn broken_records_are_read_or_refused() {
    try_broken("records", 5_000, goldens(), |text| {
        let study = header("0197c0de-0000-7000-8000-000000000001", "vision", "digits");
        let opened = |header, trials| drop(Study::load(header, Version(1), trials, Timestamp(5)));
        let mut is_read = false;
        if let Some(trial) = read_as::<Trial>(text)? {
            is_read = true;
            opened(study.clone(), vec![trial]);
        }
        if let Some(header) = read_as::<Header>(text)? {
            is_read = true;
            opened(header, vec![trial_in_state(3, TrialState::Running)]);
        }
        is_read |= read_as::<Report>(text)?.is_some() | read_as::<Output>(text)?.is_some();
        is_read |= read_as::<TokenRecord>(text)?.is_some() | read_as::<Attached>(text)?.is_some();
        Ok(is_read)
    });
}
