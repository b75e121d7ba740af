//! Names that many trials share.

use std::collections::BTreeMap;

/// Names that many trials share, each by its position among those that came before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    listed: Vec<String>,
    codes: BTreeMap<String, u32>,
}

impl Names {
    /// The position of a name, which is listed if it is not yet.
    pub(super) fn code_of(&mut self, name: String) -> u32 {
        if let Some(code) = self.codes.get(&name) {
            return *code;
        }
        let code = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.listed.push(name.clone());
        self.codes.insert(name, code);
        code
    }

    pub(super) fn listed(&self) -> &[String] {
        &self.listed
    }
}
