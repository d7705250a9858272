//! Stages forward.

use super::case::{Case, EPS, get};
use super::{Random, assert_near, sets, tolerance};
use crate::cpu::run::Workspace;
use crate::ops::activation::reference as activation;
use crate::ops::conv::{self, Algorithm, Bias, Geometry, reference};

pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// What the stage should give for sample `n`, and the values before the pool.
pub fn expected(case: &Case, n: usize, folded: bool) -> (Vec<f64>, Vec<f64>) {
    let geometry = &case.stage.geometry;
    let [h, w, k] = geometry.output;
    let (len, out) = (geometry.input.iter().product::<usize>(), h * w * k);
    let x = wide(&case.x[n * len..(n + 1) * len]);
    let mut y = reference::forward(geometry, &x, &wide(&case.conv.weight.values()), &wide(&case.conv.bias.values()));
    if let Some(norm) = case.norm.as_ref().filter(|_| folded) {
        let [weight, bias, mean, var] =
            [&norm.weight, &norm.bias, &norm.running_mean, &norm.running_var].map(|p| wide(&p.values()));
        for (i, y) in y.iter_mut().enumerate() {
            let c = i / (h * w);
            *y = (*y - mean[c]) / (var[c] + f64::from(EPS)).sqrt() * weight[c] + bias[c];
        }
    }
    if case.stage.residual.is_some() {
        y.iter_mut().zip(&case.residual[n * out..]).for_each(|(y, r)| *y += f64::from(*r));
    }
    let y = activation::forward(case.stage.activation, &y);
    if !case.stage.pool {
        return (y.clone(), y);
    }
    let mut pooled = Vec::new();
    for c in 0..k {
        for py in 0..h / 2 {
            for px in 0..w / 2 {
                let at = |dy: usize, dx: usize| y[(c * h + 2 * py + dy) * w + 2 * px + dx];
                pooled.push(at(0, 0).max(at(0, 1)).max(at(1, 0)).max(at(1, 1)));
            }
        }
    }
    (pooled, y)
}

/// Runs the stage at inference.
pub fn infer(case: &Case) -> Vec<f32> {
    let mut workspace = Workspace::default();
    let mut run = case.start(&mut workspace);
    conv::forward(&case.stage, &case.conv, case.norm.as_ref().map(|norm| (norm, EPS)), &mut run);
    get(&run, &case.stage.output)
}

fn check(case: &Case) {
    let geometry = &case.stage.geometry;
    check_within(case, tolerance(geometry.input[2] / geometry.groups * geometry.kernel[0] * geometry.kernel[1]));
}

/// On every instruction set.
pub fn check_within(case: &Case, tolerance: f64) {
    let exact: Vec<f64> = (0..case.batch).flat_map(|n| expected(case, n, true).0).collect();
    for isa in sets() {
        let y = isa.scope(|| infer(case));
        assert_near(&format!("{isa:?}, batch {}, {:?}", case.batch, case.stage), &y, &exact, tolerance);
    }
}

#[test]
fn random_stages() {
    let mut random = Random(1);
    for _ in 0..600 {
        check(&Case::random(&mut random));
    }
}

/// A fully connected layer.
pub fn fc(input: [usize; 3], filters: usize, algorithm: Algorithm) -> Geometry {
    Geometry {
        input,
        output: [1, 1, filters],
        kernel: [input[0], input[1]],
        stride: [1, 1],
        pad: [0, 0],
        dilation: [1, 1],
        groups: 1,
        bias: Bias::Channel,
        algorithm,
    }
}

/// Random ones, and some of many inputs, filters or samples.
pub fn fully_connected_cases(random: &mut Random) -> Vec<Case> {
    let mut cases: Vec<_> = (0..60)
        .map(|_| {
            let [input, filters] =
                [[random.range(1, 8), random.range(1, 8), random.range(1, 70)], [random.range(1, 150); 3]];
            let algorithm = if random.once_in(4) { Algorithm::Planar } else { Algorithm::Blocked };
            let batch = random.range(1, 20);
            Case::new(random, fc(input, filters[0], algorithm), batch)
        })
        .collect();
    for (input, filters, batch) in [
        ([7, 7, 50], 130, 1),
        ([1, 1, 300], 90, 1),
        ([1, 1, 300], 90, 70),
        ([3, 3, 40], 20, 9),
        ([1, 1, 2100], 33, 100),
        ([1, 1, 700], 20, 301),
    ] {
        cases.push(Case::new(random, fc(input, filters, Algorithm::Blocked), batch));
    }
    cases
}

#[test]
fn fully_connected() {
    fully_connected_cases(&mut Random(2)).iter().for_each(check);
}

/// The nearest half, of two equally near ones the even.
fn rounded(x: f32) -> f32 {
    let exponent = (f64::from(x.abs()).log2().floor() as i32).max(-14);
    let unit = 2_f64.powi(exponent - 10);
    (((f64::from(x) / unit).round_ties_even() * unit) as f32).clamp(-65504.0, 65504.0)
}

#[test]
fn weights_in_half_precision() {
    let mut random = Random(5);
    for mut case in fully_connected_cases(&mut random) {
        let mut weights = case.conv.weight.values();
        let scale = [1.0, 1e-4, 1e-7, 3e4][random.below(4)];
        for w in &mut weights {
            *w *= scale;
        }
        case.norm = None;
        case.conv.weight.set(&weights).expect("as many as there are");
        let exact: Vec<f32> = weights.iter().copied().map(rounded).collect();
        for (w, rounded) in weights.iter().zip(&exact).filter(|(w, _)| (7e-5..65504.0).contains(&w.abs())) {
            assert!((w - rounded).abs() <= w.abs() / 2048.0);
        }
        let mut plain =
            Case { conv: case.conv.clone(), norm: None, x: case.x.clone(), residual: case.residual.clone(), ..case };
        plain.conv.weight.set(&exact).expect("as many as there are");
        case.stage.half = true;
        for isa in sets() {
            let [half, plain] = [&case, &plain].map(|case| isa.scope(|| infer(case)));
            assert_eq!(half, plain, "{isa:?}, batch {}, {:?}", case.batch, case.stage);
        }
    }
}

#[test]
fn halves_follow_their_weights() {
    let mut case = Case::new(&mut Random(6), fc([1, 1, 40], 20, Algorithm::Blocked), 2);
    case.stage.half = true;
    let before = infer(&case);
    let weights: Vec<f32> = case.conv.weight.values().iter().map(|w| -w).collect();
    case.conv.weight.set(&weights).expect("as many as there are");
    assert_ne!(infer(&case), before);
}

pub fn vgg(size: usize, depth: usize, filters: usize) -> Geometry {
    Geometry {
        input: [size, size, depth],
        output: [size, size, filters],
        kernel: [3, 3],
        stride: [1, 1],
        pad: [1, 1],
        dilation: [1, 1],
        groups: 1,
        bias: Bias::Channel,
        algorithm: if depth < 8 { Algorithm::Planar } else { Algorithm::Blocked },
    }
}

#[test]
fn large_stages() {
    let mut random = Random(3);
    for geometry in [vgg(112, 3, 64), vgg(56, 64, 64), vgg(14, 256, 192)] {
        check(&Case::new(&mut random, geometry, 2));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = Random(4);
    let mut cases: Vec<_> = (0..30).map(|_| Case::random(&mut random)).collect();
    cases.push(Case::new(&mut random, vgg(56, 32, 48), 2));
    cases.push(Case::new(&mut random, vgg(14, 128, 100), 1));
    cases.push(Case::new(&mut random, fc([3, 3, 100], 300, Algorithm::Blocked), 40));
    cases.push(Case::new(&mut random, fc([6, 6, 256], 200, Algorithm::Blocked), 1));
    for case in &cases {
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| infer(case)).into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(5), "{:?}", case.stage);
    }
}

#[test]
fn few_filters() {
    let mut random = Random(5);
    for round in 0..150 {
        let wide = round % 10 == 0;
        let kernel = [random.range(1, 5), random.range(1, 6)];
        let dilation = [random.range(1, 2), random.range(1, 2)];
        let output = [random.range(1, if wide { 5 } else { 30 }), random.range(16, if wide { 600 } else { 60 })];
        let pad = [random.below(kernel[0]), random.below(kernel[1])];
        let size =
            |i: usize| (output[i] + (kernel[i] - 1) * dilation[i]).saturating_sub(pad[i] + random_end(round, pad[i]));
        let geometry = Geometry {
            input: [size(0).max(1), size(1).max(1), random.range(1, 4)],
            output: [output[0], output[1], random.range(1, 8)],
            kernel,
            stride: [1, 1],
            pad,
            dilation,
            groups: 1,
            bias: [Bias::None, Bias::Channel, Bias::Position][random.below(3)],
            algorithm: Algorithm::Planar,
        };
        let batch = random.range(1, 3);
        check(&Case::new(&mut random, geometry, batch));
    }
}

/// Zeros behind the input: as many as before it, or none.
fn random_end(round: usize, pad: usize) -> usize {
    if round.is_multiple_of(3) { 0 } else { pad }
}

/// One filter per channel.
pub fn depthwise(random: &mut Random) -> Geometry {
    let depth = random.range(1, 40);
    let kernel = [random.range(1, 5), [3, 3, 1, 5][random.below(4)]];
    let stride = [random.range(1, 2), random.range(1, 2)];
    let widest = if random.once_in(3) { 130 } else { 40 };
    let input = [random.range(5, 12), random.range(5, widest)];
    let pad = [random.below(kernel[0]), random.below(kernel[1])];
    let output = [0, 1].map(|i| (input[i] + 2 * pad[i] - kernel[i]) / stride[i] + 1);
    Geometry {
        input: [input[0], input[1], depth],
        output: [output[0], output[1], depth],
        kernel,
        stride,
        pad,
        dilation: [1, 1],
        groups: depth,
        bias: [Bias::None, Bias::Channel, Bias::Position][random.below(3)],
        algorithm: Algorithm::Depthwise,
    }
}

#[test]
fn depthwise_stages() {
    check_all(7, 150, depthwise);
}

/// Checks random stages of some kind.
fn check_all(seed: u64, count: usize, geometry: fn(&mut Random) -> Geometry) {
    let mut random = Random(seed);
    for _ in 0..count {
        let geometry = geometry(&mut random);
        let batch = random.range(1, 3);
        check(&Case::new(&mut random, geometry, batch));
    }
}

/// Groups of 4 or 8 channels.
pub fn narrow(random: &mut Random) -> Geometry {
    let groups = random.range(2, 12);
    let depth = groups * [4, 8][random.below(2)];
    let kernel = [random.range(1, 6), random.range(1, 5)];
    let stride = [random.range(1, 2), random.range(1, 2)];
    let input = [random.range(6, 20), random.range(6, 24)];
    let pad = [random.below(kernel[0]), random.below(kernel[1])];
    let output = [0, 1].map(|i| (input[i] + 2 * pad[i] - kernel[i]) / stride[i] + 1);
    Geometry {
        input: [input[0], input[1], depth],
        output: [output[0], output[1], depth],
        kernel,
        stride,
        pad,
        dilation: [1, 1],
        groups,
        bias: Bias::Channel,
        algorithm: Algorithm::Blocked,
    }
}

#[test]
fn narrow_groups() {
    check_all(6, 100, narrow);
}
