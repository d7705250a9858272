//! `fc`, `flatten`, `maxout`, `widen`, `upsample`, `softmax`, `dropout`.

use crate::judge::judge;

judge! {
    fc_of_features(3) { input 7 -> fc-5 }
    fc_of_a_volume(2) { input 3x4x5 -> fc-6 }
    fc_of_two_blocks(2) { input 3x2x18 -> fc-7 }
    fc_behind_a_volume(2) { input 3x4x2 -> conv1-5(bias=position) -> fc-6 }
    fc_behind_two_blocks(1) { input 2x3x2 -> conv1-19(bias=position) -> fc-5 }
    fc_of_one_position(2) { input 1x1x20 -> fc-3 }
    fc_without_bias(2) { input 3x2x3 -> fc-17(bias=false) -> relu -> fc-3(bias=false) }
    fc_chain(5) { input 9 -> fc-33 -> relu -> fc-17 -> sigmoid -> fc-3 }
    fc_one_output(4) { input 33 -> fc-17 -> tanh -> fc-1 }
    flattened(2) { input 2x3x2 -> conv1-4(bias=position) -> flatten -> fc-5 }
    flattened_at_the_end(2) { input 2x3x2 -> conv1-18(bias=position) -> relu -> flatten }
    flattened_features(2) { input 6 -> fc-5 -> flatten -> fc-3 }
    flattened_input(2) { input 2x3x2 -> flatten -> fc-5 }
    stated_volumes(2) { input 4x4x3 -> 4x4x3 -> conv3-5 -> 4 x 4 x 5 -> maxpool -> (h=2, w=2, c=5) -> fc-4 -> 4 }
}

judge! {
    maxout_of_a_volume(2) { input 3x4x3 -> conv1-8(bias=position) -> maxout }
    maxout_of_three(2) { input 3x3x3 -> conv1-21(bias=position) -> maxout(3) -> conv1-4 }
    maxout_of_features(3) { input 6 -> fc-20 -> maxout -> fc-9 -> maxout(3) }
    maxout_across_blocks(2) { input 2x2x3 -> conv1-35(bias=position) -> maxout(5) }
    maxout_of_the_input(2) { input 3x3x6 -> maxout(2) -> conv1-3 }
    maxout_then_pool(1) { input 6x6x3 -> conv3-12 -> maxout -> maxpool3/2(ceil) -> conv3-4 -> maxout(4) }
    maxout_of_all(2) { input 2x2x3 -> conv1-17(bias=position) -> maxout(17) }
}

judge! {
    widened(2) { input 3x4x2 -> conv1-5(bias=position) -> widen-11 }
    widened_past_a_block(2) { input 3x3x2 -> conv1-5(bias=position) -> widen-38 -> conv1-3 }
    widened_by_an_odd_number(1) { input 3x3x2 -> conv1-5(bias=position) -> widen-10 }
    widened_input(2) { input 3x3x3 -> widen-8 -> conv3-4 }
    widened_by_nothing(2) { input 3x3x2 -> conv1-5 -> widen-5 }
    widened_blocks(1) { input 2x2x2 -> conv1-32(bias=position) -> widen-64 }
}

judge! {
    nearest(2) { input 3x4x2 -> conv1-5(bias=position) -> upsample2 }
    nearest_each_way(2) { input 3x4x2 -> conv1-5(bias=position) -> upsample3x2 -> conv3-3 }
    nearest_of_the_input(1) { input 3x3x3 -> upsample2 -> conv3-3 }
    bilinear(2) { input 3x4x2 -> conv1-5(bias=position) -> upsample2(bilinear) }
    bilinear_each_way(2) { input 3x2x2 -> conv1-5(bias=position) -> upsample3x4(bilinear) }
    bilinear_two_blocks(1) { input 3x3x2 -> conv1-18(bias=position) -> relu -> upsample2(bilinear) -> conv3-3 }
    bilinear_of_one_position(2) { input 1x1x2 -> conv1-5(bias=position) -> upsample4(bilinear) }
    bilinear_by_one(1) { input 3x3x2 -> conv1-5(bias=position) -> upsample1x3(bilinear) }
    up_and_down(2) { input 6x6x3 -> conv3-4 -> relu -> maxpool -> conv3-5 -> relu -> upsample2 -> conv3-3 }
}

judge! {
    softmax_of_features(3) { input 6 -> fc-5 -> softmax }
    softmax_of_a_volume(2) { input 3x4x3 -> conv1-7 -> soft-max }
    softmax_two_blocks(2) { input 20 -> fc-21 -> softmax }
    softmax_of_large_logits(2) { input 3x3x20 -> conv1-4 -> conv3-18 -> SOFTMAX }
    dropout_at_inference(2) { input 4x4x3 -> conv3-5 -> relu -> dropout(0.0) -> fc-6 -> relu -> dropout(0.0) -> fc-3 }
    dropout_of_the_input(2) { input 4x4x3 -> dropout(0.3) -> conv3-5 -> relu -> fc-3 }
    dropout_between(2) { input 4x4x3 -> conv3-5 -> relu -> dropout -> conv3-4 -> maxpool -> dropout(0.2) -> fc-4 -> dropout -> fc-3 }
    dropout_behind_flatten(2) { input 3x3x3 -> conv3-5 -> bn -> relu -> flatten -> dropout -> fc-4 -> relu -> dropout -> fc-3 -> softmax }
    dropout_in_branches(2) { input 4x4x3 -> conv3-5 -> (dropout(0.2) -> conv1-5 + skip) -> relu -> (dropout | conv1-3) -> dropout(0.1) }
    dropout_frozen(2) { input 4x4x3 -> frozen [conv3-5 -> relu -> dropout] -> fc-6 -> fc-3 }
}
