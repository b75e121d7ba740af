//! A file of the first released form is opened, read and written on.

use redb::Database;

use super::*;
use crate::storage::redb::tables::{HEADERS, NAMES, OUTPUTS, REPORTS, TRIALS, VERSIONS};
use crate::storage::testing::{GoldenRecord, golden_study, has_golden_study};

/// A file that has only the tables of the first form, and in them the records byte for byte.
fn old_file(directory: &TempDir) {
    let database = Database::create(directory.path().join("tunewright.redb")).expect("made");
    let write = database.begin_write().expect("begun");
    let (study, records) = golden_study();
    let id = study.as_str();
    {
        write.open_table(NAMES).expect("a table").insert("vision/digits", id).expect("inserted");
        write.open_table(VERSIONS).expect("a table").insert(id, 1).expect("inserted");
        let mut headers = write.open_table(HEADERS).expect("a table");
        let mut trials = write.open_table(TRIALS).expect("a table");
        let mut reports = write.open_table(REPORTS).expect("a table");
        let mut outputs = write.open_table(OUTPUTS).expect("a table");
        for (place, record) in (0..).zip(&records) {
            match record {
                GoldenRecord::Header(record) => headers.insert(id, &record[..]).map(drop),
                GoldenRecord::Trial(number, record) => trials.insert((id, *number), &record[..]).map(drop),
                GoldenRecord::Report(number, record) => {
                    reports.insert((id, *number, place), &record[..]).map(drop)
                }
                GoldenRecord::Output(number, record) => outputs.insert((id, *number), &record[..]).map(drop),
            }
            .expect("inserted");
        }
    }
    write.commit().expect("committed");
}

#[tokio::test]
async fn a_file_of_the_first_form_is_opened_and_written_on() {
    let directory = TempDir::new().expect("a temporary directory");
    old_file(&directory);
    let opened = store(&directory).await;
    has_golden_study(&*opened).await;
    // The tables that came later are there now.
    let (study, _) = golden_study();
    assert_eq!(opened.attachments(&study).await.expect("listed"), []);
    assert_eq!(opened.tokens().await.expect("listed"), []);
    opened.create(&header("new", "p", "x")).await.expect("created");
    opened.commit(write(study.as_str(), 1)).await.expect("it goes on");
    drop(opened);
    let again = store(&directory).await;
    assert_eq!(again.headers().await.expect("headers").len(), 2);
}
