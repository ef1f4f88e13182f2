//! A container that takes another's name, covers `/proc` or floods the sensor is told all the same.
//! (Names of cgroups: `real_short_containers.rs`. Full rings: `real_filters.rs`.)

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/containers.rs"]
mod containers;
#[path = "support/watched.rs"]
mod watched;

use std::time::Duration;

use containers::{Root, Runc, may_run, unique};
use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::rules::Loader;
use plimsoll_behavior::{Engine, own};
use serde_json::json;
use watched::Watched;

fn engine() -> Engine {
    let mut loader = Loader::new(&Catalog);
    for (name, text) in own::files() {
        loader.file(&name, text.as_bytes());
    }
    Engine::new(&loader.finish().set).unwrap()
}

/// What is done after the disguise, and the rule that has to tell it.
const ACT: &str = "read x </etc/shadow";
const RULE: &str = "password-hashes";

#[test]
fn a_disguise_hides_nothing() {
    if !may_run() {
        return;
    }
    let (root, runc) = (Root::new(), Runc::new());
    std::fs::create_dir_all(root.path().join("volume")).unwrap();
    let mut watched = Watched::new(engine());
    let disguises = [
        // The names that an engine's own processes have while they set a container up.
        ("runc", "echo 'runc:[2:INIT]' >/proc/self/comm"),
        ("conmon", "echo conmon >/proc/self/comm"),
        // From a volume, as an engine's program is from outside of the image.
        (
            "volume",
            "[ -e /volume/busybox ] || { cp /bin/busybox /volume/busybox; exec /volume/busybox sh -c \"$SCRIPT\"; }; \
             echo runc >/proc/self/comm",
        ),
        // Nothing that the sensor asks is asked through the container's own view.
        (
            "covered",
            "mount -t tmpfs none /proc; mount -t tmpfs none /sys",
        ),
        ("pids", "unshare -p -m -f true"),
    ];
    let names = disguises.map(|(what, disguise)| {
        let name = unique(what);
        // Twice around: the first shell is the container's first process, which an engine started.
        let script = format!("{disguise}; {ACT}; true");
        let bundle = runc.bundle(
            &name,
            &root,
            &["sh", "-c", "/bin/sh -c \"$SCRIPT\"; true"],
            |config| {
                config["root"]["readonly"] = json!(false);
                let capabilities = json!(["CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_SYS_ADMIN"]);
                for set in ["bounding", "effective", "permitted"] {
                    config["process"]["capabilities"][set] = capabilities.clone();
                }
                let env = config["process"]["env"].as_array_mut().unwrap();
                env.push(json!(format!("SCRIPT={script}")));
                let volume = json!({"destination": "/volume", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]});
                config["mounts"].as_array_mut().unwrap().push(volume);
            },
        );
        assert!(runc.run(&name, &bundle), "{name}");
        name
    });
    watched.read_for(Duration::from_secs(1));
    let rule = &own::find(RULE).unwrap().name;
    for name in &names {
        let fired = watched.fired.get(name);
        let is_told = fired.is_some_and(|fired| fired.iter().any(|(found, _)| found == rule));
        assert!(is_told, "{name}: {fired:?}");
    }
}
