//! 1x1 stages by Strassen's multiplication.

use super::case::{Case, Extras};
use super::forward::{check_within, infer};
use super::winograd::error;
use super::{Random, sets};
use crate::ops::activation::Activation;
use crate::ops::conv::{Algorithm, Bias, ByBatch, Geometry, Method, strassen};

/// What rounding may do to a value, relative to the largest.
const TOLERANCE: f64 = 6e-6;

fn pointwise([rows, columns]: [usize; 2], [depth, filters]: [usize; 2]) -> Geometry {
    Geometry {
        input: [rows, columns, depth],
        output: [rows, columns, filters],
        kernel: [1, 1],
        stride: [1, 1],
        pad: [0, 0],
        dilation: [1, 1],
        groups: 1,
        bias: Bias::Channel,
        algorithm: Algorithm::Blocked,
    }
}

/// A stage that is computed in this way.
fn random_case(random: &mut Random) -> Case {
    let sides = [32 * random.range(1, 4), 32 * random.range(1, 4)];
    let mut geometry = pointwise([random.range(1, 20), random.range(2, 20)], sides);
    geometry.bias = [Bias::None, Bias::Channel, Bias::Position][random.below(3)];
    for i in 0..2 {
        geometry.stride[i] = random.range(1, 3);
        geometry.input[i] = (geometry.output[i] - 1) * geometry.stride[i] + 1 + random.below(geometry.stride[i]);
    }
    let batch = random.range(1, 5);
    let mut case = Case::new(random, geometry, batch);
    case.stage.method = ByBatch::always(Method::Strassen);
    case
}

#[test]
fn random_stages_forward() {
    let mut random = Random(41);
    let mut fitting = 0;
    for _ in 0..200 {
        let case = random_case(&mut random);
        // Before a pool, the sums are direct ones.
        fitting += usize::from(strassen::fits(Method::Strassen, &case.stage.geometry, case.stage.pool));
        check_within(&case, TOLERANCE);
    }
    assert!(fitting > 70, "{fitting} of them");
}

/// Large enough for every way of cutting them into tasks.
fn large(random: &mut Random, batch: usize) -> [Case; 4] {
    let extras = Extras { pool: false, activation: Activation::Relu, residual: random.once_in(2), norm: false };
    let geometries = [
        pointwise([56, 56], [64, 96]),
        pointwise([14, 14], [512, 512]),
        pointwise([7, 7], [320, 1024]),
        pointwise([28, 28], [544, 64]),
    ];
    geometries.map(|geometry| {
        let mut case = Case::with(random, geometry, batch, extras);
        case.stage.method = ByBatch::always(Method::Strassen);
        case
    })
}

#[test]
fn large_stages() {
    let mut random = Random(42);
    for batch in [1, 2] {
        for case in large(&mut random, batch) {
            check_within(&case, TOLERANCE);
        }
    }
}

#[test]
fn other_convolutions_are_direct() {
    let geometry = pointwise([7, 7], [64, 96]);
    assert!(strassen::fits(Method::Strassen, &geometry, false));
    assert!(!strassen::fits(Method::Direct, &geometry, false));
    assert!(!strassen::fits(Method::Strassen, &geometry, true));
    let others = [
        pointwise([1, 1], [64, 64]),
        pointwise([7, 7], [33, 64]),
        pointwise([7, 7], [64, 48]),
        Geometry { groups: 2, ..geometry },
        Geometry { kernel: [1, 2], ..geometry },
        Geometry { pad: [0, 1], ..geometry },
    ];
    assert!(others.iter().all(|other| !strassen::fits(Method::Strassen, other, false)));
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = Random(43);
    let mut cases: Vec<_> = (0..8).map(|_| random_case(&mut random)).collect();
    cases.extend(large(&mut random, 2));
    for case in cases {
        let bits = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| infer(&case)).into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let one = bits(1);
        assert!(one == bits(2) && one == bits(5), "{:?}", case.stage);
    }
}

/// Within what is promised of direct sums.
#[test]
fn errors_are_as_documented() {
    let mut random = Random(44);
    for sides in [[128, 64], [512, 512], [1024, 64]] {
        let error = error(&mut random, pointwise([14, 14], sides), Method::Strassen);
        assert!(error < 1e-6, "{sides:?}: {error:e}");
    }
}

/// Pairs of positions are of one sample: what is in one does not reach another.
#[test]
fn samples_are_apart() {
    let mut random = Random(45);
    let extras = Extras { pool: false, activation: Activation::Identity, residual: false, norm: false };
    let mut case = Case::with(&mut random, pointwise([5, 5], [64, 64]), 3, extras);
    case.stage.method = ByBatch::always(Method::Strassen);
    let each = case.x.len() / 3;
    for isa in sets() {
        let clean = isa.scope(|| infer(&case));
        case.x[each..2 * each].fill(f32::NAN);
        let other = isa.scope(|| infer(&case));
        case.x[each..2 * each].fill(0.5);
        let len = clean.len() / 3;
        assert!(other[len..2 * len].iter().all(|y| y.is_nan()), "{isa:?}");
        for sample in [0, 2] {
            assert_eq!(other[sample * len..][..len], clean[sample * len..][..len], "{isa:?}, sample {sample}");
        }
    }
}
