//! What people write, wherever it comes from: fields by name, numbers, places, and forms that are
//! read by their schema.

mod numbers;
mod places;
mod read;
mod sheets;
mod sort;

pub(crate) use numbers::{as_receipt_number, half_width, katakana};
pub(crate) use places::{OFFERED_MAX, find_places};
pub(crate) use read::{DROP, as_written, read};
pub(crate) use sheets::{FIXED, empty_sheets, sign};
pub(crate) use sort::{Sort, sort};

/// The fields of a form, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// The texts of all fields of a name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A field's text, when it is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        values.find(|value| !value.is_empty()).map(String::as_str)
    }
}
