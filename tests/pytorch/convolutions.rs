//! `conv` and `dwconv`: every option, depths on both sides of a block of 16, and what may be fused behind them. A first
//! layer with a bias per position makes its gradient that of the second layer's input, position by position.

use crate::judge::judge;

judge! {
    plain(2) { input 6x7x3 -> conv3-5 }
    first_layer_of_two_blocks(1) { input 5x5x3 -> conv3-17 }
    first_layer_deeper_than_planes(2) { input 5x4x13 -> conv3-4 }
    one_block(1) { input 4x3x16 -> conv3-16 }
    one_more_than_a_block(1) { input 3x3x17 -> conv3-17 }
    position_probe(2) { input 5x6x3 -> conv1-4(bias=position) -> conv3-5 }
    probe_of_two_blocks(1) { input 4x3x2 -> conv1-18(bias=position) -> conv3-7 }
    one_by_one(3) { input 3x2x18 -> conv1-33 }
    one_by_one_with_stride(2) { input 7x9x4 -> conv1-3(bias=position) -> conv1-6/2 }
    one_by_one_with_padding(2) { input 3x4x3 -> conv1-3(bias=position) -> conv1-5(pad=1) }
    rectangular(2) { input 7x6x3 -> conv1-4(bias=position) -> conv3x5-6 }
    even(2) { input 6x6x3 -> conv1-3(bias=position) -> conv2-5(pad=1) }
    even_height(3) { input 5x8x3 -> conv4x2-3(pad=0) }
    wide(1) { input 1x9x4 -> conv1x5-3(pad=0x2) -> conv1x3-2(pad=0) }
    tall(1) { input 9x1x4 -> conv5x1-3 -> conv3x1-2(pad=0) }
    stride_two(3) { input 7x9x3 -> conv3-6/2 }
    stride_two_probe(2) { input 7x9x3 -> conv1-5(bias=position) -> conv3-4/2 }
    stride_each_way(2) { input 9x10x2 -> conv1-3(bias=position) -> conv5x3-4/2x3(pad=1x1) }
    stride_over_the_filter(2) { input 8x11x3 -> conv1-3(bias=position) -> conv2-5/3(pad=0) }
    eleven_by_eleven(1) { input 19x15x3 -> conv11-2/4(pad=0) }
    floor_leaves_a_rest(2) { input 8x10x3 -> conv1-3(bias=position) -> conv3-4/2(floor) }
    floor_leaves_two_rows(1) { input 9x8x3 -> conv1-3(bias=position) -> conv3-4/3(pad=0, floor) }
    floor_of_the_network(2) #[rounding(floor)] { input 8x8x3 -> conv3-4/2 -> conv5-3/2 }
    ceil_of_the_network_is_for_pools(2) #[rounding(ceil)] { input 8x8x3 -> conv3-4/2 -> maxpool3/2 }
    same_even(2) { input 8x7x3 -> conv1-3(bias=position) -> conv3-4/2(same) }
    same_stride_three(2) { input 10x8x3 -> conv4x3-3/3(same) }
    same_dilated(1) { input 9x9x3 -> conv3-4(same, dilation=2) }
    same_even_filter(2) { input 5x6x3 -> conv1-3(bias=position) -> conv2-4(same) }
    same_of_the_network(1) #[rounding(same)] { input 7x10x3 -> conv3-4/2 -> maxpool -> conv2-3 }
    dilated(2) { input 9x8x3 -> conv1-3(bias=position) -> conv3-4(dilation=2) }
    dilated_each_way(2) { input 9x9x2 -> conv1-3(bias=position) -> conv3-3(dilation=2x3, pad=2x1) }
    dilated_with_stride(2) { input 11x11x3 -> conv1-3(bias=position) -> conv3-4/2(dilation=2, pad=1) }
    padding_over_half(2) { input 4x3x3 -> conv1-3(bias=position) -> conv3-4(pad=2) }
    padding_each_way(1) { input 4x5x3 -> conv1-3(bias=position) -> conv3-4(pad=0x3) }
    no_padding(4) { input 6x7x3 -> conv1-3(bias=position) -> conv3-4(pad=0) }
    one_pixel(3) { input 1x1x5 -> conv3-4 -> conv3-3 }
    whole_map(2) { input 5x4x3 -> conv5x4-7(pad=0) -> conv1-3 }
    no_bias(2) { input 5x5x3 -> conv3-4(bias=false) -> conv3-3(bias=false) }
    bias_per_position(3) { input 3x2x3 -> conv3-17(bias=position) -> relu }
    bias_per_position_with_stride(2) { input 7x7x3 -> conv3-4/2(bias=position) -> relu -> conv1-3 }
    plain_sums(1) { input 6x6x3 -> conv3-5(direct) -> conv3-4(direct) }
    three_in_a_row(2) { input 8x7x3 -> conv3-6 -> relu -> conv3-5 -> conv3-4 -> tanh }
    batch_of_five(5) { input 4x4x3 -> conv3-6 -> relu -> conv3-5/2(pad=0, floor) }
}

judge! {
    groups_of_a_block(1) { input 4x2x32 -> conv2x1-32(pad=0, groups=2) }
    groups_of_a_block_probe(1) { input 3x2x2 -> conv1-32(bias=position) -> conv1-32(groups=2) }
    groups_of_five(2) { input 5x5x15 -> conv3-9(groups=3) }
    groups_of_ten(2) { input 3x4x2 -> conv1-20(bias=position) -> conv3-10(groups=2) }
    groups_of_six_to_ten(1) { input 2x3x24 -> conv1x3-40(groups=4) }
    groups_with_one_channel(2) { input 5x4x6 -> conv3-12(groups=6) }
    groups_of_all_channels(2) { input 4x4x18 -> conv3-18(groups=18) }
    groups_to_one_filter(2) { input 4x4x2 -> conv1-12(bias=position) -> conv3-3(groups=3) }
    groups_with_stride(2) { input 7x7x3 -> conv1-12(bias=position) -> conv3-8/2(groups=4) -> relu }
    groups_with_dilation(1) { input 7x7x6 -> conv3-6(groups=2, dilation=2, bias=false) }
    groups_of_the_input(2) { input 5x5x4 -> conv3-6(groups=2) }
    groups_of_the_whole_map(2) { input 3x2x3 -> conv1-6(bias=position) -> conv3x2-4(pad=0, groups=2) -> relu }
    groups_by_tiles(4) { input 6x6x3 -> conv1-32 -> conv3-32(groups=2) -> relu -> maxpool }
    groups_then_pool(1) { input 4x6x3 -> conv1-6 -> conv3-34(groups=2) -> relu -> maxpool }
}

judge! {
    depthwise(2) { input 3x4x18 -> dwconv3 }
    depthwise_probe(2) { input 4x5x3 -> conv1-17(bias=position) -> dwconv3 }
    depthwise_of_an_image(2) { input 6x6x3 -> dwconv3 -> conv1-4 }
    depthwise_with_stride(3) { input 7x9x3 -> conv1-5(bias=position) -> dwconv3/2 -> relu }
    depthwise_each_way(1) { input 9x8x3 -> conv1-5(bias=position) -> dwconv5x2/2x3(pad=1x0) }
    depthwise_dilated(1) { input 7x7x6 -> dwconv3(dilation=2) -> conv1-3 }
    depthwise_same(2) { input 6x7x3 -> conv1-5(bias=position) -> dwconv3/2(same, bias=false) }
    depthwise_floor(1) { input 8x8x3 -> conv1-5(bias=position) -> dwconv5/3(floor) }
    depthwise_without_padding(1) { input 5x5x19 -> dwconv5x3(pad=0) -> sigmoid }
    depthwise_bias_per_position(2) { input 4x4x5 -> dwconv3(bias=position) -> relu }
    depthwise_of_the_whole_map(2) { input 3x2x3 -> conv1-6(bias=position) -> dwconv3x2(pad=0) -> relu }
    depthwise_then_batch_norm(2) { input 5x5x3 -> conv1-17 -> dwconv3(bias=false) -> bn -> relu -> conv1-4 }
}

judge! {
    relu_then_pool(2) { input 6x8x3 -> conv1-3(bias=position) -> conv3-5 -> relu -> maxpool }
    relu_then_pool_odd(2) { input 5x7x3 -> conv1-3(bias=position) -> conv3-18 -> relu -> maxpool(floor) -> conv3-3 }
    pool_without_relu(2) { input 6x6x3 -> conv3-5 -> maxpool -> conv1-3 }
    pool_then_relu(2) { input 6x6x3 -> conv3-5 -> maxpool -> relu -> conv1-3 }
    leaky_then_pool(2) { input 6x4x3 -> conv3-5 -> leaky_relu -> maxpool -> conv1-3 }
    sigmoid_then_pool(1) { input 4x6x3 -> conv3-5 -> sigmoid -> maxpool -> conv1-3 }
    tanh_then_pool_odd(1) { input 5x5x3 -> conv3-5 -> tanh -> maxpool(floor) -> conv1-3 }
    elu_then_pool(2) { input 4x4x3 -> conv3-5 -> elu(0.5) -> maxpool -> conv1-3 }
    clipped_then_pool(2) { input 4x4x3 -> conv3-5 -> clipped_relu(0.7) -> maxpool -> conv1-3 }
    strided_then_pool(2) { input 15x11x3 -> conv3-5/2 -> relu -> maxpool(floor) -> conv1-3 }
    padded_one_by_one_then_pool(1) { input 4x6x3 -> conv1-5(pad=1) -> relu -> maxpool }
    depthwise_then_pool(2) { input 6x6x5 -> conv1-5(bias=position) -> dwconv3 -> relu -> maxpool }
    overlapping_pool_behind_relu(2) { input 7x7x3 -> conv3-5 -> relu -> maxpool3/2 -> conv3-3 }
    average_behind_relu(2) { input 6x6x3 -> conv3-5 -> relu -> avgpool -> conv3-3 }
    relu_seen_by_pool_and_skip(2) { input 4x4x3 -> conv3-4 -> relu -> (maxpool | conv2-3/2(pad=0)) }
    pool_of_one_row(1) { input 2x9x3 -> conv3-5 -> relu -> maxpool(floor) -> conv1-2 }
}
