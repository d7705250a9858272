//! Whole networks in small. Each also exists as a plain PyTorch module, with PyTorch's names, in `whole_networks.py`.

use crate::judge::judge;

judge! {
    resnet(3) {
        block basic(c) = (conv3-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2 + skip) -> relu;
        block reduce(c) = (conv3-c/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
            + [conv1-c/2(bias=false) -> bn] @ downsample) -> relu;
        input 17x17x3 -> conv3-4/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> maxpool3/2(pad=1)
        -> basic(4)*2 @ layer1
        -> [reduce(6) -> basic(6)] @ layer2
        -> gap -> fc-4 @ fc
    }
    inception(2) {
        block inception(a, r, b, s, c, p) = ([conv1-a -> relu] @ branch1
            | [conv1-r -> relu -> conv3-b -> relu] @ branch2
            | [conv1-s -> relu -> conv5-c(pad=2) -> relu] @ branch3
            | [maxpool3/1(pad=1) -> conv1-p -> relu] @ branch4);
        input 14x14x3 -> conv3-6 @ conv1 -> relu -> maxpool3/2(ceil)
        -> inception(4, 4, 6, 2, 3, 3) @ inception3a -> inception(16, 3, 5, 2, 4, 3) @ inception3b -> maxpool3/2(ceil)
        -> gap -> dropout(0.0) -> fc-5 @ fc
    }
    squeezenet(2) {
        block fire(s, e) = conv1-s @ squeeze -> relu -> (conv1-e @ expand1x1 -> relu | conv3-e @ expand3x3 -> relu);
        input 21x21x3 -> [conv3-5/2(pad=0) -> relu -> maxpool3/2(ceil) -> fire(3, 5) -> fire(3, 8) -> maxpool3/2(ceil) -> fire(4, 6)] @ features
        -> [dropout(0.0) -> conv1-6 -> relu -> gap] @ classifier -> flatten
    }
    mobilenet(3) {
        block separable(c, s) = [dwconv3/s(bias=false) -> bn -> relu] @ depthwise -> [conv1-c(bias=false) -> bn -> relu] @ pointwise;
        input 17x17x3 -> [conv3-4/2(bias=false) -> bn -> relu] @ stem
        -> [separable(8, 1) -> separable(18, 2) -> separable(18, 1) -> separable(17, 2)] @ features
        -> gap -> fc-4 @ classifier -> softmax
    }
    two_heads(3; heads policy, value) {
        input 7x7x5 -> [conv5-6 -> relu] @ stem -> [conv3-6 -> relu]*2 @ trunk
        -> {policy: conv1-1(bias=position) -> flatten -> softmax, value: conv1-3 -> relu -> fc-4 -> relu -> fc-1 -> tanh}
    }
    densenet(2) {
        block layer(g) = (skip | bn @ norm1 -> relu -> conv1-4(bias=false) @ conv1 -> bn @ norm2 -> relu -> conv3-g(bias=false) @ conv2);
        block transition(c) = bn @ norm -> relu -> conv1-c(bias=false) @ conv -> avgpool;
        input 8x8x3 -> conv3-6(bias=false) @ conv0 -> bn @ norm0 -> relu
        -> layer(5)*3 @ block1 -> transition(10) @ transition1 -> layer(5)*2 @ block2 -> bn @ norm5 -> relu -> gap -> fc-4 @ classifier
    }
    vgg(2) {
        input 19x17x3 -> [conv3-5 -> relu -> conv3-6 -> relu -> maxpool(floor)
            -> conv3-7 -> relu -> maxpool(floor) -> conv3-8 -> relu -> conv3-9 -> relu -> maxpool(floor)] @ features
        -> [fc-8 -> relu -> dropout(0.0) -> fc-8 -> relu -> dropout(0.0) -> fc-5] @ classifier -> softmax
    }
    unet(2) {
        input 8x8x2 -> [conv3-5 -> relu] @ down1
        -> (skip | [maxpool -> conv3-7 -> relu] @ down2 -> (skip | [maxpool -> conv3-7 -> relu -> upsample2] @ bottom)
            -> [conv3-6 -> relu -> upsample2(bilinear)] @ up2)
        -> [conv3-5 -> relu -> conv1-3] @ up1 -> softmax
    }
    alexnet(2) {
        input 27x27x3 -> [conv5-6/2(pad=0) -> relu -> lrn(alpha=5e-1) -> maxpool3/2(floor)
            -> conv3-8(groups=2) -> relu -> lrn -> maxpool3/2(floor) -> conv3-9 -> leaky_relu] @ features
        -> [fc-8 -> maxout -> fc-4] @ classifier
    }
}
