//! Sums, concatenations and heads: depths that do and do not end on a block of 16, nesting, `skip`, values read twice.

use crate::judge::judge;

judge! {
    sum(2) { input 4x4x3 -> conv1-5(bias=position) -> (conv3-5 + skip) -> relu -> conv1-3 }
    sum_skip_first(2) { input 4x4x3 -> conv1-5(bias=position) -> (skip + conv3-5) -> relu }
    sum_with_the_input(2) { input 4x4x5 -> (conv3-5 + skip) -> conv1-3 }
    sum_of_convolutions(2) { input 4x4x3 -> conv1-5(bias=position) -> (conv3-5 + conv1-5) -> relu }
    sum_of_three(2) { input 4x4x3 -> conv1-18(bias=position) -> (conv1-18 + skip + dwconv3) -> tanh -> conv1-3 }
    sum_of_the_same(2) { input 4x3x3 -> conv1-5(bias=position) -> relu -> (skip + skip) -> conv1-3 }
    sum_of_three_skips(1) { input 4x3x3 -> conv1-5 -> (skip + skip + skip) }
    sum_of_activations(2) { input 4x4x3 -> conv1-5(bias=position) -> (conv3-5 -> relu + conv1-5 -> sigmoid + tanh) }
    sum_of_pools(2) { input 4x6x3 -> conv1-5(bias=position) -> (maxpool + avgpool) -> conv1-3 }
    sum_of_features(3) { input 6 -> fc-18 -> relu -> (fc-18 + skip) -> relu -> fc-3 }
    sum_of_norms(2) { input 5x5x3 -> conv1-4 -> (conv3-6/2 -> bn + conv1-6/2 -> bn) -> relu -> conv1-3 }
    sum_with_a_norm(3) { input 4x4x3 -> conv3-5 -> bn -> relu -> (conv3-5 -> bn + skip) -> relu -> conv1-3 }
    sum_then_norm(2) { input 4x4x3 -> conv3-5 -> (conv3-5 + skip) -> bn -> relu -> conv1-3 }
    sum_then_pool(2) { input 6x6x3 -> conv3-5 -> (conv3-5 + skip) -> relu -> maxpool -> conv1-3 }
    sum_then_odd_pool(2) { input 5x7x3 -> conv3-5 -> (conv3-5 + skip) -> maxpool(floor) -> conv1-3 }
    sum_before_activation_twice(2) { input 4x4x3 -> conv3-5 -> (conv3-5 -> relu + skip) -> relu -> sigmoid }
    sum_in_a_sum(2) { input 4x4x3 -> conv1-4(bias=position) -> (conv3-4 -> (conv3-4 + skip) -> relu + conv1-4 + skip) }
    sums_in_a_row(2) { input 4x4x3 -> conv3-4 -> [(conv3-4 -> relu -> conv1-4 + skip) -> relu]*3 -> conv1-3 }
    sum_of_a_long_and_a_short_branch(2) {
        input 5x5x3 -> conv1-6 -> relu -> (conv3-4 -> relu -> conv3-4 -> relu -> conv3-6 + conv1-6) -> elu -> conv1-3
    }
    sum_at_the_end(2) { input 4x4x3 -> (conv3-5 + conv1-5) }
    sum_of_upsampled(2) { input 4x4x3 -> conv3-5 -> relu -> (maxpool -> conv3-5 -> upsample2 + skip) -> conv1-3 }
    sum_of_grouped(2) { input 4x4x3 -> conv1-6(bias=position) -> (conv3-6(groups=2) + conv3-6(groups=3)) -> relu }
}

judge! {
    concat(2) { input 4x4x3 -> conv1-5(bias=position) -> (conv3-5 | conv1-7 | conv1-3) -> conv1-4 }
    concat_of_blocks(2) { input 3x4x3 -> conv1-3(bias=position) -> (conv1-16 | conv3-16) -> conv1-4 }
    concat_block_first(2) { input 4x3x3 -> conv1-3(bias=position) -> (conv1-16 -> relu | conv3-5 -> relu) -> conv3x1-3 }
    concat_block_last(2) { input 4x3x3 -> conv1-3(bias=position) -> (conv3-5 | conv1-16) -> conv1x3-3 }
    concat_block_in_the_middle(1) { input 3x3x3 -> conv1-4(bias=position) -> (conv1-11 | conv1-16 | conv1-9) -> conv1-3 }
    concat_two_and_a_half_blocks(1) { input 3x3x3 -> conv1-4 -> (conv1-32 | conv1-8) -> conv1-3 }
    concat_with_skip(2) { input 4x4x3 -> conv1-5(bias=position) -> (skip | conv3-4) -> conv3-3 }
    concat_with_skip_of_a_block(2) { input 4x4x3 -> conv1-16(bias=position) -> (skip | conv1-16) -> relu -> conv1-3 }
    concat_of_the_same(2) { input 4x3x3 -> conv1-16(bias=position) -> (skip | skip) -> conv1-3 }
    concat_of_the_same_unaligned(2) { input 4x3x3 -> conv1-7(bias=position) -> (skip | skip | skip) -> conv1-3 }
    concat_with_the_input(2) { input 4x4x5 -> (skip | conv3-4) -> conv3-3 }
    concat_with_the_input_last(2) { input 4x4x3 -> (conv3-16 -> relu | skip) -> conv1-4 }
    concat_of_pools(2) {
        input 4x6x3 -> conv1-5(bias=position) -> (maxpool3/1(pad=1) | avgpool3/1(pad=1) -> conv1-3 | skip) -> conv1-4
    }
    concat_of_fused_pools(2) { input 4x6x3 -> (conv3-16 -> relu -> maxpool | conv3-5 -> relu -> maxpool) -> conv3-3 }
    concat_of_features(3) { input 7 -> (fc-5 | fc-16 | fc-4) -> relu -> fc-3 }
    concat_of_gaps(2) { input 4x4x3 -> conv1-6 -> (gap | maxpool4) -> fc-4 }
    concat_then_relu(2) { input 4x4x3 -> conv1-4 -> (conv3-5 | conv1-6) -> relu -> conv3-3 }
    concat_then_norm(2) { input 4x4x3 -> conv1-3 -> (conv1-16 | conv3-6) -> bn -> relu -> conv3-3 }
    concat_then_pool(2) { input 4x6x3 -> conv1-3 -> (conv1-16 | conv3-6) -> maxpool -> conv3-3 }
    concat_then_sum(2) { input 4x4x3 -> conv1-9(bias=position) -> ((conv3-5 | conv1-4) + skip) -> relu -> conv1-3 }
    concat_of_sums(2) { input 4x4x3 -> conv1-16 -> ((conv1-16 + skip) | (dwconv3 + skip) -> relu) -> conv1-3 }
    concat_of_norms(2) { input 4x4x3 -> conv1-3 -> (conv1-16 -> bn -> relu | conv3-5 -> bn -> relu) -> conv3-3 }
    concat_in_a_concat(2) { input 4x4x3 -> conv1-4 -> ((conv1-5 | conv1-16) | (skip | conv3-3) -> relu) -> conv1-3 }
    concat_in_an_aligned_concat(1) { input 3x3x3 -> conv1-3 -> ((conv1-16 | conv1-16) | conv1-16 -> relu) -> conv3x1-2 }
    concats_in_a_row(2) { input 3x3x3 -> conv1-4 -> [(skip | conv3-5 -> relu)]*3 -> conv1-3 }
    concat_at_the_end(2) { input 4x4x3 -> (conv3-16 -> relu | conv1-3) }
    concat_flattened(2) { input 2x3x3 -> (conv3-16 | conv1-3) -> fc-4 }
    concat_with_borders(2) { input 5x5x3 -> conv1-4 -> (conv1-16 -> relu | conv3x1-16 -> relu) -> conv1x5-2 }
    concat_read_twice(2) { input 4x4x3 -> (conv1-16 | conv3-5) -> (conv1-4 | conv3x1-3) -> relu -> conv1-2 }
    concat_of_upsampled(2) { input 4x4x3 -> conv3-5 -> relu -> (skip | maxpool -> conv3-6 -> upsample2(bilinear)) -> conv1-3 }
    concat_of_widened(2) { input 3x3x3 -> conv1-5 -> (widen-16 | conv1-4) -> conv1-3 }
    concat_of_position_biases(1) { input 3x3x2 -> (conv1-16(bias=position) | conv1-7(bias=position)) -> tanh }
}

judge! {
    heads(2; heads policy, value) { input 4x4x3 -> conv3-5 -> relu -> {policy: conv1-2 -> fc-4, value: fc-5 -> relu -> fc-1 -> tanh} }
    heads_of_one_layer(3; heads a, b) { input 7 -> fc-18 -> relu -> {a: fc-3, b: fc-2} }
    heads_with_softmax(2; heads class, size) { input 4x4x3 -> conv3-5 -> relu -> {class: fc-4 -> softmax, size: conv1-2 -> relu} }
    heads_of_a_softmax(2; heads class, score) { input 7 -> fc-5 -> {class: softmax, score: fc-1} }
    heads_of_the_same(2; heads a, b, c) { input 4x4x3 -> conv3-5 -> {a: softmax, b: softmax, c: dropout(0.0)} }
    heads_of_a_read_value(2; heads a, b) { input 4x4x3 -> conv3-5 -> relu -> {a: dropout(0.0), b: conv3-4} }
    heads_nested(2; heads rpn.scores, rpn.boxes, class) {
        input 4x4x3 -> conv3-5 -> relu -> {rpn: conv3-4 -> relu -> {scores: conv1-2, boxes: conv1-3}, class: fc-4}
    }
    heads_of_the_input(2; heads a, b) { input 4x4x5 -> {a: conv3-4 -> relu, b: maxpool -> conv1-2} }
    heads_three(1; heads a, b, c) { input 4x4x3 -> conv1-16 -> relu -> {a: conv1-4, b: gap -> fc-2, c: (conv1-3 | skip) -> conv1-2} }
}
