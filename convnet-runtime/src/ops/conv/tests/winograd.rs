//! Stages by Winograd's methods.

use super::backward::Training;
use super::case::{Case, Extras, grouped};
use super::forward::{check_within, expected, infer, vgg};
use super::{Random, sets};
use crate::ops::activation::Activation;
use crate::ops::conv::{Algorithm, Bias, ByBatch, Geometry, Method};

const METHODS: [Method; 4] = [Method::Winograd4x1, Method::Winograd2, Method::Winograd4, Method::Winograd6];

/// What rounding may do to a value, relative to the largest. Corners of a tile are wrong by several times the mean error,
/// and an activation that is bounded leaves a largest value below that of the sums.
fn tolerance(method: Method) -> f64 {
    match method {
        Method::Direct | Method::Strassen => 3e-6,
        // Of 5x5 filters, too.
        Method::Winograd4x1 | Method::Winograd2 | Method::Winograd4 => 8e-6,
        Method::Winograd6 => 6e-5,
    }
}

/// Filters of stride 1 on something small: 3x3, or 5x5 where the method has tiles for them.
fn small(random: &mut Random, method: Method) -> Geometry {
    let five = method == Method::Winograd4x1 || method == Method::Winograd2 && random.once_in(2);
    let taps = if five { 5 } else { 3 };
    let depth = if random.once_in(3) { 16 * random.range(1, 4) } else { random.range(1, 70) };
    let depth = if method == Method::Winograd4x1 { depth.min(random.range(1, 64)) } else { depth };
    let filters = if random.once_in(3) { random.range(60, 130) } else { random.range(1, 40) };
    let (groups, [depth, filters]) = grouped(random, [depth, filters]);
    let mut side = || {
        let size = random.range(1, 20);
        let [before, after] = [random.below(taps), random.below(taps)];
        let before = (before + taps.saturating_sub(size + before + after)).min(taps - 1);
        let size = size.max(taps.saturating_sub(before + after));
        (size, before, size + before + after + 1 - taps)
    };
    let (y, x) = (side(), side());
    Geometry {
        input: [y.0, x.0, depth],
        output: [y.2, x.2, filters],
        kernel: [taps, taps],
        stride: [1, 1],
        pad: [y.1, x.1],
        dilation: [1, 1],
        groups,
        bias: [Bias::None, Bias::Channel, Bias::Position][random.below(3)],
        algorithm: Algorithm::Blocked,
    }
}

fn random_case(random: &mut Random, method: Method) -> Case {
    let geometry = small(random, method);
    let batch = random.range(1, 5);
    let mut case = Case::new(random, geometry, batch);
    case.stage.method = ByBatch::always(method);
    case
}

/// Backward only: rounding forward may change who wins in a pool, or on which side of zero a sum is.
fn training(random: &mut Random, mut case: Case, method: Method) -> Training {
    case.stage.method = ByBatch::DIRECT;
    let mut training = Training::new(random, case);
    training.pass.input_method = ByBatch::always(method);
    training
}

#[test]
fn random_stages_forward() {
    let mut random = Random(21);
    for i in 0..400 {
        let method = METHODS[i % 4];
        check_within(&random_case(&mut random, method), tolerance(method));
    }
}

/// Few 5x5 filters over planes.
fn few(random: &mut Random) -> Geometry {
    let widest = if random.once_in(8) { 70 } else { 40 };
    let output = [random.range(1, 40), random.range(8, widest)];
    let pad = [random.below(5), random.below(5)];
    let end = |pad: usize| if pad > 2 { 0 } else { pad };
    let size = |i: usize| (output[i] + 4).saturating_sub(pad[i] + end(pad[i])).max(1);
    Geometry {
        input: [size(0), size(1), random.range(1, 5)],
        output: [output[0], output[1], random.range(1, 9)],
        kernel: [5, 5],
        stride: [1, 1],
        pad,
        dilation: [1, 1],
        groups: 1,
        bias: [Bias::None, Bias::Channel, Bias::Position][random.below(3)],
        algorithm: Algorithm::Planar,
    }
}

#[test]
fn few_filters_over_planes() {
    let mut random = Random(27);
    for _ in 0..200 {
        let (geometry, batch) = (few(&mut random), random.range(1, 3));
        let mut case = Case::new(&mut random, geometry, batch);
        case.stage.method = ByBatch::always(Method::Winograd4x1);
        check_within(&case, tolerance(Method::Winograd4x1));
    }
}

#[test]
fn random_stages_backward() {
    let mut random = Random(22);
    for i in 0..150 {
        let method = METHODS[1 + i % 3];
        let case = random_case(&mut random, method);
        training(&mut random, case, method).check_within(2.0 * tolerance(method));
    }
}

/// 5x5 filters that keep the size.
fn five(size: usize, depth: usize, filters: usize) -> Geometry {
    Geometry { kernel: [5, 5], pad: [2, 2], ..vgg(size, depth, filters) }
}

/// Large enough for every way of cutting them into tasks.
fn large() -> [Geometry; 10] {
    let few = [five(70, 6, 40), five(31, 31, 20)];
    [
        few[0],
        few[1],
        vgg(56, 24, 40),
        vgg(30, 260, 40),
        vgg(14, 128, 90),
        vgg(19, 20, 420),
        five(27, 24, 40),
        five(9, 40, 300),
        Geometry { groups: 2, ..vgg(9, 384, 352) },
        Geometry { groups: 3, ..five(19, 96, 144) },
    ]
}

#[test]
fn large_stages() {
    let mut random = Random(23);
    for (i, geometry) in large().into_iter().enumerate() {
        for method in METHODS {
            let mut case = Case::new(&mut random, geometry, 1 + i % 2);
            case.stage.method = ByBatch::always(method);
            check_within(&case, tolerance(method));
            training(&mut random, case, method).check_within(2.0 * tolerance(method));
        }
    }
}

#[test]
fn small_batches_have_a_method_of_their_own() {
    let mut random = Random(24);
    let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
    let mut case = Case::new(&mut random, vgg(14, 32, 32), 2);
    let mut run = |method: ByBatch| {
        case.stage.method = method;
        bits(infer(&case))
    };
    let [two, four] = [Method::Winograd2, Method::Winograd4].map(|method| run(ByBatch::always(method)));
    assert_ne!(two, four);
    let by = |from: usize| ByBatch { few: Method::Winograd2, many: Method::Winograd4, from };
    assert_eq!(run(by(2)), four);
    assert_eq!(run(by(3)), two);
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = Random(25);
    let mut cases: Vec<_> = (0..16).map(|i| (random_case(&mut random, METHODS[i % 4]), METHODS[i % 4])).collect();
    let few = few(&mut random);
    cases.push((Case::new(&mut random, few, 3), Method::Winograd4x1));
    for geometry in large() {
        cases.extend(METHODS.map(|method| (Case::new(&mut random, geometry, 2), method)));
    }
    for (case, method) in cases {
        let mut training = training(&mut random, case, method);
        training.case.stage.method = ByBatch::always(method);
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let all = || {
                let [dx, dr, ..] = training.run().0;
                [infer(&training.case), dx, dr].concat()
            };
            pool.install(all).into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(5), "{:?}", training.pass);
    }
}

/// `|y - exact| / |exact|` of a layer on its own, forward.
pub fn error(random: &mut Random, geometry: Geometry, method: Method) -> f64 {
    let extras = Extras { pool: false, activation: Activation::Identity, residual: false, norm: false };
    let mut case = Case::with(random, geometry, 1, extras);
    case.stage.method = ByBatch::always(method);
    let exact = expected(&case, 0, false).0;
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let mut worst = 0.0_f64;
    for isa in sets() {
        let y = isa.scope(|| infer(&case));
        let difference = square(&mut y.iter().zip(&exact).map(|(y, e)| f64::from(*y) - e));
        worst = worst.max(difference / square(&mut exact.iter().copied()));
    }
    worst
}

#[test]
fn errors_are_as_documented() {
    let mut random = Random(26);
    for (size, depth, filters, groups) in [(28, 64, 32, 1), (14, 256, 32, 1), (14, 512, 32, 1), (14, 256, 64, 2)] {
        let bounds =
            [(Method::Direct, 1e-6), (Method::Winograd2, 1e-6), (Method::Winograd4, 2e-6), (Method::Winograd6, 1e-5)];
        for (method, bound) in bounds {
            let error = error(&mut random, Geometry { groups, ..vgg(size, depth, filters) }, method);
            assert!(error < bound, "{method:?}, {size}x{size}, {depth} to {filters}, {groups} groups: {error:e}");
        }
        let error = error(&mut random, Geometry { groups, ..five(size, depth, filters) }, Method::Winograd2);
        assert!(error < 2e-6, "5x5, {size}x{size}, {depth} to {filters}, {groups} groups: {error:e}");
    }
    for depth in [6, 16, 64] {
        let error = error(&mut random, five(28, depth, 32), Method::Winograd4x1);
        let bound = if depth < 32 { 1e-6 } else { 2e-6 };
        assert!(error < bound, "5x5 by columns, {depth} to 32: {error:e}");
    }
    for depth in [1, 4] {
        let error =
            error(&mut random, Geometry { algorithm: Algorithm::Planar, ..five(28, depth, 8) }, Method::Winograd4x1);
        assert!(error < 1e-6, "5x5 by columns, {depth} to 8: {error:e}");
    }
}
