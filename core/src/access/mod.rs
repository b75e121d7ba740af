//! Who may do what: tokens, the scopes they carry, and the one function that decides.

mod authorize;
mod bucket;
mod need;
mod permission;
mod scope;
mod token;

pub use authorize::{Identity, Place, authorize};
pub use bucket::{Bucket, Rate};
pub use need::Need;
pub use permission::Permission;
pub use scope::{Reach, Scope};
pub use token::{SCOPES_MAX, Standing, TOKEN_LABEL_LEN_MAX, TokenRecord};
