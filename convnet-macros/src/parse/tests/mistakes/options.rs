//! Options of layers.

use expect_test::expect;

use super::mistakes;

#[test]
fn options() {
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
            "dropout(50%)",
            "bn(momentum=12.5%, eps=-1%)",
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
            "leaky_relu(1e40)",
            "clipped_relu(4e38)",
            "bn(eps=1e39)",
            "lrn(alpha=1e300, beta=-1e40, k=1e39)",
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
                unknown option `kernel_size` of conv: the size stands in the word, as in `conv3-64`
            padding
                unknown option `padding` of conv: did you mean `pad`?

            dropout(50%)    => dropout(50%) -> relu
            50%
                a share is a number: write `0.5` for 50 %

            bn(momentum=12.5%, eps=-1%)    => bn(momentum=12.5%,eps=-1%) -> relu
            12.5%
                a share is a number: write `0.125` for 12.5 %
            -1%
                there is no arithmetic here: write a number or a parameter

            relu(3)    => relu(3) -> relu
            3
                relu has no options

            relu()    => relu() -> relu
            ()
                nothing stands in these brackets: write `relu`

            bn(3)    => bn(3) -> relu
            3
                a value of bn needs the name of its option, `eps` or `momentum`; the number of channels is known: `bn`

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
                unknown option `size` of lrn: the number of channels is `n=5`

            maxpool2(stride=2)    => ? -> relu
            stride=2
                the stride is written `/2`, behind the other numbers: `maxpool3/2`

            maxpool(3)    => ? -> relu
            maxpool(3)
                a layer's numbers are part of it: write `maxpool3`

            dropout(0.5f32)    => dropout(0.5f32) -> relu
            0.5f32
                the value takes a number, not `0.5f32`

            dropout(1e999)    => dropout(1e999) -> relu
            1e999
                the value takes a number, and `1e999` is too large for one of 32 bits

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

            leaky_relu(1e40)    => leaky_relu(1e40) -> relu
            1e40
                the value takes a number, and `1e40` is too large for one of 32 bits

            clipped_relu(4e38)    => clipped_relu(4e38) -> relu
            4e38
                the value takes a number, and `4e38` is too large for one of 32 bits

            bn(eps=1e39)    => bn(eps=1e39) -> relu
            1e39
                `eps` takes a number, and `1e39` is too large for one of 32 bits

            lrn(alpha=1e300, beta=-1e40, k=1e39)    => lrn(alpha=1e300, beta=-1e40, k=1e39) -> relu
            1e300
                `alpha` takes a number, and `1e300` is too large for one of 32 bits
            -1e40
                `beta` takes a number, and `-1e40` is too large for one of 32 bits
            1e39
                `k` takes a number, and `1e39` is too large for one of 32 bits

        "#]],
    );
}
