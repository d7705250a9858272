//! Unpacks a `.tar.xz`: a path comes in, files by name go out.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _};
use std::path::Path;

const BLOCK: usize = 512;

pub fn unpack(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut tar = Vec::new();
    lzma_rs::xz_decompress(&mut BufReader::new(file), &mut tar)
        .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    files(&tar)
}

/// Each file is a header of one block (name at 0, octal size at 124, type at 156, prefix of the name at 345) and its bytes.
fn files(tar: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut rest) = (BTreeMap::new(), tar);
    while rest.len() >= BLOCK && rest[0] != 0 {
        let (header, body) = rest.split_at(BLOCK);
        let digits = text(&header[124..136]);
        let size = usize::from_str_radix(digits.trim(), 8).unwrap_or_else(|error| panic!("{digits}: {error}"));
        let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
        assert!(matches!(header[156], b'0' | 0 | b'5'), "{name} is neither file nor folder");
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let mut bytes = Vec::new();
        (&body[..size]).read_to_end(&mut bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        files.insert(name, bytes);
        rest = &body[size.next_multiple_of(BLOCK)..];
    }
    files
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}
