//! Every mistake, with what its error underlines and says, and what is still understood of the chain.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::{read, shapes};

/// Puts each source in the place of `§` in `frame`.
fn mistakes(frame: &str, sources: &[&str], expected: &Expect) {
    let mut all = String::new();
    for source in sources {
        let (network, errors) = read(&frame.replace('§', source));
        let understood = network.map_or("nothing".into(), |network| shapes(&network.chain));
        writeln!(all, "{source}    => {understood}\n{errors}").expect("string");
    }
    expected.assert_eq(&all);
}

#[test]
fn volumes() {
    mistakes(
        "struct Net { input § -> relu }",
        &[
            "3x224x224",
            "0x28x28",
            "28x28x0",
            "1e5x3",
            "0x1Fx3",
            "28x28",
            "1x2x3x4",
            "99999999999999999999",
            "32x32x",
            "4294967296x4294967296x2",
            "(h=3, w=2)",
            "(h=3, h=2, w=2, c=3)",
            "(h=3, w=2, d=3)",
            "(h=3 w=2)",
            "1.5x3x3",
            "64usize",
            "32*32*3",
            "\"a\"",
            "(h=0, w=2, c=3)",
            "relu",
        ],
        &expect![[r#"
            3x224x224    => relu
            3x224x224
                volumes are written height x width x depth: write `224x224x3`, or `(h=3, w=224, c=224)` if a map 3 high and 224 deep is meant

            0x28x28    => nothing
            0x28x28
                `0x28x28` holds nothing (and to Rust it is a hexadecimal number): no side of a volume is zero

            28x28x0    => nothing
            28x28x0
                `28x28x0` holds nothing: no side of a volume is zero

            1e5x3    => nothing
            1e5x3
                to Rust `1e5` is a float: write `100000x3`

            0x1Fx3    => nothing
            0x1Fx3
                to Rust `0x1Fx3` is a hexadecimal, binary or octal number: only decimal ones are allowed

            28x28    => nothing
            28x28
                `28x28` has 2 sides: a volume is `28x28x1` (height, width, depth), or `784` for features

            1x2x3x4    => nothing
            1x2x3x4
                `1x2x3x4` has 4 sides: a volume is `28x28x1` (height, width, depth), or `784` for features

            99999999999999999999    => nothing
            99999999999999999999
                `99999999999999999999` is too large to be counted

            32x32x    => nothing
            32x32x
                a number is missing behind `32x32x`

            4294967296x4294967296x2    => nothing
            4294967296x4294967296x2
                `4294967296x4294967296x2` is too large to be counted

            (h=3, w=2)    => nothing
            (h=3, w=2)
                a volume with names is written `(h=3, w=224, c=224)`

            (h=3, h=2, w=2, c=3)    => nothing
            h
                `h` is given twice

            (h=3, w=2, d=3)    => nothing
            d
                a volume with names is written `(h=3, w=224, c=224)`

            (h=3 w=2)    => nothing
            w
                `,` is missing before `w`

            1.5x3x3    => nothing
            1.5x3x3
                `1.5` is no whole number

            64usize    => nothing
            64usize
                `64usize` is no whole number

            32*32*3    => relu
            32*32*3
                the sides of a volume are joined by the letter x: `32x32x3`

            "a"    => nothing
            "a"
                layers and numbers are written without quotes

            (h=0, w=2, c=3)    => nothing
            (h=0, w=2, c=3)
                `(h=0, w=2, c=3)` holds nothing: no side of a volume is zero

            relu    => nothing
            input
                the input needs a volume: `input 224x224x3` (height, width, depth) or `input 784`

        "#]],
    );
}

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
            3
                the size stands in the word: `conv3`

            maxpool 3/2    => ? -> relu
            3
                the size stands in the word: `maxpool3`

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
                the number of dropout stands in brackets: `dropout(2)`

            dropout2    => dropout2 -> relu
            dropout2
                dropout takes no size: did you mean `dropout(2)`?

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
                `2d` is no size of conv: write `conv3-64`, or conv3x5 for 3 high and 5 wide

            conv3_64    => ? -> relu
            conv3_64
                `3_64` is no size of conv: write `conv3-64`, or conv3x5 for 3 high and 5 wide

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
                unknown word `Linear`: did you mean `fc`?

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
            LeakyReLU
                unknown word `LeakyReLU`: did you mean `leaky_relu`?

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
                gap takes no size

            soft-min    => ? -> relu
            soft
                unknown word `soft`: did you mean `softmax`?

            maxpool2x2x2    => ? -> relu
            maxpool2x2x2
                `2x2x2` is no size of maxpool: write `maxpool3/2`, or maxpool3x5 for 3 high and 5 wide

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

#[test]
fn layer_options() {
    mistakes(
        "struct Net { input 32x32x3 -> § -> relu }",
        &[
            "conv3-64(padd=1)",
            "conv3-64(stride=2)",
            "conv3-64(pad=0.5)",
            "conv3-64(pad=true)",
            "conv3-64(pad=-1)",
            "conv3-64(pad)",
            "conv3-64(pad=)",
            "conv3-64(pad: 1)",
            "conv3-64(1)",
            "conv3-64(pad=1, pad=2)",
            "conv3-64(floor, same)",
            "conv3-64(same, pad=1)",
            "conv3-64(ceil)",
            "conv3-64(floor=true)",
            "conv3-64(bias=3)",
            "conv3-64(bias=positon)",
            "conv3-64(groups=0)",
            "conv3-64(groups=2x2)",
            "conv3-64(dilation=0)",
            "conv3-64(pad=k)",
            "conv3-64(pad=1 floor)",
            "conv3-64(pad=4/2)",
            "conv3-64(,pad=1,,floor)",
            "conv3-64()",
            "conv3-64(pad=1x2x3)",
            "conv3-64(kernel_size=3, padding=1)",
            "relu(3)",
            "relu()",
            "bn(3)",
            "bn(epsilon=1e-5)",
            "dropout(p=0.5)",
            "dropout(0.5, 0.6)",
            "dropout(true)",
            "lrn(n=5.0)",
            "lrn(size=5)",
            "maxpool2(stride=2)",
            "maxpool(3)",
            "dropout(0.5f32)",
            "dropout(1e999)",
            "maxout(0)",
            "relu(inplace)",
            "fc-10(bias=position)",
            "conv3-64(position)",
            "gap(1 + 2)",
            "dropout(stride=2)",
            "maxpool(stride=2, pad=1)",
            "upsample(2)",
            "fc(10)",
            "widen(3)",
            "bn(eps)",
            "lrn(n=5 k=2)",
            "conv3-64(Pad=1, PAD=1)",
        ],
        &expect![[r#"
            conv3-64(padd=1)    => ? -> relu
            padd
                unknown option `padd` of conv: did you mean `pad`?

            conv3-64(stride=2)    => ? -> relu
            stride=2
                the stride is written `/2`, behind the other numbers: `conv3-64/2`

            conv3-64(pad=0.5)    => ? -> relu
            0.5
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `0.5`

            conv3-64(pad=true)    => ? -> relu
            true
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `true`

            conv3-64(pad=-1)    => ? -> relu
            -1
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `-1`

            conv3-64(pad)    => ? -> relu
            pad
                `pad` needs a value: `pad=1`

            conv3-64(pad=)    => ? -> relu
            =
                `pad` has no value: it takes a whole number or a pair, as `1` or `2x1`

            conv3-64(pad: 1)    => ? -> relu
            pad
                `pad` needs a value: `pad=1`

            conv3-64(1)    => ? -> relu
            1
                a value of conv needs the name of its option, `pad`, `dilation`, `groups` or `bias`; the number of filters is written as in `conv3-64`

            conv3-64(pad=1, pad=2)    => ? -> relu
            pad=2
                `pad` is given twice

            conv3-64(floor, same)    => ? -> relu
            same
                `floor` and `same` exclude each other

            conv3-64(same, pad=1)    => ? -> relu
            pad=1
                `same` finds the padding itself: leave out `pad`

            conv3-64(ceil)    => ? -> relu
            ceil
                `ceil` is for pools only: conv takes `floor`

            conv3-64(floor=true)    => ? -> relu
            floor
                `floor` stands alone, without a value

            conv3-64(bias=3)    => ? -> relu
            3
                `bias` takes `true`, `false` or `position`, not `3`

            conv3-64(bias=positon)    => ? -> relu
            positon
                `bias` takes `true`, `false` or `position`, not `positon`

            conv3-64(groups=0)    => ? -> relu
            0
                `groups` cannot be zero

            conv3-64(groups=2x2)    => ? -> relu
            2x2
                `2x2` is a pair, and `groups` is one number

            conv3-64(dilation=0)    => ? -> relu
            0
                `dilation` cannot be zero

            conv3-64(pad=k)    => ? -> relu
            k
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `k`

            conv3-64(pad=1 floor)    => ? -> relu
            floor
                `,` is missing before `floor`

            conv3-64(pad=4/2)    => ? -> relu
            /
                there is no arithmetic here: write a number or a parameter

            conv3-64(,pad=1,,floor)    => ? -> relu
            ,
                superfluous `,`
            ,
                superfluous `,`

            conv3-64()    => ? -> relu
            ()
                nothing stands in these brackets: write `conv3-64`

            conv3-64(pad=1x2x3)    => ? -> relu
            1x2x3
                `1x2x3` has too many sides: `pad` is `2` or `2x1` (height, width)

            conv3-64(kernel_size=3, padding=1)    => ? -> relu
            kernel_size
                unknown option `kernel_size`: conv has `pad`, `dilation`, `groups`, `bias`, `exact`, `floor`, `same`, `direct` and `fastest`
            padding
                unknown option `padding` of conv: did you mean `pad`?

            relu(3)    => relu(3) -> relu
            3
                relu has no options

            relu()    => relu() -> relu
            ()
                nothing stands in these brackets: write `relu`

            bn(3)    => bn(3) -> relu
            3
                a value of bn needs the name of its option: `eps` or `momentum`

            bn(epsilon=1e-5)    => bn(epsilon=1e-5) -> relu
            epsilon
                unknown option `epsilon` of bn: did you mean `eps`?

            dropout(p=0.5)    => dropout(p=0.5) -> relu
            p
                dropout takes one number, without a name: `dropout(0.5)`

            dropout(0.5, 0.6)    => dropout(0.5, 0.6) -> relu
            0.6
                the value is given twice

            dropout(true)    => dropout(true) -> relu
            true
                dropout takes one number, without a name: `dropout(0.5)`

            lrn(n=5.0)    => lrn(n=5.0) -> relu
            5.0
                `n` takes a whole number of at least 1, not `5.0`

            lrn(size=5)    => lrn(size=5) -> relu
            size
                unknown option `size`: lrn has `n`, `alpha`, `beta`, `k` and `within`

            maxpool2(stride=2)    => ? -> relu
            stride=2
                the stride is written `/2`, behind the other numbers: `maxpool3/2`

            maxpool(3)    => ? -> relu
            3
                the size of maxpool stands in the word: `maxpool3`

            dropout(0.5f32)    => dropout(0.5f32) -> relu
            0.5f32
                the value takes a number, not `0.5f32`

            dropout(1e999)    => dropout(1e999) -> relu
            1e999
                the value takes a number, not `1e999`

            maxout(0)    => ? -> relu
            0
                the value cannot be zero

            relu(inplace)    => relu(inplace) -> relu
            inplace
                relu has no options

            fc-10(bias=position)    => ? -> relu
            position
                `bias` takes `true` or `false`, not `position`

            conv3-64(position)    => ? -> relu
            position
                unknown option `position`: conv has `pad`, `dilation`, `groups`, `bias`, `exact`, `floor`, `same`, `direct` and `fastest`

            gap(1 + 2)    => gap -> (<1> + <2>) -> relu
            (
                `->` is missing before `(`

            dropout(stride=2)    => dropout(stride=2) -> relu
            stride=2
                dropout has no stride

            maxpool(stride=2, pad=1)    => ? -> relu
            stride=2
                the stride is written `/2`, behind the other numbers: `maxpool3/2`

            upsample(2)    => ? -> relu
            2
                the size of upsample stands in the word: `upsample2`

            fc(10)    => ? -> relu
            10
                the number of outputs of fc is written `fc-10`

            widen(3)    => ? -> relu
            3
                the depth of widen is written `widen-3`

            bn(eps)    => bn(eps) -> relu
            eps
                `eps` needs a value: `eps=0.1`

            lrn(n=5 k=2)    => lrn(n=5 k=2) -> relu
            k
                `,` is missing before `k`

            conv3-64(Pad=1, PAD=1)    => ? -> relu
            PAD=1
                `pad` is given twice

        "#]],
    );
}

#[test]
fn chains() {
    mistakes(
        "struct Net { input 32x32x3 -> § }",
        &[
            "relu -> -> bn",
            "relu ->",
            "-> relu",
            "relu > bn",
            "relu => bn",
            "relu - bn",
            "relu - > bn",
            "relu --> bn",
            "conv3-64 - relu",
            "relu, bn",
            "relu; bn",
            "relu;",
            "relu,",
            "relu bn",
            "relu [bn]",
            "relu (bn + skip)",
            "[relu]x2",
            "[relu] x 2",
            "[relu]*",
            "[relu]*1.5",
            "[relu]*k",
            "[relu]*2*3",
            "2*[relu]",
            "relu*bn",
            "[relu] @ a * 2",
            "[relu] @ a @ b",
            "relu @ 3",
            "relu @ loop",
            "relu @",
            "[]",
            "()",
            "{}",
            "(relu)",
            "(relu + )",
            "(relu + bn | skip)",
            "(relu -> skip + bn)",
            "skip",
            "(skip*2 + relu)",
            "relu + bn",
            "relu | bn",
            "maxpool?",
            "relu & bn",
            "{a: relu} -> bn",
            "[{a: relu}]",
            "{a: relu, a: bn}",
            "{a: relu, bn}",
            "{relu}",
            "{a: relu}*2",
            "{a relu}",
            "{a: }",
            "{loop: relu}",
            "frozen",
            "frozen skip",
            "frozen -> relu",
            "shared relu",
            "shared",
            "input 3x3x3 -> relu",
            "Net2(3)",
            "a::b",
            "a::",
            "7x7x3*2",
            "'a'",
            "# relu",
            "conv3-64 -> cnv3-64 -> relu(1) bn -> (a | b)",
            "frozen input 3x3x3",
            "[relu -> ]",
            "relu -> , bn",
            "{a: fc-1 b: fc-2}",
            "{a: fc-1,, b: fc-2}",
            "/// doc\n relu /** doc */ -> #[x] bn",
            "[skip]",
            "[relu]/2",
        ],
        &expect![[r#"
            relu -> -> bn    => relu -> bn
            ->
                superfluous `->`

            relu ->    => relu
            ->
                a layer is missing behind this arrow

            -> relu    => relu
            ->
                superfluous `->`

            relu > bn    => relu -> bn
            >
                `>` stands where `->` should

            relu => bn    => relu -> bn
            =>
                `=>` stands where `->` should

            relu - bn    => relu -> bn
            -
                `-` stands where `->` should

            relu - > bn    => relu -> bn
            - >
                the arrow is written `->`, without a space

            relu --> bn    => relu -> bn
            -->
                the arrow is written `->`

            conv3-64 - relu    => conv3-64 -> relu
            -
                `-` stands where `->` should

            relu, bn    => relu -> bn
            ,
                `,` stands where `->` should

            relu; bn    => relu -> bn
            ;
                `;` ends a block only: between two layers stands `->`

            relu;    => relu
            ;
                only a block ends with `;`

            relu,    => relu
            ,
                nothing follows this `,`

            relu bn    => relu -> bn
            bn
                `->` is missing before `bn`

            relu [bn]    => relu -> [bn]
            [
                `->` is missing before `[`

            relu (bn + skip)    => relu -> (bn + skip)
            (
                `->` is missing before `(`

            [relu]x2    => [relu]*2
            x2
                a repeat is written with `*`: `[..]*2`

            [relu] x 2    => [relu]*2
            x
                a repeat is written with `*`: `[..]*2`

            [relu]*    => ?
            *
                the repeat is missing here

            [relu]*1.5    => ?
            1.5
                `1.5` is no whole number

            [relu]*k    => ?
            k
                `k` is no number: names for numbers are parameters of blocks

            [relu]*2*3    => [relu]*2
            *
                an item has one repeat: nest with `[[..]*2]*3`

            2*[relu]    => ?
            [
                the repeat stands behind what it repeats: `[..]*2`

            relu*bn    => ?
            bn
                the repeat stands behind what it repeats: `[..]*2`

            [relu] @ a * 2    => [relu]*2 @ a
            *
                the repeat stands before the name: `[..]*2 @ name`

            [relu] @ a @ b    => [relu] @ a
            @
                an item has one name

            relu @ 3    => relu
            3
                `3` is no name behind `@`: names begin with a letter

            relu @ loop    => relu
            loop
                `loop` is a keyword of Rust and cannot be the name behind `@`

            relu @    => relu
            @
                the name behind `@` is missing here

            []    => ?
            []
                nothing stands in these brackets

            ()    => ?
            ()
                nothing stands in these brackets

            {}    => ?
            {}
                heads need names and chains: `{ boxes: fc-4, classes: fc-21 }`

            (relu)    => [relu]
            (relu)
                one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`

            (relu + )    => (relu + ?)
            )
                nothing stands in this branch: the identity is written `skip`

            (relu + bn | skip)    => ?
            |
                `+` and `|` are mixed in one pair of brackets: put one of them in brackets of its own, `((a + b) | c)`

            (relu -> skip + bn)    => (relu + bn)
            skip
                `skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`

            skip    => ?
            skip
                `skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`

            (skip*2 + relu)    => (skip + relu)
            skip*2
                `skip` cannot be repeated or named

            relu + bn    => relu -> ?
            +
                `+` sums branches in brackets only: `(conv3-64 + skip)`

            relu | bn    => relu -> ?
            |
                `|` concatenates branches in brackets only: `(conv1-64 | conv3-64)`

            maxpool?    => maxpool
            ?
                `?` says no number: write `[maxpool]*1` or `[maxpool]*0`

            relu & bn    => relu -> ?
            &
                `&` has no meaning here: between two layers stands `->`

            {a: relu} -> bn    => ? -> bn
            {a: relu}
                heads `{ .. }` are the last step of the network

            [{a: relu}]    => [?]
            {a: relu}
                heads `{ .. }` are the last step of the network

            {a: relu, a: bn}    => {a: relu}
            a
                there are two heads `a`

            {a: relu, bn}    => {a: relu}
            bn
                a head's name is missing, `name: ..`; within one head, layers are connected with `->`

            {relu}    => ?
            relu
                a head's name is missing: `{ boxes: fc-4, classes: fc-21 }`

            {a: relu}*2    => ?
            {a: relu}*2
                the heads cannot be repeated or named

            {a relu}    => {a: relu}
            a
                `:` is missing behind the head's name

            {a: }    => {a: ?}
            }
                a layer is missing here

            {loop: relu}    => ?
            loop
                `loop` is a keyword of Rust and cannot be the name of the head

            frozen    => ?
            frozen
                `frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`

            frozen skip    => ?
            frozen
                `frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`

            frozen -> relu    => ? -> relu
            frozen
                `frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`

            shared relu    => ?
            relu
                `shared` stands before a block's call, and `relu` is no block

            shared    => ?
            shared
                `shared` stands before a block's call: `shared name(64)`

            input 3x3x3 -> relu    => ? -> relu
            input
                `input` stands once, at the beginning of the network's chain

            Net2(3)    => ?
            Net2
                `Net2` is neither a layer nor a block, and a network used as a layer stands alone: `Net2 -> 7x7x512`

            a::b    => network a::b

            a::    => ?
            a::
                this is no path to a network: write `Backbone` or `crate::nets::Backbone`

            7x7x3*2    => <7x7x3>
            7x7x3*2
                a stated volume cannot be repeated or named

            'a'    => ?
            'a'
                layers and numbers are written without quotes

            # relu    => ?
            #
                a layer is missing before `#`

            conv3-64 -> cnv3-64 -> relu(1) bn -> (a | b)    => conv3-64 -> ? -> relu(1) -> bn -> (? | ?)
            cnv3
                unknown word `cnv3`: did you mean `conv3`?
            1
                relu has no options
            bn
                `->` is missing before `bn`
            a
                unknown word `a`: it is neither a layer nor a block
            b
                unknown word `b`: it is neither a layer nor a block

            frozen input 3x3x3    => ?
            input
                `input` stands once, at the beginning of the network's chain

            [relu -> ]    => [relu]
            ->
                a layer is missing behind this arrow

            relu -> , bn    => relu -> ?
            ,
                a layer is missing before `,`

            {a: fc-1 b: fc-2}    => {a: fc-1, b: fc-2}
            b
                `,` is missing before `b`

            {a: fc-1,, b: fc-2}    => {a: fc-1, b: fc-2}
            ,
                superfluous `,`

            /// doc
             relu /** doc */ -> #[x] bn    => relu -> bn
            /// doc
                attributes and doc comments stand before the network only: a comment here begins with `//`
            /** doc */
                attributes and doc comments stand before the network only: a comment here begins with `//`
            #[x]
                attributes and doc comments stand before the network only: a comment here begins with `//`

            [skip]    => [?]
            skip
                `skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`

            [relu]/2    => [relu] -> ?
            /
                a stride `/2` stands directly behind a layer, and there is no arithmetic

        "#]],
    );
}

#[test]
fn blocks() {
    mistakes(
        "struct Net { § }",
        &[
            "block relu() = bn; input 3x3x3 -> relu",
            "block conv3(k) = bn; input 3x3x3 -> relu",
            "block Skip() = bn; input 3x3x3 -> relu",
            "block a() = bn; block a() = relu; input 3x3x3 -> a()",
            "block a = bn; input 3x3x3 -> a()",
            "block a() bn; input 3x3x3 -> a()",
            "block a(k) { conv3-k -> relu } input 3x3x3 -> a(64)",
            "block a(k, n) = conv3-k; input 3x3x3 -> a(64, -1)",
            "block a() = bn input 3x3x3 -> a()",
            "block a() = bn block b() = relu; input 3x3x3 -> a()",
            "block a() = ; input 3x3x3 -> a()",
            "block a(k, k) = conv3-k; input 3x3x3 -> a(1, 2)",
            "block a(floor) = conv3-floor; input 3x3x3 -> a(1)",
            "block a(3) = relu; input 3x3x3 -> a()",
            "block a(k j) = relu; input 3x3x3 -> a()",
            "block a(k) = convk-3; input 3x3x3 -> a(1)",
            "block a(width) = conv3-widht; input 3x3x3 -> a(1)",
            "block a(width) = conv3-64(widht); input 3x3x3 -> a(1)",
            "block a(k) = conv3-64(k) -> conv3-64(pad=l); input 3x3x3 -> a(1)",
            "block basic(k) = conv3-k; input 3x3x3 -> basik(1) -> basic -> basic(1.5) -> basic(z) -> basic(1 2) -> Basic(1)",
            "block a() = relu; input 3x3x3 -> shared b()",
            "input 3x3x3 -> a() block a() = relu;",
            "input 3x3x3 -> a(); block a() = relu;",
            "block a() = bn; relu",
            "3x3x3 -> relu",
            "input 3x3x3",
            "input 3x3x3 ->",
            "input -> relu -> cnv3-3",
            "input 3x3x3 relu",
            "",
            "block loop() = relu; input 3x3x3 -> relu",
            "block",
            "block a",
            "block a(k) = relu*k/2 -> b(k/2); block b(k) = relu*k; input 3x3x3 -> a(1)",
            "block a() => relu; input 3x3x3 -> a()",
            "block a(): relu; input 3x3x3 -> a()",
            "/// doc\n block a() = relu; #[a] input 3x3x3 -> a()",
            "block a() = relu;; input 3x3x3 -> a()",
            "block a(k) = conv3-64(bias=k); input 3x3x3 -> a(1)",
        ],
        &expect![[r#"
            block relu() = bn; input 3x3x3 -> relu    => relu
            relu
                a block cannot be called `relu`, which is a word of the language

            block conv3(k) = bn; input 3x3x3 -> relu    => relu
            conv3
                a block cannot be called `conv3`, which is a word of the language

            block Skip() = bn; input 3x3x3 -> relu    => relu
            Skip
                a block cannot be called `Skip`, which is a word of the language

            block a() = bn; block a() = relu; input 3x3x3 -> a()    => a()
            a
                there are two blocks `a`

            block a = bn; input 3x3x3 -> a()    => a()
            =
                a block has brackets, even without parameters: `block a() = ..;`

            block a() bn; input 3x3x3 -> a()    => a()
            bn
                `=` is missing before the block's chain

            block a(k) { conv3-k -> relu } input 3x3x3 -> a(64)    => a(64)
            {
                a block has no braces: `block name(k) = conv3-k -> relu;`

            block a(k, n) = conv3-k; input 3x3x3 -> a(64, -1)    => ?
            -
                there is no arithmetic here: write a number or a parameter

            block a() = bn input 3x3x3 -> a()    => a()
            input
                `;` is missing before this: it ends the block

            block a() = bn block b() = relu; input 3x3x3 -> a()    => a()
            block
                `;` is missing before this: it ends the block

            block a() = ; input 3x3x3 -> a()    => a()
            ;
                a layer is missing here

            block a(k, k) = conv3-k; input 3x3x3 -> a(1, 2)    => a(1, 2)
            k
                the block has two parameters `k`

            block a(floor) = conv3-floor; input 3x3x3 -> a(1)    => a(1)
            floor
                a parameter cannot be called `floor`, which options use

            block a(3) = relu; input 3x3x3 -> a()    => a()
            3
                `3` is no parameter: names begin with a letter

            block a(k j) = relu; input 3x3x3 -> a()    => a()
            j
                `,` is missing before `j`

            block a(k) = convk-3; input 3x3x3 -> a(1)    => a(1)
            convk
                unknown word `convk`: a parameter such as `k` cannot stand inside a word

            block a(width) = conv3-widht; input 3x3x3 -> a(1)    => a(1)
            widht
                there is no parameter `widht`: did you mean `width`?

            block a(width) = conv3-64(widht); input 3x3x3 -> a(1)    => a(1)
            widht
                unknown option `widht`: conv has `pad`, `dilation`, `groups`, `bias`, `exact`, `floor`, `same`, `direct` and `fastest`

            block a(k) = conv3-64(k) -> conv3-64(pad=l); input 3x3x3 -> a(1)    => a(1)
            k
                a value of conv needs the name of its option, `pad`, `dilation`, `groups` or `bias`; the number of filters is written as in `conv3-64`
            l
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `l`

            block basic(k) = conv3-k; input 3x3x3 -> basik(1) -> basic -> basic(1.5) -> basic(z) -> basic(1 2) -> Basic(1)    => ? -> ? -> ? -> ? -> ? -> ?
            basik
                unknown word `basik`: did you mean `basic`?
            basic
                a block is called with brackets: `basic(..)`
            1.5
                `1.5` is no whole number
            z
                `z` is no number: names for numbers are parameters of blocks
            2
                `,` is missing before `2`
            Basic
                unknown word `Basic`: did you mean `basic`?

            block a() = relu; input 3x3x3 -> shared b()    => ?
            b
                `shared` stands before a block's call, and `b` is no block

            input 3x3x3 -> a() block a() = relu;    => a()
            block
                blocks stand before `input`

            input 3x3x3 -> a(); block a() = relu;    => a()
            ;
                only a block ends with `;`
            block
                blocks stand before `input`

            block a() = bn; relu    => nothing
            relu
                the network's chain begins with its input: `input 224x224x3 ->`

            3x3x3 -> relu    => relu
            3x3x3
                the network's chain begins with its input: `input 224x224x3 ->`

            input 3x3x3    => ?
            input 3x3x3
                the network ends with its input: layers follow behind `->`

            input 3x3x3 ->    => ?
            ->
                a layer is missing behind this arrow

            input -> relu -> cnv3-3    => nothing
            input
                the input needs a volume: `input 224x224x3` (height, width, depth) or `input 784`
            cnv3
                unknown word `cnv3`: did you mean `conv3`?

            input 3x3x3 relu    => relu
            relu
                `->` is missing before `relu`

                => nothing
            Net
                Net has no input: it begins with `input 224x224x3 ->`

            block loop() = relu; input 3x3x3 -> relu    => relu
            loop
                `loop` is a keyword of Rust and cannot be the name of the block

            block    => nothing
            block
                the name of the block is missing here
            Net
                Net has no input: it begins with `input 224x224x3 ->`

            block a    => nothing
            block
                a block is written `block name(k) = conv3-k -> relu;`
            Net
                Net has no input: it begins with `input 224x224x3 ->`

            block a(k) = relu*k/2 -> b(k/2); block b(k) = relu*k; input 3x3x3 -> a(1)    => a(1)
            /
                a stride `/2` stands directly behind a layer, and there is no arithmetic
            /
                there is no arithmetic here: write a number or a parameter

            block a() => relu; input 3x3x3 -> a()    => a()
            =
                `=` is missing before the block's chain

            block a(): relu; input 3x3x3 -> a()    => a()
            :
                `=` is missing before the block's chain

            /// doc
             block a() = relu; #[a] input 3x3x3 -> a()    => a()
            /// doc
                attributes and doc comments stand before the network only: a comment here begins with `//`
            #[a]
                attributes and doc comments stand before the network only: a comment here begins with `//`

            block a() = relu;; input 3x3x3 -> a()    => a()
            ;
                superfluous `;`

            block a(k) = conv3-64(bias=k); input 3x3x3 -> a(1)    => a(1)
            k
                `bias` takes `true`, `false` or `position`, not `k`

        "#]],
    );
}

#[test]
fn frames() {
    mistakes(
        "§",
        &[
            "",
            "enum A {}",
            "pub VggD { input 3x3x3 -> relu }",
            "struct A;",
            "struct A<T> { }",
            "struct loop {}",
            "input 3x3x3 -> relu",
            "struct A { input 3x3x3 -> relu } struct B { }",
            "#[budget] struct A { input 3x3x3 -> relu }",
            "#[budget(parms <= 1M, macs = 3, macs < 3, train <= , train <= 3Q, train <= 1.5K, train <= 2, activations <= 99999999999G, 3)] struct A { input 3x3x3 -> relu }",
            "#[rounding(flor)] #[rounding(exact)] #[rounding(floor)] #[conv(fast)] #[conv(direct, fastest)] #[conv = 3] #[rounding()] struct A { input 3x3x3 -> relu }",
            "#[weights(f8)] #[weights(f61)] #[weights(16)] #[weights] #[weights(f16)] #[weights(f16)] struct A { input 3x3x3 -> relu }",
            "#[conv(direct)] struct A { input 3x3x3 -> relu -> cnv3-3 } nonsense",
        ],
        &expect![[r#"
                => nothing

                a network begins with a struct: `pub struct Name { input 224x224x3 -> .. }`

            enum A {}    => nothing
            enum
                a network begins with a struct: `pub struct Name { input 224x224x3 -> .. }`

            pub VggD { input 3x3x3 -> relu }    => nothing
            VggD
                a network begins with a struct: `pub struct Name { input 224x224x3 -> .. }`

            struct A;    => nothing
            ;
                the network stands in braces: `struct A { input 224x224x3 -> .. }`

            struct A<T> { }    => nothing
            <
                a network has no parameters of its own; its blocks have

            struct loop {}    => nothing
            loop
                the network needs a name: `struct Name { .. }`

            input 3x3x3 -> relu    => nothing
            input
                a network begins with a struct: `pub struct Name { input 224x224x3 -> .. }`

            struct A { input 3x3x3 -> relu } struct B { }    => relu
            struct B { }
                one `network!` holds one network: write a second `network!` for this

            #[budget] struct A { input 3x3x3 -> relu }    => relu
            budget
                this attribute is written `#[budget(params <= 140M)]`

            #[budget(parms <= 1M, macs = 3, macs < 3, train <= , train <= 3Q, train <= 1.5K, train <= 2, activations <= 99999999999G, 3)] struct A { input 3x3x3 -> relu }    => relu
            parms
                unknown word `parms`: did you mean `params`?
            =
                a budget is written with `<=`: `macs <= 140M`
            <
                a budget is written with `<=`: `macs <= 140M`
            =
                the budget's amount is missing: write `140M` or `64MiB` (K, M, G are decimal, KiB, MiB, GiB binary)
            3Q
                `3Q` is no amount that can be counted: write `140M` or `64MiB` (K, M, G are decimal, KiB, MiB, GiB binary)
            train <= 2
                this budget is given twice
            99999999999G
                `99999999999G` is no amount that can be counted: write `140M` or `64MiB` (K, M, G are decimal, KiB, MiB, GiB binary)
            3
                this attribute is written `#[budget(params <= 140M)]`

            #[rounding(flor)] #[rounding(exact)] #[rounding(floor)] #[conv(fast)] #[conv(direct, fastest)] #[conv = 3] #[rounding()] struct A { input 3x3x3 -> relu }    => relu
            flor
                unknown word `flor`: did you mean `floor`?
            rounding(floor)
                `rounding` is given twice
            fast
                unknown word `fast`: did you mean `fastest`?
            ,
                this attribute takes one word: `#[conv(direct)]`
            conv = 3
                this attribute is written `#[conv(direct)]`
            rounding()
                this attribute is written `#[rounding(floor)]`

            #[weights(f8)] #[weights(f61)] #[weights(16)] #[weights] #[weights(f16)] #[weights(f16)] struct A { input 3x3x3 -> relu }    => relu
            f8
                unknown word `f8`: write `f16`
            f61
                unknown word `f61`: did you mean `f16`?
            16
                this attribute is written `#[weights(f16)]`
            weights
                this attribute is written `#[weights(f16)]`
            weights(f16)
                `weights` is given twice

            #[conv(direct)] struct A { input 3x3x3 -> relu -> cnv3-3 } nonsense    => relu -> ?
            nonsense
                one `network!` holds one network: write a second `network!` for this
            cnv3
                unknown word `cnv3`: did you mean `conv3`?

        "#]],
    );
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("(skip + ", ")"), ("{a: ", "}"), ("frozen ", "")] {
        let source = format!("{}relu{}", open.repeat(500), close.repeat(500));
        let (_, errors) = read(&format!("struct Net {{ input 3x3x3 -> {source} }}"));
        assert_eq!(errors.matches("nested more than").count(), 1, "{errors}");
        assert_eq!(errors.lines().count(), 2, "{errors}");
    }
}

/// Random tokens: reading ends, and a step is unknown only after an error.
#[test]
fn every_input_is_read() {
    let parts = [
        "->", "-", "*", "@", "2", "x", "conv3", "relu", "(", "[", "{", ",", ";", "+", "|", "frozen", "shared", "block",
        "input", "=", ":", "k", "dropout", "basic",
    ];
    let mut state = 7_u64;
    for _ in 0..4000 {
        let mut source = String::new();
        let mut open = Vec::new();
        for _ in 0..14 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let part = parts[(state >> 33) as usize % parts.len()];
            match part {
                "(" => open.push(")"),
                "[" => open.push("]"),
                "{" => open.push("}"),
                _ => {}
            }
            source += part;
            source.push(' ');
            if state >> 62 == 0 {
                source += open.pop().unwrap_or_default();
            }
        }
        source.extend(open.into_iter().rev());
        let (network, errors) = read(&format!("struct Net {{ block basic(k) = relu; input 3x3x3 -> {source} }}"));
        let unknown = network.is_some_and(|network| shapes(&network.chain).contains('?'));
        assert!(!unknown || !errors.is_empty(), "{source}");
    }
}
