use crate::double::{Linear, brightest};
use crate::network::Network;
use crate::shape::{Features, Volume};
use crate::tensor::Tensor;
use crate::train::init::Init;

#[test]
fn networks_predict_any_batch() {
    let net = Linear::new(1);
    let data = brightest(5, 1);
    let all = net.predict(data.images());
    assert_eq!(all.batch(), 5);
    for n in 0..5 {
        let one = net.predict(&data.images().select(&[n]));
        assert_eq!(one.sample(0), all.sample(n));
        assert!((one.sample(0).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    assert_eq!(net.predict(&Tensor::zeros(0)).batch(), 0);
}

#[test]
fn groups_of_samples_give_what_single_ones_do() {
    let net = Linear::new(1);
    let data = brightest(100, 1);
    let all = net.predict(data.images());
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        assert_eq!(pool.install(|| net.predict(data.images())), all);
    }
    for n in 0..100 {
        assert_eq!(net.predict(&data.images().select(&[n])).sample(0), all.sample(n));
    }
}

#[test]
fn taps_give_what_is_in_the_middle() {
    let net = Linear::new(1);
    let data = brightest(3, 1);
    let logits: Tensor<Features<3>> = net.features_at(Linear::FC, data.images());
    let probabilities = net.predict(data.images());
    let ratio = probabilities.sample(2)[0] / probabilities.sample(2)[1];
    assert!(((logits.sample(2)[0] - logits.sample(2)[1]).exp() - ratio).abs() < 1e-4 * ratio);
    assert_eq!(net.features_at(Linear::FC, &Tensor::zeros(0)).batch(), 0);
}

#[test]
fn threads_share_a_network() {
    fn shareable<T: Send + Sync>(_: &T) {}
    let net = Linear::new(1);
    shareable(&net);
    let data = brightest(7, 1);
    let expected = net.predict(data.images());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(net.predict(data.images()), expected)));
        }
    });
}

#[test]
fn classes_of_many_samples_come_in_parts() {
    let net = Linear::new(1);
    let data = brightest(700, 1);
    let classes = net.classify(data.images());
    let output = net.predict(data.images());
    assert_eq!(classes, (0..700).map(|n| output.class(n)).collect::<Vec<_>>());
    assert!(net.accuracy(&data.select(&[])).is_nan());
}

#[test]
fn seeds_name_networks() {
    let weights = |net: Linear| net.weight.values();
    assert_eq!(weights(Linear::new(1)), weights(Linear::init(Init::He, 1)));
    assert_ne!(weights(Linear::new(1)), weights(Linear::new(2)));
    assert_ne!(weights(Linear::new(1)), weights(Linear::init(Init::Xavier, 1)));
    assert_eq!(Linear::new(1).bias.values(), [0.0; 3]);
    let bound = (6.0f32 / 7.0).sqrt();
    assert!(weights(Linear::init(Init::Xavier, 1)).iter().all(|w| w.abs() <= bound));
}

#[test]
fn parameters_have_names() {
    let net = Linear::new(1);
    let names: Vec<String> = net.parameters().into_iter().map(|(name, p)| format!("{name} {:?}", p.shape())).collect();
    assert_eq!(names, ["0.weight [3, 4]", "0.bias [3]", "0.running_mean [3]"]);
}

/// Code for any network over images of this size.
#[test]
fn functions_take_any_network() {
    fn params<N: Network<Input = Volume<2, 2, 1>>>(_: &N) -> u64 {
        N::PARAMS
    }
    assert_eq!(params(&Linear::zeroed()), 15);
}
