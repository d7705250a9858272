//! Learning rates that change: `trainer.optimizer.rate = cosine(0.1, epoch, epochs)`.

/// From `rate` down to zero on half a cosine (Loshchilov & Hutter 2017): the rate of `step` of `steps`, counted from 0.
pub fn cosine(rate: f32, step: usize, steps: usize) -> f32 {
    let share = step.min(steps) as f32 / steps.max(1) as f32;
    rate * 0.5 * (1.0 + (std::f32::consts::PI * share).cos())
}

/// `rate`, times `factor` at each of `steps` that has come.
pub fn stepwise(rate: f32, factor: f32, steps: &[usize], step: usize) -> f32 {
    steps.iter().filter(|&&at| at <= step).fold(rate, |rate, _| rate * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let near = |a: f32, b: f32| (a - b).abs() < 1e-6;
        assert!(near(cosine(0.1, 0, 10), 0.1) && near(cosine(0.1, 5, 10), 0.05) && near(cosine(0.1, 10, 10), 0.0));
        assert!(near(stepwise(1.0, 0.1, &[3, 6], 2), 1.0) && near(stepwise(1.0, 0.1, &[3, 6], 6), 0.01));
    }
}
