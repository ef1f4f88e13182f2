use super::*;
use crate::testing::{ImageBuilder, TarBuilder, descriptor, gzip};
use crate::{ReadAt, hash::sha256};

fn tar_files(bytes: Vec<u8>) -> Result<TarFiles, OpenError> {
    let data: Arc<dyn ReadAt> = Arc::new(bytes);
    TarFiles::open("a.tar", data)
}

fn open(bytes: Vec<u8>, form: Form, selection: &Selection) -> Result<Image, OpenError> {
    open_image(&tar_files(bytes)?, form, selection)
}

fn fails(bytes: Vec<u8>, form: Form, selection: &Selection) -> String {
    match open(bytes, form, selection) {
        Ok(_) => panic!("should not open"),
        Err(error) => error.to_string(),
    }
}

fn sample() -> ImageBuilder {
    let tar = TarBuilder::new().file("etc/a", "data").finish();
    let packed = TarBuilder::new().file("etc/b", "more").finish();
    let blob = gzip(&packed);
    let mut image = ImageBuilder::new()
        .layer(tar)
        .packed(&packed, blob)
        .tag("shop/cart:2.3");
    image.config.push_str(
        r#""history":[{"created_by":"ADD x"},{"created_by":"ENV a=b","empty_layer":true},
            {"created_by":"RUN y","created":"2026-01-02T03:04:05Z"}],"#,
    );
    image
}

fn check(image: &Image) {
    let expected = sample();
    let facts = &image.facts;
    assert_eq!(facts.platform.to_string(), "linux/amd64");
    assert_eq!(
        facts.config_digest,
        sha256(expected.config_json().as_bytes())
    );
    assert_eq!(facts.tags, ["shop/cart:2.3"]);
    let diff_ids: Vec<_> = facts.layers.iter().map(|layer| &layer.diff_id).collect();
    let expected_ids: Vec<_> = expected.layers.iter().map(|layer| &layer.diff_id).collect();
    assert_eq!(diff_ids, expected_ids);
    let steps: Vec<_> = facts
        .layers
        .iter()
        .map(|l| l.created_by.as_deref().unwrap())
        .collect();
    assert_eq!(steps, ["ADD x", "RUN y"]);
    assert!(facts.layers[1].created.is_some());
    assert!(image.unknowns.is_empty());
}

#[test]
fn every_form_opens_to_the_same_image() {
    let image = sample();
    let any = Selection::default();
    let docker = open(image.docker_archive(), Form::Docker, &any).unwrap();
    check(&docker);
    assert_eq!(docker.facts.manifest_digest, None);
    let oci = open(image.oci_archive(), Form::Oci, &any).unwrap();
    check(&oci);
    let manifest = sha256(image.manifest_json().as_bytes());
    assert_eq!(oci.facts.manifest_digest, Some(manifest));
    let folder = tempfile::tempdir().unwrap();
    image.write_layout(folder.path());
    check(&open_image(&FolderFiles::new(folder.path()), Form::Any, &any).unwrap());
}

/// What newer Dockers save: a layout with a docker manifest that names its blobs.
fn hybrid(image: &ImageBuilder) -> Vec<u8> {
    let path = |bytes: &[u8]| format!("\"blobs/sha256/{}\"", sha256(bytes).hex());
    let layers: Vec<_> = image.layers.iter().map(|layer| path(&layer.blob)).collect();
    let manifest = format!(
        r#"[{{"Config":{},"RepoTags":["shop/cart:2.3"],"Layers":[{}]}}]"#,
        path(image.config_json().as_bytes()),
        layers.join(",")
    );
    let files = image.layout_files();
    let tar = files
        .iter()
        .fold(TarBuilder::new(), |tar, (path, data)| tar.file(path, data));
    tar.file("manifest.json", manifest).finish()
}

#[test]
fn archives_that_are_both_know_the_digest_of_the_manifest() {
    let image = sample();
    let opened = open(hybrid(&image), Form::Any, &Selection::default()).unwrap();
    check(&opened);
    let manifest = sha256(image.manifest_json().as_bytes());
    assert_eq!(opened.facts.manifest_digest, Some(manifest));
    assert!(
        opened
            .facts
            .layers
            .iter()
            .all(|layer| layer.digest.is_some())
    );
}

#[test]
fn names_choose_among_several_images() {
    let named = |reference: &str| Selection {
        reference: Some(reference.to_owned()),
        ..Selection::default()
    };
    let config = sample().config_json();
    let manifest = r#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l","l"]},
                       {"Config":"c.json","RepoTags":["x/b:latest"],"Layers":["l","l"]}]"#;
    let archive = TarBuilder::new()
        .file("c.json", config)
        .file("l", "")
        .file("manifest.json", manifest)
        .finish();
    let tags = |reference: &str| {
        open(archive.clone(), Form::Docker, &named(reference)).map(|i| i.facts.tags)
    };
    assert_eq!(tags("a:1").unwrap(), ["a:1"]);
    assert_eq!(tags("x/b").unwrap(), ["x/b:latest"]);
    assert_eq!(tags("b:latest").unwrap(), ["x/b:latest"]);
    assert!(matches!(tags("c"), Err(OpenError::NoSuchImage { choices, .. }) if choices.len() == 2));
    let error = fails(archive, Form::Docker, &Selection::default());
    assert_eq!(error, "open a.tar: holds several images: a:1, x/b:latest");
    let oci = sample().oci_archive();
    assert!(open(oci.clone(), Form::Oci, &named("shop/cart:2.3")).is_ok());
    assert!(open(oci.clone(), Form::Oci, &named("2.3")).is_ok());
    assert!(matches!(
        open(oci, Form::Oci, &named("2.4")),
        Err(OpenError::NoSuchImage { .. })
    ));
}

#[test]
fn indexes_in_indexes_are_resolved_by_platform() {
    let image = sample();
    let manifest = image.manifest_json();
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let with = |platform: &str| {
        let mut entry = descriptor(kind, manifest.as_bytes());
        entry.pop();
        format!("{entry},{platform}}}")
    };
    let arm = with(r#""platform":{"os":"linux","architecture":"arm64","variant":"v8"}"#);
    let amd = with(r#""platform":{"os":"linux","architecture":"amd64"}"#)
        // Another image would have another digest.
        .replace(&sha256(manifest.as_bytes()).hex(), &"0".repeat(64));
    let attestation = with(
        r#""platform":{"os":"unknown","architecture":"unknown"},
           "annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#,
    );
    let inner = format!(r#"{{"manifests":[{amd},{arm},{attestation}]}}"#);
    let outer = format!(r#"{{"manifests":[{}]}}"#, descriptor("", inner.as_bytes()));
    let mut files = image.layout_files();
    files[1].1 = outer.into_bytes();
    files.push((
        format!("blobs/sha256/{}", sha256(inner.as_bytes()).hex()),
        inner.into_bytes(),
    ));
    let tar = files
        .iter()
        .fold(TarBuilder::new(), |tar, (path, data)| tar.file(path, data));
    let bytes = tar.finish();
    let on = |platform: &str| {
        let platform = plimsoll_model::Platform::parse(platform);
        open(
            bytes.clone(),
            Form::Oci,
            &Selection {
                platform,
                reference: None,
            },
        )
    };
    assert!(on("linux/arm64").is_ok());
    assert!(on("linux/arm64/v8").is_ok());
    let error = on("linux/s390x").err().unwrap();
    assert_eq!(
        error.to_string(),
        "open a.tar: no image for platform linux/s390x; it holds: linux/amd64, linux/arm64/v8"
    );
    assert_eq!(
        error.hint().unwrap(),
        "choose one with `--platform linux/amd64`"
    );
    assert!(
        on("linux/amd64")
            .err()
            .unwrap()
            .to_string()
            .contains("missing")
    );
}

#[test]
fn links_between_members_are_followed_inside_of_the_archive() {
    let image = sample();
    let config = image.config_json();
    let manifest =
        r#"[{"Config":"c.json","RepoTags":null,"Layers":["1/layer.tar","2/layer.tar"]}]"#;
    let archive = |target: &str| {
        TarBuilder::new()
            .file("a.tar", &image.layers[0].blob)
            .symlink("1/layer.tar", target)
            .hard_link("2/layer.tar", "a.tar")
            .file("c.json", &config)
            .file("manifest.json", manifest)
            .finish()
    };
    assert!(open(archive("../a.tar"), Form::Docker, &Selection::default()).is_ok());
    for target in ["../../a.tar", "/etc/passwd", "layer.tar", "../2"] {
        let error = fails(archive(target), Form::Docker, &Selection::default());
        assert!(error.contains("it is missing"), "{target}: {error}");
    }
}

#[test]
fn documents_that_lie_are_refused() {
    let any = Selection::default();
    let image = sample();
    let docker = |config: &str, config_name: &str, layers: &str| {
        let manifest = format!(r#"[{{"Config":"{config_name}","Layers":[{layers}]}}]"#);
        let tar = TarBuilder::new().file(config_name, config).file("l", "");
        fails(
            tar.file("manifest.json", manifest).finish(),
            Form::Docker,
            &any,
        )
    };
    let config = image.config_json();
    assert!(docker(&config, "c.json", r#""l""#).contains("1 layers, but the configuration has 2"));
    assert!(docker(&config, "c.json", r#""l","m""#).contains("layer m of a.tar: it is missing"));
    assert!(docker("{}", "c.json", "").contains("rootfs is missing"));
    let wrong = format!("{}.json", "0".repeat(64));
    assert!(docker(&config, &wrong, r#""l","l""#).contains("digest mismatch"));
    let empty = TarBuilder::new().finish();
    assert!(fails(empty.clone(), Form::Any, &any).contains("neither a docker archive"));
    assert!(fails(empty, Form::Docker, &any).contains("not a docker archive"));
    assert!(fails(image.docker_archive(), Form::Oci, &any).contains("not an OCI layout"));
    let mut cut = image.docker_archive();
    cut.truncate(1_000);
    assert!(fails(cut, Form::Any, &any).contains("archive"));
    // A layout whose manifest was changed.
    let mut files = image.layout_files();
    files[2].1.push(b' ');
    let tar = files
        .iter()
        .fold(TarBuilder::new(), |tar, (path, data)| tar.file(path, data));
    assert!(fails(tar.finish(), Form::Oci, &any).contains("digest mismatch"));
}
