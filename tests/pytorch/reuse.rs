//! Blocks, shared blocks, `frozen`, networks as layers, and the names that all of them give.

use crate::judge::judge;

judge! {
    groups(2) { input 8x8x3 -> [[conv3-4 -> relu]*2 -> [maxpool]*1]*2 -> [fc-6 -> relu]*1 -> fc-3 }
    groups_dropped(2) { input 4x4x3 -> [[conv3-4 -> relu]*2 -> [maxpool]*0]*1 -> conv1-5*0 -> [fc-6 -> relu]*0 -> fc-3 }
    named_layers(2) { input 4x4x3 -> conv3-4 @ first -> relu -> conv3-3 @ second -> bn @ norm -> conv1-2 }
    named_groups(2) { input 4x4x3 -> [conv3-4 -> relu -> maxpool] @ features -> [fc-5 -> relu -> fc-3] @ classifier }
    named_repeats(2) { input 4x4x3 -> [conv3-4 -> relu]*2 @ trunk -> conv1-4*3 @ points -> fc-3 @ last }
    named_branches(2) { input 4x4x3 -> (conv3-4 @ a + [conv1-4 -> bn] @ b) @ both -> (conv1-2 | skip) @ c -> conv1-3 }
    numbered_branches(2) { input 4x4x3 -> conv3-4 -> relu -> (conv3-5 -> relu | [conv1-3] | skip) -> relu -> conv1-3 -> 4x4x3 -> conv1-2 }
}

judge! {
    block(2) {
        block unit(c) = conv3-c -> relu;
        input 4x4x3 -> unit(4) -> unit(5) -> conv1-2
    }
    block_without_parameters(2) {
        block unit() = conv3-4 -> bn -> relu;
        input 4x4x3 -> unit() -> unit() -> conv1-2
    }
    block_of_all_kinds_of_numbers(2) {
        block unit(f, c, s, p, g, n) = [conv3-c/s(pad=p, groups=g) -> relu]*n -> maxout(f);
        input 7x7x3 -> conv1-4 -> unit(2, 6, 1, 1, 2, 2) -> unit(3, 9, 2, 0, 3, 1) -> conv1-2
    }
    blocks_nested(2) {
        block outer(c) = inner(c)*2 -> (inner(c) + skip) @ sum -> relu;
        block inner(c) = conv3-c -> relu;
        input 4x4x3 -> outer(4) -> outer(4) @ second -> conv1-2
    }
    blocks_repeated_and_named(2) {
        block basic(c) = (conv3-c @ conv1 -> relu -> conv1-c @ conv2 + skip) -> relu;
        input 4x4x3 -> conv1-3 @ stem -> basic(3)*2 @ layer1 -> [basic(3) -> basic(3)] @ layer2 -> basic(3) @ layer3 -> conv1-2
    }
    block_in_branches(2) {
        block unit(c) = conv3-c -> relu;
        input 4x4x3 -> conv1-4 -> (unit(4) + unit(4) + skip) -> (unit(3) | unit(2)) -> conv1-2
    }
    block_with_heads_behind(2; heads a, b) {
        block unit(c) = conv3-c -> relu;
        input 4x4x3 -> unit(4) -> {a: unit(3) -> fc-2, b: unit(5)}
    }
}

judge! {
    shared(2) {
        block unit() = conv3-4 -> relu;
        input 4x4x4 -> shared unit() -> shared unit() -> conv1-2
    }
    shared_in_branches(2) {
        block unit(c) = conv3-c -> relu;
        input 6x6x3 -> conv1-4(bias=position) -> (shared unit(5) -> maxpool | maxpool -> shared unit(5)) -> conv1-3
    }
    shared_at_three_scales(1) {
        block trunk(c) = conv3-c -> tanh -> conv3-c;
        input 8x8x3 -> (shared trunk(4)
            | avgpool -> shared trunk(4) -> upsample2
            | avgpool4 -> shared trunk(4) -> upsample4(bilinear)) -> conv1-3
    }
    shared_norm(3) {
        block unit() = conv3-4(bias=false) -> bn -> relu;
        input 4x4x4 -> shared unit() -> shared unit() -> conv1-2
    }
    shared_and_not(2) {
        block unit() = conv3-4 -> relu;
        input 4x4x4 -> shared unit() @ one -> unit() @ two -> shared unit() @ three -> conv1-2 @ last
    }
    shared_repeated(2) {
        block unit() = conv3-4 -> sigmoid;
        input 4x4x4 -> [shared unit()]*3 -> fc-2 @ last
    }
    shared_dense(3) {
        block unit() = fc-6 -> tanh;
        input 6 -> shared unit() -> (shared unit() + skip) -> shared unit() -> fc-2 @ last
    }
    shared_dense_behind_flatten(2) {
        block unit() = fc-18 -> tanh;
        input 3x3x3 -> conv1-2 -> flatten -> shared unit() -> shared unit() -> fc-2 @ last
    }
    shared_dense_of_a_volume(2) {
        block unit() = fc-5 -> tanh;
        input 4x4x3 -> conv1-4 -> (shared unit() | conv3-4 -> relu -> shared unit()) -> fc-2 @ last
    }
    shared_depthwise(2) {
        block unit() = dwconv3 -> relu;
        input 4x4x5 -> shared unit() -> (shared unit() + skip) -> conv1-2 @ last
    }
    shared_first_layer(2) {
        block unit() = conv3-3 -> relu;
        input 4x4x3 -> (shared unit() | conv1-3 -> shared unit()) -> conv1-2
    }
    shared_by_readers_of_the_input(2) {
        block unit() = conv3-4;
        input 4x4x3 -> (shared unit() -> relu | shared unit() -> tanh) -> conv1-2
    }
    shared_bias_per_position(2) {
        block unit() = conv3-4(bias=position) -> tanh;
        input 3x3x4 -> shared unit() -> shared unit() -> conv1-2 @ last
    }
    shared_and_frozen(2) {
        block unit() = conv3-4 -> relu;
        input 4x4x4 -> conv1-4 -> frozen shared unit() -> shared unit() -> conv1-2 @ last
    }
}

judge! {
    frozen_at_first(2) { input 4x4x3 -> frozen [conv3-4 -> bn -> relu] -> conv3-3 -> fc-2 }
    frozen_in_the_middle(2) { input 4x4x3 -> conv3-4 -> frozen [conv3-5 -> bn -> relu -> maxpool] -> conv3-3 }
    frozen_at_the_end(2) { input 4x4x3 -> conv3-4 -> relu -> frozen fc-3 }
    frozen_layer(2) { input 4x4x3 -> conv3-4 -> frozen conv3-5 -> frozen relu -> conv1-2 }
    frozen_branch(2) { input 4x4x3 -> conv3-4 -> (frozen [conv3-4 -> bn] + conv1-4 -> bn + skip) -> relu -> conv1-2 }
    frozen_block(2) {
        block unit(c) = conv3-c -> bn -> relu;
        input 4x4x3 -> frozen unit(4) @ a -> unit(4) @ b -> frozen unit(3)*2 @ c -> conv1-2
    }
    frozen_bias_per_position(2) { input 3x3x3 -> conv1-4(bias=position) -> frozen conv3-4(bias=position) -> conv1-2 }
}

judge! {
    trunk(2) { input 6x6x3 -> conv3-4 -> relu -> maxpool -> conv3-5 -> bn -> relu }
    network(2) { input 6x6x3 -> super::trunk::Net -> 3x3x5 -> conv3-4 -> fc-2 }
    network_behind_layers(2) { input 6x6x2 -> conv1-3(bias=position) -> relu -> super::trunk::Net -> 3x3x5 -> conv1-3 }
    network_named(2) { input 6x6x3 -> super::trunk::Net @ backbone -> 3x3x5 -> fc-2 @ head }
    network_frozen(2) { input 6x6x3 -> frozen super::trunk::Net -> 3x3x5 -> conv3-4 -> fc-2 }
    network_in_a_sum(2) { input 6x6x3 -> conv1-3 -> (super::trunk::Net -> 3x3x5 + conv3-5/2(same)) -> relu -> conv1-3 }
    network_in_a_concat(2) { input 6x6x3 -> (super::trunk::Net -> 3x3x5 | maxpool -> conv1-4) -> conv1-3 }
    network_twice(2) { input 6x6x3 -> (super::trunk::Net -> 3x3x5 + super::trunk::Net -> 3x3x5) -> relu -> fc-2 }
    network_with_rounding(2) #[rounding(floor)] { input 8x8x2 -> conv3-3/2 -> relu -> conv3-4/2 }
    network_keeps_its_rounding(2) { input 9x9x2 -> conv2-2(pad=0) -> super::network_with_rounding::Net -> 2x2x4 -> conv1-3 }
    network_of_blocks(1) {
        block unit(c) = conv3-c -> relu;
        input 3x3x5 -> unit(4) -> unit(3)
    }
    network_in_a_network(2) { input 6x6x3 -> super::network::Net -> 2 -> fc-4 -> relu -> fc-3 }
    network_of_nothing(2) { input 4x4x3 -> dropout(0.0) }
    network_of_nothing_inside(2) { input 4x4x2 -> conv3-3 -> relu -> super::network_of_nothing::Net -> 4x4x3 -> conv3-2 }
    network_of_dropout(2) { input 4x4x3 -> dropout }
    network_of_dropout_inside(2) { input 4x4x2 -> conv3-3 -> relu -> super::network_of_dropout::Net -> 4x4x3 -> conv3-2 }
    networks_in_a_row(2) { input 6x6x3 -> super::trunk::Net -> 3x3x5 -> super::network_of_blocks::Net -> 3x3x3 -> fc-2 }
    network_of_features(2) { input 5 -> fc-6 -> relu }
    network_of_features_inside(3) { input 4 -> fc-5 -> tanh -> super::network_of_features::Net -> 6 -> fc-2 -> softmax }
}
