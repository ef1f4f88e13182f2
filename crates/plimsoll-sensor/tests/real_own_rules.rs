//! Each own rule fires at a harmless act in a real container, and not at a look-alike.
//!
//! The acts are those that the rules' texts name, as far as a container of two megabytes has the
//! programs; where it has not, a file of that name stands in, and `support/act.c` makes the system
//! calls that no small program makes.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/acts.rs"]
mod acts;
#[path = "support/containers.rs"]
mod containers;
#[path = "support/watched.rs"]
mod watched;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use acts::{ACTS, Act, BOXED, NAMES};
use containers::{Image, Podman, Root, may_run, output, unique};
use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::rules::Loader;
use plimsoll_behavior::{Engine, own};
use watched::Watched;

/// Rules leave a container alone for its first minute.
const SETTLED: Duration = Duration::from_secs(61);

/// All rules, also those that are not in the default set.
fn engine() -> Engine {
    let mut loader = Loader::new(&Catalog);
    for (name, text) in own::files() {
        loader.file(&name, text.as_bytes());
    }
    let mut loaded = loader.finish();
    assert!(loaded.is_ok());
    for rule in &mut loaded.set.rules {
        Arc::make_mut(rule).enabled = true;
    }
    Engine::new(&loaded.set).unwrap()
}

/// A root filesystem with the files that the acts start, read and write.
fn root() -> Root {
    let root = Root::new();
    let path = root.path();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/act.c");
    let flags = [
        "-O1",
        "-static",
        "-nostdlib",
        "-ffreestanding",
        "-fno-builtin",
    ];
    let mut clang = Command::new("clang");
    clang.args(flags).args(["-fno-stack-protector", "-o"]);
    output(clang.arg(path.join("bin/act")).arg(source), "clang");
    for name in NAMES
        .iter()
        .filter(|name| !path.join("bin").join(name).exists())
    {
        let target = if acts::SERVERS.contains(name) {
            "act"
        } else {
            "busybox"
        };
        std::os::unix::fs::symlink(target, path.join("bin").join(name)).unwrap();
    }
    for folder in acts::FOLDERS {
        std::fs::create_dir_all(path.join(folder)).unwrap();
    }
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o1777);
    std::fs::set_permissions(path.join("tmp"), everybody).unwrap();
    for file in acts::FILES {
        std::fs::write(path.join(file), "nothing\n").unwrap();
    }
    root
}

/// A shell in a container that is told what to do.
struct Shell {
    child: Child,
    done: u32,
}

impl Shell {
    fn new(podman: &Podman, container: &str, user: &str) -> Self {
        let child = podman
            .command()
            .args(["exec", "-i", "--user", user, container, "sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, done: 0 }
    }

    /// Does something, and reads events until it is done; names of the rules that fired.
    fn does(&mut self, what: &str, watched: &mut Watched, container: &str) -> BTreeSet<String> {
        watched.fired.remove(container);
        self.done += 1;
        let mark = format!("/tmp/done-{}-{}", self.child.id(), self.done);
        let line = format!("( {what} ) < /dev/null > /dev/null 2>&1\n: > {mark}\n");
        self.child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(line.as_bytes())
            .unwrap();
        assert!(watched.until(&mark), "{what}: its end was not seen");
        names(watched, container)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn names(watched: &mut Watched, container: &str) -> BTreeSet<String> {
    let fired = watched.fired.remove(container).unwrap_or_default();
    fired.into_iter().map(|(rule, _)| rule).collect()
}

/// Holds what fired against what should.
fn hold(wrong: &mut Vec<String>, id: &str, fired: &BTreeSet<String>, should: bool) {
    let rule = own::find(id).unwrap_or_else(|| panic!("{id} is no rule"));
    if fired.contains(&rule.name) != should {
        let what = if should {
            "does not fire"
        } else {
            "fires at its look-alike"
        };
        wrong.push(format!("{id} {what}; fired: {fired:?}"));
    }
}

#[test]
fn each_rule_is_shown_in_a_container_or_says_why_not() {
    let shown: BTreeSet<&str> = ACTS
        .iter()
        .chain(BOXED.iter().map(|boxed| &boxed.act))
        .map(|act| act.id)
        .collect();
    for rule in own::rules() {
        let said = rule.shown == "container";
        assert_eq!(
            said,
            shown.contains(rule.id.as_str()),
            "{}: {}",
            rule.id,
            rule.shown
        );
    }
}

#[test]
fn each_rule_fires_at_its_act_and_not_at_its_look_alike() {
    if !may_run() {
        return;
    }
    let (root, podman, image) = (root(), Podman::new(), Image::default());
    podman.load(&root, &image);
    let mut watched = Watched::new(engine());
    let name = unique("acts");
    let begun = Instant::now();
    let id = podman.start(
        &name,
        &["--tmpfs", "/t:size=64k", "--cap-add", "NET_RAW", image.name],
    );
    let mut wrong = Vec::new();
    let mut shells = ["0", "1234"].map(|user| Shell::new(&podman, &name, user));
    // What the engine did for it is no alert.
    for shell in &mut shells {
        let fired = shell.does("true", &mut watched, &id);
        assert!(fired.is_empty(), "setting up fires {fired:?}");
    }
    let (late, early): (Vec<&Act>, Vec<&Act>) = ACTS.iter().partition(|act| act.late);
    for act in &late {
        // In its first minute.
        let fired = shells[0].does(&acts::numbered(act.fires), &mut watched, &id);
        hold(&mut wrong, act.id, &fired, false);
    }
    for act in early {
        let shell = &mut shells[usize::from(act.user)];
        let fired = shell.does(&acts::numbered(act.quiet), &mut watched, &id);
        hold(&mut wrong, act.id, &fired, false);
        let fired = shell.does(&acts::numbered(act.fires), &mut watched, &id);
        hold(&mut wrong, act.id, &fired, true);
    }
    for boxed in BOXED {
        for (what, should) in [(boxed.act.quiet, false), (boxed.act.fires, true)] {
            let file = podman.folder.at(&unique("boxed"));
            let mark = format!("/tmp/{}", unique("boxed"));
            let command = format!("( {} ); : > {mark}", acts::numbered(what));
            let terminal = if should { boxed.only_fires } else { &[] };
            let options = [
                &["run", "--network", "none", "--ulimit", containers::NOFILE][..],
                &["--ulimit", "nproc=20000:20000"],
                boxed.options,
                terminal,
            ]
            .concat();
            let mut run = podman.command();
            run.args(options).arg("--cidfile").arg(&file);
            run.args([image.name, "sh", "-c", &command]);
            let ended = containers::tried(&mut run, "podman");
            let id = std::fs::read_to_string(&file);
            let id = id.unwrap_or_else(|error| panic!("{ended:?}: {error}"));
            assert!(
                watched.until(&mark),
                "{command}: its end was not seen: {ended:?}"
            );
            hold(&mut wrong, boxed.act.id, &names(&mut watched, &id), should);
        }
    }
    while begun.elapsed() < SETTLED {
        watched.read_for(Duration::from_millis(200));
    }
    for act in late {
        let fired = shells[0].does(&acts::numbered(act.quiet), &mut watched, &id);
        hold(&mut wrong, act.id, &fired, false);
        let fired = shells[0].does(&acts::numbered(act.fires), &mut watched, &id);
        hold(&mut wrong, act.id, &fired, true);
    }
    println!(
        "{} acts, losses: {}",
        ACTS.len() + BOXED.len(),
        watched.losses()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
