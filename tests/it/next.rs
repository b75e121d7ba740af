//! A result and the ask for the next trial in one call.

use tonic::transport::Channel;
use tunewright_core::Code;
use tunewright_proto::status::from_status;
use tunewright_proto::v1::study_service_client::StudyServiceClient;
use tunewright_proto::v1::trial_service_client::TrialServiceClient;
use tunewright_proto::v1::{self, space_node, space_parameter};

use crate::support::in_process::InProcess;

struct Bench {
    studies: StudyServiceClient<Channel>,
    trials: TrialServiceClient<Channel>,
    _server: InProcess,
}

fn study(name: &str) -> Option<v1::StudyRef> {
    Some(v1::StudyRef { project: "default".to_owned(), name: name.to_owned() })
}

fn ask(id: &str) -> v1::AskTrialsRequest {
    v1::AskTrialsRequest {
        study: study("s"),
        client_id: "me".to_owned(),
        request_id: id.to_owned(),
        ..Default::default()
    }
}

fn complete(of: &v1::Assignment, next: Option<v1::AskTrialsRequest>) -> v1::CompleteTrialRequest {
    v1::CompleteTrialRequest { lease: of.lease.clone(), loss: 1.0, next, ..Default::default() }
}

impl Bench {
    async fn new(max_trials: u64) -> (Self, v1::Assignment) {
        let server = InProcess::start().await;
        let channel =
            Channel::from_shared(server.url.clone()).expect("a url").connect().await.expect("connected");
        let mut studies = StudyServiceClient::new(channel.clone());
        let mut trials = TrialServiceClient::new(channel);
        let range = v1::RealRange { low: 0.0, high: 1.0, ..Default::default() };
        let parameter = v1::SpaceParameter {
            label: "x".to_owned(),
            distribution: Some(space_parameter::Distribution::Uniform(range)),
        };
        let space = v1::SpaceNode { kind: Some(space_node::Kind::Parameter(parameter)) };
        let budget = v1::Budget { max_trials: Some(max_trials), ..Default::default() };
        let spec = v1::StudySpec { space: Some(space), budget: Some(budget), ..Default::default() };
        let request = v1::CreateStudyRequest { study: study("s"), spec: Some(spec), ..Default::default() };
        studies.create_study(request).await.expect("created");
        let first = trials.ask_trials(ask("0")).await.expect("asked").into_inner().assignments.remove(0);
        (Self { studies, trials, _server: server }, first)
    }

    async fn states(&mut self) -> Vec<v1::TrialState> {
        let list = v1::ListTrialsRequest { study: study("s"), ..Default::default() };
        let trials = self.trials.list_trials(list).await.expect("trials").into_inner().trials;
        trials.iter().map(v1::Trial::state).collect()
    }

    async fn version(&mut self) -> u64 {
        let request = v1::GetStudyRequest { study: study("s") };
        self.studies.get_study(request).await.expect("a study").into_inner().study.expect("set").version
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_trial_comes_with_the_answer_and_in_the_same_commit() {
    let (mut bench, first) = Bench::new(3).await;
    let before = bench.version().await;
    let request = complete(&first, Some(ask("1")));
    let told = bench.trials.complete_trial(request.clone()).await.expect("told").into_inner();
    assert!(!told.duplicate);
    assert_eq!(bench.version().await, before + 1);
    let second = told.next.clone().expect("the next").assignments.remove(0);
    assert_eq!(second.lease.as_ref().expect("a lease").trial, 1);
    // Its answer was lost, so it is sent again: the same result, the same trial.
    let again = bench.trials.complete_trial(request).await.expect("told again").into_inner();
    assert!(again.duplicate);
    assert_eq!(again.next, told.next);

    let fail = v1::FailTrialRequest {
        lease: second.lease.clone(),
        reason: v1::EndReason::ObjectiveError.into(),
        next: Some(v1::AskTrialsRequest { study: None, ..ask("2") }),
        ..Default::default()
    };
    let told = bench.trials.fail_trial(fail).await.expect("told").into_inner();
    let third = told.next.expect("the next").assignments.remove(0);
    let prune = v1::PruneTrialRequest { lease: third.lease, next: Some(ask("3")), ..Default::default() };
    let told = bench.trials.prune_trial(prune).await.expect("told").into_inner();
    let next = told.next.expect("an answer");
    assert_eq!((next.assignments.len(), next.study_ended.as_str()), (0, "max_trials"));
    let ended = [v1::TrialState::Completed, v1::TrialState::Failed, v1::TrialState::Pruned];
    assert_eq!(bench.states().await, ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_end_leases_nothing_and_a_bad_ask_ends_nothing() {
    let (mut bench, first) = Bench::new(3).await;
    let before = bench.version().await;
    for (next, field) in [
        (v1::AskTrialsRequest { client_id: String::new(), ..ask("1") }, "next.client_id"),
        (v1::AskTrialsRequest { count: 1_001, ..ask("1") }, "next.count"),
        (v1::AskTrialsRequest { study: study("other"), ..ask("1") }, "next.study"),
    ] {
        let refused = bench.trials.complete_trial(complete(&first, Some(next))).await;
        let refusal = from_status(&refused.expect_err("refused"));
        assert_eq!((refusal.code, refusal.field.as_deref()), (Code::Invalid, Some(field)));
    }
    assert_eq!(bench.version().await, before);
    let mut stolen = first.clone();
    stolen.lease.as_mut().expect("a lease").lease_id = "another".to_owned();
    let refused = bench.trials.complete_trial(complete(&stolen, Some(ask("1")))).await;
    assert_eq!(from_status(&refused.expect_err("refused")).code, Code::LeaseLost);
    assert_eq!(bench.states().await, [v1::TrialState::Running]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_counts_though_nothing_can_be_leased() {
    let (mut bench, first) = Bench::new(3).await;
    let pause = v1::PauseStudyRequest { study: study("s") };
    bench.studies.pause_study(pause).await.expect("paused");
    let told = bench.trials.complete_trial(complete(&first, Some(ask("1")))).await.expect("told");
    assert_eq!(told.into_inner().next, None);
    assert_eq!(bench.states().await, [v1::TrialState::Completed]);
}
