//! Numbers beside a layer, as papers write them, and signs of other languages.

use expect_test::expect;

use super::{mistakes, suggestions_are_read};

#[test]
fn numbers_beside_a_layer() {
    let frame = "struct Net { input 32x32x3 -> § -> relu }";
    let sources = [
        "3x3 conv-64",
        "3x3 conv, 64",
        "7x7 conv, 64, /2",
        "3x3, 64",
        "3x3-128",
        "64 conv3",
        "5x5x3 conv-10",
        "3x3 max pool, /2",
        "2x2 maxpool, stride 2",
        "conv 3x3-64",
        "conv 3x3 64",
        "conv 3, 64 filters",
        "conv3, 64",
        "maxpool 3, 2",
        "conv3-64 stride 2",
        "conv3-64 stride=2, padding=1",
        "conv3-64, stride (2, 1)",
        "conv3-64 s2 p1",
        "conv3-64/2 padding same",
        "conv3-64 floor",
        "conv3-64 dilation 2 groups 4",
        "maxpool size=3 stride=2",
        "fc 64 units",
        "fc-64 stride 2",
        "relu stride 2",
        "784 fc-10",
        "32x32x3 conv3-8",
    ];
    suggestions_are_read(frame, &sources);
    mistakes(
        frame,
        &sources,
        &expect![[r#"
        3x3 conv-64    => ? -> relu
        3x3 conv-64
            a layer's numbers are part of it: write `conv3-64`

        3x3 conv, 64    => ? -> relu
        3x3 conv, 64
            a layer's numbers are part of it: write `conv3-64`

        7x7 conv, 64, /2    => ? -> relu
        7x7 conv, 64, /2
            a layer's numbers are part of it: write `conv7-64/2`

        3x3, 64    => ? -> relu
        3x3, 64
            a layer's numbers are part of it: write `conv3-64`

        3x3-128    => ? -> relu
        3x3-128
            a layer's numbers are part of it: write `conv3-128`

        64 conv3    => ? -> relu
        64 conv3
            a layer's numbers are part of it: write `conv3-64`

        5x5x3 conv-10    => ? -> relu
        5x5x3 conv-10
            a layer's numbers are part of it: write `conv5-10`

        3x3 max pool, /2    => ? -> relu
        3x3 max pool, /2
            a layer's numbers are part of it: write `maxpool3/2`

        2x2 maxpool, stride 2    => ? -> relu
        2x2 maxpool, stride 2
            a layer's numbers are part of it: write `maxpool2`

        conv 3x3-64    => ? -> relu
        conv 3x3-64
            a layer's numbers are part of it: write `conv3-64`

        conv 3x3 64    => ? -> relu
        conv 3x3 64
            a layer's numbers are part of it: write `conv3-64`

        conv 3, 64 filters    => ? -> relu
        conv 3, 64 filters
            a layer's numbers are part of it: write `conv3-64`

        conv3, 64    => ? -> relu
        , 64
            a layer's numbers are part of it: write `conv3-64`

        maxpool 3, 2    => ? -> <2> -> relu
        maxpool 3
            a layer's numbers are part of it: write `maxpool3`
        ,
            `,` stands where `->` should

        conv3-64 stride 2    => ? -> relu
        stride 2
            a layer's numbers are part of it: write `conv3-64/2`

        conv3-64 stride=2, padding=1    => ? -> relu
        stride=2, padding=1
            a layer's numbers are part of it: write `conv3-64/2(pad=1)`

        conv3-64, stride (2, 1)    => ? -> relu
        , stride (2, 1)
            a layer's numbers are part of it: write `conv3-64/2x1`

        conv3-64 s2 p1    => ? -> relu
        s2 p1
            a layer's numbers are part of it: write `conv3-64/2(pad=1)`

        conv3-64/2 padding same    => ? -> relu
        padding same
            a layer's numbers are part of it: write `conv3-64/2(same)`

        conv3-64 floor    => ? -> relu
        floor
            a layer's numbers are part of it: write `conv3-64(floor)`

        conv3-64 dilation 2 groups 4    => ? -> relu
        dilation 2 groups 4
            a layer's numbers are part of it: write `conv3-64(dilation=2, groups=4)`

        maxpool size=3 stride=2    => ? -> relu
        size=3 stride=2
            a layer's numbers are part of it: write `maxpool3/2`

        fc 64 units    => ? -> relu
        64
            `-` is missing before `64`: the number of outputs is written as in `fc-1000`

        fc-64 stride 2    => fc-64 -> ? -> relu
        stride 2
            numbers stand in the layer's word, as `conv3-64/2`, and options in brackets behind it: `conv3-64(pad=1)`

        relu stride 2    => relu -> ? -> relu
        stride 2
            numbers stand in the layer's word, as `conv3-64/2`, and options in brackets behind it: `conv3-64(pad=1)`

        784 fc-10    => <784> -> fc-10 -> relu
        fc
            `->` is missing before `fc`

        32x32x3 conv3-8    => <32x32x3> -> conv3-8 -> relu
        conv3
            `->` is missing before `conv3`

    "#]],
    );
}

#[test]
fn signs_of_other_languages() {
    mistakes(
        "struct Net { block b(k) = relu -> §; input 32x32x3 -> b(2) }",
        &[
            "conv3-$c",
            "conv3-$k",
            "conv3-8(pad=$k)",
            "conv3-8/$k",
            "conv3:64",
            "conv3-64s2",
            "conv3-64/relu/maxpool",
            "conv3-64 | relu | bn",
            "relu(conv3-64)",
            "maxpool(relu(conv3-64))",
            "maxpool (conv3-64 + skip)",
            "conv3-64 as b",
            "x = conv3-64 -> relu",
            "let x = conv3-64",
            "for i in 0..2 { relu }",
            "[convolutional] filters=64 size=3",
        ],
        &expect![[r#"
            conv3-$c    => b(2)
            $c
                `$c` is no number: names for numbers are parameters of blocks, without `$`

            conv3-$k    => b(2)
            $k
                a parameter is written without `$`: `k`

            conv3-8(pad=$k)    => b(2)
            $k
                a parameter is written without `$`: `k`

            conv3-8/$k    => b(2)
            $k
                a parameter is written without `$`: `k`

            conv3:64    => b(2)
            :
                the number of filters stands behind `-`, as in `conv3-64`

            conv3-64s2    => b(2)
            64s2
                the stride stands behind `/`: write `64/2`

            conv3-64/relu/maxpool    => b(2)
            /
                `/` stands where `->` should
            /
                `/` stands where `->` should

            conv3-64 | relu | bn    => b(2)
            |
                `|` concatenates branches in brackets only: `(conv1-64 | conv3-64)`

            relu(conv3-64)    => b(2)
            relu(conv3-64)
                layers follow one another: write `conv3-64 -> relu`

            maxpool(relu(conv3-64))    => b(2)
            maxpool(relu(conv3-64))
                layers follow one another: write `conv3-64 -> relu -> maxpool`

            maxpool (conv3-64 + skip)    => b(2)
            (
                `->` is missing before `(`

            conv3-64 as b    => b(2)
            as b
                a name stands behind `@`: write `@ b`

            x = conv3-64 -> relu    => b(2)
            x
                there are no variables: layers follow one another, `conv3-64 -> relu`, and branches stand in brackets, `(conv3-64 + skip)`

            let x = conv3-64    => b(2)
            let
                there are no variables: layers follow one another, `conv3-64 -> relu`, and branches stand in brackets, `(conv3-64 + skip)`

            for i in 0..2 { relu }    => b(2)
            for
                a repeat stands behind what it repeats: `[conv3-64 -> relu]*2`

            [convolutional] filters=64 size=3    => b(2)
            convolutional
                unknown word `convolutional`: did you mean `conv3-64`?
            filters=64 size=3
                numbers stand in the layer's word, as `conv3-64/2`, and options in brackets behind it: `conv3-64(pad=1)`

        "#]],
    );
    mistakes(
        "struct Net { input 32x32x3 -> § }",
        &["{ a: relu, b }"],
        &expect![[r#"
        { a: relu, b }    => {a: relu}
        b
            a head has a name and layers: `b: fc-10`

    "#]],
    );
}
