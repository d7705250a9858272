//! VGG D at full size on a thread with a stack as any other: its 138 million parameters and its volumes lie on the heap.

use convnet_runtime::prelude::*;

use crate::mobilenet::MobileNet;
use crate::resnet::ResNet50;
use crate::vgg::VggD;

#[test]
fn vgg_d_predicts_and_learns() {
    let run = || {
        let images = Tensor::<Volume<224, 224, 3>>::from_fn(2, |n, y, x, c| {
            ((n * 31 + y * 7 + x * 3 + c * 11) % 64) as f32 / 32.0 - 1.0
        });
        let mut net = VggD::new(1);
        let probabilities = net.predict(&images);
        for sample in 0..2 {
            let sum: f32 = probabilities.sample(sample).iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        }

        let features = net.features_at(VggD::CLASSIFIER_FC7, &images);
        assert_eq!((features.batch(), features.sample(0).len()), (2, 4096));

        let before: Vec<f32> = net.features.conv0.weight.values();
        let mut trainer = Trainer::new(Sgd::new(0.01).momentum(0.9).weight_decay(5e-4), 1);
        let loss = trainer.step(&mut net, &images, &CrossEntropy(&[1, 2])).expect("the loss is finite");
        assert!(loss.is_finite() && loss > 0.0, "{loss}");
        assert_ne!(net.features.conv0.weight.values(), before);
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread starts");
    thread.join().expect("two images pass");
}

/// Some samples go through the first layers alone, as many as there are threads for; the others, or all, together.
#[test]
fn the_number_of_threads_does_not_matter() {
    fn check<N: Network<Input = Volume<224, 224, 3>>>()
    where
        N::Output: PartialEq,
    {
        let images = Tensor::from_fn(5, |n, y, x, c| ((n * 31 + y * 7 + x * 3 + c * 11) % 64) as f32 / 32.0 - 1.0);
        let net = N::new(1);
        let expected = net.predict(&images);
        for threads in [1, 3, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            assert!(pool.install(|| net.predict(&images)) == expected, "{} on {threads} threads", N::NAME);
        }
    }
    assert!(MobileNet::PLAN.contains("sample by sample") && ResNet50::PLAN.contains("sample by sample"));
    check::<MobileNet>();
    check::<ResNet50>();
}
