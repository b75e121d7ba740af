//! Every call against every role.

use std::collections::BTreeSet;
use std::time::Duration;

use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::Code;
use tunewright_proto::FILE_DESCRIPTOR_SET;

use super::bench::{Bench, ROOT};
use super::calls::{Role, rows};

/// Tokens that let nobody in, and what they are.
pub async fn strangers(bench: &Bench) -> Vec<(&'static str, Option<String>)> {
    let expired = bench.token(&["admin@*"], 1).await.secret;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let revoked = bench.token(&["admin@*"], 0).await;
    bench.revoke(&revoked.token.expect("told").id).await;
    vec![
        ("none", None),
        ("nonsense", Some("nonsense".to_owned())),
        ("unknown", Some(format!("tw_admin_{}", "0".repeat(64)))),
        ("expired", Some(expired)),
        ("revoked", Some(revoked.secret)),
    ]
}

/// The paths of all calls of the product's own services.
pub fn calls() -> BTreeSet<String> {
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors").file;
    let mut paths = BTreeSet::new();
    for file in files {
        for service in &file.service {
            let methods = service.method.iter();
            paths.extend(methods.map(|it| format!("{}.{}/{}", file.package(), service.name(), it.name())));
        }
    }
    paths
}

#[test]
fn every_call_is_in_the_table() {
    let all = calls();
    assert!(all.len() >= 30, "only {} calls were found", all.len());
    let told: BTreeSet<_> = rows().into_iter().map(|row| row.path.to_owned()).collect();
    let missing: Vec<_> = all.difference(&told).collect();
    assert!(missing.is_empty(), "nothing says who may call {missing:?}");
    assert!(told.is_subset(&all), "the table has calls that are none");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_lets_in_just_the_roles_of_the_table() {
    let bench = Bench::new().await;
    bench.create("vision", "digits").await;
    let strangers = strangers(&bench).await;
    let mut roles = Vec::new();
    for (role, scope) in Role::ALL {
        roles.push((role, bench.token(&[scope], 0).await.secret));
    }
    let (mut asked, mut wrong) = (0, Vec::new());
    for (at, row) in rows().into_iter().enumerate() {
        let mut expect = |who: String, found: Code, wanted: Code| {
            asked += 1;
            if found != wanted {
                wrong.push(format!("{} (row {at}) as {who}: {found:?}, not {wanted:?}", row.path));
            }
        };
        for (who, token) in &strangers {
            let found = bench.code(row.path, row.message.clone(), token.as_deref()).await;
            expect((*who).to_owned(), found, Code::Unauthenticated);
        }
        for (role, token) in &roles {
            let found = bench.code(row.path, row.message.clone(), Some(token)).await;
            let wanted = if row.allowed.contains(role) { row.answer } else { Code::PermissionDenied };
            expect(format!("{role:?}"), found, wanted);
        }
        let found = bench.code(row.path, row.message.clone(), Some(ROOT)).await;
        expect("the administrator".to_owned(), found, row.answer);
    }
    assert!(wrong.is_empty(), "{} of {asked}: {wrong:#?}", wrong.len());
    println!("{asked} calls were made");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_open_and_reflection_is_not() {
    let bench = Bench::new().await;
    assert_eq!(bench.code("grpc.health.v1.Health/Check", Vec::new(), None).await, Code::Ok);
    let reflect = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    assert_eq!(bench.code(reflect, Vec::new(), None).await, Code::Unauthenticated);
    assert_ne!(bench.code(reflect, Vec::new(), Some(ROOT)).await, Code::Unauthenticated);
    assert_eq!(bench.code("tunewright.v1.NoService/No", Vec::new(), None).await, Code::Unauthenticated);
}
