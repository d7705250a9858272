//! Judges a network by a fixture that PyTorch made (`tests/fixtures/fixture.py` says what is in it): what it gives for the
//! batch and for each sample alone, what it gives in training, every gradient, the running statistics, the names.

use std::path::{Path, PathBuf};

use convnet_runtime::cpu::simd::Isa;
use convnet_runtime::prelude::*;

use crate::difference::{difference, largest};
use crate::tensors::{self, Tensors};

#[path = "declared.rs"]
mod declared;
pub(crate) use declared::{Single, judge};

/// Largest difference of an output, relative to its largest value.
const FORWARD: f32 = 1e-5;
/// The same of a gradient.
const BACKWARD: f32 = 1e-4;

/// Judges the network `Net` of a module.
macro_rules! test {
    ($batch:literal $(; heads $($($head:ident).+),+)?) => {
        $(
            impl crate::judge::Heads for <Net as Network>::Output {
                fn heads(&self) -> Vec<(String, &[f32])> {
                    vec![$((crate::judge::dotted(stringify!($($head).+)), crate::judge::Single::values(&self.$($head).+))),+]
                }
            }

            impl crate::judge::Heads for <Net as Network>::Logits {
                fn heads(&self) -> Vec<(String, &[f32])> {
                    vec![$((crate::judge::dotted(stringify!($($head).+)), crate::judge::Single::values(&self.$($head).+))),+]
                }
            }

            impl crate::judge::SetHeads for <Net as Network>::Logits {
                fn set(&mut self, head: &str, values: &[f32]) {
                    match head {
                        $(name if name == crate::judge::dotted(stringify!($($head).+)) => self.$($head).+.set("", values),)+
                        _ => panic!("no head {head}"),
                    }
                }
            }
        )?

        #[test]
        fn agrees() {
            crate::judge::against_pytorch::<Net>(module_path!(), $batch);
        }
    };
}
pub(crate) use test;

/// `.a.b` for the tokens `a . b`, as fixtures name heads.
pub fn dotted(tokens: &str) -> String {
    format!(".{}", tokens.replace(' ', ""))
}

/// What a network gives, head by head; the only one has the empty name.
pub trait Heads {
    fn heads(&self) -> Vec<(String, &[f32])>;
}

/// Logits, of which a loss sets the gradient.
pub trait SetHeads: Heads {
    fn set(&mut self, head: &str, values: &[f32]);
}

impl<V: Shape> Heads for Tensor<V> {
    fn heads(&self) -> Vec<(String, &[f32])> {
        vec![(String::new(), Single::values(self))]
    }
}

impl<V: Shape> Heads for Probabilities<V> {
    fn heads(&self) -> Vec<(String, &[f32])> {
        vec![(String::new(), Single::values(self))]
    }
}

impl<V: Shape> SetHeads for Tensor<V> {
    fn set(&mut self, _: &str, values: &[f32]) {
        *self = Tensor::from_chw(values).expect("a cotangent has the logits' shape");
    }
}

/// `tests/fixtures/file/case.safetensors` for the module `crate::file::case`.
pub fn fixture(module: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(module.replace("::", "/") + ".safetensors")
}

/// Judges `N` on every instruction set that this processor has.
pub fn against_pytorch<N>(module: &str, batch: usize)
where
    N: Network,
    N::Output: Heads,
    N::Logits: SetHeads,
{
    let path = fixture(module);
    let tensors = tensors::read(&path);
    let mut judge = Judge { tensors: &tensors, problems: Vec::new() };
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        let net = N::load_renamed(&path, |name| name.strip_prefix("param.").map(str::to_owned));
        let net = net.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(N::PARAMS as usize, trainable(&tensors), "number of parameters");
        isa.scope(|| judge.network(net, batch));
        assert!(judge.problems.is_empty(), "{isa:?}:\n{}\n{}", judge.problems.join("\n"), N::PLAN);
    }
}

fn trainable(tensors: &Tensors) -> usize {
    let parameters = tensors.iter().filter(|(name, _)| name.starts_with("param.") && !name.contains(".running_"));
    parameters.map(|(_, (_, values))| values.len()).sum()
}

struct Judge<'a> {
    tensors: &'a Tensors,
    problems: Vec<String>,
}

impl Judge<'_> {
    fn network<N>(&mut self, mut net: N, batch: usize)
    where
        N: Network,
        N::Output: Heads,
        N::Logits: SetHeads,
    {
        let tensors = self.tensors;
        let input = Tensor::<N::Input>::from_chw(&*tensors["input"].1).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(input.batch(), batch, "the fixture is of another batch");
        self.outputs(&net.predict(&input), "output");
        for sample in 0..batch {
            self.sample(&net.predict(&input.select(&[sample])), sample, batch);
        }

        let again = N::from_bytes(&net.to_bytes()).unwrap_or_else(|error| panic!("{error}"));
        self.outputs(&again.predict(&input), "output");

        let loss = |logits: &N::Logits, gradient: &mut N::Logits| {
            for (head, logits) in logits.heads() {
                let cotangent = tensors.get(&format!("cotangent{head}"));
                gradient.set(&head, cotangent.map_or(logits, |(_, values)| values));
            }
            Ok(0.0)
        };
        let mut trainer = Trainer::new(Sgd::new(0.0), 0);
        for step in ["step 1", "step 2"] {
            trainer.step(&mut net, &input, &loss).unwrap_or_else(|error| panic!("{error}"));
            if tensors.keys().all(|name| !name.starts_with("cotangent")) {
                continue; // Dropout has drawn; that the step is finite is all there is to see.
            }
            self.outputs(trainer.logits(), "train_output");
            self.gradients(&net, step);
            if step == "step 1" {
                self.statistics(&net);
            }
        }
    }

    fn outputs(&mut self, output: &impl Heads, kind: &str) {
        for (head, found) in output.heads() {
            let expected =
                self.tensors.get(&format!("{kind}{head}")).unwrap_or_else(|| &self.tensors[&format!("output{head}")]);
            self.compare(&format!("{kind}{head}"), &expected.1, found, FORWARD, 0.0);
        }
    }

    fn sample(&mut self, output: &impl Heads, sample: usize, batch: usize) {
        for (head, found) in output.heads() {
            let (_, all) = &self.tensors[&format!("output{head}")];
            let (len, largest) = (all.len() / batch, largest(all));
            let name = format!("output{head} of sample {sample} alone");
            self.compare(&name, &all[sample * len..(sample + 1) * len], found, FORWARD, largest);
        }
    }

    /// A gradient that cancels to almost nothing (of a bias before a batch norm) is rounding; it is measured against a
    /// hundredth of the largest gradient of all.
    fn gradients<N: Network>(&mut self, net: &N, step: &str) {
        let gradients = self.tensors.iter().filter(|(name, _)| name.starts_with("grad."));
        let floor = gradients.map(|(_, (_, values))| largest(values)).fold(0.0, f32::max) / 100.0;
        for (name, parameter) in net.parameters() {
            let found = parameter.gradient();
            let key = format!("grad.{name}");
            match self.tensors.get(&key) {
                Some((_, expected)) => self.compare(&format!("{key} in {step}"), expected, &found, BACKWARD, floor),
                None if found.iter().all(|&value| value == 0.0) => {}
                None => self.problems.push(format!("{key}: not trained, but there is a gradient")),
            }
        }
    }

    fn statistics<N: Network>(&mut self, net: &N) {
        for (name, parameter) in net.parameters() {
            if let Some((_, expected)) = self.tensors.get(&format!("after.{name}")) {
                self.compare(&format!("after.{name}"), expected, &parameter.values(), FORWARD, 0.0);
            }
        }
    }

    fn compare(&mut self, name: &str, expected: &[f32], found: &[f32], tolerance: f32, floor: f32) {
        self.problems.extend(difference(name, expected, found, tolerance, floor));
    }
}
