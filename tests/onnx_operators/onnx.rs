//! Reads the little of ONNX that operator cases need: protobuf bytes come in, nodes and tensors go out.

use std::collections::BTreeMap;

/// A tensor; whatever its type, its values are `f32`.
#[derive(Clone, Debug, Default)]
pub struct Tensor {
    pub name: String,
    pub dims: Vec<usize>,
    pub values: Vec<f32>,
}

#[derive(Default)]
pub struct Node {
    pub op: String,
    pub inputs: Vec<String>,
    /// Numbers only.
    pub attributes: BTreeMap<String, f32>,
}

#[derive(Default)]
pub struct Model {
    pub nodes: Vec<Node>,
    pub initializers: Vec<Tensor>,
    /// Initializers may be among them.
    pub inputs: Vec<String>,
}

/// `ModelProto`, of which field 7 is the graph.
pub fn model(bytes: &[u8]) -> Model {
    let mut model = Model::default();
    let graphs = fields(bytes).into_iter().filter(|field| field.number == 7);
    for field in graphs.flat_map(|graph| fields(graph.bytes)) {
        match field.number {
            1 => model.nodes.push(node(field.bytes)),
            5 => model.initializers.push(tensor(field.bytes)),
            11 => model.inputs.extend(fields(field.bytes).iter().filter(|f| f.number == 1).map(Field::text)),
            _ => {}
        }
    }
    model
}

fn node(bytes: &[u8]) -> Node {
    let mut node = Node::default();
    for field in fields(bytes) {
        match field.number {
            1 => node.inputs.push(field.text()),
            4 => node.op = field.text(),
            5 => {
                let (mut name, mut value) = (String::new(), 0.0);
                for field in fields(field.bytes) {
                    match field.number {
                        1 => name = field.text(),
                        2 => value = f32::from_bits(field.value as u32),
                        3 => value = field.value as i64 as f32,
                        _ => {}
                    }
                }
                node.attributes.insert(name, value);
            }
            _ => {}
        }
    }
    node
}

/// `TensorProto`
pub fn tensor(bytes: &[u8]) -> Tensor {
    let (mut tensor, mut kind, mut raw) = (Tensor::default(), 0, &[][..]);
    for field in fields(bytes) {
        match field.number {
            1 => tensor.dims.extend(field.integers().iter().map(|&dim| dim as usize)),
            2 => kind = field.value,
            4 if field.bytes.is_empty() => tensor.values.push(f32::from_bits(field.value as u32)),
            4 => tensor.values.extend(field.bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b))),
            5 | 7 => tensor.values.extend(field.integers().iter().map(|&value| value as i64 as f32)),
            8 => tensor.name = field.text(),
            9 => raw = field.bytes,
            _ => {}
        }
    }
    match kind {
        1 => tensor.values.extend(raw.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b))),
        2 | 9 => tensor.values.extend(raw.iter().map(|&b| f32::from(b))),
        6 => tensor.values.extend(raw.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b) as f32)),
        7 => tensor.values.extend(raw.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f32)),
        other => panic!("{}: tensors of type {other} are not read", tensor.name),
    }
    assert_eq!(tensor.values.len(), tensor.dims.iter().product::<usize>(), "{}: values for its shape", tensor.name);
    tensor
}

/// A field of a protobuf message: a number, or bytes.
struct Field<'a> {
    number: u64,
    value: u64,
    bytes: &'a [u8],
}

impl Field<'_> {
    fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes).into_owned()
    }

    /// A single number, or packed ones.
    fn integers(&self) -> Vec<u64> {
        let (mut rest, mut all) = (self.bytes, Vec::new());
        if rest.is_empty() {
            all.push(self.value);
        }
        while !rest.is_empty() {
            all.push(varint(&mut rest));
        }
        all
    }
}

fn fields(mut rest: &[u8]) -> Vec<Field<'_>> {
    let mut all = Vec::new();
    while !rest.is_empty() {
        let key = varint(&mut rest);
        let mut field = Field { number: key >> 3, value: 0, bytes: &[] };
        match key & 7 {
            0 => field.value = varint(&mut rest),
            1 => field.value = u64::from_le_bytes(take(&mut rest)),
            2 => {
                let len = varint(&mut rest) as usize;
                (field.bytes, rest) = rest.split_at(len);
            }
            5 => field.value = u64::from(u32::from_le_bytes(take(&mut rest))),
            other => panic!("wire type {other}"),
        }
        all.push(field);
    }
    all
}

fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (bytes, after) = rest.split_first_chunk().expect("a number of fixed size");
    *rest = after;
    *bytes
}

fn varint(rest: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    while let Some((&byte, after)) = rest.split_first() {
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}
