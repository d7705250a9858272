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
    net_6(5) #[rounding(ceil)] {
        block residual(c) = (conv3-c(same) -> relu -> conv1-c + skip) -> elu;
        input (h=2, w=9, c=9) -> residual(9) -> maxpool(floor, pad=1) @ n14 -> widen-9 -> bn -> widen-21 @ n15 -> residual(21) -> conv1-7 -> softmax
    }
    net_7(5) #[rounding(same)] {
        block residual(c) = (conv3-c(same) -> elu(0.5) -> conv1-c + skip) -> clipped_relu(1);
        input 7x10x9 -> (conv3-8 -> leaky_relu | skip) -> leaky_relu(0.3) -> dropout(0.0) -> residual(17) -> elu(0.5) -> 7x10x17 -> dwconv4/1x2(pad=1, floor) -> clipped_relu(1) -> maxpool3/2(ceil) -> conv1-17
    }
    net_8(2) #[rounding(ceil)] {
        block residual(c) = (conv3-c(same) -> sigmoid -> conv1-c + skip) -> leaky_relu(0.3);
        input 8x5x18 -> residual(18) @ n20 -> (bn(momentum=0.3) | elu(0.5) -> conv1-6) -> avgpool2x3 -> [conv1x3-24]*1 @ n23 -> maxpool(pad=1) -> upsample2(bilinear) -> gap -> fc-5 -> clipped_relu(1) -> fc-17
    }
    net_9(2) {
        block unit(c, s) = conv3-c/s(same) -> bn -> tanh;
        input (h=4, w=7, c=5) -> [conv1x3-5 -> (conv5-15 -> bn(eps=0.01, momentum=0.5) | leaky_relu)]*2 @ n25 -> unit(1, 2) -> (conv1-24 | (skip + relu -> conv5-1 -> bn))
    }
    net_10(5; heads a, b) {
        input (h=1, w=12, c=6) -> widen-11 -> lrn(n=3, alpha=2) -> (conv3-32/2(same) + conv1-32/2(same)) -> lrn(n=7, beta=0.5, within, alpha=1.0, k=1) -> (conv5-2/2(same) -> clipped_relu(0.5) + conv1-2/2(same)) @ n26 -> leaky_relu -> {a: fc-5 -> softmax, b: relu}
    }
    net_11(1) #[rounding(floor)] {
        block unit(c, s) = conv3-c/s(same) -> bn -> relu;
        input (h=4, w=9, c=8) -> dwconv4/2(same) -> relu -> unit(9, 1) -> dwconv3(bias=false, pad=1) -> bn -> relu -> maxpool(floor) -> conv1-5 -> softmax
    }
    net_12(1) {
        block residual(c) = (conv3-c(same) -> relu -> conv1-c + skip) -> relu;
        input 10x10x2 -> residual(2)*2 -> upsample2x1(bilinear) -> avgpool(pad=1, ceil) -> (conv5-4/2(same) -> leaky_relu(0.3) | maxpool3/2(same)) -> clipped_relu(1) -> gap -> fc-18(bias=false) -> tanh -> fc-19
    }
    net_13(1) #[rounding(ceil)] {
        input (h=3, w=5, c=8) -> (skip + avgpool3/1(pad=1) -> conv1x3-8) -> dropout(0.0) -> [conv1x3-8 -> conv4-9(exact, pad=2) -> relu -> maxpool3/2(ceil)]*2 @ n29 -> conv1-2 -> softmax
    }
    net_14(5) {
        block residual(c) = (conv3-c(same) -> relu -> conv1-c + skip) -> relu;
        input (h=5, w=9, c=1) -> dwconv3/3(pad=0, floor) -> [conv1-1]*3 -> residual(1)*2 -> [conv3-1]*3 @ n31 -> dropout(0.0) -> fc-24(bias=false) -> elu -> fc-6 -> softmax
    }
    net_15(3) {
        input 10x7x15 -> dwconv3/3(pad=1, bias=false, floor) -> frozen [conv3-2/1x2(bias=position) -> bn -> tanh] -> bn(eps=1e-3) -> conv5-6/1x2(bias=true, floor, pad=2) -> dropout(0.0) @ n32 -> flatten -> fc-5
    }
    net_16(2) {
        block unit(c, s) = conv3-c/s(same) -> clipped_relu(1);
        input 9x6x20 -> conv1-4(bias=false, pad=2) -> unit(20, 2) -> conv3-3/2(exact) -> [conv1-3 -> dwconv3(floor) -> conv1-18(groups=3, floor) -> relu]*1 -> dwconv1(floor, pad=0) @ n34 -> dropout(0.0) -> fc-17 -> clipped_relu(1) -> fc-3 -> softmax
    }
    net_17(2) #[rounding(same)] {
        input 4x11x3 -> relu -> leaky_relu -> conv3x1-32/2(dilation=2) -> relu -> maxpool(floor) -> (bn(eps=1e-3) -> conv1-32 + sigmoid + conv1-6 -> leaky_relu(0.3) -> conv3-32 -> bn(eps=1e-3))
    }
    net_18(5) {
        input 4x2x5 -> (maxpool3/1(pad=1) -> conv5-33 -> bn | relu | conv1-17 | relu -> conv3-9 -> bn(eps=1e-3)) -> clipped_relu(0.5) -> upsample2x1 -> clipped_relu(0.5) -> widen-66 -> widen-73 -> relu -> dropout(0.0) -> widen-83
    }
    net_19(1) {
        input 7x4x17 -> widen-23 -> [conv1-23]*3 @ n41 -> (conv3-2 -> conv1-4 -> bn(eps=1e-3) | avgpool3/1(pad=1) -> conv3-12 -> bn(eps=1e-3) | relu -> conv1-8 -> elu | clipped_relu(0.5)) -> dwconv2x3(pad=0, floor, bias=false) -> bn -> maxpool(floor) -> conv1-2 -> softmax
    }
    net_20(2) {
        block same_weights() = conv3-8(same) -> clipped_relu(0.5);
        input (h=2, w=10, c=8) -> (conv5-24/2(same) -> relu + conv1-24/2(same)) -> conv1-8 -> shared same_weights() -> shared same_weights() @ n43 -> conv1-8 -> shared same_weights() -> shared same_weights() @ n44 -> dwconv3(same) -> 1x5x8 -> upsample2(bilinear) -> bn(momentum=0.3)
    }
    net_21(4) #[rounding(ceil)] {
        input (h=3, w=10, c=15) -> (dwconv3 -> conv3-9 -> relu | skip) -> conv2x3-18/3(dilation=2, same, groups=2) -> bn -> lrn(n=7, beta=0.5, k=1, alpha=0.1, within) -> (skip | conv1x3-6 -> leaky_relu(0.3)) -> (conv1-16/2(same) -> elu(0.5) + conv1-16/2(same)) -> dwconv1/3 -> conv1-3/3(floor) -> relu -> clipped_relu(0.5) -> (conv1x3-2/2(same) + conv1-2/2(same)) -> flatten -> fc-1 -> elu -> fc-14
    }
    net_22(1; heads a, b) {
        input 9x9x18 -> conv3-24/2(dilation=2, exact, bias=false, groups=3, pad=1) -> relu -> maxpool(floor) -> (dwconv3 -> conv3-8 | skip | conv1-5 -> bn) @ n52 -> bn -> bn -> conv1-9(bias=true) -> relu -> conv2-12/1x2(same, groups=3) -> dwconv3x1 -> bn -> dwconv5/2(floor, bias=false) -> {a: fc-3 -> elu(0.5), b: flatten}
    }
    net_23(5) {
        input 7x3x2 -> conv2-9(floor, pad=1) -> relu -> maxpool(floor) -> leaky_relu -> dwconv1x3/2(same, bias=false) -> clipped_relu(0.5) -> (conv3-9 -> bn + skip) @ n56 -> dropout(0.0) -> fc-5 -> leaky_relu -> fc-8 -> softmax
    }
    net_24(4; heads a, b) {
        input (h=12, w=4, c=12) -> frozen [conv1-15(exact, pad=1, groups=3, dilation=2, bias=position) -> bn(eps=1e-3) -> leaky_relu(0.3)] -> (conv1x3-15 -> bn(momentum=0.3) + conv3-15 + skip) -> dwconv3(floor) -> dwconv4/2(floor, pad=1) -> maxpool(floor) -> {a: fc-1 -> clipped_relu(1), b: relu}
    }
    net_25(5) {
        input 2x5x3 -> upsample2 -> [conv1-3]*3 @ n57 -> [conv3-3]*1 -> dwconv3x5(pad=0) -> bn(eps=0.01, momentum=0.5) -> maxpool(floor) -> dropout(0.0) -> fc-9 -> softmax
    }
    net_26(1) #[rounding(ceil)] {
        input 5x9x16 -> bn -> (conv3-3 -> conv3-16 -> sigmoid + conv1-16 + maxpool3/1(pad=1) -> conv3-16) -> dropout(0.0) -> dwconv3x5(pad=0) @ n61 -> conv1-20
    }
    net_27(4) {
        block unit(c, s) = conv3-c/s(same) -> elu;
        input (h=3, w=10, c=8) -> dwconv3 -> unit(5, 2) -> ((conv3-3 -> conv1x3-5 | dwconv3 -> conv1x3-20 -> bn | maxpool3/1(pad=1)) -> conv3-5 + skip) -> clipped_relu(0.5) @ n62 -> gap -> fc-17 -> softmax
    }
    net_28(2) {
        block residual(c) = (conv3-c(same) -> sigmoid -> conv1-c + skip) -> elu(0.5);
        input 9x7x1 -> residual(1)*2 -> residual(1)*2 -> [conv1x3-1 -> sigmoid -> (conv1-16 | skip)]*3 -> conv3-24/2x1(floor, dilation=2, bias=true) -> bn(eps=1e-3) -> [conv1x3-24]*1 -> (conv1-1/2(same) + conv1-1/2(same)) -> [conv1-1]*3 @ n69
    }
    net_29(3) #[rounding(ceil)] {
        input 4x3x2 -> lrn(alpha=2, within, n=7, beta=0.5) -> maxout(2) -> (skip + conv1-12 -> leaky_relu -> conv5-1 -> clipped_relu(1)) -> conv3x5-16(same) -> bn -> relu -> conv1-15
    }
    net_30(1) #[rounding(ceil)] {
        input 10x2x3 -> dropout(0.0) -> conv3-8/1x2 -> bn(eps=0.01, momentum=0.5) -> elu(0.5) -> relu -> dropout(0.0) -> fc-18
    }
    net_31(5) {
        block residual(c) = (conv3-c(same) -> tanh -> conv1-c + skip) -> leaky_relu(0.3);
        input 9x5x4 -> [conv3-4 -> maxpool1x2(pad=0x1, floor)]*3 -> residual(4)*2 @ n73 -> (conv1-4 + (conv3-3 | skip) -> conv1x3-4 -> bn(momentum=0.3) + bn(momentum=0.3) -> conv5-4 -> bn(eps=1e-3)) -> dropout(0.0) -> fc-20 -> elu(0.5) -> fc-5
    }
}
