//! Half precision (IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction) by integer arithmetic, for instruction
//! sets without conversions. It does not depend on whether denormals are flushed.

/// The smallest half.
const TINY: f32 = 5.960_464_5e-8;

/// A half as a float: exact. What is not a number stays so, quiet.
#[inline(always)]
pub fn widen(half: u16) -> f32 {
    let half = u32::from(half);
    let (sign, exponent, fraction) = (half >> 15 << 31, half >> 10 & 31, half & 1023);
    let magnitude = match exponent {
        0 => (fraction as f32 * TINY).to_bits(),
        31 => 255 << 23 | fraction << 13 | u32::from(fraction != 0) << 22,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

/// The nearest half, of two equally near ones the even; infinite from 65520 on.
#[inline(always)]
pub fn narrow(x: f32) -> u16 {
    let bits = x.to_bits();
    let (sign, magnitude) = ((bits >> 16 & 0x8000) as u16, bits & 0x7fff_ffff);
    let (kept, dropped) = match magnitude >> 23 {
        // Below half of the smallest half.
        0..102 => (0, 0),
        exponent @ 102..113 => {
            let (fraction, drop) = (magnitude & 0x7f_ffff | 0x80_0000, 126 - exponent);
            (fraction >> drop, fraction << (32 - drop))
        }
        113..143 => ((magnitude - (112 << 23)) >> 13, magnitude << 19),
        255 if magnitude > 255 << 23 => (0x7e00 | magnitude >> 13 & 1023, 0),
        _ => (0x7c00, 0),
    };
    let up = dropped > 1 << 31 || dropped == 1 << 31 && kept & 1 == 1;
    sign | (kept + u32::from(up)) as u16
}
