use super::*;
use crate::cpu::map::{Gradient, Layout, Map};
use crate::cpu::run::Run;
use crate::cpu::workspaces::Workspaces;
use crate::network::{Backbone, Frame, Key, Layer, Network};
use crate::ops::activation::{self, Activation};
use crate::ops::testing::everywhere;
use crate::ops::{dropout, relayout};
use crate::parameter::Parameter;
use crate::shape::Volume;

/// `input 2x3x5 -> tanh -> dropout(0.3)`, planar at first.
struct Inner;

const fn buffer(place: usize, layout: Layout) -> Buffer {
    let blocks = match layout {
        Layout::Planar => 5,
        Layout::Blocked => 1,
    };
    let map = Map { height: 2, width: 3, channels: 5, border: [1; 4], layout, blocks, first: 0 };
    Buffer { offset: place * 1024, map }
}

const INPUT: Buffer = buffer(0, Layout::Planar);
const BLOCKED: Buffer = buffer(1, Layout::Blocked);
const TANH: activation::Stage =
    activation::Stage { input: BLOCKED, output: buffer(2, Layout::Blocked), activation: Activation::Tanh };
const DROPOUT: dropout::Stage =
    dropout::Stage { input: TANH.output, output: buffer(3, Layout::Blocked), p: 0.3, layer: 1 };
const TANH_GRADIENT: Buffer = buffer(5, Layout::Blocked);
const INPUT_GRADIENT: Buffer = buffer(6, Layout::Blocked);

impl Network for Inner {
    type Input = Volume<2, 3, 5>;
    type Output = ();
    type Logits = ();
    type InputHeight = typenum::U2;
    type InputWidth = typenum::U3;
    type InputDepth = typenum::U5;

    const NAME: &'static str = "Inner";
    const PARAMS: u64 = 0;
    const MACS: u64 = 0;
    const ACTIVATION_BYTES: u64 = 0;
    const TRAIN_BYTES_PER_SAMPLE: u64 = 0;
    const RECEPTIVE_FIELD: (u64, u64) = (1, 1);
    const STRIDE: (u64, u64) = (1, 1);
    const LAYERS: &'static [Layer] = &[];
    const PLAN: &'static str = "";
    const INFERENCE: Frame = Frame { floats: 7 * 1024, input: INPUT };
    const TRAINING: Frame = Frame { floats: 7 * 1024, input: INPUT };

    const STAGES: &'static [fn(&Self, &mut Run<'_>)] = &[tanh];

    fn zeroed() -> Self {
        Self
    }
    fn workspaces(&self) -> &Workspaces {
        static WORKSPACES: Workspaces = Workspaces::new();
        &WORKSPACES
    }
    fn visit<'a>(&'a self, _: &Key<'_>, _: &mut dyn FnMut(&Key<'_>, &'a Parameter)) {}
    fn visit_mut(&mut self, _: &Key<'_>, _: &mut dyn FnMut(&Key<'_>, &mut Parameter)) {}

    const OUTPUTS: [Buffer; 2] = [TANH.output, DROPOUT.output];
    const OUTPUT_GRADIENT: Buffer = buffer(4, Layout::Blocked);
    const INPUT_GRADIENT: Option<Buffer> = Some(INPUT_GRADIENT);

    fn output(_: &Run<'_>, (): &mut ()) {}
    fn forward(&mut self, run: &mut Run<'_>) {
        self.infer(run);
        dropout::forward_train(&DROPOUT, run);
    }
    fn logits(_: &Run<'_>, (): &mut ()) {}
    fn set_gradient((): &(), _: &mut Run<'_>) {}
    fn backward(&mut self, run: &mut Run<'_>, input_gradient: bool) {
        dropout::backward(&DROPOUT, &Self::OUTPUT_GRADIENT, &(&TANH_GRADIENT).into(), run);
        if input_gradient {
            activation::backward(&TANH, &TANH_GRADIENT, &(&INPUT_GRADIENT).into(), run);
        }
    }
}

/// The stages of inference.
fn tanh(_: &Inner, run: &mut Run<'_>) {
    relayout::forward(&relayout::Stage { input: INPUT, output: BLOCKED }, run);
    activation::forward(&TANH, run);
}

impl Backbone for Inner {
    type Volume = Volume<2, 3, 5>;
}

#[test]
fn the_inner_network_runs_in_its_own_workspace() {
    everywhere(10, |bench| {
        let (input, x) = bench.input(5, 2, 3);
        let (output_gradient, dy) = bench.input(5, 2, 3);
        let output = bench.blocked(5, 2, 3);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, slot: bench.random.below(3) };
        let y = activation::reference::forward(Activation::Tanh, &x);
        forward(&stage, &Inner, &mut bench.run());
        bench.check(&output, &y, 2e-6, true);

        let seed = cpu::inner_seed(&stage, &bench.run());
        let mask = dropout::Mask::new(seed, 1, 0.3);
        forward_train(&stage, &mut Inner, &mut bench.run());
        bench.check(&output, &dropout::reference::forward(&mask, &y), 2e-6, true);
        let d = dropout::reference::forward(&mask, &dy);
        let dx = activation::reference::backward(Activation::Tanh, &y, &d);
        bench.check_backward(input.map, &dx, 4e-6, |dx: &Gradient, run| {
            backward(&stage, &output_gradient, Some(dx), &mut Inner, run);
        });
    });
}
