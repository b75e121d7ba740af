//! The keys of the first released form are read and written on.

use super::*;
use crate::storage::testing::{GoldenRecord, golden_study, has_golden_study};

#[tokio::test]
async fn keys_of_the_first_form_are_read_and_written_on() {
    let server = RedisServer::start(Fsync::EverySecond);
    let (study, records) = golden_study();
    let key = |name: &str| format!("tw:{{{study}}}:{name}");
    let put = async |command: &mut Cmd| {
        let _: redis::Value = cli(&server, command).await;
    };
    put(cmd("HSET").arg("tw:names").arg("vision/digits").arg(study.as_str())).await;
    put(cmd("SET").arg(key("version")).arg(1)).await;
    for record in &records {
        match record {
            GoldenRecord::Header(record) => put(cmd("SET").arg(key("header")).arg(record)).await,
            GoldenRecord::Trial(number, record) => {
                put(cmd("HSET").arg(key("trials")).arg(*number).arg(record)).await;
            }
            GoldenRecord::Report(number, record) => {
                put(cmd("RPUSH").arg(key(&format!("reports:{number}"))).arg(record)).await;
            }
            GoldenRecord::Output(number, record) => {
                put(cmd("HSET").arg(key("outputs")).arg(*number).arg(record)).await;
            }
        }
    }
    let opened = store(&server).await;
    has_golden_study(&*opened).await;
    opened.create(&header("new", "p", "x")).await.expect("created");
    assert_eq!(opened.commit(write(study.as_str(), 1)).await.expect("it goes on"), Version(2));
    assert_eq!(store(&server).await.headers().await.expect("headers").len(), 2);
}
