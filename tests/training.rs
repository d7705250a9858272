//! Training through the public interface: heads, a network as a layer, frozen parts.

use convnet_runtime::prelude::*;

network! {
    /// Says what it sees and how bright it is.
    pub struct Seer {
        input 8x8x1 -> conv3-16 -> relu -> maxpool -> { class: fc-10, light: fc-1 }
    }
}

network! {
    /// To be used as a layer.
    pub struct Eye { input 8x8x1 -> conv3-16 -> bn -> relu -> maxpool }
}

network! {
    /// Over an eye that learns.
    pub struct Learner { input 8x8x1 -> Eye @ eye -> 4x4x16 -> fc-10 -> softmax }
}

network! {
    /// Over an eye that does not.
    pub struct Fixed { input 8x8x1 -> frozen Eye @ eye -> 4x4x16 -> fc-10 -> softmax }
}

network! {
    /// Small enough for a batch to go through it in parts.
    pub struct Plain {
        input 8x8x1 -> conv3-16 -> relu -> maxpool -> [fc-24 -> relu -> dropout(0.3)] -> { class: fc-10, light: fc-1 }
    }
}

network! {
    /// The same without random numbers.
    pub struct Certain { input 8x8x1 -> conv3-16 -> relu -> maxpool -> fc-24 -> relu -> fc-10 -> softmax }
}

fn brightness(images: &Tensor<Volume<8, 8, 1>>) -> Tensor<Features<1>> {
    Tensor::from_fn(images.batch(), |n, _, _, _| images.sample(n).iter().sum::<f32>() / 64.0)
}

#[test]
fn heads_learn_together() -> Result<(), TrainError> {
    let (train, test) = data::digits().split(0.8, 1);
    let mut net = Seer::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.005).momentum(0.9), 1);
    for epoch in 0..8 {
        for batch in train.batches(32, epoch) {
            let light = brightness(&batch.images);
            let loss = |out: &SeerLogits, gradient: &mut SeerLogits| {
                Ok(CrossEntropy(&batch.labels).evaluate(&out.class, &mut gradient.class)?
                    + MeanSquared(&light).evaluate(&out.light, &mut gradient.light)?)
            };
            trainer.step(&mut net, &batch.images, &loss)?;
        }
    }
    let out = net.predict(test.images());
    let hits = (0..test.len()).filter(|&n| out.class.class_of(n) == test.labels()[n]).count();
    assert!(hits as f64 > 0.9 * test.len() as f64, "{hits}");
    let light = brightness(test.images());
    let off = out.light.values().iter().zip(light.values()).map(|(a, b)| (a - b).abs()).sum::<f32>();
    assert!(off / (test.len() as f32) < 0.15, "{off}");
    Ok(())
}

fn train<N: Network<Input = Volume<8, 8, 1>, Logits = Tensor<Features<10>>>>(net: &mut N) -> Result<(), TrainError> {
    let train = data::digits();
    let mut trainer = Trainer::new(Sgd::new(0.05).momentum(0.9), 1);
    for batch in train.batches(32, 1) {
        trainer.step(net, &batch.images, &CrossEntropy(&batch.labels))?;
    }
    Ok(())
}

fn values<N: Network>(net: &N) -> Vec<(String, Vec<f32>)> {
    net.parameters().into_iter().map(|(name, parameter)| (name, parameter.values())).collect()
}

#[test]
fn a_network_as_a_layer_learns() -> Result<(), TrainError> {
    let mut net = Learner::new(1);
    let before = values(&net);
    train(&mut net)?;
    let after = values(&net);
    assert_eq!(before.len(), 8);
    for ((name, before), (_, after)) in before.iter().zip(&after) {
        assert_ne!(before, after, "{name}");
    }
    assert!(net.accuracy(&data::digits()) > 0.85, "{}", net.accuracy(&data::digits()));
    Ok(())
}

#[test]
fn a_frozen_network_stays() -> Result<(), TrainError> {
    let mut net = Fixed::new(1);
    // What it has learnt elsewhere, with gradients left over from there.
    let mut learner = Learner::new(1);
    train(&mut learner)?;
    net.eye = learner.eye.clone();
    let before = values(&net.eye);
    train(&mut net)?;
    assert_eq!(values(&net.eye), before);
    assert!(net.accuracy(&data::digits()) > 0.85, "{}", net.accuracy(&data::digits()));
    Ok(())
}

#[test]
fn weights_go_from_one_to_the_other() -> Result<(), LoadError> {
    let learner = Learner::new(3);
    let fixed = Fixed::from_bytes(&learner.to_bytes())?;
    let images = data::digits().select(&[1, 2, 3]);
    assert_eq!(fixed.predict(images.images()).sample(2), learner.predict(images.images()).sample(2));
    let eye = Eye::from_bytes_renamed(&learner.to_bytes(), |name| name.strip_prefix("eye.").map(str::to_owned))?;
    assert_eq!(eye.conv0.weight.values(), learner.eye.conv0.weight.values());
    Ok(())
}

#[test]
fn parts_of_a_batch_give_the_same_bits_on_any_number_of_threads() {
    let train = data::digits();
    let run = || {
        let mut net = Plain::new(2);
        let mut trainer = Trainer::new(Sgd::new(0.01).momentum(0.9), 1);
        for batch in train.batches(70, 1).take(4) {
            let light = brightness(&batch.images);
            let loss = |out: &PlainLogits, gradient: &mut PlainLogits| {
                Ok(CrossEntropy(&batch.labels).evaluate(&out.class, &mut gradient.class)?
                    + MeanSquared(&light).evaluate(&out.light, &mut gradient.light)?)
            };
            trainer.step(&mut net, &batch.images, &loss).expect("a finite loss");
        }
        values(&net)
    };
    let [first, second] = [1, 3]
        .map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(run));
    assert_eq!(first, second);
}

#[test]
fn the_gradient_of_a_batch_is_the_mean_of_its_parts() -> Result<(), TrainError> {
    let data = data::digits().select(&(0..64).collect::<Vec<_>>());
    let mut net = Certain::new(2);
    let mut trainer = Trainer::new(Sgd::new(0.0), 1);
    let mut gradients = |samples: std::ops::Range<usize>| {
        let part = data.select(&samples.collect::<Vec<_>>());
        trainer.step(&mut net, part.images(), &CrossEntropy(part.labels()))?;
        Ok(net.parameters().into_iter().map(|(_, parameter)| parameter.gradient()).collect::<Vec<_>>())
    };
    let whole = gradients(0..64)?;
    let mut mean: Vec<Vec<f32>> = whole.iter().map(|gradient| vec![0.0; gradient.len()]).collect();
    for i in 0..8 {
        for (mean, part) in mean.iter_mut().zip(gradients(8 * i..8 * i + 8)?) {
            mean.iter_mut().zip(part).for_each(|(mean, v)| *mean += v / 8.0);
        }
    }
    for (whole, mean) in whole.iter().flatten().zip(mean.iter().flatten()) {
        assert!((whole - mean).abs() < 1e-5 * (1.0 + mean.abs()), "{whole} {mean}");
    }
    Ok(())
}
