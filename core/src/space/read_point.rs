//! From JSON to a point.

use serde_json::Value;

use super::spelling::cut;
use super::{Point, Space};
use crate::Refusal;

impl Space {
    /// Reads a point from a JSON object of values by label. An integer is accepted for a float, a float without a
    /// fraction for an integer, and an option is given by its name.
    ///
    /// Labels, kinds and ranges are checked, but not which parameters are there: that is for [`Space::check`] or
    /// [`Space::check_partial`].
    ///
    /// # Errors
    /// `invalid`, naming the label and what its value must be.
    pub fn read_point(&self, value: &Value) -> Result<Point, Refusal> {
        let Value::Object(entries) = value else {
            return Err(Refusal::invalid("point", "must be a map of values by label"));
        };
        entries
            .iter()
            .map(|(label, value)| {
                let parameter = match self.index_of(label) {
                    Some(index) => &self.parameters()[index],
                    None => return Err(self.unknown_label(label)),
                };
                let Some(read) = parameter.distribution.value_kind().read(value) else {
                    let shown = cut(&value.to_string());
                    return Err(Refusal::invalid(label, format!("{}, not `{shown}`", parameter.must_be())));
                };
                parameter.check_value(&read)?;
                Ok((label.clone(), read))
            })
            .collect()
    }
}
