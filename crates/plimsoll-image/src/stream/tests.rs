use super::*;
use crate::testing::{ImageBuilder, Notes, TarBuilder, gzip, xz, zstd};

struct Bytes(Vec<u8>);

impl Blob for Bytes {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.0.clone())))
    }
}

fn read(bytes: Vec<u8>, notes: &Notes) -> Result<StreamRead, OpenError> {
    let stream = ImageStream::new("engine", Arc::new(Bytes(bytes)), Selection::default());
    stream.read(notes, &ReadOptions::default())
}

fn sample() -> ImageBuilder {
    let first = TarBuilder::new()
        .file("etc/a", "data")
        .hard_link("etc/b", "etc/a")
        .finish();
    let second = TarBuilder::new().file("{odd}", "more").finish();
    let blob = gzip(&second);
    let empty = TarBuilder::new().finish();
    ImageBuilder::new()
        .layer(first)
        .packed(&second, blob)
        .layer(empty)
        .tag("a:1")
}

#[test]
fn layers_are_read_as_they_pass_by() {
    let image = sample();
    let ids: Vec<_> = image
        .layers
        .iter()
        .map(|layer| layer.diff_id.clone())
        .collect();
    let docker = image.docker_archive();
    for bytes in [
        docker.clone(),
        image.oci_archive(),
        gzip(&docker),
        zstd(&docker),
        xz(&docker),
    ] {
        let notes = Notes::default();
        let read = read(bytes, &notes).unwrap();
        let got: Vec<_> = read
            .facts
            .layers
            .iter()
            .map(|layer| layer.diff_id.clone())
            .collect();
        assert_eq!(got, ids);
        assert_eq!(read.foreign, []);
        let layers = notes.of(&read.facts).into_iter();
        let lines: Vec<_> = layers.map(|(_, lines)| lines).collect();
        let first = vec!["File etc/a = data", "File etc/b -> etc/a = data"];
        assert_eq!(lines, [first, vec!["File {odd} = more"], vec![]]);
    }
}

#[test]
fn a_layer_without_a_byte_is_a_layer() {
    let image = ImageBuilder::new().layer(Vec::new()).layer(b"".to_vec());
    for bytes in [image.docker_archive(), image.oci_archive()] {
        let notes = Notes::default();
        let read = read(bytes, &notes).unwrap();
        assert_eq!(read.facts.layers.len(), 2);
        assert_eq!(read.foreign, []);
    }
}

#[test]
fn known_layers_are_passed_over_by_their_names() {
    let image = sample();
    let known = image.layers[0].diff_id.clone();
    let notes = Notes::knowing(vec![known.clone()]);
    let read = read(image.oci_archive(), &notes).unwrap();
    assert_eq!(read.facts.layers[0].diff_id, known);
    assert_eq!(notes.of(&read.facts).len(), 2);
}

#[test]
fn layers_of_other_images_are_named() {
    let image = sample();
    let other = TarBuilder::new().file("x", "y").finish();
    let mut bytes = TarBuilder::new().file("other/layer.tar", &other).finish();
    bytes.truncate(bytes.len() - 1024);
    bytes.extend(image.docker_archive());
    let read = read(bytes, &Notes::default()).unwrap();
    assert_eq!(read.foreign, [crate::hash::sha256(&other)]);
}

#[test]
fn wrong_or_missing_layers_are_errors() {
    let image = sample();
    let mut wrong = image.clone();
    wrong.layers[0].blob = TarBuilder::new().file("etc/a", "else").finish();
    let error = read(wrong.docker_archive(), &Notes::default()).unwrap_err();
    assert!(error.to_string().contains("none of the layers"), "{error}");
    let good = image.docker_archive();
    for end in [10, 600, 1_200, good.len() / 2, good.len() - 2_000] {
        assert!(
            read(good[..end].to_vec(), &Notes::default()).is_err(),
            "cut at {end}"
        );
    }
    assert!(read(b"{}".to_vec(), &Notes::default()).is_err());
    assert!(read(Vec::new(), &Notes::default()).is_err());
}
