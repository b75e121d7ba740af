//! Asking Sentinels which Redis is the primary.
//!
//! `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT,.../NAME/DB`, where user, password and number are those of the Redis;
//! `sentinel_username` and `sentinel_password` after a `?` are those of the Sentinels. `rediss+sentinel://` is TLS to both.

use std::time::Duration;

use futures::future::join_all;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult, cmd};
use tokio::time::timeout;

use super::client;
use crate::storage::StorageError;

/// Where Sentinels listen if nothing else is said.
const PORT: u16 = 26_379;
/// The longest one Sentinel may take to answer.
const DEADLINE: Duration = Duration::from_secs(1);

const FORM: &str = "write `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT,HOST:PORT/NAME/DB`";

/// The Sentinels that know a primary by its name. Has no `Debug`, as it holds passwords.
#[derive(Clone)]
pub(super) struct Sentinels {
    sentinels: Vec<Client>,
    /// What they call the primary.
    name: String,
    /// The address of the primary before and after its host and port.
    scheme: &'static str,
    user: String,
    rest: String,
}

/// Where one Sentinel says that the primary is, since the failover of this number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    epoch: u64,
    host: String,
    port: u16,
}

impl Sentinels {
    /// `None` for an address of another kind.
    pub(super) fn parse(url: &str) -> Result<Option<Self>, StorageError> {
        let (scheme, rest) = match url.split_once("+sentinel://") {
            Some(("redis", rest)) => ("redis", rest),
            Some(("rediss", rest)) => ("rediss", rest),
            _ => return Ok(None),
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = path.split_once('/').ok_or_else(malformed)?;
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let (name, database) = path.split_once('/').unwrap_or((path, "0"));
        if name.is_empty() || hosts.is_empty() {
            return Err(malformed());
        }
        let (own, rest): (Vec<&str>, Vec<&str>) =
            query.split('&').filter(|part| !part.is_empty()).partition(|part| part.starts_with("sentinel_"));
        let rest = match rest.as_slice() {
            [] => format!("/{database}"),
            rest => format!("/{database}?{}", rest.join("&")),
        };
        let of_sentinels = credentials(&own)?;
        let sentinels = hosts.split(',').map(|host| {
            let host = if has_port(host) { host.to_owned() } else { format!("{host}:{PORT}") };
            client(&format!("{scheme}://{of_sentinels}{host}"))
        });
        let sentinels = sentinels.collect::<Result<_, _>>().map_err(|_| malformed())?;
        let these = Self { sentinels, name: name.to_owned(), scheme, user, rest };
        // So that a bad user or number is refused now.
        these.primary("127.0.0.1", 1).map_err(|_| malformed())?;
        Ok(Some(these))
    }

    /// For errors: the name, and where its Sentinels are.
    pub(super) fn address(&self) -> String {
        let hosts: Vec<_> =
            self.sentinels.iter().map(|it| it.get_connection_info().addr().to_string()).collect();
        format!("{} of {}", self.name, hosts.join(","))
    }

    /// Where the primary is, most likely first. Of Sentinels that disagree those that know of more failovers are right.
    pub(super) async fn resolve(&self) -> RedisResult<Vec<Client>> {
        let answers = join_all(self.sentinels.iter().map(|sentinel| self.ask(sentinel))).await;
        let mut problem = None;
        let mut told = Vec::new();
        for answer in answers {
            match answer {
                Ok(Some(answer)) => told.push(answer),
                Ok(None) => problem = Some(unknown(&self.name)),
                Err(error) => problem = Some(error),
            }
        }
        match (told.is_empty(), problem) {
            (true, Some(problem)) => Err(problem),
            _ => ranked(told).iter().map(|it| self.primary(&it.host, it.port)).collect(),
        }
    }

    async fn ask(&self, sentinel: &Client) -> RedisResult<Option<Told>> {
        let answer = timeout(DEADLINE, async {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(DEADLINE))
                .set_response_timeout(Some(DEADLINE));
            let mut connection = sentinel.get_multiplexed_async_connection_with_config(&config).await?;
            let address = cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(&self.name).to_owned();
            let address: Option<(String, u16)> = address.query_async(&mut connection).await?;
            let Some((host, port)) = address else { return Ok(None) };
            let about = cmd("SENTINEL").arg("MASTER").arg(&self.name).to_owned();
            let about: Vec<String> = about.query_async(&mut connection).await?;
            let epoch = about.chunks_exact(2).find(|pair| pair[0] == "config-epoch");
            let epoch = epoch.and_then(|pair| pair[1].parse().ok()).unwrap_or(0);
            Ok(Some(Told { epoch, host, port }))
        });
        answer.await.unwrap_or_else(|_| Err((ErrorKind::Io, "a Sentinel does not answer in time").into()))
    }

    fn primary(&self, host: &str, port: u16) -> RedisResult<Client> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let url = format!("{}://{}{host}:{port}{}", self.scheme, self.user, self.rest);
        client(&url)
            .map_err(|_| (ErrorKind::InvalidClientConfig, "a Sentinel names no usable address").into())
    }
}

/// Those of the last failover, each once, the one that most speak of first.
fn ranked(told: Vec<Told>) -> Vec<Told> {
    let last = told.iter().map(|it| it.epoch).max().unwrap_or(0);
    let mut counted: Vec<(usize, Told)> = Vec::new();
    for it in told.into_iter().filter(|it| it.epoch == last) {
        match counted.iter_mut().find(|(_, known)| *known == it) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, it)),
        }
    }
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    counted.into_iter().map(|(_, it)| it).collect()
}

/// `USER:PASSWORD@` for the Sentinels' addresses, as they are written in the query.
fn credentials(query: &[&str]) -> Result<String, StorageError> {
    let (mut user, mut password) = ("", None);
    for part in query {
        match part.split_once('=') {
            Some(("sentinel_username", value)) => user = value,
            Some(("sentinel_password", value)) => password = Some(value),
            _ => return Err(malformed()),
        }
    }
    Ok(password.map(|password| format!("{user}:{password}@")).unwrap_or_default())
}

/// An address of version 6 has colons of its own, in brackets.
fn has_port(host: &str) -> bool {
    host.rsplit(']').next().unwrap_or(host).contains(':')
}

/// Says nothing of the address: it may hold a password.
fn malformed() -> StorageError {
    let message = "the address of the Sentinels cannot be used";
    StorageError::Setup(tunewright_core::Refusal::invalid("store", message).with_hint(FORM))
}

fn unknown(name: &str) -> RedisError {
    let kind = ErrorKind::InvalidClientConfig;
    (kind, "the Sentinels know no primary of this name", name.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Sentinels {
        Sentinels::parse(url).expect("legal").expect("it is of this kind")
    }

    fn address(client: &Client) -> String {
        client.get_connection_info().addr().to_string()
    }

    #[test]
    fn the_address_has_sentinels_a_name_a_number_and_passwords_for_both() {
        let these = parsed(
            "redis+sentinel://me:p%40ss@a:1,b,[::1],[::2]:7/main/3?sentinel_username=s&sentinel_password=q%2F",
        );
        assert_eq!(these.name, "main");
        let hosts: Vec<_> = these.sentinels.iter().map(address).collect();
        assert_eq!(hosts, ["a:1", "b:26379", "::1:26379", "::2:7"]);
        let own = these.sentinels[0].get_connection_info().redis_settings();
        assert_eq!((own.username(), own.password(), own.db()), (Some("s"), Some("q/"), 0));
        let primary = these.primary("fe80::1", 6379).expect("an address");
        let settings = primary.get_connection_info().redis_settings();
        assert_eq!((settings.username(), settings.password(), settings.db()), (Some("me"), Some("p@ss"), 3));
        assert_eq!(address(&primary), "fe80::1:6379");
        assert_eq!(these.address(), "main of a:1,b:26379,::1:26379,::2:7");
    }

    #[test]
    fn the_least_is_one_host_and_a_name() {
        let these = parsed("rediss+sentinel://h/main");
        assert_eq!(these.sentinels.len(), 1);
        let settings = these.primary("p", 1).expect("an address").get_connection_info().clone();
        assert!(matches!(settings.addr(), redis::ConnectionAddr::TcpTls { .. }));
        assert_eq!(settings.redis_settings().db(), 0);
        assert!(Sentinels::parse("redis://h/0").expect("another kind").is_none());
    }

    #[test]
    fn a_malformed_address_keeps_its_password_to_itself() {
        for url in [
            "redis+sentinel://me:secret@h",
            "redis+sentinel://me:secret@h/",
            "redis+sentinel://me:secret@/main",
            "redis+sentinel://me:secret@h:port/main",
            "redis+sentinel://me:secret@h/main/x",
            "redis+sentinel://h/main?sentinel_pass=secret",
        ] {
            let Err(error) = Sentinels::parse(url) else { panic!("{url}") };
            let said = format!("{error} {error:?}");
            assert!(said.contains(FORM) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn of_sentinels_that_disagree_the_last_failover_counts_and_then_the_many() {
        let told = |epoch, host: &str| Told { epoch, host: host.to_owned(), port: 1 };
        let answers = vec![told(1, "old"), told(1, "old"), told(2, "rare"), told(2, "new"), told(2, "new")];
        assert_eq!(ranked(answers), [told(2, "new"), told(2, "rare")]);
    }
}
