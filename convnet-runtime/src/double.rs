//! A network written by hand with plain loops, for the tests of what stands around networks: `fc-3 -> softmax` on 2x2
//! images, with a running mean of its logits.

use crate::cpu::map::Buffer;
use crate::cpu::run::Run;
use crate::cpu::workspaces::Workspaces;
use crate::network::{Frame, Key, Layer, Network, Tap};
use crate::parameter::{Packing, Parameter, Role};
use crate::shape::{Features, Volume};
use crate::tensor::{Probabilities, Tensor};

const INPUT: Buffer = Buffer::planar(0, [2, 2, 1], [0; 4]);
const LOGITS: Buffer = Buffer::blocked(16, [1, 1, 3], [0; 4]);
const GRADIENT: Buffer = Buffer::blocked(32, [1, 1, 3], [0; 4]);

#[derive(Clone)]
pub struct Linear {
    pub weight: Parameter,
    pub bias: Parameter,
    pub running_mean: Parameter,
    workspaces: Workspaces,
}

impl Linear {
    pub const FC: Tap<Self, Features<3>> = Tap::after(1, LOGITS);

    fn fc(&self, run: &mut Run<'_>) {
        let ([x], [y]) = run.split([INPUT.range(run.batch)], [LOGITS.range(run.batch)]);
        for (x, y) in x.chunks(16).zip(y.chunks_mut(16)) {
            for ((y, row), bias) in y[..3].iter_mut().zip(self.weight.packed().chunks(4)).zip(self.bias.packed()) {
                *y = bias + row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
            }
        }
    }

    #[allow(clippy::unused_self)]
    fn softmax(&self, run: &mut Run<'_>) {
        for y in run.write(&LOGITS).chunks_mut(16) {
            y[..3].iter_mut().for_each(|y| *y = y.exp());
            let sum: f32 = y[..3].iter().sum();
            y[..3].iter_mut().for_each(|y| *y /= sum);
        }
    }
}

const FC: Layer = Layer {
    name: "0",
    kind: "fc-3",
    volume: [1, 1, 3],
    features: true,
    params: 15,
    macs: 12,
    receptive_field: (2, 2),
    stride: (1, 1),
    frozen: false,
};

impl Network for Linear {
    type Input = Volume<2, 2, 1>;
    type Output = Probabilities<Features<3>>;
    type Logits = Tensor<Features<3>>;
    type InputHeight = typenum::U2;
    type InputWidth = typenum::U2;
    type InputDepth = typenum::U1;

    const NAME: &'static str = "Linear";
    const PARAMS: u64 = 15;
    const MACS: u64 = 12;
    const ACTIVATION_BYTES: u64 = 128;
    const TRAIN_BYTES_PER_SAMPLE: u64 = 192;
    const RECEPTIVE_FIELD: (u64, u64) = (1, 1);
    const STRIDE: (u64, u64) = (1, 1);
    const LAYERS: &'static [Layer] = &[FC, Layer { name: "1", kind: "softmax", params: 0, macs: 0, ..FC }];
    const PLAN: &'static str = "";
    const INFERENCE: Frame = Frame { floats: 32, input: INPUT };
    const TRAINING: Frame = Frame { floats: 48, input: INPUT };
    const STAGES: &'static [fn(&Self, &mut Run<'_>)] = &[Self::fc, Self::softmax];

    fn zeroed() -> Self {
        let parameter = |shape, role| Parameter::new(shape, Packing::Plain, role);
        Self {
            weight: parameter(vec![3, 4], Role::Weight),
            bias: parameter(vec![3], Role::Bias),
            running_mean: parameter(vec![3], Role::RunningMean),
            workspaces: Workspaces::default(),
        }
    }

    fn visit<'a>(&'a self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &'a Parameter)) {
        let key = key.join("0");
        f(&key.join("weight"), &self.weight);
        f(&key.join("bias"), &self.bias);
        f(&key.join("running_mean"), &self.running_mean);
    }

    fn visit_mut(&mut self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &mut Parameter)) {
        let key = key.join("0");
        f(&key.join("weight"), &mut self.weight);
        f(&key.join("bias"), &mut self.bias);
        f(&key.join("running_mean"), &mut self.running_mean);
    }

    fn workspaces(&self) -> &Workspaces {
        &self.workspaces
    }

    fn output(run: &Run<'_>, into: &mut Self::Output) {
        into.tensor_mut().read(&LOGITS, run);
    }

    fn forward(&mut self, run: &mut Run<'_>) {
        self.fc(run);
        for y in run.read(&LOGITS).chunks(16) {
            self.running_mean.packed_mut()[..3].iter_mut().zip(y).for_each(|(mean, y)| *mean += 0.1 * (y - *mean));
        }
    }

    fn logits(run: &Run<'_>, into: &mut Self::Logits) {
        into.read(&LOGITS, run);
    }

    fn set_gradient(gradient: &Self::Logits, run: &mut Run<'_>) {
        gradient.write(&GRADIENT, run);
    }

    fn backward(&mut self, run: &mut Run<'_>, _: bool) {
        let (x, d) = (run.read(&INPUT), run.read(&GRADIENT));
        self.weight.gradient_mut().fill(0.0);
        self.bias.gradient_mut().fill(0.0);
        for (x, d) in x.chunks(16).zip(d.chunks(16)) {
            for (row, d) in self.weight.gradient_mut().chunks_mut(4).zip(&d[..3]) {
                row.iter_mut().zip(x).for_each(|(g, x)| *g += d * x);
            }
            self.bias.gradient_mut()[..3].iter_mut().zip(d).for_each(|(g, d)| *g += d);
        }
    }
}

/// Images of which the brightest pixel (of the first three) is the label, and noise.
pub fn brightest(count: usize, seed: u64) -> crate::data::Dataset<Volume<2, 2, 1>> {
    let mut random = crate::train::random::Random::new(seed, 9);
    let labels: Vec<usize> = (0..count).map(|_| random.below(3)).collect();
    let images =
        Tensor::from_fn(count, |n, _, y, x| 0.5 * random.uniform() + f32::from(u8::from(labels[n] == 2 * y + x)));
    crate::data::Dataset::new(images, labels).expect("a label each")
}
