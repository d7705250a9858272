//! What repeats, joins and names: signs that other languages have.

use expect_test::expect;

use super::mistakes;

#[test]
fn signs_of_other_languages() {
    mistakes(
        "struct Net { input 32x32x3 -> § }",
        &[
            "[relu]2 -> bn",
            "[relu]**2",
            "[relu]*x2",
            "[relu]^2",
            "[relu](2)",
            "[relu]*(2)",
            "(relu + skip)2",
            "conv3-8 2",
            "Net2 10",
            "relu 32x32x3",
            "2[relu]",
            "2x [relu]",
            "[relu]**k",
            "(conv3-3 - skip)",
            "(conv3-3 -> bn - skip)",
            "(conv3-3, skip)",
            "(conv3-3 & skip)",
            "(conv3-3 * skip)",
            "(conv3-3 skip)",
            "((conv3-3 - skip) | skip)",
            "(conv3-3) + skip",
            "(conv3-3) | skip -> bn",
            "[(conv3-3) + skip] -> bn",
            "((conv3-3) + skip)",
            "(a: fc-10, b: fc-3)",
            "{a = fc-10, b = fc-3}",
            "{a -> fc-10, b => fc-3}",
            "{cnv3 -> relu}",
        ],
        &expect![[r#"
            [relu]2 -> bn    => [relu]*2 -> bn
            2
                a repeat is written with `*`: `[..]*2`

            [relu]**2    => [relu]*2
            **2
                a repeat is written with `*`: `[..]*2`

            [relu]*x2    => [relu]*2
            *x2
                a repeat is written with `*`: `[..]*2`

            [relu]^2    => [relu]*2
            ^2
                a repeat is written with `*`: `[..]*2`

            [relu](2)    => [relu]*2
            (2)
                a repeat is written with `*`: `[..]*2`

            [relu]*(2)    => [relu]*2
            *(2)
                a repeat is written with `*`: `[..]*2`

            (relu + skip)2    => (relu + skip)*2
            2
                a repeat is written with `*`: `[..]*2`

            conv3-8 2    => conv3-8*2
            2
                a repeat is written with `*`: `[..]*2`

            Net2 10    => network Net2 -> <10>
            10
                `->` is missing before `10`

            relu 32x32x3    => relu -> <32x32x3>
            32x32x3
                `->` is missing before `32x32x3`

            2[relu]    => ?
            2
                the repeat stands behind what it repeats: `[..]*2`

            2x [relu]    => ?
            2x
                the repeat stands behind what it repeats: `[..]*2`

            [relu]**k    => ?
            k
                `k` is no number: names for numbers are parameters of blocks

            (conv3-3 - skip)    => ?
            -
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            (conv3-3 -> bn - skip)    => ?
            -
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            (conv3-3, skip)    => ?
            ,
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            (conv3-3 & skip)    => ?
            &
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            (conv3-3 * skip)    => ?
            *
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            (conv3-3 skip)    => ?
            skip
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            ((conv3-3 - skip) | skip)    => (? | skip)
            -
                branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`

            (conv3-3) + skip    => [conv3-3] -> ?
            (conv3-3)
                one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`

            (conv3-3) | skip -> bn    => [conv3-3] -> ? -> bn
            (conv3-3)
                one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`

            [(conv3-3) + skip] -> bn    => [[conv3-3] -> ?] -> bn
            (conv3-3)
                one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`

            ((conv3-3) + skip)    => ([conv3-3] + skip)
            (conv3-3)
                one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`

            (a: fc-10, b: fc-3)    => ?
            (a: fc-10, b: fc-3)
                heads stand in braces: `{ boxes: fc-4, classes: fc-21 }`

            {a = fc-10, b = fc-3}    => {a: fc-10, b: fc-3}
            =
                `:` is missing behind the head's name
            =
                `:` is missing behind the head's name

            {a -> fc-10, b => fc-3}    => {a: fc-10, b: fc-3}
            ->
                `:` is missing behind the head's name
            =>
                `:` is missing behind the head's name

            {cnv3 -> relu}    => ?
            cnv3
                a head's name is missing: `{ boxes: fc-4, classes: fc-21 }`
            cnv3
                unknown word `cnv3`: did you mean `conv3`?

        "#]],
    );
}
