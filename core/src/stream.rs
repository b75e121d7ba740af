//! Streams of random numbers that a seed, a trial's number and a purpose determine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The random numbers of one purpose of one trial of one study.
///
/// The generator is `ChaCha8` keyed with the three, so streams of different trials or purposes have nothing to do
/// with one another and none depends on how much of another was used. The maps from its words to numbers are
/// written out here: no release of a crate can change a point that a seed gives.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// `purpose` is a short word; its first 16 bytes count.
    #[must_use]
    pub fn new(seed: u64, number: u64, purpose: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&number.to_le_bytes());
        for (to, from) in key[16..].iter_mut().zip(purpose.bytes()) {
            *to = from;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform over all 64-bit words.
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on the open interval (0, 1): the middles of 2^52 equal cells, so neither end is ever returned.
    #[expect(clippy::cast_precision_loss, reason = "52 bits fit exactly")]
    pub fn unit(&mut self) -> f64 {
        ((self.word() >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
    }

    /// Uniform on `0..count`, exactly; 0 if `count` is 0.
    ///
    /// Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a 128-bit product are what is wanted")]
    pub fn below(&mut self, count: u64) -> u64 {
        loop {
            let product = u128::from(self.word()) * u128::from(count);
            let low = product as u64;
            // The first `2^64 mod count` values of the low half would make some results likelier than others.
            if low >= count || low >= count.wrapping_neg() % count {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_key_never_change() {
        let mut stream = Stream::new(42, 7, "golden");
        let words: Vec<_> = (0..3).map(|_| stream.word()).collect();
        assert_eq!(words, [3_513_348_720_342_370_614, 4_300_238_778_036_889_840, 15_895_936_124_379_958_222]);
    }

    #[test]
    fn each_part_of_the_key_makes_another_stream() {
        let first = |seed, number, purpose| Stream::new(seed, number, purpose).word();
        let words =
            [first(1, 2, "a"), first(2, 1, "a"), first(1, 3, "a"), first(1, 2, "b"), first(2, 2, "a")];
        for (i, a) in words.iter().enumerate() {
            assert!(words[i + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn small_counts_come_out_alike() {
        let mut stream = Stream::new(1, 1, "below");
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            counts[usize::try_from(stream.below(3)).unwrap()] += 1;
        }
        // 4.5 standard deviations of a binomial(30000, 1/3): about 7 in a million seeds lie outside.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 368), "{counts:?}");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
    }
}
