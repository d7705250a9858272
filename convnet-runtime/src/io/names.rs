//! Which names of a file stand for which of a network's, where the two differ: for the error that lists them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A tensor's name and shape.
pub type Named<'a> = (&'a str, &'a [usize]);

/// What the names on one side have before them and those on the other have not.
#[derive(Debug, PartialEq, Eq)]
pub enum Prefix {
    File(String),
    Network(String),
}

impl Prefix {
    /// The name in the file.
    fn of(&self, missing: &str) -> Option<String> {
        match self {
            Self::File(prefix) => Some(format!("{prefix}{missing}")),
            Self::Network(prefix) => missing.strip_prefix(&**prefix).map(str::to_owned),
        }
    }

    /// How to load the file.
    pub fn advice(&self, count: usize) -> String {
        match self {
            Self::File(prefix) => format!(
                "{count} names have `{prefix}` before them in the file: \
                 `load_renamed(path, |name| Some(name.strip_prefix(\"{prefix}\").unwrap_or(name).to_owned()))` loads it"
            ),
            Self::Network(prefix) => format!(
                "{count} names have `{prefix}` before them in the network: \
                 `load_renamed(path, |name| Some(format!(\"{prefix}{{name}}\")))` loads it"
            ),
        }
    }
}

/// The prefix that makes all names that are missing those of the file, of `all` names of the network.
pub fn prefix(missing: &[Named<'_>], extra: &[Named<'_>], all: usize) -> Option<Prefix> {
    let (first, _) = missing.first()?;
    let file = extra.iter().filter_map(|(name, _)| name.strip_suffix(first)).map(|prefix| Prefix::File(prefix.into()));
    // Names that are the same already would be renamed, too.
    let network = extra.iter().filter(|_| missing.len() == all).filter_map(|(name, _)| first.strip_suffix(name));
    let mut candidates = file.chain(network.map(|prefix| Prefix::Network(prefix.into())));
    let there = |name: Option<String>| name.is_some_and(|name| extra.iter().any(|(extra, _)| *extra == name));
    candidates.find(|prefix| missing.len() > 1 && missing.iter().all(|(name, _)| there(prefix.of(name))))
}

/// For each missing name the one in the file that it probably is, each of them once: by the prefix, or the nearest of the
/// same shape, or one that is very near.
pub fn partners<'a>(
    missing: &[Named<'a>],
    extra: &[Named<'a>],
    prefix: Option<&Prefix>,
) -> BTreeMap<&'a str, Named<'a>> {
    let mut ranked = Vec::new();
    for (at, (name, shape)) in missing.iter().enumerate() {
        let other = prefix.and_then(|prefix| prefix.of(name));
        for (index, (extra, found)) in extra.iter().enumerate() {
            let distance = if other.as_deref() == Some(*extra) { 0 } else { distance(name, extra) };
            // Of two that are as near it is the one that begins alike.
            let alike = name.bytes().zip(extra.bytes()).take_while(|(a, b)| a == b).count();
            if distance == 0 || found == shape || 4 * distance <= name.len() {
                ranked.push((distance > 0 && found != shape, distance, Reverse(alike), at, index));
            }
        }
    }
    ranked.sort_unstable();
    let mut partners = BTreeMap::new();
    let mut taken = vec![false; extra.len()];
    for (.., at, index) in ranked {
        if !taken[index] && !partners.contains_key(missing[at].0) {
            taken[index] = true;
            partners.insert(missing[at].0, extra[index]);
        }
    }
    partners
}

/// Edits that make one text of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("conv1.weight", "conv1.weight"), 0);
        assert_eq!(distance("conv1.weight", "conv2.weights"), 2);
        assert_eq!(distance("", "abc"), 3);
    }

    fn named<'a>(names: &[&'a str]) -> Vec<Named<'a>> {
        names.iter().map(|&name| (name, &[3][..])).collect()
    }

    #[test]
    fn of_two_names_as_near_the_one_that_begins_alike_is_named() {
        let partners = partners(&named(&["a.1.0.w"]), &named(&["a.0.w", "a.1.w"]), None);
        assert_eq!(partners["a.1.0.w"].0, "a.1.w");
    }

    #[test]
    fn prefixes() {
        let (plain, long) = (named(&["0.weight", "0.bias"]), named(&["m.0.bias", "m.0.weight", "x"]));
        assert_eq!(prefix(&plain, &long, 3), Some(Prefix::File("m.".into())));
        assert_eq!(prefix(&long[..2], &plain, 2), Some(Prefix::Network("m.".into())));
        assert_eq!(prefix(&long[..2], &plain, 3), None);
        assert_eq!(prefix(&long, &plain, 3), None);
        assert_eq!(prefix(&plain, &named(&["m.0.bias", "n.0.weight"]), 2), None);
    }
}
