//! The emulator itself: it runs what is right and notices what is not.

use std::path::Path;
use std::process::Command;

use crate::support::emulator;

/// The program of `emulator/faults.cpp`; none without g++.
fn program() -> Option<std::path::PathBuf> {
    let folder = emulator()?;
    let program = folder.join("faults");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cuda/emulator/faults.cpp");
    let built = Command::new("g++")
        .args([
            "-std=c++20",
            "-O1",
            "-w",
            "-pthread",
            "-fsanitize=alignment",
            "-fno-sanitize-recover=alignment",
            "-DCUEMU",
            "-I",
        ])
        .arg(folder)
        .arg(source)
        .arg("-o")
        .arg(&program)
        .status()
        .unwrap();
    assert!(built.success());
    Some(program)
}

#[test]
fn mistakes_in_kernels_are_noticed() {
    let Some(program) = program() else { return };
    let run = |case: &str| {
        let output = Command::new(&program).arg(case).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    for right in ["sum", "copied", "arrivals", "shared_out", "multiplied", "multiplied_across", "multiplied_tf32"] {
        assert_eq!(run(right), (true, "2016\n".to_owned()), "{right}");
    }
    // Wrong results: what is not there yet is NaN.
    for wrong in ["no_barrier", "no_wait", "copied_too_early"] {
        let (_, text) = run(wrong);
        assert!(text.contains("nan"), "{wrong}: {text}");
    }
    for wrong in [
        "no_result",
        "wrong_stride",
        "wrong_step",
        "wrong_stride_across",
        "wrong_leading_across",
        "wrong_step_tf32",
        "not_rounded_tf32",
    ] {
        let (_, text) = run(wrong);
        assert_ne!(text, "2016\n", "{wrong}");
    }
    for (fault, words) in [
        ("barrier_of_half", "deadlock in block (0, 0, 0)"),
        ("no_arrival", "waits for an mbarrier"),
        ("out_of_bounds", "shared memory out of bounds"),
        ("not_aligned", "not aligned to 16 bytes"),
        ("row_not_aligned", "not aligned to as many"),
        ("barrier_not_aligned", "not aligned to 8 bytes"),
        ("no_wait_for_copies", "ended with copies under way"),
        ("wrong_bytes", "waits for an mbarrier"),
        ("copy_not_aligned", "not aligned to 128 bytes"),
        ("number_not_aligned", "not aligned as its type is: line"),
        ("no_fence", "without a fence behind the making of mbarriers"),
        ("no_products_fence", "a product without a fence"),
        ("not_at_1024", "does not begin at 1024 bytes"),
        ("too_many_registers", "waits for registers"),
    ] {
        let (success, text) = run(fault);
        assert!(!success && text.contains(words), "{fault}: {text}");
    }
}
