//! What the leaves of generated messages say.

use super::random::Random;

/// Texts that mean something to the server the requests are for, by the names of fields.
pub struct Words(pub Vec<(&'static str, Vec<String>)>);

impl Words {
    /// A sound text for a field of this name.
    pub fn text(&self, random: &mut Random, field: &str) -> Vec<u8> {
        let known = self.0.iter().find(|(name, _)| *name == field);
        known.map(|(_, texts)| random.one_of(texts).clone().into_bytes()).unwrap_or_default()
    }
}

/// A text that is rarely fine, or bytes that are none.
pub fn bad_text(random: &mut Random) -> Vec<u8> {
    match random.below(12) {
        0 => vec![b'x'; 129],
        1 => vec![b'n'; 70_000],
        2 => "é".repeat(200).into_bytes(),
        3 => vec![0xff, 0xfe],
        4 => random.bytes(40),
        5 => b"../../etc/passwd".to_vec(),
        6 => b"a\0b".to_vec(),
        7 => b"*".to_vec(),
        8 => b"study:read@*@*".to_vec(),
        9 => b"-1".to_vec(),
        10 => "\u{202e}\u{7f}\r\n".as_bytes().to_vec(),
        _ => b"{{{{[[[[".to_vec(),
    }
}

pub fn number(random: &mut Random) -> u64 {
    *random.one_of(&[0, 1, 2, 3])
}

pub fn bad_number(random: &mut Random) -> u64 {
    let ends = [
        u64::MAX,
        1 << 63,
        (1 << 63) - 1,
        1 << 53,
        1 << 32,
        (1 << 31) - 1,
        1 << 31,
        1_001,
        10_001,
        7,
        u64::MAX - 1,
    ];
    *random.one_of(&ends)
}

pub fn real(random: &mut Random) -> f64 {
    *random.one_of(&[0.5, 1.0, 0.25, 2.0])
}

pub fn bad_real(random: &mut Random) -> f64 {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, -0.0];
    *random.one_of(&odd)
}
