//! The names of parameters.

use std::fmt;

/// The name of a parameter or of a part of a network, made of levels without allocating.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    parent: Option<&'a Key<'a>>,
    name: &'a str,
}

impl<'a> Key<'a> {
    /// The name of the whole network: empty.
    pub const ROOT: Key<'static> = Key { parent: None, name: "" };

    /// `self.name`
    #[must_use]
    pub const fn join(&'a self, name: &'a str) -> Key<'a> {
        Key { parent: Some(self), name }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent.filter(|p| !p.name.is_empty()) {
            write!(f, "{parent}.")?;
        }
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_joined_by_dots() {
        assert_eq!(Key::ROOT.to_string(), "");
        assert_eq!(Key::ROOT.join("features").join("0").join("weight").to_string(), "features.0.weight");
    }
}
