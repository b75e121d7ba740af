//! The files that put Tunewright on other machines, checked without those machines.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::binary::binary;
use crate::support::certificates::Authority;
use crate::support::project;
use crate::support::served::Served;

const MANIFESTS: &str = "deploy/kubernetes";
const COMPOSE: &str = "deploy/compose.yaml";
const DOCKERFILE: &str = "deploy/Dockerfile";

/// The documents of a YAML file.
fn yaml(path: impl AsRef<Path>) -> Vec<Value> {
    let path = path.as_ref();
    serde_saphyr::from_multiple(&project::read(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn compose() -> Value {
    yaml(COMPOSE).remove(0)
}

/// The objects of all manifests but the kustomization, which is no object.
fn objects() -> Vec<Value> {
    let manifests = project::files_below(MANIFESTS, "yaml");
    let objects = manifests.iter().filter(|path| !path.ends_with("kustomization.yaml")).flat_map(yaml);
    objects.collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let found: Vec<_> = objects.iter().filter(|object| object["kind"] == kind).collect();
    assert!(!found.is_empty(), "there is no {kind}");
    found
}

/// The pod specs of the workloads.
fn pods(objects: &[Value]) -> Vec<&Value> {
    let workloads = [of_kind(objects, "Deployment"), of_kind(objects, "StatefulSet")].concat();
    workloads.into_iter().map(|workload| &workload["spec"]["template"]["spec"]).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn words(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

/// What our own binary is called with: in Compose, then in Kubernetes.
fn command_lines(compose: &Value, objects: &[Value]) -> Vec<Vec<String>> {
    let services = compose["services"].as_object().expect("services").values();
    let ours =
        services.filter(|service| !service["build"].is_null()).map(|service| words(&service["command"]));
    let containers = pods(objects).into_iter().flat_map(|pod| list(&pod["containers"]));
    let in_pods = containers.filter(|container| container["command"].is_null()).map(|it| words(&it["args"]));
    let owned = |line: Vec<&str>| line.into_iter().map(str::to_owned).collect();
    ours.chain(in_pods).map(owned).collect()
}

#[test]
fn manifests_fit_the_kubernetes_schemas() {
    let manifests = project::files_below(MANIFESTS, "yaml");
    let validate = Command::new(project::tool("kubernetes-validate"))
        .arg("--strict")
        .args(manifests.iter().filter(|path| !path.ends_with("kustomization.yaml")))
        .current_dir(project::root())
        .output()
        .expect("kubernetes-validate starts");
    let said = [validate.stdout, validate.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(validate.status.success(), "{said}");
    let passed = said.lines().filter(|line| line.contains("passed for resource")).count();
    assert_eq!(passed, objects().len(), "not every object was looked at: {said}");
}

#[test]
fn the_schemas_are_looked_at() {
    let dir = tempfile::tempdir().expect("a directory");
    let wrong = project::read(format!("{MANIFESTS}/workers.yaml")).replace("replicas: 2", "replicas: many");
    let path = dir.path().join("workers.yaml");
    fs::write(&path, wrong).expect("written");
    let validate = Command::new(project::tool("kubernetes-validate"))
        .arg("--strict")
        .arg(path)
        .output()
        .expect("kubernetes-validate starts");
    assert!(!validate.status.success(), "a wrong manifest was accepted");
}

#[test]
fn the_kustomization_names_every_manifest() {
    let kustomization = yaml(format!("{MANIFESTS}/kustomization.yaml")).remove(0);
    let named: BTreeSet<String> = words(&kustomization["resources"]).into_iter().map(str::to_owned).collect();
    let manifests = project::files_below(MANIFESTS, "yaml");
    let names = manifests.iter().filter_map(|path| path.file_name()?.to_str()).map(str::to_owned);
    let there: BTreeSet<String> = names.filter(|name| name != "kustomization.yaml").collect();
    assert_eq!(named, there);
}

#[test]
fn pods_run_without_rights() {
    let objects = objects();
    for pod in pods(&objects) {
        let context = &pod["securityContext"];
        assert_eq!(context["runAsNonRoot"], true, "{pod:#}");
        assert!(context["runAsUser"].as_u64().is_some_and(|user| user > 0), "{pod:#}");
        assert_eq!(context["seccompProfile"]["type"], "RuntimeDefault", "{pod:#}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{pod:#}");
        assert!(!list(&pod["containers"]).is_empty(), "{pod:#}");
        for container in list(&pod["containers"]) {
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{container:#}");
            assert_eq!(context["readOnlyRootFilesystem"], true, "{container:#}");
            assert_eq!(words(&context["capabilities"]["drop"]), ["ALL"], "{container:#}");
            assert!(container["resources"]["requests"]["cpu"].is_string(), "{container:#}");
            assert!(container["resources"]["limits"]["memory"].is_string(), "{container:#}");
        }
    }
}

#[test]
fn the_server_is_probed_where_it_answers() {
    let objects = objects();
    let server =
        of_kind(&objects, "Deployment").into_iter().find(|it| it["metadata"]["name"] == "tunewright");
    let container = &server.expect("a server")["spec"]["template"]["spec"]["containers"][0];
    let port = &container["ports"][0];
    assert_eq!(port["containerPort"], 7070);
    for (probe, path) in
        [("readinessProbe", "/readyz"), ("livenessProbe", "/healthz"), ("startupProbe", "/healthz")]
    {
        assert_eq!(container[probe]["httpGet"]["path"], path);
        assert_eq!(container[probe]["httpGet"]["port"], port["name"]);
        assert_eq!(container[probe]["httpGet"]["scheme"], "HTTPS");
    }
}

/// The secrets as they are mounted, below a directory in place of `/`; and a container's arguments as they are there.
struct Mounted<'a> {
    root: &'a Path,
    deployment: &'a Value,
}

impl Mounted<'_> {
    fn spec(&self) -> &Value {
        &self.deployment["spec"]["template"]["spec"]
    }

    /// Fills the secret of this name, which has to be mounted somewhere.
    fn fill(&self, secret: &str, entries: &[(&str, &[u8])]) {
        let volumes = list(&self.spec()["volumes"]);
        let volume =
            volumes.iter().find(|volume| volume["secret"]["secretName"] == secret).expect("a volume");
        let mounts = list(&self.spec()["containers"][0]["volumeMounts"]);
        let mount = mounts.iter().find(|mount| mount["name"] == volume["name"]).expect("it is mounted");
        let dir = self.root.join(mount["mountPath"].as_str().expect("a path").trim_start_matches('/'));
        fs::create_dir_all(&dir).expect("a directory");
        for (name, content) in entries {
            fs::write(dir.join(name), content).expect("written");
        }
    }

    /// A word of the manifest, with its paths below the directory.
    fn word(&self, word: &str) -> String {
        let root = self.root.display();
        word.replace("/etc/", &format!("{root}/etc/")).replace("/var/", &format!("{root}/var/"))
    }

    fn arguments(&self) -> Vec<String> {
        let words = words(&self.spec()["containers"][0]["args"]);
        words.into_iter().take_while(|word| *word != "--").map(|word| self.word(word)).collect()
    }
}

/// The server and a worker of the manifests, with secrets made as in the guide, and a store in memory in place of Redis.
#[test]
fn the_pods_find_each_other_and_nobody_else_is_let_in() {
    const ROOT: &str = "tw_admin_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let objects = objects();
    let root = tempfile::tempdir().expect("a directory");
    let deployment = |name: &str| {
        let found = of_kind(&objects, "Deployment").into_iter().find(|it| it["metadata"]["name"] == name);
        Mounted { root: root.path(), deployment: found.expect("a deployment") }
    };
    let (server, workers) = (deployment("tunewright"), deployment("workers"));
    let authority = Authority::new();
    let pair = authority.certify("tunewright");
    let read = |path: &Path| fs::read(path).expect("a file");
    server.fill("tunewright-tls", &[("tls.crt", &read(&pair.cert)), ("tls.key", &read(&pair.key))]);
    server.fill("tunewright-admin", &[("token", ROOT.as_bytes())]);
    let options: Vec<String> = server.arguments()[1..]
        .iter()
        .map(|word| word.replace("0.0.0.0:7070", "0.0.0.0:0").replace("redis://redis:6379", "memory:"))
        .flat_map(|word| word.split('=').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let served = Served::start(&options.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    let url = format!("https://localhost:{}", served.port());
    let ask = |token: &str, arguments: &[&str]| -> Output {
        let mut asking = Command::new(binary());
        asking.args(["--server", &url]).args(arguments).env("TUNEWRIGHT_TOKEN", token);
        asking.env("TUNEWRIGHT_TLS_CA", authority.ca()).output().expect("tunewright starts")
    };
    let said = |output: Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let token = said(ask(ROOT, &["token", "create", "--scope", "worker:run@default", "--label", "workers"]));
    workers.fill("tunewright-worker", &[("token", &token), ("ca.crt", &read(&authority.ca()))]);
    let study = root.path().join("study.yaml");
    fs::write(&study, "name: s\nspace: {x: {type: float, low: 0, high: 1}}\nbudget: {max_trials: 2}\n")
        .expect("written");
    said(ask(ROOT, &["study", "create", study.to_str().expect("text")]));

    let environment = list(&workers.spec()["containers"][0]["env"]);
    let variables = environment.iter().map(|variable| {
        let text = |key: &str| variable[key].as_str().expect("text");
        (text("name"), workers.word(text("value")))
    });
    let worked = Command::new(binary())
        .args(workers.arguments().iter().map(|word| word.replace("https://tunewright:7070", &url)))
        .args(["--max-trials", "2", "--", "sh", "-c", "echo {x}"])
        .envs(variables)
        .output()
        .expect("a worker starts");
    said(worked);
    let shown: Value =
        serde_json::from_slice(&said(ask(ROOT, &["--json", "study", "show", "s"]))).expect("JSON");
    assert_eq!(shown["study"]["counts"]["completed"], 2, "{shown:#}");
    let stranger = ask("", &["--json", "study", "list"]);
    assert!(!stranger.status.success(), "whoever has no token was let in");
    let worker = String::from_utf8(token).expect("text");
    assert!(!ask(worker.trim(), &["study", "delete", "s"]).status.success(), "a worker deletes studies");
}

#[test]
fn redis_keeps_what_it_is_given() {
    let objects = objects();
    let stateful = &of_kind(&objects, "StatefulSet")[0]["spec"];
    let container = &stateful["template"]["spec"]["containers"][0];
    let volume = &stateful["volumeClaimTemplates"][0]["metadata"]["name"];
    assert_eq!(&container["volumeMounts"][0]["name"], volume);
    assert_eq!(container["volumeMounts"][0]["mountPath"], "/data");
    let compose = compose();
    for arguments in [words(&container["args"]), words(&compose["services"]["redis"]["command"])] {
        let set: Vec<_> = arguments.windows(2).map(|pair| (pair[0], pair[1])).collect();
        assert!(set.contains(&("--appendonly", "yes")), "{arguments:?}");
        assert!(set.contains(&("--maxmemory-policy", "noeviction")), "{arguments:?}");
    }
    assert_eq!(words(&compose["services"]["redis"]["volumes"]), ["redis:/data"]);
}

#[test]
fn every_flag_is_one_of_the_binary() {
    let lines = command_lines(&compose(), &objects());
    assert_eq!(lines.len(), 5, "three services and two workloads run our binary: {lines:?}");
    for line in lines {
        let ours: Vec<&str> = line.iter().map(String::as_str).take_while(|word| *word != "--").collect();
        let commands: Vec<&str> = ours.iter().copied().take_while(|word| !word.starts_with('-')).collect();
        let help = Command::new(binary()).args(&commands).arg("--help").output().expect("tunewright starts");
        assert!(help.status.success(), "{commands:?}: {}", String::from_utf8_lossy(&help.stderr));
        let help = String::from_utf8_lossy(&help.stdout);
        let known: BTreeSet<&str> = help.split([' ', ',', '[', ']', '=', '\n']).collect();
        for word in ours.iter().filter(|word| word.starts_with("--")) {
            let flag = word.split('=').next().unwrap_or(word);
            assert!(known.contains(flag), "`{flag}` is no flag of {commands:?}:\n{help}");
        }
    }
}

#[test]
fn hosts_are_names_that_are_there() {
    let (compose, objects) = (compose(), objects());
    let services = compose["services"].as_object().expect("services").keys().map(String::as_str);
    let in_cluster =
        of_kind(&objects, "Service").into_iter().filter_map(|it| it["metadata"]["name"].as_str());
    let known: BTreeSet<&str> = services.chain(in_cluster).collect();
    let lines = command_lines(&compose, &objects);
    let hosts: Vec<&str> = lines
        .iter()
        .flatten()
        .filter_map(|word| word.split_once("://"))
        .filter_map(|(_, rest)| rest.split(':').next())
        .collect();
    assert_eq!(hosts.len(), 5, "each command line names a server or a store: {lines:?}");
    for host in hosts {
        assert!(known.contains(host), "`{host}` is neither in {COMPOSE} nor in {MANIFESTS}");
    }
}

#[test]
fn compose_holds_together() {
    let compose = compose();
    let services = compose["services"].as_object().expect("services");
    let dockerfile = project::read(DOCKERFILE);
    let stages: Vec<&str> = dockerfile
        .lines()
        .filter(|line| line.starts_with("FROM "))
        .filter_map(|line| line.split(" AS ").nth(1))
        .collect();
    for (name, service) in services {
        for needed in service["depends_on"].as_object().into_iter().flat_map(|map| map.keys()) {
            assert!(services.contains_key(needed), "{name} depends on {needed}, which is not there");
        }
        if let Some(target) = service["build"]["target"].as_str() {
            assert!(stages.contains(&target), "{name} is built from the stage {target}, of {stages:?}");
            assert_eq!(service["build"]["dockerfile"], DOCKERFILE);
        }
    }
    assert_eq!(services["worker"]["deploy"]["replicas"], 2);
    for port in words(&services["server"]["ports"]) {
        assert!(port.starts_with("127.0.0.1:"), "{port} opens the server to other machines");
    }
}

#[test]
fn the_image_is_built_from_what_is_there() {
    let dockerfile = project::read(DOCKERFILE).replace("\\\n", " ");
    let ignored = project::read(format!("{DOCKERFILE}.dockerignore"));
    let kept: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let is_kept = |path: &str| kept.iter().any(|kept| Path::new(path).starts_with(kept));
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY "));
    let mut sources: Vec<&str> = Vec::new();
    for copy in copies.filter(|copy| !copy.starts_with("--from")) {
        let paths: Vec<&str> = copy.split_whitespace().collect();
        sources.extend(&paths[..paths.len() - 1]);
    }
    assert!(sources.contains(&"examples/digits/train.py"), "{sources:?}");
    for source in sources.iter().filter(|source| **source != ".") {
        assert!(
            project::root().join(source).exists() && is_kept(source),
            "{source} is not there to be copied"
        );
    }
    let members = project::read("Cargo.toml");
    let members = members.lines().find_map(|line| line.strip_prefix("members = [")).expect("members");
    for member in members.trim_end_matches(']').split(", ").map(|member| member.trim_matches('"')) {
        assert!(is_kept(member), "{member} is not handed to the build");
    }
    let last_stage = dockerfile.rsplit("FROM ").next().expect("a stage");
    let user = last_stage.lines().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    let id = user.split(':').next().and_then(|id| id.parse::<u32>().ok());
    assert!(id.is_some_and(|id| id > 0), "`{user}` must be the number of a user without rights");
}
