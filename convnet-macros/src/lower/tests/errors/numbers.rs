//! Numbers out of range: options, floats of 32 bits, counts of 64.

use expect_test::expect;

use super::super::errors;

#[test]
fn options_out_of_range() {
    errors(
        "input 8x8x3 -> lrn(n=4) -> dropout(1) -> dropout(50) -> dropout(0) -> bn(eps=0, momentum=1.5) -> bn(eps=-1.0)",
        &expect![[r#"
            n=4
                lrn looks at n channels around each one, so n is odd: n=3 or n=5, not 4
            1
                dropout(1) makes no sense: p, the part that is dropped, is at least 0 and less than 1
            50
                dropout(50) makes no sense: p, the part that is dropped, is at least 0 and less than 1; for 50 percent write dropout(0.5)
            eps=0
                eps is 0, but must be larger than 0
            momentum=1.5
                momentum is 1.5, but must lie between 0 and 1: it is the new value's part in the running statistics
            eps=-1.0
                eps is -1, but must be larger than 0
        "#]],
    );
    errors(
        "input 8x8x3 -> dropout(-0.5) -> dropout(1000) -> clipped_relu(0) -> leaky_relu(0.2)",
        &expect![[r#"
            -0.5
                dropout(-0.5) makes no sense: p, the part that is dropped, is at least 0 and less than 1
            1000
                dropout(1000) makes no sense: p, the part that is dropped, is at least 0 and less than 1
            0
                clipped_relu(0) is zero everywhere; its ceiling must be larger than 0
        "#]],
    );
}

#[test]
fn numbers_of_32_bits() {
    errors(
        "input 8x8x4 -> bn(eps=1e-46) -> clipped_relu(1e-50) -> dropout(0.99999999999) -> lrn(k=0, alpha=0)
        -> lrn(k=-2, alpha=-1) -> lrn(beta=-0.75, alpha=0) -> bn(eps=0)",
        &expect![[r#"
            eps=1e-46
                eps is 1e-46, which rounds to 0 as a 32-bit float, but must be larger than 0
            1e-50
                clipped_relu(1e-50) is zero everywhere, because `1e-50` rounds to 0 as a 32-bit float; its ceiling must be larger than 0
            0.99999999999
                dropout(0.99999999999) makes no sense: `0.99999999999` rounds to 1 as a 32-bit float, and p, the part that is dropped, is at least 0 and less than 1
            k=0
                k is 0, but must be larger than 0
            alpha=-1
                alpha is -1, but must be at least 0
            k=-2
                k is -2, but must be larger than 0
            eps=0
                eps is 0, but must be larger than 0
        "#]],
    );
}

#[test]
fn numbers_too_large() {
    errors(
        "input 8x8x3 -> conv3-18446744073709551615 -> maxpool -> conv3-4",
        &expect![[r#"
            conv3-18446744073709551615
                `conv3-18446744073709551615` is too large for 64-bit counts: 8x8x18446744073709551615
        "#]],
    );
    errors(
        "input 8x8x3 -> fc-1000000000000 -> fc-1000000000000",
        &expect![[r#"
        fc-1000000000000
            with `fc-1000000000000` the network is too large for 64-bit counts
    "#]],
    );
    errors(
        "input 8x8x3 -> conv3-8(pad=9223372036854775808) -> upsample9223372036854775807 -> conv3-8",
        &expect![[r#"
            conv3-8(pad=9223372036854775808)
                the numbers of conv3-8 are too large to compute with
        "#]],
    );
    errors(
        "input 8x8x3 -> conv3-8(pad=9223372036854775800, dilation=100) -> conv3-8",
        &expect![[r#"
            conv3-8(pad=9223372036854775800, dilation=100)
                `conv3-8` is too large for 64-bit counts: 18446744073709551408x18446744073709551408x8
        "#]],
    );
}
