//! Options of other frameworks.

use expect_test::expect;

use super::mistakes;

#[test]
fn options_of_other_frameworks() {
    mistakes(
        "struct Net { input 32x32x3 -> § -> relu }",
        &[
            "conv3-64(valid)",
            "conv3-64(pad=valid)",
            "conv3-64(padding=same)",
            "conv3-64(padding=\"valid\")",
            "maxpool(valid)",
            "relu(valid)",
            "conv3-64(no_bias)",
            "fc-10(use_bias=false)",
            "maxpool(no_bias)",
            "conv3-64(activation=relu)",
            "fc-10(relu)",
            "conv3-64(pad=(1, 1))",
            "conv3-64(pad=[2, 1])",
            "conv3-64(pad=(k, 1))",
            "conv3-64(stride=(2, 2))",
            "conv3-64(strides=(2, 1))",
            "conv3-64(stride: 2)",
            "conv3-64(kernel=3)",
            "conv3-64(filters=64)",
            "fc-10(units=10)",
            "conv3-64(in_channels=3)",
            "lrn(size=5)",
            "conv3-64(depthwise)",
            "dwconv3(depthwise)",
        ],
        &expect![[r#"
            conv3-64(valid)    => ? -> relu
            valid
                unknown option `valid` of conv: no padding is `pad=0`

            conv3-64(pad=valid)    => ? -> relu
            valid
                no padding is `pad=0`

            conv3-64(padding=same)    => ? -> relu
            padding
                unknown option `padding` of conv: `same` stands alone: `(same)`

            conv3-64(padding="valid")    => ? -> relu
            padding
                unknown option `padding` of conv: no padding is `pad=0`

            maxpool(valid)    => ? -> relu
            valid
                unknown option `valid` of maxpool: no padding is `pad=0`

            relu(valid)    => relu(valid) -> relu
            valid
                relu has no options

            conv3-64(no_bias)    => ? -> relu
            no_bias
                unknown option `no_bias` of conv: a layer without bias has `bias=false`

            fc-10(use_bias=false)    => ? -> relu
            use_bias
                unknown option `use_bias` of fc: a layer without bias has `bias=false`

            maxpool(no_bias)    => ? -> relu
            no_bias
                unknown option `no_bias`: maxpool has `pad`, `exact`, `floor`, `ceil` and `same`

            conv3-64(activation=relu)    => ? -> relu
            activation
                unknown option `activation` of conv: an activation is a layer of its own: `conv3-64 -> relu`

            fc-10(relu)    => ? -> relu
            relu
                unknown option `relu` of fc: it is a layer of its own: `fc-1000 -> relu`

            conv3-64(pad=(1, 1))    => ? -> relu
            (1, 1)
                numbers stand without brackets, and a pair is `2x1` (height, width): write `pad=1`

            conv3-64(pad=[2, 1])    => ? -> relu
            [2, 1]
                numbers stand without brackets, and a pair is `2x1` (height, width): write `pad=2x1`

            conv3-64(pad=(k, 1))    => ? -> relu
            (k, 1)
                `pad` takes a whole number or a pair, as `1` or `2x1`, not `(k, 1)`

            conv3-64(stride=(2, 2))    => ? -> relu
            stride=(2, 2)
                the stride is written `/2`, behind the other numbers: `conv3-64/2`

            conv3-64(strides=(2, 1))    => ? -> relu
            strides=(2, 1)
                the stride is written `/2x1`, behind the other numbers: `conv3-64/2x1`

            conv3-64(stride: 2)    => ? -> relu
            stride: 2
                the stride is written `/2`, behind the other numbers: `conv3-64/2`

            conv3-64(kernel=3)    => ? -> relu
            kernel
                unknown option `kernel` of conv: the size stands in the word, as in `conv3-64`

            conv3-64(filters=64)    => ? -> relu
            filters
                unknown option `filters` of conv: the number of filters stands behind `-`, as in `conv3-64`

            fc-10(units=10)    => ? -> relu
            units
                unknown option `units` of fc: the number of outputs stands behind `-`, as in `fc-1000`

            conv3-64(in_channels=3)    => ? -> relu
            in_channels
                unknown option `in_channels` of conv: what comes in is known from the layer before

            lrn(size=5)    => lrn(size=5) -> relu
            size
                unknown option `size` of lrn: the number of channels is `n=5`

            conv3-64(depthwise)    => ? -> relu
            depthwise
                unknown option `depthwise` of conv: a depthwise convolution is `dwconv3`

            dwconv3(depthwise)    => ? -> relu
            depthwise
                unknown option `depthwise`: dwconv has `pad`, `dilation`, `bias`, `exact`, `floor`, `same`, `direct` and `fastest`

        "#]],
    );
}
