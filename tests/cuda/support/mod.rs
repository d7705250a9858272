//! Where a test runs: on the device of this machine, or in a process of its own on the emulator.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use convnet_runtime::cuda::Device;

/// Says to a process of this test that it is one of those that run on the emulator.
const CHILD: &str = "CONVNET_EMULATED";

/// Runs `body` on the device of this machine, or else `test`, the test that calls this, again on the emulator.
pub fn on_device(test: &str, body: impl FnOnce(&Device)) {
    let required = env::var_os("CONVNET_REQUIRE_CUDA").is_some_and(|value| value == "1");
    match Device::new(0) {
        Ok(device) => body(&device),
        Err(error) if required => panic!("CONVNET_REQUIRE_CUDA is set, but {error}"),
        Err(_) => emulated(test, &[], || body(&Device::new(0).unwrap())),
    }
}

/// Runs `body` on the emulator, with more variables of the environment, in a process of its own: `test` is the test that
/// calls this.
pub fn emulated(test: &str, environment: &[(&str, &str)], body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    if let Some(output) = child(test, environment) {
        assert!(output.status.success(), "on the emulator:\n{}", text(&output));
    }
}

/// Runs `body` in a process of its own, with these variables of the environment and without the emulator.
pub fn alone(test: &str, environment: &[(&str, &str)], body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env_remove("CONVNET_CUDA_EMULATOR").env(CHILD, "1");
    let output = command.envs(environment.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

fn text(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn child(test: &str, environment: &[(&str, &str)]) -> Option<Output> {
    let Some(emulator) = emulator() else {
        println!("skipped: CUDA's kernels on the emulator: there is no g++ or no source");
        return None;
    };
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.env(CHILD, "1").env("CONVNET_CUDA_EMULATOR", emulator).env("CONVNET_CUDA_CACHE", emulator.join("cache"));
    // Before a driver that is installed: its name is looked for without a version first.
    let folders = env::var_os("LD_LIBRARY_PATH").map(|others| env::split_paths(&others).collect::<Vec<_>>());
    let folders = std::iter::once(emulator.to_owned()).chain(folders.into_iter().flatten());
    command.env("LD_LIBRARY_PATH", env::join_paths(folders).unwrap());
    if let Some(library) = asan() {
        command.env("LD_PRELOAD", library).env("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0");
    }
    Some(command.envs(environment.iter().copied()).output().unwrap())
}

/// The library that must come first where kernels check their addresses (`CUEMU_ASAN=1`).
fn asan() -> Option<String> {
    env::var_os("CUEMU_ASAN").filter(|value| !value.is_empty())?;
    let output = Command::new("g++").arg("-print-file-name=libasan.so").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The emulator's folder, built once for each process; none without g++.
pub fn emulator() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        Command::new("g++").arg("--version").output().ok().filter(|output| output.status.success())?;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulator");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cuda/emulator/build");
        if !script.exists() {
            // The tests were built elsewhere, for a machine with a GPU.
            return None;
        }
        let output = Command::new(script).arg(&folder).output().unwrap();
        assert!(output.status.success(), "the emulator: {}", text(&output));
        // Kernels of an earlier emulator are of no use.
        let _ = fs::remove_dir_all(folder.join("cache"));
        Some(folder)
    };
    FOLDER.get_or_init(build).as_deref()
}
