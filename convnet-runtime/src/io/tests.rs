use std::path::PathBuf;

use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

use crate::double::Linear;
use crate::network::Network;

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("convnet-io-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the system's temporary folder can be written");
    path
}

fn files(folder: &PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    let mut names: Vec<String> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into()).collect();
    names.sort();
    names
}

/// Bytes of a file with tensors of zeros.
fn file(tensors: &[(&str, &[usize], Dtype)]) -> Vec<u8> {
    let zeros = [0; 1024];
    let views = tensors.iter().map(|(name, shape, dtype)| {
        let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        (name, TensorView::new(*dtype, shape.to_vec(), &zeros[..bytes]).expect("the length fits"))
    });
    serialize(views, None).expect("a valid file")
}

fn assert_same(a: &Linear, b: &Linear) {
    let values = |net: &Linear| net.parameters().iter().map(|(name, p)| (name.clone(), p.values())).collect::<Vec<_>>();
    assert_eq!(values(a), values(b));
}

#[test]
fn what_is_saved_is_loaded() {
    let folder = folder("roundtrip");
    let path = folder.join("linear.safetensors");
    let net = Linear::new(3);
    net.save(&path).expect("the disk is not full");
    assert_eq!(files(&folder), ["linear.safetensors"]);
    assert_same(&Linear::load(&path).expect("our own file"), &net);
    // Again over the same file, through another network, and in memory.
    Linear::new(4).save(&path).expect("the disk is not full");
    let mut other = Linear::zeroed();
    other.load_from(&path).expect("our own file");
    assert_same(&other, &Linear::new(4));
    assert_eq!(std::fs::read(&path).expect("it is there"), Linear::new(4).to_bytes());
    assert_same(&Linear::from_bytes(&net.to_bytes()).expect("our own bytes"), &net);
}

#[test]
fn the_file_is_what_the_safetensors_crate_reads() {
    let bytes = Linear::new(3).to_bytes();
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("a valid file");
    let weight = file.tensor("0.weight").expect("it is there");
    assert_eq!((weight.dtype(), weight.shape()), (Dtype::F32, &[3, 4][..]));
    let first = f32::from_le_bytes([weight.data()[0], weight.data()[1], weight.data()[2], weight.data()[3]]);
    assert_eq!(first.to_bits(), Linear::new(3).weight.values()[0].to_bits());
    assert_eq!(weight.data().as_ptr() as usize % 4, bytes.as_ptr() as usize % 4);
}

#[test]
fn one_error_lists_everything() {
    let bytes = file(&[
        ("0.weights", &[3, 4], Dtype::F32),
        ("0.bias", &[4], Dtype::F32),
        ("0.running_mean", &[3], Dtype::I64),
        ("0.num_batches_tracked", &[], Dtype::I64),
        ("mean_image", &[2], Dtype::F32),
    ]);
    let mut net = Linear::new(1);
    let error = net.load_from_bytes(&bytes).expect_err("four faults");
    assert_eq!(
        error.to_string(),
        "cannot load these weights:
  `0.weight` [3, 4] is missing (the file has `0.weights`)
  `0.bias` has shape [4] in the file, but [3] in the network
  `0.running_mean` holds I64; F32, F16, BF16 and F64 can be read
  `mean_image` [2] is not in the network
  `load_renamed` loads a file with other names"
    );
    assert_eq!(error.problems().len(), 5);
    assert_same(&net, &Linear::new(1));
}

#[test]
fn names_can_be_changed() {
    let names =
        [("w", &[3, 4][..], Dtype::F64), ("b", &[3], Dtype::F16), ("m", &[3], Dtype::BF16), ("x", &[9], Dtype::U8)];
    let rename = |name: &str| match name {
        "w" => Some("0.weight".to_owned()),
        "b" => Some("0.bias".to_owned()),
        "m" => Some("0.running_mean".to_owned()),
        _ => None,
    };
    let net = Linear::from_bytes_renamed(&file(&names), rename).expect("all names are known");
    assert_same(&net, &Linear::zeroed());
    let error =
        Linear::from_bytes_renamed(&file(&names), |_| Some("0.weight".into())).map(|_| ()).expect_err("one name");
    assert!(error.problems()[0].starts_with("`0.weight` is there twice"), "{error}");
}

#[test]
fn a_prefix_is_named_once() {
    let shapes = [("weight", &[3, 4][..]), ("bias", &[3]), ("running_mean", &[3])];
    let names = shapes.map(|(name, shape)| (format!("module.0.{name}"), shape));
    let tensors: Vec<_> = names.iter().map(|(name, shape)| (&**name, *shape, Dtype::F32)).collect();
    let error = Linear::from_bytes(&file(&tensors)).map(|_| ()).expect_err("other names");
    assert_eq!(
        error.to_string(),
        "cannot load these weights: 3 names have `module.` before them in the file: `load_renamed(path, |name| \
         Some(name.strip_prefix(\"module.\").unwrap_or(name).to_owned()))` loads it"
    );
    let bytes = file(&tensors);
    let net = Linear::from_bytes_renamed(&bytes, |name| Some(name.strip_prefix("module.").unwrap_or(name).to_owned()));
    assert_same(&net.expect("as the error says"), &Linear::zeroed());
}

#[test]
fn other_names_are_listed_once() {
    let tensors = [("w", &[3, 4][..], Dtype::F32), ("b", &[3], Dtype::F32), ("m", &[3], Dtype::F32)];
    let error = Linear::from_bytes(&file(&tensors)).map(|_| ()).expect_err("other names");
    assert_eq!(
        error.to_string(),
        "cannot load these weights:
  `0.weight` [3, 4] is missing (the file has `w`)
  `0.bias` [3] is missing (the file has `b`)
  `0.running_mean` [3] is missing (the file has `m`)
  `load_renamed` loads a file with other names"
    );
}

#[test]
fn of_many_the_first_few_are_listed() {
    let own = [("0.weight", &[3, 4][..]), ("0.bias", &[3]), ("0.running_mean", &[3])];
    let listed = |count: usize| {
        let names: Vec<String> = (10..10 + count).map(|i| format!("{i:03}.weight")).collect();
        let more = names.iter().map(|name| (&**name, &[1][..], Dtype::F32));
        let tensors: Vec<_> = own.iter().map(|(name, shape)| (*name, *shape, Dtype::F32)).chain(more).collect();
        Linear::from_bytes(&file(&tensors)).map(|_| ()).expect_err("some are left over")
    };
    let nine = listed(9);
    assert_eq!(nine.problems().len(), 9);
    assert_eq!(nine.problems()[8], "`018.weight` [1] is not in the network");
    let many = listed(150);
    assert_eq!(many.problems().len(), 9);
    assert_eq!(many.problems()[7], "`017.weight` [1] is not in the network");
    assert_eq!(many.problems()[8], "142 more are not in the network");
}

#[test]
fn files_of_others_are_known() {
    let files: [(&[u8], &str); 4] = [
        (b"PK\x03\x04\x00\x00\x08\x08", "a ZIP file, as `torch.save` writes it"),
        (b"\x80\x02}q\x00(X\x05\x00", "a pickle, as old versions of `torch.save` write it"),
        (b"\x89HDF\r\n\x1a\n\x00\x00", "an HDF5 file, as Keras writes it"),
        (b"\x93NUMPY\x01\x00v\x00", "a NumPy file"),
    ];
    for (bytes, what) in files {
        let error = Linear::from_bytes(bytes).map(|_| ()).expect_err("no safetensors").to_string();
        assert!(
            error.starts_with(&format!("cannot load these weights: it is {what}; safetensors' `save_file`")),
            "{error}"
        );
    }
}

/// A header of 640 bytes has a length that begins as a pickle does.
#[test]
fn a_cut_file_is_no_pickle() {
    let mut bytes = 640_u64.to_le_bytes().to_vec();
    bytes.extend_from_slice(b"{\"bias\":");
    let error = Linear::from_bytes(&bytes).map(|_| ()).expect_err("it is cut").to_string();
    assert!(error.contains("it is cut or no safetensors file"), "{error}");
}

#[test]
fn files_that_are_cut_or_something_else() {
    let folder = folder("cut");
    let path = folder.join("linear.safetensors");
    let bytes = Linear::new(3).to_bytes();
    for length in [0, 5, 8, 40, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).expect("the disk is not full");
        let mut net = Linear::new(1);
        let error = net.load_from(&path).expect_err("it is cut").to_string();
        assert!(error.contains("linear.safetensors`: it is cut or no safetensors file"), "{error}");
        assert_same(&net, &Linear::new(1));
    }
    let error = Linear::load(folder.join("nothing")).map(|_| ()).expect_err("no file").to_string();
    assert!(error.starts_with("cannot load `") && error.contains("nothing`: "), "{error}");
}

#[test]
fn a_file_that_cannot_be_written_leaves_no_trace() {
    let folder = folder("unwritable");
    let net = Linear::new(3);
    let error = net.save(folder.join("nowhere/linear.safetensors")).expect_err("no such folder").to_string();
    assert!(error.starts_with("cannot write `") && error.contains("nowhere"), "{error}");
    let error = net.save(&folder).expect_err("a folder").to_string();
    assert!(error.contains("directory"), "{error}");
    assert!(net.save("").is_err() && net.save("..").is_err());
    assert!(files(&folder).is_empty());

    let path = folder.join("kept");
    std::fs::write(&path, "before").expect("the disk is not full");
    let full = |out: &mut dyn std::io::Write| {
        out.write_all(b"half")?;
        Err(std::io::ErrorKind::StorageFull.into())
    };
    super::write_beside(&path, full).expect_err("the disk is full");
    assert_eq!(files(&folder), ["kept"]);
    assert_eq!(std::fs::read(&path).expect("it is there"), b"before");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let error = Linear::new(3).save("/dev/full").expect_err("it is always full").to_string();
    assert!(error.starts_with("cannot write `/dev/full`: No space left on device"), "{error}");
    assert!(std::fs::metadata("/dev/full").is_ok_and(|there| !there.is_file()));
}
