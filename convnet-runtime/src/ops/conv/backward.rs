//! A stage backward.

use super::bias_gradient::{add_samples, position_bias};
use super::forward::check_input;
use super::input_gradient::input_gradient;
use super::sum_gradient::sum_gradient;
use super::weight_gradient::weight_gradient;
use super::{Backward, Bias, Product, fc, pack, pooled, winograd};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::layers::Conv;

/// Writes the gradients of the residual, the parameters and the input, in this order: the input's gradient may lie where
/// the input or the output's gradient is.
///
/// # Panics
/// If the plan is wrong: buffers that overlap, that are too small or whose borders are narrower than a gradient reads.
pub fn backward(pass: &Backward, conv: &mut Conv, run: &mut Run<'_>) {
    let geometry = &pass.stage.geometry;
    let batch = run.batch;
    conv.check(geometry);
    if pooled::fits(pass, batch) {
        pooled::backward(pass, conv, run);
        return;
    }
    let len = pack::packed_len(geometry);
    let product = !pass.accumulate && Product::pays(geometry, len, run.total);
    let method = pass.weight_method.of(batch);
    // Products that read the gradient of the sums anyway add it up for the bias.
    let direct = !product && !fc::fits(geometry) && winograd::tiling(method, geometry).is_none();
    let bias = pass.train_weights && geometry.bias == Bias::Channel;
    let totals = sum_gradient(pass, bias && !direct, run);
    let dz = run.view(&pass.sum_gradient);
    if pass.train_weights {
        check_input(geometry, &pass.stage.input.map);
        let x = run.view(&pass.stage.input);
        // SAFETY: both volumes lie in the arena, which `run` borrows alone, and have the convolution's size.
        unsafe {
            if let Some(totals) = totals {
                let filters = geometry.output[2].next_multiple_of(LANES);
                let totals = totals.part(0, batch * filters);
                add_samples(totals, &mut conv.bias.gradient_mut()[..filters], pass.accumulate);
            } else if geometry.bias == Bias::Position {
                position_bias(geometry, dz, batch, conv.bias.gradient_mut(), pass.accumulate);
            }
            if product {
                conv.weight.product_mut().set(len, x, dz, batch);
            } else if fc::fits(geometry) {
                fc::weight_gradient(geometry, x, dz, conv.weight.gradient_mut(), pass.accumulate, run);
            } else {
                let bias = (bias && totals.is_none()).then(|| conv.bias.gradient_mut());
                weight_gradient(geometry, method, [x, dz], conv.weight.gradient_mut(), bias, pass.accumulate, run);
            }
        }
    }
    if let Some(gradient) = &pass.input_gradient {
        assert!(!gradient.buffer.meets(&pass.sum_gradient, batch), "a stage writes where it reads");
        let dx = run.view(&gradient.buffer);
        if fc::fits(geometry) {
            // SAFETY: as below.
            unsafe { fc::input_gradient(geometry, dz, conv.weight.packed(), dx, gradient.accumulate, run) };
            return;
        }
        if let Some(tiling) = winograd::tiling(pass.input_method.of(batch), geometry) {
            // SAFETY: as below.
            unsafe { winograd::input_gradient(tiling, geometry, dz, &conv.weight, dx, gradient.accumulate, run) };
            return;
        }
        // SAFETY: both volumes lie in the arena, which `run` borrows alone, and do not meet.
        unsafe {
            input_gradient(geometry, dz, batch, conv.weight.packed(), dx, gradient.accumulate, &mut conv.scratch);
        };
    }
}
