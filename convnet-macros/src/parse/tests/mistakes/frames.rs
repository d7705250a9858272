//! What stands around a chain: the struct, its attributes, and what does not belong there.

use expect_test::expect;

use super::mistakes;

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
            "#[derive(Debug, std::clone::Clone)] struct Net { input 3x3x3 -> relu }",
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

            #[derive(Debug, std::clone::Clone)] struct Net { input 3x3x3 -> relu }    => relu
            std::clone::Clone
                a network has `Clone` already: leave it out

        "#]],
    );
}

#[test]
fn attributes() {
    mistakes(
        "§ struct Net { input 3x3x3 -> conv3-3 -> fc-3 }",
        &[
            "#[weight(f16)]",
            "#[f16]",
            "#[floor]",
            "#[budgets(params <= 3M)]",
            "#[params(3M)]",
            "#[convolution(direct)]",
            "#![rounding(floor)]",
            "/// doc\n #[doc = \"a\"] #[allow(dead_code)] #[deny(warnings)] #[warn(missing_docs)] #[expect(dead_code)] #[forbid(unsafe_code)]",
            "#[must_use] #[deprecated] #[cfg(test)] #[cfg_attr(test, allow(dead_code))] #[non_exhaustive] #[repr(C)] #[derive(Debug)] #[rustfmt::skip]",
            "#[Budget(params <= 3M)]",
            "#[convert] #[conf] #[weighted] #[widget] #[train] #[limit] #[round] #[half] #[same] #[direct] #[padding]",
        ],
        &expect![[r##"
            #[weight(f16)]    => conv3-3 -> fc-3
            weight
                unknown attribute `weight`: did you mean `#[weights(f16)]`?

            #[f16]    => conv3-3 -> fc-3
            f16
                unknown attribute `f16`: did you mean `#[weights(f16)]`?

            #[floor]    => conv3-3 -> fc-3
            floor
                unknown attribute `floor`: did you mean `#[rounding(floor)]`?

            #[budgets(params <= 3M)]    => conv3-3 -> fc-3
            budgets
                unknown attribute `budgets`: did you mean `#[budget(params <= 140M)]`?

            #[params(3M)]    => conv3-3 -> fc-3
            params
                unknown attribute `params`: did you mean `#[budget(params <= 140M)]`?

            #[convolution(direct)]    => conv3-3 -> fc-3
            convolution
                unknown attribute `convolution`: did you mean `#[conv(direct)]`?

            #![rounding(floor)]    => nothing
            !
                an attribute of a network is written `#[..]`, without `!`

            /// doc
             #[doc = "a"] #[allow(dead_code)] #[deny(warnings)] #[warn(missing_docs)] #[expect(dead_code)] #[forbid(unsafe_code)]    => conv3-3 -> fc-3

            #[must_use] #[deprecated] #[cfg(test)] #[cfg_attr(test, allow(dead_code))] #[non_exhaustive] #[repr(C)] #[derive(Debug)] #[rustfmt::skip]    => conv3-3 -> fc-3

            #[Budget(params <= 3M)]    => conv3-3 -> fc-3
            Budget
                unknown attribute `Budget`: did you mean `#[budget(params <= 140M)]`?

            #[convert] #[conf] #[weighted] #[widget] #[train] #[limit] #[round] #[half] #[same] #[direct] #[padding]    => conv3-3 -> fc-3

        "##]],
    );
}
