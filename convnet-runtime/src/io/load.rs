//! A safetensors file in, a network's parameters set; or all that is wrong with the file, and the network as it was.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use safetensors::{SafeTensorError, SafeTensors};

use super::floats;
use crate::error::LoadError;
use crate::network::{Key, Network};

pub fn load<N: Network>(net: &mut N, bytes: &[u8], rename: &dyn Fn(&str) -> Option<String>) -> Result<(), LoadError> {
    let file = SafeTensors::deserialize(bytes).map_err(|cause| LoadError::new(vec![unreadable(bytes, &cause)]))?;
    let mut problems = Vec::new();
    let tensors = renamed(&file, rename, &mut problems);
    check(net, &tensors, &mut problems);
    if !problems.is_empty() {
        return Err(LoadError::new(problems));
    }
    net.visit_mut(&Key::ROOT, &mut |key, parameter| {
        let values = tensors.get(&key.to_string()).and_then(|t| floats::read(t.dtype(), t.data()));
        // All of it was checked.
        let _ = values.map(|values| parameter.set(&values));
    });
    Ok(())
}

fn unreadable(bytes: &[u8], cause: &SafeTensorError) -> String {
    if bytes.starts_with(b"PK\x03\x04") {
        return "it is a ZIP file, as `torch.save` writes it; `safetensors.torch.save_file` writes what can be read"
            .into();
    }
    format!("it is cut or no safetensors file: {cause}")
}

/// The file's tensors by the network's names.
fn renamed<'a>(
    file: &SafeTensors<'a>,
    rename: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> BTreeMap<String, TensorView<'a>> {
    let mut names: Vec<&str> = file.names();
    names.sort_unstable();
    let mut tensors = BTreeMap::new();
    for name in names {
        // PyTorch counts batches in every batch norm; nothing here needs it.
        if name.ends_with("num_batches_tracked") {
            continue;
        }
        let (Some(new), Ok(tensor)) = (rename(name), file.tensor(name)) else { continue };
        if tensors.contains_key(&new) {
            problems.push(format!("`{new}` is there twice: `{name}` of the file is renamed to it too"));
        }
        tensors.insert(new, tensor);
    }
    tensors
}

fn check<N: Network>(net: &N, tensors: &BTreeMap<String, TensorView<'_>>, problems: &mut Vec<String>) {
    let mut expected = BTreeMap::new();
    let mut order = Vec::new();
    net.visit(&Key::ROOT, &mut |key, parameter| {
        order.push(key.to_string());
        expected.insert(key.to_string(), parameter.shape());
    });
    let missing: Vec<_> = order.iter().filter(|name| !tensors.contains_key(*name)).collect();
    let extra: Vec<_> = tensors.iter().filter(|(name, _)| !expected.contains_key(*name)).collect();
    for name in &order {
        let shape = expected[name];
        let Some(tensor) = tensors.get(name) else {
            let hint = hint(name, shape, extra.iter().map(|(name, tensor)| (*name, tensor.shape())));
            problems.push(format!("`{name}` {shape:?} is missing{}", hint.replace('?', "the file has")));
            continue;
        };
        if tensor.shape() != shape {
            let found = tensor.shape();
            problems.push(format!("`{name}` has shape {found:?} in the file, but {shape:?} in the network"));
        }
        if floats::read(tensor.dtype(), &[]).is_none() {
            problems.push(format!("`{name}` holds {:?}; F32, F16, BF16 and F64 can be read", tensor.dtype()));
        }
    }
    for (name, tensor) in &extra {
        let shape = tensor.shape();
        let hint = hint(name, shape, missing.iter().map(|name| (*name, expected[*name])));
        problems.push(format!("`{name}` {shape:?} is not in the network{}", hint.replace('?', "the network misses")));
    }
    if !missing.is_empty() && !extra.is_empty() {
        problems.push("`load_renamed` loads a file with other names".into());
    }
}

/// ` (? `name`)` with the nearest name among tensors of the same shape, or else a name that is very near. Of two that are
/// as near it is the one that begins alike.
pub(super) fn hint<'a>(name: &str, shape: &[usize], others: impl Iterator<Item = (&'a String, &'a [usize])>) -> String {
    let begins = |other: &str| name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let ranked =
        others.map(|(other, other_shape)| (other_shape != shape, distance(name, other), Reverse(begins(other)), other));
    match ranked.min() {
        Some((false, _, _, other)) => format!(" (? `{other}`)"),
        Some((true, distance, _, other)) if 4 * distance <= name.len() => format!(" (? `{other}`)"),
        _ => String::new(),
    }
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
}
