//! Broken texts, for tests that whoever reads them reads or refuses them.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// One of these with some places changed.
pub fn broken<T: AsRef<str> + Clone + std::fmt::Debug + 'static>(
    samples: impl Into<std::borrow::Cow<'static, [T]>>,
) -> impl Strategy<Value = String> {
    let put = prop_oneof![".{0,3}", r#"[\[\]{}:,"0-9eE+./@_*&!-]{1,4}"#, "(1e309|-0|NaN|null|9{20}|5e-324)"];
    (select(samples), vec((any::<Index>(), 0..8_usize, put), 0..5)).prop_map(|(sample, changes)| {
        let mut chars: Vec<char> = sample.as_ref().chars().collect();
        for (at, removed, put) in changes {
            let at = at.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            drop(chars.splice(at..end, put.chars()));
        }
        chars.into_iter().collect()
    })
}

/// Has so many broken ones of these read, and prints how many were refused. `read` answers whether one was read, and fails where
/// it is wrong how it was read or refused.
///
/// # Panics
/// At the first that fails, with a small one that does.
pub fn try_broken(
    what: &str,
    count: u32,
    samples: Vec<String>,
    read: impl Fn(&str) -> Result<bool, TestCaseError>,
) {
    let config = Config { cases: count, failure_persistence: None, ..Config::default() };
    let refused = Cell::new(0);
    let tried = TestRunner::new(config).run(&broken(samples), |text| {
        refused.set(refused.get() + u32::from(!read(&text)?));
        Ok(())
    });
    if let Err(failed) = tried {
        panic!("{what}: {failed}");
    }
    println!("{what}: {count} tried, {} refused", refused.get());
    assert!(refused.get() > count / 10, "{what}: hardly any is bad");
}
