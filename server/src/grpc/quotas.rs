//! How much may be sent and kept.

/// How much may be sent and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Bytes of one message.
    pub message_len: usize,
    /// Studies of one project.
    pub studies_per_project: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { message_len: 4 << 20, studies_per_project: 10_000 }
    }
}
