//! Compares numbers: two lists come in, a sentence about how they differ goes out.

/// What is wrong if some values differ by more than `tolerance`, relative to the largest expected value or to `floor`, if
/// that is larger. Not a number is as far away as can be.
pub fn difference(name: &str, expected: &[f32], found: &[f32], tolerance: f32, floor: f32) -> Option<String> {
    let total = expected.len();
    if total != found.len() {
        return Some(format!("{name}: {} values, expected {total}", found.len()));
    }
    let scale = largest(expected).max(floor).max(1e-30);
    let distance = |(e, f): (&f32, &f32)| if f.is_nan() { f32::INFINITY } else { (e - f).abs() / scale };
    let distances: Vec<f32> = expected.iter().zip(found).map(distance).collect();
    let wrong = distances.iter().filter(|&&distance| distance > tolerance).count();
    let (at, worst) = distances.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    (wrong > 0).then(|| {
        let (e, f) = (expected[at], found[at]);
        format!("{name}: {wrong} of {total} differ, most by {worst:.1e} at {at}: {f}, expected {e}")
    })
}

/// The largest magnitude.
pub fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest))
}
