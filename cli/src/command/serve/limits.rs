//! `--limit NAME=NUMBER`: how much callers may take of a server.

use std::collections::BTreeMap;
use std::str::FromStr;

use tunewright_core::Refusal;
use tunewright_core::access::Rate;
use tunewright_server::Config;

/// A limit and what it does to a configuration.
struct Limit {
    name: &'static str,
    most: u64,
    set: fn(&mut Config, u64),
}

/// All limits that can be set. None may be 0: then nobody could do anything.
const LIMITS: [Limit; 11] = [
    limit("connections", 1_000_000, |config, number| config.port.connections = size(number)),
    limit("connections-per-address", 1_000_000, |config, number| {
        config.port.connections_per_address = size(number);
    }),
    limit("handshakes", 100_000, |config, number| config.port.handshakes = size(number)),
    limit("streams-per-connection", 100_000, |config, number| config.port.streams = small(number)),
    limit("head-bytes", 1 << 20, |config, number| config.port.head_len = small(number)),
    limit("results", 100_000, |config, number| config.load.results = size(number)),
    limit("calls", 100_000, |config, number| config.load.calls = size(number)),
    limit("uploads", 10_000, |config, number| config.load.uploads = size(number)),
    limit("calls-per-second-of-token", 10_000_000, |config, number| {
        config.load.rate = Some(Rate::per_second(small(number)));
    }),
    limit("message-bytes", 1 << 30, |config, number| config.quotas.message_len = size(number)),
    limit("studies-per-project", 10_000_000, |config, number| {
        config.quotas.studies_per_project = size(number)
    }),
];

const fn limit(name: &'static str, most: u64, set: fn(&mut Config, u64)) -> Limit {
    Limit { name, most, set }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// `NAME=NUMBER`, of a limit that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetLimit {
    name: String,
    number: u64,
}

impl SetLimit {
    /// # Errors
    /// `invalid`, naming what there is.
    fn new(name: &str, number: u64) -> Result<Self, Refusal> {
        let Some(limit) = LIMITS.iter().find(|limit| limit.name == name) else {
            let names: Vec<_> = LIMITS.iter().map(|limit| format!("`{}`", limit.name)).collect();
            let known = format!("the limits are {}", names.join(", "));
            return Err(Refusal::invalid("limit", format!("`{name}` is none")).with_hint(known));
        };
        if number == 0 || number > limit.most {
            let message = format!("must be from 1 to {}, not {number}", limit.most);
            return Err(Refusal::invalid(format!("limit.{name}"), message));
        }
        Ok(Self { name: name.to_owned(), number })
    }
}

impl FromStr for SetLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').ok_or("must be NAME=NUMBER, for example `calls=2000`")?;
        let number = number.parse().map_err(|_| format!("`{number}` must be a whole number"))?;
        Self::new(name, number).map_err(|refusal| match &refusal.hint {
            Some(hint) => format!("{refusal}; {hint}"),
            None => refusal.to_string(),
        })
    }
}

/// The limits of the file, and after them those of the flags, which win.
///
/// # Errors
/// `invalid`, naming the limit.
pub fn merge(flags: Vec<SetLimit>, file: &BTreeMap<String, u64>) -> Result<Vec<SetLimit>, Refusal> {
    let of_file = file.iter().map(|(name, number)| SetLimit::new(name, *number));
    of_file.chain(flags.into_iter().map(Ok)).collect()
}

/// Sets them.
pub fn apply(limits: &[SetLimit], config: &mut Config) {
    for wanted in limits {
        for limit in LIMITS.iter().filter(|limit| limit.name == wanted.name) {
            (limit.set)(config, wanted.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_changes_the_configuration_and_is_told_in_the_reference() {
        let reference = include_str!("../../../../docs/security.md");
        for limit in LIMITS {
            let mut config = Config::default();
            let before = format!("{config:?}");
            let set = format!("{}={}", limit.name, 77).parse().expect(limit.name);
            apply(&[set], &mut config);
            let after = format!("{config:?}");
            assert!(before != after && after.contains("77"), "{}: {after}", limit.name);
            assert!(reference.contains(&format!("`{}`", limit.name)), "`{}` is not told", limit.name);
            assert!(format!("{}={}", limit.name, limit.most).parse::<SetLimit>().is_ok());
            assert!(format!("{}={}", limit.name, limit.most + 1).parse::<SetLimit>().is_err());
            assert!(format!("{}=0", limit.name).parse::<SetLimit>().is_err());
        }
    }

    #[test]
    fn flags_win_over_the_file_and_what_is_no_limit_is_told() {
        let file = BTreeMap::from([("calls".to_owned(), 5), ("results".to_owned(), 6)]);
        let mut config = Config::default();
        let flag = "calls=7".parse().expect("a limit");
        apply(&merge(vec![flag], &file).expect("limits"), &mut config);
        assert_eq!((config.load.calls, config.load.results), (7, 6));
        let unknown = merge(Vec::new(), &BTreeMap::from([("call".to_owned(), 5)])).expect_err("unknown");
        assert_eq!(unknown.to_string(), "limit: `call` is none");
        for (wrong, says) in [
            ("calls", "must be NAME=NUMBER"),
            ("calls=many", "`many` must be a whole number"),
            ("calls=-1", "`-1` must be a whole number"),
            ("call=1", "the limits are `connections`"),
        ] {
            let error = wrong.parse::<SetLimit>().expect_err(wrong);
            assert!(error.contains(says), "{error}");
        }
    }
}
