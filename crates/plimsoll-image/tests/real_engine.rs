//! Holds images read through an engine's socket against what the engine saves.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/podman.rs"]
mod podman;

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_image::engine::Engine;
use plimsoll_image::testing::{Notes, TarBuilder};
use plimsoll_image::{
    ImageFacts, ImageStream, Opened, ReadOptions, Selection, TargetSpec, open_path,
};

use self::podman::Podman;

/// The image of the tests.
const NAME: &str = "localhost/shop/cart:2.3";

/// Imports a small tar twice, so that the image has two layers with a folder in common.
fn podman_with_image() -> Podman {
    let podman = Podman::new();
    let at = |name: &str| podman.folder.path().join(name);
    let tar = TarBuilder::new()
        .folder("etc")
        .file("etc/a", "data")
        .symlink("etc/b", "a")
        .finish();
    fs::write(at("small.tar"), tar).unwrap();
    fs::write(at("more"), "more").unwrap();
    fs::write(
        at("Dockerfile"),
        "FROM base\nCOPY more /etc/more\nLABEL l=m\n",
    )
    .unwrap();
    let (tar, folder) = (at("small.tar"), podman.folder.path());
    podman.run(&["import", "-q", tar.to_str().unwrap(), "localhost/base"]);
    let folder = folder.to_str().unwrap();
    podman.run(&["build", "-q", "--isolation", "chroot", "-t", NAME, folder]);
    podman
}

/// Facts of an image and the lines of each of its layers.
type Seen = (ImageFacts, Vec<Vec<String>>);

fn read_stream(stream: &ImageStream) -> Seen {
    let notes = Notes::default();
    let read = stream.read(&notes, &ReadOptions::default()).unwrap();
    assert_eq!(read.unknowns, []);
    assert_eq!(read.foreign, []);
    lines(read.facts, notes)
}

fn lines(facts: ImageFacts, notes: Notes) -> Seen {
    let layers = notes.of(&facts);
    assert_eq!(layers.len(), facts.layers.len());
    (facts, layers.into_iter().map(|(_, lines)| lines).collect())
}

fn read_saved(path: &Path) -> Seen {
    let target = TargetSpec::parse(&format!("docker-archive:{}", path.display()));
    let Ok(Opened::Image(image)) = open_path(&target, None) else {
        panic!("{}: no image", path.display());
    };
    let notes = Notes::default();
    image.read(&notes, &ReadOptions::default()).unwrap();
    lines(image.facts.clone(), notes)
}

#[test]
fn podman_gives_over_its_socket_what_it_saves() {
    let podman = podman_with_image();
    let saved = podman.folder.path().join("saved.tar");
    podman.run(&["save", "-q", "-o", saved.to_str().unwrap(), NAME]);
    let (expected, expected_lines) = read_saved(&saved);
    let (running, socket) = podman.serve();

    let engine = Engine::find(&[PathBuf::from("/nonexistent"), socket.clone()]).unwrap();
    assert_eq!(engine.socket(), socket);
    let id = engine.image_id(NAME).unwrap().unwrap();
    assert!(expected.config_digest.to_string().ends_with(&id), "{id}");
    for name in [NAME, "shop/cart:2.3", id.as_str()] {
        let stream = engine.open_image(name, &Selection::default()).unwrap();
        let (facts, lines) = read_stream(&stream);
        assert_eq!(facts.config_digest, expected.config_digest, "{name}");
        assert_eq!(facts.layers.len(), 2, "{name}");
        for (layer, other) in facts.layers.iter().zip(&expected.layers) {
            assert_eq!(layer.diff_id, other.diff_id, "{name}");
        }
        assert_eq!(lines, expected_lines, "{name}");
        assert!(lines[0].contains(&"File etc/a = data".to_owned()));
        assert!(lines[1].contains(&"File etc/more = more".to_owned()));
    }

    assert_eq!(engine.image_id("localhost/none:1").unwrap(), None);
    let Err(error) = engine.open_image("localhost/none:1", &Selection::default()) else {
        panic!("there is no such image");
    };
    assert!(error.to_string().contains("no such image"), "{error}");
    assert!(error.hint().is_some());

    drop(running);
    let error = engine.image_id(NAME).unwrap_err();
    assert!(error.to_string().contains("engine.sock"), "{error}");
    assert!(Engine::find(&[socket]).is_none());
}
