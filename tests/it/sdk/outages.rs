//! A server that goes away and comes back.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tunewright::{Client, Metrics, Watch, WatchEvent};
use tunewright_core::study::Transition;
use tunewright_server::{Config, RunError, run};

use super::{name, spec};

/// A server over a store on disk, which can be started again at the same address.
struct Server {
    stop: CancellationToken,
    serving: JoinHandle<Result<(), RunError>>,
}

impl Server {
    fn start(listener: TcpListener, store: &str) -> Self {
        let stop = CancellationToken::new();
        let config = Config { store: store.to_owned(), grace: Duration::from_secs(1), ..Config::default() };
        Self { serving: tokio::spawn(run(config, listener, stop.clone())), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.serving.await.expect("no panic").expect("a clean end");
    }
}

async fn until(watch: &mut Watch, wanted: impl Fn(&WatchEvent) -> bool) {
    let found = async {
        loop {
            let event = watch.next().await.expect("no end").expect("no error");
            if wanted(&event) {
                return;
            }
        }
    };
    timeout(Duration::from_secs(20), found).await.expect("the event comes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trials_and_watchers_outlast_a_restart_of_the_server() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = format!("redb:{}", dir.path().display());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = Server::start(listener, &store);
    let client = Client::connect(address.to_string()).await.expect("connected");
    client.create_study(&name(), &spec(5)).await.expect("a study");
    let study = client.study(name());
    let mut watch = study.watch();
    until(&mut watch, |event| matches!(event, WatchEvent::Study(_))).await;
    let trial = study.ask(1).await.expect("a trial").trials.remove(0);
    until(
        &mut watch,
        |event| matches!(event, WatchEvent::Trial(event) if event.transition == Transition::Leased),
    )
    .await;

    server.stop().await;
    // The result is offered while nobody is there to take it; and for longer than the lease's life.
    let telling = tokio::spawn(async move { trial.complete(0.25, Metrics::new(), "").await });
    sleep(Duration::from_millis(1_500)).await;
    assert!(!telling.is_finished(), "it waits for the server");
    let listener = TcpListener::bind(address).await.expect("the same port");
    let server = Server::start(listener, &store);

    let told = timeout(Duration::from_secs(20), telling).await.expect("in time").expect("no panic");
    assert!(!told.expect("it counts").late, "a server that is away ends no lease");
    until(&mut watch, |event| {
        matches!(event, WatchEvent::Study(info) if info.counts.completed == 1)
            || matches!(event, WatchEvent::Trial(event) if event.transition == Transition::Completed)
    })
    .await;
    let best = study.best().await.expect("an answer").expect("a best trial");
    assert_eq!((best.trial.loss, best.trial.attempt), (Some(0.25), 1));
    drop((watch, study, client));
    server.stop().await;
}
