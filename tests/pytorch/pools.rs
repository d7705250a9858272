//! Pools: windows that overlap, padding, every rounding. The first layer's bias per position shows where gradients go.

use crate::judge::judge;

judge! {
    max(2) { input 4x6x3 -> conv1-5(bias=position) -> maxpool }
    max_of_the_input(2) { input 6x6x3 -> maxpool -> conv1-4 }
    max_two_blocks(2) { input 6x4x2 -> conv1-19(bias=position) -> maxpool }
    max_overlapping(2) { input 7x9x2 -> conv1-5(bias=position) -> maxpool3/2 }
    max_stride_one(2) { input 5x6x2 -> conv1-5(bias=position) -> maxpool3/1(pad=1) }
    max_padded(2) { input 7x5x2 -> conv1-5(bias=position) -> maxpool3/2(pad=1) }
    max_padded_one_way(1) { input 6x7x2 -> conv1-5(bias=position) -> maxpool2x3/2x1(pad=0x1) }
    max_floor(2) { input 7x8x2 -> conv1-5(bias=position) -> maxpool3/2(floor) }
    max_floor_leaves_rows(1) { input 8x9x2 -> conv1-5(bias=position) -> maxpool2/3(floor) }
    max_ceil(2) { input 8x6x2 -> conv1-5(bias=position) -> maxpool3/2(ceil) }
    max_ceil_padded(2) { input 6x8x2 -> conv1-5(bias=position) -> maxpool3/2(pad=1, ceil) }
    max_ceil_drops_the_last_window(2) { input 5x7x2 -> conv1-5(bias=position) -> maxpool2/2(pad=1, ceil) }
    max_ceil_drops_with_stride_three(1) { input 7x4x2 -> conv1-5(bias=position) -> maxpool1/3(ceil) }
    max_ceil_with_large_stride(1) { input 5x5x2 -> conv1-5(bias=position) -> maxpool2/3(ceil) }
    max_same(2) { input 7x8x2 -> conv1-5(bias=position) -> maxpool3/2(same) }
    max_same_even_window(2) { input 5x6x2 -> conv1-5(bias=position) -> maxpool2/1(same) }
    max_same_each_way(1) { input 7x5x2 -> conv1-5(bias=position) -> maxpool4x3/3x2(same) }
    max_of_one_position(2) { input 6x7x2 -> conv1-5(bias=position) -> maxpool1/2(floor) }
    max_of_all(2) { input 5x4x2 -> conv1-17(bias=position) -> maxpool5x4 }
    max_after_max(1) { input 9x9x2 -> conv1-3(bias=position) -> maxpool3/2 -> maxpool -> conv1-2 }
    max_of_a_frame(3) { input 3x3x2 -> conv1-5(bias=position) -> maxpool3/3 -> fc-2 }
}

judge! {
    average(2) { input 4x6x2 -> conv1-5(bias=position) -> avgpool }
    average_of_the_input(2) { input 6x6x3 -> avgpool -> conv1-4 }
    average_two_blocks(2) { input 4x6x2 -> conv1-19(bias=position) -> avgpool }
    average_overlapping(2) { input 7x9x2 -> conv1-5(bias=position) -> avgpool3/2 }
    average_stride_one(2) { input 5x6x2 -> conv1-5(bias=position) -> avgpool3/1(pad=1) }
    average_padded(2) { input 7x5x2 -> conv1-5(bias=position) -> avgpool3/2(pad=1) }
    average_padded_one_way(1) { input 6x7x2 -> conv1-5(bias=position) -> avgpool2x3/2x1(pad=0x1) }
    average_floor(2) { input 7x8x2 -> conv1-5(bias=position) -> avgpool3/2(floor) }
    average_ceil(2) { input 8x6x2 -> conv1-5(bias=position) -> avgpool3/2(ceil) }
    average_ceil_padded(2) { input 6x8x2 -> conv1-5(bias=position) -> avgpool3/2(pad=1, ceil) }
    average_ceil_drops_the_last_window(2) { input 5x7x2 -> conv1-5(bias=position) -> avgpool2/2(pad=1, ceil) }
    average_ceil_with_large_stride(1) { input 5x5x2 -> conv1-5(bias=position) -> avgpool2/3(ceil) }
    average_same(2) { input 7x8x2 -> conv1-5(bias=position) -> avgpool3/2(same) }
    average_same_even_window(2) { input 5x6x2 -> conv1-5(bias=position) -> avgpool2/1(same) }
    average_of_all(2) { input 5x4x2 -> conv1-17(bias=position) -> avgpool5x4 }
    average_then_conv(1) { input 7x7x2 -> conv1-3(bias=position) -> avgpool3/2(ceil) -> conv3-4 }
}

judge! {
    global(2) { input 5x4x2 -> conv1-5(bias=position) -> gap }
    global_of_the_input(3) { input 5x3x6 -> gap -> fc-4 }
    global_two_blocks(2) { input 3x3x2 -> conv1-21(bias=position) -> relu -> gap -> fc-3 }
    global_of_one_position(2) { input 1x1x5 -> conv1-4(bias=position) -> gap }
}
