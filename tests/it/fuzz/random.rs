//! Random bytes, the same again for the same seed.

/// SplitMix64, so that a seed means the same for ever.
pub struct Random(u64);

impl Random {
    /// Of the seed in `TUNEWRIGHT_FUZZ_SEED`, or of a fixed one; `what` has a sequence of its own.
    pub fn of(what: &str) -> Self {
        // FNV-1a.
        let hash = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash ^ Self::seed())
    }

    /// It is to be printed by whoever draws.
    pub fn seed() -> u64 {
        let told = std::env::var("TUNEWRIGHT_FUZZ_SEED").ok();
        told.map_or(4, |seed| seed.parse().expect("TUNEWRIGHT_FUZZ_SEED is a number"))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..count`; 0 if there is none.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).expect("64 bits");
        usize::try_from(self.next() % count).expect("small")
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// True `percent` times of 100.
    pub fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    pub fn bytes(&mut self, longest: usize) -> Vec<u8> {
        (0..self.below(longest + 1)).map(|_| self.byte()).collect()
    }

    /// These bytes with one to four things done to them.
    pub fn mutated(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = at + self.below(bytes.len() - at + 1);
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = [0, 0x7f, 0x80, 0xff, self.byte()][self.below(5)],
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(at..end)),
                4 => bytes.extend_from_within(at..end),
                _ => drop(bytes.splice(at..at, self.bytes(8))),
            }
        }
        bytes
    }
}
