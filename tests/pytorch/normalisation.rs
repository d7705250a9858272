//! `bn` with its running statistics, fused and not, and `lrn` across and within channels.

use crate::judge::judge;

judge! {
    batch_norm(3) { input 3x4x3 -> conv1-5(bias=position) -> bn }
    batch_norm_of_the_input(4) { input 3x3x5 -> bn -> conv3-4 }
    batch_norm_two_blocks(2) { input 3x4x3 -> conv3-19(bias=false) -> bn -> relu -> conv1-3 }
    batch_norm_of_features(5) { input 6 -> fc-18 -> bn -> relu -> fc-3 }
    batch_norm_of_one_sample(1) { input 4x5x3 -> conv3-5 -> bn -> tanh -> conv1-3 }
    batch_norm_options(2) { input 3x4x3 -> conv1-5(bias=position) -> bn(eps=1e-3, momentum=0.3) }
    batch_norm_large_eps(2) { input 3x4x3 -> conv1-5(bias=position) -> bn(eps=0.5, momentum=0.01) -> sigmoid }
    batch_norm_momentum_one(2) { input 3x4x3 -> conv1-5(bias=position) -> bn(momentum=1.0) }
    batch_norm_with_bias_before(3) { input 4x4x3 -> conv3-5 -> bn -> relu -> conv3-3 }
    batch_norm_behind_relu(2) { input 5x5x3 -> conv3-6 -> relu -> bn -> conv3-3 }
    batch_norm_behind_pool(2) { input 6x6x3 -> conv3-6 -> relu -> maxpool -> bn -> conv3-3 }
    batch_norm_then_pool(2) { input 6x6x3 -> conv3-6 -> bn -> relu -> maxpool -> conv3-3 }
    batch_norm_then_odd_pool(2) { input 7x5x3 -> conv3-6 -> bn -> relu -> maxpool(floor) -> fc-3 }
    batch_norm_then_pool_without_relu(2) { input 6x6x3 -> conv3-6(bias=false) -> bn -> maxpool -> conv1-3 }
    batch_norm_twice(3) { input 4x4x3 -> conv3-5 -> bn -> bn -> conv1-3 }
    batch_norm_with_stride(2) { input 7x7x3 -> conv3-6/2(bias=false) -> bn -> leaky_relu -> conv3-5 -> bn -> elu }
    batch_norm_with_groups(2) { input 5x5x3 -> conv1-6 -> bn -> conv3-4(groups=2) -> bn -> relu }
    batch_norm_bias_per_position(2) { input 4x4x3 -> conv3-5(bias=position) -> bn -> relu }
    batch_norm_seen_twice(2) { input 4x4x3 -> conv3-5 -> bn -> (relu | skip) -> conv1-3 }
    batch_norm_of_a_seen_conv(2) { input 4x4x3 -> conv3-5 -> ([bn -> relu] | skip) -> conv1-3 }
    batch_norm_at_the_end(3) { input 4x4x3 -> conv3-5 -> relu -> bn }
    batch_norm_frozen(2) { input 4x4x3 -> conv3-5 -> frozen bn -> relu -> conv3-3 }
    batch_norm_frozen_with_conv(2) { input 4x4x3 -> conv1-4 -> frozen [conv3-5 -> bn] -> relu -> conv3-3 -> bn }
}

judge! {
    lrn(2) { input 3x4x3 -> conv1-9(bias=position) -> lrn }
    lrn_strong(2) { input 3x4x3 -> conv1-9(bias=position) -> lrn(alpha=2.0) }
    lrn_three(2) { input 3x3x3 -> conv1-7(bias=position) -> lrn(n=3, alpha=1.5, beta=0.5, k=1) }
    lrn_across_blocks(1) { input 3x3x3 -> conv1-35(bias=position) -> lrn(n=7, alpha=3, beta=0.75, k=0.5) }
    lrn_wider_than_depth(2) { input 3x3x3 -> conv1-3(bias=position) -> lrn(n=9, alpha=2, beta=1.0) }
    lrn_of_one_channel(2) { input 3x3x3 -> conv1-17(bias=position) -> lrn(n=1, alpha=2, beta=0.6, k=1) }
    lrn_of_the_input(2) { input 3x3x6 -> lrn(alpha=1.0) -> conv3-4 }
    lrn_behind_relu(2) { input 5x5x3 -> conv3-8 -> relu -> lrn(alpha=0.5) -> maxpool3/2 -> conv3-4 }
    lrn_before_relu(1) { input 4x4x3 -> conv3-8 -> lrn(alpha=0.5, beta=0.25) -> relu -> conv1-3 }

    lrn_within(2) { input 5x4x3 -> conv1-5(bias=position) -> lrn(n=3, alpha=2.0, within) }
    lrn_within_default(2) { input 6x7x3 -> conv1-5(bias=position) -> lrn(within) }
    lrn_within_strong(1) { input 6x5x2 -> conv1-17(bias=position) -> lrn(within, n=5, alpha=4, beta=0.9, k=1) }
    lrn_within_wider_than_map(2) { input 2x3x3 -> conv1-5(bias=position) -> lrn(n=7, alpha=3, within, beta=0.5, k=1) }
    lrn_within_behind_pool(2) { input 6x6x3 -> conv3-6 -> relu -> maxpool -> lrn(n=3, alpha=1.0, within) -> conv3-3 }
}
