//! Who proposed a point.

use tunewright_core::suggest::Credit;

use crate::v1;

impl From<Credit> for v1::Credit {
    fn from(credit: Credit) -> Self {
        Self { member: credit.member, why: credit.why }
    }
}

impl From<v1::Credit> for Credit {
    fn from(credit: v1::Credit) -> Self {
        Self { member: credit.member, why: credit.why }
    }
}
