//! Made by `tests/fixtures/random_networks.py 1 32`.

use crate::judge::judge;

judge! {
    net_0(3) {
        block residual(c) = (conv3-c(same) -> leaky_relu(0.3) -> conv1-c + skip) -> sigmoid;
        block same_weights() = conv3-1(same) -> leaky_relu(0.3);
        input 10x2x5 -> residual(5)*2 -> conv1-1 -> shared same_weights() -> shared same_weights() @ n2 -> residual(1)*2 -> (conv5-1 -> leaky_relu(0.3) + conv1-1 + maxpool3/1(pad=1) -> conv3-1 -> bn(eps=0.01, momentum=0.5)) -> (conv3-18/2(same) -> bn + conv1-18/2(same)) -> dropout(0.0) -> conv1-8 -> softmax
    }
    net_1(3; heads a, b) {
        block residual(c) = (conv3-c(same) -> clipped_relu(1) -> conv1-c + skip) -> relu;
        input 6x1x12 -> dwconv1/1x2(floor, bias=false) -> relu -> widen-17 -> conv1-4(pad=0x1, exact) -> bn -> (conv1x3-4 -> leaky_relu + relu + conv5-4 -> bn(eps=0.01, momentum=0.5)) -> maxpool(floor) -> 3x1x4 -> residual(4)*2 -> lrn(n=3, alpha=1.0, within, beta=0.5) -> {a: fc-2 -> softmax, b: fc-6}
    }
    net_2(2) #[rounding(same)] {
        block unit(c, s) = conv3-c/s(same) -> leaky_relu;
        input 6x10x12 -> conv2x3-20/2x1(groups=2) -> widen-21 -> dwconv3/2(floor, bias=false) -> maxpool(floor) -> unit(6, 2) -> dropout(0.0) -> fc-12(bias=false) -> elu -> fc-11
    }
    net_3(1) #[rounding(ceil)] {
        input (h=6, w=1, c=1) -> upsample2 -> [conv3-1]*2 -> [conv3-1]*1 -> (conv1x3-16 | relu) -> conv3x1-9/3(dilation=1x2, same) -> flatten -> fc-9 -> softmax
    }
    net_4(5) #[rounding(same)] {
        input (h=11, w=7, c=15) -> tanh -> leaky_relu(0.3) -> [conv1x3-15 -> maxpool1x2/1x2 -> dropout(0.0)]*1 @ n7 -> dwconv2(floor, bias=false, pad=1) -> relu -> maxpool3/2(ceil) -> dropout(0.0) -> fc-18
    }
    net_5(5) {
        block same_weights() = conv3-2(same) -> elu;
        input 5x11x2 -> leaky_relu(0.3) -> frozen [conv3-18(pad=1, exact) -> bn(momentum=0.3) -> clipped_relu(1)] -> dwconv3/2(pad=0) -> bn -> [conv1x3-18]*2 -> conv3x5-5/3(bias=false, floor) -> bn -> elu -> dwconv3(pad=1, bias=false) @ n9 -> conv1-2 -> shared same_weights() -> shared same_weights() @ n10 -> bn -> conv1-2 -> shared same_weights() -> shared same_weights() @ n11 -> dropout(0.0) -> fc-4(bias=false) -> leaky_relu(0.3) -> fc-13
    }
    net_6(4) {
        block same_weights() = conv3-9(same) -> clipped_relu(1);
        input 5x11x15 -> [conv1-15 -> leaky_relu(0.3)]*3 @ n12 -> conv3-12(exact, groups=3, pad=0) -> relu -> conv1-9 -> shared same_weights() -> shared same_weights() @ n13 -> conv1-9 -> shared same_weights() -> shared same_weights() @ n14 -> dwconv3/2(floor, bias=false) @ n15 -> [conv1x3-9]*3 @ n16 -> [conv1-9]*3 -> conv1-9 -> shared same_weights() -> shared same_weights() @ n19 -> (conv1-8/2(same) -> elu | maxpool3/2(same)) -> gap -> fc-6(bias=false) -> relu -> fc-1
    }
    trunk_n22(3) #[rounding(floor)] {
        input (h=2, w=1, c=17) -> conv1-32/2(pad=0, floor, bias=false) -> frozen [conv1x3-5/3(floor, dilation=2, bias=true) -> bn(momentum=0.3) -> leaky_relu(0.3)] -> leaky_relu
    }
    net_7(3) {
        input 11x9x1 -> (bn(eps=1e-3) -> conv5-1 + skip + conv3-1) -> relu -> conv3-2/2(floor, bias=true, pad=1) -> bn -> relu -> (conv1-2 + conv3-2 -> bn(eps=0.01, momentum=0.5)) -> conv3-17/1x2(pad=2) -> bn(eps=1e-3) -> tanh -> maxpool(floor) -> maxpool3(same) -> super::trunk_n22::Net -> 1x1x5 -> conv1-9 -> softmax
    }
    net_8(4) #[rounding(ceil)] {
        block unit(c, s) = conv3-c/s(same) -> bn -> elu(0.5);
        input 7x2x15 -> clipped_relu(1) -> dropout(0.0) -> conv3-20(bias=position) -> (conv1-15/2(same) + conv1-15/2(same)) -> leaky_relu -> unit(6, 1) -> unit(8, 2) -> widen-9 -> avgpool1x2/3(ceil, pad=0x1) @ n25 -> gap -> fc-17 -> softmax
    }
    net_9(3) #[rounding(ceil)] {
        input 9x5x20 -> conv3-17(bias=position, pad=0, exact) -> maxpool3(ceil) -> 3x1x17 -> gap -> fc-14 -> softmax
    }
    net_10(1) {
        block unit(c, s) = conv3-c/s(same) -> bn -> clipped_relu(1);
        block residual(c) = (conv3-c(same) -> relu -> conv1-c + skip) -> clipped_relu(1);
        input 12x5x5 -> (conv3-8 -> bn | dwconv3 -> conv1x3-2 | skip) -> unit(9, 2) -> dwconv3(bias=false) -> bn -> maxpool(floor) -> (conv1-1/2(same) -> bn(momentum=0.3) | maxpool3/2(same)) @ n27 -> lrn(n=3, within, beta=0.5, alpha=1.0) -> residual(10)*2 -> upsample2x1 -> (conv1-33/2(same) -> leaky_relu(0.3) | maxpool3/2(same))
    }
    net_11(4) #[rounding(ceil)] {
        input 9x6x12 -> maxpool3/2x1 -> dwconv3(pad=0) -> widen-25 -> elu -> dropout(0.0) -> sigmoid -> upsample2(bilinear)
    }
    net_12(2) #[rounding(same)] {
        input 7x11x12 -> conv1-24/1x2(pad=0x1, exact) -> dwconv3x1 -> bn -> elu -> maxpool3/2(ceil) -> dropout(0.0) -> clipped_relu(1) -> dwconv2x3/1x2 -> gap -> fc-18(bias=false) -> sigmoid -> fc-3
    }
    net_13(2) #[rounding(same)] {
        input 11x1x1 -> leaky_relu(0.3) -> clipped_relu(1) @ n31 -> bn -> gap -> fc-14
    }
    net_14(2; heads a, b) #[rounding(floor)] {
        block residual(c) = (conv3-c(same) -> leaky_relu(0.3) -> conv1-c + skip) -> clipped_relu(0.5);
        input 9x7x2 -> residual(2) -> dwconv3x1/2x1(pad=1) -> maxpool -> (conv3-20/2(same) + conv1-20/2(same)) -> conv3x5-32(groups=4) -> {a: fc-33 -> sigmoid, b: relu}
    }
    net_15(3) {
        input 6x11x15 -> avgpool3(same) -> (maxpool3/1(pad=1) -> conv1-32 | avgpool3/1(pad=1) | conv1-12 | conv1x3-33 -> bn(eps=1e-3)) @ n33 -> upsample2x1(bilinear) -> lrn(alpha=2, n=3, beta=0.5) -> leaky_relu(0.3) -> avgpool1x2/1x2(pad=0x1) -> dwconv3x1/2(bias=false, floor) -> conv3x1-24(groups=2, bias=true, same) -> bn(eps=0.01, momentum=0.5) -> dropout(0.0) @ n35
    }
    net_16(4) {
        input 11x7x4 -> elu(0.5) -> (bn(eps=0.01, momentum=0.5) -> conv1x3-4 -> clipped_relu(1) + tanh + conv1x3-4) -> [conv1-4]*3 @ n36 -> 11x7x4 -> [conv3-4]*1 -> ((conv1-2 -> clipped_relu(1) -> conv3-4 -> sigmoid + conv5-4 + skip) -> conv3-4 + relu + conv3-4) -> conv3-17/2x1(pad=2, exact) -> bn -> relu -> maxpool(floor) -> gap -> fc-4(bias=false) -> sigmoid -> fc-20 -> softmax
    }
    net_17(2) {
        input 4x1x2 -> dwconv5 @ n38 -> conv1x3-16(exact, pad=2) -> bn @ n40
    }
    net_18(2; heads a, b) #[rounding(same)] {
        input 4x11x3 -> relu -> leaky_relu -> conv3x1-32/2(dilation=2) -> relu -> maxpool(floor) -> (bn(eps=1e-3) -> conv1-32 + sigmoid + conv1-6 -> leaky_relu(0.3) -> conv3-32 -> bn(eps=1e-3)) -> {a: fc-5 -> sigmoid, b: relu}
    }
    net_19(5) {
        input 4x2x5 -> (maxpool3/1(pad=1) -> conv5-33 -> bn | relu | conv1-17 | relu -> conv3-9 -> bn(eps=1e-3)) -> clipped_relu(0.5) -> upsample2x1 -> clipped_relu(0.5) -> widen-66 -> widen-73 -> relu -> dropout(0.0) -> widen-83
    }
    net_20(1) {
        input 7x4x17 -> widen-23 -> [conv1-23]*3 @ n47 -> (conv3-2 -> conv1-4 -> bn(eps=1e-3) | avgpool3/1(pad=1) -> conv3-12 -> bn(eps=1e-3) | relu -> conv1-8 -> elu | clipped_relu(0.5)) -> dwconv2x3(pad=0, floor, bias=false) -> bn -> maxpool(floor) -> conv1-2 -> softmax
    }
    trunk_n51(3) #[rounding(same)] {
        input (h=1, w=5, c=8) -> bn(eps=1e-3)
    }
    net_21(3) {
        block same_weights() = conv3-8(same) -> clipped_relu(0.5);
        input (h=2, w=10, c=8) -> (conv5-24/2(same) -> relu + conv1-24/2(same)) -> conv1-8 -> shared same_weights() -> shared same_weights() @ n49 -> conv1-8 -> shared same_weights() -> shared same_weights() @ n50 -> super::trunk_n51::Net -> 1x5x8 -> bn -> conv1-8 -> shared same_weights() -> shared same_weights() @ n52 -> widen-15
    }
    trunk_n54(5) #[rounding(same)] {
        input (h=10, w=21, c=4) -> 10x21x4 -> avgpool2(floor) -> widen-8
    }
    net_22(5) #[rounding(ceil)] {
        block unit(c, s) = conv3-c/s(same) -> bn -> sigmoid;
        input 10x7x4 -> [conv1x3-4 -> upsample1x3]*1 @ n53 -> bn -> super::trunk_n54::Net -> 5x10x8 -> (conv1-8 -> elu(0.5) + skip) -> conv3-1(pad=0, exact) -> bn(eps=1e-3) -> conv1x3-24(floor) @ n55 -> unit(8, 1) -> dropout(0.0) -> fc-15
    }
    net_23(4) {
        input 8x3x20 -> (conv3-12/2(same) -> tanh | maxpool3/2(same)) -> conv2x3-18/3(dilation=2, same, groups=2) -> bn -> lrn(n=7, beta=0.5, k=1, alpha=0.1, within) -> (skip | conv1x3-6 -> leaky_relu(0.3)) -> (conv1-16/2(same) -> elu(0.5) + conv1-16/2(same)) -> conv1-15
    }
    net_24(2) #[rounding(ceil)] {
        block unit(c, s) = conv3-c/s(same) -> relu;
        input 7x1x12 -> (conv1-12 + skip + conv5-12) -> maxpool3/2x1(same) -> lrn(alpha=0.1, beta=0.5) -> unit(1, 1) -> gap -> fc-13
    }
    net_25(1) {
        block residual(c) = (conv3-c(same) -> leaky_relu(0.3) -> conv1-c + skip) -> sigmoid;
        input (h=1, w=8, c=12) -> residual(12) -> [conv1x3-12 -> 1x8x12]*2 @ n56 -> 1x8x12 -> conv3-6/2(bias=true, floor, pad=2) -> bn(momentum=0.3) -> elu(0.5) -> maxpool(floor) -> leaky_relu -> dropout(0.0) -> fc-9
    }
    trunk_n57(2) {
        input (h=6, w=4, c=5) -> clipped_relu(0.5)
    }
    net_26(2) {
        input 12x7x3 -> (conv1-5/2(same) -> bn + conv1-5/2(same)) -> super::trunk_n57::Net -> 6x4x5 -> maxpool(pad=0x1) -> sigmoid -> gap -> fc-10
    }
    trunk_n58(4) {
        input (h=7, w=21, c=9) -> leaky_relu -> avgpool3/2x1(floor, pad=0x1) -> (conv1-8/2(same) | maxpool3/2(same))
    }
    trunk_n61(4) #[rounding(same)] {
        input (h=2, w=11, c=17) -> maxpool2/2x1(floor) -> lrn(within, alpha=0.1) -> 1x10x17
    }
    net_27(4) #[rounding(ceil)] {
        input 7x7x9 -> upsample1x3(bilinear) -> lrn(n=3, alpha=0.1) -> super::trunk_n58::Net -> 2x11x17 -> super::trunk_n61::Net -> 1x10x17 -> conv1-3 -> softmax
    }
    net_28(3) #[rounding(ceil)] {
        input (h=2, w=10, c=1) -> (conv1-24 -> relu | conv3-4 -> conv3-18 | (conv1-1 + conv3-1 + conv1x3-1) -> conv3-5 | conv3-15) -> conv3-2(same, bias=false) -> bn -> relu -> (conv1x3-5 | conv3-17 | tanh -> conv5-12 | conv1-3 -> elu(0.5)) -> dropout(0.0) -> dwconv3x1 -> gap -> fc-16 -> clipped_relu(1) -> fc-15
    }
    trunk_n70(1) #[rounding(same)] {
        input (h=2, w=1, c=6) -> dwconv1x3/1x2
    }
    net_29(1) {
        block same_weights() = conv3-6(same) -> tanh;
        input 9x5x17 -> (skip | conv3-9) -> clipped_relu(0.5) -> dwconv1x3/2(same, bias=false) -> clipped_relu(0.5) -> maxpool3/2(pad=1) -> dwconv2(floor, pad=0, bias=false) -> bn(eps=0.01, momentum=0.5) -> relu -> conv1-6 -> shared same_weights() -> shared same_weights() @ n66 -> conv1-6 -> shared same_weights() -> shared same_weights() @ n69 -> super::trunk_n70::Net -> 2x1x6 -> dwconv1(floor, bias=false) -> relu -> flatten -> fc-9 -> softmax
    }
    net_30(4) #[rounding(same)] {
        input 1x3x17 -> elu -> conv3-3(dilation=2, floor, bias=position) -> bn(eps=0.01, momentum=0.5) -> sigmoid -> maxpool -> (conv5-3/2(same) -> bn + conv1-3/2(same)) -> dwconv3x1(bias=false) -> bn(eps=0.01, momentum=0.5) -> relu -> maxpool -> frozen [conv3-20/2x1(dilation=1x2, exact) -> bn -> relu] -> conv1-17
    }
    net_31(1) #[rounding(floor)] {
        input 6x6x3 -> [conv1-3 -> dwconv5/1x2 -> bn(eps=1e-3) -> relu]*3 -> (conv3-18 -> conv1-3 + conv1-3) -> widen-14 @ n72 -> leaky_relu -> dropout(0.0) -> fc-7 -> softmax
    }
}
