//! Who acts, where people do: at the pages of authorities and of operations.

/// Someone of an authority's staff, or of operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who it is, for the record.
    pub person: String,
    /// Who it is, for people.
    pub name: String,
}
