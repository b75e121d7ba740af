//! The slots of a worker, and the GPUs that they pin.

use std::collections::BTreeSet;
use std::process::Command;
use std::str::FromStr;

use tunewright_core::Refusal;

/// Which GPUs the slots share out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Gpus {
    /// The slots pin none.
    #[default]
    None,
    /// As many as `nvidia-smi` lists.
    Auto,
    /// These, by what `CUDA_VISIBLE_DEVICES` calls them. One named twice is shared by two slots.
    Named(Vec<String>),
}

impl FromStr for Gpus {
    type Err = Refusal;

    /// `auto`, or indices or ids separated by commas; empty: none.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text.trim() {
            "" => Ok(Self::None),
            "auto" => Ok(Self::Auto),
            list => {
                let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
                if names.iter().any(String::is_empty) {
                    let message = format!("must be `auto` or names separated by commas, not `{text}`");
                    return Err(Refusal::invalid("gpus", message));
                }
                Ok(Self::Named(names))
            }
        }
    }
}

impl Gpus {
    fn names(&self) -> Result<Vec<String>, Refusal> {
        match self {
            Self::None => Ok(Vec::new()),
            Self::Named(names) => Ok(names.clone()),
            Self::Auto => {
                let listed = Command::new("nvidia-smi").arg("-L").output().map_err(|error| {
                    Refusal::invalid("gpus", format!("`nvidia-smi -L` cannot be run: {error}"))
                        .with_hint("name the GPUs, for example `--gpus 0,1`")
                })?;
                let lines = String::from_utf8_lossy(&listed.stdout);
                let count = lines.lines().filter(|line| line.starts_with("GPU ")).count();
                Ok((0..count).map(|index| index.to_string()).collect())
            }
        }
    }
}

/// The slots that are free, and what each pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slots {
    pinned: Vec<Option<String>>,
    free: BTreeSet<usize>,
}

impl Slots {
    /// Slots that pin `per_slot` GPUs each, in order.
    pub(crate) fn new(count: usize, gpus: &Gpus, per_slot: usize) -> Result<Self, Refusal> {
        if count == 0 {
            return Err(Refusal::invalid("slots", "must be at least 1, not `0`"));
        }
        if per_slot == 0 {
            return Err(Refusal::invalid("gpus_per_slot", "must be at least 1, not `0`"));
        }
        let free = (0..count).collect();
        if *gpus == Gpus::None {
            return Ok(Self { pinned: vec![None; count], free });
        }
        let names = gpus.names()?;
        let needed = count.saturating_mul(per_slot);
        if names.len() < needed {
            let message =
                format!("must be at least {needed} for {count} slots of {per_slot}, not {}", names.len());
            return Err(Refusal::invalid("gpus", message)
                .with_hint("lower `slots`, or name a GPU several times so that slots share it"));
        }
        let pinned = names.chunks(per_slot).take(count).map(|names| Some(names.join(","))).collect();
        Ok(Self { pinned, free })
    }

    pub(crate) fn count(&self) -> usize {
        self.pinned.len()
    }

    pub(crate) fn free(&self) -> usize {
        self.free.len()
    }

    /// Takes the lowest free slot: its number, and the GPUs that it pins.
    pub(crate) fn take(&mut self) -> Option<(usize, Option<String>)> {
        let slot = self.free.pop_first()?;
        Some((slot, self.pinned[slot].clone()))
    }

    pub(crate) fn give_back(&mut self, slot: usize) {
        self.free.insert(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpus_are_shared_out_in_order() {
        let gpus: Gpus = "0, 1,2,GPU-7f".parse().expect("a list");
        let mut slots = Slots::new(2, &gpus, 2).expect("slots");
        assert_eq!(slots.take(), Some((0, Some("0,1".to_owned()))));
        assert_eq!(slots.take(), Some((1, Some("2,GPU-7f".to_owned()))));
        assert_eq!(slots.take(), None);
        slots.give_back(0);
        assert_eq!((slots.free(), slots.count()), (1, 2));
        assert_eq!(slots.take().map(|(slot, _)| slot), Some(0));
        let mut slots = Slots::new(1, &Gpus::None, 1).expect("slots");
        assert_eq!(slots.take(), Some((0, None)));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let gpus = Gpus::Named(vec!["0".to_owned()]);
        let refusal = Slots::new(2, &gpus, 1).expect_err("refused");
        assert_eq!(refusal.to_string(), "gpus: must be at least 2 for 2 slots of 1, not 1");
        assert_eq!(Slots::new(0, &gpus, 1).expect_err("refused").field.as_deref(), Some("slots"));
        assert_eq!(Slots::new(1, &gpus, 0).expect_err("refused").field.as_deref(), Some("gpus_per_slot"));
        assert_eq!("0,,1".parse::<Gpus>().expect_err("refused").field.as_deref(), Some("gpus"));
        assert_eq!("auto".parse::<Gpus>(), Ok(Gpus::Auto));
        assert_eq!(" ".parse::<Gpus>(), Ok(Gpus::None));
    }
}
