//! Made by `tests/fixtures/random_networks.py 1 32`.

use crate::judge::judge;

judge! {
    net_0(3) {
        block residual(c) = (conv3-c(same) -> leaky_relu(0.3) -> conv1-c + skip) -> sigmoid;
        block same_weights() = conv3-1(same) -> leaky_relu(0.3);
        input 10x2x5 -> residual(5)*2 -> conv1-1 -> shared same_weights() -> shared same_weights() @ n2 -> residual(1)*2 -> (conv5-1 -> leaky_relu(0.3) + conv1-1 + maxpool3/1(pad=1) -> conv3-1 -> bn(eps=0.01, momentum=0.5)) -> (conv3-18/2(same) -> bn + conv1-18/2(same)) -> dropout(0.0) -> conv1-8 -> softmax
    }
    net_1(2; heads a, b) {
        block residual(c) = (conv3-c(same) -> clipped_relu(1) -> conv1-c + skip) -> relu;
        input 6x1x12 -> dwconv1/1x2(floor, bias=false) -> relu -> widen-17 -> conv1-4(pad=0x1, exact) -> bn -> (conv1x3-4 -> leaky_relu + relu + conv5-4 -> bn(eps=0.01, momentum=0.5)) -> maxpool(floor) -> 3x1x4 -> residual(4)*2 -> lrn(n=3, alpha=1.0, within, beta=0.5) -> {a: fc-2 -> softmax, b: relu}
    }
    net_2(3) {
        input 6x10x12 -> widen-13 -> dwconv3/2(floor, bias=false) -> maxpool(floor) -> conv3-3/2x1 -> bn(eps=0.01, momentum=0.5) -> conv1-9 -> softmax
    }
    net_3(5) {
        block unit(c, s) = conv3-c/s(same) -> tanh;
        input 9x4x5 -> (skip | conv1-16 | dwconv3 -> conv3-18 -> bn(eps=0.01, momentum=0.5)) @ n4 -> (skip | avgpool3/1(pad=1) -> conv1-1 -> relu) -> unit(6, 1) -> tanh -> unit(16, 2) -> [conv1-16]*3 @ n6 -> conv3x1-12(pad=1, groups=2, dilation=2, floor) -> relu -> avgpool1x2
    }
    net_4(5) {
        input 5x12x8 -> (conv1-20/2(same) -> bn(momentum=0.3) + conv1-20/2(same)) -> dwconv3x5(floor, pad=1) -> sigmoid -> maxpool(floor) -> upsample1x3 -> clipped_relu(1) -> dwconv3x5(same) -> flatten -> fc-3
    }
    net_5(1) {
        input 10x12x3 -> upsample2x1(bilinear) -> dwconv1(same, bias=false) -> bn(momentum=0.3) -> tanh
    }
    net_6(2) {
        input 11x2x20 -> conv1-24(pad=0, floor) -> bn -> relu -> maxpool(floor) -> bn -> widen-36 @ n14 -> elu(0.5) -> lrn(n=3, k=1, beta=0.5, alpha=2) -> (skip | conv1x3-24 | conv1x3-9 -> leaky_relu(0.3)) -> bn(eps=0.01, momentum=0.5) -> maxpool1x2/3(pad=0x1, floor) -> flatten -> fc-3 -> relu -> fc-7
    }
    net_7(5) #[rounding(ceil)] {
        input 1x2x5 -> clipped_relu(0.5) -> (conv1-5 + conv1-5 -> tanh + skip) @ n20 -> widen-14 -> conv1-6 -> softmax
    }
    net_8(3) {
        input 9x11x9 -> conv5-8(exact, pad=2) -> bn(eps=1e-3) -> tanh -> maxpool3/2(ceil) -> frozen [conv4-16(pad=0) -> bn(eps=1e-3) -> clipped_relu(0.5)] -> lrn(n=3, beta=0.5, alpha=2) -> relu -> conv1-3
    }
    net_9(5) {
        input (h=4, w=5, c=12) -> (conv3-12 + relu) @ n22 -> (maxpool3/1(pad=1) | conv1-5 -> sigmoid | bn(eps=0.01, momentum=0.5) -> conv1x3-12 -> bn | conv1x3-20 -> clipped_relu(0.5)) -> conv3-3(bias=false, same) -> leaky_relu(0.3) -> maxpool3/2(ceil) -> conv1-6 -> softmax
    }
    net_10(4) {
        input 9x1x20 -> dropout(0.0) -> [conv3-20]*1 @ n23 -> conv3x1-1/1x2(exact, bias=true) -> (conv3-32 | conv1x3-4 | conv1-2 -> leaky_relu) -> dwconv5(bias=false) -> conv1-9 -> softmax
    }
    net_11(2) {
        block unit(c, s) = conv3-c/s(same) -> bn -> elu(0.5);
        input 10x3x12 -> dwconv3/3(pad=1, floor) -> bn -> clipped_relu(1) -> unit(5, 2) -> unit(3, 2) -> dwconv4/2(same) -> relu -> unit(9, 1) -> clipped_relu(1) @ n29 -> bn -> gap -> fc-14
    }
    net_12(2) #[rounding(floor)] {
        block residual(c) = (conv3-c(same) -> leaky_relu(0.3) -> conv1-c + skip) -> clipped_relu(0.5);
        input 9x7x2 -> residual(2) -> dwconv3x1/2x1(pad=1) -> maxpool -> (conv3-20/2(same) + conv1-20/2(same)) -> conv3x5-32(groups=4)
    }
    net_13(3) {
        input 6x11x15 -> avgpool3(same) -> (maxpool3/1(pad=1) -> conv1-32 | avgpool3/1(pad=1) | conv1-12 | conv1x3-33 -> bn(eps=1e-3)) @ n31 -> upsample2x1(bilinear) -> lrn(alpha=2, n=3, beta=0.5) -> leaky_relu(0.3) -> avgpool1x2/1x2(pad=0x1) -> dwconv3x1/2(bias=false, floor) -> conv3x1-24(groups=2, bias=true, same) -> bn(eps=0.01, momentum=0.5) -> dropout(0.0) @ n33
    }
    net_14(4) {
        input 11x7x4 -> elu(0.5) -> (bn(eps=0.01, momentum=0.5) -> conv1x3-4 -> clipped_relu(1) + tanh + conv1x3-4) -> [conv1-4]*3 @ n34 -> 11x7x4 -> [conv3-4]*1 -> ((conv1-2 -> clipped_relu(1) -> conv3-4 -> sigmoid + conv5-4 + skip) -> conv3-4 + relu + conv3-4) -> conv3-17/2x1(pad=2, exact) -> bn -> relu -> maxpool(floor) -> gap -> fc-4(bias=false) -> sigmoid -> fc-20 -> softmax
    }
    net_15(2) {
        input 4x1x2 -> dwconv5 @ n36 -> conv1x3-16(exact, pad=2) -> bn @ n38
    }
    net_16(2) #[rounding(same)] {
        input 4x11x3 -> relu -> leaky_relu -> conv3x1-32/2(dilation=2) -> relu -> maxpool(floor) -> (bn(eps=1e-3) -> conv1-32 + sigmoid + conv1-6 -> leaky_relu(0.3) -> conv3-32 -> bn(eps=1e-3))
    }
    net_17(5) {
        input 4x2x5 -> (maxpool3/1(pad=1) -> conv5-33 -> bn | relu | conv1-17 | relu -> conv3-9 -> bn(eps=1e-3)) -> clipped_relu(0.5) -> upsample2x1 -> clipped_relu(0.5) -> widen-66 -> widen-73 -> relu -> dropout(0.0) -> widen-83
    }
    net_18(1) {
        input 7x4x17 -> widen-23 -> [conv1-23]*3 @ n45 -> (conv3-2 -> conv1-4 -> bn(eps=1e-3) | avgpool3/1(pad=1) -> conv3-12 -> bn(eps=1e-3) | relu -> conv1-8 -> elu | clipped_relu(0.5)) -> dwconv2x3(pad=0, floor, bias=false) -> bn -> maxpool(floor) -> conv1-2 -> softmax
    }
    net_19(2) {
        block same_weights() = conv3-8(same) -> clipped_relu(0.5);
        input (h=2, w=10, c=8) -> (conv5-24/2(same) -> relu + conv1-24/2(same)) -> conv1-8 -> shared same_weights() -> shared same_weights() @ n47 -> conv1-8 -> shared same_weights() -> shared same_weights() @ n48 -> dwconv3(same) -> 1x5x8 -> upsample2(bilinear) -> bn(momentum=0.3)
    }
    net_20(4) #[rounding(ceil)] {
        input (h=3, w=10, c=15) -> (dwconv3 -> conv3-9 -> relu | skip) -> conv2x3-18/3(dilation=2, same, groups=2) -> bn -> lrn(n=7, beta=0.5, k=1, alpha=0.1, within) -> (skip | conv1x3-6 -> leaky_relu(0.3)) -> (conv1-16/2(same) -> elu(0.5) + conv1-16/2(same)) -> dwconv1/3 -> conv1-3/3(floor) -> relu -> clipped_relu(0.5) -> (conv1x3-2/2(same) + conv1-2/2(same)) -> flatten -> fc-1 -> elu -> fc-14
    }
    net_21(1; heads a, b) {
        input 9x9x18 -> conv3-24/2(dilation=2, exact, bias=false, groups=3, pad=1) -> relu -> maxpool(floor) -> (dwconv3 -> conv3-8 | skip | conv1-5 -> bn) @ n56 -> bn -> bn -> conv1-9(bias=true) -> relu -> conv2-12/1x2(same, groups=3) -> dwconv3x1 -> bn -> dwconv5/2(floor, bias=false) -> {a: fc-3 -> elu(0.5), b: flatten}
    }
    net_22(5) {
        input 7x3x2 -> conv2-9(floor, pad=1) -> relu -> maxpool(floor) -> leaky_relu -> dwconv1x3/2(same, bias=false) -> clipped_relu(0.5) -> (conv3-9 -> bn + skip) @ n60 -> dropout(0.0) -> fc-5 -> leaky_relu -> fc-8 -> softmax
    }
    net_23(4; heads a, b) {
        input (h=12, w=4, c=12) -> frozen [conv1-15(exact, pad=1, groups=3, dilation=2, bias=position) -> bn(eps=1e-3) -> leaky_relu(0.3)] -> (conv1x3-15 -> bn(momentum=0.3) + conv3-15 + skip) -> dwconv3(floor) -> dwconv4/2(floor, pad=1) -> maxpool(floor) -> {a: fc-1 -> clipped_relu(1), b: relu}
    }
    net_24(5) {
        input 2x5x3 -> upsample2 -> [conv1-3]*3 @ n61 -> [conv3-3]*1 -> dwconv3x5(pad=0) -> bn(eps=0.01, momentum=0.5) -> maxpool(floor) -> dropout(0.0) -> fc-9 -> softmax
    }
    net_25(3) #[rounding(ceil)] {
        input 5x9x16 -> bn -> [conv1-16 -> dwconv3(pad=0, floor) @ n63 -> conv2x3-5(bias=position, floor, pad=1, dilation=2)]*2 @ n64 -> (conv3-3 -> conv3-5 -> sigmoid + conv1-5 + maxpool3/1(pad=1) -> conv3-5) -> dropout(0.0) -> dropout(0.0) -> fc-18 -> relu -> fc-3
    }
    net_26(5) {
        input (h=4, w=11, c=17) -> (conv3-18 -> conv1-17 + conv1-17) -> widen-28 @ n66 -> leaky_relu -> conv3-2/2x1(dilation=1x2, pad=2, floor) -> 3x11x2 -> (conv3-4/2(same) + conv1-4/2(same)) -> dwconv2x3(pad=1, bias=false) -> (skip + elu(0.5) -> conv3-4) -> conv1-1(same) -> bn -> relu -> conv1-18
    }
    net_27(2) #[rounding(same)] {
        block unit(c, s) = conv3-c/s(same) -> bn -> leaky_relu;
        input 10x5x3 -> unit(20, 2) -> lrn(n=3, beta=0.5, k=1, alpha=0.1) -> avgpool(floor) -> widen-34 @ n69 -> unit(8, 1) -> elu(0.5) -> gap -> fc-8
    }
    net_28(4) #[rounding(same)] {
        block same_weights() = conv3-8(same) -> leaky_relu;
        input (h=9, w=2, c=18) -> conv3x5-2/2(bias=true, floor) -> widen-9 -> dwconv4(same, bias=false) -> (bn(eps=1e-3) -> conv3-9 + skip) -> conv1-8 -> shared same_weights() -> shared same_weights() @ n70 -> (conv1-32/2(same) -> elu + conv1-32/2(same)) -> leaky_relu(0.3) -> gap -> fc-3
    }
    net_29(2) #[rounding(ceil)] {
        input 11x5x17 -> conv1x3-17(bias=position, pad=0) -> bn(eps=1e-3) -> relu -> tanh -> conv3-16(floor, pad=1) -> relu -> maxpool3/2(ceil) -> dwconv5/3(floor) -> maxout(2) @ n71 -> dropout(0.0) @ n72 -> gap -> fc-20 -> softmax
    }
    net_30(3) #[rounding(same)] {
        input (h=3, w=6, c=18) -> (skip + conv1x3-18) @ n73 -> maxpool2 -> conv1x3-32(bias=false, dilation=2, pad=1, exact) -> bn -> relu -> maxpool -> conv1-3(bias=true, exact) -> lrn(n=7, alpha=1.0) -> [conv1x3-3]*1 -> flatten -> fc-11 -> softmax
    }
    net_31(3) #[rounding(same)] {
        block same_weights() = conv3-5(same) -> clipped_relu(0.5);
        input (h=3, w=8, c=1) -> (skip | conv3-9 -> conv3-3 -> sigmoid | conv1-4 -> bn(eps=1e-3)) -> maxpool2x3(floor) -> (skip | conv3-15 -> conv5-1 | conv1-33 -> bn(momentum=0.3)) @ n77 -> clipped_relu(1) -> dwconv1/2(bias=false) -> bn(eps=0.01, momentum=0.5) -> elu -> dropout(0.0) -> conv3-4/2(floor, dilation=1x2, groups=2) -> (skip | bn -> conv1x3-6 -> bn | conv5-20) -> conv1-5 -> shared same_weights() -> shared same_weights() @ n78 -> flatten -> fc-1 -> clipped_relu(1) -> fc-2 -> softmax
    }
}
