//! Where a test runs: on the device of this machine, or in a process of its own on the emulator.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use convnet_runtime::cuda::Device;

/// Says to a process of this test that it is one of those that run on the emulator.
const CHILD: &str = "CONVNET_EMULATED";

/// Runs `body` on the device of this machine, or else `test`, the test that calls this, again on the emulator.
pub fn on_device(test: &str, body: impl FnOnce(&Device)) {
    match Device::new(0) {
        Ok(device) => body(&device),
        Err(error) if required() => panic!("CONVNET_REQUIRE_CUDA is set, but {error}"),
        Err(_) => emulated(test, &[], || body(&Device::new(0).unwrap())),
    }
}

/// The tests are about the device of this machine.
fn required() -> bool {
    env::var_os("CONVNET_REQUIRE_CUDA").is_some_and(|value| value == "1")
}

/// Runs `body` on the emulator, with more variables of the environment, in a process of its own: `test` is the test that
/// calls this.
pub fn emulated(test: &str, environment: &[(&str, &str)], body: impl FnOnce()) {
    emulated_each(test, &[environment], body);
}

/// The same in one process after the other, each with variables of its own.
pub fn emulated_each(test: &str, environments: &[&[(&str, &str)]], body: impl FnOnce()) {
    if env::var_os(CHILD).is_some() {
        return body();
    }
    for environment in environments {
        let Some(mut command) = child(test, &[]) else { return };
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert!(output.status.success(), "on the emulator, {environment:?}:\n{}", text(&output));
    }
}

/// The same, with a file system of its own, mounted with these options, in the folder that `variable` then names.
pub fn mounted(test: &str, options: &str, variable: &str, body: impl FnOnce()) {
    /// A namespace of the process and its children: what it mounts ends with it.
    const MOUNT: [&str; 4] = ["unshare", "-rm", "sh", "-c"];
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let place = folder("mounted");
    fs::create_dir_all(&place).unwrap();
    let mount = |script: &str| {
        let script = format!("mount -t tmpfs -o {options} none '{}' && {script}", place.display());
        MOUNT.map(str::to_owned).into_iter().chain([script, "sh".to_owned()]).collect::<Vec<String>>()
    };
    let probe = mount("true");
    let may = Command::new(&probe[0]).args(&probe[1..]).output().is_ok_and(|output| output.status.success());
    if !may {
        println!("skipped: a file system with `{options}` for a test: mounting is not permitted");
    } else if let Some(mut command) = child(test, &mount("exec \"$@\"")) {
        let output = command.env(variable, &place).output().unwrap();
        assert!(output.status.success(), "on the emulator:\n{}", text(&output));
    }
    let _ = fs::remove_dir(place);
}

/// A folder of this process.
pub fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    env::temp_dir().join(format!("convnet-{name}-{}-{count}", std::process::id()))
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

/// A test once more, on the emulator, by a program that gets it as its last arguments, or by itself.
fn child(test: &str, by: &[String]) -> Option<Command> {
    if required() {
        println!("skipped: tests on the emulator: CONVNET_REQUIRE_CUDA is set");
        return None;
    }
    let Some(emulator) = emulator() else {
        println!("skipped: CUDA's kernels on the emulator: there is no g++ or no source");
        return None;
    };
    let own = env::current_exe().unwrap();
    let mut command = match by {
        [] => Command::new(own),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(own);
            command
        }
    };
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.env(CHILD, "1").env("CONVNET_CUDA_EMULATOR", emulator).env("CONVNET_CUDA_CACHE", emulator.join("cache"));
    // Before a driver that is installed: its name is looked for without a version first.
    let folders = env::var_os("LD_LIBRARY_PATH").map(|others| env::split_paths(&others).collect::<Vec<_>>());
    let folders = std::iter::once(emulator.to_owned()).chain(folders.into_iter().flatten());
    command.env("LD_LIBRARY_PATH", env::join_paths(folders).unwrap());
    if let Some(library) = asan() {
        command.env("LD_PRELOAD", library).env("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0");
    }
    Some(command)
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
