//! Single convolutions, each a network of one layer: its kernels alone, on volumes that lie as they read them.

use convnet_runtime::cpu::exchange;
use convnet_runtime::cpu::run::{Run, Workspace};
use convnet_runtime::layers::Conv;
use convnet_runtime::network::Key;
use convnet_runtime::ops::conv;
use convnet_runtime::parameter::Role;
use convnet_runtime::prelude::*;
use convnet_runtime::program::BackStep;

use crate::measure::{Timing, time_calls};
use crate::options::Mode;
use crate::works::images;

/// What of a layer takes how long.
pub type Times = Vec<(&'static str, Timing)>;

/// A layer.
pub struct Single {
    /// `conv3-64@56x56x64`
    pub name: String,
    pub macs: u64,
    /// Times of `fwd`, `bwd_data` and `bwd_weights`, or of those of one mode.
    pub measure: fn(Option<Mode>, usize, f64) -> Times,
}

impl Single {
    fn of<N: Network>() -> Self {
        let [height, width, depth] = [N::Input::HEIGHT, N::Input::WIDTH, N::Input::DEPTH];
        Self { name: format!("{}@{height}x{width}x{depth}", N::LAYERS[0].kind), macs: N::MACS, measure: measure::<N> }
    }
}

macro_rules! single {
    ($($layer:tt)*) => {{
        network! {
            #[rounding(floor)]
            struct Layer { input $($layer)* }
        }
        Single::of::<Layer>()
    }};
}

/// The 3x3 layers of ResNet-18 and of VGG D.
pub fn three_by_three() -> Vec<Single> {
    vec![
        single!(56x56x64 -> conv3-64),
        single!(28x28x128 -> conv3-128),
        single!(14x14x256 -> conv3-256),
        single!(7x7x512 -> conv3-512),
        single!(224x224x64 -> conv3-64),
        single!(56x56x256 -> conv3-256),
        single!(28x28x512 -> conv3-512),
    ]
}

/// Layers of ResNet-50, MobileNet, GoogLeNet, AlexNet, and others in groups.
pub fn others() -> Vec<Single> {
    vec![
        single!(56x56x64 -> conv1-256),
        single!(56x56x256 -> conv1-64),
        single!(28x28x512 -> conv1-128),
        single!(14x14x1024 -> conv1-256),
        single!(7x7x512 -> conv1-2048),
        single!(112x112x32 -> conv1-64),
        single!(14x14x512 -> conv1-512),
        single!(7x7x1024 -> conv1-1024),
        single!(56x56x128 -> conv3-128/2),
        single!(14x14x512 -> conv3-512/2),
        single!(224x224x3 -> conv3-32/2),
        single!(28x28x16 -> conv5-32),
        single!(14x14x32 -> conv5-128),
        single!(27x27x64 -> conv5-192),
        single!(224x224x3 -> conv7-64/2),
        single!(224x224x3 -> conv11-64/4(pad=2)),
        single!(112x112x32 -> dwconv3),
        single!(112x112x64 -> dwconv3/2),
        single!(14x14x512 -> dwconv3),
        single!(14x14x512 -> dwconv3/2),
        single!(27x27x96 -> conv5-256(groups=2)),
        single!(56x56x128 -> conv3-128(groups=32)),
        single!(14x14x512 -> conv3-512(groups=32)),
    ]
}

fn measure<N: Network>(mode: Option<Mode>, batch: usize, secs: f64) -> Times {
    let mut times = Vec::new();
    let (mut net, images) = (N::new(1), images::<N>(batch));
    let mut workspace = Workspace::default();
    if mode != Some(Mode::Train) {
        let mut run = workspace.run(N::INFERENCE.floats, batch, 0);
        exchange::load(images.values(), &N::INFERENCE.input, &mut run);
        times.push(("fwd", time_calls(secs, || net.infer(&mut run))));
    }
    if mode != Some(Mode::Infer) {
        let mut run = workspace.run(N::TRAINING.floats, batch, 0);
        exchange::load(images.values(), &N::TRAINING.input, &mut run);
        net.forward(&mut run);
        let mut gradient = N::Logits::default();
        N::logits(&run, &mut gradient);
        let mut timed = |backward: &mut dyn FnMut(&mut Run<'_>)| {
            // Backward leaves it as it is: there is neither pool nor activation.
            N::set_gradient(&gradient, &mut run);
            time_calls(secs, || backward(&mut run))
        };
        let weights = timed(&mut |run| net.backward(run, false));
        // Gradients of images are of no use.
        if let [BackStep::Conv { pass, .. }] = N::PROGRAM.backward_to_input
            && N::Input::DEPTH > 3
        {
            // What a frozen layer computes.
            let mut layer = Conv::new(&pass.stage.geometry);
            net.visit(&Key::ROOT, &mut |_, parameter| {
                if parameter.role() == Role::Weight {
                    layer.weight = parameter.clone();
                }
            });
            let pass = conv::Backward { train_weights: false, ..*pass };
            times.push(("bwd_data", timed(&mut |run| conv::backward(&pass, &mut layer, run))));
        }
        times.push(("bwd_weights", weights));
    }
    times
}
