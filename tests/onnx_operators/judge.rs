//! Judges a declaration by one of ONNX's operator cases: a model of one node, its inputs, its outputs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use convnet_runtime::prelude::*;

use crate::difference::difference;
use crate::onnx::{self, Model, Node};
use crate::{archive, found};

/// Largest difference, relative to the largest value.
const TOLERANCE: f32 = 1e-5;

pub type Files = BTreeMap<String, Vec<u8>>;

/// All cases; none, after saying so, where they are not there.
pub fn files() -> Option<&'static Files> {
    static FILES: OnceLock<Option<Files>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        found::shared("ONNX operator cases", "ops/onnx-op-tests.tar.xz").map(|path| archive::unpack(&path))
    });
    files.as_ref()
}

/// A network's output as plain numbers.
pub trait Values {
    fn values(&self) -> &[f32];
}

impl<V: Shape> Values for Tensor<V> {
    fn values(&self) -> &[f32] {
        Tensor::values(self)
    }
}

impl<V: Shape> Values for Probabilities<V> {
    fn values(&self) -> &[f32] {
        self.tensor().values()
    }
}

struct Case<'a> {
    name: &'a str,
    model: Model,
    inputs: Vec<onnx::Tensor>,
    outputs: Vec<onnx::Tensor>,
}

impl<'a> Case<'a> {
    fn read(files: &Files, name: &'a str) -> Self {
        let file = |file: &str| files.get(&format!("onnx-ops/{name}/{file}"));
        let model = onnx::model(file("model.onnx").unwrap_or_else(|| panic!("no case {name}")));
        let all = |kind: &str| {
            (0..).map_while(|i| file(&format!("test_data_set_0/{kind}_{i}.pb"))).map(|b| onnx::tensor(b)).collect()
        };
        Self { name, model, inputs: all("input"), outputs: all("output") }
    }

    /// What a node's input holds: an initializer, or the data of a graph's input.
    fn value(&self, name: &str) -> &onnx::Tensor {
        if let Some(tensor) = self.model.initializers.iter().find(|tensor| tensor.name == name) {
            return tensor;
        }
        let mut given = self
            .model
            .inputs
            .iter()
            .filter(|input| self.model.initializers.iter().all(|tensor| tensor.name != **input));
        let index = given.position(|input| input == name).unwrap_or_else(|| panic!("{}: no input {name}", self.name));
        &self.inputs[index]
    }

    fn compare(&self, what: &str, expected: &[f32], found: &[f32]) {
        if let Some(difference) = difference(what, expected, found, TOLERANCE, 0.0) {
            panic!("{}: {difference}", self.name);
        }
    }
}

/// Runs `N` on the case's input, with the case's parameters.
pub fn judge<N>(name: &str)
where
    N: Network,
    N::Output: Values,
    N::Logits: Values,
{
    let Some(files) = files() else { return };
    let case = Case::read(files, name);
    let node = case.model.nodes.last().expect("a node");
    let parameters = parameters(&case, node);
    let mut net = N::zeroed();
    let mut number = 0;
    net.visit_mut(&convnet_runtime::network::Key::ROOT, &mut |key, parameter| {
        parameter.set(&parameters[number]).unwrap_or_else(|error| panic!("{name}: {key}: {error}"));
        number += 1;
    });
    assert_eq!(number, parameters.len(), "{name}: parameters");
    let input = Tensor::<N::Input>::from_chw(input(&case, node)).unwrap_or_else(|error| panic!("{name}: {error}"));

    if node.attributes.get("training_mode") == Some(&1.0) {
        let mut trainer = Trainer::new(Sgd::new(0.0), 0);
        trainer.step(&mut net, &input, &|_: &_, _: &mut _| Ok(0.0)).unwrap_or_else(|error| panic!("{name}: {error}"));
        case.compare("output in training", &case.outputs[0].values, trainer.logits().values());
        // ONNX's running variance is that of the batch itself, PyTorch's and ours the unbiased one.
        let (_, mean) = net.parameters().into_iter().find(|(name, _)| name.ends_with("running_mean")).expect("a mean");
        case.compare("running mean", &case.outputs[1].values, &mean.values());
    } else {
        case.compare("output", &case.outputs[0].values, net.predict(&input).values());
    }
}

/// The first input; behind each other along the depth where an operator takes several volumes; transposed for Gemm.
fn input(case: &Case<'_>, node: &Node) -> Vec<f32> {
    let first = case.value(&case.model.nodes[0].inputs[0]);
    match node.op.as_str() {
        "Add" => [&*case.inputs[0].values, &*case.inputs[1].values].concat(),
        "Concat" if node.attributes["axis"] as i64 % 2 == 0 => {
            [&*case.inputs[0].values, &*case.inputs[1].values].concat()
        }
        "Concat" => {
            let rows = |i: usize| case.inputs[i].values.chunks_exact(case.inputs[i].dims[1]);
            rows(0).zip(rows(1)).flat_map(|(a, b)| [a, b].concat()).collect()
        }
        "MatMul" => case.value(&node.inputs[0]).values.clone(),
        "Gemm" if flag(node, "transA") => transposed(first),
        _ => first.values.clone(),
    }
}

/// The values of the network's parameters, in order.
fn parameters(case: &Case<'_>, node: &Node) -> Vec<Vec<f32>> {
    let output = &case.outputs[0];
    match node.op.as_str() {
        "Conv" | "BatchNormalization" => node.inputs[1..].iter().map(|name| case.value(name).values.clone()).collect(),
        "Gemm" => {
            let weight = case.value(&node.inputs[1]);
            let weight = if flag(node, "transB") { weight.values.clone() } else { transposed(weight) };
            let factor = |name: &str| node.attributes.get(name).copied().unwrap_or(1.0);
            let mut all = vec![weight.iter().map(|w| w * factor("alpha")).collect::<Vec<f32>>()];
            if let Some(name) = node.inputs.get(2) {
                let bias = case.value(name).values.iter().map(|b| b * factor("beta")).cycle();
                all.push(bias.take(output.dims[1]).collect());
            }
            all
        }
        "MatMul" => vec![case.model.initializers[0].values.clone()],
        // Two layers that each take their half of the depth.
        "Add" | "Concat" => {
            let depth =
                case.inputs[0].dims[usize::from(node.op == "Concat" && node.attributes["axis"] as i64 % 2 != 0)];
            let half = |offset: usize| {
                (0..depth * 2 * depth).map(move |i| f32::from(u8::from(i % (2 * depth) == i / (2 * depth) + offset)))
            };
            vec![half(0).collect(), half(depth).collect()]
        }
        _ => Vec::new(),
    }
}

fn flag(node: &Node, name: &str) -> bool {
    node.attributes.get(name) == Some(&1.0)
}

fn transposed(matrix: &onnx::Tensor) -> Vec<f32> {
    let [rows, columns] = matrix.dims[..] else { panic!("{:?} is no matrix", matrix.dims) };
    (0..rows * columns).map(|i| matrix.values[i % rows * columns + i / rows]).collect()
}

/// Mean cross-entropy of the case's scores and labels.
pub fn judge_cross_entropy<V: Shape>(name: &str) {
    let Some(files) = files() else { return };
    let case = Case::read(files, name);
    let scores = Tensor::<V>::from_chw(&*case.inputs[0].values).unwrap_or_else(|error| panic!("{name}: {error}"));
    let labels: Vec<usize> = case.inputs[1].values.iter().map(|&label| label as usize).collect();
    let loss = CrossEntropy(&labels)
        .evaluate(&scores, &mut Tensor::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    case.compare("loss", &case.outputs[0].values, &[loss]);
}
