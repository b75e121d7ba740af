//! A server behind TLS that asks who calls, with certificates that `openssl` makes.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::stream;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};
use tunewright::{Client, Code, ConnectOptions, Token, WatchEvent};
use tunewright_proto::v1;
use tunewright_proto::v1::study_service_server::{StudyService, StudyServiceServer};

const TOKEN: &str = "tw_worker_c0ffee";

/// Notes what each caller says of itself.
#[derive(Clone, Default)]
struct Porter {
    seen: Arc<Mutex<Vec<Option<String>>>>,
}

impl Porter {
    fn note<T>(&self, request: &Request<T>) {
        let said =
            request.metadata().get("authorization").map(|value| value.to_str().expect("ASCII").to_owned());
        self.seen.lock().expect("not poisoned").push(said);
    }

    fn seen(&self) -> Vec<Option<String>> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

macro_rules! unused {
    ($($name:ident($request:ident) -> $response:ident;)*) => { $(
        fn $name<'a: 'b, 'b>(
            &'a self,
            _: Request<v1::$request>,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response<v1::$response>, Status>> + Send + 'b>>
        where
            Self: 'b,
        {
            Box::pin(async { Err(Status::unimplemented("not in this test")) })
        }
    )* };
}

#[tonic::async_trait]
impl StudyService for Porter {
    type WatchStudyStream = stream::Iter<std::vec::IntoIter<Result<v1::WatchStudyResponse, Status>>>;

    async fn list_studies(
        &self,
        request: Request<v1::ListStudiesRequest>,
    ) -> Result<Response<v1::ListStudiesResponse>, Status> {
        self.note(&request);
        Ok(Response::new(v1::ListStudiesResponse::default()))
    }

    async fn watch_study(
        &self,
        request: Request<v1::WatchStudyRequest>,
    ) -> Result<Response<Self::WatchStudyStream>, Status> {
        self.note(&request);
        let gap = v1::watch_study_response::Event::Gap(0);
        Ok(Response::new(stream::iter(vec![Ok(v1::WatchStudyResponse { event: Some(gap) })])))
    }

    unused! {
        create_study(CreateStudyRequest) -> CreateStudyResponse;
        get_study(GetStudyRequest) -> GetStudyResponse;
        update_study(UpdateStudyRequest) -> UpdateStudyResponse;
        pause_study(PauseStudyRequest) -> PauseStudyResponse;
        resume_study(ResumeStudyRequest) -> ResumeStudyResponse;
        stop_study(StopStudyRequest) -> StopStudyResponse;
        delete_study(DeleteStudyRequest) -> DeleteStudyResponse;
    }
}

fn openssl(dir: &Path, arguments: &str) {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(dir).output();
    let done = done.expect("openssl is installed by `make setup`");
    assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

/// An authority, and certificates of a server and of a client that it vouches for.
fn make_certificates(dir: &Path) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(dir, &format!("req -x509 {key} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"));
    std::fs::write(dir.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .expect("written");
    for name in ["server", "client"] {
        openssl(dir, &format!("req {key} -subj /CN={name} -keyout {name}.key -out {name}.csr"));
        let signed =
            format!("-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {name}.pem");
        openssl(dir, &format!("x509 -req -in {name}.csr {signed}"));
    }
}

/// Serves behind TLS; with `client_ca`, only those who show a certificate.
async fn serve(dir: &Path, porter: &Porter, wants_client: bool) -> (u16, AbortOnDropHandle<()>) {
    let read = |name: &str| std::fs::read(dir.join(name)).expect("made");
    let mut tls = ServerTlsConfig::new().identity(Identity::from_pem(read("server.pem"), read("server.key")));
    if wants_client {
        tls = tls.client_ca_root(Certificate::from_pem(read("ca.pem")));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    let mut server = Server::builder().tls_config(tls).expect("TLS");
    let serving = server.add_service(StudyServiceServer::new(porter.clone())).serve_with_incoming(incoming);
    (port, AbortOnDropHandle::new(tokio::spawn(async move { serving.await.expect("served") })))
}

fn options(address: String, ca: Option<&Path>) -> ConnectOptions {
    let mut options = ConnectOptions::to(address).with_deadline(Duration::from_secs(1));
    options.tls_ca = ca.map(Path::to_owned);
    options
}

#[tokio::test]
async fn tls_takes_only_whom_the_authority_vouches_for_and_every_call_says_who_calls() {
    let dir = tempfile::tempdir().expect("a directory");
    make_certificates(dir.path());
    let (ca, porter) = (dir.path().join("ca.pem"), Porter::default());
    let (port, _serving) = serve(dir.path(), &porter, false).await;
    let known = options(format!("https://localhost:{port}"), Some(&ca));
    let with_token = known.clone().with_token(Token::new(TOKEN).expect("a token"));
    assert!(!format!("{with_token:?}").contains("c0ffee"));
    let client = Client::connect_with(with_token).await.expect("connected");
    assert!(client.studies(None).await.expect("an answer").is_empty());
    let mut watch = client.study("s".parse().expect("a name")).watch();
    let event = tokio::time::timeout(Duration::from_secs(10), watch.next()).await.expect("in time");
    assert!(matches!(event, Some(Ok(WatchEvent::Gap { .. }))), "{event:?}");
    drop(watch);
    assert!(!format!("{client:?}").contains("c0ffee"));
    let said = Some(format!("Bearer {TOKEN}"));
    assert_eq!(porter.seen()[..2], [said.clone(), said]);

    let count = porter.seen().len();
    Client::connect_with(known).await.expect("connected").studies(None).await.expect("an answer");
    assert_eq!(porter.seen().last(), Some(&None), "without a token nothing is said");
    // Nobody the system knows has vouched for it; it is not called by its number; and it speaks nothing but TLS.
    for stranger in [
        options(format!("https://localhost:{port}"), None),
        options(format!("https://127.0.0.1:{port}"), Some(&ca)),
        options(format!("http://localhost:{port}"), None),
    ] {
        let answer = match Client::connect_with(stranger).await {
            Ok(client) => client.studies(None).await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert_eq!(answer.expect_err("no server of ours").code(), Code::Unavailable);
    }
    assert_eq!(porter.seen().len(), count + 1);
}

#[tokio::test]
async fn a_server_may_want_to_see_a_certificate() {
    let dir = tempfile::tempdir().expect("a directory");
    make_certificates(dir.path());
    let (port, _serving) = serve(dir.path(), &Porter::default(), true).await;
    let anonymous = options(format!("https://localhost:{port}"), Some(&dir.path().join("ca.pem")));
    let mut known = anonymous.clone();
    known.tls_cert = Some(dir.path().join("client.pem"));
    known.tls_key = Some(dir.path().join("client.key"));
    let client = Client::connect_with(known).await.expect("connected");
    assert!(client.studies(None).await.expect("an answer").is_empty());
    let refused = match Client::connect_with(anonymous).await {
        Ok(client) => client.studies(None).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert_eq!(refused.expect_err("not let in").code(), Code::Unavailable);
}
