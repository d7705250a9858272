//! A network in, a safetensors file out: `[length of the header, u64][header, JSON][values, f32]`, all little endian.
//! Written here and not by the crate, which would hold the whole file in memory.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use crate::network::{Key, Network};
use crate::parameter::Parameter;

pub fn write<N: Network>(net: &N, out: &mut dyn Write) -> io::Result<()> {
    let header = header(net);
    let mut out = BufWriter::new(out);
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    let mut result = Ok(());
    net.visit(&Key::ROOT, &mut |_, parameter| {
        if result.is_ok() {
            result = values(parameter, &mut out);
        }
    });
    result.and_then(|()| out.flush())
}

/// Names are made of identifiers, digits and dots: nothing to escape.
fn header<N: Network>(net: &N) -> String {
    let mut header = String::from(r#"{"__metadata__":{"format":"pt"}"#);
    let mut offset = 0;
    net.visit(&Key::ROOT, &mut |key, parameter| {
        let (begin, end) = (offset, offset + 4 * parameter.len());
        let shape = parameter.shape();
        // Writing to a string does not fail.
        let _ = write!(header, r#","{key}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{begin},{end}]}}"#);
        offset = end;
    });
    header.push('}');
    // Values begin at a multiple of 8.
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    header
}

fn values(parameter: &Parameter, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    for values in parameter.values().chunks(1024) {
        bytes.clear();
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    Ok(())
}
