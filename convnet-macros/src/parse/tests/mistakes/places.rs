//! Numbers and options that stand in the wrong place, and floats that Rust reads in pieces.

use expect_test::expect;

use super::{mistakes, suggestions_are_read};

#[test]
fn numbers_in_the_wrong_place() {
    mistakes(
        "struct Net { input 32x32x3 -> § -> relu }",
        &[
            "conv3-64(pad=1)/2",
            "conv3-64/2/2",
            "conv3-64/2(pad=1)/2",
            "conv3(pad=1)-64/2x1",
            "conv3-64(pad=1)(floor)",
            "conv3-64(pad=1)-64",
            "maxpool(pad=1)/2(floor)",
            "conv3/2(pad=1)-64",
            "conv3(pad=1)/2-64",
            "conv3(pad=1)/2",
            "conv(pad=1)-64",
            "conv3(pad=1)-64-64",
            "conv3-64(pad=1)/",
            "dwconv3(pad=1)-64",
            "maxpool(pad=1)-3",
            "maxpool3(pad=1)-3",
            "bn(eps=1e-3)-64",
            "dropout(0.5)-2",
            "fc-10(bias=false)/2",
            "dropout(0.5)/2",
            "relu(1)(2)",
            "conv3-64(pad=1) (relu + skip)",
            "dropout(.5)",
            "bn(eps=-.5)",
            "bn(.5)",
            "dropout .5",
            "dropout-.5",
            "dropout0.5",
            "dropout50",
            "dropout-50",
            "dropout=0.5",
            "leaky_relu0.1",
            "upsample1.5",
            "maxpool3.0/2",
            "conv3.5-64",
            "relu.5",
            "dropout_0.5",
            "dropout_50",
            "leaky_relu_0.1",
            "dropout2",
            "dropout(1/2)",
            "dropout(1/0)",
            "dropout(1-0.5)",
            "conv3-64(pad=4/2, floor)",
        ],
        &expect![[r#"
            conv3-64(pad=1)/2    => ? -> relu
            /2
                numbers stand before the options: write `conv3-64/2(pad=1)`

            conv3-64/2/2    => ? -> relu
            /2
                the stride is given twice

            conv3-64/2(pad=1)/2    => ? -> relu
            /2
                the stride is given twice

            conv3(pad=1)-64/2x1    => ? -> relu
            -64/2x1
                numbers stand before the options: write `conv3-64/2x1(pad=1)`

            conv3-64(pad=1)(floor)    => ? -> relu
            (floor)
                all options stand in one pair of brackets: `(pad=1, floor)`

            conv3-64(pad=1)-64    => ? -> relu
            -64
                the number of filters is given twice

            maxpool(pad=1)/2(floor)    => ? -> relu
            /2(floor)
                numbers stand before the options: write `maxpool/2(pad=1, floor)`

            conv3/2(pad=1)-64    => ? -> relu
            -64
                numbers stand before the options: write `conv3-64/2(pad=1)`

            conv3(pad=1)/2-64    => ? -> relu
            /2-64
                numbers stand before the options: write `conv3-64/2(pad=1)`

            conv3(pad=1)/2    => ? -> relu
            conv3(pad=1)/2
                conv3(pad=1)/2 needs a number of filters: `conv3-64`

            conv(pad=1)-64    => ? -> relu
            conv(pad=1)-64
                conv(pad=1)-64 needs a size: `conv3-64`

            conv3(pad=1)-64-64    => ? -> relu
            -64-64
                the number of filters is given twice

            conv3-64(pad=1)/    => ? -> relu
            /
                the stride is missing here

            dwconv3(pad=1)-64    => ? -> relu
            -64
                dwconv has no number of filters: it has one for each channel

            maxpool(pad=1)-3    => ? -> relu
            -3
                maxpool has no number of filters; its size stands in the word: `maxpool3`

            maxpool3(pad=1)-3    => ? -> relu
            -3
                maxpool takes no second number

            bn(eps=1e-3)-64    => bn(eps=1e-3)-64 -> relu
            -64
                bn takes no number

            dropout(0.5)-2    => dropout(0.5)-2 -> relu
            -2
                dropout takes one number, in brackets: `dropout(0.5)`

            fc-10(bias=false)/2    => ? -> relu
            /2
                fc has no stride

            dropout(0.5)/2    => dropout(0.5)/2 -> relu
            /2
                dropout has no stride

            relu(1)(2)    => relu(1)(2) -> relu
            1
                relu has no options

            conv3-64(pad=1) (relu + skip)    => conv3-64(pad=1) -> (relu + skip) -> relu
            (
                `->` is missing before `(`

            dropout(.5)    => dropout(.5) -> relu
            .5
                a number begins with a digit: write `0.5`

            bn(eps=-.5)    => bn(eps=-.5) -> relu
            -.5
                a number begins with a digit: write `-0.5`

            bn(.5)    => bn(.5) -> relu
            .5
                a value of bn needs the name of its option, `eps` or `momentum`; the number of channels is known: `bn`

            dropout .5    => dropout.5 -> relu
            dropout .5
                the number of dropout stands in brackets: `dropout(0.5)`

            dropout-.5    => dropout-.5 -> relu
            dropout-.5
                the number of dropout stands in brackets: `dropout(0.5)`

            dropout0.5    => dropout0.5 -> relu
            dropout0.5
                the number of dropout stands in brackets: `dropout(0.5)`

            dropout50    => dropout50 -> relu
            dropout50
                dropout takes no size: did you mean `dropout(0.5)`?

            dropout-50    => dropout-50 -> relu
            50
                the number of dropout stands in brackets: `dropout(0.5)`

            dropout=0.5    => dropout=0.5 -> relu
            0.5
                the number of dropout stands in brackets: `dropout(0.5)`

            leaky_relu0.1    => leaky_relu0.1 -> relu
            leaky_relu0.1
                the number of leaky_relu stands in brackets: `leaky_relu(0.1)`

            upsample1.5    => ? -> relu
            upsample1.5
                `1.5` is no size of upsample: a size is a whole number, as in `upsample2`

            maxpool3.0/2    => ? -> relu
            maxpool3.0
                a size is a whole number: write `maxpool3`

            conv3.5-64    => ? -> relu
            conv3.5
                `3.5` is no size of conv: a size is a whole number, as in `conv3-64`

            relu.5    => relu.5 -> relu
            relu.5
                relu takes no number

            dropout_0.5    => ? -> relu
            dropout_0.5
                the number of dropout stands in brackets: `dropout(0.5)`

            dropout_50    => ? -> relu
            dropout_50
                the number of dropout stands in brackets: `dropout(0.5)`

            leaky_relu_0.1    => ? -> relu
            leaky_relu_0.1
                the number of leaky_relu stands in brackets: `leaky_relu(0.1)`

            dropout2    => dropout2 -> relu
            dropout2
                dropout takes no size: its number stands in brackets, and is the part that is dropped, at least 0 and less than 1: `dropout(0.5)`

            dropout(1/2)    => dropout(1/2) -> relu
            1/2
                there is no arithmetic here: write `0.5`

            dropout(1/0)    => dropout(1/0) -> relu
            1/0
                there is no arithmetic here: write a number or a parameter

            dropout(1-0.5)    => dropout(1-0.5) -> relu
            -
                there is no arithmetic here: write a number or a parameter

            conv3-64(pad=4/2, floor)    => ? -> relu
            /
                there is no arithmetic here: write a number or a parameter

        "#]],
    );
}

#[test]
fn parameters_behind_options() {
    let frame = "struct Net { block b(k) = §; input 32x32x3 -> b(2) }";
    let sources = [
        "conv3(pad=1)-k",
        "conv3(pad=1)/k-64",
        "conv3/2-k",
        "maxpool(pad=1)-k",
        "conv3-64(pad=1)/",
        "conv3-k(pad=1)/ relu",
    ];
    suggestions_are_read(frame, &sources);
    mistakes(
        frame,
        &sources,
        &expect![[r#"
            conv3(pad=1)-k    => b(2)
            -k
                numbers stand before the options: write `conv3-k(pad=1)`

            conv3(pad=1)/k-64    => b(2)
            /k-64
                numbers stand before the options: write `conv3-64/k(pad=1)`

            conv3/2-k    => b(2)
            k
                the number of filters stands before the stride: `conv3-64/2`

            maxpool(pad=1)-k    => b(2)
            -k
                maxpool has no number of filters; its size stands in the word: `maxpool3/2`

            conv3-64(pad=1)/    => b(2)
            /
                the stride is missing here

            conv3-k(pad=1)/ relu    => b(2)
            /
                `/` stands where `->` should

        "#]],
    );
}
