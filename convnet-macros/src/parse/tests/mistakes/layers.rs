//! Words of layers, their sizes, and what stands between them.

use expect_test::expect;

use super::mistakes;

#[test]
fn layers() {
    mistakes(
        "struct Net { input 32x32x3 -> § -> relu }",
        &[
            "conv",
            "conv3",
            "conv-64",
            "fc",
            "fc1000",
            "fc 1000",
            "conv3 64",
            "conv 3-64",
            "maxpool 3/2",
            "maxpool-2",
            "conv3/2-64",
            "relu6",
            "relu2",
            "relu-3",
            "relu/2",
            "dropout-2",
            "dropout2",
            "widen",
            "upsample",
            "upsample2/2",
            "conv3-",
            "conv3-0",
            "conv0-3",
            "conv3-64/0",
            "conv3-64/0x2",
            "conv3-64/",
            "conv3-2x2",
            "conv3-64.5",
            "conv3-64/1x2x3",
            "conv3x-64",
            "conv2d-64",
            "conv3_64",
            "conv99999999999999999999-3",
            "cnv3-64",
            "Relo",
            "BatchNorm",
            "Dense-10",
            "Linear",
            "pool",
            "max-pool",
            "frobnicate",
            "Frobnicate(3)",
            "lstm-64",
            "gelu",
            "Concat(conv3-8, conv5-8)",
            "ConvTranspose2d(64)",
            "lrelu",
            "depthwise3",
            "dwconv3-64",
            "dropout-0.5",
            "leaky_relu 0.1",
            "conv3(64)",
            "conv3-64(pad=same)",
            "LeakyReLU(0.1)",
            "conv3-N",
            "conv3-k",
            "3x3",
            "gap3",
            "soft-min",
            "maxpool2x2x2",
            "leaky-relu",
            "convolution3-64",
            "frozen conv3",
            "conv3-64*k",
            "Backbone",
            "relu (1)",
        ],
        &expect![[r#"
            conv    => ? -> relu
            conv
                conv needs a size and a number of filters: `conv3-64`

            conv3    => ? -> relu
            conv3
                conv3 needs a number of filters: `conv3-64`

            conv-64    => ? -> relu
            conv-64
                conv-64 needs a size: `conv3-64`

            fc    => ? -> relu
            fc
                fc needs a number of outputs: `fc-1000`

            fc1000    => ? -> relu
            fc1000
                fc takes no size: did you mean `fc-1000`?

            fc 1000    => ? -> relu
            1000
                `-` is missing before `1000`: the number of outputs is written as in `fc-1000`

            conv3 64    => ? -> relu
            64
                `-` is missing before `64`: the number of filters is written as in `conv3-64`

            conv 3-64    => ? -> relu
            conv 3-64
                a layer's numbers are part of it: write `conv3-64`

            maxpool 3/2    => ? -> relu
            maxpool 3/2
                a layer's numbers are part of it: write `maxpool3/2`

            maxpool-2    => ? -> relu
            2
                maxpool has no number of filters; its size stands in the word: `maxpool2`

            conv3/2-64    => ? -> relu
            64
                the number of filters stands before the stride: `conv3-64/2`

            relu6    => relu6 -> relu
            relu6
                relu takes no size: relu6 is `clipped_relu(6)`

            relu2    => relu2 -> relu
            relu2
                relu takes no size

            relu-3    => relu-3 -> relu
            3
                relu takes no number

            relu/2    => relu/2 -> relu
            2
                relu has no stride

            dropout-2    => dropout-2 -> relu
            2
                the number of dropout stands in brackets, and is the part that is dropped, at least 0 and less than 1: `dropout(0.5)`

            dropout2    => dropout2 -> relu
            dropout2
                dropout takes no size: its number stands in brackets, and is the part that is dropped, at least 0 and less than 1: `dropout(0.5)`

            widen    => ? -> relu
            widen
                widen needs a depth: `widen-32`

            upsample    => ? -> relu
            upsample
                upsample needs a size: `upsample2`

            upsample2/2    => ? -> relu
            2
                upsample has no stride

            conv3-    => ? -> relu
            -
                the number of filters is missing here

            conv3-0    => ? -> relu
            0
                the number of filters cannot be zero

            conv0-3    => ? -> relu
            conv0
                the size cannot be zero

            conv3-64/0    => ? -> relu
            0
                the stride cannot be zero

            conv3-64/0x2    => ? -> relu
            0x2
                the stride cannot be zero

            conv3-64/    => ? -> relu
            /
                the stride is missing here

            conv3-2x2    => ? -> relu
            2x2
                `2x2` is a pair, and the number of filters is one number

            conv3-64.5    => ? -> relu
            64.5
                `64.5` is no whole number

            conv3-64/1x2x3    => ? -> relu
            1x2x3
                `1x2x3` has too many sides: the stride is `2` or `2x1` (height, width)

            conv3x-64    => ? -> relu
            conv3x
                `3x` is no size of conv: write `conv3-64`, or conv3x5 for 3 high and 5 wide

            conv2d-64    => ? -> relu
            conv2d
                unknown word `conv2d`: its numbers stand in the word: `conv3-64`

            conv3_64    => ? -> relu
            conv3_64
                unknown word `conv3_64`: did you mean `conv3-64`?

            conv99999999999999999999-3    => ? -> relu
            conv99999999999999999999
                the size 99999999999999999999 is too large to be counted

            cnv3-64    => ? -> relu
            cnv3
                unknown word `cnv3`: did you mean `conv3`?

            Relo    => ? -> relu
            Relo
                unknown word `Relo`: did you mean `relu`?

            BatchNorm    => ? -> relu
            BatchNorm
                unknown word `BatchNorm`: did you mean `bn`?

            Dense-10    => ? -> relu
            Dense
                unknown word `Dense`: did you mean `fc`?

            Linear    => ? -> relu
            Linear
                unknown word `Linear`: did you mean `fc-1000`?

            pool    => ? -> relu
            pool
                unknown word `pool`: did you mean `maxpool`?

            max-pool    => ? -> relu
            max-pool
                unknown word `max-pool`: did you mean `maxpool`?

            frobnicate    => ? -> relu
            frobnicate
                unknown word `frobnicate`: it is neither a layer nor a block

            Frobnicate(3)    => ? -> relu
            Frobnicate
                `Frobnicate` is neither a layer nor a block, and a network used as a layer stands alone: `Frobnicate -> 7x7x512`

            lstm-64    => ? -> relu
            lstm
                `lstm` is not implemented yet

            gelu    => ? -> relu
            gelu
                unknown word `gelu`: the activations are `relu`, `leaky_relu`, `elu`, `sigmoid`, `tanh`, `clipped_relu` and `maxout`

            Concat(conv3-8, conv5-8)    => ? -> relu
            Concat
                unknown word `Concat`: branches are concatenated in brackets: `(conv1-64 | conv3-64)`

            ConvTranspose2d(64)    => ? -> relu
            ConvTranspose2d
                unknown word `ConvTranspose2d`: there are no transposed convolutions; `upsample2` enlarges

            lrelu    => ? -> relu
            lrelu
                unknown word `lrelu`: did you mean `leaky_relu`?

            depthwise3    => ? -> relu
            depthwise3
                unknown word `depthwise3`: did you mean `dwconv3`?

            dwconv3-64    => ? -> relu
            64
                dwconv has no number of filters: it has one for each channel

            dropout-0.5    => dropout-0.5 -> relu
            0.5
                the number of dropout stands in brackets: `dropout(0.5)`

            leaky_relu 0.1    => leaky_relu 0.1 -> relu
            0.1
                the number of leaky_relu stands in brackets: `leaky_relu(0.1)`

            conv3(64)    => ? -> relu
            64
                a value of conv needs the name of its option, `pad`, `dilation`, `groups` or `bias`; the number of filters is written as in `conv3-64`

            conv3-64(pad=same)    => ? -> relu
            same
                `same` stands alone, without `pad`: `(same)`

            LeakyReLU(0.1)    => ? -> relu
            LeakyReLU(0.1)
                unknown word `LeakyReLU`: did you mean `leaky_relu(0.1)`?

            conv3-N    => ? -> relu
            N
                `N` is no number: names for numbers are parameters of blocks

            conv3-k    => ? -> relu
            k
                `k` is no number: names for numbers are parameters of blocks

            3x3    => ? -> relu
            3x3
                `3x3` has 2 sides: a volume is `28x28x1` (height, width, depth), or `784` for features

            gap3    => ? -> relu
            gap3
                gap takes no size, it averages the whole map: windows are `avgpool3`

            soft-min    => ? -> relu
            soft
                unknown word `soft`: did you mean `softmax`?

            maxpool2x2x2    => ? -> relu
            maxpool2x2x2
                `2x2x2` is no size of maxpool: a window has a height and a width, so write `maxpool2`

            leaky-relu    => ? -> relu
            leaky-relu
                unknown word `leaky-relu`: did you mean `leaky_relu`?

            convolution3-64    => ? -> relu
            convolution3
                unknown word `convolution3`: did you mean `conv3`?

            frozen conv3    => ? -> relu
            conv3
                conv3 needs a number of filters: `conv3-64`

            conv3-64*k    => ? -> relu
            k
                `k` is no number: names for numbers are parameters of blocks

            Backbone    => network Backbone -> relu

            relu (1)    => relu(1) -> relu
            1
                relu has no options

        "#]],
    );
}
