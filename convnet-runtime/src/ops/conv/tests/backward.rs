//! Stages backward.

use super::case::{Case, Extras, blocked, get, place, put};
use super::forward::{depthwise, expected, fc, fully_connected_cases, narrow, vgg, wide};
use super::{Random, assert_near, sets};
use crate::cpu::map::{Gradient, Layout};
use crate::cpu::run::Workspace;
use crate::ops::activation::{Activation, reference as activation};
use crate::ops::conv::phase::Phase;
use crate::ops::conv::pooled;
use crate::ops::conv::{self, Algorithm, Backward, Bias, ByBatch, Geometry, Method, Stage, pack, reference};

/// A stage with its way back, and what lies in the gradients before it.
pub struct Training {
    pub case: Case,
    pub pass: Backward,
    dy: Vec<f32>,
    dx: Vec<f32>,
    dr: Vec<f32>,
}

/// All gradients: of the input, the residual, the weights, the bias.
pub type Gradients<T> = [Vec<T>; 4];

/// Zeros around the gradient of the sums that the input's gradient reads.
fn reach(geometry: &Geometry) -> [usize; 4] {
    if geometry.is_whole() {
        return [0; 4];
    }
    let side = |i: usize| {
        Phase::all(geometry, i)
            .map(|phase| phase.reach(geometry.output[i]))
            .fold([0, 0], |a, b| [a[0].max(b[0]), a[1].max(b[1])])
    };
    let ([top, bottom], [left, right]) = (side(0), side(1));
    [top, left, bottom, right]
}

impl Training {
    pub fn new(random: &mut Random, mut case: Case) -> Self {
        let Stage { geometry, activation, pool, output, residual, .. } = case.stage;
        let map = output.map;
        let sums = blocked(random, geometry.output, reach(&geometry));
        let direct = !pool && activation == Activation::Identity && random.once_in(2);
        let output_map = if direct { sums } else { blocked(random, [map.height, map.width, map.channels], [0; 4]) };
        let output_gradient = place(&mut case.floats, output_map);
        let sum_gradient = if direct { output_gradient } else { place(&mut case.floats, sums) };
        let mut input = blocked(random, geometry.input, [0; 4]);
        if geometry.algorithm == Algorithm::Planar && random.once_in(2) {
            input.layout = Layout::Planar;
            input.blocks = input.first + input.own_blocks();
        }
        let input_gradient = Gradient { buffer: place(&mut case.floats, input), accumulate: random.once_in(3) };
        let residual_gradient = residual.map(|_| Gradient {
            buffer: place(&mut case.floats, blocked(random, geometry.output, [0; 4])),
            accumulate: random.once_in(2),
        });
        let pass = Backward {
            stage: case.stage,
            output_gradient,
            sum_gradient,
            input_gradient: Some(input_gradient),
            residual_gradient,
            input_method: ByBatch::DIRECT,
            weight_method: ByBatch::DIRECT,
            train_weights: true,
            accumulate: false,
        };
        let size = |map: &crate::cpu::map::Map| case.batch * map.height * map.width * map.channels;
        Self {
            pass,
            dy: random.values(size(&map)),
            dx: random.values(size(&input)),
            dr: random.values(case.batch * geometry.output.iter().product::<usize>()),
            case,
        }
    }

    fn expected(&self) -> Gradients<f64> {
        let Self { case, pass, .. } = self;
        let Stage { geometry, activation: f, pool, .. } = &case.stage;
        let [h, w, k] = geometry.output;
        let [len, out] = [geometry.input.iter().product::<usize>(), h * w * k];
        let weights = wide(&case.conv.weight.values());
        let [mut dx, mut dr] = [&self.dx, &self.dr].map(|values| wide(values));
        let (mut dw, mut db) = (vec![0.0; weights.len()], vec![0.0; case.conv.bias.len()]);
        let each = self.dy.len() / case.batch;
        for n in 0..case.batch {
            let (_, y) = expected(case, n, false);
            let dy = wide(&self.dy[n * each..(n + 1) * each]);
            let mut dz = vec![0.0; out];
            if *pool {
                for (i, dy) in dy.iter().enumerate() {
                    let (c, py, px) = (i / (w / 2) / (h / 2), i / (w / 2) % (h / 2), i % (w / 2));
                    let at = |j: usize| (c * h + 2 * py + j / 2) * w + 2 * px + j % 2;
                    let winner = (0..4).map(at).reduce(|best, i| if y[i] > y[best] { i } else { best });
                    dz[winner.expect("there are four")] = *dy;
                }
            } else {
                dz = dy;
            }
            let dz = activation::backward(*f, &y, &dz);
            let own = reference::backward_input(geometry, &weights, &dz);
            for (to, new, accumulate) in [
                (&mut dx[n * len..(n + 1) * len], &own, pass.input_gradient.is_some_and(|g| g.accumulate)),
                (&mut dr[n * out..(n + 1) * out], &dz, pass.residual_gradient.is_some_and(|g| g.accumulate)),
            ] {
                to.iter_mut().zip(new).for_each(|(to, new)| *to = if accumulate { *to + new } else { *new });
            }
            reference::backward_weights(geometry, &wide(&case.x[n * len..(n + 1) * len]), &dz, &mut dw);
            reference::backward_bias(geometry, &dz, &mut db);
        }
        [dx, dr, dw, db]
    }

    /// Forward and backward; the weights' gradient is then added once more.
    pub fn run(&self) -> (Gradients<f32>, Vec<f32>) {
        let Self { case, pass, .. } = self;
        let mut conv = case.conv.clone();
        let mut workspace = Workspace::default();
        let mut run = case.start(&mut workspace);
        conv::forward_train(&case.stage, &conv, &mut run);
        put(&mut run, &pass.output_gradient, &self.dy);
        if let Some(gradient) = pass.input_gradient.filter(|gradient| gradient.accumulate) {
            put(&mut run, &gradient.buffer, &self.dx);
        }
        if let Some(gradient) = pass.residual_gradient.filter(|gradient| gradient.accumulate) {
            put(&mut run, &gradient.buffer, &self.dr);
        }
        conv::backward(pass, &mut conv, &mut run);
        if !pooled::fits(pass, case.batch) {
            get(&run, &pass.sum_gradient);
        }
        let read = |gradient: Option<Gradient>| gradient.map(|gradient| get(&run, &gradient.buffer));
        let dx = read(pass.input_gradient).unwrap_or_default();
        let dr = read(pass.residual_gradient).unwrap_or_else(|| self.dr.clone());
        let [dw, db] = [conv.weight.gradient(), conv.bias.gradient()];
        let mut used = conv.weight.packed().to_vec();
        pack::pack(&case.stage.geometry, &vec![1.0; conv.weight.len()], &mut used);
        let packed = conv.weight.packed_gradient();
        assert!(used.iter().zip(&*packed).all(|(used, g)| *used != 0.0 || *g == 0.0), "only weights have gradients");
        let again = Backward { accumulate: true, input_gradient: None, residual_gradient: None, ..*pass };
        conv::backward(&again, &mut conv, &mut run);
        ([dx, dr, dw, db], conv.weight.gradient())
    }

    fn check(&self) {
        self.check_within(1e-5);
    }

    /// On every instruction set.
    pub fn check_within(&self, tolerance: f64) {
        let mut exact = self.expected();
        if self.pass.residual_gradient.is_none() {
            exact[1] = wide(&self.dr);
        }
        if self.pass.input_gradient.is_none() {
            exact[0].clear();
        }
        for isa in sets() {
            let (gradients, twice) = isa.scope(|| self.run());
            let what = |name: &str| format!("{isa:?}, {name}, batch {}, {:?}", self.case.batch, self.pass);
            for ((name, values), exact) in ["input", "residual", "weights", "bias"].iter().zip(&gradients).zip(&exact) {
                assert_near(&what(name), values, exact, tolerance);
            }
            let doubled: Vec<f64> = exact[2].iter().map(|w| 2.0 * w).collect();
            assert_near(&what("weights, twice"), &twice, &doubled, tolerance);
        }
    }
}

#[test]
fn random_stages() {
    let mut random = Random(11);
    for _ in 0..250 {
        let case = Case::random(&mut random);
        Training::new(&mut random, case).check();
    }
}

#[test]
fn fully_connected() {
    let mut random = Random(12);
    let mut cases = fully_connected_cases(&mut random);
    cases.push(Case::new(&mut random, fc([9, 7, 3], 20, Algorithm::Planar), 9));
    cases.push(Case::new(&mut random, fc([1, 1, 300], 290, Algorithm::Blocked), 3));
    for case in cases {
        Training::new(&mut random, case).check();
    }
}

#[test]
fn narrow_groups() {
    let mut random = Random(16);
    for _ in 0..60 {
        let geometry = narrow(&mut random);
        let batch = random.range(1, 3);
        let case = Case::new(&mut random, geometry, batch);
        Training::new(&mut random, case).check();
    }
}

#[test]
fn depthwise_stages() {
    let mut random = Random(19);
    for _ in 0..100 {
        let geometry = depthwise(&mut random);
        let batch = random.range(1, 3);
        let case = Case::new(&mut random, geometry, batch);
        Training::new(&mut random, case).check();
    }
}

/// Inputs of few channels, whose gradient is scattered.
#[test]
fn few_channels() {
    let mut random = Random(17);
    for _ in 0..100 {
        let kernel = [random.range(2, 6), random.range(2, 6)];
        let stride = [random.range(1, 2), random.range(1, 2)];
        let input = [random.range(6, 16), random.range(6, 18)];
        let pad = [random.below(kernel[0]), random.below(kernel[1])];
        let dilation = [if 2 * kernel[0] <= input[0] { random.range(1, 2) } else { 1 }, 1];
        let output = [0, 1].map(|i| (input[i] + 2 * pad[i] - (kernel[i] - 1) * dilation[i] - 1) / stride[i] + 1);
        let geometry = Geometry {
            input: [input[0], input[1], random.range(1, 24)],
            output: [output[0], output[1], random.range(1, 40)],
            kernel,
            stride,
            pad,
            dilation,
            groups: 1,
            bias: Bias::Channel,
            algorithm: Algorithm::Blocked,
        };
        let batch = random.range(1, 3);
        let case = Case::new(&mut random, geometry, batch);
        Training::new(&mut random, case).check();
    }
}

/// Few channels before a pool: only the winners' products count.
fn pooled(random: &mut Random) -> Training {
    let algorithm = if random.once_in(3) { Algorithm::Planar } else { Algorithm::Blocked };
    let depth = if random.once_in(2) { random.range(1, 4) } else { random.range(5, 40) };
    let side = |random: &mut Random| {
        let (input, pad, kernel) = (random.range(6, 16), random.below(3), random.range(1, 6));
        (input, pad, kernel, input + 2 * pad - kernel + 1)
    };
    let (y, x) = (side(random), side(random));
    let geometry = Geometry {
        input: [y.0, x.0, depth],
        output: [y.3, x.3, random.range(1, 40)],
        kernel: [y.2, x.2],
        stride: [1, 1],
        pad: [y.1, x.1],
        dilation: [1, 1],
        groups: 1,
        bias: [Bias::None, Bias::Channel][random.below(2)],
        algorithm,
    };
    let pool = geometry.output[0] > 1 && geometry.output[1] > 1;
    let activation = [Activation::Relu, Activation::Tanh, Activation::Identity][random.below(3)];
    let batch = random.range(1, 6);
    let case = Case::with(random, geometry, batch, Extras { pool, activation, residual: false, norm: false });
    let mut training = Training::new(random, case);
    if algorithm == Algorithm::Planar {
        training.pass.input_gradient = None;
    }
    training
}

#[test]
fn pooled_stages() {
    let mut random = Random(18);
    let mut count = 0;
    for _ in 0..150 {
        let training = pooled(&mut random);
        count += usize::from(pooled::fits(&training.pass, training.case.batch));
        training.check();
    }
    assert!(count > 50, "{count} of these stages go by their winners");
}

#[test]
fn large_stages() {
    let mut random = Random(13);
    let strided = Geometry { input: [14, 14, 128], stride: [2, 2], ..vgg(7, 128, 132) };
    for geometry in [vgg(112, 3, 64), vgg(56, 64, 64), vgg(14, 256, 192), vgg(7, 132, 128), strided] {
        let case = Case::new(&mut random, geometry, 2);
        Training::new(&mut random, case).check();
    }
}

/// The weights' gradient by tiles, and the relative error that it may have.
const TILES: [(Method, f64); 3] = [(Method::Winograd2, 1e-6), (Method::Winograd4, 5e-6), (Method::Winograd6, 1e-5)];

#[test]
fn weights_by_tiles() {
    let mut random = Random(15);
    let mut cases: Vec<_> = (0..60).map(|_| Case::tiled(&mut random)).collect();
    cases.push(Case::new(&mut random, vgg(56, 64, 64), 2));
    cases.push(Case::new(&mut random, vgg(14, 256, 192), 2));
    for case in cases {
        let mut training = Training::new(&mut random, case);
        let exact = &training.expected()[2];
        for ((method, bound), isa) in TILES.into_iter().flat_map(|tile| sets().map(move |isa| (tile, isa))) {
            training.pass.weight_method = ByBatch::always(method);
            let (gradients, twice) = isa.scope(|| training.run());
            for (weights, times) in [(&gradients[2], 1.0), (&twice, 2.0)] {
                let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
                let difference = square(&mut weights.iter().zip(exact).map(|(w, e)| f64::from(*w) - times * e));
                let error = (difference / square(&mut exact.iter().map(|e| times * e)).max(1e-30)).sqrt();
                assert!(
                    error < bound,
                    "{method:?}, {isa:?}: {error:.1e}, batch {}, {:?}",
                    training.case.batch,
                    training.pass
                );
            }
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = Random(14);
    let mut cases: Vec<_> = (0..20).map(|_| Case::random(&mut random)).collect();
    cases.push(Case::new(&mut random, vgg(56, 32, 48), 3));
    cases.push(Case::new(&mut random, vgg(14, 128, 100), 2));
    cases.push(Case::new(&mut random, vgg(7, 132, 128), 2));
    cases.extend((0..8).map(|_| Case::tiled(&mut random)));
    cases.push(Case::new(&mut random, vgg(56, 32, 48), 3));
    let mut trainings: Vec<_> = (0..20).map(|_| pooled(&mut random)).collect();
    trainings.extend(cases.into_iter().map(|case| Training::new(&mut random, case)));
    for (i, mut training) in trainings.into_iter().enumerate() {
        training.pass.weight_method = ByBatch::always(TILES[i % TILES.len()].0);
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let gradients = pool.install(|| training.run()).0;
            gradients.map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(5), "{:?}", training.pass);
    }
}
