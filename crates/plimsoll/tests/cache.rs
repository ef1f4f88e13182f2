//! What is kept between runs: used where nothing changed, never believed where it is damaged, shared
//! by runs at the same time, whole after a run was killed, and no matter where the disk is full.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_collect,
    reason = "a test should fail where this fails"
)]

#[path = "support/advisories.rs"]
mod advisories;
#[path = "support/program.rs"]
mod program;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_image::read_file_capped;
use plimsoll_image::testing::{ImageBuilder, TarBuilder};

use self::advisories::{feeds, use_small_database};
use self::program::{Ran, World, files_below, list, run, text, tool};

/// Names of what is not whole yet begin with this.
const TEMPORARY_PREFIX: &str = ".plimsoll-";

/// A layer with so many packages of dpkg.
fn layer(name: &str, packages: usize) -> Vec<u8> {
    let status: String = (0..packages)
        .map(|number| {
            format!(
                "Package: {name}-{number}\nStatus: install ok installed\nArchitecture: amd64\n\
                 Version: 1.{number}\n\n"
            )
        })
        .collect();
    TarBuilder::new()
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"7\"\n")
        .file(&format!("var/lib/dpkg/status.d/{name}"), status)
        .finish()
}

fn image(layers: &[&[u8]]) -> ImageBuilder {
    let builder = ImageBuilder::new();
    layers
        .iter()
        .fold(builder, |image, layer| image.layer(layer.to_vec()))
}

/// Writes the layout of an image; its target.
fn layout(world: &World, name: &str, image: &ImageBuilder) -> String {
    let folder = world.path(name);
    let _ = fs::remove_dir_all(&folder);
    image.write_layout(&folder);
    format!("oci-dir:{}", folder.display())
}

/// Overwrites layers in a layout by as many zeros: whoever reads one sees that its digest is wrong.
fn blank(world: &World, name: &str, image: &ImageBuilder, which: &[usize]) {
    for at in which {
        let blob = &image.layers[*at].blob;
        let digest = plimsoll_image::hash::sha256(blob).hex();
        let path = world.path(name).join("blobs/sha256").join(digest);
        fs::write(path, vec![0; blob.len()]).unwrap();
    }
}

fn scan(world: &World, target: &str) -> Ran {
    world.run(["scan", target, "--format", "json"])
}

fn bytes_of(path: &Path) -> Vec<u8> {
    read_file_capped(path, 1 << 30).unwrap()
}

fn temporaries(folder: &Path) -> Vec<PathBuf> {
    let mut files = files_below(folder);
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(TEMPORARY_PREFIX)
    });
    files
}

#[test]
fn what_did_not_change_is_not_read_again() {
    let mut world = World::new("unchanged");
    use_small_database(&mut world);
    let (a, b, c) = (layer("a", 20), layer("b", 20), layer("c", 20));
    let first = image(&[&a, &b]);
    let target = layout(&world, "image", &first);
    let expected = scan(&world, &target).ended(0).stdout;
    blank(&world, "image", &first, &[0, 1]);
    assert_eq!(scan(&world, &target).ended(0).stdout, expected);
    let uncached = world.run(["scan", &target, "--cache", "off"]).ended(1);
    assert!(uncached.stderr.contains("failed to"), "{}", uncached.stderr);

    // One layer more, one exchanged: those alone are read.
    for (layers, new) in [([&a, &b, &c].as_slice(), 2), (&[&a, &c, &b], 1)] {
        let layers: Vec<&[u8]> = layers.iter().map(|layer| layer.as_slice()).collect();
        let changed = image(&layers);
        let target = layout(&world, "image", &changed);
        let whole = world.run(["scan", &target, "--format", "json", "--cache", "off"]);
        let others: Vec<usize> = (0..3).filter(|at| *at != new && layers[*at] != c).collect();
        blank(&world, "image", &changed, &others);
        let report = scan(&world, &target).ended(0);
        assert_eq!(report.stdout, whole.ended(0).stdout);
        assert_eq!(list(&report.json(), "packages").len(), 60);
    }

    // What is kept is kept by content: the same image as an archive is known, too.
    let packed = world.write("image.tar", first.docker_archive());
    let report = world.scan(packed.to_str().unwrap(), 0);
    assert_eq!(list(&report, "packages").len(), 40);
}

#[test]
fn a_damaged_cache_changes_nothing() {
    let mut world = World::new("damaged");
    use_small_database(&mut world);
    let image = image(&[&layer("a", 3), &layer("b", 3)]);
    let target = layout(&world, "image", &image);
    let expected = scan(&world, &target).ended(0).stdout;
    let entries = files_below(&world.path("cache"));
    assert!(entries.len() >= 3, "{entries:?}");
    let whole: Vec<Vec<u8>> = entries.iter().map(|path| bytes_of(path)).collect();
    let damages: [Damage; 6] = [
        |_| Vec::new(),
        |bytes| bytes[..bytes.len() / 2].to_vec(),
        |bytes| vec![0; bytes.len()],
        |bytes| flipped(bytes, bytes.len() / 3),
        |bytes| flipped(bytes, bytes.len() - 9),
        |bytes| [bytes, b"more"].concat(),
    ];
    for damage in damages {
        for (path, bytes) in entries.iter().zip(&whole) {
            fs::write(path, damage(bytes)).unwrap();
        }
        assert_eq!(scan(&world, &target).ended(0).stdout, expected);
    }
    // What is in the way of the cache is told, and the result is the same.
    for path in &entries {
        let _ = fs::remove_file(path);
        fs::create_dir(path).unwrap();
    }
    let ran = scan(&world, &target).ended(0);
    assert_eq!(ran.stdout, expected);
    assert!(
        ran.stderr.starts_with("warning: failed to"),
        "{}",
        ran.stderr
    );
    assert_eq!(world.run(["scan", &target, "-q"]).ended(0).stderr, "");
    let file = world.write("no-folder", "");
    let ran = world.run(["scan", &target, "--cache", file.to_str().unwrap()]);
    assert!(ran.ended(0).stderr.contains("warning: failed to"));
}

/// What becomes of an entry.
type Damage = fn(&[u8]) -> Vec<u8>;

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

#[test]
fn runs_at_the_same_time_share_a_cache() {
    let mut world = World::new("shared");
    use_small_database(&mut world);
    let layers: Vec<Vec<u8>> = (0..4).map(|at| layer(&format!("l{at}"), 300)).collect();
    let parts: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let target = layout(&world, "image", &image(&parts));
    let expected = world.run(["scan", &target, "--format", "json", "--cache", "off"]);
    let expected = expected.ended(0).stdout;
    let runs: Vec<Child> = (0..6)
        .map(|_| {
            let mut command = world.command(["scan", &target, "--format", "json"]);
            let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in runs {
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.stdout, expected);
    }
    assert_eq!(scan(&world, &target).ended(0).stdout, expected);
    assert_eq!(temporaries(&world.path("cache")), Vec::<PathBuf>::new());
}

/// Starts a command and sends it a signal after a while; how it ended and what it said, or `None`
/// where it was faster. Interrupts are on for it, whoever turned them off for the test.
fn end_after(command: &Command, signal: &str, wait: Duration) -> Option<Ran> {
    let mut wrapped = Command::new("env");
    wrapped
        .arg("--default-signal")
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = wrapped.spawn().unwrap();
    let until = Instant::now() + wait;
    while Instant::now() < until {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        thread::sleep(Duration::from_micros(200));
    }
    let id = child.id().to_string();
    tool(
        "procps",
        Command::new("bash").args(["-c", "kill -s $0 $1", signal, &id]),
    );
    let output = child.wait_with_output().unwrap();
    Some(Ran {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        peak_kib: 0,
    })
}

/// Moments all over the time that a whole run takes, in an order without a pattern.
fn moments(whole: Duration, count: u32) -> Vec<(Duration, &'static str)> {
    (0..count)
        .map(|turn| {
            let part = f64::from(turn * 7 % count) + 0.5;
            let signal = ["INT", "KILL", "TERM"][turn as usize % 3];
            (whole.mul_f64(part / f64::from(count)), signal)
        })
        .collect()
}

#[test]
fn a_run_that_is_ended_in_the_middle_leaves_nothing_half_written() {
    let mut world = World::new("ended");
    use_small_database(&mut world);
    let layers: Vec<Vec<u8>> = (0..6).map(|at| layer(&format!("l{at}"), 1_500)).collect();
    let parts: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let target = layout(&world, "image", &image(&parts));
    let expected = world.run(["scan", &target, "--format", "json", "--cache", "off"]);
    let expected = expected.ended(0).stdout;
    let out = world.path("out/report.json");
    fs::create_dir(world.path("out")).unwrap();
    let document = format!("json={}", out.display());
    let command = world.command(["scan", &target, "-o", &document]);
    let begun = Instant::now();
    run(&mut world.command(["scan", &target, "-o", &document, "--cache", "off"])).ended(0);
    let mut ended = 0;
    for (wait, signal) in moments(begun.elapsed(), 18) {
        let _ = fs::remove_dir_all(world.path("cache"));
        let _ = fs::remove_file(&out);
        let Some(ran) = end_after(&command, signal, wait) else {
            continue;
        };
        ended += 1;
        let said = format!("{signal} after {wait:?}: {:?} {}", ran.code, ran.stderr);
        if signal == "KILL" {
            assert_eq!(ran.code, None, "{said}");
        } else if ran.code == Some(130) {
            assert!(ran.stderr.contains("interrupted"), "{said}");
            for folder in ["cache", "out"] {
                assert!(temporaries(&world.path(folder)).is_empty(), "{said}");
            }
        } else {
            // Before it listens, and after all was done.
            assert!(matches!(ran.code, None | Some(0)), "{said}");
        }
        assert!(!out.exists() || bytes_of(&out) == expected, "{said}");
        assert!(scan(&world, &target).ended(0).stdout == expected, "{said}");
    }
    assert!(ended > 3, "{ended}");
}

#[test]
fn a_database_is_the_old_one_or_the_new_one() {
    let mut world = World::new("databases");
    let old = use_small_database(&mut world);
    let old_bytes = bytes_of(&old);
    let folder = world.path("feeds");
    feeds(&folder);
    // Records enough that building takes a while.
    for number in 0..3_000 {
        let record = format!(
            r#"{{"id": "GHSA-{number}", "modified": "2024-01-01T00:00:00Z", "affected": [{{"package":
            {{"ecosystem": "npm", "name": "p{number}"}}, "versions": ["1.0.{number}"]}}]}}"#
        );
        fs::write(folder.join(format!("osv/{number}.json")), record).unwrap();
    }
    let build = |to: &Path| {
        let mut arguments = vec!["db".to_owned(), "build".to_owned()];
        arguments.extend(feeds(&folder));
        arguments.extend(["-o".to_owned(), to.display().to_string()]);
        world.command(arguments)
    };
    let new = world.path("new.db");
    let begun = Instant::now();
    run(&mut build(&new)).ended(0);
    let built_in = begun.elapsed();
    let new_bytes = bytes_of(&new);
    assert_ne!(new_bytes, old_bytes);
    let either = |said: &str| {
        let bytes = bytes_of(&old);
        assert!(bytes == old_bytes || bytes == new_bytes, "{said}");
        world.run(["db", "verify"]).ended(0);
        bytes == new_bytes
    };
    for (wait, signal) in moments(built_in, 12) {
        end_after(&build(&old), signal, wait);
        either(&format!("build, {signal} after {wait:?}"));
        fs::write(&old, &old_bytes).unwrap();
    }
    run(&mut build(&old)).ended(0);
    assert!(either("built"));

    // The same for taking it from a folder.
    let shelf = world.path("shelf");
    let arguments = ["db", "export", shelf.to_str().unwrap()];
    world.run(arguments).ended(0);
    fs::write(&old, &old_bytes).unwrap();
    let update = world.command(["db", "update", shelf.to_str().unwrap()]);
    let begun = Instant::now();
    run(&mut world.command(["db", "update", shelf.to_str().unwrap()])).ended(0);
    assert!(either("updated"));
    for (wait, signal) in moments(begun.elapsed(), 12) {
        fs::write(&old, &old_bytes).unwrap();
        end_after(&update, signal, wait);
        either(&format!("update, {signal} after {wait:?}"));
    }
    let keygen = world.path("key");
    world
        .run(["db", "keygen", keygen.to_str().unwrap()])
        .ended(0);
}

/// Runs the program with a file system of 64 KiB at `full`, which ends with it; what lies there in
/// the end goes to standard error behind `left:`.
fn on_full_disk(world: &World, command: &Command) -> Ran {
    const SCRIPT: &str = "mount -t tmpfs -o size=64k none \"$0\" || exit 99; cp /proc/self/status \
                          \"$0\"; \"$@\"; code=$?; cd \"$0\" && echo \"left: $(find . -type f | \
                          sort | tr '\\n' ' ')\" >&2; exit $code";
    let mut wrapped = Command::new("unshare");
    if is_root() {
        wrapped.arg("--mount");
    } else {
        wrapped.args(["--mount", "--map-root-user"]);
    }
    wrapped
        .args(["sh", "-c", SCRIPT])
        .arg(world.path("full"))
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .stdin(Stdio::null());
    let ran = run(&mut wrapped);
    assert_ne!(
        ran.code,
        Some(99),
        "no file system could be mounted: {}",
        ran.stderr
    );
    ran
}

fn is_root() -> bool {
    tool("coreutils", Command::new("id").arg("-u")).trim() == "0"
}

#[test]
fn a_full_disk_is_an_error_for_documents_and_a_warning_for_the_cache() {
    let mut world = World::new("full_disk");
    use_small_database(&mut world);
    let large = layer("large", 2_000);
    let target = layout(&world, "image", &image(&[&large]));
    fs::create_dir(world.path("full")).unwrap();
    let full = world.path("full");
    let at = |name: &str| full.join(name).display().to_string();
    let plain = world.run(["scan", &target, "--format", "json", "--cache", "off"]);
    let expected = plain.ended(0).stdout;

    let mut cached = world.command(["scan", &target, "--format", "json"]);
    cached.env("PLIMSOLL_CACHE", at("cache"));
    let ran = on_full_disk(&world, &cached).ended(0);
    assert!(ran.stdout == expected);
    assert!(
        ran.stderr.starts_with("warning: failed to write the cache"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains(TEMPORARY_PREFIX), "{}", ran.stderr);

    for format in ["json", "cyclonedx", "html"] {
        let document = format!("{format}={}", at("document"));
        let ran = on_full_disk(&world, &world.command(["scan", &target, "-o", &document]));
        let ran = ran.ended(1);
        assert!(
            ran.stderr.contains("document: No space left"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("left: ./status"), "{}", ran.stderr);
    }

    let mut build = vec!["db".to_owned(), "build".to_owned()];
    let feed = world.path("feeds");
    let records: Vec<String> = (0..3_000_u32)
        .map(|number| {
            let (id, version) = (number * 7_919 % 10_007, number * 104_729 % 99_991);
            format!(
                r#"{{"id": "GHSA-{number}-{id}", "modified": "2024-01-01T00:00:00Z", "affected":
                [{{"package": {{"ecosystem": "npm", "name": "p{number}"}},
                "versions": ["1.{version}.{number}"]}}]}}"#
            )
        })
        .collect();
    fs::write(
        feed.join("osv/more.json"),
        format!("[{}]", records.join(",")),
    )
    .unwrap();
    build.extend(feeds(&feed));
    build.extend(["-o".to_owned(), at("new.db")]);
    let ran = on_full_disk(&world, &world.command(&build)).ended(1);
    assert!(
        ran.stderr.contains("new.db: No space left"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("left: ./status"), "{}", ran.stderr);

    // Standard output that takes no more: half a report must not pass for one.
    let mut command = world.command(["scan", &target, "--format", "json"]);
    let device = File::options().write(true).open("/dev/full").unwrap();
    let output = command
        .stdout(device)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("No space left"), "{said}");
}

/// What needs random access and does not fit into memory goes to a file; without room for that it
/// is unknown, not absent.
#[test]
fn without_room_for_temporary_files_something_is_unknown() {
    let mut world = World::new("no_room");
    use_small_database(&mut world);
    fs::create_dir(world.path("full")).unwrap();
    let noise: Vec<u8> = (0..3_000_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let layer = TarBuilder::new().file("srv/app.jar", &noise).finish();
    let target = layout(&world, "image", &image(&[&layer]));
    let mut command = world.command(["scan", &target, "--format", "json", "--cache", "off"]);
    command.args(["--memory-max", "64k"]);
    command.env("TMPDIR", world.path("full"));
    let report = on_full_disk(&world, &command).ended(0).json();
    let unknown = list(&report, "unknowns")
        .iter()
        .find(|unknown| text(unknown, "/path") == "srv/app.jar")
        .unwrap();
    let reason = text(unknown, "/reason");
    assert!(reason.contains("No space left"), "{reason}");
    assert_eq!(text(&report, "/verdict/outcome"), "warn");
}
