//! A safetensors file in, a network's parameters set; or all that is wrong with the file, and the network as it was.

use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use safetensors::{SafeTensorError, SafeTensors};

use super::floats;
use super::names::{self, Named};
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
    let others: [(&[u8], &str); 4] = [
        (b"PK\x03\x04", "a ZIP file, as `torch.save` writes it"),
        (b"\x80\x02", "a pickle, as old versions of `torch.save` write it"),
        (b"\x89HDF", "an HDF5 file, as Keras writes it"),
        (b"\x93NUMPY", "a NumPy file"),
    ];
    // The length of a header, which begins with a brace, may begin as any of them does.
    let ours = bytes.get(8) == Some(&b'{');
    if let Some((_, what)) = others.iter().find(|(begins, _)| !ours && bytes.starts_with(begins)) {
        return format!(
            "it is {what}; safetensors' `save_file` (of `safetensors.torch` or `.numpy`) writes what can be read"
        );
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

/// Adds the first of many, and how many more there are.
fn few(all: Vec<String>, what: &str, problems: &mut Vec<String>) {
    const FEW: usize = 8;
    let more = all.len() - all.len().min(FEW);
    // A line that stands for one more would be as long as that one.
    let shown = if more > 1 { FEW } else { all.len() };
    problems.extend(all.into_iter().take(shown));
    if more > 1 {
        problems.push(format!("{more} more {what}"));
    }
}

fn check<N: Network>(net: &N, tensors: &BTreeMap<String, TensorView<'_>>, problems: &mut Vec<String>) {
    let mut expected = BTreeMap::new();
    let mut order = Vec::new();
    net.visit(&Key::ROOT, &mut |key, parameter| {
        order.push(key.to_string());
        expected.insert(key.to_string(), parameter.shape());
    });
    let missing = order.iter().filter(|name| !tensors.contains_key(*name));
    let missing: Vec<Named<'_>> = missing.map(|name| (&**name, expected[name])).collect();
    let extra = tensors.iter().filter(|(name, _)| !expected.contains_key(*name));
    let extra: Vec<Named<'_>> = extra.map(|(name, tensor)| (&**name, tensor.shape())).collect();
    let prefix = names::prefix(&missing, &extra, order.len());
    let partners = names::partners(&missing, &extra, prefix.as_ref());

    let (mut absent, mut unfit) = (Vec::new(), Vec::new());
    for name in &order {
        let shape = expected[name];
        let Some(tensor) = tensors.get(name) else {
            if prefix.is_none() {
                let partner = partners.get(&**name).map_or(String::new(), |&(partner, found)| {
                    let found = if found == shape { String::new() } else { format!(" {found:?}") };
                    format!(" (the file has `{partner}`{found})")
                });
                absent.push(format!("`{name}` {shape:?} is missing{partner}"));
            }
            continue;
        };
        if tensor.shape() != shape {
            let found = tensor.shape();
            unfit.push(format!("`{name}` has shape {found:?} in the file, but {shape:?} in the network"));
        }
        if floats::read(tensor.dtype(), &[]).is_none() {
            unfit.push(format!("`{name}` holds {:?}; F32, F16, BF16 and F64 can be read", tensor.dtype()));
        }
    }
    let left = extra.iter().filter(|extra| !partners.values().any(|partner| partner == *extra));
    let left = left.map(|extra| format!("`{}` {:?} is not in the network", extra.0, extra.1)).collect();
    for (kind, what) in [(absent, "are missing"), (unfit, "do not fit"), (left, "are not in the network")] {
        few(kind, what, problems);
    }
    match prefix {
        Some(prefix) => problems.push(prefix.advice(missing.len())),
        None if !missing.is_empty() && !extra.is_empty() => {
            problems.push("`load_renamed` loads a file with other names".into());
        }
        None => {}
    }
}
