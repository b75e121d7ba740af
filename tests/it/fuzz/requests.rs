//! Bad requests for any call.

use super::described::{Described, Method};
use super::random::Random;
use super::words::Words;
use crate::access::calls::rows;

/// The messages of one request; most calls take only one.
pub type Request = Vec<Vec<u8>>;

/// An endless source of requests for one call.
pub struct Requests<'a> {
    random: Random,
    words: &'a Words,
    described: &'a Described,
    method: &'a Method,
    /// What the table of calls and roles sends.
    sound: Vec<Vec<u8>>,
}

impl<'a> Requests<'a> {
    /// # Panics
    /// If the table of calls has nothing to send to this one.
    pub fn to(method: &'a Method, described: &'a Described, words: &'a Words) -> Self {
        let rows = rows().into_iter().filter(|row| row.path == method.path);
        let sound: Vec<_> = rows.map(|row| row.message).collect();
        assert!(!sound.is_empty(), "the table of calls has no row for {}: what is sound there?", method.path);
        Self { random: Random::of(&method.path), words, described, method, sound }
    }

    pub fn next(&mut self) -> Request {
        let count = if self.method.takes_many { 1 + self.random.below(3) } else { 1 };
        (0..count).map(|_| self.message()).collect()
    }

    fn message(&mut self) -> Vec<u8> {
        match self.random.below(8) {
            0 => self.random.bytes(64),
            1 | 2 => {
                let message = self.random.one_of(&self.sound).clone();
                self.random.mutated(message)
            }
            3 => {
                let message = self.described(0);
                self.random.mutated(message)
            }
            4 | 5 => self.described(3),
            6 => self.described(12),
            _ => self.described(50),
        }
    }

    fn described(&mut self, percent: usize) -> Vec<u8> {
        self.described.message(&mut self.random, self.words, &self.method.input, percent)
    }
}
